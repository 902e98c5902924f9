//! Stories as administrators see them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::figures::two_decimals;
use super::super::pages::{self, Pagination, Paging};
use super::super::shapes::{OverseenStory, PlacedComment};
use crate::accounts::auth::Administrator;
use crate::app::App;
use crate::stories::store::overseen::{self, ListQuery, Shelf};
use crate::wire::origin::Origin;
use crate::wire::{Error, Query, Timestamp, respond};

/// Rows of a page when nothing is asked for.
const PAGE: i64 = 20;
/// Flagged stories and new comments that are shown.
const MOST_FLAGGED: i64 = 20;
const NEWEST_COMMENTS: i64 = 50;

/// A page of stories.
#[derive(Serialize, ToSchema)]
pub struct AdminStoryList {
    success: bool,
    stories: Vec<OverseenStory>,
    pagination: Pagination,
}

/// All stories, drafts too, newest first.
#[utoipa::path(get, path = "/api/admin/stories/", tag = "admin",
    params(("status" = Option<String>, Query, description = "`all`, `published`, `unpublished` or `flagged`"),
           ("search" = Option<String>, Query, description = "in the title or the author's user name"),
           ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query, description = "1 to 100, 20 when absent")),
    responses((status = 200, body = AdminStoryList), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    _admin: Administrator,
    origin: Origin,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let paging = Paging::of(&query, PAGE);
    let wanted = ListQuery {
        shelf: match query.get("status").as_deref() {
            Some("published") => Shelf::Published,
            Some("unpublished") => Shelf::Drafts,
            Some("flagged") => Shelf::Flagged,
            _ => Shelf::All,
        },
        search: pages::search(&query),
        limit: paging.size,
        offset: paging.offset(),
    };
    let (kind, search) = (format!("stories {:?}", wanted.shelf), wanted.search.clone());
    let work = move |conn: &mut Conn<'_>, known| Ok(overseen::page(conn, &wanted, known)?);
    let (stories, total) = pages::read(&app, &kind, &search, work).await?;
    let list = AdminStoryList {
        success: true,
        stories: stories
            .into_iter()
            .map(|story| OverseenStory::of(story, &origin))
            .collect(),
        pagination: paging.shape(total),
    };
    Ok(respond::polled(&headers, &list))
}

/// What asks for a look.
#[derive(Serialize, ToSchema)]
pub struct FlaggedContent {
    success: bool,
    /// `stories` and `recent_comments`.
    #[schema(value_type = Object)]
    data: Value,
}

/// The newest flagged stories, 20 at most, and the newest 50 comments of all.
#[utoipa::path(get, path = "/api/admin/moderation/flagged/", tag = "admin",
    responses((status = 200, body = FlaggedContent), (status = 304, description = "Nothing changed.")))]
pub async fn flagged(
    State(app): State<Arc<App>>,
    _admin: Administrator,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let (stories, comments) = app
        .read(move |conn| {
            Ok((
                overseen::flagged(conn, MOST_FLAGGED)?,
                overseen::newest_comments(conn, NEWEST_COMMENTS)?,
            ))
        })
        .await?;
    let stories: Vec<Value> = stories.into_iter().map(|story| flagged_shape(&story)).collect();
    let comments: Vec<PlacedComment> = comments.into_iter().map(Into::into).collect();
    let data = json!({"stories": stories, "recent_comments": comments});
    Ok(respond::polled(&headers, &FlaggedContent { success: true, data }))
}

fn flagged_shape(story: &overseen::Seen) -> Value {
    json!({
        "id": story.id,
        "title": story.title,
        "author": story.author,
        "author_id": story.author_id,
        "avg_rating": two_decimals(story.rating()),
        "total_ratings": story.ratings_count,
        "total_likes": story.likes_count,
        "total_comments": story.comments_count,
        "date_created": Timestamp(story.date_created),
        "is_published": story.is_published,
        "flagged_reason": story.flagged_reason,
    })
}
