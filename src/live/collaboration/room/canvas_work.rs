//! Whole drawings on their way: from the store to whoever opens a canvas, and from whoever is on one into the store.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::canvases::{Kept, Opened, Showing, Stored};
use super::conversation::Collaborator;
use super::floor::Consequence;
use super::held::{Room, State};
use super::items::Items;
use super::op::{Action, Op, Place};
use super::store::{self, Logged};
use super::upkeep;
use crate::app::App;
use crate::live::collaboration::note;
use crate::pictures::Reader;
use crate::wire::Error;

/// How long after somebody has come to a canvas it is shown: the first strokes of theirs are on their way.
const SETTLES_IN: Duration = Duration::from_millis(150);
/// How often it is looked whether something has happened that is waited for, …
const STEP: Duration = Duration::from_millis(50);
/// … how long for a stroke to end, …
const PATIENCE: Duration = Duration::from_secs(10);
/// … how long for a socket to take what was sent before or another canvas to be shown, …
const LONGEST: Duration = Duration::from_secs(60);
/// … and how long for somebody on the canvas to send all of it.
const ANSWERED_WITHIN: Duration = Duration::from_millis(800);

/// What the sender of a drawing is told for which there is no place.
const FULL: &str = "There is no place for this drawing. Make it smaller.";
/// Bytes of the stored states of a room.
const MOST_OF_ROOM: u64 = 32 << 20;

/// What is said before a stroke that may be there already, that it is gone: so many bytes or fewer, with names as apps give.
const GONE: usize = 512;

/// Less than this is shown without room of its own, in bytes.
const LARGE: u64 = 64 << 10;

/// Shows a canvas to a socket: the stored state, and what has happened since.
pub(super) async fn show(app: &Arc<App>, room: &Arc<Room>, seat: u64, opened: Opened) {
    let Opened { slot, asked } = opened;
    sleep(SETTLES_IN).await;
    freshen(room, seat, &slot).await;
    let mut waited = Duration::ZERO;
    loop {
        let found = readiness(&mut room.state(), seat, &slot, waited);
        match found {
            Readiness::Ready => {}
            Readiness::NotYet => {
                sleep(STEP).await;
                waited += STEP;
                continue;
            }
            Readiness::Never => return,
            Readiness::TooLate => return room.state().floor.give_up_showing(seat),
        }
        // What happens meanwhile is not held back: others may have taken all the room.
        let permit = match room_for(app, room, seat, &slot).await {
            Ok(permit) => permit,
            Err(error) => return give_up(room, seat, &error),
        };
        let showing = {
            let mut state = room.state();
            match readiness(&mut state, seat, &slot, waited) {
                Readiness::Ready => state.floor.begin_showing(seat, &slot, asked),
                _ => continue,
            }
        };
        let Some(showing) = showing else { return };
        match send(app, room, &showing, permit).await {
            Ok(true) => upkeep::tidy(app, room, vec![Consequence::Pages], true).await,
            Ok(false) => {}
            Err(error) => give_up(room, seat, &error),
        }
        return;
    }
}

fn give_up(room: &Room, seat: u64, error: &Error) {
    tracing::debug!(%error, "a canvas could not be shown");
    room.state().floor.give_up_showing(seat);
}

/// Whether a socket can be shown a canvas.
enum Readiness {
    Ready,
    NotYet,
    /// It takes nothing, or is never ready.
    TooLate,
    /// There is nobody or nothing to show.
    Never,
}

fn readiness(state: &mut State, seat: u64, slot: &str, waited: Duration) -> Readiness {
    if state.floor.is_blank(slot) {
        return Readiness::Never;
    }
    let Some(post) = state.floor.seat(seat).map(|seat| &seat.post) else {
        return Readiness::Never;
    };
    let is_free = !post.has_state() && !state.floor.is_held(seat);
    if !is_free {
        return if waited < LONGEST {
            Readiness::NotYet
        } else {
            Readiness::TooLate
        };
    }
    if state.floor.is_drawing(seat) && waited < PATIENCE {
        return Readiness::NotYet;
    }
    Readiness::Ready
}

/// Has somebody who is on the canvas send all of it, so that little has to be drawn again.
async fn freshen(room: &Arc<Room>, seat: u64, slot: &str) {
    let tail = |room: &Room| {
        let state = room.state();
        state
            .floor
            .model
            .by_id(slot)
            .map_or(0, |(_, slot)| slot.tail.len())
    };
    let before = tail(room);
    if before == 0 || !upkeep::ask(&mut room.state(), slot, Some(seat), Instant::now()) {
        return;
    }
    let start = Instant::now();
    while start.elapsed() < ANSWERED_WITHIN && tail(room) >= before {
        sleep(STEP).await;
    }
}

/// Takes room for what is read of a canvas, and the frames that are made of it.
async fn room_for(app: &App, room: &Room, seat: u64, slot: &str) -> Result<Box<dyn Any + Send>, Error> {
    let (user_id, tail_bytes) = {
        let mut state = room.state();
        let user_id = state.floor.seat(seat).map_or(0, |seat| seat.user_id);
        let canvas = state.floor.model.by_id(slot);
        (
            user_id,
            canvas.map_or(0, |(_, canvas)| canvas.tail_bytes + canvas.tail.len() * GONE),
        )
    };
    let (id, slot) = (room.id, Box::from(slot));
    // Even if none was stored a moment ago: what it covers is gone from the log.
    let state_bytes = app
        .read(move |conn| Ok(store::canvas_bytes(conn, id, &slot)?))
        .await?;
    let bytes = tail_bytes as u64 + state_bytes;
    if bytes <= LARGE {
        return Ok(Box::new(()));
    }
    let reader = Reader::Account(user_id);
    Ok(Box::new(app.pictures.answers.take(reader, bytes * 2).await?))
}

/// Reads and shows a canvas; whether pages came or went by what has happened since.
async fn send(
    app: &Arc<App>,
    room: &Arc<Room>,
    showing: &Showing,
    permit: Box<dyn Any + Send>,
) -> Result<bool, Error> {
    let (id, slot, numbers) = (room.id, showing.slot.clone(), showing.tail.clone());
    let kept = app
        .read(move |conn| {
            // The log before the state: what the state covers meanwhile is left out, and nothing can be missing.
            let log = store::log_of(conn, id, &numbers)?;
            let readable = |Logged { number, op }| Some((number, op?));
            let log = log.into_iter().filter_map(readable).collect();
            let state = store::canvas(conn, id, &slot)?;
            let items = state.as_ref().map(|state| Items::of(&state.data));
            Ok(Kept {
                state,
                items: items.unwrap_or_default(),
                log,
            })
        })
        .await?;
    let mut state = room.state();
    Ok(state.floor.show(showing, &kept, permit, Instant::now()))
}

/// Takes a whole drawing that a client sends, if it counts.
/// `question` is the one that it says it answers.
pub(super) async fn take_state(
    socket: &Collaborator,
    room: &Arc<Room>,
    canvas_data: &str,
    question: i64,
    place: Place,
) {
    let (app, seat, user_id) = (&socket.app, socket.handle.id(), socket.handle.user_id());
    let now = Instant::now();
    let hash = blake3::hash(canvas_data.as_bytes()).to_hex().to_string();
    let covers = {
        let mut state = room.state();
        let asked = state.restless.answered(seat, question);
        state.floor.touch(seat, &place, None, now);
        let covers = asked.unwrap_or_else(|| state.floor.covers(seat, now));
        let covers = (covers, asked.is_some());
        // By what its sender knows now: what they learn while this waits is not in it.
        if state.floor.accepts(seat, &place, covers, &hash, now).is_none() {
            return;
        }
        covers
    };
    // Its sender sees their last strokes in it already, those too that a socket of theirs brought which has gone. Whoever is
    // shown it must not get them once more when they have their numbers.
    while room.state().floor.is_numbering(user_id) {
        if now.elapsed() >= PATIENCE {
            return;
        }
        sleep(STEP).await;
    }
    let accepted = room.state().floor.accepts(seat, &place, covers, &hash, now);
    let Some((slot, saved)) = accepted else { return };
    let stored = Arc::new(Stored {
        epoch: saved.epoch,
        number: saved.covers,
        data: canvas_data.to_owned(),
    });
    let (id, name) = (room.id, slot.clone());
    match keep(app, id, name, stored, hash).await {
        Ok(true) => {}
        Ok(false) => return socket.complain(FULL),
        Err(error) => {
            tracing::debug!(%error, "a drawing could not be kept");
            return;
        }
    }
    let op = Op {
        user_id,
        username: socket.handle.username().into(),
        place: Place {
            slot: Some(slot),
            ..Place::default()
        },
        action: Action::Saved(saved),
    };
    if let Err(error) = app.live.rooms.submit(app, id, op).await {
        tracing::debug!(%error, "a drawing is kept and its operations stay");
    }
}

/// Keeps a whole drawing; false when the room, or the whole database, has no place for it.
async fn keep(app: &App, id: i64, slot: Box<str>, stored: Arc<Stored>, hash: String) -> Result<bool, Error> {
    if !app.pictures.has_room(app).await? {
        return Ok(false);
    }
    let bytes = stored.data.len();
    note(app, bytes, move |conn| {
        let others = store::bytes_of_others(conn, id, &slot)?;
        let fits = others + stored.data.len() as u64 <= MOST_OF_ROOM;
        if fits {
            store::keep_canvas(conn, id, &slot, &stored, &hash)?;
        }
        Ok(fits)
    })
    .await
}
