//! What others do: the feed, the board of authors, a friend's profile.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::auth::{Caller, Viewer};
use crate::app::App;
use crate::rewards;
use crate::rewards::board;
use crate::rewards::counts::Count;
use crate::social::shapes::{ActivityShape, AuthorShape, FriendProfileShape, ShortStory};
use crate::social::store::{friends, profiles};
use crate::stories::store::feed;
use crate::wire::origin::Origin;
use crate::wire::{Error, Id, Query, respond};

/// Stories that a profile shows.
const RECENT: i64 = 6;

/// What happened lately.
#[derive(Serialize, ToSchema)]
pub struct ActivityFeed {
    success: bool,
    activities: Vec<ActivityShape>,
}

/// What one's friends published and what others left on one's stories, the newest first.
#[utoipa::path(get, path = "/api/social/activity-feed/", tag = "social",
    params(("limit" = Option<i64>, Query, description = "1 to 100, 50 when absent")),
    responses((status = 200, body = ActivityFeed), (status = 304, description = "Nothing changed.")))]
pub async fn activity_feed(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let limit = query.clamped("limit", 50, 1..=100);
    let found = app
        .read(move |conn| Ok(feed::newest(conn, caller.id, &friends::ids_of("$1"), limit)?))
        .await?;
    let feed = ActivityFeed {
        success: true,
        activities: found.into_iter().map(Into::into).collect(),
    };
    Ok(respond::polled(&headers, &feed))
}

/// The board of authors.
#[derive(Serialize, ToSchema)]
pub struct Leaderboard {
    success: bool,
    leaderboard: Vec<AuthorShape>,
}

/// The first authors by stories, by likes, by achievements, and by all together: the apps sort them in these four ways,
/// so there are up to four times `limit`.
#[utoipa::path(get, path = "/api/social/leaderboard/", tag = "social", security((), ("bearer" = [])),
    params(("limit" = Option<i64>, Query, description = "1 to 25, 10 when absent")),
    responses((status = 200, body = Leaderboard), (status = 304, description = "Nothing changed.")))]
pub async fn leaderboard(
    State(app): State<Arc<App>>,
    _: Viewer,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let limit = query.clamped("limit", 10, 1..=board::LONGEST);
    let authors = app.read(move |conn| Ok(board::authors(conn, limit)?)).await?;
    let leaderboard = Leaderboard {
        success: true,
        leaderboard: (1..).zip(authors).map(AuthorShape::new).collect(),
    };
    Ok(respond::polled(&headers, &leaderboard))
}

/// A friend's profile.
#[derive(Serialize, ToSchema)]
pub struct FriendProfile {
    success: bool,
    profile: FriendProfileShape,
}

/// The profile of a friend, or one's own. 403 for others.
#[utoipa::path(get, path = "/api/social/profile/{id}/", tag = "social", params(("id" = i64, Path)),
    responses((status = 200, body = FriendProfile)))]
pub async fn profile(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(user_id): Id,
    origin: Origin,
) -> Result<Response, Error> {
    let (profile, counts, (achievement_count, badges), recent) = app
        .read(move |conn| {
            let profile = profiles::one(conn, user_id, caller.id)?.ok_or_else(Error::not_found)?;
            if user_id != caller.id && !profile.is_friend {
                return Err(Error::forbidden(
                    "Only friends can look at each other's profiles.",
                ));
            }
            Ok((
                profile,
                rewards::store::counts(conn, user_id)?,
                board::badges(conn, user_id)?,
                feed::newest_of(conn, user_id, RECENT)?,
            ))
        })
        .await?;
    let recent_stories = recent.into_iter().map(|story| ShortStory {
        id: story.id,
        cover: story.cover(&origin),
        likes: story.likes_count,
        title: story.title,
    });
    Ok(respond::ok(&FriendProfile {
        success: true,
        profile: FriendProfileShape {
            total_reads: counts.get(Count::ViewsReceived).max(0),
            total_likes: counts.get(Count::LikesReceived).max(0),
            badges,
            achievement_count,
            recent_stories: recent_stories.collect(),
            ..profile.into()
        },
    }))
}
