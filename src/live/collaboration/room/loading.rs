//! A room's model from the database: the last checkpoint, and the operations after it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::held::Room;
use super::model::Model;
use super::store::{self, Logged};
use crate::app::App;
use crate::live::collaboration::events::{RoomEvent, group};
use crate::live::collaboration::store::sessions::EndedBy;
use crate::live::collaboration::store::{self as sessions, Session};
use crate::live::notify::json;
use crate::live::presence;
use crate::wire::Error;

/// The newest model of a session.
pub(super) async fn model(app: &App, collaboration_id: i64) -> Result<Model, Error> {
    loop {
        let mut model = kept(app, collaboration_id).await?;
        let start = model.number;
        loop {
            let after = model.number;
            let log = app
                .read(move |conn| Ok(store::log_after(conn, collaboration_id, after)?))
                .await?;
            if log.is_empty() {
                break;
            }
            for Logged { number, op } in log {
                match op {
                    Some(op) => {
                        model.apply(number, &op);
                    }
                    None => model.number = number,
                }
            }
        }
        // A newer checkpoint takes operations out of the log: they may have been missing from what was read.
        if kept(app, collaboration_id).await?.number == start {
            return Ok(model);
        }
    }
}

async fn kept(app: &App, collaboration_id: i64) -> Result<Model, Error> {
    app.read(move |conn| Ok(store::checkpoint(conn, collaboration_id)?))
        .await
}

/// Fills a room that is new here. Its group is joined first, so that nothing falls between the log and the group.
pub(super) async fn load(app: &Arc<App>, room: &Arc<Room>) -> Result<(), Error> {
    let membership = app
        .live
        .channels
        .join(&group(room.id), Arc::clone(room) as Arc<_>);
    let (id, session_id, now) = (room.id, room.session_id.to_string(), app.clock.now());
    let found = app
        .read(move |conn| {
            let session = sessions::by_session_id(conn, &session_id)?.ok_or_else(Error::not_found)?;
            let people = store::people(conn, id)?;
            let here = presence::at(conn, &session_id, now)?;
            Ok((session, people, here))
        })
        .await;
    let (session, mut people, here) = found?;
    let model = model(app, id).await?;
    for person in &mut people {
        person.is_here = here.contains(&person.user_id);
    }
    let mut state = room.state();
    state.kept = model.number;
    state.past.note(model.number, now);
    state.floor.model = model;
    for person in people {
        if state.floor.person(person.user_id).is_none() {
            state.floor.know(person);
        }
    }
    state.canvas_name = session.canvas_name.into();
    state.is_over = session.ended_at.is_some();
    drop(state);
    room.listen(Some(membership));
    Ok(())
}

/// Delivers what came while the room was loaded.
pub(super) fn catch_up(app: &Arc<App>, room: &Arc<Room>) {
    let (now, mut left) = (Instant::now(), Vec::new());
    let (is_whole, has_missed) = {
        let mut state = room.state();
        let is_whole = state.floor.go_on(now, &mut left);
        state.moved(&left, now, app.clock.now());
        (is_whole, std::mem::take(&mut state.has_missed))
    };
    // Whoever has numbered them may have had no room to do it for.
    room.follow_up(app, left, true);
    if !is_whole || has_missed {
        room.read_log(app, Duration::ZERO);
    }
}

/// Reads what a room has missed of its log, and how its session stands. Where too much of the log is gone its sockets come
/// again and begin anew.
pub(super) async fn read_missed(app: &Arc<App>, room: &Arc<Room>) {
    match read(app, room).await {
        Ok(true) => {}
        Ok(false) => {
            tracing::debug!("a room is loaded anew");
            app.live.rooms.dissolve(room);
        }
        // The database is away; whatever comes next is a gap again.
        Err(error) => {
            tracing::debug!(%error, "the log could not be read yet");
            room.read_log(app, Duration::from_secs(1));
        }
    }
}

async fn read(app: &Arc<App>, room: &Arc<Room>) -> Result<bool, Error> {
    let id = room.id;
    let mut is_behind = false;
    loop {
        let after = room.state().floor.model.number;
        let log = app
            .read(move |conn| Ok(store::log_after(conn, id, after)?))
            .await?;
        if log.is_empty() {
            if is_behind {
                // There are newer ones, but a checkpoint has taken them out of the log.
                return Ok(false);
            }
            is_behind = look_at_session(app, room).await?;
            if is_behind {
                continue;
            }
            return Ok(true);
        }
        is_behind = false;
        let is_whole = log.first().is_some_and(|first| first.number <= after + 1)
            && log.windows(2).all(|two| two[1].number == two[0].number + 1);
        if !is_whole {
            return Ok(false);
        }
        let ops = log.into_iter().map(|Logged { number, op }| (number, op, None));
        room.deliver(app, ops, false, Instant::now());
    }
}

/// How the session stands, and whether it has operations that this server lacks. It may have ended, and people may have
/// been put out, without a word reaching this server.
async fn look_at_session(app: &Arc<App>, room: &Arc<Room>) -> Result<bool, Error> {
    let (session_id, now) = (room.session_id.to_string(), app.clock.now());
    let (session, host, kicked, here, last_number) = app
        .read(move |conn| {
            let session = sessions::by_session_id(conn, &session_id)?.ok_or_else(Error::not_found)?;
            let host = sessions::names(conn, session.host_id)?.map_or_else(String::new, |(name, _)| name);
            let kicked = store::kicked(conn, session.id)?;
            let here = presence::at(conn, &session_id, now)?;
            let last = session.last_number;
            Ok((session, host, kicked, here, last))
        })
        .await?;
    let is_behind = {
        let mut state = room.state();
        for person in &mut state.floor.people {
            person.is_here = here.contains(&person.user_id);
        }
        state.floor.model.number < last_number
    };
    for user_id in kicked {
        room.put_out(user_id, host.clone());
    }
    if session.ended_at.is_some() && !room.state().is_over {
        let ended = ending(session, host);
        room.state().floor.tell(&json(&ended), None);
        room.end(app);
    }
    Ok(is_behind)
}

/// What somebody is told for whom the session is over: because it is, or because they were put out.
pub(super) async fn ended(app: &App, room: &Room, user_id: i64) -> Result<RoomEvent, Error> {
    let session_id = room.session_id.to_string();
    app.read(move |conn| {
        let session = sessions::by_session_id(conn, &session_id)?.ok_or_else(Error::not_found)?;
        let host = sessions::names(conn, session.host_id)?.map_or_else(String::new, |(name, _)| name);
        let is_kicked = store::kicked(conn, session.id)?.contains(&user_id);
        let is_expired = !is_kicked && session.ended_at.is_none();
        Ok(if is_expired {
            ending(session, EndedBy::Expiry.name().to_owned())
        } else {
            ending(session, host)
        })
    })
    .await
}

/// That a session is over, by its host unless a story was made of it.
fn ending(session: Session, host: String) -> RoomEvent {
    RoomEvent::SessionEnded {
        session_id: session.session_id,
        story_id: session.finalized_story_id,
        story_title: session.canvas_name,
        ended_by: if session.finalized_story_id.is_some() {
            EndedBy::Vote.name().to_owned()
        } else {
            host
        },
    }
}
