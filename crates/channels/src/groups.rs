//! All groups that have members on this instance.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::group::{Group, Turn};
use crate::{Event, Member};

/// Locks are taken in one order: the set, then a group. No member is called under either.
#[derive(Default)]
pub(crate) struct Groups {
    open: Mutex<HashSet<Named>>,
    /// The number of the next membership.
    next: AtomicU64,
    memberships: AtomicUsize,
    dropped: AtomicU64,
    resyncs: AtomicU64,
}

/// A group, found by its name.
struct Named(Arc<Group>);

/// A set that is this much emptier than it was gives memory back, if it is larger than this.
const SPARSE: usize = 4;
const SMALL: usize = 256;

impl Groups {
    /// Adds a member; whether it is the first of its group.
    pub(crate) fn join(&self, name: &str, member: Arc<dyn Member>) -> (Arc<Group>, u64, bool) {
        let mut open = self.lock();
        let group = if let Some(Named(group)) = open.get(name) {
            Arc::clone(group)
        } else {
            let group = Arc::new(Group::new(name));
            open.insert(Named(Arc::clone(&group)));
            group
        };
        // Still under the lock: the last member's leaving would take the group away in between.
        let (number, is_first) = group.add(member, || self.next.fetch_add(1, Ordering::Relaxed));
        self.memberships.fetch_add(1, Ordering::Relaxed);
        (group, number, is_first)
    }

    /// Removes a member; whether it was the last of its group.
    pub(crate) fn leave(&self, group: &Group, number: u64) -> bool {
        let mut open = self.lock();
        let (member, is_empty) = group.remove(number);
        self.memberships.fetch_sub(1, Ordering::Relaxed);
        if is_empty {
            open.remove(group.name());
            if open.capacity() > SMALL && open.len() * SPARSE < open.capacity() {
                let enough = open.len() * 2;
                open.shrink_to(enough);
            }
        }
        drop(open);
        // Only now: a member that is dropped may itself leave other groups.
        drop(member);
        is_empty
    }

    /// Gives an event to all members of a group before this returns; or, if somebody is delivering in this group
    /// already, leaves it with them.
    pub(crate) fn deliver(&self, name: &str, event: &Event) {
        let Some(group) = self.find(name) else {
            return;
        };
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

    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(crate) fn memberships(&self) -> usize {
        self.memberships.load(Ordering::Relaxed)
    }

    /// Events given up inside of groups.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    pub(crate) fn resyncs(&self) -> u64 {
        self.resyncs.load(Ordering::Relaxed)
    }

    fn find(&self, name: &str) -> Option<Arc<Group>> {
        self.lock().get(name).map(|Named(group)| Arc::clone(group))
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Named>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
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
