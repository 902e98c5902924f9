//! The end of a room: put out, ended, and made into a story.

use serde_json::{Value, json};
use tinytales::clock::MINUTE;
use tinytales::live::collaboration::sweep::sweep;

use crate::support::{Client, PASSWORD, Socket, World};
use crate::together::{Session, pair, stroke};

#[test]
fn who_is_put_out_is_told_so_and_closed() {
    let world = World::new();
    let (mia, ben, session, mut at_mia, mut at_ben) = pair(&world);
    at_ben.send(json!({"type": "kick_user", "user_id": mia.id()}));
    assert_eq!(at_ben.next()["type"], "error", "only the host may");
    at_mia.send(json!({"type": "kick_user", "user_id": ben.id()}));
    assert_eq!(
        at_ben.next(),
        json!({"type": "user_kicked", "kicked_user_id": ben.id(), "by_user": "mia"})
    );
    assert_eq!(
        at_ben.next(),
        json!({"type": "session_ended", "session_id": session.id, "story_id": null, "story_title": "Moon Cats",
            "ended_by": "mia"})
    );
    assert_eq!(at_ben.closed(), 1000);
    assert_eq!(at_mia.next()["type"], "user_kicked");
    assert_eq!(
        at_mia.next(),
        json!({"type": "user_left", "user_id": ben.id(), "username": "ben"})
    );
}

fn agree(people: &[&Client], session: &Session, sockets: &mut [&mut Socket]) {
    let vote = people[0].calls_a_vote(session);
    for person in people {
        person.casts(session, &vote, true).ok();
    }
    for socket in sockets {
        socket.until("vote_result");
    }
}

#[test]
fn a_story_is_made_once_with_every_page() {
    let world = World::new();
    let (mia, ben, session, mut at_mia, mut at_ben) = pair(&world);
    let picture = crate::drawings::drawing();
    at_mia.send(json!({"type": "title_edit", "title": "Moon"}));
    for (index, text) in [(0, "Once"), (1, "upon"), (2, "a time")] {
        if index > 0 {
            at_mia.send(json!({"type": "add_page", "page_data": {"page_index": index}, "page_index": index}));
            at_mia.until("page_added");
        }
        at_mia.send(
            json!({"type": "text_edit", "page_id": format!("m{index}"), "page_index": index, "text": text}),
        );
    }
    at_mia.send(stroke("item_1", "m2", 2));
    at_ben.until("draw");
    at_mia.send(json!({"type": "canvas_snapshot", "page_id": "m2", "is_cover_image": false, "canvas_data_url": picture}));
    at_ben.send(json!({"type": "finalize_collaborative_story"}));
    assert_eq!(at_ben.until("error")["type"], "error", "nobody has agreed");

    agree(&[&mia, &ben], &session, &mut [&mut at_mia, &mut at_ben]);
    at_mia.send(json!({"type": "finalize_collaborative_story"}));
    let finalized = at_ben.until("story_finalized");
    let story_id = finalized["story_id"].as_i64().unwrap();
    let ended = at_ben.next();
    assert_eq!(
        ended,
        json!({"type": "session_ended", "session_id": session.id, "story_id": story_id, "story_title": "Moon",
            "ended_by": "vote"})
    );
    at_mia.until("session_ended");
    at_mia.send(json!({"type": "finalize_collaborative_story"}));
    assert_eq!(
        at_mia.until("story_finalized")["story_id"],
        json!(story_id),
        "the same one again"
    );

    let story = ben.reads(story_id);
    assert_eq!(story["title"], "Moon");
    assert_eq!(
        story["content"],
        "Once\n\n---PAGE BREAK---\n\nupon\n\n---PAGE BREAK---\n\na time"
    );
    assert_eq!(story["is_collaborative"], true);
    let canvas: Vec<Value> = serde_json::from_str(story["canvas_data"].as_str().unwrap()).unwrap();
    assert_eq!(canvas.len(), 3);
    assert_eq!(canvas[2]["canvasData"], json!(picture));
    let orders: Vec<&Value> = canvas.iter().map(|entry| &entry["order"]).collect();
    assert_eq!(orders, [&json!(0), &json!(1), &json!(2)]);
    assert_eq!(at_mia.closed(), 1000, "after a while the room is closed");
}

#[test]
fn only_who_may_save_says_that_they_do_not() {
    let world = World::new();
    let (mia, ben, session, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send(json!({"type": "save_cancelled", "cancelled_by": 1}));
    agree(&[&mia, &ben], &session, &mut [&mut at_mia, &mut at_ben]);
    at_ben.send(json!({"type": "save_cancelled"}));
    at_mia.send(json!({"type": "save_cancelled", "cancelled_by_username": "eve"}));
    assert_eq!(
        at_ben.next(),
        json!({"type": "save_cancelled", "cancelled_by": mia.id(), "cancelled_by_username": "mia"})
    );
}

#[test]
fn a_vote_that_nobody_answers_is_closed_in_time() {
    let world = World::new();
    let (mia, _ben, session, mut at_mia, _at_ben) = pair(&world);
    mia.calls_a_vote(&session);
    at_mia.until("vote_initiated");
    world.app.clock.advance(13 * tinytales::clock::SECOND);
    let result = at_mia.until("vote_result");
    assert_eq!(result["approved"], false);
}

#[test]
fn who_deletes_their_account_has_left() {
    let world = World::new();
    let (_mia, ben, _, mut at_mia, mut at_ben) = pair(&world);
    ben.post("/api/auth/delete-account/", json!({"password": PASSWORD}))
        .ok();
    assert_eq!(at_ben.closed(), 1000);
    assert_eq!(
        at_mia.next(),
        json!({"type": "user_left", "user_id": ben.id(), "username": "ben"})
    );
    let room = world.app.live.rooms.all().remove(0);
    assert!(!room.state().floor.person(ben.id()).unwrap().is_here);
}

#[test]
fn who_has_no_socket_for_long_is_taken_out_of_a_session_that_has_begun() {
    let world = World::new();
    let [mia, ben, zoe] = ["Mia", "Ben", "Zoe"].map(|name| world.child(name));
    let session = mia.hosts("Moon Cats");
    ben.joins(&session);
    let (mut at_mia, _) = mia.enters(&session);
    world.advance(6 * MINUTE);
    world.run(sweep(&world.app)).unwrap();
    assert_eq!(
        mia.sees_in(&session),
        [mia.id(), ben.id()],
        "he waits in the lobby"
    );
    mia.post_nothing(&session.path("start/")).ok();
    at_mia.until("session_started");
    zoe.joins(&session);
    world.run(sweep(&world.app)).unwrap();
    assert_eq!(mia.sees_in(&session), [mia.id(), zoe.id()]);
}
