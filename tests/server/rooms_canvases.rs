//! Whole drawings: who is shown one, whose counts, and what a clear leaves.

use std::thread;
use std::time::{Duration, Instant};

use database::Dialect;
use serde_json::{Value, json};

use crate::held_up::{HeldUp, is_held_up, until};
use crate::support::{World, eventually};
use crate::together::{pair, stroke};

fn sync(page_id: &str) -> Value {
    json!({"type": "request_sync", "page_id": page_id, "page_index": 0, "is_cover_image": false})
}

fn state(project: &str, page_id: &str) -> Value {
    json!({"type": "canvas_state", "canvas_data": {"projectData": project}, "target_user_id": 0,
        "page_id": page_id, "page_index": 0, "is_cover_image": false})
}

/// What an app says that was asked for its canvas.
fn answer(asked: &Value, project: &str, page_id: &str) -> Value {
    let mut state = state(project, page_id);
    state["target_user_id"] = asked["requesting_user_id"].clone();
    state
}

#[test]
fn who_asks_is_shown_the_strokes_when_no_state_is_stored() {
    let world = World::new();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send(stroke("item_1", "m0", 0));
    at_mia.send(stroke("item_2", "m0", 0));
    at_ben.until("draw");
    at_ben.until("draw");
    at_ben.send(sync("b0"));
    // The apps show a stroke twice that comes twice: nobody knows what is on his canvas, so each goes before it comes.
    for item in ["item_1", "item_2"] {
        let gone = at_ben.next();
        assert_eq!(
            (&gone["type"], &gone["data"]),
            (
                &json!("delete_item"),
                &json!({"itemId": item, "pageId": "m0", "pageIndex": 0, "isCoverImage": false})
            )
        );
        let shown = at_ben.next();
        assert_eq!(
            (&shown["type"], &shown["data"]["itemId"]),
            (&json!("draw"), &json!(item))
        );
    }
}

#[test]
fn what_comes_while_somebody_waits_to_be_shown_a_canvas_comes_once() {
    let world = World::new();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send(stroke("item_1", "m0", 0));
    at_ben.until("draw");
    at_ben.send(sync("b0"));
    at_ben.send(json!({"type": "page_change", "page_number": 0}));
    at_mia.until("page_change");
    at_mia.send(stroke("item_2", "m0", 0));
    // Where it takes long, he is shown the first before the second has come.
    let mut shown: Vec<Value> = (0..2)
        .map(|_| at_ben.until("draw")["data"]["itemId"].clone())
        .collect();
    shown.sort_by_key(Value::to_string);
    assert_eq!(shown, ["item_1", "item_2"]);
    at_mia.send(stroke("item_3", "m0", 0));
    assert_eq!(at_ben.until("draw")["data"]["itemId"], "item_3");
}

#[test]
fn who_is_on_a_canvas_is_asked_for_it_and_whoever_comes_is_shown_the_answer() {
    let world = World::new();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send(stroke("item_1", "m0", 0));
    at_ben.until("draw");
    let asked = at_mia.until("request_canvas_state");
    assert!(
        asked["requesting_user_id"].as_i64().unwrap() < 0,
        "nobody's id: {asked}"
    );
    assert_eq!(asked["page_index"], 0);
    at_mia.send(answer(&asked, "all of item_1", "m0"));
    at_mia.send(stroke("item_2", "m0", 0));
    at_ben.until("draw");
    at_ben.send(sync("b0"));
    let shown = at_ben.next();
    assert_eq!(shown["type"], "canvas_state");
    assert_eq!(shown["canvas_data"], json!({"projectData": "all of item_1"}));
    assert_eq!(shown["sender_user_id"], "server");
    assert_eq!(shown["page_index"], 0);
    assert_eq!(at_ben.next()["data"]["itemId"], "item_2");
}

#[test]
fn a_stroke_that_has_no_number_yet_counts_as_part_of_the_drawing_that_shows_it() {
    let world = World::new();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send(stroke("item_1", "m0", 0));
    at_ben.until("draw");
    let asked = at_mia.until("request_canvas_state");
    thread::scope(|scope| {
        let held_up = match world.app.database.dialect() {
            Dialect::Sqlite => HeldUp::writes(&world, scope),
            Dialect::Postgres => HeldUp::table(&world, scope, "LOCK TABLE operations IN EXCLUSIVE MODE"),
        };
        at_mia.send(stroke("item_2", "m0", 0));
        until("the stroke waits", || is_held_up(&world));
        at_mia.send(answer(&asked, "item_1 and item_2", "m0"));
        held_up.go_on();
    });
    eventually("both strokes are in the drawing and in nothing else", || {
        let strokes = world.sql(|conn| {
            conn.one("SELECT COUNT(*) FROM operations WHERE kind = 'draw'", &[])?
                .take::<i64>()
        });
        strokes == 0
    });
    at_ben.until("draw");
    at_ben.send(sync("b0"));
    let shown = at_ben.until("canvas_state");
    assert_eq!(shown["canvas_data"]["projectData"], "item_1 and item_2");
}

#[test]
fn coming_to_a_canvas_is_enough_to_be_shown_it() {
    let world = World::new();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send(stroke("item_1", "m0", 0));
    at_ben.until("draw");
    let asked = at_mia.until("request_canvas_state");
    at_mia.send(answer(&asked, "all of item_1", "m0"));
    at_mia.send(json!({"type": "page_change", "page_number": 0}));
    at_ben.until("page_change");
    at_ben.send(
        json!({"type": "cursor", "position": {"x": 1, "y": 1}, "page_id": "b0", "page_index": 0,
        "is_cover_image": false}),
    );
    let shown = at_ben.until("canvas_state");
    assert_eq!(shown["canvas_data"]["projectData"], "all of item_1");
}

#[test]
fn a_canvas_that_never_rests_is_asked_for_when_much_has_been_drawn() {
    let world = World::new();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    let start = Instant::now();
    for item in ["item_1", "item_2", "item_3"] {
        let mut long = stroke(item, "m0", 0);
        long["data"]["pathData"] = "x".repeat(200 << 10).into();
        at_mia.send(long);
    }
    at_mia.until("request_canvas_state");
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "not for want of strokes"
    );
    assert_eq!(at_ben.until("draw")["data"]["itemId"], "item_1");
}

#[test]
fn the_longest_stroke_reaches_everybody() {
    let world = World::new();
    let (_, ben, session, mut at_mia, mut at_ben) = pair(&world);
    let mut long = stroke("item_1", "m0", 0);
    long["data"]["pathData"] = "x".repeat((1 << 20) - 512).into();
    at_mia.send(long);
    at_mia.send(stroke("item_2", "m0", 0));
    assert_eq!(at_ben.until("draw")["data"]["itemId"], "item_1");
    assert_eq!(at_ben.until("draw")["data"]["itemId"], "item_2");
    let (mut again, _) = ben.enters(&session);
    again.send(sync("b0"));
    assert_eq!(again.until("draw")["data"]["itemId"], "item_1");
    assert_eq!(again.until("draw")["data"]["itemId"], "item_2");
}

#[test]
fn a_newcomers_blank_canvas_does_not_count() {
    let world = World::new();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send(stroke("item_1", "m0", 0));
    at_ben.until("draw");
    at_ben.send(state("blank", "b0"));
    at_ben.send(json!({"type": "page_change", "page_number": 0}));
    at_mia.until("page_change");
    at_mia.send(sync("m0"));
    // Stroke by stroke, because there is no state.
    let shown = [at_mia.next(), at_mia.next()];
    assert_eq!([&shown[0]["type"], &shown[1]["type"]], ["delete_item", "draw"]);
}

#[test]
fn a_clear_leaves_nothing_to_come_back() {
    let world = World::new();
    let (_, ben, session, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send(stroke("item_1", "m0", 0));
    at_ben.until("draw");
    let asked = at_mia.until("request_canvas_state");
    at_mia.send(answer(&asked, "all of item_1", "m0"));
    at_mia.send(json!({"type": "clear", "page_id": "m0", "page_index": 0, "is_cover_image": false}));
    at_ben.until("clear");
    at_mia.send(stroke("item_2", "m0", 0));
    at_ben.until("draw");
    let (mut again, _) = ben.enters(&session);
    again.send(sync("b0"));
    let shown = again.until("draw");
    assert_eq!(shown["data"]["itemId"], "item_2");
}

#[test]
fn a_snapshot_is_shown_to_whoever_comes() {
    let world = World::new();
    let (_, ben, session, mut at_mia, mut at_ben) = pair(&world);
    let picture = crate::drawings::drawing();
    at_mia.send(stroke("item_1", "m0", 0));
    at_ben.until("draw");
    at_mia.send(json!({"type": "canvas_snapshot", "page_id": "m0", "is_cover_image": false, "canvas_data_url": picture}));
    at_mia.send(
        json!({"type": "canvas_snapshot", "page_id": "cover_image", "is_cover_image": true,
        "canvas_data_url": picture}),
    );
    at_mia.send(json!({"type": "page_change", "page_number": 0}));
    at_mia.until("page_change");
    world.sweeps();
    world.app.clock.advance(10 * tinytales::clock::MINUTE);
    world.sweeps();
    let (_socket, init) = ben.enters(&session);
    assert_eq!(init["canvas_data"]["cover_image"], json!(picture));
    assert_eq!(init["canvas_data"]["pages"], json!({"m0": picture}));
}
