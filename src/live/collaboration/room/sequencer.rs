//! Gives the operations of all rooms their numbers, many at a time: while one write is under way the next gathers.
//!
//! An operation is handed to its room only after it has been committed. While the database is away operations wait; those
//! that have waited for too long are given up, and whoever sent them is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use database::Error;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::sleep;

use super::floor::Origin;
use super::op::Op;
use super::store::{self, Entry, MOST_AT_ONCE};
use crate::app::App;

/// Operations that wait or are being written, at most, and their bytes; whoever has another waits before it is taken.
const MOST_WAITING: usize = 1_000;
const MOST_BYTES_WAITING: u32 = 4 << 20;
/// Bytes that one write takes.
const MOST_BYTES: usize = 1 << 20;
/// How long an operation waits for a database that is away.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long until it is tried again.
const PAUSE: Duration = Duration::from_millis(200);

/// An operation that waits for its number.
#[derive(Debug)]
pub struct Waiting {
    /// Of the session.
    pub collaboration_id: i64,
    /// What is to be done.
    pub op: Op,
    /// Where it came from.
    pub origin: Option<Origin>,
    /// When it came.
    pub since: Instant,
    /// When it came, in microseconds since 1970.
    pub at: i64,
}

impl Waiting {
    /// An operation that has just come.
    pub fn new(app: &App, collaboration_id: i64, op: Op, origin: Option<Origin>) -> Self {
        Self {
            collaboration_id,
            op,
            origin,
            since: Instant::now(),
            at: app.clock.now(),
        }
    }
}

/// A place in the queue, and room for the bytes of what will stand there.
#[derive(Debug)]
pub struct Place<'a> {
    place: SemaphorePermit<'a>,
    bytes: SemaphorePermit<'a>,
}

/// What became of an operation.
#[derive(Debug)]
pub enum Outcome {
    /// It is in the log, with this number.
    Numbered(i64),
    /// The session is over.
    Over,
    /// The database was away for too long.
    GivenUp,
    /// Nobody knows: the log has to be read.
    Unknown,
}

/// Whoever takes the operations back.
pub trait Taker {
    /// Operations with what became of them, in the order in which they came.
    fn take(&self, app: &Arc<App>, done: Vec<(Waiting, Outcome)>);
}

/// The queue before the database.
#[derive(Debug)]
pub struct Sequencer {
    /// Each with the bytes that it holds.
    waiting: Mutex<VecDeque<(Waiting, usize)>>,
    places: Semaphore,
    bytes: Semaphore,
    rang: Notify,
}

impl Default for Sequencer {
    fn default() -> Self {
        Self {
            waiting: Mutex::default(),
            places: Semaphore::new(MOST_WAITING),
            bytes: Semaphore::new(MOST_BYTES_WAITING as usize),
            rang: Notify::new(),
        }
    }
}

impl Sequencer {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<(Waiting, usize)>> {
        // A push or a pop is whole before anything can panic.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place in the queue for so many bytes; waits while there is none. `None` when it takes too long.
    pub async fn place(&self, bytes: usize) -> Option<Place<'_>> {
        let place = async {
            Some(Place {
                place: self.places.acquire().await.ok()?,
                bytes: self.bytes.acquire_many(counted(bytes)).await.ok()?,
            })
        };
        tokio::time::timeout(PATIENCE, place).await.ok()?
    }

    /// A place in the queue, if there is one.
    pub fn try_place(&self, bytes: usize) -> Option<Place<'_>> {
        Some(Place {
            place: self.places.try_acquire().ok()?,
            bytes: self.bytes.try_acquire_many(counted(bytes)).ok()?,
        })
    }

    /// Queues an operation at a place.
    pub fn push(&self, place: Place<'_>, waiting: Waiting) {
        let bytes = place.bytes.num_permits();
        place.place.forget();
        place.bytes.forget();
        self.waiting().push_back((waiting, bytes));
        self.rang.notify_one();
    }

    /// Operations that wait.
    pub fn len(&self) -> usize {
        self.waiting().len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Numbers what comes until the server stops, and then what still waits.
    pub async fn run(&self, app: &Arc<App>, taker: &impl Taker) {
        loop {
            let batch = self.next_batch();
            if batch.is_empty() {
                tokio::select! {
                    () = self.rang.notified() => continue,
                    () = app.tasks.stopping() => break,
                }
            }
            self.write(app, taker, batch).await;
        }
        let batch = self.next_batch();
        if !batch.is_empty() {
            self.write(app, taker, batch).await;
        }
    }

    fn next_batch(&self) -> Vec<(Waiting, usize)> {
        let mut waiting = self.waiting();
        let mut bytes = 0;
        let count = waiting
            .iter()
            .take(MOST_AT_ONCE)
            .take_while(|(waiting, _)| {
                let fits = bytes == 0 || bytes + waiting.op.action.size() <= MOST_BYTES;
                bytes += waiting.op.action.size();
                fits
            })
            .count();
        let batch = waiting.drain(..count).collect();
        if waiting.is_empty() {
            // After a storm the table is worth giving back.
            *waiting = VecDeque::new();
        }
        batch
    }

    async fn write(&self, app: &Arc<App>, taker: &impl Taker, batch: Vec<(Waiting, usize)>) {
        let held = batch.iter().map(|(_, bytes)| bytes).sum();
        let batch: Vec<Waiting> = batch.into_iter().map(|(waiting, _)| waiting).collect();
        let entries: Arc<Vec<Entry>> = Arc::new(batch.iter().map(entry).collect());
        let bytes: usize = entries.iter().map(|entry| entry.data.len()).sum();
        let done = loop {
            let entries = Arc::clone(&entries);
            let written: Result<Vec<i64>, Error> = app
                .database
                .write_apart(bytes, move |conn| store::append(conn, &entries))
                .await;
            let oldest = batch
                .first()
                .map_or(Duration::ZERO, |waiting| waiting.since.elapsed());
            match written {
                Ok(numbers) => break numbers.into_iter().map(numbered).collect(),
                Err(Error::OutcomeUnknown) => break of_all(&batch, || Outcome::Unknown),
                Err(error) if oldest > PATIENCE => {
                    tracing::warn!(%error, operations = batch.len(), "operations could not be written");
                    break of_all(&batch, || Outcome::GivenUp);
                }
                Err(error) => tracing::debug!(%error, "operations are tried again"),
            }
            sleep(PAUSE).await;
        };
        self.places.add_permits(batch.len());
        self.bytes.add_permits(held);
        let done: Vec<Outcome> = done;
        taker.take(app, batch.into_iter().zip(done).collect());
    }
}

/// The bytes that an operation counts: what is larger than all room takes all of it.
fn counted(bytes: usize) -> u32 {
    u32::try_from(bytes).map_or(MOST_BYTES_WAITING, |bytes| bytes.min(MOST_BYTES_WAITING))
}

fn numbered(number: i64) -> Outcome {
    if number > 0 {
        Outcome::Numbered(number)
    } else {
        Outcome::Over
    }
}

fn of_all(batch: &[Waiting], outcome: impl Fn() -> Outcome) -> Vec<Outcome> {
    batch.iter().map(|_| outcome()).collect()
}

fn entry(waiting: &Waiting) -> Entry {
    Entry {
        collaboration_id: waiting.collaboration_id,
        user_id: waiting.op.user_id,
        kind: waiting.op.action.kind(),
        slot: waiting.op.place.slot.as_deref().map(str::to_owned),
        page: i64::from(waiting.op.place.page()),
        data: waiting.op.to_log(),
        created_at: waiting.at,
    }
}
