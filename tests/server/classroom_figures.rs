//! The dashboard and the reports.

use serde_json::{Value, json};
use tinytales::clock::{DAY, HOUR, MINUTE, SECOND};
use tinytales::stories::flush_views;

use crate::drawings::{each, names, plain_story};
use crate::schools::tale;
use crate::support::{Client, World};

const DASHBOARD: &str = "/api/teacher/dashboard-stats/";
const REPORTS: &str = "/api/teacher/reports/";

fn makes_dated(world: &World, child: &Client, title: &str, days_ago: i64) -> i64 {
    let story = child.makes(tale(title));
    let at = world.app.clock.now() - days_ago * DAY;
    world.sql(move |conn| {
        conn.execute(
            "UPDATE stories SET date_created = $2 WHERE id = $1",
            &[&story, &at],
        )
    });
    story
}

#[test]
fn a_teacher_without_students_has_empty_figures() {
    let world = World::new();
    let ada = world.teacher("Ada");
    assert_eq!(
        ada.get(DASHBOARD).ok(),
        json!({"total_classes": 0, "total_students": 0, "total_stories": 0, "total_achievements": 0,
            "average_stories_per_student": 0.0, "active_students_today": 0, "recent_activities": []})
    );
    let day =
        |date: &str, name: &str| json!({"date": date, "day_name": name, "stories": 0, "active_students": 0});
    assert_eq!(
        ada.get(REPORTS).ok(),
        json!({"success": true,
            "overview": {"total_students": 0, "total_stories": 0, "total_achievements": 0, "avg_stories_per_student": 0.0,
                "avg_level": 0.0, "avg_xp": 0.0, "active_today": 0, "active_this_week": 0, "active_this_month": 0,
                "stories_this_week": 0, "stories_this_month": 0},
            "top_performers": {"story_writers": [], "xp_earners": []}, "class_breakdown": [], "recent_activities": [],
            "achievement_activities": [],
            "engagement_trend": [day("2026-02-26", "Thu"), day("2026-02-27", "Fri"), day("2026-02-28", "Sat"),
                day("2026-03-01", "Sun"), day("2026-03-02", "Mon"), day("2026-03-03", "Tue"), day("2026-03-04", "Wed")],
            "generated_at": "2026-03-04T05:06:07.123456Z"})
    );
}

#[test]
fn the_dashboard_counts_what_students_published() {
    let world = World::new();
    let (ada, mira, ben) = (world.teacher("Ada"), world.child("Mira"), world.child("Ben"));
    let stranger = world.child("Stranger");
    let class = ada.founds("5B");
    let over = ada.founds("Over");
    ada.patch(
        &format!("/api/teacher/classes/{over}/"),
        json!({"is_active": false}),
    )
    .ok();
    world.enrols(&ada, Some(class), &mira);
    world.enrols(&ada, None, &ben);
    world.advance(MINUTE);
    let kettle = mira.makes(tale("the kettle"));
    mira.makes(plain_story("a draft"));
    stranger.makes(tale("not theirs"));
    world.advance(SECOND);
    world.sees(&mira);
    let stats = ada.get(DASHBOARD).ok();
    assert_eq!(
        names(&stats),
        [
            "active_students_today",
            "average_stories_per_student",
            "recent_activities",
            "total_achievements",
            "total_classes",
            "total_stories",
            "total_students"
        ]
    );
    let counts = [
        "total_classes",
        "total_students",
        "total_stories",
        "active_students_today",
    ];
    assert_eq!(
        counts.map(|name| stats[name].clone()),
        [1, 2, 1, 1].map(|count| json!(count))
    );
    assert_eq!(stats["average_stories_per_student"], json!(0.5));
    assert!(stats["total_achievements"].as_i64().unwrap() > 0);
    assert_eq!(
        stats["recent_activities"],
        json!([{"id": kettle, "type": "story_published", "student_name": "Mira", "story_title": "the kettle",
            "timestamp": "2026-03-04T05:07:07.123456Z", "category": "adventure"}])
    );
}

#[test]
fn the_reports_say_who_is_busy_and_with_what() {
    let world = World::new();
    let (ada, mira, ben, leo) = (
        world.teacher("Ada"),
        world.child("Mira"),
        world.child("Ben"),
        world.child("Leo"),
    );
    let class = ada
        .post(
            "/api/teacher/classes/",
            json!({"name": "5B", "grade_level": "Grade 5"}),
        )
        .created()["id"]
        .clone();
    let number = class.as_i64();
    world.enrols(&ada, number, &mira);
    world.enrols(&ada, number, &ben);
    world.enrols(&ada, None, &leo);
    world.advance(HOUR);
    let newest = makes_dated(&world, &mira, "today", 0);
    makes_dated(&world, &mira, "six days ago", 6);
    makes_dated(&world, &ben, "eight days ago", 8);
    makes_dated(&world, &leo, "long ago", 40);
    ben.reads(newest);
    world.run(flush_views(&world.app));
    for (child, xp) in [(&mira, 1200), (&ben, 499), (&leo, 0)] {
        let id = child.id();
        world.sql(move |conn| {
            conn.execute(
                "UPDATE users SET experience_points = $2 WHERE id = $1",
                &[&id, &xp],
            )
        });
    }
    world.sees(&mira);
    let (id, at) = (ben.id(), world.app.clock.now() + MINUTE);
    world.sql(move |conn| conn.execute("UPDATE users SET last_seen = $2 WHERE id = $1", &[&id, &at]));
    world.advance(2 * DAY);

    let reports = ada.get(REPORTS).ok();
    let overview = &reports["overview"];
    let achievements = overview["total_achievements"].as_i64().unwrap();
    assert!(achievements >= 3, "each of the three published once");
    assert_eq!(
        *overview,
        json!({"total_students": 3, "total_stories": 4, "total_achievements": achievements,
            "avg_stories_per_student": 1.3, "avg_level": 1.7, "avg_xp": 566.0, "active_today": 0,
            "active_this_week": 2, "active_this_month": 2, "stories_this_week": 1, "stories_this_month": 3})
    );
    assert_eq!(
        reports["top_performers"],
        json!({"story_writers": [
                {"id": mira.id(), "profile__display_name": "Mira", "profile__avatar_emoji": "📚", "story_count": 2},
                {"id": ben.id(), "profile__display_name": "Ben", "profile__avatar_emoji": "📚", "story_count": 1},
                {"id": leo.id(), "profile__display_name": "Leo", "profile__avatar_emoji": "📚", "story_count": 1}],
            "xp_earners": [
                {"id": mira.id(), "profile__display_name": "Mira", "profile__avatar_emoji": "📚",
                    "profile__experience_points": 1200, "profile__level": 3},
                {"id": ben.id(), "profile__display_name": "Ben", "profile__avatar_emoji": "📚",
                    "profile__experience_points": 499, "profile__level": 1}]})
    );
    assert_eq!(
        reports["class_breakdown"],
        json!([{"id": class, "name": "5B", "student_count": 2, "total_stories": 3, "avg_level": 2.0,
            "grade_level": "Grade 5", "subject": null}])
    );
    let activities = &reports["recent_activities"];
    assert_eq!(
        each(activities, "story_title"),
        ["today", "six days ago", "eight days ago", "long ago"]
    );
    assert_eq!(
        activities[0],
        json!({"id": newest, "type": "story_published", "student_name": "Mira", "story_title": "today",
            "timestamp": "2026-03-04T06:06:07.123456Z", "category": "adventure", "student_id": mira.id(),
            "student_avatar": "📚", "story_id": newest, "time_ago": "2 days ago"})
    );
    assert_eq!(activities[3]["time_ago"], json!("1 month ago"));
    let trend = &reports["engagement_trend"];
    assert_eq!(
        each(trend, "day_name"),
        ["Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri"]
    );
    assert_eq!(each(trend, "stories"), [0, 0, 0, 0, 1, 0, 0]);
    assert_eq!(
        each(trend, "active_students"),
        [0, 0, 0, 0, 2, 0, 0],
        "one published, one read"
    );
}

#[test]
fn accounts_that_nobody_has_used_are_not_active() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    ada.sends_list(class, "name\nMia\nBen\n", "").ok();
    assert_eq!(ada.get(DASHBOARD).ok()["active_students_today"], json!(0));
    let overview = ada.get(REPORTS).ok()["overview"].clone();
    assert_eq!(
        (&overview["total_students"], &overview["active_this_month"]),
        (&json!(2), &json!(0))
    );
}

#[test]
fn lists_of_the_reports_have_an_end() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    world.enrols(&ada, None, &mira);
    for number in 0..25 {
        world.advance(SECOND);
        mira.makes(tale(&format!("Tale {number}")));
    }
    let reports = ada.get(REPORTS).ok();
    let titles = each(&reports["recent_activities"], "story_title");
    assert_eq!((titles.len(), titles[0]), (20, &json!("Tale 24")));
    assert!(reports["achievement_activities"].as_array().unwrap().len() <= 10);
    let earned = &reports["achievement_activities"][0];
    assert_eq!(
        names(earned),
        [
            "achievement_icon",
            "achievement_name",
            "student_avatar",
            "student_id",
            "student_name",
            "time_ago",
            "timestamp",
            "type"
        ]
    );
    let stats = ada.get(DASHBOARD).ok();
    assert_eq!(stats["recent_activities"].as_array().unwrap().len(), 10);
    mira.post_nothing(&format!(
        "/api/stories/{}/unpublish/",
        reports["recent_activities"][0]["id"]
    ))
    .ok();
    assert_eq!(
        each(&ada.get(REPORTS).ok()["recent_activities"], "story_title")[0],
        &json!("Tale 23"),
        "published work alone"
    );
}

#[test]
fn what_was_asked_for_again_and_again_is_sent_when_it_changes() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    world.enrols(&ada, None, &mira);
    for path in [DASHBOARD, REPORTS] {
        let ask = |held: &str| ada.raw("GET", path, &[("If-None-Match", held)], b"");
        let first = ada.get(path);
        first.ok();
        assert_eq!(first.header("cache-control"), Some("private, no-cache"));
        let held = first.header("etag").unwrap().to_owned();
        world.advance(SECOND);
        let unchanged = ask(&held);
        assert!(unchanged.status(304).body.is_empty(), "{path}");
        mira.makes(tale("the kettle"));
        let changed: Value = ask(&held).ok();
        assert_ne!(changed, first.json);
        assert_ne!(ask(&held).header("etag"), Some(held.as_str()));
    }
}
