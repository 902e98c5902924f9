//! An author asks for the games of a story.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Looker, story};
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::games::limits;
use crate::games::making::{When, renew};
use crate::games::rules::may_generate;
use crate::games::store::lists::{self, Listed};
use crate::wire::{Body, Error, Fields, respond};

/// Which story.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct GamesWanted {
    story_id: i64,
    /// Makes them again although there are some. The same text gives the same games.
    regenerate: Option<bool>,
}

/// The games of a story.
#[derive(Serialize, ToSchema)]
pub struct GamesMade {
    message: &'static str,
    /// By their types; those that the text does not give are left out.
    games: BTreeMap<&'static str, GameMade>,
}

/// A game of a story.
#[derive(Serialize, ToSchema)]
pub struct GameMade {
    id: i64,
    /// Of one play.
    questions_count: i64,
}

/// Makes the games of a published story, for its authors. 400 for a text that gives none.
#[utoipa::path(post, path = "/api/games/generate/", tag = "games", request_body = GamesWanted,
    responses((status = 201, description = "They were made.", body = GamesMade),
        (status = 200, description = "There were some already.", body = GamesMade)))]
pub async fn generate(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body,
) -> Result<Response, Error> {
    app.limit(&limits::GENERATE, caller.id)?;
    let mut fields = Fields::new(body);
    let story_id = fields.integer("story_id");
    if story_id.is_none() && !fields.has("story_id") {
        fields.refuse("story_id", "This field is required.");
    }
    let again = fields.boolean("regenerate").unwrap_or_default();
    fields.finish()?;
    let story_id = story_id.unwrap_or_default();

    let looker = Looker::from(&caller);
    let (story, before) = app
        .read(move |conn| Ok((story(conn, story_id, looker)?, listed(conn, story_id)?)))
        .await?;
    if !may_generate(story.role, caller.is_admin) {
        return Err(Error::forbidden(
            "Only its authors can have games made of this story.",
        ));
    }
    if !story.is_published {
        return Err(Error::bad_request(
            "Publish the story first. Then it gets its games.",
        ));
    }
    let when = if again { When::Always } else { When::Changed };
    renew(&app, story_id, when).await?;
    let games = app.read(move |conn| Ok(listed(conn, story_id)?)).await?;
    if games.is_empty() {
        return Err(Error::bad_request(
            "This story is too short for games. Write a little more.",
        ));
    }
    let games = games.into_iter().map(|game| {
        let made = GameMade {
            id: game.id,
            questions_count: game.questions_count,
        };
        (game.kind.key(), made)
    });
    let games = games.collect();
    Ok(if again || before.is_empty() {
        let message = "The games of your story are ready.";
        respond::created(&GamesMade { message, games })
    } else {
        let message = "Your story has games already.";
        respond::ok(&GamesMade { message, games })
    })
}

fn listed(conn: &mut database::Conn<'_>, story_id: i64) -> Result<Vec<Listed>, database::Error> {
    let shelf = lists::of_story(conn, story_id, 0)?;
    Ok(shelf.map(|shelf| shelf.games).unwrap_or_default())
}
