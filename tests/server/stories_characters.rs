//! Characters: figures that somebody keeps, and nobody else sees.

use serde_json::{Value, json};
use tinytales::clock::SECOND;

use crate::drawings::{drawing, each, names};
use crate::support::{Client, PASSWORD, World};

const FULL: [&str; 8] = [
    "canvas_data",
    "creator",
    "creator_name",
    "date_created",
    "description",
    "id",
    "image",
    "name",
];

#[track_caller]
fn make(client: &Client, character: Value) -> Value {
    client.post("/api/characters/create/", character).created()["character"].clone()
}

#[test]
fn a_character_is_made_read_changed_and_deleted() {
    let world = World::new();
    let mira = world.child("Mira");
    let canvas = format!("{{\"layers\":[\"{}\"],\"note\":\"ä \\\"q\\\" 🦄\"}}", drawing());
    let answer = mira
        .post(
            "/api/characters/create/",
            json!({"name": " Pip ", "canvas_data": canvas}),
        )
        .created();
    assert_eq!(names(&answer), ["character", "message", "success"]);
    let made = answer["character"].clone();
    assert_eq!(names(&made), FULL);
    assert_eq!(
        made,
        json!({"id": made["id"], "name": "Pip", "creator": mira.id(), "creator_name": "Mira", "description": null,
            "image": null, "date_created": "2026-03-04T05:06:07.123456Z", "canvas_data": canvas})
    );
    let id = made["id"].as_i64().unwrap();
    assert!(id >= 1_000_000);
    let path = format!("/api/characters/{id}/");
    assert_eq!(mira.get(&path).ok(), json!({"success": true, "character": made}));

    let update = format!("{path}update/");
    for (method, description) in [
        ("PATCH", json!("Brave.")),
        ("PUT", json!("Very brave.")),
        ("PATCH", json!(null)),
    ] {
        let changed = mira
            .json(method, &update, json!({"description": description}))
            .ok();
        assert_eq!(names(&changed), ["character", "message", "success"]);
        let mut expected = made.clone();
        expected["description"] = description;
        assert_eq!(changed["character"], expected);
    }
    let changed = mira
        .patch(&update, json!({"name": "Pop", "canvas_data": "{}", "creator": 1}))
        .ok();
    assert_eq!(
        (
            &changed["character"]["name"],
            &changed["character"]["canvas_data"]
        ),
        (&json!("Pop"), &json!("{}"))
    );
    assert_eq!(changed["character"]["creator"], json!(mira.id()));

    assert_eq!(
        names(&mira.delete(&format!("{path}delete/")).ok()),
        ["message", "success"]
    );
    mira.get(&path).refused(404);
    mira.patch(&update, json!({"name": "Pip"})).refused(404);
    mira.delete(&format!("{path}delete/")).refused(404);
}

#[test]
fn characters_are_listed_newest_first_without_their_drawings() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    assert_eq!(
        mira.get("/api/characters/").ok(),
        json!({"success": true, "characters": []})
    );
    for number in 0..150 {
        if number % 2 == 0 {
            world.advance(SECOND);
        }
        make(
            &mira,
            json!({"name": format!("Pip {number}"), "canvas_data": "{}"}),
        );
    }
    make(&ben, json!({"name": "His", "canvas_data": "{}"}));
    let list = mira.get("/api/characters/").ok()["characters"].clone();
    assert_eq!(
        names(&list[0]),
        ["creator_name", "date_created", "id", "image", "name"]
    );
    let expected: Vec<Value> = (0..150)
        .rev()
        .map(|number| json!(format!("Pip {number}")))
        .collect();
    assert_eq!(each(&list, "name"), expected.iter().collect::<Vec<_>>());
}

#[test]
fn to_anybody_else_a_character_does_not_exist() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let made = make(&mira, json!({"name": "Pip", "canvas_data": "{}"}));
    let path = format!("/api/characters/{}/", made["id"]);
    for (client, status) in [(&ben, 404), (&world.guest(), 401)] {
        client.get(&path).refused(status);
        client
            .patch(&format!("{path}update/"), json!({"name": "Mine"}))
            .refused(status);
        client
            .put(&format!("{path}update/"), json!({"name": "Mine"}))
            .refused(status);
        client.delete(&format!("{path}delete/")).refused(status);
    }
    world.guest().get("/api/characters/").refused(401);
    world
        .guest()
        .post(
            "/api/characters/create/",
            json!({"name": "Pip", "canvas_data": "{}"}),
        )
        .refused(401);
    assert_eq!(mira.get(&path).ok()["character"], made);
    for id in ["mx3k9q", "-1", "1.5", "99999999999999999999", "1999999"] {
        mira.get(&format!("/api/characters/{id}/")).refused(404);
        mira.patch(&format!("/api/characters/{id}/update/"), json!({"name": "Pip"}))
            .refused(404);
        mira.delete(&format!("/api/characters/{id}/delete/")).refused(404);
    }
    mira.post("/api/auth/delete-account/", json!({"password": PASSWORD}))
        .ok();
    assert_eq!(world.dump("characters"), [""; 0]);
}

#[test]
fn what_is_wrong_with_a_character_is_told_by_field() {
    let world = World::new();
    let mira = world.child("Mira");
    let made = make(&mira, json!({"name": "Pip", "canvas_data": "{}"}));
    let update = format!("/api/characters/{}/update/", made["id"]);
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("  ")),
        ("name", json!(null)),
        ("name", json!([])),
        ("name", json!("é".repeat(101))),
        ("name", json!("a\u{0}b")),
        ("canvas_data", json!("")),
        ("canvas_data", json!(" \n")),
        ("canvas_data", json!(null)),
        ("canvas_data", json!({"a": 1})),
        ("canvas_data", json!("a\u{0}b")),
        ("description", json!([])),
        ("description", json!("a\u{0}b")),
        ("image", json!("data:image/png;base64,AAAA")),
    ] {
        let mut new = json!({"name": "Pop", "canvas_data": "{}"});
        new[field] = value.clone();
        mira.post("/api/characters/create/", new).refused_fields(&[field]);
        mira.patch(&update, json!({field: value}))
            .refused_fields(&[field]);
    }
    mira.post("/api/characters/create/", json!({}))
        .refused_fields(&["name", "canvas_data"]);
    let large = json!({"name": "Pop", "canvas_data": "x".repeat(4 << 20)});
    mira.post("/api/characters/create/", large.clone()).refused(413);
    mira.patch(&update, large).refused(413);
    assert_eq!(
        mira.get(&format!("/api/characters/{}/", made["id"])).ok()["character"],
        made
    );
    assert_eq!(world.dump("characters").len(), 1);
    make(
        &mira,
        json!({"name": "é".repeat(100), "canvas_data": "x".repeat(3 << 20), "image": null}),
    );
}
