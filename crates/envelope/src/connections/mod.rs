//! The places that connections take, and which of them is given up when another one needs it.
//!
//! Knows no protocol: whoever serves a connection says when a request is under way ([`Place::begin`]), until when it is
//! worth waiting for what that request still has to bring ([`Arrival`]), and watches for the wish that the connection
//! ends ([`Place::closing`]). A connection that is busy with anything else is never asked to end.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry as MapEntry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

/// So many are asked to end at once when there is no place left: looking through all of them costs as much for one.
const BATCH: usize = 64;
/// An address that holds more than this part of all places gives its own up first. Fewer may be a school behind one
/// address.
const HOARD: usize = 16;
/// More stalled requests than this part of all places are no bad lines any more: they go before everybody else.
const SIEGE: usize = 16;
/// When more than half of all places wait for requests, for so long only those are asked to end that stall: whoever came
/// in good faith keeps a connection that can be told from them in a moment.
const SPARED: Duration = Duration::from_millis(1500);
/// How often it is looked again whether a request has stalled, while somebody waits for a place.
const LOOK: Duration = Duration::from_millis(100);

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
    /// Asked to end, not gone yet, and nothing came up since.
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
    /// Busy, and waits for the rest of its request since this moment. Past the instant it has stalled.
    Waits(u64, Instant),
}

impl State {
    fn is_busy(self) -> bool {
        !matches!(self, Self::Idle(_))
    }

    /// Since when a request waits for something that is not worth waiting for any more.
    fn stalled(self, now: Instant) -> Option<u64> {
        match self {
            Self::Waits(since, until) if until <= now => Some(since),
            _ => None,
        }
    }
}

/// What is given up first when a place is needed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    /// One of so many stalled requests that they are meant to take the places.
    Siege,
    /// Never asked for anything.
    Stranger,
    /// Was served, and may come again.
    Guest,
    /// Waits for a request that came so far: somebody in a tunnel loses what was sent.
    Stalled,
}

impl Open {
    fn next_moment(&mut self) -> u64 {
        self.moment += 1;
        self.moment
    }

    /// Connections that wait for the rest of their request.
    fn waiting(&self) -> usize {
        let waits = |entry: &&Entry| matches!(entry.state, State::Waits(..));
        self.entries.values().filter(waits).count()
    }

    /// Asks the `count` connections that will be missed least to end; how many were asked.
    fn close_idlest(&mut self, count: usize, bounds: Bounds, may_go: impl Fn(&Entry) -> bool) -> usize {
        let now = Instant::now();
        let stalled = self
            .entries
            .values()
            .filter(|entry| entry.state.stalled(now).is_some());
        let is_siege = stalled.count() > bounds.siege;
        let idle = self.entries.iter().filter_map(|(id, entry)| {
            if entry.is_closing || !may_go(entry) {
                return None;
            }
            let (order, since) = match entry.state {
                State::Idle(since) if entry.has_served => (Order::Guest, since),
                State::Idle(since) => (Order::Stranger, since),
                state if is_siege => (Order::Siege, state.stalled(now)?),
                state => (Order::Stalled, state.stalled(now)?),
            };
            let held = self.addresses.get(&entry.address).copied().unwrap_or_default();
            // First whoever hoards; of each order who is silent for longest.
            Some((held <= bounds.hoard, order, since, *id))
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

/// From when on it is too many.
#[derive(Clone, Copy)]
struct Bounds {
    /// Connections of one address.
    hoard: usize,
    /// Stalled requests.
    siege: usize,
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

    /// Waits until there is a place. When all are taken, the connections that are idle for longest, and those whose
    /// request has stalled, are asked to end; when there are none of them, it takes until there is one.
    pub async fn room(&self) {
        let began = Instant::now();
        loop {
            // Registered before the look: what changes in between is not missed.
            let changed = self.0.changed.notified();
            if self.0.has_room(began.elapsed() < SPARED) {
                return;
            }
            // That a request stalls is nothing that anybody does.
            let _ = timeout(LOOK, changed).await;
        }
    }

    /// Takes a place for a connection from `address`. Over the bound of its address one of the same address
    /// that is idle or has stalled is asked to end; `None` when all of those are busy.
    pub fn enter(&self, address: IpAddr) -> Option<Place> {
        let mut open = self.0.lock();
        let held = open.addresses.get(&address).copied().unwrap_or_default();
        if held >= self.0.per_address
            && open.close_idlest(1, self.0.bounds(), |entry| entry.address == address) == 0
        {
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

    /// Asks up to `count` connections to end that are idle or have stalled, those that will be missed least first; how
    /// many were asked.
    pub fn close_idlest(&self, count: usize) -> usize {
        let bounds = self.0.bounds();
        self.0.lock().close_idlest(count, bounds, |_| true)
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
    /// Whether a place is free; if not, whoever can is asked to make room. Early on the idle ones may be spared.
    fn has_room(&self, is_early: bool) -> bool {
        let mut open = self.lock();
        if open.entries.len() < self.limit {
            return true;
        }
        if open.closing == 0 {
            let count = BATCH.min(self.limit.div_ceil(BATCH));
            let spares_idle = is_early && open.waiting() > self.limit / 2;
            open.close_idlest(count, self.bounds(), |entry| {
                !spares_idle || entry.state.is_busy()
            });
        }
        false
    }

    fn bounds(&self) -> Bounds {
        Bounds {
            hoard: self.limit / HOARD,
            siege: self.limit / SIEGE,
        }
    }

    /// No panic can come between the halves of a change.
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `next` tells the state that comes after this one, and none to leave it; it is given the present moment.
    fn set(&self, id: u64, next: impl FnOnce(State, u64) -> Option<State>) {
        let mut open = self.lock();
        let moment = open.next_moment();
        let Some(entry) = open.entries.get_mut(&id) else {
            return;
        };
        let before = entry.state;
        let Some(state) = next(before, moment) else {
            return;
        };
        entry.state = state;
        entry.has_served |= state.is_busy();
        // Something came up in the moment in which it was asked to end: others are asked instead.
        let is_spared = entry.is_closing && state == State::Busy;
        entry.is_closing &= !is_spared;
        open.closing -= usize::from(is_spared);
        match (before.is_busy(), state.is_busy()) {
            (false, true) => open.busy += 1,
            (true, false) => open.busy -= 1,
            _ => {}
        }
        let is_full = open.entries.len() >= self.limit;
        drop(open);
        if is_full && (is_spared || !state.is_busy()) {
            self.changed.notify_one();
        }
    }

    fn leave(&self, id: u64) {
        let mut open = self.lock();
        let Some(entry) = open.entries.remove(&id) else {
            return;
        };
        open.busy -= usize::from(entry.state.is_busy());
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
        self.shared.set(self.id, |_, _| Some(State::Busy));
        Busy {
            shared: Arc::clone(&self.shared),
            id: self.id,
        }
    }

    /// For whoever watches the rest of a request arrive.
    pub fn arrival(&self) -> Arrival {
        Arrival {
            shared: Arc::clone(&self.shared),
            id: self.id,
        }
    }

    /// Whether a request is under way.
    pub fn is_busy(&self) -> bool {
        self.is(|entry| entry.state.is_busy())
    }

    /// Whether this connection was asked to end because its request has stalled, and none of that came since.
    pub fn is_given_up(&self) -> bool {
        self.is(|entry| entry.is_closing && entry.state.is_busy())
    }

    fn is(&self, state: impl FnOnce(&Entry) -> bool) -> bool {
        self.shared.lock().entries.get(&self.id).is_some_and(state)
    }

    /// Completes when this connection is asked to end; again, when something came up after the last time.
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
        self.shared.set(self.id, |_, moment| Some(State::Idle(moment)));
    }
}

/// The rest of a request that is under way. Says nothing about a connection that is idle: what then arrives is for nobody.
#[derive(Clone)]
pub struct Arrival {
    shared: Arc<Shared>,
    id: u64,
}

impl Arrival {
    /// More is waited for. Past `until` the connection can be given up.
    pub fn waits(&self, until: Instant) {
        let waits = |state: State, moment| state.is_busy().then_some(State::Waits(moment, until));
        self.shared.set(self.id, waits);
    }

    /// More has come, or nothing is waited for any more.
    pub fn goes_on(&self) {
        self.shared
            .set(self.id, |state, _| state.is_busy().then_some(State::Busy));
    }
}
