//! Signing in, Django's old hashes, and proving one's identity.

use serde_json::{Value, json};
use tinytales::accounts::store::{self, people};

use crate::support::{Answer, Client, DJANGO_HASH, PASSWORD, World, password_hash};

const LOGIN: &str = "/api/auth/login/";
const MIRA: &str = "mira@example.org";

fn login(guest: &Client, email: &str, password: &str) -> Answer {
    guest.post(LOGIN, json!({"email": email, "password": password}))
}

fn stored_hash(world: &World) -> String {
    world.sql(|conn| conn.one("SELECT password_hash FROM users", &[])?.take())
}

#[test]
fn the_answer_has_two_tokens_and_the_account() {
    let world = World::new();
    let id = world.parent("Mira Lopez").id();
    world.sql(|conn| {
        conn.execute(
            "UPDATE users SET experience_points = 1240, avatar_emoji = '🦊'",
            &[],
        )
    });
    let answer = login(&world.guest(), "miralopez@example.org", PASSWORD).ok();
    let mut names: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["access", "refresh", "user"]);
    assert_eq!(
        answer["user"],
        json!({"id": id, "username": "miralopez", "email": "miralopez@example.org", "name": "Mira Lopez",
            "first_name": "Mira", "last_name": "Lopez", "user_type": "parent", "display_name": "Mira Lopez",
            "avatar": "🦊", "selected_avatar_border": "basic", "experience_points": 1240, "level": 3,
            "subscription_type": "free", "is_verified": true})
    );
    for name in ["access", "refresh"] {
        assert_eq!(
            answer[name].as_str().unwrap().split('.').count(),
            3,
            "the apps read `exp` out of it"
        );
    }
    let token = answer["access"].as_str().unwrap();
    world.guest().with_token(token).get("/api/auth/profile/").ok();
}

#[test]
fn an_address_is_trimmed_and_its_case_does_not_matter() {
    let world = World::new();
    world.child("Mira");
    login(&world.guest(), "  MIRA@Example.ORG ", PASSWORD).ok();
}

#[test]
fn a_password_is_taken_letter_by_letter() {
    let world = World::new();
    world.child("Mira");
    for other in [
        format!(" {PASSWORD}"),
        format!("{PASSWORD} "),
        PASSWORD.to_uppercase(),
        PASSWORD[1..].to_owned(),
    ] {
        login(&world.guest(), MIRA, &other).refused(401);
    }
}

#[test]
fn every_failure_is_the_same_answer() {
    let world = World::new();
    world.child("Mira");
    world.person("Una", |person| person.is_verified = false);
    for (name, column) in [("Sam", "suspended_at"), ("Ari", "archived_at")] {
        let id = world.child(name).id();
        world.sql(move |conn| conn.execute(&format!("UPDATE users SET {column} = 1 WHERE id = $1"), &[&id]));
    }
    let tries = [
        (MIRA, "another-garden-7"),
        ("nobody@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("mira", PASSWORD),
        ("una@example.org", PASSWORD),
        ("sam@example.org", PASSWORD),
        ("ari@example.org", PASSWORD),
    ];
    let mut answers: Vec<Value> = tries
        .iter()
        .map(|(email, password)| login(&world.guest(), email, password).refused(401))
        .collect();
    assert_eq!(answers[0]["code"], json!("authentication_failed"));
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(
        world.dump("sessions").len(),
        4,
        "only those that the people came with"
    );
}

#[test]
fn missing_fields_are_named() {
    let world = World::new();
    let guest = world.guest();
    guest.post_nothing(LOGIN).refused_fields(&["email", "password"]);
    guest
        .post(LOGIN, json!({"email": "  ", "password": ""}))
        .refused_fields(&["email", "password"]);
    guest
        .post(LOGIN, json!({"email": null, "password": [1]}))
        .refused_fields(&["email", "password"]);
    guest
        .post(LOGIN, json!({"email": MIRA}))
        .refused_fields(&["password"]);
}

#[test]
fn an_old_hash_is_taken_and_replaced() {
    let world = World::new();
    world.person("Mira", |person| DJANGO_HASH.clone_into(&mut person.password_hash));
    login(&world.guest(), MIRA, "another-garden-7").refused(401);
    assert_eq!(stored_hash(&world), DJANGO_HASH);
    login(&world.guest(), MIRA, PASSWORD).ok();
    let new = stored_hash(&world);
    assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
    login(&world.guest(), MIRA, PASSWORD).ok();
    assert_eq!(stored_hash(&world), new, "replaced once");
}

#[test]
fn an_old_hash_stays_when_the_settings_say_so() {
    let world = World::with(|config| config.password_upgrade = false);
    world.person("Mira", |person| DJANGO_HASH.clone_into(&mut person.password_hash));
    login(&world.guest(), MIRA, PASSWORD).ok();
    assert_eq!(stored_hash(&world), DJANGO_HASH);
}

#[test]
fn no_password_fits_a_hash_that_is_none() {
    let world = World::new();
    world.child("Mira");
    let costly = DJANGO_HASH.replace("20000", "1500001");
    for hash in [
        "",
        "!",
        "!u7Fq",
        "plain",
        PASSWORD,
        "md5$salt$hash",
        "pbkdf2_sha256$0$salt$hash",
        &costly,
    ] {
        let hash = hash.to_owned();
        world.sql(move |conn| conn.execute("UPDATE users SET password_hash = $1", &[&hash]));
        login(&world.guest(), MIRA, PASSWORD).refused(401);
    }
}

#[test]
fn the_authorization_header_does_not_matter_here() {
    let world = World::new();
    world.child("Mira");
    for value in ["Bearer stale.old.token", "Bearer a b c", "bearer x", "Basic eDp5"] {
        let guest = world.guest().with_header("Authorization", value);
        login(&guest, MIRA, PASSWORD).ok();
    }
}

#[test]
fn a_sign_in_under_way_does_not_outlive_a_reset() {
    let world = World::new();
    let id = world.child("Mira").id();
    let answer = world.while_hashing_waits(
        || login(&world.guest(), MIRA, PASSWORD),
        |world| {
            world.sql(move |conn| {
                people::set_password(conn, id, "!", 0)?;
                store::sessions::close_all(conn, id, None)
            });
        },
    );
    answer.refused(401);
    assert_eq!(world.dump("sessions").len(), 0);
}

#[test]
fn a_sign_in_under_way_does_not_outlive_a_suspension() {
    let world = World::new();
    let id = world.child("Mira").id();
    let answer = world.while_hashing_waits(
        || login(&world.guest(), MIRA, PASSWORD),
        |world| {
            world.sql(move |conn| conn.execute("UPDATE users SET suspended_at = 1 WHERE id = $1", &[&id]));
        },
    );
    answer.refused(401);
}

#[test]
fn two_sign_ins_at_once_may_both_renew_an_old_hash() {
    let world = World::new();
    let id = world
        .person("Mira", |person| DJANGO_HASH.clone_into(&mut person.password_hash))
        .id();
    let renewed = password_hash();
    let answer = world.while_hashing_waits(
        || login(&world.guest(), MIRA, PASSWORD),
        |world| {
            world.sql(move |conn| people::replace_password(conn, id, DJANGO_HASH, &renewed));
        },
    );
    answer.ok();
}

#[test]
fn fifty_sign_ins_are_kept_and_the_oldest_goes() {
    let world = World::new();
    let first = world.child("Mira");
    let id = first.id();
    for _ in 0..50 {
        world.advance(1);
        let (app, session) = (&world.app, tinytales::accounts::tokens::random_hex());
        let now = app.clock.now();
        world.sql(move |conn| {
            store::sessions::open(conn, &session, id, &password_hash(), now, now + 1_000_000_000)
        });
    }
    assert_eq!(world.dump("sessions").len(), 50);
    first.get("/api/auth/profile/").refused(401);
}

#[test]
fn proving_ones_identity_never_answers_401() {
    const PATH: &str = "/api/auth/verify-password/";
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    let prove = |client: &Client, email: &str, password: &str| {
        client.post(PATH, json!({"email": email, "password": password}))
    };
    let paulas = "paula@example.org";

    let proven = prove(&paula, " PAULA@example.org", PASSWORD).ok();
    assert_eq!(proven["success"], json!(true));
    assert!(proven["message"].is_string() && proven.get("access").is_none());
    prove(&world.guest(), paulas, PASSWORD).ok();
    prove(&world.guest().with_token("stale.old.token"), paulas, PASSWORD).ok();

    prove(&paula, paulas, "another-garden-7").refused(400);
    prove(&world.guest(), paulas, "another-garden-7").refused(400);
    prove(&world.guest(), "nobody@example.org", PASSWORD).refused(400);
    prove(
        &world.guest().with_header("Authorization", "Bearer a b c"),
        paulas,
        "another-garden-7",
    )
    .refused(400);
    // Whoever is signed in may ask about themselves only; a right guess looks like a wrong one.
    assert_eq!(
        prove(&mira, paulas, PASSWORD).refused(400),
        prove(&mira, paulas, "another-garden-7").refused(400)
    );
    world
        .guest()
        .post_nothing(PATH)
        .refused_fields(&["email", "password"]);
    mira.get("/api/auth/profile/").ok();
}

#[test]
fn cookie_sessions_are_gone() {
    let world = World::new();
    world
        .guest()
        .post_nothing("/api/auth/create-session/")
        .refused(410);
    world
        .child("Mira")
        .post("/api/auth/create-session/", json!({}))
        .refused(410);
}
