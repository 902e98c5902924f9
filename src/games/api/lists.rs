//! Which games there are: everywhere, of a story, and what is asked in one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Looker, Seen, game, look, outdated, story};
use crate::accounts::auth::{Caller, Viewer};
use crate::app::App;
use crate::games::rules::{PLAYED, may_generate};
use crate::games::shapes::{CheckedGame, GameShape, QuestionShape, StoryWithGames};
use crate::games::store::lists::{self, Listed, Shelf, count_of};
use crate::games::store::questions;
use crate::stories::rules::Role;
use crate::stories::store::known::{self, Counted, Known};
use crate::wire::origin::Origin;
use crate::wire::{Error, Id, respond};

/// Stories in the list of those that have games; it has no pages.
const MOST_LISTED: i64 = 500;
/// Bytes of their texts at most: an answer that is built whole stays small.
const MOST_BYTES: usize = 160 * 1024;

/// Stories that have games.
#[derive(Serialize, ToSchema)]
pub struct AvailableStories {
    stories: Vec<StoryWithGames>,
    total: usize,
}

/// The published stories that have games, the newest first; up to 500.
#[utoipa::path(get, path = "/api/games/available_stories/", tag = "games", security((), ("bearer" = [])),
    responses((status = 200, body = AvailableStories), (status = 304, description = "Nothing changed.")))]
pub async fn available_stories(
    State(app): State<Arc<App>>,
    _: Viewer,
    origin: Origin,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let found = app
        .read(|conn| Ok(known::counted(conn, &count_of("s.id"), MOST_LISTED)?))
        .await?;
    let stories: Vec<StoryWithGames> = within_bounds(found)
        .map(|story| StoryWithGames::new(story, &origin))
        .collect();
    Ok(respond::polled(
        &headers,
        &AvailableStories {
            total: stories.len(),
            stories,
        },
    ))
}

/// As many of them as may be sent in one piece.
fn within_bounds(stories: Vec<Counted>) -> impl Iterator<Item = Counted> {
    let mut left = MOST_BYTES;
    stories.into_iter().take_while(move |story| {
        let bytes = story.title.len() + story.author_name.len() + story.public_cover.len();
        let fits = bytes <= left;
        left = left.saturating_sub(bytes);
        fits
    })
}

/// The games of a story.
#[derive(Serialize, ToSchema)]
pub struct GamesOfStory {
    story_id: i64,
    story_title: String,
    games: Vec<GameShape>,
}

/// A story and its games, as somebody sees them.
type StoryGames = (Known, Vec<Listed>);

fn games_of(conn: &mut Conn<'_>, story_id: i64, looker: Looker) -> Result<Seen<StoryGames>, Error> {
    let story = story(conn, story_id, looker)?;
    let shelf = lists::of_story(conn, story_id, looker.id.unwrap_or_default())?;
    let made = shelf.as_ref().map(|shelf| (shelf.revision, shelf.maker));
    let outdated = outdated(story_id, &story, made);
    let games = shelf.map(|Shelf { games, .. }| games).unwrap_or_default();
    Ok(Seen {
        found: (story, games),
        outdated,
    })
}

/// The games of a story, with how the caller has played them.
#[utoipa::path(get, path = "/api/games/story/{id}/", tag = "games", security((), ("bearer" = [])),
    params(("id" = i64, Path)), responses((status = 200, body = GamesOfStory)))]
pub async fn of_story(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Id(story_id): Id,
) -> Result<Response, Error> {
    let looker = Looker::from(viewer.0.as_ref());
    let (story, games) = look(&app, move |conn| games_of(conn, story_id, looker)).await?;
    Ok(respond::ok(&GamesOfStory {
        story_id,
        story_title: story.title,
        games: games.into_iter().map(Into::into).collect(),
    }))
}

/// Whether a story has games, and whether the caller may make them.
#[derive(Serialize, ToSchema)]
pub struct GamesCheck {
    story_id: i64,
    story_title: String,
    has_games: bool,
    games_count: usize,
    games: Vec<CheckedGame>,
    /// Whether the caller is the main author.
    is_author: bool,
    is_published: bool,
    can_generate: bool,
}

/// Whether a story has games, and whether the caller, as one of its authors, may have them made.
#[utoipa::path(get, path = "/api/games/check/{id}/", tag = "games", params(("id" = i64, Path)),
    responses((status = 200, body = GamesCheck)))]
pub async fn check(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(story_id): Id,
) -> Result<Response, Error> {
    let looker = Looker::from(&caller);
    let (story, games) = look(&app, move |conn| games_of(conn, story_id, looker)).await?;
    Ok(respond::ok(&GamesCheck {
        story_id,
        story_title: story.title,
        has_games: !games.is_empty(),
        games_count: games.len(),
        games: games.into_iter().map(Into::into).collect(),
        is_author: story.role == Role::Author,
        is_published: story.is_published,
        can_generate: may_generate(story.role, caller.is_admin),
    }))
}

/// A game with all its answers.
#[derive(Serialize, ToSchema)]
pub struct GamePreview {
    game_id: i64,
    game_type: &'static str,
    game_type_display: &'static str,
    total_questions: usize,
    questions: Vec<QuestionShape>,
    story_id: i64,
    story_title: String,
}

/// The questions of a game with their answers: for guests, and for devices that will play without a connection. They are
/// those of somebody's first attempt.
#[utoipa::path(get, path = "/api/games/{id}/preview/", tag = "games", security((), ("bearer" = [])),
    params(("id" = i64, Path)), responses((status = 200, body = GamePreview)))]
pub async fn preview(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Id(game_id): Id,
) -> Result<Response, Error> {
    let looker = Looker::from(viewer.0.as_ref());
    let (game, story, mut questions) = look(&app, move |conn| {
        let (game, story) = game(conn, game_id, looker)?;
        let outdated = outdated(game.story_id, &story, Some((game.revision, game.maker)));
        let questions = questions::of_game(conn, game_id)?;
        Ok(Seen {
            found: (game, story, questions),
            outdated,
        })
    })
    .await?;
    questions.truncate(PLAYED);
    if !game.is_active || questions.is_empty() {
        return Err(Error::not_found());
    }
    Ok(respond::ok(&GamePreview {
        game_id,
        game_type: game.kind.key(),
        game_type_display: game.kind.label(),
        total_questions: questions.len(),
        questions: QuestionShape::previewed(game.kind, questions),
        story_id: game.story_id,
        story_title: story.title,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_cut_where_it_would_be_too_long_to_be_sent_in_one_piece() {
        let story = |id, length: usize| Counted {
            id,
            title: "é".repeat(length / 2),
            public_cover: String::new(),
            category: "other".to_owned(),
            author_name: "Mira".to_owned(),
            count: 1,
        };
        let many = |length| within_bounds((0..500).map(|id| story(id, length)).collect()).count();
        assert_eq!(many(60), 500);
        assert_eq!(many(800), MOST_BYTES / 804);
    }
}
