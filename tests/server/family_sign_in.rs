//! The way in of a child whose account its parent made: a user name in the place of an address.

use serde_json::json;

use crate::drawings::{names, plain_story};
use crate::families::about;
use crate::support::{Answer, Client, PASSWORD, World};

const LOGIN: &str = "/api/auth/login/";
const OTHER: &str = "another-garden-7";

fn login(world: &World, name: &str, password: &str) -> Answer {
    world
        .guest()
        .post(LOGIN, json!({"email": name, "password": password}))
}

#[track_caller]
fn set(parent: &Client, child: i64, password: &str) -> Answer {
    parent.post(&about(child, "sign-in"), json!({"password": password}))
}

#[test]
fn a_child_signs_in_by_its_user_name() {
    let world = World::new();
    let paula = world.parent("Paula");
    let leo = paula.has_child("leo_r");
    login(&world, "leo_r", "!").refused(401);
    login(&world, "leo_r", PASSWORD).refused(401);
    let answer = set(&paula, leo, PASSWORD).ok();
    assert_eq!(names(&answer), ["message", "success", "username"]);
    assert_eq!(answer["username"], json!("leo_r"));
    let signed_in = login(&world, " LEO_R ", PASSWORD).ok();
    assert_eq!(names(&signed_in), ["access", "refresh", "user"]);
    assert_eq!(
        (&signed_in["user"]["id"], &signed_in["user"]["email"]),
        (&json!(leo), &json!(""))
    );
    login(&world, "leo_r", OTHER).refused(401);
    let himself = world.guest().with_token(signed_in["access"].as_str().unwrap());
    himself.makes(plain_story("the kettle"));
    // Of its own accord it can change its password.
    let body = json!({"current_password": PASSWORD, "new_password": OTHER});
    himself.post("/api/auth/change-password/", body).ok();
    login(&world, "leo_r", OTHER).ok();
    // A new name is a new way in.
    paula
        .put(&about(leo, "update"), json!({"username": "leonard"}))
        .ok();
    login(&world, "leo_r", OTHER).refused(401);
    login(&world, "leonard", OTHER).ok();
}

#[test]
fn who_has_an_address_does_not_sign_in_by_name() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    world.family(&paula, &mira);
    let by_address = login(&world, "mira@example.org", OTHER).refused(401);
    assert_eq!(login(&world, "mira", PASSWORD).refused(401), by_address);
    assert_eq!(login(&world, "nobody", PASSWORD).refused(401), by_address);
    login(&world, "mira@example.org", PASSWORD).ok();
}

#[test]
fn a_new_password_ends_the_childs_sign_ins_and_so_does_none() {
    let world = World::new();
    let paula = world.parent("Paula");
    let (leo, himself) = world.managed_child(&paula, "leo_r");
    let mut socket = crate::support::Knock::at(crate::support::NOTIFICATIONS)
        .with(&token_of(&world, "leo_r"))
        .open(world.address)
        .unwrap();
    set(&paula, leo, OTHER).ok();
    himself.get("/api/auth/profile/").refused(401);
    assert_eq!(socket.closed(), 1000);
    login(&world, "leo_r", PASSWORD).refused(401);
    let again = world
        .guest()
        .with_token(login(&world, "leo_r", OTHER).ok()["access"].as_str().unwrap());
    again.get("/api/auth/profile/").ok();
    let answer = paula.delete(&about(leo, "sign-in")).ok();
    assert_eq!(names(&answer), ["message", "success"]);
    again.get("/api/auth/profile/").refused(401);
    login(&world, "leo_r", OTHER).refused(401);
    paula.get("/api/auth/profile/").ok();
    assert_eq!(paula.children().len(), 1);
}

fn token_of(world: &World, name: &str) -> String {
    login(world, name, PASSWORD).ok()["access"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn only_who_made_the_account_gives_it_a_password() {
    let world = World::new();
    let (paula, pia, tina) = (world.parent("Paula"), world.parent("Pia"), world.teacher("Tina"));
    let mira = world.child("Mira");
    let (leo, himself) = world.managed_child(&paula, "leo_r");
    let pupil = tina.has_child("pupil");
    let other = pia.id();
    world.sql(move |conn| tinytales::family::store::links::activate(conn, other, leo, 0));
    world.family(&paula, &mira);
    world.teaches(&tina, leo);
    for (client, child, status) in [
        (&pia, leo, 403),
        (&tina, leo, 403),
        (&paula, mira.id(), 403),
        (&paula, pupil, 404),
        (&pia, mira.id(), 404),
        (&paula, 7, 404),
        (&mira, leo, 403),
        (&himself, leo, 403),
    ] {
        set(client, child, OTHER).refused(status);
        client.delete(&about(child, "sign-in")).refused(status);
    }
    world
        .guest()
        .post(&about(leo, "sign-in"), json!({"password": OTHER}))
        .refused(401);
    login(&world, "leo_r", PASSWORD).ok();
    set(&tina, pupil, PASSWORD).ok();
    login(&world, "pupil", PASSWORD).ok();
}

#[test]
fn passwords_follow_the_rules_of_all() {
    let world = World::new();
    let paula = world.parent("Paula");
    let leo = paula.has_child("leo_r");
    let path = about(leo, "sign-in");
    for wrong in [
        json!({}),
        json!({"password": ""}),
        json!({"password": "seven77"}),
        json!({"password": "x".repeat(257)}),
        json!({"password": null}),
        json!({"password": []}),
    ] {
        paula.post(&path, wrong).refused_fields(&["password"]);
    }
    paula.post_nothing(&path).refused_fields(&["password"]);
    set(&paula, leo, " eight 88 ").ok();
    login(&world, "leo_r", " eight 88 ").ok();
    login(&world, "leo_r", "eight 88").refused(401);
}

#[test]
fn a_managed_child_keeps_no_address_and_does_not_leave_by_itself() {
    let world = World::new();
    let paula = world.parent("Paula");
    let (leo, himself) = world.managed_child(&paula, "leo_r");
    let body = json!({"new_email": "leo@example.org", "password": PASSWORD});
    let refused = himself.post("/api/auth/change-email/", body).refused(403);
    assert_eq!(refused["code"], json!("managed_account"));
    let refused = himself
        .post("/api/auth/delete-account/", json!({"password": PASSWORD}))
        .refused(403);
    assert_eq!(refused["code"], json!("managed_account"));
    // A code is for those who have an address.
    let body = json!({"email": "leo_r"});
    world.guest().post("/api/auth/password-reset/send/", body).ok();
    assert!(world.mail().is_empty());
    paula.get(&about(leo, "stats")).ok();
}

#[test]
fn guesses_lock_the_name_as_they_lock_an_address() {
    let world = World::with(|config| config.rate_limits = true);
    let paula = world.parent("Paula");
    let leo = paula.has_child("leo_r");
    set(&paula, leo, PASSWORD).ok();
    for name in ["leo_r", "LEO_R", " leo_r", "leo_r", "Leo_R"] {
        login(&world, name, OTHER).refused(401);
    }
    login(&world, "leo_r", PASSWORD).refused(429);
}

#[test]
fn setting_passwords_has_a_rate() {
    let world = World::with(|config| config.rate_limits = true);
    let paula = world.parent("Paula");
    for _ in 0..20 {
        set(&paula, 7, PASSWORD).refused(404);
    }
    set(&paula, 7, PASSWORD).refused(429);
}

#[test]
fn a_sign_in_by_name_costs_what_one_by_address_costs() {
    let world = World::new();
    let paula = world.parent("Paula");
    let leo = paula.has_child("leo_r");
    set(&paula, leo, PASSWORD).ok();
    let by_name = world.queries(|| login(&world, "leo_r", PASSWORD).ok());
    let by_address = world.queries(|| login(&world, "paula@example.org", PASSWORD).ok());
    assert_eq!(by_name, by_address);
    let wrong = ["leo_r", "paula@example.org", "nobody", "nobody@example.org"];
    let costs = wrong.map(|name| world.queries(|| login(&world, name, OTHER).refused(401)));
    assert_eq!(costs, [1; 4]);
}
