//! The addresses of sessions, by what people come for.

pub mod conduct;
pub mod drafts;
pub mod invites;
pub mod joining;
pub mod lists;
pub mod log;
pub mod presence;
pub mod sessions;
pub mod shapes;
pub mod stories;
pub mod votes;

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use database::Conn;
use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, Member, Role, Session};
use crate::app::App;
use crate::pictures::Reader;
use crate::pictures::stream::{self, Part};
use crate::wire::Error;

/// One sentence.
#[derive(Serialize, ToSchema)]
#[schema(as = CollaborationDone)]
pub struct Done {
    success: bool,
    message: &'static str,
}

impl Done {
    fn new(message: &'static str) -> Self {
        Self {
            success: true,
            message,
        }
    }
}

/// The name of a session in a path. Whatever cannot be one is the name of none.
#[derive(Clone, Debug)]
pub struct SessionId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for SessionId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        const LONGEST: usize = 100;
        let name = Path::<String>::from_request_parts(parts, state)
            .await
            .map_or_else(|_| String::new(), |Path(name)| name);
        let fits = name.len() <= LONGEST
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        Ok(Self(if fits { name } else { String::new() }))
    }
}

/// 200 with the story as it stands, which may be long: sent as fast as its reader takes it.
async fn long<T: Serialize>(app: &Arc<App>, reader: i64, answer: &T) -> Result<Response, Error> {
    let json = serde_json::to_string(answer).map_err(|error| Error::internal(&error))?;
    let body = stream::of_parts(app, Reader::Account(reader), vec![Part::Json(json)]).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// A session that is not over, locked for a change; 404 otherwise.
fn open(conn: &mut Conn<'_>, session_id: &str, now: i64) -> Result<Session, Error> {
    let session = store::lock(conn, session_id)?.ok_or_else(Error::not_found)?;
    if session.is_open(now) {
        Ok(session)
    } else {
        Err(Error::not_found())
    }
}

/// The same for somebody who has to be in it, with their place; 403 otherwise.
fn open_inside(
    conn: &mut Conn<'_>,
    session_id: &str,
    user_id: i64,
    now: i64,
) -> Result<(Session, Member), Error> {
    let session = open(conn, session_id, now)?;
    match store::member(conn, session.id, user_id)? {
        Some(member) if member.is_in() => Ok((session, member)),
        _ => Err(Error::forbidden(
            "Only those who are in this session can do that.",
        )),
    }
}

/// The same for its host; 403 otherwise.
fn open_as_host(conn: &mut Conn<'_>, session_id: &str, user_id: i64, now: i64) -> Result<Session, Error> {
    let session = open(conn, session_id, now)?;
    host_only(&session, user_id)?;
    Ok(session)
}

fn host_only(session: &Session, user_id: i64) -> Result<(), Error> {
    if session.host_id == user_id {
        Ok(())
    } else {
        Err(Error::forbidden("Only the host of this session can do that."))
    }
}

/// How somebody stands to a session that they may know of; 404 otherwise. One query.
fn seen(conn: &mut Conn<'_>, session_id: &str, viewer: i64, now: i64) -> Result<store::Standing, Error> {
    store::standing(conn, session_id, viewer, now)?
        .filter(|standing| standing.may_see(now))
        .ok_or_else(Error::not_found)
}

/// A role as the wire spells it.
fn role_name(is_host: bool) -> &'static str {
    if is_host { Role::Host } else { Role::Participant }.name()
}
