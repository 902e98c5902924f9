//! Rude words in what is said inside of JSON objects, which are else passed on as they came.

use serde_json::value::RawValue;

use super::reading::text;
use super::shallow::Object;
use crate::moderation::Masker;

/// The object with the text in one of its fields masked; nothing when there is nothing to mask.
pub fn in_object(masker: &Masker, json: &RawValue, field: &'static str) -> Option<Box<RawValue>> {
    let mut object = Object::read(json.get()).ok()?;
    let said = object.get(field).and_then(text)?;
    let masked = masker.mask(&said);
    if *masked == *said {
        return None;
    }
    object.set(field, &*masked);
    Some(object.to_raw())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(json: &str) -> Option<String> {
        let json = RawValue::from_string(json.to_owned()).expect("JSON");
        in_object(&Masker::new(["drat"]), &json, "content").map(|json| json.get().to_owned())
    }

    #[test]
    fn only_the_text_is_changed_and_only_when_it_must_be() {
        let said = r#"{"textId":"t1","content":"oh drat","position":{"x":1.50,"y":2}}"#;
        let changed = masked(said).expect("masked");
        assert!(!changed.contains("drat"), "{changed}");
        assert!(changed.ends_with(r#","position":{"x":1.50,"y":2}}"#), "{changed}");
        for clean in [
            r#"{"content":"oh dear","name":"drat"}"#,
            r#"{"content":7}"#,
            "{}",
            "[]",
        ] {
            assert_eq!(masked(clean), None, "{clean}");
        }
    }
}
