//! What open apps ask for every half minute: one query for a 304, a new version for whatever is shown, and the same
//! number of queries for one row and for a hundred.

use serde_json::json;
use tinytales::clock::SECOND;

use crate::support::{Answer, Client, World};

const FRIENDS: &str = "/api/friends/";
const REQUESTS: &str = "/api/friends/requests/";
const CONVERSATIONS: &str = "/api/messages/conversations/";

#[track_caller]
fn version(client: &Client, path: &str) -> String {
    let answer = client.get(path);
    answer.ok();
    assert_eq!(
        answer.header("cache-control"),
        Some("private, no-cache"),
        "{path}"
    );
    answer
        .header("etag")
        .unwrap_or_else(|| panic!("{path} has no ETag"))
        .to_owned()
}

fn ask(client: &Client, path: &str, held: &str) -> Answer {
    client.raw("GET", path, &[("If-None-Match", held)], b"")
}

/// What a client holds is still the newest, for one query.
#[track_caller]
fn unchanged(world: &World, client: &Client, path: &str, held: &str) {
    let queries = world.queries(|| {
        let answer = ask(client, path, held);
        answer.status(304);
        assert!(answer.body.is_empty());
    });
    assert_eq!(queries, 1, "{path}");
}

/// There is a newer version; it.
#[track_caller]
fn changed(client: &Client, path: &str, held: &str) -> String {
    let answer = ask(client, path, held);
    answer.ok();
    let tag = answer.header("etag").unwrap().to_owned();
    assert_ne!(tag, held, "{path}");
    tag
}

#[test]
fn requests_are_new_when_one_comes_or_goes_or_its_sender_changes() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let held = version(&mira, REQUESTS);
    unchanged(&world, &mira, REQUESTS, &held);
    let asked = ben.asks(&mira);
    let held = changed(&mira, REQUESTS, &held);
    world.advance(SECOND);
    unchanged(&world, &mira, REQUESTS, &held);
    ben.patch("/api/auth/profile/", json!({"name": "Captain"})).ok();
    let held = changed(&mira, REQUESTS, &held);
    mira.answers(&asked, "accept");
    let held = changed(&mira, REQUESTS, &held);
    unchanged(&world, &mira, REQUESTS, &held);
}

#[test]
fn friends_are_new_with_all_that_is_shown_of_them() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let held = version(&mira, FRIENDS);
    unchanged(&world, &mira, FRIENDS, &held);
    world.befriend(&mira, &ben);
    let held = changed(&mira, FRIENDS, &held);
    ben.writes(&mira, "Hi");
    let held = changed(&mira, FRIENDS, &held);
    mira.history(&ben);
    let held = changed(&mira, FRIENDS, &held);
    let data = json!({"session_id": "abc", "story_title": "Moon"});
    world.notify(mira.id(), Some(ben.id()), "collaboration_invite", &data);
    let held = changed(&mira, FRIENDS, &held);
    unchanged(&world, &mira, FRIENDS, &held);
}

#[test]
fn conversations_are_new_with_each_message_and_each_look() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    world.befriend(&mira, &ben);
    let held = version(&mira, CONVERSATIONS);
    unchanged(&world, &mira, CONVERSATIONS, &held);
    let message = ben.writes(&mira, "Hi");
    let held = changed(&mira, CONVERSATIONS, &held);
    unchanged(&world, &mira, CONVERSATIONS, &held);
    ben.put(
        &format!("/api/messages/{}/edit/", message["id"]),
        json!({"content": "Hello"}),
    )
    .ok();
    let held = changed(&mira, CONVERSATIONS, &held);
    mira.history(&ben);
    let held = changed(&mira, CONVERSATIONS, &held);
    ben.delete(&format!("/api/messages/{}/delete/", message["id"]))
        .ok();
    let held = changed(&mira, CONVERSATIONS, &held);
    unchanged(&world, &mira, CONVERSATIONS, &held);
}

#[test]
fn messages_are_new_when_one_is_written_read_changed_or_deleted() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    world.befriend(&mira, &ben);
    let path = format!("/api/messages/{}/", ben.id());
    let held = version(&mira, &path);
    unchanged(&world, &mira, &path, &held);
    let message = mira.writes(&ben, "Hi");
    let held = changed(&mira, &path, &held);
    unchanged(&world, &mira, &path, &held);
    ben.history(&mira);
    let held = changed(&mira, &path, &held);
    mira.put(
        &format!("/api/messages/{}/edit/", message["id"]),
        json!({"content": "Hello"}),
    )
    .ok();
    let held = changed(&mira, &path, &held);
    ben.patch("/api/auth/profile/", json!({"name": "Captain"})).ok();
    let held = changed(&mira, &path, &held);
    ben.writes(&mira, "Hi");
    // A look at what is new marks it as read, whatever the client holds.
    let held = changed(&mira, &path, &held);
    assert_eq!(mira.conversations()[0]["unread_count"], json!(0));
    unchanged(&world, &mira, &path, &held);
    // A conversation that ends and begins anew is none that was seen before.
    for message in mira.history(&ben) {
        let sender = if message["sender"]["id"] == json!(mira.id()) {
            &mira
        } else {
            &ben
        };
        sender
            .delete(&format!("/api/messages/{}/delete/", message["id"]))
            .ok();
    }
    let empty = changed(&mira, &path, &held);
    mira.writes(&ben, "One");
    let held = changed(&mira, &path, &empty);
    let id = mira.history(&ben)[0]["id"].clone();
    mira.delete(&format!("/api/messages/{id}/delete/")).ok();
    mira.writes(&ben, "Two");
    changed(&mira, &path, &held);
}

#[test]
fn lists_cost_the_same_for_1_10_and_100() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.get("/api/auth/profile/").ok();
    let (mut friends, mut costs) = (0, Vec::new());
    for size in [1, 10, 100] {
        world.popular(&mira, (friends..size).map(|number| format!("Kid {number:03}")), 2);
        world.crowd((friends..size).map(|number| format!("Fan {number:03}")));
        let me = mira.id();
        world.sql(move |conn| {
            conn.execute(
                "INSERT INTO friendships (sender_id, receiver_id, low_id, high_id, status, date_created)
                 SELECT id, $1, $1, id, 'pending', 0 FROM users WHERE display_name LIKE 'Fan %'
                 ON CONFLICT (low_id, high_id) DO NOTHING",
                &[&me],
            )
        });
        friends = size;
        let cost = |path: &str, list: &str| {
            world.queries(|| {
                let answer = mira.get(path).ok();
                assert_eq!(answer[list].as_array().unwrap().len(), size, "{path}");
            })
        };
        costs.push([
            cost(FRIENDS, "friends"),
            cost(REQUESTS, "requests"),
            cost(CONVERSATIONS, "conversations"),
        ]);
    }
    assert_eq!(costs, [[1, 1, 1]; 3]);
}

#[test]
fn acts_cost_a_few() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    for client in [&mira, &ben, &rosa] {
        client.get("/api/auth/profile/").ok();
    }
    let mut asked = json!(null);
    assert_eq!(world.queries(|| asked = mira.asks(&ben)), 3);
    // And five for each of the two, what they get for it: their first friend is an achievement, which is counted, too.
    assert_eq!(world.queries(|| ben.answers(&asked, "accept")), 4 + 2 * 5);
    let (path, body) = (
        format!("/api/messages/{}/", mira.id()),
        json!({"receiver_id": mira.id(), "content": "Hi"}),
    );
    for count in [1, 10, 100] {
        for _ in 0..count {
            mira.writes(&ben, "Hi");
        }
        assert_eq!(
            world.queries(|| ben.get(&path).ok()),
            1 + 2 + 2,
            "a look that reads"
        );
        assert_eq!(world.queries(|| ben.get(&path).ok()), 2, "a look");
        assert_eq!(
            world.queries(|| ben.post("/api/messages/send/", body.clone()).created()),
            3
        );
        let mark = format!("/api/messages/mark-read/{}/", ben.id());
        assert_eq!(world.queries(|| mira.put(&mark, json!({})).ok()), 3);
        assert_eq!(world.queries(|| mira.put(&mark, json!({})).ok()), 1);
    }
    assert_eq!(
        world.queries(|| ben.delete(&format!("/api/friends/unfriend/{}/", mira.id())).ok()),
        1 + 2
    );
}
