//! Whole drawings on their way: from the store to whoever opens a canvas, and from whoever is on one into the store.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::canvases::{MOST_APART, MOST_BYTES_APART, Showing, Stored};
use super::conversation::Collaborator;
use super::held::Room;
use super::op::{Action, Op, Place};
use super::store::{self, Logged};
use super::upkeep;
use crate::app::App;
use crate::wire::Error;

/// How long after somebody has come to a canvas it is shown: the first strokes of theirs are on their way.
const SETTLES_IN: Duration = Duration::from_millis(150);
/// How often it is looked whether something has happened that is waited for, …
const STEP: Duration = Duration::from_millis(50);
/// … how long for a stroke to end or another canvas to be shown, …
const PATIENCE: Duration = Duration::from_secs(10);
/// … and how long for somebody on the canvas to send all of it.
const ANSWERED_WITHIN: Duration = Duration::from_millis(800);

/// What a frame says besides what an operation holds, in bytes.
const ABOUT_A_FRAME: usize = 200;

/// Shows a canvas to a socket: the stored state, and what has happened since.
pub(super) async fn show(app: &Arc<App>, room: &Arc<Room>, seat: u64, slot: Box<str>) {
    sleep(SETTLES_IN).await;
    freshen(room, seat, &slot).await;
    let start = Instant::now();
    let showing = loop {
        {
            let mut state = room.state();
            if state.floor.seat(seat).is_none() {
                return;
            }
            let is_ready = !state.floor.is_drawing(seat) && !state.floor.is_held(seat);
            if is_ready || start.elapsed() >= PATIENCE {
                match state.floor.begin_showing(seat, &slot) {
                    Some(showing) => break showing,
                    None => return,
                }
            }
        }
        sleep(STEP).await;
    };
    if let Err(error) = send(app, room, &showing).await {
        tracing::debug!(%error, "a canvas could not be shown");
        room.state().floor.give_up_showing(seat);
    }
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

async fn send(app: &Arc<App>, room: &Arc<Room>, showing: &Showing) -> Result<(), Error> {
    let (id, slot, numbers) = (room.id, showing.slot.clone(), showing.tail.clone());
    // The log before the state: what the state covers meanwhile is left out, and nothing can be missing.
    let (log, bytes) = app
        .read(move |conn| {
            let log = store::log_of(conn, id, &numbers)?;
            Ok((log, store::canvas_bytes(conn, id, &slot)?))
        })
        .await?;
    let log: Vec<(i64, Op)> = log
        .into_iter()
        .filter_map(|Logged { number, op }| Some((number, op?)))
        .collect();
    let tail: u64 = log
        .iter()
        .map(|(_, op)| (op.action.size() + ABOUT_A_FRAME) as u64)
        .sum();
    let has_state = showing.has_state && bytes > 0;
    let mut permit: Box<dyn Any + Send> = Box::new(());
    if has_state || log.len() > MOST_APART || tail > MOST_BYTES_APART as u64 {
        // Each text, and the frame that is made of it.
        let bytes = tail + if has_state { bytes } else { 0 };
        let room_for_it = app.envelope.responses().take(bytes * 2).await;
        permit = Box::new(room_for_it.map_err(|_| Error::unavailable(1))?);
    }
    let mut stored = None;
    if has_state {
        let slot = showing.slot.clone();
        stored = app.read(move |conn| Ok(store::canvas(conn, id, &slot)?)).await?;
    }
    let mut state = room.state();
    state
        .floor
        .show(showing, stored.as_ref(), &log, permit, Instant::now());
    Ok(())
}

/// Takes a whole drawing that a client sends, if it counts.
pub(super) async fn take_state(socket: &Collaborator, room: &Arc<Room>, canvas_data: &str, place: Place) {
    let (app, seat, now) = (&socket.app, socket.handle.id(), Instant::now());
    let hash = blake3::hash(canvas_data.as_bytes()).to_hex().to_string();
    let accepted = {
        let mut state = room.state();
        let asked = state.restless.answered(seat, now);
        state.floor.touch(seat, &place, None, now);
        state.floor.accepts(seat, &place, asked, &hash, now)
    };
    let Some((slot, saved)) = accepted else { return };
    let stored = Arc::new(Stored {
        epoch: saved.epoch,
        number: saved.covers,
        data: canvas_data.to_owned(),
    });
    let (id, name) = (room.id, slot.clone());
    let bytes = stored.data.len();
    let kept = app
        .write_sized(bytes, move |conn| {
            Ok(store::keep_canvas(conn, id, &name, &stored, &hash)?)
        })
        .await;
    if let Err(error) = kept {
        tracing::debug!(%error, "a drawing could not be kept");
        return;
    }
    let user_id = socket.handle.user_id();
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
