//! Which things are in a whole drawing, and which an operation is about, by their ids.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::value::RawValue;

use super::op::{Action, Op};
use super::shallow::Object;

/// Ids that are remembered of one drawing; those of the apps have hundreds.
const MOST: usize = 20_000;
/// The shortest and the longest id.
const SHORTEST: usize = 4;
pub const LONGEST: usize = 100;

/// The ids in a stored state, each by a hash.
#[derive(Debug, Default)]
pub struct Items(HashSet<u64>);

impl Items {
    /// What is in a state: all words in it that look like an id of the apps (`item_1700000000000_k3v9x`), however deep
    /// the JSON in it is nested in strings. One pass, some milliseconds for the largest state.
    pub fn of(state: &str) -> Self {
        let words = state.as_bytes().split(|byte| !is_of_word(*byte));
        let mut ids = HashSet::new();
        for word in words.filter(|word| is_id(word)) {
            // The same layer is named by each of its things: what counts is how many different ones there are.
            if ids.len() == MOST {
                break;
            }
            ids.insert(hash(word));
        }
        Self(ids)
    }

    /// Whether this thing is in it.
    pub fn contains(&self, id: &str) -> bool {
        is_id(id.as_bytes()) && self.0.contains(&hash(id.as_bytes()))
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Base64, in which pictures come, has no underscore.
fn is_id(word: &[u8]) -> bool {
    (SHORTEST..=LONGEST).contains(&word.len())
        && word[0].is_ascii_alphabetic()
        && word.contains(&b'_')
        && word.iter().all(|byte| is_of_word(*byte))
}

fn hash(word: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

/// The id of the thing that an operation draws, if it draws one.
pub fn drawn_by(op: &Op) -> Option<String> {
    match &op.action {
        Action::Draw { data } => item_of(data),
        _ => None,
    }
}

/// The id of the thing that is drawn or removed; none where one that is there is changed.
pub fn item_of(data: &RawValue) -> Option<String> {
    let object = Object::read(data.get()).ok()?;
    if is_change(&object) {
        return None;
    }
    serde_json::from_str(object.get("itemId")?.get()).ok()
}

/// Texts, layers, moved, filled and removed things are what they are last said to be; only strokes add up.
pub fn overwrites(action: &Action) -> bool {
    let Action::Draw { data } = action else {
        return true;
    };
    Object::read(data.get()).is_ok_and(|object| is_change(&object))
}

/// Whether a drawing changes what is there already: moves or fills it.
fn is_change(drawing: &Object<'_>) -> bool {
    let kind = drawing.get("type").map(RawValue::get);
    matches!(kind, Some("\"transform\"" | "\"fill\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_however_they_are_quoted() {
        let state = r#"{"projectData":"[[\"Path\",{\"data\":{\"itemId\":\"item_17_b2\"}}],\"item_18_c\",{\\\"a\\\":\\\"item_19_d\\\"}]"}"#;
        let items = Items::of(state);
        for id in ["item_17_b2", "item_18_c", "item_19_d"] {
            assert!(items.contains(id), "{id}");
        }
        for id in [
            "item_17_b",
            "item_17",
            "Path",
            "itemId",
            "",
            "item_17_b2\"",
            "17_b2",
        ] {
            assert!(!items.contains(id), "{id}");
        }
    }

    #[test]
    fn pictures_in_a_state_take_no_room() {
        let picture = "aGVsbG8gd29ybGQ/+AZz09".repeat(10_000);
        let state = format!(r#"{{"projectData":"{picture}","itemId":"item_1_a"}}"#);
        let items = Items::of(&state);
        assert_eq!(items.0.len(), 1);
        assert!(items.contains("item_1_a"));
    }

    #[test]
    fn their_number_is_bounded() {
        let ids: Vec<String> = (0..2 * MOST).map(|id| format!("item_{id}")).collect();
        assert_eq!(Items::of(&ids.join(" ")).0.len(), MOST);
        let last = format!("{} item_1_a", "layer_1 ".repeat(2 * MOST));
        assert!(Items::of(&last).contains("item_1_a"), "a layer counts once");
    }
}
