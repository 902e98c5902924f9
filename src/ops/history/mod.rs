//! What the console knows of the past: a minute a row for one day, each start of the server, bytes out by month.
//!
//! Owns the tables `ops_minutes` (a ring), `ops_runs` (the last 50) and `ops_months`. One write a minute. While the
//! database is away the last hour waits in memory, and is written when it is back.

mod record;
pub mod store;

pub use self::record::{History, ONLINE, begin, finish, is_shared, record, start};

use crate::clock::MINUTE;

/// What a minute was like: its highest memory, and what was counted in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Minute {
    /// When it was noted, in microseconds since 1970.
    pub at: i64,
    /// Resident memory, in bytes.
    pub resident: i64,
    /// Memory that the kernel counts against the limit, in bytes, where there is a control group.
    pub cgroup: Option<i64>,
    /// People online.
    pub people: i64,
    /// Requests, without those of health and console.
    pub requests: i64,
    /// The time that half of them took at most, in microseconds.
    pub p50: Option<i64>,
    /// The time that 95 of 100 took at most.
    pub p95: Option<i64>,
    /// The time that 99 of 100 took at most.
    pub p99: Option<i64>,
    /// Faults of ours (5xx that are no refusals).
    pub errors: i64,
    /// Answers 429, 503 and 507.
    pub refusals: i64,
}

/// A stretch of the past, as a chart shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Its end, in microseconds since 1970.
    pub at: i64,
    /// Minutes that were noted in it.
    pub minutes: i64,
    /// The highest resident memory, in bytes.
    pub resident: i64,
    /// The highest memory of the control group.
    pub cgroup: Option<i64>,
    /// The most people online.
    pub people: i64,
    /// Requests.
    pub requests: i64,
    /// The highest p50 of its minutes, in microseconds.
    pub p50: Option<i64>,
    /// The highest p95.
    pub p95: Option<i64>,
    /// The highest p99.
    pub p99: Option<i64>,
    /// Faults of ours.
    pub errors: i64,
    /// Answers 429, 503 and 507.
    pub refusals: i64,
}

/// One start of the server and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: i64,
    /// The program's version.
    pub version: String,
    /// When it began.
    pub started_at: i64,
    /// When it was last known to be alive, to the minute.
    pub last_alive: i64,
    /// When it stopped in order.
    pub stopped_at: Option<i64>,
    /// The most memory it ever held, in bytes, as far as was noted.
    pub peak: i64,
    /// Its memory limit, in bytes.
    pub memory_limit: i64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It has not.
    Running,
    /// In order.
    Clean,
    /// Without a word: killed, crashed, or the machine went away.
    Unclean,
}

impl Run {
    /// How it ended, as the run `own` sees it. Where several servers may share the database, one that was alive a
    /// moment ago may well be running.
    pub fn ending(&self, own: Option<i64>, is_shared: bool, now: i64) -> Ending {
        const SILENCE: i64 = 3 * MINUTE;
        if self.stopped_at.is_some() {
            return Ending::Clean;
        }
        if own == Some(self.id) || (is_shared && now - self.last_alive < SILENCE) {
            return Ending::Running;
        }
        Ending::Unclean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_silence_makes_an_end_unclean() {
        let run = |stopped_at| Run {
            id: 7,
            version: String::new(),
            started_at: 0,
            last_alive: 10 * MINUTE,
            stopped_at,
            peak: 0,
            memory_limit: 0,
        };
        let soon = 11 * MINUTE;
        assert_eq!(run(Some(soon)).ending(None, false, soon), Ending::Clean);
        assert_eq!(run(None).ending(Some(7), false, soon), Ending::Running);
        assert_eq!(run(None).ending(Some(8), false, soon), Ending::Unclean);
        assert_eq!(run(None).ending(Some(8), true, soon), Ending::Running);
        assert_eq!(run(None).ending(Some(8), true, 14 * MINUTE), Ending::Unclean);
    }
}
