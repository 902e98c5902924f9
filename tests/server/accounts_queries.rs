//! What accounts cost the database, in statements.

use serde_json::json;

use crate::support::{DJANGO_HASH, PASSWORD, World};

#[test]
fn a_sign_in_is_four_statements_at_most() {
    let world = World::new();
    world.child("Mira");
    let guest = world.guest();
    let sign_in = || {
        guest
            .post(
                "/api/auth/login/",
                json!({"email": "mira@example.org", "password": PASSWORD}),
            )
            .ok()
    };
    let queries = world.queries(sign_in);
    assert!((1..=4).contains(&queries), "{queries}");
    let refused = world.queries(|| {
        guest
            .post(
                "/api/auth/login/",
                json!({"email": "mira@example.org", "password": "another-garden-7"}),
            )
            .refused(401);
    });
    assert_eq!(refused, 1);
}

#[test]
fn a_sign_in_that_renews_an_old_hash_is_four_too() {
    let world = World::new();
    world.person("Mira", |person| DJANGO_HASH.clone_into(&mut person.password_hash));
    let guest = world.guest();
    let queries = world.queries(|| {
        guest
            .post(
                "/api/auth/login/",
                json!({"email": "mira@example.org", "password": PASSWORD}),
            )
            .ok();
    });
    assert!(queries <= 4, "{queries}");
}

#[test]
fn a_profile_is_one_statement_and_a_stranger_none() {
    let world = World::new();
    let mira = world.child("Mira");
    let cold = world.queries(|| mira.get("/api/auth/profile/").ok());
    assert_eq!(cold, 2, "the session is looked up once");
    for path in ["/api/auth/profile/", "/api/users/profile/"] {
        assert_eq!(world.queries(|| mira.get(path).ok()), 1);
    }
    let guest = world.guest();
    for stranger in [
        guest.clone(),
        guest.with_token("stale.old.token"),
        guest.with_header("Authorization", "Bearer a b"),
    ] {
        assert_eq!(
            world.queries(|| stranger.get("/api/auth/profile/").refused(401)),
            0
        );
    }
}

#[test]
fn renewing_is_one_statement() {
    let world = World::new();
    let mira = world.child("Mira");
    let guest = world.guest();
    let renew = || {
        guest
            .post("/api/auth/refresh/", json!({"refresh": mira.refresh()}))
            .ok()
    };
    assert_eq!(world.queries(renew), 1);
}

#[test]
fn a_search_costs_the_same_for_one_ten_and_a_hundred() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.get("/api/auth/profile/").ok();
    let mut people = 0;
    for size in [1, 10, 100] {
        world.crowd((people..size).map(|number| format!("Kid {number:03}")));
        people = size;
        for query in ["", "?q=kid", "?q=ki", "?q=kid&limit=50&offset=10"] {
            let queries = world.queries(|| {
                let answer = mira.get(&format!("/api/users/search/{query}")).ok();
                assert_eq!(answer["total"], json!(size));
            });
            assert_eq!(queries, 3, "{query} of {size}");
        }
    }
}
