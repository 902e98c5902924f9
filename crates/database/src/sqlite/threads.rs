//! The threads of an SQLite database.

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, TrySendError, bounded};

use super::session::{KEEPER_CACHE, Role, SqliteSession};
use super::{batch, checkpoint};
use crate::conn::Conn;
use crate::database::{Counters, Queues, spawn};
use crate::job::{Job, Verdict};
use crate::queue::{Intake, Next, queue};
use crate::{Error, Options};

/// Opens the file and starts its threads.
pub(crate) fn start(
    path: &Path,
    options: &Options,
    counters: &Arc<Counters>,
) -> Result<(Queues, Vec<JoinHandle<()>>), Error> {
    let readers = options.readers.max(1);
    let open = |role| {
        let cache = match role {
            Role::Writer => options.cache_bytes / 2,
            Role::Reader => options.cache_bytes / 2 / readers,
            Role::Keeper => KEEPER_CACHE,
        };
        SqliteSession::open(path, role, cache, options.max_pages)
    };
    let pace = || Pace::new(options.idle, options.resting);
    let (reads, to_read) = queue(options.queue, options.queued_bytes, None);
    let (writes, to_write) = queue(options.queue, options.queued_bytes, None);
    let (committed, commits) = bounded(1);
    let mut threads = Vec::new();

    // The writer first: its connection makes the file and turns the log on.
    let (session, counted) = (open(Role::Writer)?, Arc::clone(counters));
    let (time, writers_pace) = (options.batch_time, pace());
    threads.push(spawn("db-writer", move || {
        write(session, &to_write, &committed, (time, writers_pace), &counted);
    })?);
    let session = open(Role::Keeper)?;
    threads.push(spawn("db-checkpoint", move || checkpoint::run(session, commits))?);
    for number in 0..readers {
        let (session, intake, counted) = (open(Role::Reader)?, to_read.clone(), Arc::clone(counters));
        let readers_pace = pace();
        threads.push(spawn(&format!("db-reader-{number}"), move || {
            read(session, &intake, readers_pace, &counted);
        })?);
    }
    let queues = Queues {
        reads,
        apart: writes.clone(),
        writes,
    };
    Ok((queues, threads))
}

fn write(
    mut session: SqliteSession,
    intake: &Intake,
    committed: &Sender<()>,
    (time, mut pace): (Duration, Pace),
    counters: &Counters,
) {
    while let Some(first) = pace.next(&session, intake) {
        let wrote = batch::run(&mut session, intake, first, time, counters);
        if wrote && let Err(TrySendError::Disconnected(())) = committed.try_send(()) {
            tracing::error!("nobody moves the write-ahead log into the database");
        }
    }
}

fn read(mut session: SqliteSession, intake: &Intake, mut pace: Pace, counters: &Counters) {
    while let Some(job) = pace.next(&session, intake) {
        if job.is_abandoned() {
            continue;
        }
        answer_read(&mut session, job, counters);
    }
}

/// Fewer jobs than this in the time of [`Options::idle`] are no reason to keep pages for the next.
const FEW: u32 = 100;

/// How busy a connection is. Its page cache is for busy times: what a busy hour has filled would otherwise stay in memory
/// for as long as anybody comes by now and then.
struct Pace {
    window: Duration,
    resting: fn(),
    began: Instant,
    jobs: u32,
    /// Whether the last window was a busy one.
    was_busy: bool,
}

/// What a window of time was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Busy,
    /// The first quiet one after a busy one.
    QuietAgain,
    Quiet,
}

impl Pace {
    fn new(window: Duration, resting: fn()) -> Self {
        Self {
            window,
            resting,
            began: Instant::now(),
            jobs: 0,
            was_busy: false,
        }
    }

    /// What a window with so many jobs was.
    fn end_of_window(&mut self, jobs: u32) -> Ended {
        let is_busy = jobs >= FEW;
        let was_busy = std::mem::replace(&mut self.was_busy, is_busy);
        match (is_busy, was_busy) {
            (true, _) => Ended::Busy,
            (false, true) => Ended::QuietAgain,
            (false, false) => Ended::Quiet,
        }
    }

    /// The next job. The page cache is given back after a time of few or none, in a moment in which nobody waits.
    fn next(&mut self, session: &SqliteSession, intake: &Intake) -> Option<Job> {
        loop {
            let left = self.window.saturating_sub(self.began.elapsed());
            match intake.next_within(left) {
                Next::Job(job) => {
                    self.jobs += 1;
                    return Some(job);
                }
                Next::Closed => return None,
                Next::Idle => {}
            }
            let jobs = std::mem::take(&mut self.jobs);
            let ended = self.end_of_window(jobs);
            if ended != Ended::Busy {
                session.give_back_cache();
            }
            if ended == Ended::QuietAgain {
                (self.resting)();
            }
            if jobs == 0 {
                // There would be nothing to give back the next time: it sleeps until somebody comes.
                let job = intake.next()?;
                (self.began, self.jobs) = (Instant::now(), 1);
                return Some(job);
            }
            self.began = Instant::now();
        }
    }
}

/// Runs a read in a transaction, so that all its statements see the same state.
fn answer_read(session: &mut SqliteSession, mut job: Job, counters: &Counters) {
    if job.is_late() {
        return job.refuse(Error::Busy);
    }
    if let Err(error) = session.control("BEGIN") {
        return job.refuse(error);
    }
    session.interrupt_at(Some(job.deadline));
    let verdict = job.run(&mut Conn::new(session, &counters.statements, job.deadline, false));
    session.interrupt_at(None);
    // A read has nothing to keep; ROLLBACK also ends what a panic or an interrupt has left open.
    let end = if verdict == Verdict::Keep {
        "COMMIT"
    } else {
        "ROLLBACK"
    };
    if session.in_transaction()
        && let Err(error) = session.control(end)
    {
        tracing::error!(%error, "SQLite cannot end a read");
    }
    job.answer();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_rests_once_after_a_busy_time_and_not_after_a_quiet_one() {
        let mut pace = Pace::new(Duration::from_secs(10), || {});
        let mut ended = |jobs| pace.end_of_window(jobs);
        assert_eq!([0, FEW - 1].map(&mut ended), [Ended::Quiet; 2]);
        assert_eq!([FEW, 10 * FEW].map(&mut ended), [Ended::Busy; 2]);
        assert_eq!([5, 0].map(&mut ended), [Ended::QuietAgain, Ended::Quiet]);
    }
}
