//! The names under which the server answers.

use tinytales::config::Secret;
use tinytales::wire::hosts::AllowedHosts;

use crate::support::{Connection, World};

const TOKEN: &str = "a-token-of-the-tests";

fn strict() -> World {
    World::with(|config| {
        config.allowed_hosts = AllowedHosts::parse("tales.example, *.school.example").unwrap();
    })
}

#[test]
fn another_host_is_refused_whatever_it_asks_for() {
    let world = strict();
    let evil = world.guest().with_header("Host", "evil.example");
    for path in [
        "/",
        "/api/stories/?public=true",
        "/api/docs/",
        "/ops",
        "/media/pictures/x.png",
    ] {
        assert_eq!(evil.get(path).refused(400)["code"], "unknown_host", "{path}");
    }
    // Before anybody looks at who asks, and though the address does not exist.
    evil.get("/api/auth/profile/").refused(400);
    evil.get("/nowhere").refused(400);
    world
        .child("Mira")
        .with_header("Host", "tales.example.evil")
        .get("/api/auth/profile/")
        .refused(400);
}

#[test]
fn our_names_are_served_on_any_port() {
    let world = strict();
    for host in [
        "tales.example",
        "Tales.Example:8000",
        "a.school.example",
        "tales.example.",
    ] {
        world
            .guest()
            .with_header("Host", host)
            .get("/api/stories/?public=true")
            .ok();
    }
}

#[test]
fn what_machines_ask_is_told_under_any_name() {
    let world = World::with(|config| {
        config.allowed_hosts = AllowedHosts::parse("tales.example").unwrap();
        config.metrics_token = Some(Secret::new(TOKEN));
    });
    for host in ["10.0.0.7:8000", "no name at all"] {
        let machine = world.guest().with_header("Host", host);
        machine.get("/healthz").status(200);
        machine.get("/readyz").status(200);
        machine.get("/metrics").status(401);
        machine.with_token(TOKEN).get("/metrics").status(200);
    }
}

#[test]
fn without_the_setting_any_name_will_do_but_there_must_be_one() {
    let world = World::new();
    world
        .guest()
        .with_header("Host", "anything.example")
        .get("/api/")
        .ok();
    world.guest().with_header("Host", "").get("/api/").refused(400);
    let raw = |head: &str| {
        let mut connection = Connection::open(world.address);
        connection.send(head.as_bytes());
        connection.answer().status
    };
    assert_eq!(raw("GET /api/ HTTP/1.1\r\nConnection: close\r\n\r\n"), 400);
    assert_eq!(
        raw("GET /api/ HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"),
        400
    );
    assert_eq!(raw("GET /api/ HTTP/1.0\r\n\r\n"), 200);
}
