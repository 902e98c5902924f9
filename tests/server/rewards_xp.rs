//! XP: what pays how much, to whom, how often; and what the books say in the end.

use serde_json::json;
use tinytales::clock::MINUTE;
use tinytales::rewards::{self, Action, Award, Count, Counts};

use crate::drawings::{names, plain_story, with};
use crate::support::World;

/// A ledger as the tests write it down.
fn rows(expected: &[(&str, i64, i64)]) -> Vec<(String, i64, i64)> {
    let mut rows: Vec<_> = expected
        .iter()
        .map(|(action, object, xp)| ((*action).to_owned(), *object, *xp))
        .collect();
    rows.sort();
    rows
}

#[test]
fn each_act_pays_what_the_table_says() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.makes(plain_story("the kettle"));
    mira.presses(story, "publish");
    ben.likes(story);
    ben.comments(story, "Lovely");
    ben.reads(story);
    world.flush();
    let pip = ben.draws("Pip");
    let asked = mira.asks(&ben);
    ben.answers(&asked, "accept");
    assert_eq!(
        world.ledger(&mira),
        rows(&[
            ("story_created", story, 100),
            ("story_published", story, 50),
            ("story_liked", story, 5),
            ("friend_added", ben.id(), 20),
        ])
    );
    assert_eq!(
        world.ledger(&ben),
        rows(&[
            ("story_commented", story, 10),
            ("story_read", story, 5),
            ("character_created", pip, 25),
            ("friend_added", mira.id(), 20),
        ])
    );
    world.books_balance();
}

#[test]
fn the_answers_say_what_was_earned() {
    let world = World::new();
    let mira = world.child("Mira");
    let made = mira
        .post("/api/stories/create/", plain_story("the kettle"))
        .created();
    // The first story is an achievement, too: 50.
    assert_eq!(
        made["xp_earned"],
        json!({"xp_gained": 100, "total_xp": 150, "level": 1, "leveled_up": false})
    );
    let story = made["story"]["id"].as_i64().unwrap();
    let published = mira.presses(story, "publish");
    assert_eq!(
        published["xp_earned"],
        json!({"xp_gained": 50, "total_xp": 250, "level": 1, "leveled_up": false})
    );
    assert_eq!(
        names(&published),
        [
            "games_generated",
            "games_info",
            "message",
            "story_id",
            "success",
            "xp_earned"
        ]
    );
    assert_eq!(mira.presses(story, "publish")["xp_earned"], json!(null));
    mira.presses(story, "unpublish");
    assert_eq!(
        mira.presses(story, "publish")["xp_earned"],
        json!(null),
        "once per story"
    );
    world.has_xp(&mira, 420);
    let made = mira
        .post("/api/stories/create/", plain_story("the pan"))
        .created();
    // Level 2 is an achievement: 50 more.
    assert_eq!(
        made["xp_earned"],
        json!({"xp_gained": 100, "total_xp": 570, "level": 2, "leveled_up": true})
    );
    assert_eq!(mira.xp(), 570);
}

#[test]
fn nothing_is_paid_twice() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.makes(plain_story("the kettle"));
    for _ in 0..3 {
        mira.presses(story, "publish");
        mira.presses(story, "unpublish");
    }
    mira.presses(story, "publish");
    for _ in 0..5 {
        ben.post_nothing(&format!("/api/stories/{story}/like/"));
    }
    for _ in 0..3 {
        let comment = ben.comments(story, "Lovely");
        ben.delete(&format!("/api/comments/{comment}/delete/")).ok();
        world.advance(10 * MINUTE);
        ben.reads(story);
        world.flush();
        let asked = mira.asks(&ben);
        ben.answers(&asked, "accept");
        mira.delete(&format!("/api/friends/unfriend/{}/", ben.id())).ok();
    }
    let expected_of_mira = [
        ("story_created", (100, 1)),
        ("story_published", (50, 1)),
        ("story_liked", (5, 1)),
        ("friend_added", (20, 1)),
    ];
    for (action, expected) in expected_of_mira {
        assert_eq!(world.paid(&mira, action), expected, "{action}");
    }
    for (action, expected) in [
        ("story_commented", (10, 1)),
        ("story_read", (5, 1)),
        ("friend_added", (20, 1)),
    ] {
        assert_eq!(world.paid(&ben, action), expected, "{action}");
    }
    // One like stands, everything else was taken back.
    for (name, expected) in [
        ("likes_received", 1),
        ("comments_received", 0),
        ("friends", 0),
        ("published_stories", 1),
    ] {
        assert_eq!(mira.total(name), expected, "{name}");
    }
    assert_eq!(mira.total("views_received"), 3);
    assert_eq!(ben.total("stories_read"), 1);
    world.books_balance();
}

#[test]
fn what_one_does_for_oneself_pays_nothing() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.publishes(plain_story("the kettle"));
    let before = (world.ledger(&mira), mira.xp());
    mira.likes(story);
    mira.comments(story, "I like it");
    mira.reads(story);
    world.flush();
    assert_eq!((world.ledger(&mira), mira.xp()), before);
    for name in [
        "likes_received",
        "comments_received",
        "views_received",
        "stories_read",
    ] {
        assert_eq!(mira.total(name), 0, "{name}");
    }
}

#[test]
fn an_act_that_stands_already_counts_for_nothing() {
    let world = World::new();
    let mira = world.child("Mira");
    let (player, now) = (mira.id(), world.app.clock.now());
    let complete = |attempt: i64, xp: i64| {
        world.sql(move |conn| {
            let act = Award::of(Action::GameCompleted, 7).by(attempt).paying(xp);
            let earned = rewards::award(conn, player, act, Counts::of(Count::GamesCompleted, 1), now)?;
            Ok(earned.is_new())
        })
    };
    let is_new: Vec<bool> = [(1, 90), (1, 90), (2, 5), (1, 60), (2, 5), (3, 0), (3, 0)]
        .into_iter()
        .map(|(attempt, xp)| complete(attempt, xp))
        .collect();
    assert_eq!(is_new, [true, false, true, false, false, true, false]);
    assert_eq!(mira.total("games_completed"), 3);
    assert_eq!(world.paid(&mira, "game_completed"), (95, 3));
    // The first game is an achievement.
    assert_eq!(mira.xp(), 95 + 50);
    world.books_balance();
}

#[test]
fn every_way_of_publishing_pays() {
    let world = World::new();
    let mira = world.child("Mira");
    let at_once = mira.publishes(plain_story("the kettle"));
    let later = mira.makes(plain_story("the pan"));
    mira.changes(later, json!({"is_published": true}));
    for story in [at_once, later] {
        assert!(
            world
                .ledger(&mira)
                .contains(&("story_published".to_owned(), story, 50))
        );
    }
    assert_eq!(mira.total("published_stories"), 2);
    mira.changes(later, json!({"is_published": false}));
    assert_eq!(mira.total("published_stories"), 1);
    mira.presses(later, "publish");
    assert_eq!(world.paid(&mira, "story_published"), (100, 2));
    assert_eq!(mira.total("published_stories"), 2);
    world.books_balance();
}

#[test]
fn the_same_pages_sent_again_are_one_story() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = plain_story("the kettle");
    let first = mira.post("/api/stories/create/", story.clone()).created();
    let again = mira.post("/api/stories/create/", story).created();
    assert_eq!(first["story"]["id"], again["story"]["id"]);
    assert_eq!(again["xp_earned"], json!(null));
    assert_eq!(world.paid(&mira, "story_created"), (100, 1));
    assert_eq!(mira.total("total_stories"), 1);
}

#[test]
fn a_story_of_several_pays_each_of_them_once() {
    let world = World::new();
    let [mira, ben, rosa] = ["Mira", "Ben", "Rosa"].map(|name| world.child(name));
    let story = mira.makes(plain_story("the whale"));
    world.collaborate(story, &[mira.id(), ben.id()]);
    ben.presses(story, "publish-collaborative");
    for author in [&mira, &ben] {
        assert_eq!(world.paid(author, "collaboration_completed"), (50, 1));
        assert_eq!(author.total("collaborations_completed"), 1);
        assert_eq!(author.total("collaboration_count"), 1);
        assert!(author.achievements().contains(&"Two Puzzle Pieces"));
    }
    assert_eq!(
        world.paid(&mira, "story_published"),
        (0, 0),
        "nobody published it alone"
    );
    assert_eq!(
        (mira.total("published_stories"), ben.total("published_stories")),
        (1, 0)
    );
    mira.presses(story, "unpublish");
    let published = mira.presses(story, "publish");
    assert_eq!(
        (
            &published["xp_earned"]["xp_gained"],
            &published["xp_earned"]["total_xp"]
        ),
        (&json!(50), &json!(mira.xp()))
    );
    for author in [&mira, &ben] {
        assert_eq!(world.paid(author, "collaboration_completed"), (50, 1));
        assert_eq!(author.total("collaborations_completed"), 1);
    }
    assert_eq!(world.paid(&mira, "story_published"), (50, 1));
    assert_eq!(rosa.xp(), 0);
    world.books_balance();
}

#[test]
fn what_was_earned_stays_when_its_story_goes() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.publishes(with(
        plain_story("the kettle"),
        json!({"content": "One two three."}),
    ));
    ben.likes(story);
    let before = mira.xp();
    assert_eq!(mira.total("total_words"), 3);
    mira.delete(&format!("/api/stories/{story}/delete/")).ok();
    assert_eq!(mira.xp(), before);
    for (name, expected) in [
        ("total_stories", 0),
        ("published_stories", 0),
        ("manual_stories", 0),
        ("total_words", 0),
        ("likes_received", 1),
    ] {
        assert_eq!(mira.total(name), expected, "{name}");
    }
    world.books_balance();
}

#[test]
fn totals_follow_what_is_written() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let content = |text: &str| json!({"content": text});
    let story = mira.makes(with(
        plain_story("the kettle"),
        content("One two\n\n---PAGE BREAK---\n\nthree"),
    ));
    mira.makes(with(
        plain_story("the robot"),
        json!({"content": "Four words it has.", "creation_type": "ai_assisted"}),
    ));
    assert_eq!(
        (
            mira.total("total_words"),
            mira.total("manual_stories"),
            mira.total("ai_stories")
        ),
        (7, 1, 1)
    );
    mira.changes(story, content("One"));
    assert_eq!(mira.total("total_words"), 5);
    mira.changes(story, json!({"title": "the pot"}));
    assert_eq!(mira.total("total_words"), 5);
    mira.changes(story, json!({"creation_type": "collaborative"}));
    assert_eq!(
        (mira.total("manual_stories"), mira.total("total_stories")),
        (0, 2)
    );
    // A co-author writes: the words are the author's.
    world.collaborate(story, &[mira.id(), ben.id()]);
    ben.changes(story, content("One two three four"));
    assert_eq!((mira.total("total_words"), ben.total("total_words")), (8, 0));
    let pip = mira.draws("Pip");
    assert_eq!(mira.total("characters_created"), 1);
    mira.delete(&format!("/api/characters/{pip}/delete/")).ok();
    assert_eq!(mira.total("characters_created"), 0);
}

#[test]
fn who_inherits_a_story_inherits_what_it_counts() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.publishes(with(
        plain_story("the whale"),
        json!({"content": "One two three."}),
    ));
    world.collaborate(story, &[mira.id(), ben.id()]);
    let rosa = world.child("Rosa");
    for client in [&mira, &ben, &rosa] {
        client.likes(story);
        client.comments(story, "Lovely");
    }
    let by_rosa = rosa.comments(story, "So lovely");
    rosa.reads(story);
    world.flush();
    let before = ben.xp();
    let mut hears = ben.notifications();
    hears.heard();
    mira.post(
        "/api/auth/delete-account/",
        json!({"password": crate::support::PASSWORD}),
    )
    .ok();
    assert_eq!((ben.total("total_stories"), ben.total("total_words")), (1, 3));
    assert_eq!(ben.total("published_stories"), 1);
    assert_eq!(world.paid(&ben, "story_created"), (0, 0));
    assert!(ben.xp() > before);
    let told = hears.heard();
    assert!(
        told.iter().any(|event| event["type"] == "notification"),
        "{told:?}"
    );
    // What others left on it, but neither he nor she who has left; and that can be taken back.
    let received = ["likes_received", "comments_received", "views_received"];
    assert_eq!(received.map(|name| ben.total(name)), [1, 2, 1]);
    rosa.likes(story);
    rosa.delete(&format!("/api/comments/{by_rosa}/delete/")).ok();
    assert_eq!(received.map(|name| ben.total(name)), [0, 1, 1]);
    let below = world.number(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM reward_counts WHERE likes_received < 0 OR comments_received < 0",
    );
    assert_eq!(below, 0);
    let orphans =
        "SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards WHERE user_id NOT IN (SELECT id FROM users)";
    assert_eq!(world.number(orphans), 0);
    world.books_balance();
}

#[test]
fn what_is_refused_pays_nothing() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let draft = mira.makes(plain_story("the kettle"));
    let story = mira.publishes(plain_story("the pan"));
    let asked = mira.asks(&ben);
    let before = (
        world.dump("xp_awards"),
        world.dump("reward_counts"),
        mira.xp(),
        ben.xp(),
    );
    let on = |id: &str, path: &str| format!("/api/stories/{id}/{path}/");
    let (draft, story) = (draft.to_string(), story.to_string());
    for id in [draft.as_str(), "7", "x", "-1", "99999999999999999999"] {
        ben.post_nothing(&on(id, "like")).refused(404);
        ben.post_nothing(&on(id, "publish")).refused(404);
        ben.post(&on(id, "comments/create"), json!({"text": "Hi"}))
            .refused(404);
    }
    ben.post_nothing(&on(&story, "publish")).refused(404);
    ben.delete(&on(&story, "delete")).refused(404);
    for text in [json!(""), json!(7), json!(null), json!("x".repeat(2001))] {
        ben.post(&on(&story, "comments/create"), json!({"text": text}))
            .refused(400);
    }
    ben.post("/api/stories/create/", json!({"title": ""}))
        .refused(400);
    ben.post("/api/characters/create/", json!({"name": "Pip"}))
        .refused(400);
    ben.put(
        &format!("/api/friends/respond/{}/", asked["id"]),
        json!({"action": "hug"}),
    )
    .refused(400);
    mira.put(
        &format!("/api/friends/respond/{}/", asked["id"]),
        json!({"action": "accept"}),
    )
    .refused(404);
    world.guest().post_nothing(&on(&story, "like")).refused(401);
    let after = (
        world.dump("xp_awards"),
        world.dump("reward_counts"),
        mira.xp(),
        ben.xp(),
    );
    assert_eq!(after, before);
    ben.answers(&asked, "reject");
    assert_eq!((mira.total("friends"), ben.total("friends")), (0, 0));
}
