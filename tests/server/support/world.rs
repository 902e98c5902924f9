//! A running server: in this process, on a port of its own, with a clock that stands still.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use database::Conn;
use envelope::{Level, Probe, Usage};
use tempfile::TempDir;
use tinytales::app::{self, App};
use tinytales::backup::Round;
use tinytales::clock::Clock;
use tinytales::config::Config;
use tinytales::logging::Log;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use super::client::Client;
use super::connection::Connection;
use super::database::OwnDatabase;
use super::eventually;

/// When every test begins: 4 March 2026, 05:06:07.123456 (UTC).
pub const BEGINNING: i64 = 1_772_600_767_123_456;

/// A server that takes longer than this to be ready hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// The key that signs the tokens of every test server.
pub const SECRET: &str = "a secret of the tests, long enough";

/// A running server. It stops in order when it is dropped, and its data goes with it.
pub struct World {
    /// What the server owns, for looking behind its back.
    pub app: Arc<App>,
    /// Where it listens.
    pub address: SocketAddr,
    /// What the server believes about its memory: nothing is used until this says otherwise.
    pub memory: Probe,
    runtime: Handle,
    running: Option<Running>,
    /// Dropped after the server has stopped, in this order.
    _database: Option<OwnDatabase>,
    folder: TempDir,
}

/// What a server thread hands over once it listens.
struct Started {
    app: Arc<App>,
    address: SocketAddr,
    runtime: Handle,
    /// Jobs that the database had done before any background work began.
    jobs: u64,
}

/// The thread of a server, and what ends it when it is dropped.
struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl World {
    /// A server without rate limits, its mail in a folder.
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    /// The same with other settings.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = own_folder();
        let database = OwnDatabase::create(folder.path());
        let data = folder.path().display();
        let settings = HashMap::from([
            ("SECRET_KEY", SECRET.to_owned()),
            ("DATA_DIR", data.to_string()),
            ("DATABASE_URL", database.url()),
            ("MAIL_DIR", format!("{data}/mail")),
            ("RATE_LIMITS", "off".to_owned()),
        ]);
        let mut config =
            Config::read(false, |name| settings.get(name).cloned()).expect("the settings are right");
        change(&mut config);
        let memory = Probe::manual(Usage::default());
        let (started, running) = start(config, BEGINNING, memory.clone());
        let world = Self {
            app: started.app,
            address: started.address,
            memory,
            runtime: started.runtime,
            running: Some(running),
            _database: Some(database),
            folder,
        };
        world.wait_for_first_look(started.jobs);
        world
    }

    /// A second server on the database of this one, where that is a server of its own. It has to go first.
    pub fn twin(&self) -> Self {
        let folder = own_folder();
        let mut config = self.app.config.clone();
        folder.path().clone_into(&mut config.data_dir);
        let memory = Probe::manual(Usage::default());
        let (started, running) = start(config, self.app.clock.now(), memory.clone());
        Self {
            app: started.app,
            address: started.address,
            memory,
            runtime: started.runtime,
            running: Some(running),
            _database: None,
            folder,
        }
    }

    /// Stops the server in order and starts it again on the same data, at the same time, at another address.
    pub fn restart(&mut self) {
        self.stop();
        let (started, running) = start(self.app.config.clone(), self.app.clock.now(), self.memory.clone());
        self.app = started.app;
        self.address = started.address;
        self.runtime = started.runtime;
        self.running = Some(running);
        self.wait_for_first_look(started.jobs);
    }

    fn stop(&mut self) {
        let ended = self.running.take().map(|running| {
            drop(running.stop);
            running.thread.join()
        });
        // A second panic would hide the first.
        if let (Some(Err(_)), false) = (ended, thread::panicking()) {
            panic!("the server does not panic");
        }
    }

    /// Waits until the mailer has looked into its outbox, as it does at once: its statements would be counted elsewhere.
    fn wait_for_first_look(&self, jobs: u64) {
        let deadline = Instant::now() + PATIENCE;
        while self.app.mail.is_configured() && self.app.database.gauges().jobs == jobs {
            assert!(
                Instant::now() < deadline,
                "the mailer does not look into its outbox"
            );
            thread::yield_now();
        }
    }

    /// Looks whether a backup is due, and makes it.
    pub fn back_up(&self) -> Round {
        self.runtime.block_on(self.app.backups.round(&self.app))
    }

    /// Somebody who is not signed in.
    pub fn guest(&self) -> Client {
        Client::guest(self.address)
    }

    /// A bare connection, for what no well-behaved client would send.
    pub fn connect(&self) -> Connection {
        Connection::open(self.address)
    }

    /// Lets the server use so many percent of its memory; the level that follows.
    pub fn uses(&self, percent: u64) -> Level {
        self.memory.set(Usage {
            resident: self.app.envelope.limit() / 100 * percent,
            cgroup: None,
        });
        self.app.envelope.look()
    }

    /// Lets time pass, in microseconds (`tinytales::clock::MINUTE` and its kin).
    pub fn advance(&self, micros: i64) {
        self.app.clock.advance(micros);
    }

    /// Statements that the database runs during `work`.
    ///
    /// What the server does by itself waits for its clock, which stands still meanwhile; but not after mail was queued.
    pub fn queries<T>(&self, work: impl FnOnce() -> T) -> u64 {
        let before = self.app.database.statements();
        work();
        self.app.database.statements() - before
    }

    /// Reads or writes in the server's database, behind its back.
    pub fn sql<T, F>(&self, work: F) -> T
    where
        F: Fn(&mut Conn<'_>) -> Result<T, database::Error> + Send + 'static,
        T: Send + 'static,
    {
        self.run(self.app.database.write(work))
            .expect("the statement is right")
    }

    /// What `request` is answered when `meanwhile` happens after it has read the account and before its password is
    /// looked at. The request must read the database exactly once before that.
    pub fn while_hashing_waits<T: Send>(
        &self,
        request: impl FnOnce() -> T + Send,
        meanwhile: impl FnOnce(&Self),
    ) -> T {
        thread::scope(|scope| {
            let release = self.hold_hashing();
            let jobs = self.app.database.gauges().jobs;
            let answer = scope.spawn(request);
            let deadline = Instant::now() + PATIENCE;
            while self.app.database.gauges().jobs == jobs {
                assert!(
                    Instant::now() < deadline,
                    "the request does not look up the account"
                );
                thread::yield_now();
            }
            meanwhile(self);
            drop(release);
            answer.join().expect("the request is answered")
        })
    }

    /// What comes of `meanwhile` while as many passwords wait to be looked at as may wait.
    pub fn while_hashing_is_full<T>(&self, meanwhile: impl FnOnce() -> T) -> T {
        let release = self.hold_hashing();
        let waiting = || self.app.envelope.gauges().hashing;
        for _ in 0..waiting().capacity {
            let app = Arc::clone(&self.app);
            self.runtime
                .spawn(async move { app.hashing.run(|_| ()).await.is_ok() });
        }
        eventually("the lane is full", || waiting().waiting > waiting().capacity);
        let came = meanwhile();
        drop(release);
        eventually("the lane is free", || waiting().waiting == 0);
        came
    }

    /// Occupies the lane of passwords until what is returned is dropped.
    fn hold_hashing(&self) -> SyncSender<()> {
        let (release, released) = sync_channel::<()>(0);
        let (holding, held) = sync_channel::<()>(0);
        let app = Arc::clone(&self.app);
        self.runtime.spawn(async move {
            let work = app.hashing.run(move |_| {
                let _ = holding.send(());
                let _ = released.recv_timeout(PATIENCE);
            });
            work.await.is_ok()
        });
        held.recv_timeout(PATIENCE).expect("the lane is free");
        release
    }

    /// Completes a future of the server's own functions.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Waits until the server holds no more than so many sockets, and has seen to their end what the others leave behind.
    pub fn wait_for_sockets(&self, most: usize) {
        eventually("the closed sockets are gone", || {
            self.app.live.sockets.gauges().taken <= most
        });
        // The place is given back in the turn of the task that notes who has gone: what is spawned now has a later one.
        let later_turn = self.runtime.spawn(async {});
        self.run(later_turn).expect("an empty task ends");
    }

    /// The folder with the server's data.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A folder that nobody else uses, in memory where there is room: a disk that others keep busy makes a commit wait for
/// seconds, and what a test writes is gone after it anyway.
fn own_folder() -> TempDir {
    const MEMORY: &str = "/dev/shm";
    const ROOM: u64 = 2 << 30;
    let has_room = rustix::fs::statvfs(MEMORY).is_ok_and(|room| room.f_bavail * room.f_frsize >= ROOM);
    let place = if has_room {
        MEMORY.into()
    } else {
        std::env::temp_dir()
    };
    tempfile::Builder::new()
        .prefix("tinytales-")
        .tempdir_in(place)
        .unwrap()
}

fn start(config: Config, now: i64, memory: Probe) -> (Started, Running) {
    let (ready, started) = sync_channel(1);
    let (stop, stopped) = oneshot::channel();
    let thread = thread::Builder::new()
        .name("server".to_owned())
        .spawn(move || serve(config, now, memory, &ready, stopped))
        .unwrap();
    let started = started.recv().expect("the server starts");
    (started, Running { stop, thread })
}

fn serve(config: Config, now: i64, memory: Probe, ready: &SyncSender<Started>, stop: oneshot::Receiver<()>) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let app = App::with(config, Clock::manual(now), Log::silent(), memory)
            .await
            .expect("the server starts");
        // Nothing has been awaited since the background work was started on this one thread: it has not begun.
        let jobs = app.database.gauges().jobs;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        ready
            .send(Started {
                app: Arc::clone(&app),
                address,
                runtime: Handle::current(),
                jobs,
            })
            .unwrap();
        app::serve(app, listener, async {
            // The world that is dropped ends the wait as well as a word from it would.
            let _ = stop.await;
        })
        .await;
    });
}
