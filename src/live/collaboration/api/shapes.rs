//! Sessions and the people in them, as the wire shows them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::role_name;
use crate::live::collaboration::store::{Person, Role, Session};
use crate::wire::Timestamp;

/// Somebody, by the name under which they sign in.
#[derive(Serialize, ToSchema)]
pub struct HostShape {
    pub(super) id: i64,
    pub(super) username: String,
}

/// Somebody who is in a session.
#[derive(Serialize, ToSchema)]
pub struct ParticipantShape {
    /// The same as `user_id`, which the apps need to know somebody again.
    id: i64,
    user_id: i64,
    username: String,
    display_name: String,
    /// `host` or `participant`.
    role: &'static str,
    cursor_color: String,
    is_active: bool,
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
}

impl From<Person> for ParticipantShape {
    fn from(person: Person) -> Self {
        Self {
            id: person.user_id,
            user_id: person.user_id,
            username: person.username,
            display_name: person.display_name,
            role: role_name(person.role == Role::Host),
            cursor_color: person.color,
            is_active: true,
            joined_at: Timestamp(person.joined_at),
        }
    }
}

/// A session as its members see it.
#[derive(Serialize, ToSchema)]
pub struct SessionShape {
    session_id: String,
    join_code: Option<String>,
    canvas_name: String,
    host: HostShape,
    is_host: bool,
    max_participants: i64,
    participant_count: i64,
    /// Whether there is room for one more.
    can_join: bool,
    /// The story that is written here.
    story_id: Option<i64>,
    participants: Vec<ParticipantShape>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    websocket_url: String,
}

impl SessionShape {
    /// The session as `viewer` sees it.
    pub(super) fn new(
        session: Session,
        host_username: String,
        people: Vec<Person>,
        viewer: i64,
        now: i64,
    ) -> Self {
        let participant_count = people.len() as i64;
        Self {
            websocket_url: websocket_url(&session.session_id),
            can_join: session.is_open(now) && participant_count < session.max_participants,
            is_host: session.host_id == viewer,
            host: HostShape {
                id: session.host_id,
                username: host_username,
            },
            session_id: session.session_id,
            join_code: session.join_code,
            canvas_name: session.canvas_name,
            max_participants: session.max_participants,
            participant_count,
            story_id: session.story_id,
            participants: people.into_iter().map(ParticipantShape::from).collect(),
            created_at: Timestamp(session.created_at),
            expires_at: Timestamp(session.expires_at),
        }
    }
}

/// A session with what has been written in it so far.
#[derive(Serialize, ToSchema)]
pub struct SessionDetail {
    #[serde(flatten)]
    pub(super) session: SessionShape,
    pub(super) host_id: i64,
    pub(super) is_lobby_open: bool,
    /// `{}` until somebody writes.
    #[schema(value_type = Object)]
    pub(super) story_draft: Value,
    /// The title of the draft, or `Collaborative Story`.
    pub(super) story_title: String,
}

/// Where the socket of a session is.
pub(super) fn websocket_url(session_id: &str) -> String {
    format!("/ws/collaborate/{session_id}/")
}

/// What the apps show as a link.
pub(super) fn invite_link(session_id: &str) -> String {
    format!("/canvas/collaborate/{session_id}")
}
