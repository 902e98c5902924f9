//! A whole conversation, and whether all who were in it have the same story in the end.

use std::rc::Rc;

use super::client::{Client, Sight, Wire, apply_draft};
use super::{PEOPLE, World};
use crate::live::collaboration::room::seat::Seat;

impl World {
    pub(super) fn plays(&mut self, steps: &[(u8, u8, u8)]) {
        self.connect(0);
        self.connect(1);
        for (action, who, what) in steps {
            self.step(*action, *who, *what);
        }
    }

    /// Everything arrives and everybody comes: whether all have the same story, and it is the room's.
    pub(super) fn ends(&mut self) -> Result<(), String> {
        self.settle();
        for who in 0..self.clients.len() {
            self.connect(who);
        }
        self.settle();
        let has_title = self.floor.model.title_number > 0;
        let expected = self.newcomer().sight(has_title);
        let slots = self.floor.model.slots.iter().zip(&expected.pages);
        let held = Sight {
            pages: slots
                .map(|(slot, page)| (slot.text.to_string(), page.1.clone()))
                .collect(),
            title: has_title.then(|| self.floor.model.title.to_string()),
        };
        if !self.floor.model.slots.is_empty() && held != expected {
            return Err(format!("the room holds {held:?}, a newcomer has {expected:?}"));
        }
        let here = self.clients.iter().filter(|client| !client.out);
        for client in here {
            let sight = client.sight(has_title);
            if sight != expected {
                return Err(format!(
                    "user {} has {sight:?}, a newcomer has {expected:?}",
                    client.user_id
                ));
            }
        }
        Ok(())
    }

    /// Whoever comes now.
    fn newcomer(&mut self) -> Client {
        let mut client = Client::new(PEOPLE + 1);
        self.seats += 1;
        let seat = self.seats;
        self.floor.seats.push(Seat::new(
            seat,
            PEOPLE + 1,
            Wire(Rc::clone(&client.inbox), Rc::clone(&self.shared_now)),
        ));
        apply_draft(&mut client, &self.floor.model);
        self.open_canvases(seat);
        self.show_canvases(seat);
        let frames: Vec<_> = client.inbox.borrow_mut().drain(..).collect();
        for (_, frame) in frames {
            client.take(&frame);
        }
        client
    }
}
