//! A parent who looks at the world as a child: what that may, what it may not, and what ends it.

use std::thread;

use serde_json::{Value, json};
use tinytales::clock::{HOUR, SECOND};

use crate::drawings::{names, plain_story};
use crate::families::{View, about, payload, renew};
use crate::support::{Client, Knock, NOTIFICATIONS, PASSWORD, Socket, World};

const PROFILE: &str = "/api/auth/profile/";

const PROVE: &str = "/api/auth/verify-password/";

pub fn house() -> (World, Client, i64) {
    let world = World::new();
    let paula = world.parent("Paula");
    let leo = paula.has_child("leo_r");
    (world, paula, leo)
}

#[track_caller]
pub fn hears(view: &View) -> Socket {
    let mut socket = Knock::at(NOTIFICATIONS)
        .with(view.access())
        .open(view.client.address())
        .unwrap();
    socket.until("connection");
    socket
}

pub fn sessions(world: &World) -> usize {
    world.dump("sessions").len()
}

#[test]
fn the_answer_is_what_the_apps_take_for_a_sign_in() {
    let (world, paula, leo) = house();
    let now = world.app.clock.now() / SECOND;
    let view = paula.switches(leo);
    let answer = &view.answer;
    assert_eq!(
        names(answer),
        [
            "is_child_view",
            "message",
            "parent_id",
            "success",
            "tokens",
            "user"
        ]
    );
    assert_eq!(
        (&answer["parent_id"], &answer["is_child_view"]),
        (&json!(paula.id()), &json!(true))
    );
    assert_eq!(names(&answer["tokens"]), ["access", "refresh"]);
    assert_eq!(
        answer["user"],
        json!({"id": leo, "username": "leo_r", "email": "", "name": "Leo Ros", "user_type": "child", "avatar": "📚",
            "selected_avatar_border": "basic",
            "profile": {"avatar": null, "bio": null, "display_name": "Leo Ros", "user_type": "child"}})
    );
    for (token, kind) in [(view.access(), "access"), (view.refresh(), "refresh")] {
        let claims = payload(token);
        assert_eq!(claims["token_type"], json!(kind));
        assert_eq!(
            (&claims["user_id"], &claims["act"]),
            (&json!(leo), &json!(paula.id()))
        );
        assert_eq!(claims["view"], json!("child"));
        assert_eq!(claims["exp"], json!(now + 86_400), "a day at most");
    }
    assert!(payload(paula.access()).get("act").is_none());
    let own = view.client.get(PROFILE).ok()["data"].clone();
    assert_eq!((&own["id"], &own["user_type"]), (&json!(leo), &json!("child")));
    // The parent's own tokens stay good.
    paula.get(PROFILE).ok();
    renew(&world, paula.refresh()).ok();
}

#[test]
fn it_writes_as_the_child_and_stands_in_the_record() {
    let (world, paula, leo) = house();
    let device = paula.with_header("User-Agent", "Storybook/7 (tablet)");
    let view = device.switches(leo);
    let story = view.client.publishes(plain_story("the kettle"));
    assert_eq!(world.guest().reads(story)["author"], json!(leo));
    let record = world.dump("audit_log");
    assert_eq!(record.len(), 1);
    for part in [
        format!("admin_id=Int({})", paula.id()),
        format!("target_id=Int({leo})"),
        "admin_username=Text(\"paula\")".to_owned(),
        "action=Text(\"switch_view\")".to_owned(),
        "network=Text(\"127.0.0.1\")".to_owned(),
        "user_agent=Text(\"Storybook/7 (tablet)\")".to_owned(),
        "status=Text(\"success\")".to_owned(),
    ] {
        assert!(record[0].contains(&part), "{part} in {}", record[0]);
    }
    // One that is refused stands nowhere and opens nothing.
    let before = sessions(&world);
    world
        .parent("Pia")
        .post_nothing(&about(leo, "switch-view"))
        .refused(403);
    assert_eq!((world.dump("audit_log").len(), sessions(&world)), (1, before + 1));
}

#[test]
fn only_parents_of_active_children_switch() {
    let (world, paula, leo) = house();
    let (tina, mira) = (world.teacher("Tina"), world.child("Mira"));
    let pupil = tina.has_child("pupil");
    world.teaches(&tina, leo);
    let switch = |client: &Client, child: i64| client.post_nothing(&about(child, "switch-view"));
    switch(&tina, pupil).refused(403);
    switch(&tina, leo).refused(403);
    switch(&mira, leo).refused(403);
    switch(&world.admin("Ada"), leo).refused(403);
    switch(&world.guest(), leo).refused(401);
    paula.claims("mira").status(202);
    switch(&paula, mira.id()).refused(403);
    for nobody in [7, paula.id(), tina.id(), i64::MAX] {
        switch(&paula, nobody).refused(403);
    }
    paula
        .post_nothing("/api/parent/children/local-1/switch-view/")
        .refused(404);
    mira.answers_parent(&paula, true).ok();
    switch(&paula, mira.id()).ok();
    // A child who keeps order is nobody's to look through.
    let id = mira.id();
    world.sql(move |conn| conn.execute("UPDATE users SET is_admin = TRUE WHERE id = $1", &[&id]));
    switch(&paula, id).refused(403);
    for column in ["suspended_at", "archived_at"] {
        let (set, clear) = (
            format!("UPDATE users SET {column} = 1 WHERE id = $1"),
            format!("UPDATE users SET {column} = NULL WHERE id = $1"),
        );
        world.sql(move |conn| conn.execute(&set, &[&leo]));
        switch(&paula, leo).refused(403);
        world.sql(move |conn| conn.execute(&clear, &[&leo]));
    }
    // A body is taken for none.
    paula.post(&about(leo, "switch-view"), json!({})).ok();
}

#[test]
fn a_view_never_keeps_order() {
    let (world, paula, leo) = house();
    let view = paula.switches(leo);
    view.goes_on();
    world.sql(move |conn| conn.execute("UPDATE users SET is_admin = TRUE WHERE id = $1", &[&leo]));
    world.app.sessions.forget_account(leo);
    view.goes_on();
    let session = payload(view.access())["sid"].as_str().unwrap().to_owned();
    let account = world
        .app
        .sessions
        .recall(&session, world.app.clock.now())
        .unwrap();
    assert!(!account.is_admin);
    assert_eq!(account.acting, Some(paula.id()));
}

#[test]
fn what_is_the_owners_alone_is_refused_to_a_view() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    world.family(&paula, &mira);
    let view = paula.switches(mira.id());
    let before = (world.dump("users"), sessions(&world));
    let id = mira.id();
    let passwords = json!({"current_password": PASSWORD, "new_password": "another-garden-7"});
    let address = json!({"new_email": "new@example.org", "password": PASSWORD});
    let new_child = json!({"name": "Leo", "username": "leo_r"});
    for (method, path, body) in [
        ("POST", "/api/auth/change-password/".to_owned(), passwords),
        ("POST", "/api/auth/change-email/".to_owned(), address),
        (
            "POST",
            "/api/auth/delete-account/".to_owned(),
            json!({"password": PASSWORD}),
        ),
        ("GET", "/api/parent/children/".to_owned(), json!({})),
        ("POST", "/api/parent/children/create/".to_owned(), new_child),
        (
            "POST",
            "/api/parent/children/add/".to_owned(),
            json!({"child_username": "ben"}),
        ),
        ("PUT", about(id, "update"), json!({"name": "Leo"})),
        ("DELETE", about(id, "remove"), json!({})),
        ("POST", about(id, "switch-view"), json!({})),
        ("POST", about(id, "sign-in"), json!({"password": PASSWORD})),
        ("DELETE", about(id, "sign-in"), json!({})),
    ] {
        let refused = view.client.json(method, &path, body).refused(403);
        assert_eq!(refused["code"], json!("child_view"), "{method} {path}");
    }
    for what in ["stats", "activities", "goals", "analytics", "stories"] {
        view.client.get(&about(id, what)).refused(403);
    }
    assert_eq!((world.dump("users"), sessions(&world)), before);
    // What a child does goes on.
    view.client.makes(plain_story("the kettle"));
    view.client.patch(PROFILE, json!({"name": "Mira L"})).ok();
}

#[test]
fn a_child_that_is_looked_through_was_not_here() {
    let (world, paula, leo) = house();
    let seen = || -> i64 {
        world.sql(move |conn| {
            conn.one("SELECT last_seen FROM users WHERE id = $1", &[&leo])?
                .take()
        })
    };
    let view = paula.switches(leo);
    world.app.sessions.take_seen();
    let before = seen();
    world.advance(HOUR);
    view.goes_on();
    assert!(world.app.sessions.take_seen().is_empty());
    assert_eq!(seen(), before);
}

#[test]
fn a_parent_proves_their_identity_from_the_view() {
    let world = World::new();
    let (paula, pia, tina, mira) = (
        world.parent("Paula"),
        world.parent("Pia"),
        world.teacher("Tina"),
        world.child("Mira"),
    );
    world.family(&paula, &mira);
    pia.claims("mira").status(202);
    let view = paula.switches(mira.id());
    let prove = |client: &Client, email: &str, password: &str| {
        client.post(PROVE, json!({"email": email, "password": password}))
    };
    for child in [&view.client, &mira] {
        let proven = prove(child, " PAULA@example.org ", PASSWORD).ok();
        assert_eq!(names(&proven), ["message", "success"]);
        let wrong = prove(child, "paula@example.org", "another-garden-7").refused(400);
        assert_eq!(wrong["code"], json!("invalid_password"));
        // Of nobody else, whatever the password: a link that waits is none.
        for stranger in ["pia@example.org", "tina@example.org", "nobody@example.org"] {
            assert_eq!(prove(child, stranger, PASSWORD).refused(400), wrong);
        }
    }
    // The view goes on after a wrong guess.
    view.goes_on();
    world.teaches(&tina, mira.id());
    prove(&mira, "tina@example.org", PASSWORD).ok();
    // An adult asks about themselves alone.
    prove(&paula, "paula@example.org", PASSWORD).ok();
    prove(&paula, "mira@example.org", PASSWORD).refused(400);
    paula.delete(&about(mira.id(), "remove")).ok();
    prove(&mira, "paula@example.org", PASSWORD).refused(400);
}

#[test]
fn switching_while_parting_leaves_no_view_behind() {
    for round in 0..6 {
        let (world, paula, leo) = house();
        let tablet = world.sign_in(paula.email());
        let views: Vec<Option<Value>> = thread::scope(|scope| {
            let (paula, tablet) = (&paula, &tablet);
            let tries: Vec<_> = (0..4)
                .map(|number| {
                    scope.spawn(move || {
                        let device = if number % 2 == 0 { paula } else { tablet };
                        let answer = device.post_nothing(&about(leo, "switch-view"));
                        assert!(matches!(answer.status, 200 | 403), "{}", answer.text());
                        (answer.status == 200).then_some(answer.json)
                    })
                })
                .collect();
            let part = scope.spawn(move || paula.delete(&about(leo, "remove")).ok());
            let views = tries.into_iter().map(|one| one.join().unwrap()).collect();
            part.join().unwrap();
            views
        });
        for view in views.into_iter().flatten() {
            let refresh = view["tokens"]["refresh"].as_str().unwrap();
            assert_eq!(renew(&world, refresh).status, 401, "round {round}");
        }
        let left = world.sql(move |conn| {
            conn.one(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM sessions WHERE actor_id IS NOT NULL",
                &[],
            )?
            .take::<i64>()
        });
        assert_eq!(left, 0, "round {round}");
    }
}

#[test]
fn switching_has_a_rate() {
    let world = World::with(|config| config.rate_limits = true);
    let paula = world.parent("Paula");
    let leo = paula.has_child("leo_r");
    for _ in 0..60 {
        paula.switches(leo);
    }
    paula.post_nothing(&about(leo, "switch-view")).refused(429);
}
