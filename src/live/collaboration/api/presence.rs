//! Who is in a session.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::sessions::tag;
use super::{SessionId, role_name, seen};
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::live::collaboration::room;
use crate::live::collaboration::store::invites::{self, Invited};
use crate::live::collaboration::store::{self, Person, Role};
use crate::wire::{Error, Timestamp, respond};

/// Who is in a session.
#[derive(Serialize, ToSchema)]
pub struct Presence {
    success: bool,
    total: i64,
    participants: Vec<PresentShape>,
}

/// Somebody who is in a session.
#[derive(Serialize, ToSchema)]
pub struct PresentShape {
    /// The same as `user_id`, which the apps need to know somebody again.
    id: i64,
    user_id: i64,
    username: String,
    display_name: String,
    avatar: String,
    selected_avatar_border: String,
    /// `host` or `participant`.
    role: &'static str,
    /// Always `{}`: cursors are told by the socket and not stored.
    #[schema(value_type = Object)]
    cursor_position: Map<String, Value>,
    cursor_color: String,
    /// Always empty, for the same reason.
    current_tool: &'static str,
    is_active: bool,
    /// The page that they look at, from 0; null before they have turned to one.
    current_page: Option<i64>,
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last_seen: Timestamp,
}

impl PresentShape {
    fn new(person: Person, current_page: Option<i64>) -> Self {
        Self {
            id: person.user_id,
            user_id: person.user_id,
            username: person.username,
            display_name: person.display_name,
            avatar: person.avatar,
            selected_avatar_border: person.border,
            role: role_name(person.role == Role::Host),
            cursor_position: Map::new(),
            cursor_color: person.color,
            current_tool: "",
            is_active: true,
            current_page,
            joined_at: Timestamp(person.joined_at),
            last_seen: Timestamp(person.last_seen),
        }
    }
}

/// Who is in a session, by when they joined, which the apps ask for every few seconds.
///
/// For those who have a place in it and those who are invited; 404 for all others.
#[utoipa::path(get, path = "/api/collaborate/{session_id}/presence/", tag = "collaboration",
    params(("session_id" = String, Path)),
    responses((status = 200, body = Presence), (status = 304, description = "Nothing changed.")))]
pub async fn presence(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    SessionId(session_id): SessionId,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let now = app.clock.now();
    let viewer = caller.id;
    let found = app.read(move |conn| {
        let standing = seen(conn, &session_id, viewer, now)?;
        let tag = tag(&standing, viewer, now);
        if tag.matches(&headers) {
            return Ok((tag, None));
        }
        let people = store::people(conn, standing.session.id)?;
        Ok((tag, Some((standing, people))))
    });
    let (tag, found) = found.await?;
    let Some((mut standing, people)) = found else {
        return Ok(tag.not_modified());
    };
    // Where nothing has been done yet nobody has turned a page.
    let mut pages = BTreeMap::new();
    if standing.session.last_number > 0 {
        (standing.session.last_number, pages) = room::current_pages(&app, standing.session.id).await?;
    }
    let tag = self::tag(&standing, viewer, now);
    let page = |user_id: i64| pages.get(&user_id).copied().map(i64::from);
    Ok(tag.on(respond::ok(&Presence {
        success: true,
        total: people.len() as i64,
        participants: people
            .into_iter()
            .map(|person| {
                let current_page = page(person.user_id);
                PresentShape::new(person, current_page)
            })
            .collect(),
    })))
}

/// Who is in a session or invited to it.
#[derive(Serialize, ToSchema)]
pub struct Participants {
    success: bool,
    participants: Vec<ListedParticipant>,
}

/// Somebody who is in a session or invited to it.
#[derive(Serialize, ToSchema)]
pub struct ListedParticipant {
    user_id: i64,
    username: String,
    avatar: String,
    selected_avatar_border: String,
    /// `joined` or `pending`.
    status: &'static str,
    is_host: bool,
}

impl From<Person> for ListedParticipant {
    fn from(person: Person) -> Self {
        Self {
            user_id: person.user_id,
            username: person.username,
            avatar: person.avatar,
            selected_avatar_border: person.border,
            status: "joined",
            is_host: person.role == Role::Host,
        }
    }
}

impl From<Invited> for ListedParticipant {
    fn from(invited: Invited) -> Self {
        Self {
            user_id: invited.user_id,
            username: invited.username,
            avatar: invited.avatar,
            selected_avatar_border: invited.border,
            status: "pending",
            is_host: false,
        }
    }
}

/// Who is in a session, then who is invited and has not answered. For the same people as the session itself.
#[utoipa::path(get, path = "/api/collaborate/sessions/{session_id}/participants/", tag = "collaboration",
    params(("session_id" = String, Path)), responses((status = 200, body = Participants)))]
pub async fn participants(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    SessionId(session_id): SessionId,
) -> Result<Response, Error> {
    let now = app.clock.now();
    let found = app.read(move |conn| {
        let standing = seen(conn, &session_id, caller.id, now)?;
        let people = store::people(conn, standing.session.id)?;
        let invited = invites::invited(conn, standing.session.id, now)?;
        Ok((people, invited))
    });
    let (people, invited) = found.await?;
    let people = people.into_iter().map(ListedParticipant::from);
    Ok(respond::ok(&Participants {
        success: true,
        participants: people
            .chain(invited.into_iter().map(ListedParticipant::from))
            .collect(),
    }))
}
