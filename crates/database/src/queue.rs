//! The bounded queue before a database thread: small jobs and large ones, counted in messages and in bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded, select};

use crate::Error;
use crate::job::Job;

/// The end that callers push to. The queue closes when the last clone of it is dropped.
#[derive(Clone)]
pub(crate) struct Queue {
    /// Boxed, because a channel's places are made with it, and few are ever taken.
    small: Sender<Box<Job>>,
    large: Sender<Box<Job>>,
    /// Never sent to: it only closes.
    _open: Sender<()>,
    held: Arc<AtomicUsize>,
    limit: usize,
    /// Threads that can serve, where that changes; nothing is queued for none.
    serving: Option<Arc<AtomicUsize>>,
}

/// The end that database threads take from; several may share it.
#[derive(Clone)]
pub(crate) struct Intake {
    small: Receiver<Box<Job>>,
    large: Receiver<Box<Job>>,
    closed: Receiver<()>,
}

/// A job's share of the queue's bytes, given back when it is dropped.
pub(crate) struct Held {
    bytes: usize,
    all: Arc<AtomicUsize>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A queue of at most `messages` small and as many large jobs, of at most `bytes` declared bytes. Where the threads
/// may lose their connections, `serving` counts those that have one.
pub(crate) fn queue(messages: usize, bytes: usize, serving: Option<Arc<AtomicUsize>>) -> (Queue, Intake) {
    let (small, small_intake) = bounded(messages);
    let (large, large_intake) = bounded(messages);
    let (open, closed) = bounded(0);
    let queue = Queue {
        small,
        large,
        _open: open,
        held: Arc::default(),
        limit: bytes,
        serving,
    };
    (
        queue,
        Intake {
            small: small_intake,
            large: large_intake,
            closed,
        },
    )
}

impl Queue {
    /// Queues a job, or refuses it at once as `Busy` or `Unavailable`; never waits.
    pub(crate) fn push(&self, mut job: Job) -> Result<(), Error> {
        if self
            .serving
            .as_ref()
            .is_some_and(|serving| serving.load(Ordering::Acquire) == 0)
        {
            return Err(Error::Unavailable);
        }
        job.held = Some(self.hold(job.bytes)?);
        let lane = if job.bytes == 0 { &self.small } else { &self.large };
        lane.try_send(Box::new(job)).map_err(|refused| match refused {
            TrySendError::Full(_) => Error::Busy,
            TrySendError::Disconnected(_) => Error::Unavailable,
        })
    }

    /// Jobs that wait.
    pub(crate) fn len(&self) -> usize {
        self.small.len() + self.large.len()
    }

    /// Bytes held by large jobs, waiting or running.
    pub(crate) fn bytes(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// A write larger than the whole bound counts as the bound, or it could never be taken.
    fn hold(&self, bytes: usize) -> Result<Held, Error> {
        let bytes = bytes.min(self.limit);
        let fits = |held: usize| held.checked_add(bytes).filter(|sum| *sum <= self.limit);
        self.held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits)
            .map_err(|_| Error::Busy)?;
        Ok(Held {
            bytes,
            all: Arc::clone(&self.held),
        })
    }
}

/// What a thread does next.
pub(crate) enum Next {
    Job(Job),
    /// Nothing came in the time.
    Idle,
    /// The queue is closed and empty.
    Closed,
}

impl Intake {
    /// The next job, small before large; waits for one. `None` when the queue is closed and empty.
    pub(crate) fn next(&self) -> Option<Job> {
        if let Some(job) = self.try_small() {
            return Some(job);
        }
        // Both lanes close together, so a closed one only leaves the rest of the other.
        select! {
            recv(self.small) -> job => job.or_else(|_| self.large.recv()).ok(),
            recv(self.large) -> job => job.or_else(|_| self.small.recv()).ok(),
        }
        .map(|job| *job)
    }

    /// The same, waiting for `time` at most.
    pub(crate) fn next_within(&self, time: Duration) -> Next {
        if let Some(job) = self.try_small() {
            return Next::Job(job);
        }
        let job = select! {
            recv(self.small) -> job => job.or_else(|_| self.large.recv()).ok(),
            recv(self.large) -> job => job.or_else(|_| self.small.recv()).ok(),
            default(time) => return Next::Idle,
        };
        job.map_or(Next::Closed, |job| Next::Job(*job))
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.small.is_empty() && self.large.is_empty()
    }

    /// A small job, if one waits.
    pub(crate) fn try_small(&self) -> Option<Job> {
        self.small.try_recv().ok().map(|job| *job)
    }

    /// A large job, if one waits.
    pub(crate) fn try_large(&self) -> Option<Job> {
        self.large.try_recv().ok().map(|job| *job)
    }

    /// Waits without taking a job; true as soon as the queue is closed.
    pub(crate) fn closed_within(&self, pause: Duration) -> bool {
        self.closed.recv_timeout(pause) == Err(RecvTimeoutError::Disconnected)
    }
}
