use super::message::{Inbound, LONGEST, TOO_LONG, parse};
use super::op::{COVER, Place};

fn refusal(message: &str) -> Option<&'static str> {
    parse(7, message).err()
}

fn place_of(message: &str) -> Place {
    match parse(7, message).expect("a message") {
        Inbound::Clear { place } | Inbound::RequestSync { place } | Inbound::DeletePage { place } => place,
        other => panic!("{other:?}"),
    }
}

#[test]
fn pages_are_named_leniently() {
    let page = |id: Option<&str>, index: Option<i32>| Place {
        page_id: id.map(Into::into),
        index,
        ..Place::default()
    };
    for (fields, expected) in [
        (r#""page_id":"a","page_index":2"#, page(Some("a"), Some(2))),
        (r#""page_id":7,"page_index":2.0"#, page(Some("7"), Some(2))),
        (
            r#""page_id":"","page_index":null,"is_cover_image":"no""#,
            page(None, None),
        ),
        (r#""page_id":null"#, page(None, None)),
    ] {
        assert_eq!(
            place_of(&format!(r#"{{"type":"clear",{fields}}}"#)),
            expected,
            "{fields}"
        );
    }
    for fields in [
        r#""is_cover_image":true,"page_id":"x","page_index":3"#,
        r#""page_id":"cover_image""#,
        r#""page_id":"cover","page_index":-1"#,
        r#""page_index":-1"#,
    ] {
        let place = place_of(&format!(r#"{{"type":"clear",{fields}}}"#));
        assert!(place.is_cover && place.index == Some(COVER), "{fields}");
    }
}

#[test]
fn pages_that_cannot_be_are_refused() {
    let long = format!(r#""page_id":"{}""#, "x".repeat(101));
    for fields in [
        r#""page_index":-2"#,
        r#""page_index":100"#,
        r#""page_index":1.5"#,
        r#""page_index":"1""#,
        r#""page_index":[]"#,
        r#""page_index":99999999999999999999"#,
        r#""page_id":"a\u0000b""#,
        long.as_str(),
    ] {
        assert!(
            refusal(&format!(r#"{{"type":"clear",{fields}}}"#)).is_some(),
            "{fields}"
        );
    }
    assert!(refusal(r#"{"type":"delete_page"}"#).is_some(), "which one?");
    assert!(refusal(r#"{"type":"text_edit","page_index":-1,"text":"x"}"#).is_some());
    assert!(refusal(r#"{"type":"text_edit","is_cover_image":true,"text":"x"}"#).is_some());
}

#[test]
fn each_type_has_its_longest_message() {
    let padded = |kind: &str, bytes: usize| {
        let head = format!(
            r#"{{"type":"{kind}","data":{{}},"canvas_data":{{}},"canvas_data_url":"data:image/png;base64,","pad":""#
        );
        let pad = "x".repeat(bytes - head.len() - 2);
        format!("{head}{pad}\"}}")
    };
    for (kind, longest) in [
        ("clear", 256 << 10),
        ("draw", 1 << 20),
        ("canvas_snapshot", 4 << 20),
        ("canvas_state", LONGEST),
    ] {
        assert_eq!(refusal(&padded(kind, longest)), None, "{kind}");
        assert_eq!(refusal(&padded(kind, longest + 1)), Some(TOO_LONG), "{kind}");
    }
}

#[test]
fn what_is_not_known_is_ignored() {
    for message in [
        r#"{"type":"dance"}"#,
        r#"{"type":7}"#,
        "{}",
        r#"{"type":"session_started","session_id":"x"}"#,
        r#"{"type":"title_edit","title":"  "}"#,
        r#"{"type":"title_edit"}"#,
        r#"{"type":"canvas_state","canvas_data":null}"#,
    ] {
        assert!(matches!(parse(7, message), Ok(Inbound::Ignored)), "{message}");
    }
}

#[test]
fn titles_are_trimmed_and_cut() {
    let title = format!(r#"{{"type":"title_edit","title":"  {}  "}}"#, "é".repeat(300));
    let Ok(Inbound::TitleEdit { title }) = parse(7, &title) else {
        panic!("a title");
    };
    assert_eq!(title, "é".repeat(200));
}

#[test]
fn presence_keeps_what_is_well_formed() {
    let Ok(Inbound::PresenceUpdate(presence)) = parse(
        7,
        r#"{"type":"presence_update","cursor_position":5,"current_tool":{"a":1},"activity":"idle","typing":{"x":1}}"#,
    ) else {
        panic!("presence");
    };
    assert!(
        presence.cursor_position.is_none() && presence.current_tool.is_none() && presence.typing.is_none()
    );
    assert_eq!(presence.activity.as_deref(), Some("idle"));
}
