//! The drawings of a room: who is on which canvas, who is shown all of one, and whose whole drawing counts.
//!
//! Synchronous, like the floor that it belongs to. What is stored comes in from outside.

use std::any::Any;
use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::value::RawValue;
use sockets::Frame;

use super::floor::Floor;
use super::frames;
use super::model::Spot;
use super::op::{Op, Place, Saved};
use super::seat::{Hold, Post, RECENT, Seat, crossed};
use super::slot::{Slot, Tail};

/// The JSON text of a frame.
type Json = Vec<u8>;

/// Operations that a socket is shown one by one, at most, and their bytes: of what waits for it they may only be a part.
/// More go out in one piece with the state.
pub(super) const MOST_APART: usize = 200;
pub(super) const MOST_BYTES_APART: usize = 128 << 10;

/// How long somebody counts as being on a canvas after the last sign.
const ON_CANVAS: Duration = Duration::from_secs(10);

/// A canvas that is to be shown to one socket, whole.
#[derive(Clone, Debug)]
pub struct Showing {
    /// The socket.
    pub seat: u64,
    /// The canvas, by its canonical id.
    pub slot: Box<str>,
    /// It must not be cleared meanwhile.
    pub epoch: u32,
    /// What it shows besides the stored state: numbers in the log.
    pub tail: Vec<i64>,
    /// Whether a state is stored.
    pub has_state: bool,
}

/// A stored state of a canvas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Of the canvas when it was stored.
    pub epoch: u32,
    /// What is in it.
    pub number: i64,
    /// The client's `canvas_data`, a JSON object.
    pub data: String,
}

impl<P: Post> Floor<P> {
    /// Notes that a socket does something on a canvas: `drawing` when it is, or is no longer, in the middle of a stroke.
    /// The canvas when it has to be shown to the socket first.
    pub fn touch(
        &mut self,
        seat: u64,
        place: &Place,
        drawing: Option<bool>,
        now: Instant,
    ) -> Option<Box<str>> {
        let user_id = self.seat(seat)?.user_id;
        if !self.is_doubtful(seat, user_id, place, now) {
            self.model.learn(user_id, place);
        }
        let (id, is_blank, drawn) = {
            let slot = self.model.slot(user_id, place)?;
            let is_blank = slot.state.is_none() && slot.tail.is_empty();
            (slot.id.clone(), is_blank, slot.drawn_number)
        };
        let busy = self.seat(seat)?.busy();
        busy.drawing = drawing.unwrap_or(busy.drawing);
        let entered = busy.comes_to(&id, now);
        let lacks = busy.served(&id).is_none_or(|served| served < drawn);
        if entered && is_blank && lacks {
            busy.brush(&id).served = Some(drawn);
        }
        (entered && lacks && !is_blank).then_some(id)
    }

    /// Notes that a socket is back among the pages.
    pub fn leave_canvas(&mut self, seat: u64) {
        if let Some(busy) = self.seat(seat).and_then(|seat| seat.busy.as_mut()) {
            busy.on = None;
            busy.drawing = false;
        }
    }

    /// Whether a socket is in the middle of a stroke.
    pub fn is_drawing(&mut self, seat: u64) -> bool {
        let busy = self.seat(seat).and_then(|seat| seat.busy.as_ref());
        busy.is_some_and(|busy| busy.drawing)
    }

    /// Whether something is held back for a socket.
    pub fn is_held(&mut self, seat: u64) -> bool {
        let busy = self.seat(seat).and_then(|seat| seat.busy.as_ref());
        busy.is_some_and(|busy| busy.hold.is_some())
    }

    /// Gives up showing a canvas: what was held back follows.
    pub fn give_up_showing(&mut self, seat: u64) {
        if let Some(seat) = self.seat(seat) {
            seat.release();
        }
    }

    /// The canvas that a snapshot of this socket shows, with its epoch; nothing when it was cleared so lately that the
    /// snapshot may be from before.
    pub fn snapshot_of(&mut self, seat: u64, place: &Place, now: Instant) -> Option<(Box<str>, u32)> {
        let user_id = self.seat(seat)?.user_id;
        let (id, epoch) = {
            let slot = self.model.slot(user_id, place)?;
            (slot.id.clone(), slot.epoch)
        };
        let busy = self.seat(seat)?.busy.as_ref();
        let wiped = busy.and_then(|busy| busy.brushes.iter().find(|brush| brush.slot == id)?.wiped_at);
        (!crossed(wiped, now, RECENT)).then_some((id, epoch))
    }

    /// The canvas that a socket means, by its canonical id.
    pub fn canvas(&mut self, seat: u64, place: &Place) -> Option<Box<str>> {
        let user_id = self.seat(seat)?.user_id;
        Some(self.model.slot(user_id, place)?.id.clone())
    }

    /// Begins to show a canvas: from now on what happens on it waits for [`Floor::show`]. `None` when there is nothing
    /// to show, or the socket is just being shown another.
    pub fn begin_showing(&mut self, seat: u64, slot: &str) -> Option<Showing> {
        let showing = {
            let (_, canvas) = self.model.by_id(slot)?;
            if canvas.state.is_none() && canvas.tail.is_empty() {
                return None;
            }
            Showing {
                seat,
                slot: slot.into(),
                epoch: canvas.epoch,
                tail: canvas.tail.iter().map(|Tail(number, _)| *number).collect(),
                has_state: canvas.state.is_some(),
            }
        };
        let busy = self.seat(seat)?.busy();
        if busy.hold.is_some() {
            return None;
        }
        busy.hold = Some(Hold {
            slot: Some(slot.into()),
            frames: Vec::new(),
        });
        Some(showing)
    }

    /// Shows a canvas: its stored state, the operations of the log after it, and what has happened since.
    pub fn show(
        &mut self,
        showing: &Showing,
        stored: Option<&Stored>,
        log: &[(i64, Op)],
        permit: Box<dyn Any + Send>,
        now: Instant,
    ) {
        let frames = self.frames_of(showing, stored, log);
        let drawn = self
            .model
            .by_id(&showing.slot)
            .map_or(0, |(_, slot)| slot.drawn_number);
        let Some(seat) = self.seats.iter_mut().find(|seat| seat.id == showing.seat) else {
            return;
        };
        let Some((state, tail)) = frames else {
            seat.release();
            return;
        };
        let wipes = state.is_some();
        let state = state.map(|state| frames::frame(&state));
        let tail: Vec<Frame> = tail.iter().map(|json| frames::frame(json)).collect();
        if !seat.post_canvas(state, tail, permit) {
            // One is on its way already, which was asked for a moment ago.
            seat.release();
            return;
        }
        let brush = seat.busy().brush(&showing.slot);
        brush.served = Some(drawn);
        brush.drawn_at = Some(now);
        if wipes {
            brush.wiped_at = Some(now);
        }
        // The state may be younger than what was held back meanwhile: a stroke in both would be drawn twice.
        let stored = stored.filter(|_| wipes);
        seat.release_except(|frame| stored.is_some_and(|stored| is_stroke_in(frame, &stored.data)));
    }

    /// What [`Floor::show`] sends; nothing when the canvas was cleared or deleted meanwhile.
    fn frames_of(
        &self,
        showing: &Showing,
        stored: Option<&Stored>,
        log: &[(i64, Op)],
    ) -> Option<(Option<Json>, Vec<Json>)> {
        let (index, slot) = self.model.by_id(&showing.slot)?;
        if slot.epoch != showing.epoch {
            return None;
        }
        let user_id = self.seats.iter().find(|seat| seat.id == showing.seat)?.user_id;
        let stored = stored.filter(|stored| stored.epoch == showing.epoch);
        let covered = stored.map_or(0, |stored| stored.number);
        let tail: HashSet<i64> = showing.tail.iter().copied().collect();
        let tail = log
            .iter()
            .filter(|(number, op)| {
                let is_in_state = stored.is_some_and(|stored| is_in(op, &stored.data));
                *number > covered && tail.contains(number) && !is_in_state
            })
            .filter_map(|(_, op)| {
                let layer = layer_of(slot, op);
                frames::on_page(op, index, &slot.id, layer.as_deref())
            })
            .collect();
        let state = stored.map(|stored| frames::canvas_state(&stored.data, slot.id_for(user_id), index));
        Some((state, tail))
    }

    /// Whom to ask for all of a canvas: who is on it, has been shown all of it, and longest of these.
    pub fn whom_to_ask(&self, slot: &str, but: Option<u64>, now: Instant) -> Option<u64> {
        let (_, canvas) = self.model.by_id(slot)?;
        let knows = |seat: &&Seat<P>| {
            seat.busy.as_ref().is_some_and(|busy| {
                busy.is_on(slot, now, ON_CANVAS)
                    && busy.hold.is_none()
                    && busy
                        .served(slot)
                        .is_some_and(|served| served >= canvas.drawn_number)
            })
        };
        self.seats
            .iter()
            .filter(|seat| Some(seat.id) != but)
            .filter(knows)
            .min_by_key(|seat| seat.busy.as_ref().and_then(|busy| busy.on_since))
            .map(|seat| seat.id)
    }

    /// Whether a whole drawing counts that a socket sends, and what it covers. `asked` is the number up to which it had
    /// been sent everything when the server asked for it; `None` when it did not.
    pub fn accepts(
        &mut self,
        seat: u64,
        place: &Place,
        asked: Option<i64>,
        hash: &str,
        now: Instant,
    ) -> Option<(Box<str>, Saved)> {
        let user_id = self.seat(seat)?.user_id;
        let (Spot::Cover | Spot::Page(_)) = self.model.find(user_id, place).ok()? else {
            return None;
        };
        let slot = self.model.slot(user_id, place)?.clone();
        let busy = self.seat(seat)?.busy();
        let covers = asked.unwrap_or_else(|| busy.settled(now));
        let brush = busy.brush(&slot.id);
        if crossed(brush.wiped_at, now, RECENT) && asked.is_none() {
            return None;
        }
        let stored = slot.state.as_ref();
        let is_blank = stored.is_none() && slot.tail.is_empty();
        let needed = slot
            .tail
            .iter()
            .map(|Tail(number, _)| *number)
            .filter(|number| *number <= covers)
            .max()
            .max(stored.map(|state| state.covers));
        let knows = brush
            .served
            .is_some_and(|served| needed.is_none_or(|needed| served >= needed));
        if !is_blank && !knows || slot.cleared_number > covers {
            return None;
        }
        let also: Vec<i64> = brush
            .own
            .iter()
            .copied()
            .filter(|number| *number > covers)
            .collect();
        let shrinks = slot
            .tail
            .iter()
            .any(|Tail(number, _)| *number <= covers || also.contains(number));
        if !shrinks && stored.is_some_and(|state| *state.hash == *hash) {
            return None;
        }
        if stored.is_some_and(|state| state.covers > covers) {
            return None;
        }
        let saved = Saved {
            epoch: slot.epoch,
            covers,
            also,
            hash: hash.into(),
        };
        Some((slot.id, saved))
    }
}

impl<P: Post> Seat<P> {
    /// Sends a canvas: its state, if there is one, and what has happened since. False when another is on its way.
    fn post_canvas(&self, state: Option<Frame>, tail: Vec<Frame>, permit: Box<dyn Any + Send>) -> bool {
        let bytes: usize = tail.iter().map(Frame::len).sum();
        let is_large = tail.len() > MOST_APART || bytes > MOST_BYTES_APART;
        if is_large {
            let all: Vec<Frame> = state.into_iter().chain(tail).collect();
            return self.post.send_state(Frame::joined(&all), permit);
        }
        if state.is_some_and(|state| !self.post.send_state(state, permit)) {
            return false;
        }
        for frame in &tail {
            self.post.send(frame);
        }
        true
    }
}

/// Whether a frame is about a stroke that is in a stored state.
fn is_stroke_in(frame: &Frame, state: &str) -> bool {
    #[derive(Deserialize)]
    struct Draw<'a> {
        #[serde(rename = "type")]
        kind: &'a str,
        #[serde(borrow)]
        data: Option<&'a RawValue>,
    }
    let draw = serde_json::from_slice(frame.payload());
    let Ok(Draw { kind: "draw", data }) = draw else {
        return false;
    };
    data.is_some_and(|data| is_item_in(data, state))
}

/// Whether a stroke is in a stored state, by its id.
fn is_in(op: &Op, state: &str) -> bool {
    match &op.action {
        super::op::Action::Draw { data } => is_item_in(data, state),
        _ => false,
    }
}

fn is_item_in(data: &RawValue, state: &str) -> bool {
    let Ok(object) = super::shallow::Object::read(data.get()) else {
        return false;
    };
    if object
        .get("type")
        .is_some_and(|kind| kind.get() == "\"transform\"")
    {
        return false;
    }
    let id: Option<String> = object
        .get("itemId")
        .and_then(|id| serde_json::from_str(id.get()).ok());
    id.is_some_and(|id| id.len() >= 4 && state.contains(&id))
}

fn layer_of(slot: &Slot, op: &Op) -> Option<Box<RawValue>> {
    let super::op::Action::Layer { data, .. } = &op.action else {
        return None;
    };
    let object = super::shallow::Object::read(data.get()).ok()?;
    let id: Box<str> = serde_json::from_str(object.get("layerId")?.get()).ok()?;
    let layer = slot.layers.iter().find(|layer| layer.layer_id == id)?;
    serde_json::value::to_raw_value(layer).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stroke_is_found_in_a_state_whatever_the_length_of_its_frame() {
        let state = r#"{"projectData":"[[\"Path\",{\"itemId\":\"item_7_b\"}]]"}"#;
        for length in [0, 200, 70_000] {
            let frame = |kind: &str, item: &str| {
                let points = " ".repeat(length);
                let json =
                    format!(r#"{{"type":"{kind}","data":{{"type":"brush","itemId":"{item}"}}{points}}}"#);
                frames::frame(json.as_bytes())
            };
            assert!(is_stroke_in(&frame("draw", "item_7_b"), state), "{length}");
            assert!(!is_stroke_in(&frame("draw", "item_8_b"), state), "{length}");
            assert!(
                !is_stroke_in(&frame("delete_item", "item_7_b"), state),
                "{length}"
            );
        }
    }
}
