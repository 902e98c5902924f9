//! Children whom their adults part from: who looks after them then.

use serde_json::json;

use crate::drawings::{each, names, plain_story};
use crate::families::about;
use crate::family_children::create;
use crate::order::Act;
use crate::support::World;

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
    let login = json!({"email": "leo_r", "password": crate::support::PASSWORD});
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
    world.sql(move |conn| tinytales::family::store::links::activate(conn, other, leo, 0));
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
    world.sql(move |conn| tinytales::family::store::links::activate(conn, other, mia, 0));
    world.teaches(&tina, pupil);
    let view = paula.switches(mia);
    paula
        .post(
            "/api/auth/delete-account/",
            json!({"password": crate::support::PASSWORD}),
        )
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
    tina.post(
        "/api/auth/delete-account/",
        json!({"password": crate::support::PASSWORD}),
    )
    .ok();
    assert!(!world.is_archived(pupil));
    assert_eq!(keeper(&world, pupil), tom.id());
}
