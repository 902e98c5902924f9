//! One's own profile under both addresses: exact shapes, and what can be changed of it.

use serde_json::{Value, json};
use tinytales::clock::SECOND;

use crate::support::{Client, World};

const ACCOUNT: &str = "/api/auth/profile/";
const PROFILE: &str = "/api/users/profile/";
const UPDATE: &str = "/api/users/profile/update/";
/// The instant at which every world begins, and a second later.
const BEGINNING: &str = "2026-03-04T05:06:07.123456Z";
const A_SECOND_LATER: &str = "2026-03-04T05:06:08.123456Z";

/// Mira with 1,240 XP, which is level 3.
fn mira(world: &World) -> Client {
    let mira = world.parent("Mira Lopez");
    world.sql(|conn| conn.execute("UPDATE users SET experience_points = 1240", &[]));
    mira
}

fn set_xp(world: &World, xp: i64) {
    world.sql(move |conn| conn.execute("UPDATE users SET experience_points = $1", &[&xp]));
}

#[test]
fn a_change_that_changes_nothing_writes_nothing() {
    let world = World::new();
    let mira = world.child("Mira");
    let before = world.dump("users");
    world.advance(1);
    mira.patch(
        "/api/auth/profile/",
        json!({"name": "Mira", "avatar": "📚", "username": "MIRA"}),
    )
    .ok();
    mira.put("/api/users/profile/update/", json!({})).ok();
    assert_eq!(world.dump("users"), before);
}

#[test]
fn an_empty_avatar_is_the_first_one() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.patch("/api/auth/profile/", json!({"avatar": "🦊"})).ok();
    let answer = mira.patch("/api/auth/profile/", json!({"avatar": ""})).ok();
    assert_eq!(answer["data"]["avatar"], json!("📚"));
    world.sql(|conn| conn.execute("UPDATE users SET avatar_emoji = ''", &[]));
    assert_eq!(mira.get("/api/auth/profile/").ok()["data"]["avatar"], json!("📚"));
    assert_eq!(
        mira.get("/api/users/profile/").ok()["profile"]["avatar_emoji"],
        json!("📚")
    );
}

#[test]
fn the_account_has_exactly_these_fields() {
    let world = World::new();
    let mira = mira(&world);
    let expected = json!({"success": true, "data": {
        "id": mira.id(), "username": "miralopez", "email": "miralopez@example.org", "name": "Mira Lopez",
        "first_name": "Mira", "last_name": "Lopez", "user_type": "parent", "display_name": "Mira Lopez",
        "avatar": "📚", "selected_avatar_border": "basic", "experience_points": 1240, "level": 3,
        "subscription_type": "free", "is_verified": true, "bio": null, "date_of_birth": null, "created_at": BEGINNING,
        "xp_for_next_level": 500, "next_level_total_xp": 1500, "xp_progress": 240, "xp_progress_percentage": 48.0}});
    assert_eq!(mira.get(ACCOUNT).ok(), expected);
}

#[test]
fn the_profile_has_exactly_these_fields() {
    let world = World::new();
    let mira = mira(&world);
    let expected = json!({"success": true, "profile": {
        "id": mira.id(), "username": "miralopez", "email": "miralopez@example.org", "first_name": "Mira",
        "last_name": "Lopez", "user_type": "parent", "display_name": "Mira Lopez", "avatar": null, "avatar_emoji": "📚",
        "selected_avatar_border": "basic", "bio": null, "date_of_birth": null, "is_online": false,
        "last_seen": BEGINNING, "created_at": BEGINNING, "updated_at": BEGINNING, "experience_points": 1240, "level": 3,
        "xp_for_next_level": 1500, "xp_progress_in_current_level": 240, "xp_progress_percentage": 48.0}});
    assert_eq!(mira.get(PROFILE).ok(), expected);
}

#[test]
fn nobody_else_may_look() {
    let world = World::new();
    for path in [ACCOUNT, PROFILE] {
        world.guest().get(path).refused(401);
    }
    for path in [ACCOUNT, UPDATE] {
        world.guest().put(path, json!({})).refused(401);
        world.guest().patch(path, json!({})).refused(401);
    }
}

#[test]
fn a_changed_account_is_answered_whole() {
    let world = World::new();
    let mira = mira(&world);
    for method in ["PUT", "PATCH"] {
        world.advance(SECOND);
        let change = json!({"name": format!(" Captain {method} "), "username": "Mira_L-1", "avatar": "🦊",
            "bio": "I like moons.", "selected_avatar_border": "bronze", "unknown": 1});
        let mut answer = mira.json(method, ACCOUNT, change).ok();
        assert!(
            answer
                .as_object_mut()
                .unwrap()
                .remove("message")
                .is_some_and(|message| message.is_string())
        );
        assert_eq!(answer, mira.get(ACCOUNT).ok());
        let data = &answer["data"];
        assert_eq!(
            (&data["name"], &data["display_name"]),
            (&json!(format!("Captain {method}")), &data["name"])
        );
        assert_eq!(
            (&data["username"], &data["avatar"]),
            (&json!("mira_l-1"), &json!("🦊"))
        );
        assert_eq!(
            (&data["bio"], &data["selected_avatar_border"]),
            (&json!("I like moons."), &json!("bronze"))
        );
        assert_eq!(
            (&data["first_name"], &data["last_name"]),
            (&json!("Mira"), &json!("Lopez")),
            "left alone"
        );
    }
}

#[test]
fn a_changed_profile_is_answered_whole() {
    let world = World::new();
    let mira = mira(&world);
    world.advance(SECOND);
    for method in ["PUT", "PATCH"] {
        let change = json!({"display_name": format!(" Captain {method} "), "avatar_emoji": "🐼", "bio": "Hello.",
            "selected_avatar_border": "bronze", "date_of_birth": "2015-04-23"});
        let mut answer = mira.json(method, UPDATE, change).ok();
        assert!(
            answer
                .as_object_mut()
                .unwrap()
                .remove("message")
                .is_some_and(|message| message.is_string())
        );
        assert_eq!(answer, mira.get(PROFILE).ok());
        let profile = &answer["profile"];
        assert_eq!(profile["display_name"], json!(format!("Captain {method}")));
        assert_eq!(
            (&profile["avatar_emoji"], &profile["bio"]),
            (&json!("🐼"), &json!("Hello."))
        );
        assert_eq!(profile["date_of_birth"], json!("2015-04-23"));
        assert_eq!(
            (&profile["created_at"], &profile["updated_at"]),
            (&json!(BEGINNING), &json!(A_SECOND_LATER))
        );
    }
    let cleared = mira.put(UPDATE, json!({"bio": null, "date_of_birth": null})).ok();
    assert_eq!(
        (&cleared["profile"]["bio"], &cleared["profile"]["date_of_birth"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        cleared["profile"]["avatar_emoji"],
        json!("🐼"),
        "what was not sent stays"
    );
}

#[test]
fn nothing_sent_changes_nothing() {
    let world = World::new();
    let mira = mira(&world);
    for path in [ACCOUNT, UPDATE] {
        let before = mira.get(ACCOUNT).ok();
        mira.put(path, json!({})).ok();
        mira.raw("PATCH", path, &[], b"").ok();
        assert_eq!(mira.get(ACCOUNT).ok(), before);
    }
}

#[test]
fn what_one_is_cannot_be_chosen() {
    let world = World::new();
    let mira = world.child("Mira");
    let before = mira.get(PROFILE).ok()["profile"].clone();
    let dream = json!({"user_type": "teacher", "experience_points": 99_999, "level": 50, "email": "other@example.org",
        "id": 1, "is_admin": true, "is_staff": true, "first_name": "X", "created_at": "2020-01-01T00:00:00Z",
        "password_hash": "x"});
    for path in [ACCOUNT, UPDATE] {
        mira.put(path, dream.clone()).ok();
    }
    assert_eq!(mira.get(PROFILE).ok()["profile"], before);
    assert!(
        world.dump("users")[0].contains("is_admin=Int(0)")
            || world.dump("users")[0].contains("is_admin=Bool(false)")
    );
}

#[test]
fn a_border_has_to_be_earned() {
    let world = World::new();
    let mira = mira(&world);
    for path in [ACCOUNT, UPDATE] {
        let wear = |border: &str| mira.put(path, json!({"selected_avatar_border": border, "bio": "changed"}));
        let refusal = wear("gold").refused(403);
        assert!(
            refusal["required_level"]
                .as_str()
                .is_some_and(|text| text.contains("10")),
            "{refusal}"
        );
        wear("platinum").refused_fields(&["selected_avatar_border"]);
        wear("").refused_fields(&["selected_avatar_border"]);
        assert_eq!(
            mira.get(ACCOUNT).ok()["data"]["bio"],
            Value::Null,
            "a refusal changes nothing"
        );
    }
    set_xp(&world, 9 * 500);
    mira.put(UPDATE, json!({"selected_avatar_border": "gold"})).ok();
    set_xp(&world, 0);
    mira.put(UPDATE, json!({"selected_avatar_border": "gold"})).ok();
    mira.put(UPDATE, json!({"selected_avatar_border": "basic"})).ok();
    mira.put(UPDATE, json!({"selected_avatar_border": "gold"}))
        .refused(403);
}

#[test]
fn only_high_avatars_have_to_be_earned() {
    let world = World::new();
    let mira = mira(&world);
    for (path, field) in [(ACCOUNT, "avatar"), (UPDATE, "avatar_emoji")] {
        for free in ["🐨", "🚀", "🍕", "", "📚"] {
            mira.put(path, json!({field: free})).ok();
        }
        mira.put(path, json!({field: "👑"})).refused_fields(&[field]);
        mira.put(path, json!({field: "🧙‍♀️"})).refused_fields(&[field]);
        mira.put(path, json!({field: "12345678901"}))
            .refused_fields(&[field]);
        mira.put(path, json!({field: null})).refused_fields(&[field]);
    }
    set_xp(&world, 29 * 500);
    mira.put(ACCOUNT, json!({"avatar": "👑"})).ok();
    set_xp(&world, 0);
    mira.put(ACCOUNT, json!({"avatar": "👑", "bio": "still mine"}))
        .ok();
}

#[test]
fn user_names_have_rules_and_one_owner() {
    let world = World::new();
    let mira = world.child("Mira");
    world.child("Benny");
    for bad in [
        "",
        "mi",
        &"m".repeat(31),
        "mira lopez",
        "mira@home",
        "mira.l",
        "🦊🦊🦊",
        "../etc",
    ] {
        mira.patch(ACCOUNT, json!({"username": bad}))
            .refused_fields(&["username"]);
    }
    let taken = mira
        .patch(ACCOUNT, json!({"username": "BENNY", "name": "Other"}))
        .refused(400);
    assert!(taken["details"]["username"].is_array());
    let data = mira.get(ACCOUNT).ok()["data"].clone();
    assert_eq!(
        (&data["username"], &data["name"]),
        (&json!("mira"), &json!("Mira"))
    );
    for good in ["MIRA", "mi_", "niña-7", &"m".repeat(30)] {
        let answer = mira.patch(ACCOUNT, json!({"username": good})).ok();
        assert_eq!(answer["data"]["username"], json!(good.to_lowercase()));
    }
}

#[test]
fn every_fault_is_told_at_its_field() {
    let world = World::new();
    let mira = world.child("Mira");
    let before = world.dump("users");
    for (path, field, values) in [
        (
            ACCOUNT,
            "name",
            vec![
                json!(""),
                json!("  "),
                json!(null),
                json!("x".repeat(51)),
                json!([]),
                json!("a\0b"),
            ],
        ),
        (
            ACCOUNT,
            "bio",
            vec![json!("x".repeat(2001)), json!({}), json!(true)],
        ),
        (ACCOUNT, "username", vec![json!(null), json!([]), json!({"a": 1})]),
        (
            UPDATE,
            "display_name",
            vec![json!(""), json!(null), json!("x".repeat(51)), json!(false)],
        ),
        (UPDATE, "bio", vec![json!("x".repeat(2001)), json!([1])]),
        (
            UPDATE,
            "date_of_birth",
            vec![
                json!("2015-02-29"),
                json!("29.02.2016"),
                json!(""),
                json!("2015-4-3"),
                json!([]),
            ],
        ),
    ] {
        for value in values {
            mira.patch(path, json!({field: value})).refused_fields(&[field]);
        }
    }
    assert_eq!(world.dump("users"), before);
}

#[test]
fn two_people_cannot_take_one_name_at_the_same_moment() {
    let world = World::new();
    let people: Vec<_> = ["Ann", "Ben", "Cleo", "Dan"]
        .iter()
        .map(|name| world.child(name))
        .collect();
    for round in 0..10 {
        let wish = json!({"username": format!("captain{round}")});
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = people
                .iter()
                .map(|person| scope.spawn(|| person.patch(ACCOUNT, wish.clone()).status))
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(
            statuses.iter().filter(|status| **status == 200).count(),
            1,
            "{statuses:?}"
        );
        assert!(
            statuses.iter().all(|status| matches!(status, 200 | 400)),
            "{statuses:?}"
        );
    }
}
