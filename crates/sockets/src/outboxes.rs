//! What all outboxes share: their budget, the beat for what may wait a moment, and what is counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use crate::outbox::Outbox;

/// How long what is corked waits for company.
const BEAT: Duration = Duration::from_millis(50);
/// An outbox may hold this part of what the budget still has: those that hold much are closed long before nothing is
/// left for the others.
const PART_OF_FREE: u64 = 4;

/// A budget for outboxes. Cheap to clone; clones share it.
#[derive(Clone, Debug)]
pub struct Outboxes(pub(crate) Arc<Shared>);

#[derive(Debug)]
pub(crate) struct Shared {
    budget: u64,
    pub(crate) bytes: AtomicU64,
    pub(crate) messages: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) overflows: AtomicU64,
    /// Outboxes in which something waits for the beat.
    corked: Mutex<Vec<Outbox>>,
    /// Something is corked.
    rang: Notify,
}

/// A look at all outboxes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Bytes that wait to be taken, with what it costs to keep them; without states, which have room of their own.
    pub bytes: u64,
    /// How many there may be.
    pub budget: u64,
    /// Messages that wait.
    pub messages: u64,
    /// Ephemera that were dropped for want of room, since the start.
    pub dropped: u64,
    /// Sockets that were closed because too much waited for them, since the start.
    pub overflows: u64,
}

impl Outboxes {
    /// At most `budget` bytes wait in all outboxes together.
    pub fn new(budget: u64) -> Self {
        Self(Arc::new(Shared {
            budget,
            bytes: AtomicU64::new(0),
            messages: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            overflows: AtomicU64::new(0),
            corked: Mutex::default(),
            rang: Notify::new(),
        }))
    }

    /// A new outbox.
    pub fn open(&self) -> Outbox {
        Outbox::new(Arc::clone(&self.0))
    }

    /// Sends what is corked, a moment after it came. For ever; one task runs it.
    pub async fn beat(&self) {
        loop {
            self.0.rang.notified().await;
            sleep(BEAT).await;
            self.uncork();
        }
    }

    /// Sends what is corked now.
    pub fn uncork(&self) {
        let corked = {
            let mut corked = self.0.corked.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *corked)
        };
        for outbox in corked {
            outbox.uncork();
        }
    }

    /// A look at all of them.
    pub fn gauges(&self) -> Gauges {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Gauges {
            bytes: count(&self.0.bytes),
            budget: self.0.budget,
            messages: count(&self.0.messages),
            dropped: count(&self.0.dropped),
            overflows: count(&self.0.overflows),
        }
    }
}

impl Shared {
    /// The bytes that one outbox may hold now.
    pub(crate) fn allowance(&self) -> u64 {
        self.budget.saturating_sub(self.bytes.load(Ordering::Relaxed)) / PART_OF_FREE
    }

    pub(crate) fn cork(&self, outbox: Outbox) {
        let mut corked = self.corked.lock().unwrap_or_else(PoisonError::into_inner);
        corked.push(outbox);
        let is_first = corked.len() == 1;
        drop(corked);
        if is_first {
            self.rang.notify_one();
        }
    }
}
