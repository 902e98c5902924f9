//! From what a client said to an operation for the log: which page was meant, and whether it may be.

use std::sync::Arc;
use std::time::Instant;

use super::floor::Floor;
use super::message::Inbound;
use super::model::{NoPage, Spot};
use super::op::{Action, Op, Place};
use super::seat::{ON_ITS_WAY, Post, crossed};
use super::slot::Slot;
use crate::live::collaboration::rules::MOST_BYTES_OF_TEXTS;

/// Operations that a canvas holds beyond its stored state, at most …
const MOST_OPERATIONS: usize = 2_000;
/// … and their bytes.
const MOST_BYTES: usize = 4 << 20;
/// Bytes of all drawings of a room beyond their stored states.
const MOST_BYTES_OF_ROOM: usize = 32 << 20;

const LONG: &str = "This story is too long. Make some of its texts shorter.";
const FULL: &str = "This drawing is too large. Clear it, or draw on another page.";

/// What a client is told who may not do what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused(pub &'static str);

impl From<NoPage> for Refused {
    fn from(none: NoPage) -> Self {
        Self(none.text())
    }
}

impl<P: Post> Floor<P> {
    /// The operation that a message of `seat` asks for, and whether its sender may mean another page by it than the room
    /// does. `None` for messages that are none, and for what is done already.
    pub fn intake(
        &mut self,
        seat: u64,
        username: Arc<str>,
        message: Inbound<'_>,
        now: Instant,
    ) -> Option<Result<(Op, bool), Refused>> {
        let user_id = self.seat(seat)?.user_id;
        let (mut place, action) = asked(message)?;
        if matches!(action, Action::DeletePage) && self.model.find(user_id, &place) == Err(NoPage::Gone) {
            return None;
        }
        let is_anywhere = matches!(
            action,
            Action::Title { .. } | Action::PageChange { .. } | Action::AddPage { .. } | Action::Draft(_)
        );
        let resolved = if is_anywhere {
            Ok(false)
        } else {
            self.resolve(seat, user_id, &mut place, now)
        };
        let checked = resolved.and_then(|is_doubtful| {
            self.admit(user_id, &place, &action)?;
            Ok(is_doubtful)
        });
        Some(checked.map(|is_doubtful| {
            let op = Op {
                user_id,
                username,
                place,
                action,
            };
            (op, is_doubtful)
        }))
    }

    /// Pins the page that is meant: it may move before the operation is numbered. True when another page may be meant.
    fn resolve(&self, seat: u64, user_id: i64, place: &mut Place, now: Instant) -> Result<bool, Refused> {
        let Spot::Page(at) = self.model.find(user_id, place)? else {
            return Ok(false);
        };
        let is_doubtful = self.is_doubtful(seat, user_id, place, now);
        place.slot = Some(self.model.slots[at].id.clone());
        if is_doubtful {
            // That id may be of the page that is gone: nobody learns it.
            place.page_id = None;
        }
        Ok(is_doubtful)
    }

    /// Whether a page is known by its position alone, and that may be the one from before a page was deleted.
    pub(super) fn is_doubtful(&self, seat: u64, user_id: i64, place: &Place, now: Instant) -> bool {
        let Ok(Spot::Page(at)) = self.model.find(user_id, place) else {
            return false;
        };
        let slot = &self.model.slots[at];
        let is_known = place
            .page_id
            .as_deref()
            .is_some_and(|id| slot.is_known_as(user_id, id));
        let seat = self.seats.iter().find(|other| other.id == seat);
        let deleted = seat.and_then(|seat| seat.busy.as_ref()?.deleted_at);
        !is_known
            && deleted.is_some_and(|(deleted, index)| {
                i32::try_from(at).is_ok_and(|at| index <= at) && crossed(Some(deleted), now, ON_ITS_WAY)
            })
    }

    fn admit(&self, user_id: i64, place: &Place, action: &Action) -> Result<(), Refused> {
        if matches!(action, Action::DeletePage) {
            return self.admit_deletion(user_id, place);
        }
        if action.is_drawn() {
            let slot = self.model.slot(user_id, place);
            let is_full = |slot: &Slot| {
                slot.tail.len() >= MOST_OPERATIONS || slot.tail_bytes + action.size() > MOST_BYTES
            };
            if slot.is_some_and(is_full) || self.model.drawn_bytes() + action.size() > MOST_BYTES_OF_ROOM {
                return Err(Refused(FULL));
            }
        }
        if matches!(action, Action::Text { .. } | Action::AddPage { .. }) {
            let slot = self.model.slot(user_id, place);
            let before = match action {
                Action::Text { .. } => slot.map_or(0, |slot| slot.text.len()),
                _ => 0,
            };
            let grows = action.size() > before;
            if grows && self.model.text_bytes() - before + action.size() > MOST_BYTES_OF_TEXTS {
                return Err(Refused(LONG));
            }
        }
        Ok(())
    }

    /// Nobody's page is deleted under their hands.
    fn admit_deletion(&self, user_id: i64, place: &Place) -> Result<(), Refused> {
        let Spot::Page(at) = self.model.find(user_id, place)? else {
            return Err(NoPage::OutOfRange.into());
        };
        let is_watched = self.people.iter().any(|person| {
            person.is_here
                && person.user_id != user_id
                && usize::try_from(self.model.page_of(person.user_id)) == Ok(at)
        });
        if is_watched {
            return Err(Refused("Somebody else is on that page."));
        }
        Ok(())
    }
}

/// What a message asks to be done, and where.
fn asked(message: Inbound<'_>) -> Option<(Place, Action)> {
    let nowhere = Place::default();
    Some(match message {
        Inbound::Draw { data, place } => (
            place,
            Action::Draw {
                data: data.to_owned(),
            },
        ),
        Inbound::Clear { place } => (place, Action::Clear),
        Inbound::TextEdit { text, place } => (place, Action::Text { text: text.into() }),
        Inbound::TitleEdit { title } => (nowhere, Action::Title { title: title.into() }),
        Inbound::PageChange { page } => (nowhere, Action::PageChange { page }),
        Inbound::AddPage { index, extra } => {
            let id = super::new_page_id().into();
            (nowhere, Action::AddPage { index, id, extra })
        }
        Inbound::DeletePage { place } => (place, Action::DeletePage),
        Inbound::TextEditAdvanced { data, place } => (
            place,
            Action::TextObject {
                data: data.to_owned(),
            },
        ),
        Inbound::LayerOperation {
            operation,
            data,
            place,
        } => {
            let data = data.to_owned();
            (place, Action::Layer { operation, data })
        }
        Inbound::DeleteItem { data, place } => (
            place,
            Action::DeleteItem {
                data: data.to_owned(),
            },
        ),
        Inbound::TransformOperation { data, place } => (
            place,
            Action::TransformOperation {
                data: data.to_owned(),
            },
        ),
        Inbound::Transform { data } => (
            Place::at(0),
            Action::Transform {
                data: data.to_owned(),
            },
        ),
        Inbound::Delete { data } => (
            Place::at(0),
            Action::Delete {
                data: data.to_owned(),
            },
        ),
        _ => return None,
    })
}
