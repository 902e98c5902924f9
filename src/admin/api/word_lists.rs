//! Many rude words at once: a list that an administrator sends, and the words with which a server starts.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::super::acting::{self, Act, Deed};
use super::words::{LANGUAGES, SEVERITIES, in_force, is_full, spelled};
use crate::accounts::auth::Administrator;
use crate::app::App;
use crate::moderation::listed::{self, MOST_TOGETHER, MOST_WORDS};
use crate::moderation::{seeds, store};
use crate::wire::{Body, Error, Fields, respond};

/// The largest list of words, in bytes, and the values in it.
const LARGEST_LIST: usize = 256 * 1024;
const MOST_VALUES: usize = MOST_TOGETHER + 24;
/// Words that an answer names of those that were added or left out.
const NAMED: usize = 10;

/// Many words of one kind.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewWords {
    /// 1000 at most.
    words: Vec<String>,
    language: Option<String>,
    severity: Option<String>,
}

/// What became of many words.
#[derive(Serialize, ToSchema)]
pub struct WordsAdded {
    success: bool,
    message: &'static str,
    added_count: usize,
    skipped_count: usize,
    /// The first ten.
    added: Vec<String>,
    /// The first ten of those that were on the list already.
    skipped: Vec<String>,
}

/// Adds many words of one kind, all of them or none; those that are there already are left out.
#[utoipa::path(post, path = "/api/admin/profanity/bulk-add/", tag = "admin", request_body = NewWords,
    responses((status = 201, body = WordsAdded)))]
pub async fn add_many(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Body(mut body): Body<LARGEST_LIST, MOST_VALUES>,
) -> Result<Response, Error> {
    let words = many(&mut body)?;
    let mut fields = Fields::new(body);
    let language = fields
        .choice("language", &LANGUAGES)
        .unwrap_or_else(|| "en".to_owned());
    let severity = fields
        .choice("severity", &SEVERITIES)
        .unwrap_or_else(|| "moderate".to_owned());
    fields.finish()?;
    let all = words.clone();
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        let there = listed::counts(conn)?.total;
        let added = listed::insert_all(conn, &all, &language, &severity, act.now)?;
        if there + added.len() as i64 > MOST_WORDS {
            return Err(is_full());
        }
        if !added.is_empty() {
            let details = format!(
                "{} words ({language}, {severity}): {}",
                added.len(),
                added.join(", ")
            );
            act.note(conn, &details)?;
        }
        Ok(added)
    };
    let deed = Deed::of("create", "word");
    let added = acting::perform(&app, admin, deed, work, acting::nobody_is_told).await?;
    in_force(&app).await;
    let (added, skipped): (Vec<String>, Vec<String>) =
        words.into_iter().partition(|word| added.contains(word));
    Ok(respond::created(&WordsAdded {
        success: true,
        message: "The words are on the list.",
        added_count: added.len(),
        skipped_count: skipped.len(),
        added: added.into_iter().take(NAMED).collect(),
        skipped: skipped.into_iter().take(NAMED).collect(),
    }))
}

/// The words of a list, each once; blanks are left out.
fn many(body: &mut Map<String, Value>) -> Result<Vec<String>, Error> {
    let refuse = |sentence: &str| Error::field("words", sentence);
    let Some(Value::Array(list)) = body.remove("words") else {
        return Err(refuse("A list of words is needed."));
    };
    if list.len() > MOST_TOGETHER {
        return Err(refuse("At most 1000 words can be added together."));
    }
    let mut words: Vec<String> = Vec::with_capacity(list.len());
    let mut seen = HashSet::new();
    for entry in list {
        let Value::String(text) = entry else {
            return Err(refuse("Each word is a text."));
        };
        if text.trim().is_empty() {
            continue;
        }
        let word = spelled(&text).map_err(refuse)?;
        if seen.insert(word.clone()) {
            words.push(word);
        }
    }
    if words.is_empty() {
        return Err(refuse("A list of words is needed."));
    }
    Ok(words)
}

/// What became of the first words.
#[derive(Serialize, ToSchema)]
pub struct WordsImported {
    success: bool,
    message: &'static str,
    /// `added`, `updated` (always 0), `skipped`, `total_in_database`.
    #[schema(value_type = Object)]
    results: Value,
}

/// Puts those of the first words back that are missing. Words that are there stay as administrators made them.
#[utoipa::path(post, path = "/api/admin/profanity/import/", tag = "admin",
    responses((status = 201, body = WordsImported)))]
pub async fn import(State(app): State<Arc<App>>, admin: Administrator) -> Result<Response, Error> {
    let work = |conn: &mut Conn<'_>, act: &Act<'_>| {
        let added = store::seed(conn, act.now)?;
        let total = listed::counts(conn)?.total;
        if total > MOST_WORDS {
            return Err(is_full());
        }
        if added > 0 {
            act.note(conn, &format!("{added} words"))?;
        }
        Ok((added, total))
    };
    let deed = Deed::of("import", "word");
    let (added, total) = acting::perform(&app, admin, deed, work, acting::nobody_is_told).await?;
    in_force(&app).await;
    let skipped = seeds().count() as u64 - added;
    Ok(respond::created(&WordsImported {
        success: true,
        message: "The first words are on the list.",
        results: json!({"added": added, "updated": 0, "skipped": skipped, "total_in_database": total}),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_each_word_once() {
        let list = |value: Value| {
            let Value::Object(mut body) = json!({"words": value}) else {
                panic!("an object")
            };
            many(&mut body)
        };
        assert_eq!(
            list(json!(["Drat", " drat", "", "hay naku"])).unwrap(),
            ["drat", "hay naku"]
        );
        for bad in [
            json!(null),
            json!("drat"),
            json!([]),
            json!([" "]),
            json!(["drat", 7]),
        ] {
            assert!(list(bad.clone()).is_err(), "{bad}");
        }
        assert!(list(json!(vec!["x"; 1_001])).is_err());
    }
}
