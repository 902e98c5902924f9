//! Strokes on the first page, and what somebody has been shown of them.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::people::Line;
use crate::site::Site;

/// A stroke on the first page.
pub(crate) fn stroke(item: &str) -> Value {
    json!({"type": "draw", "page_id": "page_0", "page_index": 0, "is_cover_image": false,
        "data": {"type": "brush", "tool": "brush", "layerId": "l", "itemId": item, "points": [{"x": 1.5, "y": 2}]}})
}

impl Line {
    /// Draws strokes with these names.
    pub(crate) fn draws(&mut self, items: &[String]) {
        for item in items {
            self.send(stroke(item));
        }
    }

    /// The next strokes of others, so many, or fewer when the socket ends.
    #[track_caller]
    pub(crate) fn sees(&mut self, count: usize) -> Vec<String> {
        let mut items = Vec::new();
        while items.len() < count
            && let Some(message) = self.next()
        {
            if message["type"] == "draw" {
                items.push(item_of(&message["data"]));
            }
        }
        items
    }

    /// Turns to the first page, and waits for the room to say so: what this socket has sent before is in the log then.
    /// What it was shown meanwhile.
    #[track_caller]
    pub(crate) fn is_acknowledged(&mut self, person: i64) -> Vec<String> {
        self.send(json!({"type": "page_change", "page_number": 0}));
        let mut items = Vec::new();
        loop {
            let message = self.next().expect("a word about the page, not the end");
            match message["type"].as_str() {
                Some("draw") => items.push(item_of(&message["data"])),
                Some("page_change") if message["user_id"] == json!(person) => return items,
                _ => {}
            }
        }
    }

    /// The next strokes of others, up to the one of this name.
    #[track_caller]
    pub(crate) fn sees_until(&mut self, last: &str) -> Vec<String> {
        let mut items = Vec::new();
        while items.last().is_none_or(|item| item != last) {
            items.push(self.sees(1).pop().expect("a stroke, not the end"));
        }
        items
    }

    /// Opens the first page, on which there are so many strokes, and is shown them.
    #[track_caller]
    pub(crate) fn is_shown(&mut self, count: usize) -> Vec<String> {
        self.send(
            json!({"type": "request_sync", "page_id": "page_0", "page_index": 0, "is_cover_image": false}),
        );
        self.sees(count)
    }
}

impl Site {
    /// The strokes of the one room, as they stand in the log.
    pub(crate) fn log(&self) -> Vec<String> {
        let rows = self
            .place
            .query("SELECT data FROM operations WHERE kind = 'draw' ORDER BY number");
        let item = |data: String| {
            let data: Value = serde_json::from_str(&data).unwrap();
            item_of(&data["drawing_data"])
        };
        rows.into_iter()
            .map(|mut row| item(row.take().unwrap()))
            .collect()
    }
}

fn item_of(data: &Value) -> String {
    data["itemId"].as_str().unwrap().to_owned()
}

/// Names of strokes: `mia_0`, `mia_1`, …
pub(crate) fn named(who: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{who}_{number}")).collect()
}

/// Those whose names begin like this, in their order.
pub(crate) fn of(items: &[String], who: &str) -> Vec<String> {
    items
        .iter()
        .filter(|item| item.starts_with(who))
        .cloned()
        .collect()
}

#[track_caller]
pub(crate) fn assert_none_twice(items: &[String]) {
    let all: HashSet<&String> = items.iter().collect();
    assert_eq!(all.len(), items.len(), "drawn twice: {items:?}");
}
