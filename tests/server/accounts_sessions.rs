//! Tokens: what they say, how long they last, how they are renewed and how they end.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tinytales::accounts::tokens::{Claims, Kind, random_hex};
use tinytales::clock::{DAY, SECOND};

use crate::support::{Answer, Client, SECRET, World};

const PROFILE: &str = "/api/auth/profile/";
const REFRESH: &str = "/api/auth/refresh/";
const LOGOUT: &str = "/api/auth/logout/";

/// The second of the payload of a token.
fn payload(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap()
}

/// A token of any content; signed with `key`, or with an empty signature.
fn forge(header: &Value, payload: &Value, key: Option<&[u8]>) -> String {
    let signed = format!(
        "{}.{}",
        BASE64.encode(header.to_string()),
        BASE64.encode(payload.to_string())
    );
    let signature = key.map(|key| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(signed.as_bytes());
        BASE64.encode(mac.finalize().into_bytes())
    });
    format!("{signed}.{}", signature.unwrap_or_default())
}

fn renew(guest: &Client, token: &str) -> Answer {
    guest.post(REFRESH, json!({"refresh": token}))
}

#[track_caller]
fn refused_as_stale(answer: &Answer) {
    let body = answer.refused(401);
    assert_eq!(body["code"], json!("token_not_valid"));
    assert_eq!(
        body["messages"],
        json!([{"token_class": "AccessToken", "token_type": "access", "message": body["detail"]}])
    );
}

/// Ends somebody's account in a way that sessions must feel, once they are looked up again.
fn bar(world: &World, client: &Client, column: &'static str) {
    let id = client.id();
    world.sql(move |conn| conn.execute(&format!("UPDATE users SET {column} = 1 WHERE id = $1"), &[&id]));
    world.app.sessions.forget_account(id);
}

#[test]
fn a_null_beside_the_refresh_token_does_no_harm() {
    let world = World::new();
    let mira = world.child("Mira");
    let body = json!({"refresh": null, "refresh_token": mira.refresh()});
    world.guest().post("/api/auth/refresh/", body).ok();
}

#[test]
fn tokens_say_what_the_apps_read() {
    let world = World::new();
    let mira = world.child("Mira");
    let now = world.app.clock.now() / SECOND;
    for (token, kind, days) in [(mira.access(), "access", 30), (mira.refresh(), "refresh", 365)] {
        let claims = payload(token);
        assert_eq!(claims["token_type"], json!(kind));
        assert_eq!(claims["user_id"], json!(mira.id()));
        assert_eq!(claims["iat"], json!(now));
        assert_eq!(claims["exp"], json!(now + days * 86_400));
        assert_eq!(claims["jti"].as_str().unwrap().len(), 32);
    }
}

#[test]
fn an_access_token_expires() {
    let world = World::new();
    let mira = world.child("Mira");
    world.advance(30 * DAY - SECOND);
    mira.get(PROFILE).ok();
    world.advance(SECOND);
    refused_as_stale(&mira.get(PROFILE));
}

#[test]
fn tokens_that_we_did_not_make_are_worth_nothing() {
    let world = World::new();
    let mira = world.child("Mira");
    let (good, header) = (payload(mira.access()), json!({"alg": "HS256", "typ": "JWT"}));
    let (signed, signature) = mira.access().rsplit_once('.').unwrap();
    let (_, body) = signed.split_once('.').unwrap();
    let none = BASE64.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let mut of_the_old_server = good.clone();
    of_the_old_server.as_object_mut().unwrap().remove("sid");
    let mut raised = good.clone();
    raised["user_id"] = json!(world.admin("Ada").id());
    let mut cut = mira.access().to_owned();
    cut.pop();
    for token in [
        forge(&header, &of_the_old_server, Some(SECRET.as_bytes())),
        forge(&header, &good, Some(SECRET.as_bytes())),
        forge(&header, &good, Some(b"")),
        forge(&json!({"alg": "none", "typ": "JWT"}), &good, None),
        forge(&header, &good, None),
        format!("{none}.{body}.{signature}"),
        format!(
            "{}.{}.{signature}",
            BASE64.encode(header.to_string()),
            BASE64.encode(raised.to_string())
        ),
        mira.refresh().to_owned(),
        cut,
        "demo_access_token".to_owned(),
        "..".to_owned(),
        "x".repeat(5_000),
    ] {
        refused_as_stale(&world.guest().with_token(&token).get(PROFILE));
    }
}

#[test]
fn a_signature_alone_is_not_a_session() {
    let world = World::new();
    let (mira, ada) = (world.child("Mira"), world.admin("Ada"));
    let now = world.app.clock.now() / SECOND;
    let sid = |client: &Client| payload(client.access())["sid"].as_str().unwrap().to_owned();
    let claims = |user_id, sid| Claims {
        token_type: Kind::Access,
        exp: now + 60,
        iat: now,
        jti: random_hex(),
        user_id,
        sid,
        act: None,
        view: None,
    };
    for claims in [
        claims(mira.id(), random_hex()),
        claims(ada.id(), sid(&mira)),
        claims(mira.id(), String::new()),
    ] {
        let token = world.app.keys.sign(&claims);
        refused_as_stale(&world.guest().with_token(&token).get(PROFILE));
    }
}

#[test]
fn careless_headers_are_guests_and_three_words_are_a_fault() {
    let world = World::new();
    let mira = world.child("Mira");
    let with = |value: &str| {
        world
            .guest()
            .with_header("Authorization", value)
            .get(PROFILE)
            .refused(401)
    };
    for value in [
        "Bearer null",
        "Bearer undefined",
        "Bearer",
        "",
        "Basic eDp5",
        "AdminBearer x.y.z",
    ] {
        assert_eq!(with(value)["code"], json!("not_authenticated"), "{value:?}");
    }
    assert_eq!(
        with(&format!("bearer {}", mira.access()))["code"],
        json!("not_authenticated")
    );
    assert_eq!(
        with(&format!("Bearer {} more", mira.access()))["code"],
        json!("bad_authorization_header")
    );
    assert_eq!(
        world.guest().get(PROFILE).refused(401)["code"],
        json!("not_authenticated")
    );
}

#[test]
fn public_addresses_refuse_a_bad_token_and_take_none() {
    let world = World::new();
    refused_as_stale(&world.guest().with_token("stale.old.token").get("/api/stories/"));
    for guest in [
        world.guest(),
        world.guest().with_token("null"),
        world.guest().with_token("undefined"),
    ] {
        guest.get("/api/stories/").ok();
    }
}

#[test]
fn sign_up_addresses_ignore_the_header() {
    let world = World::new();
    let guest = world.guest().with_token("stale.old.token");
    for path in [
        "register",
        "verify-email",
        "resend-verification",
        "login",
        "password-reset/send",
        "password-reset/verify",
        "password-reset/reset",
        "verify-password",
    ] {
        guest.post(&format!("/api/auth/{path}/"), json!({})).refused(400);
    }
    guest.post(LOGOUT, json!({})).ok();
    let mira = world.child("Mira");
    renew(&guest, mira.refresh()).ok();
}

#[test]
fn both_apps_can_renew() {
    let world = World::new();
    let mira = world.child("Mira");
    world.advance(DAY);
    for field in ["refresh", "refresh_token"] {
        let answer = world.guest().post(REFRESH, json!({field: mira.refresh()})).ok();
        let mut names: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["access", "access_token", "refresh", "refresh_token"]);
        assert_eq!(answer["access"], answer["access_token"]);
        assert_eq!(answer["refresh"], answer["refresh_token"]);
        assert_eq!(
            answer["refresh"],
            json!(mira.refresh()),
            "far from its end it stays the same"
        );
        let access = answer["access"].as_str().unwrap();
        assert_ne!(access, mira.access());
        assert_eq!(
            payload(access)["exp"],
            json!(world.app.clock.now() / SECOND + 30 * 86_400)
        );
        world.guest().with_token(access).get(PROFILE).ok();
    }
    mira.get(PROFILE).ok();
}

#[test]
fn near_its_end_a_sign_in_is_prolonged() {
    let world = World::new();
    let mira = world.child("Mira");
    world.advance(340 * DAY);
    let answer = renew(&world.guest(), mira.refresh()).ok();
    let new = answer["refresh"].as_str().unwrap();
    assert_ne!(new, mira.refresh());
    assert_eq!(
        payload(new)["exp"],
        json!(world.app.clock.now() / SECOND + 365 * 86_400)
    );
    world
        .guest()
        .with_token(answer["access"].as_str().unwrap())
        .get(PROFILE)
        .ok();

    // The app that throws the new one away goes on with the old one, as long as that one lasts.
    world.advance(10 * DAY);
    let again = renew(&world.guest(), mira.refresh()).ok();
    assert_ne!(
        again["refresh"],
        json!(mira.refresh()),
        "it is offered a new one each time"
    );
    world.advance(15 * DAY);
    renew(&world.guest(), mira.refresh()).refused(401);
    renew(&world.guest(), new).ok();
}

#[test]
fn what_cannot_renew_is_401() {
    let world = World::new();
    let mira = world.child("Mira");
    let guest = world.guest();
    for body in [
        json!({}),
        json!({"refresh": ""}),
        json!({"refresh": null}),
        json!({"refresh": 7}),
        json!({"refresh": "demo_refresh_token"}),
        json!({"refresh": "stale.old.token"}),
        json!({"refresh": mira.access()}),
        json!({"refresh_token": mira.access()}),
    ] {
        assert_eq!(
            guest.post(REFRESH, body).refused(401)["code"],
            json!("token_not_valid")
        );
    }
    guest.post_nothing(REFRESH).refused(401);
    world.advance(365 * DAY);
    renew(&guest, mira.refresh()).refused(401);
}

#[test]
fn who_is_barred_or_gone_cannot_renew_nor_call() {
    let world = World::new();
    for (name, column) in [("Sam", "suspended_at"), ("Ari", "archived_at")] {
        let person = world.child(name);
        person.get(PROFILE).ok();
        bar(&world, &person, column);
        assert_eq!(
            renew(&world.guest(), person.refresh()).refused(401)["code"],
            json!("token_not_valid")
        );
        assert_eq!(person.get(PROFILE).refused(401)["code"], json!("user_inactive"));
    }
    let gone = world.child("Gil");
    gone.post(
        "/api/auth/delete-account/",
        json!({"password": crate::support::PASSWORD}),
    )
    .ok();
    renew(&world.guest(), gone.refresh()).refused(401);
    refused_as_stale(&gone.get(PROFILE));
}

#[test]
fn a_suspension_is_felt_within_half_a_minute() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.get(PROFILE).ok();
    world.sql(|conn| conn.execute("UPDATE users SET suspended_at = 1", &[]));
    world.advance(30 * SECOND);
    assert_eq!(mira.get(PROFILE).refused(401)["code"], json!("user_inactive"));
}

#[test]
fn signing_out_ends_the_sign_in_at_once() {
    let world = World::new();
    let mira = world.child("Mira");
    let elsewhere = world.sign_in(mira.email());
    for client in [&mira, &elsewhere] {
        client.get(PROFILE).ok();
    }
    let answer = world
        .guest()
        .post(LOGOUT, json!({"refresh_token": mira.refresh()}))
        .ok();
    assert!(answer["message"].is_string());
    refused_as_stale(&mira.get(PROFILE));
    renew(&world.guest(), mira.refresh()).refused(401);
    elsewhere.get(PROFILE).ok();

    elsewhere
        .post(LOGOUT, json!({"refresh": elsewhere.refresh()}))
        .ok();
    refused_as_stale(&elsewhere.get(PROFILE));
}

#[test]
fn signing_out_is_always_200() {
    let world = World::new();
    let mira = world.child("Mira");
    let guest = world.guest();
    guest.post_nothing(LOGOUT).ok();
    for token in [
        json!("stale.old.token"),
        json!(null),
        json!(7),
        json!(mira.access()),
    ] {
        guest.post(LOGOUT, json!({"refresh_token": token})).ok();
    }
    mira.get(PROFILE).ok();
    for _ in 0..2 {
        guest.post(LOGOUT, json!({"refresh_token": mira.refresh()})).ok();
    }
    guest
        .with_token("stale.old.token")
        .post(LOGOUT, json!({"refresh_token": mira.refresh()}))
        .ok();
}
