//! What a host does with a session, and who may do it.

use std::thread;

use serde_json::{Value, json};
use tinytales::clock::{DAY, HOUR, SECOND};
use tinytales::live::collaboration::sweep::sweep;

use crate::support::{Answer, Client, World};
use crate::together::{Session, leaves, members};

#[test]
fn a_start_closes_the_lobby_once() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let session = mira.hosts("Moon Cats");
    ben.joins(&session);
    assert_eq!(
        ben.get(&session.path("")).ok()["session"]["is_lobby_open"],
        json!(true)
    );
    let started = mira.post_nothing(&session.path("start/")).ok();
    assert_eq!(members(&started), ["message", "session_id", "success"]);
    assert_eq!(started["session_id"], json!(session.id));
    assert_eq!(
        ben.get(&session.path("")).ok()["session"]["is_lobby_open"],
        json!(false)
    );
    mira.post_nothing(&session.path("start/")).ok();
    let other = mira.hosts("Other");
    let closed = mira.post_nothing(&other.path("lobby/close/")).ok();
    assert_eq!(members(&closed), ["message", "success"]);
    assert_eq!(
        mira.get(&other.path("")).ok()["session"]["is_lobby_open"],
        json!(false)
    );
}

#[test]
fn an_end_is_final() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let session = mira.hosts("Moon Cats");
    ben.joins(&session);
    let ended = mira.post_nothing(&session.path("end/")).ok();
    assert_eq!(members(&ended), ["message", "success"]);
    mira.post_nothing(&session.path("end/")).ok();
    ben.post_nothing(&session.path("end/")).refused(403);
    for person in [&mira, &ben] {
        for path in ["", "presence/"] {
            person.get(&session.path(path)).refused(404);
        }
        person.get(&session.participants_path()).refused(404);
        for path in ["start/", "lobby/close/", "vote/"] {
            person.post_nothing(&session.path(path)).refused(404);
        }
        person.tries_code(&session.code).refused(404);
        assert_eq!(
            person.get("/api/collaborate/sessions/user/").ok()["total"],
            json!(0)
        );
    }
    mira.kicks(&session, &ben).refused(404);
    let ends = world.sql(|conn| {
        conn.one("SELECT ended_by, ended_at FROM collaborations", &[])?
            .take::<String>()
    });
    assert_eq!(ends, "host");
}

#[test]
fn a_kick_ends_it_for_somebody() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let session = mira.hosts("Moon Cats");
    ben.joins(&session);
    rosa.joins(&session);
    let kicked = mira.kicks(&session, &ben).ok();
    assert_eq!(members(&kicked), ["message", "success"]);
    assert_eq!(rosa.sees_in(&session), [mira.id(), rosa.id()]);
    for path in ["", "presence/"] {
        ben.get(&session.path(path)).refused(404);
    }
    ben.post_nothing(&session.path("vote/")).refused(403);
    assert_eq!(ben.get("/api/collaborate/sessions/user/").ok()["total"], json!(0));
    mira.kicks(&session, &ben).refused(404);
    mira.kicks(&session, &mira).refused(400);
    mira.kicks(&session, &world.child("Olaf")).refused(404);
    for (body, fields) in [(json!({}), ["user_id"]), (json!({"user_id": "Ben"}), ["user_id"])] {
        mira.post(&session.path("kick/"), body).refused_fields(&fields);
    }
    leaves(&world, &session, &rosa);
    mira.kicks(&session, &rosa).refused(404);
    rosa.joins(&session);
}

/// Everybody there is to a session, each with a name.
struct Cast {
    world: World,
    session: Session,
    people: Vec<(&'static str, Client)>,
}

impl Cast {
    fn new() -> Self {
        let world = World::new();
        let names = ["host", "participant", "kicked", "left", "invitee", "stranger"];
        let mut people: Vec<_> = names.map(|name| (name, world.child(name))).into();
        let session = people[0].1.hosts_for("Moon Cats", 10);
        for index in [1, 2, 3] {
            people[index].1.joins(&session);
        }
        people[0].1.kicks(&session, &people[2].1).ok();
        leaves(&world, &session, &people[3].1);
        world.befriend(&people[0].1, &people[4].1);
        people[0].1.invites(&session, &people[4].1);
        people.push(("guest", world.guest()));
        Self {
            world,
            session,
            people,
        }
    }

    /// What each of them is answered.
    #[track_caller]
    fn are_answered(&self, wanted: [u16; 7], ask: impl Fn(&Client) -> Answer) {
        // The host last: what the others are refused must not have happened.
        for ((name, client), status) in self.people.iter().zip(wanted).rev() {
            let answer = ask(client);
            assert_eq!(answer.status, status, "{name}: {}", answer.text());
            if status >= 400 {
                answer.refused(status);
            }
        }
    }
}

#[test]
fn who_may_look() {
    let cast = Cast::new();
    let session = &cast.session;
    let may_look = [200, 200, 404, 200, 200, 404, 401];
    for path in [
        session.path(""),
        session.path("presence/"),
        session.participants_path(),
    ] {
        cast.are_answered(may_look, |client| client.get(&path));
    }
    for unknown in ["no-such-session", "%00", "a b", &"x".repeat(300)] {
        for path in ["", "presence/"] {
            let path = format!("/api/collaborate/{}/{path}", unknown.replace(' ', "%20"));
            cast.are_answered([404, 404, 404, 404, 404, 404, 401], |client| client.get(&path));
        }
    }
}

#[test]
fn who_may_conduct() {
    let cast = Cast::new();
    let session = &cast.session;
    let before = cast.world.dump("collaborators");
    let participant = cast.people[1].1.clone();
    let host_only = [200, 403, 403, 403, 403, 403, 401];
    cast.are_answered(host_only, |client| client.post_nothing(&session.path("start/")));
    cast.are_answered(host_only, |client| {
        client.post_nothing(&session.path("lobby/close/"))
    });
    let own = |client: &Client| {
        let form = json!({"story_id": 1});
        client.post(&session.story_path(), form)
    };
    cast.are_answered([404, 403, 403, 403, 403, 403, 401], own);
    assert_eq!(cast.world.dump("collaborators"), before);
    cast.are_answered(host_only, |client| {
        client.post(&session.path("kick/"), json!({"user_id": participant.id()}))
    });
    cast.are_answered(host_only, |client| client.post_nothing(&session.path("end/")));
}

#[test]
fn who_may_vote() {
    let cast = Cast::new();
    let session = &cast.session;
    let inside_only = [200, 200, 403, 403, 403, 403, 401];
    let (host, participant) = (&cast.people[0].1, &cast.people[1].1);
    cast.are_answered(inside_only, |client| {
        let answer = client.post_nothing(&session.path("vote/"));
        if let Some(vote) = answer.json["vote_id"].as_str() {
            // The next one begins after this one.
            for elector in [host, participant] {
                elector.casts(session, vote, false).ok();
            }
        }
        answer
    });
    let vote = host.calls_a_vote(session);
    cast.are_answered(inside_only, |client| client.casts(session, &vote, true));
}

#[test]
fn an_end_and_a_join_at_the_same_time() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    for round in 0..10 {
        let session = mira.hosts(&format!("round {round}"));
        let (joined, ended) = thread::scope(|scope| {
            let join = scope.spawn(|| ben.tries_code(&session.code).status);
            let end = scope.spawn(|| mira.post_nothing(&session.path("end/")).status);
            (join.join().unwrap(), end.join().unwrap())
        });
        assert_eq!(ended, 200);
        assert!(joined == 200 || joined == 404, "{joined}");
        ben.tries_code(&session.code).refused(404);
        ben.get(&session.path("")).refused(404);
    }
}

#[test]
fn the_log_of_a_session_is_forgotten_a_day_after_its_end() {
    let world = World::new();
    let mira = world.child("Mira");
    let (over, open) = (mira.hosts("over"), mira.hosts("open"));
    world.sql(|conn| {
        conn.execute(
            "INSERT INTO operations (collaboration_id, number, user_id, kind, page, data, created_at)
             SELECT id, 1, host_id, 'draw', 0, '{}', 0 FROM collaborations",
            &[],
        )
        .map(drop)
    });
    mira.post_nothing(&over.path("end/")).ok();
    let _ = open;
    world.advance(24 * HOUR - SECOND);
    world.run(sweep(&world.app)).unwrap();
    assert_eq!(world.dump("operations").len(), 2);
    world.advance(SECOND);
    world.run(sweep(&world.app)).unwrap();
    assert_eq!(world.dump("operations").len(), 1);
    world.advance(3 * DAY);
    world.run(sweep(&world.app)).unwrap();
    assert_eq!(
        world.dump("operations").len(),
        0,
        "the other one has expired since"
    );
}

#[test]
fn one_s_own_sessions_are_listed() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let (first, second) = (mira.hosts("first"), mira.hosts("second"));
    ben.joins(&first);
    let own = ben.hosts_for("own", 2);
    mira.post_nothing(&first.path("start/")).ok();
    ben.calls_a_vote(&first);
    let created_at = "2026-03-04T05:06:07.123456Z";
    assert_eq!(
        ben.get("/api/collaborate/sessions/list/").ok(),
        json!({"success": true,
            "hosted_sessions": [{"session_id": own.id, "canvas_name": "own", "participant_count": 1,
                "max_participants": 2, "created_at": created_at,
                "invite_link": format!("/canvas/collaborate/{}", own.id)}],
            "participated_sessions": [{"session_id": first.id, "canvas_name": "first", "host": "mira",
                "participant_count": 2, "created_at": created_at}]})
    );
    let listed = ben.get("/api/collaborate/sessions/user/").ok();
    assert_eq!((&listed["success"], &listed["total"]), (&json!(true), &json!(2)));
    assert_eq!(listed["sessions"][0]["session_id"], json!(own.id));
    assert_eq!(
        listed["sessions"][1],
        json!({"session_id": first.id, "canvas_name": "first",
            "host": {"id": mira.id(), "username": "mira", "display_name": "Mira"}, "is_host": false,
            "participant_count": 2, "max_participants": 5, "is_lobby_open": false, "voting_active": true,
            "created_at": created_at, "your_role": "participant"})
    );
    assert_eq!(
        mira.get("/api/collaborate/sessions/list/").ok()["participated_sessions"],
        Value::from(Vec::<Value>::new())
    );
    mira.post_nothing(&second.path("end/")).ok();
    assert_eq!(
        mira.get("/api/collaborate/sessions/user/").ok()["total"],
        json!(1)
    );
    for path in ["list/", "user/"] {
        world
            .guest()
            .get(&format!("/api/collaborate/sessions/{path}"))
            .refused(401);
    }
}
