//! The arithmetic of a lane: how long a job takes on average, how long the next one would wait, how long to pause.

use std::time::Duration;

/// Every measured job moves the average by an eighth of the difference.
const MEMORY: u32 = 8;

/// A smaller share would make pauses that nobody waits for.
const LEAST_SHARE: f64 = 0.01;

/// Remembers what jobs cost in wall time, pauses included.
#[derive(Debug)]
pub(super) struct Pace {
    share: f64,
    average: Duration,
}

impl Pace {
    /// `share`: CPU seconds that the lane may use per second; from 1 on it is never held back.
    /// `first_cost`: CPU time of a typical job, until jobs have been measured.
    pub(super) fn new(share: f64, first_cost: Duration) -> Self {
        let share = share.clamp(LEAST_SHARE, 1.0);
        Self {
            share,
            average: first_cost.div_f64(share),
        }
    }

    /// How long to pause after a job that used `cpu` and took `wall`, so that the lane stays within its share.
    pub(super) fn pause(&self, cpu: Duration, wall: Duration) -> Duration {
        cpu.div_f64(self.share).saturating_sub(wall)
    }

    /// Counts in a job that occupied the lane for `wall`, its pause included.
    pub(super) fn learn(&mut self, wall: Duration) {
        self.average = (self.average * (MEMORY - 1) + wall) / MEMORY;
    }

    /// How long a job waits that comes after `ahead` others.
    pub(super) fn wait(&self, ahead: usize) -> Duration {
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        self.average.saturating_mul(ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_job_takes_at_least_its_cost_divided_by_the_share() {
        let pace = Pace::new(0.05, MS);
        assert_eq!(pace.pause(33 * MS, 33 * MS), 627 * MS);
        assert_eq!(pace.pause(33 * MS, 660 * MS), Duration::ZERO);
        assert_eq!(pace.pause(33 * MS, 5_000 * MS), Duration::ZERO);
    }

    #[test]
    fn a_whole_core_needs_no_pause() {
        for share in [1.0, 1.5, 32.0] {
            assert_eq!(Pace::new(share, MS).pause(33 * MS, 33 * MS), Duration::ZERO);
        }
    }

    #[test]
    fn the_wait_counts_the_average_in_wall_time() {
        let mut pace = Pace::new(0.5, 40 * MS);
        assert_eq!(pace.wait(0), Duration::ZERO);
        assert_eq!(pace.wait(3), 240 * MS);

        pace.learn(160 * MS);
        assert_eq!(pace.wait(1), 90 * MS);
        for _ in 0..100 {
            pace.learn(160 * MS);
        }
        assert!(pace.wait(1) > 159 * MS && pace.wait(1) <= 160 * MS);
    }

    #[test]
    fn a_share_of_nothing_is_no_division_by_zero() {
        assert_eq!(Pace::new(0.0, MS).wait(1), 100 * MS);
        assert!(Pace::new(0.0, MS).pause(MS, MS) > Duration::ZERO);
    }
}
