//! The record of what administrators did: complete, in order, and only ever added to. And backups by hand.

use database::Dialect;
use serde_json::{Value, json};
use tinytales::admin::audit::{self, Entry};
use tinytales::clock::SECOND;

use crate::drawings::names;
use crate::support::{Client, World};

const RECORD: &str = "/api/admin/audit-logs/";
const BACKUPS: &str = "/api/admin/backups/";

fn entry(action: &'static str, details: &'static str) -> Entry<'static> {
    Entry {
        at: 7,
        admin_id: None,
        admin_username: "command line",
        action,
        resource: "user",
        target_id: Some(9),
        details,
        network: "10.0.0.1",
        user_agent: "",
        is_success: true,
    }
}

fn note(world: &World, entry: Entry<'static>) {
    world.sql(move |conn| audit::note(conn, &entry));
}

#[test]
fn lines_are_shown_newest_first() {
    let world = World::new();
    let sam = world.staff("Sam").with_header("User-Agent", "Dashboard/1.0");
    let mira = world.child("Mira");
    note(&world, entry("suspend", "for a day"));
    world.advance(SECOND);
    sam.post_nothing(&format!("/api/admin/users/{}/suspend/", mira.id()))
        .ok();
    let answer = sam.get(RECORD).ok();
    assert_eq!(
        names(&answer),
        ["limit", "logs", "page", "success", "total", "total_pages"]
    );
    for (name, value) in [("total", 2), ("page", 1), ("limit", 50), ("total_pages", 1)] {
        assert_eq!(answer[name], json!(value), "{name}");
    }
    let id = answer["logs"][0]["id"].as_i64().unwrap();
    assert_eq!(
        answer["logs"][0],
        json!({"id": id, "timestamp": "2026-03-04T05:06:08.123456Z", "user": "sam", "action": "suspend",
            "resource": "user", "target_id": mira.id(), "ip_address": "127.0.0.1", "status": "success",
            "details": "7 days: Suspended by an administrator.", "user_agent": "Dashboard/1.0"})
    );
    let older = &answer["logs"][1];
    assert_eq!(
        (&older["user"], &older["details"]),
        (&json!("command line"), &json!("for a day"))
    );
    for row in answer["logs"].as_array().unwrap() {
        for name in ["timestamp", "user", "action", "details", "resource"] {
            assert!(row[name].is_string(), "{name}");
        }
    }
}

#[test]
fn pages_and_actions() {
    let world = World::new();
    let ada = world.superuser("Ada");
    for number in 0..120 {
        note(
            &world,
            entry(if number % 3 == 0 { "delete" } else { "update" }, ""),
        );
    }
    for (query, total, limit, rows) in [
        ("", 120, 50, 50),
        ("?page=3", 120, 50, 20),
        ("?limit=1000", 120, 100, 100),
        ("?limit=0", 120, 1, 1),
        ("?limit=x&page=y", 120, 50, 50),
        ("?page=99", 120, 50, 0),
        ("?type=all", 120, 50, 50),
        ("?type=delete", 40, 50, 40),
        ("?type=dance", 0, 50, 0),
    ] {
        let answer = ada.get(&format!("{RECORD}{query}")).ok();
        assert_eq!(
            (&answer["total"], &answer["limit"]),
            (&json!(total), &json!(limit)),
            "{query}"
        );
        assert_eq!(answer["logs"].as_array().unwrap().len(), rows, "{query}");
    }
}

#[test]
fn the_record_is_only_ever_added_to() {
    let world = World::new();
    note(&world, entry("update", ""));
    let before = world.dump("audit_log");
    let mut tries = vec![
        "UPDATE audit_log SET details = 'nothing'",
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE id > 0",
    ];
    if world.app.database.dialect() == Dialect::Postgres {
        tries.push("TRUNCATE audit_log");
    }
    for sql in tries {
        let tried: Result<u64, database::Error> =
            world.run(world.app.database.write(move |conn| conn.execute(sql, &[])));
        assert!(tried.is_err(), "{sql}");
    }
    assert_eq!(world.dump("audit_log"), before);
    note(&world, entry("update", "more"));
    assert_eq!(world.dump("audit_log").len(), 2);
}

#[test]
fn long_lines_are_cut_and_strange_ones_kept() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let long: &'static str = "é".repeat(3_000).leak();
    note(
        &world,
        Entry {
            admin_username: long,
            network: long,
            user_agent: long,
            ..entry("update", long)
        },
    );
    note(&world, entry("update", "a\0b'; DROP TABLE users; -- 🦊"));
    let logs = ada.get(RECORD).ok()["logs"].clone();
    assert_eq!(logs[0]["details"], json!("ab'; DROP TABLE users; -- 🦊"));
    for (name, length) in [
        ("details", 1_000),
        ("user", 150),
        ("ip_address", 64),
        ("user_agent", 200),
    ] {
        assert_eq!(logs[1][name].as_str().unwrap().chars().count(), length, "{name}");
    }
}

#[test]
fn a_strange_client_is_written_down_as_it_calls_itself() {
    let world = World::new();
    let mira = world.child("Mira");
    let sam = world.staff("Sam");
    let path = format!("/api/admin/users/{}/suspend/", mira.id());
    for agent in ["x".repeat(2_000), "caf\u{e9} \u{1f98a}".to_owned(), String::new()] {
        let odd = sam.with_header("User-Agent", &agent);
        odd.post_nothing(&path).ok();
        sam.post_nothing(&path.replace("suspend", "unsuspend")).ok();
    }
    assert_eq!(world.record().len(), 6);
}

#[test]
fn an_account_that_is_gone_stays_in_the_record() {
    let world = World::new();
    let (ada, sam) = (world.superuser("Ada"), world.staff("Sam"));
    let mira = world.child("Mira");
    sam.delete(&format!("/api/admin/users/{}/delete/", mira.id()))
        .ok();
    for person in [&mira, &sam] {
        let path = |what: &str| format!("/api/admin/users/{}/{what}/", person.id());
        ada.delete(&path("delete")).ok();
        ada.delete(&path("hard_delete")).ok();
    }
    let logs = ada.get(RECORD).ok()["logs"].clone();
    assert_eq!(logs[3]["user"], json!("sam"));
    assert_eq!(logs[3]["target_id"], json!(mira.id()));
}

/// With a folder for backups.
fn backed_up() -> World {
    World::with(|config| config.backup.folder = Some(config.data_dir.join("kept")))
}

fn names_of(admin: &Client) -> Vec<Value> {
    let list = admin.get(BACKUPS).ok()["backups"].clone();
    list.as_array()
        .unwrap()
        .iter()
        .map(|row| row["filename"].clone())
        .collect()
}

#[test]
fn a_backup_is_made_listed_and_deleted() {
    let world = backed_up();
    let ada = world.superuser("Ada");
    assert_eq!(names_of(&ada), [] as [Value; 0]);
    let made = ada.post_nothing("/api/admin/backups/create/").ok();
    let name = made["backup"]["filename"].as_str().unwrap().to_owned();
    assert_eq!(name, "tinytales-20260304T050607Z.jsonl.gz");
    let list = ada.get(BACKUPS).ok()["backups"].clone();
    assert_eq!(names(&list[0]), ["created_at", "filename", "size"]);
    assert_eq!(list[0]["created_at"], json!("2026-03-04T05:06:07Z"));
    let file = world.folder().join("kept").join(&name);
    assert_eq!(list[0]["size"], json!(file.metadata().unwrap().len()));
    tinytales::backup::check(&file).expect("it is whole");
    assert!(
        world
            .record()
            .iter()
            .any(|(action, resource, _, is_done)| { action == "create" && resource == "backup" && *is_done })
    );

    ada.delete(&format!("{BACKUPS}{name}/delete/")).ok();
    assert!(!file.exists());
    ada.delete(&format!("{BACKUPS}{name}/delete/")).refused(404);
    assert_eq!(names_of(&ada), [] as [Value; 0]);
}

#[test]
fn nothing_but_backups_is_deleted() {
    let world = backed_up();
    let ada = world.superuser("Ada");
    ada.post_nothing("/api/admin/backups/create/").ok();
    let secret = world.folder().join("tinytales-20260304T050607Z.jsonl.gz");
    std::fs::write(&secret, "elsewhere").unwrap();
    std::fs::write(world.folder().join("kept/notes.txt"), "mine").unwrap();
    let before = world.record().len();
    for name in [
        "notes.txt",
        "..",
        "%2e%2e",
        "..%2ftinytales-20260304T050607Z.jsonl.gz",
        "..%2F..%2Fetc%2Fpasswd",
        "%2e%2e%2ftinytales-20260304T050607Z.jsonl.gz",
        "kept%2ftinytales-20260304T050607Z.jsonl.gz",
        "tinytales-20260304T050607Z.jsonl.gz%00",
        "tinytales-..%2f.jsonl.gz",
        "tinytales-20260304T050608Z.jsonl.gz",
        "tinytales-20261399T050607Z.jsonl.gz",
        "%ff%fe",
    ] {
        let answer = ada.delete(&format!("{BACKUPS}{name}/delete/"));
        assert_eq!(answer.status, 404, "{name}: {}", answer.text());
    }
    assert!(secret.exists() && world.folder().join("kept/notes.txt").exists());
    assert_eq!(names_of(&ada).len(), 1);
    assert_eq!(world.record().len(), before);
}

#[test]
fn where_there_is_no_folder_there_are_no_backups() {
    let world = World::with(|config| config.backup.folder = None);
    let ada = world.superuser("Ada");
    assert_eq!(names_of(&ada), [] as [Value; 0]);
    ada.post_nothing("/api/admin/backups/create/").refused(400);
}

#[test]
fn services_that_are_not_there_say_so() {
    let world = World::new();
    let ada = world.superuser("Ada");
    for path in ["/api/admin/ai-services/config/", "/api/admin/ai-services/"] {
        let config = ada.get(path).ok()["config"].clone();
        assert_eq!(
            names(&config),
            [
                "ai_story_generation",
                "api_keys",
                "image_generation",
                "ocr",
                "rate_limits"
            ]
        );
        for service in ["ai_story_generation", "image_generation", "ocr"] {
            assert_eq!(config[service]["enabled"], json!(false));
        }
    }
}
