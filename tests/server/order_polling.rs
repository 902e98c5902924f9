//! What administrators, parents and teachers ask for again and again: 304 when nothing changed.

use serde_json::json;
use tinytales::clock::SECOND;

use crate::drawings::plain_story;
use crate::support::{Client, World};

/// Asks twice; the second answer, to whoever holds the first.
#[track_caller]
fn again(client: &Client, path: &str) -> u16 {
    let answer = client.get(path);
    answer.ok();
    let tag = answer
        .header("etag")
        .unwrap_or_else(|| panic!("{path} has no ETag"));
    client.with_header("If-None-Match", tag).get(path).status
}

/// A server with a folder for backups.
fn backed_up() -> World {
    World::with(|config| config.backup.folder = Some(config.data_dir.join("kept")))
}

#[test]
fn nothing_new_is_said_in_no_words() {
    let world = backed_up();
    let ada = world.superuser("Ada");
    ada.post_nothing("/api/admin/backups/create/").ok();
    let (paula, tina, mira) = (world.parent("Paula"), world.teacher("Tina"), world.child("Mira"));
    world.family(&paula, &mira);
    let class = tina.founds("5B");
    world.enrols(&tina, Some(class), &mira);
    let tale = mira.publishes(plain_story("a tale"));
    mira.publishes(plain_story("another"));
    paula
        .post("/api/reports/", json!({"user_id": tina.id(), "reason": "rude"}))
        .created();
    paula.comments(tale, "How bright!");
    world.flush();
    for path in [
        "dashboard/stats/".to_owned(),
        "analytics/".to_owned(),
        "users/".to_owned(),
        "users/?search=mira".to_owned(),
        "users/archived/".to_owned(),
        format!("users/{}/", mira.id()),
        format!("users/{}/activity/", mira.id()),
        "stories/".to_owned(),
        "stories/?search=tale".to_owned(),
        "moderation/flagged/".to_owned(),
        "profanity/".to_owned(),
        "profanity/stats/".to_owned(),
        "reports/".to_owned(),
        "audit-logs/".to_owned(),
        "backups/".to_owned(),
    ] {
        assert_eq!(again(&ada, &format!("/api/admin/{path}")), 304, "{path}");
    }
    let about = |what: &str| format!("/api/parent/children/{}/{what}/", mira.id());
    for (client, path) in [
        (&paula, "/api/parent/children/"),
        (&paula, "/api/family/class-links/"),
        (&mira, "/api/family/links/"),
    ] {
        assert_eq!(again(client, path), 304, "{path}");
    }
    for what in ["stats", "goals", "activities", "analytics", "stories"] {
        assert_eq!(again(&paula, &about(what)), 304, "{what}");
    }
    for path in [
        "students/".to_owned(),
        "all-students/".to_owned(),
        "available-students/".to_owned(),
        "dashboard-stats/".to_owned(),
        "reports/".to_owned(),
        "classes/".to_owned(),
        format!("classes/{class}/students/"),
        format!("students/{}/stats/", mira.id()),
        format!("students/{}/stories/", mira.id()),
    ] {
        assert_eq!(again(&tina, &format!("/api/teacher/{path}")), 304, "{path}");
    }
}

#[test]
fn what_is_new_in_a_class_is_said() {
    let world = World::new();
    let (tina, mira, ben) = (world.teacher("Tina"), world.child("Mira"), world.child("Ben"));
    let class = tina.founds("5B");
    world.enrols(&tina, Some(class), &mira);
    let path = format!("/api/teacher/classes/{class}/students/");
    let held = |path: &str| tina.get(path).header("etag").unwrap().to_owned();
    let (students, classes) = (held(&path), held("/api/teacher/classes/"));
    world.enrols(&tina, Some(class), &ben);
    world.advance(SECOND);
    for (path, tag) in [(path.as_str(), students), ("/api/teacher/classes/", classes)] {
        let answer = tina.with_header("If-None-Match", &tag).get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert_ne!(answer.header("etag"), Some(tag.as_str()), "{path}");
    }
}

#[test]
fn a_new_backup_is_said() {
    let world = backed_up();
    let ada = world.superuser("Ada");
    let path = "/api/admin/backups/";
    let held = ada.get(path).header("etag").unwrap().to_owned();
    ada.post_nothing("/api/admin/backups/create/").ok();
    let answer = ada.with_header("If-None-Match", &held).get(path);
    assert_eq!(answer.ok()["backups"].as_array().unwrap().len(), 1);
    assert_ne!(answer.header("etag"), Some(held.as_str()));
}
