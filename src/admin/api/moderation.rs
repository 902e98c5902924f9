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
use super::LARGEST;
use crate::accounts::auth::Administrator;
use crate::app::App;
use crate::moderation::acts;
use crate::stories::store::comments;
use crate::stories::store::flags::{self, Flagged};
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

/// Takes a story from view, deletes it, or approves it: that publishes it and lifts its flag. Its authors are told but for
/// the last; what was taken from view they cannot publish before it is approved of. What is as it should be already stays.
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
        let story = flags::one(conn, story_id)?.ok_or_else(Error::not_found)?;
        act.may_judge(conn, story.author_id)?;
        match action {
            "unpublish" => {
                if story.is_published || story.is_hidden || !story.is_withheld {
                    act.note(conn, &reason)?;
                }
                acts::unpublish(conn, story_id, &reason, act.now)
            }
            "delete" => {
                act.note(conn, &format!("of user {}. {reason}", story.author_id))?;
                acts::delete_story(conn, story_id, &reason, act.now)
            }
            _ => {
                if let Some(details) = approved(&story) {
                    act.note(conn, details)?;
                }
                acts::approve(conn, story_id, Some(act.id()), act.now)
            }
        }
    };
    let deed = Deed::on(action, "story", story_id);
    acting::perform(&app, admin, deed, work, |app, told| told.announce(app)).await?;
    Ok(respond::ok(&AdminDone::new(message)))
}

/// What an approval changes, for the record.
fn approved(story: &Flagged) -> Option<&'static str> {
    if !story.is_published && !story.is_author_active {
        return Some("to be shown when its author is back");
    }
    if !story.is_published {
        return Some("published");
    }
    story.is_flagged.then_some("flag lifted")
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
        let comment = comments::overseen(conn, comment_id)?.ok_or_else(Error::not_found)?;
        act.may_judge(conn, comment.author_id)?;
        let place = format!("of user {} under story {}", comment.author_id, comment.story_id);
        act.note(conn, &place)?;
        acts::delete_comment(conn, comment_id, "", act.now)
    };
    let deed = Deed::on("delete", "comment", comment_id);
    acting::perform(&app, admin, deed, work, |app, told| told.announce(app)).await?;
    Ok(respond::ok(&AdminDone::new("The comment is deleted.")))
}
