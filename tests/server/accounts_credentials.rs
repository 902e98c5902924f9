//! Changing what one signs in with, taking that back, and leaving.

use serde_json::json;
use tinytales::accounts::password::{self, Workspace};
use tinytales::accounts::store::people;
use tinytales::clock::DAY;

use crate::order_letters_addressed::proof;
use crate::support::{Client, Connection, Letter, PASSWORD, World};

const PROFILE: &str = "/api/auth/profile/";
const CHANGE_PASSWORD: &str = "/api/auth/change-password/";
const CHANGE_EMAIL: &str = "/api/auth/change-email/";
const DELETE: &str = "/api/auth/delete-account/";
const NEW_PASSWORD: &str = "a-new-garden-8";
const MIRA: &str = "mira@example.org";

/// A world whose address is configured: without one no mail has a link.
fn known_world() -> World {
    World::with(|config| config.public_url = Some("https://tales.example".to_owned()))
}

/// Sets a new password by a code that is mailed to `address`, and signs in with it.
fn reset_and_sign_in(world: &World, address: &str) {
    world
        .guest()
        .post("/api/auth/password-reset/send/", json!({"email": address}))
        .ok();
    let code = world.code("password_reset", address);
    let form = json!({"email": address, "code": code, "new_password": NEW_PASSWORD});
    world.guest().post("/api/auth/password-reset/reset/", form).ok();
    login(world, address, NEW_PASSWORD).ok();
}

fn login(world: &World, email: &str, password: &str) -> crate::support::Answer {
    world
        .guest()
        .post("/api/auth/login/", json!({"email": email, "password": password}))
}

fn change_email(client: &Client, email: &str) {
    client
        .post(CHANGE_EMAIL, json!({"new_email": email, "password": PASSWORD}))
        .ok();
}

/// The path of the link in a notice.
fn undo_path(letter: &Letter) -> String {
    let start = letter
        .text
        .find("/account/undo-email/")
        .expect("the notice has a link");
    letter.text[start..]
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The link in the newest notice to an address.
fn undo_link(world: &World, address: &str) -> String {
    let letters = world.mail_to(address);
    let notice = letters.iter().rfind(|letter| letter.kind == "email_changed");
    undo_path(notice.expect("a notice"))
}

#[test]
fn a_new_password_keeps_this_sign_in_and_ends_the_others() {
    let world = World::new();
    let mira = world.child("Mira");
    let elsewhere = world.sign_in(MIRA);
    for client in [&mira, &elsewhere] {
        client.get(PROFILE).ok();
    }
    let change = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
    let answer = mira.post(CHANGE_PASSWORD, change).ok();
    assert_eq!(answer["success"], json!(true));
    assert!(answer["message"].is_string());

    mira.get(PROFILE).ok();
    world
        .guest()
        .post("/api/auth/refresh/", json!({"refresh": mira.refresh()}))
        .ok();
    elsewhere.get(PROFILE).refused(401);
    world
        .guest()
        .post("/api/auth/refresh/", json!({"refresh": elsewhere.refresh()}))
        .refused(401);
    login(&world, MIRA, PASSWORD).refused(401);
    login(&world, MIRA, NEW_PASSWORD).ok();
}

#[test]
fn a_password_is_changed_only_by_who_knows_it() {
    let world = World::new();
    let mira = world.child("Mira");
    let before = (world.dump("users"), world.dump("sessions"));
    let change = |current: &str, new: &str| {
        mira.post(
            CHANGE_PASSWORD,
            json!({"current_password": current, "new_password": new}),
        )
    };
    mira.post_nothing(CHANGE_PASSWORD)
        .refused_fields(&["current_password", "new_password"]);
    change("another-garden-7", NEW_PASSWORD).refused_fields(&["current_password"]);
    change(&format!("{PASSWORD} "), NEW_PASSWORD).refused_fields(&["current_password"]);
    change(PASSWORD, "short").refused_fields(&["new_password"]);
    change(PASSWORD, PASSWORD).refused_fields(&["new_password"]);
    change(PASSWORD, &"x".repeat(257)).refused_fields(&["new_password"]);
    change(PASSWORD, &format!("x{}", " ".repeat(2000))).refused_fields(&["new_password"]);
    assert_eq!((world.dump("users"), world.dump("sessions")), before);
    world
        .guest()
        .post(
            CHANGE_PASSWORD,
            json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD}),
        )
        .refused(401);
}

/// Every change that asks for the password.
fn changes() -> [(&'static str, serde_json::Value); 3] {
    [
        (
            CHANGE_PASSWORD,
            json!({"current_password": PASSWORD, "new_password": "a-third-garden-9"}),
        ),
        (
            CHANGE_EMAIL,
            json!({"new_email": "other@example.org", "password": PASSWORD}),
        ),
        (DELETE, json!({"password": PASSWORD})),
    ]
}

#[test]
fn a_change_under_way_does_not_outlive_another_password() {
    for (path, body) in changes() {
        let world = World::new();
        let mira = world.child("Mira");
        mira.get(PROFILE).ok();
        let answer = world.while_hashing_waits(
            || mira.post(path, body),
            |world| {
                let hash = password::hash(&mut Workspace::default(), NEW_PASSWORD);
                let id = mira.id();
                world.sql(move |conn| people::set_password(conn, id, &hash, 0));
            },
        );
        answer.refused(400);
        login(&world, MIRA, NEW_PASSWORD).ok();
    }
}

#[test]
fn a_new_address_counts_at_once_and_the_old_one_is_told() {
    let world = known_world();
    let mira = world.child("Mira");
    let answer = mira
        .post(
            CHANGE_EMAIL,
            json!({"new_email": " Mira@New.example ", "password": PASSWORD}),
        )
        .ok();
    assert_eq!(
        (&answer["success"], &answer["email"]),
        (&json!(true), &json!("Mira@New.example"))
    );
    assert!(answer["message"].is_string());
    assert_eq!(mira.get(PROFILE).ok()["data"]["email"], json!("Mira@New.example"));
    login(&world, "mira@new.example", PASSWORD).ok();
    login(&world, MIRA, PASSWORD).refused(401);

    let mut letters = world.mail();
    letters.sort_by(|one, other| one.kind.cmp(&other.kind));
    let kinds: Vec<_> = letters
        .iter()
        .map(|letter| (letter.kind.as_str(), letter.to.as_str()))
        .collect();
    assert_eq!(
        kinds,
        [("address_proof", "Mira@New.example"), ("email_changed", MIRA)]
    );
    letters.remove(0);
    assert!(
        !letters[0].text.to_lowercase().contains("new.example"),
        "the new address stays with its owner"
    );
    assert!(undo_path(&letters[0]).len() > 40);
}

#[test]
fn an_address_is_changed_only_by_its_owner_and_to_a_free_one() {
    let world = World::new();
    let mira = world.child("Mira");
    world.child("Ben");
    world.person("Una", |person| person.is_verified = false);
    let before = world.dump("users");
    let change = |email: &str, password: &str| {
        mira.post(CHANGE_EMAIL, json!({"new_email": email, "password": password}))
    };
    mira.post_nothing(CHANGE_EMAIL)
        .refused_fields(&["new_email", "password"]);
    change("no address", PASSWORD).refused_fields(&["new_email"]);
    change("BEN@example.org", PASSWORD).refused_fields(&["new_email"]);
    // Without the password nothing is said about who owns an address.
    change("ben@example.org", "another-garden-7").refused_fields(&["password"]);
    change("free@example.org", "another-garden-7").refused_fields(&["password"]);
    assert_eq!(world.dump("users"), before);
    assert_eq!(world.mail(), []);
    world
        .guest()
        .post(
            CHANGE_EMAIL,
            json!({"new_email": "x@example.org", "password": PASSWORD}),
        )
        .refused(401);
}

#[test]
fn two_people_cannot_take_one_address_at_the_same_moment() {
    let world = World::new();
    let people: Vec<_> = ["Ann", "Ben", "Cleo"]
        .iter()
        .map(|name| world.child(name))
        .collect();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = people
            .iter()
            .map(|person| {
                let change = json!({"new_email": "captain@example.org", "password": PASSWORD});
                scope.spawn(|| person.post(CHANGE_EMAIL, change).status)
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "{statuses:?}"
    );
    assert!(
        statuses.iter().all(|status| matches!(status, 200 | 400)),
        "{statuses:?}"
    );
}

#[test]
fn a_change_of_address_can_be_taken_back() {
    let world = known_world();
    let mira = world.child("Mira");
    change_email(&mira, "thief@example.org");
    let link = undo_link(&world, MIRA);

    // A mail program that looks at links changes nothing.
    for _ in 0..2 {
        let page = world.guest().get(&link);
        page.status(200);
        assert!(
            page.header("content-type")
                .is_some_and(|kind| kind.starts_with("text/html"))
        );
        assert!(page.text().contains("<form method=\"post\"") && page.text().contains(&link));
    }
    assert_eq!(
        mira.get(PROFILE).ok()["data"]["email"],
        json!("thief@example.org")
    );

    let done = world.guest().raw(
        "POST",
        &link,
        &[("Content-Type", "application/x-www-form-urlencoded")],
        b"",
    );
    done.status(200);
    assert!(
        done.header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
    );
    mira.get(PROFILE).refused(401);
    login(&world, "thief@example.org", PASSWORD).refused(401);
    // Whoever changed the address knows the password: it is worth nothing any more.
    login(&world, MIRA, PASSWORD).refused(401);
    world.guest().post_nothing(&link).status(410);
    reset_and_sign_in(&world, MIRA);
}

#[test]
fn a_way_back_lasts_two_weeks() {
    let world = known_world();
    let mira = world.child("Mira");
    change_email(&mira, "other@example.org");
    let link = undo_link(&world, MIRA);
    world.advance(14 * DAY);
    world.guest().post_nothing(&link).status(410);
    login(&world, "other@example.org", PASSWORD).ok();
    world
        .guest()
        .post_nothing("/account/undo-email/0123456789abcdef0123456789abcdef")
        .status(410);
}

#[test]
fn a_way_back_waits_until_nobody_else_has_the_address() {
    let world = known_world();
    let mira = world.child("Mira");
    change_email(&mira, "other@example.org");
    let link = undo_link(&world, MIRA);
    let other_mira = world.sign_up("Mira Two", MIRA, "child");
    world.guest().post_nothing(&link).status(409);
    login(&world, "other@example.org", PASSWORD).ok();

    other_mira.post(DELETE, json!({"password": PASSWORD})).ok();
    world.guest().post_nothing(&link).status(200);
    reset_and_sign_in(&world, MIRA);
}

#[test]
fn a_sign_up_that_nobody_confirmed_does_not_block_the_way_back() {
    let world = known_world();
    let mira = world.child("Mira");
    change_email(&mira, "thief@example.org");
    let link = undo_link(&world, MIRA);
    let form = json!({"name": "Thief", "email": MIRA, "password": PASSWORD, "confirm_password": PASSWORD});
    world.guest().post("/api/auth/register/", form).created();
    world.guest().post_nothing(&link).status(200);
    reset_and_sign_in(&world, MIRA);
    assert_eq!(world.dump("users").len(), 1);
}

#[test]
fn a_mail_has_no_link_where_the_address_of_the_server_is_not_configured() {
    let world = World::new();
    let mira = world.child("Mira").with_header("Host", "evil.example");
    change_email(&mira, "other@example.org");
    let letters = world.mail_to(MIRA);
    assert_eq!(letters.len(), 1);
    assert!(
        !letters[0].text.contains("evil") && !letters[0].text.contains("://"),
        "{}",
        letters[0].text
    );
    assert_eq!(world.dump("email_undos").len(), 0);
}

#[test]
fn a_thief_cannot_burn_the_owners_way_back() {
    let world = known_world();
    let mira = world.child("Mira");
    change_email(&mira, "thief@example.org");
    let owners = undo_link(&world, MIRA);
    let mailbox = proof(&world, "thief@example.org");
    world.guest().post_nothing(&mailbox).status(200);
    world.advance(DAY);
    change_email(&mira, "thief-two@example.org");
    let thiefs = undo_link(&world, "thief@example.org");
    world.guest().post_nothing(&thiefs).status(200);

    world.guest().post_nothing(&owners).status(200);
    reset_and_sign_in(&world, MIRA);
    world.guest().post_nothing(&thiefs).status(410);
}

#[test]
fn the_way_back_ends_every_later_one() {
    let world = known_world();
    let mira = world.child("Mira");
    change_email(&mira, "thief@example.org");
    let owners = undo_link(&world, MIRA);
    let mailbox = proof(&world, "thief@example.org");
    world.guest().post_nothing(&mailbox).status(200);
    world.advance(DAY);
    change_email(&mira, "thief-two@example.org");
    let thiefs = undo_link(&world, "thief@example.org");

    world.guest().post_nothing(&owners).status(200);
    world.guest().post_nothing(&thiefs).status(410);
    reset_and_sign_in(&world, MIRA);
}

#[test]
fn a_code_sent_to_one_address_is_worth_nothing_at_another() {
    let world = known_world();
    let mira = world.child("Mira");
    let reset = |email: &str, code: &str| {
        let form = json!({"email": email, "code": code, "new_password": NEW_PASSWORD});
        world.guest().post("/api/auth/password-reset/reset/", form)
    };
    let ask = |email: &str| {
        world
            .guest()
            .post("/api/auth/password-reset/send/", json!({"email": email}))
            .ok();
        world.code("password_reset", email)
    };
    let to_the_old_address = ask(MIRA);
    change_email(&mira, "thief@example.org");
    reset("thief@example.org", &to_the_old_address).refused(400);

    let to_the_thief = ask("thief@example.org");
    world.guest().post_nothing(&undo_link(&world, MIRA)).status(200);
    reset(MIRA, &to_the_thief).refused(400);
    login(&world, MIRA, NEW_PASSWORD).refused(401);
}

#[test]
fn without_mail_an_address_changes_without_a_notice() {
    let world = World::with(|config| config.mail.folder = None);
    let mira = world.child("Mira");
    change_email(&mira, "other@example.org");
    assert_eq!(
        world.dump("email_undos").len() + world.dump("mail_outbox").len(),
        0
    );
}

#[test]
fn leaving_takes_all_that_is_ones_own() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    world
        .guest()
        .post("/api/auth/password-reset/send/", json!({"email": MIRA}))
        .ok();
    let other = world.sign_in(MIRA);
    other.get(PROFILE).ok();
    let answer = mira.post(DELETE, json!({"password": PASSWORD})).ok();
    assert_eq!(answer["success"], json!(true));
    assert!(answer["message"].is_string());

    for gone in [&mira, &other] {
        assert_eq!(gone.get(PROFILE).refused(401)["code"], json!("token_not_valid"));
        world
            .guest()
            .post("/api/auth/refresh/", json!({"refresh": gone.refresh()}))
            .refused(401);
    }
    login(&world, MIRA, PASSWORD).refused(401);
    let id = format!("Int({})", mira.id());
    for table in ["users", "sessions", "email_codes"] {
        assert!(world.dump(table).iter().all(|row| !row.contains(&id)), "{table}");
    }
    ben.get(PROFILE).ok();
    assert_eq!(ben.get("/api/users/search/?q=mira").ok()["total"], json!(0));
    world.sign_up("Mira", MIRA, "child");
}

#[test]
fn a_wrong_password_does_not_leave() {
    let world = World::new();
    let mira = world.child("Mira");
    let before = world.dump("users");
    mira.post(DELETE, json!({"password": "another-garden-7"}))
        .refused_fields(&["password"]);
    mira.post_nothing(DELETE).refused_fields(&["password"]);
    mira.post(DELETE, json!({"password": [PASSWORD]}))
        .refused_fields(&["password"]);
    world
        .guest()
        .post(DELETE, json!({"password": PASSWORD}))
        .refused(401);
    assert_eq!(world.dump("users"), before);
    mira.get(PROFILE).ok();
}

#[test]
fn a_link_cannot_smuggle_anything_into_the_page() {
    let world = World::new();
    let page = world
        .guest()
        .get("/account/undo-email/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E");
    page.status(200);
    assert!(!page.text().contains("<script>"), "{}", page.text());
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    let mut raw: Connection = world.connect();
    raw.send(b"GET /account/undo-email/%00%ff HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(raw.answer().status < 500);
}
