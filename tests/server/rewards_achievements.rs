//! Achievements: which there are, how they are shown, when they are earned, and that they stay.

use serde_json::{Value, json};
use tinytales::clock::SECOND;
use tinytales::rewards::achievements::ALL;

use crate::drawings::{each, names, plain_story};
use crate::support::{Client, World};

const BEGINNING: &str = "2026-03-04T05:06:07.123456Z";

fn progress(client: &Client) -> Value {
    client.get("/api/achievements/progress/").ok()
}

/// The entry of a metric with this target.
#[track_caller]
fn entry(answer: &Value, metric: &str, target: i64) -> Value {
    let mut found = answer["achievements"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["metric_type"] == metric && one["target_value"] == target);
    found.next().unwrap().clone()
}

fn earned(answer: &Value, metric: &str) -> Vec<i64> {
    let list = answer["achievements"].as_array().unwrap().iter();
    list.filter(|one| one["metric_type"] == metric && one["is_earned"] == true)
        .map(|one| one["target_value"].as_i64().unwrap())
        .collect()
}

#[test]
fn the_catalogue_is_public_and_each_entry_has_exactly_these_fields() {
    let world = World::new();
    let answer = world.guest().get("/api/achievements/");
    let list = answer.ok();
    assert_eq!(names(&list), ["achievements", "success"]);
    assert_eq!(list["success"], json!(true));
    assert_eq!(list["achievements"].as_array().unwrap().len(), 128);
    assert_eq!(
        list["achievements"][0],
        json!({"id": 1_000_901, "name": "Two Puzzle Pieces", "category": "collab",
            "description": "Publish a story that you made together with others.",
            "metric_type": "collaborations_completed", "icon": "🧩", "color": "blue", "target_value": 1,
            "rarity": "common", "is_active": true, "sort_order": 1})
    );
    assert_eq!(world.child("Mira").get("/api/achievements/").ok(), list);
    let stale = world.guest().with_token("junk");
    stale.get("/api/achievements/").refused(401);
    let held = [("If-None-Match", answer.header("etag").unwrap())];
    world
        .guest()
        .raw("GET", "/api/achievements/", &held, b"")
        .status(304);
    world.guest().post_nothing("/api/achievements/").refused(405);
}

#[test]
fn progress_of_somebody_new() {
    let world = World::new();
    let mira = world.child("Mira");
    let answer = progress(&mira);
    assert_eq!(names(&answer), ["achievements", "success", "user_stats"]);
    let list = answer["achievements"].as_array().unwrap();
    assert_eq!(list.len(), 128);
    assert_eq!(
        list[0],
        json!({"id": 1_000_901, "name": "Two Puzzle Pieces", "category": "collab",
            "description": "Publish a story that you made together with others.",
            "metric_type": "collaborations_completed", "icon": "🧩", "color": "blue", "target_value": 1,
            "rarity": "common", "sort_order": 1, "progress": 0, "progress_percentage": 0.0,
            "is_earned": false, "earned_at": null})
    );
    let mut categories: Vec<&str> = list.iter().map(|one| one["category"].as_str().unwrap()).collect();
    assert!(categories.is_sorted());
    categories.dedup();
    assert_eq!(categories.len(), 13);
    for pair in list
        .windows(2)
        .filter(|pair| pair[0]["category"] == pair[1]["category"])
    {
        assert!(pair[0]["sort_order"].as_i64() <= pair[1]["sort_order"].as_i64());
    }
    assert!(
        list.iter().all(|one| one["is_earned"] == false),
        "nobody begins with one"
    );
    assert_eq!(
        answer["user_stats"],
        json!({"total_stories": 0, "published_stories": 0, "manual_stories": 0, "ai_stories": 0, "total_words": 0,
            "friends": 0, "likes_received": 0, "comments_received": 0, "views_received": 0, "stories_read": 0,
            "characters_created": 0, "collaboration_count": 0, "collaborations_completed": 0,
            "leaderboard_rank": 101, "games_completed": 0, "level": 1, "avatars_unlocked": 4,
            "borders_unlocked": 1})
    );
    assert_eq!(
        mira.get("/api/achievements/user/").ok(),
        json!({"success": true, "achievements": []})
    );
    for path in [
        "/api/achievements/progress/",
        "/api/achievements/user/",
        "/api/users/rewards/",
    ] {
        world.guest().get(path).refused(401);
        world.guest().with_token("junk").get(path).refused(401);
        mira.post_nothing(path).refused(405);
    }
    mira.get("/api/achievements/7/").refused(404);
    mira.post_nothing("/api/achievements/unlock/").refused(404);
}

#[test]
fn it_is_earned_when_it_happens_and_stays() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.publishes(plain_story("the kettle"));
    world.advance(SECOND);
    ben.likes(story);
    // Nobody has looked yet.
    let ids = world.number(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards WHERE action = 'achievement_earned' AND object_id = 1000401",
    );
    assert_eq!(ids, 1);
    let shown = entry(&progress(&mira), "likes_received", 1);
    assert_eq!(
        (
            &shown["is_earned"],
            &shown["earned_at"],
            &shown["progress"],
            &shown["progress_percentage"]
        ),
        (
            &json!(true),
            &json!("2026-03-04T05:06:08.123456Z"),
            &json!(1),
            &json!(100.0)
        )
    );
    let next = entry(&progress(&mira), "likes_received", 10);
    assert_eq!(
        (
            &next["is_earned"],
            &next["progress"],
            &next["progress_percentage"]
        ),
        (&json!(false), &json!(1), &json!(10.0))
    );
    let xp = mira.xp();
    world.advance(SECOND);
    ben.post_nothing(&format!("/api/stories/{story}/like/")).ok();
    mira.delete(&format!("/api/stories/{story}/delete/")).ok();
    let after = progress(&mira);
    for metric in ["likes_received", "published_stories", "total_stories"] {
        let kept = entry(&after, metric, 1);
        assert_eq!(
            (&kept["is_earned"], &kept["progress"]),
            (&json!(true), &json!(0)),
            "{metric}"
        );
    }
    // Again from the beginning: nothing comes twice.
    let story = mira.makes(plain_story("the pan"));
    assert_eq!(mira.xp(), xp + 100);
    mira.presses(story, "publish");
    ben.likes(story);
    assert_eq!(mira.xp(), xp + 100 + 50 + 5);
    world.books_balance();
}

#[test]
fn each_metric_leads_to_its_achievement() {
    let world = World::new();
    let [mira, ben] = ["Mira", "Ben"].map(|name| world.child(name));
    let story = mira.publishes(plain_story("the kettle"));
    ben.likes(story);
    ben.comments(story, "Lovely");
    ben.reads(story);
    world.flush();
    let asked = ben.asks(&mira);
    mira.answers(&asked, "accept");
    world.collaborate(story, &[mira.id(), ben.id()]);
    mira.presses(story, "unpublish");
    mira.presses(story, "publish");
    assert_eq!(
        mira.achievements(),
        [
            "A Knock at the Door",
            "Growing Already",
            "Hello, You!",
            "Out of the Egg",
            "Somebody Smiled",
            "The First Leaf",
            "The First Tweet of the Morning",
            "Two Puzzle Pieces"
        ]
    );
    assert_eq!(
        ben.achievements(),
        ["Hello, You!", "Peek Inside", "Two Puzzle Pieces"]
    );
    let words = "word ".repeat(100);
    ben.makes(crate::drawings::with(
        plain_story("the long"),
        json!({"content": words}),
    ));
    assert!(ben.achievements().contains(&"A Sharp New Pencil"));
    let list = mira.get("/api/achievements/user/").ok();
    let first = &list["achievements"][0];
    assert_eq!(
        names(first),
        [
            "achievement",
            "date_earned",
            "earned_at",
            "id",
            "is_earned",
            "progress"
        ]
    );
    assert_eq!(
        (&first["earned_at"], &first["is_earned"]),
        (&json!(BEGINNING), &json!(true))
    );
    assert_eq!(first["achievement"]["id"], first["id"]);
    world.books_balance();
}

#[test]
fn a_board_of_ten_has_places() {
    let world = World::new();
    let people: Vec<Client> = (0..10)
        .map(|number| world.child(&format!("Child{number}")))
        .collect();
    let teacher = world.teacher("Theo");
    for person in people.iter().take(9).chain([&teacher]) {
        person.publishes(plain_story("tale"));
        person.publishes(plain_story("another tale"));
    }
    // Nine children: no board.
    assert_eq!(people[0].total("leaderboard_rank"), 101);
    assert!(earned(&progress(&people[0]), "leaderboard_rank").is_empty());
    people[9].publishes(plain_story("tale"));
    let last = progress(&people[9]);
    assert_eq!(last["user_stats"]["leaderboard_rank"], json!(10));
    assert_eq!(earned(&last, "leaderboard_rank"), [100, 50, 25, 10]);
    for _ in 0..2 {
        people[0].publishes(plain_story("one more tale"));
    }
    let first = progress(&people[0]);
    assert_eq!(first["user_stats"]["leaderboard_rank"], json!(1));
    assert_eq!(earned(&first, "leaderboard_rank"), [100, 50, 25, 10, 5, 3, 2, 1]);
    assert_eq!(entry(&first, "leaderboard_rank", 50)["progress"], json!(1));
    assert_eq!(
        teacher.total("leaderboard_rank"),
        101,
        "the board is the children's"
    );
    // Whom others brought there is paid and told as they look.
    let (xp, mut hears) = (people[1].xp(), people[1].notifications());
    let second = progress(&people[1]);
    assert_eq!(second["user_stats"]["leaderboard_rank"], json!(2));
    assert_eq!(earned(&second, "leaderboard_rank"), [100, 50, 25, 10, 5, 3, 2]);
    let places = 50 + 2 * 100 + 2 * 200 + 2 * 500;
    assert!(people[1].xp() >= xp + places);
    assert!(hears.heard().iter().any(|event| event["type"] == "level_up"));
    let paid = people[1].xp();
    progress(&people[1]);
    assert_eq!(people[1].xp(), paid);
    world.books_balance();
}

#[test]
fn what_an_import_brought_is_noted_quietly() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut hears = mira.notifications();
    world.has_xp(&mira, 9 * 500);
    let answer = progress(&mira);
    assert_eq!(earned(&answer, "level"), [2, 5, 10]);
    assert_eq!(earned(&answer, "avatars_unlocked"), [5, 10, 15, 20]);
    assert_eq!(earned(&answer, "borders_unlocked"), [3]);
    assert_eq!(entry(&answer, "level", 10)["earned_at"], json!(BEGINNING));
    assert_eq!(mira.xp(), 9 * 500);
    assert!(hears.heard().is_empty());
    assert_eq!(world.dump("notifications").len(), 0);
    let paid = world.number("SELECT CAST(COALESCE(SUM(xp), 0) AS BIGINT) FROM xp_awards");
    assert_eq!(paid, 0);
    let ledger = world.dump("xp_awards");
    assert_eq!(progress(&mira), answer);
    assert_eq!(world.dump("xp_awards"), ledger);
}

#[test]
fn two_who_look_at_once_are_both_answered() {
    let world = World::new();
    let mira = world.child("Mira");
    world.has_xp(&mira, 24_500);
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let looks: Vec<_> = (0..6).map(|_| scope.spawn(|| progress(&mira))).collect();
        looks.into_iter().map(|look| look.join().unwrap()).collect()
    });
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(
        each(&mira.get("/api/achievements/user/").ok()["achievements"], "id").len(),
        9 + 8
    );
    assert_eq!(ALL.len(), 128);
}
