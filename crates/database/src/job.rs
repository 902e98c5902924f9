//! A closure on its way through a queue: run on a database thread, answered to the task that awaits it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::database::Counters;
use crate::queue::Held;
use crate::{Conn, Error};

/// What a job does, and so what its transaction looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
    /// A write that holds on to the rows it begins with: it waits for others instead of failing after them.
    Ordered,
    /// The same, on the connection that is kept for such writes.
    Apart,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The closure returned `Ok`: commit what it wrote.
    Keep,
    /// It failed: undo what it wrote.
    Undo,
    /// It panicked: undo what it wrote.
    Panicked,
}

/// One queued closure. Everything but [`Closure`] knows nothing of its types: a program has hundreds of closures, and what is
/// generic exists once for each.
pub(crate) struct Job {
    pub(crate) kind: Kind,
    pub(crate) deadline: Instant,
    /// How long each statement may take, where that is less than usual.
    pub(crate) limit: Option<Duration>,
    /// Declared size of what it writes; 0 for a small write.
    pub(crate) bytes: usize,
    /// Its share of the queue's bytes, held until it has been answered.
    pub(crate) held: Option<Held>,
    counters: Arc<Counters>,
    work: Box<dyn Work>,
    reply: oneshot::Sender<Result<Done, Error>>,
}

/// The result of the last run, a `Result<T, E>` of the closure's types.
pub(crate) type Done = Box<dyn Any + Send>;

impl Job {
    /// A job and the end at which its answer arrives.
    pub(crate) fn new(
        kind: Kind,
        deadline: Instant,
        limit: Option<Duration>,
        bytes: usize,
        counters: Arc<Counters>,
        work: Box<dyn Work>,
    ) -> (Self, oneshot::Receiver<Result<Done, Error>>) {
        let (reply, answer) = oneshot::channel();
        let job = Self {
            kind,
            deadline,
            limit,
            bytes,
            held: None,
            counters,
            work,
            reply,
        };
        (job, answer)
    }

    /// Whether nobody waits for the answer any more.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    /// Whether its time was over before it began.
    pub(crate) fn is_late(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Runs the closure and keeps its result until [`Job::answer`]. May be called again; the last run counts.
    pub(crate) fn run(&mut self, conn: &mut Conn<'_>) -> Verdict {
        // What a panic leaves half done is the closure's own, which is dropped, and a transaction, which is undone.
        let ran = catch_unwind(AssertUnwindSafe(|| self.work.run(conn)));
        match (ran, conn.failure()) {
            (Err(_), _) => {
                self.work.fail(Error::Panicked);
                Verdict::Panicked
            }
            // The closure overlooked a failed statement, which its engine did not.
            (Ok(true), Some(failure)) => {
                self.work.fail(failure.clone());
                Verdict::Undo
            }
            (Ok(true), None) => Verdict::Keep,
            (Ok(false), _) => Verdict::Undo,
        }
    }

    /// Sends the result of the last run.
    pub(crate) fn answer(self) {
        self.counters.answered();
        drop(self.held);
        // A caller who has gone needs no answer.
        let _ = self.reply.send(self.work.done().ok_or(Error::Unavailable));
    }

    /// Sends `error` instead of any result.
    pub(crate) fn refuse(self, error: Error) {
        self.counters.answered();
        drop(self.held);
        drop(self.work);
        let _ = self.reply.send(Err(error));
    }
}

/// A closure with its types erased.
pub(crate) trait Work: Send {
    /// Runs it and keeps the result; whether that is `Ok`.
    fn run(&mut self, conn: &mut Conn<'_>) -> bool;
    /// Keeps `error` as the result.
    fn fail(&mut self, error: Error);
    /// Gives up the closure for its last result, if it ever ran.
    fn done(self: Box<Self>) -> Option<Done>;
}

pub(crate) struct Closure<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
}

impl<T, E, F> Closure<T, E, F> {
    pub(crate) fn new(work: F) -> Self {
        Self { work, result: None }
    }
}

impl<T, E, F> Work for Closure<T, E, F>
where
    F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    fn run(&mut self, conn: &mut Conn<'_>) -> bool {
        let result = (self.work)(conn);
        self.result.insert(result).is_ok()
    }

    fn fail(&mut self, error: Error) {
        self.result = Some(Err(E::from(error)));
    }

    fn done(self: Box<Self>) -> Option<Done> {
        Some(Box::new(self.result?))
    }
}
