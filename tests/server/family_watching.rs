//! What adults see of a child's doings, figure by figure.

use serde_json::{Value, json};
use tinytales::clock::{DAY, HOUR, MINUTE};

use crate::drawings::{PAGE_BREAK, canvas, drawing, each, media_path, names, plain_story, row, story, with};
use crate::families::about;
use crate::support::{Client, World};

/// A parent and a child, linked, on Wednesday, 4 March 2026, 05:06:07.
fn house() -> (World, Client, Client) {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    world.family(&paula, &mira);
    (world, paula, mira)
}

#[track_caller]
fn see(adult: &Client, child: &Client, what: &str, member: &str) -> Value {
    let answer = adult.get(&about(child.id(), what)).ok();
    assert_eq!(names(&answer), [member, "success"]);
    answer[member].clone()
}

/// Notes that somebody read a story at an instant, as a look does.
fn has_read(world: &World, reader: &Client, story: i64, at: i64) {
    let reader = reader.id();
    world.sql(move |conn| {
        conn.execute(
            "INSERT INTO story_reads (story_id, user_id, date_read) VALUES ($1, $2, $3)",
            &[&story, &reader, &at],
        )?;
        conn.execute(
            "INSERT INTO reward_counts (user_id, stories_read) VALUES ($1, 1)
             ON CONFLICT (user_id) DO UPDATE SET stories_read = reward_counts.stories_read + 1",
            &[&reader],
        )
    });
}

/// Sets when a story was made.
fn made_at(world: &World, story: i64, at: i64) {
    world.sql(move |conn| {
        conn.execute(
            "UPDATE stories SET date_created = $2 WHERE id = $1",
            &[&story, &at],
        )
    });
}

/// Gives a child achievements, by id and instant, and takes all others away.
fn has_earned(world: &World, child: &Client, earned: &[(i64, i64)]) {
    let (child, earned) = (child.id(), earned.to_vec());
    world.sql(move |conn| {
        conn.execute(
            "DELETE FROM xp_awards WHERE user_id = $1 AND action = 'achievement_earned'",
            &[&child],
        )?;
        for (id, at) in &earned {
            conn.execute(
                "INSERT INTO xp_awards (user_id, action, object_id, by_id, xp, awarded_at)
                 VALUES ($1, 'achievement_earned', $2, 0, 0, $3)",
                &[&child, id, at],
            )?;
        }
        Ok(())
    });
}

/// The first two achievements that there are: the first story, three stories.
const FIRST: i64 = 1_000_101;
const SECOND: i64 = 1_000_102;

#[test]
fn a_child_that_has_done_nothing_is_shown_as_that() {
    let (_world, paula, mira) = house();
    assert_eq!(
        see(&paula, &mira, "stats", "statistics"),
        json!({"stories_read": 0, "stories_read_change": "No change", "reading_time": "0h 0m",
            "reading_time_minutes": 0, "reading_time_change": "+0min this week", "achievements": 0,
            "achievements_change": "No change", "progress": 0.0, "stories_created": 0, "stories_this_week": 0,
            "stories_this_month": 0, "likes_received": 0, "comments_received": 0, "friends_count": 0})
    );
    assert_eq!(see(&paula, &mira, "activities", "activities"), json!([]));
    let goal = |label: &str, current: Value, target: i64| json!({"label": label, "current": current, "target": target, "progress": 0.0});
    assert_eq!(
        see(&paula, &mira, "goals", "goals"),
        json!([
            goal("Stories read this month", json!(0), 30),
            goal("Hours read this week", json!(0.0), 10),
            goal("Stories published", json!(0), 5),
            goal("Achievements earned", json!(0), 20)
        ])
    );
    assert_eq!(
        see(&paula, &mira, "analytics", "analytics"),
        json!({"daily_reading_time": [0, 0, 0, 0, 0, 0, 0], "daily_stories_completed": [0, 0, 0, 0, 0, 0, 0],
            "milestones": [], "categories": [], "favorite_genre": "Adventure", "favorite_genre_percentage": 0.0,
            "peak_reading_time": "Not enough data yet", "average_rating": 0.0,
            "strengths": {"reading_consistency": 0.0, "story_completion": 0.0, "genre_diversity": 0.0}})
    );
    assert_eq!(
        paula.get(&about(mira.id(), "stories")).ok(),
        json!({"success": true, "total_count": 0, "published_count": 0, "draft_count": 0, "stories": []})
    );
}

#[test]
fn figures_count_what_was_done_and_when() {
    let (world, paula, mira) = house();
    let (ben, now) = (world.child("Ben"), world.app.clock.now());
    let made: Vec<i64> = (0..4)
        .map(|number| mira.publishes(plain_story(&format!("tale {number}"))))
        .collect();
    mira.makes(plain_story("a draft"));
    made_at(&world, made[1], now - 7 * DAY);
    made_at(&world, made[2], now - 8 * DAY);
    made_at(&world, made[3], now - 31 * DAY);
    for (number, at) in [now - 1, now - 3 * DAY, now - 4 * DAY, now - 8 * DAY]
        .into_iter()
        .enumerate()
    {
        let read = ben.publishes(plain_story(&format!("Ben's tale {number}")));
        has_read(&world, &mira, read, at);
    }
    ben.likes(made[0]);
    mira.likes(made[0]);
    ben.comments(made[1], "How nice!");
    world.befriend(&mira, &ben);
    world.befriend(&world.child("Rosa"), &mira);
    // Whatever these acts have earned.
    has_earned(&world, &mira, &[(FIRST, now - HOUR), (SECOND, now - 31 * DAY)]);
    assert_eq!(
        see(&paula, &mira, "stats", "statistics"),
        json!({"stories_read": 4, "stories_read_change": "+3 this week", "reading_time": "0h 8m",
            "reading_time_minutes": 8, "reading_time_change": "+6min this week", "achievements": 2,
            "achievements_change": "+1 this month", "progress": 10.0, "stories_created": 4, "stories_this_week": 1,
            "stories_this_month": 3, "likes_received": 2, "comments_received": 1, "friends_count": 2})
    );
    // The month began three days ago.
    assert_eq!(
        see(&paula, &mira, "goals", "goals"),
        json!([
            {"label": "Stories read this month", "current": 2, "target": 30, "progress": 6.667},
            {"label": "Hours read this week", "current": 0.1, "target": 10, "progress": 1.0},
            {"label": "Stories published", "current": 4, "target": 5, "progress": 80.0},
            {"label": "Achievements earned", "current": 2, "target": 20, "progress": 10.0}
        ])
    );
}

#[test]
fn activities_are_the_newest_of_each_kind() {
    let (world, paula, mira) = house();
    let (ben, now) = (world.child("Ben"), world.app.clock.now());
    let kettle = mira.publishes(with(plain_story("the kettle"), json!({"category": "fantasy"})));
    made_at(&world, kettle, now - 2 * HOUR);
    ben.likes(kettle);
    mira.makes(plain_story("a draft"));
    let moon = ben.publishes(with(plain_story("the moon"), json!({"category": "animal"})));
    let sun = ben.publishes(plain_story("the sun"));
    mira.post(&format!("/api/stories/{moon}/rate/"), json!({"rating": 4}));
    has_read(&world, &mira, moon, now - HOUR);
    has_read(&world, &mira, sun, now - 3 * HOUR);
    has_earned(&world, &mira, &[(FIRST, now - 90 * MINUTE), (7, now)]);
    assert_eq!(
        see(&paula, &mira, "activities", "activities"),
        json!([
            {"type": "story_read", "title": "the moon", "subtitle": "Read a story: animal", "progress": 100,
             "timestamp": "2026-03-04T04:06:07.123456Z", "rating": 4},
            {"type": "achievement", "title": "The First Leaf", "subtitle": "Publish your very first story.",
             "progress": 100, "timestamp": "2026-03-04T03:36:07.123456Z", "rarity": "common"},
            {"type": "story_created", "title": "the kettle", "subtitle": "Published a story: fantasy",
             "progress": 100, "timestamp": "2026-03-04T03:06:07.123456Z", "likes": 1},
            {"type": "story_read", "title": "the sun", "subtitle": "Read a story: adventure", "progress": 100,
             "timestamp": "2026-03-04T02:06:07.123456Z", "rating": null}
        ])
    );
    // What cannot be read any more is not told of.
    ben.presses(sun, "unpublish");
    assert_eq!(
        see(&paula, &mira, "activities", "activities")
            .as_array()
            .unwrap()
            .len(),
        3
    );
    // Ten at most, five of each kind.
    for number in 0..8 {
        let at = now - number * MINUTE;
        let own = mira.publishes(plain_story(&format!("tale {number}")));
        made_at(&world, own, at);
        let read = ben.publishes(plain_story(&format!("Ben's tale {number}")));
        has_read(&world, &mira, read, at);
    }
    has_earned(&world, &mira, &[(FIRST, now - HOUR)]);
    let kinds = see(&paula, &mira, "activities", "activities");
    let count = |kind: &str| each(&kinds, "type").iter().filter(|one| ***one == *kind).count();
    assert_eq!((count("story_read"), count("story_created")), (5, 5));
}

#[test]
fn charts_begin_on_monday() {
    let (world, paula, mira) = house();
    let (ben, now) = (world.child("Ben"), world.app.clock.now());
    // Today is Wednesday; six days ago was Thursday.
    for (category, ago) in [("fantasy", 0), ("fantasy", 6), ("animal", 7)] {
        let own = mira.publishes(with(plain_story(category), json!({"category": category})));
        made_at(&world, own, now - ago * DAY);
        ben.post(&format!("/api/stories/{own}/rate/"), json!({"rating": 4}));
    }
    mira.makes(with(plain_story("a draft"), json!({"category": "mystery"})));
    for (number, (category, at)) in [
        ("comedy", now),
        ("comedy", now - DAY),
        ("scifi", now - DAY - MINUTE),
        ("comedy", now - 9 * HOUR),
    ]
    .into_iter()
    .enumerate()
    {
        let read = ben.publishes(with(
            plain_story(&format!("tale {number}")),
            json!({"category": category}),
        ));
        has_read(&world, &mira, read, at);
    }
    has_earned(&world, &mira, &[(FIRST, now - HOUR), (SECOND, now)]);
    assert_eq!(
        see(&paula, &mira, "analytics", "analytics"),
        json!({"daily_reading_time": [0, 6, 2, 0, 0, 0, 0], "daily_stories_completed": [0, 0, 1, 1, 0, 0, 0],
            "milestones": [
                {"title": "Up, Up and Away", "date": "2026-03-04T05:06:07.123456Z", "icon": "🎈",
                 "color": "#3B82F6", "rarity": "common"},
                {"title": "The First Leaf", "date": "2026-03-04T04:06:07.123456Z", "icon": "🌱",
                 "color": "#3B82F6", "rarity": "common"}],
            "categories": [{"category": "fantasy", "count": 2, "percentage": 66.7},
                           {"category": "animal", "count": 1, "percentage": 33.3}],
            "favorite_genre": "comedy", "favorite_genre_percentage": 75.0, "peak_reading_time": "5:00 AM",
            "average_rating": 4.0,
            "strengths": {"reading_consistency": 28.6, "story_completion": 100.0, "genre_diversity": 40.0}})
    );
}

#[test]
fn a_parent_sees_drafts_with_their_drawings() {
    let (world, paula, mira) = house();
    let (cover, page) = (drawing(), drawing());
    let rows = json!([row("cover", -1, Some(&cover)), row("p0", 0, Some(&page))]).to_string();
    let draft = mira.makes(with(
        story("The \"Kettle\"\n\u{2028}é"),
        json!({"canvas_data": rows, "cover_image": cover, "summary": "It sings.", "category": "fantasy"}),
    ));
    let answer = paula.get(&about(mira.id(), "stories")).ok();
    assert_eq!(
        names(&answer),
        [
            "draft_count",
            "published_count",
            "stories",
            "success",
            "total_count"
        ]
    );
    assert_eq!(
        [
            &answer["total_count"],
            &answer["published_count"],
            &answer["draft_count"]
        ],
        [1, 0, 1]
    );
    assert_eq!(
        answer["stories"],
        json!([{"id": draft, "title": "The \"Kettle\"\n\u{2028}é", "category": "fantasy",
            "genres": ["adventure", "comedy"], "is_published": false, "creation_type": "manual",
            "date_created": "2026-03-04T05:06:07.123456Z", "date_updated": "2026-03-04T05:06:07.123456Z",
            "page_count": 2, "cover_image": cover, "likes": 0, "comments": 0, "views": 0, "language": "en",
            "canvas_data": [{"id": "cover", "order": -1, "canvasData": cover},
                            {"id": "p0", "order": 0, "canvasData": page}],
            "content": format!("Once there was The \"Kettle\"\n\u{2028}é.{PAGE_BREAK}Then it was bedtime."),
            "summary": "It sings."}])
    );
    drop(world);
}

#[test]
fn drawings_of_published_stories_are_addresses() {
    let (world, paula, mira) = house();
    let (cover, page) = (drawing(), drawing());
    let rows = json!([row("cover", -1, Some(&cover)), row("p0", 0, Some(&page))]).to_string();
    mira.publishes(with(story("The Kettle"), json!({"canvas_data": rows})));
    let shown = paula.get(&about(mira.id(), "stories")).ok()["stories"][0].clone();
    let address = |data_url: &str| format!("http://{}{}", world.address, media_path(data_url));
    assert_eq!(shown["cover_image"], json!(address(&cover)));
    assert_eq!(
        each(&shown["canvas_data"], "canvasData"),
        [&json!(address(&cover)), &json!(address(&page))]
    );
    for data_url in [&cover, &page] {
        world.guest().get(&media_path(data_url)).status(200);
    }
}

#[test]
fn teachers_see_what_is_published() {
    let (world, _, mira) = house();
    let tina = world.teacher("Tina");
    world.teaches(&tina, mira.id());
    mira.publishes(plain_story("the kettle"));
    mira.makes(plain_story("a draft"));
    let answer = tina.get(&about(mira.id(), "stories")).ok();
    assert_eq!(each(&answer["stories"], "title"), ["the kettle"]);
    assert_eq!(
        [
            &answer["total_count"],
            &answer["published_count"],
            &answer["draft_count"]
        ],
        [1, 1, 0]
    );
    tina.get(&about(mira.id(), "stats")).ok();
}

#[test]
fn stories_come_newest_first_with_their_marks_whatever_their_canvas() {
    let (world, paula, mira) = house();
    let ben = world.child("Ben");
    let first = mira.publishes(plain_story("the kettle"));
    let second = mira.publishes(plain_story("the moon"));
    made_at(&world, first, world.app.clock.now() - DAY);
    ben.likes(second);
    ben.comments(second, "How nice!");
    ben.reads(second);
    // As the old server may have left them.
    world.sql(move |conn| {
        let pages = r#"{"pages": [{"id": "p0", "order": -1}, {"id": "p1"}, {"id": "p2"}]}"#;
        conn.execute(
            "UPDATE story_bodies SET canvas = $2 WHERE story_id = $1",
            &[&first, &pages],
        )?;
        conn.execute(
            "UPDATE story_bodies SET canvas = 'oops' WHERE story_id = $1",
            &[&second],
        )?;
        conn.execute(
            "UPDATE stories SET category = '', language = '', creation_type = '' WHERE id = $1",
            &[&second],
        )
    });
    let shown = paula.get(&about(mira.id(), "stories")).ok()["stories"].clone();
    assert_eq!(each(&shown, "title"), ["the moon", "the kettle"]);
    assert_eq!(each(&shown, "page_count"), [1, 3]);
    assert_eq!(shown[0]["canvas_data"], json!(null));
    assert_eq!(shown[1]["canvas_data"]["pages"].as_array().unwrap().len(), 3);
    let texts = ["category", "language", "creation_type"].map(|name| shown[0][name].clone());
    assert_eq!(texts, ["Uncategorized", "en", "manual"]);
    assert_eq!(
        ["likes", "comments", "views"].map(|name| shown[0][name].clone()),
        [json!(1), json!(1), json!(1)]
    );
    // The view is written after this, and is counted once.
    world.flush();
    assert_eq!(
        paula.get(&about(mira.id(), "stories")).ok()["stories"][0]["views"],
        json!(1)
    );
}

#[test]
fn a_long_shelf_comes_whole() {
    let (world, paula, mira) = house();
    for number in 0..30 {
        let long = "And then. ".repeat(2000);
        mira.makes(with(
            plain_story(&format!("tale {number}")),
            json!({"content": long, "canvas_data": canvas(&[Some(&drawing()), None])}),
        ));
        world.advance(1);
    }
    let answer = paula.get(&about(mira.id(), "stories")).ok();
    assert_eq!(answer["stories"].as_array().unwrap().len(), 30);
    assert_eq!(answer["stories"][0]["title"], json!("tale 29"));
    // A budget cuts the oldest, and the counts tell.
    drop(world);
    let world = World::with(|config| config.own_list_bytes = 1000);
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    world.family(&paula, &mira);
    for number in 0..15 {
        mira.makes(with(
            plain_story(&format!("tale {number}")),
            json!({"content": "And then. ".repeat(100)}),
        ));
        world.advance(1);
    }
    let answer = paula.get(&about(mira.id(), "stories")).ok();
    assert_eq!(answer["stories"].as_array().unwrap().len(), 12);
    assert_eq!(answer["total_count"], json!(15));
}

#[test]
fn what_is_polled_says_when_nothing_changed() {
    let (world, paula, mira) = house();
    let ben = world.child("Ben");
    let own = mira.publishes(plain_story("the kettle"));
    let read = ben.publishes(plain_story("the moon"));
    for what in ["stats", "activities", "goals", "analytics", "stories"] {
        let ask = |held: &str| paula.raw("GET", &about(mira.id(), what), &[("If-None-Match", held)], b"");
        let held = ask("").header("etag").unwrap().to_owned();
        let same = ask(&held);
        same.status(304);
        assert!(same.body.is_empty(), "{what}");
        assert_eq!(same.header("cache-control"), Some("private, no-cache"));
        match what {
            "stats" => ben.likes(own),
            "activities" => {
                mira.publishes(plain_story("the spoon"));
            }
            "stories" => {
                mira.changes(own, json!({"title": "The Teapot"}));
            }
            // One more story read.
            _ => has_read(&world, &mira, read, world.app.clock.now()),
        }
        assert_eq!(ask(&held).status, 200, "{what}");
        world.sql(move |conn| conn.execute("DELETE FROM story_reads", &[]));
    }
}
