//! Many connections: whoever has something to ask is served, whatever the others do.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Connection, World, eventually};

const PLACES: usize = 16;

/// A server with few places.
fn small() -> World {
    World::with(|config| config.max_connections = PLACES)
}

/// The connections behind which the server has closed.
fn closed(connections: &mut [Connection]) -> usize {
    connections
        .iter_mut()
        .map(|one| usize::from(one.is_closed()))
        .sum()
}

#[test]
fn idle_connections_make_room() {
    let world = small();
    // One address has a quarter of the places, unless a proxy is trusted.
    let mut idle: Vec<Connection> = (0..PLACES / 4).map(|_| world.connect()).collect();
    eventually("they have come", || {
        world.app.envelope.connections().len() == PLACES / 4
    });
    let start = Instant::now();
    for _ in 0..PLACES {
        world.guest().get("/healthz").ok();
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert!(closed(&mut idle) > 0, "somebody had to go");
}

#[test]
fn half_a_head_is_idle_too() {
    let world = World::with(|config| {
        config.max_connections = PLACES;
        config.trusted_proxies = tinytales::wire::origin::TrustedProxies::Hops(1);
    });
    let mut slow: Vec<Connection> = (0..PLACES).map(|_| world.connect()).collect();
    for connection in &mut slow {
        assert!(connection.send(b"GET /healthz HTTP/1.1\r\nHost: a"));
    }
    eventually("they have come", || {
        world.app.envelope.connections().len() == PLACES
    });
    world.guest().get("/healthz").ok();
    assert!(closed(&mut slow) > 0);
}

#[test]
fn a_request_under_way_keeps_its_connection() {
    let world = small();
    let mira = world.child("Mira");
    let body = json!({"email": "mira@example.org"}).to_string();
    let head = format!(
        "POST /api/auth/password-reset/send/ HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n\r\n",
        world.address,
        body.len()
    );
    let mut busy = world.connect();
    assert!(busy.send(head.as_bytes()) && busy.send(&body.as_bytes()[..5]));
    eventually("it is busy", || world.app.envelope.connections().busy() == 1);
    let mut idle: Vec<Connection> = Vec::new();
    for _ in 0..2 * PLACES {
        idle.push(world.connect());
        mira.get("/api/auth/profile/").ok();
    }
    assert!(busy.send(&body.as_bytes()[5..]));
    busy.answer().ok();
    assert!(closed(&mut idle) > 0);
}

#[test]
fn red_gives_idle_connections_up_and_recovers() {
    let world = World::new();
    let mut idle: Vec<Connection> = (0..PLACES).map(|_| world.connect()).collect();
    let connections = world.app.envelope.connections();
    eventually("they have come", || connections.len() == PLACES);
    world.uses(89);
    world.app.envelope.tidy(Duration::ZERO);
    assert_eq!(closed(&mut idle), 0);
    world.uses(95);
    world.app.envelope.tidy(Duration::ZERO);
    eventually("one of eight goes", || connections.len() == PLACES - PLACES / 8);
    eventually("and sees it", || closed(&mut idle) == PLACES / 8);
    world.guest().get("/healthz").ok();
    world.uses(10);
    let left = connections.len();
    world.app.envelope.tidy(Duration::ZERO);
    assert!(connections.len() >= left.min(PLACES - PLACES / 8));
}

#[test]
fn bodies_that_do_not_come_make_room() {
    let world = World::with(|config| {
        config.max_connections = PLACES;
        config.trusted_proxies = tinytales::wire::origin::TrustedProxies::Hops(1);
    });
    let head = |path: &str, length: usize| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n",
            world.address
        )
    };
    // A visitor who is served and stays.
    let mut visitor = world.connect();
    let served = |visitor: &mut Connection| {
        assert!(visitor.send(format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", world.address).as_bytes()));
        visitor.answer().ok();
    };
    served(&mut visitor);
    let mut slow: Vec<Connection> = (0..PLACES - 1).map(|_| world.connect()).collect();
    let start = Instant::now();
    for connection in &mut slow {
        assert!(connection.send(head("/api/auth/login/", 2000).as_bytes()) && connection.send(b"{"));
    }
    let connections = world.app.envelope.connections();
    eventually("all places are taken", || connections.busy() == PLACES - 1);
    world.guest().get("/healthz").ok();
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert!(closed(&mut slow) > 0);

    let start = Instant::now();
    for _ in 0..PLACES {
        world.guest().get("/healthz").ok();
    }
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    served(&mut visitor);
}
