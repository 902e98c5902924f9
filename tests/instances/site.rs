//! A site of several instances: one database, one secret, and what carries events between them.

use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::place::Place;
use crate::redis::Redis;
use crate::server::Server;
use crate::writers::agent;

/// What has not come by then does not come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

const METRICS_TOKEN: &str = "figures-for-the-tests";

/// What carries events from instance to instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    Redis,
    Postgres,
}

pub(crate) struct Site {
    pub(crate) place: Place,
    /// Of the layer that needs one.
    pub(crate) redis: Option<Redis>,
}

/// One instance. What it keeps on its disk is its own.
pub(crate) struct Instance {
    server: Server,
    _folder: TempDir,
}

impl Site {
    pub(crate) fn new(layer: Layer) -> Self {
        let place = Place::new();
        assert!(
            place.url().starts_with("postgres"),
            "several instances need PostgreSQL; type: cargo xtask test --only postgres"
        );
        let redis = (layer == Layer::Redis).then(Redis::start);
        Self { place, redis }
    }

    /// Starts an instance and waits until it hears the others.
    pub(crate) fn start(&self) -> Instance {
        let folder = TempDir::new().unwrap();
        let mut serve = self.place.command(&["serve"]);
        serve
            .env("DATA_DIR", folder.path())
            .env("METRICS_TOKEN", METRICS_TOKEN);
        match &self.redis {
            Some(redis) => serve.env("CHANNEL_LAYER", "redis").env("REDIS_URL", redis.url()),
            None => serve.env("CHANNEL_LAYER", "postgres"),
        };
        let instance = Instance {
            server: Server::start(&mut serve),
            _folder: folder,
        };
        eventually("the instance hears the others", || instance.is_connected());
        instance
    }
}

impl Instance {
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Whether the channel layer has its server.
    pub(crate) fn is_connected(&self) -> bool {
        let asked = agent()
            .get(self.server.url("/metrics"))
            .header("authorization", format!("Bearer {METRICS_TOKEN}"))
            .call();
        let figures = asked.unwrap().body_mut().read_to_string().unwrap();
        figures
            .lines()
            .any(|line| line.starts_with("tinytales_channels_connected{") && line.ends_with(" 1"))
    }

    /// SIGKILL, and it is gone.
    pub(crate) fn kill(self) {
        self.server.kill();
        self.server.wait(PATIENCE);
    }
}

/// Looks again and again until it holds.
#[track_caller]
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: it never came to that");
        // Processes are looked at from outside: there is nothing to wait on.
        thread::sleep(Duration::from_millis(5));
    }
}
