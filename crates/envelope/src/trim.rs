//! When free memory goes back to the kernel. Pure: knows neither allocator nor clock.

use std::time::Duration;

use crate::level::Level;

/// Trims are at least this far apart. A little less than a minute, so that what a burst leaves behind is gone within one
/// even if the last trim came in the middle of it.
const PAUSE: Duration = Duration::from_secs(50);
/// And so far where memory is so short that idle connections are given up for it.
const PAUSE_IN_NEED: Duration = Duration::from_secs(10);
/// Less than this is not worth the allocator's locks.
const WORTHWHILE: u64 = 1024 * 1024;

/// What is known of the process at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Time since some fixed instant.
    pub now: Duration,
    /// Bytes in memory.
    pub resident: u64,
    /// Bytes that the allocator holds and nobody uses, given back already or not.
    pub free: Option<u64>,
    /// Whether large work is under way: then more memory is about to be free.
    pub is_busy: bool,
    pub level: Level,
}

/// Remembers the last trim.
#[derive(Debug, Default)]
pub(crate) struct Trim {
    last: Option<Last>,
}

#[derive(Debug)]
struct Last {
    at: Duration,
    /// What was left in memory.
    resident: u64,
    /// What the allocator counted as free.
    free: u64,
}

impl Trim {
    /// Whether to trim now. The allocator still counts as free what it has given back. So what is worth a trim is either
    /// free since the last one, or free and in memory again: used and freed once more.
    pub(crate) fn is_due(&self, look: Look) -> bool {
        let pause = if look.level == Level::Red {
            PAUSE_IN_NEED
        } else {
            PAUSE
        };
        let free = look.free.unwrap_or(u64::MAX);
        let (is_rested, worth) = match &self.last {
            None => (true, free),
            Some(last) => (
                look.now.saturating_sub(last.at) >= pause,
                free.saturating_sub(last.free)
                    .max(free.min(look.resident.saturating_sub(last.resident))),
            ),
        };
        is_rested && worth >= WORTHWHILE && (!look.is_busy || look.level > Level::Green)
    }

    /// Notes a trim at `now` that left `resident` bytes.
    pub(crate) fn done(&mut self, now: Duration, resident: u64, free: Option<u64>) {
        self.last = Some(Last {
            at: now,
            resident,
            free: free.unwrap_or(u64::MAX),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn look(seconds: u64, resident_mib: u64) -> Look {
        Look {
            now: Duration::from_secs(seconds),
            resident: resident_mib * MIB,
            free: Some(64 * MIB),
            is_busy: false,
            level: Level::Green,
        }
    }

    #[test]
    fn it_trims_at_most_once_a_minute_and_only_what_has_grown() {
        let mut trim = Trim::default();
        assert!(trim.is_due(look(1, 34)));
        trim.done(Duration::from_secs(1), 12 * MIB, Some(64 * MIB));
        assert!(!trim.is_due(look(2, 40)));
        assert!(trim.is_due(look(52, 40)));
        assert!(!trim.is_due(look(52, 12)), "as free as it was left");
        assert!(
            !trim.is_due(Look {
                free: Some(1000),
                ..look(52, 40)
            }),
            "all of it is used"
        );
        assert!(trim.is_due(Look {
            free: None,
            ..look(52, 40)
        }));
    }

    #[test]
    fn it_waits_for_quiet_unless_memory_is_short() {
        let mut trim = Trim::default();
        let busy = Look {
            is_busy: true,
            ..look(1, 40)
        };
        assert!(!trim.is_due(busy));
        assert!(trim.is_due(Look {
            level: Level::Yellow,
            ..busy
        }));
        trim.done(Duration::from_secs(1), 12 * MIB, Some(64 * MIB));
        let soon = look(12, 40);
        assert!(!trim.is_due(Look {
            level: Level::Orange,
            ..soon
        }));
        assert!(trim.is_due(Look {
            level: Level::Red,
            ..soon
        }));
    }
}
