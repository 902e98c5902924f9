//! The jobs that wait before a lane, and who is let in.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::pace::Pace;
use crate::Refused;

/// Work for the lane's thread.
pub(super) trait Job<W>: Send {
    fn run(self: Box<Self>, workspace: &mut W);
    /// Whether nobody waits for it any more.
    fn is_abandoned(&self) -> bool;
}

/// What the thread does next.
pub(super) enum Next<W> {
    Job(Box<dyn Job<W>>),
    /// Nothing came for as long as the thread was patient.
    Idle,
    Closed,
}

pub(super) struct Queue<W> {
    state: Mutex<State<W>>,
    changed: Condvar,
    bound: usize,
    longest_wait: Duration,
}

struct State<W> {
    jobs: VecDeque<Box<dyn Job<W>>>,
    /// A job is being done, or the pause after it.
    busy: bool,
    closed: bool,
    pace: Pace,
}

impl<W> State<W> {
    fn ahead(&self) -> usize {
        self.jobs.len() + usize::from(self.busy)
    }
}

impl<W> Queue<W> {
    pub(super) fn new(pace: Pace, bound: usize, longest_wait: Duration) -> Self {
        let state = State {
            jobs: VecDeque::new(),
            busy: false,
            closed: false,
            pace,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            bound,
            longest_wait,
        }
    }

    /// Takes the job in, or refuses it with the wait that it would have had.
    pub(super) fn admit(&self, job: Box<dyn Job<W>>) -> Result<(), Refused> {
        let mut state = self.lock();
        // Callers that hung up must not keep others out.
        state.jobs.retain(|job| !job.is_abandoned());
        let expected_wait = state.pace.wait(state.ahead());
        if state.jobs.len() >= self.bound || expected_wait > self.longest_wait {
            return Err(Refused { expected_wait });
        }
        state.jobs.push_back(job);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for a job, for `patience` or without an end.
    pub(super) fn next(&self, patience: Option<Duration>) -> Next<W> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return Next::Closed;
            }
            while let Some(job) = state.jobs.pop_front() {
                if !job.is_abandoned() {
                    state.busy = true;
                    return Next::Job(job);
                }
            }
            let nothing = |state: &mut State<W>| state.jobs.is_empty() && !state.closed;
            let Some(patience) = patience else {
                state = self
                    .changed
                    .wait_while(state, nothing)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (guard, waited) = self
                .changed
                .wait_timeout_while(state, patience, nothing)
                .unwrap_or_else(PoisonError::into_inner);
            if waited.timed_out() {
                return Next::Idle;
            }
            state = guard;
        }
    }

    /// How long the thread is to pause after a job of this cost.
    pub(super) fn pause(&self, cpu: Duration, wall: Duration) -> Duration {
        self.lock().pace.pause(cpu, wall)
    }

    /// The job is done, its pause over: it occupied the thread for `wall`.
    pub(super) fn finished(&self, wall: Duration) {
        let mut state = self.lock();
        state.busy = false;
        state.pace.learn(wall);
    }

    pub(super) fn waiting(&self) -> usize {
        self.lock().ahead()
    }

    /// The thread ends after its present job; nobody waits for another one, since waiting borrows the lane.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }

    /// Each change of the state is complete in itself, so a panic elsewhere cannot have left it half done.
    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
