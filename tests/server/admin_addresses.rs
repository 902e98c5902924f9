//! An address that an administrator wrote down: it signs in, and no code goes there before it has.

use serde_json::json;

use crate::admin_users::path;
use crate::support::{PASSWORD, World};

const NEW: &str = "mia@example.org";

#[test]
fn a_reset_code_goes_to_no_address_with_which_nobody_has_signed_in() {
    let world = World::new();
    let sam = world.staff("Sam");
    let mira = world.child("Mira");
    let ask = |address: &str| {
        let body = json!({"email": address});
        world.guest().post("/api/auth/password-reset/send/", body).ok()
    };
    let codes = |address: &str| {
        let letters = world.mail_to(address);
        letters.iter().filter(|letter| letter.code.is_some()).count()
    };
    sam.patch(&path(mira.id(), "update"), json!({"email": NEW})).ok();
    let answer = ask(NEW);
    assert_eq!(codes(NEW), 0);
    assert_eq!(answer, ask("nobody@example.org"), "the answer tells nothing");
    // Other changes prove nothing, and neither does the same address again.
    sam.patch(
        &path(mira.id(), "update"),
        json!({"display_name": "Mia", "email": NEW}),
    )
    .ok();
    ask(NEW);
    assert_eq!(codes(NEW), 0);
    let wrong = json!({"email": NEW, "password": "another-garden-7"});
    world.guest().post("/api/auth/login/", wrong).refused(401);
    ask(NEW);
    assert_eq!(codes(NEW), 0);
    // Its owner is not kept out, and proves that it is theirs by that.
    mira.get("/api/auth/profile/").ok();
    world.sign_in(NEW);
    ask(NEW);
    assert_eq!(codes(NEW), 1);
}

#[test]
fn an_address_of_ones_own_choice_needs_no_proof() {
    let world = World::new();
    let sam = world.staff("Sam");
    let mira = world.child("Mira");
    sam.patch(&path(mira.id(), "update"), json!({"email": NEW})).ok();
    let body = json!({"new_email": "mira.k@example.org", "password": PASSWORD});
    mira.post("/api/auth/change-email/", body).ok();
    let body = json!({"email": "mira.k@example.org"});
    world.guest().post("/api/auth/password-reset/send/", body).ok();
    assert!(
        world
            .mail_to("mira.k@example.org")
            .iter()
            .any(|letter| letter.code.is_some())
    );
}
