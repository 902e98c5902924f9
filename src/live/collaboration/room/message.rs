//! What a client says over the collaboration socket: lenient where clients are careless, strict in limits.
//!
//! Pure. What is refused is told by a text for people; what a library says about JSON never leaves this module.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::batch::Batch;
use super::op::Place;
use super::reading::{
    LONGEST_NAME, LONGEST_TEXT, NO_PAGE, boolean, cut, integer, is_caret, is_object, is_point, page_number,
    place, text, typing,
};
use super::shallow::{Object, is_shallow};

/// The longest message of any type, in bytes; a longer one is not even read.
pub const LONGEST: usize = 8 << 20;
/// The longest message of a type that has no limit of its own, in bytes.
pub const LONGEST_USUAL: usize = 256 << 10;
const LONGEST_DRAW: usize = 1 << 20;
const LONGEST_SNAPSHOT: usize = 4 << 20;
/// The longest title, in characters.
pub const LONGEST_TITLE: usize = 200;
/// The longest message of success that is passed on, in characters.
const LONGEST_WORDS: usize = 200;

/// What the sender is told when a message is too long; it is dropped.
pub const TOO_LONG: &str = "This message is too long.";
const NO_OBJECT: &str = "A message is one JSON object.";
const TOO_DEEP: &str = "This message is nested too deeply.";
const NO_DATA: &str = "The data of this message has to be an object.";

/// A message that was understood.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub enum Inbound<'a> {
    Draw {
        data: &'a RawValue,
        place: Place,
    },
    DrawBatch {
        batch: Batch,
        place: Place,
    },
    Cursor {
        position: &'a RawValue,
        place: Place,
    },
    Clear {
        place: Place,
    },
    TextEdit {
        text: String,
        place: Place,
    },
    TitleEdit {
        title: String,
    },
    PageChange {
        page: i32,
    },
    PresenceUpdate(Presence<'a>),
    AddPage {
        index: Option<i32>,
        extra: Box<RawValue>,
    },
    DeletePage {
        place: Place,
    },
    GetPageViewers,
    TextEditAdvanced {
        data: &'a RawValue,
        place: Place,
    },
    LayerOperation {
        operation: Box<str>,
        data: &'a RawValue,
        place: Place,
    },
    DeleteItem {
        data: &'a RawValue,
        place: Place,
    },
    CanvasSnapshot {
        url: &'a str,
        place: Place,
    },
    CanvasState {
        canvas_data: &'a RawValue,
        target_user_id: i64,
        place: Place,
    },
    RequestSync {
        place: Place,
    },
    Finalize,
    Transform {
        data: &'a RawValue,
    },
    Delete {
        data: &'a RawValue,
    },
    TransformOperation {
        data: &'a RawValue,
        place: Place,
    },
    KickUser {
        user_id: i64,
    },
    InitiateVote,
    VoteSave {
        agree: bool,
    },
    SaveCancelled,
    StorySavedSuccess {
        message: String,
    },
    /// A type that the server does not know, or leaves to the REST side.
    Ignored,
}

/// What somebody is doing.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Presence<'a> {
    pub cursor_position: Option<&'a RawValue>,
    pub current_tool: Option<Box<str>>,
    pub activity: Option<Box<str>>,
    pub typing: Option<Box<RawValue>>,
}

/// The fields that any message may have, unread.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Fields<'a> {
    #[serde(borrow)]
    r#type: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    batch: Option<&'a RawValue>,
    #[serde(borrow)]
    position: Option<&'a RawValue>,
    #[serde(borrow)]
    page_id: Option<&'a RawValue>,
    #[serde(borrow)]
    page_index: Option<&'a RawValue>,
    #[serde(borrow)]
    is_cover_image: Option<&'a RawValue>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    title: Option<&'a RawValue>,
    #[serde(borrow)]
    page_number: Option<&'a RawValue>,
    #[serde(borrow)]
    page_data: Option<&'a RawValue>,
    #[serde(borrow)]
    operation: Option<&'a RawValue>,
    #[serde(borrow)]
    cursor_position: Option<&'a RawValue>,
    #[serde(borrow)]
    current_tool: Option<&'a RawValue>,
    #[serde(borrow)]
    activity: Option<&'a RawValue>,
    #[serde(borrow)]
    typing: Option<&'a RawValue>,
    #[serde(borrow)]
    canvas_data_url: Option<&'a RawValue>,
    #[serde(borrow)]
    canvas_data: Option<&'a RawValue>,
    #[serde(borrow)]
    target_user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    vote: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

/// Reads a message of `user_id`. An `Err` is the text that the sender is told.
pub fn parse(user_id: i64, message: &str) -> Result<Inbound<'_>, &'static str> {
    if !message.trim_start().starts_with('{') {
        return Err(NO_OBJECT);
    }
    if !is_shallow(message.as_bytes()) {
        return Err(TOO_DEEP);
    }
    let fields: Fields<'_> = serde_json::from_str(message).map_err(|_| NO_OBJECT)?;
    let Some(kind) = fields.r#type.and_then(text) else {
        return Ok(Inbound::Ignored);
    };
    if message.len() > longest(&kind) {
        return Err(TOO_LONG);
    }
    fields.read(user_id, &kind)
}

fn longest(kind: &str) -> usize {
    match kind {
        "canvas_state" => LONGEST,
        "canvas_snapshot" => LONGEST_SNAPSHOT,
        "draw" => LONGEST_DRAW,
        _ => LONGEST_USUAL,
    }
}

impl<'a> Fields<'a> {
    fn read(&self, user_id: i64, kind: &str) -> Result<Inbound<'a>, &'static str> {
        Ok(match kind {
            "draw" => Inbound::Draw {
                data: self.data()?,
                place: self.place()?,
            },
            "draw_batch" => {
                let place = self.place()?;
                let batch = self.batch.and_then(|batch| Batch::read(user_id, batch));
                let batch = batch.ok_or("A batch is a short list of objects.")?;
                Inbound::DrawBatch { batch, place }
            }
            "cursor" => Inbound::Cursor {
                position: self
                    .position
                    .filter(|position| is_point(position))
                    .ok_or("A position is x and y.")?,
                place: self.place()?,
            },
            "clear" => Inbound::Clear { place: self.place()? },
            "text_edit" => self.text_edit()?,
            "title_edit" => self.title_edit(),
            "page_change" => Inbound::PageChange {
                page: self.page_number.and_then(page_number).ok_or(NO_PAGE)?,
            },
            "presence_update" => Inbound::PresenceUpdate(self.presence()),
            "add_page" => self.add_page()?,
            "delete_page" => self.delete_page()?,
            "get_page_viewers" => Inbound::GetPageViewers,
            "text_edit_advanced" => {
                let (data, place) = self.inner()?;
                Inbound::TextEditAdvanced { data, place }
            }
            "layer_operation" => self.layer_operation()?,
            "delete_item" => {
                let (data, place) = self.inner()?;
                Inbound::DeleteItem { data, place }
            }
            "transform_operation" => {
                let (data, place) = self.inner()?;
                Inbound::TransformOperation { data, place }
            }
            "canvas_snapshot" => self.canvas_snapshot()?,
            "canvas_state" => self.canvas_state()?,
            "request_sync" => Inbound::RequestSync { place: self.place()? },
            "finalize_collaborative_story" => Inbound::Finalize,
            "transform" => Inbound::Transform { data: self.data()? },
            "delete" => Inbound::Delete { data: self.data()? },
            _ => self.read_about_session(kind)?,
        })
    }

    fn read_about_session(&self, kind: &str) -> Result<Inbound<'a>, &'static str> {
        Ok(match kind {
            "kick_user" => Inbound::KickUser {
                user_id: self.user_id.and_then(integer).ok_or("A user is needed.")?,
            },
            "initiate_vote" => Inbound::InitiateVote,
            "vote_save" => Inbound::VoteSave {
                agree: self.vote.and_then(boolean).ok_or("A vote is true or false.")?,
            },
            "save_cancelled" => Inbound::SaveCancelled,
            "story_saved_success" => Inbound::StorySavedSuccess {
                message: cut(&self.message.and_then(text).unwrap_or_default(), LONGEST_WORDS),
            },
            _ => Inbound::Ignored,
        })
    }

    fn data(&self) -> Result<&'a RawValue, &'static str> {
        self.data.filter(|data| is_object(data)).ok_or(NO_DATA)
    }

    /// The page that the message itself names.
    fn place(&self) -> Result<Place, &'static str> {
        place(self.page_id, self.page_index, self.is_cover_image)
    }

    /// The data, and the page that is named in it.
    fn inner(&self) -> Result<(&'a RawValue, Place), &'static str> {
        let data = self.data()?;
        let object = Object::read(data.get()).map_err(|_| NO_DATA)?;
        let place = place(
            object.get("pageId"),
            object.get("pageIndex"),
            object.get("isCoverImage"),
        )?;
        Ok((data, place))
    }

    fn text_edit(&self) -> Result<Inbound<'a>, &'static str> {
        let text = self
            .text
            .and_then(text)
            .ok_or("A text is needed.")?
            .replace('\0', "");
        if text.chars().count() > LONGEST_TEXT {
            return Err("This page's text is too long.");
        }
        let mut place = self.place()?;
        // An old habit of the clients: an id that is a number is the position.
        if place.index.is_none() {
            place.index = self.page_id.and_then(page_number);
        }
        if place.is_cover || place.index.is_some_and(|index| index < 0) {
            return Err(NO_PAGE);
        }
        Ok(Inbound::TextEdit { text, place })
    }

    fn title_edit(&self) -> Inbound<'a> {
        let title = self.title.and_then(text).unwrap_or_default();
        let title = cut(title.replace('\0', "").trim(), LONGEST_TITLE);
        if title.is_empty() {
            return Inbound::Ignored;
        }
        Inbound::TitleEdit { title }
    }

    fn presence(&self) -> Presence<'a> {
        let name = |json: &'a RawValue| {
            text(json)
                .filter(|name| name.len() <= LONGEST_NAME)
                .map(Into::into)
        };
        Presence {
            cursor_position: self.cursor_position.filter(|position| is_caret(position)),
            current_tool: self.current_tool.and_then(name),
            activity: self.activity.and_then(name),
            typing: self.typing.and_then(typing),
        }
    }

    fn add_page(&self) -> Result<Inbound<'a>, &'static str> {
        let extra = match self.page_data.filter(|data| data.get() != "null") {
            None => None,
            Some(data) => Some(Object::read(data.get()).map_err(|_| NO_DATA)?),
        };
        let mut extra = extra.unwrap_or_default();
        let index = self
            .page_index
            .or_else(|| extra.get("page_index"))
            .filter(|index| index.get() != "null");
        let index = match index {
            None => None,
            Some(index) => Some(page_number(index).ok_or(NO_PAGE)?),
        };
        if extra
            .get("text")
            .and_then(text)
            .is_some_and(|text| text.chars().count() > LONGEST_TEXT)
        {
            return Err("This page's text is too long.");
        }
        extra.remove("page_index");
        extra.remove("id");
        let extra = extra.to_raw();
        Ok(Inbound::AddPage { index, extra })
    }

    fn delete_page(&self) -> Result<Inbound<'a>, &'static str> {
        let place = self.place()?;
        if place.is_cover || (place.index.is_none() && place.page_id.is_none()) {
            return Err(NO_PAGE);
        }
        Ok(Inbound::DeletePage { place })
    }

    fn layer_operation(&self) -> Result<Inbound<'a>, &'static str> {
        let operation = self.operation.and_then(text).unwrap_or_default();
        if !["create", "update", "delete", "reorder"].contains(&operation.as_str()) {
            return Err("There is no such layer operation.");
        }
        let (data, place) = self.inner()?;
        Ok(Inbound::LayerOperation {
            operation: operation.into(),
            data,
            place,
        })
    }

    fn canvas_snapshot(&self) -> Result<Inbound<'a>, &'static str> {
        // Without escapes, which a data URL never needs: it is not copied.
        let url: Option<&str> = self
            .canvas_data_url
            .and_then(|url| serde_json::from_str(url.get()).ok());
        let starts = [
            "data:image/png;base64,",
            "data:image/jpeg;base64,",
            "data:image/webp;base64,",
        ];
        let url = url.filter(|url| starts.iter().any(|start| url.starts_with(start)));
        Ok(Inbound::CanvasSnapshot {
            url: url.ok_or("A snapshot is a picture as a data URL.")?,
            place: self.place()?,
        })
    }

    fn canvas_state(&self) -> Result<Inbound<'a>, &'static str> {
        let place = self.place()?;
        let Some(canvas_data) = self.canvas_data.filter(|data| is_object(data)) else {
            return Ok(Inbound::Ignored);
        };
        Ok(Inbound::CanvasState {
            canvas_data,
            target_user_id: self.target_user_id.and_then(integer).unwrap_or(0),
            place,
        })
    }
}
