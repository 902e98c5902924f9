//! Children whom their adults part from: who looks after them then.

use serde_json::json;
use tinytales::family::store::links;

use crate::drawings::{each, names, plain_story};
use crate::families::about;
use crate::family_children::create;
use crate::order::Act;
use crate::support::{Client, PASSWORD, World};

#[test]
fn a_removed_child_is_archived_and_comes_back_with_its_parent() {
    let world = World::new();
    let paula = world.parent("Paula");
    let (leo, leo_himself) = world.managed_child(&paula, "leo_r");
    let story = leo_himself.publishes(plain_story("the kettle"));
    world.guest().get(&format!("/api/stories/{story}/")).ok();
    let answer = paula.delete(&about(leo, "remove")).ok();
    assert_eq!(names(&answer), ["message", "success"]);
    assert!(world.is_archived(leo) && paula.children().is_empty());
    leo_himself.get("/api/auth/profile/").refused(401);
    world.guest().get(&format!("/api/stories/{story}/")).refused(404);
    let login = json!({"email": "leo_r", "password": PASSWORD});
    world.guest().post("/api/auth/login/", login.clone()).refused(401);
    let (by, reason) = world.sql(move |conn| {
        let mut row = conn.one(
            "SELECT archived_by_id, archive_reason FROM users WHERE id = $1",
            &[&leo],
        )?;
        Ok((row.take::<i64>()?, row.take::<String>()?))
    });
    assert_eq!((by, reason.as_str()), (paula.id(), "Removed by paula."));
    // It is gone for everybody, the name stays taken.
    paula.delete(&about(leo, "remove")).refused(404);
    paula.get(&about(leo, "stats")).refused(403);
    create(&paula, "leo_r").refused_fields(&["username"]);
    world.parent("Pia").claims("leo_r").refused(404);
    // Only who removed it fetches it back.
    let back = paula.claims("leo_r").ok();
    assert_eq!(
        (&back["created"], &back["status"]),
        (&json!(true), &json!("active"))
    );
    assert!(!world.is_archived(leo));
    world.guest().get(&format!("/api/stories/{story}/")).ok();
    assert_eq!(each(&json!(paula.children()), "total_stories"), [1]);
    world.guest().post("/api/auth/login/", login).ok();
}

#[test]
fn what_an_administrator_archived_its_parent_does_not_fetch_back() {
    let world = World::new();
    let (paula, ada) = (world.parent("Paula"), world.admin("Ada"));
    let leo = paula.has_child("leo_r");
    let by = ada.id();
    let act = Act::Archive {
        user_id: leo,
        by: Some(by),
        reason: String::new(),
    };
    assert!(world.decides(act));
    paula.claims("leo_r").refused(404);
    paula.delete(&about(leo, "remove")).ok();
    paula.claims("leo_r").refused(404);
    assert!(world.is_archived(leo));
}

/// Who looks after an account.
fn keeper(world: &World, id: i64) -> i64 {
    world.sql(move |conn| {
        conn.one("SELECT managed_by_id FROM users WHERE id = $1", &[&id])?
            .take()
    })
}

#[test]
fn a_child_with_somebody_else_goes_to_them() {
    let world = World::new();
    let (paula, pia, tina) = (world.parent("Paula"), world.parent("Pia"), world.teacher("Tina"));
    let (leo, mia) = (paula.has_child("leo_r"), paula.has_child("mia_k"));
    let other = pia.id();
    world.sql(move |conn| links::activate(conn, other, leo, 0));
    world.teaches(&tina, mia);
    paula.delete(&about(leo, "remove")).ok();
    paula.delete(&about(mia, "remove")).ok();
    assert!(!world.is_archived(leo));
    assert_eq!(keeper(&world, leo), pia.id());
    assert!(world.is_archived(mia), "a parent's child goes to no teacher");
    // Now it is somebody else's: nobody comes back without being asked for.
    assert_eq!(paula.claims("leo_r").status, 202);
}

#[test]
fn a_child_with_an_account_of_its_own_and_a_student_are_only_parted_from() {
    let world = World::new();
    let (paula, tina, mira) = (world.parent("Paula"), world.teacher("Tina"), world.child("Mira"));
    world.family(&paula, &mira);
    world.teaches(&tina, mira.id());
    paula.delete(&about(mira.id(), "remove")).ok();
    assert!(!world.is_archived(mira.id()) && paula.children().is_empty());
    tina.delete(&about(mira.id(), "remove")).ok();
    assert!(!world.is_archived(mira.id()) && tina.children().is_empty());
    mira.get("/api/auth/profile/").ok();
    let pupil = tina.has_child("pupil");
    tina.delete(&about(pupil, "remove")).ok();
    assert!(!world.is_archived(pupil));
    tina.delete(&about(pupil, "remove")).refused(404);
}

#[test]
fn who_leaves_leaves_their_children_to_somebody_or_to_the_archive() {
    let world = World::new();
    let (paula, pia, tina) = (world.parent("Paula"), world.parent("Pia"), world.teacher("Tina"));
    let (leo, leo_himself) = world.managed_child(&paula, "leo_r");
    let mia = paula.has_child("mia_k");
    let pupil = paula.has_child("pupil");
    let mira = world.child("Mira");
    world.family(&paula, &mira);
    let other = pia.id();
    world.sql(move |conn| links::activate(conn, other, mia, 0));
    world.teaches(&tina, pupil);
    let view = paula.switches(mia);
    paula
        .post("/api/auth/delete-account/", json!({"password": PASSWORD}))
        .ok();
    assert!(world.is_archived(leo), "nobody looks after it");
    leo_himself.get("/api/auth/profile/").refused(401);
    assert!(world.is_archived(pupil), "a parent's child goes to no teacher");
    assert!(!world.is_archived(mia) && !world.is_archived(mira.id()));
    view.is_over(&world);
    pia.put(&about(mia, "update"), json!({"name": "Mia"})).ok();
    mira.get("/api/auth/profile/").ok();
}

#[test]
fn a_pupil_goes_to_another_teacher_when_its_own_leaves() {
    let world = World::new();
    let (tina, suspended, tom) = (world.teacher("Tina"), world.teacher("Sue"), world.teacher("Tom"));
    let pupil = tina.has_child("pupil");
    world.teaches(&suspended, pupil);
    world.teaches(&tom, pupil);
    assert!(world.suspends(&suspended, None));
    tina.post("/api/auth/delete-account/", json!({"password": PASSWORD}))
        .ok();
    assert!(!world.is_archived(pupil));
    assert_eq!(keeper(&world, pupil), tom.id());
}

/// An administrator says that somebody's account is of another kind.
#[track_caller]
fn turns_into(world: &World, person: &Client, kind: &str) {
    let ada = world.staff("Ada");
    let path = format!("/api/admin/users/{}/update/", person.id());
    ada.patch(&path, json!({"user_type": kind})).ok();
}

#[test]
fn a_parent_who_is_none_any_more_has_no_children() {
    let world = World::new();
    let (paula, pia, mira, ben) = (
        world.parent("Paula"),
        world.parent("Pia"),
        world.child("Mira"),
        world.child("Ben"),
    );
    let (leo, leo_himself) = world.managed_child(&paula, "leo_r");
    let mia = paula.has_child("mia_k");
    world.family(&paula, &mira);
    paula.claims("ben").status(202);
    let other = pia.id();
    world.sql(move |conn| links::activate(conn, other, mia, 0));
    let view = paula.switches(mira.id());
    turns_into(&world, &paula, "teacher");
    view.is_over(&world);
    assert!(world.is_archived(leo), "a parent's child goes to no teacher");
    leo_himself.get("/api/auth/profile/").refused(401);
    assert_eq!(keeper(&world, mia), pia.id());
    assert_eq!(pia.children().len(), 1);
    for child in [&mira, &ben] {
        assert_eq!(child.get("/api/family/links/").ok()["links"], json!([]));
    }
    ben.answers_parent(&paula, true).refused(404);
    // Nor does anything come back with the old kind.
    paula.get("/api/teacher/classes/").ok();
    let ada = world.staff("Eva");
    ada.patch(
        &format!("/api/admin/users/{}/update/", paula.id()),
        json!({"user_type": "parent"}),
    )
    .ok();
    assert!(paula.children().is_empty());
    paula.get(&about(mira.id(), "stats")).refused(403);
}

#[test]
fn a_teacher_who_is_none_any_more_has_no_students() {
    let world = World::new();
    let (tina, tom, mira, ben, leo) = (
        world.teacher("Tina"),
        world.teacher("Tom"),
        world.child("Mira"),
        world.child("Ben"),
        world.child("Leo"),
    );
    let class = tina.founds("5B");
    let code = tina.gives_code(class);
    world.enrols(&tina, Some(class), &mira);
    let asked = tina.asks_for(class, &ben);
    let pupil = tina.has_child("pupil");
    world.teaches(&tom, pupil);
    turns_into(&world, &tina, "parent");
    assert!(mira.class_links().is_empty() && ben.class_links().is_empty());
    ben.replies(asked, true).refused(404);
    leo.types_code(&code).refused(404);
    assert_eq!(keeper(&world, pupil), tom.id());
    assert!(!world.is_archived(pupil));
    assert!(tina.children().is_empty());
}

#[test]
fn a_child_who_is_none_any_more_belongs_to_nobody() {
    let world = World::new();
    let (paula, tina, mira) = (world.parent("Paula"), world.teacher("Tina"), world.child("Mira"));
    world.family(&paula, &mira);
    world.teaches(&tina, mira.id());
    let view = paula.switches(mira.id());
    let (leo, leo_himself) = world.managed_child(&paula, "leo_r");
    turns_into(&world, &mira, "teacher");
    view.is_over(&world);
    mira.get("/api/auth/profile/").ok();
    paula.get(&about(mira.id(), "stats")).refused(403);
    assert!(tina.pupils("/api/teacher/all-students/").is_empty());
    let eva = world.staff("Eva");
    let path = format!("/api/admin/users/{leo}/update/");
    eva.patch(&path, json!({"user_type": "parent"})).ok();
    assert!(paula.children().is_empty());
    // It looks after itself now.
    let body = json!({"new_email": "leo@example.org", "password": PASSWORD});
    leo_himself.post("/api/auth/change-email/", body).ok();
}

/// A teacher who looks after so many accounts, of which one child in ten has published something.
fn keeps_many(count: usize) -> (World, Client) {
    let world = World::new();
    let tina = world.teacher("Tina");
    world.fills(&tina, None, 0..count);
    let id = tina.id();
    world.sql(move |conn| {
        conn.execute(
            "UPDATE users SET managed_by_id = $1, email = NULL, email_folded = NULL, published_count = 1
             WHERE display_name LIKE 'Kid %'",
            &[&id],
        )?;
        conn.execute(
            "INSERT INTO reward_counts (user_id, total_stories, published_stories)
             SELECT id, 1, 1 FROM users WHERE display_name LIKE 'Kid %'",
            &[],
        )?;
        conn.execute(
            "INSERT INTO stories (author_id, title, category, genres, language, creation_type, public_cover, is_published,
                 body_bytes, wire_bytes, words, date_created, date_updated)
             SELECT id, 'A tale', 'other', '[]', 'en', 'manual', '', TRUE, 0, 0, 0, 0, 0
             FROM users WHERE display_name LIKE 'Kid %'",
            &[],
        )
    });
    (world, tina)
}

#[test]
fn leaving_three_hundred_children_costs_what_leaving_three_costs() {
    let [few, many] = [3, 300].map(|count| {
        let (world, tina) = keeps_many(count);
        // Some of them have somebody else.
        let tom = world.teacher("Tom");
        let heir = tom.id();
        world.sql(move |conn| {
            conn.execute(
                "INSERT INTO class_links (teacher_id, student_id, status, created_at, confirmed_at)
                 SELECT CAST($1 AS BIGINT), id, 'active', 1, 1 FROM users
                 WHERE display_name LIKE 'Kid %0' OR display_name = 'Kid 001'",
                &[&heir],
            )
        });
        let leave = json!({"password": PASSWORD});
        let cost = world.queries(|| tina.post("/api/auth/delete-account/", leave).ok());
        let archived = world.number(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM users u
             JOIN reward_counts r ON r.user_id = u.id
             WHERE u.archived_at IS NOT NULL AND u.published_count = 0 AND r.published_stories = 0",
        );
        let kept = world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM users WHERE managed_by_id IS NOT NULL");
        let hidden = world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM stories WHERE hidden_at IS NOT NULL");
        assert_eq!((archived + kept, hidden), (count as i64, archived));
        assert!(kept >= 2 && archived >= 1, "{kept}, {archived}");
        // What was hidden comes back with the child.
        let first = world.number("SELECT MIN(id) FROM users WHERE archived_at IS NOT NULL");
        assert!(world.decides(Act::Restore { user_id: first }));
        let shown = "SELECT CAST(COUNT(*) AS BIGINT) FROM stories WHERE is_published";
        assert_eq!(world.number(shown), kept + 1);
        cost
    });
    assert_eq!(few, many);
}
