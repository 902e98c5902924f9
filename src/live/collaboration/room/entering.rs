//! Coming into a room and leaving it: the first words, what was missed, and what the others are told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::catch_up;
use super::conversation::Collaborator;
use super::draft::Draft;
use super::held::Room;
use super::people::Person;
use super::seat::{Hold, Post, Seat};
use super::snapshots::{self, Snapshots};
use super::{parcel, store};
use crate::app::App;
use crate::live::collaboration::change;
use crate::live::collaboration::events::{self, RoomEvent};
use crate::live::collaboration::store as sessions;
use crate::live::collaboration::store::members::{self, Admitted};
use crate::live::collaboration::store::votes;
use crate::wire::Error;

/// How long somebody who left may come back without anybody noticing.
const GRACE: Duration = Duration::from_secs(4);
/// When somebody who comes back is told what they have missed: the app needs a moment to be ready for it.
const CATCH_UP_AFTER: Duration = Duration::from_millis(300);
/// A frame of more than this goes out as a state, which has room of its own.
const LARGE: usize = 64 << 10;
/// When to come again where a room has to be read anew.
const COME_AGAIN: u64 = 1;

/// Lets a socket into its room.
pub(super) async fn enter(socket: &Arc<Collaborator>, admitted: &Admitted) -> Result<(), Error> {
    let (app, handle) = (&socket.app, &socket.handle);
    let session = &admitted.session;
    let arrival = app.live.rooms.open(app, session.id, &session.session_id).await?;
    let room = arrival.room();
    let user_id = handle.user_id();
    let person = person(app, session.id, user_id).await?;
    let has_come = app.live.presence.enter(app, &room.session_id, user_id).await?;
    let snapshots = snapshots::of_room(app, room, user_id).await;
    let seen = admitted.member.seen_number;
    let missed = {
        let mut state = room.state();
        if state.is_let_go {
            return Err(Error::unavailable(COME_AGAIN));
        }
        // Up to here by these messages, and from here on by what is held back for them.
        let missed = (seen != 0).then(|| {
            let floor = &state.floor;
            catch_up::missed(&floor.model, user_id, seen.max(0), |user_id| floor.name(user_id))
        });
        let missed = missed.filter(|missed| !missed.is_empty());
        state.empty_since = None;
        state.floor.know(person.clone());
        let init = init(&state.floor.model, &state.floor.people, &person, &snapshots);
        let mut seat = Seat::new(handle.id(), user_id, handle.outbox().clone());
        send_large(&seat, init, snapshots);
        if missed.is_some() {
            seat.busy().hold = Some(Hold {
                slot: None,
                frames: Vec::new(),
            });
        }
        state.floor.seats.push(seat);
        missed
    };
    let _ = socket.room.set(Arc::clone(room));
    if has_come {
        room.publish(app, parcel::came(&person));
    }
    if let Some(missed) = missed {
        let (room, seat) = (Arc::clone(room), handle.id());
        app.tasks.spawn("tell what was missed", async move {
            tokio::time::sleep(CATCH_UP_AFTER).await;
            let mut state = room.state();
            state.floor.tell_missed(seat, missed, Instant::now());
            if let Some(seat) = state.floor.seat(seat) {
                seat.release();
            }
        });
    }
    note_seen(app, room, user_id).await;
    Ok(())
}

/// What is known of somebody who is here now.
async fn person(app: &App, collaboration_id: i64, user_id: i64) -> Result<Person, Error> {
    let people = app
        .read(move |conn| Ok(store::people(conn, collaboration_id)?))
        .await?;
    let person = people.into_iter().find(|person| person.user_id == user_id);
    let mut person = person.ok_or_else(Error::not_found)?;
    person.is_here = true;
    Ok(person)
}

/// The first words: the story as it stands, and who is here.
fn init(model: &super::model::Model, people: &[Person], me: &Person, snapshots: &Snapshots) -> Vec<u8> {
    let participants: Vec<_> = people
        .iter()
        .filter(|person| person.is_here)
        .map(Person::participant)
        .collect();
    let about = snapshots.bytes() + 1024;
    super::frames::init(about, snapshots, &Draft::of(model).to_json(), &participants, me)
}

fn send_large<P: Post>(seat: &Seat<P>, json: Vec<u8>, snapshots: Snapshots) {
    let frame = super::frames::frame(&json);
    drop(json);
    if frame.len() <= LARGE || !seat.tell_state(&frame, Box::new(snapshots.into_permit())) {
        seat.tell(&frame);
    }
}

async fn note_seen(app: &Arc<App>, room: &Room, user_id: i64) {
    let (id, number) = (room.id, room.state().floor.model.number);
    // Nothing seen is something else than never here.
    let number = if number == 0 { -1 } else { number };
    let noted = app
        .write(move |conn| Ok(store::note_seen(conn, id, user_id, number)?))
        .await;
    if let Err(error) = noted {
        tracing::debug!(%error, "it could not be noted what somebody has seen");
    }
}

/// Takes a socket out of its room. The others are told when nobody has come back for it after a while.
pub(super) async fn leave(socket: &Arc<Collaborator>) {
    let Some(room) = socket.room.get().cloned() else {
        return;
    };
    let (app, user_id) = (Arc::clone(&socket.app), socket.handle.user_id());
    let title = {
        let mut state = room.state();
        let title = state.floor.last_title(socket.handle.id());
        state.floor.seats.retain(|seat| seat.id != socket.handle.id());
        if state.floor.seats.is_empty() {
            state.floor.seats = Vec::new();
            state.empty_since = Some(Instant::now());
        }
        title
    };
    if let Some(title) = title {
        leave_title(&app, &room, user_id, title).await;
    }
    note_seen(&app, &room, user_id).await;
    let tasks = app.tasks.clone();
    tasks.spawn("leave a room", async move {
        tokio::select! {
            () = tokio::time::sleep(GRACE) => {}
            // Whoever is here now comes again at once.
            () = app.tasks.stopping() => return,
        }
        if let Err(error) = Box::pin(gone(&app, &room, user_id)).await {
            tracing::debug!(%error, "somebody left a room unnoticed");
        }
    });
}

/// The title that was typed last and had to wait.
async fn leave_title(app: &Arc<App>, room: &Room, user_id: i64, title: String) {
    let op = super::op::Op {
        user_id,
        username: room.state().floor.name(user_id),
        place: super::op::Place::default(),
        action: super::op::Action::Title { title: title.into() },
    };
    if let Err(error) = app.live.rooms.submit(app, room.id, op).await {
        tracing::debug!(%error, "a title was lost");
    }
}

/// A socket of somebody is gone for good; the last one of them takes them out of the session.
async fn gone(app: &App, room: &Room, user_id: i64) -> Result<(), Error> {
    if app.live.presence.leave(app, &room.session_id, user_id).await? {
        depart(app, room.session_id.to_string(), user_id).await?;
    }
    Ok(())
}

/// Takes out of their sessions who was in them by a server that has died: session ids with user ids.
pub async fn gone_with_a_server(app: &App, left: Vec<(String, i64)>) {
    for (session_id, user_id) in left {
        if let Err(error) = depart(app, session_id, user_id).await {
            tracing::debug!(%error, "somebody left a session unnoticed");
        }
    }
}

/// Somebody is nowhere in a session any more.
async fn depart(app: &App, session_id: String, user_id: i64) -> Result<(), Error> {
    let now = app.clock.now();
    let departed = change(app, move |conn| {
        let Some(session) = sessions::lock(conn, &session_id)? else {
            return Ok(None);
        };
        if !members::leave(conn, session.id, user_id, now)? {
            return Ok(None);
        }
        Ok(Some((
            session.id,
            votes::withdraw(conn, session.id, user_id, now)?,
        )))
    });
    let Some((id, ballot)) = departed.await? else {
        return Ok(());
    };
    app.live
        .channels
        .publish(&events::group(id), parcel::left(user_id));
    for event in ballot.iter().flat_map(RoomEvent::of_vote) {
        events::announce(app, id, &event);
    }
    Ok(())
}
