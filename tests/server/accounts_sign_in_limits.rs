//! How often people may sign in and be wrong, with the limits on.

use serde_json::json;
use tinytales::clock::{MINUTE, SECOND};

use crate::accounts_limits::{WRONG, comes_back, from, login, strict};
use crate::support::{Client, PASSWORD};

#[test]
fn sixty_sign_ins_a_minute_from_one_network() {
    let world = strict();
    world.child("Mira");
    let guest = from(&world, "9.9.9.9");
    for _ in 0..60 {
        login(&guest, "mira@example.org", PASSWORD).ok();
    }
    comes_back(
        &world,
        SECOND,
        || login(&guest, "mira@example.org", PASSWORD),
        200,
    );
    login(&from(&world, "9.9.9.10"), "mira@example.org", PASSWORD).ok();
}

#[test]
fn fifty_failures_in_ten_minutes_from_one_network() {
    let world = strict();
    let guest = from(&world, "9.9.9.9");
    let fresh = std::cell::Cell::new(0);
    let fail = || {
        fresh.set(fresh.get() + 1);
        login(&guest, &format!("nobody{}@example.org", fresh.get()), WRONG)
    };
    // A class of thirty that mistypes, and then some.
    for _ in 0..50 {
        fail().refused(401);
    }
    comes_back(&world, 12 * SECOND, fail, 401);
    world.child("Mira");
    login(&from(&world, "9.9.9.10"), "mira@example.org", PASSWORD).ok();
}

#[test]
fn failures_are_counted_before_they_are_known() {
    let world = strict();
    world.child("Mira");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..12)
            .map(|_| {
                let guest = from(&world, "9.9.9.1");
                scope.spawn(move || login(&guest, "mira@example.org", WRONG).status)
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 401).count(),
        5,
        "{statuses:?}"
    );
}

#[test]
fn five_failures_a_quarter_of_an_hour_for_one_account_from_one_network() {
    let world = strict();
    world.child("Mira");
    let network = |number: usize| from(&world, &format!("9.9.9.{number}"));
    for number in 0..5 {
        // In other spellings: it is still the one account.
        let email = if number % 2 == 0 {
            "mira@example.org"
        } else {
            " MIRA@example.org"
        };
        login(&network(6), email, WRONG).refused(401);
    }
    let refusal = login(&network(6), "mira@example.org", PASSWORD);
    refusal.refused(429);
    let seconds: i64 = refusal.header("retry-after").unwrap().parse().unwrap();
    assert!(
        (1..=180).contains(&seconds),
        "one comes back every three minutes: {seconds}"
    );
    world.advance(seconds * SECOND);
    // The right password clears the account: five more may fail.
    login(&network(6), "mira@example.org", PASSWORD).ok();
    for _ in 0..5 {
        login(&network(6), "mira@example.org", WRONG).refused(401);
    }
    login(&network(6), "mira@example.org", PASSWORD).refused(429);
}

#[test]
fn whoever_is_held_up_in_one_place_gets_in_elsewhere() {
    let world = strict();
    let paula = world.parent("Paula");
    let leo = paula.has_child("leo_r");
    let set = |parent: &Client| {
        parent.post(
            &format!("/api/parent/children/{leo}/sign-in/"),
            json!({"password": PASSWORD}),
        )
    };
    set(&paula).ok();
    let (school, home) = (from(&world, "9.9.9.1"), from(&world, "9.9.9.2"));
    // Somebody in the class tries for an hour and a half.
    for _ in 0..30 {
        while login(&school, "leo_r", WRONG).status == 401 {}
        login(&home, "leo_r", PASSWORD).ok();
        world.advance(3 * MINUTE);
    }
    while login(&school, "leo_r", WRONG).status == 401 {}
    login(&school, "leo_r", PASSWORD).refused(429);
    // Whoever looks after the account gives it a password there, and the child is in.
    set(&paula.with_header("X-Forwarded-For", "9.9.9.1")).ok();
    login(&school, "leo_r", PASSWORD).ok();
}

#[test]
fn a_teacher_lets_a_child_in_who_was_held_up_in_class() {
    let world = strict();
    let ada = world.teacher("Ada").with_header("X-Forwarded-For", "9.9.9.1");
    let class = ada.founds("5B");
    let made = ada
        .post(
            &format!("/api/teacher/classes/{class}/roster/"),
            json!({"names": ["Leo"]}),
        )
        .created();
    let leo = made["students"][0].clone();
    let username = leo["username"].as_str().unwrap();
    let school = from(&world, "9.9.9.1");
    while login(&school, username, WRONG).status == 401 {}
    let renewed = ada
        .post(
            &format!("/api/teacher/classes/{class}/roster/passwords/"),
            json!({"student_ids": [leo["id"]]}),
        )
        .ok();
    let password = renewed["students"][0]["password"].as_str().unwrap();
    login(&school, username, password).ok();
}

#[test]
fn forty_failures_an_hour_for_one_account_from_everywhere() {
    let world = strict();
    world.child("Mira");
    for number in 0..40 {
        let network = from(&world, &format!("9.9.{}.1", number / 4));
        login(&network, "mira@example.org", WRONG).refused(401);
    }
    let fresh = from(&world, "9.9.100.1");
    comes_back(
        &world,
        90 * SECOND,
        || login(&fresh, "mira@example.org", WRONG),
        401,
    );
    // A right one gives back no more than its own.
    world.advance(90 * SECOND);
    login(&fresh, "mira@example.org", PASSWORD).ok();
    login(&fresh, "mira@example.org", WRONG).refused(401);
    login(&fresh, "mira@example.org", PASSWORD).refused(429);
}

#[test]
fn whoever_is_told_to_come_again_is_not_locked_out_for_it() {
    let world = strict();
    let mira = world.child("Mira");
    let network = |number: usize| from(&world, &format!("9.9.9.{number}"));
    let delete = || mira.post("/api/auth/delete-account/", json!({"password": WRONG}));
    world.while_hashing_is_full(|| {
        for number in 0..20 {
            login(&network(number), "mira@example.org", PASSWORD).refused(503);
            delete().refused(503);
        }
    });
    login(&network(20), "mira@example.org", PASSWORD).ok();
    delete().refused(400);
}

#[test]
fn sign_ins_that_succeed_are_not_failures() {
    let world = strict();
    world.child("Mira");
    for number in 0..8 {
        login(
            &from(&world, &format!("9.9.9.{number}")),
            "mira@example.org",
            PASSWORD,
        )
        .ok();
    }
}

#[test]
fn unknown_addresses_are_limited_like_known_ones() {
    let world = strict();
    world.child("Mira");
    let answers = |email: &str| -> Vec<u16> {
        (0..7)
            .map(|_| login(&from(&world, &format!("{}.0.0.1", email.len())), email, WRONG).status)
            .collect()
    };
    assert_eq!(answers("mira@example.org"), answers("nobody@example.org"));
}

#[test]
fn proving_ones_identity_is_limited_like_signing_in() {
    let world = strict();
    let paula = world.parent("Paula").with_header("X-Forwarded-For", "9.9.9.9");
    let prove = || {
        paula.post(
            "/api/auth/verify-password/",
            json!({"email": "paula@example.org", "password": WRONG}),
        )
    };
    for _ in 0..5 {
        prove().refused(400);
    }
    comes_back(&world, 3 * MINUTE, prove, 400);
}
