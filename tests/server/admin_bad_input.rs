//! Whatever is sent to an address of administrators: no fault of the server's, and what is refused has changed nothing.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use crate::drawings::plain_story;
use crate::support::{Answer, Client, World};

const DOCUMENT: &str = include_str!("../../docs/openapi.json");
/// What makes backups, which takes its time; what writes down that it was refused; what ends the sign-in of the one who
/// asks.
const LEFT_OUT: [&str; 3] = [
    "/api/admin/backups/create/",
    "/api/admin/auth/login/",
    "/api/admin/auth/logout/",
];

/// An address, with the fields of its body.
#[derive(Clone, Debug)]
struct Endpoint {
    method: String,
    path: String,
    fields: Vec<String>,
}

fn endpoints() -> Vec<Endpoint> {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut endpoints = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if operation["tags"] != json!(["admin"]) || LEFT_OUT.contains(&path.as_str()) {
                continue;
            }
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let fields = schema.as_str().map_or_else(Vec::new, |schema| {
                let schema = document.pointer(schema.trim_start_matches('#')).unwrap();
                schema["properties"]
                    .as_object()
                    .unwrap()
                    .keys()
                    .cloned()
                    .collect()
            });
            endpoints.push(Endpoint {
                method: method.to_uppercase(),
                path: path.clone(),
                fields,
            });
        }
    }
    endpoints
}

/// Values of every kind.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zé🦊]{0,5}".prop_map(|text| json!(format!("{text}\0{text}"))),
        ".{0,20}".prop_map(Value::from),
        Just(json!("x".repeat(3000))),
        select(vec![
            "",
            " ",
            "delete",
            "all",
            "child",
            "en",
            "mild",
            "7",
            "true",
            "' OR 1=1 --"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-z_$]{0,8}", inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// A place in a path.
fn place() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("1000001".to_owned()),
        Just("1000002".to_owned()),
        select(vec![
            "0",
            "-1",
            "x",
            "9223372036854775807",
            "9223372036854775808",
            "%00",
            "%ff",
            "..",
            "1%20"
        ])
        .prop_map(str::to_owned),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let name = select(vec![
        "page",
        "page_size",
        "limit",
        "search",
        "status",
        "language",
        "severity",
        "is_active",
        "type",
        "user_type",
    ]);
    let value = select(vec![
        "",
        "0",
        "-1",
        "x",
        "1e9",
        "99999999999999999999",
        "%00",
        "%ff%fe",
        "%22",
        "%27%20OR%201=1",
        "%25",
        "_",
        "%F0%9F%A6%8A",
        "a*b",
        "(",
        "NEAR",
        "users",
        "true",
    ]);
    vec((name, value), 0..4).prop_map(|pairs| {
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    })
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
    let settings = Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    };
    let body = vec((any::<Index>(), value()), 0..5);
    let input = (select(endpoints()), vec(place(), 2), query(), body);
    let outcome = TestRunner::new(settings).run(&input, |(endpoint, places, query, fields)| {
        let before = everything(&world);
        let body: Map<String, Value> = if endpoint.fields.is_empty() {
            fields
                .into_iter()
                .map(|(index, value)| (index.index(9).to_string(), value))
                .collect()
        } else {
            fields
                .into_iter()
                .map(|(index, value)| (index.get(&endpoint.fields).clone(), value))
                .collect()
        };
        let body = Value::Object(body).to_string();
        let body = if endpoint.method == "GET" { "" } else { &body };
        let answer = send(&ada, &endpoint, &places, &query, body.as_bytes());
        assert!(answer.status < 500 && answer.is_whole, "{}", answer.text());
        if answer.status >= 400 {
            answer.refused(answer.status);
            assert_eq!(everything(&world), before, "something has changed");
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[test]
fn the_document_names_every_address() {
    let endpoints = endpoints();
    assert!(endpoints.len() >= 36, "{}", endpoints.len());
    let with_fields = endpoints.iter().filter(|endpoint| !endpoint.fields.is_empty());
    assert!(with_fields.count() >= 10);
}
