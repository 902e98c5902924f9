//! Playing: start, answer, complete, give up.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Looker, Seen, deleted_meanwhile, game, look, outdated};
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::games::limits;
use crate::games::playing::{self, Finished, Started};
use crate::games::shapes::{FinishedShape, MarkedShape, StartedShape};
use crate::games::store::attempts;
use crate::wire::{Body, Error, Fields, Id, respond};

/// The longest answer, in code points.
const LONGEST_ANSWER: usize = 500;

/// How a game is started.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct StartWanted {
    /// Begins anew although an attempt goes on.
    force_new: Option<bool>,
}

/// Starts a game, or goes on with it.
///
/// An open attempt without an answer is always the one that is started, as often as it is asked for. With `force_new` one
/// with answers is given up.
#[utoipa::path(post, path = "/api/games/{id}/start_game/", tag = "games", params(("id" = i64, Path)),
    request_body = StartWanted,
    responses((status = 201, description = "It begins.", body = StartedShape),
        (status = 200, description = "It goes on.", body = StartedShape)))]
pub async fn start(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(game_id): Id,
    Body(body): Body,
) -> Result<Response, Error> {
    app.limit(&limits::PLAY, caller.id)?;
    app.limit(&limits::SAME_START, format_args!("{game_id} {}", caller.id))?;
    let mut fields = Fields::new(body);
    let is_forced = fields.boolean("force_new").unwrap_or_default();
    fields.finish()?;

    let looker = Looker::from(&caller);
    let (game, story) = look(&app, move |conn| {
        let (game, story) = game(conn, game_id, looker)?;
        let outdated = outdated(game.story_id, &story, Some((game.revision, game.maker)));
        Ok(Seen {
            found: (game, story),
            outdated,
        })
    })
    .await?;
    if !game.is_active {
        return Err(Error::not_found());
    }
    let now = app.clock.now();
    let started: Result<Option<Started>, Error> = app
        .database
        .write_ordered(0, move |conn| {
            playing::start(conn, &game, caller.id, is_forced, now).map_err(deleted_meanwhile)
        })
        .await;
    let mut started = started?.ok_or_else(Error::not_found)?;
    std::mem::take(&mut started.earned).announce(&app);
    let shape = StartedShape::new(game.kind, game.story_id, story.title, started);
    Ok(if shape.is_resume {
        respond::ok(&shape)
    } else {
        respond::created(&shape)
    })
}

/// An attempt was given up, or there was none.
#[derive(Serialize, ToSchema)]
pub struct Cleared {
    message: &'static str,
    success: bool,
}

/// Gives up the attempt that goes on. 404 when there is none.
#[utoipa::path(post, path = "/api/games/{id}/clear_incomplete/", tag = "games", params(("id" = i64, Path)),
    responses((status = 200, body = Cleared)))]
pub async fn clear_incomplete(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(game_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::PLAY, caller.id)?;
    let now = app.clock.now();
    let cleared: Result<bool, Error> = app
        .database
        .write_ordered(0, move |conn| Ok(playing::clear(conn, game_id, caller.id, now)?))
        .await;
    if !cleared? {
        return Err(Error::not_found());
    }
    Ok(respond::ok(&Cleared {
        message: "The game begins anew the next time.",
        success: true,
    }))
}

/// An answer to a question.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewAnswer {
    attempt_id: i64,
    question_id: i64,
    /// What was chosen; of a word search the words that were found, in any order and direction, with commas in between.
    #[schema(max_length = 500)]
    answer: String,
}

/// Takes an answer.
///
/// The first answer to a question stands: sent again it is answered the same, whatever it says then. What comes after the
/// attempt is over is marked and not stored. 404 for a question that the text does not give any more, unless the attempt has
/// it.
#[utoipa::path(post, path = "/api/games/submit_answer/", tag = "games", request_body = NewAnswer,
    responses((status = 200, body = MarkedShape)))]
pub async fn submit_answer(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body,
) -> Result<Response, Error> {
    app.limit(&limits::ANSWER, caller.id)?;
    let mut fields = Fields::new(body);
    let attempt_id = id(&mut fields, "attempt_id");
    let question_id = id(&mut fields, "question_id");
    let has_answer = fields.has("answer");
    let answer = fields.text("answer", LONGEST_ANSWER);
    if !has_answer {
        fields.refuse("answer", "This field is required.");
    }
    fields.finish()?;
    let answer = answer.unwrap_or_default();

    let now = app.clock.now();
    let marked: Result<_, Error> = app
        .database
        .write_ordered(0, move |conn| {
            let (player, is_staff) = (caller.id, caller.is_admin);
            playing::submit(conn, player, is_staff, attempt_id, question_id, &answer, now)
                .map_err(deleted_meanwhile)
        })
        .await;
    let marked = marked?.ok_or_else(Error::not_found)?;
    Ok(respond::ok(&MarkedShape::from(marked)))
}

/// Which attempt.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct AttemptDone {
    attempt_id: i64,
}

/// Completes an attempt, and pays it. One that is over is answered with what came of it, and not paid again.
#[utoipa::path(post, path = "/api/games/complete/", tag = "games", request_body = AttemptDone,
    responses((status = 200, body = FinishedShape)))]
pub async fn complete(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body,
) -> Result<Response, Error> {
    app.limit(&limits::PLAY, caller.id)?;
    let mut fields = Fields::new(body);
    let attempt_id = id(&mut fields, "attempt_id");
    fields.finish()?;

    let attempt = app
        .read(move |conn| attempts::one(conn, attempt_id, caller.id)?.ok_or_else(Error::not_found))
        .await?;
    // One that is over can be looked at as often as an answer is lost.
    if attempt.is_open() {
        let same = format_args!("{} {}", attempt.game_id, caller.id);
        app.limit(&limits::SAME_COMPLETION, same)?;
    }
    let now = app.clock.now();
    let finished: Result<Option<Finished>, Error> = app
        .database
        .write_ordered(0, move |conn| {
            playing::complete(conn, caller.id, attempt_id, now).map_err(deleted_meanwhile)
        })
        .await;
    let mut finished = finished?.ok_or_else(Error::not_found)?;
    std::mem::take(&mut finished.earned).announce(&app);
    Ok(respond::ok(&FinishedShape::from(finished)))
}

/// An id that must be there; the apps send ids of their own below 0 for what they have not sent yet, which are 404.
fn id(fields: &mut Fields, name: &str) -> i64 {
    let was_sent = fields.has(name);
    match fields.integer(name) {
        Some(0) => fields.refuse(name, "This is no id."),
        Some(id) => return id,
        None if !was_sent => fields.refuse(name, "This field is required."),
        None => {}
    }
    0
}
