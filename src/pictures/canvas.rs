//! The rules of `canvas_data` and `cover_image`, on their skeletons.
//!
//! A canvas is the JSON text of an array with one object for each page, and one for the cover. The apps write back what
//! they read, so a text stays as it is, to the byte, unless a rule has to take a value out of it.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::data_url::Kind;
use super::reference::{MARK, Reference};
use super::skeleton::{Segment, Skeleton};

/// The most rows: pages and a cover.
pub const MOST_ROWS: usize = 200;
/// The most members of a row; the apps write three.
const MOST_MEMBERS: usize = 64;
/// The longest page id, in bytes; the apps make about 20.
const LONGEST_ID: usize = 64;
/// The longest URL that others are shown as a cover; those of picture generators have up to 2.9 KB.
const LONGEST_COVER_URL: usize = 4096;

/// The member of a row that holds its image.
const IMAGE: &str = "canvasData";
/// What an app writes for an image that is in its own storage only.
const PLACEHOLDER: &str = "__INDEXED_DB__";

/// Why a canvas is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CanvasError {
    /// It is no JSON array of objects.
    NotRows,
    /// It has more than 200 rows, or a row with more than 64 members.
    TooLarge,
}

impl fmt::Display for CanvasError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotRows => "The pages must be a JSON array of objects.",
            Self::TooLarge => "There are too many pages. At most 200 can be sent.",
        })
    }
}

impl std::error::Error for CanvasError {}

/// A cover as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cover {
    /// A stored picture.
    Picture(Reference),
    /// An `http(s)` URL of at most 4 KiB.
    Url(String),
}

/// Whether [`accept`] may need the stored canvas of the same story.
pub fn needs_stored(canvas: &Skeleton) -> bool {
    let text = canvas.as_str();
    text.contains("blob:") || text.contains(PLACEHOLDER)
}

/// Applies the rules to a canvas that was sent.
///
/// A row's image may be a picture or an `http(s)` URL. One that exists on the sender's device only (`blob:`, the
/// placeholder) is replaced by the image of the same page in the `stored` canvas; without one, and for any other scheme or
/// type, the member is taken out of its row. A row without an image keeps none.
pub fn accept(canvas: Skeleton, stored: Option<&Skeleton>) -> Result<Skeleton, CanvasError> {
    let mut rows = rows(&canvas)?;
    if rows.iter().all(Row::is_settled) {
        return Ok(canvas);
    }
    let stored = stored
        .and_then(|stored| self::rows(stored).ok())
        .unwrap_or_default();
    let kept: HashMap<_, _> = stored
        .iter()
        .rev()
        .filter_map(|row| Some((row.id()?, row.lasting_image()?)))
        .collect();
    for row in &mut rows {
        let kept = row.id().and_then(|id| kept.get(&id).copied());
        row.settle(kept);
    }
    let rows: Vec<_> = rows.iter().map(Row::to_json).collect();
    Ok(Skeleton::from_stored(format!("[{}]", rows.join(","))))
}

/// Applies the same rule to a cover: `None` for one that must be ignored as if it had not been sent. A blank one says
/// that there is none.
pub fn accept_cover(cover: Skeleton) -> Option<Skeleton> {
    let cover = cover.trim();
    let may_stay = cover.is_blank() || Image::of_cover(&cover).may_stay();
    may_stay.then_some(cover)
}

/// The cover that the apps would derive: the field, else the cover row, else the first page.
pub fn cover_of(cover: &Skeleton, canvas: &Skeleton) -> Option<Cover> {
    if let Some(cover) = Image::of_cover(cover).shown() {
        return Some(cover);
    }
    let rows = rows(canvas).ok()?;
    let shown = |row: Option<&Row>| row.and_then(Row::image).and_then(Image::shown);
    shown(rows.iter().find(|row| row.is_cover())).or_else(|| shown(rows.iter().find(|row| !row.is_cover())))
}

/// A key of the set of page ids, the cover's left out: 64 hexadecimal digits. The ids are random and made by the apps, so
/// two stories of one author with the same key are one story that was sent twice. `None` when no page has an id.
pub fn page_key(canvas: &Skeleton) -> Option<String> {
    let rows = rows(canvas).ok()?;
    let ids: BTreeSet<_> = rows
        .iter()
        .filter(|row| !row.is_cover())
        .filter_map(Row::id)
        .collect();
    if ids.is_empty() {
        return None;
    }
    let mut hasher = blake3::Hasher::new();
    for id in ids {
        hasher.update(&(id.len() as u64).to_le_bytes());
        hasher.update(id.as_bytes());
    }
    Some(hasher.finalize().to_hex().to_string())
}

/// How many pages a stored canvas has, that of the cover among them: the rows of its array, or of the `pages` of an
/// object, as those of the old server may be; 1 for what is neither. Nothing when it is no JSON.
pub fn pages(canvas: &Skeleton) -> Option<usize> {
    #[derive(serde::Deserialize)]
    struct Book {
        pages: Vec<IgnoredAny>,
    }
    if has_literal_mark(canvas) {
        return None;
    }
    let text = canvas.as_str().replace(MARK, " ");
    if let Ok(rows) = serde_json::from_str::<Vec<IgnoredAny>>(&text) {
        return Some(rows.len());
    }
    if let Ok(book) = serde_json::from_str::<Book>(&text) {
        return Some(book.pages.len());
    }
    serde_json::from_str::<IgnoredAny>(&text).ok().map(|_| 1)
}

/// Whether the original text held the character that begins references: no JSON does.
fn has_literal_mark(canvas: &Skeleton) -> bool {
    canvas
        .segments()
        .any(|segment| matches!(segment, Segment::Text(text) if text.starts_with(MARK)))
}

/// An object of a canvas.
struct Row {
    members: Vec<Member>,
}

struct Member {
    /// The name as a reader of the JSON sees it.
    name: String,
    /// The name and the value as JSON, with the references of the skeleton in it.
    name_json: String,
    value_json: String,
}

impl Row {
    /// The value that a reader of the JSON sees: the last of that name.
    fn get(&self, name: &str) -> Option<&str> {
        self.members
            .iter()
            .rev()
            .find(|member| member.name == name)
            .map(|member| member.value_json.as_str())
    }

    fn id(&self) -> Option<String> {
        let id: String = serde_json::from_str(self.get("id")?).ok()?;
        (id.len() <= LONGEST_ID).then_some(id)
    }

    fn image(&self) -> Option<Image> {
        self.get(IMAGE).map(Image::of_json)
    }

    fn is_cover(&self) -> bool {
        let order = self
            .get("order")
            .and_then(|json| serde_json::from_str::<f64>(json).ok());
        order == Some(-1.0) || self.id().as_deref() == Some("cover")
    }

    fn is_settled(&self) -> bool {
        self.members
            .iter()
            .all(|member| member.name != IMAGE || Image::of_json(&member.value_json).may_stay())
    }

    /// The image as JSON, if everybody can see it.
    fn lasting_image(&self) -> Option<&str> {
        self.get(IMAGE).filter(|json| Image::of_json(json).may_stay())
    }

    /// Takes out what may not stay; `kept` is the image that is stored for the same page.
    fn settle(&mut self, kept: Option<&str>) {
        self.members.retain_mut(|member| {
            if member.name != IMAGE {
                return true;
            }
            match (Image::of_json(&member.value_json), kept) {
                (Image::Elsewhere, Some(kept)) => {
                    kept.clone_into(&mut member.value_json);
                    true
                }
                (image, _) => image.may_stay(),
            }
        });
    }

    fn to_json(&self) -> String {
        let members: Vec<_> = self
            .members
            .iter()
            .map(|member| format!("{}:{}", member.name_json, member.value_json))
            .collect();
        format!("{{{}}}", members.join(","))
    }
}

/// What a row or a field shows.
enum Image {
    Picture(Reference),
    Url(String),
    /// The data URL of a picture that does not decode strictly.
    Text,
    /// Something that exists on the sender's device only.
    Elsewhere,
    /// Nothing that may be shown.
    Foreign,
}

impl Image {
    fn of_json(json: &str) -> Self {
        let inside = json.strip_prefix('"').and_then(|json| json.strip_suffix('"'));
        if let Some(reference) = inside.and_then(Reference::parse) {
            return Self::Picture(reference);
        }
        // From here on the text cannot be a reference: one that is spelt with escapes is not ours.
        serde_json::from_str(json).map_or(Self::Foreign, Self::of_text)
    }

    fn of_cover(cover: &Skeleton) -> Self {
        let mut segments = cover.segments();
        match (segments.next(), segments.next()) {
            (Some(Segment::Picture(reference)), None) => Self::Picture(reference),
            (Some(Segment::Text(text)), None) => Self::of_text(text.to_owned()),
            _ => Self::Foreign,
        }
    }

    fn of_text(text: String) -> Self {
        let has_scheme = |scheme: &str| {
            text.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        if has_scheme("https://") || has_scheme("http://") {
            return Self::Url(text);
        }
        if Kind::ALL.into_iter().any(|kind| text.starts_with(kind.prefix())) {
            return Self::Text;
        }
        if text.starts_with("blob:") || text.starts_with(PLACEHOLDER) {
            Self::Elsewhere
        } else {
            Self::Foreign
        }
    }

    fn may_stay(&self) -> bool {
        matches!(self, Self::Picture(_) | Self::Url(_) | Self::Text)
    }

    fn shown(self) -> Option<Cover> {
        match self {
            Self::Picture(reference) => Some(Cover::Picture(reference)),
            Self::Url(url) if url.len() <= LONGEST_COVER_URL => Some(Cover::Url(url)),
            _ => None,
        }
    }
}

/// Reads a canvas. A character that it does not hold stands for the mark meanwhile, which JSON forbids inside strings, so
/// that a reference stays different from a text which spells the same with escapes.
fn rows(canvas: &Skeleton) -> Result<Vec<Row>, CanvasError> {
    let text = canvas.as_str();
    if has_literal_mark(canvas) {
        return Err(CanvasError::NotRows);
    }
    let stand_in = unused_character(text).ok_or(CanvasError::NotRows)?;
    let text = text.replace(MARK, stand_in.encode_utf8(&mut [0; 4]));
    let sent: SentRows = serde_json::from_str(&text).map_err(|_| CanvasError::NotRows)?;
    if sent.is_cut || sent.rows.iter().any(|row| row.is_cut) {
        return Err(CanvasError::TooLarge);
    }
    let restore = |json: &str| json.replace(stand_in, "\u{1}");
    let member = |(name, value): (String, Box<RawValue>)| Member {
        name_json: restore(&serde_json::Value::from(name.as_str()).to_string()),
        value_json: restore(value.get()),
        name,
    };
    Ok(sent
        .rows
        .into_iter()
        .map(|row| Row {
            members: row.members.into_iter().map(member).collect(),
        })
        .collect())
}

/// A character for private use that the text does not use. No app writes any of them.
fn unused_character(text: &str) -> Option<char> {
    ('\u{E000}'..'\u{E010}').find(|character| !text.contains(*character))
}

/// The rows of a canvas, and their members; what exceeds a limit is read but not kept.
struct SentRows {
    rows: Vec<SentRow>,
    is_cut: bool,
}

struct SentRow {
    members: Vec<(String, Box<RawValue>)>,
    is_cut: bool,
}

impl<'de> Deserialize<'de> for SentRows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows;

        impl<'de> Visitor<'de> for Rows {
            type Value = SentRows;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an array of objects")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<SentRows, A::Error> {
                let mut rows = Vec::new();
                while rows.len() < MOST_ROWS {
                    let Some(row) = array.next_element()? else {
                        return Ok(SentRows { rows, is_cut: false });
                    };
                    rows.push(row);
                }
                let mut is_cut = false;
                while array.next_element::<IgnoredAny>()?.is_some() {
                    is_cut = true;
                }
                Ok(SentRows { rows, is_cut })
            }
        }

        deserializer.deserialize_seq(Rows)
    }
}

impl<'de> Deserialize<'de> for SentRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = SentRow;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<SentRow, A::Error> {
                let mut members = Vec::new();
                while members.len() < MOST_MEMBERS {
                    let Some(member) = object.next_entry()? else {
                        return Ok(SentRow {
                            members,
                            is_cut: false,
                        });
                    };
                    members.push(member);
                }
                let mut is_cut = false;
                while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    is_cut = true;
                }
                Ok(SentRow { members, is_cut })
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
#[path = "canvas_tests.rs"]
mod tests;
