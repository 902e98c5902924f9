//! Large bodies on their way in: nobody takes the room of the others, and nobody holds room for nothing.

use std::thread;

use serde_json::json;

use crate::drawings::{large_drawing, plain_story, with};
use crate::support::{Client, Connection, World, eventually};

const MIB: usize = 1024 * 1024;

/// The beginning of a request that does not say how long it is, and of its body.
fn begin(world: &World, client: &Client, method: &str, path: &str, body: &str) -> Connection {
    let mut connection = world.connect();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n",
        world.address,
        client.access(),
        body.len()
    );
    // A server that refuses early may have closed.
    connection.send(head.as_bytes());
    connection
}

#[track_caller]
#[test]
fn one_account_cannot_take_the_room_of_the_others() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let hers = mira.makes(plain_story("hers"));
    let his = ben.makes(plain_story("his"));
    let bodies = world.app.envelope.bodies();
    eventually("all room is free", || bodies.free() == bodies.total());
    let path = format!("/api/stories/{hers}/update/");
    // As much text as may be held, and its end does not come.
    let body = format!(
        r#"{{"content":"{}","canvas_data":"{}"#,
        "x".repeat(MIB),
        "x".repeat(MIB)
    );
    let send = || begin(&world, &mira, "PATCH", &path, &body);
    let stalled = [send(), send()];
    eventually("both hold their texts", || {
        bodies.total() - bodies.free() >= 4 * MIB as u64
    });
    for _ in 0..60 {
        let answer = begin(&world, &mira, "PATCH", &path, r#"{"content":"x"#).answer();
        answer.refused(503);
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    assert!(
        bodies.total() - bodies.free() < 6 * MIB as u64,
        "{} bytes are free",
        bodies.free()
    );
    ben.changes(his, json!({"cover_image": large_drawing()}));
    // What needs no room is saved all the same.
    mira.changes(hers, json!({"title": "still hers"}));
    drop(stalled);
    eventually("the room is given back", || bodies.free() == bodies.total());
    mira.changes(
        hers,
        with(plain_story("hers"), json!({"cover_image": large_drawing()})),
    );
}

#[test]
fn a_character_has_4_mib_at_most_even_if_it_does_not_say_so() {
    let world = World::new();
    let mira = world.child("Mira");
    let send = |bytes: usize| {
        let body = format!(
            r#"{{"name":"Kettle","canvas_data":"[]","extra":"{}"}}"#,
            "x".repeat(bytes)
        );
        let mut connection = begin(&world, &mira, "POST", "/api/characters/create/", &body);
        connection.send(b"0\r\n\r\n");
        connection.answer()
    };
    send(4 * MIB).refused(413);
    send(4 * MIB - 1024).created();
}

#[test]
fn a_small_change_of_a_long_story_takes_room_for_the_story() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(with(
        plain_story("the kettle"),
        json!({"content": "a".repeat(300_000)}),
    ));
    let path = format!("/api/stories/{id}/update/");
    let bodies = world.app.envelope.bodies();
    eventually("all room is free", || bodies.free() == bodies.total());
    // What is left would do for the change alone.
    let others = world.run(bodies.take(bodies.total() - MIB as u64)).unwrap();
    thread::scope(|scope| {
        let changes = scope.spawn(|| mira.patch(&path, json!({"title": "the pan"})).ok());
        eventually("the change waits", || bodies.waiting() > 0);
        drop(others);
        let story = &changes.join().unwrap()["story"];
        assert_eq!(story["title"], json!("the pan"));
        // Long members are left out of the answer, never emptied.
        assert!(story.get("content").is_none() && story.get("canvas_data").is_none());
    });
    assert_eq!(mira.reads(id)["content"].as_str().unwrap().len(), 300_000);
}
