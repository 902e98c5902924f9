//! What becomes of single stories and comments: taken from view, approved, deleted.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use database::Conn;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::acting::{self, Act, Deed};
use super::super::rules::LONGEST_REASON;
use super::super::shapes::AdminDone;
use super::super::telling;
use super::LARGEST;
use crate::accounts::auth::Administrator;
use crate::app::App;
use crate::notifications::store::Notification;
use crate::stories::effects::{self, Effects};
use crate::stories::store::overseen::{self, Moderated};
use crate::stories::store::{comments, together, writing};
use crate::wire::{Body, Error, Fields, Id, respond};

/// What is to become of a story.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct StoryVerdict {
    /// `unpublish`, `delete` or `approve`.
    action: String,
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// What came of it.
#[derive(Default)]
struct Came {
    told: Vec<Notification>,
    effects: Effects,
}

/// Takes a story from view, deletes it, or approves it: that publishes it and lifts its flag. Its authors are told but for
/// the last. What is as it should be already stays.
#[utoipa::path(post, path = "/api/admin/moderation/story/{id}/", tag = "admin", params(("id" = i64, Path)),
    request_body = StoryVerdict, responses((status = 200, body = AdminDone)))]
pub async fn story(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Id(story_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let action = fields.choice("action", &["unpublish", "delete", "approve"]);
    let reason = fields.nullable_text("reason", LONGEST_REASON).flatten();
    fields.finish()?;
    let action = action.ok_or_else(|| Error::field("action", "This field is required."))?;
    let (action, message) = match action.as_str() {
        "unpublish" => ("unpublish", "The story is a draft again."),
        "delete" => ("delete", "The story is deleted."),
        _ => ("approve", "The story is approved."),
    };
    let reason = reason.unwrap_or_default();
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        let story = overseen::moderated(conn, story_id)?.ok_or_else(Error::not_found)?;
        match action {
            "unpublish" => unpublish(conn, act, story_id, &story, &reason),
            "delete" => delete(conn, act, story_id, &story, &reason),
            _ => approve(conn, act, story_id, &story),
        }
    };
    let after = |app: &App, came: &Came| {
        telling::announce(app, &came.told);
        came.effects.clone().announce(app);
    };
    acting::perform(&app, admin, Deed::on(action, "story", story_id), work, after).await?;
    Ok(respond::ok(&AdminDone::new(message)))
}

/// The authors of a story: one, or all of a collaborative one.
fn authors(conn: &mut Conn<'_>, story_id: i64, story: &Moderated) -> Result<Vec<i64>, Error> {
    let mut authors = vec![story.author_id];
    if story.is_collaborative {
        authors.extend(together::authors(conn, story_id)?);
        authors.sort_unstable();
        authors.dedup();
    }
    Ok(authors)
}

fn tell(
    conn: &mut Conn<'_>,
    act: &Act<'_>,
    authors: Vec<i64>,
    (title, message): (&str, String),
    story_id: Option<i64>,
) -> Result<Vec<Notification>, Error> {
    let told = authors
        .into_iter()
        .map(|author| telling::store(conn, author, title, message.clone(), story_id, act.now));
    Ok(told.collect::<Result<_, _>>()?)
}

fn unpublish(
    conn: &mut Conn<'_>,
    act: &Act<'_>,
    story_id: i64,
    story: &Moderated,
    reason: &str,
) -> Result<Came, Error> {
    if !story.tally.is_published && !story.is_hidden {
        return Ok(Came::default());
    }
    let changed = writing::set_published(conn, story_id, story.author_id, false, act.now)?;
    if changed == Some(true) {
        effects::unpublished(conn, story.author_id, act.now)?;
    }
    if story.is_hidden {
        // It does not come back with its author.
        overseen::keep_hidden(conn, story_id, false, act.now)?;
    }
    act.note(conn, reason)?;
    let authors = authors(conn, story_id, story)?;
    let sentence = format!("“{}” was taken from view by an administrator.", story.title);
    let words = (
        "Your story is a draft again",
        telling::with_reason(sentence, reason),
    );
    Ok(Came {
        told: tell(conn, act, authors, words, Some(story_id))?,
        effects: Effects::default(),
    })
}

fn delete(
    conn: &mut Conn<'_>,
    act: &Act<'_>,
    story_id: i64,
    story: &Moderated,
    reason: &str,
) -> Result<Came, Error> {
    let authors = authors(conn, story_id, story)?;
    let deleted = writing::delete(conn, story_id, story.author_id, act.now)?;
    let tally = deleted.ok_or_else(Error::not_found)?;
    effects::deleted(conn, story.author_id, &tally, act.now)?;
    act.note(conn, &format!("of user {}. {reason}", story.author_id))?;
    let sentence = format!("“{}” was deleted by an administrator.", story.title);
    let words = ("Your story was deleted", telling::with_reason(sentence, reason));
    Ok(Came {
        told: tell(conn, act, authors, words, None)?,
        effects: Effects::default(),
    })
}

fn approve(conn: &mut Conn<'_>, act: &Act<'_>, story_id: i64, story: &Moderated) -> Result<Came, Error> {
    if story.is_flagged {
        overseen::unflag(conn, story_id)?;
    }
    let mut came = Came::default();
    if story.tally.is_published {
        if story.is_flagged {
            act.note(conn, "flag lifted")?;
        }
        return Ok(came);
    }
    if !story.is_author_active {
        // Nobody sees it before its author is back.
        overseen::keep_hidden(conn, story_id, true, act.now)?;
        act.note(conn, "shown when its author is back")?;
        return Ok(came);
    }
    let changed = writing::set_published(conn, story_id, story.author_id, true, act.now)?;
    if changed == Some(true) {
        came.effects = effects::published(conn, story.author_id, story_id, act.now)?;
    }
    act.note(conn, "published")?;
    Ok(came)
}

/// Deletes a comment. Who wrote it is told.
#[utoipa::path(delete, path = "/api/admin/moderation/comment/{id}/", tag = "admin", params(("id" = i64, Path)),
    responses((status = 200, body = AdminDone)))]
pub async fn comment(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Id(comment_id): Id,
) -> Result<Response, Error> {
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        let comment = overseen::comment(conn, comment_id)?.ok_or_else(Error::not_found)?;
        let deleted = comments::delete(conn, comment_id)?;
        let (commenter, author) = deleted.ok_or_else(Error::not_found)?;
        effects::uncommented(conn, author, commenter, act.now)?;
        act.note(
            conn,
            &format!("of user {commenter} under story {}", comment.story_id),
        )?;
        let sentence = format!(
            "Your comment under “{}” was deleted by an administrator.",
            comment.story_title
        );
        let words = ("Your comment was deleted", sentence);
        tell(conn, act, vec![commenter], words, Some(comment.story_id))
    };
    let after = |app: &App, told: &Vec<Notification>| telling::announce(app, told);
    let deed = Deed::on("delete", "comment", comment_id);
    acting::perform(&app, admin, deed, work, after).await?;
    Ok(respond::ok(&AdminDone::new("The comment is deleted.")))
}
