//! Signing up: what is asked for, what is answered, and that no answer tells who is known.

use std::thread;

use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, World};

const REGISTER: &str = "/api/auth/register/";

fn form(name: &str, email: &str) -> Value {
    json!({"name": name, "email": email, "password": PASSWORD, "confirm_password": PASSWORD})
}

fn with(field: &str, value: impl Into<Value>) -> Value {
    let mut form = form("Mira Lopez", "mira@example.org");
    form[field] = value.into();
    form
}

fn names_of(answer: &Answer) -> Vec<String> {
    answer
        .json
        .as_object()
        .map(|body| body.keys().cloned().collect())
        .unwrap_or_default()
}

#[test]
fn a_rude_name_is_masked() {
    let world = World::new();
    let word = tinytales::moderation::seeds().next().unwrap().word;
    let form = json!({"name": format!("Mira {word}"), "email": "mira@example.org", "password": PASSWORD,
        "confirm_password": PASSWORD});
    world.guest().post("/api/auth/register/", form).created();
    let shown: String = world.sql(|conn| conn.one("SELECT display_name FROM users", &[])?.take());
    assert!(shown.starts_with("Mira ") && !shown.contains(word), "{shown}");
}

#[test]
fn signing_up_makes_an_account_that_waits_for_its_code() {
    let world = World::new();
    let guest = world.guest();
    let answer = guest
        .post(REGISTER, form(" Ana Maria Lopez ", " Mira@Example.org "))
        .created();
    let id = answer["user_id"].as_i64().unwrap();
    assert!(id >= 1_000_000, "ids of the old server live on in devices");
    let sentence = answer["message"].clone();
    assert!(sentence.is_string());
    assert_eq!(
        answer,
        json!({"message": sentence, "user_id": id, "email": "Mira@Example.org", "requires_verification": true,
            "email_sent": true})
    );
    guest
        .post(
            "/api/auth/login/",
            json!({"email": "mira@example.org", "password": PASSWORD}),
        )
        .refused(401);

    let letters = world.mail();
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (letters[0].to.as_str(), letters[0].kind.as_str()),
        ("Mira@Example.org", "verification")
    );
    let code = letters[0].code.clone().unwrap();
    assert!(
        code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()),
        "{code}"
    );
    assert!(letters[0].text.contains(&code));

    let confirmed = guest
        .post(
            "/api/auth/verify-email/",
            json!({"email": "MIRA@example.org", "verification_code": code}),
        )
        .ok();
    assert_eq!(confirmed["verified"], json!(true));
    assert_eq!(confirmed["user_id"], json!(id));

    let user = guest
        .post(
            "/api/auth/login/",
            json!({"email": "mira@example.org", "password": PASSWORD}),
        )
        .ok()["user"]
        .clone();
    assert_eq!(user["username"], json!("anamarialopez"));
    assert_eq!(user["display_name"], json!("Ana Maria Lopez"));
    assert_eq!(
        (&user["first_name"], &user["last_name"]),
        (&json!("Ana Maria"), &json!("Lopez"))
    );
    assert_eq!(user["user_type"], json!("child"));
}

#[test]
fn every_kind_of_person_can_sign_up_and_nobody_else() {
    let world = World::new();
    for kind in ["child", "parent", "teacher"] {
        let person = world.sign_up(kind, &format!("{kind}@example.org"), kind);
        assert_eq!(
            person.get("/api/auth/profile/").ok()["data"]["user_type"],
            json!(kind)
        );
    }
    for kind in [
        json!("admin"),
        json!("staff"),
        json!(""),
        json!(7),
        json!(null),
        json!(["child"]),
    ] {
        world
            .guest()
            .post(REGISTER, with("user_type", kind))
            .refused_fields(&["user_type"]);
    }
    assert_eq!(world.dump("users").len(), 3);
}

#[test]
fn an_admin_cannot_be_asked_for() {
    let world = World::new();
    let mut form = form("Mira", "mira@example.org");
    for name in ["is_admin", "is_staff", "is_superuser", "is_verified", "is_active"] {
        form[name] = json!(true);
    }
    world.guest().post(REGISTER, form).created();
    let (admin, verified): (bool, bool) = world.sql(|conn| {
        let mut row = conn.one("SELECT is_admin, email_verified_at IS NOT NULL FROM users", &[])?;
        Ok((row.take()?, row.take()?))
    });
    assert!(!admin && !verified);
}

#[test]
fn each_fault_is_told_at_its_field() {
    let world = World::new();
    let guest = world.guest();
    guest
        .post(REGISTER, json!({}))
        .refused_fields(&["name", "email", "password", "confirm_password"]);
    guest
        .post_nothing(REGISTER)
        .refused_fields(&["name", "email", "password", "confirm_password"]);
    for (field, values) in [
        (
            "name",
            vec![
                json!(""),
                json!("   "),
                json!(null),
                json!([]),
                json!("x".repeat(51)),
                json!("a\0b"),
            ],
        ),
        (
            "email",
            vec![
                json!("mira"),
                json!("mira@example"),
                json!("niña@example.org"),
                json!("a@b.c"),
                json!({}),
                json!(""),
            ],
        ),
        ("password", vec![json!(""), json!(null), json!(true)]),
        (
            "confirm_password",
            vec![json!(""), json!(null), json!("another-garden-7")],
        ),
    ] {
        for value in values {
            let body = guest.post(REGISTER, with(field, value.clone())).refused(400);
            assert!(body["details"].get(field).is_some(), "{field} {value}: {body}");
        }
    }
    let mut short = with("password", "seven77");
    short["confirm_password"] = json!("seven77");
    guest.post(REGISTER, short).refused_fields(&["password"]);
    assert_eq!(world.dump("users").len(), 0);
}

#[test]
fn a_name_of_fifty_and_a_password_of_eight_are_enough() {
    let world = World::new();
    let mut form = form(&"ñ".repeat(50), "mira@example.org");
    form["password"] = json!("pässwör8");
    form["confirm_password"] = json!("pässwör8");
    world.guest().post(REGISTER, form).created();
}

#[test]
fn a_password_is_kept_as_it_was_typed() {
    let world = World::new();
    let guest = world.guest();
    let password = "  blanks around  ";
    let mut form = form("Mira", "mira@example.org");
    form["password"] = json!(password);
    form["confirm_password"] = json!(password);
    guest.post(REGISTER, form).created();
    let code = world.code("verification", "mira@example.org");
    guest
        .post(
            "/api/auth/verify-email/",
            json!({"email": "mira@example.org", "verification_code": code}),
        )
        .ok();
    let sign_in = |password: &str| {
        guest.post(
            "/api/auth/login/",
            json!({"email": " mira@example.org ", "password": password}),
        )
    };
    sign_in(password.trim()).refused(401);
    sign_in(password).ok();
}

#[test]
fn an_endless_password_is_refused_be_it_all_blanks() {
    let world = World::new();
    for long in [
        "x".repeat(257),
        format!("x{}", " ".repeat(2000)),
        " ".repeat(2000),
    ] {
        let mut form = with("password", long.as_str());
        form["confirm_password"] = json!(long);
        world.guest().post(REGISTER, form).refused(400);
        world
            .guest()
            .post(
                "/api/auth/login/",
                json!({"email": "mira@example.org", "password": long}),
            )
            .refused(400);
    }
    let most = "💛".repeat(256);
    let mut form = with("password", most.as_str());
    form["confirm_password"] = json!(most);
    world.guest().post(REGISTER, form).created();
}

#[test]
fn the_second_of_a_name_gets_digits() {
    let world = World::new();
    let users: Vec<String> = (0..4)
        .map(|number| {
            let email = format!("mira{number}@example.org");
            world.guest().post(REGISTER, form("Mira Lopez", &email)).created();
            world.sql(move |conn| {
                conn.one("SELECT username FROM users WHERE email = $1", &[&email])?
                    .take()
            })
        })
        .collect();
    assert_eq!(users[0], "miralopez");
    for (place, user) in users.iter().enumerate().skip(1) {
        let digits = user.strip_prefix("miralopez").unwrap();
        assert!(
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
            "{user}"
        );
        assert!(!users[..place].contains(user));
    }
}

#[test]
fn signing_up_again_replaces_what_was_never_confirmed() {
    let world = World::new();
    let guest = world.guest();
    let first = guest
        .post(REGISTER, form("Mira Lopez", "mira@example.org"))
        .created();
    let old_code = world.code("verification", "mira@example.org");
    let second = guest
        .post(REGISTER, form("Mira Lopez", "MIRA@example.org"))
        .created();
    assert_ne!(first["user_id"], second["user_id"]);
    assert_eq!(world.dump("users").len(), 1);

    let code = world.code("verification", "MIRA@example.org");
    if old_code != code {
        guest
            .post(
                "/api/auth/verify-email/",
                json!({"email": "mira@example.org", "verification_code": old_code}),
            )
            .refused(400);
    }
    guest
        .post(
            "/api/auth/verify-email/",
            json!({"email": "mira@example.org", "verification_code": code}),
        )
        .ok();
    let user = world.sign_in("mira@example.org").get("/api/auth/profile/").ok();
    assert_eq!(
        user["data"]["username"],
        json!("miralopez"),
        "the name was free again"
    );
}

#[test]
fn a_taken_address_is_answered_like_a_new_one_and_its_owner_told() {
    let world = World::new();
    world.child("Mira");
    let before = world.dump("users");
    let fresh = world.guest().post(REGISTER, form("Ben", "ben@example.org"));
    let taken = world.guest().post(REGISTER, form("Mallory", "MIRA@example.org"));
    let later = world.guest().post(REGISTER, form("Zoe", "zoe@example.org"));
    assert_eq!(names_of(&taken), names_of(&fresh));
    let (fresh, taken, later) = (fresh.created(), taken.created(), later.created());
    assert_eq!(taken["email"], json!("MIRA@example.org"));
    for name in ["message", "requires_verification", "email_sent"] {
        assert_eq!(taken[name], fresh[name]);
    }
    let id = |answer: &Value| answer["user_id"].as_i64().unwrap();
    assert!(
        id(&fresh) < id(&taken) && id(&taken) < id(&later),
        "an id is spent as for anybody"
    );

    assert!(
        before.iter().all(|row| world.dump("users").contains(row)),
        "the owner's account is as it was"
    );
    let letters = world.mail_to("mira@example.org");
    assert_eq!(
        letters
            .iter()
            .map(|letter| letter.kind.as_str())
            .collect::<Vec<_>>(),
        ["already_registered"]
    );
    assert_eq!(letters[0].code, None);
    assert!(
        !letters[0].text.contains("Mallory"),
        "what a stranger typed is not mailed"
    );
}

#[test]
fn suspended_and_archived_accounts_are_neither_touched_nor_revealed() {
    let world = World::new();
    for (name, column) in [("Mira", "suspended_at"), ("Ben", "archived_at")] {
        let id = world.child(name).id();
        world.sql(move |conn| conn.execute(&format!("UPDATE users SET {column} = 1 WHERE id = $1"), &[&id]));
    }
    // Suspended before the address was confirmed: still nobody else's to take.
    world.person("Zoe", |person| person.is_verified = false);
    world.sql(|conn| conn.execute("UPDATE users SET suspended_at = 1 WHERE username = 'zoe'", &[]));
    let before = world.dump("users");

    let fresh = world.guest().post(REGISTER, form("Ann", "ann@example.org"));
    for email in ["mira@example.org", "ben@example.org", "zoe@example.org"] {
        let answer = world.guest().post(REGISTER, form("Mallory", email));
        assert_eq!(names_of(&answer), names_of(&fresh));
        let answer = answer.created();
        assert_eq!(answer["email_sent"], fresh.json["email_sent"]);
        assert_eq!(answer["message"], fresh.json["message"]);
        assert_eq!(world.mail_to(email), [], "nobody writes to {email}");
    }
    let after = world.dump("users");
    assert!(before.iter().all(|row| after.contains(row)));
    assert_eq!(after.len(), before.len() + 1);
}

#[test]
fn at_the_same_moment_one_address_is_one_account() {
    let world = World::new();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| {
                scope.spawn(|| {
                    world
                        .guest()
                        .post(REGISTER, form("Mira Lopez", "mira@example.org"))
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap().created();
        }
    });
    assert_eq!(world.dump("users").len(), 1);
}

#[test]
fn at_the_same_moment_one_name_is_many_user_names() {
    let world = World::new();
    thread::scope(|scope| {
        let world = &world;
        let threads: Vec<_> = (0..6)
            .map(|number| {
                scope.spawn(move || {
                    world
                        .guest()
                        .post(REGISTER, form("Mira", &format!("m{number}@example.org")))
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap().created();
        }
    });
    assert_eq!(world.dump("users").len(), 6);
}

#[test]
fn without_mail_the_answer_says_so() {
    let world = World::with(|config| config.mail.folder = None);
    let answer = world
        .guest()
        .post(REGISTER, form("Mira", "mira@example.org"))
        .created();
    assert_eq!(answer["email_sent"], json!(false));
    assert_eq!(answer["requires_verification"], json!(true));
    let sent = world
        .guest()
        .post(
            "/api/auth/resend-verification/",
            json!({"email": "mira@example.org"}),
        )
        .ok();
    assert_eq!(sent["email_sent"], json!(false));
}
