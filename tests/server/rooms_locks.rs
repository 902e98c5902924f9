//! Two who change the same at once: the later one waits for the earlier, and sees what it has left.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use database::Conn;
use serde_json::json;
use tinytales::clock::{MINUTE, SECOND};
use tinytales::pictures::store;

use crate::drawings::{drawing, hash_of, plain_story, with};
use crate::held_up::{HeldUp, Isolation, is_held_up, until};
use crate::support::{Answer, PASSWORD, World};
use crate::together::{pair, stroke};

/// What `request` is answered while others draw without a pause.
fn while_others_draw(world: &World, request: impl FnOnce() -> Answer) -> Answer {
    let (draws, drawn) = (AtomicBool::new(true), AtomicU64::new(0));
    thread::scope(|scope| {
        // Each stroke changes the row of its session, on the connection that strokes have for themselves.
        scope.spawn(|| {
            while draws.load(Ordering::Relaxed) {
                let drew: Result<(), database::Error> =
                    world.run(world.app.database.write_apart(0, |conn| {
                        conn.execute("UPDATE collaborations SET last_number = last_number", &[])
                            .map(drop)
                    }));
                drawn.fetch_add(u64::from(drew.is_ok()), Ordering::Relaxed);
            }
        });
        until("they draw", || drawn.load(Ordering::Relaxed) > 10);
        let answer = request();
        draws.store(false, Ordering::Relaxed);
        answer
    })
}

#[test]
fn an_account_is_deleted_while_others_draw_without_a_pause() {
    let world = World::new();
    let (mia, ben, session, mut at_mia, _at_ben) = pair(&world);
    while_others_draw(&world, || {
        ben.post("/api/auth/delete-account/", json!({"password": PASSWORD}))
    })
    .ok();
    assert_eq!(mia.sees_in(&session), [mia.id()]);
    at_mia.send(stroke("item_1", "m0", 0));
    at_mia.send(json!({"type": "page_change", "page_number": 0}));
    at_mia.until("page_change");
}

#[test]
fn an_account_is_deleted_for_good_while_others_draw_without_a_pause() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let (mia, ben, session, mut at_mia, _at_ben) = pair(&world);
    let account = format!("/api/admin/users/{}", ben.id());
    ada.delete(&format!("{account}/delete/")).ok();
    while_others_draw(&world, || ada.delete(&format!("{account}/hard_delete/"))).ok();
    assert_eq!(mia.sees_in(&session), [mia.id()]);
    at_mia.send(stroke("item_1", "m0", 0));
    at_mia.send(json!({"type": "page_change", "page_number": 0}));
    at_mia.until("page_change");
}

/// A picture that the rooms 1 and 2 hold, and that a story shows if it is asked for.
fn held(world: &World, is_shown: bool) -> (String, Option<i64>) {
    let mira = world.child("Mira");
    let cover = drawing();
    let story = mira.makes(with(plain_story("the kettle"), json!({"cover_image": cover})));
    let hash = hash_of(&cover);
    let holders: &[&str] = if is_shown {
        &["room:1:a"]
    } else {
        &["room:1:a", "room:2:a"]
    };
    for holder in holders {
        let hash = hash.clone();
        world.sql(move |conn| store::hold(conn, holder, &hash, 0));
    }
    if is_shown {
        return (hash, Some(story));
    }
    mira.delete(&format!("/api/stories/{story}/delete/")).ok();
    (hash, None)
}

type Work = Box<dyn Fn(&mut Conn<'_>) -> Result<(), database::Error> + Send>;

/// Has one done and kept from committing, the other begun, and then both come to their end.
fn at_once(world: &World, (first, isolation): (Work, Isolation), (second, other): (Work, Isolation)) {
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let held = HeldUp::after(world, scope, isolation, first);
        scope.spawn(|| {
            let database = &world.app.database;
            let done: Result<(), database::Error> = match other {
                Isolation::Usual => world.run(database.write(second)),
                Isolation::Ordered => world.run(database.write_ordered(0, second)),
            };
            done.unwrap();
            is_done.store(true, Ordering::Relaxed);
        });
        until("the second waits, or comes to its end", || {
            is_held_up(world) || is_done.load(Ordering::Relaxed)
        });
        held.go_on();
    });
}

fn is_swept(world: &World) -> bool {
    world.advance(2 * MINUTE + SECOND);
    world.sweeps() == 1
}

fn let_go(holder: &'static str) -> (Work, Isolation) {
    let work = move |conn: &mut Conn<'_>| store::let_go(conn, holder, 0);
    (Box::new(work), Isolation::Ordered)
}

#[test]
fn a_picture_that_two_rooms_let_go_at_once_is_swept() {
    let world = World::new();
    held(&world, false);
    at_once(&world, let_go("room:1:a"), let_go("room:2:a"));
    assert!(is_swept(&world));
}

#[test]
fn a_picture_that_a_room_and_a_story_let_go_at_once_is_swept() {
    for room_first in [true, false] {
        let world = World::new();
        let (hash, story) = held(&world, true);
        let story = story.expect("one that shows it");
        let work =
            move |conn: &mut Conn<'_>| store::exchange(conn, story, std::slice::from_ref(&hash), &[], 0);
        let hide: (Work, Isolation) = (Box::new(work), Isolation::Usual);
        if room_first {
            at_once(&world, let_go("room:1:a"), hide);
        } else {
            at_once(&world, hide, let_go("room:1:a"));
        }
        assert!(is_swept(&world), "room first: {room_first}");
    }
}
