use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::super::samples::seeded;
use super::*;

/// All that the scanner tells about a text, each string in one piece, in pieces of `step` bytes.
fn told(text: &[u8], step: usize) -> Result<Vec<String>, BodyError> {
    let mut scanner = Scanner::new();
    let mut told = Vec::new();
    let mut string = Vec::new();
    for mut piece in text.chunks(step) {
        while let Some(event) = scanner.next(&mut piece)? {
            match event {
                Event::Part(part) => {
                    scanner.check(part)?;
                    string.extend_from_slice(part);
                }
                Event::Char(character) => string.extend_from_slice(character.to_string().as_bytes()),
                Event::StringEnd => told.push(String::from_utf8(std::mem::take(&mut string)).unwrap()),
                other => told.push(format!("{other:?}")),
            }
        }
        assert!(piece.is_empty());
    }
    if scanner.ending() == Ending::Complete {
        Ok(told)
    } else {
        Err(BodyError::Truncated)
    }
}

#[test]
fn strings_are_told_without_their_escapes() {
    let cases = [
        (r#""""#, ""),
        (r#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz"),
        (r#""\u00e9\u20AC\u0000""#, "é€\0"),
        (r#""\ud83e\udd8a""#, "\u{1F98A}"),
        (r#""\ud83ex""#, "\u{FFFD}x"),
        (r#""\ud83e\n""#, "\u{FFFD}\n"),
        (r#""\ud83e""#, "\u{FFFD}"),
        (r#""\udd8a""#, "\u{FFFD}"),
        (r#""\ud83e\ud83e\udd8a""#, "\u{FFFD}\u{1F98A}"),
        (r#""\ud83e\u0041""#, "\u{FFFD}A"),
        ("\"\u{7f}é\u{1F98A}\"", "\u{7f}é\u{1F98A}"),
    ];
    for (json, text) in cases {
        for step in 1..=json.len() {
            let all = told(format!("{json} ").as_bytes(), step).unwrap();
            assert_eq!(all, [r"StringStart { is_name: false }", text], "{json} by {step}");
        }
    }
}

#[test]
fn what_is_not_json_is_refused() {
    use BodyError::{InvalidUtf8, Malformed, Truncated};
    let cases: [(&[u8], BodyError); 30] = [
        (b"", Truncated),
        (b"{", Truncated),
        (b"[1", Truncated),
        (b"\"a", Truncated),
        (b"{\"a\":", Truncated),
        (b"[1,]", Malformed),
        (b"[,1]", Malformed),
        (b"[1 2]", Malformed),
        (b"{a:1}", Malformed),
        (b"{\"a\"}", Malformed),
        (b"{\"a\":1,}", Malformed),
        (b"{\"a\" 1}", Malformed),
        (b"{1:1}", Malformed),
        (b"[}", Malformed),
        (b"{]", Malformed),
        (b"[1]]", Malformed),
        (b"[1] 2", Malformed),
        (b"[01]", Malformed),
        (b"[tru]", Malformed),
        (b"[NaN]", Malformed),
        (b"[1e999]", Malformed),
        (b"\"\\x\"", Malformed),
        (b"\"\\u12g4\"", Malformed),
        (b"\"a\nb\"", Malformed),
        (b"\xef\xbb\xbf{}", Malformed),
        (b"[\x80]", Malformed),
        (b"\"\xff\"", InvalidUtf8),
        (b"\"\xc3\"", InvalidUtf8),
        (b"\"\xc3\\n\xa9\"", InvalidUtf8),
        (b"\"\xed\xa0\x80\"", InvalidUtf8),
    ];
    for (json, error) in cases {
        for step in 1..=json.len().max(1) {
            assert_eq!(
                told(json, step),
                Err(error),
                "{} by {step}",
                String::from_utf8_lossy(json)
            );
        }
    }
}

#[test]
fn depth_and_numbers_are_bounded() {
    let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
    assert!(told(nested(32).as_bytes(), 64).is_ok());
    assert_eq!(told(nested(33).as_bytes(), 64), Err(BodyError::TooDeep));
    assert!(told(format!("[{}]", "1".repeat(100)).as_bytes(), 7).is_ok());
    assert_eq!(told("1".repeat(1000).as_bytes(), 7), Err(BodyError::Malformed));
}

/// Texts that are nearly JSON.
fn nearly_json() -> impl Strategy<Value = String> {
    let tokens = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"a\"",
        "\"\\ud83e\"",
        "\"é\\n\"",
        "1",
        "-",
        "-0.5e+3",
        "0",
        "true",
        "false",
        "null",
        " ",
        "\n",
        "\\",
        "x",
        "\u{1}",
        "{\"k\":",
        "[1,",
        "{}",
        "[]",
    ];
    prop::collection::vec(prop::sample::select(tokens.to_vec()), 0..12).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..seeded(13) })]

    #[test]
    fn the_grammar_is_that_of_json(text in nearly_json(), step in 1_usize..6) {
        // A number at the very end is told once something follows.
        let ours = told(format!("{text} ").as_bytes(), step).is_ok();
        prop_assert_eq!(ours, serde_json::from_str::<IgnoredAny>(&text).is_ok());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64), step in 1_usize..9) {
        let whole = told(&bytes, bytes.len().max(1));
        prop_assert_eq!(told(&bytes, step), whole);
    }

    #[test]
    fn the_first_control_character_is_found(bytes in prop::collection::vec(0x18_u8.., 0..40)) {
        prop_assert_eq!(first_control(&bytes), bytes.iter().position(|byte| *byte < 0x20));
    }
}
