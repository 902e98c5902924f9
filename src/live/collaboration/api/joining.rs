//! Coming in by a code.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::SessionShape;
use crate::accounts::auth::Caller;
use crate::app::{App, ClientAddress};
use crate::live::collaboration::rules::CODE_LENGTH;
use crate::live::collaboration::store::members::{self, Admitted, Refusal};
use crate::live::collaboration::store::{self, sessions};
use crate::live::collaboration::{change, limits};
use crate::stories::store::together;
use crate::wire::{Body, Error, Fields, respond};

/// A code.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct CodeForm {
    /// Five characters, in capitals or not.
    join_code: String,
}

/// The caller is in a session now.
#[derive(Serialize, ToSchema)]
pub struct Joined {
    success: bool,
    session: SessionShape,
}

/// Joins a session by its code. Whoever had a place gets it back, even when all are taken.
///
/// 404 when no session has this code that has not ended, 403 when its time has passed, when it is full, or when the host
/// has put the caller out.
#[utoipa::path(post, path = "/api/collaborate/join-by-code/", tag = "collaboration", request_body = CodeForm,
    responses((status = 200, body = Joined)))]
pub async fn by_code(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    ClientAddress(network): ClientAddress,
    Body(body): Body,
) -> Result<Response, Error> {
    app.limit(&limits::JOIN, caller.id)?;
    let now = app.clock.now();
    app.limits.look(&limits::WRONG_CODE, &network, now)?;
    let code = read(Fields::new(body))?;
    let user_id = caller.id;
    let joined = change(&app, move |conn| {
        let Some(session_id) = sessions::coded(conn, &code)? else {
            return Ok(None);
        };
        let session = store::lock(conn, &session_id)?;
        let Some(session) = session.filter(|session| session.ended_at.is_none()) else {
            return Ok(None);
        };
        let admitted = members::join(conn, &session, user_id, now)?.map_err(|why| match why {
            // The code was right.
            Refusal::Expired => Error::forbidden("The time of this session has passed."),
            why => refusal(why),
        })?;
        welcome(conn, &admitted)?;
        let people = store::people(conn, session.id)?;
        let host = store::names(conn, session.host_id)?.map_or_else(String::new, |(name, _)| name);
        Ok(Some(SessionShape::new(
            admitted.session,
            host,
            people,
            user_id,
            now,
        )))
    });
    let Some(session) = joined.await? else {
        app.limit(&limits::WRONG_CODE, &network)?;
        return Err(Error::not_found());
    };
    Ok(respond::ok(&Joined {
        success: true,
        session,
    }))
}

fn read(mut fields: Fields) -> Result<String, Error> {
    const LONGEST: usize = 100;
    let code = fields.required_text("join_code", LONGEST).to_ascii_uppercase();
    let is_code = code.len() == CODE_LENGTH && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !code.is_empty() && !is_code {
        fields.refuse("join_code", "A join code has five letters and digits.");
    }
    fields.finish()?;
    Ok(code)
}

/// Makes whoever came in a co-author of the story that is written there.
pub(super) fn welcome(conn: &mut Conn<'_>, admitted: &Admitted) -> Result<(), Error> {
    if let Some(story_id) = admitted.session.story_id {
        together::add_author(conn, story_id, admitted.member.user_id)?;
    }
    Ok(())
}

/// Why somebody does not come in, as the wire says it.
pub(super) fn refusal(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Gone | Refusal::Expired => Error::not_found(),
        Refusal::Kicked => Error::forbidden("The host has ended your part in this session."),
        Refusal::Full => Error::forbidden("This session is full."),
        Refusal::Stranger => Error::forbidden("You are not part of this session."),
    }
}
