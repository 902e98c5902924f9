//! The well-behaved visitors of a server in trouble: one looks into the library over a new connection four times a second,
//! a few people read at human pace. What they feel decides.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::sync::Notify;
use visitors::{Accounts, Behaviour, Crowd, Group, Navigator, Plan, Progress, Report};

use super::Stretch;
use crate::http::{Client, Request};

const EVERY: Duration = Duration::from_millis(250);
const LIBRARY: &str = "/api/stories/?public=true";
/// Longer than any trouble: readers stay until they are sent away.
const FOR_LONG: Duration = Duration::from_secs(3_600);
/// A probe that takes no longer than this is quick, and so many of them in a row are a recovery.
const QUICK: Duration = Duration::from_millis(250);
const IN_A_ROW: usize = 4;

/// One look into the library.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    pub(crate) at: Instant,
    pub(crate) took: Duration,
    pub(crate) answer: Answered,
}

/// What a probe came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answered {
    Served,
    /// 429 or 503, with `Retry-After`.
    Refused,
    /// Anything else, in words.
    Wrong(String),
}

/// What was felt so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Served {
    /// In their order.
    pub(crate) probes: Vec<Probe>,
    /// When the probe began that has no answer yet.
    pub(crate) open: Option<Instant>,
    /// What the readers felt.
    pub(crate) readers: Report,
    /// Why there are none, if there are none.
    pub(crate) misuse: Option<String>,
}

impl Served {
    /// The probes of a stretch of time; `to` is when this was taken down.
    pub(crate) fn between(&self, from: Instant, to: Instant) -> Stretch<'_> {
        Stretch {
            served: self,
            from,
            to,
        }
    }

    /// Answers that the readers got.
    pub(crate) fn readers_answered(&self) -> u64 {
        self.readers.ramp.overall.answered + self.readers.steady.overall.answered
    }

    /// What went wrong with probes, and why nobody read.
    pub(crate) fn wrongs(&self) -> impl Iterator<Item = &str> {
        let wrong = self.probes.iter().filter_map(|probe| match &probe.answer {
            Answered::Wrong(what) => Some(what.as_str()),
            _ => None,
        });
        wrong.chain(self.misuse.as_deref())
    }

    fn add(&mut self, probe: Probe) {
        self.open = None;
        self.probes.push(probe);
    }

    /// Whether the last few probes were served quickly.
    pub(crate) fn is_quick(&self) -> bool {
        let last = self.probes.iter().rev().take(IN_A_ROW);
        let quick = last.filter(|probe| probe.answer == Answered::Served && probe.took <= QUICK);
        quick.count() == IN_A_ROW
    }
}

/// They come and look until this is dropped.
#[derive(Debug)]
pub(crate) struct Bystander {
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
    /// The prober, and the last `readers` people of the accounts, who come with their tokens; so many of them keep a live
    /// socket open for notifications, too.
    pub(crate) fn start(port: u16, accounts: &Accounts, readers: usize, sockets: usize) -> Self {
        let shared = Arc::new(Shared::default());
        let mut people = accounts.clone();
        people.people = people
            .people
            .split_off(people.people.len().saturating_sub(readers));
        let (prober, reader) = (Arc::clone(&shared), Arc::clone(&shared));
        let threads = vec![
            thread::spawn(move || prober.probe(port)),
            thread::spawn(move || reader.read(port, people, sockets)),
        ];
        Self { shared, threads }
    }

    /// What was felt until now.
    pub(crate) fn served(&self) -> Served {
        self.shared.served().clone()
    }
}

impl Shared {
    fn served(&self) -> MutexGuard<'_, Served> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn probe(&self, port: u16) {
        while !self.is_over.load(Ordering::Relaxed) {
            let at = Instant::now();
            self.served().open = Some(at);
            let answer = look(port);
            let took = at.elapsed();
            self.served().add(Probe { at, took, answer });
            thread::sleep(EVERY.saturating_sub(took));
        }
    }

    /// A run of visitors without an end; their books are kept once a second.
    fn read(&self, port: u16, accounts: Accounts, sockets: usize) {
        let people = accounts.people.len();
        let navigator = Navigator {
            tokens_only: true,
            ..Navigator::default()
        };
        let url = format!("http://127.0.0.1:{port}");
        let mut plan = Plan::new(url, Behaviour::Navigator(navigator), people);
        plan.accounts = accounts;
        plan.groups
            .push(Group::new(Behaviour::Crowd(Crowd::default()), sockets));
        plan.ramp = 5.0;
        plan.measure_for = FOR_LONG;
        let watch = |progress: &Progress| self.served().readers = progress.report.clone();
        let runtime = Builder::new_current_thread().enable_all().build();
        let run = runtime.map_err(|error| error.to_string()).and_then(|runtime| {
            let run = visitors::run_watched(plan, watch, self.over.notified());
            runtime.block_on(run).map_err(|misuse| misuse.to_string())
        });
        match run {
            Ok(report) => self.served().readers = report,
            Err(why) => self.served().misuse = Some(why),
        }
    }
}

fn look(port: u16) -> Answered {
    let ask = || {
        let mut client = Client::connect(port)?;
        let answer = client.send(&Request::get(LIBRARY))?;
        Ok::<_, std::io::Error>((answer.status, answer.retry_after.is_some()))
    };
    match ask() {
        Ok((200, _)) => Answered::Served,
        Ok((429 | 503, true)) => Answered::Refused,
        Ok((status, _)) => Answered::Wrong(format!("a probe was answered {status}")),
        Err(error) => Answered::Wrong(format!("a probe: {error}")),
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
pub(crate) mod tests {
    use super::*;

    /// A probe of so many milliseconds.
    pub(crate) fn probe(at: Instant, milliseconds: u64, answer: Answered) -> Probe {
        Probe {
            at,
            took: Duration::from_millis(milliseconds),
            answer,
        }
    }

    fn served(probes: impl IntoIterator<Item = (u64, Answered)>) -> Served {
        let now = Instant::now();
        let probes = probes.into_iter().map(|(time, answer)| probe(now, time, answer));
        Served {
            probes: probes.collect(),
            ..Served::default()
        }
    }

    #[test]
    fn only_quick_answers_in_a_row_are_a_recovery() {
        assert!(served((0..4).map(|_| (20, Answered::Served))).is_quick());
        assert!(!served((0..3).map(|_| (20, Answered::Served))).is_quick());
        let slow = [20, 20, 400, 20].map(|time| (time, Answered::Served));
        assert!(!served(slow).is_quick());
        let refused = [(20, Answered::Refused)];
        assert!(!served((0..4).map(|_| (20, Answered::Served)).chain(refused)).is_quick());
    }

    #[test]
    fn a_probe_is_open_until_it_has_come_to_something() {
        let now = Instant::now();
        let mut served = Served {
            open: Some(now),
            ..Served::default()
        };
        served.add(probe(now, 5, Answered::Served));
        assert_eq!((served.open, served.probes.len()), (None, 1));
    }

    #[test]
    fn wrongs_are_told() {
        let wrong = served([(1, Answered::Wrong("a probe was answered 500".to_owned()))]);
        assert_eq!(wrong.wrongs().collect::<Vec<_>>(), ["a probe was answered 500"]);
    }
}
