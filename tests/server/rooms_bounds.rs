//! How much a room takes: snapshots at the door, operations of a canvas, whole drawings, and those who read slowly.

use serde_json::{Value, json};

use crate::drawings::{data_url, png};
use crate::support::{Client, Socket, World};
use crate::together::{Session, members, pair, stroke};

/// What is said about a canvas that holds too much beyond its stored state.
const FULL: &str = "This drawing is too large. Clear it, or draw on another page.";
const TOO_LONG: &str = "This message is too long.";
/// The longest message with a whole drawing.
const LONGEST_STATE: usize = 8 << 20;

fn sync(page_id: &str) -> Value {
    json!({"type": "request_sync", "page_id": page_id, "page_index": 0, "is_cover_image": false})
}

/// A whole drawing whose message is this long.
fn state(length: usize) -> String {
    let around = |project: &str| {
        json!({"type": "canvas_state", "canvas_data": {"projectData": project}, "target_user_id": 0,
            "page_id": "m0", "page_index": 0, "is_cover_image": false})
        .to_string()
    };
    around(&"p".repeat(length - around("").len()))
}

/// The same as the answer to a question.
fn answer(asked: &Value, state: &str) -> String {
    let question = format!(r#""target_user_id":{}"#, asked["requesting_user_id"]);
    state.replace(r#""target_user_id":0"#, &question)
}

/// Turns a page, which tells all that came before it from the same socket: it is in the log.
fn turn(socket: &mut Socket, who: &Client) {
    socket.send(json!({"type": "page_change", "page_number": 0}));
    while socket.until("page_change")["user_id"] != json!(who.id()) {}
}

#[test]
fn the_first_words_carry_the_cover_and_then_pages_up_to_two_mebibytes() {
    let world = World::new();
    let (mia, _, session, mut at_mia, _at_ben) = pair(&world);
    // A cover and three pages, of 0.6 MiB each as texts, the last page first.
    let pictures: Vec<String> = (0..4)
        .map(|seed| data_url("image/png", &png(seed, 390)))
        .collect();
    assert!(
        pictures
            .iter()
            .all(|url| (550 << 10..680 << 10).contains(&url.len()))
    );
    for index in [2, 1, 0] {
        let page = format!("m{index}");
        at_mia.send(stroke(&format!("item_{index}"), &page, index));
    }
    turn(&mut at_mia, &mia);
    for (page, picture) in ["m2", "m1", "m0", "cover_image"].iter().zip(&pictures) {
        at_mia.send(
            json!({"type": "canvas_snapshot", "page_id": page, "is_cover_image": *page == "cover_image",
            "canvas_data_url": picture}),
        );
    }
    turn(&mut at_mia, &mia);
    // They are kept by a task of their own.
    let kept = || {
        world.sql(|conn| {
            conn.one(
                "SELECT COUNT(*) FROM room_canvases WHERE snapshot_ref IS NOT NULL",
                &[],
            )?
            .take::<i64>()
        })
    };
    while kept() < 4 {
        std::thread::yield_now();
    }
    let (_socket, init) = mia.enters(&session);
    let shown = &init["canvas_data"];
    assert!(shown["cover_image"] == json!(pictures[3]), "the cover");
    assert_eq!(
        members(&shown["pages"]),
        ["m0", "m1"],
        "the last page has no room"
    );
    assert!(shown["pages"]["m0"] == json!(pictures[2]) && shown["pages"]["m1"] == json!(pictures[1]));
}

#[test]
fn a_canvas_takes_two_thousand_operations_and_goes_on_after_a_state() {
    let world = World::new();
    let (mia, ben, session, mut at_mia, _at_ben) = pair(&world);
    at_mia.send(stroke("item_0", "m0", 0));
    turn(&mut at_mia, &mia);
    // As if many had drawn for long.
    fill(&world, &session, 1_999, "x");
    // Whoever comes in has the room look.
    let (mut at_mia, _) = mia.enters(&session);
    let (mut at_ben, _) = ben.enters(&session);
    at_mia.send(stroke("one_too_many", "m0", 0));
    assert_eq!(at_mia.until("error")["message"], FULL);
    at_mia.send(json!({"type": "text_edit", "page_id": "m0", "page_index": 0, "text": "Texts go on."}));
    assert_eq!(at_ben.until("text_edit")["text"], "Texts go on.");

    // Whoever has been shown all of it sends all of it: the operations are folded away.
    at_mia.send(sync("m0"));
    for _ in 0..2_000 {
        at_mia.until("draw");
    }
    at_ben.send(sync("b0"));
    let asked = at_mia.until("request_canvas_state");
    assert_eq!(asked["page_index"], 0);
    at_mia.send_text(&answer(&asked, &state(2_000)));
    turn(&mut at_mia, &mia);
    // Where the answer took longer than he was made to wait, he was shown the operations; it is kept all the same.
    at_ben.send(sync("b0"));
    at_ben.until("canvas_state");
    at_mia.send(stroke("there_is_room", "m0", 0));
    assert_eq!(at_ben.until("draw")["data"]["itemId"], "there_is_room");
}

#[test]
fn a_canvas_takes_four_mebibytes_of_operations() {
    let world = World::new();
    let (mia, ben, session, mut at_mia, _at_ben) = pair(&world);
    at_mia.send(stroke("item_0", "m0", 0));
    turn(&mut at_mia, &mia);
    fill(&world, &session, 4, &"x".repeat(1_000_000));
    // Whoever comes in has the room look.
    let (mut at_mia, _) = mia.enters(&session);
    let (mut at_ben, _) = ben.enters(&session);
    let mut large = stroke("one_too_many", "m0", 0);
    large["data"]["points"] = json!("x".repeat(250_000));
    at_mia.send(large);
    assert_eq!(at_mia.until("error")["message"], FULL);
    at_mia.send(stroke("a_small_one", "m0", 0));
    assert_eq!(
        at_ben.until("draw")["data"]["itemId"],
        "a_small_one",
        "what fits is taken"
    );
}

/// Adds strokes to the log behind the server's back, as another server would that died before it told of them.
fn fill(world: &World, session: &Session, count: i64, points: &str) {
    let (id, points) = (session.id.clone(), points.to_owned());
    world.sql(move |conn| {
        let mut row = conn.one(
            "SELECT id, last_number FROM collaborations WHERE session_id = $1",
            &[&id],
        )?;
        let (room, last): (i64, i64) = (row.take()?, row.take()?);
        // By one statement: two thousand of them take longer than a write may, where the server is far or busy.
        let data = json!({"drawing_data": {"type": "brush", "itemId": "filled_#", "points": points}, "page_id": "m0",
            "page_index": 0, "is_cover_image": false})
        .to_string();
        let (before, after) = data.split_once('#').expect("it has just been put there");
        conn.execute(
            "WITH RECURSIVE numbers(number) AS (
                 SELECT CAST($2 AS BIGINT) UNION ALL SELECT number + 1 FROM numbers WHERE number < $3)
             INSERT INTO operations (collaboration_id, number, user_id, kind, slot, page, data, created_at)
             SELECT o.collaboration_id, n.number, o.user_id, o.kind, o.slot, o.page,
                    CAST($4 AS TEXT) || CAST(n.number AS TEXT) || CAST($5 AS TEXT), o.created_at
             FROM numbers n, (SELECT * FROM operations WHERE collaboration_id = $1 AND kind = 'draw'
                              ORDER BY number LIMIT 1) o",
            &[&room, &(last + 1), &(last + count), &before, &after],
        )?;
        conn.execute(
            "UPDATE collaborations SET last_number = $2 WHERE id = $1",
            &[&room, &(last + count)],
        )
        .map(drop)
    });
}

#[test]
fn a_drawing_near_the_limit_goes_round_whole_and_one_beyond_it_changes_nothing() {
    let world = World::new();
    let (mia, _, session, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send(stroke("item_1", "m0", 0));
    at_ben.until("draw");
    let whole = state(LONGEST_STATE);
    at_mia.send_text(&whole);
    turn(&mut at_mia, &mia);
    let sent: Value = serde_json::from_str(&whole).unwrap();
    at_ben.send(sync("b0"));
    assert!(
        at_ben.until("canvas_state")["canvas_data"] == sent["canvas_data"],
        "whole"
    );

    let (zoe, mut beyond) = (world.child("Zoe"), state(LONGEST_STATE));
    beyond.push(' ');
    at_mia.send_text(&beyond);
    assert_eq!(at_mia.until("error")["message"], TOO_LONG);
    zoe.joins(&session);
    let (mut at_zoe, _) = zoe.enters(&session);
    at_zoe.send(sync("z0"));
    assert!(
        at_zoe.until("canvas_state")["canvas_data"] == sent["canvas_data"],
        "for a newcomer, too"
    );
    assert_eq!(world.app.envelope.gauges().bodies.held, 0);

    let kept = || world.number("SELECT COUNT(*) FROM room_canvases WHERE state IS NOT NULL");
    assert_eq!(kept(), 1);
    mia.post_nothing(&session.path("end/")).ok();
    world
        .run(tinytales::live::collaboration::sweep::sweep(&world.app))
        .unwrap();
    assert_eq!(kept(), 0, "nobody is shown it any more");
}

#[test]
fn who_reads_nothing_does_not_hold_up_the_others_and_is_closed_with_1013() {
    let world = World::new();
    let (_, _, session, mut at_mia, mut at_ben) = pair(&world);
    let zoe = world.child("Zoe");
    zoe.joins(&session);
    let (mut slow, _) = zoe.enters(&session);
    at_mia.until("user_joined");
    at_ben.until("user_joined");
    let mut large = stroke("item", "m0", 0);
    large["data"]["points"] = json!("x".repeat(200_000));
    let mut drawn = 0;
    while world.app.live.sockets.outboxes().gauges().overflows == 0 {
        at_mia.send(large.clone());
        at_ben.until("draw");
        drawn += 1;
        assert!(drawn < 100, "her outbox has no bound");
    }
    at_mia.send(stroke("afterwards", "m0", 0));
    assert_eq!(at_ben.until("draw")["data"]["itemId"], "afterwards");
    assert_eq!(slow.closed(), 1013);
    assert_eq!(at_ben.until("user_left")["user_id"], json!(zoe.id()));
}

#[test]
fn a_frame_of_ten_mebibytes_is_read_past_and_the_room_goes_on() {
    let world = World::new();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send_text(&"a".repeat(10 << 20));
    assert_eq!(at_mia.until("error")["message"], TOO_LONG);
    at_mia.send(stroke("item_1", "m0", 0));
    assert_eq!(at_ben.until("draw")["data"]["itemId"], "item_1");
}
