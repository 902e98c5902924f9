//! An administrator's own sign-in: who gets in, how long, what ends it, and that the token opens nothing else.

use serde_json::json;
use tinytales::clock::{HOUR, MINUTE, SECOND};
use tinytales::wire::origin::TrustedProxies;

use crate::administration::{LOGIN, admin_token, line, signs_in, with_admin_token};
use crate::drawings::names;
use crate::support::{Client, PASSWORD, World};

const STATS: &str = "/api/admin/dashboard/stats/";
const VERIFY: &str = "/api/admin/auth/verify/";
const LOGOUT: &str = "/api/admin/auth/logout/";
const WRONG: &str = "another-garden-7";

#[test]
fn administrators_get_a_token_and_are_told_who_they_are() {
    let world = World::new();
    let (ada, sam) = (world.admin("Ada"), world.admin("Sam"));
    let id = sam.id();
    world.sql(move |conn| conn.execute("UPDATE users SET is_superuser = FALSE WHERE id = $1", &[&id]));
    for (admin, name, is_superuser) in [(&ada, "Ada", true), (&sam, "Sam", false)] {
        // In whatever spelling.
        let answer = signs_in(&world.guest(), &admin.email().to_uppercase(), PASSWORD).ok();
        assert_eq!(names(&answer), ["admin_token", "message", "success", "user"]);
        assert_eq!(answer["success"], json!(true));
        let user = json!({"id": admin.id(), "username": name.to_lowercase(), "email": admin.email(),
            "display_name": name, "user_type": "child", "is_staff": true, "is_superuser": is_superuser});
        assert_eq!(answer["user"], user);
        let token = answer["admin_token"].as_str().unwrap();
        assert_eq!(token.split('.').count(), 3);
        with_admin_token(&world.guest(), token).get(STATS).ok();

        let verified = world.guest().post(VERIFY, json!({"token": token})).ok();
        let user = json!({"id": admin.id(), "username": name.to_lowercase(), "email": admin.email(),
            "is_staff": true, "is_superuser": is_superuser});
        assert_eq!(verified, json!({"success": true, "valid": true, "user": user}));
    }
}

#[test]
fn everybody_else_gets_the_same_answer() {
    let world = World::new();
    world.admin("Ada");
    let (olga, paul) = (
        world.person("Olga", |person| {
            (person.is_admin, person.is_verified) = (true, false);
        }),
        world.admin("Paul"),
    );
    world.bars(&paul, "suspended_at");
    let unknown = signs_in(&world.guest(), "nobody@example.org", PASSWORD).refused(401);
    assert_eq!(unknown["code"], json!("authentication_failed"));
    let before = world.dump("sessions");
    for (email, password) in [
        ("ada@example.org", WRONG),
        (world.child("Mira").email(), PASSWORD),
        (world.teacher("Tom").email(), PASSWORD),
        (olga.email(), PASSWORD),
        (paul.email(), PASSWORD),
    ] {
        assert_eq!(
            signs_in(&world.guest(), email, password).refused(401),
            unknown,
            "{email}"
        );
    }
    assert_eq!(
        world.dump("sessions").len(),
        before.len() + 2,
        "those of Mira and Tom"
    );
}

#[test]
fn what_is_missing_or_no_text_is_refused() {
    let world = World::new();
    for (body, fields) in [
        (json!({}), &["email", "password"][..]),
        (json!({"email": "ada@example.org"}), &["password"]),
        (json!({"email": null, "password": PASSWORD}), &["email"]),
        (json!({"email": "ada@example.org", "password": []}), &["password"]),
    ] {
        world.guest().post(LOGIN, body).refused_fields(fields);
    }
    for body in [
        json!({}),
        json!({"token": null}),
        json!({"token": " "}),
        json!({"token": {}}),
    ] {
        world.guest().post(VERIFY, body).refused_fields(&["token"]);
    }
    assert_eq!(world.record(), []);
}

#[test]
fn the_tokens_are_not_interchangeable() {
    let world = World::new();
    let ada = world.admin("Ada");
    let token = admin_token(&world, ada.email());
    let guest = world.guest();
    // An administrator's token opens nothing of the apps, and theirs nothing here.
    guest.with_token(&token).get("/api/auth/profile/").refused(401);
    guest.with_token(&token).get(STATS).refused(401);
    for stranger in [ada.access(), ada.refresh(), "null", "undefined", "a.b.c", "x y"] {
        with_admin_token(&guest, stranger).get(STATS).refused(401);
    }
    for stranger in [ada.access(), ada.refresh(), "a.b.c"] {
        guest.post(VERIFY, json!({"token": stranger})).refused(401);
    }
    guest
        .post("/api/auth/refresh/", json!({"refresh": token}))
        .refused(401);
    ada.get(STATS).refused(401);
}

#[test]
fn a_sign_in_lasts_eight_hours() {
    let world = World::new();
    world.admin("Ada");
    let token = admin_token(&world, "ada@example.org");
    let ada = with_admin_token(&world.guest(), &token);
    world.advance(8 * HOUR - SECOND);
    ada.get(STATS).ok();
    world.advance(SECOND);
    ada.get(STATS).refused(401);
    world.guest().post(VERIFY, json!({"token": token})).refused(401);
    // Signing out is no failure then.
    ada.post_nothing(LOGOUT).ok();
}

#[test]
fn signing_out_revokes_the_token_and_that_alone() {
    let world = World::new();
    let ada = world.admin("Ada");
    let (one, other) = (admin_token(&world, ada.email()), admin_token(&world, ada.email()));
    let (one, other) = (
        with_admin_token(&world.guest(), &one),
        with_admin_token(&world.guest(), &other),
    );
    one.get(STATS).ok();
    let answer = one.post_nothing(LOGOUT).ok();
    assert_eq!(names(&answer), ["message", "success"]);
    one.get(STATS).refused(401);
    other.get(STATS).ok();
    ada.get("/api/auth/profile/").ok();
    // Once more does no harm, and is not written down.
    one.post_nothing(LOGOUT).ok();
    world.guest().post_nothing(LOGOUT).refused(401);
    ada.post_nothing(LOGOUT).refused(401);
    let done = line("logout", "session", Some(ada.id()), true);
    assert_eq!(world.record().iter().filter(|line| **line == done).count(), 1);
}

#[test]
fn whoever_is_no_longer_active_or_no_administrator_is_out_at_once() {
    for change in [json!({"is_active": false}), json!({"is_staff": false})] {
        let world = World::new();
        let root = world.superuser("Root");
        let sam = world.admin("Sam");
        let token = admin_token(&world, sam.email());
        let at_dashboard = with_admin_token(&world.guest(), &token);
        at_dashboard.get(STATS).ok();
        root.put(&format!("/api/admin/users/{}/update/", sam.id()), change.clone())
            .ok();
        at_dashboard.get(STATS).refused(401);
        sam.get("/api/auth/profile/").refused(401);
        world.guest().post(VERIFY, json!({"token": token})).refused(401);
    }
    let world = World::new();
    let (root, sam) = (world.superuser("Root"), world.staff("Sam"));
    sam.get(STATS).ok();
    root.json(
        "DELETE",
        &format!("/api/admin/users/{}/delete/", sam.id()),
        json!({"reason": "left"}),
    )
    .ok();
    sam.get(STATS).refused(401);
}

#[test]
fn a_new_password_ends_it_at_once() {
    let world = World::new();
    let ada = world.admin("Ada");
    let at_dashboard = with_admin_token(&world.guest(), &admin_token(&world, ada.email()));
    at_dashboard.get(STATS).ok();
    let change = json!({"current_password": PASSWORD, "new_password": "cloudy-garden-8"});
    ada.post("/api/auth/change-password/", change).ok();
    at_dashboard.get(STATS).refused(401);
}

#[test]
fn what_was_taken_away_behind_the_servers_back_is_felt_by_the_next_act() {
    let world = World::new();
    let (sam, mira) = (world.staff("Sam"), world.child("Mira"));
    sam.get(STATS).ok();
    world.sql(|conn| conn.execute("UPDATE users SET is_admin = FALSE", &[]));
    // Looks are believed for half a minute; acts are not.
    sam.get(STATS).ok();
    let before = world.dump("users");
    sam.post_nothing(&format!("/api/admin/users/{}/suspend/", mira.id()))
        .refused(401);
    assert_eq!(world.dump("users"), before);
    world.advance(MINUTE);
    sam.get(STATS).refused(401);
}

#[test]
fn who_comes_in_and_who_does_not_is_written_down() {
    let world = World::new();
    let (ada, mira) = (world.admin("Ada"), world.child("Mira"));
    let guest = world.guest().with_header("User-Agent", "Dashboard/1.0");
    signs_in(&guest, ada.email(), PASSWORD).ok();
    signs_in(&guest, ada.email(), WRONG).refused(401);
    signs_in(&guest, mira.email(), PASSWORD).refused(401);
    signs_in(&guest, "nobody@example.org", PASSWORD).refused(401);
    let lines = world.record();
    assert_eq!(
        lines,
        [
            line("login", "session", Some(ada.id()), true),
            line("login", "session", Some(ada.id()), false),
            line("login", "session", Some(mira.id()), false),
            line("login", "session", None, false),
        ]
    );
    let dump = world.dump("audit_log").join("\n");
    assert!(dump.contains("Dashboard/1.0") && dump.contains("127.0.0.1") && dump.contains("unknown"));
    assert!(!dump.contains('@'), "no address is kept: {dump}");
    assert!(!dump.contains(WRONG) && !dump.contains(PASSWORD));
}

#[test]
fn the_console_writes_it_down_too() {
    let world = World::new();
    let ada = world.admin("Ada");
    let send = |password: &str| {
        let form = format!("email=ada%40example.org&password={password}");
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        world
            .guest()
            .raw("POST", "/ops/sign-in", &[kind], form.as_bytes())
    };
    send(PASSWORD).status(303);
    send(WRONG).status(401);
    assert_eq!(
        world.record(),
        [
            line("login", "console", Some(ada.id()), true),
            line("login", "console", Some(ada.id()), false),
        ]
    );
}

#[test]
fn a_sign_in_leaves_its_date() {
    let world = World::new();
    let (ada, mira) = (world.admin("Ada"), world.child("Mira"));
    let last_login = |person: &Client| -> Option<i64> {
        let id = person.id();
        world.sql(move |conn| {
            conn.one("SELECT last_login FROM users WHERE id = $1", &[&id])?
                .take()
        })
    };
    assert_eq!((last_login(&ada), last_login(&mira)), (None, None));
    world.advance(HOUR);
    let now = world.app.clock.now();
    admin_token(&world, ada.email());
    world.sign_in(mira.email());
    assert_eq!((last_login(&ada), last_login(&mira)), (Some(now), Some(now)));
}

/// Limits on, behind a proxy, so that people can come from different networks.
fn strict() -> World {
    World::with(|config| {
        config.rate_limits = true;
        config.trusted_proxies = TrustedProxies::parse("127.0.0.1").unwrap();
    })
}

fn from(world: &World, network: &str) -> Client {
    world.guest().with_header("X-Forwarded-For", network)
}

#[test]
fn an_account_may_fail_five_times_in_a_quarter_of_an_hour() {
    let world = strict();
    world.admin("Ada");
    for number in 0..5 {
        signs_in(
            &from(&world, &format!("9.9.9.{number}")),
            "ada@example.org",
            WRONG,
        )
        .refused(401);
    }
    let lines = world.record().len();
    let refusal = signs_in(&from(&world, "9.9.9.9"), "ada@example.org", PASSWORD);
    refusal.refused(429);
    assert_eq!(
        world.record().len(),
        lines,
        "what is not looked at is not written down"
    );
    world.advance(15 * MINUTE);
    signs_in(&from(&world, "9.9.9.9"), "ada@example.org", PASSWORD).ok();
}

#[test]
fn a_network_may_fail_five_times_in_a_quarter_of_an_hour() {
    let world = strict();
    world.admin("Ada");
    let here = from(&world, "9.9.9.9");
    for number in 0..5 {
        signs_in(&here, &format!("nobody{number}@example.org"), WRONG).refused(401);
    }
    signs_in(&here, "ada@example.org", PASSWORD).refused(429);
    signs_in(&from(&world, "9.9.9.10"), "ada@example.org", PASSWORD).ok();
}

#[test]
fn a_right_password_of_somebody_else_is_a_failure_like_any_other() {
    let world = strict();
    let mira = world.child("Mira");
    for number in 0..5 {
        let password = if number % 2 == 0 { PASSWORD } else { WRONG };
        signs_in(&from(&world, &format!("9.9.9.{number}")), mira.email(), password).refused(401);
    }
    signs_in(&from(&world, "9.9.9.9"), mira.email(), PASSWORD).refused(429);
}

#[test]
fn sign_ins_that_succeed_are_no_failures() {
    let world = strict();
    world.admin("Ada");
    for _ in 0..8 {
        signs_in(&from(&world, "9.9.9.9"), "ada@example.org", PASSWORD).ok();
    }
}

#[test]
fn whoever_is_told_to_come_again_is_not_locked_out_for_it() {
    let world = strict();
    world.admin("Ada");
    let here = from(&world, "9.9.9.9");
    world.while_hashing_is_full(|| {
        for _ in 0..8 {
            signs_in(&here, "ada@example.org", PASSWORD).refused(503);
        }
    });
    signs_in(&here, "ada@example.org", PASSWORD).ok();
}
