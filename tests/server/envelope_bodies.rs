//! Bodies that are meant to fill the memory, and what becomes of bodies when memory is short.

use std::thread;
use std::time::{Duration, Instant};

use envelope::Level;
use serde_json::json;

use crate::drawings::{large_drawing, plain_story, with};
use crate::support::World;

const MIB: usize = 1024 * 1024;

#[test]
fn short_memory_refuses_large_bodies_before_they_are_read() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(plain_story("kettle"));
    let path = format!("/api/stories/{id}/update/");
    let large = json!({"cover_image": large_drawing()}).to_string();
    let json = [("Content-Type", "application/json")];

    assert_eq!(world.uses(75), Level::Yellow);
    mira.changes(id, json!({"cover_image": large_drawing()}));
    assert_eq!(world.uses(85), Level::Orange);
    let refused = mira.raw("PATCH", &path, &json, large.as_bytes());
    refused.refused(503);
    assert_eq!(refused.header("retry-after"), Some("10"));
    // Nothing of it came, and it is refused all the same: it was not waited for.
    let announces = [
        ("Content-Type", "application/json"),
        ("Content-Length", "2000000"),
    ];
    mira.send("PATCH", &path, &announces, b"").answer().refused(503);
    // What is small is saved.
    mira.changes(id, json!({"title": "still here"}));

    assert_eq!(world.uses(50), Level::Green);
    mira.raw("PATCH", &path, &json, large.as_bytes()).ok();
    assert_eq!(
        world.app.envelope.bodies().free(),
        world.app.envelope.bodies().total()
    );
}

#[test]
fn compressed_bodies_are_refused_and_not_unpacked() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(plain_story("kettle"));
    // A gigabyte of nothing, as gzip begins it.
    let bomb = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0; 1000]].concat();
    let update = format!("/api/stories/{id}/update/");
    for (method, path) in [
        ("POST", "/api/auth/login/"),
        ("PATCH", "/api/auth/profile/"),
        ("POST", "/api/stories/create/"),
        ("PATCH", &update),
    ] {
        for encoding in ["gzip", "deflate", "br", "identity, gzip"] {
            let headers = [
                ("Content-Type", "application/json"),
                ("Content-Encoding", encoding),
            ];
            mira.raw(method, path, &headers, &bomb).refused(415);
        }
    }
    let plain = [
        ("Content-Type", "application/json"),
        ("Content-Encoding", "identity"),
    ];
    mira.raw("PATCH", &update, &plain, br#"{"title":"as it is"}"#)
        .ok();
}

#[test]
fn deep_and_manifold_json_is_refused_wherever_it_is_sent() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(plain_story("kettle"));
    let update = format!("/api/stories/{id}/update/");
    let json = [("Content-Type", "application/json")];
    let deep = |depth: usize| format!("{{\"title\":{}", "[".repeat(depth));
    let many = format!("{{\"title\":[{}1]}}", "1,".repeat(3000));
    for (method, path) in [
        ("PATCH", "/api/auth/profile/"),
        ("POST", "/api/stories/create/"),
        ("PATCH", &update),
        ("POST", "/api/characters/create/"),
    ] {
        for body in [deep(200), deep(7000), many.clone()] {
            let answer = mira.raw(method, path, &json, body.as_bytes());
            assert!(
                matches!(answer.status, 400 | 413),
                "{method} {path}: {}",
                answer.status
            );
        }
    }
    world.guest().get("/healthz").ok();
}

#[test]
fn bodies_of_some_size_take_room_while_they_come() {
    let world = World::new();
    let mira = world.child("Mira");
    let bodies = world.app.envelope.bodies();
    let mut connection = world.connect();
    let head = format!(
        "PATCH /api/auth/profile/ HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{{",
        world.address,
        mira.access()
    );
    assert!(connection.send(head.as_bytes()));
    let deadline = Instant::now() + Duration::from_secs(20);
    while bodies.total() - bodies.free() < 58 * 1024 {
        assert!(Instant::now() < deadline, "it takes room");
        thread::yield_now();
    }
    drop(connection);
    while bodies.free() < bodies.total() {
        assert!(Instant::now() < deadline, "and gives it back");
        thread::yield_now();
    }
}

#[test]
fn a_storm_of_sign_ins_is_answered_at_once() {
    const STORM: usize = 200;
    let world = World::new();
    let mira = world.sign_up("Mira Lopez", "mira@example.org", "child");
    let body = json!({"email": mira.email(), "password": "not the password"});
    let start = Instant::now();
    let answers: Vec<_> = thread::scope(|scope| {
        let sign_in = || {
            let answer = world.guest().post("/api/auth/login/", body.clone());
            (
                answer.status,
                answer.header("retry-after").map(str::to_owned),
                start.elapsed(),
            )
        };
        let all: Vec<_> = (0..STORM).map(|_| scope.spawn(sign_in)).collect();
        // Somebody else meanwhile.
        world.guest().get("/api/stories/?public=true").ok();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let busy: Vec<_> = answers.iter().filter(|(status, ..)| *status == 503).collect();
    assert!(!busy.is_empty(), "the lane is short");
    for (status, retry_after, _) in &answers {
        assert!(matches!(status, 401 | 503), "{status}");
        assert_eq!(*status == 503, retry_after.is_some());
    }
    let slowest = busy.iter().map(|(.., took)| *took).max().unwrap();
    assert!(slowest < Duration::from_secs(15), "{slowest:?}");
}

#[test]
fn room_is_free_again_after_bodies_that_break_off() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.makes(with(
        plain_story("kettle"),
        json!({"cover_image": large_drawing()}),
    ));
    for _ in 0..20 {
        let announces = [
            ("Content-Type", "application/json"),
            ("Content-Length", "4000000"),
        ];
        let body = format!("{{\"content\":\"{}", "x".repeat(MIB / 4));
        drop(mira.send("POST", "/api/stories/create/", &announces, body.as_bytes()));
    }
    let bodies = world.app.envelope.bodies();
    let deadline = Instant::now() + Duration::from_secs(20);
    while bodies.free() < bodies.total() {
        assert!(
            Instant::now() < deadline,
            "{} of {}",
            bodies.free(),
            bodies.total()
        );
        thread::yield_now();
    }
}

#[test]
fn one_account_does_not_take_the_room_of_the_others() {
    const MOST: usize = 12;
    let world = World::new();
    let mira = world.child("Mira");
    let bodies = world.app.envelope.bodies();
    for (method, path) in [("PATCH", "/api/auth/profile/"), ("POST", "/api/stories/create/")] {
        let announce = |length: usize| {
            let mut connection = world.connect();
            let head = format!(
                "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
                 Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{{",
                world.address,
                mira.access()
            );
            assert!(connection.send(head.as_bytes()));
            connection
        };
        let held: Vec<_> = (0..MOST).map(|_| announce(65_000)).collect();
        let deadline = Instant::now() + Duration::from_secs(8);
        while bodies.total() - bodies.free() < 65_000 * MOST as u64 {
            assert!(Instant::now() < deadline, "they take room");
            thread::yield_now();
        }
        let start = Instant::now();
        announce(65_000).answer().refused(503);
        announce(2_100).answer().refused(503);
        // What is tiny needs no turn, and others have theirs.
        mira.patch("/api/auth/profile/", json!({"bio": "still here"}))
            .ok();
        let other = world.child(if method == "PATCH" { "Ana" } else { "Ben" });
        let answer = other.patch("/api/auth/profile/", json!({"bio": "x".repeat(3000)}));
        assert_ne!(answer.status, 503);
        other.makes(with(plain_story("kettle"), json!({"content": "x".repeat(3000)})));
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        drop(held);
        while bodies.free() < bodies.total() {
            assert!(
                Instant::now() < deadline + Duration::from_secs(10),
                "and give it back"
            );
            thread::yield_now();
        }
        mira.makes(with(plain_story("kettle"), json!({"content": "x".repeat(3000)})));
    }
}
