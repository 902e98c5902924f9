//! The places that connections take, and which of them is given up when another one needs it.
//!
//! Knows no protocol: whoever serves a connection says when a request is under way ([`Place::begin`]) and watches for
//! the wish that it ends ([`Place::closing`]). A connection that is busy is never asked to end.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry as MapEntry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// So many are asked to end at once when there is no place left: looking through all of them costs as much for one.
const BATCH: usize = 64;
/// An address that holds more than this part of all places gives its own up first. Fewer may be a school behind one
/// address.
const HOARD: usize = 16;

/// The places. Clones share them.
#[derive(Clone)]
pub struct Connections(Arc<Shared>);

struct Shared {
    open: Mutex<Open>,
    limit: usize,
    per_address: usize,
    /// A connection has ended or become idle while somebody may be waiting for that.
    changed: Notify,
}

#[derive(Default)]
struct Open {
    /// Counts what happens; stands for the time, which nobody needs to know.
    moment: u64,
    /// By the moment at which they came.
    entries: HashMap<u64, Entry>,
    addresses: HashMap<IpAddr, usize>,
    busy: usize,
    /// Asked to end and not gone yet.
    closing: usize,
}

struct Entry {
    address: IpAddr,
    state: State,
    signal: Arc<Notify>,
    has_served: bool,
    is_closing: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Since this moment.
    Idle(u64),
    Busy,
}

impl Open {
    fn next_moment(&mut self) -> u64 {
        self.moment += 1;
        self.moment
    }

    /// Asks the `count` connections that will be missed least to end; how many were asked.
    fn close_idlest(&mut self, count: usize, hoard: usize, only: Option<IpAddr>) -> usize {
        let idle = self.entries.iter().filter_map(|(id, entry)| match entry.state {
            State::Idle(since) if !entry.is_closing && only.is_none_or(|only| only == entry.address) => {
                let held = self.addresses.get(&entry.address).copied().unwrap_or_default();
                // First whoever hoards, then who never asked for anything, then who is silent for longest.
                Some((held <= hoard, entry.has_served, since, *id))
            }
            _ => None,
        });
        let mut idle: Vec<_> = idle.collect();
        if count < idle.len() {
            idle.select_nth_unstable(count);
            idle.truncate(count);
        }
        for (.., id) in &idle {
            if let Some(entry) = self.entries.get_mut(id) {
                entry.is_closing = true;
                self.closing += 1;
                entry.signal.notify_one();
            }
        }
        idle.len()
    }
}

impl Connections {
    /// `limit` places (at least 1); at most `per_address` of them for one address.
    pub fn new(limit: usize, per_address: usize) -> Self {
        Self(Arc::new(Shared {
            open: Mutex::default(),
            limit: limit.max(1),
            per_address: per_address.max(1),
            changed: Notify::new(),
        }))
    }

    /// Waits until there is a place. When all are taken, the connections that are idle for longest are asked to end;
    /// when all of them are busy, it takes until one is not.
    pub async fn room(&self) {
        loop {
            // Registered before the look: what changes in between is not missed.
            let changed = self.0.changed.notified();
            if self.0.has_room() {
                return;
            }
            changed.await;
        }
    }

    /// Takes a place for a connection from `address`. Over the bound of its address the longest idle one of the same
    /// address is asked to end; `None` when all of those are busy.
    pub fn enter(&self, address: IpAddr) -> Option<Place> {
        let mut open = self.0.lock();
        let held = open.addresses.get(&address).copied().unwrap_or_default();
        if held >= self.0.per_address && open.close_idlest(1, 0, Some(address)) == 0 {
            return None;
        }
        let id = open.next_moment();
        let signal = Arc::new(Notify::new());
        let entry = Entry {
            address,
            state: State::Idle(id),
            signal: Arc::clone(&signal),
            has_served: false,
            is_closing: false,
        };
        open.entries.insert(id, entry);
        *open.addresses.entry(address).or_default() += 1;
        drop(open);
        Some(Place {
            shared: Arc::clone(&self.0),
            id,
            signal,
        })
    }

    /// Asks up to `count` idle connections to end, those that will be missed least first; how many were asked.
    pub fn close_idlest(&self, count: usize) -> usize {
        let hoard = self.0.hoard();
        self.0.lock().close_idlest(count, hoard, None)
    }

    /// Connections that are open.
    pub fn len(&self) -> usize {
        self.0.lock().entries.len()
    }

    /// Whether none is open.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Connections with a request under way.
    pub fn busy(&self) -> usize {
        self.0.lock().busy
    }

    /// How many may be open.
    pub fn limit(&self) -> usize {
        self.0.limit
    }

    /// Whether three of four places are taken: who is slow to begin should not be waited for as long as usual.
    pub fn is_crowded(&self) -> bool {
        self.len() >= self.0.limit - self.0.limit / 4
    }
}

impl Shared {
    /// Whether a place is free; if not, whoever can is asked to make room.
    fn has_room(&self) -> bool {
        let mut open = self.lock();
        if open.entries.len() < self.limit {
            return true;
        }
        if open.closing == 0 {
            open.close_idlest(BATCH.min(self.limit.div_ceil(BATCH)), self.hoard(), None);
        }
        false
    }

    fn hoard(&self) -> usize {
        self.limit / HOARD
    }

    /// No panic can come between the halves of a change.
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, id: u64, busy: bool) {
        let mut open = self.lock();
        let moment = open.next_moment();
        let Some(entry) = open.entries.get_mut(&id) else {
            return;
        };
        let was_busy = entry.state == State::Busy;
        entry.state = if busy { State::Busy } else { State::Idle(moment) };
        entry.has_served |= busy;
        match (was_busy, busy) {
            (false, true) => open.busy += 1,
            (true, false) => open.busy -= 1,
            _ => {}
        }
        let is_full = open.entries.len() >= self.limit;
        drop(open);
        if is_full && !busy {
            self.changed.notify_one();
        }
    }

    fn leave(&self, id: u64) {
        let mut open = self.lock();
        let Some(entry) = open.entries.remove(&id) else {
            return;
        };
        open.busy -= usize::from(entry.state == State::Busy);
        open.closing -= usize::from(entry.is_closing);
        if let MapEntry::Occupied(mut held) = open.addresses.entry(entry.address) {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
        if open.entries.is_empty() {
            // After a flood the tables themselves are worth giving back.
            open.entries.shrink_to(BATCH);
            open.addresses.shrink_to(BATCH);
        }
        drop(open);
        self.changed.notify_one();
    }
}

/// One connection. Its place is free again when this is dropped.
pub struct Place {
    shared: Arc<Shared>,
    id: u64,
    signal: Arc<Notify>,
}

impl Place {
    /// A request is under way until the guard is dropped. One at a time.
    pub fn begin(&self) -> Busy {
        self.shared.set(self.id, true);
        Busy {
            shared: Arc::clone(&self.shared),
            id: self.id,
        }
    }

    /// Whether a request is under way.
    pub fn is_busy(&self) -> bool {
        let open = self.shared.lock();
        open.entries
            .get(&self.id)
            .is_some_and(|entry| entry.state == State::Busy)
    }

    /// Completes when this connection is asked to end: once.
    pub async fn closing(&self) {
        self.signal.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.leave(self.id);
    }
}

/// A request that is under way.
pub struct Busy {
    shared: Arc<Shared>,
    id: u64,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.shared.set(self.id, false);
    }
}
