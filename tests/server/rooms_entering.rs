//! Coming into a room and leaving it: who may, what they are told, and what the others are told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tinytales::clock::SECOND;
use tinytales::live::collaboration::room;

use crate::support::{Client, Socket, World, eventually};
use crate::together::{Session, stroke};

fn two(world: &World) -> (Client, Client, Session) {
    let [mia, ben] = ["Mia", "Ben"].map(|name| world.child(name));
    let session = mia.hosts("Moon Cats");
    ben.joins(&session);
    (mia, ben, session)
}

#[test]
fn the_first_words_tell_the_story_and_who_is_here() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let (mut at_mia, init) = mia.enters(&session);
    assert_eq!(init["story_draft"], json!({}));
    assert_eq!(init["canvas_data"], json!({}));
    let me = json!({"user_id": mia.id(), "username": "mia", "cursor_color": "#FF6B6B", "id": mia.id(),
        "display_name": "Mia", "is_active": true, "role": "host"});
    assert_eq!(init["participants"], json!([me]));
    assert_eq!(init["your_color"], "#FF6B6B");
    assert_eq!(init["current_username"], "mia");

    let (_at_ben, init) = ben.enters(&session);
    assert_eq!(init["participants"].as_array().unwrap().len(), 2);
    let color = init["your_color"].clone();
    assert_eq!(
        at_mia.next(),
        json!({"type": "user_joined", "user_id": ben.id(), "username": "ben", "cursor_color": color})
    );
}

#[test]
fn who_has_no_place_is_refused_before_the_upgrade() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let eve = world.child("Eve");
    let refused = |who: &Client| who.knock(&session.socket()).err();
    assert_eq!(refused(&eve), Some(403));
    assert_eq!(mia.knock("/ws/collaborate/none/").err(), Some(403));
    let (mut at_mia, _) = mia.enters(&session);
    mia.kicks(&session, &ben).ok();
    assert_eq!(at_mia.next()["type"], "user_kicked");
    assert_eq!(refused(&ben), Some(403));
    mia.post_nothing(&session.path("end/")).ok();
    assert_eq!(at_mia.next()["type"], "session_ended");
    assert_eq!(refused(&mia), Some(403));
}

#[test]
fn a_second_tab_and_a_short_absence_are_no_news() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let (mut at_mia, _) = mia.enters(&session);
    let (first, _) = ben.enters(&session);
    assert_eq!(at_mia.next()["type"], "user_joined");
    let (second, _) = ben.enters(&session);
    first.close(1000);
    drop(second);
    let (mut third, _) = ben.enters(&session);
    third.send(json!({"type": "page_change", "page_number": 0}));
    // What comes next is the page change: nobody has left, nobody has joined.
    assert_eq!(at_mia.next()["type"], "page_change");
    third.close(1000);
    let left = at_mia.next();
    assert_eq!(
        left,
        json!({"type": "user_left", "user_id": ben.id(), "username": "ben"})
    );
}

#[test]
fn who_comes_back_is_told_what_changed() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let (mut at_mia, _) = mia.enters(&session);
    let (mut at_ben, _) = ben.enters(&session);
    at_ben.send(json!({"type": "page_change", "page_number": 0}));
    at_mia.until("page_change");
    at_ben.close(4000);
    at_mia.send(json!({"type": "title_edit", "title": "Moon"}));
    at_mia.send(json!({"type": "add_page", "page_data": {"page_index": 1}, "page_index": 1}));
    at_mia.until("page_added");
    at_mia.send(json!({"type": "text_edit", "page_id": "m", "page_index": 1, "text": "Once"}));
    at_mia.send(stroke("item_1", "m", 0));
    at_mia.send(json!({"type": "clear", "page_id": "m0", "page_index": 0, "is_cover_image": false}));
    at_mia.send(json!({"type": "page_change", "page_number": 0}));
    at_mia.until("page_change");

    let (mut back, init) = ben.enters(&session);
    assert_eq!(init["story_draft"]["title"], "Moon");
    let kinds: Vec<Value> = std::iter::repeat_with(|| back.next())
        .take(5)
        .map(|frame| frame["type"].clone())
        .collect();
    assert_eq!(kinds[0], "title_edit");
    assert_eq!(kinds[1], "page_added");
    assert!(kinds.contains(&json!("text_edit")), "{kinds:?}");
}

#[test]
fn the_story_survives_a_restart_and_a_room_that_is_let_go() {
    let mut world = World::new();
    let (mia, _, session) = two(&world);
    let (mut at_mia, _) = mia.enters(&session);
    at_mia.send(json!({"type": "text_edit", "page_id": "m", "page_index": 0, "text": "Once"}));
    at_mia.send(json!({"type": "add_page", "page_data": {"page_index": 1}, "page_index": 1}));
    at_mia.until("page_added");
    world.restart();
    assert_eq!(at_mia.closed(), 1012);
    let mia = world.guest().signed_in_as(&mia);
    let (_at_mia, init) = mia.enters(&session);
    let pages = init["story_draft"]["pages"].as_array().unwrap().clone();
    assert_eq!(pages.len(), 2);
    assert_eq!(pages[0], json!({"text": "Once", "id": "m"}));
    assert_eq!(init["story_draft"]["title"], "Collaborative Story");
}

#[test]
fn an_empty_room_is_kept_and_let_go() {
    let world = World::new();
    let (mia, _, session) = two(&world);
    let (mut at_mia, _) = mia.enters(&session);
    at_mia.send(json!({"type": "text_edit", "page_id": "m", "page_index": 0, "text": "Once"}));
    at_mia.send(json!({"type": "add_page", "page_data": {"page_index": 1}, "page_index": 1}));
    at_mia.until("page_added");
    let held = || world.app.live.rooms.gauges().rooms;
    world.run(room::let_go(&world.app, Duration::ZERO));
    assert_eq!(held(), 1, "somebody is in it");
    let room = Arc::downgrade(&world.app.live.rooms.all()[0]);
    at_mia.close(1000);
    while held() > 0 {
        world.run(room::let_go(&world.app, Duration::ZERO));
    }
    assert_eq!(
        world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM operations"),
        0,
        "the model is kept instead"
    );
    let (_at_mia, init) = mia.enters(&session);
    assert_eq!(init["story_draft"]["pages"][0]["text"], "Once");
    let deadline = Instant::now() + Duration::from_secs(10);
    while room.strong_count() > 0 {
        assert!(
            Instant::now() < deadline,
            "the room that was let go is still there"
        );
        std::thread::yield_now();
    }
}

/// Waits until the server has seen to the end of so many sockets but this one.
fn wait_until_alone(world: &World) {
    let room = world.app.live.rooms.all().remove(0);
    let deadline = Instant::now() + Duration::from_secs(10);
    while room.state().floor.seats.len() > 1 {
        assert!(Instant::now() < deadline, "the socket that broke is still there");
        std::thread::yield_now();
    }
}

/// Breaks a connection without a word, and waits until it is noted what its owner has seen.
fn breaks_off(world: &World, socket: Socket) {
    let jobs = world.app.database.gauges().jobs;
    drop(socket);
    wait_until_alone(world);
    eventually("what was seen is noted", || {
        world.app.database.gauges().jobs > jobs
    });
}

#[test]
fn what_was_lost_with_a_connection_is_told_again_and_nothing_else() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let (mut at_mia, _) = mia.enters(&session);
    let (at_ben, _) = ben.enters(&session);
    at_mia.until("user_joined");
    world.advance(20 * SECOND);
    at_mia.send(json!({"type": "title_edit", "title": "Moon"}));
    at_mia.send(json!({"type": "page_change", "page_number": 0}));
    at_mia.until("page_change");
    // Nothing has come from him since: it broke before that.
    drop(at_ben);
    wait_until_alone(&world);
    let (mut at_ben, _) = ben.enters(&session);
    assert_eq!(at_ben.next()["title"], "Moon");

    world.advance(5 * SECOND);
    at_ben.send(json!({"type": "page_change", "page_number": 0}));
    at_mia.until("page_change");
    breaks_off(&world, at_ben);
    let (mut at_ben, _) = ben.enters(&session);
    at_mia.send(json!({"type": "page_change", "page_number": 0}));
    assert_eq!(at_ben.next()["type"], "page_change", "the title has arrived");
}

#[test]
fn whoever_breaks_off_before_they_are_told_what_they_missed_is_told_the_next_time() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let (mut at_mia, _) = mia.enters(&session);
    let (at_ben, _) = ben.enters(&session);
    at_mia.until("user_joined");
    drop(at_ben);
    wait_until_alone(&world);
    world.advance(20 * SECOND);
    at_mia.send(json!({"type": "title_edit", "title": "Moon"}));
    at_mia.send(json!({"type": "page_change", "page_number": 0}));
    at_mia.until("page_change");
    world.advance(20 * SECOND);
    for _ in 0..2 {
        let (at_ben, _) = ben.enters(&session);
        breaks_off(&world, at_ben);
    }
    let (mut at_ben, _) = ben.enters(&session);
    assert_eq!(at_ben.next()["title"], "Moon");
}

#[test]
fn the_door_writes_nothing() {
    let world = World::new();
    let (_, _, session) = two(&world);
    let eve = world.child("Eve");
    let before = world.dump("collaborations");
    assert_eq!(eve.knock(&session.socket()).err(), Some(403));
    assert_eq!(world.dump("collaborations"), before);
    for nonsense in ["%00", "%FF", "a%2Fb", "%E2%82%AC"] {
        let path = format!("/ws/collaborate/{nonsense}/");
        assert_eq!(eve.knock(&path).err(), Some(403), "{path}");
    }
}
