//! What a room and its people are told, once, after it has happened.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tinytales::clock::{HOUR, SECOND};
use tinytales::live::collaboration::sweep::sweep;
use tinytales::live::collaboration::votes::close_due;

use crate::support::{Client, World};
use crate::together::{Session, leaves};

struct Stage {
    world: World,
    mira: Client,
    ben: Client,
    rosa: Client,
    session: Session,
}

impl Stage {
    fn new() -> Self {
        let world = World::new();
        let [mira, ben, rosa] = ["Mira", "Ben", "Rosa"].map(|name| world.child(name));
        let session = mira.hosts("Moon Cats");
        ben.joins(&session);
        rosa.joins(&session);
        Self {
            world,
            mira,
            ben,
            rosa,
            session,
        }
    }

    fn started(&self) -> Value {
        json!({"type": "session_started", "session_id": self.session.id, "story_title": "Moon Cats"})
    }

    fn ended_by(&self, by: &str) -> Value {
        json!({"type": "session_ended", "session_id": self.session.id, "story_id": null,
            "story_title": "Moon Cats", "ended_by": by})
    }
}

#[test]
fn everybody_hears_of_the_start_once() {
    let stage = Stage::new();
    let Stage {
        world,
        mira,
        ben,
        rosa,
        session,
    } = &stage;
    leaves(world, session, rosa);
    let room = world.listens_in(session);
    let people = [mira, ben, rosa].map(|person| world.listens_as(person));
    ben.post_nothing(&session.path("start/")).refused(403);
    assert!(room.heard().is_empty());
    mira.post_nothing(&session.path("start/")).ok();
    mira.post_nothing(&session.path("start/")).ok();
    mira.post_nothing(&session.path("lobby/close/")).ok();
    assert_eq!(room.heard(), [stage.started()]);
    let told = json!({"type": "collaboration_session_started", "session_id": session.id, "story_title": "Moon Cats"});
    assert_eq!(people[0].heard(), std::slice::from_ref(&told));
    assert_eq!(people[1].heard(), [told]);
    assert!(people[2].heard().is_empty(), "she has left");
}

#[test]
fn everybody_hears_of_the_end_once() {
    let stage = Stage::new();
    let Stage {
        world,
        mira,
        ben,
        rosa,
        session,
    } = &stage;
    let room = world.listens_in(session);
    let people = [mira, ben, rosa].map(|person| world.listens_as(person));
    mira.post_nothing(&session.path("end/")).ok();
    mira.post_nothing(&session.path("end/")).ok();
    assert_eq!(room.heard(), [stage.ended_by("mira")]);
    let told =
        json!({"type": "collaboration_host_left", "session_id": session.id, "story_title": "Moon Cats"});
    for ears in people {
        assert_eq!(ears.heard(), std::slice::from_ref(&told));
    }
    world.advance(48 * HOUR);
    world.run(sweep(&world.app)).unwrap();
    assert!(room.heard().is_empty());
}

#[test]
fn a_room_hears_that_its_time_has_passed() {
    let stage = Stage::new();
    let Stage { world, session, .. } = &stage;
    let room = world.listens_in(session);
    world.advance(24 * HOUR - 1);
    world.run(sweep(&world.app)).unwrap();
    assert!(room.heard().is_empty());
    world.advance(1);
    for _ in 0..2 {
        world.run(sweep(&world.app)).unwrap();
    }
    assert_eq!(room.heard(), [stage.ended_by("expiry")]);
}

#[test]
fn a_room_hears_of_a_kick_and_what_it_decides() {
    let stage = Stage::new();
    let Stage {
        world,
        mira,
        ben,
        rosa,
        session,
    } = &stage;
    let vote = mira.calls_a_vote(session);
    mira.casts(session, &vote, true).ok();
    ben.casts(session, &vote, true).ok();
    let room = world.listens_in(session);
    mira.kicks(session, mira).refused(400);
    mira.kicks(session, rosa).ok();
    mira.kicks(session, rosa).refused(404);
    let answers = json!({mira.id().to_string(): true, ben.id().to_string(): true});
    assert_eq!(
        room.heard(),
        [
            json!({"type": "user_kicked", "kicked_user_id": rosa.id(), "by_user": "mira"}),
            json!({"type": "vote_update", "vote_id": vote, "voting_data": answers, "yes_count": 2, "no_count": 0,
                "current_votes": 2, "total_participants": 2}),
            json!({"type": "vote_result", "vote_id": vote, "approved": true, "yes_votes": 2, "no_votes": 0,
                "total_participants": 2}),
        ]
    );
}

#[test]
fn each_answer_is_told_once_and_so_is_the_decision() {
    let stage = Stage::new();
    let Stage {
        world,
        mira,
        ben,
        rosa,
        session,
    } = &stage;
    let room = world.listens_in(session);
    let vote = ben.calls_a_vote(session);
    ben.post_nothing(&session.path("vote/")).refused(409);
    assert_eq!(
        room.heard(),
        [
            json!({"type": "vote_initiated", "vote_id": vote, "initiated_by": ben.id(),
            "initiated_by_username": "ben", "total_participants": 3,
            "question": "Are you ready to save the story?"})
        ]
    );
    let kinds = |heard: Vec<Value>| -> Vec<String> {
        heard
            .iter()
            .map(|event| event["type"].as_str().unwrap().to_owned())
            .collect()
    };
    for agree in [true, false] {
        ben.casts(session, &vote, agree).ok();
    }
    assert_eq!(kinds(room.heard()), ["vote_update"]);
    mira.casts(session, &vote, false).ok();
    assert_eq!(kinds(room.heard()), ["vote_update"]);
    rosa.casts(session, &vote, true).ok();
    assert_eq!(
        room.heard().last().unwrap(),
        &json!({"type": "vote_result", "vote_id": vote, "approved": true, "yes_votes": 2, "no_votes": 1,
            "total_participants": 3})
    );
    rosa.casts(session, &vote, false).ok();
    assert!(room.heard().is_empty());
}

#[test]
fn a_vote_that_nobody_closes_is_told_of_once() {
    let stage = Stage::new();
    let Stage {
        world,
        mira,
        ben,
        session,
        ..
    } = &stage;
    let room = world.listens_in(session);
    let result = |vote: &str, yes: i64| {
        json!({"type": "vote_result", "vote_id": vote, "approved": yes > 0, "yes_votes": yes, "no_votes": 0,
            "total_participants": 3})
    };
    // By the beat …
    let vote = mira.calls_a_vote(session);
    mira.casts(session, &vote, true).ok();
    room.heard();
    world.advance(12 * SECOND);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| world.run(close_due(&world.app)).unwrap());
        }
    });
    assert_eq!(room.heard(), [result(&vote, 1)]);
    // … by somebody who answers too late …
    let vote = mira.calls_a_vote(session);
    room.heard();
    world.advance(12 * SECOND);
    ben.casts(session, &vote, true).ok();
    ben.casts(session, &vote, true).ok();
    assert_eq!(room.heard(), [result(&vote, 0)]);
    // … or by the next question.
    let vote = mira.calls_a_vote(session);
    world.advance(12 * SECOND);
    room.heard();
    ben.calls_a_vote(session);
    let heard = room.heard();
    assert_eq!(heard[0], result(&vote, 0));
    assert_eq!((heard.len(), &heard[1]["type"]), (2, &json!("vote_initiated")));
    world.run(close_due(&world.app)).unwrap();
    assert!(room.heard().is_empty());
}

#[test]
fn whoever_is_invited_is_told_at_once() {
    let stage = Stage::new();
    let Stage {
        world, mira, session, ..
    } = &stage;
    let olaf = world.child("Olaf");
    world.befriend(mira, &olaf);
    let ears = world.listens_as(&olaf);
    let invitation = mira.invites(session, &olaf);
    mira.tries_to_invite(session, &olaf).refused(429);
    let heard = ears.heard();
    assert_eq!(
        (heard.len(), &heard[0]["type"]),
        (1, &json!("collaboration_invite"))
    );
    let message = &heard[0]["message"];
    for (name, value) in [
        ("id", json!(invitation)),
        ("sender_id", json!(mira.id())),
        ("sender_name", json!("Mira")),
        ("session_id", json!(session.id)),
        ("story_title", json!("Moon Cats")),
        ("created_at", json!("2026-03-04T05:06:07.123456Z")),
        ("message_type", json!("collaboration_invite")),
        ("is_session_active", json!(false)),
    ] {
        assert_eq!(message[name], value, "{name}");
    }
}

#[test]
fn a_latecomer_is_told_that_drawing_goes_on() {
    let stage = Stage::new();
    let Stage {
        world, mira, session, ..
    } = &stage;
    let [olaf, lena] = ["Olaf", "Lena"].map(|name| world.child(name));
    for friend in [&olaf, &lena] {
        world.befriend(mira, friend);
    }
    let (for_olaf, for_lena) = (mira.invites(session, &olaf), mira.invites(session, &lena));
    let (olafs, lenas) = (world.listens_as(&olaf), world.listens_as(&lena));
    lena.responds(for_lena, "accept").ok();
    mira.post_nothing(&session.path("start/")).ok();
    let told = json!({"type": "collaboration_session_started", "session_id": session.id, "story_title": "Moon Cats"});
    assert_eq!(lenas.heard(), std::slice::from_ref(&told));
    let accepted = Instant::now();
    olaf.responds(for_olaf, "accept").ok();
    // The only wait in real time: this is not told by the clock that tests move.
    let heard = loop {
        let heard = olafs.heard();
        if !heard.is_empty() {
            break heard;
        }
        assert!(accepted.elapsed() < Duration::from_secs(30), "nothing is told");
        thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(heard, [told]);
    assert!(
        accepted.elapsed() > Duration::from_secs(1),
        "the screen does not listen yet"
    );
    assert!(lenas.heard().is_empty());
}
