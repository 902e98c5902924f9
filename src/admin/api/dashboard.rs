//! The dashboard and the trends.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::figures::{self, Figures};
use super::super::shapes::by_type;
use super::super::store::TREND_DAYS;
use crate::accounts::auth::Administrator;
use crate::app::App;
use crate::clock::DAY;
use crate::wire::{Error, Timestamp, respond};

/// The figures of the dashboard.
#[derive(Serialize, ToSchema)]
pub struct AdminDashboard {
    success: bool,
    /// Users, stories, engagement, characters, social, collaboration, relationships, achievements, moderation, the best
    /// of each, who is active, who has stayed, what is used, and views.
    #[schema(value_type = Object)]
    stats: Value,
}

/// What there is, in numbers, as it was when somebody last looked at it, three quarters of a minute ago at most. Who is
/// active goes by when people were last seen.
#[utoipa::path(get, path = "/api/admin/dashboard/stats/", tag = "admin",
    responses((status = 200, body = AdminDashboard), (status = 304, description = "Nothing changed.")))]
pub async fn stats(
    State(app): State<Arc<App>>,
    _admin: Administrator,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let figures = figures::lately(&app).await?;
    Ok(respond::polled(
        &headers,
        &AdminDashboard {
            success: true,
            stats: shape(&figures),
        },
    ))
}

fn shape(figures: &Figures) -> Value {
    let (stories, others) = (&figures.stories, &figures.others);
    json!({
        "users": users(figures),
        "stories": {
            "total": stories.total, "published": stories.published, "drafts": stories.total - stories.published,
            "last_7_days": stories.last_7_days, "last_30_days": stories.last_30_days,
            "manual": stories.manual, "ai_assisted": stories.ai_assisted,
        },
        "engagement": engagement(figures),
        "characters": {"total": others.characters, "last_7_days": others.characters_last_7_days},
        "social": social(figures),
        "collaboration": {"total_sessions": others.collaborations, "active_sessions": others.collaborations_open},
        "relationships": {"parent_child": others.family_links},
        "achievements": {"total_earned": others.achievements},
        "moderation": {
            "flagged_stories": stories.flagged, "flagged_comments": others.flagged_comments,
            "flagged_users": figures.sum(|people| people.flagged),
        },
        "top_authors": top_authors(figures),
        "popular_stories": popular(figures),
        "active_users": {
            "now": figures.sum(|people| people.now), "daily": figures.sum(|people| people.daily),
            "weekly": figures.sum(|people| people.weekly), "monthly": figures.sum(|people| people.monthly),
        },
        "retention": {
            "day_1": figures.retention(0), "day_7": figures.retention(1), "day_30": figures.retention(2),
        },
        "feature_usage": {
            "ai_stories_last_7_days": stories.ai_last_7_days,
            "manual_stories_last_7_days": stories.manual_last_7_days,
            // Nothing tells such a story from others.
            "photo_story_usage_last_7_days": 0,
            "collaborative_stories_last_7_days": stories.collaborative_last_7_days,
            "game_plays_last_7_days": others.games_last_7_days,
        },
        "story_views": {
            "total": stories.views,
            "average_per_story": figures.average_views(),
            "top_viewed_stories": figures.viewed.iter().map(|story| json!({
                "id": story.id, "title": story.title, "author__username": story.author, "views": story.figure,
            })).collect::<Vec<_>>(),
        },
    })
}

fn users(figures: &Figures) -> Value {
    json!({
        "total": figures.sum(|people| people.total),
        "last_7_days": figures.sum(|people| people.last_7_days),
        "last_30_days": figures.sum(|people| people.last_30_days),
        "by_type": by_type(figures),
    })
}

fn engagement(figures: &Figures) -> Value {
    json!({
        "total_likes": figures.stories.likes,
        "total_comments": figures.stories.comments,
        "total_ratings": figures.stories.ratings,
        "average_rating": figures.average_rating(),
    })
}

fn social(figures: &Figures) -> Value {
    json!({
        "friendships": figures.others.friendships,
        "pending_requests": figures.others.friend_requests,
        "messages": figures.others.messages,
    })
}

fn top_authors(figures: &Figures) -> Vec<Value> {
    let authors = figures.top_authors.iter().map(|author| {
        json!({"author__username": author.username, "author__id": author.id, "story_count": author.stories})
    });
    authors.collect()
}

fn popular(figures: &Figures) -> Vec<Value> {
    let stories = figures.liked.iter().map(|story| {
        json!({"id": story.id, "title": story.title, "author__username": story.author, "like_count": story.figure})
    });
    stories.collect()
}

/// What an export says in one piece: who there is, what they wrote, and what others said to it.
pub(super) fn summary(figures: &Figures, now: i64) -> Value {
    let mut users = users(figures);
    users["active"] = json!(figures.sum(|people| people.able));
    let stories = &figures.stories;
    json!({
        "export_date": Timestamp(now),
        "users": users,
        "stories": {
            "total": stories.total, "published": stories.published, "drafts": stories.total - stories.published,
            "last_7_days": stories.last_7_days, "last_30_days": stories.last_30_days,
        },
        "engagement": engagement(figures),
        "social": social(figures),
    })
}

/// Trends of a month.
#[derive(Serialize, ToSchema)]
pub struct AdminAnalytics {
    success: bool,
    /// `trends` with `user_growth` and `story_creation` of 31 days, `top_users`, `popular_stories`, `engagement`.
    #[schema(value_type = Object)]
    data: Value,
}

/// How many joined and wrote on each of the last 31 days, today among them, and who and what stands out.
#[utoipa::path(get, path = "/api/admin/analytics/", tag = "admin",
    responses((status = 200, body = AdminAnalytics), (status = 304, description = "Nothing changed.")))]
pub async fn analytics(
    State(app): State<Arc<App>>,
    _admin: Administrator,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let now = app.clock.now();
    let figures = figures::lately(&app).await?;
    let [joined, written] = &figures.trends;
    let data = json!({
        "trends": {"user_growth": trend(joined, now), "story_creation": trend(written, now)},
        "top_users": top_authors(&figures),
        "popular_stories": popular(&figures),
        "engagement": engagement(&figures),
    });
    Ok(respond::polled(&headers, &AdminAnalytics { success: true, data }))
}

/// Each day of the trend, those without any too.
fn trend(days: &[(i64, i64)], now: i64) -> Vec<Value> {
    let today = now.div_euclid(DAY);
    let dates = (0..TREND_DAYS).rev().map(|ago| today - ago);
    let counted = dates.map(|day| {
        let found = days.iter().find(|(at, _)| *at == day);
        json!({"date": Timestamp(day * DAY).date(), "count": found.map_or(0, |(_, count)| *count)})
    });
    counted.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_has_every_day_of_a_month() {
        let now = 20_516 * DAY + 5;
        let trend = trend(&[(20_516, 7), (20_486, 1)], now);
        assert_eq!(trend.len(), 31);
        assert_eq!(trend[0], json!({"date": "2026-02-02", "count": 1}));
        assert_eq!(trend[29]["count"], json!(0));
        assert_eq!(trend[30], json!({"date": "2026-03-04", "count": 7}));
    }
}
