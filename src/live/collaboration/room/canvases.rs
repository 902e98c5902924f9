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
use super::items::{Items, drawn_by, item_of, overwrites};
use super::model::Spot;
use super::op::{Action, Op, Place, Saved};
use super::seat::{COME_BACK, Hold, Post, RECENT, Seat, crossed};
use super::shallow::Object;
use super::slot::{Slot, Tail};

/// How long somebody counts as being on a canvas after the last sign.
const ON_CANVAS: Duration = Duration::from_secs(10);

/// A canvas that is to be shown to one socket, whole.
#[derive(Clone, Debug)]
pub struct Showing {
    /// The socket.
    pub seat: u64,
    /// The canvas, by its canonical id.
    pub slot: Box<str>,
    /// Where it stands among the pages that the socket knows, while it is shown.
    pub index: i32,
    /// It must not be cleared meanwhile.
    pub epoch: u32,
    /// What it shows besides the stored state: numbers in the log.
    pub tail: Vec<i64>,
    /// When it was asked for.
    pub asked: Asked,
}

/// A moment at which a socket opened a canvas. What happens there afterwards it is sent, or does itself.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The newest number that the socket had been sent then.
    pub number: i64,
    /// When that was.
    pub at: Instant,
}

/// A canvas that a socket has come to and has to be shown.
#[derive(Clone, Debug)]
pub struct Opened {
    /// By its canonical id.
    pub slot: Box<str>,
    /// When it came: what happens afterwards it is sent, so both are noted at one moment.
    pub asked: Asked,
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

/// What the store has of a canvas.
#[derive(Debug, Default)]
pub struct Kept {
    /// The stored state, …
    pub state: Option<Stored>,
    /// … what is in it, …
    pub items: Items,
    /// … and operations of the log, with their numbers.
    pub log: Vec<(i64, Op)>,
}

impl<P: Post> Floor<P> {
    /// Notes that a socket does something on a canvas: `drawing` when it is, or is no longer, in the middle of a stroke.
    /// The canvas when it has to be shown to the socket first.
    pub fn touch(&mut self, seat: u64, place: &Place, drawing: Option<bool>, now: Instant) -> Option<Opened> {
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
        (entered && lacks && !is_blank).then(|| self.opened(seat, id, now))
    }

    /// Notes that a socket asks for all of a canvas, which it is to be shown whatever it knows of it.
    pub fn ask_for(&mut self, seat: u64, place: &Place, now: Instant) -> Option<Opened> {
        self.seat(seat)?.busy().asked_at = Some(now);
        let slot = self.canvas(seat, place)?;
        // From now on what happens there is shown to it.
        self.touch(seat, place, None, now);
        let is_blank = self.is_blank(&slot);
        let opened = self.opened(seat, slot, now);
        let brush = self.seat(seat)?.busy().brush(&opened.slot);
        brush.asked = Some(opened.asked);
        if !is_blank {
            // Until it is shown the rest its own drawing does not count.
            brush.served = None;
        }
        Some(opened)
    }

    fn opened(&self, seat: u64, slot: Box<str>, now: Instant) -> Opened {
        let number = self.known(seat);
        Opened {
            slot,
            asked: Asked { number, at: now },
        }
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

    /// Gives up showing a canvas: the socket is closed, to come again.
    pub fn give_up_showing(&mut self, seat: u64) {
        if let Some(seat) = self.seat(seat) {
            seat.send_away(COME_BACK);
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
    fn canvas(&mut self, seat: u64, place: &Place) -> Option<Box<str>> {
        let user_id = self.seat(seat)?.user_id;
        Some(self.model.slot(user_id, place)?.id.clone())
    }

    /// Whether there is nothing on a canvas.
    pub fn is_blank(&self, slot: &str) -> bool {
        let canvas = self.model.by_id(slot);
        canvas.is_none_or(|(_, canvas)| canvas.state.is_none() && canvas.tail.is_empty())
    }

    /// Begins to show a canvas: from now on what happens on it waits for [`Floor::show`], and so do pages that come and go,
    /// with all that comes after. `None` when there is nothing to show, the socket is on another canvas by now, or is just
    /// being shown one.
    pub fn begin_showing(&mut self, seat: u64, slot: &str, asked: Asked) -> Option<Showing> {
        if self.is_blank(slot) {
            return None;
        }
        let showing = {
            let (index, canvas) = self.model.by_id(slot)?;
            Showing {
                seat,
                slot: slot.into(),
                index,
                epoch: canvas.epoch,
                tail: canvas.tail.iter().map(|Tail(number, _)| *number).collect(),
                asked,
            }
        };
        let busy = self.seat(seat)?.busy();
        if busy.hold.is_some() || busy.is_elsewhere(slot) {
            return None;
        }
        busy.hold = Some(Hold::for_canvas(slot));
        let asked = busy.brush(slot).asked_after(asked).unwrap_or(asked);
        Some(Showing { asked, ..showing })
    }

    /// Shows a canvas: its stored state, the operations of the log after it, and what has happened since. Whether pages came
    /// or went by that. The apps draw a state on whichever canvas is open, so whoever has gone to another is not shown it.
    pub fn show(
        &mut self,
        showing: &Showing,
        kept: &Kept,
        permit: Box<dyn Any + Send>,
        now: Instant,
    ) -> bool {
        let frames = self.frames_of(showing, kept);
        let drawn = self
            .model
            .by_id(&showing.slot)
            .map_or(0, |(_, slot)| slot.drawn_number);
        let Some(seat) = self.seats.iter_mut().find(|seat| seat.id == showing.seat) else {
            return false;
        };
        let is_elsewhere = seat.busy().is_elsewhere(&showing.slot);
        let Some((frames, wipes)) = frames.filter(|_| !is_elsewhere && !seat.is_given_up()) else {
            return seat.release(now);
        };
        if !seat.post.send_state(frames, permit) {
            // One is on its way already, which was asked for a moment ago.
            return seat.release(now);
        }
        // The state may be younger than what was held back meanwhile: a stroke in both would be drawn twice.
        let mut removed = HashSet::new();
        let has_pages = seat.release_except(now, |frame| {
            wipes && is_stroke_in(frame, &kept.items, &mut removed)
        });
        let brush = seat.busy().brush(&showing.slot);
        // Otherwise it is shown all of it once more.
        if brush.asked_after(showing.asked).is_none() {
            brush.served = Some(drawn);
        }
        (brush.drawn_at, brush.shown_at) = (Some(now), Some(now));
        if wipes {
            brush.wiped_at = Some(now);
        }
        has_pages
    }

    /// What [`Floor::show`] sends, and whether a whole state is among it; nothing when the canvas was cleared or deleted
    /// meanwhile.
    fn frames_of(&self, showing: &Showing, kept: &Kept) -> Option<(Vec<Frame>, bool)> {
        let (_, slot) = self.model.by_id(&showing.slot)?;
        if slot.epoch != showing.epoch {
            return None;
        }
        let seat = self.seats.iter().find(|seat| seat.id == showing.seat)?;
        let state = kept.state.as_ref();
        let state = state.filter(|state| state.epoch == showing.epoch);
        let covered = state.map_or(0, |state| state.number);
        let tail: HashSet<i64> = showing.tail.iter().copied().collect();
        let mut removed = HashSet::new();
        let tail = kept.log.iter().filter(|(number, op)| {
            let is_shown = *number > covered && tail.contains(number);
            if is_shown && let Action::DeleteItem { data } = &op.action {
                removed.extend(item_of(data));
            }
            // A state takes the place of whatever is on the canvas; without one no stroke may come twice. What overwrites
            // comes again: what it is about may not have been there yet.
            let is_there = match state {
                Some(_) => is_in(op, &kept.items, &removed),
                None if comes_again(op, &removed) => false,
                None => seat.has_since(&showing.slot, &showing.asked, *number, op.user_id),
            };
            is_shown && !is_there
        });
        let tail = tail.flat_map(|(_, op)| {
            // Without a state nothing says what is on the canvas: it may have come before the app asked, or be the viewer's own
            // of before a break.
            let gone = state
                .is_none()
                .then(|| frames::taken_away(op, showing.index, &slot.id));
            let layer = layer_of(slot, op);
            let shown = frames::on_page(op, showing.index, &slot.id, layer.as_deref());
            gone.flatten().into_iter().chain(shown)
        });
        let whole =
            state.map(|state| frames::canvas_state(&state.data, slot.id_for(seat.user_id), showing.index));
        let frames = whole.into_iter().chain(tail);
        Some((frames.map(|json| frames::frame(&json)).collect(), state.is_some()))
    }

    /// Whom to ask for all of a canvas: who is on it and has been shown all of it; of these somebody who is not in the
    /// middle of a stroke, and has been there longest.
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
            .min_by_key(|seat| seat.busy.as_ref().map(|busy| (busy.drawing, busy.on_since)))
            .map(|seat| seat.id)
    }

    /// Up to which number a whole drawing of a socket that has come now covers what happened, as far as time tells.
    pub fn covers(&mut self, seat: u64, now: Instant) -> i64 {
        self.seat(seat).map_or(0, |seat| seat.busy().settled(now))
    }

    /// Whether a whole drawing counts that a socket has sent at `received`, and what it covers: everything up to `covers`,
    /// and what its sender did themselves. `is_asked` when the server asked for it, and so knows what it covers.
    pub fn accepts(
        &mut self,
        seat: u64,
        place: &Place,
        (covers, is_asked): (i64, bool),
        hash: &str,
        received: Instant,
    ) -> Option<(Box<str>, Saved)> {
        let user_id = self.seat(seat)?.user_id;
        let (Spot::Cover | Spot::Page(_)) = self.model.find(user_id, place).ok()? else {
            return None;
        };
        let slot = self.model.slot(user_id, place)?.clone();
        let busy = self.seat(seat)?.busy();
        let brush = busy.brush(&slot.id);
        let wiped_or_shown = [brush.wiped_at, brush.shown_at];
        if !is_asked && wiped_or_shown.iter().any(|at| crossed(*at, received, RECENT)) {
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
        // What it did before it opened the canvas anew may not be on that.
        let opened_at = brush.asked.map(|asked| asked.at);
        let own = brush.own.iter().filter(|did| did.number > covers);
        let also: Vec<i64> = own
            .filter(|did| opened_at.is_none_or(|at| did.received > at))
            .map(|did| did.number)
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

/// Whether a frame draws what is in a stored state already, and not because it has just been `removed`.
fn is_stroke_in(frame: &Frame, items: &Items, removed: &mut HashSet<String>) -> bool {
    #[derive(Deserialize)]
    struct Drawn<'a> {
        #[serde(rename = "type")]
        kind: &'a str,
        #[serde(borrow)]
        data: Option<&'a RawValue>,
    }
    let Ok(Drawn { kind, data }) = serde_json::from_slice(frame.payload()) else {
        return false;
    };
    match (kind, data.and_then(item_of)) {
        ("draw", Some(item)) => items.contains(&item) && !removed.contains(&item),
        ("delete_item", Some(item)) => {
            removed.insert(item);
            false
        }
        _ => false,
    }
}

/// Whether an operation is to be shown although it has come before: it overwrites, or draws once more what has just been
/// `removed`. A layer that is made twice would be two.
fn comes_again(op: &Op, removed: &HashSet<String>) -> bool {
    match &op.action {
        Action::Layer { operation, .. } => &**operation != "create",
        Action::Draw { .. } if drawn_by(op).is_some_and(|item| removed.contains(&item)) => true,
        action => overwrites(action),
    }
}

/// Whether a stroke is in a stored state, by its id, and has not been `removed` since.
fn is_in(op: &Op, items: &Items, removed: &HashSet<String>) -> bool {
    drawn_by(op).is_some_and(|item| items.contains(&item) && !removed.contains(&item))
}

fn layer_of(slot: &Slot, op: &Op) -> Option<Box<RawValue>> {
    let Action::Layer { data, .. } = &op.action else {
        return None;
    };
    let object = Object::read(data.get()).ok()?;
    let id: Box<str> = serde_json::from_str(object.get("layerId")?.get()).ok()?;
    let layer = slot.layers.iter().find(|layer| layer.layer_id == id)?;
    serde_json::value::to_raw_value(layer).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stroke_is_found_in_a_state_whatever_the_length_of_its_frame() {
        let items = Items::of(r#"{"projectData":"[[\"Path\",{\"itemId\":\"item_7_b\"}]]"}"#);
        let mut removed = HashSet::new();
        for length in [0, 200, 70_000] {
            removed.clear();
            let frame = |kind: &str, item: &str| {
                let points = " ".repeat(length);
                let json =
                    format!(r#"{{"type":"{kind}","data":{{"type":"brush","itemId":"{item}"}}{points}}}"#);
                frames::frame(json.as_bytes())
            };
            let mut is_in = |kind, item| is_stroke_in(&frame(kind, item), &items, &mut removed);
            assert!(is_in("draw", "item_7_b"), "{length}");
            assert!(!is_in("draw", "item_8_b"), "{length}");
            assert!(!is_in("delete_item", "item_7_b"), "{length}");
            assert!(!is_in("draw", "item_7_b"), "it is drawn once more: {length}");
        }
    }

    fn by_somebody(action: Action) -> Op {
        Op {
            user_id: 1,
            username: "mia".into(),
            place: Place::at(0),
            action,
        }
    }

    fn drawing(kind: &str) -> Op {
        let data = format!(r#"{{"type":"{kind}","itemId":"item_7_b"}}"#);
        let data = RawValue::from_string(data).expect("JSON");
        by_somebody(Action::Draw { data })
    }

    #[test]
    fn what_overwrites_comes_again_and_what_adds_up_only_after_its_removal() {
        let layer = |operation: &str| {
            let data = RawValue::from_string(r#"{"layerId":"layer_1"}"#.to_owned()).expect("JSON");
            let operation = operation.into();
            by_somebody(Action::Layer { operation, data })
        };
        let (nothing, removed) = (HashSet::new(), HashSet::from(["item_7_b".to_owned()]));
        for (op, comes) in [
            (drawing("fill"), true),
            (drawing("transform"), true),
            (drawing("brush"), false),
            (layer("update"), true),
            (layer("create"), false),
        ] {
            assert_eq!(comes_again(&op, &nothing), comes, "{op:?}");
        }
        assert!(comes_again(&drawing("brush"), &removed), "drawn once more");
    }

    #[test]
    fn a_state_has_its_strokes_but_neither_what_changes_them_nor_what_was_removed_since() {
        let items = Items::of(r#"{"projectData":"[[\"Path\",{\"itemId\":\"item_7_b\"}]]"}"#);
        let (nothing, removed) = (HashSet::new(), HashSet::from(["item_7_b".to_owned()]));
        assert!(is_in(&drawing("brush"), &items, &nothing));
        assert!(!is_in(&drawing("brush"), &items, &removed));
        assert!(!is_in(&drawing("fill"), &items, &nothing));
    }
}
