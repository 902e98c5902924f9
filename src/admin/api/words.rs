//! The list of rude words, as administrators keep it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::acting::{self, Act, Deed};
use super::super::pages::{self, Pagination, Paging};
use super::super::shapes::AdminDone;
use super::LARGEST;
use crate::accounts::auth::Administrator;
use crate::app::App;
use crate::moderation::listed::{self, MOST_WORDS, Word, WordQuery};
use crate::moderation::{Language, Severity, Words};
use crate::wire::{Body, Error, Fields, Id, Query, Timestamp, respond};

/// Rows of a page when nothing is asked for.
const PAGE: i64 = 50;
/// The longest word, in characters.
const LONGEST: usize = 100;
/// As the wire spells them.
pub(super) const LANGUAGES: [&str; 3] = ["en", "tl", "both"];
/// As the wire spells them.
pub(super) const SEVERITIES: [&str; 3] = ["mild", "moderate", "severe"];

/// A word of the list.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct WordShape {
    pub id: i64,
    pub word: String,
    pub language: String,
    pub language_display: &'static str,
    pub severity: String,
    pub severity_display: &'static str,
    pub is_active: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Word> for WordShape {
    fn from(word: Word) -> Self {
        Self {
            id: word.id,
            language_display: Language::parse(&word.language).map_or("", Language::label),
            severity_display: Severity::parse(&word.severity).map_or("", Severity::label),
            word: word.word,
            language: word.language,
            severity: word.severity,
            is_active: word.is_active,
            created_at: Timestamp(word.created_at),
            updated_at: Timestamp(word.updated_at),
        }
    }
}

/// A page of words.
#[derive(Serialize, ToSchema)]
pub struct WordList {
    success: bool,
    words: Vec<WordShape>,
    pagination: Pagination,
}

/// The words, alphabetically, those that are not in force too.
#[utoipa::path(get, path = "/api/admin/profanity/", tag = "admin",
    params(("search" = Option<String>, Query), ("language" = Option<String>, Query), ("severity" = Option<String>, Query),
           ("is_active" = Option<String>, Query, description = "`true`: in force; any other text: not"),
           ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query, description = "1 to 100, 50 when absent")),
    responses((status = 200, body = WordList), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    _admin: Administrator,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let paging = Paging::of(&query, PAGE);
    let exactly = |name: &str| query.get(name).filter(|text| text != "all").unwrap_or_default();
    let wanted = WordQuery {
        search: pages::search(&query).to_lowercase(),
        language: exactly("language"),
        severity: exactly("severity"),
        is_active: query
            .get("is_active")
            .filter(|text| !text.is_empty())
            .map(|text| text == "true"),
        limit: paging.size,
        offset: paging.offset(),
    };
    let (words, total) = app.read(move |conn| Ok(listed::page(conn, &wanted)?)).await?;
    let list = WordList {
        success: true,
        words: words.into_iter().map(Into::into).collect(),
        pagination: paging.shape(total),
    };
    Ok(respond::polled(&headers, &list))
}

/// The list in numbers.
#[derive(Serialize, ToSchema)]
pub struct WordStats {
    success: bool,
    /// `total_words`, `active_words`, `inactive_words`, `by_language`, `by_severity`; words of both languages count for
    /// each.
    #[schema(value_type = Object)]
    stats: Value,
}

/// The list in numbers.
#[utoipa::path(get, path = "/api/admin/profanity/stats/", tag = "admin",
    responses((status = 200, body = WordStats), (status = 304, description = "Nothing changed.")))]
pub async fn stats(
    State(app): State<Arc<App>>,
    _admin: Administrator,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let counts = app.read(|conn| Ok(listed::counts(conn)?)).await?;
    let stats = json!({
        "total_words": counts.total,
        "active_words": counts.active,
        "inactive_words": counts.total - counts.active,
        "by_language": {"english": counts.english, "tagalog": counts.tagalog},
        "by_severity": {"mild": counts.mild, "moderate": counts.moderate, "severe": counts.severe},
    });
    Ok(respond::polled(&headers, &WordStats { success: true, stats }))
}

/// A new word.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewWord {
    #[schema(min_length = 1, max_length = 100)]
    word: String,
    language: Option<String>,
    severity: Option<String>,
    is_active: Option<bool>,
}

/// A word after a change; the member that did not change is left out.
#[derive(Serialize, ToSchema)]
pub struct WordSaved {
    success: bool,
    message: &'static str,
    #[schema(value_type = Object)]
    word: Value,
}

/// A word without one of its members.
fn without(word: Word, member: &str) -> Value {
    let mut shape = json!(WordShape::from(word));
    if let Value::Object(members) = &mut shape {
        members.shift_remove(member);
    }
    shape
}

/// A word as the list has it: lower-case, single blanks.
pub(super) fn spelled(word: &str) -> Result<String, &'static str> {
    let words: Vec<String> = word.split_whitespace().map(str::to_lowercase).collect();
    let word = words.join(" ");
    if word.is_empty() {
        return Err("A word is needed.");
    }
    if word.chars().count() > LONGEST {
        return Err("A word may have at most 100 characters.");
    }
    if word.contains('\0') || !word.chars().any(char::is_alphanumeric) {
        return Err("A word needs a letter or a digit.");
    }
    Ok(word)
}

/// The field with a word; what is wrong with it is noted.
fn word(fields: &mut Fields) -> Option<String> {
    let text = fields.text("word", 10 * LONGEST)?;
    match spelled(&text) {
        Ok(word) => Some(word),
        Err(sentence) => {
            fields.refuse("word", sentence);
            None
        }
    }
}

/// 400: there is no room for more words.
pub(super) fn is_full() -> Error {
    Error::bad_request(format!("The list is full: it has room for {MOST_WORDS} words."))
}

fn is_there() -> Error {
    Error::field("word", "This word is on the list already.")
}

/// Adds a word.
#[utoipa::path(post, path = "/api/admin/profanity/add/", tag = "admin", request_body = NewWord,
    responses((status = 201, body = WordSaved)))]
pub async fn add(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    if !fields.has("word") {
        fields.refuse("word", "This field is required.");
    }
    let word = word(&mut fields);
    let language = fields
        .choice("language", &LANGUAGES)
        .unwrap_or_else(|| "en".to_owned());
    let severity = fields
        .choice("severity", &SEVERITIES)
        .unwrap_or_else(|| "moderate".to_owned());
    let is_active = fields.boolean("is_active").unwrap_or(true);
    fields.finish()?;
    let word = word.unwrap_or_default();
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        if listed::counts(conn)?.total >= MOST_WORDS {
            return Err(is_full());
        }
        let added = listed::insert(conn, &word, &language, &severity, is_active, act.now)?;
        let added = added.ok_or_else(is_there)?;
        act.note_about(conn, added.id, &format!("{word} ({language}, {severity})"))?;
        Ok(added)
    };
    let deed = Deed::of("create", "word");
    let added = acting::perform(&app, admin, deed, work, acting::nobody_is_told).await?;
    in_force(&app).await;
    Ok(respond::created(&WordSaved {
        success: true,
        message: "The word is added.",
        word: without(added, "updated_at"),
    }))
}

/// Changes are felt at once on this server, and within a minute on the others.
pub(super) async fn in_force(app: &App) {
    if let Err(error) = Words::reload(app).await {
        tracing::warn!(%error, "could not read the word list after a change; it is read again within a minute");
    }
}

/// Changes a word; absent fields stay.
#[utoipa::path(method(put, patch), path = "/api/admin/profanity/{id}/update/", tag = "admin", params(("id" = i64, Path)),
    request_body = NewWord, responses((status = 200, body = WordSaved)))]
pub async fn update(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Id(word_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let spelling = word(&mut fields);
    let language = fields.choice("language", &LANGUAGES);
    let severity = fields.choice("severity", &SEVERITIES);
    let is_active = fields.boolean("is_active");
    fields.finish()?;
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        let before = listed::one(conn, word_id)?.ok_or_else(Error::not_found)?;
        let mut after = before.clone();
        for (member, given) in [
            (&mut after.word, &spelling),
            (&mut after.language, &language),
            (&mut after.severity, &severity),
        ] {
            if let Some(given) = given {
                given.clone_into(member);
            }
        }
        after.is_active = is_active.unwrap_or(before.is_active);
        if after == before {
            return Ok(before);
        }
        if !listed::save(conn, &after, act.now)? {
            return Err(is_there());
        }
        let state = |word: &Word| {
            format!(
                "{} ({}, {}, {})",
                word.word,
                word.language,
                word.severity,
                if word.is_active {
                    "in force"
                } else {
                    "not in force"
                }
            )
        };
        act.note(conn, &format!("{} → {}", state(&before), state(&after)))?;
        after.updated_at = act.now;
        Ok(after)
    };
    let deed = Deed::on("update", "word", word_id);
    let saved = acting::perform(&app, admin, deed, work, acting::nobody_is_told).await?;
    in_force(&app).await;
    Ok(respond::ok(&WordSaved {
        success: true,
        message: "The word is saved.",
        word: without(saved, "created_at"),
    }))
}

/// Takes a word off the list.
#[utoipa::path(delete, path = "/api/admin/profanity/{id}/delete/", tag = "admin", params(("id" = i64, Path)),
    responses((status = 200, body = AdminDone)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Id(word_id): Id,
) -> Result<Response, Error> {
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        let word = listed::delete(conn, word_id)?.ok_or_else(Error::not_found)?;
        act.note(conn, &word)
    };
    let deed = Deed::on("delete", "word", word_id);
    acting::perform(&app, admin, deed, work, acting::nobody_is_told).await?;
    in_force(&app).await;
    Ok(respond::ok(&AdminDone::new("The word is off the list.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_one_spelling() {
        assert_eq!(spelled("  Putang   INA ").as_deref(), Ok("putang ina"));
        for bad in ["", "  ", "!!!", "a\0b"] {
            assert!(spelled(bad).is_err(), "{bad:?}");
        }
        assert!(spelled(&"x".repeat(100)).is_ok() && spelled(&"x".repeat(101)).is_err());
    }
}
