use std::collections::HashSet;

use proptest::prelude::*;

use super::super::samples::{join, nasty_text, seeded, small};
use super::super::{Picture, PictureId};
use super::*;

fn split(text: &str) -> (Skeleton, Vec<Picture>) {
    Skeleton::split(text).unwrap()
}

/// The canvas that the rules make of a text, its pictures put back.
fn accepted(text: &str, stored: Option<&str>) -> Result<String, CanvasError> {
    let (canvas, mut pictures) = split(text);
    let stored = stored.map(|stored| {
        let (stored, its_pictures) = split(stored);
        pictures.extend(its_pictures);
        stored
    });
    accept(canvas, stored.as_ref()).map(|canvas| join(&canvas, &pictures))
}

#[test]
fn a_canvas_that_keeps_the_rules_stays_to_the_byte() {
    let (png, jpeg) = (small(Kind::Png), small(Kind::Jpeg));
    for text in [
        "[]".to_owned(),
        " [ { } ,\n{\"id\" : 7, \"order\":\"x\"}]".to_owned(),
        format!(
            r#"[{{"id":"cover","order":-1,"canvasData":"{jpeg}"}}, {{"order":0, "canvasData":"{png}","id":"é\u00e9"}}]"#
        ),
        r#"[{"id":"a","canvasData":"https:\/\/example.org\/a.png?q=\"1\""},{"canvasData":"HTTP://x"}]"#
            .to_owned(),
        // Too little base64 for a picture is text, under an allowed scheme.
        r#"[{"id":"a","canvasData":"data:image/png;base64,AAAA"}]"#.to_owned(),
        r#"[{"id":"a","other":"javascript:x","n":1e3}]"#.to_owned(),
        format!(r#"[{{"{png}":1}}]"#),
    ] {
        assert_eq!(accepted(&text, None), Ok(text.clone()));
    }
}

#[test]
fn only_an_array_of_objects_is_a_canvas() {
    for text in [
        "",
        "x",
        "{}",
        "null",
        "[1]",
        "[null]",
        "[[]]",
        "[{}",
        "[{}]]",
        "[{}]x",
        "[{\"a\":\u{1}}]",
        "[{\"\u{1}\":0}]",
    ] {
        assert_eq!(accepted(text, None), Err(CanvasError::NotRows), "{text:?}");
    }
    let rows = |count| format!("[{}]", vec!["{}"; count].join(","));
    assert!(accepted(&rows(200), None).is_ok());
    assert_eq!(accepted(&rows(201), None), Err(CanvasError::TooLarge));
    assert_eq!(accepted(&rows(100_000), None), Err(CanvasError::TooLarge));
    let members = |count| format!("[{{{}}}]", vec!["\"a\":0"; count].join(","));
    assert!(accepted(&members(64), None).is_ok());
    assert_eq!(accepted(&members(65), None), Err(CanvasError::TooLarge));
}

#[test]
fn an_image_of_another_scheme_or_type_is_taken_out() {
    for image in [
        r#""javascript:alert(1)""#,
        r#""data:image/svg+xml;base64,AAAA""#,
        r#""data:text/html,x""#,
        r#""ftp://x""#,
        r#""""#,
        r#"" https://x""#,
        "null",
        "7",
        "[]",
        r#"{"canvasData":"https://x"}"#,
    ] {
        let text = format!(r#"[{{"id": "a", "canvasData":{image}, "order":0}} , {{"id":"b","z":1.50}}]"#);
        assert_eq!(
            accepted(&text, None).unwrap(),
            r#"[{"id":"a","order":0},{"id":"b","z":1.50}]"#,
            "{image}"
        );
    }
    // Every spelling of the name, and every member of it.
    let twice = r#"[{"canvasData":"ftp://x","canvas\u0044ata":"ftp://y","id":"a"}]"#;
    assert_eq!(accepted(twice, None).unwrap(), r#"[{"id":"a"}]"#);
}

#[test]
fn an_image_on_the_senders_device_is_the_stored_one_of_its_page() {
    let png = small(Kind::Png);
    let stored = format!(
        r#"[{{"id":"cover","canvasData":"https://x/c"}},{{"id":"a","canvasData":"{png}"}},{{"id":"c","canvasData":"blob:old"}},{{"canvasData":"{png}"}}]"#
    );
    let sent = r#"[{"id":"cover","canvasData":"blob:1"},{"id":"b","canvasData":"__INDEXED_DB__"},{"id":"c","canvasData":"blob:2"},{"id":"a","order":2,"canvasData":"blob:https://app/3"},{"canvasData":"blob:4"}]"#;
    let expected = format!(
        r#"[{{"id":"cover","canvasData":"https://x/c"}},{{"id":"b"}},{{"id":"c"}},{{"id":"a","order":2,"canvasData":"{png}"}},{{}}]"#
    );
    assert_eq!(accepted(sent, Some(&stored)).unwrap(), expected);
    let bare = r#"[{"id":"cover"},{"id":"b"},{"id":"c"},{"id":"a","order":2},{}]"#;
    for nothing in [None, Some("not json"), Some("[]"), Some("")] {
        assert_eq!(accepted(sent, nothing).unwrap(), bare);
    }
    assert!(needs_stored(&split(sent).0) && !needs_stored(&split(&stored.replace("blob:", "")).0));
}

#[test]
fn a_row_without_an_image_keeps_none() {
    let stored = format!(r#"[{{"id":"a","canvasData":"{}"}}]"#, small(Kind::Png));
    for sent in [
        r#"[{"id":"a"}]"#,
        r#"[{"id":"a"},{"id":"b","canvasData":"blob:x"}]"#,
    ] {
        let expected = sent.replace(r#","canvasData":"blob:x""#, "");
        assert_eq!(accepted(sent, Some(&stored)).unwrap(), expected);
    }
}

#[test]
fn a_reference_cannot_be_forged() {
    let forged = Reference {
        kind: Kind::Png,
        id: PictureId::of(b"of somebody else"),
        bytes: 16,
    }
    .to_string();
    let escaped = forged.replace('\u{1}', "\\u0001");
    let private = forged.replace('\u{1}', "\u{E000}");
    for text in [
        format!(r#"[{{"id":"a","canvasData":"{escaped}"}}]"#),
        format!(r#"[{{"id":"a","{escaped}":"{escaped}","canvasData":"blob:x"}}]"#),
        format!(r#"[{{"id":"a","{private}":"{private}","canvasData":"{private}"}}]"#),
        format!(
            r#"[{{"id":"{private}","canvasData":"{}"}},{{"canvasData":7}}]"#,
            small(Kind::Gif)
        ),
    ] {
        let (canvas, pictures) = split(&text);
        let canvas = accept(canvas, None).unwrap();
        assert_eq!(
            canvas.pictures().collect::<Vec<_>>(),
            pictures.iter().map(Picture::reference).collect::<Vec<_>>()
        );
        assert!(!join(&canvas, &pictures).contains('\u{1}'));
    }
    let stored = Skeleton::from_stored(format!(r#"[{{"id":"a","canvasData":"{escaped}"}}]"#));
    assert_eq!(cover_of(&Skeleton::default(), &stored), None);
    let raw = split(&format!(r#"[{{"id":"a","canvasData":"{forged}"}}]"#)).0;
    assert_eq!(accept(raw, None), Err(CanvasError::NotRows));
    assert_eq!(accept_cover(split(&forged).0), None);
}

#[test]
fn covers_keep_the_same_rule() {
    let png = small(Kind::Png);
    for (sent, stays) in [
        (png.as_str(), true),
        ("https://example.org/a.png", true),
        ("data:image/jpeg;base64,broken", true),
        ("", true),
        ("blob:x", false),
        ("javascript:x", false),
        ("data:image/svg+xml;base64,AAAA", false),
        ("just text", false),
        (&format!("{png}\"{png}"), false),
    ] {
        let cover = split(sent).0;
        assert_eq!(accept_cover(cover.clone()), stays.then_some(cover), "{sent}");
    }
    assert_eq!(
        accept_cover(split("  https://x \n").0).unwrap().as_str(),
        "https://x"
    );
    assert_eq!(accept_cover(split(" \n").0).unwrap().as_str(), "");
}

#[test]
fn the_shown_cover_is_the_one_that_the_apps_derive() {
    let (png, gif) = (
        split(&small(Kind::Png)).1.remove(0),
        split(&small(Kind::Gif)).1.remove(0),
    );
    let (png_url, gif_url) = (small(Kind::Png), small(Kind::Gif));
    let url = |text: &str| Some(Cover::Url(text.to_owned()));
    let row = format!(
        r#"[{{"id":"p","canvasData":"https://x/p"}},{{"id":"q","order":-1,"canvasData":"{gif_url}"}}]"#
    );
    let cases = [
        (
            png_url.as_str(),
            row.as_str(),
            Some(Cover::Picture(png.reference())),
        ),
        ("https://x/c", &row, url("https://x/c")),
        ("", &row, Some(Cover::Picture(gif.reference()))),
        (
            "",
            r#"[{"id":"p","canvasData":"https://x/p"},{"id":"cover"}]"#,
            url("https://x/p"),
        ),
        ("", r#"[{"id":"p"},{"id":"q","canvasData":"https://x/q"}]"#, None),
        (
            "data:image/png;base64,AAAA",
            r#"[{"canvasData":"https://x/p"}]"#,
            url("https://x/p"),
        ),
        ("", "not json", None),
        ("", "[]", None),
    ];
    for (cover, canvas, shown) in cases {
        assert_eq!(
            cover_of(&split(cover).0, &split(canvas).0),
            shown,
            "{cover} and {canvas}"
        );
    }
    let long = format!("https://x/{}", "a".repeat(LONGEST_COVER_URL));
    assert_eq!(cover_of(&split(&long).0, &split("[]").0), None);
}

#[test]
fn a_page_key_names_the_set_of_pages() {
    let key = |text: &str| page_key(&split(text).0);
    let two = key(r#"[{"id":"a"},{"id":"b","canvasData":"https://x"}]"#);
    assert_eq!(two.as_ref().map(String::len), Some(64));
    assert_eq!(
        key(r#"[{"id":"cover"},{"id":"b"},{"id":"c","order":-1},{"id":"a"},{"id":"a"}]"#),
        two
    );
    assert_ne!(key(r#"[{"id":"ab"}]"#), two);
    assert_ne!(key(r#"[{"id":"a"}]"#), two);
    let too_long = format!(r#"[{{"id":"{}"}}]"#, "a".repeat(65));
    for none in [
        "[]",
        "x",
        r#"[{"id":"cover"}]"#,
        r#"[{"id":7},{"order":1}]"#,
        &too_long,
    ] {
        assert_eq!(key(none), None, "{none}");
    }
}

proptest! {
    #![proptest_config(seeded(19))]

    #[test]
    fn what_was_accepted_is_accepted_unchanged(
        images in prop::collection::vec(
            prop_oneof![nasty_text(), Just(small(Kind::Png)), Just("blob:x".to_owned()), Just("https://x".to_owned())], 0..5),
        names in prop::collection::vec(nasty_text(), 5),
    ) {
        let rows: Vec<_> = images.iter().zip(&names).map(|(image, name)| serde_json::json!({
            "id": name, name.as_str(): 0, "canvasData": image,
        })).collect();
        let (canvas, pictures) = split(&serde_json::Value::from(rows).to_string());
        let accepted = accept(canvas, None).unwrap();
        // Nothing appears that was not sent, and what is left is JSON and keeps the rules.
        let sent: HashSet<_> = pictures.iter().map(|picture| picture.id).collect();
        prop_assert!(accepted.pictures().all(|reference| sent.contains(&reference.id)));
        let joined = join(&accepted, &pictures);
        let read: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&joined).unwrap();
        prop_assert_eq!(read.len(), images.len());
        prop_assert_eq!(accept(accepted.clone(), None), Ok(accepted));
    }

    #[test]
    fn any_text_is_judged(text in nasty_text()) {
        let (canvas, _) = split(&text);
        let _ = (page_key(&canvas), cover_of(&canvas, &canvas), accept_cover(canvas.clone()), accept(canvas, None));
    }
}

#[test]
fn pages_are_counted_however_the_canvas_came_to_be() {
    let png = small(Kind::Png);
    for (text, expected) in [
        ("[]".to_owned(), Some(0)),
        (
            format!(r#"[{{"id":"cover","canvasData":"{png}"}},{{"id":"a"}}]"#),
            Some(2),
        ),
        (r#"{"pages":[{"id":"p0"},{"id":"p1"},3]}"#.to_owned(), Some(3)),
        (r#"{"pages":7}"#.to_owned(), Some(1)),
        (r#"{"strokes":[]}"#.to_owned(), Some(1)),
        ("null".to_owned(), Some(1)),
        (String::new(), None),
        ("[{".to_owned(), None),
        ("[\"\u{1}\"]".to_owned(), None),
    ] {
        let (canvas, _) = split(&text);
        assert_eq!(pages(&canvas), expected, "{text:?}");
    }
}
