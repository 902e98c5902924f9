//! The bounded queue before a database thread: small jobs and large ones, counted in messages and in bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, never, select};

use crate::Error;
use crate::job::Job;

/// The end that callers push to.
#[derive(Clone)]
pub(crate) struct Queue {
    small: Sender<Job>,
    large: Sender<Job>,
    held: Arc<AtomicUsize>,
    limit: usize,
}

/// The end that database threads take from; several may share it.
#[derive(Clone)]
pub(crate) struct Intake {
    small: Receiver<Job>,
    large: Receiver<Job>,
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

/// Why there is no job.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Idle {
    /// None came in time.
    Waiting,
    /// The queue is closed and empty.
    Closed,
}

/// A queue of at most `messages` small and as many large jobs, of at most `bytes` declared bytes.
pub(crate) fn queue(messages: usize, bytes: usize) -> (Queue, Intake) {
    let (small, small_intake) = bounded(messages);
    let (large, large_intake) = bounded(messages);
    let queue = Queue {
        small,
        large,
        held: Arc::default(),
        limit: bytes,
    };
    (
        queue,
        Intake {
            small: small_intake,
            large: large_intake,
        },
    )
}

impl Queue {
    /// Queues a job, or refuses it as `Busy` at once; never waits.
    pub(crate) fn push(&self, mut job: Job) -> Result<(), Error> {
        job.held = Some(self.hold(job.bytes)?);
        let lane = if job.bytes == 0 { &self.small } else { &self.large };
        lane.try_send(job).map_err(|refused| match refused {
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

impl Intake {
    /// The next job, small before large; waits for one. `None` when the queue is closed and empty.
    pub(crate) fn next(&self) -> Option<Job> {
        self.take(&never()).ok()
    }

    /// The next job, if one comes in time.
    pub(crate) fn next_within(&self, patience: Duration) -> Result<Job, Idle> {
        self.take(&crossbeam_channel::after(patience))
    }

    /// A small job, if one waits.
    pub(crate) fn try_small(&self) -> Option<Job> {
        self.small.try_recv().ok()
    }

    /// A large job, if one waits.
    pub(crate) fn try_large(&self) -> Option<Job> {
        self.large.try_recv().ok()
    }

    fn take(&self, patience: &Receiver<std::time::Instant>) -> Result<Job, Idle> {
        if let Some(job) = self.try_small() {
            return Ok(job);
        }
        // Both ends close together, so a closed lane only leaves the rest of the other.
        select! {
            recv(self.small) -> job => job.or_else(|_| self.large.recv()).map_err(|_| Idle::Closed),
            recv(self.large) -> job => job.or_else(|_| self.small.recv()).map_err(|_| Idle::Closed),
            recv(patience) -> _ => Err(Idle::Waiting),
        }
    }
}
