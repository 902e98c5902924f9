//! What becomes of `canvas_data` and `cover_image` on their way in and out again.

use std::fmt::Write;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::drawings::{
    bytes_of, canvas, data_url, drawing, media_path, page_id, plain_story, png, row, story, with,
};
use crate::support::{Client, World};

fn rows_of(story: &Value) -> Value {
    serde_json::from_str(story["canvas_data"].as_str().unwrap()).unwrap()
}

/// Sends a canvas; the rows that are stored.
#[track_caller]
fn rows_after(client: &Client, story: i64, rows: &Value) -> Value {
    client.changes(story, json!({"canvas_data": rows.to_string()}));
    rows_of(&client.reads(story))
}

#[test]
fn what_exists_on_the_device_only_leaves_the_image_of_the_same_page_in_place() {
    let world = World::new();
    let mira = world.child("Mira");
    let (one, two) = (drawing(), drawing());
    let sent = json!([
        row("cover", -1, Some(&one)),
        row("p1", 0, Some(&two)),
        row("p2", 1, None)
    ]);
    let id = mira.makes(with(
        plain_story("the kettle"),
        json!({"canvas_data": sent.to_string()}),
    ));
    for elsewhere in ["blob:https://app.example/1-2-3", "blob:null/7", "__INDEXED_DB__"] {
        let again = json!([
            // Pages in another order keep their own image.
            row("p2", 0, Some(elsewhere)),
            row("p1", 1, Some(elsewhere)),
            row("cover", -1, Some(elsewhere)),
            row("p3", 2, Some(elsewhere)),
        ]);
        let kept = json!([
            row("p2", 0, None),
            row("p1", 1, Some(&two)),
            row("cover", -1, Some(&one)),
            row("p3", 2, None)
        ]);
        assert_eq!(rows_after(&mira, id, &again), kept, "{elsewhere}");
        assert_eq!(rows_after(&mira, id, &sent), sent);
    }
    // In a new story there is nothing to keep, and the row is no reason to refuse it.
    let blob = canvas(&[Some("blob:https://app.example/1"), Some(&one)]);
    let made = mira.makes(with(plain_story("the pan"), json!({"canvas_data": blob})));
    let rows = rows_of(&mira.reads(made));
    assert_eq!(rows[0].get("canvasData"), None);
    assert_eq!(rows[1]["canvasData"], json!(one));
    // Not those of another story: pages are told apart by story and id.
    let other = mira.makes(with(
        plain_story("the pot"),
        json!({"canvas_data": json!([row("q", 0, None)]).to_string()}),
    ));
    let theirs = json!([row("p1", 0, Some("blob:https://app.example/2"))]);
    assert_eq!(rows_after(&mira, other, &theirs), json!([row("p1", 0, None)]));
}

#[test]
fn a_row_without_an_image_has_none_from_then_on() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(with(
        plain_story("the kettle"),
        json!({"canvas_data": json!([row("p1", 0, Some(&drawing()))]).to_string()}),
    ));
    let cleared = json!([row("p1", 0, None)]);
    assert_eq!(rows_after(&mira, id, &cleared), cleared);
    assert_eq!(rows_after(&mira, id, &json!([])), json!([]));
}

#[test]
fn values_that_could_do_harm_are_taken_out_of_their_row() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(plain_story("the kettle"));
    let svg = "data:image/svg+xml;base64,PHN2Zy8+";
    for foreign in [
        json!(svg),
        json!("data:text/html,<script>alert(1)</script>"),
        json!("javascript:alert(1)"),
        json!("file:///etc/passwd"),
        json!("//example.org/a.png"),
        json!("ftp://example.org/a.png"),
        json!("DATA:image/png;base64,AAAA"),
        json!(""),
        json!("a word"),
        json!(null),
        json!(7),
        json!(["data:image/png;base64,AAAA"]),
        json!({"url": "https://example.org/a.png"}),
    ] {
        let mut sent = json!([row("p1", 0, None), row("p2", 1, Some(&drawing()))]);
        sent[0]["canvasData"] = foreign.clone();
        sent[0]["note"] = json!("stays");
        let mut expected = sent.clone();
        expected[0].as_object_mut().unwrap().remove("canvasData");
        assert_eq!(rows_after(&mira, id, &sent), expected, "{foreign}");
        // As a cover it is ignored, not refused: a refusal would stop the story from syncing at all.
        if foreign.is_string() && foreign != json!("") {
            let cover = drawing();
            mira.changes(id, json!({"cover_image": cover}));
            assert_eq!(
                mira.changes(id, json!({"cover_image": foreign}))["cover_image"],
                json!(cover),
                "{foreign}"
            );
        }
    }
    for kept in [
        "https://images.example/a.png?x=1&y=2",
        "http://images.example/b",
        "HTTPS://images.example/c",
    ] {
        let sent = json!([row("p1", 0, Some(kept))]);
        assert_eq!(rows_after(&mira, id, &sent), sent);
        assert_eq!(
            mira.changes(id, json!({"cover_image": kept}))["cover_image"],
            json!(kept)
        );
    }
    assert_eq!(
        mira.changes(id, json!({"cover_image": ""}))["cover_image"],
        json!(""),
        "an empty one clears it"
    );
}

#[test]
fn a_canvas_is_a_json_array_of_objects() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(story("the kettle"));
    let before = mira.reads(id);
    for text in [
        "{}",
        "null",
        "7",
        "\"text\"",
        "[1]",
        "[[]]",
        "[null]",
        "[{}",
        "[{}]]",
        "oops",
        "{\"pages\":[]}",
        "[{},]",
        "[{\"id\":\"a\" \"order\":0}]",
        "[{}] trailing",
        "[{\"a\":\"\u{1}\"}]",
        " ",
        "",
    ] {
        mira.patch(
            &format!("/api/stories/{id}/update/"),
            json!({"canvas_data": text}),
        )
        .refused_fields(&["canvas_data"]);
        let new = with(story("new"), json!({"canvas_data": text}));
        mira.post("/api/stories/create/", new)
            .refused_fields(&["canvas_data"]);
    }
    for value in [json!([]), json!({}), json!(7), json!(true), json!(null)] {
        let change = json!({"canvas_data": value});
        mira.patch(&format!("/api/stories/{id}/update/"), change)
            .refused_fields(&["canvas_data"]);
    }
    assert_eq!(mira.reads(id), before);
    assert_eq!(world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM stories"), 1);
    mira.changes(id, json!({"canvas_data": "[]"}));
    mira.changes(id, json!({"canvas_data": " [ { } ] "}));
    assert_eq!(mira.reads(id)["canvas_data"], json!("[ { } ]"));
}

#[test]
fn a_story_has_two_hundred_rows_at_most() {
    let world = World::new();
    let mira = world.child("Mira");
    let rows = |count: usize| canvas(&vec![None; count]);
    let id = mira.makes(with(plain_story("the kettle"), json!({"canvas_data": rows(200)})));
    let path = format!("/api/stories/{id}/update/");
    mira.patch(&path, json!({"canvas_data": rows(201)})).refused(413);
    mira.post(
        "/api/stories/create/",
        with(plain_story("new"), json!({"canvas_data": rows(201)})),
    )
    .refused(413);
    mira.patch(&path, json!({"canvas_data": rows(199)})).ok();
}

#[test]
fn what_is_no_picture_stays_the_text_that_it_is() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(plain_story("the kettle"));
    let good = drawing();
    let half = &good[..good.len() / 2];
    let broken = [
        "data:image/png;base64,".to_owned(),
        "data:image/png;base64,AAAA".to_owned(),
        "data:image/png;base64,not base64 at all!".to_owned(),
        format!("{half} {}", &good[good.len() / 2..]),
        format!("{half}\n{}", &good[good.len() / 2..]),
        format!("{good}=="),
        format!("{good}A"),
        good.replace("image/png", "image/jpeg"),
        good.replace('+', "-").replace('/', "_"),
        // The last character has bits that no byte needs.
        data_url("image/png", &png(7, 3)[..20])
            .replace("==", "")
            .trim_end_matches('=')
            .to_owned(),
    ];
    for text in &broken {
        if !text.starts_with("data:image/png;base64,") && !text.starts_with("data:image/jpeg;base64,") {
            continue;
        }
        let sent = json!([row("p1", 0, Some(text)), row("p2", 1, Some(&good))]);
        assert_eq!(rows_after(&mira, id, &sent), sent, "{text}");
        let changed = mira.changes(id, json!({"cover_image": text}));
        assert_eq!(changed["cover_image"], json!(text));
    }
    assert_eq!(world.pictures().len(), 1, "only the good one is a picture");
}

#[test]
fn the_cover_that_others_see_is_the_field_else_the_cover_row_else_the_first_page() {
    let world = World::new();
    let mira = world.child("Mira");
    let (field, row_image, first) = (drawing(), drawing(), drawing());
    let url = "https://images.example/cover.png";
    let address = |image: &str| json!(format!("http://{}{}", world.address, media_path(image)));
    let pages = |cover_row: Value| {
        json!([
            cover_row,
            row("a", 0, Some(&first)),
            row("b", 1, Some(&drawing()))
        ])
    };
    let cover_row = || row("cover", -1, Some(&row_image));
    let by_order_alone = || row(&page_id(), -1, Some(&row_image));
    for (cover, canvas, seen) in [
        (json!(field), pages(cover_row()), address(&field)),
        (json!(url), pages(cover_row()), json!(url)),
        (json!(""), pages(cover_row()), address(&row_image)),
        (json!(""), pages(by_order_alone()), address(&row_image)),
        (json!(""), pages(row("cover", -1, None)), address(&first)),
        (json!(""), json!([row("a", 0, Some(&first))]), address(&first)),
        (json!(""), json!([row("a", 0, Some(url))]), json!(url)),
        (
            json!(""),
            json!([row("a", 0, None), row("b", 1, None)]),
            json!(""),
        ),
        (json!(""), json!([]), json!("")),
    ] {
        let id = mira.publishes(with(
            plain_story("T"),
            json!({"cover_image": cover, "canvas_data": canvas.to_string()}),
        ));
        assert_eq!(
            world.guest().lists("/api/stories/")[0]["cover_image"],
            seen,
            "{cover} {canvas}"
        );
        assert_eq!(mira.reads(id)["cover_image"], cover, "the field itself stays");
        mira.delete(&format!("/api/stories/{id}/delete/")).ok();
    }
}

/// White space between the tokens of a JSON text.
fn space() -> impl Strategy<Value = String> {
    "[ \t\r\n]{0,3}"
}

/// A character inside a JSON string, in one of the spellings that JSON has for it.
fn spelt() -> impl Strategy<Value = String> {
    let escaped = prop::sample::select(vec![
        "\\\"",
        "\\\\",
        "\\/",
        "\\b",
        "\\f",
        "\\n",
        "\\r",
        "\\t",
        "\\u0001",
        "\\u001F",
        "\\u00e9",
        "\\uD83E\\uDD84",
        "\\ue000",
    ]);
    let plain = any::<char>().prop_filter_map("a character that needs no escape", |character| {
        (!matches!(character, '"' | '\\' | '\0'..='\u{1f}')).then(|| character.to_string())
    });
    prop_oneof![3 => "[a-z0-9 <>&'/:;,]", 1 => escaped.prop_map(str::to_owned), 1 => plain]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(spelt(), 0..12).prop_map(|parts| parts.concat())
}

/// What an image may be, as the inside of a JSON string.
fn image() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0_u64..6, 1_u32..12).prop_map(|(seed, side)| data_url("image/png", &png(seed, side))),
        // The same address spelt with escapes is a text.
        1 => (0_u64..6).prop_map(|seed| data_url("image/png", &png(seed, 4)).replace('/', "\\/")),
        1 => (0_u64..6).prop_map(|seed| data_url("image/png", &png(seed, 4)).replace("data", "\\u0064ata")),
        1 => "[A-Za-z0-9+/=]{0,40}".prop_map(|base64| format!("data:image/webp;base64,{base64}")),
        1 => text().prop_map(|rest| format!("https://images.example/{rest}")),
    ]
}

/// A member of a row: what the apps write, and what nobody writes.
fn member() -> impl Strategy<Value = String> {
    let order = prop_oneof![
        Just("0"),
        Just("-1"),
        Just("7"),
        Just("1e2"),
        Just("null"),
        Just("-0.50")
    ];
    let nested = prop::sample::select(vec![
        "{\"a\":[1,{\"b\":null}]}",
        "[]",
        "true",
        "[ \"x\" , {} ]",
        "1.0E+2",
    ]);
    prop_oneof![
        text().prop_map(|id| format!("\"id\":\"{id}\"")),
        order.prop_map(|order| format!("\"order\":{order}")),
        image().prop_map(|image| format!("\"canvasData\":\"{image}\"")),
        (text(), text()).prop_map(|(name, value)| format!("\"x{name}\":\"{value}\"")),
        (text(), nested).prop_map(|(name, value)| format!("\"y{name}\" : {value}")),
    ]
}

/// A canvas that has nothing in it that a rule takes out.
fn canvas_text() -> impl Strategy<Value = String> {
    let row = (prop::collection::vec(member(), 0..6), space()).prop_map(|(members, space)| {
        format!("{space}{{{}}}{space}", members.join(&format!("{space},{space}")))
    });
    prop::collection::vec(row, 0..6).prop_map(|rows| format!("[{}]", rows.join(",")))
}

#[test]
fn a_canvas_comes_back_to_the_letter() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.publishes(plain_story("the kettle"));
    let mut runner = TestRunner::new(Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    });
    let sent = (
        canvas_text(),
        image().prop_filter("an image", |image| !image.contains('\\')),
    );
    runner
        .run(&sent, |(canvas, cover)| {
            let changed = mira.changes(id, json!({"canvas_data": canvas, "cover_image": cover}));
            prop_assert_eq!(changed["canvas_data"].as_str(), Some(canvas.as_str()));
            let read = mira.reads(id);
            prop_assert_eq!(read["canvas_data"].as_str(), Some(canvas.as_str()));
            prop_assert_eq!(read["cover_image"].as_str(), Some(cover.trim()));
            let listed = mira.lists("/api/stories/");
            prop_assert_eq!(listed[0]["canvas_data"].as_str(), Some(canvas.as_str()));
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_text_comes_back_to_the_letter_however_it_was_spelt() {
    let world = World::new();
    let mira = world.child("Mira");
    let texts = [
        "Ünïcödé 🦄 日本語 \u{200d} \u{e000}\u{10ffff}",
        "quotes \" and \\ and / and \u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f}",
        "\u{1}p0000 \u{1}\u{1}",
        "line\u{2028}line\u{2029}",
        &"a long one 🦄 ".repeat(20_000),
    ];
    for text in texts {
        let text = text.trim();
        let id = mira.makes(with(plain_story("the kettle"), json!({"content": text})));
        assert_eq!(mira.reads(id)["content"], json!(text));
        // Every character spelt as an escape is the same text.
        let mut body = "{\"content\":\"".to_owned();
        for unit in text.encode_utf16() {
            write!(body, "\\u{unit:04X}").unwrap();
        }
        body += "\"}";
        mira.raw(
            "PATCH",
            &format!("/api/stories/{id}/update/"),
            &[("Content-Type", "application/json")],
            body.as_bytes(),
        )
        .ok();
        assert_eq!(mira.reads(id)["content"], json!(text));
    }
}

#[test]
fn a_picture_that_is_served_is_the_picture_that_was_sent() {
    let world = World::new();
    let mira = world.child("Mira");
    // Of every length modulo three, and around the borders of the pieces in which it is kept.
    for length in [24, 25, 26, 98_303, 98_304, 98_305, 196_608, 196_609, 3_000_000] {
        let mut bytes = png(1, 1010);
        bytes.truncate(length);
        let image = data_url("image/png", &bytes);
        let id = mira.publishes(with(
            plain_story("the kettle"),
            json!({"canvas_data": canvas(&[Some(&image)])}),
        ));
        assert!(
            rows_of(&mira.reads(id))[0]["canvasData"] == json!(image),
            "{length} bytes in the detail"
        );
        let served = world.guest().get(&media_path(&image));
        served.status(200);
        assert!(
            served.is_whole && served.body == bytes_of(&image),
            "{length} bytes by address"
        );
    }
}
