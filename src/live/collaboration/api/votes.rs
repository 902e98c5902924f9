//! Asking everybody whether to save the story.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SessionId, open_inside};
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::live::collaboration::events::{self, QUESTION, RoomEvent};
use crate::live::collaboration::rules;
use crate::live::collaboration::store::votes::{self, Cast};
use crate::live::collaboration::{change, limits, store};
use crate::wire::{Body, Error, Fields, respond};

/// A vote has begun.
#[derive(Serialize, ToSchema)]
pub struct VoteStarted {
    success: bool,
    vote_id: String,
    total_participants: i64,
}

/// Asks everybody who is in the session whether to save the story. For those who are in it.
///
/// Whoever has not answered after twelve seconds does not count. 409 while another vote is open.
#[utoipa::path(post, path = "/api/collaborate/{session_id}/vote/", tag = "collaboration",
    params(("session_id" = String, Path)), responses((status = 200, body = VoteStarted)))]
pub async fn start(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    SessionId(session_id): SessionId,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let now = app.clock.now();
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| Error::internal(&error))?;
    let vote_id = rules::uuid(random);
    let name = vote_id.clone();
    let started = change(&app, move |conn| {
        let (session, _) = open_inside(conn, &session_id, caller.id, now)?;
        let start = votes::start(conn, session.id, &name, caller.id, now)?;
        let electors = start
            .electors
            .ok_or_else(|| Error::conflict("A vote is open already."))?;
        let username = store::names(conn, caller.id)?.map_or_else(String::new, |(name, _)| name);
        Ok((session.id, start.closed, electors, username))
    });
    let (collaboration_id, closed, total_participants, username) = started.await?;
    if let Some(ballot) = closed {
        events::announce(&app, collaboration_id, &RoomEvent::vote_result(&ballot));
    }
    let event = RoomEvent::VoteInitiated {
        vote_id: vote_id.clone(),
        initiated_by: caller.id,
        initiated_by_username: username,
        total_participants,
        question: QUESTION.to_owned(),
    };
    events::announce(&app, collaboration_id, &event);
    Ok(respond::ok(&VoteStarted {
        success: true,
        vote_id,
        total_participants,
    }))
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct VoteForm {
    vote_id: String,
    agree: bool,
}

/// A vote as it stands after an answer.
#[derive(Serialize, ToSchema)]
pub struct VoteStands {
    success: bool,
    vote_complete: bool,
    /// Present when it is complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved: Option<bool>,
    yes_votes: i64,
    no_votes: i64,
    total_participants: i64,
}

/// Answers a vote. The first answer of each counts; a later one, and one after the end, changes nothing.
#[utoipa::path(post, path = "/api/collaborate/{session_id}/vote/cast/", tag = "collaboration",
    params(("session_id" = String, Path)), request_body = VoteForm, responses((status = 200, body = VoteStands)))]
pub async fn cast(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    SessionId(session_id): SessionId,
    Body(body): Body,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let mut fields = Fields::new(body);
    let vote_id = fields.required_text("vote_id", 100);
    if !fields.has("agree") {
        fields.refuse("agree", "This field is required.");
    }
    let agree = fields.boolean("agree").unwrap_or_default();
    fields.finish()?;
    let now = app.clock.now();
    let cast = change(&app, move |conn| {
        let (session, _) = open_inside(conn, &session_id, caller.id, now)?;
        let cast = votes::cast(conn, session.id, &vote_id, caller.id, agree, now)?;
        Ok((session.id, cast.ok_or_else(Error::not_found)?))
    });
    let (collaboration_id, cast) = cast.await?;
    announce(&app, collaboration_id, &cast);
    Ok(respond::ok(&VoteStands {
        success: true,
        vote_complete: cast.ballot.approved.is_some(),
        approved: cast.ballot.approved,
        yes_votes: cast.ballot.yes(),
        no_votes: cast.ballot.no(),
        total_participants: cast.ballot.electors,
    }))
}

fn announce(app: &App, collaboration_id: i64, cast: &Cast) {
    if cast.counted {
        events::announce(app, collaboration_id, &RoomEvent::vote_update(&cast.ballot));
    }
    if cast.closed {
        events::announce(app, collaboration_id, &RoomEvent::vote_result(&cast.ballot));
    }
}
