//! A site of several instances: one database, one secret, and what carries events between them.

use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::place::{Place, command};
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
        self.start_at(self.place.url())
    }

    /// The same, with its database at this address.
    pub(crate) fn start_at(&self, url: &str) -> Instance {
        let folder = TempDir::new().unwrap();
        let mut serve = self.place.command(&["serve"]);
        serve
            .env("DATABASE_URL", url)
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

impl Site {
    /// Ends every connection to the database, as a server does that stops, and lets nobody in, until these have noticed.
    pub(crate) fn lose_database(&self, instances: &[&Instance]) {
        self.administrate(|name| format!("ALTER DATABASE {name} ALLOW_CONNECTIONS FALSE"));
        self.administrate(|name| {
            format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        });
        for instance in instances {
            eventually("the loss is noticed", || !instance.is_ready());
        }
    }

    pub(crate) fn give_database_back(&self) {
        self.administrate(|name| format!("ALTER DATABASE {name} ALLOW_CONNECTIONS TRUE"));
    }

    /// Says something about our database, beside it on its server.
    fn administrate(&self, statement: impl FnOnce(&str) -> String) {
        let (server, name) = self.place.on_server().expect("it is on a PostgreSQL server");
        command(server, &statement(name));
    }
}

impl Instance {
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Whether it has its database.
    pub(crate) fn is_ready(&self) -> bool {
        agent().get(self.server.url("/readyz")).call().unwrap().status() == 200
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

    /// Stops in order.
    pub(crate) fn stop(self) {
        self.server.terminate();
        self.server.wait(PATIENCE);
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
