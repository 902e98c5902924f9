//! One room on two servers, and a database that goes away.

use std::collections::HashSet;
use std::time::Duration;

use database::Target;
use serde_json::{Value, json};
use tinytales::config::ChannelLayer;

use crate::outage::proxy::{Mode, Proxy};
use crate::support::{Client, OwnDatabase, Socket, World};
use crate::together::{Session, pair, stroke};

/// Two servers on one database, with a layer between them.
fn two_servers() -> (World, World) {
    let one = World::with(|config| {
        if matches!(config.database, Target::Postgres(_)) {
            config.channel_layer = ChannelLayer::Postgres;
        }
    });
    assert!(
        one.app.config.channel_layer == ChannelLayer::Postgres,
        "two servers need PostgreSQL; type: cargo xtask test --only postgres"
    );
    let other = one.twin();
    for world in [&one, &other] {
        while !world.app.live.channels.gauges().is_connected {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    (one, other)
}

/// Mia at the one server, Ben at the other.
fn apart(one: &World, other: &World) -> (Client, Client, Session, Socket, Socket) {
    let mia = one.child("Mia");
    let ben = other.guest().signed_in_as(&one.child("Ben"));
    let session = mia.hosts("Moon Cats");
    ben.joins(&session);
    let (mut at_mia, _) = mia.enters(&session);
    let (at_ben, init) = ben.enters(&session);
    assert_eq!(init["participants"].as_array().unwrap().len(), 2);
    at_mia.until("user_joined");
    (mia, ben, session, at_mia, at_ben)
}

fn items(socket: &mut Socket, count: usize) -> Vec<String> {
    std::iter::repeat_with(|| socket.until("draw"))
        .take(count)
        .map(|frame| frame["data"]["itemId"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
#[ignore = "two servers need PostgreSQL: cargo xtask test --only postgres"]
fn people_on_two_servers_see_each_other_in_one_order() {
    let (one, other) = two_servers();
    let (mia, ben, session, mut at_mia, mut at_ben) = apart(&one, &other);
    let zoe = one.child("Zoe");
    zoe.joins(&session);
    let (mut at_zoe, _) = zoe.enters(&session);
    at_ben.until("user_joined");
    for number in 0..40 {
        at_mia.send(stroke(&format!("mia_{number}"), "m0", 0));
        at_ben.send(stroke(&format!("ben_{number}"), "b0", 0));
    }
    let seen = items(&mut at_zoe, 80);
    let of = |who: &str| -> Vec<String> {
        seen.iter()
            .filter(|item| item.starts_with(who))
            .cloned()
            .collect()
    };
    assert_eq!(
        items(&mut at_ben, 40),
        of("mia"),
        "none lost, none doubled, in order"
    );
    assert_eq!(items(&mut at_mia, 40), of("ben"));
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 80);

    at_ben.send(json!({"type": "cursor", "position": {"x": 1, "y": 2}, "page_id": "b0", "page_index": 0}));
    assert_eq!(at_mia.until("cursor")["username"], "ben");
    mia.kicks(&session, &ben).ok();
    assert_eq!(at_ben.until("session_ended")["story_id"], Value::Null);
    assert_eq!(at_ben.closed(), 1000);
    assert_eq!(at_mia.until("user_left")["user_id"], json!(ben.id()));
}

/// The page that somebody looks at, as everybody else is told, and as they are told themselves.
fn page_of(person: &Client, asked_by: &Client, session: &Session) -> [Value; 2] {
    let presence = asked_by.get(&session.path("presence/")).ok();
    let people = presence["participants"].as_array().unwrap();
    let shown = people
        .iter()
        .find(|shown| shown["user_id"] == json!(person.id()))
        .unwrap();
    let draft = person.get(&session.path("draft/")).ok();
    [shown["current_page"].clone(), draft["current_page"].clone()]
}

/// Ben turns to the second page, which Mia has added.
fn turn(mia: &mut Socket, ben: &mut Socket) {
    mia.send(json!({"type": "add_page", "page_data": {"page_index": 1}, "page_index": 1}));
    ben.until("page_added");
    ben.send(json!({"type": "page_change", "page_number": 1}));
    while mia.until("page_change")["page_number"] != json!(1) {}
}

#[test]
#[ignore = "two servers need PostgreSQL: cargo xtask test --only postgres"]
fn a_server_without_the_room_knows_who_looks_at_which_page() {
    let (one, other) = two_servers();
    let [mia, ben] = ["Mia", "Ben"].map(|name| one.child(name));
    let session = mia.hosts("Moon Cats");
    ben.joins(&session);
    let (mut at_mia, _) = mia.enters(&session);
    let (mut at_ben, _) = ben.enters(&session);
    turn(&mut at_mia, &mut at_ben);
    let [mia_there, ben_there] = [&mia, &ben].map(|person| other.guest().signed_in_as(person));
    assert!(other.app.live.rooms.all().is_empty());
    for (mia, ben) in [(&mia, &ben), (&mia_there, &ben_there)] {
        assert_eq!(page_of(ben, mia, &session), [json!(1), json!(1)]);
        assert_eq!(page_of(mia, ben, &session)[1], json!(0));
    }
}

#[test]
fn a_server_that_has_just_started_knows_who_looked_at_which_page() {
    let mut world = World::new();
    let (mia, ben, session, mut at_mia, mut at_ben) = pair(&world);
    turn(&mut at_mia, &mut at_ben);
    let before = page_of(&ben, &mia, &session);
    assert_eq!(before, [json!(1), json!(1)]);
    world.restart();
    let [mia, ben] = [&mia, &ben].map(|person| world.guest().signed_in_as(person));
    assert!(world.app.live.rooms.all().is_empty());
    assert_eq!(page_of(&ben, &mia, &session), before);
}

#[test]
#[ignore = "two servers need PostgreSQL: cargo xtask test --only postgres"]
fn a_stroke_from_before_the_other_server_stopped_is_there_afterwards() {
    let (one, other) = two_servers();
    let (_, ben, session, mut at_mia, mut at_ben) = apart(&one, &other);
    at_ben.send(stroke("ben_1", "b0", 0));
    at_mia.until("draw");
    drop(other);
    assert_eq!(at_ben.closed(), 1012);
    let ben = one.guest().signed_in_as(&ben);
    let (mut again, _) = ben.enters(&session);
    again.send(json!({"type": "request_sync", "page_id": "b0", "page_index": 0, "is_cover_image": false}));
    assert_eq!(items(&mut again, 1), ["ben_1"]);
    at_mia.send(stroke("mia_1", "m0", 0));
    assert_eq!(items(&mut again, 1), ["mia_1"]);
}

#[test]
fn strokes_wait_for_a_database_that_is_away_for_a_moment() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnDatabase::create(folder.path());
    if let OwnDatabase::File(_) = own {
        return;
    }
    let wire = Proxy::to(&own.url());
    let world = World::with(|config| config.database = Target::parse(&wire.url(&own.url())).unwrap());
    let [mia, ben] = ["Mia", "Ben"].map(|name| world.child(name));
    let session = mia.hosts("Moon Cats");
    ben.joins(&session);
    let (mut at_mia, _) = mia.enters(&session);
    let (mut at_ben, _) = ben.enters(&session);
    at_mia.send(stroke("item_1", "m0", 0));
    assert_eq!(items(&mut at_ben, 1), ["item_1"]);
    wire.set(Mode::Refuse);
    wire.cut();
    at_mia.send(stroke("item_2", "m0", 0));
    std::thread::sleep(Duration::from_secs(2));
    wire.set(Mode::Carry);
    assert_eq!(items(&mut at_ben, 1), ["item_2"], "it waited");

    wire.set(Mode::Refuse);
    wire.cut();
    at_mia.send(stroke("item_3", "m0", 0));
    assert_eq!(at_mia.closed(), 1013, "nobody waits for ever");
    wire.set(Mode::Carry);
}
