//! The log: what is said of the server's troubles, and how much of it.

use std::sync::Arc;
use std::time::Duration;

use tracing_subscriber::filter::LevelFilter;

use crate::config::Config;

/// The longest time for which more is logged than usual.
pub const LONGEST_RAISE: Duration = Duration::from_secs(3600);

/// The log of a running server. Clones are the same log.
#[derive(Clone, Debug)]
pub struct Log(#[expect(dead_code, reason = "filled by the next commits")] Arc<()>);

/// A line of level WARN or ERROR, kept for those who look inside. Equal ones are one entry with a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// When it was said last, in epoch microseconds.
    pub at: i64,
    /// `warn` or `error`.
    pub level: &'static str,
    /// The module that said it.
    pub target: String,
    /// What it said, with its fields; bounded.
    pub message: String,
    /// How many times it was said.
    pub count: u64,
}

impl Log {
    /// Starts the log of this process. A second start keeps the first one.
    pub fn start(config: &Config) -> Self {
        let level = if config.debug {
            LevelFilter::DEBUG
        } else {
            LevelFilter::WARN
        };
        let _ = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_writer(std::io::stderr)
            .json()
            .try_init();
        Self::silent()
    }

    /// A log that nobody reads, for tests.
    pub fn silent() -> Self {
        Self(Arc::new(()))
    }

    /// The last 200 different warnings and errors, newest first.
    pub fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }

    /// Lines written in the last 60 seconds.
    pub fn lines_last_minute(&self) -> u64 {
        0
    }

    /// `error`, `warn`, `info` or `debug`: what is logged at present.
    pub fn level(&self) -> String {
        "warn".to_owned()
    }

    /// Logs everything for this time, at most [`LONGEST_RAISE`].
    pub fn raise(&self, _for: Duration) {}

    /// When a raised level falls back, in epoch microseconds.
    pub fn raised_until(&self) -> Option<i64> {
        None
    }

    /// Ends a raised level now.
    pub fn restore(&self) {}

    /// Counts a slow request by the pattern of its route, such as `/api/stories/{id}/`, never by its path.
    pub fn slow(&self, _route: &str, _millis: u64) {}

    /// Counts work that was refused, by a kind such as `"503"`.
    pub fn refused(&self, _kind: &'static str) {}
}
