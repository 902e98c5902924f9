//! The layers that there are here, and instances that are connected by them.

use std::io::Write as _;
use std::ops::Deref;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};

use channels::{Channels, PostgresOptions, RedisOptions};
use database::Target;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio_postgres::NoTls;

use crate::proxy::Proxy;
use crate::recorder::{Recorder, eventually, join};

/// A server that instances share, and a name of their own on it.
pub(crate) struct Server {
    pub(crate) kind: Kind,
    pub(crate) url: String,
    pub(crate) prefix: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Redis,
    Postgres,
}

/// One process of a product, as far as its channels are concerned. Stops when dropped.
pub(crate) struct Instance {
    channels: Channels,
    stop: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<()>>,
}

/// Runs a promise that concerns one instance on each layer.
pub(crate) fn on_each(promise: impl Fn(&Channels)) {
    promise(&Channels::memory());
    on_servers(|server| promise(&server.instance()));
}

/// Runs a promise about several instances on each layer that has a server.
pub(crate) fn on_servers(promise: impl Fn(&Server)) {
    for kind in [Kind::Redis, Kind::Postgres] {
        if let Some(server) = Server::new(kind) {
            promise(&server);
        }
    }
}

impl Server {
    pub(crate) fn new(kind: Kind) -> Option<Self> {
        let variable = match kind {
            Kind::Redis => "TEST_REDIS_URL",
            Kind::Postgres => "TEST_DATABASE_URL",
        };
        let Some(url) = variable_of_the_runner(variable) else {
            skipped(kind, variable);
            return None;
        };
        Some(Self::at(kind, url))
    }

    pub(crate) fn at(kind: Kind, url: String) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("t{}_{number}", std::process::id());
        Self { kind, url, prefix }
    }

    /// A new instance, which is connected.
    pub(crate) fn instance(&self) -> Instance {
        let instance = self.instance_at(&self.url);
        instance.wait_until_connected();
        instance
    }

    /// A new instance behind a wire, which is connected.
    pub(crate) fn instance_behind(&self, proxy: &Proxy) -> Instance {
        let instance = self.instance_at(&proxy.url(&self.url));
        instance.wait_until_connected();
        instance
    }

    /// A new instance, whether there is a server or not.
    pub(crate) fn instance_at(&self, url: &str) -> Instance {
        Instance::start(self.channels(url))
    }

    /// Channels that nobody runs yet.
    pub(crate) fn channels(&self, url: &str) -> Channels {
        match self.kind {
            Kind::Redis => Channels::redis(&RedisOptions::new(url, format!("{}:", self.prefix))).unwrap(),
            Kind::Postgres => {
                let Ok(Target::Postgres(target)) = Target::parse(url) else {
                    panic!("{url} is not PostgreSQL's");
                };
                Channels::postgres(&PostgresOptions::new(target, &self.prefix)).unwrap()
            }
        }
    }

    /// Joins, and waits until others are heard, too.
    pub(crate) fn join(
        &self,
        channels: &Channels,
        group: &str,
        recorder: &std::sync::Arc<Recorder>,
    ) -> channels::Membership {
        let before = recorder.resyncs();
        let membership = join(channels, group, recorder);
        if self.kind == Kind::Redis {
            recorder.wait_for_resync(before);
        }
        membership
    }

    /// The name of PostgreSQL's table for large messages.
    pub(crate) fn table(&self) -> String {
        format!("{}_messages", self.prefix)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.kind == Kind::Postgres {
            administrate(&self.url, &format!("DROP TABLE IF EXISTS {}", self.table()));
        }
    }
}

/// Runs statements on a PostgreSQL server.
pub(crate) fn administrate(url: &str, statements: &str) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::select! {
            done = client.batch_execute(statements) => done.unwrap(),
            ended = connection => panic!("the connection ended: {ended:?}"),
        }
    });
}

impl Instance {
    pub(crate) fn start(channels: Channels) -> Self {
        let (stop, stopped) = oneshot::channel();
        let running = channels.clone();
        let running = thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(running.run(async {
                let _ = stopped.await;
            }));
        });
        Self {
            channels,
            stop: Some(stop),
            running: Some(running),
        }
    }

    pub(crate) fn wait_until_connected(&self) {
        eventually("connected", || self.gauges().is_connected);
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(running) = self.running.take() {
            running.join().unwrap();
        }
    }
}

impl Deref for Instance {
    type Target = Channels;

    fn deref(&self) -> &Channels {
        &self.channels
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.stop();
        }
    }
}

/// Past the capture of the test runner: whoever reads the run must see that something was left out.
fn skipped(kind: Kind, variable: &str) {
    static REDIS: Once = Once::new();
    static POSTGRES: Once = Once::new();
    let once = match kind {
        Kind::Redis => &REDIS,
        Kind::Postgres => &POSTGRES,
    };
    once.call_once(|| {
        let word = format!(
            "SKIPPED: the promises of channels over {kind:?}: {variable} is not set; type: cargo xtask test\n"
        );
        std::io::stderr().write_all(word.as_bytes()).unwrap();
    });
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test runner says here which server is its own"
)]
fn variable_of_the_runner(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
