//! What the server says over the collaboration socket: every type, its fields in the contract's order, as JSON texts.
//!
//! Pure. A frame is made once for everybody who gets it.

use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use sockets::Frame;

use super::items::{self, drawn_by};
use super::model::{Applied, Model};
use super::op::{Action, COVER, Op, Place};
use super::people::{Participant, Person};
use super::shallow::Object;

/// A JSON object that is written field by field.
struct Writer(Vec<u8>);

impl Writer {
    fn new(kind: &str) -> Self {
        Self::with_room(kind, 128)
    }

    fn with_room(kind: &str, bytes: usize) -> Self {
        let mut json = Vec::with_capacity(bytes + 64);
        json.push(b'{');
        Self(json).field("type", &kind)
    }

    fn field(mut self, name: &str, value: &(impl Serialize + ?Sized)) -> Self {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        serde_json::to_writer(&mut self.0, value).expect("plain values are JSON");
        self
    }

    fn by(self, user_id: i64, username: &str) -> Self {
        self.field("user_id", &user_id).field("username", username)
    }

    fn page(self, page_id: Option<&str>, index: Option<i32>, is_cover: bool) -> Self {
        self.field("page_id", &page_id)
            .field("page_index", &index)
            .field("is_cover_image", &is_cover)
    }

    fn end(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

/// A JSON text as it goes out.
pub fn frame(json: &[u8]) -> Frame {
    Frame::write(json.len(), |buffer| buffer.extend_from_slice(json))
}

/// Who gets a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody in the room.
    All,
    /// Everybody but the sender, in all of his tabs.
    Others,
}

/// The frame of an operation, if anybody has to be told.
pub fn of_operation(op: &Op, applied: &Applied) -> Option<(Audience, Vec<u8>)> {
    let start = |kind: &str| Writer::with_room(kind, op.action.size()).by(op.user_id, &op.username);
    match (&op.action, applied) {
        (Action::Title { title }, Applied::Draft) => Some((
            Audience::Others,
            start("title_edit").field("title", &**title).end(),
        )),
        (Action::PageChange { page }, Applied::PageChange) => Some((
            Audience::All,
            start("page_change").field("page_number", page).end(),
        )),
        (Action::AddPage { extra, .. }, Applied::PageAdded { index, id, .. }) => Some((
            Audience::All,
            page_added(op.user_id, &op.username, *index, id, Some(extra)),
        )),
        (Action::DeletePage, Applied::PageDeleted { index, id, .. }) => {
            let page_id = op.place.page_id.as_deref().unwrap_or(id);
            Some((
                Audience::All,
                page_deleted(op.user_id, &op.username, page_id, *index),
            ))
        }
        (_, Applied::OnPage { index, layer, id, .. }) => {
            let audience = if matches!(op.action, Action::Clear) {
                Audience::All
            } else {
                Audience::Others
            };
            let layer = layer
                .as_ref()
                .map(|layer| serde_json::value::to_raw_value(layer).expect("a layer is JSON"));
            Some((audience, on_page(op, *index, id, layer.as_deref())?))
        }
        _ => None,
    }
}

/// The frame of what happened on a page, which is at `index` now.
pub fn on_page(op: &Op, index: i32, id: &str, layer: Option<&RawValue>) -> Option<Vec<u8>> {
    let kind = op.action.kind();
    let start = Writer::with_room(kind, op.action.size()).by(op.user_id, &op.username);
    let is_cover = index == COVER;
    let page_id = op.place.page_id.as_deref().unwrap_or(id);
    Some(match &op.action {
        Action::Draw { data } => {
            let data = moved(data, op.place.index, index, "page_index");
            start
                .field("data", &*data)
                .page(Some(page_id), Some(index), is_cover)
                .end()
        }
        Action::Clear => start.page(Some(page_id), Some(index), is_cover).end(),
        Action::Text { text } => start
            .field("page_id", page_id)
            .field("page_index", &index)
            .field("text", &**text)
            .end(),
        Action::Layer { operation, data } => {
            let data = moved(data, op.place.index, index, "pageIndex");
            let data = filled(&data, layer);
            start.field("operation", &**operation).field("data", &*data).end()
        }
        Action::TextObject { data } | Action::TransformOperation { data } | Action::DeleteItem { data } => {
            let data = moved(data, op.place.index, index, "pageIndex");
            start.field("data", &*data).end()
        }
        Action::Transform { data } | Action::Delete { data } => start.field("data", data).end(),
        _ => return None,
    })
}

/// That the thing which `op` draws on a page is not there; nothing when it draws none, or has a name that no app gives.
/// Sent before it where it may be there already, because the apps would show it twice.
pub fn taken_away(op: &Op, index: i32, id: &str) -> Option<Vec<u8>> {
    let item = drawn_by(op).filter(|item| item.len() <= items::LONGEST)?;
    let page_id = op.place.page_id.as_deref().unwrap_or(id);
    let data = json!({"itemId": item, "pageId": page_id, "pageIndex": index, "isCoverImage": index == COVER});
    let start = Writer::new("delete_item").by(op.user_id, &op.username);
    Some(start.field("data", &data).end())
}

/// The data with the position that the page has now, where its sender had another.
fn moved<'a>(
    data: &'a RawValue,
    said: Option<i32>,
    index: i32,
    key: &'static str,
) -> std::borrow::Cow<'a, RawValue> {
    use std::borrow::Cow;
    if said == Some(index) {
        return Cow::Borrowed(data);
    }
    let Ok(mut object) = Object::read(data.get()) else {
        return Cow::Borrowed(data);
    };
    object.replace(key, &index);
    Cow::Owned(object.to_raw())
}

/// A layer's data with the values that its sender left out.
fn filled<'a>(data: &'a RawValue, layer: Option<&RawValue>) -> std::borrow::Cow<'a, RawValue> {
    use std::borrow::Cow;
    let (Some(layer), Ok(mut object)) = (layer, Object::read(data.get())) else {
        return Cow::Borrowed(data);
    };
    let Ok(layer) = Object::read(layer.get()) else {
        return Cow::Borrowed(data);
    };
    for key in ["name", "visible", "opacity", "locked", "blendMode", "zIndex"] {
        if let Some(value) = layer.get(key) {
            object.set(key, value);
        }
    }
    Cow::Owned(object.to_raw())
}

/// A page was added at `index`; what its sender said about it beyond that is passed on.
pub fn page_added(user_id: i64, username: &str, index: i32, id: &str, extra: Option<&RawValue>) -> Vec<u8> {
    let mut data = Object::default();
    data.set("page_index", &index);
    data.set("id", &id);
    if let Some(Ok(extra)) = extra.map(|extra| Object::read(extra.get())) {
        data.extend_from(&extra);
    }
    Writer::new("page_added")
        .by(user_id, username)
        .field("page_data", &data)
        .end()
}

/// A page was deleted that was at `index`.
pub fn page_deleted(user_id: i64, username: &str, page_id: &str, index: i32) -> Vec<u8> {
    Writer::new("page_deleted")
        .by(user_id, username)
        .field("page_id", page_id)
        .field("page_index", &index)
        .end()
}

/// The whole text of a page.
pub fn text_edit(user_id: i64, username: &str, page_id: &str, index: i32, text: &str) -> Vec<u8> {
    Writer::with_room("text_edit", text.len())
        .by(user_id, username)
        .field("page_id", page_id)
        .field("page_index", &index)
        .field("text", text)
        .end()
}

/// The story's title.
pub fn title_edit(user_id: i64, username: &str, title: &str) -> Vec<u8> {
    Writer::new("title_edit")
        .by(user_id, username)
        .field("title", title)
        .end()
}

/// A canvas was cleared.
pub fn clear(user_id: i64, username: &str, page_id: &str, index: i32) -> Vec<u8> {
    Writer::new("clear")
        .by(user_id, username)
        .page(Some(page_id), Some(index), index == COVER)
        .end()
}

/// The first words: the story as it stands, and who is here. `about` is how many bytes the snapshots are.
pub fn init(
    about: usize,
    canvas_data: &impl Serialize,
    story_draft: &impl Serialize,
    participants: &[Participant<'_>],
    me: &Person,
) -> Vec<u8> {
    Writer::with_room("init", about)
        .field("canvas_data", canvas_data)
        .field("story_draft", story_draft)
        .field("participants", participants)
        .field("your_color", &*me.color)
        .field("current_user_id", &me.user_id)
        .field("current_username", &*me.username)
        .end()
}

/// Something was wrong with a message; for its sender.
pub fn error(text: &str) -> Vec<u8> {
    Writer::new("error").field("message", text).end()
}

/// Somebody is in the room now.
pub fn user_joined(person: &Person) -> Vec<u8> {
    Writer::new("user_joined")
        .by(person.user_id, &person.username)
        .field("cursor_color", &*person.color)
        .end()
}

/// Somebody is no longer in the room.
pub fn user_left(user_id: i64, username: &str) -> Vec<u8> {
    Writer::new("user_left").by(user_id, username).end()
}

/// A part of a stroke, while it is drawn.
pub fn drawing_batch_update(user_id: i64, username: &str, batch: &RawValue, place: &Place) -> Vec<u8> {
    Writer::with_room("drawing_batch_update", batch.get().len())
        .by(user_id, username)
        .field("batch", batch)
        .page(place.page_id.as_deref(), place.index, place.is_cover)
        .end()
}

/// Where somebody's pointer is.
pub fn cursor(person: &Person, position: &RawValue, place: &Place) -> Vec<u8> {
    Writer::new("cursor")
        .by(person.user_id, &person.username)
        .field("cursor_color", &*person.color)
        .field("position", position)
        .page(place.page_id.as_deref(), place.index, place.is_cover)
        .end()
}

/// What somebody is doing.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Doing<'a> {
    pub cursor_position: Option<&'a RawValue>,
    pub current_tool: Option<&'a str>,
    pub activity: Option<&'a str>,
    pub typing: Option<&'a RawValue>,
}

/// What somebody is doing; typing only where it says which field.
pub fn presence_update(user_id: i64, username: &str, doing: &Doing<'_>) -> Vec<u8> {
    let frame = Writer::new("presence_update")
        .by(user_id, username)
        .field("cursor_position", &doing.cursor_position)
        .field("current_tool", &doing.current_tool)
        .field("activity", &doing.activity);
    match doing.typing {
        Some(typing) => frame.field("typing", typing).end(),
        None => frame.end(),
    }
}

/// Who looks at which page.
pub fn page_viewers_response<'a>(model: &Model, people: impl Iterator<Item = &'a Person>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Viewer<'a> {
        user_id: i64,
        username: &'a str,
        display_name: &'a str,
        cursor_color: &'a str,
    }
    let mut pages: std::collections::BTreeMap<i32, Vec<Viewer<'_>>> = std::collections::BTreeMap::new();
    for person in people {
        pages
            .entry(model.page_of(person.user_id))
            .or_default()
            .push(Viewer {
                user_id: person.user_id,
                username: &person.username,
                display_name: &person.username,
                cursor_color: &person.color,
            });
    }
    Writer::new("page_viewers_response")
        .field("page_viewers", &pages)
        .end()
}

/// Asks whoever is on a canvas for all of it.
pub fn request_canvas_state(requesting_user_id: i64, page_id: &str, index: i32) -> Vec<u8> {
    Writer::new("request_canvas_state")
        .field("requesting_user_id", &requesting_user_id)
        .page(Some(page_id), Some(index), index == COVER)
        .end()
}

/// All of a canvas, from the server's store.
pub fn canvas_state(canvas_data: &str, page_id: &str, index: i32) -> Vec<u8> {
    let mut json = Writer::with_room("canvas_state", canvas_data.len() + 128).0;
    json.extend_from_slice(b",\"canvas_data\":");
    json.extend_from_slice(canvas_data.as_bytes());
    Writer(json)
        .page(Some(page_id), Some(index), index == COVER)
        .field("sender_user_id", "server")
        .end()
}

/// The initiator of an approved vote does not save after all.
pub fn save_cancelled(user_id: i64, username: &str) -> Vec<u8> {
    Writer::new("save_cancelled")
        .field("cancelled_by", &user_id)
        .field("cancelled_by_username", username)
        .end()
}

/// The initiator of an approved vote has saved.
pub fn story_saved_success(username: &str, message: &str) -> Vec<u8> {
    Writer::new("story_saved_success")
        .field("message", message)
        .field("saved_by_username", username)
        .end()
}
