//! What happens while somebody stands between the door of a room and their seat, or has just left it.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use database::Dialect;
use serde_json::json;
use tinytales::live::collaboration::room;
use tinytales::live::collaboration::room::op::{Action, COVER, Op, Place};

use crate::held_up::{HeldUp, is_held_up, until};
use crate::support::{Client, Socket, World};
use crate::together::{Session, stroke};

fn two(world: &World) -> (Client, Client, Session) {
    let [mia, ben] = ["Mia", "Ben"].map(|name| world.child(name));
    let session = mia.hosts("Moon Cats");
    ben.joins(&session);
    (mia, ben, session)
}

/// Where somebody who comes in is held up.
#[derive(Clone, Copy)]
enum At {
    /// They are about to be written down.
    Book,
    /// They are written down, and have no seat yet.
    Seat,
}

/// Somebody opens the socket of a session, and is held up while `meanwhile` happens.
fn enters_while(world: &World, who: &Client, session: &Session, at: At, meanwhile: impl FnOnce()) -> Socket {
    thread::scope(|scope| {
        if world.app.database.dialect() == Dialect::Postgres {
            let held = HeldUp::table(world, scope, "LOCK TABLE room_canvases IN ACCESS EXCLUSIVE MODE");
            let socket = who.socket(&session.socket());
            until("somebody is held up", || is_held_up(world));
            meanwhile();
            held.go_on();
            return socket;
        }
        let writes = HeldUp::writes(world, scope);
        let socket = who.socket(&session.socket());
        until("somebody is held up", || is_held_up(world));
        match at {
            At::Book => {
                meanwhile();
                writes.go_on();
            }
            At::Seat => {
                let reads = HeldUp::reads(world, scope);
                writes.go_on();
                until("somebody is held up again", || {
                    world.app.database.gauges().reads_waiting > 0
                });
                meanwhile();
                reads.go_on();
            }
        }
        socket
    })
}

/// What is drawn by the one arrives at the other.
fn see_each_other(one: &mut Socket, other: &mut Socket, item: &str) {
    one.send(stroke(item, "m0", 0));
    assert_eq!(other.until("draw")["data"]["itemId"], item);
    other.send(stroke(&format!("{item}_back"), "b0", 0));
    assert_eq!(one.until("draw")["data"]["itemId"], format!("{item}_back"));
}

#[test]
fn a_room_stays_for_somebody_who_is_about_to_enter_it() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let (at_mia, _) = mia.enters(&session);
    at_mia.close(1000);
    let held = |app: &tinytales::app::App| app.live.rooms.all().first().map(Arc::downgrade);
    let before = held(&world.app).unwrap();
    until("she has left", || {
        before
            .upgrade()
            .is_some_and(|room| room.state().floor.seats.is_empty())
    });
    let mut at_ben = enters_while(&world, &ben, &session, At::Book, || {
        world.run(room::let_go(&world.app, Duration::ZERO));
    });
    at_ben.until("init");
    let (mut at_mia, _) = mia.enters(&session);
    see_each_other(&mut at_ben, &mut at_mia, "item_1");
    assert!(
        before.strong_count() > 0,
        "the room that he was about to enter is held"
    );
}

#[test]
fn who_is_about_to_enter_a_room_that_cannot_go_on_comes_again() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let (mut at_mia, _) = mia.enters(&session);
    let held = world.app.live.rooms.all().remove(0);
    let mut at_ben = enters_while(&world, &ben, &session, At::Book, || {
        world.app.live.rooms.dissolve(&held);
        assert_eq!(at_mia.closed(), 1013);
    });
    assert_eq!(at_ben.closed(), 1013);
    let (mut at_mia, _) = mia.enters(&session);
    let (mut at_ben, _) = ben.enters(&session);
    see_each_other(&mut at_ben, &mut at_mia, "item_1");
}

#[test]
fn a_room_that_lacks_what_the_session_has_lets_nobody_in_and_nobody_wait() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let (mut at_mia, _) = mia.enters(&session);
    let missing = |change: i64| {
        world.sql(move |conn| {
            conn.execute(
                "UPDATE collaborations SET last_number = last_number + $1",
                &[&change],
            )
            .map(drop)
        });
    };
    missing(5);
    assert_eq!(ben.socket(&session.socket()).closed(), 1013);
    assert_eq!(at_mia.closed(), 1013);
    missing(-5);
    let (mut at_mia, _) = mia.enters(&session);
    let (mut at_ben, _) = ben.enters(&session);
    see_each_other(&mut at_ben, &mut at_mia, "item_1");
}

#[test]
fn who_waited_for_a_load_that_failed_is_in_the_room_that_is_held() {
    let world = World::new();
    let (_, _, session) = two(&world);
    let id = world.number("SELECT id FROM collaborations");
    let open = || world.run(world.app.live.rooms.open(&world.app, id, &session.id, 0));
    thread::scope(|scope| {
        let held = match world.app.database.dialect() {
            Dialect::Sqlite => HeldUp::reads(&world, scope),
            Dialect::Postgres => HeldUp::table(&world, scope, "LOCK TABLE presence IN ACCESS EXCLUSIVE MODE"),
        };
        let first = scope.spawn(open);
        until("the first one reads", || is_held_up(&world));
        let second = scope.spawn(open);
        // Longer than a read may wait, or a statement may take: the load fails.
        thread::sleep(match world.app.database.dialect() {
            Dialect::Sqlite => Duration::from_millis(1100),
            Dialect::Postgres => Duration::from_millis(5200),
        });
        held.go_on();
        assert!(first.join().unwrap().is_err());
        let arrival = second.join().unwrap().unwrap();
        let room = world.app.live.rooms.held(id).expect("it is held");
        assert!(Arc::ptr_eq(&room, arrival.room()));
    });
}

#[test]
fn who_is_put_out_while_they_come_in_is_told_so_and_closed() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let (mut at_mia, _) = mia.enters(&session);
    let mut at_ben = enters_while(&world, &ben, &session, At::Seat, || {
        mia.kicks(&session, &ben).ok();
        assert_eq!(at_mia.next()["type"], "user_kicked");
    });
    let ended = json!({"type": "session_ended", "session_id": session.id, "story_id": null,
        "story_title": "Moon Cats", "ended_by": "mia"});
    assert_eq!(at_ben.until("session_ended"), ended);
    assert_eq!(at_ben.closed(), 1000);
    at_mia.send(json!({"type": "page_change", "page_number": 0}));
    assert_eq!(
        at_mia.next()["type"],
        "page_change",
        "he has neither come nor left"
    );
}

#[test]
fn who_comes_in_while_all_ends_is_told_so_and_closed() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let mut at_ben = enters_while(&world, &ben, &session, At::Seat, || {
        mia.post_nothing(&session.path("end/")).ok();
    });
    let ended = at_ben.until("session_ended");
    assert_eq!(ended["ended_by"], "mia");
    assert_eq!(at_ben.closed(), 1000);
}

#[test]
fn who_has_come_again_while_they_were_leaving_stays() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let (mut at_mia, _) = mia.enters(&session);
    let (_at_ben, _) = ben.enters(&session);
    at_mia.until("user_joined");
    // As if an earlier leaving came to its end only now.
    world.run(room::left_behind(
        &world.app,
        vec![(session.id.clone(), ben.id())],
    ));
    assert_eq!(mia.sees_in(&session), [mia.id(), ben.id()]);
    at_mia.send(json!({"type": "page_change", "page_number": 0}));
    assert_eq!(at_mia.next()["type"], "page_change", "nobody has left");
}

#[test]
fn who_left_while_the_database_was_away_is_taken_out_when_it_is_back() {
    let world = World::new();
    let (mia, ben, session) = two(&world);
    let (mut at_mia, _) = mia.enters(&session);
    let (at_ben, _) = ben.enters(&session);
    at_mia.until("user_joined");
    let room = world.app.live.rooms.all().remove(0);
    let jobs = world.app.database.gauges().jobs;
    at_ben.close(1000);
    until("he has left, and what he has seen is noted", || {
        room.state().floor.seats.len() == 1 && world.app.database.gauges().jobs > jobs
    });
    thread::scope(|scope| {
        let held = match world.app.database.dialect() {
            Dialect::Sqlite => HeldUp::writes(&world, scope),
            Dialect::Postgres => HeldUp::table(&world, scope, "LOCK TABLE presence IN ACCESS EXCLUSIVE MODE"),
        };
        // The four seconds in which he may come back, and longer than a write may take.
        thread::sleep(Duration::from_millis(6500));
        held.go_on();
    });
    assert_eq!(at_mia.until("user_left")["user_id"], json!(ben.id()));
    assert_eq!(mia.sees_in(&session), [mia.id()]);
}

#[test]
fn a_second_tab_is_written_where_the_first_could_not_be() {
    let world = World::new();
    let id = world.child("Mia").id();
    let enter = || world.run(world.app.live.presence.enter(&world.app, "somewhere", id));
    thread::scope(|scope| {
        let held = match world.app.database.dialect() {
            Dialect::Sqlite => HeldUp::writes(&world, scope),
            Dialect::Postgres => HeldUp::table(&world, scope, "LOCK TABLE presence IN ACCESS EXCLUSIVE MODE"),
        };
        let first = scope.spawn(enter);
        until("the first one is written", || is_held_up(&world));
        thread::sleep(Duration::from_millis(1200));
        let second = scope.spawn(enter);
        // Longer than the first write may take, and shorter than the second one's.
        thread::sleep(Duration::from_secs(1));
        held.go_on();
        assert!(first.join().unwrap().is_err());
        assert!(second.join().unwrap().unwrap(), "has come");
    });
    assert_eq!(
        world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM presence WHERE place = 'somewhere'"),
        1
    );
    assert!(!enter().unwrap(), "is here");
    let leave = || world.run(world.app.live.presence.leave(&world.app, "somewhere", id));
    assert_eq!(
        [leave(), leave(), leave()].map(Result::unwrap),
        [false, false, true]
    );
}

#[test]
fn what_comes_while_a_room_is_loaded_has_all_its_consequences() {
    let world = World::new();
    let (_, _, session) = two(&world);
    let id = world.number("SELECT id FROM collaborations");
    world.sql(move |conn| {
        conn.execute(
            "INSERT INTO room_canvases (collaboration_id, slot, epoch, number, state) VALUES ($1, 'cover_image', 0, 0, '{}')",
            &[&id],
        )
    });
    let clear = || Op {
        user_id: 1,
        username: "mia".into(),
        place: Place::at(COVER),
        action: Action::Clear,
    };
    let open = || world.run(world.app.live.rooms.open(&world.app, id, &session.id, 0));
    thread::scope(|scope| {
        let held = match world.app.database.dialect() {
            Dialect::Sqlite => HeldUp::reads(&world, scope),
            Dialect::Postgres => HeldUp::table(&world, scope, "LOCK TABLE presence IN ACCESS EXCLUSIVE MODE"),
        };
        let opening = scope.spawn(open);
        until("the room is loaded", || is_held_up(&world));
        let room = world.app.live.rooms.held(id).unwrap();
        world.run(async {
            let ops = std::iter::once((1, Some(clear()), None));
            room.deliver(&world.app, ops, true, Instant::now());
        });
        held.go_on();
        opening.join().unwrap().unwrap();
    });
    until("the old state is gone", || world.dump("room_canvases").is_empty());
}
