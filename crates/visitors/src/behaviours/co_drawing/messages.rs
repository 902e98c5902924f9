//! What the apps say in a room, and what they understand of what they are told.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::pages::Place;

type Point = (f64, f64);

/// A message of the server, as far as somebody who draws looks into it.
#[derive(Debug, Deserialize)]
pub(super) struct Heard<'a> {
    #[serde(rename = "type", borrow)]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) page_data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) canvas_data: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) story_draft: Option<&'a RawValue>,
    pub(super) page_index: Option<i64>,
    pub(super) requesting_user_id: Option<Value>,
    #[serde(borrow)]
    pub(super) message: Option<&'a RawValue>,
}

/// What a `draw` and a `delete_item` carry.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item<'a> {
    #[serde(borrow)]
    pub(super) item_id: Option<Cow<'a, str>>,
}

/// What a `page_added` carries.
#[derive(Debug, Deserialize)]
pub(super) struct AddedPage {
    pub(super) page_index: Option<usize>,
    pub(super) id: Option<String>,
}

/// The draft of an `init`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Draft {
    #[serde(default)]
    pub(super) pages: Vec<DraftPage>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DraftPage {
    pub(super) id: Option<String>,
}

fn at(place: &Place, message: &mut Value) {
    message["page_id"] = json!(place.id);
    message["page_index"] = json!(place.index);
    message["is_cover_image"] = json!(false);
}

fn placed(place: &Place, mut message: Value) -> String {
    at(place, &mut message);
    message.to_string()
}

fn points(line: &[Point]) -> Vec<Value> {
    line.iter().map(|(x, y)| json!({"x": x, "y": y})).collect()
}

/// A finished stroke.
pub(super) fn draw(place: &Place, item: &str, line: &[Point]) -> String {
    let mut data = json!({
        "type": "brush", "tool": "brush", "layerId": "layer-1", "itemId": item, "points": points(line),
        "strokeColor": "#4ECDC4", "strokeWidth": 6, "opacity": 1, "filled": false,
    });
    at(place, &mut data);
    placed(place, json!({"type": "draw", "data": data}))
}

/// A piece of the line that is being drawn.
pub(super) fn progress(place: &Place, stroke: &str, line: &[Point]) -> String {
    batch(place, "draw_batch_progress", stroke, &points(line))
}

/// The line is done; the stroke itself follows.
pub(super) fn progress_ends(place: &Place, stroke: &str) -> String {
    batch(place, "draw_batch_end", stroke, &[])
}

fn batch(place: &Place, kind: &str, stroke: &str, points: &[Value]) -> String {
    let mut item = json!({
        "type": kind, "strokeId": stroke, "points": points, "color": "#4ECDC4", "strokeWidth": 6, "tool": "brush",
        "layerId": "layer-1",
    });
    at(place, &mut item);
    // The apps send all of it twice.
    item["data"] = item.clone();
    placed(place, json!({"type": "draw_batch", "batch": [item]}))
}

pub(super) fn cursor(place: &Place, (x, y): Point) -> String {
    placed(place, json!({"type": "cursor", "position": {"x": x, "y": y}}))
}

pub(super) fn undo(place: &Place, item: &str) -> String {
    let data = json!({
        "itemId": item, "pageId": place.id, "pageIndex": place.index, "isCoverImage": false,
    });
    json!({"type": "delete_item", "data": data}).to_string()
}

pub(super) fn text(place: &Place, text: &str) -> String {
    json!({"type": "text_edit", "page_id": place.id, "page_index": place.index, "text": text}).to_string()
}

/// A key was struck: the app tells where the caret is, with all of the text.
pub(super) fn typing(place: &Place, text: &str) -> String {
    let length = text.chars().count();
    let position = json!({
        "cursorPos": length, "textLength": length, "elementId": format!("page-text-{}", place.index),
        "textValue": text, "x": 0, "y": 0,
    });
    json!({
        "type": "presence_update", "cursor_position": position, "current_tool": "text", "activity": "typing_text",
    })
    .to_string()
}

pub(super) fn idle() -> String {
    json!({"type": "presence_update", "cursor_position": null, "current_tool": null, "activity": "idle"})
        .to_string()
}

pub(super) fn turn(place: &Place) -> String {
    json!({"type": "page_change", "page_number": place.index}).to_string()
}

/// The page behind the last one, as far as this app knows.
pub(super) fn add_page(count: usize) -> String {
    json!({"type": "add_page", "page_data": {"page_index": count}, "page_index": count}).to_string()
}

pub(super) fn sync(place: &Place) -> String {
    placed(place, json!({"type": "request_sync"}))
}

/// The whole drawing, for whoever has asked.
pub(super) fn state(place: &Place, project: &str, target: &Value) -> String {
    let state = json!({
        "type": "canvas_state", "canvas_data": {"projectData": project}, "target_user_id": target,
    });
    placed(place, state)
}

/// The picture of a canvas that is left.
pub(super) fn snapshot(place: &Place, url: &str) -> String {
    json!({"type": "canvas_snapshot", "page_id": place.id, "is_cover_image": false, "canvas_data_url": url})
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stroke_says_three_times_where_it_is_and_once_what_it_is_called() {
        let place = Place {
            id: "p1".to_owned(),
            index: 1,
        };
        let sent: Value = serde_json::from_str(&draw(&place, "item_1_2x3", &[(1.5, 2.0)])).unwrap();
        for said in [&sent, &sent["data"]] {
            assert_eq!((&said["page_id"], &said["page_index"]), (&json!("p1"), &json!(1)));
        }
        let text = sent.to_string();
        let heard: Heard<'_> = serde_json::from_str(&text).unwrap();
        assert_eq!((heard.kind.as_ref(), heard.page_index), ("draw", Some(1)));
        let item: Item<'_> = serde_json::from_str(heard.data.unwrap().get()).unwrap();
        assert_eq!(item.item_id.as_deref(), Some("item_1_2x3"));
    }
}
