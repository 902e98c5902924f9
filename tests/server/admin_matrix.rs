//! Administrators' tokens and the record. Who may call what is the table of `matrix/order.rs`; here stands what it cannot say.

use serde_json::json;

use crate::administration::line;
use crate::matrix::town::Town;
use crate::matrix::who::{Admin, Owner, Parent, Row, Staff, Superuser, Teacher};
use crate::matrix::{methods, order};
use crate::support::World;

/// The addresses where one of the apps' panels sends an administrator's token as `Bearer`.
const ANY_SCHEME: [&str; 6] = [
    "/api/admin/audit-logs/",
    "/api/admin/backups/",
    "/api/admin/backups/create/",
    "/api/admin/backups/{backup}/delete/",
    "/api/admin/ai-services/",
    "/api/admin/ai-services/config/",
];

/// What is for superusers, and how the record names it: action and resource.
const DEEDS: [(&str, &str, &str); 7] = [
    ("/api/admin/users/{mira}/update/", "update", "user"),
    ("/api/admin/users/{gone}/hard_delete/", "delete", "user"),
    ("/api/admin/export/?type=users", "export", "users"),
    ("/api/admin/export/?type=stories", "export", "stories"),
    ("/api/admin/export/?type=analytics", "export", "analytics"),
    ("/api/admin/backups/create/", "create", "backup"),
    ("/api/admin/backups/{backup}/delete/", "delete", "backup"),
];

/// Every call that asks for an administrator's token, but for the signing out: that takes any token of the kind, so that
/// those can be revoked, too, whose owners keep order no longer.
fn calls() -> Vec<(Row, &'static str)> {
    let rows = order::rows().into_iter();
    let behind_the_door = rows.filter(|row| !row.path.starts_with("/api/admin/auth/"));
    behind_the_door
        .flat_map(|row| {
            methods(&row)
                .map(|method| (row.clone(), method))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn a_token_of_another_kind_opens_nothing() {
    let town = Town::new();
    let as_admin = |token: &str| {
        town.world
            .guest()
            .with_header("Authorization", &format!("AdminBearer {token}"))
    };
    // The scheme with a token of the apps, and a token of the right kind for somebody who keeps no order.
    let mut strangers = vec![as_admin(town.person(Admin).access())];
    for who in [Owner, Parent, Teacher] {
        strangers.push(as_admin(town.person(who).access()));
        strangers.push(town.world.at_dashboard(town.person(who)));
    }
    let done = town.deeds();
    for (row, method) in calls() {
        for stranger in &strangers {
            town.send_as(stranger, method, &row).refused(401);
        }
    }
    assert_eq!((town.changes(), town.deeds()), (Vec::new(), done));
}

#[test]
fn the_token_counts_as_bearer_where_a_panel_sends_it_so() {
    let town = Town::new();
    let header = town.person(Superuser).header("authorization").unwrap();
    let token = header.strip_prefix("AdminBearer ").unwrap();
    let as_bearer = town.world.guest().with_token(token);
    for (row, method) in calls() {
        let is_any = ANY_SCHEME.contains(&row.path);
        let wanted = if is_any { row.status(Superuser) } else { 401 };
        let answer = town.send_as(&as_bearer, method, &row);
        assert_eq!(answer.status, wanted, "{method} {}: {}", row.path, answer.text());
    }
}

#[test]
fn what_is_refused_to_the_lesser_administrators_is_written_down() {
    let town = Town::new();
    for (row, method) in calls() {
        if row.status(Staff) != 403 {
            continue;
        }
        let lines = town.world.record().len();
        town.send(Staff, method, &row).refused(403);
        let record = town.world.record();
        assert_eq!(record.len(), lines + 1, "{method} {}", row.path);
        let deed = DEEDS.iter().find(|(path, ..)| *path == row.path);
        let (_, action, resource) = deed.unwrap_or_else(|| panic!("the deed of {}", row.path));
        let (was, of, _, is_done) = record.last().unwrap();
        assert_eq!((was.as_str(), of.as_str(), *is_done), (*action, *resource, false));
    }
}

#[test]
fn administrators_do_not_touch_each_other() {
    let world = World::new();
    let (sam, max, ada) = (world.staff("Sam"), world.staff("Max"), world.superuser("Ada"));
    for target in [&max, &ada] {
        let path = |what: &str| format!("/api/admin/users/{}/{what}/", target.id());
        let before = (world.dump("users"), world.dump("sessions"));
        let tries = [
            sam.put(&path("update"), json!({"display_name": "X", "is_staff": true})),
            sam.put(&path("update"), json!({"email": "x@example.org"})),
            sam.put(&path("update"), json!({"is_active": false})),
            sam.put(&path("update"), json!({"is_staff": false})),
            sam.post(&path("suspend"), json!({})),
            sam.post(&path("unsuspend"), json!({})),
            sam.json("DELETE", &path("delete"), json!({})),
            sam.post(&path("restore"), json!({})),
            sam.delete(&path("hard_delete")),
        ];
        let count = tries.len();
        for answer in &tries {
            answer.refused(403);
        }
        assert_eq!((world.dump("users"), world.dump("sessions")), before);
        let record = world.record();
        let refusals = &record[record.len() - count..];
        assert!(
            refusals
                .iter()
                .all(|(_, _, id, is_done)| *id == Some(target.id()) && !is_done)
        );
    }
    // What the dialog sends unchanged is no try.
    let lines = world.record().len();
    sam.put(
        &format!("/api/admin/users/{}/update/", ada.id()),
        json!({"username": "ada", "is_staff": true, "is_active": true}),
    )
    .ok();
    assert_eq!(world.record().len(), lines);
}

#[test]
fn nobody_acts_on_themselves() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let path = |what: &str| format!("/api/admin/users/{}/{what}/", ada.id());
    let before = world.dump("users");
    for change in [json!({"is_staff": false}), json!({"is_active": false})] {
        ada.put(&path("update"), change).refused(403);
    }
    ada.json("DELETE", &path("delete"), json!({})).refused(400);
    ada.delete(&path("hard_delete")).refused(400);
    ada.post(&path("suspend"), json!({})).refused(400);
    assert_eq!(world.dump("users"), before);
    assert_eq!(world.last_line(), line("update", "user", Some(ada.id()), false));
}

#[test]
fn whoever_tries_again_and_again_is_told_to_wait() {
    let world = World::with(|config| config.rate_limits = true);
    let (sam, ada) = (world.staff("Sam"), world.superuser("Ada"));
    let path = format!("/api/admin/users/{}/suspend/", ada.id());
    for _ in 0..60 {
        sam.post(&path, json!({})).refused(403);
    }
    sam.post(&path, json!({})).refused(429);
    assert_eq!(world.record().len(), 60);
    // Looking is not concerned, and others are not.
    sam.get("/api/admin/users/").ok();
    let mira = world.child("Mira");
    ada.post(&format!("/api/admin/users/{}/suspend/", mira.id()), json!({}))
        .ok();
}
