//! A parent and a child who has an account already: never without the child's consent.

use std::thread;

use serde_json::{Value, json};
use tinytales::clock::{DAY, HOUR, MINUTE, SECOND};

use crate::drawings::names;
use crate::families::about;
use crate::support::{Answer, Client, PASSWORD, World};

const ADD: &str = "/api/parent/children/add/";
pub const LINKS: &str = "/api/family/links/";
const CODE: &str = "/api/family/code/";
const WRONG: &str = "another-garden-7";

pub fn with_password(parent: &Client, username: &str, password: &str) -> Answer {
    parent.post(
        ADD,
        json!({"child_username": username, "child_password": password}),
    )
}

pub fn with_code(parent: &Client, username: &str, code: &str) -> Answer {
    parent.post(ADD, json!({"child_username": username, "code": code}))
}

#[track_caller]
pub fn makes_code(child: &Client) -> String {
    child.post_nothing(CODE).ok()["code"].as_str().unwrap().to_owned()
}

#[track_caller]
pub fn links(child: &Client) -> Value {
    child.get(LINKS).ok()["links"].clone()
}

#[track_caller]
pub fn notifications(client: &Client) -> Vec<Value> {
    client.get("/api/notifications/").ok()["results"]
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn a_child_is_asked_and_says_yes() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    let (mut mira_hears, mut paula_hears) = (mira.notifications(), paula.notifications());
    let answer = paula.claims(" MIRA ");
    answer.status(202);
    assert_eq!(names(&answer.json), ["created", "message", "status", "success"]);
    assert_eq!(
        (
            &answer.json["success"],
            &answer.json["created"],
            &answer.json["status"]
        ),
        (&json!(true), &json!(true), &json!("pending"))
    );
    // Nothing is granted yet.
    assert!(paula.children().is_empty());
    paula.get(&about(mira.id(), "stats")).refused(403);
    paula.post_nothing(&about(mira.id(), "switch-view")).refused(403);

    let told = mira_hears.until("notification")["notification"].clone();
    assert_eq!(told["notification_type"], json!("family_link_request"));
    assert_eq!(
        (&told["sender"], &told["sender_name"]),
        (&json!(paula.id()), &json!("Paula"))
    );
    assert!(told["message"].as_str().unwrap().contains("Paula"));
    assert_eq!(notifications(&mira), [told]);
    let link = |status: &str| {
        json!([{"parent_id": paula.id(), "username": "paula", "name": "Paula", "avatar": "📚", "status": status,
            "date_created": "2026-03-04T05:06:07.123456Z"}])
    };
    assert_eq!(links(&mira), link("pending"));

    let yes = mira.answers_parent(&paula, true).ok();
    assert_eq!(names(&yes), ["message", "status", "success"]);
    assert_eq!(yes["status"], json!("active"));
    assert_eq!(links(&mira), link("active"));
    let told = paula_hears.until("notification")["notification"].clone();
    assert_eq!(told["notification_type"], json!("family_link_accepted"));
    assert!(told["message"].as_str().unwrap().contains("Mira"));
    assert_eq!(paula.children()[0]["id"], json!(mira.id()));
    paula.get(&about(mira.id(), "stats")).ok();
    // It is answered once, and asking again changes nothing.
    mira.answers_parent(&paula, false).refused(404);
    let again = paula.claims("mira").ok();
    assert_eq!(
        (&again["created"], &again["status"]),
        (&json!(false), &json!("active"))
    );
    assert_eq!(notifications(&mira).len(), 1);
}

#[test]
fn a_child_that_is_asked_twice_is_told_once() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    assert_eq!(paula.claims("mira").json["created"], json!(true));
    for _ in 0..3 {
        world.advance(DAY);
        let again = paula.claims("mira");
        again.status(202);
        assert_eq!(again.json["created"], json!(false));
    }
    assert_eq!(notifications(&mira).len(), 1);
}

#[test]
fn a_no_holds_for_a_week() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    paula.claims("mira");
    assert_eq!(mira.answers_parent(&paula, false).ok()["status"], json!("ended"));
    assert_eq!(links(&mira), json!([]));
    assert!(paula.children().is_empty());
    mira.answers_parent(&paula, true).refused(404);
    world.advance(7 * DAY - SECOND);
    assert_eq!(paula.claims("mira").refused(400)["code"], json!("declined"));
    // A code is a yes that overrules it.
    let code = makes_code(&mira);
    let wrong = with_code(&paula, "mira", "AAAAAAAA").refused(400);
    assert_eq!(wrong["code"], json!("invalid_code"));
    world.advance(SECOND);
    assert_eq!(paula.claims("mira").status, 202);
    assert_eq!(with_code(&paula, "mira", &code).ok()["status"], json!("active"));
    assert_eq!(notifications(&mira).len(), 2);
}

#[test]
fn who_parted_may_ask_again_at_once_and_waits_for_an_answer() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    paula.claims("mira");
    mira.answers_parent(&paula, true).ok();
    paula.delete(&about(mira.id(), "remove")).ok();
    assert_eq!(paula.claims("mira").status, 202);
    assert!(paula.children().is_empty());
    paula.get(&about(mira.id(), "stories")).refused(403);
}

#[test]
fn the_childs_password_is_consent() {
    let world = World::new();
    let (paula, pia, mira) = (world.parent("Paula"), world.parent("Pia"), world.child("Mira"));
    let wrong = with_password(&paula, "mira", WRONG);
    wrong.refused_fields(&["child_password"]);
    assert_eq!(wrong.json["code"], json!("invalid_password"));
    assert_eq!(links(&mira), json!([]), "a wrong password asks nobody");
    let done = with_password(&paula, "mira", PASSWORD).ok();
    assert_eq!(
        (&done["created"], &done["status"]),
        (&json!(true), &json!("active"))
    );
    assert_eq!(paula.children().len(), 1);
    // A link that waits is confirmed by it.
    pia.claims("mira");
    with_password(&pia, "mira", PASSWORD).ok();
    assert_eq!(pia.children().len(), 1);
    // Of a managed child, too: its parent tells the other one.
    let (leo, _) = world.managed_child(&paula, "leo_r");
    with_password(&pia, "leo_r", PASSWORD).ok();
    pia.get(&about(leo, "stats")).ok();
    // A child without a password has none that is right.
    let mia = paula.has_child("mia_k");
    for password in ["!", "", PASSWORD] {
        with_password(&pia, "mia_k", password).refused(400);
    }
    pia.get(&about(mia, "stats")).refused(403);
}

#[test]
fn a_password_that_was_changed_meanwhile_is_no_consent() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    let id = mira.id();
    paula.get("/api/auth/profile/").ok();
    let answer = world.while_hashing_waits(
        || with_password(&paula, "mira", PASSWORD),
        |world| {
            world.sql(move |conn| tinytales::accounts::store::people::set_password(conn, id, "!", 0));
        },
    );
    answer.refused(400);
    assert_eq!(links(&mira), json!([]));
    assert!(paula.children().is_empty());
}

#[test]
fn guesses_at_a_password_count_as_failed_sign_ins() {
    let world = World::with(|config| config.rate_limits = true);
    let (paula, _mira) = (world.parent("Paula"), world.child("Mira"));
    let login = |password: &str| {
        world.guest().post(
            "/api/auth/login/",
            json!({"email": "mira@example.org", "password": password}),
        )
    };
    for _ in 0..3 {
        with_password(&paula, "mira", WRONG).refused(400);
    }
    for _ in 0..2 {
        login(WRONG).refused(401);
    }
    with_password(&paula, "mira", PASSWORD).refused(429);
    login(PASSWORD).refused(429);
    assert!(paula.children().is_empty());
    world.advance(15 * MINUTE);
    with_password(&paula, "mira", PASSWORD).ok();
}

#[test]
fn a_code_is_good_once_and_for_a_quarter_of_an_hour() {
    let world = World::new();
    let (paula, pia, mira) = (world.parent("Paula"), world.parent("Pia"), world.child("Mira"));
    let answer = mira.post_nothing(CODE).ok();
    assert_eq!(
        names(&answer),
        ["code", "expires_in_minutes", "message", "success"]
    );
    assert_eq!(answer["expires_in_minutes"], json!(15));
    let code = answer["code"].as_str().unwrap();
    assert!(code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let stored = world.dump("family_codes").join("");
    assert!(!stored.contains(code), "only a hash is stored");
    // However it is typed.
    let typed = format!(" {}-{} ", code[..4].to_lowercase(), &code[4..]);
    assert_eq!(with_code(&paula, "mira", &typed).ok()["status"], json!("active"));
    with_code(&pia, "mira", code).refused_fields(&["code"]);
    assert!(pia.children().is_empty());
    // Too late.
    let code = makes_code(&mira);
    world.advance(15 * MINUTE);
    with_code(&pia, "mira", &code).refused(400);
    // Only the newest.
    let (first, second) = (makes_code(&mira), makes_code(&mira));
    with_code(&pia, "mira", &first).refused(400);
    with_code(&pia, "mira", &second).ok();
}

#[test]
fn a_code_is_guessed_five_times_and_is_its_childs_alone() {
    let world = World::new();
    let (paula, mira, ben) = (world.parent("Paula"), world.child("Mira"), world.child("Ben"));
    let (mira_code, ben_code) = (makes_code(&mira), makes_code(&ben));
    with_code(&paula, "mira", &ben_code).refused(400);
    for _ in 0..4 {
        with_code(&paula, "mira", "AAAAAAAA").refused(400);
    }
    with_code(&paula, "mira", &mira_code).refused(400);
    with_code(&paula, "ben", &ben_code).ok();
    assert_eq!(links(&mira), json!([]), "a wrong code asks nobody");
    with_code(&paula, "mira", &makes_code(&mira)).ok();
}

#[test]
fn one_code_at_many_parents_at_once_links_one() {
    let world = World::new();
    let parents = ["Paula", "Pia", "Pola", "Petra"].map(|name| world.parent(name));
    let mira = world.child("Mira");
    for _ in 0..4 {
        let before = links(&mira).as_array().unwrap().len();
        let code = makes_code(&mira);
        let statuses: Vec<u16> = thread::scope(|scope| {
            let tries: Vec<_> = parents
                .iter()
                .filter(|parent| parent.children().is_empty())
                .map(|parent| scope.spawn(|| with_code(parent, "mira", &code).status))
                .collect();
            tries.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(
            statuses.iter().filter(|status| **status == 200).count(),
            1,
            "{statuses:?}"
        );
        assert_eq!(links(&mira).as_array().unwrap().len(), before + 1);
    }
}

#[test]
fn only_active_children_can_be_asked() {
    let world = World::new();
    let paula = world.parent("Paula");
    let (sam, ari) = (world.child("Sam"), world.child("Ari"));
    world.bars(&sam, "suspended_at");
    world.bars(&ari, "archived_at");
    world.person("Una", |person| person.is_verified = false);
    world.admin("Ada");
    world.teacher("Tina");
    world.parent("Pia");
    for username in ["sam", "ari", "una", "ada", "tina", "pia", "paula", "nobody"] {
        paula.claims(username).refused(404);
        with_password(&paula, username, PASSWORD).refused(404);
    }
    for wrong in [
        json!({}),
        json!({"child_username": ""}),
        json!({"child_username": null}),
        json!({"child_username": []}),
        json!({"child_username": "x".repeat(151)}),
    ] {
        paula.post(ADD, wrong).refused_fields(&["child_username"]);
    }
    world.child("Mira");
    for (body, field) in [
        (
            json!({"child_username": "mira", "child_password": ""}),
            "child_password",
        ),
        (
            json!({"child_username": "mira", "child_password": null}),
            "child_password",
        ),
        (json!({"child_username": "mira", "code": []}), "code"),
        (json!({"child_username": "mira", "code": "x".repeat(21)}), "code"),
    ] {
        paula.post(ADD, body).refused_fields(&[field]);
    }
    assert_eq!(world.dump("family_links").len(), 0);
}

#[test]
fn only_the_child_answers_and_only_who_asked_is_answered() {
    let world = World::new();
    let (paula, pia, mira, ben) = (
        world.parent("Paula"),
        world.parent("Pia"),
        world.child("Mira"),
        world.child("Ben"),
    );
    paula.claims("mira");
    for other in [&ben, &mira] {
        other.answers_parent(&pia, true).refused(404);
    }
    ben.answers_parent(&paula, true).refused(404);
    for adult in [&paula, &pia, &world.teacher("Tina")] {
        adult.answers_parent(&paula, true).refused(403);
        adult.get(LINKS).refused(403);
        adult.post_nothing(CODE).refused(403);
    }
    let path = format!("/api/family/links/{}/respond/", paula.id());
    for wrong in [
        json!({}),
        json!({"accept": "true"}),
        json!({"accept": 1}),
        json!({"accept": null}),
    ] {
        mira.post(&path, wrong).refused_fields(&["accept"]);
    }
    for path in ["/api/family/links/7/respond/", "/api/family/links/x/respond/"] {
        mira.post(path, json!({"accept": true})).refused(404);
    }
    let guest = world.guest();
    guest.post(&path, json!({"accept": true})).refused(401);
    guest.get(LINKS).refused(401);
    guest.post_nothing(CODE).refused(401);
    guest.post(ADD, json!({"child_username": "mira"})).refused(401);
    assert!(paula.children().is_empty());
    // A parent who was put out since cannot be let in.
    world.bars(&paula, "suspended_at");
    assert_eq!(links(&mira), json!([]));
    mira.answers_parent(&paula, true).refused(404);
}

#[test]
fn those_who_wait_count_as_children() {
    let world = World::new();
    let paula = world.parent("Paula");
    for number in 0..9 {
        paula.has_child(&format!("kid_{number}"));
    }
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    assert_eq!(paula.claims("mira").status, 202);
    assert_eq!(
        paula.claims("ben").refused(400)["code"],
        json!("too_many_children")
    );
    with_code(&paula, "ben", &makes_code(&ben)).refused(400);
    mira.answers_parent(&paula, true).ok();
    assert_eq!(paula.children().len(), 10);
}

#[test]
fn a_parent_in_a_childs_view_may_let_another_one_in() {
    let world = World::new();
    let (paula, pia) = (world.parent("Paula"), world.parent("Pia"));
    let leo = paula.has_child("leo_r");
    assert_eq!(pia.claims("leo_r").status, 202);
    let view = paula.switches(leo);
    let asked = links(&view.client);
    assert_eq!(asked.as_array().unwrap().len(), 2);
    view.client.answers_parent(&pia, true).ok();
    pia.get(&about(leo, "stats")).ok();
}

#[test]
fn wishes_and_codes_have_a_rate() {
    let world = World::with(|config| config.rate_limits = true);
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    for _ in 0..20 {
        paula.claims("mira").status(202);
    }
    paula.claims("mira").refused(429);
    for _ in 0..10 {
        makes_code(&mira);
    }
    mira.post_nothing(CODE).refused(429);
    world.advance(HOUR);
    paula.claims("mira").status(202);
    makes_code(&mira);
}

#[test]
fn the_childs_list_is_polled() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    let held = mira.get(LINKS).header("etag").unwrap().to_owned();
    let ask = || mira.raw("GET", LINKS, &[("If-None-Match", &held)], b"");
    let queries = world.queries(|| {
        ask().status(304);
    });
    assert_eq!(queries, 1);
    paula.claims("mira");
    assert_eq!(ask().status, 200);
}

#[test]
fn who_looks_as_a_child_with_an_account_of_its_own_does_not_answer_for_it() {
    let world = World::new();
    let (paula, pia, mira) = (world.parent("Paula"), world.parent("Pia"), world.child("Mira"));
    world.family(&paula, &mira);
    pia.claims("mira").status(202);
    let view = paula.switches(mira.id());
    view.client.post(CODE, json!({})).refused(403);
    let answer = format!("/api/family/links/{}/respond/", pia.id());
    view.client.post(&answer, json!({"accept": true})).refused(403);
    mira.post(&answer, json!({"accept": true})).ok();
    mira.post(CODE, json!({})).ok();
    // Of an account that the parent made it is the only way.
    let leo = paula.has_child("leo_r");
    paula.switches(leo).client.post(CODE, json!({})).ok();
}
