//! What somebody is told who comes back: what has changed since, as the messages that would have said so.
//!
//! Strokes are not among them: whoever opens a canvas is shown all of it.

use std::sync::Arc;
use std::time::Instant;

use super::floor::Floor;
use super::frames;
use super::model::Model;
use super::seat::Post;

/// A message about what was missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The frame's JSON text.
    pub json: Vec<u8>,
    about: About,
}

/// What a message changes, to know when something else crosses it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum About {
    Title,
    Added,
    Deleted(i32),
    Text(Box<str>),
    Cleared(Box<str>),
}

impl Missed {
    /// Whether a page comes or goes by it.
    pub fn is_of_pages(&self) -> bool {
        matches!(self.about, About::Added | About::Deleted(_))
    }
}

/// The messages for `user_id`, who has seen everything up to `seen`. `name` tells the user names.
pub fn missed(model: &Model, user_id: i64, seen: i64, name: impl Fn(i64) -> Arc<str>) -> Vec<Missed> {
    let is_news = |number: i64, by: i64| number > seen && by != user_id;
    let mut missed = Vec::new();
    let mut add = |about, json| missed.push(Missed { json, about });
    if is_news(model.title_number, model.title_by) {
        let by = name(model.title_by);
        add(
            About::Title,
            frames::title_edit(model.title_by, &by, &model.title),
        );
    }
    let mut moved = model.events_since > seen;
    for event in model.events.iter().filter(|event| event.number > seen) {
        moved = true;
        let by = name(event.user_id);
        if event.added {
            add(
                About::Added,
                frames::page_added(event.user_id, &by, event.index, &event.id, None),
            );
        } else {
            add(
                About::Deleted(event.index),
                frames::page_deleted(event.user_id, &by, &event.id, event.index),
            );
        }
    }
    for (index, slot) in (0..).zip(&model.slots) {
        let by = name(slot.text_by);
        if moved {
            // A page too few is made up for; who has them all takes no notice.
            add(
                About::Added,
                frames::page_added(slot.text_by, &by, index, &slot.id, None),
            );
        }
        if slot.text_number > 0 && (moved || is_news(slot.text_number, slot.text_by)) {
            let page_id = slot.id_for(user_id);
            add(
                About::Text(slot.id.clone()),
                frames::text_edit(slot.text_by, &by, page_id, index, &slot.text),
            );
        }
    }
    for (index, slot) in (-1..).zip(model.canvases()) {
        if is_news(slot.cleared_number, slot.cleared_by) {
            let by = name(slot.cleared_by);
            add(
                About::Cleared(slot.id.clone()),
                frames::clear(slot.cleared_by, &by, slot.id_for(user_id), index),
            );
        }
    }
    missed
}

impl<P: Post> Floor<P> {
    /// Tells a socket what it has missed, at `clock` (microseconds since 1970).
    pub fn tell_missed(&mut self, seat: u64, missed: Vec<Missed>, now: Instant, clock: i64) {
        let Some(seat) = self.seat(seat) else { return };
        seat.busy().catches_up(clock);
        for Missed { json, about } in missed {
            seat.post.send(&frames::frame(&json));
            let busy = seat.busy();
            match about {
                About::Title => busy.title_at = Some(now),
                About::Added => {}
                About::Deleted(index) => busy.was_told_of_deletion(index, now, now),
                About::Text(slot) => busy.brush(&slot).text_at = Some(now),
                About::Cleared(slot) => busy.brush(&slot).wiped_at = Some(now),
            }
        }
    }
}
