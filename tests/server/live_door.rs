//! The door of the sockets: whoever may not come in is refused before the upgrade.

use std::net::Ipv4Addr;

use envelope::Level;
use serde_json::json;
use tinytales::clock::{DAY, SECOND};
use tinytales::live;

use crate::support::{Client, Knock, NOTIFICATIONS, World};

#[test]
fn a_token_opens_a_socket_from_the_query_or_from_the_header() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut by_query = mira.notifications();
    assert!(by_query.heard().is_empty());
    let header = format!("Bearer {}", mira.access());
    let knock = Knock {
        headers: &[("Authorization", &header)],
        ..Knock::at(NOTIFICATIONS)
    };
    let mut by_header = knock.open(world.address).ok().unwrap();
    assert_eq!(
        by_header.until("connection"),
        json!({"type": "connection", "status": "connected", "user_id": mira.id()})
    );
}

#[test]
fn everybody_else_is_refused_with_403() {
    let world = World::new();
    let mira = world.child("Mira");
    let gone = world.child("Gone");
    gone.post("/api/auth/logout/", json!({"refresh": gone.refresh()}))
        .ok();
    let suspended = world.child("Suspended");
    let id = suspended.id();
    world.sql(move |conn| conn.execute("UPDATE users SET suspended_at = 1 WHERE id = $1", &[&id]));
    let mut forged = mira.access().to_owned();
    forged.pop();
    for token in [
        None,
        Some(""),
        Some("null"),
        Some("a.b.c"),
        Some(forged.as_str()),
        Some(mira.refresh()),
        Some(gone.access()),
        Some(suspended.access()),
    ] {
        let knock = Knock {
            token,
            ..Knock::at(NOTIFICATIONS)
        };
        assert_eq!(knock.open(world.address).err(), Some(403), "{token:?}");
    }
    assert_eq!(mira.knock("/ws/other/").err(), Some(404));
    world.advance(world.app.config.access_token_days * DAY);
    assert_eq!(mira.knock(NOTIFICATIONS).err(), Some(403), "expired");
    assert_eq!(world.app.live.sockets.gauges().taken, 0);
}

#[test]
fn what_is_no_handshake_is_refused_with_the_one_error_body() {
    let world = World::new();
    let mira = world.child("Mira");
    let path = format!("{NOTIFICATIONS}?token={}", mira.access());
    let right = [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    world.guest().get(&path).refused(403);
    for left_out in 0..right.len() {
        let mut headers = right.to_vec();
        headers.remove(left_out);
        world.guest().raw("GET", &path, &headers, b"").refused(403);
    }
    for (name, wrong) in [
        ("Upgrade", "h2c"),
        ("Sec-WebSocket-Version", "8"),
        ("Sec-WebSocket-Key", "short"),
    ] {
        let mut headers = right.to_vec();
        headers.retain(|(other, _)| *other != name);
        headers.push((name, wrong));
        world.guest().raw("GET", &path, &headers, b"").refused(403);
    }
    world.guest().raw("POST", &path, &right, b"").refused(405);
    world.guest().raw("HEAD", &path, &right, b"").status(403);
    assert_eq!(world.app.live.sockets.gauges().taken, 0);
}

#[test]
fn a_page_of_a_foreign_origin_is_refused_where_origins_are_listed() {
    let world = World::with(|config| config.cors_origins = vec!["https://tales.example".to_owned()]);
    let mira = world.child("Mira");
    let own = format!("http://{}", world.address);
    let comes_in = |origin: &str| {
        let knock = Knock {
            headers: &[("Origin", origin)],
            ..Knock::at(NOTIFICATIONS)
        };
        knock.with(mira.access()).open(world.address).err()
    };
    for origin in ["https://tales.example", "capacitor://localhost", own.as_str()] {
        assert_eq!(comes_in(origin), None, "{origin}");
    }
    for origin in ["https://evil.example", "null", "http://tales.example"] {
        assert_eq!(comes_in(origin), Some(403), "{origin}");
    }
    mira.notifications();
}

#[test]
fn any_origin_may_come_where_none_is_listed() {
    let world = World::new();
    let mira = world.child("Mira");
    let knock = Knock {
        headers: &[("Origin", "https://anywhere.example")],
        ..Knock::at(NOTIFICATIONS)
    };
    assert!(knock.with(mira.access()).open(world.address).is_ok());
}

#[test]
fn when_memory_is_short_nobody_comes_in_and_everybody_stays() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut socket = mira.notifications();
    world.uses(75);
    let answer = world
        .guest()
        .get(&format!("{NOTIFICATIONS}?token={}", mira.access()));
    answer.refused(503);
    assert_eq!(mira.knock(NOTIFICATIONS).err(), Some(503));
    assert!(socket.heard().is_empty());
    world.uses(10);
    mira.notifications();
}

#[test]
fn when_memory_runs_out_each_beat_closes_the_idlest_of_eight() {
    let world = World::new();
    let people = ["Mira", "Tom", "Ana", "Eve", "Lea", "Ben", "Ida", "Max"].map(|name| world.child(name));
    let mut sockets: Vec<_> = people.iter().map(Client::notifications).collect();
    // The third one says nothing, and the first one nothing after that.
    for silent in [2, 0] {
        world.advance(SECOND);
        for (place, socket) in sockets.iter_mut().enumerate() {
            if place != silent && place != 2 {
                assert!(socket.heard().is_empty());
            }
        }
    }
    let beat = || world.run(live::beat(&world.app));
    beat();
    assert_eq!(world.uses(95), Level::Red);
    for (idlest, left) in [(2, 7), (0, 6)] {
        beat();
        assert_eq!(sockets.remove(idlest).closed(), 1013);
        world.wait_for_sockets(left);
    }
    assert_eq!(world.uses(10), Level::Green);
    beat();
    for socket in &mut sockets {
        assert!(socket.heard().is_empty());
    }
    assert_eq!(world.app.live.sockets.gauges().taken, 6);
}

#[test]
fn one_address_has_its_part_of_the_places() {
    let world = World::with(|config| config.max_sockets_per_address = 2);
    let people: Vec<Client> = ["Mira", "Tom", "Ana"].map(|name| world.child(name)).to_vec();
    let from = |person: usize, host: u8| {
        let knock = Knock {
            from: Ipv4Addr::new(127, 0, 0, host),
            ..Knock::at(NOTIFICATIONS)
        };
        knock.with(people[person].access()).open(world.address)
    };
    let first = from(0, 5).ok().unwrap();
    let _second = from(1, 5).ok().unwrap();
    assert_eq!(from(2, 5).err(), Some(429));
    let _elsewhere = from(2, 6).ok().unwrap();
    first.close(1000);
    // The place is free when the answer to the close has come: then the socket has been served to its end.
    while from(2, 5).is_err() {}
}

#[test]
fn a_socket_gives_back_the_place_of_its_connection() {
    let world = World::with(|config| config.max_connections = 8);
    let mira = world.child("Mira");
    let mut sockets: Vec<_> = (0..5).map(|_| mira.notifications()).collect();
    for name in ["Tom", "Ana", "Lea", "Ben"] {
        let person = world.child(name);
        sockets.extend((0..5).map(|_| person.notifications()));
    }
    // All connections of the upgrades are over; more sockets than connections are allowed are open.
    for socket in &mut sockets {
        assert!(socket.heard().is_empty());
    }
    assert_eq!(world.app.envelope.connections().len(), 0);
    assert_eq!(world.app.live.sockets.gauges().notifications, 25);
    assert_eq!(world.app.live.sockets.gauges().people, 5);
}

#[test]
fn an_upgrade_is_one_request_and_what_goes_out_is_counted() {
    let world = World::new();
    let mira = world.child("Mira");
    let before = world.app.traffic.totals();
    let mut socket = mira.notifications();
    socket.heard();
    let after = world.app.traffic.totals();
    assert_eq!(after.requests() - before.requests(), 1);
    let switched: u64 = after.by_class.iter().map(|area| area[0]).sum();
    assert_eq!(switched, 1);
    assert_eq!(after.abandoned, before.abandoned);
    assert_eq!(world.app.traffic.snapshot(world.app.clock.now()).in_flight, 0);
    let pong = r#"{"type":"pong"}"#.len() as u64 + 2;
    let counted = world.app.traffic.bytes_out();
    for _ in 0..10 {
        socket.heard();
    }
    // What has been read may not have been counted yet: of the first answer before, or of the last one now.
    let bytes = world.app.traffic.bytes_out() - counted;
    assert_eq!(bytes % pong, 0, "{bytes} bytes");
    assert!((9..=11).contains(&(bytes / pong)), "{bytes} bytes");
}

#[test]
fn whether_sockets_come_through_can_be_seen_without_an_account() {
    let world = World::with(|config| config.rate_limits = true);
    for _ in 0..20 {
        let mut socket = Knock::at("/ws/check/").open(world.address).ok().unwrap();
        assert_eq!(socket.next(), json!({"type": "hello"}));
        assert_eq!(socket.closed(), 1000);
    }
    assert_eq!(Knock::at("/ws/check/").open(world.address).err(), Some(429));
    world.guest().get("/ws/check/").refused(403);
    let gauges = world.app.live.sockets.gauges();
    assert_eq!((gauges.notifications, gauges.collaborations), (0, 0));
}
