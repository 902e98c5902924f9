//! Accounts as administrators see and change them, field by field.

use serde_json::json;
use tinytales::clock::DAY;

use crate::administration::{ids, line};
use crate::drawings::{each, names, plain_story};
use crate::support::{Client, World};

pub const USERS: &str = "/api/admin/users/";

pub const ARCHIVED: &str = "/api/admin/users/archived/";

pub fn path(id: i64, what: &str) -> String {
    format!("/api/admin/users/{id}/{what}/")
}

#[track_caller]
pub fn listed(admin: &Client, query: &str) -> Vec<i64> {
    ids(&admin.get(&format!("{USERS}{query}")).ok()["users"])
}

#[test]
fn the_list_shows_who_is_there_with_their_families_and_stories() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let paula = world.parent("Paula");
    world.advance(DAY);
    let mira = world.child("Mira Lopez");
    world.relates(&paula, &mira);
    mira.makes(plain_story("a draft"));
    mira.publishes(plain_story("a tale"));
    let answer = ada.get(USERS).ok();
    assert_eq!(names(&answer), ["pagination", "success", "users"]);
    assert_eq!(
        answer["pagination"],
        json!({"page": 1, "page_size": 20, "total_count": 2, "total_pages": 1})
    );
    let link = |person: &Client, name: &str, display: &str| json!([{"id": person.id(), "username": name, "display_name": display}]);
    assert_eq!(
        answer["users"][0],
        json!({"id": mira.id(), "username": "miralopez", "email": "miralopez@example.org", "display_name": "Mira Lopez",
            "user_type": "child", "date_joined": "2026-03-05T05:06:07.123456Z", "last_login": null, "is_active": true,
            "is_staff": false, "is_superuser": false, "is_flagged": false, "violation_count": 0,
            "children": [], "parents": link(&paula, "paula", "Paula"), "story_count": 2, "published_story_count": 1})
    );
    let parent = &answer["users"][1];
    assert_eq!(parent["id"], json!(paula.id()));
    assert_eq!(parent["children"], link(&mira, "miralopez", "Mira Lopez"));
    assert_eq!(
        (&parent["parents"], &parent["story_count"]),
        (&json!([]), &json!(0))
    );
}

#[test]
fn the_list_leaves_out_who_keeps_order_or_is_archived() {
    let world = World::new();
    let (ada, _sam) = (world.superuser("Ada"), world.staff("Sam"));
    let (mira, gone, held) = (world.child("Mira"), world.child("Gone"), world.child("Held"));
    world.bars(&gone, "archived_at");
    world.bars(&held, "suspended_at");
    assert_eq!(listed(&ada, ""), [held.id(), mira.id()]);
    let rows = ada.get(USERS).ok();
    assert_eq!(each(&rows["users"], "is_active"), [&json!(false), &json!(true)]);
}

#[test]
fn people_are_found_by_name_and_address_whatever_the_case() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let mira = world.person("Mira Lopez", |person| {
        person.email = Some("kitten@example.org".to_owned());
    });
    let ben = world.parent("Ben 50%");
    for (search, expected) in [
        ("mir", vec![mira.id()]),
        ("LOPEZ", vec![mira.id()]),
        ("Kitten@", vec![mira.id()]),
        ("itt", vec![mira.id()]),
        ("mi", vec![mira.id()]),
        ("50%25", vec![ben.id()]),
        ("%25", vec![ben.id()]),
        ("_", vec![]),
        ("example", vec![ben.id(), mira.id()]),
        ("nobody", vec![]),
        ("%22", vec![]),
        ("'%20OR%201=1", vec![]),
        ("%00", vec![ben.id(), mira.id()]),
    ] {
        assert_eq!(listed(&ada, &format!("?search={search}")), expected, "{search}");
    }
    assert_eq!(listed(&ada, "?user_type=parent"), [ben.id()]);
    assert_eq!(listed(&ada, "?user_type=parent&search=mira"), [] as [i64; 0]);
    assert_eq!(listed(&ada, "?user_type=pirate"), [ben.id(), mira.id()]);
}

#[test]
fn pages_are_clamped_and_ties_have_an_order() {
    let world = World::new();
    let ada = world.superuser("Ada");
    world.crowd((0..45).map(|number| format!("Kid {number:02}")));
    let mut all = Vec::new();
    for page in 1..=3 {
        let answer = ada.get(&format!("{USERS}?page={page}")).ok();
        assert_eq!(answer["pagination"]["total_pages"], json!(3));
        all.extend(ids(&answer["users"]));
    }
    let mut sorted = all.clone();
    sorted.sort_unstable_by(|one, other| other.cmp(one));
    sorted.dedup();
    assert_eq!(
        (all.len(), &all),
        (45, &sorted),
        "all at the same instant: by their ids"
    );
    for (query, page, size, rows) in [
        ("?page=0", 1, 20, 20),
        ("?page=-3&page_size=-1", 1, 1, 1),
        ("?page_size=0", 1, 1, 1),
        ("?page=x&page_size=y", 1, 20, 20),
        ("?page_size=1000", 1, 100, 45),
        ("?page=9", 9, 20, 0),
        ("?page=99999999999999999999", 1, 20, 20),
    ] {
        let answer = ada.get(&format!("{USERS}{query}")).ok();
        let pagination = &answer["pagination"];
        assert_eq!(
            (&pagination["page"], &pagination["page_size"]),
            (&json!(page), &json!(size)),
            "{query}"
        );
        assert_eq!(answer["users"].as_array().unwrap().len(), rows, "{query}");
    }
}

#[test]
fn what_the_client_holds_already_is_not_sent_again() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let mira = world.child("Mira");
    let first = ada.get(USERS);
    let tag = first.header("etag").unwrap();
    let again = ada.with_header("If-None-Match", tag);
    again.get(USERS).status(304);
    mira.is_renamed("Mia");
    again.get(USERS).ok();
}

#[test]
fn one_account_is_shown_in_full() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    world.relates(&paula, &mira);
    mira.patch(
        "/api/users/profile/update/",
        json!({"bio": "I like frogs.", "date_of_birth": "2015-05-01"}),
    )
    .ok();
    let story = mira.publishes(plain_story("a tale"));
    paula.likes(story);
    let character = mira.draws("Frog");
    let answer = ada.get(&format!("{USERS}{}/", mira.id())).ok();
    let user = &answer["user"];
    let now = "2026-03-04T05:06:07.123456Z";
    for (name, value) in [
        ("id", json!(mira.id())),
        ("username", json!("mira")),
        ("email", json!("mira@example.org")),
        ("display_name", json!("Mira")),
        ("user_type", json!("child")),
        ("date_joined", json!(now)),
        ("last_login", json!(null)),
        ("is_active", json!(true)),
        ("is_staff", json!(false)),
        ("is_superuser", json!(false)),
        ("is_flagged", json!(false)),
        ("violation_count", json!(0)),
        ("bio", json!("I like frogs.")),
        ("date_of_birth", json!("2015-05-01")),
        ("flagged_reason", json!("")),
        ("last_violation_date", json!(null)),
        ("children", json!([])),
        (
            "parents",
            json!([{"id": paula.id(), "username": "paula", "display_name": "Paula",
                "date_created": "1970-01-01T00:00:00.000001Z"}]),
        ),
        (
            "stories",
            json!([{"id": story, "title": "a tale", "is_published": true, "date_created": now, "views": 0, "likes": 1}]),
        ),
        (
            "characters",
            json!([{"id": character, "name": "Frog", "date_created": now}]),
        ),
    ] {
        assert_eq!(user[name], value, "{name}");
    }
    let earned = &user["achievements"][0];
    assert_eq!(names(earned), ["earned_at", "name"]);
    assert!(earned["name"].is_string());
    for unknown in ["7", "x", "-1", "99999999999999999999"] {
        ada.get(&format!("{USERS}{unknown}/")).refused(404);
    }
    let adas = ada.get(&format!("{USERS}{}/", ada.id())).ok();
    assert_eq!(adas["user"]["is_superuser"], json!(true));
}

#[test]
fn what_somebody_does_is_shown_in_numbers_and_by_the_newest() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    world.befriend(&mira, &ben);
    let story = ben.publishes(plain_story("a tale"));
    let comment = mira.comments(story, "How bright!");
    mira.makes(plain_story("a draft"));
    let data = ada.get(&path(mira.id(), "activity")).ok()["data"].clone();
    let members = [
        "achievements",
        "recent_comments",
        "recent_stories",
        "relationships",
        "statistics",
        "user_info",
    ];
    assert_eq!(names(&data), members);
    assert_eq!(data["user_info"]["id"], json!(mira.id()));
    let statistics = &data["statistics"];
    assert_eq!(statistics["total_stories"], json!(1));
    assert_eq!(statistics["total_comments"], json!(1));
    assert_eq!(statistics["total_friends"], json!(1));
    assert_eq!(
        statistics["total_achievements"],
        json!(data["achievements"].as_array().unwrap().len())
    );
    assert_eq!(data["recent_stories"][0]["title"], json!("a draft"));
    assert_eq!(
        data["recent_comments"][0],
        json!({"id": comment, "content": "How bright!", "user": "mira", "user_id": mira.id(), "story_title": "a tale",
            "story_id": story, "date_created": "2026-03-04T05:06:07.123456Z"})
    );
    assert_eq!(data["relationships"], json!({"children": [], "parents": []}));
    ada.get(&path(7, "activity")).refused(404);
}

#[test]
fn an_account_can_be_changed_and_what_was_is_written_down() {
    let world = World::new();
    let sam = world.staff("Sam");
    let mira = world.child("Mira");
    let change = json!({"username": "Mia_K", "email": "mia@example.org", "display_name": "Mia K", "user_type": "teacher",
        "is_active": true, "is_staff": false, "is_flagged": true, "flagged_reason": "shouts", "violation_count": 2,
        "bio": "New."});
    let answer = sam.put(&path(mira.id(), "update"), change).ok();
    assert_eq!(names(&answer), ["message", "success", "user"]);
    let user = json!({"id": mira.id(), "username": "mia_k", "email": "mia@example.org", "display_name": "Mia K",
        "user_type": "teacher", "is_active": true, "is_staff": false});
    assert_eq!(answer["user"], user);
    let detail = sam.get(&format!("{USERS}{}/", mira.id())).ok()["user"].clone();
    for (name, value) in [
        ("bio", json!("New.")),
        ("is_flagged", json!(true)),
        ("flagged_reason", json!("shouts")),
        ("violation_count", json!(2)),
        ("last_violation_date", json!("2026-03-04T05:06:07.123456Z")),
    ] {
        assert_eq!(detail[name], value, "{name}");
    }
    assert_eq!(world.last_line(), line("update", "user", Some(mira.id()), true));
    let details = world.last_details();
    for part in [
        "username: \"mira\" → \"mia_k\"",
        "email: \"mira@example.org\" → \"mia@example.org\"",
        "user_type: \"child\" → \"teacher\"",
        "violation_count: 0 → 2",
        "bio: changed",
    ] {
        assert!(details.contains(part), "{part}: {details}");
    }
    assert!(
        !details.contains("is_staff") && !details.contains("New."),
        "{details}"
    );
    // The account itself sees it at once, and goes on.
    let profile = mira.get("/api/auth/profile/").ok();
    assert_eq!(profile["data"]["display_name"], json!("Mia K"));
    world
        .guest()
        .post(
            "/api/auth/login/",
            json!({"email": "mira@example.org", "password": crate::support::PASSWORD}),
        )
        .refused(401);
    world.sign_in("mia@example.org");
}

#[test]
fn bad_changes_are_refused_and_change_nothing() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let before = (world.dump("users"), world.record().len());
    let long = |length: usize| "x".repeat(length);
    for (change, field) in [
        (json!({"username": "BEN"}), "username"),
        (json!({"username": "a b"}), "username"),
        (json!({"username": ""}), "username"),
        (json!({"username": null}), "username"),
        (json!({"username": long(151)}), "username"),
        (json!({"email": "Ben@Example.org"}), "email"),
        (json!({"email": "ben"}), "email"),
        (json!({"email": ""}), "email"),
        (json!({"email": null}), "email"),
        (json!({"email": []}), "email"),
        (json!({"display_name": " "}), "display_name"),
        (json!({"display_name": null}), "display_name"),
        (json!({"display_name": long(51)}), "display_name"),
        (json!({"user_type": "pirate"}), "user_type"),
        (json!({"user_type": 7}), "user_type"),
        (json!({"bio": long(2_001)}), "bio"),
        (json!({"is_active": "perhaps"}), "is_active"),
        (json!({"is_staff": null}), "is_staff"),
        (json!({"is_flagged": 2}), "is_flagged"),
        (json!({"flagged_reason": long(501)}), "flagged_reason"),
        (json!({"violation_count": -1}), "violation_count"),
        (json!({"violation_count": 1e30}), "violation_count"),
        (json!({"violation_count": "many"}), "violation_count"),
    ] {
        let answer = ada.patch(&path(mira.id(), "update"), change.clone());
        assert_eq!(answer.status, 400, "{change}: {}", answer.text());
        answer.refused_fields(&[field]);
    }
    ada.put(&path(7, "update"), json!({"display_name": "X"}))
        .refused(404);
    ada.raw(
        "PUT",
        &path(ben.id(), "update"),
        &[("Content-Type", "application/json")],
        b"{",
    )
    .refused(400);
    assert_eq!((world.dump("users"), world.record().len()), before);
}

#[test]
fn a_superuser_makes_administrators_of_the_lesser_kind() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let mira = world.child("Mira");
    let answer = ada
        .patch(&path(mira.id(), "update"), json!({"is_staff": true}))
        .ok();
    assert_eq!(answer["user"]["is_staff"], json!(true));
    let detail = ada.get(&format!("{USERS}{}/", mira.id())).ok();
    assert_eq!(detail["user"]["is_superuser"], json!(false));
    assert_eq!(world.last_details(), "is_staff: false → true");
    world.at_dashboard(&mira).get(USERS).ok();
}

#[test]
fn deactivating_and_activating() {
    let world = World::new();
    let sam = world.staff("Sam");
    let mira = world.child("Mira");
    let olga = world.person("Olga", |person| person.is_verified = false);
    mira.get("/api/auth/profile/").ok();
    let off = sam
        .patch(&path(mira.id(), "update"), json!({"is_active": false}))
        .ok();
    assert_eq!(off["user"]["is_active"], json!(false));
    mira.get("/api/auth/profile/").refused(401);
    let on = sam
        .patch(&path(mira.id(), "update"), json!({"is_active": true}))
        .ok();
    assert_eq!(on["user"]["is_active"], json!(true));
    world.sign_in(mira.email());
    // An administrator vouches for an address.
    sam.patch(&path(olga.id(), "update"), json!({"is_active": true}))
        .ok();
    world.sign_in(olga.email());
    // What is in the archive is restored first.
    world.bars(&mira, "archived_at");
    sam.patch(&path(mira.id(), "update"), json!({"is_active": true}))
        .refused_fields(&["is_active"]);
}
