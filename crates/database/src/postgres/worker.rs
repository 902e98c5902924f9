//! One database thread: keeps a connection, runs jobs on it, and runs them again where PostgreSQL asks for it.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::errors::{NoConnection, Trouble};
use super::session::{FIRST_PAUSE, LONGEST_PAUSE, PostgresSession};
use super::threads::Link;
use crate::Error;
use crate::conn::{Conn, Session as _};
use crate::job::{Job, Kind, Verdict};
use crate::queue::{Intake, Next};

/// How often a write is run when others keep changing the same rows: once, and three times more.
const ATTEMPTS: u32 = 4;
/// How long a connection keeps its prepared statements without a job.
const REST: Duration = Duration::from_secs(300);
/// Time for an attempt to replace a lost connection while jobs may be waiting for it.
const QUICKLY: Duration = Duration::from_secs(1);

/// A thread's state. It takes jobs only while it has a connection.
pub(super) struct Worker {
    link: Arc<Link>,
    intake: Intake,
    session: Option<PostgresSession>,
}

/// What became of one attempt at a write.
enum Outcome {
    /// The closure's own result stands.
    Answer,
    /// Nobody may be told the closure's result.
    Refuse(Error),
    /// Nothing was committed: run it again, or refuse it with this.
    Again(Error),
}

impl Worker {
    /// With a connection that is counted already, or none yet.
    pub(super) fn new(link: Arc<Link>, intake: Intake, session: Option<PostgresSession>) -> Self {
        Self {
            link,
            intake,
            session,
        }
    }

    /// Connects and serves until the queue is closed.
    pub(super) fn run(mut self) {
        let (mut pause, mut time) = (FIRST_PAUSE, self.link.connect_timeout);
        let mut counted = self.session.is_some();
        loop {
            let connected = match self.session {
                Some(_) => Ok(()),
                None => self.connect(time),
            };
            // A connection that is replaced at once was never away.
            if counted != connected.is_ok() {
                counted = connected.is_ok();
                self.link.count(counted);
            }
            if let Err(none) = connected {
                if pause == FIRST_PAUSE {
                    tracing::warn!(server = %self.link.target, reason = none.reason, "no connection to PostgreSQL");
                }
                self.refuse_waiting();
                if self.intake.closed_within(jittered(pause)) {
                    break;
                }
                (pause, time) = ((pause * 2).min(LONGEST_PAUSE), self.link.connect_timeout);
            } else {
                if self.serve() {
                    break;
                }
                (pause, time) = (FIRST_PAUSE, QUICKLY.min(self.link.connect_timeout));
            }
        }
        if let Some(session) = self.session {
            session.close();
        }
    }

    /// While no thread has a connection nothing is queued; this answers what was queued before.
    fn refuse_waiting(&self) {
        while self.link.is_away()
            && let Some(job) = self.intake.try_small().or_else(|| self.intake.try_large())
        {
            job.refuse(Error::Unavailable);
        }
    }

    /// Serves jobs while there is a connection; true when the queue is closed and empty.
    fn serve(&mut self) -> bool {
        while self.session.is_some() {
            let job = match self.intake.next_within(self.patience()) {
                Next::Job(job) => job,
                Next::Closed => return true,
                Next::Idle => {
                    self.rest();
                    continue;
                }
            };
            if job.is_abandoned() {
                continue;
            }
            if job.is_late() {
                job.refuse(Error::Busy);
                continue;
            }
            // Nobody else serves what has a connection of its own: that is replaced when nothing comes.
            let is_apart = job.kind == Kind::Apart;
            match job.kind {
                Kind::Read => self.read(job),
                Kind::Write | Kind::Ordered | Kind::Apart => self.write(job),
            }
            self.renew();
            if !is_apart && self.intake.is_empty() {
                self.give_back_room();
            }
        }
        false
    }

    /// How long it waits for a job before it rests.
    fn patience(&self) -> Duration {
        let is_roomy = self.session.as_ref().is_some_and(PostgresSession::is_roomy);
        if is_roomy { self.link.roomy } else { REST }
    }

    /// When no job has come for a while, room for large messages is given back, and later the prepared statements: a busy
    /// hour would otherwise stay in memory, once for each connection.
    fn rest(&mut self) {
        let Some(session) = &mut self.session else { return };
        if session.is_roomy() {
            return self.give_back_room();
        }
        if session.has_statements() {
            session.forget();
            // The server is told by the next exchange; there may be none for hours.
            let _ = session.batch("");
        }
        self.recover();
    }

    fn connect(&mut self, time: Duration) -> Result<(), NoConnection> {
        let connected = PostgresSession::connect(&self.link.target, time, self.link.statement_timeout);
        self.session = Some(connected?);
        Ok(())
    }

    /// The connection for a job: the one there is, or a new one after it was lost.
    fn session(&mut self, deadline: Instant) -> Result<&mut PostgresSession, Error> {
        if self.session.is_none() {
            let left = deadline.saturating_duration_since(Instant::now());
            self.connect(left.min(self.link.connect_timeout))
                .map_err(|_| Error::Unavailable)?;
        }
        Ok(self.session.as_mut().expect("it has just been connected"))
    }

    /// Puts another connection in the place of one that has had room for large messages, and none of them, for a while. It
    /// works, so it stays until there is another.
    fn give_back_room(&mut self) {
        let Some(session) = &mut self.session else { return };
        if !session.was_roomy_for(self.link.roomy) {
            return;
        }
        let (link, time) = (&self.link, QUICKLY.min(self.link.connect_timeout));
        match PostgresSession::connect(&link.target, time, link.statement_timeout) {
            Ok(new) => std::mem::replace(session, new).close(),
            // Not again at once.
            Err(_) => session.keep_room(),
        }
    }

    /// Replaces a connection that is too old, between two jobs.
    fn renew(&mut self) {
        if let Some(old) = self
            .session
            .take_if(|session| session.age() >= self.link.conn_max_age)
        {
            old.close();
            // If it fails, the thread goes on to try as after any loss.
            let _ = self.connect(self.link.connect_timeout);
        }
    }

    /// Runs a read, and once more if its connection turned out to be dead or its statements stale.
    fn read(&mut self, mut job: Job) {
        let link = Arc::clone(&self.link);
        for _ in 0..2 {
            match self.session(job.deadline) {
                Ok(session) => run_read(session, &mut job, &link),
                Err(error) => return job.refuse(error),
            }
            if !self.recover() || job.is_late() {
                break;
            }
        }
        job.answer();
    }

    /// Runs a write until it is committed, refused, or out of attempts.
    fn write(&mut self, mut job: Job) {
        let link = Arc::clone(&self.link);
        let mut refusal = Error::Busy;
        for attempt in 1..=ATTEMPTS {
            let session = match self.session(job.deadline) {
                Ok(session) => session,
                Err(error) => return job.refuse(error),
            };
            // The last attempt has this process to itself, so that somebody always comes through; but for what has a
            // connection of its own, which waits for rows and nothing else.
            let outcome = if job.kind == Kind::Apart {
                run_write(session, &mut job, &link)
            } else if attempt < ATTEMPTS {
                let _others = link.alone.read().unwrap_or_else(PoisonError::into_inner);
                run_write(session, &mut job, &link)
            } else {
                let _alone = link.alone.write().unwrap_or_else(PoisonError::into_inner);
                run_write(session, &mut job, &link)
            };
            self.recover();
            match outcome {
                Outcome::Answer => return job.answer(),
                Outcome::Refuse(error) => return job.refuse(error),
                Outcome::Again(error) => refusal = error,
            }
            if job.is_late() {
                break;
            }
            if attempt < ATTEMPTS && refusal == Error::Busy {
                thread::sleep(jittered(Duration::from_millis(4) * attempt));
            }
        }
        job.refuse(refusal);
    }

    /// Drops a lost connection or its stale statements; true when there was something to recover from.
    fn recover(&mut self) -> bool {
        let Some(session) = &mut self.session else {
            return false;
        };
        match session.take_trouble() {
            None => return false,
            Some(Trouble::Conflict) => {}
            Some(Trouble::Stale) => session.forget(),
            Some(Trouble::Lost) => self.session = None,
        }
        true
    }
}

/// Runs a read without a transaction: the server takes each statement for one of its own, and refuses to write.
fn run_read(session: &mut PostgresSession, job: &mut Job, link: &Link) {
    let limit = job
        .limit
        .unwrap_or(link.statement_timeout)
        .min(link.statement_timeout);
    if session.limit_statements(limit).is_err() {
        return; // The connection is lost, which is known now.
    }
    job.run(&mut Conn::new(
        session,
        &link.counters.statements,
        job.deadline,
        false,
    ));
}

/// Runs a write in one transaction.
fn run_write(session: &mut PostgresSession, job: &mut Job, link: &Link) -> Outcome {
    session.begin(job.kind, job.deadline);
    let mut conn = Conn::new(session, &link.counters.statements, job.deadline, true);
    let verdict = job.run(&mut conn);
    let failure = conn.failure().cloned();
    let troubled = session.trouble().is_some();
    if troubled && verdict != Verdict::Panicked {
        session.rollback();
        return Outcome::Again(failure.unwrap_or(Error::Busy));
    }
    if verdict != Verdict::Keep {
        session.rollback();
        return Outcome::Answer;
    }
    match session.commit() {
        Ok(()) => Outcome::Answer,
        Err(Error::Busy) => Outcome::Again(Error::Busy),
        Err(error) => Outcome::Refuse(error),
    }
}

/// Between a half and the whole of a duration, so that those who failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    let random = RandomState::new().hash_one(Instant::now());
    pause / 2 + (pause / 2).mul_f64((random % 1024) as f64 / 1024.0)
}
