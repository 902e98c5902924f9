//! E-mail codes: confirming an address and setting a new password. Guessing is limited, and no answer tells who is known.

use serde_json::{Value, json};
use tinytales::clock::MINUTE;

use crate::support::{Client, PASSWORD, World};

const MIRA: &str = "mira@example.org";

/// A world where Mira has signed up and not yet confirmed.
fn pending() -> (World, Client) {
    let world = World::new();
    let guest = world.guest();
    sign_up(&guest, "Mira", MIRA);
    (world, guest)
}

fn sign_up(guest: &Client, name: &str, email: &str) {
    let form = json!({"name": name, "email": email, "password": PASSWORD, "confirm_password": PASSWORD});
    guest.post("/api/auth/register/", form).created();
}

/// Any other code than this one.
fn other_than(code: &str) -> String {
    if code == "000000" { "000001" } else { "000000" }.to_owned()
}

fn confirm(guest: &Client, email: &str, code: &str) -> crate::support::Answer {
    guest.post(
        "/api/auth/verify-email/",
        json!({"email": email, "verification_code": code}),
    )
}

fn check_reset(guest: &Client, email: &str, code: &str) -> crate::support::Answer {
    guest.post(
        "/api/auth/password-reset/verify/",
        json!({"email": email, "code": code}),
    )
}

fn reset(guest: &Client, email: &str, code: &str, password: &str) -> crate::support::Answer {
    guest.post(
        "/api/auth/password-reset/reset/",
        json!({"email": email, "code": code, "new_password": password}),
    )
}

fn ask_for_reset(guest: &Client, email: &str) -> Value {
    guest
        .post("/api/auth/password-reset/send/", json!({"email": email}))
        .ok()
}

#[test]
fn a_code_with_blanks_around_it_is_taken() {
    let (world, guest) = pending();
    let code = world.code("verification", MIRA);
    let answer = confirm(&guest, " MIRA@example.org ", &format!(" {code} ")).ok();
    let (message, id) = (answer["message"].clone(), answer["user_id"].clone());
    assert!(message.is_string() && id.is_i64());
    assert_eq!(
        answer,
        json!({"message": message, "verified": true, "user_id": id, "email": "MIRA@example.org"})
    );
}

#[test]
fn codes_and_hints_go_to_the_address_as_it_is_stored() {
    let world = World::new();
    world.child("Mira");
    let guest = world.guest();
    ask_for_reset(&guest, "MIRA@Example.org");
    sign_up(&guest, "Mira", "miRA@example.org");
    let mut kinds: Vec<_> = world
        .mail_to(MIRA)
        .into_iter()
        .map(|letter| letter.kind)
        .collect();
    kinds.sort();
    assert_eq!(kinds, ["already_registered", "password_reset"]);
}

#[test]
fn five_wrong_guesses_void_a_code() {
    let (world, guest) = pending();
    let code = world.code("verification", MIRA);
    for _ in 0..5 {
        confirm(&guest, MIRA, &other_than(&code)).refused(400);
    }
    confirm(&guest, MIRA, &code).refused(400);

    guest
        .post("/api/auth/resend-verification/", json!({"email": MIRA}))
        .ok();
    confirm(&guest, MIRA, &world.code("verification", MIRA)).ok();
}

#[test]
fn four_wrong_guesses_do_not() {
    let (world, guest) = pending();
    let code = world.code("verification", MIRA);
    for _ in 0..4 {
        confirm(&guest, MIRA, &other_than(&code)).refused(400);
    }
    confirm(&guest, MIRA, &code).ok();
}

#[test]
fn guesses_at_a_reset_code_count_together_in_both_steps() {
    let world = World::new();
    world.child("Mira");
    let guest = world.guest();
    ask_for_reset(&guest, MIRA);
    let code = world.code("password_reset", MIRA);
    let wrong = other_than(&code);
    for _ in 0..3 {
        check_reset(&guest, MIRA, &wrong).refused(400);
    }
    for _ in 0..2 {
        reset(&guest, MIRA, &wrong, "a-new-garden-8").refused(400);
    }
    check_reset(&guest, MIRA, &code).refused(400);
    reset(&guest, MIRA, &code, "a-new-garden-8").refused(400);
    world.sign_in(MIRA);
}

#[test]
fn only_the_right_code_is_told_that_it_is_late() {
    let (world, guest) = pending();
    let code = world.code("verification", MIRA);
    world.advance(15 * MINUTE - 1);
    assert_eq!(
        confirm(&guest, MIRA, &other_than(&code))
            .refused(400)
            .get("expired"),
        None
    );
    world.advance(1);
    assert_eq!(confirm(&guest, MIRA, &code).refused(400)["expired"], json!(true));
    assert_eq!(
        confirm(&guest, MIRA, &other_than(&code))
            .refused(400)
            .get("expired"),
        None
    );
    guest
        .post("/api/auth/login/", json!({"email": MIRA, "password": PASSWORD}))
        .refused(401);
}

#[test]
fn a_code_is_good_until_its_last_moment() {
    let (world, guest) = pending();
    let code = world.code("verification", MIRA);
    world.advance(15 * MINUTE - 1);
    confirm(&guest, MIRA, &code).ok();
}

#[test]
fn a_late_reset_code_says_so_and_sets_nothing() {
    let world = World::new();
    world.child("Mira");
    let guest = world.guest();
    ask_for_reset(&guest, MIRA);
    let code = world.code("password_reset", MIRA);
    world.advance(15 * MINUTE);
    assert_eq!(
        check_reset(&guest, MIRA, &code).refused(400)["expired"],
        json!(true)
    );
    assert_eq!(
        reset(&guest, MIRA, &code, "a-new-garden-8").refused(400)["expired"],
        json!(true)
    );
    world.sign_in(MIRA);
}

#[test]
fn a_code_is_good_for_one_purpose() {
    let (world, guest) = pending();
    let confirmation = world.code("verification", MIRA);
    check_reset(&guest, MIRA, &confirmation).refused(400);
    reset(&guest, MIRA, &confirmation, "a-new-garden-8").refused(400);

    ask_for_reset(&guest, MIRA);
    let for_reset = world.code("password_reset", MIRA);
    if for_reset != confirmation {
        confirm(&guest, MIRA, &for_reset).refused(400);
    }
    confirm(&guest, MIRA, &confirmation).ok();
}

#[test]
fn a_code_is_good_for_one_account() {
    let (world, guest) = pending();
    sign_up(&guest, "Ben", "ben@example.org");
    let code = world.code("verification", MIRA);
    if code != world.code("verification", "ben@example.org") {
        confirm(&guest, "ben@example.org", &code).refused(400);
    }
}

#[test]
fn another_code_replaces_the_one_before() {
    let (world, guest) = pending();
    let first = world.code("verification", MIRA);
    let answer = guest
        .post(
            "/api/auth/resend-verification/",
            json!({"email": " Mira@example.org "}),
        )
        .ok();
    let message = answer["message"].clone();
    assert_eq!(
        answer,
        json!({"message": message, "email_sent": true, "expires_in_minutes": 15})
    );
    let second = world.code("verification", MIRA);
    if first != second {
        confirm(&guest, MIRA, &first).refused(400);
    }
    confirm(&guest, MIRA, &second).ok();
}

#[test]
fn asking_for_a_code_is_answered_alike_for_everybody() {
    let (world, guest) = pending();
    world.child("Ben");
    suspended(&world, "Zoe");
    for path in ["/api/auth/resend-verification/", "/api/auth/password-reset/send/"] {
        let mut answers: Vec<Value> = [
            MIRA,
            "ben@example.org",
            "zoe@example.org",
            "nobody@example.org",
            "no address",
        ]
        .into_iter()
        .map(|email| guest.post(path, json!({"email": email})).ok())
        .collect();
        answers.dedup();
        assert_eq!(answers.len(), 1, "{path}: {answers:?}");
        guest.post(path, json!({})).refused_fields(&["email"]);
    }
    // They are written side by side: no order of theirs is promised.
    let kinds = |email: &str| {
        let letters = world.mail_to(email).into_iter();
        let mut kinds: Vec<_> = letters.map(|letter| letter.kind).collect();
        kinds.sort_unstable();
        kinds
    };
    assert_eq!(kinds(MIRA), ["password_reset", "verification", "verification"]);
    assert_eq!(kinds("ben@example.org"), ["password_reset"], "confirmed already");
    assert_eq!(world.mail().len(), 4, "nobody else gets mail");
}

#[test]
fn all_wrong_guesses_are_one_answer() {
    let (world, guest) = pending();
    world.child("Ben");
    suspended(&world, "Zoe");
    let code = world.code("verification", MIRA);
    let tries = [
        (MIRA, other_than(&code)),
        (MIRA, "12".to_owned()),
        (MIRA, "abcdef".to_owned()),
        ("ben@example.org", code.clone()),
        ("zoe@example.org", code.clone()),
        ("nobody@example.org", code),
    ];
    for check in [confirm, check_reset, |guest: &Client, email: &str, code: &str| {
        reset(guest, email, code, "a-new-garden-8")
    }] {
        let mut answers: Vec<Value> = tries
            .iter()
            .map(|(email, code)| check(&guest, email, code).refused(400))
            .collect();
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
    }
}

#[test]
fn missing_fields_are_named() {
    let world = World::new();
    let guest = world.guest();
    guest
        .post_nothing("/api/auth/verify-email/")
        .refused_fields(&["email", "verification_code"]);
    guest
        .post(
            "/api/auth/verify-email/",
            json!({"email": MIRA, "verification_code": []}),
        )
        .refused_fields(&["verification_code"]);
    guest
        .post_nothing("/api/auth/password-reset/verify/")
        .refused_fields(&["email", "code"]);
    guest
        .post_nothing("/api/auth/password-reset/reset/")
        .refused_fields(&["email", "code", "new_password"]);
    reset(&guest, MIRA, "123456", "short").refused_fields(&["new_password"]);
}

#[test]
fn a_reset_sets_the_password_once_and_ends_every_sign_in() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    mira.get("/api/auth/profile/").ok();
    let sent = ask_for_reset(&guest, MIRA);
    assert_eq!(
        (&sent["email_sent"], &sent["expires_in_minutes"]),
        (&json!(true), &json!(15))
    );
    let code = world.code("password_reset", MIRA);

    let checked = check_reset(&guest, MIRA, &code).ok();
    assert_eq!(checked["verified"], json!(true));
    let done = reset(&guest, MIRA, &code, "a-new-garden-8").ok();
    assert_eq!(done["success"], json!(true));
    assert!(done["message"].is_string());

    mira.get("/api/auth/profile/").refused(401);
    guest
        .post("/api/auth/refresh/", json!({"refresh": mira.refresh()}))
        .refused(401);
    guest
        .post("/api/auth/login/", json!({"email": MIRA, "password": PASSWORD}))
        .refused(401);
    guest
        .post(
            "/api/auth/login/",
            json!({"email": MIRA, "password": "a-new-garden-8"}),
        )
        .ok();
    reset(&guest, MIRA, &code, "a-third-garden-9").refused(400);
}

#[test]
fn a_reset_confirms_the_address_too() {
    let (world, guest) = pending();
    ask_for_reset(&guest, MIRA);
    reset(
        &guest,
        MIRA,
        &world.code("password_reset", MIRA),
        "a-new-garden-8",
    )
    .ok();
    guest
        .post(
            "/api/auth/login/",
            json!({"email": MIRA, "password": "a-new-garden-8"}),
        )
        .ok();
}

#[test]
fn no_code_brings_a_suspended_account_back() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    ask_for_reset(&guest, MIRA);
    let code = world.code("password_reset", MIRA);
    let id = mira.id();
    for column in ["suspended_at", "archived_at"] {
        world.sql(move |conn| {
            conn.execute(
                "UPDATE users SET suspended_at = NULL, archived_at = NULL WHERE id = $1",
                &[&id],
            )?;
            conn.execute(&format!("UPDATE users SET {column} = 1 WHERE id = $1"), &[&id])
        });
        let before = world.dump("users");
        check_reset(&guest, MIRA, &code).refused(400);
        reset(&guest, MIRA, &code, "a-new-garden-8").refused(400);
        confirm(&guest, MIRA, &code).refused(400);
        guest
            .post("/api/auth/resend-verification/", json!({"email": MIRA}))
            .ok();
        ask_for_reset(&guest, MIRA);
        assert_eq!(world.dump("users"), before);
    }
    assert_eq!(world.mail().len(), 1);
}

#[test]
fn codes_are_stored_as_hashes() {
    let (world, _) = pending();
    let code = world.code("verification", MIRA);
    assert!(
        world
            .dump("email_codes")
            .iter()
            .all(|row| !row.contains(&format!("Text({code:?})")))
    );
    assert_eq!(
        world.dump("mail_outbox"),
        Vec::<String>::new(),
        "nothing stays behind in the outbox"
    );
}

fn suspended(world: &World, name: &str) {
    let id = world.child(name).id();
    world.sql(move |conn| conn.execute("UPDATE users SET suspended_at = 1 WHERE id = $1", &[&id]));
}
