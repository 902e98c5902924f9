//! Small values out of JSON texts, lenient where clients are careless. A wrong type is no value.

use serde_json::value::RawValue;

use super::model::MOST_PAGES;
use super::op::{COVER, Place};
use super::shallow::Object;
use super::slot::LONGEST_ID;

/// The longest text of a page, in characters.
pub(super) const LONGEST_TEXT: usize = 20_000;
/// The longest name of a tool, an activity or a field, in bytes.
pub(super) const LONGEST_NAME: usize = 100;
/// What somebody is told who names a page that cannot be.
pub(super) const NO_PAGE: &str = "There is no such page.";

/// The page that three fields name. An index that is no page is an error, so that nobody edits the wrong one.
pub(super) fn place(
    page_id: Option<&RawValue>,
    index: Option<&RawValue>,
    is_cover: Option<&RawValue>,
) -> Result<Place, &'static str> {
    let page_id = page_id.and_then(|id| text(id).or_else(|| integer(id).map(|id| id.to_string())));
    let page_id: Option<Box<str>> = page_id.filter(|id| !id.is_empty()).map(Into::into);
    if page_id
        .as_deref()
        .is_some_and(|id| id.len() > LONGEST_ID || id.contains('\0'))
    {
        return Err(NO_PAGE);
    }
    let is_cover = is_cover.and_then(boolean).unwrap_or(false)
        || matches!(page_id.as_deref(), Some("cover_image" | "cover"));
    let index = match index.filter(|index| index.get() != "null") {
        _ if is_cover => Some(COVER),
        None => None,
        Some(index) if index.get() == "-1" => Some(COVER),
        Some(index) => Some(page_number(index).ok_or(NO_PAGE)?),
    };
    Ok(Place {
        is_cover: is_cover || index == Some(COVER),
        page_id,
        index,
        slot: None,
    })
}

pub(super) fn is_object(json: &RawValue) -> bool {
    json.get().starts_with('{')
}

pub(super) fn text(json: &RawValue) -> Option<String> {
    serde_json::from_str(json.get()).ok()
}

pub(super) fn boolean(json: &RawValue) -> Option<bool> {
    serde_json::from_str(json.get()).ok()
}

/// A whole number, however it is written.
pub(super) fn integer(json: &RawValue) -> Option<i64> {
    if let Ok(number) = serde_json::from_str(json.get()) {
        return Some(number);
    }
    let number: f64 = serde_json::from_str(json.get()).ok()?;
    let is_whole = number.fract() == 0.0 && number.abs() < 1e15;
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
    is_whole.then_some(number as i64)
}

/// The number of a page, from 0.
pub(super) fn page_number(json: &RawValue) -> Option<i32> {
    let number = integer(json)?;
    let most = i64::try_from(MOST_PAGES).expect("a hundred");
    (0..most)
        .contains(&number)
        .then(|| i32::try_from(number).expect("below a hundred"))
}

pub(super) fn is_point(json: &RawValue) -> bool {
    let Ok(point) = Object::read(json.get()) else {
        return false;
    };
    ["x", "y"].iter().all(|axis| {
        point
            .get(axis)
            .is_some_and(|value| serde_json::from_str::<f64>(value.get()).is_ok())
    })
}

/// A caret in a field; it may carry the field's whole text, which is bounded like a page's.
pub(super) fn is_caret(json: &RawValue) -> bool {
    let Ok(caret) = Object::read(json.get()) else {
        return false;
    };
    json.get().len() <= LONGEST_TEXT
        || caret
            .get("textValue")
            .and_then(text)
            .is_none_or(|text| text.chars().count() <= LONGEST_TEXT)
}

/// Which field somebody types in: what a typing bubble needs, and no more.
pub(super) fn typing(json: &RawValue) -> Option<Box<RawValue>> {
    let said = Object::read(json.get()).ok()?;
    let name = |key: &str| {
        said.get(key)
            .and_then(text)
            .filter(|name| name.len() <= LONGEST_NAME)
    };
    let mut typing = Object::default();
    typing.set("elementId", &name("elementId")?);
    typing.set("elementType", &name("elementType"));
    typing.set("pageIndex", &said.get("pageIndex").and_then(integer));
    Some(typing.to_raw())
}

pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
