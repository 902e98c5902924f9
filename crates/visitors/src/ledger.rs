//! The books of a run: every attempt is written down at once, under its phase and its kind of call.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::histogram::Histogram;
use crate::report::{Figures, Phase, Sockets};

/// Errors that are kept in words.
const PROBLEMS: usize = 20;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// People are still arriving.
    Ramp,
    /// All of them are there.
    Steady,
    /// Nothing new begins; what was sent is waited for.
    Over,
}

/// One request that was sent, and what came of it.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) call: &'static str,
    /// When it was sent.
    pub(crate) stage: Stage,
    pub(crate) took: Duration,
    /// Since the call was meant to be made: with the refusals before this attempt, and their waits.
    pub(crate) felt: Duration,
    pub(crate) bytes_in: u64,
    pub(crate) status: Option<u16>,
    pub(crate) reconnected: bool,
    pub(crate) verdict: Verdict,
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Answered,
    /// Come back later; after so long, if the answer said so.
    Refused(Option<Duration>),
    Failed(Failure),
}

/// An error: its kind, and in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: &'static str,
    pub(crate) what: String,
}

/// What went wrong; the strings are the report's keys.
impl Failure {
    pub(crate) const CONNECT: &'static str = "connect";
    pub(crate) const TIMEOUT: &'static str = "timeout";
    pub(crate) const BROKEN: &'static str = "broken";
    pub(crate) const SERVER_ERROR: &'static str = "server_error";
    pub(crate) const JSON: &'static str = "json";
    pub(crate) const STATUS: &'static str = "status";

    pub(crate) fn new(kind: &'static str, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
        }
    }
}

/// Shared by all people of a run.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Books>);

#[derive(Debug, Default)]
struct Books {
    ramp: Calls,
    steady: Calls,
    ramp_sockets: Wire,
    steady_sockets: Wire,
    problems: Vec<String>,
}

/// What went over live sockets.
#[derive(Debug, Default)]
struct Wire {
    delay: Histogram,
    /// All but the times.
    counts: Sockets,
}

type Calls = BTreeMap<&'static str, Tally>;

#[derive(Clone, Debug, Default)]
struct Tally {
    latency: Histogram,
    felt: Histogram,
    /// All but the times.
    counts: Figures,
}

impl Ledger {
    pub(crate) fn record(&self, attempt: Attempt) {
        let mut books = self.books();
        if let Verdict::Failed(failure) = &attempt.verdict {
            books.note(|| format!("{}: {}: {}", attempt.call, failure.kind, failure.what));
        }
        books.tally(attempt.stage, attempt.call).add(attempt);
    }

    /// A call was refused until the run was over.
    pub(crate) fn gave_up(&self, stage: Stage, call: &'static str) {
        self.books().tally(stage, call).counts.given_up += 1;
    }

    /// Rounds of something regular were left out, because the one before took so long.
    pub(crate) fn skipped(&self, stage: Stage, call: &'static str, rounds: u64) {
        self.books().tally(stage, call).counts.skipped += rounds;
    }

    /// A message has gone out over a socket.
    pub(crate) fn said(&self, stage: Stage) {
        self.books().wire(stage).counts.sent += 1;
    }

    /// A message has come over a socket.
    pub(crate) fn heard(&self, stage: Stage, bytes: usize) {
        let mut books = self.books();
        let counts = &mut books.wire(stage).counts;
        counts.received += 1;
        counts.bytes_in += bytes as u64;
    }

    /// The server has ended a socket.
    pub(crate) fn closed(&self, stage: Stage, code: u16) {
        let mut books = self.books();
        books.note(|| format!("a socket was closed with {code}"));
        *books.wire(stage).counts.closes.entry(code).or_default() += 1;
    }

    /// Somebody has let a socket break.
    pub(crate) fn vanished(&self, stage: Stage) {
        self.books().wire(stage).counts.vanished += 1;
    }

    /// The server has said `error`.
    pub(crate) fn complained(&self, stage: Stage, message: &str) {
        let mut books = self.books();
        books.note(|| format!("an error over a socket: {message}"));
        books.wire(stage).counts.complaints += 1;
    }

    /// A stroke that was sent in this stage has come to somebody.
    pub(crate) fn seen(&self, stage: Stage, delay: Duration) {
        self.books().wire(stage).delay.record(delay);
    }

    /// Ramp and steady phase (without their lengths), and the problems.
    pub(crate) fn report(&self) -> (Phase, Phase, Vec<String>) {
        let books = self.books();
        let ramp = phase(&books.ramp, &books.ramp_sockets);
        let steady = phase(&books.steady, &books.steady_sockets);
        (ramp, steady, books.problems.clone())
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // Each entry is written whole; after a panic elsewhere they are still right.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn tally(&mut self, stage: Stage, call: &'static str) -> &mut Tally {
        let calls = match stage {
            Stage::Ramp => &mut self.ramp,
            Stage::Steady | Stage::Over => &mut self.steady,
        };
        calls.entry(call).or_default()
    }

    fn wire(&mut self, stage: Stage) -> &mut Wire {
        match stage {
            Stage::Ramp => &mut self.ramp_sockets,
            Stage::Steady | Stage::Over => &mut self.steady_sockets,
        }
    }

    /// Keeps an error in words, if there are not too many of them.
    fn note(&mut self, problem: impl FnOnce() -> String) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(problem());
        }
    }
}

impl Tally {
    fn add(&mut self, attempt: Attempt) {
        let counts = &mut self.counts;
        counts.bytes_in += attempt.bytes_in;
        counts.reconnects += u64::from(attempt.reconnected);
        if let Some(status) = attempt.status {
            *counts.statuses.entry(status).or_default() += 1;
        }
        match attempt.verdict {
            Verdict::Answered => {
                self.latency.record(attempt.took);
                self.felt.record(attempt.felt);
            }
            Verdict::Refused(wait) => {
                *counts
                    .refusals
                    .entry(attempt.status.unwrap_or_default())
                    .or_default() += 1;
                counts.refusals_without_wait += u64::from(wait.is_none());
            }
            Verdict::Failed(failure) => *counts.errors.entry(failure.kind.to_owned()).or_default() += 1,
        }
    }

    fn merge(&mut self, other: &Self) {
        self.latency.merge(&other.latency);
        self.felt.merge(&other.felt);
        self.counts.add(&other.counts);
    }

    fn figures(&self) -> Figures {
        Figures {
            answered: self.latency.count(),
            latency: self.latency.times(),
            felt: self.felt.times(),
            ..self.counts.clone()
        }
    }
}

fn phase(calls: &Calls, wire: &Wire) -> Phase {
    let mut overall = Tally::default();
    for tally in calls.values() {
        overall.merge(tally);
    }
    let figures = |(&call, tally): (&&'static str, &Tally)| (call.to_owned(), tally.figures());
    Phase {
        seconds: 0.0,
        overall: overall.figures(),
        calls: calls.iter().map(figures).collect(),
        sockets: Sockets {
            seen: wire.delay.count(),
            delay: wire.delay.times(),
            ..wire.counts.clone()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(call: &'static str, stage: Stage, verdict: Verdict) -> Attempt {
        Attempt {
            call,
            stage,
            took: Duration::from_millis(10),
            felt: Duration::from_millis(30),
            bytes_in: 100,
            status: Some(200),
            reconnected: false,
            verdict,
        }
    }

    #[test]
    fn ramp_and_steady_phase_are_kept_apart() {
        let ledger = Ledger::default();
        ledger.record(attempt("list", Stage::Ramp, Verdict::Answered));
        ledger.record(attempt("list", Stage::Steady, Verdict::Answered));
        // Sent before the end, answered after it.
        ledger.record(attempt("stats", Stage::Over, Verdict::Answered));
        let (ramp, steady, problems) = ledger.report();
        assert_eq!((ramp.overall.answered, steady.overall.answered), (1, 2));
        assert_eq!(steady.overall.bytes_in, 200);
        let times = &steady.calls["list"];
        assert_eq!(format!("{} {}", times.latency.p95, times.felt.p95), "10 30");
        assert!(problems.is_empty());
    }

    #[test]
    fn refusals_and_errors_have_no_latency_and_are_counted_by_kind() {
        let ledger = Ledger::default();
        let refused = |status, wait| Attempt {
            status: Some(status),
            ..attempt("like", Stage::Steady, Verdict::Refused(wait))
        };
        ledger.record(refused(503, Some(Duration::from_secs(2))));
        ledger.record(refused(429, None));
        let failure = Failure::new(Failure::TIMEOUT, "no answer");
        ledger.record(attempt("like", Stage::Steady, Verdict::Failed(failure)));
        ledger.gave_up(Stage::Steady, "like");
        let (_, steady, problems) = ledger.report();
        let like = &steady.calls["like"];
        assert_eq!((like.answered, like.refused(), like.failed()), (0, 2, 1));
        assert_eq!(
            (
                like.refusals[&503],
                like.refusals[&429],
                like.refusals_without_wait
            ),
            (1, 1, 1)
        );
        assert_eq!((like.errors["timeout"], like.given_up), (1, 1));
        assert_eq!(problems, ["like: timeout: no answer"]);
        assert_eq!(&steady.overall, like);
    }
}
