//! How often people may sign up, ask for codes, guess and search, with the limits on.

use serde_json::{Value, json};
use tinytales::clock::{HOUR, MINUTE, SECOND};
use tinytales::wire::origin::TrustedProxies;

use crate::support::{Answer, Client, PASSWORD, World};

pub const LOGIN: &str = "/api/auth/login/";
pub const WRONG: &str = "another-garden-7";

/// A world with limits behind a proxy, so that people can come from different networks.
pub fn strict() -> World {
    World::with(|config| {
        config.rate_limits = true;
        config.trusted_proxies = TrustedProxies::parse("127.0.0.1").unwrap();
    })
}

pub fn from(world: &World, network: &str) -> Client {
    world.guest().with_header("X-Forwarded-For", network)
}

pub fn login(client: &Client, email: &str, password: &str) -> Answer {
    client.post(LOGIN, json!({"email": email, "password": password}))
}

/// Asserts 429, and that the next try succeeds after exactly the time that the answer names.
#[track_caller]
pub fn comes_back(world: &World, longest: i64, again: impl Fn() -> Answer, expected: u16) {
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
