//! One socket in a room, and what the room remembers of it while it does something.

use std::any::Any;
use std::time::{Duration, Instant};

use sockets::{Class, Frame, Outbox, code};

use super::canvases::Asked;
use super::lights::{Behind, Lights};

/// How long what was sent to a socket may still be on its way when something comes from it.
pub const ON_ITS_WAY: Duration = Duration::from_secs(1);
/// How long others' strokes count as recent for somebody who clears.
pub const RECENT: Duration = Duration::from_secs(2);
/// Frames that are held back for one socket at most, and their bytes: its outbox takes twice as many at once. Whoever has
/// to wait for more comes again.
const MOST_HELD: usize = 500;
const MOST_BYTES_HELD: usize = 512 << 10;
/// What whoever is sent away is told.
pub(super) const COME_BACK: &str = "come again in a moment";
/// Later than anything comes: when something is sent that is held back, until it is.
const NOT_YET: Duration = Duration::from_secs(3600);
/// Canvases that are remembered for one socket.
const MOST_BRUSHES: usize = 16;

/// Own operations that are remembered for each canvas.
const MOST_OWN: usize = 32;

/// The way out of a socket.
pub trait Post {
    /// Sends a frame that must arrive.
    fn send(&self, frame: &Frame);
    /// Sends a frame that may wait a moment, or be dropped; a newer one of the same key (not 0) replaces it.
    fn cork(&self, frame: &Frame, key: u64);
    /// Sends frames that are large together; false when such are on their way already.
    fn send_state(&self, frames: Vec<Frame>, permit: Box<dyn Any + Send>) -> bool;
    /// Closes the socket after what waits.
    fn close(&self, code: u16, reason: &'static str);
}

impl Post for Outbox {
    fn send(&self, frame: &Frame) {
        // A full outbox closes its socket by itself, which then comes again and is brought up to date.
        let _ = self.push(frame.clone(), Class::Durable);
    }

    fn cork(&self, frame: &Frame, key: u64) {
        let _ = self.push_corked(frame.clone(), Class::Ephemeral(key));
    }

    fn send_state(&self, frames: Vec<Frame>, permit: Box<dyn Any + Send>) -> bool {
        self.state(frames, permit).is_ok()
    }

    fn close(&self, code: u16, reason: &'static str) {
        Outbox::close(self, code, reason);
    }
}

/// A socket in the room.
#[derive(Debug)]
pub struct Seat<P> {
    /// Of the socket.
    pub id: u64,
    /// Whose it is.
    pub user_id: i64,
    pub(super) post: P,
    pub(super) busy: Option<Box<Busy>>,
}

/// What is remembered of a socket that does something.
#[derive(Debug, Default)]
pub struct Busy {
    /// The canvas it is on, as far as can be told.
    pub on: Option<Box<str>>,
    /// Since when, and when it last did something there.
    pub on_since: Option<Instant>,
    pub(super) on_at: Option<Instant>,
    /// When it last asked for all of a canvas. What it had sent before may not be on that any more.
    pub(super) asked_at: Option<Instant>,
    /// In the middle of a stroke.
    pub drawing: bool,
    pub(super) brushes: Vec<Brush>,
    /// When another's title was sent to it.
    pub(super) title_at: Option<Instant>,
    /// When it was told what it had missed, in microseconds since 1970, and up to where it had seen the room before.
    caught_up: Option<(i64, i64)>,
    /// When it was told last that a page was deleted, and the first of those that it was told of just then.
    pub(super) deleted_at: Option<(Instant, i32)>,
    /// Frames held back until it has been brought up to date.
    pub(super) hold: Option<Hold>,
    /// Two numbers that had been sent to it, the second at `settled_at`, the first a moment earlier.
    settled: (i64, i64),
    settled_at: Option<Instant>,
    /// Own ephemera that wait behind operations without a number.
    pub(super) behind: Behind,
    /// What waits a moment.
    pub(super) lights: Lights,
}

/// What a socket knows of a canvas.
#[derive(Debug)]
pub struct Brush {
    pub(super) slot: Box<str>,
    /// It has been shown everything up to this number; `None` when it may lack the beginning.
    pub served: Option<i64>,
    /// When it asked for all of it last.
    pub(super) asked: Option<Asked>,
    /// When others' texts, strokes and whole states were sent to it.
    pub(super) text_at: Option<Instant>,
    pub(super) drawn_at: Option<Instant>,
    pub(super) wiped_at: Option<Instant>,
    /// When it was shown all of it.
    pub(super) shown_at: Option<Instant>,
    /// The last operations of its own.
    pub(super) own: Vec<Did>,
}

/// An operation of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Did {
    pub(super) number: i64,
    /// When it came.
    pub(super) received: Instant,
    /// It was sent back.
    pub(super) came_back: bool,
}

/// What a frame is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About<'a> {
    /// A canvas, by its canonical id.
    Canvas(&'a str),
    /// Which pages there are.
    Pages,
    /// Anything else.
    Other,
}

/// Frames that wait until a socket has been brought up to date. Nothing passes what waits.
#[derive(Debug, Default)]
pub struct Hold {
    /// The canvas that it is shown; none when it is told what it has missed.
    slot: Option<Box<str>>,
    /// Up to where it had seen the room, where it is told what it has missed.
    seen: Option<i64>,
    /// The newest number that it was sent, or that its first words came from, before the first that waits.
    known: Option<i64>,
    /// Whether pages come or go by what waits.
    has_pages: bool,
    /// It is sent away: nothing of this arrives.
    is_given_up: bool,
    frames: Vec<Frame>,
    bytes: usize,
}

impl<P: Post> Seat<P> {
    /// A socket that has just come.
    pub fn new(id: u64, user_id: i64, post: P) -> Self {
        Self {
            id,
            user_id,
            post,
            busy: None,
        }
    }

    /// Sends a frame that must arrive, whatever is held back.
    pub fn tell(&self, frame: &Frame) {
        self.post.send(frame);
    }

    /// Sends a large frame; false when one is on its way already.
    pub fn tell_state(&self, frame: &Frame, permit: Box<dyn Any + Send>) -> bool {
        self.post.send_state(vec![frame.clone()], permit)
    }

    /// Closes the socket for good, after what waits and what was held back.
    pub fn close(&mut self, code: u16, reason: &'static str) {
        let hold = self.busy.as_mut().and_then(|busy| busy.hold.take());
        for frame in hold.into_iter().flat_map(|hold| hold.frames) {
            self.post.send(&frame);
        }
        self.post.close(code, reason);
    }

    /// Closes the socket, to come again. What is held back, and what happens from now on, it has not seen, and is told then.
    pub(super) fn send_away(&mut self, reason: &'static str) {
        let hold = self.busy().hold.take().unwrap_or_default();
        self.busy().hold = Some(hold.given_up());
        self.post.close(code::TRY_AGAIN, reason);
    }

    /// Whether it is sent away.
    pub(super) fn is_given_up(&self) -> bool {
        let hold = self.busy.as_ref().and_then(|busy| busy.hold.as_ref());
        hold.is_some_and(|hold| hold.is_given_up)
    }

    pub(super) fn busy(&mut self) -> &mut Busy {
        self.busy.get_or_insert_default()
    }

    /// Sends a frame that must arrive, or holds it back in its turn.
    pub(super) fn send(&mut self, frame: &Frame, about: About<'_>) {
        let hold = self.busy.as_mut().and_then(|busy| busy.hold.as_mut());
        match hold.filter(|hold| hold.takes(about)) {
            Some(hold) if hold.is_given_up => {}
            Some(hold) if hold.is_full() => self.send_away(COME_BACK),
            Some(hold) => hold.push(frame, about),
            None => self.post.send(frame),
        }
    }

    /// Whether an operation on a canvas has come to it, or from it, since it asked for the canvas.
    pub(super) fn has_since(&self, slot: &str, asked: &Asked, number: i64, by: i64) -> bool {
        if number <= asked.number {
            return false;
        }
        let brushes = self.busy.iter().flat_map(|busy| &busy.brushes);
        let mut own = brushes
            .filter(|brush| *brush.slot == *slot)
            .flat_map(|brush| &brush.own);
        // What it did itself may have got its number after it had asked, and be gone unless it was sent back.
        let is_gone = |did: &Did| did.number == number && did.received < asked.at && !did.came_back;
        !(by == self.user_id && own.any(is_gone))
    }

    /// Sends what was held back; whether pages came or went by it.
    pub(super) fn release(&mut self, now: Instant) -> bool {
        self.release_except(now, |_| false)
    }

    /// Sends what was held back, but for frames that have become needless; whether pages came or went by it.
    pub(super) fn release_except(
        &mut self,
        now: Instant,
        mut is_needless: impl FnMut(&Frame) -> bool,
    ) -> bool {
        let Some(hold) = self.busy.as_mut().and_then(|busy| busy.let_go(now)) else {
            return false;
        };
        for frame in hold.frames.iter().filter(|frame| !is_needless(frame)) {
            self.post.send(frame);
        }
        hold.has_pages
    }
}

impl Hold {
    /// Of what happens on a canvas while it is read, of pages that come and go, and of all that happens after.
    pub(super) fn for_canvas(slot: &str) -> Self {
        Self {
            slot: Some(slot.into()),
            ..Self::default()
        }
    }

    /// Of all that happens until it has been told what it has missed after `seen`.
    pub(super) fn for_missed(seen: i64) -> Self {
        Self {
            seen: Some(seen),
            ..Self::default()
        }
    }

    /// Whether it is this canvas that is shown.
    pub(super) fn is_for(&self, slot: &str) -> bool {
        self.slot.as_deref() == Some(slot)
    }

    fn takes(&self, about: About<'_>) -> bool {
        let is_waited_for = match (&self.slot, about) {
            (None, _) | (_, About::Pages) => true,
            (Some(slot), About::Canvas(about)) => **slot == *about,
            (Some(_), About::Other) => false,
        };
        is_waited_for || !self.frames.is_empty() || self.is_given_up
    }

    fn is_full(&self) -> bool {
        self.frames.len() >= MOST_HELD || self.bytes >= MOST_BYTES_HELD
    }

    fn push(&mut self, frame: &Frame, about: About<'_>) {
        self.frames.push(frame.clone());
        self.bytes += frame.len();
        self.has_pages |= about == About::Pages;
    }

    /// The same without its frames: nothing of this arrives, and nothing that comes after.
    fn given_up(self) -> Self {
        Self {
            is_given_up: true,
            frames: Vec::new(),
            ..self
        }
    }
}

impl Busy {
    /// What is known of a canvas.
    pub(super) fn brush(&mut self, slot: &str) -> &mut Brush {
        let at = self.brushes.iter().position(|brush| *brush.slot == *slot);
        let at = at.unwrap_or_else(|| {
            if self.brushes.len() >= MOST_BRUSHES {
                let oldest = self.brushes.iter().position(|brush| !self.needs(&brush.slot));
                self.brushes.remove(oldest.unwrap_or_default());
            }
            self.brushes.push(Brush {
                slot: slot.into(),
                served: None,
                asked: None,
                text_at: None,
                drawn_at: None,
                wiped_at: None,
                shown_at: None,
                own: Vec::new(),
            });
            self.brushes.len() - 1
        });
        &mut self.brushes[at]
    }

    /// Whether it is on this canvas, or is just being shown it.
    fn needs(&self, slot: &str) -> bool {
        self.on.as_deref() == Some(slot) || self.hold.as_ref().is_some_and(|hold| hold.is_for(slot))
    }

    /// Up to where a canvas has been shown to it.
    pub fn served(&self, slot: &str) -> Option<i64> {
        self.brushes.iter().find(|brush| *brush.slot == *slot)?.served
    }

    /// Notes that it does something on a canvas; whether it was not there before.
    pub(super) fn comes_to(&mut self, slot: &str, now: Instant) -> bool {
        self.on_at = Some(now);
        if self.on.as_deref() == Some(slot) {
            return false;
        }
        (self.on, self.on_since) = (Some(slot.into()), Some(now));
        true
    }

    /// Whether it was on this canvas lately.
    pub(super) fn is_on(&self, slot: &str, now: Instant, within: Duration) -> bool {
        self.on.as_deref() == Some(slot)
            && self
                .on_at
                .is_some_and(|at| now.saturating_duration_since(at) <= within)
    }

    /// Whether it has asked for all of a canvas at `then` or later.
    pub(super) fn has_asked_since(&self, then: Instant) -> bool {
        self.asked_at.is_some_and(|asked| asked >= then)
    }

    /// Whether it is known to be on another canvas by now.
    pub(super) fn is_elsewhere(&self, slot: &str) -> bool {
        self.on.as_deref().is_some_and(|on| on != slot)
    }

    /// Notes that it is told of a page that is gone, at `sent_at`. Behind the first of several deleted at once every
    /// position may be one from before.
    pub(super) fn was_told_of_deletion(&mut self, index: i32, sent_at: Instant, now: Instant) {
        let first = match self.deleted_at {
            Some((at, first)) if crossed(Some(at), now, ON_ITS_WAY) => first.min(index),
            _ => index,
        };
        self.deleted_at = Some((sent_at, first));
    }

    /// When something is sent that goes to it now: what is held back arrives long after whatever comes from it.
    pub(super) fn sent_at(&self, about: About<'_>, now: Instant) -> Instant {
        let is_held = self.hold.as_ref().is_some_and(|hold| hold.takes(about));
        if is_held { now + NOT_YET } else { now }
    }

    /// What was held back, which is sent now; nothing where it is sent away.
    fn let_go(&mut self, now: Instant) -> Option<Hold> {
        let hold = self.hold.take_if(|hold| !hold.is_given_up)?;
        let marks = self.brushes.iter_mut();
        let marks = marks.flat_map(|brush| [&mut brush.text_at, &mut brush.drawn_at, &mut brush.wiped_at]);
        for at in marks.chain([&mut self.title_at]).flatten() {
            *at = now.min(*at);
        }
        if let Some((at, _)) = &mut self.deleted_at {
            *at = now.min(*at);
        }
        Some(hold)
    }

    /// The newest number that it was sent, when that of the room is `newest`.
    pub(super) fn known(&self, newest: i64) -> i64 {
        let held = self.hold.as_ref().and_then(|hold| hold.known);
        held.unwrap_or(newest)
    }

    /// Up to where it has seen the room, or been told of it, when that is at `newest`.
    pub(super) fn told(&self, newest: i64) -> i64 {
        let seen = self.hold.as_ref().and_then(|hold| hold.seen);
        seen.unwrap_or_else(|| self.known(newest))
    }

    /// Notes that it is told what it has missed, at `clock` (microseconds since 1970).
    pub(super) fn catches_up(&mut self, clock: i64) {
        let seen = self.hold.as_ref().and_then(|hold| hold.seen);
        self.caught_up = seen.map(|seen| (clock, seen));
    }

    /// What has arrived of that when it took what was sent before `then`.
    pub(super) fn arrived(&self, newest: i64, then: i64) -> i64 {
        let told = self.told(newest);
        match self.caught_up {
            Some((at, seen)) if at > then => told.min(seen),
            _ => told,
        }
    }

    /// Notes that everything up to `number` has been sent, or held back.
    pub(super) fn sent(&mut self, number: i64, now: Instant) {
        let hold = self.hold.as_mut();
        if let Some(hold) = hold.filter(|hold| hold.is_given_up || !hold.frames.is_empty()) {
            hold.known.get_or_insert(number - 1);
            return;
        }
        if self
            .settled_at
            .is_none_or(|at| now.saturating_duration_since(at) >= RECENT)
        {
            self.settled = (self.settled.1, number);
            self.settled_at = Some(now);
        }
    }

    /// The number up to which everything has arrived, as far as time tells.
    pub(super) fn settled(&self, now: Instant) -> i64 {
        match self.settled_at {
            Some(at) if now.saturating_duration_since(at) >= RECENT => self.settled.1,
            _ => self.settled.0,
        }
    }
}

impl Brush {
    /// When it asked for all of the canvas, if that was after `asked`.
    pub(super) fn asked_after(&self, asked: Asked) -> Option<Asked> {
        self.asked.filter(|newer| newer.at > asked.at)
    }

    /// Notes an operation of its own.
    pub(super) fn did(&mut self, number: i64, received: Instant, came_back: bool) {
        if self.own.len() >= MOST_OWN {
            self.own.remove(0);
        }
        self.own.push(Did {
            number,
            received,
            came_back,
        });
    }

    /// After another operation on the canvas was shown: there is no gap if it followed `before`.
    pub(super) fn shown(&mut self, before: i64, number: i64) {
        if before == 0 || self.served.is_some_and(|served| served >= before) {
            self.served = Some(number);
        }
    }
}

/// Whether something was sent so late that its receiver may not have had it at `received`.
pub(super) fn crossed(sent: Option<Instant>, received: Instant, within: Duration) -> bool {
    sent.is_some_and(|sent| sent + within > received)
}
