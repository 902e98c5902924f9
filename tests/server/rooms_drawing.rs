//! Drawing and writing together: what is relayed, to whom, and in which order.

use serde_json::{Value, json};

use crate::support::{Client, World, eventually};
use crate::together::{pair, stroke};

/// A message with fields of its sender, as it is relayed.
fn relayed(mut message: Value, by: &Client, name: &str) -> Value {
    message["user_id"] = json!(by.id());
    message["username"] = json!(name);
    message
}

#[test]
fn what_one_does_the_other_sees_in_order() {
    let world = World::new();
    let (mia, _ben, _, mut at_mia, mut at_ben) = pair(&world);
    let page = json!({"pageId": "m0", "pageIndex": 0, "isCoverImage": false});
    let mut text_object = page.clone();
    text_object["textId"] = json!("t1");
    let mut item = page.clone();
    item["itemId"] = json!("item_1");
    let messages = [
        stroke("item_1", "m0", 0),
        json!({"type": "text_edit", "page_id": "m0", "page_index": 0, "text": "Once"}),
        json!({"type": "delete_item", "data": item}),
        json!({"type": "text_edit_advanced", "data": text_object}),
        json!({"type": "transform_operation", "data": page}),
        json!({"type": "transform", "data": {"a": [1, 2]}}),
        json!({"type": "delete", "data": {"b": null}}),
        json!({"type": "clear", "page_id": "m0", "page_index": 0, "is_cover_image": false}),
        json!({"type": "page_change", "page_number": 3}),
    ];
    for message in &messages {
        at_mia.send(message.clone());
    }
    for message in &messages {
        assert_eq!(at_ben.next(), relayed(message.clone(), &mia, "mia"));
    }
    // Only the page change comes back to its sender, and of the clear nothing crossed it.
    assert_eq!(at_mia.next()["type"], "page_change");
}

#[test]
fn nobody_speaks_in_the_name_of_another() {
    let world = World::new();
    let (mia, ben, _, mut at_mia, mut at_ben) = pair(&world);
    let mut message = stroke("item_1", "m0", 0);
    message["user_id"] = json!(ben.id());
    message["username"] = json!("ben");
    at_mia.send(message);
    let seen = at_ben.next();
    assert_eq!(seen["user_id"], json!(mia.id()));
    assert_eq!(seen["username"], "mia");
}

#[test]
fn parts_of_a_stroke_come_under_the_name_that_the_apps_listen_to() {
    let world = World::new();
    let (mia, _, _, mut at_mia, mut at_ben) = pair(&world);
    let item = json!({"type": "draw_batch_progress", "strokeId": "s1", "points": [{"x": 1}], "data": {"strokeId": "s1"}});
    at_mia.send(json!({"type": "draw_batch", "batch": [item], "page_id": "m0", "page_index": 0, "is_cover_image": false}));
    let end = json!({"type": "draw_batch_end", "strokeId": "s1"});
    at_mia.send(json!({"type": "draw_batch", "batch": [end], "page_id": "m0", "page_index": 0, "is_cover_image": false}));
    at_mia.send(stroke("item_1", "m0", 0));
    let seen = at_ben.next();
    assert_eq!(seen["type"], "drawing_batch_update");
    assert_eq!(seen["user_id"], json!(mia.id()));
    let id = format!("{}_s1", mia.id());
    assert_eq!(seen["batch"][0]["strokeId"], json!(id));
    assert_eq!(seen["batch"][0]["data"]["strokeId"], json!(id));
    assert_eq!(at_ben.next()["batch"][0]["type"], "draw_batch_end");
    assert_eq!(at_ben.next()["type"], "draw");
}

#[test]
fn pointers_are_passed_on_ten_times_a_second_and_the_newest_counts() {
    let world = World::new();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    for x in 0..30 {
        at_mia
            .send(json!({"type": "cursor", "position": {"x": x, "y": 1}, "page_id": "m0", "page_index": 0}));
    }
    let first = at_ben.next();
    assert_eq!(first["type"], "cursor");
    assert_eq!(first["cursor_color"], "#FF6B6B");
    let mut seen = 1;
    let mut last = first;
    while last["position"]["x"] != json!(29) {
        last = at_ben.next();
        seen += 1;
    }
    assert!(seen < 15, "{seen} of 30 pointers were sent");
}

#[test]
fn what_somebody_is_doing_is_told_with_what_a_typing_bubble_needs() {
    let world = World::new();
    let (mia, _, _, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send(
        json!({"type": "presence_update", "cursor_position": {"cursorPos": 1, "elementId": "story-title"},
        "current_tool": null, "activity": "typing_title", "user_id": 1, "user_name": "x", "timestamp": 5,
        "typing": {"elementId": "story-title", "elementType": "title", "more": 1}}),
    );
    assert_eq!(
        at_ben.next(),
        json!({"type": "presence_update", "user_id": mia.id(), "username": "mia",
            "cursor_position": {"cursorPos": 1, "elementId": "story-title"}, "current_tool": null,
            "activity": "typing_title",
            "typing": {"elementId": "story-title", "elementType": "title", "pageIndex": null}})
    );
}

#[test]
fn titles_are_trimmed_and_the_last_one_counts() {
    let world = World::new();
    let (mia, _, session, mut at_mia, mut at_ben) = pair(&world);
    for title in ["  M ", "Mo", "Moo", "Moon", "   "] {
        at_mia.send(json!({"type": "title_edit", "title": title}));
    }
    assert_eq!(
        at_ben.next(),
        json!({"type": "title_edit", "user_id": mia.id(), "username": "mia", "title": "M"})
    );
    // Of those that come faster than titles are passed on, the newest; how fast they come here, nobody knows.
    while at_ben.next()["title"] != "Moon" {}
    let (_socket, init) = mia.enters(&session);
    assert_eq!(init["story_draft"]["title"], "Moon");
}

#[test]
fn pages_are_added_at_their_true_place_and_deleted_once() {
    let world = World::new();
    let (mia, ben, _, mut at_mia, mut at_ben) = pair(&world);
    let add = json!({"type": "add_page", "page_data": {"page_index": 1, "mood": "x"}, "page_index": 1});
    at_mia.send(add.clone());
    let first = at_ben.next();
    assert_eq!(first, at_mia.next());
    assert_eq!(
        first["page_data"]["page_index"], 1,
        "the page that every client has is there already"
    );
    assert_eq!(first["page_data"]["mood"], "x");
    at_ben.send(add);
    let second = at_ben.next();
    assert_eq!(
        second["page_data"]["page_index"], 2,
        "added at the same time, it stands behind"
    );
    assert_eq!(second["user_id"], json!(ben.id()));
    at_mia.until("page_added");

    let id = first["page_data"]["id"].clone();
    at_mia.send(json!({"type": "page_change", "page_number": 1}));
    at_ben.until("page_change");
    at_ben.send(json!({"type": "delete_page", "page_index": 1, "page_id": id}));
    assert_eq!(at_ben.next()["type"], "error", "somebody is there");
    let viewers = at_ben.next();
    assert_eq!(viewers["page_viewers"]["1"][0]["username"], "mia");
    assert_eq!(viewers["page_viewers"]["0"][0]["username"], "ben");
    at_mia.until("page_change");
    at_mia.send(json!({"type": "delete_page", "page_index": 1, "page_id": id}));
    at_mia.send(json!({"type": "delete_page", "page_index": 1, "page_id": id}));
    assert_eq!(
        at_mia.next(),
        json!({"type": "page_deleted", "user_id": mia.id(), "username": "mia", "page_id": id, "page_index": 1})
    );
    at_mia.send(json!({"type": "get_page_viewers"}));
    let viewers = at_mia.next();
    assert_eq!(viewers["page_viewers"]["0"].as_array().unwrap().len(), 2);
}

#[test]
fn a_layer_is_told_whole() {
    let world = World::new();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    let page = json!({"pageId": "m0", "pageIndex": 0, "isCoverImage": false, "layerId": "l1"});
    let mut create = page.clone();
    create["name"] = json!("Sky");
    create["visible"] = json!(true);
    create["opacity"] = json!(0.5);
    at_mia.send(json!({"type": "layer_operation", "operation": "create", "data": create}));
    let mut update = page;
    update["locked"] = json!(true);
    at_mia.send(json!({"type": "layer_operation", "operation": "update", "data": update}));
    at_ben.next();
    let seen = at_ben.next();
    assert_eq!(seen["operation"], "update");
    for (key, value) in [
        ("name", json!("Sky")),
        ("visible", json!(true)),
        ("opacity", json!(0.5)),
        ("locked", json!(true)),
        ("blendMode", json!("normal")),
    ] {
        assert_eq!(seen["data"][key], value, "{key}");
    }
}

#[test]
fn bad_messages_get_a_sentence_and_the_socket_stays() {
    let world = World::new();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    let deep = format!(
        r#"{{"type":"draw","page_index":0,"data":{{"a":{}{}}}}}"#,
        "[".repeat(40),
        "]".repeat(40)
    );
    let long = format!(
        r#"{{"type":"text_edit","page_index":0,"text":"{}"}}"#,
        "x".repeat(20_001)
    );
    let oversize = format!(r#"{{"type":"cursor","position":"{}"}}"#, "x".repeat(300_000));
    for bad in [
        "nonsense",
        "[1]",
        "7",
        r#"{"type":"draw","page_index":0,"data":[1]}"#,
        r#"{"type":"draw","page_index":0}"#,
        r#"{"type":"draw","page_index":-7,"data":{}}"#,
        r#"{"type":"draw","page_index":"one","data":{}}"#,
        r#"{"type":"text_edit","page_index":-1,"text":"x"}"#,
        r#"{"type":"text_edit","page_index":201,"text":"x"}"#,
        r#"{"type":"page_change","page_number":"x"}"#,
        r#"{"type":"kick_user"}"#,
        r#"{"type":"canvas_snapshot","page_id":"m0","canvas_data_url":"data:text/html;base64,AAAA"}"#,
        deep.as_str(),
        long.as_str(),
        oversize.as_str(),
    ] {
        at_mia.send_text(bad);
        let answer = at_mia.next();
        assert_eq!(answer["type"], "error", "{}", &bad[..bad.len().min(60)]);
        let sentence = answer["message"].as_str().unwrap();
        assert!(
            sentence.ends_with('.') && !sentence.contains("line"),
            "{sentence}"
        );
    }
    for ignored in [r#"{"type":"dance"}"#, r#"{"type":"session_ended"}"#, "{}"] {
        at_mia.send_text(ignored);
    }
    at_mia.send(stroke("item_1", "m0", 0));
    assert_eq!(at_ben.next()["type"], "draw");
}

#[test]
fn rude_words_are_masked_and_their_writer_sees_it() {
    let world = World::new();
    world.sql(|conn| {
        conn.execute(
            "INSERT INTO profanity_words (word, language, severity, is_active, created_at, updated_at)
             VALUES ('drat', 'en', 'mild', $1, 0, 0)",
            &[&true],
        )
        .map(drop)
    });
    world
        .run(tinytales::moderation::Words::reload(&world.app))
        .unwrap();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send(json!({"type": "text_edit", "page_id": "m0", "page_index": 0, "text": "Oh drat"}));
    assert_eq!(at_ben.next()["text"], "Oh d**t");
    assert_eq!(at_mia.next()["text"], "Oh d**t");
    let page =
        json!({"pageId": "m0", "pageIndex": 0, "isCoverImage": false, "textId": "t1", "content": "drat!"});
    at_mia.send(json!({"type": "text_edit_advanced", "data": page}));
    assert_eq!(at_ben.next()["data"]["content"], "d**t!");
    assert_eq!(at_mia.next()["data"]["content"], "d**t!");
    at_mia.send(json!({"type": "add_page", "page_index": 1, "page_data": {"page_index": 1, "text": "drat"}}));
    assert_eq!(at_ben.until("page_added")["page_data"]["text"], "d**t");
    let caret = json!({"cursorPos": 4, "elementId": "page-text-0", "textValue": "drat"});
    at_mia.send(json!({"type": "presence_update", "cursor_position": caret, "activity": "typing_text"}));
    assert_eq!(
        at_ben.until("presence_update")["cursor_position"]["textValue"],
        "d**t"
    );
}

#[test]
fn the_texts_of_a_room_are_bounded_and_kept_in_time() {
    let world = World::new();
    let (_, _, _, mut at_mia, mut at_ben) = pair(&world);
    // Four bytes each: the longest text of a page.
    let long = "\u{1f431}".repeat(20_000);
    let fit = (1 << 20) / long.len();
    for page in 0..fit {
        at_mia.send(json!({"type": "text_edit", "page_index": page, "text": long}));
        assert_eq!(at_ben.until("text_edit")["page_index"], page);
    }
    at_mia.send(json!({"type": "text_edit", "page_index": fit, "text": long}));
    let refused = at_mia.until("error");
    assert_eq!(
        refused["message"],
        "This story is too long. Make some of its texts shorter."
    );
    at_mia.send(json!({"type": "text_edit", "page_index": 0, "text": "short"}));
    at_mia.send(json!({"type": "text_edit", "page_index": fit, "text": long}));
    assert_eq!(at_ben.until("text_edit")["text"], "short");
    assert_eq!(at_ben.until("text_edit")["page_index"], fit);
    // What the log has is read again by whoever loads the room: so long a log is made short while they write.
    eventually("a checkpoint", || world.dump("room_checkpoints").len() == 1);
}
