//! What readers leave on a story with one tap, and the numbers that come of it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::auth::{Caller, Viewer};
use crate::app::App;
use crate::stories::store::marks::{self, Stats};
use crate::stories::{effects, limits};
use crate::wire::{Body, ETag, Error, Fields, Id, Timestamp, respond};

/// A like, as the tap left it.
#[derive(Serialize, ToSchema)]
pub struct LikeAnswer {
    success: bool,
    message: &'static str,
    is_liked: bool,
    likes_count: i64,
}

/// Likes a published story, or takes the like back.
///
/// One's own story can be liked, too.
#[utoipa::path(post, path = "/api/stories/{id}/like/", tag = "stories", params(("id" = i64, Path)),
    responses((status = 201, description = "Liked now.", body = LikeAnswer),
        (status = 200, description = "Not liked any more.", body = LikeAnswer)))]
pub async fn like(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(story_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::MARK, caller.id)?;
    app.limit(&limits::SAME_MARK, format_args!("like {story_id} {}", caller.id))?;
    let now = app.clock.now();
    // A whole class likes one story at the same moment: each waits for the rows of the one before, and nobody has to do
    // it again. All that is changed are sums.
    let liked: Result<_, Error> = app
        .database
        .write_ordered(0, move |conn| {
            let liked = marks::like(conn, story_id, caller.id, now).map_err(deleted_meanwhile)?;
            let liked = liked.ok_or_else(Error::not_found)?;
            let earned = effects::liked(conn, liked.author_id, story_id, caller.id, liked.is_on, now)?;
            Ok((liked, earned))
        })
        .await;
    let (liked, earned) = liked?;
    earned.announce(&app);
    let message = if liked.is_on {
        "You like this story."
    } else {
        "You no longer like this story."
    };
    let answer = LikeAnswer {
        success: true,
        message,
        is_liked: liked.is_on,
        likes_count: liked.count,
    };
    Ok(if liked.is_on {
        respond::created(&answer)
    } else {
        respond::ok(&answer)
    })
}

/// A story that went between two statements is as good as none.
fn deleted_meanwhile(error: database::Error) -> Error {
    match error {
        database::Error::Foreign | database::Error::Missing => Error::not_found(),
        other => other.into(),
    }
}

/// A save, as the tap left it.
#[derive(Serialize, ToSchema)]
pub struct SaveAnswer {
    success: bool,
    message: &'static str,
    is_saved: bool,
    saves_count: i64,
}

/// Saves a published story, or takes the save back.
///
/// What was saved can be unsaved even when its author has unpublished it since.
#[utoipa::path(post, path = "/api/stories/{id}/save/", tag = "stories", params(("id" = i64, Path)),
    responses((status = 201, description = "Saved now.", body = SaveAnswer),
        (status = 200, description = "Not saved any more.", body = SaveAnswer)))]
pub async fn save(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(story_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::MARK, caller.id)?;
    app.limit(&limits::SAME_MARK, format_args!("save {story_id} {}", caller.id))?;
    let now = app.clock.now();
    let saved: Result<_, Error> = app
        .database
        .write(move |conn| marks::save(conn, story_id, caller.id, now)?.ok_or_else(Error::not_found))
        .await;
    let saved = saved?;
    let message = if saved.is_on {
        "The story is saved."
    } else {
        "The story is no longer saved."
    };
    let answer = SaveAnswer {
        success: true,
        message,
        is_saved: saved.is_on,
        saves_count: saved.count,
    };
    Ok(if saved.is_on {
        respond::created(&answer)
    } else {
        respond::ok(&answer)
    })
}

/// How much somebody likes a story.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewRating {
    /// When absent, a first rating is 5 and a later one stays.
    #[schema(minimum = 1, maximum = 5)]
    rating: Option<i64>,
}

/// A rating was stored.
#[derive(Serialize, ToSchema)]
pub struct Rated {
    success: bool,
    message: &'static str,
    rating: RatingShape,
}

/// Somebody's rating of a story.
#[derive(Serialize, ToSchema)]
pub struct RatingShape {
    id: i64,
    story: i64,
    user: i64,
    #[schema(minimum = 1, maximum = 5)]
    value: i64,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
}

/// Rates a published story with one to five, or changes one's rating of it.
#[utoipa::path(post, path = "/api/stories/{id}/rate/", tag = "stories", params(("id" = i64, Path)),
    request_body = NewRating, responses((status = 200, body = Rated)))]
pub async fn rate(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(story_id): Id,
    Body(body): Body,
) -> Result<Response, Error> {
    app.limit(&limits::MARK, caller.id)?;
    let mut fields = Fields::new(body);
    let value = fields.integer("rating");
    if value.is_some_and(|value| !(1..=5).contains(&value)) {
        fields.refuse("rating", "A rating is a whole number from 1 to 5.");
    }
    fields.finish()?;
    let now = app.clock.now();
    let rating: Result<_, Error> = app
        .database
        .write(move |conn| marks::rate(conn, story_id, caller.id, value, now)?.ok_or_else(Error::not_found))
        .await;
    let rating = rating?;
    let rating = RatingShape {
        id: rating.id,
        story: story_id,
        user: caller.id,
        value: rating.value,
        date_created: Timestamp(rating.date_created),
    };
    Ok(respond::ok(&Rated {
        success: true,
        message: "Your rating is saved.",
        rating,
    }))
}

/// The numbers of a story.
#[derive(Serialize, ToSchema)]
pub struct StoryStats {
    success: bool,
    likes_count: i64,
    comments_count: i64,
    views: i64,
    saves_count: i64,
    /// False for guests.
    is_liked_by_user: bool,
    /// False for guests.
    is_saved_by_user: bool,
}

impl From<Stats> for StoryStats {
    fn from(stats: Stats) -> Self {
        Self {
            success: true,
            likes_count: stats.likes_count,
            comments_count: stats.comments_count,
            views: stats.views,
            saves_count: stats.saves_count,
            is_liked_by_user: stats.is_liked,
            is_saved_by_user: stats.is_saved,
        }
    }
}

/// The numbers of a story, which the reader's screen asks for every ten seconds.
///
/// Those of a draft are for its authors only. Asking does not count as a view.
#[utoipa::path(get, path = "/api/stories/{id}/stats/", tag = "stories", security((), ("bearer" = [])),
    params(("id" = i64, Path)),
    responses((status = 200, body = StoryStats), (status = 304, description = "Nothing changed.")))]
pub async fn stats(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Id(story_id): Id,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let viewer = viewer.id();
    let stats: Result<_, Error> = app
        .database
        .read(move |conn| Ok(marks::stats(conn, story_id, viewer)?))
        .await;
    let mut stats = stats?.ok_or_else(Error::not_found)?;
    stats.views += app.views.pending(story_id);
    let tag = tag(&stats);
    if tag.matches(&headers) {
        return Ok(tag.not_modified());
    }
    Ok(tag.on(respond::ok(&StoryStats::from(stats))))
}

/// The version of the numbers: all that is shown, views too.
fn tag(stats: &Stats) -> ETag {
    ETag::of(|parts| {
        for number in [
            stats.likes_count,
            stats.comments_count,
            stats.views,
            stats.saves_count,
        ] {
            parts.number(number);
        }
        for flag in [stats.is_liked, stats.is_saved] {
            parts.number(i64::from(flag));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_changes_with_every_number() {
        let none = Stats {
            likes_count: 0,
            comments_count: 0,
            views: 0,
            saves_count: 0,
            is_liked: false,
            is_saved: false,
        };
        let changed = [
            Stats {
                likes_count: 1,
                ..none
            },
            Stats {
                comments_count: 1,
                ..none
            },
            Stats { views: 1, ..none },
            Stats {
                saves_count: 1,
                ..none
            },
            Stats {
                is_liked: true,
                ..none
            },
            Stats {
                is_saved: true,
                ..none
            },
        ];
        let tags: Vec<ETag> = std::iter::once(&none).chain(&changed).map(tag).collect();
        for (index, tag) in tags.iter().enumerate() {
            assert!(!tags[index + 1..].contains(tag), "{index}");
        }
        assert_eq!(tag(&none), tags[0]);
    }
}
