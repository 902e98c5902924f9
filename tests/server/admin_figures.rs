//! The dashboard, the trends and the health of the server: true figures, for which nobody waits who looks often.

use serde_json::{Value, json};
use tinytales::clock::{DAY, HOUR, MINUTE, SECOND};

use crate::administration::admin_token;
use crate::drawings::{names, plain_story, with};
use crate::playground::kite;
use crate::support::{Client, World, eventually};

const STATS: &str = "/api/admin/dashboard/stats/";
const HEALTH: &str = "/api/admin/system/health/";
const ANALYTICS: &str = "/api/admin/analytics/";

#[track_caller]
fn stats(admin: &Client) -> Value {
    admin.get(STATS).ok()["stats"].clone()
}

#[test]
fn an_empty_world_has_every_figure() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let answer = ada.get(STATS).ok();
    assert_eq!(names(&answer), ["stats", "success"]);
    let none = |list: &[&str]| -> Value {
        Value::Object(list.iter().map(|name| ((*name).to_owned(), json!(0))).collect())
    };
    let mut stats = answer["stats"].clone();
    for (part, name) in [
        ("engagement", "average_rating"),
        ("story_views", "average_per_story"),
        ("retention", "day_1"),
        ("retention", "day_7"),
        ("retention", "day_30"),
    ] {
        assert_eq!(stats[part][name].as_f64(), Some(0.0), "{part} {name}");
        stats[part][name] = json!(0);
    }
    assert_eq!(
        stats,
        json!({
            "users": {"total": 1, "last_7_days": 1, "last_30_days": 1, "by_type": {"child": 1}},
            "stories": none(&["total", "published", "drafts", "last_7_days", "last_30_days", "manual", "ai_assisted"]),
            "engagement": none(&["total_likes", "total_comments", "total_ratings", "average_rating"]),
            "characters": none(&["total", "last_7_days"]),
            "social": none(&["friendships", "pending_requests", "messages"]),
            "collaboration": none(&["total_sessions", "active_sessions"]),
            "relationships": none(&["parent_child"]),
            "achievements": none(&["total_earned"]),
            "moderation": none(&["flagged_stories", "flagged_comments", "flagged_users"]),
            "top_authors": [],
            "popular_stories": [],
            "active_users": {"now": 1, "daily": 1, "weekly": 1, "monthly": 1},
            "retention": none(&["day_1", "day_7", "day_30"]),
            "feature_usage": none(&["ai_stories_last_7_days", "manual_stories_last_7_days",
                "photo_story_usage_last_7_days", "collaborative_stories_last_7_days", "game_plays_last_7_days"]),
            "story_views": {"total": 0, "average_per_story": 0, "top_viewed_stories": []},
        })
    );
}

#[test]
fn the_figures_are_those_of_the_world() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let (mira, ben, cleo) = (world.child("Mira"), world.child("Ben"), world.child("Cleo"));
    let (paula, _tom) = (world.parent("Paula"), world.teacher("Tom"));
    world.relates(&paula, &mira);
    world.befriend(&mira, &ben);
    mira.writes(&ben, "Hello");
    cleo.asks(&mira);
    let tale = mira.publishes_games(kite());
    mira.makes(with(
        plain_story("a draft"),
        json!({"creation_type": "ai_assisted"}),
    ));
    let other = ben.publishes(plain_story("another"));
    ben.likes(tale);
    cleo.likes(tale);
    cleo.likes(other);
    ben.comments(tale, "How bright!");
    ben.post(&format!("/api/stories/{tale}/rate/"), json!({"rating": 4}));
    cleo.post(&format!("/api/stories/{tale}/rate/"), json!({"rating": 3}));
    cleo.reads(tale);
    world.flush();
    mira.draws("Frog");
    mira.hosts("Moon Cats");
    let game = cleo.game(tale, "quiz");
    cleo.starts(game);
    let flagged = mira.id();
    world.sql(move |conn| {
        conn.execute("UPDATE users SET is_flagged = TRUE WHERE id = $1", &[&flagged])?;
        conn.execute("UPDATE stories SET is_flagged = TRUE WHERE id = $1", &[&tale])
    });
    let stats = stats(&ada);
    counts(&stats, &mira, &ben);
    assert_eq!(
        stats["popular_stories"][0],
        json!({"id": tale, "title": "The Red Kite", "author__username": "mira", "like_count": 2})
    );
    assert_eq!(
        stats["popular_stories"].as_array().unwrap().len(),
        3,
        "drafts, too"
    );
    let views = &stats["story_views"];
    let total = world.number("SELECT CAST(SUM(views) AS BIGINT) FROM stories");
    assert!(total > 0);
    assert_eq!(views["total"], json!(total));
    assert_eq!(
        views["top_viewed_stories"].as_array().unwrap().len(),
        2,
        "published ones"
    );
    assert_eq!(
        names(&views["top_viewed_stories"][0]),
        ["author__username", "id", "title", "views"]
    );
    let earned = "SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards WHERE action = 'achievement_earned'";
    assert_eq!(stats["achievements"]["total_earned"], json!(world.number(earned)));
}

/// The parts that are numbers alone.
#[track_caller]
fn counts(stats: &Value, mira: &Client, ben: &Client) {
    for (part, expected) in [
        (
            "users",
            json!({"total": 6, "last_7_days": 6, "last_30_days": 6, "by_type": {"child": 4, "parent": 1, "teacher": 1}}),
        ),
        (
            "stories",
            json!({"total": 3, "published": 2, "drafts": 1, "last_7_days": 3, "last_30_days": 3, "manual": 2,
                "ai_assisted": 1}),
        ),
        (
            "engagement",
            json!({"total_likes": 3, "total_comments": 1, "total_ratings": 2, "average_rating": 3.5}),
        ),
        ("characters", json!({"total": 1, "last_7_days": 1})),
        (
            "social",
            json!({"friendships": 1, "pending_requests": 1, "messages": 1}),
        ),
        (
            "collaboration",
            json!({"total_sessions": 1, "active_sessions": 1}),
        ),
        ("relationships", json!({"parent_child": 1})),
        (
            "moderation",
            json!({"flagged_stories": 1, "flagged_comments": 0, "flagged_users": 1}),
        ),
        (
            "top_authors",
            json!([{"author__username": "mira", "author__id": mira.id(), "story_count": 2},
                {"author__username": "ben", "author__id": ben.id(), "story_count": 1}]),
        ),
        (
            "active_users",
            json!({"now": 6, "daily": 6, "weekly": 6, "monthly": 6}),
        ),
        (
            "feature_usage",
            json!({"ai_stories_last_7_days": 1, "manual_stories_last_7_days": 2, "photo_story_usage_last_7_days": 0,
                "collaborative_stories_last_7_days": 0, "game_plays_last_7_days": 1}),
        ),
    ] {
        assert_eq!(stats[part], expected, "{part}");
    }
}

#[test]
fn who_is_active_and_who_has_stayed_goes_by_when_people_were_seen() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let now = world.app.clock.now();
    let today = now - now.rem_euclid(DAY);
    // When somebody joined and was last seen.
    let people = [
        (now - 100 * DAY, now - 14 * MINUTE),
        (now - 100 * DAY, now - 23 * HOUR),
        (now - 100 * DAY, now - 6 * DAY),
        (now - 100 * DAY, now - 29 * DAY),
        (now - 100 * DAY, now - 31 * DAY),
        // Yesterday's, one of whom came again today.
        (today - DAY, today),
        (today - 1, today - 1),
        (today - 2 * HOUR, today - HOUR),
        // Of the day 8 days ago.
        (today - 8 * DAY, now - 7 * DAY),
        (today - 7 * DAY - 1, now - 8 * DAY),
        // Of the day 31 days ago, all of whom have stayed.
        (today - 31 * DAY, now - 30 * DAY),
    ];
    world.crowd((0..people.len()).map(|number| format!("Kid {number:02}")));
    world.sql(move |conn| {
        for (number, (joined, seen)) in people.iter().enumerate() {
            conn.execute(
                "UPDATE users SET created_at = $2, last_seen = $3 WHERE display_name = $1",
                &[&format!("Kid {number:02}"), joined, seen],
            )?;
        }
        Ok(())
    });
    let stats = stats(&ada);
    assert_eq!(
        stats["retention"],
        json!({"day_1": 33.33, "day_7": 50.0, "day_30": 100.0})
    );
    // Ada is there, too; today's first minutes lie within the last day.
    assert_eq!(
        stats["active_users"],
        json!({"now": 2, "daily": 6, "weekly": 8, "monthly": 11})
    );
    assert_eq!(stats["users"]["last_7_days"], json!(4));
}

#[test]
fn who_looks_every_half_minute_waits_for_no_figures() {
    let world = World::new();
    let (ada, sam) = (world.superuser("Ada"), world.staff("Sam"));
    for admin in [&ada, &sam] {
        admin.get("/api/admin/profanity/stats/").ok();
    }
    let total = || stats(&ada)["users"]["total"].clone();
    let first = world.queries(|| ada.get(STATS).ok());
    assert!((1..=6).contains(&first), "{first}");
    assert_eq!(world.queries(|| sam.get(STATS).ok()), 0);
    world.child("Mira");
    assert_eq!(total(), json!(2));
    world.advance(30 * SECOND);
    assert_eq!(total(), json!(2), "what was read when she asked before");
    eventually("they are read anew for the next look", || total() == json!(3));
    world.child("Ben");
    world.advance(45 * SECOND);
    let answer = ada.get(STATS);
    assert_eq!(answer.ok()["stats"]["users"]["total"], json!(4), "after a pause");
    let held = ada.with_header("If-None-Match", answer.header("etag").unwrap());
    assert_eq!(world.queries(|| held.get(STATS).status(304).status), 0);
}

#[test]
fn figures_are_read_while_somebody_enters() {
    let world = World::new();
    let ada = world.admin("Ada");
    admin_token(&world, ada.email());
    let at_dashboard = world.at_dashboard(&ada);
    at_dashboard.get("/api/admin/profanity/stats/").ok();
    eventually("the figures are there before they are asked for", || {
        world.queries(|| stats(&at_dashboard)) == 0
    });
}

#[test]
fn trends_have_every_day_of_a_month() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let mira = world.child("Mira");
    mira.makes(plain_story("a draft"));
    world.advance(2 * DAY);
    mira.makes(plain_story("another"));
    let answer = ada.get(ANALYTICS).ok();
    let data = &answer["data"];
    assert_eq!(
        names(data),
        ["engagement", "popular_stories", "top_users", "trends"]
    );
    let trend = |name: &str| data["trends"][name].as_array().unwrap().clone();
    let (joined, written) = (trend("user_growth"), trend("story_creation"));
    assert_eq!((joined.len(), written.len()), (31, 31));
    assert_eq!(joined[28], json!({"date": "2026-03-04", "count": 2}));
    assert_eq!(joined[30], json!({"date": "2026-03-06", "count": 0}));
    assert_eq!(written[28]["count"], json!(1));
    assert_eq!(written[30]["count"], json!(1));
    assert_eq!(data["top_users"][0]["story_count"], json!(2));
}

#[test]
fn the_health_of_the_server_is_what_it_is() {
    let world = World::new();
    let ada = world.superuser("Ada");
    world.child("Mira").makes(plain_story("a draft"));
    world.uses(50);
    let health = ada.get(HEALTH).ok();
    assert_eq!(
        names(&health),
        [
            "application",
            "database",
            "health_score",
            "server",
            "status",
            "timestamp"
        ]
    );
    let server = &health["server"];
    assert_eq!(
        names(server),
        [
            "cpu_usage",
            "disk_percent",
            "disk_total",
            "disk_used",
            "memory_percent",
            "memory_total",
            "memory_used"
        ]
    );
    assert_eq!(server["memory_total"], json!(world.app.envelope.limit()));
    let percent = |name: &str| server[name].as_f64().unwrap();
    assert!((49.0..=51.0).contains(&percent("memory_percent")));
    for name in ["cpu_usage", "disk_percent"] {
        assert!((0.0..=100.0).contains(&percent(name)), "{name}");
    }
    assert!(server["disk_total"].as_u64().unwrap() > 0);
    let database = &health["database"];
    assert!(database["size"].as_str().unwrap().ends_with('B'));
    assert!(database["active_connections"].as_i64().unwrap() > 0);
    assert!(database["query_response_time_ms"].as_f64().unwrap() > 0.0);
    let application = &health["application"];
    assert_eq!(
        (&application["total_users"], &application["total_stories"]),
        (&json!(2), &json!(1))
    );
    for name in ["django_version", "python_version"] {
        assert!(!application[name].as_str().unwrap().is_empty());
    }
    let score = health["health_score"].as_i64().unwrap();
    world.uses(80);
    let worse = ada.get(HEALTH).ok();
    assert_eq!(worse["health_score"], json!(score - 20));
}
