//! Leaving a room: a moment in which nobody notices, then what is written, for a few people at a time.
//!
//! A school that goes home leaves thousands of places at once. Whoever left waits here as a few bytes: not as a task of
//! their own, each of which would hold its room and try the database anew.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::Notify;

use super::conversation::Collaborator;
use super::entering::{ON_ITS_WAY, note_seen};
use super::held::Room;
use super::op::{Action, Op, Place};
use super::parcel;
use crate::app::App;
use crate::live::collaboration::change;
use crate::live::collaboration::events::{self, RoomEvent};
use crate::live::collaboration::store::{self as sessions, members, votes};
use crate::live::presence;
use crate::wire::Error;

/// How long somebody who left may come back without anybody noticing.
const GRACE: Duration = Duration::from_secs(4);
/// So many are written at a time. The database commits them together, and its queue has room for others.
const AT_ONCE: usize = 32;
/// How long it rests when the database has taken nothing at all.
const PAUSE: Duration = Duration::from_secs(1);

/// Those who have left and have not been written yet, in the order in which they are due. Nobody gets a seat without the
/// database, so while it is away there are no more of them than there were sockets; otherwise those who left within the
/// grace.
#[derive(Debug, Default)]
pub struct Leavings {
    waiting: Mutex<VecDeque<Leaving>>,
    came: Notify,
}

#[derive(Debug)]
struct Leaving {
    due: Instant,
    session_id: Box<str>,
    user_id: i64,
    /// They are known to be nowhere in the session any more.
    has_left: bool,
}

impl Leavings {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Leaving>> {
        // Each change is one call: it is whole before anything can panic.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A socket of this person is gone.
    fn add(&self, session_id: &str, user_id: i64) {
        self.lock().push_back(Leaving {
            due: Instant::now() + GRACE,
            session_id: session_id.into(),
            user_id,
            has_left: false,
        });
        self.came.notify_one();
    }

    /// What the database has not taken is due after the grace once more, like those who leave now.
    fn put_back(&self, leavings: impl Iterator<Item = Leaving>) {
        let due = Instant::now() + GRACE;
        let leavings = leavings.map(|leaving| Leaving { due, ..leaving });
        self.lock().extend(leavings);
    }

    /// Takes some out that are due; none when there are none.
    fn due(&self, now: Instant) -> Vec<Leaving> {
        let mut waiting = self.lock();
        let due = waiting
            .iter()
            .take(AT_ONCE)
            .take_while(|leaving| leaving.due <= now);
        let due = due.count();
        let due = waiting.drain(..due).collect();
        if waiting.is_empty() {
            // After a crowd has left the table is worth giving back.
            *waiting = VecDeque::new();
        }
        due
    }

    /// Completes when somebody is due.
    async fn until_due(&self) {
        loop {
            let first = self.lock().front().map(|leaving| leaving.due);
            match first {
                Some(due) if due <= Instant::now() => return,
                // Nobody who comes later is due sooner.
                Some(due) => tokio::time::sleep_until(due.into()).await,
                None => self.came.notified().await,
            }
        }
    }

    /// Writes those who are due, for as long as the server runs.
    pub(super) async fn run(&self, app: &App) {
        loop {
            self.until_due().await;
            let mut due = self.due(Instant::now());
            let done = join_all(due.iter_mut().map(|leaving| leaving.write(app))).await;
            let (all, refused) = (done.len(), done.iter().filter(|done| done.is_err()).count());
            if refused == 0 {
                continue;
            }
            tracing::debug!(refused, "leavings are written again");
            let again = due.into_iter().zip(done).filter(|(_, done)| done.is_err());
            self.put_back(again.map(|(leaving, _)| leaving));
            if refused == all {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

impl Leaving {
    /// Writes it. What has been written already is not written again after an error.
    async fn write(&mut self, app: &App) -> Result<(), Error> {
        if !self.has_left {
            let presence = &app.live.presence;
            self.has_left = presence.leave(app, &self.session_id, self.user_id).await?;
        }
        if !self.has_left {
            return Ok(());
        }
        depart(app, &self.session_id, self.user_id, false).await
    }
}

/// Takes a socket out of its room. The others are told when nobody has come back for it after a while.
pub(super) async fn leave(socket: &Arc<Collaborator>) {
    let Some(room) = socket.room.get().cloned() else {
        return;
    };
    let (app, user_id) = (Arc::clone(&socket.app), socket.handle.user_id());
    // What was sent later may have been lost with the connection.
    let arrived = socket.handle.heard_at() - ON_ITS_WAY;
    let (title, seen) = {
        let mut state = room.state();
        let title = state.floor.last_title(socket.handle.id());
        let has_seat = state.floor.seat(socket.handle.id()).is_some();
        let seen = has_seat.then(|| {
            let told = state.floor.arrived(socket.handle.id(), arrived);
            // Another socket of theirs may have been told less.
            state.past.at(arrived).min(told).min(state.floor.told_to(user_id))
        });
        state.floor.seats.retain(|seat| seat.id != socket.handle.id());
        if state.floor.seats.is_empty() {
            state.floor.seats = Vec::new();
            state.empty_since = Some(Instant::now());
        }
        (title, seen)
    };
    if let Some(title) = title {
        leave_title(&app, &room, user_id, title).await;
    }
    if let Some(seen) = seen {
        note_seen(&app, room.id, user_id, seen).await;
    }
    app.live.rooms.leavings.add(&room.session_id, user_id);
}

/// The title that was typed last and had to wait.
async fn leave_title(app: &Arc<App>, room: &Room, user_id: i64, title: String) {
    let op = Op {
        user_id,
        username: room.state().floor.name(user_id),
        place: Place::default(),
        action: Action::Title { title: title.into() },
    };
    if let Err(error) = app.live.rooms.submit(app, room.id, op).await {
        tracing::debug!(%error, "a title was lost");
    }
}

/// Takes out of their sessions who is nowhere in them any more, but was not seen leaving: session ids with user ids. Whom
/// the database does not take out is found again by the next sweep.
pub async fn left_behind(app: &App, left: Vec<(String, i64)>) {
    for (session_id, user_id) in left {
        if let Err(error) = depart(app, &session_id, user_id, true).await {
            tracing::debug!(%error, "somebody is taken out later");
        }
    }
}

/// Somebody is nowhere in a session any more, unless they have come again meanwhile. `is_unseen` when nobody saw them
/// leave.
async fn depart(app: &App, session_id: &str, user_id: i64, is_unseen: bool) -> Result<(), Error> {
    let (now, session_id) = (app.clock.now(), session_id.to_owned());
    let departed = change(app, move |conn| {
        let Some(session) = sessions::lock(conn, &session_id)? else {
            return Ok(None);
        };
        if presence::is_present(conn, &session_id, user_id, now)? {
            return Ok(None);
        }
        let ballot = if members::leave(conn, session.id, user_id, now)? {
            votes::withdraw(conn, session.id, user_id, now)?
        } else {
            None
        };
        Ok(Some((session.id, ballot)))
    });
    let Some((id, ballot)) = departed.await? else {
        return Ok(());
    };
    // Told even if the place was gone already, as with an account: rooms tell it once.
    app.live
        .channels
        .publish(&events::group(id), parcel::left(user_id));
    if is_unseen {
        // Their server may have died between its last commit and the message about that.
        app.live.channels.publish(&events::group(id), parcel::look());
    }
    for event in ballot.iter().flat_map(RoomEvent::of_vote) {
        events::announce(app, id, &event);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaving_is_due_after_the_grace_and_a_crowd_goes_in_parts() {
        let leavings = Leavings::default();
        for user_id in 0..70 {
            leavings.add("the room", user_id);
        }
        assert!(leavings.due(Instant::now()).is_empty());
        let later = Instant::now() + GRACE;
        let parts: Vec<usize> = (0..4).map(|_| leavings.due(later).len()).collect();
        assert_eq!(parts, [AT_ONCE, AT_ONCE, 6, 0]);
    }

    #[test]
    fn what_is_put_back_comes_after_those_who_wait() {
        let leavings = Leavings::default();
        let later = Instant::now() + GRACE;
        leavings.add("the room", 1);
        let refused = leavings.due(later + GRACE);
        leavings.add("the room", 2);
        leavings.put_back(refused.into_iter());
        let due = leavings.due(later + GRACE);
        assert_eq!(
            due.iter().map(|leaving| leaving.user_id).collect::<Vec<_>>(),
            [2, 1]
        );
    }
}
