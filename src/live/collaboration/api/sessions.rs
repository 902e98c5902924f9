//! A session is made, and looked at.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::shapes::{SessionDetail, SessionShape, invite_link, websocket_url};
use super::{SessionId, long, seen};
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::live::collaboration::limits;
use crate::live::collaboration::room;
use crate::live::collaboration::rules::{
    self, CODE_LENGTH, DEFAULT_HOURS, DEFAULT_NAME, DEFAULT_PLACES, HOURS, LONGEST_NAME, MOST_HOSTED, PLACES,
};
use crate::live::collaboration::store::sessions::{EndedBy, NewSession};
use crate::live::collaboration::store::{self, Session, Standing, sessions};
use crate::wire::{Body, ETag, Error, Fields, Timestamp, respond};

/// Codes that are tried for one session: with a million of them in use all eight are taken once in 10^12 times.
const CODES: usize = 8;

/// A session to be made.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct SessionForm {
    /// `Untitled Canvas` when absent or blank; cut after 200 characters.
    canvas_name: Option<String>,
    /// 2 to 10, 10 when absent.
    max_participants: Option<i64>,
    /// 1 to 72, 24 when absent.
    duration_hours: Option<f64>,
}

/// A session was made.
#[derive(Serialize, ToSchema)]
pub struct SessionMade {
    success: bool,
    session: NewSessionShape,
}

/// A session as its host gets it at first.
#[derive(Serialize, ToSchema)]
pub struct NewSessionShape {
    session_id: String,
    join_code: Option<String>,
    canvas_name: String,
    invite_link: String,
    max_participants: i64,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    websocket_url: String,
}

impl From<Session> for NewSessionShape {
    fn from(session: Session) -> Self {
        Self {
            invite_link: invite_link(&session.session_id),
            websocket_url: websocket_url(&session.session_id),
            session_id: session.session_id,
            join_code: session.join_code,
            canvas_name: session.canvas_name,
            max_participants: session.max_participants,
            expires_at: Timestamp(session.expires_at),
        }
    }
}

/// Makes a session, whose host the caller is.
///
/// Five may be open at a time; one that everybody has left ends to make room, and 409 when there is none.
#[utoipa::path(post, path = "/api/collaborate/create/", tag = "collaboration", request_body = SessionForm,
    responses((status = 201, body = SessionMade)))]
pub async fn create(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body,
) -> Result<Response, Error> {
    app.limit(&limits::CREATE, caller.id)?;
    let now = app.clock.now();
    let new = read(&app, Fields::new(body), now)?;
    // Not one session but how many there are decides: on PostgreSQL two at once must not overlook each other.
    let made = app.write(move |conn| {
        let hosted = sessions::hosted(conn, caller.id, now)?;
        if hosted.len() >= MOST_HOSTED {
            // Nobody is in it who would have to be told.
            let deserted = hosted.into_iter().find(|(_, is_used)| !is_used);
            let (id, _) = deserted.ok_or_else(too_many)?;
            sessions::end(conn, id, EndedBy::Host, now)?;
        }
        let made = sessions::insert(conn, caller.id, &new, now)?;
        made.ok_or_else(|| Error::unavailable(1))
    });
    let made = made.await?;
    Ok(respond::created(&SessionMade {
        success: true,
        session: made.into(),
    }))
}

fn too_many() -> Error {
    Error::conflict("You have five sessions open. Please end one of them first.")
}

/// What is asked for, with all that is random in it: the closure may run twice.
fn read(app: &App, mut fields: Fields, now: i64) -> Result<NewSession, Error> {
    let name = fields.text("canvas_name", usize::MAX).unwrap_or_default();
    let places = fields.integer("max_participants").unwrap_or(DEFAULT_PLACES);
    let duration = duration(&mut fields);
    fields.finish()?;
    let name: String = app
        .words
        .masker()
        .mask(&name)
        .chars()
        .take(LONGEST_NAME)
        .collect();
    let mut bytes = [0; 16 + CODES * CODE_LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(&error))?;
    let (uuid, codes) = bytes.split_at(16);
    let (codes, _) = codes.as_chunks::<CODE_LENGTH>();
    Ok(NewSession {
        session_id: rules::uuid(uuid.try_into().unwrap_or_default()),
        join_codes: codes.iter().map(|code| rules::join_code(*code)).collect(),
        canvas_name: if name.is_empty() {
            DEFAULT_NAME.to_owned()
        } else {
            name
        },
        max_participants: places.clamp(*PLACES.start(), *PLACES.end()),
        expires_at: now + duration,
    })
}

/// How long it shall last, in microseconds. The hours are not always a whole number.
fn duration(fields: &mut Fields) -> i64 {
    let hours = match fields.raw("duration_hours") {
        None => Some(DEFAULT_HOURS),
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    let Some(hours) = hours.filter(|hours: &f64| hours.is_finite()) else {
        fields.refuse("duration_hours", "A number is needed.");
        return 0;
    };
    let seconds = hours.clamp(*HOURS.start(), *HOURS.end()) * 3600.0;
    Duration::from_secs_f64(seconds)
        .as_micros()
        .try_into()
        .unwrap_or(i64::MAX)
}

/// A session.
#[derive(Serialize, ToSchema)]
pub struct SessionAnswer {
    success: bool,
    session: SessionDetail,
}

/// A session with what has been written in it, which the lobby asks for every two seconds.
///
/// For those who have a place in it and those who are invited; 404 for all others, and when it is over.
#[utoipa::path(get, path = "/api/collaborate/{session_id}/", tag = "collaboration", params(("session_id" = String, Path)),
    responses((status = 200, body = SessionAnswer), (status = 304, description = "Nothing changed.")))]
pub async fn detail(
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
    let story_draft = if standing.session.last_number == 0 {
        json!({})
    } else {
        let glance = room::glance(&app, standing.session.id).await?;
        standing.session.last_number = glance.number;
        glance.draft.to_json()
    };
    let tag = self::tag(&standing, viewer, now);
    let title = story_draft["title"].as_str().filter(|title| !title.is_empty());
    let session = SessionDetail {
        host_id: standing.session.host_id,
        is_lobby_open: standing.session.is_lobby_open,
        story_title: title.unwrap_or("Collaborative Story").to_owned(),
        story_draft,
        session: SessionShape::new(standing.session, standing.host_username, people, viewer, now),
    };
    let answer = SessionAnswer {
        success: true,
        session,
    };
    Ok(tag.on(long(&app, viewer, &answer).await?))
}

/// The version of what somebody sees of a session and of those who are in it. Of an answer that says how the room stands,
/// with the number up to which it does: a room hears of what other servers did a moment later, and what is older than the
/// database must not be held for new.
pub(super) fn tag(standing: &Standing, viewer: i64, now: i64) -> ETag {
    let session = &standing.session;
    ETag::of(|parts| {
        for number in [
            session.id,
            session.version,
            session.last_number,
            standing.names_version,
            viewer,
            i64::from(session.is_open(now)),
        ] {
            parts.number(number);
        }
    })
}
