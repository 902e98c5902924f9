//! The notification socket: who is online, pings, reading, and what cannot be understood.

use std::thread;

use database::Dialect;
use serde_json::{Value, json};
use tinytales::clock::{MINUTE, SECOND};
use tinytales::live;
use tinytales::notifications::store::{self, New};
use tinytales::social::store::friends::befriend;
use tokio_tungstenite::tungstenite::Message;

use crate::held_up::{HeldUp, until};
use crate::support::{Client, Socket, World};

fn make_friends(world: &World, one: &Client, other: &Client) {
    let (one, other) = (one.id(), other.id());
    world.sql(move |conn| befriend(conn, one, other, 0));
}

fn beat(world: &World) {
    world.run(live::beat(&world.app));
}

fn types(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message["type"].as_str().unwrap())
        .collect()
}

fn friend(kind: &str, person: &Client, username: &str) -> Value {
    json!({"type": kind, "user_id": person.id(), "username": username})
}

#[test]
fn friends_learn_who_comes_and_who_comes_learns_who_is_there() {
    let world = World::new();
    let [mira, tom, ana, eve] = ["Mira", "Tom", "Ana", "Eve"].map(|name| world.child(name));
    make_friends(&world, &mira, &tom);
    make_friends(&world, &ana, &mira);
    let (mut tom_hears, mut eve_hears) = (tom.notifications(), eve.notifications());

    let mut mira_hears = mira.socket("/ws/notifications/");
    let words = mira_hears.heard();
    assert_eq!(types(&words), ["initial_online_status", "connection"]);
    assert_eq!(
        words[0],
        json!({"type": "initial_online_status",
               "online_friends": [{"user_id": tom.id(), "username": "tom"}]})
    );
    assert_eq!(tom_hears.heard(), [friend("friend_online", &mira, "mira")]);
    assert!(eve_hears.heard().is_empty());

    // A second tab is no news; and who has no friend online is told of none.
    assert_eq!(
        types(&mira.socket("/ws/notifications/").heard()),
        ["initial_online_status", "connection"]
    );
    assert!(tom_hears.heard().is_empty());
    assert_eq!(types(&eve.socket("/ws/notifications/").heard()), ["connection"]);
}

#[test]
fn somebody_is_offline_ten_seconds_after_their_last_socket() {
    let world = World::new();
    let [mira, tom] = ["Mira", "Tom"].map(|name| world.child(name));
    make_friends(&world, &mira, &tom);
    let mut tom_hears = tom.notifications();
    let (first, second) = (mira.notifications(), mira.notifications());
    assert_eq!(types(&tom_hears.heard()), ["friend_online"]);
    assert!(is_online(&tom, &mira));

    first.close(1000);
    world.wait_for_sockets(2);
    world.advance(11 * SECOND);
    beat(&world);
    assert!(tom_hears.heard().is_empty(), "the other tab is open");

    second.close(1001);
    world.wait_for_sockets(1);
    world.advance(9 * SECOND);
    beat(&world);
    assert!(tom_hears.heard().is_empty(), "may come back");
    assert!(is_online(&tom, &mira));
    let third = mira.notifications();
    world.advance(5 * SECOND);
    beat(&world);
    assert!(tom_hears.heard().is_empty(), "has come back");

    third.close(1000);
    world.wait_for_sockets(1);
    world.advance(10 * SECOND);
    beat(&world);
    assert_eq!(tom_hears.heard(), [friend("friend_offline", &mira, "mira")]);
    assert!(!is_online(&tom, &mira));
    mira.notifications();
    assert_eq!(types(&tom_hears.heard()), ["friend_online"]);
}

fn is_online(person: &Client, friend: &Client) -> bool {
    let friends = person.get("/api/friends/").ok();
    let list = friends
        .as_array()
        .or_else(|| friends["friends"].as_array())
        .unwrap();
    let found = list.iter().find(|one| one["id"] == json!(friend.id()));
    found.unwrap_or_else(|| panic!("{friends}"))["is_online"] == json!(true)
}

#[test]
fn what_cannot_be_understood_is_answered_and_nothing_more() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut socket = mira.notifications();
    for bad in [
        "{",
        "[]",
        "null",
        "7",
        r#"["ping"]"#,
        r#"{"type":7}"#,
        r#"{"type":"mark_read"}"#,
        "",
    ] {
        world.advance(SECOND);
        socket.send_text(bad);
        let answer = socket.next();
        assert_eq!(answer["type"], "error", "{bad}");
        assert!(answer["message"].as_str().unwrap().ends_with('.'), "{answer}");
    }
    world.advance(SECOND);
    socket.send_raw(Message::binary(vec![1, 2, 3]));
    assert_eq!(socket.next()["type"], "error");
    for unknown in [json!({"type": "dance"}), json!({}), json!({"type": "connection"})] {
        socket.send(unknown);
    }
    assert!(socket.heard().is_empty());
}

#[test]
fn one_of_ones_own_notifications_is_marked_as_read() {
    let world = World::new();
    let [mira, tom] = ["Mira", "Tom"].map(|name| world.child(name));
    let id = mira.id();
    let stored = world.sql(move |conn| {
        let data = Value::Null;
        store::insert(
            conn,
            &New {
                recipient_id: id,
                sender_id: None,
                kind: "like",
                title: "A like",
                message: "Somebody likes your story.",
                data: &data,
                story_id: None,
            },
            0,
        )
    });
    let is_read = || world.sql(move |conn| Ok(store::get(conn, stored, id)?.unwrap().is_read));
    let mark = json!({"type": "mark_read", "notification_id": stored});
    let mut foreign = tom.notifications();
    foreign.send(mark.clone());
    assert!(foreign.heard().is_empty());
    assert!(!is_read());
    let mut own = mira.notifications();
    own.send(mark);
    assert!(own.heard().is_empty());
    assert!(is_read());
}

#[test]
fn an_event_reaches_every_tab_of_whom_it_is_for() {
    let world = World::new();
    let [mira, tom] = ["Mira", "Tom"].map(|name| world.child(name));
    let mut tabs: [Socket; 2] = [mira.notifications(), mira.notifications()];
    let mut other = tom.notifications();
    live::notify(
        &world.app,
        mira.id(),
        &json!({"type": "level_up", "new_level": 3}),
    );
    for tab in &mut tabs {
        assert_eq!(tab.heard(), [json!({"type": "level_up", "new_level": 3})]);
    }
    assert!(other.heard().is_empty());
}

#[test]
fn whoever_talks_is_seen_once_a_minute() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut socket = mira.notifications();
    world.app.sessions.take_seen();
    socket.heard();
    let began = world.app.clock.now();
    assert_eq!(world.app.sessions.take_seen(), [(mira.id(), began)]);
    for _ in 0..5 {
        world.advance(10 * SECOND);
        socket.heard();
    }
    assert!(world.app.sessions.take_seen().is_empty());
    world.advance(10 * SECOND);
    socket.heard();
    assert_eq!(world.app.sessions.take_seen(), [(mira.id(), began + MINUTE)]);
}

#[test]
fn who_was_on_a_server_that_died_is_offline_when_its_lease_is_over() {
    let world = World::new();
    let [mira, tom] = ["Mira", "Tom"].map(|name| world.child(name));
    make_friends(&world, &mira, &tom);
    let (id, until) = (mira.id(), world.app.clock.now() + 25 * SECOND);
    world.sql(move |conn| {
        conn.execute(
            "INSERT INTO instances (id, alive_until) VALUES ('dead', $1)",
            &[&until],
        )?;
        conn.execute(
            "INSERT INTO presence (place, user_id, instance, stamp) VALUES ('home', $1, 'dead', 1)",
            &[&id],
        )
    });
    let mut socket = tom.socket("/ws/notifications/");
    assert_eq!(types(&socket.heard()), ["initial_online_status", "connection"]);
    beat(&world);
    // Came here, too, and left: still there by the other one.
    mira.notifications().close(1000);
    world.wait_for_sockets(1);
    world.advance(12 * SECOND);
    beat(&world);
    assert!(socket.heard().is_empty(), "was there all the time");
    world.advance(14 * SECOND);
    beat(&world);
    assert_eq!(socket.heard(), [friend("friend_offline", &mira, "mira")]);
    let left = world.sql(|conn| conn.query("SELECT place FROM presence WHERE instance = 'dead'", &[]));
    assert!(left.is_empty());
    assert!(is_online(&mira, &tom), "the lease of the living is renewed");
}

#[test]
fn who_comes_back_just_as_they_are_found_gone_is_not_told_as_offline() {
    let world = World::new();
    if world.app.database.dialect() == Dialect::Postgres {
        // There it cannot be held up between the two.
        return;
    }
    let [mira, tom] = ["Mira", "Tom"].map(|name| world.child(name));
    make_friends(&world, &mira, &tom);
    let mut tom_hears = tom.notifications();
    mira.notifications().close(1000);
    world.wait_for_sockets(1);
    assert_eq!(types(&tom_hears.heard()), ["friend_online"]);
    world.advance(10 * SECOND);
    let _back = thread::scope(|scope| {
        let held = HeldUp::reads(&world, scope);
        let beat = scope.spawn(|| beat(&world));
        let reads = || world.app.database.gauges().reads_waiting;
        until("it is read who has to be told", || reads() == 1);
        let back = mira.socket("/ws/notifications/");
        until("she has come", || reads() == 2);
        held.go_on();
        beat.join().unwrap();
        back
    });
    assert_eq!(tom_hears.next(), friend("friend_online", &mira, "mira"));
    assert!(tom_hears.heard().is_empty());
}
