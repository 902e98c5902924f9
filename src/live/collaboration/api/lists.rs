//! The caller's open sessions.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::role_name;
use super::shapes::invite_link;
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::live::collaboration::store::Role;
use crate::live::collaboration::store::lists::{self, Listed};
use crate::wire::{Error, Timestamp, respond};

/// Sessions of each kind in the shorter list.
const MOST_OF_EACH: usize = 10;
/// Sessions that are looked at for a list.
const MOST: i64 = 100;

/// The sessions that the caller hosts, and those of others that they joined.
#[derive(Serialize, ToSchema)]
pub struct SessionLists {
    success: bool,
    hosted_sessions: Vec<HostedSession>,
    participated_sessions: Vec<JoinedSession>,
}

/// A session that the caller hosts.
#[derive(Serialize, ToSchema)]
pub struct HostedSession {
    session_id: String,
    canvas_name: String,
    participant_count: i64,
    max_participants: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    invite_link: String,
}

/// A session of somebody else that the caller joined.
#[derive(Serialize, ToSchema)]
pub struct JoinedSession {
    session_id: String,
    canvas_name: String,
    /// The host's user name.
    host: String,
    participant_count: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// The caller's open sessions, newest first, ten of each kind at most.
#[utoipa::path(get, path = "/api/collaborate/sessions/list/", tag = "collaboration",
    responses((status = 200, body = SessionLists)))]
pub async fn by_kind(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    let (hosted, joined): (Vec<_>, Vec<_>) = find(&app, caller.id)
        .await?
        .into_iter()
        .partition(|session| session.role == Role::Host);
    let hosted = hosted
        .into_iter()
        .take(MOST_OF_EACH)
        .map(|session| HostedSession {
            invite_link: invite_link(&session.session_id),
            session_id: session.session_id,
            canvas_name: session.canvas_name,
            participant_count: session.participant_count,
            max_participants: session.max_participants,
            created_at: Timestamp(session.created_at),
        });
    let joined = joined
        .into_iter()
        .take(MOST_OF_EACH)
        .map(|session| JoinedSession {
            session_id: session.session_id,
            canvas_name: session.canvas_name,
            host: session.host_username,
            participant_count: session.participant_count,
            created_at: Timestamp(session.created_at),
        });
    Ok(respond::ok(&SessionLists {
        success: true,
        hosted_sessions: hosted.collect(),
        participated_sessions: joined.collect(),
    }))
}

/// The caller's open sessions.
#[derive(Serialize, ToSchema)]
pub struct OwnSessions {
    success: bool,
    sessions: Vec<OwnSession>,
    total: i64,
}

/// A session that the caller is part of.
#[derive(Serialize, ToSchema)]
pub struct OwnSession {
    session_id: String,
    canvas_name: String,
    host: NamedHost,
    is_host: bool,
    participant_count: i64,
    max_participants: i64,
    is_lobby_open: bool,
    voting_active: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// `host` or `participant`.
    your_role: &'static str,
}

/// The host of a session.
#[derive(Serialize, ToSchema)]
pub struct NamedHost {
    id: i64,
    username: String,
    display_name: String,
}

/// The caller's open sessions, newest first, a hundred at most.
#[utoipa::path(get, path = "/api/collaborate/sessions/user/", tag = "collaboration",
    responses((status = 200, body = OwnSessions)))]
pub async fn own(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    let found = find(&app, caller.id).await?;
    let sessions = found.into_iter().map(|session| OwnSession {
        session_id: session.session_id,
        canvas_name: session.canvas_name,
        host: NamedHost {
            id: session.host_id,
            username: session.host_username,
            display_name: session.host_name,
        },
        is_host: session.role == Role::Host,
        participant_count: session.participant_count,
        max_participants: session.max_participants,
        is_lobby_open: session.is_lobby_open,
        voting_active: session.is_voting,
        created_at: Timestamp(session.created_at),
        your_role: role_name(session.role == Role::Host),
    });
    let sessions: Vec<_> = sessions.collect();
    Ok(respond::ok(&OwnSessions {
        success: true,
        total: sessions.len() as i64,
        sessions,
    }))
}

async fn find(app: &App, user_id: i64) -> Result<Vec<Listed>, Error> {
    let now = app.clock.now();
    app.read(move |conn| Ok(lists::open(conn, user_id, MOST, now)?))
        .await
}
