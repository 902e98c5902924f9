//! The log of a session, and what an account that goes leaves behind.

use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, World};
use crate::together::{Session, members};

/// Puts an operation into a session's log, as a room does.
fn logs(world: &World, session: &Session, by: &Client, number: i64, page: i64, data: &str) {
    let (name, user_id, data) = (session.id.clone(), by.id(), data.to_owned());
    let now = world.app.clock.now();
    world.sql(move |conn| {
        conn.execute(
            "INSERT INTO operations (collaboration_id, number, user_id, kind, page, data, created_at)
             SELECT id, $2, $3, 'draw', $4, $5, $6 FROM collaborations WHERE session_id = $1",
            &[&name, &number, &user_id, &page, &data, &now],
        )
        .map(drop)
    });
}

fn numbers(log: &Value) -> Vec<i64> {
    let operations = log["operations"].as_array().unwrap();
    operations
        .iter()
        .map(|operation| operation["sequence_number"].as_i64().unwrap())
        .collect()
}

#[test]
fn the_log_is_read_in_order() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let session = mira.hosts("Moon Cats");
    ben.joins(&session);
    let other = mira.hosts("Other");
    logs(&world, &other, &mira, 1, 0, "{}");
    for (number, page) in [(1, 0), (2, -1), (3, 0), (4, 1)] {
        logs(
            &world,
            &session,
            &ben,
            number,
            page,
            r#"{"drawing_data":{"type":"brush"}}"#,
        );
    }
    let path = session.path("operations/");
    let log = mira.get(&path).ok();
    assert_eq!(members(&log), ["operations", "success", "total"]);
    assert_eq!((numbers(&log), &log["total"]), (vec![1, 2, 3, 4], &json!(4)));
    assert_eq!(
        log["operations"][1],
        json!({"id": 2, "user_id": ben.id(), "username": "ben", "operation_type": "draw",
            "operation_data": {"drawing_data": {"type": "brush"}}, "page_number": -1, "sequence_number": 2,
            "timestamp": "2026-03-04T05:06:07.123456Z"})
    );
    for (query, wanted, total) in [
        ("page_number=0", vec![1, 3], 2),
        ("page_number=-1", vec![2], 1),
        ("page_number=7", vec![], 0),
        ("page_number=0&after=1", vec![3], 2),
        ("after=3", vec![4], 4),
        ("page_number=", vec![1, 2, 3, 4], 4),
    ] {
        let log = ben.get(&format!("{path}?{query}")).ok();
        assert_eq!((numbers(&log), &log["total"]), (wanted, &json!(total)), "{query}");
    }
    for query in ["page_number=x", "page_number=1.5", "after=99999999999999999999"] {
        ben.get(&format!("{path}?{query}")).refused(400);
    }
    mira.kicks(&session, &ben).ok();
    ben.get(&path).refused(404);
    world.child("Rosa").get(&path).refused(404);
    world.guest().get(&path).refused(401);
    mira.post_nothing(&session.path("end/")).ok();
    assert_eq!(numbers(&mira.get(&path).ok()).len(), 4, "until it is forgotten");
}

#[test]
fn a_long_log_comes_in_pieces() {
    let world = World::new();
    let mira = world.child("Mira");
    let session = mira.hosts("Moon Cats");
    let long = json!({"text": "x".repeat(30_000)}).to_string();
    let too_long = json!({"text": "x".repeat(70_000)}).to_string();
    for number in 1..=10 {
        let data = if number == 4 { &too_long } else { &long };
        logs(&world, &session, &mira, number, 0, data);
    }
    let mut seen = Vec::new();
    loop {
        let after = seen.last().copied().unwrap_or(0);
        let answer = mira.get(&session.path(&format!("operations/?after={after}")));
        let log = answer.ok();
        assert!(answer.body.len() < 128 * 1024, "{}", answer.body.len());
        if numbers(&log).is_empty() {
            break;
        }
        seen.extend(numbers(&log));
    }
    assert_eq!(seen, (1..=10).collect::<Vec<_>>());
    let log = mira.get(&session.path("operations/?after=3")).ok();
    assert_eq!(log["operations"][0]["operation_data"], json!({}));
}

#[track_caller]
fn leave(client: &Client) {
    client
        .post("/api/auth/delete-account/", json!({"password": PASSWORD}))
        .ok();
}

#[test]
fn a_session_ends_with_the_account_of_its_host() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let session = mira.hosts("Moon Cats");
    ben.joins(&session);
    let room = world.listens_in(&session);
    leave(&mira);
    assert_eq!(
        room.heard(),
        [
            json!({"type": "session_ended", "session_id": session.id, "story_id": null,
            "story_title": "Moon Cats", "ended_by": "mira"})
        ]
    );
    ben.get(&session.path("")).refused(404);
    ben.tries_code(&session.code).refused(404);
    assert_eq!(world.dump("collaborations").len(), 0);
}

#[test]
fn a_session_goes_on_without_a_guest_whose_account_goes() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let session = mira.hosts("Moon Cats");
    ben.joins(&session);
    rosa.joins(&session);
    let vote = mira.calls_a_vote(&session);
    for person in [&mira, &rosa] {
        person.casts(&session, &vote, true).ok();
    }
    let held = mira.get(&session.path("")).header("etag").unwrap().to_owned();
    let room = world.listens_in(&session);
    leave(&ben);
    let heard = room.heard();
    assert_eq!(heard.last().unwrap()["type"], json!("vote_result"));
    assert_eq!(heard.last().unwrap()["approved"], json!(true));
    assert_eq!(mira.sees_in(&session), [mira.id(), rosa.id()]);
    let again = mira.raw("GET", &session.path(""), &[("If-None-Match", &held)], b"");
    assert_eq!(again.status, 200);
    // Who asked cannot wait for the answer any more.
    let vote = rosa.calls_a_vote(&session);
    mira.casts(&session, &vote, true).ok();
    room.heard();
    leave(&rosa);
    let heard = room.heard();
    assert_eq!(
        heard.last().unwrap(),
        &json!({"type": "vote_result", "vote_id": vote, "approved": false, "yes_votes": 1, "no_votes": 0,
            "total_participants": 2})
    );
    mira.calls_a_vote(&session);
}
