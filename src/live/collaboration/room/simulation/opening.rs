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
    /// What is being shown, and what was read for it a moment later.
    begun: Option<(Showing, Option<Kept>)>,
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

    /// Somebody asks for all of a canvas.
    pub(super) fn open_canvas(&mut self, seat: u64, place: &Place) {
        if let Some(opened) = self.floor.ask_for(seat, place, self.now) {
            self.opening.push_back(Opening {
                seat,
                slot: opened.slot,
                asked: opened.asked,
                begun: None,
            });
        }
    }

    /// Goes to a canvas that is to be shown, reads it, or ends showing it. What happens in between waits; whoever has gone to
    /// another meanwhile comes back to it.
    pub(super) fn go_on_showing(&mut self) {
        let Some(mut opening) = self.opening.pop_front() else {
            return;
        };
        if let Some((_, kept @ None)) = &mut opening.begun {
            *kept = Some(self.kept(&opening.slot));
            return self.opening.push_front(opening);
        }
        if let Some((showing, Some(kept))) = opening.begun.take() {
            self.floor.show(&showing, &kept, Box::new(()), self.now);
            if !self.has_been_shown(&opening) {
                self.opening.push_back(opening);
            }
            return;
        }
        let place = Place {
            slot: Some(opening.slot.clone()),
            ..Place::default()
        };
        self.floor.touch(opening.seat, &place, None, self.now);
        let Opening {
            seat, slot, asked, ..
        } = &opening;
        if let Some(showing) = self.floor.begin_showing(*seat, slot, *asked) {
            opening.begun = Some((showing, None));
            self.opening.push_front(opening);
        }
    }

    fn kept(&self, slot: &str) -> Kept {
        let state = self.stored.get(slot).cloned();
        let items = state.as_ref().map(|state| Items::of(&state.data));
        Kept {
            state,
            items: items.unwrap_or_default(),
            log: self.log.clone(),
        }
    }

    /// Whether there is nothing more to show of a canvas, to nobody or in it.
    fn has_been_shown(&mut self, opening: &Opening) -> bool {
        let Some((_, slot)) = self.floor.model.by_id(&opening.slot) else {
            return true;
        };
        let drawn = slot.drawn_number;
        let Some(seat) = self.floor.seat(opening.seat) else {
            return true;
        };
        let served = seat.busy().served(&opening.slot);
        served.is_some_and(|served| served >= drawn)
    }

    /// Shows somebody all that they are still to be shown.
    pub(super) fn show_canvases(&mut self, seat: u64) {
        while self.opening.iter().any(|opening| opening.seat == seat) {
            self.go_on_showing();
        }
    }
}
