//! The story as it stands, in the shape of the wire: what `init` and the REST side show.

use serde::Serialize;
use serde_json::{Value, json};

use super::model::Model;

/// A story that is being made.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Draft {
    /// Empty until there is one.
    pub title: String,
    /// Each with its canonical id.
    pub pages: Vec<Page>,
    /// The other fields, as far as somebody has set them.
    #[serde(flatten)]
    pub meta: super::op::DraftChange,
    #[serde(skip)]
    is_untouched: bool,
}

/// A page of a draft.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Page {
    /// The whole text.
    pub text: String,
    /// The canonical id.
    pub id: String,
}

impl Draft {
    /// The draft that a room holds.
    pub fn of(model: &Model) -> Self {
        let page = |slot: &super::slot::Slot| Page {
            text: slot.text.to_string(),
            id: slot.id.to_string(),
        };
        Self {
            title: model.title.to_string(),
            pages: model.slots.iter().map(page).collect(),
            meta: model
                .meta
                .as_deref()
                .cloned()
                .map_or_else(Default::default, |meta| super::op::DraftChange {
                    title: None,
                    pages: None,
                    ..meta
                }),
            is_untouched: model.is_untouched(),
        }
    }

    /// As the wire spells it: `{}` while nobody has done anything.
    pub fn to_json(&self) -> Value {
        if self.is_untouched {
            return json!({});
        }
        serde_json::to_value(self).expect("a draft is plain JSON")
    }
}
