//! The register of all open sockets: their places, their owners, the beat, and the end of all of them.

use std::collections::hash_map::Entry as MapEntry;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use envelope::{Envelope, Level};
use sockets::{Outboxes, code};

use super::socket::{Handle, Identity, Kind};
use crate::config::Config;

/// What a socket is counted as, with its kernel buffers at rest and its part of a room.
const SOCKET_BYTES: u64 = 6 * 1024;
/// The most that all outboxes together may hold; less where the share of sockets is small.
const OUTBOX_BYTES: u64 = 32 * 1024 * 1024;
/// The least, so that one drawing finds room.
const LEAST_OUTBOX_BYTES: u64 = 1024 * 1024;
/// Unfinished small messages of all sockets together.
const REST_BYTES: u64 = 4 * 1024 * 1024;
/// Open files that are neither sockets nor connections.
const OTHER_FILES: u64 = 64;
/// One address has at most this part of the places, unless the settings say otherwise.
const PART_OF_ONE_ADDRESS: usize = 4;
/// When memory runs out, one of so many sockets is closed with each beat.
const PART_AT_RED: usize = 8;
/// How long the last words of a socket may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same when the server stops.
const STOPPING_PATIENCE: Duration = Duration::from_millis(1500);

/// All sockets of this server. Clones share them.
#[derive(Clone, Debug)]
pub struct Sockets(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    open: Mutex<Open>,
    outboxes: Outboxes,
    bounds: Bounds,
    next_id: AtomicU64,
    is_stopping: AtomicBool,
    /// Bytes of [`REST_BYTES`] that are taken.
    rest: AtomicU64,
}

#[derive(Clone, Copy, Debug)]
struct Bounds {
    places: usize,
    per_user: usize,
    per_address: usize,
}

#[derive(Debug, Default)]
struct Open {
    /// By owner, and for each the oldest first.
    all: BTreeMap<(i64, u64), Handle>,
    addresses: HashMap<IpAddr, usize>,
    /// Places that are taken: by those who stand in the door, too.
    places: usize,
    notifications: usize,
    collaborations: usize,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPlace {
    /// All places are taken, or the server stops.
    Anywhere,
    /// So many are open from this address.
    ForThisAddress,
}

/// A look at the sockets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Notification sockets.
    pub notifications: usize,
    /// Sockets of people who draw together.
    pub collaborations: usize,
    /// Places that are taken.
    pub taken: usize,
    /// Places that there are.
    pub places: usize,
    /// People who have one.
    pub people: usize,
}

impl Sockets {
    /// As many places as the share of the memory, and the files that may be open, have room for.
    pub fn new(config: &Config, envelope: &Envelope) -> Self {
        let share = envelope.shares().sockets;
        let outbox_bytes = (share / 3).clamp(LEAST_OUTBOX_BYTES, OUTBOX_BYTES);
        let connections = envelope.connections().limit() as u64;
        let files = envelope.gauges().descriptors.limit;
        let by_files = files.saturating_sub(connections + OTHER_FILES);
        let by_memory = share.saturating_sub(outbox_bytes.min(share / 3)) / SOCKET_BYTES;
        let places = usize::try_from(by_memory.min(by_files).max(1)).unwrap_or(usize::MAX);
        let per_address = match config.max_sockets_per_address {
            0 => places.div_ceil(PART_OF_ONE_ADDRESS),
            most => most,
        };
        Self(Arc::new(Shared {
            open: Mutex::default(),
            outboxes: Outboxes::new(outbox_bytes),
            bounds: Bounds {
                places,
                per_user: config.max_sockets_per_user,
                per_address,
            },
            next_id: AtomicU64::new(1),
            is_stopping: AtomicBool::new(false),
            rest: AtomicU64::new(0),
        }))
    }

    /// What waits to go out, all sockets together.
    pub fn outboxes(&self) -> &Outboxes {
        &self.0.outboxes
    }

    /// Takes a place for somebody at this address.
    pub(super) fn enter(&self, address: IpAddr) -> Result<Place, NoPlace> {
        let Bounds {
            places, per_address, ..
        } = self.0.bounds;
        let mut open = self.0.open();
        if open.places >= places || self.0.is_stopping() {
            return Err(NoPlace::Anywhere);
        }
        let held = open.addresses.entry(address).or_default();
        if *held >= per_address {
            return Err(NoPlace::ForThisAddress);
        }
        *held += 1;
        open.places += 1;
        Ok(Place {
            shared: Arc::clone(&self.0),
            address,
            socket: None,
        })
    }

    /// Closes the sockets of a person for which `is_meant`.
    pub fn close_user(&self, user_id: i64, code: u16, is_meant: impl Fn(&Handle) -> bool) {
        for handle in self.of_user(user_id) {
            if is_meant(&handle) {
                handle.close(code, "");
            }
        }
    }

    /// Closes all sockets for which `is_meant`. Costs a look at each.
    pub fn close_where(&self, code: u16, is_meant: impl Fn(&Handle) -> bool) {
        for handle in self.all() {
            if is_meant(&handle) {
                handle.close(code, "");
            }
        }
    }

    /// The sockets of a person on this server, the oldest first.
    pub fn of_user(&self, user_id: i64) -> Vec<Handle> {
        let open = self.0.open();
        let own = open.all.range((user_id, 0)..=(user_id, u64::MAX));
        own.map(|(_, handle)| handle.clone()).collect()
    }

    /// The sign-ins that have a socket, each once.
    pub(super) fn sessions(&self) -> Vec<String> {
        let open = self.0.open();
        let mut sessions: Vec<String> = open
            .all
            .values()
            .map(|handle| handle.session().to_owned())
            .collect();
        drop(open);
        sessions.sort_unstable();
        sessions.dedup();
        sessions
    }

    fn all(&self) -> Vec<Handle> {
        self.0.open().all.values().cloned().collect()
    }

    /// Looks after all of them: pings, deaths, expiries; at red closes those that were idle for longest.
    pub(super) fn beat(&self, now: i64, level: Level) {
        let mut all = self.all();
        for handle in &all {
            handle.beat(now);
        }
        if level == Level::Red && !all.is_empty() {
            let count = all.len().div_ceil(PART_AT_RED);
            all.sort_by_cached_key(Handle::active_at);
            for handle in &all[..count] {
                handle.close(code::TRY_AGAIN, "the server is short of memory");
            }
        }
    }

    /// Closes all of them because the server stops, and lets nobody in any more.
    pub(super) fn stop(&self) {
        self.0.is_stopping.store(true, Ordering::Relaxed);
        self.close_where(code::RESTART, |_| true);
    }

    /// How long the last words of a socket may take.
    pub(super) fn patience(&self) -> Duration {
        if self.0.is_stopping() {
            STOPPING_PATIENCE
        } else {
            PATIENCE
        }
    }

    /// Room for an unfinished small message, out of what all sockets share.
    pub(super) fn rest(&self, bytes: u64) -> Option<Rest> {
        let add = |taken: u64| Some(taken + bytes).filter(|taken| *taken <= REST_BYTES);
        let order = Ordering::Relaxed;
        self.0.rest.fetch_update(order, order, add).ok()?;
        Some(Rest {
            shared: Arc::clone(&self.0),
            bytes,
        })
    }

    /// A look at them.
    pub fn gauges(&self) -> Gauges {
        let open = self.0.open();
        let mut last = None;
        let people = open
            .all
            .keys()
            .filter(|(user_id, _)| last.replace(*user_id) != Some(*user_id));
        Gauges {
            notifications: open.notifications,
            collaborations: open.collaborations,
            taken: open.places,
            places: self.0.bounds.places,
            people: people.count(),
        }
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Open> {
        // No panic can come between the halves of a change.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }
}

impl Open {
    fn count(&mut self, kind: Kind) -> &mut usize {
        match kind {
            Kind::Notifications => &mut self.notifications,
            Kind::Collaboration => &mut self.collaborations,
        }
    }
}

/// A place, from the door to the end of the socket. Given back on drop.
#[derive(Debug)]
pub struct Place {
    shared: Arc<Shared>,
    address: IpAddr,
    socket: Option<(i64, u64)>,
}

impl Place {
    /// Enters a socket into the register. Beyond the bound of its owner the oldest of this kind is closed with 1000:
    /// whoever opens one more means the new one.
    pub(super) fn register(&mut self, kind: Kind, who: Identity, now: i64) -> Handle {
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        let user_id = who.user_id;
        let handle = Handle::new(id, kind, who, self.shared.outboxes.open(), now);
        let mut open = self.shared.open();
        open.all.insert((user_id, id), handle.clone());
        *open.count(kind) += 1;
        let own = open.all.range((user_id, 0)..=(user_id, u64::MAX));
        let same: Vec<Handle> = own
            .map(|(_, handle)| handle)
            .filter(|handle| handle.kind() == kind && !handle.outbox().is_ending())
            .cloned()
            .collect();
        drop(open);
        self.socket = Some((user_id, id));
        let beyond = same.len().saturating_sub(self.shared.bounds.per_user);
        for oldest in &same[..beyond] {
            oldest.close(code::NORMAL, "another one was opened");
        }
        if self.shared.is_stopping() {
            handle.close(code::RESTART, "");
        }
        handle
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.shared.open();
        open.places -= 1;
        if let MapEntry::Occupied(mut held) = open.addresses.entry(self.address) {
            *held.get_mut() -= 1;
            if *held.get() == 0 {
                held.remove();
            }
        }
        let gone = self.socket.and_then(|key| open.all.remove(&key));
        if let Some(handle) = &gone {
            *open.count(handle.kind()) -= 1;
        }
        if open.places == 0 {
            // After a crowd the table itself is worth giving back.
            open.addresses.shrink_to(0);
        }
    }
}

/// Room for an unfinished small message. Given back on drop.
#[derive(Debug)]
pub(super) struct Rest {
    shared: Arc<Shared>,
    bytes: u64,
}

impl Drop for Rest {
    fn drop(&mut self) {
        self.shared.rest.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
