//! One group: who is in it, and whose turn it is to deliver.
//!
//! A group of one member is the common case (a person's own group), so it costs no list. Whoever publishes delivers; who
//! comes while somebody delivers leaves the message with them, which keeps one order for all members without a lock
//! that is held while members are called.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Event, Member};

/// So many events wait in one group for the one that is being delivered.
const WAITING_MESSAGES: usize = 1024;
/// And so many bytes of them.
const WAITING_BYTES: usize = 1024 * 1024;

pub(crate) struct Group {
    name: Box<str>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    members: Members,
    is_delivering: bool,
    waiting: Option<Box<Waiting>>,
}

/// Sorted by the number under which they joined.
enum Members {
    AtMostOne(Option<Seat>),
    Several(Vec<Seat>),
}

struct Seat {
    number: u64,
    member: Arc<dyn Member>,
}

/// Came while another event was being delivered. Each with the first number that is not to get it.
#[derive(Default)]
struct Waiting {
    events: VecDeque<(u64, Event)>,
    bytes: usize,
}

/// What became of an event that was brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Whoever brought it delivers it, and then what waits.
    Mine,
    /// Somebody is delivering, and will deliver this.
    Left,
    /// The same, but so many messages that waited had to go, and a resync took their place.
    Overflowed(usize),
}

impl Group {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            state: Mutex::default(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Adds a member under the number that `next` gives, greater than all before.
    pub(crate) fn add(&self, member: Arc<dyn Member>, next: impl FnOnce() -> u64) -> u64 {
        let mut state = self.lock();
        // Taken under the lock: whoever delivers compares with it.
        let number = next();
        state.members.add(Seat { number, member });
        number
    }

    /// Whether nobody is left. The member is handed back: it must not be dropped under a lock, it may do anything.
    pub(crate) fn remove(&self, number: u64) -> (Option<Arc<dyn Member>>, bool) {
        let mut state = self.lock();
        let removed = state.members.remove(number);
        (removed, state.members.is_empty())
    }

    /// Whether `event`, for all below the number that `next` gives, is to be delivered by the caller.
    pub(crate) fn take_turn(&self, event: &Event, next: impl FnOnce() -> u64) -> (Turn, u64) {
        let mut state = self.lock();
        let until = next();
        if !state.is_delivering {
            state.is_delivering = true;
            return (Turn::Mine, until);
        }
        let waiting = state.waiting.get_or_insert_default();
        let overflow = waiting.make_room(until, event.bytes());
        waiting.add(until, event.clone());
        let turn = overflow.map_or(Turn::Left, Turn::Overflowed);
        (turn, until)
    }

    /// Delivers `event` to all below `until`, then whatever was left meanwhile.
    pub(crate) fn deliver(&self, event: &Event, until: u64) {
        self.hand_out(event, until);
        while let Some((until, event)) = self.next_waiting() {
            self.hand_out(&event, until);
        }
    }

    fn hand_out(&self, event: &Event, until: u64) {
        let mut from = 0;
        // One lock for each member: who has left meanwhile, perhaps in answer to this event, is not called any more.
        while let Some((number, member)) = self.seat(from, until) {
            let call = AssertUnwindSafe(|| member.deliver(&self.name, event));
            if catch_unwind(call).is_err() {
                tracing::error!("a member of a group panicked");
            }
            from = number + 1;
        }
    }

    /// The first member whose number is at least `from`.
    fn seat(&self, from: u64, until: u64) -> Option<(u64, Arc<dyn Member>)> {
        let state = self.lock();
        let members = state.members.as_slice();
        let seat = members.get(members.partition_point(|seat| seat.number < from))?;
        (seat.number < until).then(|| (seat.number, Arc::clone(&seat.member)))
    }

    /// None when nothing waits any more, and then the turn is over.
    fn next_waiting(&self) -> Option<(u64, Event)> {
        let mut state = self.lock();
        let next = state.waiting.as_mut().and_then(|waiting| waiting.next());
        if next.is_none() {
            state.is_delivering = false;
            state.waiting = None;
        }
        next
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No member is called under the lock, so nothing is half done after a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Members {
    fn default() -> Self {
        Self::AtMostOne(None)
    }
}

impl Members {
    fn as_slice(&self) -> &[Seat] {
        match self {
            Self::AtMostOne(seat) => seat.as_slice(),
            Self::Several(seats) => seats,
        }
    }

    fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    fn add(&mut self, seat: Seat) {
        match self {
            Self::AtMostOne(place @ None) => *place = Some(seat),
            Self::AtMostOne(first) => {
                let mut seats = Vec::with_capacity(2);
                seats.extend(first.take());
                seats.push(seat);
                *self = Self::Several(seats);
            }
            Self::Several(seats) => {
                if seats.len() == seats.capacity() {
                    // Half as much again: doubling would waste more than a membership may cost.
                    seats.reserve_exact(seats.len().div_ceil(2));
                }
                seats.push(seat);
            }
        }
    }

    fn remove(&mut self, number: u64) -> Option<Arc<dyn Member>> {
        match self {
            Self::AtMostOne(place) => {
                let seat = place.take_if(|seat| seat.number == number)?;
                Some(seat.member)
            }
            Self::Several(seats) => {
                let place = seats.binary_search_by_key(&number, |seat| seat.number).ok()?;
                let seat = seats.remove(place);
                if seats.len() <= 1 {
                    *self = Self::AtMostOne(seats.pop());
                } else if seats.len() * 4 <= seats.capacity() {
                    seats.shrink_to(seats.len() * 2);
                }
                Some(seat.member)
            }
        }
    }
}

impl Waiting {
    /// When there is no room for so many bytes, a resync takes the place of all that waits: how many messages went.
    fn make_room(&mut self, until: u64, bytes: usize) -> Option<usize> {
        let has_room = self.events.len() < WAITING_MESSAGES && self.bytes + bytes <= WAITING_BYTES;
        if has_room || self.events.is_empty() {
            return None;
        }
        let is_message = |(_, event): &&(u64, Event)| *event != Event::Resync;
        let lost = self.events.iter().filter(is_message).count();
        self.events.clear();
        self.bytes = 0;
        self.add(until, Event::Resync);
        Some(lost)
    }

    fn add(&mut self, until: u64, event: Event) {
        self.bytes += event.bytes();
        self.events.push_back((until, event));
    }

    fn next(&mut self) -> Option<(u64, Event)> {
        let (until, event) = self.events.pop_front()?;
        self.bytes -= event.bytes();
        Some((until, event))
    }
}

impl Event {
    fn bytes(&self) -> usize {
        match self {
            Self::Message(message) => message.len(),
            Self::Resync => 0,
        }
    }
}
