//! What waits for its way to other instances: a queue with a bound in messages and in bytes.
//!
//! Messages stay until the server has confirmed them, and are sent again after a lost connection, under the same number,
//! by which receivers know what they have already. When the queue is full the oldest that is not under way goes, and
//! its group is remembered: a marker that stands for the loss goes out before anything newer.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

/// So many messages wait, and so many bytes of them with their names.
const MESSAGES: usize = 8192;
const BYTES: usize = 8 * 1024 * 1024;
/// What goes out at once.
const BATCH_MESSAGES: usize = 512;
const BATCH_BYTES: usize = 256 * 1024;
/// Groups that are remembered one by one; beyond that all groups resync.
const LOST_GROUPS: usize = 1024;

/// The marker of this group stands for all of them. No other group has this name, as far as other instances hear.
pub(crate) const ALL_GROUPS: &str = "";

#[derive(Default)]
pub(crate) struct Outgoing {
    queue: Mutex<Queue>,
    /// Something waits that is not under way.
    filled: Notify,
    /// Nothing waits any more.
    drained: Notify,
}

#[derive(Default)]
struct Queue {
    /// Those under way come first.
    items: VecDeque<Item>,
    under_way: usize,
    bytes: usize,
    lost: HashSet<Arc<str>>,
    all_lost: bool,
    /// The last number that was given to a message.
    last_number: u64,
    dropped: u64,
}

/// A message on its way, or the marker of a loss.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) group: Arc<str>,
    /// None: messages of this group were lost here.
    pub(crate) message: Option<Bytes>,
    /// Grows in the order of sending, which is the order of publishing. Zero until it is sent.
    pub(crate) number: u64,
}

impl Outgoing {
    /// Never waits.
    pub(crate) fn push(&self, group: &str, message: Bytes) {
        let mut queue = self.lock();
        queue.push(Item {
            group: group.into(),
            message: Some(message),
            number: 0,
        });
        drop(queue);
        self.filled.notify_one();
    }

    /// Completes when something waits that is not under way. One waiter at a time.
    pub(crate) async fn filled(&self) {
        while !self.lock().has_waiting() {
            self.filled.notified().await;
        }
    }

    /// Whether the next batch is full already, so that gathering more has no use.
    pub(crate) fn is_batch(&self) -> bool {
        let queue = self.lock();
        let waiting = queue.items.len() - queue.under_way;
        waiting >= BATCH_MESSAGES || queue.bytes >= BATCH_BYTES
    }

    /// The next items, which are under way from now on.
    pub(crate) fn take_batch(&self) -> Vec<Item> {
        self.lock().take_batch()
    }

    /// The server has taken the first `count` of those under way.
    pub(crate) fn confirm(&self, count: usize) {
        let mut queue = self.lock();
        queue.confirm(count);
        let is_empty = queue.items.is_empty() && !queue.has_waiting();
        drop(queue);
        if is_empty {
            self.drained.notify_waiters();
        }
    }

    /// The server refuses the first `count` of those under way: they are lost.
    pub(crate) fn give_up(&self, count: usize) {
        let mut queue = self.lock();
        for _ in 0..count {
            queue.give_up_first();
        }
    }

    /// The connection is gone: what was under way has to be sent again.
    pub(crate) fn rewind(&self) {
        self.lock().under_way = 0;
    }

    /// Completes when everything has been sent.
    pub(crate) async fn drained(&self) {
        let drained = self.drained.notified();
        let is_empty = {
            let queue = self.lock();
            queue.items.is_empty() && !queue.has_waiting()
        };
        if !is_empty {
            drained.await;
        }
    }

    /// Messages and bytes that wait, and messages given up so far.
    pub(crate) fn gauges(&self) -> (usize, usize, u64) {
        let queue = self.lock();
        (queue.items.len(), queue.bytes, queue.dropped)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn has_waiting(&self) -> bool {
        self.items.len() > self.under_way || self.all_lost || !self.lost.is_empty()
    }

    fn push(&mut self, item: Item) {
        let size = item.size();
        while self.items.len() >= MESSAGES || self.bytes + size > BYTES {
            let Some(oldest) = self.items.remove(self.under_way) else {
                // Everything is under way, or this one alone is too large.
                self.note_loss(&item);
                return;
            };
            self.bytes -= oldest.size();
            self.note_loss(&oldest);
        }
        self.bytes += size;
        self.items.push_back(item);
    }

    fn note_loss(&mut self, item: &Item) {
        self.dropped += u64::from(item.message.is_some());
        if self.all_lost {
            return;
        }
        if *item.group == *ALL_GROUPS || self.lost.len() >= LOST_GROUPS && !self.lost.contains(&item.group) {
            self.all_lost = true;
            self.lost = HashSet::new();
        } else {
            self.lost.insert(Arc::clone(&item.group));
        }
    }

    fn take_batch(&mut self) -> Vec<Item> {
        self.place_markers();
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while let Some(item) = self.items.get_mut(self.under_way) {
            if batch.len() >= BATCH_MESSAGES || !batch.is_empty() && bytes + item.size() > BATCH_BYTES {
                break;
            }
            bytes += item.size();
            if item.number == 0 {
                self.last_number += 1;
                item.number = self.last_number;
            }
            batch.push(item.clone());
            self.under_way += 1;
        }
        batch
    }

    /// Markers go before everything that was never under way.
    fn place_markers(&mut self) {
        let all = self.all_lost.then(|| Arc::from(ALL_GROUPS));
        self.all_lost = false;
        let first_new = self.items.partition_point(|item| item.number > 0);
        for group in std::mem::take(&mut self.lost).into_iter().chain(all) {
            let marker = Item {
                group,
                message: None,
                number: 0,
            };
            self.bytes += marker.size();
            self.items.insert(first_new, marker);
        }
    }

    fn confirm(&mut self, count: usize) {
        for _ in 0..count {
            let Some(item) = self.items.pop_front() else {
                return;
            };
            self.bytes -= item.size();
            self.under_way = self.under_way.saturating_sub(1);
        }
        if self.items.is_empty() && self.items.capacity() > BATCH_MESSAGES {
            self.items = VecDeque::new();
        }
    }

    fn give_up_first(&mut self) {
        let Some(item) = self.items.front().cloned() else {
            return;
        };
        self.confirm(1);
        if item.message.is_some() {
            self.note_loss(&item);
        }
    }
}

impl Item {
    /// Bytes in memory, about.
    fn size(&self) -> usize {
        size_of::<Self>() + self.group.len() + self.message.as_ref().map_or(0, Bytes::len)
    }
}
