//! Class codes: made, typed, taken back, and not guessed.

use std::collections::HashSet;

use serde_json::json;
use tinytales::clock::MINUTE;

use crate::drawings::names;
use crate::support::{Client, World};

/// A code that no class has.
const WRONG: &str = "AAAAAAAA";

#[track_caller]
fn told_of_joining(client: &Client) -> usize {
    let listed = client.get("/api/notifications/").ok();
    let stored = listed["results"].as_array().unwrap().iter();
    stored
        .filter(|one| one["notification_type"] == "class_joined")
        .count()
}

#[test]
fn a_child_comes_in_by_the_code() {
    let world = World::new();
    let (ada, mira, paula) = (world.teacher("Ada"), world.child("Mira"), world.parent("Paula"));
    world.parents(&paula, &mira);
    let class = ada.founds("5B");
    let made = ada
        .post_nothing(&format!("/api/teacher/classes/{class}/code/"))
        .created();
    assert_eq!(names(&made), ["code", "message", "success"]);
    let code = made["code"].as_str().unwrap();
    assert_eq!(code.len(), 8);
    assert_eq!(
        ada.get(&format!("/api/teacher/classes/{class}/")).ok()["code"],
        made["code"]
    );

    let joined = mira.types_code(code).ok();
    assert_eq!(
        joined["class"],
        json!({"id": class, "name": "5B", "teacher_name": "Ada"})
    );
    assert_eq!(ada.pupils_of(class), ["Mira"]);
    assert_eq!(told_of_joining(&paula), 1);
    // Once more: nothing happens, nobody is told.
    mira.types_code(code).ok();
    assert_eq!((told_of_joining(&paula), world.dump("class_links").len()), (1, 1));
    // A parent may take it back, and then the code does not help.
    let id = paula.class_links()[0]["id"].as_i64().unwrap();
    assert_eq!(paula.class_links()[0]["status"], json!("active"));
    paula.replies(id, false).ok();
    assert!(ada.pupils_of(class).is_empty());
    mira.types_code(code).refused(403);
    paula.replies(id, true).ok();
    mira.types_code(code).ok();
    assert_eq!(ada.pupils_of(class), ["Mira"]);
}

#[test]
fn the_code_is_read_as_children_type_it_and_says_yes_by_itself() {
    let world = World::new();
    let (ada, mira, paula) = (world.teacher("Ada"), world.child("Mira"), world.parent("Paula"));
    world.parents(&paula, &mira);
    let class = ada.founds("5B");
    ada.asks_for(class, &mira);
    let code = ada.gives_code(class).to_lowercase();
    mira.types_code(&format!(" {}-{} ", &code[..4], &code[4..])).ok();
    assert_eq!(paula.class_links()[0]["status"], json!("active"));
}

#[test]
fn a_child_without_parents_changes_its_own_mind_by_the_code() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    let (first, second) = (ada.founds("5B"), ada.founds("6B"));
    mira.replies(ada.asks_for(first, &mira), false).ok();
    mira.types_code(&ada.gives_code(first)).ok();
    assert_eq!(ada.pupils_of(first), ["Mira"]);
    // Into the teacher's other class: a student is in one of them.
    mira.types_code(&ada.gives_code(second)).ok();
    assert!(ada.pupils_of(first).is_empty());
    assert_eq!(ada.pupils_of(second), ["Mira"]);
    // Of another teacher one is a student as well.
    let ben = world.teacher("Ben");
    mira.types_code(&ben.gives_code(ben.founds("Choir"))).ok();
    assert_eq!(mira.class_links().len(), 2);
}

#[test]
fn a_code_works_until_another_is_made_or_it_is_taken_back() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    let class = ada.founds("5B");
    let path = format!("/api/teacher/classes/{class}/code/");
    let first = ada.gives_code(class);
    let second = ada.gives_code(class);
    assert_ne!(first, second);
    mira.types_code(&first).refused(404);
    assert_eq!(names(&ada.delete(&path).ok()), ["message", "success"]);
    mira.types_code(&second).refused(404);
    ada.delete(&path).ok();
    assert_eq!(
        ada.get(&format!("/api/teacher/classes/{class}/")).ok()["code"],
        json!(null)
    );
    let third = ada.gives_code(class);
    ada.patch(
        &format!("/api/teacher/classes/{class}/"),
        json!({"is_active": false}),
    )
    .ok();
    mira.types_code(&third).refused(404);
    ada.patch(
        &format!("/api/teacher/classes/{class}/"),
        json!({"is_active": true}),
    )
    .ok();
    world.bars(&ada, "suspended_at");
    mira.types_code(&third).refused(404);
    assert!(world.dump("class_links").is_empty());
}

#[test]
fn codes_are_for_children_and_have_a_form() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    let code = ada.gives_code(ada.founds("5B"));
    for adult in [&ada, &world.parent("Paula"), &world.teacher("Tom")] {
        adult.types_code(&code).refused(403);
    }
    world.guest().types_code(&code).refused(401);
    for form in [
        json!({}),
        json!({"code": null}),
        json!({"code": ""}),
        json!({"code": "ABC"}),
        json!({"code": [code]}),
        json!({"code": "ABCDEFG!"}),
        json!({"code": "x".repeat(200)}),
    ] {
        mira.post("/api/classes/join/", form).refused_fields(&["code"]);
    }
    mira.post("/api/classes/join/", json!({"code": 12_345_678}))
        .refused(404);
    let codes: HashSet<String> = (0..50).map(|_| ada.gives_code(ada.founds("x"))).collect();
    assert_eq!(codes.len(), 50);
    assert!(
        codes
            .iter()
            .all(|code| code.bytes().all(|byte| !b"IO01".contains(&byte)))
    );
}

#[test]
fn an_account_tries_ten_times_a_minute() {
    let world = World::with(|config| config.rate_limits = true);
    let (ada, mira, ben) = (world.teacher("Ada"), world.child("Mira"), world.child("Ben"));
    let code = ada.gives_code(ada.founds("5B"));
    for _ in 0..10 {
        mira.types_code(WRONG).refused(404);
    }
    mira.types_code(&code).refused(429);
    ben.types_code(&code).ok();
    world.advance(MINUTE);
    mira.types_code(&code).ok();
}

#[test]
fn a_network_guesses_thirty_times_a_minute_however_many_accounts_it_has() {
    let world = World::with(|config| config.rate_limits = true);
    let ada = world.teacher("Ada");
    let code = ada.gives_code(ada.founds("5B"));
    for number in 0..30 {
        world
            .child(&format!("Class mate {number}"))
            .types_code(&code)
            .ok();
    }
    let guessers: Vec<Client> = (0..4)
        .map(|number| world.child(&format!("Guesser {number}")))
        .collect();
    for guesser in &guessers[..3] {
        for _ in 0..10 {
            guesser.types_code(WRONG).refused(404);
        }
    }
    guessers[3].types_code(&code).refused(429);
    world.advance(MINUTE);
    guessers[3].types_code(&code).ok();
}
