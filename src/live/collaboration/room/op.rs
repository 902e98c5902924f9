//! One change of a room: what a member did and where, as the log keeps it.
//!
//! Pure. Knows the shapes of the log (`operations.data`), not those of the sockets.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The index of the cover where a page is told by its number.
pub const COVER: i32 = -1;

/// One change, as everybody in the room applies it.
#[derive(Clone, Debug)]
pub struct Op {
    /// Who did it.
    pub user_id: i64,
    /// The name that others see.
    pub username: Arc<str>,
    /// Which page it is about.
    pub place: Place,
    /// What was done.
    pub action: Action,
}

/// A page as its sender names it, and which one that was when the operation came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The cover; then the rest does not matter.
    pub is_cover: bool,
    /// The sender's own id of the page.
    pub page_id: Option<Box<str>>,
    /// The position, from 0; -1 is the cover.
    pub index: Option<i32>,
    /// The canonical id of the page, where it was known when the operation came in: a page that moves meanwhile is
    /// still the one that was meant.
    pub slot: Option<Box<str>>,
}

impl Place {
    /// The page at a position.
    pub fn at(index: i32) -> Self {
        Self {
            index: Some(index),
            ..Self::default()
        }
    }

    /// What the log's column `page` holds.
    pub fn page(&self) -> i32 {
        if self.is_cover {
            COVER
        } else {
            self.index.unwrap_or(0)
        }
    }
}

/// What was done. Drawings are opaque and stay JSON texts.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub enum Action {
    Draw {
        data: Box<RawValue>,
    },
    Clear,
    Text {
        text: Box<str>,
    },
    Title {
        title: Box<str>,
    },
    PageChange {
        page: i32,
    },
    AddPage {
        index: Option<i32>,
        id: Box<str>,
        extra: Box<RawValue>,
    },
    DeletePage,
    TextObject {
        data: Box<RawValue>,
    },
    Layer {
        operation: Box<str>,
        data: Box<RawValue>,
    },
    TransformOperation {
        data: Box<RawValue>,
    },
    DeleteItem {
        data: Box<RawValue>,
    },
    Transform {
        data: Box<RawValue>,
    },
    Delete {
        data: Box<RawValue>,
    },
    /// The fields of the draft that are no pages; from the REST side.
    Draft(Box<DraftChange>),
    /// A full state of a canvas was stored: what it covers leaves the tail. Nobody is told.
    Saved(Saved),
}

/// Which operations a stored state of a canvas covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The canvas was not cleared since.
    pub epoch: u32,
    /// All operations of that canvas up to this number are in the state …
    pub covers: i64,
    /// … and these, which are the author's own.
    pub also: Vec<i64>,
    /// Of the state, to know the same one again.
    pub hash: Box<str>,
}

/// A change of the draft's fields; `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct DraftChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genres: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover_image: Option<String>,
    /// Taken only while there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<Vec<String>>,
}

impl Action {
    /// The name in the log.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Draw { .. } => "draw",
            Self::Clear => "clear",
            Self::Text { .. } => "text_edit",
            Self::Title { .. } => "title_edit",
            Self::PageChange { .. } => "page_change",
            Self::AddPage { .. } => "add_page",
            Self::DeletePage => "delete_page",
            Self::TextObject { .. } => "text_edit_advanced",
            Self::Layer { .. } => "layer_operation",
            Self::TransformOperation { .. } => "transform_operation",
            Self::DeleteItem { .. } => "delete_item",
            Self::Transform { .. } => "transform",
            Self::Delete { .. } => "delete",
            Self::Draft(_) => "draft_update",
            Self::Saved(_) => "canvas_saved",
        }
    }

    /// Whether it changes what a canvas shows, and so is sent again to whoever opens it.
    pub fn is_drawn(&self) -> bool {
        matches!(
            self,
            Self::Draw { .. }
                | Self::TextObject { .. }
                | Self::Layer { .. }
                | Self::TransformOperation { .. }
                | Self::DeleteItem { .. }
                | Self::Transform { .. }
                | Self::Delete { .. }
        )
    }

    /// About how many bytes it holds.
    pub fn size(&self) -> usize {
        match self {
            Self::Draw { data }
            | Self::TextObject { data }
            | Self::Layer { data, .. }
            | Self::TransformOperation { data }
            | Self::DeleteItem { data }
            | Self::Transform { data }
            | Self::Delete { data } => data.get().len(),
            Self::AddPage { extra, .. } => extra.get().len(),
            Self::Text { text } => text.len(),
            Self::Title { title } => title.len(),
            _ => 0,
        }
    }
}

/// The shape of `operations.data` of everything that happens on a page: one of the texts, and the page.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Logged<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    drawing_data: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    text_data: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<Box<str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    layer_data: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    transform_data: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    delete_data: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<Box<str>>,
    page_id: Option<Box<str>>,
    page_index: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Box<str>>,
    is_cover_image: bool,
}

#[derive(Serialize, Deserialize)]
struct LoggedPage<'a> {
    page_index: Option<i32>,
    id: Box<str>,
    #[serde(borrow)]
    page_data: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
struct LoggedChange {
    page_number: i32,
}

#[derive(Serialize, Deserialize)]
struct LoggedTitle {
    title: Box<str>,
}

/// A row of the log that cannot be read: written by a newer version, or by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl From<serde_json::Error> for Unreadable {
    fn from(_: serde_json::Error) -> Self {
        Self
    }
}

impl Op {
    /// The JSON text of `operations.data`.
    pub fn to_log(&self) -> String {
        let place = Logged {
            page_id: self.place.page_id.clone(),
            page_index: self.place.index,
            is_cover_image: self.place.is_cover,
            ..Logged::default()
        };
        match &self.action {
            Action::Transform { data } | Action::Delete { data } => data.get().to_owned(),
            Action::Title { title } => text_of(&LoggedTitle { title: title.clone() }),
            Action::PageChange { page } => text_of(&LoggedChange { page_number: *page }),
            Action::AddPage { index, id, extra } => text_of(&LoggedPage {
                page_index: *index,
                id: id.clone(),
                page_data: extra,
            }),
            Action::Draft(change) => text_of(change),
            Action::Saved(saved) => text_of(saved),
            Action::Clear | Action::DeletePage => text_of(&place),
            Action::Draw { data } => text_of(&Logged {
                drawing_data: Some(data),
                ..place
            }),
            Action::Text { text } => text_of(&Logged {
                text: Some(text.clone()),
                ..place
            }),
            Action::TextObject { data } => text_of(&Logged {
                text_data: Some(data),
                ..place
            }),
            Action::Layer { operation, data } => text_of(&Logged {
                operation: Some(operation.clone()),
                layer_data: Some(data),
                ..place
            }),
            Action::TransformOperation { data } => text_of(&Logged {
                transform_data: Some(data),
                ..place
            }),
            Action::DeleteItem { data } => text_of(&Logged {
                delete_data: Some(data),
                ..place
            }),
        }
    }

    /// The operation of a row of the log.
    pub fn from_log(
        user_id: i64,
        username: Arc<str>,
        kind: &str,
        slot: Option<Box<str>>,
        data: &str,
    ) -> Result<Self, Unreadable> {
        let (action, mut place) = match kind {
            "transform" => (Action::Transform { data: owned(data)? }, Place::at(0)),
            "delete" => (Action::Delete { data: owned(data)? }, Place::at(0)),
            "title_edit" => {
                let LoggedTitle { title } = serde_json::from_str(data)?;
                (Action::Title { title }, Place::default())
            }
            "page_change" => {
                let LoggedChange { page_number } = serde_json::from_str(data)?;
                (Action::PageChange { page: page_number }, Place::default())
            }
            "add_page" => {
                let page: LoggedPage<'_> = serde_json::from_str(data)?;
                let extra = page.page_data.to_owned();
                let (index, id) = (page.page_index, page.id);
                (Action::AddPage { index, id, extra }, Place::default())
            }
            "draft_update" => (
                Action::Draft(Box::new(serde_json::from_str(data)?)),
                Place::default(),
            ),
            "canvas_saved" => (Action::Saved(serde_json::from_str(data)?), Place::default()),
            _ => on_a_page(kind, serde_json::from_str(data)?)?,
        };
        place.slot = slot;
        Ok(Self {
            user_id,
            username,
            place,
            action,
        })
    }
}

fn on_a_page(kind: &str, logged: Logged<'_>) -> Result<(Action, Place), Unreadable> {
    let data = |data: Option<&RawValue>| data.map(ToOwned::to_owned).ok_or(Unreadable);
    let action = match kind {
        "draw" => Action::Draw {
            data: data(logged.drawing_data)?,
        },
        "clear" => Action::Clear,
        "delete_page" => Action::DeletePage,
        "text_edit" => Action::Text {
            text: logged.text.unwrap_or_default(),
        },
        "text_edit_advanced" => Action::TextObject {
            data: data(logged.text_data)?,
        },
        "layer_operation" => Action::Layer {
            operation: logged.operation.ok_or(Unreadable)?,
            data: data(logged.layer_data)?,
        },
        "transform_operation" => Action::TransformOperation {
            data: data(logged.transform_data)?,
        },
        "delete_item" => Action::DeleteItem {
            data: data(logged.delete_data)?,
        },
        _ => return Err(Unreadable),
    };
    let place = Place {
        is_cover: logged.is_cover_image,
        page_id: logged.page_id,
        index: logged.page_index,
        slot: None,
    };
    Ok((action, place))
}

fn owned(json: &str) -> Result<Box<RawValue>, Unreadable> {
    Ok(RawValue::from_string(json.to_owned())?)
}

fn text_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain structs are JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).expect("JSON")
    }

    #[test]
    fn what_is_logged_is_read_again() {
        let data = || raw(r#"{"itemId":"item_1","points":[{"x":1.5,"y":2}]}"#);
        let actions = [
            Action::Draw { data: data() },
            Action::Clear,
            Action::Text { text: "Once".into() },
            Action::Title { title: "Moon".into() },
            Action::PageChange { page: 3 },
            Action::AddPage {
                index: Some(2),
                id: "p".into(),
                extra: raw(r#"{"text":"hi"}"#),
            },
            Action::DeletePage,
            Action::TextObject { data: data() },
            Action::Layer {
                operation: "create".into(),
                data: data(),
            },
            Action::TransformOperation { data: data() },
            Action::DeleteItem { data: data() },
            Action::Transform { data: data() },
            Action::Delete { data: data() },
            Action::Draft(Box::new(DraftChange {
                summary: Some("s".to_owned()),
                ..DraftChange::default()
            })),
            Action::Saved(Saved {
                epoch: 1,
                covers: 7,
                also: vec![9],
                hash: "h".into(),
            }),
        ];
        for action in actions {
            let op = Op {
                user_id: 7,
                username: "mia".into(),
                place: Place {
                    is_cover: false,
                    page_id: Some("local".into()),
                    index: Some(0),
                    slot: Some("slot".into()),
                },
                action,
            };
            let kind = op.action.kind();
            assert!(kind.len() <= 20, "{kind}");
            let again = Op::from_log(7, "mia".into(), kind, Some("slot".into()), &op.to_log())
                .unwrap_or_else(|_| panic!("{kind}"));
            assert_eq!(again.to_log(), op.to_log(), "{kind}");
            assert_eq!(again.action.kind(), kind);
        }
    }

    #[test]
    fn a_row_that_cannot_be_read_is_told() {
        for (kind, data) in [("draw", "{}"), ("sing", "{}"), ("clear", "nonsense")] {
            let read = Op::from_log(7, "mia".into(), kind, None, data);
            assert_eq!(read.err(), Some(Unreadable), "{kind}");
        }
    }

    #[test]
    fn the_log_has_the_names_of_the_wire() {
        let op = Op {
            user_id: 7,
            username: "mia".into(),
            place: Place::at(1),
            action: Action::Draw {
                data: raw("{\"a\":1}"),
            },
        };
        assert_eq!(
            op.to_log(),
            r#"{"drawing_data":{"a":1},"page_id":null,"page_index":1,"is_cover_image":false}"#
        );
    }
}
