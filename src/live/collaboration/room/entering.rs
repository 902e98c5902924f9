//! Coming into a room: the first words, what was missed, and what the others are told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sockets::code;

use super::catch_up::{Missed, missed};
use super::conversation::Collaborator;
use super::draft::Draft;
use super::held::Room;
use super::people::Person;
use super::seat::{Hold, Post, Seat};
use super::snapshots::{self, Snapshots};
use super::{loading, parcel, store};
use crate::app::App;
use crate::clock::SECOND;
use crate::live::collaboration::store::{Session, members};
use crate::live::collaboration::{change, note};
use crate::live::notify::json;
use crate::wire::Error;

/// When somebody who comes back is told what they have missed: the app needs a moment to be ready for it.
const CATCH_UP_AFTER: Duration = Duration::from_millis(300);
/// What was sent so shortly before the last sign of life may not have arrived.
pub(super) const ON_ITS_WAY: i64 = SECOND;
/// A frame of more than this goes out as a state, which has room of its own.
const LARGE: usize = 64 << 10;
/// When to come again where a room has to be read anew.
const COME_AGAIN: u64 = 1;

/// Lets a socket into its room.
pub(super) async fn enter(socket: &Arc<Collaborator>, session: &Session) -> Result<(), Error> {
    let app = &socket.app;
    let arrival = app
        .live
        .rooms
        .open(app, session.id, &session.session_id, session.last_number)
        .await?;
    let room = arrival.room();
    let user_id = socket.handle.user_id();
    let person = person(app, session.id, user_id).await?;
    // From here on there is something to leave, whatever becomes of it.
    let _ = socket.room.set(Arc::clone(room));
    let Some(come) = come(app, room, user_id).await? else {
        return turn_away(socket, room).await;
    };
    let snapshots = snapshots::of_room(app, room, user_id).await?;
    let (missed, number) = sit_down(socket, room, &person, come.seen, snapshots)?;
    // What happened before is not told to a seat that was not there yet.
    if !is_welcome(app, room, user_id).await? {
        return turn_away(socket, room).await;
    }
    if come.is_news {
        room.publish(app, parcel::came(&person));
    }
    match missed {
        Some(missed) => catch_up(socket, room, missed),
        None => note_seen(app, room.id, user_id, number).await,
    }
    Ok(())
}

/// Tells a socket in a moment what was missed. Pages must not be deleted twice, so that is noted at once; texts and
/// clears may be said again, so they are not, until it is known that they have arrived.
fn catch_up(socket: &Collaborator, room: &Arc<Room>, missed: Vec<Missed>) {
    let (app, room) = (Arc::clone(&socket.app), Arc::clone(room));
    let (id, user_id) = (socket.handle.id(), socket.handle.user_id());
    let tasks = app.tasks.clone();
    tasks.spawn("tell what was missed", async move {
        tokio::time::sleep(CATCH_UP_AFTER).await;
        let mut has_pages = missed.iter().any(Missed::is_of_pages);
        let number = {
            let (mut state, now) = (room.state(), Instant::now());
            match state.floor.seat(id) {
                Some(seat) if !seat.is_given_up() => {}
                _ => return,
            }
            state.floor.tell_missed(id, missed, now, app.clock.now());
            if let Some(seat) = state.floor.seat(id) {
                has_pages |= seat.release(now);
            }
            state.floor.told_to(user_id)
        };
        if has_pages {
            note_seen(&app, room.id, user_id, number).await;
        }
    });
}

/// Somebody who is in the session now.
struct Come {
    /// Up to where they have seen it before.
    seen: i64,
    /// They were nowhere in it, on no server.
    is_news: bool,
}

/// Writes that somebody is in the session, and by this server: both or neither, in the order of whatever else happens to
/// the session. Nothing when they are not welcome any more.
async fn come(app: &App, room: &Room, user_id: i64) -> Result<Option<Come>, Error> {
    let coming = app.live.presence.come(&room.session_id, user_id);
    let (written, session_id, now) = (coming.clone(), room.session_id.to_string(), app.clock.now());
    let come = change(app, move |conn| {
        let Ok(admitted) = members::enter(conn, &session_id, user_id, now)? else {
            return Ok(None);
        };
        Ok(Some(Come {
            seen: admitted.member.seen_number,
            is_news: written.write(conn, now)?,
        }))
    });
    let come = come.await?;
    if come.is_some() {
        app.live.presence.noted(&coming);
    }
    Ok(come)
}

/// Gives a socket its seat and its first words; what it has missed, to be told a moment later, and the room's number.
fn sit_down(
    socket: &Collaborator,
    room: &Room,
    person: &Person,
    seen: i64,
    snapshots: Snapshots,
) -> Result<(Option<Vec<Missed>>, i64), Error> {
    let (handle, user_id) = (&socket.handle, person.user_id);
    let mut state = room.state();
    if state.is_let_go {
        return Err(Error::unavailable(COME_AGAIN));
    }
    // Up to here by these messages, and from here on by what is held back for them.
    let missed = (seen != 0).then(|| {
        let floor = &state.floor;
        missed(&floor.model, user_id, seen.max(0), |user_id| floor.name(user_id))
    });
    let missed = missed.filter(|missed| !missed.is_empty());
    state.empty_since = None;
    state.floor.know(person.clone());
    let init = init(&state.floor.model, &state.floor.people, person, &snapshots);
    let mut seat = Seat::new(handle.id(), user_id, handle.outbox().clone());
    send_large(&seat, init, snapshots);
    if missed.is_some() {
        seat.busy().hold = Some(Hold::for_missed(seen.max(0)));
    }
    state.floor.seats.push(seat);
    Ok((missed, state.floor.told_to(user_id)))
}

/// Whether somebody who has just sat down was neither put out nor left alone in a session that is over.
async fn is_welcome(app: &App, room: &Room, user_id: i64) -> Result<bool, Error> {
    let (session_id, now) = (room.session_id.to_string(), app.clock.now());
    app.read(move |conn| Ok(members::may_enter(conn, &session_id, user_id, now)?.is_ok()))
        .await
}

/// It was over for somebody while they came in: they are told so, and closed for good, as those who sat here already.
async fn turn_away(socket: &Collaborator, room: &Room) -> Result<(), Error> {
    let ended = loading::ended(&socket.app, room, socket.handle.user_id()).await?;
    room.take_away(socket.handle.id());
    let outbox = socket.handle.outbox();
    outbox.send(&json(&ended));
    outbox.close(code::NORMAL, "the session is over");
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
    if frame.len() <= LARGE || !seat.tell_state(&frame, Box::new(snapshots.into_room())) {
        seat.tell(&frame);
    }
}

/// Notes up to where somebody has seen the room, so that they are told what comes after it when they return.
pub(super) async fn note_seen(app: &App, id: i64, user_id: i64, number: i64) {
    let noted = note(app, 0, move |conn| {
        Ok(store::note_seen(conn, id, user_id, number)?)
    })
    .await;
    if let Err(error) = noted {
        tracing::debug!(%error, "it could not be noted what somebody has seen");
    }
}
