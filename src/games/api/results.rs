//! What came of playing: one attempt, and all of them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::accounts::auth::Caller;
use crate::app::App;
use crate::games::shapes::{AttemptShape, RecentAttempt};
use crate::games::store::lists::{self, Stats};
use crate::games::store::{self, attempts, questions};
use crate::stories::store::known;
use crate::wire::{Error, Id, respond};

/// How one has played until now.
#[derive(Serialize, ToSchema)]
pub struct GameStats {
    games_played: i64,
    /// One decimal; 0 before the first game.
    #[schema(value_type = f64)]
    average_score: Value,
    total_xp_earned: i64,
    perfect_scores: i64,
    /// The newest first.
    recent_attempts: Vec<RecentAttempt>,
}

/// How one has played until now, and the last five attempts.
#[utoipa::path(get, path = "/api/games/my_stats/", tag = "games", responses((status = 200, body = GameStats)))]
pub async fn my_stats(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    let (stats, recent, mut titles) = app
        .read(move |conn| {
            let stats = lists::stats(conn, caller.id)?;
            let recent = lists::recent(conn, caller.id)?;
            let stories = recent.iter().map(|attempt| attempt.story_id).collect();
            let titles = known::titles(conn, stories, caller.id)?;
            Ok((stats, recent, titles))
        })
        .await?;
    let Stats {
        played,
        average,
        xp,
        perfect,
    } = stats;
    let recent = recent.into_iter().map(|attempt| {
        let title = titles.entry(attempt.story_id).or_default().clone();
        RecentAttempt::new(&attempt, title)
    });
    Ok(respond::ok(&GameStats {
        games_played: played,
        average_score: average.map_or(Value::from(0), |share| {
            Value::from((share * 1000.0).round() / 10.0)
        }),
        total_xp_earned: xp,
        perfect_scores: perfect,
        recent_attempts: recent.collect(),
    }))
}

/// One of one's attempts, as far as it came.
#[utoipa::path(get, path = "/api/games/attempt/{id}/", tag = "games", params(("id" = i64, Path)),
    responses((status = 200, body = AttemptShape)))]
pub async fn attempt(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(attempt_id): Id,
) -> Result<Response, Error> {
    let (attempt, game, title, answers) = app
        .read(move |conn| {
            let attempt = attempts::one(conn, attempt_id, caller.id)?.ok_or_else(Error::not_found)?;
            let game = store::game(conn, attempt.game_id)?.ok_or_else(Error::not_found)?;
            let mut titles = known::titles(conn, vec![game.story_id], caller.id)?;
            let title = titles.remove(&game.story_id).unwrap_or_default();
            let answers = questions::answered(conn, attempt_id)?;
            Ok((attempt, game, title, answers))
        })
        .await?;
    Ok(respond::ok(&AttemptShape::new(
        &attempt, game.kind, title, answers,
    )))
}
