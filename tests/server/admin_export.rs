//! Exports: whole, streamed, one at a time, and for superusers alone.

use std::collections::HashSet;

use serde_json::{Value, json};
use tinytales::clock::{DAY, SECOND};

use crate::administration::line;
use crate::drawings::{names, plain_story};
use crate::support::{Client, World};

const USERS: &str = "/api/admin/export/?type=users";
const STORIES: &str = "/api/admin/export/?type=stories";

/// So many stories of one author, in one statement.
pub fn shelf(world: &World, author: i64, count: i64) {
    world.sql(move |conn| {
        let sql = match conn.dialect() {
            database::Dialect::Sqlite => {
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
                 INSERT INTO stories (author_id, title, category, language, creation_type, is_published, date_created,
                     date_updated)
                 SELECT $1, 'A tale of ' || i || ' \"lanterns\"', 'other', 'en', 'manual', i % 2 = 0, i, i FROM n"
            }
            database::Dialect::Postgres => {
                "INSERT INTO stories (author_id, title, category, language, creation_type, is_published, date_created,
                     date_updated)
                 SELECT $1, 'A tale of ' || i || ' \"lanterns\"', 'other', 'en', 'manual', i % 2 = 0, i, i
                 FROM generate_series(1, CAST($2 AS BIGINT)) i"
            }
        };
        conn.execute(sql, &[&author, &count])
    });
}

#[track_caller]
fn exported(admin: &Client, path: &str) -> Value {
    let answer = admin.get(path);
    assert!(answer.is_whole);
    answer.ok()
}

#[test]
fn all_accounts_are_exported() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let mira = world.child("Mira \"Frog\" Lopez");
    mira.publishes(plain_story("a tale"));
    let held = world.child("Held");
    world.bars(&held, "archived_at");
    let export = exported(&ada, USERS);
    assert_eq!(names(&export), ["count", "data", "export_type", "success"]);
    assert_eq!(
        (&export["export_type"], &export["count"]),
        (&json!("users"), &json!(3))
    );
    let now = "2026-03-04T05:06:07.123456Z";
    assert_eq!(
        export["data"][1],
        json!({"id": mira.id(), "username": "mira\"frog\"lopez", "email": "mirafroglopez@example.org",
            "display_name": "Mira \"Frog\" Lopez", "user_type": "child", "is_active": true, "is_staff": false,
            "is_superuser": false, "is_flagged": false, "violation_count": 0, "date_joined": now, "last_login": null,
            "last_seen": now, "archived_at": null, "story_count": 1, "published_story_count": 1})
    );
    assert_eq!(export["data"][0]["is_superuser"], json!(true));
    assert!(!export["data"][2]["archived_at"].is_null());
    assert!(
        !export.to_string().contains("argon2"),
        "no password leaves the house"
    );
    assert_eq!(world.last_line(), line("export", "users", None, true));
}

#[test]
fn all_stories_are_exported_each_once() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let mira = world.child("Mira");
    shelf(&world, mira.id(), 1_001);
    let export = exported(&ada, STORIES);
    let rows = export["data"].as_array().unwrap();
    assert_eq!((rows.len(), &export["count"]), (1_001, &json!(1_001)));
    let ids: HashSet<i64> = rows.iter().map(|row| row["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 1_001);
    assert_eq!(rows[0]["title"], json!("A tale of 1 \"lanterns\""));
    assert_eq!(
        names(&rows[0]),
        [
            "author",
            "author_id",
            "category",
            "creation_type",
            "date_created",
            "date_updated",
            "id",
            "is_collaborative",
            "is_flagged",
            "is_published",
            "language",
            "title",
            "total_comments",
            "total_likes",
            "total_ratings",
            "total_saves",
            "views"
        ]
    );
}

#[test]
fn nothing_is_exported_as_nothing() {
    let world = World::new();
    let ada = world.superuser("Ada");
    assert_eq!(
        exported(&ada, STORIES),
        json!({"success": true, "export_type": "stories", "data": [], "count": 0})
    );
}

#[test]
fn the_figures_are_exported_in_one_piece() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let held = world.child("Held");
    world.bars(&held, "suspended_at");
    let export = exported(&ada, "/api/admin/export/?type=analytics");
    assert_eq!(
        (&export["export_type"], &export["count"]),
        (&json!("analytics"), &json!(1))
    );
    let data = &export["data"];
    assert_eq!(
        names(data),
        ["engagement", "export_date", "social", "stories", "users"]
    );
    assert_eq!(
        data["users"],
        json!({"total": 2, "active": 1, "last_7_days": 2, "last_30_days": 2, "by_type": {"child": 2}})
    );
    assert_eq!(world.last_line(), line("export", "analytics", None, true));
}

#[test]
fn what_is_not_known_is_refused() {
    let world = World::new();
    let ada = world.superuser("Ada");
    for query in ["", "?type=", "?type=passwords", "?type=USERS"] {
        ada.get(&format!("/api/admin/export/{query}"))
            .refused_fields(&["type"]);
    }
    assert_eq!(world.record(), []);
}

/// Five thousand stories to a client that reads slowly: what is held is the room for exports and that of one stream.
#[test]
fn an_export_holds_the_same_for_few_rows_and_for_many() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let mira = world.child("Mira");
    let exports = world.app.envelope.exports().clone();
    let responses = world.app.envelope.responses().clone();
    let mut held = Vec::new();
    for count in [4_000, 1_000] {
        shelf(&world, mira.id(), count);
        let mut slow = ada.send("GET", STORIES, &[], b"");
        let mut sip = [0; 1024];
        assert!(slow.read(&mut sip) > 0);
        held.push((
            exports.total() - exports.free(),
            responses.total() - responses.free(),
        ));

        // One at a time: another one is refused at once, whatever it is of, and not written down as made.
        let lines = world.record().len();
        ada.get(USERS).refused(503);
        assert_eq!(world.record().len(), lines);

        let mut taken = 0;
        loop {
            match slow.read(&mut sip) {
                0 => break,
                read => taken += read,
            }
        }
        assert!(taken > 100_000, "{taken}");
        crate::support::eventually("the room is given back", || {
            exports.free() == exports.total() && responses.free() == responses.total()
        });
    }
    let (export, response) = held[0];
    assert_eq!(held[0], held[1]);
    assert_eq!(export, exports.total());
    assert!(response < 1 << 20, "{response} bytes of one stream");
    exported(&ada, STORIES);
}

#[test]
fn a_client_that_goes_away_gives_the_turn_back() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let mira = world.child("Mira");
    shelf(&world, mira.id(), 5_000);
    let mut slow = ada.send("GET", STORIES, &[], b"");
    slow.read(&mut [0; 1024]);
    ada.get(STORIES).refused(503);
    drop(slow);
    crate::support::eventually("the turn is free", || ada.get(STORIES).status == 200);
}

#[test]
fn while_memory_is_short_nothing_is_exported() {
    let world = World::new();
    let ada = world.superuser("Ada");
    world.uses(90);
    ada.get(STORIES).refused(503);
    world.uses(10);
    exported(&ada, STORIES);
}

#[test]
fn exports_are_limited() {
    let world = World::with(|config| config.rate_limits = true);
    let ada = world.superuser("Ada");
    for _ in 0..20 {
        ada.get(STORIES).ok();
    }
    ada.get(STORIES).refused(429);
    world.advance(DAY / 4 + SECOND);
    let again = world.at_dashboard(&ada);
    again.get(STORIES).ok();
}
