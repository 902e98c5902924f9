//! A lane: one thread of the lowest priority for work that costs much CPU, with a short queue before it.
//!
//! Owns the thread, the queue, and a workspace that all jobs use one after the other (so that its memory exists
//! once). Must not know what the work is. What would wait too long is refused at once; a lane uses at most its
//! share of the CPU and pauses between jobs to keep to it.

mod pace;
mod queue;
mod time;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::Refused;
use pace::Pace;
use queue::{Job, Next, Queue};
use time::{ThreadTime, Time};

/// How a lane behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The thread's name. The kernel shows its first 15 bytes.
    pub name: String,
    /// CPU seconds that the lane may use per second. From 1.0 on it is never held back.
    pub share: f64,
    /// Jobs that may wait.
    pub queue: usize,
    /// A job that would wait longer is refused.
    pub longest_wait: Duration,
    /// The workspace is dropped after this long without a job.
    pub idle: Duration,
    /// CPU time of a typical job, taken for the average until jobs have been measured.
    pub first_cost: Duration,
}

impl Options {
    /// Half of `cpu` (the process's quota, in cores), 32 waiting jobs, at most 8 s of waiting,
    /// the workspace kept for 5 s, 40 ms for a job.
    pub fn half_of(cpu: f64, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            share: cpu / 2.0,
            queue: 32,
            longest_wait: Duration::from_secs(8),
            idle: Duration::from_secs(5),
            first_cost: Duration::from_millis(40),
        }
    }
}

/// Why a job has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Too many wait already; the job was not taken.
    Busy(Refused),
    /// The job panicked. The lane lives on, with a new workspace.
    Panicked,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy(refused) => refused.fmt(f),
            Self::Panicked => f.write_str("the work panicked"),
        }
    }
}

impl std::error::Error for Error {}

/// One thread, its queue and its workspace `W`. The thread ends when the lane is dropped.
pub struct Lane<W> {
    queue: Arc<Queue<W>>,
}

impl<W: 'static> Lane<W> {
    /// Starts the thread. `workspace` makes the workspace, on that thread, when the first job after a pause needs it.
    pub fn start(options: Options, workspace: impl Fn() -> W + Send + 'static) -> io::Result<Self> {
        Self::start_with(options, workspace, ThreadTime::new())
    }

    fn start_with(
        options: Options,
        workspace: impl Fn() -> W + Send + 'static,
        time: impl Time,
    ) -> io::Result<Self> {
        let pace = Pace::new(options.share, options.first_cost);
        let queue = Arc::new(Queue::new(pace, options.queue, options.longest_wait));
        let theirs = Arc::clone(&queue);
        thread::Builder::new().name(options.name).spawn(move || {
            Worker {
                queue: theirs,
                workspace: None,
                make: workspace,
                time,
            }
            .work(options.idle);
        })?;
        Ok(Self { queue })
    }

    /// Has `work` done on the lane's thread. A caller that stops waiting takes its job out of the queue, unless it
    /// has begun.
    pub async fn run<T>(&self, work: impl FnOnce(&mut W) -> T + Send + 'static) -> Result<T, Error>
    where
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.queue
            .admit(Box::new(Task { work, reply }))
            .map_err(Error::Busy)?;
        // A job that panics drops its side of the channel without an answer.
        answer.await.map_err(|_| Error::Panicked)
    }

    /// Jobs that wait or are being done.
    pub fn waiting(&self) -> usize {
        self.queue.waiting()
    }

    /// What [`Lane::waiting`] says, for somebody who does not hold the lane.
    pub fn watch(&self) -> impl Fn() -> usize + Send + Sync + 'static {
        let queue = Arc::clone(&self.queue);
        move || queue.waiting()
    }
}

impl<W> Drop for Lane<W> {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// A closure and who waits for its value.
struct Task<F, T> {
    work: F,
    reply: oneshot::Sender<T>,
}

impl<W, T: Send, F: FnOnce(&mut W) -> T + Send> Job<W> for Task<F, T> {
    fn run(self: Box<Self>, workspace: &mut W) {
        let value = (self.work)(workspace);
        // Nobody waits any more: the value is dropped.
        let _ = self.reply.send(value);
    }

    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }
}

/// The thread's side.
struct Worker<W, M, C> {
    queue: Arc<Queue<W>>,
    workspace: Option<W>,
    make: M,
    time: C,
}

impl<W, M: Fn() -> W, C: Time> Worker<W, M, C> {
    fn work(mut self, idle: Duration) {
        yield_to_others();
        loop {
            // Without a workspace there is nothing to drop, and no reason to wake up.
            let patience = self.workspace.is_some().then_some(idle);
            match self.queue.next(patience) {
                Next::Job(job) => self.run(job),
                Next::Idle => self.workspace = None,
                Next::Closed => return,
            }
        }
    }

    fn run(&mut self, job: Box<dyn Job<W>>) {
        let (wall, cpu) = (self.time.wall(), self.time.cpu());
        let done = catch_unwind(AssertUnwindSafe(|| {
            job.run(self.workspace.get_or_insert_with(&self.make));
        }));
        if done.is_err() {
            // Whatever state it was left in, nobody sees it.
            self.workspace = None;
        }
        let used = self.time.cpu().saturating_sub(cpu);
        let took = self.time.wall().saturating_sub(wall);
        // The caller has its answer already: only the next job waits for the pause.
        let pause = self.queue.pause(used, took);
        if !pause.is_zero() {
            self.time.pause(pause);
        }
        self.queue.finished(self.time.wall().saturating_sub(wall));
    }
}

/// Gives this thread the lowest priority. On Linux the priority belongs to the thread, not to the process;
/// where it cannot be changed, the lane works all the same.
#[cfg(target_os = "linux")]
fn yield_to_others() {
    const LOWEST: i32 = 19;
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), LOWEST);
}

#[cfg(not(target_os = "linux"))]
fn yield_to_others() {}
