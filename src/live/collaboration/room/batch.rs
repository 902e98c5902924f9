//! A part of a stroke on its way to the others: its ids are made to differ between senders.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::value::RawValue;

use super::shallow::Object;

/// Items in one batch at most; the apps send one.
const MOST_ITEMS: usize = 16;

/// The items of a batch, ready to be relayed.
#[derive(Debug)]
pub struct Batch {
    /// The JSON list.
    pub items: Box<RawValue>,
    /// It ends a stroke or a preview: what others show of it stays for ever if this is lost.
    pub ends: bool,
    /// It begins or goes on with a stroke, so that its sender is in the middle of one.
    pub draws: bool,
    /// A newer one with the same value replaces this one.
    pub replaces: Option<u64>,
}

impl Batch {
    /// Reads the `batch` of a message; `None` when it is no short list of objects.
    pub fn read(user_id: i64, batch: &RawValue) -> Option<Self> {
        let items: Vec<&RawValue> = serde_json::from_str(batch.get()).ok()?;
        if items.is_empty() || items.len() > MOST_ITEMS {
            return None;
        }
        let (mut ends, mut draws, mut replaces) = (false, false, None);
        let is_alone = items.len() == 1;
        let mut relayed = Vec::with_capacity(items.len());
        for item in items {
            let mut item = Object::read(item.get()).ok()?;
            let kind = item.get("type").map_or("", RawValue::get);
            ends |= kind.ends_with("_end\"");
            draws |= !kind.ends_with("_end\"");
            if is_alone && kind == "\"shape_preview\"" {
                replaces = Some(key(user_id, item.get("strokeId").map_or("", RawValue::get)));
            }
            prefix(user_id, &mut item);
            let data = item.get("data").map(ToOwned::to_owned);
            if let Some(mut data) = data.as_ref().and_then(|data| Object::read(data.get()).ok()) {
                prefix(user_id, &mut data);
                item.set("data", &data);
            }
            relayed.push(item.to_raw());
        }
        let items = serde_json::value::to_raw_value(&relayed).ok()?;
        Some(Self {
            items,
            ends,
            draws,
            replaces,
        })
    }
}

/// Preview ids are small numbers, the same on every client.
fn prefix(user_id: i64, item: &mut Object<'_>) {
    let id = item.get("strokeId").and_then(|id| {
        serde_json::from_str::<String>(id.get())
            .or_else(|_| serde_json::from_str::<i64>(id.get()).map(|id| id.to_string()))
            .ok()
    });
    if let Some(id) = id {
        item.set("strokeId", &format!("{user_id}_{id}"));
    }
}

fn key(user_id: i64, stroke: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (user_id, stroke).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Batch> {
        let raw = RawValue::from_string(json.to_owned()).expect("JSON");
        Batch::read(7, &raw)
    }

    #[test]
    fn ids_of_two_senders_differ() {
        let batch = read(r#"[{"type":"draw_batch_progress","strokeId":"s1","points":[{"x":1}],"data":{"strokeId":"s1","tool":"brush"}}]"#)
            .expect("a batch");
        assert_eq!(
            batch.items.get(),
            r#"[{"type":"draw_batch_progress","strokeId":"7_s1","points":[{"x":1}],"data":{"strokeId":"7_s1","tool":"brush"}}]"#
        );
        assert!(batch.draws && !batch.ends && batch.replaces.is_none());
    }

    #[test]
    fn an_end_is_known() {
        for kind in ["draw_batch_end", "shape_preview_end"] {
            let batch = read(&format!(r#"[{{"type":"{kind}","strokeId":"s1"}}]"#)).expect("a batch");
            assert!(batch.ends && !batch.draws, "{kind}");
        }
        let preview = r#"[{"type":"shape_preview","strokeId":"shape_preview_1"}]"#;
        assert!(read(preview).and_then(|batch| batch.replaces).is_some());
    }

    #[test]
    fn what_is_no_batch_is_refused() {
        for json in ["[]", "{}", "[1]", "7", "null", "[[]]"] {
            assert!(read(json).is_none(), "{json}");
        }
        let many = format!("[{}]", vec!["{}"; 17].join(","));
        assert!(read(&many).is_none());
    }
}
