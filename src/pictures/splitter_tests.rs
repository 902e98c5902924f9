use proptest::prelude::*;
use serde_json::json;

use super::super::Kind;
use super::super::samples::{bytes_of, data_url, join, nasty_text, seeded, small};
use super::*;

const STORY: &[Field] = &[
    Field {
        name: "title",
        keep: Keep::Value(4096),
    },
    Field {
        name: "content",
        keep: Keep::Value(1024 * 1024),
    },
    Field {
        name: "genres",
        keep: Keep::Value(4096),
    },
    Field {
        name: "is_published",
        keep: Keep::Value(16),
    },
    Field {
        name: "canvas_data",
        keep: Keep::Skeleton(1024 * 1024),
    },
    Field {
        name: "cover_image",
        keep: Keep::Skeleton(1024 * 1024),
    },
];

fn split_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<(Body, Vec<Picture>), BodyError> {
    let mut splitter = Splitter::new(STORY);
    let mut pictures = Vec::new();
    for mut piece in pieces {
        while let Some(picture) = splitter.feed(&mut piece)? {
            pictures.push(picture);
        }
    }
    Ok((splitter.finish()?, pictures))
}

fn split(body: impl AsRef<[u8]>) -> Result<(Body, Vec<Picture>), BodyError> {
    split_pieces([body.as_ref()])
}

fn skeleton<'a>(body: &'a Body, name: &str) -> &'a Skeleton {
    match body.skeletons.get(name) {
        Some(Given::Text(skeleton)) => skeleton,
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn a_story_is_taken_apart() {
    let (page, cover) = (small(Kind::Png), small(Kind::Jpeg));
    let canvas = format!(r#"[{{"id":"p1","order":0,"canvasData":"{page}"}},{{"id":"p2","order":1}}]"#);
    let sent = json!({
        "title": "The \"Kettle\" \u{1F98A}", "content": "Once…\n", "genres": ["animal", 7, null], "is_published": false,
        "unknown": {"deep": [1, {"canvas_data": "x"}]}, "canvas_data": canvas, "cover_image": cover, "id": 5,
    });
    let (body, pictures) = split(sent.to_string()).unwrap();
    let expected = json!({
        "title": sent["title"], "content": sent["content"], "genres": sent["genres"], "is_published": false,
    });
    assert_eq!(Value::Object(body.fields.clone()), expected);
    assert_eq!(
        pictures.iter().map(|picture| picture.kind).collect::<Vec<_>>(),
        [Kind::Png, Kind::Jpeg]
    );
    assert_eq!(join(skeleton(&body, "canvas_data"), &pictures), canvas);
    assert_eq!(join(skeleton(&body, "cover_image"), &pictures), cover);
    assert!(skeleton(&body, "canvas_data").as_str().len() < canvas.len());
}

#[test]
fn where_a_body_is_cut_makes_no_difference() {
    let (page, mark) = (small(Kind::Gif), "\u{1}");
    let canvas = format!(
        r#"[{{"id":"é{mark}","canvasData":"{page}","n":"{{\"{page}\"}}","b":"{}"}}]"#,
        &page[..40]
    );
    let body = json!({"title": "\u{1F98A}\n", "genres": ["a\\", {"b": [-1.5e3]}], "canvas_data": canvas, "cover_image": page});
    // The same with every character beyond plain ones escaped.
    let ascii: String = body
        .to_string()
        .chars()
        .flat_map(|character| match character {
            '/' => "\\/".chars().collect::<Vec<_>>(),
            ' '..='~' => vec![character],
            other => other
                .encode_utf16(&mut [0; 2])
                .iter()
                .flat_map(|unit| format!("\\u{unit:04x}").chars().collect::<Vec<_>>())
                .collect(),
        })
        .collect();
    let whole = split(body.to_string()).unwrap();
    assert_eq!(whole.1.len(), 2);
    for sent in [body.to_string(), ascii] {
        let sent = sent.as_bytes();
        for place in 0..=sent.len() {
            let (start, end) = sent.split_at(place);
            assert_eq!(split_pieces([start, end]).unwrap(), whole, "cut at {place}");
            if place < sent.len() {
                assert!(split(start).is_err() || place == 0, "truncated at {place}");
            }
        }
        for step in [1, 2, 3, 5, 7] {
            assert_eq!(split_pieces(sent.chunks(step)).unwrap(), whole);
        }
    }
}

#[test]
fn what_is_no_base64_is_looked_at_wherever_a_body_is_cut() {
    let picture = small(Kind::Png);
    let (begun, rest) = picture.split_at(picture.len() / 2);
    let around = |inside: &[u8]| {
        let mut body = format!(r#"{{"cover_image":"{begun}"#).into_bytes();
        body.extend_from_slice(inside);
        body.extend_from_slice(format!(r#"{rest}"}}"#).as_bytes());
        body
    };
    let text = around("é\u{1F98A}".as_bytes());
    let (newline, broken) = (around(b"\n"), around(b"\xc3"));
    for at in 0..text.len() {
        let (body, pictures) = split_pieces(text.chunks(at + 1)).unwrap();
        assert_eq!(pictures.len(), 0);
        assert_eq!(
            skeleton(&body, "cover_image").as_str(),
            format!("{begun}é\u{1F98A}{rest}"),
            "in pieces of {}",
            at + 1
        );
        assert_eq!(split_pieces(newline.chunks(at + 1)), Err(BodyError::Malformed));
        assert_eq!(split_pieces(broken.chunks(at + 1)), Err(BodyError::InvalidUtf8));
    }
}

#[test]
fn a_wrong_type_is_told_but_not_kept() {
    for (sent, given) in [
        ("null", Given::Null),
        ("7", Given::WrongType),
        ("true", Given::WrongType),
        ("[]", Given::WrongType),
        (r#"[{"canvasData":"x"}]"#, Given::WrongType),
        (r#"{"a":{"b":[]}}"#, Given::WrongType),
    ] {
        let (body, _) = split(format!(r#"{{"canvas_data":{sent},"title":"t"}}"#)).unwrap();
        assert_eq!(body.skeletons.get("canvas_data"), Some(&given), "{sent}");
        assert_eq!(body.fields["title"], "t");
    }
    let huge = format!(r#"{{"canvas_data":["{}"]}}"#, "x".repeat(8 << 20));
    assert_eq!(split(huge).unwrap().0.skeletons["canvas_data"], Given::WrongType);
    let (body, _) = split(r#"{"title":7,"content":null,"genres":{"a":1},"is_published":"yes"}"#).unwrap();
    assert_eq!(
        Value::Object(body.fields),
        json!({"title": 7, "content": null, "genres": {"a": 1}, "is_published": "yes"})
    );
}

#[test]
fn of_two_fields_of_one_name_the_last_counts() {
    let (first, second) = (small(Kind::Png), small(Kind::Webp));
    let (body, pictures) = split(format!(
        r#"{{"cover_image":"{first}","title":"a","cover_image":"{second}","title":["b"]}}"#
    ))
    .unwrap();
    assert_eq!(pictures.len(), 2);
    assert_eq!(join(skeleton(&body, "cover_image"), &pictures), second);
    assert_eq!(body.fields["title"], json!(["b"]));
    let (body, _) = split(r#"{"canvas_data":"[]","canvas_data":7}"#).unwrap();
    assert_eq!(body.skeletons["canvas_data"], Given::WrongType);
}

#[test]
fn a_name_may_be_escaped_or_long() {
    let (body, _) = split(r#"{"t\u0069tle":"a","titl":"b","title2":"c"}"#).unwrap();
    assert_eq!(Value::Object(body.fields), json!({"title": "a"}));
    let long = "title".repeat(100_000);
    assert_eq!(split(format!(r#"{{"{long}":"a"}}"#)).unwrap().0, Body::default());
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    use BodyError::{InvalidUtf8, Malformed, NotAnObject, TooDeep, Truncated};
    assert_eq!(split("").unwrap().0, Body::default());
    assert_eq!(split(" {} ").unwrap().0, Body::default());
    for (sent, error) in [
        ("[]", NotAnObject),
        ("\"text\"", NotAnObject),
        ("7", NotAnObject),
        ("null ", NotAnObject),
        ("hello", Malformed),
        ("{} {}", Malformed),
        (r#"{"title":"a\q"}"#, Malformed),
        (r#"{"title":"a""#, Truncated),
        (r#"{"cover_image":"data:image/png;base64,AAAA"#, Truncated),
    ] {
        assert_eq!(split(sent).unwrap_err(), error, "{sent}");
    }
    for sent in [
        &b"{\"title\":\"\xff\"}"[..],
        b"{\"x\":[\"\xff\"]}",
        b"{\"\xff\":1}",
        b"{\"canvas_data\":\"\xc3\"}",
    ] {
        assert_eq!(split(sent).unwrap_err(), InvalidUtf8);
    }
    assert_eq!(
        split(format!(r#"{{"x":{}"#, "[".repeat(40))).unwrap_err(),
        TooDeep
    );
}

#[test]
fn every_kept_value_has_a_limit() {
    let refused = |sent: String| split(sent).unwrap_err();
    let field = |name| BodyError::TooLarge(Limit::Field(name));
    assert!(split(format!(r#"{{"title":"{}"}}"#, "x".repeat(4096))).is_ok());
    assert_eq!(
        refused(format!(r#"{{"title":"{}"}}"#, "x".repeat(4097))),
        field("title")
    );
    assert_eq!(
        refused(format!(r#"{{"title":"{}"}}"#, "\\u00e9".repeat(2049))),
        field("title")
    );
    assert_eq!(
        refused(format!(r#"{{"genres":[{}1]}}"#, "1,".repeat(10_000))),
        field("genres")
    );
    assert_eq!(
        refused(format!(r#"{{"genres":[{}1]}}"#, " ".repeat(20_000))),
        field("genres")
    );
    assert!(split(format!(r#"{{"unknown":[{}1]}}"#, "1,".repeat(100_000))).is_ok());

    let canvas = format!(
        "[{}]",
        vec![format!("\\\"{}\\\"", small(Kind::Png)); 257].join(",")
    );
    assert_eq!(
        refused(format!(r#"{{"canvas_data":"{canvas}"}}"#)),
        BodyError::TooLarge(Limit::Pictures)
    );
    let large = data_url(Kind::Png, &bytes_of(Kind::Png, 3 * 1024 * 1024 + 1));
    assert_eq!(
        refused(format!(r#"{{"cover_image":"{large}"}}"#)),
        BodyError::TooLarge(Limit::Picture)
    );
    let text = "x".repeat(1024 * 1024 + 1);
    assert_eq!(
        refused(format!(r#"{{"canvas_data":"{text}"}}"#)),
        BodyError::TooLarge(Limit::Text)
    );
}

#[test]
fn what_is_held_is_what_there_is() {
    let held = |body: &str| split(body).unwrap().0.held();
    assert_eq!(held(r#"{"title":"A fox","is_published":true}"#), 5);
    let genres = held(r#"{"genres":["adventure","animal"]}"#);
    assert!((15..512).contains(&genres), "two words take {genres} bytes");
    // As the parser keeps them: the list has grown by doubling, and each object has room for four members.
    let objects = format!(r#"{{"genres":[{}]}}"#, vec![r#"{"a":1}"#; 1500].join(","));
    let least = 2048 * size_of::<Value>() + 1500 * 4 * size_of::<(u64, String, Value)>();
    let objects = held(&objects);
    assert!((least..3 * least).contains(&objects), "{objects}, {least}");
}

#[test]
fn refusals_are_sentences() {
    for limit in [
        Limit::Field("title"),
        Limit::Picture,
        Limit::Text,
        Limit::Pictures,
    ] {
        assert!(BodyError::TooLarge(limit).to_string().ends_with('.'));
    }
}

/// A JSON string of `text`, each character as it is or escaped, as `choices` says.
fn spelt(text: &str, choices: &[bool]) -> String {
    let mut spelt = String::from("\"");
    for (character, escaped) in text.chars().zip(choices.iter().cycle()) {
        if *escaped {
            spelt.extend(
                character
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .map(|unit| format!("\\u{unit:04X}")),
            );
        } else {
            let json = Value::from(character.to_string()).to_string();
            spelt.push_str(&json[1..json.len() - 1]);
        }
    }
    spelt + "\""
}

proptest! {
    #![proptest_config(seeded(17))]

    #[test]
    fn split_then_join_gives_back_what_was_written(
        canvas in nasty_text(),
        cover in nasty_text(),
        title in any::<String>(),
        choices in prop::collection::vec(prop::bool::weighted(0.1), 1..200),
        step in 1_usize..100,
    ) {
        prop_assume!(title.len() <= 4096);
        let sent = format!(
            r#"{{"canvas_data":{},"title":{},"cover_image":{}}}"#,
            spelt(&canvas, &choices), spelt(&title, &choices), spelt(&cover, &choices),
        );
        let (body, pictures) = split_pieces(sent.as_bytes().chunks(step)).unwrap();
        prop_assert_eq!(join(skeleton(&body, "canvas_data"), &pictures), canvas.as_str());
        prop_assert_eq!(join(skeleton(&body, "cover_image"), &pictures), cover);
        prop_assert_eq!(&body.fields["title"], &Value::from(title));
        // The skeleton depends on the text alone, not on how it was spelt or sent.
        prop_assert_eq!(skeleton(&body, "canvas_data"), &Skeleton::split(&canvas).unwrap().0);
    }

    #[test]
    fn a_damaged_body_never_panics(
        canvas in nasty_text(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        step in 1_usize..50,
    ) {
        let mut sent = json!({"title": "t", "canvas_data": canvas, "genres": ["a"]}).to_string().into_bytes();
        for (place, byte) in damage {
            let place = place.index(sent.len());
            sent[place] = byte;
        }
        prop_assert_eq!(split_pieces(sent.chunks(step)), split(&sent));
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), step in 1_usize..50) {
        let mut object = b"{\"canvas_data\":\"".to_vec();
        object.extend(&bytes);
        prop_assert_eq!(split_pieces(bytes.chunks(step)), split(&bytes));
        prop_assert_eq!(split_pieces(object.chunks(step)), split(&object));
    }
}
