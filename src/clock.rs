//! The one source of time, so that a test can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day.
pub const DAY: i64 = 24 * HOUR;

/// Tells the time in microseconds since 1970 (UTC). Cheap to clone; clones of a manual clock move together.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` (microseconds since 1970) until it is advanced.
    pub fn manual(start: i64) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start))))
    }

    /// Now, in microseconds since 1970 (UTC).
    pub fn now(&self) -> i64 {
        match &self.0 {
            Source::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
            }
            Source::Manual(now) => now.load(Ordering::Relaxed),
        }
    }

    /// Moves a manual clock forward; the machine's clock is left alone.
    pub fn advance(&self, micros: i64) {
        if let Source::Manual(now) = &self.0 {
            now.fetch_add(micros, Ordering::Relaxed);
        }
    }

    /// Waits between two rounds of periodic work. With a manual clock for ever: what a server does by itself from time
    /// to time, a test does by hand, when it wants it.
    pub async fn sleep(&self, time: Duration) {
        match &self.0 {
            Source::System => tokio::time::sleep(time).await,
            Source::Manual(_) => std::future::pending().await,
        }
    }
}
