//! All groups that have members on this instance.

use std::borrow::Borrow;
use std::collections::{HashSet, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::group::{Group, Turn};
use crate::{Event, Member};

/// A set that is this much emptier than it was gives memory back, if it is larger than `SMALL`.
const SPARSE: usize = 4;
const SMALL: usize = 256;
/// So many groups come and go before whoever watches them has to look at all of them again.
const CHANGES: usize = 65_536;

/// Locks are taken in one order: the set, then a group. No member is called under either.
#[derive(Default)]
pub(crate) struct Groups {
    open: Mutex<Open>,
    /// The number of the next membership.
    next: AtomicU64,
    memberships: AtomicUsize,
    dropped: AtomicU64,
    resyncs: AtomicU64,
    /// A group has come or gone while somebody watches.
    changed: Notify,
}

#[derive(Default)]
struct Open {
    groups: HashSet<Named>,
    /// What happened since somebody looked; none while nobody watches, and when it was too much.
    changes: Option<VecDeque<Change>>,
}

/// What happened to a group, in the order in which it happened.
pub(crate) enum Change {
    /// Somebody has joined, and nobody was there.
    Opened(Arc<Group>),
    /// The last one has left.
    Closed(Arc<Group>),
}

/// A group, found by its name.
struct Named(Arc<Group>);

impl Groups {
    pub(crate) fn join(&self, name: &str, member: Arc<dyn Member>) -> (Arc<Group>, u64) {
        let mut open = self.lock();
        let known = open.groups.get(name).map(|Named(group)| Arc::clone(group));
        let is_new = known.is_none();
        let group = known.unwrap_or_else(|| Arc::new(Group::new(name)));
        if is_new {
            open.groups.insert(Named(Arc::clone(&group)));
            open.note(|| Change::Opened(Arc::clone(&group)));
        }
        // Still under the lock: the last member's leaving would take the group away in between.
        let number = group.add(member, || self.next.fetch_add(1, Ordering::Relaxed));
        let is_watched = open.changes.is_some();
        drop(open);
        self.memberships.fetch_add(1, Ordering::Relaxed);
        if is_new && is_watched {
            self.changed.notify_one();
        }
        (group, number)
    }

    pub(crate) fn leave(&self, group: &Arc<Group>, number: u64) {
        let mut open = self.lock();
        let (member, is_empty) = group.remove(number);
        if is_empty {
            open.groups.remove(group.name());
            open.note(|| Change::Closed(Arc::clone(group)));
            open.give_back();
        }
        let is_watched = open.changes.is_some();
        drop(open);
        self.memberships.fetch_sub(1, Ordering::Relaxed);
        if is_empty && is_watched {
            self.changed.notify_one();
        }
        // Only now: a member that is dropped may itself leave other groups.
        drop(member);
    }

    /// Gives an event to all members of a group before this returns; or, if somebody is delivering in this group
    /// already, leaves it with them.
    pub(crate) fn deliver(&self, name: &str, event: &Event) {
        let group = self.lock().groups.get(name).map(|Named(group)| Arc::clone(group));
        if let Some(group) = group {
            self.deliver_to(&group, event);
        }
    }

    /// The same for a group that was found before. If it has closed since, nobody is there.
    pub(crate) fn deliver_to(&self, group: &Group, event: &Event) {
        if *event == Event::Resync {
            self.resyncs.fetch_add(1, Ordering::Relaxed);
        }
        let (turn, until) = group.take_turn(event, || self.next.load(Ordering::Relaxed));
        match turn {
            Turn::Mine => group.deliver(event, until),
            Turn::Left => {}
            Turn::Overflowed(lost) => {
                self.dropped.fetch_add(lost as u64, Ordering::Relaxed);
                self.resyncs.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Whether anybody here is in this group.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.lock().groups.contains(name)
    }

    /// All groups there are.
    pub(crate) fn all(&self) -> Vec<Arc<Group>> {
        self.lock().all()
    }

    /// All groups there are; what happens to them from now on is noted.
    pub(crate) fn watch(&self) -> Vec<Arc<Group>> {
        let mut open = self.lock();
        open.changes = Some(VecDeque::new());
        open.all()
    }

    /// Nobody watches any more.
    pub(crate) fn unwatch(&self) {
        self.lock().changes = None;
    }

    /// Completes when there may be changes.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// What has happened since the last look, or none when it was too much to be noted.
    pub(crate) fn take_changes(&self) -> Option<VecDeque<Change>> {
        self.lock().changes.as_mut().map(std::mem::take)
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().groups.len()
    }

    pub(crate) fn memberships(&self) -> usize {
        self.memberships.load(Ordering::Relaxed)
    }

    /// Messages given up inside of groups.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(crate) fn resyncs(&self) -> u64 {
        self.resyncs.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn all(&self) -> Vec<Arc<Group>> {
        self.groups.iter().map(|Named(group)| Arc::clone(group)).collect()
    }

    fn note(&mut self, change: impl FnOnce() -> Change) {
        let Some(changes) = &mut self.changes else {
            return;
        };
        if changes.len() < CHANGES {
            changes.push_back(change());
        } else {
            self.changes = None;
        }
    }

    fn give_back(&mut self) {
        let (used, room) = (self.groups.len(), self.groups.capacity());
        if room > SMALL && used * SPARSE < room {
            self.groups.shrink_to(used * 2);
        }
    }
}

impl Borrow<str> for Named {
    fn borrow(&self) -> &str {
        self.0.name()
    }
}

impl Hash for Named {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name().hash(state);
    }
}

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }
}

impl Eq for Named {}
