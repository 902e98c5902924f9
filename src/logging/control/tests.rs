//! Tests of the control socket.

use super::*;
use crate::clock::{Clock, HOUR};
use crate::logging::Level;

/// A server's end in a folder of its own.
struct House {
    folder: tempfile::TempDir,
    log: Log,
    tasks: Tasks,
    look_around: Arc<Notify>,
}

impl House {
    fn new() -> Self {
        let (log, _) = Log::captured(Level::Warn, &Clock::manual(1_772_600_767_000_000));
        Self {
            folder: tempfile::tempdir().unwrap(),
            log,
            tasks: Tasks::default(),
            look_around: Arc::default(),
        }
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join(NAME)
    }

    fn open(&self) {
        start(self.folder.path(), &self.log, &self.tasks, &self.look_around);
    }

    async fn ask(&self, request: Request) -> String {
        let folder = self.folder.path().to_owned();
        tokio::task::spawn_blocking(move || ask(&folder, request))
            .await
            .unwrap()
            .unwrap()
    }

    async fn close(&self) {
        self.tasks.shut_down(PATIENCE).await;
    }
}

#[tokio::test]
async fn an_operator_raises_the_level_and_ends_it() {
    let house = House::new();
    house.open();
    assert_eq!(house.ask(Request::State).await, "The log level is warn.\n");
    let ten_minutes = Request::Raise(Duration::from_secs(600));
    assert_eq!(
        house.ask(ten_minutes).await,
        "The log level is debug until 2026-03-04T05:16:07Z; then it falls back.\n"
    );
    assert!(house.log.raised_until().is_some());
    assert_eq!(house.ask(Request::Restore).await, "The log level is warn.\n");
    house.ask(Request::Raise(Duration::from_secs(u64::MAX))).await;
    assert_eq!(house.log.raised_until(), Some(1_772_600_767_000_000 + HOUR));
    house.close().await;
}

#[tokio::test]
async fn an_operator_has_the_server_look_around() {
    let house = House::new();
    house.open();
    assert_eq!(house.ask(Request::LookAround).await, "The server looks around.\n");
    house.look_around.notified().await;
    house.close().await;
}

#[tokio::test]
async fn the_socket_is_its_owners_alone_and_goes_with_the_server() {
    let house = House::new();
    house.open();
    let mode = fs::metadata(house.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    house.close().await;
    assert!(!house.socket().exists());
    assert!(ask(house.folder.path(), Request::State).is_err());
}

#[tokio::test]
async fn a_socket_of_the_dead_is_replaced_and_one_of_the_living_is_not() {
    let house = House::new();
    drop(std::os::unix::net::UnixListener::bind(house.socket()).unwrap());
    assert!(house.socket().exists());
    house.open();
    house.ask(Request::State).await;

    let (other, tasks) = (Log::silent(), Tasks::default());
    start(house.folder.path(), &other, &tasks, &house.look_around);
    tasks.shut_down(PATIENCE).await;
    assert_eq!(house.ask(Request::State).await, "The log level is warn.\n");
    house.close().await;
}

#[tokio::test]
async fn nonsense_is_answered_or_dropped_and_the_next_one_is_served() {
    let house = House::new();
    house.open();
    let talk = |words: Vec<u8>| {
        let path = house.socket();
        tokio::task::spawn_blocking(move || {
            let mut socket = Caller::connect(path).unwrap();
            // The server may hang up before it has heard everything.
            let _ = socket.write_all(&words);
            let _ = socket.shutdown(std::net::Shutdown::Write);
            let mut answer = String::new();
            let _ = socket.read_to_string(&mut answer);
            answer
        })
    };
    assert_eq!(
        talk(b"fly\n".to_vec()).await.unwrap(),
        "This is not understood.\n"
    );
    assert_eq!(
        talk(b"raise -1\n".to_vec()).await.unwrap(),
        "This is not understood.\n"
    );
    assert_eq!(
        talk(vec![0xff, b'\n']).await.unwrap(),
        "This is not understood.\n"
    );
    assert_eq!(talk(vec![b'x'; 1 << 20]).await.unwrap(), "");
    assert_eq!(talk(Vec::new()).await.unwrap(), "");
    assert_eq!(house.ask(Request::State).await, "The log level is warn.\n");
    house.close().await;
}

#[tokio::test]
async fn a_path_that_is_too_long_is_said_and_nothing_else_happens() {
    let house = House::new();
    let (log, written) = Log::captured(Level::Warn, &Clock::manual(0));
    let _guard = log.listen();
    let deep = house.folder.path().join("x".repeat(120));
    fs::create_dir(&deep).unwrap();
    start(&deep, &log, &house.tasks, &house.look_around);
    assert_eq!(written.text().lines().count(), 1, "{}", written.text());
    assert!(written.text().contains("no control socket"));
    assert_eq!(fs::read_dir(&deep).unwrap().count(), 0);
}
