//! The well-behaved visitor: looks into the library over a new connection four times a second, while a few people read at
//! human pace. What they feel decides.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::sync::Notify;
use visitors::{Accounts, Behaviour, Navigator, Plan, Progress, Report};

use crate::http::{Client, Request};

const EVERY: Duration = Duration::from_millis(250);
const LIBRARY: &str = "/api/stories/?public=true";
/// People who read meanwhile; the attackers are others.
const READERS: usize = 3;
/// A probe that takes no longer than this is quick, and so many of them in a row are a recovery.
const QUICK: Duration = Duration::from_millis(250);
const IN_A_ROW: usize = 4;

/// What the visitor felt so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Served {
    /// Milliseconds of each probe that was answered, in their order.
    pub(super) probes: Vec<f64>,
    /// Probes that were told to come back later, by an answer with `Retry-After`.
    pub(super) refused: u64,
    /// What was wrong with the others.
    pub(super) errors: Vec<String>,
    /// What the readers felt.
    pub(super) readers: Report,
}

impl Served {
    /// The time that 95 of 100 probes did not exceed, in milliseconds (nearest rank).
    pub(super) fn p95(&self) -> f64 {
        let mut sorted = self.probes.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let rank = (sorted.len() * 95).div_ceil(100);
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// Looks until it is dropped.
#[derive(Debug)]
pub(super) struct Bystander {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    served: Mutex<Served>,
    is_over: AtomicBool,
    /// The same, for those who wait.
    over: Notify,
}

impl Bystander {
    pub(super) fn start(port: u16, accounts: &Accounts) -> Self {
        let shared = Arc::new(Shared::default());
        let mut readers = accounts.clone();
        // The last ones: the attackers take the first.
        readers.people = readers
            .people
            .split_off(readers.people.len().saturating_sub(READERS));
        let threads = vec![
            {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.probe(port))
            },
            {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.read(port, readers))
            },
        ];
        Self { shared, threads }
    }

    /// What was felt until now.
    pub(super) fn served(&self) -> Served {
        self.shared.served().clone()
    }

    /// Whether the last few probes were quick.
    pub(super) fn is_served_quickly(&self) -> bool {
        let served = self.shared.served();
        let last = served.probes.iter().rev().take(IN_A_ROW);
        let quick = last.filter(|time| **time <= QUICK.as_secs_f64() * 1000.0);
        quick.count() == IN_A_ROW
    }
}

impl Shared {
    fn served(&self) -> MutexGuard<'_, Served> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn probe(&self, port: u16) {
        let request = Request::get(LIBRARY);
        while !self.is_over.load(Ordering::Relaxed) {
            let began = Instant::now();
            let answer = Client::connect(port).and_then(|mut client| {
                let answer = client.send(&request)?;
                Ok((answer.status, answer.retry_after.is_some()))
            });
            let took = began.elapsed();
            {
                let mut served = self.served();
                match answer {
                    Ok((200, _)) => served.probes.push(took.as_secs_f64() * 1000.0),
                    Ok((429 | 503, true)) => served.refused += 1,
                    Ok((status, _)) => served.errors.push(format!("a probe was answered {status}")),
                    Err(error) => served
                        .errors
                        .push(format!("a probe after {:.1} s: {error}", took.as_secs_f64())),
                }
            }
            thread::sleep(EVERY.saturating_sub(took));
        }
    }

    /// A run of visitors without an end; the books are kept once a second.
    fn read(&self, port: u16, accounts: Accounts) {
        let people = accounts.people.len();
        let navigator = Navigator {
            tokens_only: true,
            ..Navigator::default()
        };
        let mut plan = Plan::new(
            format!("http://127.0.0.1:{port}"),
            Behaviour::Navigator(navigator),
            people,
        );
        plan.accounts = accounts;
        plan.ramp = 3.0;
        plan.pace = 2.0;
        plan.measure_for = Duration::from_secs(600);
        let watch = |progress: &Progress| self.served().readers = progress.report.clone();
        let runtime = match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return self.served().errors.push(format!("the readers: {error}")),
        };
        match runtime.block_on(visitors::run_watched(plan, watch, self.over.notified())) {
            Ok(report) => self.served().readers = report,
            Err(misuse) => self.served().errors.push(format!("the readers: {misuse}")),
        }
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        self.shared.over.notify_one();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so on the terminal.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_95th_percentile_is_the_nearest_rank() {
        let served = Served {
            probes: (1..=100).rev().map(f64::from).collect(),
            ..Served::default()
        };
        assert!((served.p95() - 95.0).abs() < f64::EPSILON);
        assert!(Served::default().p95().abs() < f64::EPSILON);
    }
}
