//! Who is in a room, and what each of them is sent: the operations in their order, and what has to be sent once more
//! because it crossed something on its way.
//!
//! Synchronous and without a clock of its own. Must not know where frames go.
//!
//! A client applies its own strokes, texts and clears before anybody else does, so it may apply them in another order
//! than the room: what is relayed to it may arrive after it has done something that the room counts as later. Where that
//! can have happened its own operation is sent back to it, last; then all have the same again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use sockets::Frame;

use super::frames::{self, Audience};
use super::items::overwrites;
use super::model::{Applied, Model};
use super::op::{Action, Op};
use super::people::Person;
use super::seat::{About, Busy, ON_ITS_WAY, Post, RECENT, Seat, crossed};

/// Operations that wait for an earlier one, at most; then the log is read.
const MOST_AHEAD: usize = 2_000;

/// A room's model and the sockets in it.
#[derive(Debug)]
pub struct Floor<P> {
    /// What the room holds.
    pub model: Model,
    /// The sockets that this server has in it.
    pub seats: Vec<Seat<P>>,
    /// Everybody who has a place in the session, on whichever server.
    pub people: Vec<Person>,
    /// Operations that came before an earlier one.
    ahead: BTreeMap<i64, (Op, Option<Origin>)>,
    /// How many operations of a socket wait for their numbers, and whose they are. It may have gone meanwhile.
    pub(super) unnumbered: BTreeMap<u64, (i64, u32)>,
}

/// Where an operation came from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The socket.
    pub seat: u64,
    /// When it came.
    pub received: Instant,
    /// Its sender may have meant another page: it is sent back, so that it stands where the room has it.
    pub is_doubtful: bool,
}

/// What an operation left to do outside of the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// These are no longer needed in the log.
    Dropped(Vec<i64>),
    /// A canvas was cleared or deleted: its stored state and snapshot are void.
    Void(Box<str>),
    /// A canvas was drawn on, by a socket of this server.
    Drawn(Box<str>),
    /// Pages were added or deleted: what members have seen is noted.
    Pages,
}

impl<P: Post> Floor<P> {
    /// An empty room.
    pub fn new(model: Model, people: Vec<Person>) -> Self {
        Self {
            model,
            seats: Vec::new(),
            people,
            ahead: BTreeMap::new(),
            unnumbered: BTreeMap::new(),
        }
    }

    /// Takes an operation with its number; whatever came too early follows. False when an earlier one is missing.
    pub fn deliver(
        &mut self,
        number: i64,
        op: Op,
        origin: Option<Origin>,
        now: Instant,
        left: &mut Vec<Consequence>,
    ) -> bool {
        if number > self.model.number + 1 {
            self.hold_ahead(number, op, origin);
            return false;
        }
        if number == self.model.number + 1 {
            self.take(number, &op, origin, now, left);
        }
        self.go_on(now, left)
    }

    /// Takes what came too early and follows now. False when an operation is still missing.
    pub fn go_on(&mut self, now: Instant, left: &mut Vec<Consequence>) -> bool {
        while let Some(entry) = self.ahead.first_entry() {
            let next = *entry.key();
            if next > self.model.number + 1 {
                return false;
            }
            let (op, origin) = entry.remove();
            if next == self.model.number + 1 {
                self.take(next, &op, origin, now, left);
            }
        }
        true
    }

    /// Keeps an operation until those before it are there.
    pub fn hold_ahead(&mut self, number: i64, op: Op, origin: Option<Origin>) {
        if self.ahead.len() < MOST_AHEAD {
            self.ahead.entry(number).or_insert((op, origin));
        }
    }

    /// Passes a number whose operation cannot be read; whatever came too early follows. False when an earlier one is
    /// missing.
    pub fn skip(&mut self, number: i64, now: Instant, left: &mut Vec<Consequence>) -> bool {
        if number == self.model.number + 1 {
            self.model.number = number;
        }
        self.go_on(now, left) && number <= self.model.number
    }

    /// Forgets what waits.
    pub fn forget_ahead(&mut self) {
        self.ahead.clear();
    }

    /// Whether an operation waits for an earlier one.
    pub fn has_gap(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// Somebody who takes part.
    pub fn person(&self, user_id: i64) -> Option<&Person> {
        self.people.iter().find(|person| person.user_id == user_id)
    }

    /// The name of somebody who takes part or once did.
    pub fn name(&self, user_id: i64) -> Arc<str> {
        self.person(user_id)
            .map_or_else(|| "".into(), |person| Arc::clone(&person.username))
    }

    /// A socket.
    pub fn seat(&mut self, id: u64) -> Option<&mut Seat<P>> {
        self.seats.iter_mut().find(|seat| seat.id == id)
    }

    /// Lets somebody in, or takes the newer facts about them.
    pub fn know(&mut self, person: Person) {
        match self
            .people
            .iter_mut()
            .find(|known| known.user_id == person.user_id)
        {
            Some(known) => *known = person,
            None => self.people.push(person),
        }
    }

    /// Sends a frame to everybody, or to everybody but one.
    pub fn tell(&mut self, frame: &Frame, but: Option<i64>) {
        for seat in &mut self.seats {
            if Some(seat.user_id) != but {
                seat.send(frame, About::Other);
            }
        }
    }

    /// Sends a frame that may be dropped to everybody but its sender. Nobody sees it who is just brought up to date.
    pub fn tell_lightly(&mut self, frame: &Frame, key: u64, but: i64) {
        for seat in &self.seats {
            let is_held = seat.busy.as_ref().is_some_and(|busy| busy.hold.is_some());
            if seat.user_id != but && !is_held {
                seat.post.cork(frame, key);
            }
        }
    }

    /// Sends a frame to one socket.
    pub fn tell_seat(&mut self, id: u64, frame: &Frame) {
        if let Some(seat) = self.seat(id) {
            seat.send(frame, About::Other);
        }
    }

    /// The newest operation that a socket was sent.
    pub(super) fn known(&self, seat: u64) -> i64 {
        let newest = self.model.number;
        self.busy(seat).map_or(newest, |busy| busy.known(newest))
    }

    /// Up to where a socket has seen the room which took what was sent before `then` (microseconds since 1970).
    pub(super) fn arrived(&self, seat: u64, then: i64) -> i64 {
        let newest = self.model.number;
        self.busy(seat).map_or(newest, |busy| busy.arrived(newest, then))
    }

    /// Up to where somebody has been told of the room, on all of their sockets.
    pub(super) fn told_to(&self, user_id: i64) -> i64 {
        self.told().get(&user_id).copied().unwrap_or(self.model.number)
    }

    /// Up to where everybody here has been told of the room, on all of their sockets: user ids with numbers.
    pub(super) fn told(&self) -> BTreeMap<i64, i64> {
        let (newest, mut told) = (self.model.number, BTreeMap::new());
        for seat in &self.seats {
            let number = seat.busy.as_ref().map_or(newest, |busy| busy.told(newest));
            let least = told.entry(seat.user_id).or_insert(number);
            *least = number.min(*least);
        }
        told
    }

    fn busy(&self, seat: u64) -> Option<&Busy> {
        let seat = self.seats.iter().find(|other| other.id == seat)?;
        seat.busy.as_deref()
    }

    fn take(
        &mut self,
        number: i64,
        op: &Op,
        origin: Option<Origin>,
        now: Instant,
        left: &mut Vec<Consequence>,
    ) {
        let before = self.drawn_before(op);
        let applied = self.model.apply(number, op);
        note(op, &applied, origin.is_some(), left);
        match &applied {
            Applied::Refused(why) => {
                self.refuse(op, origin, why);
                return;
            }
            Applied::Silent | Applied::Saved { .. } => return,
            _ => {}
        }
        let Some((audience, json)) = frames::of_operation(op, &applied) else {
            return;
        };
        if let Applied::PageAdded { missing, .. } = &applied {
            for (index, id) in missing {
                let added = frames::frame(&frames::page_added(op.user_id, &op.username, *index, id, None));
                for seat in &mut self.seats {
                    seat.send(&added, About::Pages);
                }
            }
        }
        let frame = frames::frame(&json);
        let about = about(&applied);
        for seat in &mut self.seats {
            let is_origin = origin.is_some_and(|origin| origin.seat == seat.id);
            if is_origin {
                let origin = origin.expect("it has just been looked at");
                let is_crossed = own(seat, op, about, before, number, origin, now);
                let is_for_all = audience == Audience::All && !matches!(op.action, Action::Clear);
                if is_for_all || is_crossed || origin.is_doubtful {
                    for frame in gone_before(op, &applied).iter().chain([&frame]) {
                        seat.send(frame, about);
                    }
                    if origin.is_doubtful {
                        // To its sender it is news, too, and may cross what comes next.
                        shown(seat, op, about, before, number, now);
                    }
                }
            } else if audience == Audience::All || seat.user_id != op.user_id {
                seat.send(&frame, about);
                shown(seat, op, about, before, number, now);
            }
            if let Applied::PageDeleted { index, .. } = &applied {
                let busy = seat.busy();
                busy.was_told_of_deletion(*index, busy.sent_at(about, now), now);
            }
            if let Some(busy) = &mut seat.busy {
                busy.sent(number, now);
            }
        }
    }

    /// The number of the last operation on the canvas that an operation changes.
    fn drawn_before(&self, op: &Op) -> i64 {
        self.model
            .slot(op.user_id, &op.place)
            .map_or(0, |slot| slot.drawn_number)
    }

    fn refuse(&mut self, op: &Op, origin: Option<Origin>, why: &str) {
        let Some(origin) = origin else { return };
        let error = frames::frame(&frames::error(why));
        self.tell_seat(origin.seat, &error);
        if matches!(op.action, Action::DeletePage) {
            self.tell_viewers(origin.seat);
        }
    }

    /// Tells a socket who looks at which page.
    pub fn tell_viewers(&mut self, seat: u64) {
        let present: Vec<Person> = self
            .people
            .iter()
            .filter(|person| person.is_here)
            .cloned()
            .collect();
        let frame = frames::page_viewers_response(&self.model, present.iter());
        self.tell_seat(seat, &frames::frame(&frame));
    }
}

/// What is sent before a stroke goes back to its sender, who may have it still.
fn gone_before(op: &Op, applied: &Applied) -> Option<Frame> {
    let Applied::OnPage { index, id, .. } = applied else {
        return None;
    };
    frames::taken_away(op, *index, id).map(|gone| frames::frame(&gone))
}

/// What the frame of an operation is about.
fn about(applied: &Applied) -> About<'_> {
    match applied {
        Applied::OnPage { id, .. } => About::Canvas(id),
        Applied::PageAdded { .. } | Applied::PageDeleted { .. } => About::Pages,
        _ => About::Other,
    }
}

/// Notes what is left to do outside of the room.
fn note(op: &Op, applied: &Applied, is_local: bool, left: &mut Vec<Consequence>) {
    match applied {
        Applied::PageDeleted { id, dropped, .. } => {
            left.push(Consequence::Pages);
            left.push(Consequence::Void(id.clone()));
            left.push(Consequence::Dropped(dropped.clone()));
        }
        Applied::PageAdded { .. } => left.push(Consequence::Pages),
        Applied::Saved { dropped, .. } => left.push(Consequence::Dropped(dropped.clone())),
        Applied::OnPage { id, dropped, .. } if matches!(op.action, Action::Clear) => {
            left.push(Consequence::Void(id.clone()));
            left.push(Consequence::Dropped(dropped.clone()));
        }
        Applied::OnPage { id, .. } if is_local && op.action.is_drawn() => {
            left.push(Consequence::Drawn(id.clone()));
        }
        _ => {}
    }
}

/// Notes an operation of another that is sent to a socket.
fn shown<P: Post>(seat: &mut Seat<P>, op: &Op, about: About<'_>, before: i64, number: i64, now: Instant) {
    if matches!(op.action, Action::Title { .. } | Action::Draft(_)) {
        let busy = seat.busy();
        busy.title_at = Some(busy.sent_at(about, now));
    }
    let About::Canvas(slot) = about else { return };
    let busy = seat.busy();
    let now = busy.sent_at(about, now);
    let is_on = busy.on.as_deref() == Some(slot);
    let is_held = busy.hold.is_some();
    let brush = busy.brush(slot);
    match op.action {
        Action::Text { .. } => brush.text_at = Some(now),
        Action::Clear => {
            brush.wiped_at = Some(now);
            brush.served = Some(number);
        }
        _ => {
            brush.drawn_at = Some(now);
            if is_on && !is_held {
                brush.shown(before, number);
            }
        }
    }
}

/// Notes an operation of a socket itself; whether it has to be sent back because it crossed another's. What is sent back
/// may be crossed in its turn.
fn own<P: Post>(
    seat: &mut Seat<P>,
    op: &Op,
    about: About<'_>,
    before: i64,
    number: i64,
    origin: Origin,
    now: Instant,
) -> bool {
    let busy = seat.busy();
    let sent_at = busy.sent_at(about, now);
    if matches!(op.action, Action::Title { .. }) {
        let echoes = crossed(busy.title_at, origin.received, ON_ITS_WAY);
        if echoes {
            busy.title_at = Some(sent_at);
        }
        return echoes;
    }
    let About::Canvas(slot) = about else {
        return false;
    };
    // A page that its first stroke has made was not there when the stroke came. A late number takes nobody back.
    if op.action.is_drawn() && busy.on_since.is_none_or(|since| since <= origin.received) {
        busy.comes_to(slot, now);
    }
    let is_held = busy.hold.as_ref().is_some_and(|hold| hold.is_for(slot));
    let has_asked = busy.has_asked_since(origin.received);
    let brush = busy.brush(slot);
    match &op.action {
        Action::Text { .. } => {
            let echoes = crossed(brush.text_at, origin.received, ON_ITS_WAY);
            if echoes {
                brush.text_at = Some(sent_at);
            }
            echoes
        }
        Action::Clear => {
            brush.served = Some(number);
            let echoes = crossed(brush.drawn_at, origin.received, RECENT);
            if echoes {
                brush.wiped_at = Some(sent_at);
            }
            echoes
        }
        action => {
            if !is_held {
                brush.shown(before, number);
            }
            let echoes = (is_held || has_asked)
                || crossed(brush.wiped_at, origin.received, ON_ITS_WAY)
                || overwrites(action) && crossed(brush.drawn_at, origin.received, ON_ITS_WAY);
            if echoes {
                brush.drawn_at = Some(sent_at);
            }
            brush.did(number, origin.received, echoes);
            echoes
        }
    }
}
