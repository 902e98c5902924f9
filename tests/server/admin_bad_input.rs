//! Whatever is sent to an address of administrators: no fault of the server's, and what is refused has changed nothing.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::anything::{Endpoint, endpoints, holds, nothing, query, value};
use crate::drawings::plain_story;
use crate::support::{Answer, Client, World};

/// What makes backups, which takes its time; what writes down that it was refused; what ends the sign-in of the one who
/// asks.
const LEFT_OUT: [&str; 3] = [
    "/api/admin/backups/create/",
    "/api/admin/auth/login/",
    "/api/admin/auth/logout/",
];

fn of_administrators() -> Vec<Endpoint> {
    let mut endpoints = endpoints("admin");
    endpoints.retain(|endpoint| !LEFT_OUT.contains(&endpoint.path.as_str()));
    endpoints
}

/// A place in a path.
fn place() -> impl Strategy<Value = String> {
    prop_oneof![Just("1000001".to_owned()), Just("1000002".to_owned()), nothing(),]
}

fn everything(world: &World) -> Vec<Vec<String>> {
    [
        "users",
        "stories",
        "profanity_words",
        "family_links",
        "notifications",
        "audit_log",
    ]
    .map(|table| world.dump(table))
    .into()
}

#[track_caller]
fn send(client: &Client, endpoint: &Endpoint, places: &[String], query: &str, body: &[u8]) -> Answer {
    let mut parts = endpoint.path.split('/');
    let mut places = places.iter().cycle();
    let mut path: Vec<String> = Vec::new();
    for part in &mut parts {
        let part = if part.starts_with('{') {
            places.next().unwrap().clone()
        } else {
            part.to_owned()
        };
        path.push(part);
    }
    let path = format!("{}?{query}", path.join("/"));
    client.raw(
        &endpoint.method,
        &path,
        &[("Content-Type", "application/json")],
        body,
    )
}

#[test]
fn nothing_that_is_sent_is_a_fault_of_the_servers() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let mira = world.child("Mira");
    world.parent("Paula");
    mira.publishes(plain_story("a tale"));
    let body = vec((any::<Index>(), value()), 0..5);
    let input = (select(of_administrators()), vec(place(), 2), query(), body);
    holds(300, input, |(endpoint, places, query, fields)| {
        let before = everything(&world);
        let body = Value::Object(endpoint.body(fields)).to_string();
        let body = if endpoint.method == "GET" { "" } else { &body };
        let answer = send(&ada, &endpoint, &places, &query, body.as_bytes());
        assert!(answer.status < 500 && answer.is_whole, "{}", answer.text());
        if answer.status >= 400 {
            answer.refused(answer.status);
            assert_eq!(everything(&world), before, "something has changed");
        }
    });
}

#[test]
fn the_document_names_every_address() {
    let endpoints = of_administrators();
    assert!(endpoints.len() >= 36, "{}", endpoints.len());
    let with_fields = endpoints.iter().filter(|endpoint| !endpoint.fields.is_empty());
    assert!(with_fields.count() >= 10);
}
