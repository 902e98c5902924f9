//! Children who draw together: the first of a room makes the session, the others join by its code, and then each draws
//! and writes at the rhythm of the apps.
//!
//! While its pen is down, 40 % of the time, a child sends its line and its cursor every 50 ms; a stroke takes a second,
//! and there are 0.4 of them a second.

mod child;
mod messages;
mod pages;
mod script;

use std::time::Duration;

use tokio::time::Instant;

use self::child::Child;
use super::{CoDrawing, app, crowd, session};
use crate::call::Call;
use crate::person::Person;
use crate::plan::Seat;
use crate::rooms::{Host, Session};
use crate::visit::Over;

/// How often the apps ask who is there.
const PRESENCE_EVERY: Duration = Duration::from_secs(10);

impl CoDrawing {
    /// Comes in, finds its room and draws in it until the run is over.
    pub(super) async fn visit(&self, person: &mut Person) -> Result<(), Over> {
        let seat = person.seat(self.room);
        let is_in = app::come_in(person, self.tokens_only).await;
        if is_in != Ok(true) {
            give_up(person, seat);
            return is_in.map(drop);
        }
        let Some(session) = session::enter(person, seat).await? else {
            return Ok(());
        };
        session::open(person, &session, seat).await?;
        let (Some(door), Some(mut notified)) = (person.door(), person.door()) else {
            return Ok(());
        };
        let Some(mut child) = Child::enter(door, person.number, seat, &session, self.calm).await? else {
            return Ok(());
        };
        person.enter();
        // What is asked by REST must not hold up what comes over the socket.
        let (drawn, asked, _) = tokio::join!(
            Box::pin(child.draw()),
            Box::pin(ask_who_is_there(person, &session)),
            Box::pin(crowd::notifications(&mut notified)),
        );
        child.goes_home().await;
        drawn.and(asked)
    }
}

/// A host that does not get in is not waited for.
fn give_up(person: &Person, seat: Seat) {
    if person.number == seat.host {
        person.visit.rooms.announce(seat, Host::Absent);
    }
}

async fn ask_who_is_there(person: &mut Person, session: &Session) -> Result<(), Over> {
    let path = format!("/api/collaborate/{}/presence/", session.id);
    loop {
        let due = Instant::now() + person.visit.paced(PRESENCE_EVERY);
        person.send(Call::get("presence", path.as_str())).await?;
        person.pause_until(due).await?;
    }
}
