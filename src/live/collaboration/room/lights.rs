//! What is sent while it is fresh and else not at all: pointers, what somebody is doing, parts of strokes; and titles,
//! which come with every key.

use std::time::{Duration, Instant};

use bytes::Bytes;

use super::floor::Floor;
use super::seat::Post;

/// How often a pointer and what somebody is doing is passed on.
const LIGHT_EVERY: Duration = Duration::from_millis(100);
/// How often a title is.
const TITLE_EVERY: Duration = Duration::from_millis(200);
/// Parts of strokes that wait behind an operation of their sender, and their bytes; ends of strokes may be more, …
const MOST_BEHIND: usize = 64;
const MOST_BYTES_BEHIND: usize = 256 << 10;
/// … but not more than this, and twice the bytes.
const MOST_ENDS_BEHIND: usize = 512;

/// What is passed on once in a while: the newest.
#[derive(Debug, Default)]
pub struct Pending<T> {
    sent_at: Option<Instant>,
    waits: Option<T>,
}

impl<T> Pending<T> {
    /// What may go now; otherwise it waits, in place of an older one.
    fn put(&mut self, value: T, every: Duration, now: Instant) -> Option<T> {
        if self.waits.is_none() && self.is_due(every, now) {
            self.sent_at = Some(now);
            return Some(value);
        }
        self.waits = Some(value);
        None
    }

    fn take_due(&mut self, every: Duration, now: Instant) -> Option<T> {
        if self.waits.is_none() || !self.is_due(every, now) {
            return None;
        }
        self.sent_at = Some(now);
        self.waits.take()
    }

    fn is_due(&self, every: Duration, now: Instant) -> bool {
        self.sent_at
            .is_none_or(|at| now.saturating_duration_since(at) >= every)
    }
}

/// What of one socket waits a moment.
#[derive(Debug, Default)]
pub struct Lights {
    cursor: Pending<Bytes>,
    presence: Pending<Bytes>,
    title: Pending<String>,
}

/// Parts of strokes that wait behind an operation of their sender.
#[derive(Debug, Default)]
pub struct Behind {
    messages: Vec<Bytes>,
    bytes: usize,
}

/// What is passed on once in a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Light {
    /// Where a pointer is.
    Cursor,
    /// What somebody is doing.
    Presence,
}

impl<P: Post> Floor<P> {
    /// A message that may go now; otherwise it waits for the beat.
    pub fn light(&mut self, seat: u64, light: Light, message: Bytes, now: Instant) -> Option<Bytes> {
        let lights = &mut self.seat(seat)?.busy().lights;
        let pending = match light {
            Light::Cursor => &mut lights.cursor,
            Light::Presence => &mut lights.presence,
        };
        pending.put(message, LIGHT_EVERY, now)
    }

    /// A title that may go now; otherwise it waits for the beat.
    pub fn title(&mut self, seat: u64, title: String, now: Instant) -> Option<String> {
        self.seat(seat)?.busy().lights.title.put(title, TITLE_EVERY, now)
    }

    /// The title that a socket leaves behind.
    pub fn last_title(&mut self, seat: u64) -> Option<String> {
        self.seat(seat)?.busy.as_mut()?.lights.title.waits.take()
    }

    /// Messages that have waited long enough.
    pub fn due_lights(&mut self, now: Instant) -> Vec<Bytes> {
        let busy = self.seats.iter_mut().filter_map(|seat| seat.busy.as_mut());
        busy.flat_map(|busy| {
            let lights = &mut busy.lights;
            [
                lights.cursor.take_due(LIGHT_EVERY, now),
                lights.presence.take_due(LIGHT_EVERY, now),
            ]
        })
        .flatten()
        .collect()
    }

    /// Titles that have waited long enough, with their sockets.
    pub fn due_titles(&mut self, now: Instant) -> Vec<(u64, String)> {
        let busy = self
            .seats
            .iter_mut()
            .filter_map(|seat| Some((seat.id, seat.busy.as_mut()?)));
        busy.filter_map(|(id, busy)| Some((id, busy.lights.title.take_due(TITLE_EVERY, now)?)))
            .collect()
    }

    /// Whether anything waits for the beat.
    pub fn has_lights(&self) -> bool {
        self.seats
            .iter()
            .filter_map(|seat| seat.busy.as_ref())
            .any(|busy| {
                let lights = &busy.lights;
                lights.cursor.waits.is_some()
                    || lights.presence.waits.is_some()
                    || lights.title.waits.is_some()
            })
    }

    /// Notes that an operation of a socket waits for its number.
    pub fn waits(&mut self, seat: u64) {
        if let Some(user_id) = self.seat(seat).map(|seat| seat.user_id) {
            self.unnumbered.entry(seat).or_insert((user_id, 0)).1 += 1;
        }
    }

    /// Whether operations of somebody wait for their numbers, those of a socket that has gone included.
    pub fn is_numbering(&self, user_id: i64) -> bool {
        self.unnumbered.values().any(|(whose, _)| *whose == user_id)
    }

    /// A part of a stroke, which may go at once if no operation of its sender waits for its number. Otherwise it waits.
    /// What may be lost is left out when much waits already; where even what must arrive is too much the socket is
    /// closed, and comes again.
    pub fn behind(&mut self, seat: u64, message: Bytes, must_arrive: bool) -> Option<Bytes> {
        let is_free = !self.unnumbered.contains_key(&seat);
        let seat = self.seat(seat)?;
        if is_free {
            return Some(message);
        }
        let behind = &mut seat.busy().behind;
        let (count, bytes) = (behind.messages.len(), behind.bytes + message.len());
        if count < MOST_BEHIND && bytes <= MOST_BYTES_BEHIND
            || must_arrive && count < MOST_ENDS_BEHIND && bytes <= 2 * MOST_BYTES_BEHIND
        {
            behind.messages.push(message);
            behind.bytes = bytes;
        } else if must_arrive {
            seat.send_away("the server is busy");
        }
        None
    }

    /// Notes that an operation of a socket has its number, or gets none; what may follow now.
    pub fn numbered(&mut self, seat: u64) -> Vec<Bytes> {
        if let Some((_, count)) = self.unnumbered.get_mut(&seat) {
            *count -= 1;
            if *count > 0 {
                return Vec::new();
            }
            self.unnumbered.remove(&seat);
        }
        let busy = self.seat(seat).and_then(|seat| seat.busy.as_mut());
        busy.map_or_else(Vec::new, |busy| std::mem::take(&mut busy.behind).messages)
    }
}
