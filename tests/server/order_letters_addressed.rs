//! Letters about children go to addresses to which mail is known to come, and to no others.

use serde_json::json;
use tinytales::clock::{DAY, MINUTE, SECOND};

use crate::admin_users::path;
use crate::order_letters::world;
use crate::support::{Client, PASSWORD, World};

/// A Monday, 08:00: the report about the week in which every test begins.
const MONDAY: i64 = 1_773_043_200 * SECOND;
const NEW: &str = "ana.k@example.org";

/// The addresses that got a report of the week that ended so many weeks after the first one.
fn reported(world: &World, week: i64) -> Vec<String> {
    world.comes_to(MONDAY + week * 7 * DAY);
    let before = world.mail().len();
    world.writes_letters();
    let mail = world.mail().split_off(before);
    mail.into_iter()
        .filter(|letter| letter.kind == "weekly_report")
        .map(|letter| letter.to)
        .collect()
}

/// The link in the newest question to an address.
#[track_caller]
pub fn proof(world: &World, address: &str) -> String {
    let letters = world.mail_to(address);
    let letter = letters
        .iter()
        .rfind(|letter| letter.kind == "address_proof")
        .unwrap();
    let start = letter.text.find("/account/confirm-email/").unwrap();
    letter.text[start..].split_whitespace().next().unwrap().to_owned()
}

fn changes_to(ana: &Client, address: &str) {
    let body = json!({"new_email": address, "password": PASSWORD});
    ana.post("/api/auth/change-email/", body).ok();
}

#[test]
fn an_address_that_an_administrator_wrote_down_gets_none_before_it_is_confirmed() {
    let world = world();
    let (sam, ana, mia) = (world.staff("Sam"), world.parent("Ana"), world.child("Mia"));
    world.links(&ana, &mia);
    sam.patch(&path(ana.id(), "update"), json!({"email": NEW})).ok();
    let link = proof(&world, NEW);
    assert_eq!(reported(&world, 0), [""; 0]);
    // To sign in proves who somebody is, not where their mail goes.
    world.sign_in(NEW);
    assert_eq!(reported(&world, 1), [""; 0]);
    let page = world.guest().get(&link);
    assert!(page.status == 200 && page.text().contains("Is this address yours?"));
    assert_eq!(reported(&world, 2), [""; 0], "a look at the page proves nothing");
    assert_eq!(world.guest().post_nothing(&link).status, 200);
    assert_eq!(reported(&world, 3), [NEW]);
}

#[test]
fn whoever_has_a_mistyped_address_gets_into_nothing_by_confirming_it() {
    let world = world();
    let (sam, ana, mia) = (world.staff("Sam"), world.parent("Ana"), world.child("Mia"));
    world.links(&ana, &mia);
    sam.patch(&path(ana.id(), "update"), json!({"email": NEW})).ok();
    assert_eq!(world.guest().post_nothing(&proof(&world, NEW)).status, 200);
    let ask = json!({"email": NEW});
    world.guest().post("/api/auth/password-reset/send/", ask).ok();
    assert!(world.mail_to(NEW).iter().all(|letter| letter.code.is_none()));
    assert_eq!(reported(&world, 0), [""; 0], "nobody has signed in with it");
    world.sign_in(NEW);
    assert_eq!(reported(&world, 1), [NEW]);
}

#[test]
fn the_way_back_leads_to_no_address_that_nobody_confirmed() {
    let world = world();
    let ana = world.parent("Ana");
    let undoes = |address: &str| {
        let letters = world.mail_to(address);
        letters
            .iter()
            .filter(|letter| letter.text.contains("/account/undo-email/"))
            .count()
    };
    // A slip, and the right one.
    changes_to(&ana, "anna@example.org");
    changes_to(&ana, NEW);
    assert_eq!((undoes("ana@example.org"), undoes("anna@example.org")), (1, 0));
    assert_eq!(world.guest().post_nothing(&proof(&world, NEW)).status, 200);
    changes_to(&ana, "ana.r@example.org");
    assert_eq!(undoes(NEW), 1);
}

#[test]
fn ones_own_new_address_is_asked_and_the_question_can_be_had_again() {
    let world = world();
    let (ana, mia) = (world.parent("Ana"), world.child("Mia"));
    world.links(&ana, &mia);
    changes_to(&ana, NEW);
    let link = proof(&world, NEW);
    assert_eq!(reported(&world, 0), [""; 0]);
    // What was sent to one address proves nothing of another.
    changes_to(&ana, "ana.r@example.org");
    assert_eq!(world.guest().post_nothing(&link).status, 404);
    assert_eq!(reported(&world, 1), [""; 0]);
    // The mail that people send themselves asks, too, for as long as it has to.
    let test_mail = || {
        world.advance(5 * MINUTE);
        let answer = ana.post_nothing("/api/notifications/send-test-email/").ok();
        assert_eq!(answer["success"], json!(true));
        world.mail_to("ana.r@example.org").pop().unwrap().kind
    };
    assert_eq!(test_mail(), "address_proof");
    for _ in 0..2 {
        let link = proof(&world, "ana.r@example.org");
        assert_eq!(world.guest().post_nothing(&link).status, 200);
    }
    assert_eq!(test_mail(), "test");
    assert_eq!(reported(&world, 2), ["ana.r@example.org"]);
}

#[test]
fn a_code_that_arrived_proves_the_same() {
    let world = World::new();
    let (ana, mia) = (world.parent("Ana"), world.child("Mia"));
    world.links(&ana, &mia);
    changes_to(&ana, NEW);
    // This server does not know its own address: there is no link.
    assert!(world.mail_to(NEW).is_empty());
    let answer = ana.post_nothing("/api/notifications/send-test-email/").ok();
    assert_eq!(answer["success"], json!(false));
    assert!(world.mail_to(NEW).is_empty());
    assert_eq!(reported(&world, 0), [""; 0]);
    let ask = json!({"email": NEW});
    world.guest().post("/api/auth/password-reset/send/", ask).ok();
    let code = world.code("password_reset", NEW);
    let form = json!({"email": NEW, "code": code, "new_password": "a quiet harbour 9"});
    world.guest().post("/api/auth/password-reset/reset/", form).ok();
    assert_eq!(reported(&world, 1), [NEW]);
}

#[test]
fn nobody_writes_to_strangers_by_changing_an_address_again_and_again() {
    let world = World::with(|config| {
        config.public_url = Some("https://tales.example.org".to_owned());
        config.rate_limits = true;
    });
    let ana = world.parent("Ana");
    for number in 0..7 {
        changes_to(&ana, &format!("ana{number}@example.org"));
    }
    let mut mail = world.mail();
    mail.retain(|letter| letter.to != "ana@example.org");
    // Five questions, and a notice to each of the first four of those addresses.
    assert_eq!(mail.len(), 9, "{mail:?}");
}

#[test]
fn links_that_nobody_signed_are_worth_nothing() {
    let world = world();
    let ana = world.parent("Ana");
    changes_to(&ana, NEW);
    let link = proof(&world, NEW);
    let otto = world.parent("Otto").id().to_string();
    let other = link.replace(&ana.id().to_string(), &otto);
    let before = world.dump("users");
    for link in [
        &link[..link.len() - 1],
        &other,
        "/account/confirm-email/x",
        "/account/confirm-email/-",
    ] {
        assert_eq!(world.guest().post_nothing(link).status, 404, "{link}");
    }
    assert_eq!(world.dump("users"), before);
}
