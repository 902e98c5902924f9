//! Accounts that administrators put out and let in, and whose child somebody is.

use serde_json::{Value, json};
use tinytales::clock::{DAY, HOUR};

use crate::admin_users::{ARCHIVED, USERS, path};
use crate::administration::{ids, line};
use crate::drawings::{names, plain_story};
use crate::support::{Client, World};

#[test]
fn archiving_and_restoring() {
    let world = World::new();
    let sam = world.staff("Sam");
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    mira.makes(plain_story("a draft"));
    mira.get("/api/auth/profile/").ok();
    let archive = |id: i64, body: Value| sam.json("DELETE", &path(id, "delete"), body);
    assert_eq!(
        names(&archive(mira.id(), json!({"reason": "moved"})).ok()),
        ["message", "success"]
    );
    mira.get("/api/auth/profile/").refused(401);
    assert_eq!(world.last_line(), line("archive", "user", Some(mira.id()), true));
    assert_eq!(world.last_details(), "moved");
    world.advance(HOUR);
    sam.delete(&path(ben.id(), "delete")).ok();

    let lines = world.record().len();
    archive(mira.id(), json!({"reason": "again"})).ok();
    assert_eq!(world.record().len(), lines, "nothing has changed");
    let answer = sam.get(ARCHIVED).ok();
    assert_eq!(ids(&answer["users"]), [ben.id(), mira.id()]);
    assert_eq!(
        answer["users"][1],
        json!({"id": mira.id(), "username": "mira", "email": "mira@example.org", "display_name": "Mira",
            "user_type": "child", "date_joined": "2026-03-04T05:06:07.123456Z",
            "archived_at": "2026-03-04T05:06:07.123456Z", "archived_by": "sam", "archive_reason": "moved",
            "story_count": 1})
    );
    assert!(!answer["users"][0]["archive_reason"].as_str().unwrap().is_empty());
    assert_eq!(
        ids(&sam.get(&format!("{ARCHIVED}?search=mir")).ok()["users"]),
        [mira.id()]
    );
    assert_eq!(
        answer["pagination"],
        json!({"page": 1, "page_size": 20, "total_count": 2, "total_pages": 1})
    );

    sam.post_nothing(&path(mira.id(), "restore")).ok();
    sam.post_nothing(&path(mira.id(), "restore")).refused(400);
    world.sign_in(mira.email());
    assert_eq!(ids(&sam.get(ARCHIVED).ok()["users"]), [ben.id()]);
    for (method, what) in [
        ("DELETE", "delete"),
        ("POST", "restore"),
        ("POST", "suspend"),
        ("POST", "unsuspend"),
    ] {
        sam.json(method, &path(7, what), json!({})).refused(404);
    }
    archive(ben.id(), json!({"reason": "x".repeat(501)})).refused_fields(&["reason"]);
    archive(ben.id(), json!({"reason": null})).ok();
}

#[test]
fn who_archived_somebody_may_be_gone_or_nobody() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let mira = world.child("Mira");
    world.bars(&mira, "archived_at");
    assert_eq!(ada.get(ARCHIVED).ok()["users"][0]["archived_by"], json!(null));
    assert_eq!(ada.get(ARCHIVED).ok()["users"][0]["archive_reason"], json!(""));
}

#[test]
fn a_restored_account_is_as_it_was() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let held = world.child("Held");
    world.bars(&held, "suspended_at");
    ada.delete(&path(held.id(), "delete")).ok();
    ada.post_nothing(&path(held.id(), "restore")).ok();
    let detail = ada.get(&format!("{USERS}{}/", held.id())).ok();
    assert_eq!(
        detail["user"]["is_active"],
        json!(false),
        "suspended before, and still"
    );
}

#[test]
fn deleting_for_good() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let mira = world.child("Mira");
    mira.publishes(plain_story("a tale"));
    ada.delete(&path(mira.id(), "hard_delete")).refused(400);
    ada.delete(&path(mira.id(), "delete")).ok();
    ada.delete(&path(mira.id(), "hard_delete")).ok();
    ada.delete(&path(mira.id(), "hard_delete")).refused(404);
    assert_eq!(world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM stories"), 0);
    assert_eq!(world.last_line(), line("delete", "user", Some(mira.id()), true));
    assert_eq!(world.last_details(), "child, 1 stories, joined 2026-03-04");
    assert!(!world.last_details().contains("mira"));
}

#[test]
fn suspending_for_a_while_and_ending_it() {
    let world = World::new();
    let sam = world.staff("Sam");
    let mira = world.child("Mira");
    mira.get("/api/auth/profile/").ok();
    sam.post(
        &path(mira.id(), "suspend"),
        json!({"duration_days": 3, "reason": "shouts"}),
    )
    .ok();
    mira.get("/api/auth/profile/").refused(401);
    assert_eq!(world.last_details(), "3 days: shouts");
    let until = world.number("SELECT MAX(suspended_until) FROM users");
    assert_eq!(until, world.app.clock.now() + 3 * DAY);
    let lines = world.record().len();
    sam.post(
        &path(mira.id(), "suspend"),
        json!({"duration_days": 3, "reason": "shouts"}),
    )
    .ok();
    assert_eq!(world.record().len(), lines, "nothing has changed");
    sam.post_nothing(&path(mira.id(), "unsuspend")).ok();
    assert_eq!(
        world.last_line(),
        line("unsuspend", "user", Some(mira.id()), true)
    );
    world.sign_in(mira.email());
    let lines = world.record().len();
    sam.post_nothing(&path(mira.id(), "unsuspend")).ok();
    assert_eq!(world.record().len(), lines);
    for days in [
        json!(0),
        json!(-1),
        json!(3_651),
        json!("soon"),
        json!(null),
        json!(1.5),
    ] {
        let refused = sam.post(&path(mira.id(), "suspend"), json!({"duration_days": days}));
        assert_eq!(refused.status, 400, "{days}");
        refused.refused(400);
    }
    sam.post(&path(mira.id(), "suspend"), json!({"duration_days": "7"}))
        .ok();
}

#[test]
fn families_are_set_right() {
    const ADD: &str = "/api/admin/relationships/add/";
    let world = World::new();
    let sam = world.staff("Sam");
    let (paula, mira, tom) = (world.parent("Paula"), world.child("Mira"), world.teacher("Tom"));
    let pair = json!({"parent_id": paula.id(), "child_id": mira.id().to_string()});
    for _ in 0..2 {
        let answer = sam.post(ADD, pair.clone()).ok();
        assert_eq!(
            answer["relationship"],
            json!({"parent": "paula", "child": "mira"})
        );
    }
    assert_eq!(
        world.last_line(),
        line("link", "relationship", Some(mira.id()), true)
    );
    let remove = format!("/api/admin/relationships/{}/{}/remove/", paula.id(), mira.id());
    sam.delete(&remove).ok();
    assert_eq!(
        world.last_line(),
        line("unlink", "relationship", Some(mira.id()), true)
    );
    let lines = world.record().len();
    sam.delete(&remove).ok();
    assert_eq!(world.record().len(), lines);
    assert_eq!(
        world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM family_links WHERE status = 'active'"),
        0
    );
    sam.post(ADD, pair).ok();
    assert_eq!(
        world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM family_links WHERE status = 'active'"),
        1
    );

    for (body, status) in [
        (json!({}), 400),
        (json!({"parent_id": null, "child_id": mira.id()}), 400),
        (json!({"parent_id": paula.id()}), 400),
        (json!({"parent_id": tom.id(), "child_id": mira.id()}), 400),
        (json!({"parent_id": mira.id(), "child_id": paula.id()}), 400),
        (json!({"parent_id": paula.id(), "child_id": paula.id()}), 400),
        (json!({"parent_id": paula.id(), "child_id": 7}), 404),
        (json!({"parent_id": 7, "child_id": mira.id()}), 404),
    ] {
        let answer = sam.post(ADD, body.clone());
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        answer.refused(status);
    }
    for (parent, child) in [("7", "8"), ("x", "y"), ("-1", "0")] {
        sam.delete(&format!("/api/admin/relationships/{parent}/{child}/remove/"))
            .refused(404);
    }
}

#[test]
fn nobody_makes_themselves_a_parent_nor_a_closed_account() {
    const ADD: &str = "/api/admin/relationships/add/";
    let world = World::new();
    let (sam, ada) = (world.staff("Sam"), world.superuser("Ada"));
    let (max, mira, paula) = (world.staff("Max"), world.child("Mira"), world.parent("Paula"));
    for admin in [&sam, &max, &ada] {
        let id = admin.id();
        world.sql(move |conn| conn.execute("UPDATE users SET user_type = 'parent' WHERE id = $1", &[&id]));
    }
    let before = world.dump("family_links");
    let add = |admin: &Client, parent: i64, child: i64| {
        admin.post(ADD, json!({"parent_id": parent, "child_id": child}))
    };
    add(&sam, sam.id(), mira.id()).refused(400);
    add(&ada, ada.id(), mira.id()).refused(400);
    // Those who keep order are for superusers.
    add(&sam, max.id(), mira.id()).refused(403);
    for closed in [&paula, &mira] {
        let about = |what: &str| format!("/api/admin/users/{}/{what}/", closed.id());
        sam.post(&about("suspend"), json!({})).ok();
        add(&sam, paula.id(), mira.id()).refused(400);
        sam.post(&about("unsuspend"), json!({})).ok();
    }
    assert_eq!(world.dump("family_links"), before);
    add(&ada, max.id(), mira.id()).ok();
}

#[test]
fn a_parent_who_is_unlinked_from_the_account_they_made_does_not_come_back() {
    let world = World::new();
    let (sam, paula, pia) = (world.staff("Sam"), world.parent("Paula"), world.parent("Pia"));
    let (leo, leo_himself) = world.managed_child(&paula, "leo_r");
    let other = pia.id();
    world.sql(move |conn| tinytales::family::store::links::activate(conn, other, leo, 0));
    sam.delete(&format!("/api/admin/relationships/{}/{leo}/remove/", paula.id()))
        .ok();
    leo_himself.get("/api/auth/profile/").refused(401);
    assert_eq!(paula.claims("leo_r").status, 202, "only with a yes");
    pia.put(
        &format!("/api/parent/children/{leo}/update/"),
        json!({"name": "Leo"}),
    )
    .ok();
    // Without anybody else the account is put away.
    let (mia, _) = world.managed_child(&paula, "mia_k");
    sam.delete(&format!("/api/admin/relationships/{}/{mia}/remove/", paula.id()))
        .ok();
    assert!(world.is_archived(mia));
    paula.claims("mia_k").refused(404);
}

#[test]
fn a_parent_who_looks_as_a_child_is_out_when_the_link_ends() {
    let world = World::new();
    let sam = world.staff("Sam");
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    world.relates(&paula, &mira);
    let view = world.child("Stand-in");
    let (parent, child, stand_in) = (paula.id(), mira.id(), view.id());
    // A session of the child's in which the parent acts.
    world.sql(move |conn| {
        conn.execute(
            "UPDATE sessions SET user_id = $1, actor_id = $2 WHERE user_id = $3",
            &[&child, &parent, &stand_in],
        )
    });
    let token = world.app.keys.read(
        view.access(),
        tinytales::accounts::tokens::Kind::Access,
        world.app.clock.now(),
    );
    let claims = tinytales::accounts::tokens::Claims {
        user_id: child,
        ..token.unwrap()
    };
    let delegated = world.guest().with_token(&world.app.keys.sign(&claims));
    delegated.get("/api/auth/profile/").ok();
    sam.delete(&format!("/api/admin/relationships/{parent}/{child}/remove/"))
        .ok();
    delegated.get("/api/auth/profile/").refused(401);
    mira.get("/api/auth/profile/").ok();
}
