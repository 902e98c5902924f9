//! What people who are online are told at once: requests, friends, messages; after the commit, and nobody else.

use serde_json::{Value, json};

use crate::support::{Client, Socket, World};

/// What a socket has heard of friends and messages; what is earned by that has its own tests.
fn heard(socket: &mut Socket) -> Vec<Value> {
    let mut heard = socket.heard();
    heard.retain(|event| {
        !["xp_gained", "level_up", "notification"].contains(&event["type"].as_str().unwrap())
    });
    heard
}

fn types(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message["type"].as_str().unwrap())
        .collect()
}

fn online(client: &Client, username: &str) -> Value {
    json!({"type": "friend_online", "user_id": client.id(), "username": username})
}

#[test]
fn a_request_and_its_acceptance_are_heard() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let [mut to_mira, mut to_ben, mut to_rosa] = [&mira, &ben, &rosa].map(Client::notifications);
    let asked = mira.asks(&ben);
    assert_eq!(
        heard(&mut to_ben),
        [json!({"type": "friend_request", "friendship": asked})]
    );
    let are_online = |friendship: &Value| {
        ["sender", "receiver"].map(|who| friendship[who]["profile"]["is_online"] == json!(true))
    };
    assert_eq!(are_online(&asked), [false; 2], "only friends know");
    assert_eq!(are_online(&ben.requests()[0]), [false; 2]);
    let accepted = ben.answers(&asked, "accept");
    assert_eq!(are_online(&accepted), [true; 2]);
    assert_eq!(
        heard(&mut to_mira),
        [
            json!({"type": "friend_request_accepted", "friendship": accepted}),
            online(&ben, "ben")
        ]
    );
    assert_eq!(heard(&mut to_ben), [online(&mira, "mira")]);
    assert!(heard(&mut to_rosa).is_empty());
    assert_eq!(mira.friends()[0]["is_online"], json!(true));
}

#[test]
fn asking_back_is_heard_as_an_acceptance_by_who_asked_first() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    mira.asks(&ben);
    let mut to_mira = mira.notifications();
    let accepted = ben.asks(&mira);
    // Ben has no socket: he is not online.
    assert_eq!(
        heard(&mut to_mira),
        [json!({"type": "friend_request_accepted", "friendship": accepted})]
    );
    let mut to_ben = ben.notifications();
    assert_eq!(heard(&mut to_mira), [online(&ben, "ben")], "now he comes");
    assert!(heard(&mut to_ben).is_empty());
}

#[test]
fn a_request_that_is_refused_or_declined_makes_no_sound() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let asked = mira.asks(&ben);
    let (mut to_mira, mut to_ben) = (mira.notifications(), ben.notifications());
    mira.post("/api/friends/send-request/", json!({"receiver_id": ben.id()}))
        .refused(400);
    ben.answers(&asked, "reject");
    let path = format!("/api/friends/respond/{}/", asked["id"]);
    ben.put(&path, json!({"action": "accept"})).refused(404);
    assert!(heard(&mut to_ben).is_empty() && heard(&mut to_mira).is_empty());
    world.befriend(&world.child("Rosa"), &ben);
    // Asking anew is heard like the first time, and parting is not.
    let again = ben.asks(&mira);
    assert_eq!(
        heard(&mut to_mira),
        [json!({"type": "friend_request", "friendship": again})]
    );
    mira.answers(&again, "accept");
    assert_eq!(
        types(&heard(&mut to_ben)),
        ["friend_request_accepted", "friend_online"]
    );
    assert_eq!(types(&heard(&mut to_mira)), ["friend_online"]);
    mira.delete(&format!("/api/friends/unfriend/{}/", ben.id())).ok();
    assert!(heard(&mut to_ben).is_empty() && heard(&mut to_mira).is_empty());
}

#[test]
fn a_message_is_heard_by_its_receiver_in_all_tabs() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    world.befriend(&mira, &ben);
    let (mut to_mira, mut first, mut second) =
        (mira.notifications(), ben.notifications(), ben.notifications());
    assert_eq!(heard(&mut to_mira), [online(&ben, "ben")]);
    let messages: Vec<Value> = ["One", "Two", "Three"]
        .into_iter()
        .map(|content| json!({"type": "new_message", "message": mira.writes(&ben, content)}))
        .collect();
    assert_eq!(heard(&mut first), messages);
    assert_eq!(heard(&mut second), messages);
    // Not the writer, and nothing of what becomes of it later.
    let id = messages[2]["message"]["id"].clone();
    mira.put(&format!("/api/messages/{id}/edit/"), json!({"content": "Four"}))
        .ok();
    mira.delete(&format!("/api/messages/{id}/delete/")).ok();
    ben.history(&mira);
    mira.post(
        "/api/messages/send/",
        json!({"receiver_id": ben.id(), "content": ""}),
    )
    .refused(400);
    assert!(heard(&mut to_mira).is_empty() && heard(&mut first).is_empty());
    drop(world);
}

#[test]
fn who_is_online_shows_in_lists_and_makes_them_new() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    world.befriend(&mira, &ben);
    let before = mira.get("/api/friends/");
    assert_eq!(before.ok()["friends"][0]["is_online"], json!(false));
    let _to_ben = ben.notifications();
    let held = before.header("etag").unwrap();
    let after = mira.raw("GET", "/api/friends/", &[("If-None-Match", held)], b"");
    assert_eq!(after.ok()["friends"][0]["is_online"], json!(true));
}
