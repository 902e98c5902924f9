//! How often people may sign up, sign in, guess and search, with the limits on.

use serde_json::{Value, json};
use tinytales::clock::{HOUR, MINUTE, SECOND};
use tinytales::wire::origin::TrustedProxies;

use crate::support::{Answer, Client, PASSWORD, World};

const LOGIN: &str = "/api/auth/login/";
const WRONG: &str = "another-garden-7";

/// A world with limits behind a proxy, so that people can come from different networks.
fn strict() -> World {
    World::with(|config| {
        config.rate_limits = true;
        config.trusted_proxies = TrustedProxies::parse("127.0.0.1").unwrap();
    })
}

fn from(world: &World, network: &str) -> Client {
    world.guest().with_header("X-Forwarded-For", network)
}

fn login(client: &Client, email: &str, password: &str) -> Answer {
    client.post(LOGIN, json!({"email": email, "password": password}))
}

/// Asserts 429, and that the next try succeeds after exactly the time that the answer names.
#[track_caller]
fn comes_back(world: &World, longest: i64, again: impl Fn() -> Answer, expected: u16) {
    let refusal = again();
    assert_eq!(refusal.refused(429)["code"], json!("throttled"));
    let seconds: i64 = refusal.header("retry-after").unwrap().parse().unwrap();
    assert!(seconds * SECOND <= longest, "{seconds} s");
    world.advance((seconds - 1) * SECOND);
    if seconds > 1 {
        again().refused(429);
    }
    world.advance(SECOND);
    again().status(expected);
    again().refused(429);
}

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

fn sign_up(client: &Client, email: &str, password: &str) -> Answer {
    let form = json!({"name": "Mira", "email": email, "password": password, "confirm_password": password});
    client.post("/api/auth/register/", form)
}

#[test]
fn forty_sign_ups_an_hour_from_one_network() {
    let world = strict();
    let guest = from(&world, "9.9.9.9");
    // What is refused for its fields is not counted.
    for _ in 0..7 {
        guest
            .post("/api/auth/register/", json!({"name": "Mira"}))
            .refused(400);
    }
    let fresh = std::cell::Cell::new(0);
    let next = || {
        fresh.set(fresh.get() + 1);
        sign_up(&guest, &format!("mira{}@example.org", fresh.get()), PASSWORD)
    };
    for _ in 0..40 {
        next().created();
    }
    comes_back(&world, HOUR / 40, next, 201);
    sign_up(&from(&world, "9.9.9.10"), "ben@example.org", PASSWORD).created();
}

#[test]
fn sign_ups_count_among_the_mails_of_an_address() {
    let world = strict();
    let guest = from(&world, "9.9.9.9");
    sign_up(&guest, "mira@example.org", PASSWORD).created();
    let before = (world.dump("users"), world.dump("email_codes"));
    let answer = sign_up(&guest, "MIRA@example.org", "another-garden-7").created();
    assert_eq!(answer["email_sent"], json!(true));
    assert_eq!((world.dump("users"), world.dump("email_codes")), before);
    assert_eq!(world.mail().len(), 1);
    guest
        .post(
            "/api/auth/resend-verification/",
            json!({"email": "mira@example.org"}),
        )
        .refused(429);

    world.advance(MINUTE);
    sign_up(&guest, "mira@example.org", "another-garden-7").created();
    assert_eq!(world.mail().len(), 2);
    world.child("Ben");
    for expected in [3, 3] {
        sign_up(&guest, "ben@example.org", PASSWORD).created();
        assert_eq!(world.mail().len(), expected, "the hint is a mail like any other");
    }
}

#[test]
fn one_code_a_minute_and_five_an_hour_for_one_address() {
    for path in ["/api/auth/resend-verification/", "/api/auth/password-reset/send/"] {
        let world = strict();
        let ask = |network: usize, email: &str| {
            from(&world, &format!("9.9.9.{network}")).post(path, json!({"email": email}))
        };
        for number in 0..5 {
            ask(number, "mira@example.org").ok();
            ask(number, " MIRA@example.org ").refused(429);
            world.advance(MINUTE);
        }
        let refusal = ask(9, "mira@example.org");
        refusal.refused(429);
        ask(9, "ben@example.org").ok();
        let seconds: i64 = refusal.header("retry-after").unwrap().parse().unwrap();
        assert!(seconds <= 12 * 60, "{seconds}");
        world.advance(12 * MINUTE);
        ask(9, "mira@example.org").ok();
    }
}

#[test]
fn the_two_kinds_of_codes_do_not_wait_for_each_other() {
    let world = strict();
    let guest = from(&world, "9.9.9.9");
    guest
        .post(
            "/api/auth/resend-verification/",
            json!({"email": "mira@example.org"}),
        )
        .ok();
    guest
        .post(
            "/api/auth/password-reset/send/",
            json!({"email": "mira@example.org"}),
        )
        .ok();
}

#[test]
fn sixty_codes_an_hour_from_one_network() {
    let world = strict();
    let guest = from(&world, "9.9.9.9");
    let ask = |number: usize| {
        guest.post(
            "/api/auth/password-reset/send/",
            json!({"email": format!("nobody{number}@example.org")}),
        )
    };
    for number in 0..60 {
        ask(number).ok();
    }
    ask(60).refused(429);
    world.advance(MINUTE);
    ask(61).ok();
    ask(62).refused(429);
}

#[test]
fn sixty_guesses_a_quarter_of_an_hour_from_one_network() {
    let guesses: [(&str, Value); 3] = [
        (
            "/api/auth/verify-email/",
            json!({"email": "mira@example.org", "verification_code": "123456"}),
        ),
        (
            "/api/auth/password-reset/verify/",
            json!({"email": "mira@example.org", "code": "123456"}),
        ),
        (
            "/api/auth/password-reset/reset/",
            json!({"email": "mira@example.org", "code": "123456", "new_password": "a-new-garden-8"}),
        ),
    ];
    let world = strict();
    let guest = from(&world, "9.9.9.9");
    let guess = |number: usize| {
        let (path, body) = &guesses[number % 3];
        guest.post(path, body.clone())
    };
    for number in 0..60 {
        guess(number).refused(400);
    }
    for number in 0..3 {
        guess(number).refused(429);
    }
    comes_back(&world, 15 * SECOND, || guess(0), 400);
    let (path, body) = &guesses[0];
    from(&world, "9.9.9.10").post(path, body.clone()).refused(400);
}

#[test]
fn ten_wrong_guesses_at_ones_own_password() {
    let world = strict();
    let mira = world.child("Mira");
    let guess = |number: usize| match number % 3 {
        0 => mira.post(
            "/api/auth/change-password/",
            json!({"current_password": WRONG, "new_password": "a-new-garden-8"}),
        ),
        1 => mira.post(
            "/api/auth/change-email/",
            json!({"new_email": "other@example.org", "password": WRONG}),
        ),
        _ => mira.post("/api/auth/delete-account/", json!({"password": WRONG})),
    };
    for number in 0..10 {
        guess(number).refused(400);
    }
    for number in 0..3 {
        guess(number).refused(429);
    }
    // Not even the right one is looked at.
    mira.post("/api/auth/delete-account/", json!({"password": PASSWORD}))
        .refused(429);
    comes_back(&world, 15 * MINUTE / 10, || guess(0), 400);
    world
        .child("Ben")
        .post("/api/auth/delete-account/", json!({"password": PASSWORD}))
        .ok();
}

#[test]
fn the_right_password_clears_the_wrong_guesses() {
    let world = strict();
    let mira = world.child("Mira");
    for _ in 0..2 {
        for _ in 0..9 {
            mira.post("/api/auth/delete-account/", json!({"password": WRONG}))
                .refused(400);
        }
        mira.post(
            "/api/auth/change-email/",
            json!({"new_email": "mira@example.org", "password": PASSWORD}),
        )
        .ok();
    }
}

#[test]
fn sixty_profile_changes_a_minute_for_one_account() {
    let world = strict();
    let mira = world.child("Mira");
    let fresh = std::cell::Cell::new(0);
    let change = || {
        fresh.set(fresh.get() + 1);
        let bio = format!("{}", fresh.get());
        if fresh.get() % 2 == 0 {
            mira.patch("/api/auth/profile/", json!({"bio": bio}))
        } else {
            mira.put("/api/users/profile/update/", json!({"bio": bio}))
        }
    };
    for _ in 0..60 {
        change().ok();
    }
    comes_back(&world, SECOND, change, 200);
}

#[test]
fn sixty_searches_a_minute_for_one_account() {
    let world = strict();
    let mira = world.child("Mira");
    let search = || mira.get("/api/users/search/?q=ben");
    for _ in 0..60 {
        search().ok();
    }
    comes_back(&world, SECOND, search, 200);
    world.child("Ben").get("/api/users/search/").ok();
}

#[test]
fn only_the_word_of_the_proxy_counts() {
    let world = strict();
    let attempt = |forwarded: &str| login(&from(&world, forwarded), "nobody@example.org", WRONG).status;
    let fresh = |number: usize| {
        login(
            &from(&world, &format!("6.6.6.{number}, 9.9.9.9")),
            &format!("n{number}@example.org"),
            WRONG,
        )
        .status
    };
    for number in 0..50 {
        assert_eq!(fresh(number), 401);
    }
    assert_eq!(
        fresh(51),
        429,
        "what a client claims before the proxy's own word changes nothing"
    );
    assert_eq!(attempt("9.9.9.9, 8.8.8.8"), 401);
}

#[test]
fn a_stranger_cannot_name_his_network() {
    let world = World::with(|config| config.rate_limits = true);
    let attempt = |number: usize| {
        let guest = from(&world, &format!("6.6.6.{number}"));
        login(&guest, &format!("nobody{number}@example.org"), WRONG).status
    };
    assert_eq!(
        (0..52).map(attempt).collect::<Vec<_>>(),
        [[401; 50].as_slice(), &[429; 2]].concat()
    );
}

#[test]
fn neighbours_in_one_ipv6_network_count_as_one() {
    let world = strict();
    let attempt = |number: usize| {
        let guest = from(&world, &format!("2001:db8:1:2::{number:x}"));
        login(&guest, &format!("nobody{number}@example.org"), WRONG).status
    };
    assert_eq!((0..51).map(attempt).filter(|status| *status == 429).count(), 1);
    login(&from(&world, "2001:db8:1:3::1"), "nobody@example.org", WRONG).refused(401);
}
