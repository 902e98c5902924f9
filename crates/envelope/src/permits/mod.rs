//! Memory as a number of bytes that is handed out: who holds a permit may use that much.
//!
//! Knows nothing of what the bytes are for. Counts in KiB. Waiting is bounded twice, in number and in time.
//!
//! Nobody can be locked in: a permit larger than the whole is refused at once, whoever waits in [`Bytes::take`] holds
//! nothing, and at most one holder at a time waits in [`BytesPermit::grow`]; what the others give back goes to it first.
//! A task that already holds a permit asks for more with `grow`, never with a second `take`.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::Refused;

const KIB: u64 = 1024;

/// Why no permit was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// More than there is in all; waiting does not help.
    TooLarge,
    /// All is given out, and either enough others wait or the longest wait is over.
    Busy(Refused),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("larger than all the room there is"),
            Self::Busy(refused) => refused.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

/// A number of bytes to hand out. Cheap to clone; clones hand out the same bytes.
#[derive(Clone)]
pub struct Bytes(Arc<Shared>);

struct Shared {
    /// All there is, in KiB.
    total: u32,
    /// What is not given out, in KiB. Only a growing holder ever queues here: a waiting taker would be handed what
    /// is given back bit by bit, and the growing holder would wait for it while it waits for the growing holder.
    free: Semaphore,
    /// Takers wait for this one place in their order; who has it waits for enough free bytes.
    door: Semaphore,
    /// Something was given back: the taker at the door looks again.
    returned: Notify,
    /// One for each taker that may wait, the one at the door included.
    places: Semaphore,
    /// The right to wait while holding.
    growing: Semaphore,
    /// How many `places` there are.
    waiters: usize,
    longest_wait: Duration,
}

impl Bytes {
    /// `total` bytes (rounded down to KiB), at most `waiters` takers waiting, none longer than `longest_wait`.
    pub fn new(total: u64, waiters: usize, longest_wait: Duration) -> Self {
        let total = u32::try_from(total / KIB).unwrap_or(u32::MAX);
        let free = usize::try_from(total)
            .unwrap_or(usize::MAX)
            .min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Shared {
            total,
            free: Semaphore::new(free),
            door: Semaphore::new(1),
            returned: Notify::new(),
            places: Semaphore::new(waiters.min(Semaphore::MAX_PERMITS)),
            waiters: waiters.min(Semaphore::MAX_PERMITS),
            growing: Semaphore::new(1),
            longest_wait,
        }))
    }

    /// Waits, in turn, until `bytes` are free. The caller must not hold a permit of the same bytes.
    pub async fn take(&self, bytes: u64) -> Result<BytesPermit, Error> {
        let units = self.0.units(bytes)?;
        if let Ok(_door) = self.0.door.try_acquire()
            && self.0.grab(units)
        {
            return Ok(self.permit(bytes));
        }
        let _place = self.0.places.try_acquire().map_err(|_| self.0.busy())?;
        timeout(self.0.longest_wait, self.wait(bytes, units))
            .await
            .map_err(|_| self.0.busy())
    }

    async fn wait(&self, bytes: u64, units: u32) -> BytesPermit {
        let _door = self.0.door.acquire().await.expect("the door is never closed");
        // What is given back between the look and the wait is remembered by the Notify.
        while !self.0.grab(units) {
            self.0.returned.notified().await;
        }
        self.permit(bytes)
    }

    fn permit(&self, bytes: u64) -> BytesPermit {
        BytesPermit {
            from: Arc::clone(&self.0),
            bytes,
        }
    }

    /// All there is, in bytes.
    pub fn total(&self) -> u64 {
        u64::from(self.0.total) * KIB
    }

    /// What is not given out now, in bytes.
    pub fn free(&self) -> u64 {
        self.0.free.available_permits() as u64 * KIB
    }

    /// How many wait in [`Bytes::take`].
    pub fn waiting(&self) -> usize {
        self.0.waiters.saturating_sub(self.0.places.available_permits())
    }
}

impl Shared {
    /// KiB for `bytes`, rounded up; an error when there are not as many in all.
    fn units(&self, bytes: u64) -> Result<u32, Error> {
        let units = u32::try_from(bytes.div_ceil(KIB)).map_err(|_| Error::TooLarge)?;
        if units > self.total {
            Err(Error::TooLarge)
        } else {
            Ok(units)
        }
    }

    /// Takes `units` if they are free now.
    fn grab(&self, units: u32) -> bool {
        self.free
            .try_acquire_many(units)
            .map(SemaphorePermit::forget)
            .is_ok()
    }

    fn give_back(&self, units: u32) {
        self.free.add_permits(units as usize);
        self.returned.notify_one();
    }

    fn busy(&self) -> Error {
        Error::Busy(Refused {
            expected_wait: self.longest_wait,
        })
    }
}

/// The right to use a number of bytes. Given back on drop.
pub struct BytesPermit {
    from: Arc<Shared>,
    bytes: u64,
}

impl BytesPermit {
    /// The bytes that may be used.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives back all but `bytes`. Does nothing when it is not more than that.
    pub fn shrink_to(&mut self, bytes: u64) {
        if bytes >= self.bytes {
            return;
        }
        let before = self.units();
        self.bytes = bytes;
        self.from.give_back(before - self.units());
    }

    /// Asks for `more` bytes on top. Waits if nobody else does so while holding; otherwise what is not free at once
    /// is refused. After a refusal the permit is as before: the holder gives up and drops it.
    pub async fn grow(&mut self, more: u64) -> Result<(), Error> {
        let bytes = self.bytes.checked_add(more).ok_or(Error::TooLarge)?;
        let units = self.from.units(bytes)? - self.units();
        if !self.from.grab(units) {
            self.wait(units).await?;
        }
        self.bytes = bytes;
        Ok(())
    }

    async fn wait(&self, units: u32) -> Result<(), Error> {
        let from = &*self.from;
        let _turn = from.growing.try_acquire().map_err(|_| from.busy())?;
        // Dropped after the queue place: a wait that is given up hands back what it had gathered.
        let _look_again = LookAgain(&from.returned);
        match timeout(from.longest_wait, from.free.acquire_many(units)).await {
            Ok(permit) => permit.expect("the semaphore is never closed").forget(),
            Err(_) => return Err(from.busy()),
        }
        Ok(())
    }

    fn units(&self) -> u32 {
        u32::try_from(self.bytes.div_ceil(KIB)).expect("a permit is not larger than the whole")
    }
}

impl Drop for BytesPermit {
    fn drop(&mut self) {
        self.from.give_back(self.units());
    }
}

/// Sends the taker at the door to look for free bytes when a growing holder has stopped waiting.
struct LookAgain<'a>(&'a Notify);

impl Drop for LookAgain<'_> {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}
