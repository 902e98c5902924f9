//! What a lane needs to know of time, so that a test can tell it.

use std::thread;
use std::time::{Duration, Instant};

pub(super) trait Time: Send + 'static {
    /// Time since some fixed instant.
    fn wall(&self) -> Duration;
    /// CPU time that the calling thread has used.
    fn cpu(&self) -> Duration;
    fn pause(&self, duration: Duration);
}

/// The machine's time.
pub(super) struct ThreadTime {
    start: Instant,
}

impl ThreadTime {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Time for ThreadTime {
    fn wall(&self) -> Duration {
        self.start.elapsed()
    }

    #[cfg(target_os = "linux")]
    fn cpu(&self) -> Duration {
        let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::try_from(used).unwrap_or_default()
    }

    /// Elsewhere the wall has to do: the pauses come out longer, never shorter.
    #[cfg(not(target_os = "linux"))]
    fn cpu(&self) -> Duration {
        self.wall()
    }

    fn pause(&self, duration: Duration) {
        thread::sleep(duration);
    }
}
