//! What the machine under the server has left: CPU, memory and disk, as far as they are this process's to use.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The least time over which the CPU is looked at: in less than that one request is all that there is to see.
const LEAST: Duration = Duration::from_secs(5);

/// How busy this process keeps the CPU that it may use.
#[derive(Debug)]
pub struct Processor(Mutex<Look>);

#[derive(Clone, Copy, Debug)]
struct Look {
    at: Instant,
    used: Duration,
    /// Of the time before that look, in parts of one core.
    cores: f64,
}

impl Processor {
    /// Nothing has been used yet.
    pub fn new() -> Self {
        Self(Mutex::new(Look {
            at: Instant::now(),
            used: used(),
            cores: 0.0,
        }))
    }

    /// Percent of `quota` cores that were used since the last look, which is at least five seconds ago; 100 at most.
    pub fn percent(&self, quota: f64) -> f64 {
        let mut look = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (passed, used) = (look.at.elapsed(), used());
        if passed >= LEAST {
            let cores = used.saturating_sub(look.used).as_secs_f64() / passed.as_secs_f64();
            *look = Look {
                at: Instant::now(),
                used,
                cores,
            };
        }
        (look.cores / quota.max(0.001) * 100.0).min(100.0)
    }
}

impl Default for Processor {
    fn default() -> Self {
        Self::new()
    }
}

/// CPU time of this process so far.
#[cfg(target_os = "linux")]
fn used() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(used).unwrap_or_default()
}

/// Elsewhere it is not known.
#[cfg(not(target_os = "linux"))]
fn used() -> Duration {
    Duration::ZERO
}

/// Room of which some is taken, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// All of it.
    pub total: u64,
    /// What is taken.
    pub used: u64,
}

impl Room {
    /// What is taken, in percent.
    pub fn percent(self) -> f64 {
        if self.total == 0 {
            return 0.0;
        }
        self.used as f64 / self.total as f64 * 100.0
    }
}

/// The room of the disk that a folder is on; nothing of one that cannot be looked at.
pub fn disk(folder: &Path) -> Room {
    let Ok(disk) = rustix::fs::statvfs(folder) else {
        return Room { total: 0, used: 0 };
    };
    let total = disk.f_blocks.saturating_mul(disk.f_frsize);
    let free = disk.f_bfree.saturating_mul(disk.f_frsize);
    Room {
        total,
        used: total.saturating_sub(free),
    }
}

/// Above this something is short, in percent.
const SHORT: f64 = 70.0;

/// 100, less 20 for each of these percentages that is short; and that in a word.
pub fn score(percents: [f64; 3]) -> (i64, &'static str) {
    let short = percents.into_iter().filter(|percent| *percent > SHORT).count();
    let score = 100 - 20 * short as i64;
    let word = match score {
        80.. => "healthy",
        60.. => "warning",
        _ => "critical",
    };
    (score, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_costs_twenty() {
        assert_eq!(score([0.0, 70.0, 12.5]), (100, "healthy"));
        assert_eq!(score([70.1, 0.0, 0.0]), (80, "healthy"));
        assert_eq!(score([70.1, 99.0, 0.0]), (60, "warning"));
        assert_eq!(score([70.1, 99.0, 71.0]), (40, "critical"));
    }

    #[test]
    fn the_machine_can_be_looked_at() {
        let disk = disk(Path::new("/"));
        assert!(disk.total > 0 && (0.0..=100.0).contains(&disk.percent()));
        assert_eq!(super::disk(Path::new("/no/such/folder")).total, 0);
        assert!((0.0..=0.0).contains(&Room { total: 0, used: 0 }.percent()));
        assert!((0.0..=100.0).contains(&Processor::new().percent(1.0)));
    }
}
