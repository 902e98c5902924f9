//! How many lines were written in the last minute: one counter for each of its seconds.

use crate::clock::SECOND;

const SECONDS: usize = 60;

/// Counts by second, over the last minute.
#[derive(Debug)]
pub(super) struct Meter {
    counts: [u64; SECONDS],
    /// The newest second that is counted, since 1970.
    newest: i64,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self {
            counts: [0; SECONDS],
            newest: 0,
        }
    }

    /// Counts a line at this instant (epoch microseconds).
    pub(super) fn count(&mut self, now: i64) {
        self.forget_until(now);
        self.counts[slot(self.newest)] += 1;
    }

    /// Lines of the 60 seconds that end at this instant.
    pub(super) fn last_minute(&mut self, now: i64) -> u64 {
        self.forget_until(now);
        self.counts.iter().sum()
    }

    /// Empties the seconds that have passed. A clock that was set back counts into the newest second.
    fn forget_until(&mut self, now: i64) {
        let now = now.div_euclid(SECOND);
        if now - self.newest >= SECONDS as i64 {
            self.counts = [0; SECONDS];
            self.newest = now;
        }
        while self.newest < now {
            self.newest += 1;
            self.counts[slot(self.newest)] = 0;
        }
    }
}

fn slot(second: i64) -> usize {
    usize::try_from(second.rem_euclid(SECONDS as i64)).expect("a remainder is not negative")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MINUTE;

    #[test]
    fn a_minute_is_remembered_and_no_more() {
        let start = 1_772_600_767_123_456;
        let mut meter = Meter::new();
        for second in 0..90 {
            meter.count(start + second * SECOND);
            meter.count(start + second * SECOND);
        }
        let now = start + 89 * SECOND;
        assert_eq!(meter.last_minute(now), 120);
        assert_eq!(meter.last_minute(now + 30 * SECOND), 60);
        assert_eq!(meter.last_minute(now + MINUTE), 0);
    }

    #[test]
    fn a_clock_that_is_set_back_or_far_ahead_breaks_nothing() {
        let mut meter = Meter::new();
        meter.count(1_772_600_767_123_456);
        meter.count(0);
        assert_eq!(meter.last_minute(1_772_600_767_123_456), 2);
        assert_eq!(meter.last_minute(i64::MAX), 0);
    }
}
