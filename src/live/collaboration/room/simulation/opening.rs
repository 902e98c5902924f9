//! Canvases that somebody who has come is shown, one after the other. Others go on meanwhile.

use super::World;
use crate::live::collaboration::room::canvases::{Asked, Kept, Showing};
use crate::live::collaboration::room::items::Items;
use crate::live::collaboration::room::op::Place;

/// A canvas that is to be shown to a socket.
pub(super) struct Opening {
    pub(super) seat: u64,
    slot: Box<str>,
    asked: Asked,
    /// What is being shown, and what was read for it.
    begun: Option<(Showing, Kept)>,
}

impl World {
    /// Every canvas is to be shown to somebody who has come.
    pub(super) fn open_canvases(&mut self, seat: u64) {
        let asked = Asked {
            number: self.floor.known(seat),
            at: self.now,
        };
        let slots = self.floor.model.slots.iter();
        self.opening.extend(slots.map(|slot| Opening {
            seat,
            slot: slot.id.clone(),
            asked,
            begun: None,
        }));
    }

    /// Begins to show a canvas, or ends it. What happens in between waits.
    pub(super) fn go_on_showing(&mut self) {
        let Some(mut opening) = self.opening.pop_front() else {
            return;
        };
        if let Some((showing, kept)) = opening.begun {
            self.floor.show(&showing, &kept, Box::new(()), self.now);
            let place = Place {
                slot: Some(opening.slot),
                ..Place::default()
            };
            self.floor.touch(opening.seat, &place, None, self.now);
            return;
        }
        let Opening {
            seat, slot, asked, ..
        } = &opening;
        if let Some(showing) = self.floor.begin_showing(*seat, slot, *asked) {
            let state = self.stored.get(&**slot).cloned();
            let items = state.as_ref().map(|state| Items::of(&state.data));
            let kept = Kept {
                state,
                items: items.unwrap_or_default(),
                log: self.log.clone(),
            };
            opening.begun = Some((showing, kept));
            self.opening.push_front(opening);
        }
    }

    /// Shows somebody all that they are still to be shown.
    pub(super) fn show_canvases(&mut self, seat: u64) {
        while self.opening.iter().any(|opening| opening.seat == seat) {
            self.go_on_showing();
        }
    }
}
