//! What a host does: starting, ending, putting somebody out.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Done, SessionId, host_only, open_as_host};
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::live::collaboration::events::{self, RoomEvent};
use crate::live::collaboration::store::sessions::EndedBy;
use crate::live::collaboration::store::{self, Session, members, sessions, votes};
use crate::live::collaboration::{change, limits};
use crate::live::notify;
use crate::notifications::events::{CollaborationHostLeft, CollaborationSessionStarted};
use crate::stories::store::together;
use crate::wire::{Body, Error, Fields, respond};

/// The lobby is closed.
#[derive(Serialize, ToSchema)]
pub struct Started {
    success: bool,
    message: &'static str,
    session_id: String,
}

/// Closes the lobby: everybody in it goes to the editor. Doing it again changes nothing. For the host.
#[utoipa::path(post, path = "/api/collaborate/{session_id}/start/", tag = "collaboration",
    params(("session_id" = String, Path)), responses((status = 200, body = Started)))]
pub async fn start(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    SessionId(session_id): SessionId,
) -> Result<Response, Error> {
    let session = close_the_lobby(&app, caller.id, session_id).await?;
    Ok(respond::ok(&Started {
        success: true,
        message: "The session has started.",
        session_id: session.session_id,
    }))
}

/// The same as starting.
#[utoipa::path(post, path = "/api/collaborate/{session_id}/lobby/close/", tag = "collaboration",
    params(("session_id" = String, Path)), responses((status = 200, body = Done)))]
pub async fn close_lobby(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    SessionId(session_id): SessionId,
) -> Result<Response, Error> {
    close_the_lobby(&app, caller.id, session_id).await?;
    Ok(respond::ok(&Done::new("The lobby is closed.")))
}

async fn close_the_lobby(app: &App, host_id: i64, session_id: String) -> Result<Session, Error> {
    app.limit(&limits::CHANGE, host_id)?;
    let now = app.clock.now();
    let started = change(app, move |conn| {
        let session = open_as_host(conn, &session_id, host_id, now)?;
        if !session.is_lobby_open {
            return Ok((session, Vec::new()));
        }
        sessions::start(conn, session.id)?;
        let active = members::active(conn, session.id)?;
        Ok((session, active))
    });
    let (session, active) = started.await?;
    if session.is_lobby_open {
        let event = RoomEvent::SessionStarted {
            session_id: session.session_id.clone(),
            story_title: session.canvas_name.clone(),
        };
        events::announce(app, session.id, &event);
    }
    for (user_id, _) in active {
        let event = CollaborationSessionStarted {
            session_id: &session.session_id,
            story_title: &session.canvas_name,
        };
        notify(app, user_id, &event);
    }
    Ok(session)
}

/// Ends a session for good. Doing it again changes nothing. For the host.
#[utoipa::path(post, path = "/api/collaborate/{session_id}/end/", tag = "collaboration",
    params(("session_id" = String, Path)), responses((status = 200, body = Done)))]
pub async fn end(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    SessionId(session_id): SessionId,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let now = app.clock.now();
    let ended = change(&app, move |conn| {
        let session = store::lock(conn, &session_id)?.ok_or_else(Error::not_found)?;
        host_only(&session, caller.id)?;
        let active = members::active(conn, session.id)?;
        let host = store::names(conn, session.host_id)?.map_or_else(String::new, |(name, _)| name);
        let ended = sessions::end(conn, session.id, EndedBy::Host, now)?;
        Ok(ended.then_some((session, host, active)))
    });
    if let Some((session, host, active)) = ended.await? {
        let event = RoomEvent::SessionEnded {
            session_id: session.session_id.clone(),
            story_id: None,
            story_title: session.canvas_name.clone(),
            ended_by: host,
        };
        events::announce(&app, session.id, &event);
        for (user_id, _) in active {
            let event = CollaborationHostLeft {
                session_id: &session.session_id,
                story_title: &session.canvas_name,
            };
            notify(&app, user_id, &event);
        }
    }
    Ok(respond::ok(&Done::new("The session has ended.")))
}

/// Whom to put out.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct KickForm {
    user_id: i64,
}

/// Puts somebody out: they come back only when the host invites them again. For the host.
///
/// They are no co-author any more of the story that is written here.
#[utoipa::path(post, path = "/api/collaborate/{session_id}/kick/", tag = "collaboration",
    params(("session_id" = String, Path)), request_body = KickForm, responses((status = 200, body = Done)))]
pub async fn kick(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    SessionId(session_id): SessionId,
    Body(body): Body,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let mut fields = Fields::new(body);
    if !fields.has("user_id") {
        fields.refuse("user_id", "This field is required.");
    }
    let user_id = fields.integer("user_id");
    fields.finish()?;
    put_out(&app, caller.id, session_id, user_id.unwrap_or_default()).await?;
    Ok(respond::ok(&Done::new("They have left the session.")))
}

/// Puts somebody out in the name of the host, and tells the room. What both the address and the socket do.
pub async fn put_out(app: &App, host_id: i64, session_id: String, user_id: i64) -> Result<(), Error> {
    let now = app.clock.now();
    let kicked = change(app, move |conn| {
        let session = open_as_host(conn, &session_id, host_id, now)?;
        if user_id == host_id {
            return Err(Error::bad_request("A host cannot be put out."));
        }
        if !members::kick(conn, session.id, user_id, now)? {
            return Err(Error::not_found());
        }
        if let Some(story_id) = session.story_id {
            together::remove_author(conn, story_id, user_id)?;
        }
        let ballot = votes::withdraw(conn, session.id, user_id, now)?;
        let host = store::names(conn, host_id)?.map_or_else(String::new, |(name, _)| name);
        Ok((session.id, host, ballot))
    });
    let (collaboration_id, by_user, ballot) = kicked.await?;
    let event = RoomEvent::UserKicked {
        kicked_user_id: user_id,
        by_user,
    };
    events::announce(app, collaboration_id, &event);
    for event in ballot.iter().flat_map(RoomEvent::of_vote) {
        events::announce(app, collaboration_id, &event);
    }
    Ok(())
}
