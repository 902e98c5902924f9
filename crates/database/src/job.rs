//! A closure on its way through a queue: run on a database thread, answered to the task that awaits it.

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

/// One queued closure.
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
}

impl Job {
    /// A job and the end at which its answer arrives.
    pub(crate) fn new<T, E, F>(
        kind: Kind,
        deadline: Instant,
        limit: Option<Duration>,
        bytes: usize,
        counters: Arc<Counters>,
        work: F,
    ) -> (Self, oneshot::Receiver<Result<T, E>>)
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work = Box::new(Closure {
            work,
            result: None,
            reply,
        });
        (
            Self {
                kind,
                deadline,
                limit,
                bytes,
                held: None,
                counters,
                work,
            },
            answer,
        )
    }

    /// Whether nobody waits for the answer any more.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.work.is_abandoned()
    }

    /// Whether its time was over before it began.
    pub(crate) fn is_late(&self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Runs the closure and keeps its result until [`Job::answer`]. May be called again; the last run counts.
    pub(crate) fn run(&mut self, conn: &mut Conn<'_>) -> Verdict {
        self.work.run(conn)
    }

    /// Sends the result of the last run.
    pub(crate) fn answer(self) {
        drop(self.held);
        self.counters.done();
        self.work.answer();
    }

    /// Sends `error` instead of any result.
    pub(crate) fn refuse(self, error: Error) {
        drop(self.held);
        self.counters.done();
        self.work.refuse(error);
    }
}

/// A closure with its types erased.
trait Work: Send {
    fn is_abandoned(&self) -> bool;
    fn run(&mut self, conn: &mut Conn<'_>) -> Verdict;
    fn answer(self: Box<Self>);
    fn refuse(self: Box<Self>, error: Error);
}

struct Closure<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Work for Closure<T, E, F>
where
    F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, conn: &mut Conn<'_>) -> Verdict {
        // What a panic leaves half done is the closure's own, which is dropped, and a transaction, which is undone.
        let ran = catch_unwind(AssertUnwindSafe(|| (self.work)(conn)));
        let (result, verdict) = match (ran, conn.failure()) {
            (Err(_), _) => (Err(E::from(Error::Panicked)), Verdict::Panicked),
            // The closure overlooked a failed statement, which its engine did not.
            (Ok(Ok(_)), Some(failure)) => (Err(E::from(failure.clone())), Verdict::Undo),
            (Ok(Ok(value)), None) => (Ok(value), Verdict::Keep),
            (Ok(Err(error)), _) => (Err(error), Verdict::Undo),
        };
        self.result = Some(result);
        verdict
    }

    fn answer(self: Box<Self>) {
        if let Some(result) = self.result {
            // A caller who has gone needs no answer.
            let _ = self.reply.send(result);
        }
    }

    fn refuse(self: Box<Self>, error: Error) {
        let _ = self.reply.send(Err(E::from(error)));
    }
}
