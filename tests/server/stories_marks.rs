//! Likes, saves, ratings, views and the numbers that come of them.

use std::thread;

use serde_json::{Value, json};
use tinytales::clock::{MINUTE, SECOND};
use tinytales::stories::flush_views;

use crate::drawings::{names, plain_story};
use crate::support::{Answer, Client, World};

#[track_caller]
fn toggle(client: &Client, story: i64, what: &str) -> Answer {
    client.post_nothing(&format!("/api/stories/{story}/{what}/"))
}

fn stats(client: &Client, story: i64) -> Value {
    client.get(&format!("/api/stories/{story}/stats/")).ok()
}

#[test]
fn a_tap_likes_and_the_next_takes_it_back() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let id = mira.publishes(plain_story("the kettle"));
    for (what, flag, count) in [
        ("like", "is_liked", "likes_count"),
        ("save", "is_saved", "saves_count"),
    ] {
        let on = toggle(&ben, id, what).created();
        assert_eq!(names(&on), {
            let mut all = vec!["message", "success", flag, count];
            all.sort_unstable();
            all
        });
        assert_eq!(
            (&on["success"], &on[flag], &on[count]),
            (&json!(true), &json!(true), &json!(1))
        );
        // The author may, too.
        assert_eq!(toggle(&mira, id, what).created()[count], json!(2));
        let off = toggle(&ben, id, what).ok();
        assert_eq!(names(&off), names(&on));
        assert_eq!((&off[flag], &off[count]), (&json!(false), &json!(1)));
        assert_eq!(toggle(&ben, id, what).created()[count], json!(2));
    }
    // With a content type and no bytes, with an empty object, without the slash: all the same.
    let json = [("Content-Type", "application/json")];
    let path = format!("/api/stories/{id}/like/");
    assert_eq!(ben.raw("POST", &path, &json, b"").ok()["is_liked"], json!(false));
    assert_eq!(ben.post(&path, json!({})).created()["is_liked"], json!(true));
    assert_eq!(
        ben.post_nothing(path.trim_end_matches('/')).ok()["is_liked"],
        json!(false)
    );
}

#[test]
fn what_is_left_on_a_draft_stays_out_of_reach_until_it_is_published_again() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let id = mira.publishes(plain_story("the kettle"));
    ben.likes(id);
    ben.saves(id);
    ben.comments(id, "Lovely");
    mira.post_nothing(&format!("/api/stories/{id}/unpublish/")).ok();
    toggle(&ben, id, "like").refused(404);
    ben.get(&format!("/api/stories/{id}/stats/")).refused(404);
    let own = stats(&mira, id);
    assert_eq!(
        (&own["likes_count"], &own["saves_count"], &own["comments_count"]),
        (&json!(1), &json!(1), &json!(1))
    );
    // A save can be taken back at any time, but not be made.
    assert_eq!(toggle(&ben, id, "save").ok()["is_saved"], json!(false));
    toggle(&ben, id, "save").refused(404);
    mira.post_nothing(&format!("/api/stories/{id}/publish/")).ok();
    let seen = stats(&ben, id);
    assert_eq!(
        (&seen["is_liked_by_user"], &seen["is_saved_by_user"]),
        (&json!(true), &json!(false))
    );
}

#[test]
fn the_numbers_of_a_story() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let id = mira.publishes(plain_story("the kettle"));
    ben.likes(id);
    mira.likes(id);
    mira.saves(id);
    ben.comments(id, "Lovely");
    ben.reads(id);
    let seen = |client: &Client| stats(client, id);
    let expected = |liked: bool, saved: bool| {
        json!({"success": true, "likes_count": 2, "comments_count": 1, "views": 1, "saves_count": 1,
            "is_liked_by_user": liked, "is_saved_by_user": saved})
    };
    assert_eq!(seen(&mira), expected(true, true));
    assert_eq!(seen(&ben), expected(true, false));
    assert_eq!(seen(&world.guest()), expected(false, false));
    assert_eq!(seen(&world.child("Rosa")), expected(false, false));
}

#[test]
fn taps_at_the_same_time_are_counted_right() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.publishes(plain_story("the kettle"));
    let crowd: Vec<Client> = (0..8)
        .map(|number| world.child(&format!("Child{number}")))
        .collect();
    for what in ["like", "save"] {
        // Everybody once, all at once; the first of them three times.
        thread::scope(|scope| {
            for client in crowd.iter().chain([&crowd[0], &crowd[0]]) {
                scope.spawn(move || {
                    let answer = toggle(client, id, what);
                    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
                });
            }
        });
        let count = stats(&crowd[0], id)[format!("{what}s_count")].clone();
        assert_eq!(count, json!(8), "{what}");
        assert_eq!(
            world
                .dump(if what == "like" {
                    "story_likes"
                } else {
                    "story_saves"
                })
                .len(),
            8
        );
    }
}

#[test]
fn a_rating_is_a_whole_number_from_one_to_five() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let id = mira.publishes(plain_story("the kettle"));
    let path = format!("/api/stories/{id}/rate/");
    for wrong in [
        json!(0),
        json!(6),
        json!(-1),
        json!(4.5),
        json!("x"),
        json!(null),
        json!([]),
        json!(1e30),
        json!(true),
    ] {
        ben.post(&path, json!({"rating": wrong}))
            .refused_fields(&["rating"]);
    }
    assert_eq!(mira.reads(id)["total_ratings"], json!(0));

    let answer = ben.post(&path, json!({"rating": 2})).ok();
    assert_eq!(names(&answer), ["message", "rating", "success"]);
    let first = answer["rating"].clone();
    let date = "2026-03-04T05:06:07.123456Z";
    assert_eq!(
        first,
        json!({"id": first["id"], "story": id, "user": ben.id(), "value": 2, "date_created": date})
    );
    assert!(first["id"].as_i64().unwrap() >= 1_000_000);
    // Without a value a first one is five, and a later one stays.
    assert_eq!(rosa.post_nothing(&path).ok()["rating"]["value"], json!(5));
    world.advance(MINUTE);
    assert_eq!(ben.post_nothing(&path).ok()["rating"], first);
    assert_eq!(
        ben.post(&path, json!({"rating": "4"})).ok()["rating"]["value"],
        json!(4)
    );
    let read = mira.reads(id);
    assert_eq!(
        (&read["total_ratings"], &read["average_rating"]),
        (&json!(2), &json!(4.5))
    );
    assert_eq!(
        mira.post(&path, json!({"rating": 1})).ok()["rating"]["value"],
        json!(1)
    );
    assert_eq!(mira.reads(id)["average_rating"], json!(10.0 / 3.0));
}

#[test]
fn a_view_is_a_look_by_somebody_else_once_in_a_while() {
    let world = World::new();
    let (mira, ben, rosa, olaf) = (
        world.child("Mira"),
        world.child("Ben"),
        world.child("Rosa"),
        world.child("Olaf"),
    );
    let id = mira.publishes(plain_story("the kettle"));
    world.collaborate(id, &[mira.id(), olaf.id()]);
    let before = mira.reads(id);
    let views = |client: &Client| client.reads(id)["views"].as_i64().unwrap();
    assert_eq!(
        (views(&mira), views(&olaf)),
        (0, 0),
        "who wrote it does not count"
    );
    assert_eq!(views(&ben), 1, "the answer counts the look itself");
    assert_eq!((views(&ben), views(&rosa), views(&rosa)), (1, 2, 2));
    assert_eq!(
        (views(&world.guest()), views(&world.guest())),
        (3, 3),
        "guests count by where they come from"
    );
    world.advance(5 * MINUTE + SECOND);
    assert_eq!((views(&ben), views(&world.guest())), (4, 5));
    let after = mira.reads(id);
    assert_eq!(after["date_updated"], before["date_updated"]);
    // Readers are noted once each; guests and authors are not.
    world.run(flush_views(&world.app));
    assert_eq!(world.dump("story_reads").len(), 2);
    // Refusals count nothing.
    mira.post_nothing(&format!("/api/stories/{id}/unpublish/")).ok();
    world.advance(60 * MINUTE);
    ben.get(&format!("/api/stories/{id}/")).refused(404);
    assert_eq!(views(&mira), 5);
}

#[test]
fn marks_are_limited() {
    let world = World::with(|config| config.rate_limits = true);
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let [id, pan, pot, whale] =
        ["kettle", "pan", "pot", "whale"].map(|name| mira.publishes(plain_story(&format!("the {name}"))));
    // Twenty times the same one, and sixty in a minute.
    for story in [id, pan, pot] {
        for _ in 0..20 {
            ben.likes(story);
        }
    }
    toggle(&ben, whale, "like").refused(429);
    mira.likes(id);
    world.advance(MINUTE);
    ben.likes(whale);
    toggle(&ben, id, "like").refused(429);
    assert_eq!(stats(&mira, id)["likes_count"], json!(1));
    assert_eq!(stats(&mira, whale)["likes_count"], json!(1));
    for _ in 0..20 {
        ben.comments(id, "Lovely");
    }
    ben.post(
        &format!("/api/stories/{id}/comments/create/"),
        json!({"text": "Hi"}),
    )
    .refused(429);
}
