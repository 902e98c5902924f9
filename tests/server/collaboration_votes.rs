//! Votes: the first answer of each counts, once, and each vote is decided once.

use std::thread;

use serde_json::{Value, json};
use tinytales::clock::SECOND;
use tinytales::live::collaboration::events::{RoomEvent, announce};
use tinytales::live::collaboration::votes::close_due;

use crate::support::{Client, World};
use crate::together::{Session, leaves, members};

/// Three in a session.
struct Three {
    world: World,
    mira: Client,
    ben: Client,
    rosa: Client,
    session: Session,
}

impl Three {
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
}

fn open(yes: i64, no: i64, all: i64) -> Value {
    json!({"success": true, "vote_complete": false, "yes_votes": yes, "no_votes": no, "total_participants": all})
}

fn decided(approved: bool, yes: i64, no: i64, all: i64) -> Value {
    json!({"success": true, "vote_complete": true, "approved": approved, "yes_votes": yes, "no_votes": no,
        "total_participants": all})
}

#[test]
fn the_first_answer_of_each_counts() {
    let Three {
        world: _world,
        mira,
        ben,
        rosa,
        session,
        ..
    } = Three::new();
    let started = ben.post_nothing(&session.path("vote/")).ok();
    assert_eq!(members(&started), ["success", "total_participants", "vote_id"]);
    assert_eq!(started["total_participants"], json!(3));
    let vote = started["vote_id"].as_str().unwrap();
    assert_eq!(vote.len(), 36);
    assert_eq!(ben.casts(&session, vote, true).ok(), open(1, 0, 3));
    // Second ten: every app answers no, whoever has answered already too.
    assert_eq!(ben.casts(&session, vote, false).ok(), open(1, 0, 3));
    assert_eq!(mira.casts(&session, vote, true).ok(), open(2, 0, 3));
    assert_eq!(mira.casts(&session, vote, false).ok(), open(2, 0, 3));
    assert_eq!(rosa.casts(&session, vote, false).ok(), decided(true, 2, 1, 3));
    for person in [&mira, &ben, &rosa] {
        assert_eq!(person.casts(&session, vote, false).ok(), decided(true, 2, 1, 3));
    }
}

#[test]
fn as_many_for_it_as_against_it_is_a_no() {
    let Three {
        world,
        mira,
        ben,
        rosa,
        session,
    } = Three::new();
    leaves(&world, &session, &rosa);
    let vote = mira.calls_a_vote(&session);
    assert_eq!(mira.casts(&session, &vote, true).ok(), open(1, 0, 2));
    assert_eq!(ben.casts(&session, &vote, false).ok(), decided(false, 1, 1, 2));
}

#[test]
fn one_vote_is_open_at_a_time() {
    let Three {
        world,
        mira,
        ben,
        rosa,
        session,
    } = Three::new();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let starts: Vec<_> = [&mira, &ben, &rosa, &mira, &ben]
            .map(|person| scope.spawn(|| person.post_nothing(&session.path("vote/")).status))
            .into();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 409).count(),
        4,
        "{statuses:?}"
    );
    assert_eq!(world.dump("collaboration_votes").len(), 1);
    let other = ben.hosts("Another session has votes of its own");
    ben.calls_a_vote(&other);
    // The next one may begin when this one is over, be it that nobody has closed it yet.
    world.advance(12 * SECOND);
    mira.calls_a_vote(&session);
    assert_eq!(
        world.run(close_due(&world.app)).unwrap(),
        1,
        "the one of the other session"
    );
}

#[test]
fn all_answer_at_once() {
    let Three {
        world, mira, session, ..
    } = Three::new();
    let more: Vec<Client> = (0..2)
        .map(|number| world.child(&format!("Child {number}")))
        .collect();
    for person in &more {
        person.joins(&session);
    }
    let all: Vec<Client> = ["mira", "ben", "rosa"]
        .into_iter()
        .map(|name| world.sign_in(&format!("{name}@example.org")))
        .chain(more)
        .collect();
    for round in 0..5 {
        let vote = mira.calls_a_vote(&session);
        let answers: Vec<Value> = thread::scope(|scope| {
            let casts: Vec<_> = all
                .iter()
                .enumerate()
                .flat_map(|(index, person)| [(index, person), (index, person)])
                .map(|(index, person)| {
                    scope.spawn({
                        let (session, vote) = (&session, &vote);
                        move || person.casts(session, vote, index % 2 == 0).ok()
                    })
                })
                .collect();
            casts.into_iter().map(|cast| cast.join().unwrap()).collect()
        });
        // Each answer counted once: every count from one to five was seen by somebody, and the last one decided.
        let last = decided(true, 3, 2, 5);
        assert!(answers.contains(&last), "round {round}: {answers:?}");
        for answer in answers
            .iter()
            .filter(|answer| answer["vote_complete"] == json!(true))
        {
            assert_eq!(answer, &last, "round {round}");
        }
        assert_eq!(mira.casts(&session, &vote, false).ok(), last);
    }
}

#[test]
fn a_vote_ends_without_those_who_do_not_answer() {
    let Three {
        world,
        mira,
        ben,
        rosa,
        session,
    } = Three::new();
    let vote = mira.calls_a_vote(&session);
    mira.casts(&session, &vote, true).ok();
    world.advance(12 * SECOND - 1);
    assert_eq!(world.run(close_due(&world.app)).unwrap(), 0);
    assert_eq!(ben.casts(&session, &vote, true).ok(), open(2, 0, 3));
    world.advance(1);
    assert_eq!(world.run(close_due(&world.app)).unwrap(), 1);
    assert_eq!(world.run(close_due(&world.app)).unwrap(), 0, "once");
    assert_eq!(rosa.casts(&session, &vote, false).ok(), decided(true, 2, 0, 3));
}

#[test]
fn an_answer_that_comes_late_finds_the_vote_closed() {
    let Three {
        world,
        mira,
        ben,
        session,
        ..
    } = Three::new();
    let vote = mira.calls_a_vote(&session);
    mira.casts(&session, &vote, true).ok();
    world.advance(12 * SECOND);
    assert_eq!(ben.casts(&session, &vote, false).ok(), decided(true, 1, 0, 3));
    assert_eq!(world.run(close_due(&world.app)).unwrap(), 0);
}

#[test]
fn an_answer_to_an_older_vote_closes_no_other() {
    let Three {
        world,
        mira,
        ben,
        rosa,
        session,
    } = Three::new();
    let older = mira.calls_a_vote(&session);
    for person in [&mira, &ben, &rosa] {
        person.casts(&session, &older, false).ok();
    }
    mira.calls_a_vote(&session);
    world.advance(12 * SECOND);
    ben.casts(&session, &older, true).ok();
    assert_eq!(
        world.run(close_due(&world.app)).unwrap(),
        1,
        "and tells what came out of it"
    );
}

#[test]
fn two_servers_close_a_vote_once() {
    let Three {
        world, mira, session, ..
    } = Three::new();
    for _ in 0..5 {
        let vote = mira.calls_a_vote(&session);
        mira.casts(&session, &vote, true).ok();
        world.advance(12 * SECOND);
        let closed: usize = thread::scope(|scope| {
            let closes: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| world.run(close_due(&world.app)).unwrap()))
                .collect();
            closes.into_iter().map(|close| close.join().unwrap()).sum()
        });
        assert_eq!(closed, 1);
    }
}

#[test]
fn a_vote_outlives_the_server() {
    let Three {
        mut world, session, ..
    } = Three::new();
    let people =
        |world: &World| ["mira", "ben", "rosa"].map(|name| world.sign_in(&format!("{name}@example.org")));
    let [mira, ..] = people(&world);
    let vote = mira.calls_a_vote(&session);
    mira.casts(&session, &vote, true).ok();
    world.restart();
    let [mira, ben, rosa] = people(&world);
    assert_eq!(mira.casts(&session, &vote, false).ok(), open(1, 0, 3));
    assert_eq!(ben.casts(&session, &vote, true).ok(), open(2, 0, 3));
    assert_eq!(rosa.casts(&session, &vote, true).ok(), decided(true, 3, 0, 3));
}

#[test]
fn who_leaves_is_not_waited_for() {
    use tinytales::live::collaboration::store::{lock, votes::withdraw};
    let Three {
        world,
        mira,
        ben,
        rosa,
        session,
    } = Three::new();
    let vote = mira.calls_a_vote(&session);
    mira.casts(&session, &vote, true).ok();
    let gone = |person: &Client| {
        let (name, user_id, now) = (session.id.clone(), person.id(), world.app.clock.now());
        world.sql(move |conn| {
            let found = lock(conn, &name)?.unwrap();
            withdraw(conn, found.id, user_id, now)
        })
    };
    let ballot = gone(&ben).unwrap();
    assert_eq!((ballot.electors, ballot.approved), (2, None));
    assert_eq!(gone(&ben), None, "nothing changes twice");
    assert_eq!(gone(&mira), None, "her answer stays");
    let ballot = gone(&rosa).unwrap();
    assert_eq!((ballot.electors, ballot.approved), (1, Some(true)));
    assert_eq!(mira.casts(&session, &vote, false).ok(), decided(true, 1, 0, 1));
    // Ben is still noted as being there, but may not answer what he was asked before.
    assert_eq!(ben.casts(&session, &vote, false).ok(), decided(true, 1, 0, 1));
}

#[test]
fn a_kick_may_decide_a_vote() {
    let Three {
        world: _world,
        mira,
        ben,
        rosa,
        session,
        ..
    } = Three::new();
    let vote = mira.calls_a_vote(&session);
    mira.casts(&session, &vote, true).ok();
    ben.casts(&session, &vote, true).ok();
    mira.kicks(&session, &rosa).ok();
    assert_eq!(ben.casts(&session, &vote, false).ok(), decided(true, 2, 0, 2));
    rosa.casts(&session, &vote, false).refused(403);
}

#[test]
fn who_came_after_the_question_is_not_asked() {
    let Three {
        world, mira, session, ..
    } = Three::new();
    let vote = mira.calls_a_vote(&session);
    let late = world.child("Late");
    late.joins(&session);
    assert_eq!(late.casts(&session, &vote, false).ok(), open(0, 0, 3));
}

#[test]
fn what_is_no_answer_and_what_is_no_vote() {
    let Three {
        world,
        mira,
        ben,
        session,
        ..
    } = Three::new();
    let vote = mira.calls_a_vote(&session);
    let other = ben.hosts("Other");
    let before = (
        world.dump("collaboration_votes"),
        world.dump("collaboration_electors"),
    );
    for vote in ["nonsense", "5b1d516d-0000-4b9c-81cf-799119ad6c09"] {
        mira.casts(&session, vote, true).refused(404);
    }
    // The vote of one session is none of another.
    ben.casts(&other, &vote, true).refused(404);
    let cast = |body: Value| mira.post(&session.path("vote/cast/"), body);
    cast(json!({"agree": true})).refused_fields(&["vote_id"]);
    cast(json!({"vote_id": vote})).refused_fields(&["agree"]);
    cast(json!({"vote_id": [], "agree": "perhaps"})).refused_fields(&["vote_id", "agree"]);
    assert_eq!(
        (
            world.dump("collaboration_votes"),
            world.dump("collaboration_electors")
        ),
        before
    );
    mira.post_nothing(&session.path("end/")).ok();
    mira.casts(&session, &vote, true).refused(404);
}

#[test]
fn who_sits_in_the_room_never_hears_of_fewer_answers_than_before() {
    let Three {
        world, mira, session, ..
    } = Three::new();
    let (mut at_mira, _) = mira.enters(&session);
    let room = world.app.live.rooms.all().remove(0).id;
    // As two servers tell of two answers of the same moment, the later one first.
    for current_votes in [2, 1, 3] {
        let update = RoomEvent::VoteUpdate {
            vote_id: "a".to_owned(),
            voting_data: std::collections::BTreeMap::new(),
            yes_count: current_votes,
            no_count: 0,
            current_votes,
            total_participants: 3,
        };
        announce(&world.app, room, &update);
    }
    let told = [(); 2].map(|()| at_mira.until("vote_update")["current_votes"].clone());
    assert_eq!(told, [2, 3]);
}
