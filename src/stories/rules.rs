//! Decisions about stories that need nothing but values.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::wire::Fields;

/// The longest title, in code points. A longer one is cut: the apps have no limit in the field and never show a refusal.
pub const LONGEST_TITLE: usize = 200;
/// The longest summary, in bytes.
pub const LONGEST_SUMMARY: usize = 4 * 1024;
/// Genres at most …
pub const MOST_GENRES: usize = 10;
/// … and the longest of them, in code points.
pub const LONGEST_GENRE: usize = 50;

/// The categories that the apps know; both spellings of science fiction are live.
pub const CATEGORIES: [&str; 12] = [
    "adventure",
    "fantasy",
    "mystery",
    "action",
    "friendship",
    "scifi",
    "comedy",
    "sci_fi",
    "fairy_tale",
    "educational",
    "animal",
    "other",
];
/// What the apps put between the texts of pages.
const PAGE_BREAK: &str = "---PAGE BREAK---";
/// English and Tagalog.
pub const LANGUAGES: [&str; 2] = ["en", "tl"];
/// How a story came to be.
pub const CREATION_TYPES: [&str; 3] = ["manual", "ai_assisted", "collaborative"];

/// Who somebody is to a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Wrote it.
    Author,
    /// One of the authors of a collaborative story.
    CoAuthor,
    /// Anybody else, guests too.
    Reader,
}

impl Role {
    /// Whether the story may be seen.
    pub fn may_read(self, is_published: bool) -> bool {
        is_published || self != Self::Reader
    }

    /// Whether the story may be changed.
    pub fn may_write(self) -> bool {
        self != Self::Reader
    }
}

/// The small fields of a story that a request gives; `None` stays as it is (or takes its default in a new story).
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Given {
    pub title: Option<String>,
    pub content: Option<String>,
    pub summary: Option<Option<String>>,
    pub category: Option<String>,
    pub genres: Option<Vec<String>>,
    pub language: Option<String>,
    pub creation_type: Option<String>,
    pub is_published: Option<bool>,
}

impl Given {
    /// Reads the fields of a new story: title and content are needed.
    pub fn for_new(fields: &mut Fields) -> Self {
        for name in ["title", "content"] {
            if !fields.has(name) {
                fields.refuse(name, "This field is required.");
            }
        }
        Self::for_change(fields)
    }

    /// Reads the fields of a change: absent ones stay, blank titles and contents are refused.
    pub fn for_change(fields: &mut Fields) -> Self {
        Self {
            title: not_blank(fields, "title").map(|title| title.chars().take(LONGEST_TITLE).collect()),
            content: not_blank(fields, "content"),
            summary: fields.nullable_text("summary", LONGEST_SUMMARY),
            category: fields.choice("category", &CATEGORIES),
            genres: genres(fields),
            language: fields.choice("language", &LANGUAGES),
            creation_type: fields.choice("creation_type", &CREATION_TYPES),
            is_published: fields.boolean("is_published"),
        }
    }
}

fn not_blank(fields: &mut Fields, name: &str) -> Option<String> {
    fields.has(name).then(|| fields.required_text(name, usize::MAX))
}

/// Words of a content: what stands between blanks, the marks between pages left out.
pub fn words(content: &str) -> i64 {
    let words = content.split(PAGE_BREAK).flat_map(str::split_whitespace);
    words.count() as i64
}

/// The texts of the pages of a content, trimmed, those without one left out. A content of the old server may be JSON with
/// `pages`; any other JSON, and one that is cut off somewhere, is nothing that anybody tells.
pub fn pages(content: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        text: String,
    }
    #[derive(Deserialize)]
    struct Pages {
        pages: Vec<Page>,
    }
    let texts = match serde_json::from_str::<Pages>(content) {
        Ok(content) => content.pages.into_iter().map(|page| page.text).collect(),
        Err(_) if is_json(content) => Vec::new(),
        Err(_) => content.split(PAGE_BREAK).map(str::to_owned).collect::<Vec<_>>(),
    };
    let trimmed = texts.iter().map(|text| text.trim());
    trimmed
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a text is a JSON object or list, or the beginning of one.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
        && serde_json::from_str::<IgnoredAny>(text).map_or_else(|error| error.is_eof(), |_| true)
}

/// A list of texts: one published story with anything else in it would break the library of every visitor.
fn genres(fields: &mut Fields) -> Option<Vec<String>> {
    let value = fields.raw("genres")?;
    let texts = value
        .as_array()
        .and_then(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    let fits = |texts: &[&str]| {
        texts.len() <= MOST_GENRES
            && texts
                .iter()
                .all(|text| text.chars().count() <= LONGEST_GENRE && !text.contains('\0'))
    };
    match texts {
        Some(texts) if fits(&texts) => Some(texts.into_iter().map(str::to_owned).collect()),
        _ => {
            fields.refuse("genres", "A list of at most 10 short texts is needed.");
            None
        }
    }
}

/// The genres of a stored row, as they are stored; rows of the old server may hold anything, and what is no text is left out.
pub fn stored_genres(json: &str) -> Vec<&RawValue> {
    let mut genres: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
    genres.retain(|genre| genre.get().starts_with('"'));
    genres
}

/// The mean of ratings: integer 0 without any.
pub fn average_rating(sum: i64, count: i64) -> Value {
    if count == 0 {
        Value::from(0)
    } else {
        Value::from(sum as f64 / count as f64)
    }
}

/// The mean of ratings with one decimal: integer 0 without any.
pub fn rounded_rating(sum: i64, count: i64) -> Value {
    if count == 0 {
        Value::from(0)
    } else {
        Value::from((sum as f64 / count as f64 * 10.0).round() / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        match value {
            Value::Object(object) => Fields::new(object),
            _ => panic!("an object"),
        }
    }

    #[test]
    fn a_new_story_needs_a_title_and_a_text() {
        let mut empty = fields(json!({}));
        Given::for_new(&mut empty);
        assert!(empty.finish().is_err());
        let mut change = fields(json!({}));
        assert_eq!(Given::for_change(&mut change), Given::default());
        assert!(change.finish().is_ok());
    }

    #[test]
    fn blank_is_refused_and_a_long_title_is_cut() {
        let mut blank = fields(json!({"title": "  "}));
        Given::for_change(&mut blank);
        assert!(blank.finish().is_err());
        let mut long = fields(json!({"title": "é".repeat(300)}));
        assert_eq!(Given::for_change(&mut long).title.unwrap().chars().count(), 200);
    }

    #[test]
    fn genres_are_a_short_list_of_texts() {
        for bad in [
            json!(null),
            json!("animal"),
            json!([1]),
            json!(["a".repeat(51)]),
            json!(vec!["a"; 11]),
        ] {
            let mut sent = fields(json!({ "genres": bad }));
            assert_eq!(genres(&mut sent), None);
            assert!(sent.finish().is_err(), "{bad}");
        }
        assert_eq!(
            genres(&mut fields(json!({"genres": ["animal"]}))),
            Some(vec!["animal".to_owned()])
        );
        for (stored, shown) in [
            (r#"["a", 1, null, "\u00e9\n", ["b"]]"#, r#"["a","\u00e9\n"]"#),
            (r#"["a", "b""#, "[]"),
            (r#"{"a": "b"}"#, "[]"),
            ("oops", "[]"),
        ] {
            assert_eq!(serde_json::to_string(&stored_genres(stored)).unwrap(), shown);
        }
    }

    #[test]
    fn words_are_counted_without_the_marks_between_pages() {
        for (content, expected) in [
            ("", 0),
            ("  \n ", 0),
            ("Once upon a time.", 4),
            ("Once\n\n---PAGE BREAK---\n\nupon  a time", 4),
            ("A page break --- and more", 6),
        ] {
            assert_eq!(words(content), expected, "{content:?}");
        }
    }

    #[test]
    fn pages_are_what_stands_between_the_marks() {
        for (content, expected) in [
            ("", vec![]),
            ("Once.", vec!["Once."]),
            (
                "Once.\r\n---PAGE BREAK---  \n\nTwice.\n---PAGE BREAK---\n \n",
                vec!["Once.", "Twice."],
            ),
            (
                r#"{"pages": [{"text": " Once. ", "id": 1}, {"id": 2}, {"text": "Twice."}]}"#,
                vec!["Once.", "Twice."],
            ),
            ("{Once.}", vec!["{Once.}"]),
            ("[Once.] Twice.", vec!["[Once.] Twice."]),
            ("[1] Once.", vec!["[1] Once."]),
            (r#"{"pages": [{"text": "Once."}, {"text": "Tw"#, vec![]),
            (r#"{"pages": [{"text": "Once."}], "drawn"#, vec![]),
            (r#"{"pages": "Once."}"#, vec![]),
            (r#"[{"text": "Once."}]"#, vec![]),
        ] {
            assert_eq!(pages(content), expected, "{content:?}");
        }
    }

    #[test]
    fn ratings_are_numbers_even_without_any() {
        assert_eq!(average_rating(0, 0), json!(0));
        assert_eq!(average_rating(13, 3), json!(13.0 / 3.0));
        assert_eq!(rounded_rating(13, 3), json!(4.3));
    }
}
