//! The rude words as the apps filter by them, while somebody types.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Filter, Words};
use crate::app::App;
use crate::wire::{ETag, Query, respond};

/// The words in force.
#[derive(Serialize, ToSchema)]
pub struct ActiveWords<'a> {
    success: bool,
    /// Lower-case, alphabetically.
    words: Vec<&'a str>,
    count: usize,
    /// Always true: they are answered from memory.
    cached: bool,
}

/// The words in force, from memory. The `Authorization` header is never looked at.
#[utoipa::path(get, path = "/api/profanity/active/", tag = "moderation", security(()),
    params(("language" = Option<String>, Query, description = "`all`, `en` or `tl`")),
    responses((status = 200, body = ActiveWords<'_>), (status = 304, description = "Nothing changed.")))]
pub async fn active(State(app): State<Arc<App>>, query: Query, headers: HeaderMap) -> Response {
    let list = Words::current(&app).await;
    let filter = Filter::parse(&query.get("language").unwrap_or_default());
    let words: Vec<&str> = list.words(filter).collect();
    let tag = ETag::of(|parts| words.iter().for_each(|word| parts.text(word)));
    if tag.matches(&headers) {
        return tag.not_modified();
    }
    tag.on(respond::ok(&ActiveWords {
        success: true,
        count: words.len(),
        words,
        cached: true,
    }))
}
