//! Group commit: queued writes share one transaction and one sync of the disk, each in its own savepoint.

use std::time::{Duration, Instant};

use super::session::SqliteSession;
use crate::Error;
use crate::conn::Conn;
use crate::database::Counters;
use crate::job::{Job, Verdict};
use crate::queue::Intake;

/// Writes in one batch.
const JOBS: usize = 64;
/// Declared bytes after which a batch is full.
const BYTES: usize = 1 << 20;

/// Runs `first` and what else is queued in one transaction, and answers each after it was committed.
/// True when something may have been written.
pub(super) fn run(
    session: &mut SqliteSession,
    intake: &Intake,
    first: Job,
    time: Duration,
    counters: &Counters,
) -> bool {
    if let Err(error) = session.control("BEGIN IMMEDIATE") {
        first.refuse(error);
        return false;
    }
    let mut batch = Batch {
        session,
        counters,
        jobs: Vec::new(),
        wrote: false,
        lost: false,
    };
    let outcome = batch.fill(intake, first, time).and_then(|()| batch.commit());
    batch.answer(&outcome)
}

struct Batch<'a> {
    session: &'a mut SqliteSession,
    counters: &'a Counters,
    /// Those that have run, in order.
    jobs: Vec<(Job, Verdict)>,
    /// Whether a closure whose writes are kept changed anything.
    wrote: bool,
    /// Whether the last closure took the whole transaction down with it.
    lost: bool,
}

impl Batch<'_> {
    /// Runs jobs until the batch is full or nothing waits; an error when the transaction was lost.
    fn fill(&mut self, intake: &Intake, first: Job, time: Duration) -> Result<(), Error> {
        let start = Instant::now();
        let mut bytes = 0;
        let mut large = 0;
        let mut next = Some(first);
        while let Some(job) = next {
            bytes += job.bytes;
            large += usize::from(job.bytes > 0);
            self.run(job)?;
            if self.jobs.len() >= JOBS || bytes >= BYTES || start.elapsed() >= time {
                break;
            }
            // Small before large; but the last place is for a large one that small ones would keep waiting for ever.
            let owed = self.jobs.len() == JOBS - 1 && large == 0;
            next = if owed { intake.try_large() } else { None };
            next = next.or_else(|| intake.try_small()).or_else(|| intake.try_large());
        }
        Ok(())
    }

    /// Runs one closure in its savepoint.
    fn run(&mut self, mut job: Job) -> Result<(), Error> {
        if job.is_abandoned() {
            return Ok(());
        }
        if job.is_late() {
            job.refuse(Error::Busy);
            return Ok(());
        }
        if let Err(error) = self.session.control("SAVEPOINT job") {
            self.jobs.push((job, Verdict::Undo));
            return Err(error);
        }
        let (before, _) = self.session.take_changes();
        self.session.interrupt_at(Some(job.deadline));
        let mut conn = Conn::new(&mut *self.session, &self.counters.statements, job.deadline, true);
        let verdict = job.run(&mut conn);
        let full = conn.failure() == Some(&Error::Full);
        self.session.interrupt_at(None);
        let (after, scripted) = self.session.take_changes();
        self.jobs.push((job, verdict));

        // A full disk or an interrupted write may have rolled the whole transaction back, savepoints included.
        if !self.session.in_transaction() {
            self.lost = true;
            return Err(if full { Error::Full } else { Error::Busy });
        }
        if verdict == Verdict::Keep {
            self.wrote |= scripted || after > before;
        } else {
            self.session.control("ROLLBACK TO job")?;
        }
        self.session.control("RELEASE job")
    }

    fn commit(&mut self) -> Result<(), Error> {
        // What was undone is still marked as changed in the page cache, and a COMMIT would write it to the log.
        let end = if self.wrote { "COMMIT" } else { "ROLLBACK" };
        self.session.control(end).map_err(|error| match error {
            // The disk failed in the middle: the commit may stand in the log, and be found there after a crash.
            Error::Unavailable => Error::OutcomeUnknown,
            error => error,
        })
    }

    /// Answers everyone: with their own results after the commit, else all with the error.
    fn answer(self, outcome: &Result<(), Error>) -> bool {
        if outcome.is_err()
            && self.session.in_transaction()
            && let Err(error) = self.session.control("ROLLBACK")
        {
            tracing::error!(%error, "SQLite cannot roll back");
        }
        let last = self.jobs.len().saturating_sub(1);
        for (place, (job, verdict)) in self.jobs.into_iter().enumerate() {
            // The one that lost the transaction knows best why.
            let culprit = self.lost && place == last && verdict == Verdict::Undo;
            match outcome {
                Err(error) if verdict != Verdict::Panicked && !culprit => job.refuse(error.clone()),
                _ => job.answer(),
            }
        }
        self.wrote
    }
}
