//! How long a parent may look at the world as a child, and what ends it.

use serde_json::json;
use tinytales::clock::{DAY, HOUR, SECOND};
use tinytales::live;

use crate::families::{about, payload, renew};
use crate::family_switching::{hears, house, sessions};
use crate::order::Act;
use crate::support::{Client, Knock, NOTIFICATIONS, PASSWORD, World};

const PROFILE: &str = "/api/auth/profile/";

/// A way in which a view ends.
type Ending = fn(&World, &Client, i64);

#[test]
fn it_lives_for_a_day_and_no_refresh_prolongs_it() {
    let (world, paula, leo) = house();
    let view = paula.switches(leo);
    world.advance(23 * HOUR);
    let fresh = renew(&world, view.refresh()).ok();
    assert_eq!(
        fresh["refresh"],
        json!(view.refresh()),
        "it is never handed out anew"
    );
    assert_eq!(fresh["access"], fresh["access_token"]);
    let access = fresh["access"].as_str().unwrap();
    let claims = payload(access);
    assert_eq!(
        (&claims["act"], &claims["view"]),
        (&json!(paula.id()), &json!("child"))
    );
    assert_eq!(claims["exp"], payload(view.refresh())["exp"]);
    let client = world.guest().with_token(access);
    client.get(PROFILE).ok();
    world.advance(HOUR - SECOND);
    client.get(PROFILE).ok();
    world.advance(SECOND);
    client.get(PROFILE).refused(401);
    view.is_over(&world);
    paula.get(PROFILE).ok();
    renew(&world, paula.refresh()).ok();
}

#[test]
fn it_lives_no_longer_than_the_parents_own_sign_in() {
    let (world, paula, leo) = house();
    world.advance(365 * DAY - HOUR);
    let fresh = world.guest().with_token(
        world
            .app
            .keys
            .sign(&tinytales::accounts::tokens::Claims {
                token_type: tinytales::accounts::tokens::Kind::Access,
                exp: world.app.clock.now() / SECOND + 60,
                iat: 0,
                jti: String::new(),
                user_id: paula.id(),
                sid: payload(paula.access())["sid"].as_str().unwrap().to_owned(),
                act: None,
                view: None,
            })
            .as_str(),
    );
    let view = fresh.switches(leo);
    let ends = payload(paula.refresh())["exp"].clone();
    assert_eq!(payload(view.refresh())["exp"], ends);
}

#[test]
fn whatever_ends_the_parent_or_the_link_ends_the_view_and_its_socket() {
    let endings: [(&str, Ending); 10] = [
        ("the parent signs out", |world, paula, _| {
            let body = json!({"refresh_token": paula.refresh()});
            world.guest().post("/api/auth/logout/", body).ok();
        }),
        ("the parent changes the password", |_, paula, _| {
            let body = json!({"current_password": PASSWORD, "new_password": "another-garden-7"});
            paula.post("/api/auth/change-password/", body).ok();
        }),
        ("the parent sets a new password by mail", |world, paula, _| {
            let guest = world.guest();
            let email = paula.email();
            guest
                .post("/api/auth/password-reset/send/", json!({"email": email}))
                .ok();
            let code = world.code("password_reset", email);
            let body = json!({"email": email, "code": code, "new_password": "another-garden-7"});
            guest.post("/api/auth/password-reset/reset/", body).ok();
        }),
        ("the parent leaves", |_, paula, _| {
            paula
                .post("/api/auth/delete-account/", json!({"password": PASSWORD}))
                .ok();
        }),
        ("the parent parts from the child", |_, paula, child| {
            paula.delete(&about(child, "remove")).ok();
        }),
        ("the parent gives the child a password", |_, paula, child| {
            paula
                .post(&about(child, "sign-in"), json!({"password": PASSWORD}))
                .ok();
        }),
        ("the parent takes the child's password away", |_, paula, child| {
            paula.delete(&about(child, "sign-in")).ok();
        }),
        ("an administrator deactivates the parent", |world, paula, _| {
            let path = format!("/api/admin/users/{}/update/", paula.id());
            world.staff("Sam").put(&path, json!({"is_active": false})).ok();
        }),
        ("an administrator suspends the parent", |world, paula, _| {
            let path = format!("/api/admin/users/{}/suspend/", paula.id());
            world.staff("Sam").post(&path, json!({})).ok();
        }),
        ("the child is archived", |world, _, child| {
            let act = Act::Archive {
                user_id: child,
                by: None,
                reason: String::new(),
            };
            assert!(world.decides(act));
        }),
    ];
    for (name, ending) in endings {
        let (world, paula, leo) = house();
        // Another parent's view of the same child is another thing.
        let view = paula.switches(leo);
        view.goes_on();
        let mut socket = hears(&view);
        ending(&world, &paula, leo);
        assert_eq!(socket.closed(), 1000, "{name}");
        view.is_over(&world);
        let knock = Knock::at(NOTIFICATIONS).with(view.access());
        assert_eq!(knock.open(view.client.address()).err(), Some(403), "{name}");
    }
}

#[test]
fn a_parent_who_is_put_out_has_no_views() {
    for column in ["suspended_at", "archived_at"] {
        let (world, paula, leo) = house();
        let view = paula.switches(leo);
        view.goes_on();
        let mut socket = hears(&view);
        world.bars(&paula, column);
        // Without a word: it is felt with the next look.
        world.advance(30 * SECOND);
        assert_eq!(
            view.client.get(PROFILE).refused(401)["code"],
            json!("user_inactive")
        );
        renew(&world, view.refresh()).refused(401);
        live::sign_outs::announce(&world.app, &live::sign_outs::SignOut::everywhere(paula.id()));
        assert_eq!(socket.closed(), 1000);
    }
}

#[test]
fn a_socket_whose_parent_was_put_out_without_a_word_is_noticed() {
    let (world, paula, leo) = house();
    let view = paula.switches(leo);
    let mut socket = hears(&view);
    world.bars(&paula, "suspended_at");
    world.advance(299 * SECOND);
    // Not silent for all that time.
    assert!(socket.heard().is_empty());
    world.run(live::beat(&world.app));
    assert!(socket.heard().is_empty());
    world.advance(SECOND);
    world.run(live::beat(&world.app));
    assert_eq!(socket.closed(), 1000);
}

#[test]
fn views_of_others_and_of_other_devices_go_on() {
    let (world, paula, leo) = house();
    let (pia, mia) = (world.parent("Pia"), paula.has_child("mia_k"));
    let other = pia.id();
    world.sql(move |conn| tinytales::family::store::links::activate(conn, other, leo, 0));
    let tablet = world.sign_in(paula.email());
    let (here, there) = (paula.switches(leo), tablet.switches(leo));
    let (hers, sister) = (pia.switches(leo), paula.switches(mia));
    // Signing out ends what was opened by that sign-in.
    let body = json!({"refresh_token": tablet.refresh()});
    world.guest().post("/api/auth/logout/", body).ok();
    there.is_over(&world);
    for view in [&here, &hers, &sister] {
        view.goes_on();
    }
    // Signing the view out ends the view alone.
    let body = json!({"refresh_token": sister.refresh()});
    world.guest().post("/api/auth/logout/", body).ok();
    sister.is_over(&world);
    paula.get(PROFILE).ok();
    here.goes_on();
    // Parting ends one's own views alone.
    paula.delete(&about(leo, "remove")).ok();
    here.is_over(&world);
    hers.goes_on();
}

#[test]
fn views_are_bounded_and_push_no_sign_in_out() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    world.family(&paula, &mira);
    let first = paula.switches(mira.id());
    first.goes_on();
    for _ in 0..60 {
        world.advance(1);
        paula.switches(mira.id());
    }
    assert_eq!(sessions(&world), 1 + 1 + 10);
    renew(&world, first.refresh()).refused(401);
    mira.get(PROFILE).ok();
    renew(&world, mira.refresh()).ok();
    // Nor does a sign-in of the child push views out.
    let newest = paula.switches(mira.id());
    world.sign_in(mira.email());
    newest.goes_on();
}
