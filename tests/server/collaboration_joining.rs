//! Sessions are made, and joined by a code.

use std::cell::Cell;
use std::collections::HashSet;
use std::thread;

use serde_json::{Value, json};
use tinytales::clock::{DAY, HOUR, MINUTE, SECOND};
use tinytales::live::collaboration::sweep::sweep;

use crate::support::{Client, World};
use crate::together::{leaves, members};

const ALPHABET: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

#[test]
fn a_session_is_made_with_a_code_and_its_host_in_it() {
    let world = World::new();
    let mira = world.child("Mira");
    let form = json!({"canvas_name": "  Moon Cats ", "max_participants": 5, "duration_hours": 24});
    let made = mira.post("/api/collaborate/create/", form).created();
    assert_eq!(members(&made), ["session", "success"]);
    let session = &made["session"];
    assert_eq!(
        members(session),
        [
            "canvas_name",
            "expires_at",
            "invite_link",
            "join_code",
            "max_participants",
            "session_id",
            "websocket_url"
        ]
    );
    let id = session["session_id"].as_str().unwrap();
    assert_eq!(id.len(), 36);
    assert_eq!(id.as_bytes()[14], b'4', "a UUID of version 4: {id}");
    let code = session["join_code"].as_str().unwrap();
    assert!(
        code.len() == 5 && code.chars().all(|c| ALPHABET.contains(c)),
        "{code}"
    );
    assert_eq!(session["canvas_name"], json!("Moon Cats"));
    assert_eq!(session["max_participants"], json!(5));
    assert_eq!(session["expires_at"], json!("2026-03-05T05:06:07.123456Z"));
    assert_eq!(session["websocket_url"], json!(format!("/ws/collaborate/{id}/")));
    assert_eq!(session["invite_link"], json!(format!("/canvas/collaborate/{id}")));
    let detail = mira.get(&format!("/api/collaborate/{id}/")).ok();
    assert_eq!(detail["session"]["participants"][0]["user_id"], json!(mira.id()));
    world
        .guest()
        .post("/api/collaborate/create/", json!({}))
        .refused(401);
}

#[test]
fn what_is_asked_for_is_clamped_and_nonsense_refused() {
    let world = World::new();
    let number = Cell::new(0);
    let ask = |form: Value| {
        number.set(number.get() + 1);
        let somebody = world.child(&format!("Child {}", number.get()));
        somebody.post("/api/collaborate/create/", form)
    };
    let made = |form: Value| ask(form).created()["session"].clone();
    for (sent, places) in [(json!(1), 2), (json!(11), 10), (json!("4"), 4), (json!(-5), 2)] {
        assert_eq!(
            made(json!({"max_participants": sent}))["max_participants"],
            json!(places)
        );
    }
    let absent = made(json!({}));
    assert_eq!(absent["max_participants"], json!(10));
    assert_eq!(absent["canvas_name"], json!("Untitled Canvas"));
    assert_eq!(
        made(json!({"canvas_name": "  "}))["canvas_name"],
        json!("Untitled Canvas")
    );
    for (sent, expires_at) in [
        (json!(0), "2026-03-04T06:06:07.123456Z"),
        (json!(1.5), "2026-03-04T06:36:07.123456Z"),
        (json!(1000), "2026-03-07T05:06:07.123456Z"),
        (json!("2"), "2026-03-04T07:06:07.123456Z"),
    ] {
        assert_eq!(
            made(json!({"duration_hours": sent}))["expires_at"],
            json!(expires_at)
        );
    }
    let long = "é".repeat(300);
    let name = made(json!({"canvas_name": long}))["canvas_name"].clone();
    assert_eq!(name.as_str().unwrap().chars().count(), 200);
    let sessions = world.dump("collaborations");
    for (form, field) in [
        (json!({"duration_hours": "soon"}), "duration_hours"),
        (json!({"duration_hours": null}), "duration_hours"),
        (json!({"max_participants": []}), "max_participants"),
        (json!({"max_participants": 2.5}), "max_participants"),
        (json!({"canvas_name": {}}), "canvas_name"),
        (json!({"canvas_name": "a\u{0}b"}), "canvas_name"),
    ] {
        ask(form).refused_fields(&[field]);
    }
    assert_eq!(world.dump("collaborations"), sessions);
}

#[test]
fn rude_names_are_masked() {
    let world = World::new();
    world.sql(|conn| {
        conn.execute(
            "INSERT INTO profanity_words (word, language, severity, created_at, updated_at)
             VALUES ('drat', 'en', 'mild', 0, 0)",
            &[],
        )
        .map(drop)
    });
    world.run(tinytales::moderation::Words::load(&world.app)).unwrap();
    let mira = world.child("Mira");
    let made = mira
        .post("/api/collaborate/create/", json!({"canvas_name": "drat it"}))
        .created();
    assert!(!made.to_string().contains("drat"), "{made}");
}

#[test]
fn one_person_hosts_five_sessions_and_a_deserted_one_makes_room() {
    let world = World::new();
    let mira = world.child("Mira");
    let sessions: Vec<_> = (0..5)
        .map(|number| mira.hosts(&format!("number {number}")))
        .collect();
    mira.post("/api/collaborate/create/", json!({})).refused(409);
    mira.post_nothing(&sessions[3].path("end/")).ok();
    mira.hosts("in its place");
    mira.post("/api/collaborate/create/", json!({})).refused(409);
    leaves(&world, &sessions[1], &mira);
    mira.hosts("in the place of a deserted one");
    mira.get(&sessions[1].path("")).refused(404);
    mira.get(&sessions[0].path("")).ok();
    world.child("Ben").hosts("somebody else's");
    world.advance(24 * HOUR);
    mira.hosts("after the others have expired");
}

#[test]
fn whoever_has_the_code_comes_in() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let session = mira.hosts("Moon Cats");
    world.advance(SECOND);
    let answer = ben
        .tries_code(&format!("  {} ", session.code.to_lowercase()))
        .ok();
    assert_eq!(members(&answer), ["session", "success"]);
    let joined = &answer["session"];
    assert_eq!(
        members(joined),
        [
            "can_join",
            "canvas_name",
            "created_at",
            "expires_at",
            "host",
            "is_host",
            "join_code",
            "max_participants",
            "participant_count",
            "participants",
            "session_id",
            "story_id",
            "websocket_url"
        ]
    );
    assert_eq!(joined["session_id"], json!(session.id));
    assert_eq!(joined["join_code"], json!(session.code));
    assert_eq!(joined["host"], json!({"id": mira.id(), "username": "mira"}));
    assert_eq!(joined["is_host"], json!(false));
    assert_eq!(
        (&joined["participant_count"], &joined["can_join"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(joined["story_id"], Value::Null);
    let people = joined["participants"].as_array().unwrap();
    assert_eq!(
        people[1],
        json!({"id": ben.id(), "user_id": ben.id(), "username": "ben", "display_name": "Ben",
            "role": "participant", "cursor_color": people[1]["cursor_color"], "is_active": true,
            "joined_at": "2026-03-04T05:06:08.123456Z"})
    );
    assert_eq!(people[0]["role"], json!("host"));
    assert_ne!(people[0]["cursor_color"], people[1]["cursor_color"]);
    // Again, and by the host: nothing changes.
    assert_eq!(ben.joins(&session)["participant_count"], json!(2));
    assert_eq!(mira.joins(&session)["is_host"], json!(true));
    assert_eq!(world.dump("collaborators").len(), 2);
    // The lobby does not matter.
    mira.post_nothing(&session.path("start/")).ok();
    world.child("Rosa").joins(&session);
}

#[test]
fn a_code_that_is_none_or_opens_nothing() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let session = mira.hosts("Moon Cats");
    for code in [
        json!("ABCD"),
        json!("ABCDEF"),
        json!(""),
        json!([]),
        json!("AB-DE"),
        json!("ÄBCDE"),
    ] {
        let answer = ben.post("/api/collaborate/join-by-code/", json!({"join_code": code}));
        answer.refused_fields(&["join_code"]);
    }
    ben.post("/api/collaborate/join-by-code/", json!({}))
        .refused_fields(&["join_code"]);
    ben.tries_code("OOOOO").refused(404);
    world.guest().tries_code(&session.code).refused(401);
    mira.post_nothing(&session.path("end/")).ok();
    ben.tries_code(&session.code).refused(404);
    mira.tries_code(&session.code).refused(404);
    let short = mira.hosts("Short");
    world.advance(24 * HOUR);
    ben.tries_code(&short.code).refused(403);
    world.run(sweep(&world.app)).unwrap();
    ben.tries_code(&short.code).refused(404);
}

#[test]
fn a_full_session_lets_its_own_people_back_in() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let session = mira.hosts_for("Moon Cats", 2);
    assert_eq!(ben.joins(&session)["can_join"], json!(false));
    rosa.tries_code(&session.code).refused(403);
    mira.joins(&session);
    // Ben's place is free while he is away, and he still comes back.
    leaves(&world, &session, &ben);
    rosa.joins(&session);
    assert_eq!(ben.joins(&session)["participant_count"], json!(3));
    world.child("Olaf").tries_code(&session.code).refused(403);
}

#[test]
fn two_reach_for_the_last_place() {
    let world = World::new();
    let mira = world.child("Mira");
    let people: Vec<Client> = (0..6)
        .map(|number| world.child(&format!("Child {number}")))
        .collect();
    let session = mira.hosts_for("Moon Cats", 3);
    let statuses: Vec<u16> = thread::scope(|scope| {
        let tries: Vec<_> = people
            .iter()
            .map(|person| scope.spawn(|| person.tries_code(&session.code).status))
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        2,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 403).count(),
        4,
        "{statuses:?}"
    );
    let seen = mira.get(&session.path("presence/")).ok();
    let colors: HashSet<String> = seen["participants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| person["cursor_color"].to_string())
        .collect();
    assert_eq!(colors.len(), 3, "{seen}");
}

#[test]
fn a_code_is_given_back_a_month_after_the_end() {
    let world = World::new();
    let mira = world.child("Mira");
    let session = mira.hosts("Moon Cats");
    let codes = || {
        world.sql(|conn| {
            conn.one("SELECT CAST(COUNT(join_code) AS BIGINT) FROM collaborations", &[])?
                .take::<i64>()
        })
    };
    mira.post_nothing(&session.path("end/")).ok();
    world.advance(30 * DAY - SECOND);
    world.run(sweep(&world.app)).unwrap();
    assert_eq!(codes(), 1);
    world.advance(SECOND);
    world.run(sweep(&world.app)).unwrap();
    assert_eq!(codes(), 0);
}

#[test]
fn codes_are_not_guessed() {
    let world = World::with(|config| config.rate_limits = true);
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let session = mira.hosts("Moon Cats");
    for _ in 0..10 {
        ben.joins(&session);
    }
    ben.tries_code(&session.code).refused(429);
    // A class behind one address comes in; wrong codes end it.
    for _ in 0..10 {
        rosa.tries_code("AAAAA").refused(404);
    }
    rosa.tries_code(&session.code).refused(429);
    world.child("Olaf").tries_code(&session.code).refused(429);
    world.advance(MINUTE);
    ben.joins(&session);
    world.child("Olga").joins(&session);
}

#[test]
fn a_class_joins_from_behind_one_address() {
    let world = World::with(|config| config.rate_limits = true);
    for number in 0..4 {
        let host = world.child(&format!("Host {number}"));
        let session = host.hosts_for("Moon Cats", 10);
        for guest in 0..9 {
            world.child(&format!("Child {number} {guest}")).joins(&session);
        }
    }
}

#[test]
fn a_session_whose_time_has_passed_is_ended() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let (live, left) = (mira.hosts("live"), mira.hosts("left"));
    ben.joins(&live);
    leaves(&world, &left, &mira);
    world.advance(24 * HOUR);
    ben.get(&live.path("")).refused(404);
    mira.get(&live.path("")).ok();
    world.run(sweep(&world.app)).unwrap();
    mira.get(&live.path("")).refused(404);
    // Its host may come back to the one that nobody was in, for a day.
    mira.get(&left.path("")).ok();
    world.advance(24 * HOUR);
    world.run(sweep(&world.app)).unwrap();
    mira.get(&left.path("")).refused(404);
}

#[test]
fn a_host_brings_back_a_session_whose_time_has_passed_but_not_one_that_has_ended() {
    use tinytales::live::collaboration::store::members::{Refusal, enter};
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let session = mira.hosts("Moon Cats");
    ben.joins(&session);
    for person in [&mira, &ben] {
        leaves(&world, &session, person);
    }
    let open = |person: &Client| {
        let (name, user_id, now) = (session.id.clone(), person.id(), world.app.clock.now());
        world.sql(move |conn| enter(conn, &name, user_id, now))
    };
    assert_eq!(open(&rosa).unwrap_err(), Refusal::Stranger);
    assert!(open(&ben).unwrap().came);
    assert!(!open(&ben).unwrap().came, "a second tab");
    leaves(&world, &session, &ben);
    world.advance(24 * HOUR);
    assert_eq!(open(&ben).unwrap_err(), Refusal::Expired);
    assert!(open(&mira).unwrap().came);
    assert!(open(&ben).unwrap().session.is_open(world.app.clock.now()));
    mira.kicks(&session, &ben).ok();
    assert_eq!(open(&ben).unwrap_err(), Refusal::Kicked);
    mira.post_nothing(&session.path("end/")).ok();
    assert_eq!(open(&mira).unwrap_err(), Refusal::Gone);
}
