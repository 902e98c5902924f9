//! Publishing, unpublishing and deleting: an author's own acts.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::Done;
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::games::making;
use crate::stories::effects::{self, Effects, XpEarned};
use crate::stories::limits;
use crate::stories::store::flags::{self, Flagged};
use crate::stories::store::{self, writing};
use crate::wire::{Error, Id, respond};

/// A story is published.
#[derive(Serialize, ToSchema)]
pub struct Published {
    success: bool,
    message: &'static str,
    story_id: i64,
    xp_earned: Option<XpEarned>,
    /// Whether the story has games.
    games_generated: bool,
    /// Why it has none; absent when it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    games_info: Option<&'static str>,
}

/// Publishes a story of one's own, and makes its games. Publishing again changes nothing and answers the same. 403 while a
/// moderator keeps it from view.
#[utoipa::path(post, path = "/api/stories/{id}/publish/", tag = "stories", params(("id" = i64, Path)),
    responses((status = 200, body = Published)))]
pub async fn publish(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(story_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let now = app.clock.now();
    let done: Result<_, Error> = app
        .database
        .write(move |conn| {
            let story = flags::one(conn, story_id)?.filter(|story| story.author_id == caller.id);
            may_publish(&story.ok_or_else(Error::not_found)?)?;
            let changed = writing::set_published(conn, story_id, caller.id, true, now)?;
            if changed.ok_or_else(Error::not_found)? {
                return Ok(effects::published(conn, caller.id, story_id, now)?);
            }
            Ok(Effects::default())
        })
        .await;
    let effects = done?;
    let xp_earned = effects.xp_earned(caller.id);
    effects.announce(&app);
    let games_info = match making::soon(&app, story_id).await {
        Some(0) => Some("This story is too short for games."),
        Some(_) => None,
        None => Some("The games of this story will be ready soon."),
    };
    Ok(respond::ok(&Published {
        success: true,
        message: "Your story is published.",
        story_id,
        xp_earned,
        games_generated: games_info.is_none(),
        games_info,
    }))
}

/// Refuses what may not be shown: a story that a moderator keeps from view, or whose author is suspended or archived.
fn may_publish(story: &Flagged) -> Result<(), Error> {
    if story.is_withheld {
        let sentence = "Somebody who keeps order here took this story from view. It can be published once they show it again.";
        return Err(Error::forbidden(sentence).code("withheld"));
    }
    if !story.is_author_active {
        let sentence =
            "Whoever began this story is not here at the moment. It can be published when they are back.";
        return Err(Error::forbidden(sentence).code("author_away"));
    }
    Ok(())
}

/// A story is a draft again.
#[derive(Serialize, ToSchema)]
pub struct Unpublished {
    success: bool,
    message: &'static str,
    story_id: i64,
    is_published: bool,
}

/// Makes a published story of one's own a draft. Likes, saves and comments stay, out of reach.
#[utoipa::path(post, path = "/api/stories/{id}/unpublish/", tag = "stories", params(("id" = i64, Path)),
    responses((status = 200, body = Unpublished)))]
pub async fn unpublish(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(story_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let now = app.clock.now();
    let done: Result<(), Error> = app
        .database
        .write(move |conn| {
            let changed = writing::set_published(conn, story_id, caller.id, false, now)?;
            if changed.ok_or_else(Error::not_found)? {
                effects::unpublished(conn, caller.id, now)?;
            }
            Ok(())
        })
        .await;
    done?;
    let message = "Your story is a draft again.";
    Ok(respond::ok(&Unpublished {
        success: true,
        message,
        story_id,
        is_published: false,
    }))
}

/// A collaborative story is published.
#[derive(Serialize, ToSchema)]
pub struct PublishedTogether {
    success: bool,
    message: &'static str,
    story_id: i64,
}

/// Publishes a collaborative story, in the name of any of its authors.
///
/// 400 with the literal `error` `already_published` and `published_by` when one of them did so before. 403 while a moderator
/// keeps it from view, or its first author is suspended or archived.
#[utoipa::path(post, path = "/api/stories/{id}/publish-collaborative/", tag = "stories", params(("id" = i64, Path)),
    responses((status = 200, body = PublishedTogether)))]
pub async fn publish_together(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(story_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let now = app.clock.now();
    let done: Result<_, Error> = app
        .database
        .write(move |conn| {
            let (story, role) = store::one(conn, story_id, Some(caller.id))?.ok_or_else(Error::not_found)?;
            if !role.may_write() {
                return Err(Error::forbidden("Only its authors can publish this story."));
            }
            if !story.is_collaborative {
                return Err(Error::bad_request("This story was not written together."));
            }
            if let Some(publisher) = writing::publisher(conn, story_id)? {
                return Err(Error::bad_request("This story is published already.")
                    .flag("error", "already_published")
                    .flag("published_by", publisher));
            }
            may_publish(&flags::one(conn, story_id)?.ok_or_else(Error::not_found)?)?;
            let (author, was_published) = (story.author_id, story.is_published);
            writing::publish_together(conn, story_id, caller.id, now)?;
            Ok(effects::published_together(
                conn,
                author,
                story_id,
                was_published,
                now,
            )?)
        })
        .await;
    done?.announce(&app);
    Ok(respond::ok(&PublishedTogether {
        success: true,
        message: "Your story is published.",
        story_id,
    }))
}

/// Deletes a story of one's own, with all that hangs on it.
#[utoipa::path(delete, path = "/api/stories/{id}/delete/", tag = "stories", params(("id" = i64, Path)),
    responses((status = 200, body = Done)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(story_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let now = app.clock.now();
    let deleted: Result<(), Error> = app
        .database
        .write(move |conn| {
            let deleted = writing::delete(conn, story_id, caller.id, now)?;
            let tally = deleted.ok_or_else(Error::not_found)?;
            Ok(effects::deleted(conn, caller.id, &tally, now)?)
        })
        .await;
    deleted?;
    Ok(respond::ok(&Done::new("The story is deleted.")))
}
