//! What a message should be: JSON with `*` for anything, `"abc*"` for anything that begins so, and names in braces.
//!
//! A name that has a value stands for it; one that has none yet takes what is there. Objects have exactly the keys of the
//! pattern, in any order, unless one of them is `"*"`: then there may be more. `{"$json": …}` is a string that
//! holds JSON.

use std::collections::BTreeMap;

use serde_json::Value;

/// What names stand for.
pub type Names = BTreeMap<String, Value>;

/// The key of a pattern for the JSON that a string holds.
const JSON: &str = "$json";
/// Marks a name that has no value yet.
const UNKNOWN: char = '\u{1}';

/// JSON with the values of its names. An error names what has none.
pub fn fill(text: &str, names: &Names) -> Result<String, String> {
    expand(text, false, |name| value_of(name, names))
}

/// A path with the values of its names.
pub fn fill_path(text: &str, names: &Names) -> Result<String, String> {
    expand(text, true, |name| value_of(name, names))
}

fn value_of(name: &str, names: &Names) -> Result<Value, String> {
    let value = names.get(name).cloned();
    value.ok_or_else(|| format!("{{{name}}} has no value"))
}

/// The JSON of a pattern.
pub fn pattern(text: &str, names: &Names) -> Result<Value, String> {
    let known = |name: &str| {
        let unknown = || Value::String(format!("{UNKNOWN}{name}"));
        Ok(names.get(name).cloned().unwrap_or_else(unknown))
    };
    let expanded = quote_stars(&expand(text, false, known)?);
    serde_json::from_str(&expanded).map_err(|error| format!("{expanded} is no JSON: {error}"))
}

/// Whether the value is what the pattern wants, with what the pattern's unknown names stand for then; else where it is
/// not, and why.
pub fn compare(pattern: &Value, value: &Value, names: &mut Names) -> Result<(), String> {
    compare_at("", pattern, value, names)
}

fn compare_at(place: &str, pattern: &Value, value: &Value, names: &mut Names) -> Result<(), String> {
    match (pattern, value) {
        (Value::String(star), _) if star == "*" => Ok(()),
        (Value::String(name), _) if name.starts_with(UNKNOWN) => {
            let name = name.trim_start_matches(UNKNOWN).to_owned();
            match names.get(&name) {
                Some(known) if known != value => {
                    Err(format!("{place}: {value} is not the {known} from before"))
                }
                _ => {
                    names.insert(name, value.clone());
                    Ok(())
                }
            }
        }
        (Value::String(start), Value::String(text)) if start.ends_with('*') => {
            let start = start.trim_end_matches('*');
            if text.starts_with(start) {
                return Ok(());
            }
            Err(format!("{place}: {text:?} does not begin with {start:?}"))
        }
        (Value::Object(wanted), Value::String(text)) if wanted.contains_key(JSON) => {
            let value = serde_json::from_str(text).map_err(|error| format!("{place}: no JSON: {error}"))?;
            compare_at(place, &wanted[JSON], &value, names)
        }
        (Value::Object(wanted), Value::Object(found)) => {
            for (key, pattern) in wanted.iter().filter(|(key, _)| *key != "*") {
                let value = found
                    .get(key)
                    .ok_or_else(|| format!("{place}.{key} is missing"))?;
                compare_at(&format!("{place}.{key}"), pattern, value, names)?;
            }
            let is_open = wanted.contains_key("*");
            match found.keys().find(|key| !wanted.contains_key(*key)) {
                Some(key) if !is_open => Err(format!("{place}.{key} is not expected")),
                _ => Ok(()),
            }
        }
        (Value::Array(wanted), Value::Array(found)) => {
            if wanted.len() != found.len() {
                return Err(format!("{place}: {} elements, not {}", found.len(), wanted.len()));
            }
            for (index, (pattern, value)) in wanted.iter().zip(found).enumerate() {
                compare_at(&format!("{place}[{index}]"), pattern, value, names)?;
            }
            Ok(())
        }
        (Value::Number(wanted), Value::Number(found)) if wanted.as_f64() == found.as_f64() => Ok(()),
        _ if pattern == value => Ok(()),
        _ => Err(format!("{place}: {value}, not {pattern}")),
    }
}

/// Puts values in the place of `{name}` and `{fill:20}`: inside of a string, or where all is plain, as they are, elsewhere
/// as JSON.
fn expand(
    text: &str,
    is_plain: bool,
    value_of: impl Fn(&str) -> Result<Value, String>,
) -> Result<String, String> {
    let mut expanded = String::with_capacity(text.len());
    let (mut rest, mut is_in_string) = (text, false);
    while let Some(next) = rest.chars().next() {
        if let Some((name, behind)) = name_of(rest) {
            let value = match name.strip_prefix("fill:").and_then(|length| length.parse().ok()) {
                Some(length) => Value::String("a".repeat(length)),
                None => value_of(name)?,
            };
            match value {
                Value::String(text) if is_in_string || is_plain => expanded += &text,
                value => expanded += &value.to_string(),
            }
            rest = behind;
            continue;
        }
        let escape = next == '\\' && is_in_string;
        let length = if escape {
            1 + rest[1..].chars().next().map_or(0, char::len_utf8)
        } else {
            next.len_utf8()
        };
        is_in_string ^= next == '"';
        expanded += &rest[..length];
        rest = &rest[length..];
    }
    Ok(expanded)
}

/// The name at the beginning of a text, and what stands behind it.
fn name_of(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('{')?;
    let (name, behind) = inside.split_once('}')?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == ':' || c == '_');
    is_name.then_some((name, behind))
}

/// A star outside of strings becomes the string of a star.
fn quote_stars(text: &str) -> String {
    let (mut quoted, mut is_in_string, mut is_escaped) = (String::with_capacity(text.len()), false, false);
    for c in text.chars() {
        match c {
            '*' if !is_in_string => quoted += "\"*\"",
            UNKNOWN => quoted += "\\u0001",
            c => quoted.push(c),
        }
        is_in_string ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
    }
    quoted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn compared(pattern: &str, value: &Value, names: &mut Names) -> Result<(), String> {
        let pattern = super::pattern(pattern, names).unwrap();
        compare(&pattern, value, names)
    }

    #[test]
    fn names_take_what_is_there_and_keep_it() {
        let mut names = Names::from([("id:mira".to_owned(), json!(7))]);
        let created = json!({"session_id": "5b1d", "host": 7, "at": "2030", "extra": 1});
        let pattern = r#"{"session_id":"{S}","host":{id:mira},"at":*,"*":*}"#;
        assert_eq!(compared(pattern, &created, &mut names), Ok(()));
        assert_eq!(names["S"], json!("5b1d"));
        let filled = fill(r#"{"a":{id:mira},"b":"{S}!","c":{S}}"#, &names);
        assert_eq!(filled.unwrap(), r#"{"a":7,"b":"5b1d!","c":"5b1d"}"#);
        assert_eq!(fill_path("/ws/{S}/", &names).unwrap(), "/ws/5b1d/");
        assert!(fill("{T}", &names).is_err());
        let again = compared(r#"{"s":{S}}"#, &json!({"s": "other"}), &mut names);
        assert_eq!(again.unwrap_err(), ".s: \"other\", not \"5b1d\"");
        // Twice in one pattern it is the same value, too.
        assert!(compared("[{V},{V}]", &json!([1, 2]), &mut names).is_err());
        assert!(compared("[{W},{W}]", &json!([2, 2]), &mut names).is_ok());
    }

    #[test]
    fn objects_have_these_keys_and_no_others() {
        let value = json!({"type": "draw", "page": null, "data": {"points": [{"x": 1.0}]}});
        let mut names = Names::new();
        let mut told = |pattern| compared(pattern, &value, &mut names).unwrap_err();
        assert_eq!(told(r#"{"type":"draw","page":null}"#), ".data is not expected");
        assert_eq!(
            told(r#"{"type":"draw","page":null,"data":*,"user_id":*}"#),
            ".user_id is missing"
        );
        assert_eq!(told(r#"{"type":"d*","*":*,"page":0}"#), ".page: null, not 0");
        assert_eq!(
            told(r#"{"data":{"points":[]},"*":*}"#),
            ".data.points: 1 elements, not 0"
        );
        assert_eq!(
            told(r#"{"type":"x*","*":*}"#),
            ".type: \"draw\" does not begin with \"x\""
        );
        assert_eq!(
            compared(r#"{"data":{"points":[{"x":1}]},"*":*}"#, &value, &mut names),
            Ok(())
        );
    }

    #[test]
    fn a_string_may_hold_json() {
        let (canvas, mut names) = (json!({"canvas_data": "[{\"order\":0}]"}), Names::new());
        let wanted = r#"{"canvas_data":{"$json":[{"order":0}]}}"#;
        assert_eq!(compared(wanted, &canvas, &mut names), Ok(()));
        let other = r#"{"canvas_data":{"$json":[{"order":1}]}}"#;
        let told = compared(other, &canvas, &mut names).unwrap_err();
        assert_eq!(told, ".canvas_data[0].order: 0, not 1");
    }

    #[test]
    fn stars_and_braces_inside_of_strings_are_text() {
        let names = Names::from([("S".to_owned(), json!("q"))]);
        let value = pattern(r#"{"a":"b\"*","c":[*],"d":"{\"e\":1}","f":"{fill:3}"}"#, &names).unwrap();
        assert_eq!(
            value,
            json!({"a": "b\"*", "c": ["*"], "d": "{\"e\":1}", "f": "aaa"})
        );
    }
}
