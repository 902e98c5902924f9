//! Success answers: JSON in one piece, and the conditional answers of polled addresses.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Error;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer whose whole JSON is small (the house rule: at most 256 KiB; what may be larger is streamed).
pub fn json<T: Serialize + ?Sized>(status: StatusCode, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            *response.status_mut() = status;
            response.headers_mut().insert(header::CONTENT_TYPE, JSON);
            response
        }
        Err(cause) => Error::internal(&cause).into_response(),
    }
}

/// 200 with JSON that somebody streams.
pub fn json_body(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// 200 with JSON.
pub fn ok<T: Serialize + ?Sized>(value: &T) -> Response {
    json(StatusCode::OK, value)
}

/// 201 with JSON.
pub fn created<T: Serialize + ?Sized>(value: &T) -> Response {
    json(StatusCode::CREATED, value)
}

/// 200 with small JSON that is polled, or 304 when the client holds it already. The tag is the hash of the JSON itself:
/// for what one light query finds, all of it.
pub fn polled<T: Serialize + ?Sized>(headers: &HeaderMap, value: &T) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => {
            let tag = ETag::of(|parts| parts.text(&text));
            if tag.matches(headers) {
                return tag.not_modified();
            }
            let mut response = Response::new(Body::from(text));
            response.headers_mut().insert(header::CONTENT_TYPE, JSON);
            tag.on(response)
        }
        Err(cause) => Error::internal(&cause).into_response(),
    }
}

/// The version of an answer, as its `ETag` header spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of everything that the answer depends on, fed in one fixed order.
    pub fn of(parts: impl FnOnce(&mut Fingerprint)) -> Self {
        let mut fingerprint = Fingerprint(blake3::Hasher::new());
        parts(&mut fingerprint);
        let hash = fingerprint.0.finalize();
        Self(format!("W/\"{}\"", &hash.to_hex()[..32]))
    }

    /// Whether the client already holds this version.
    pub fn matches(&self, headers: &HeaderMap) -> bool {
        is_held(&self.0, headers)
    }

    /// 304: nothing changed.
    pub fn not_modified(&self) -> Response {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        self.mark(response.headers_mut());
        response
    }

    /// Puts the tag on a full answer, with the caching rule of polled addresses: ask every time, per person.
    pub fn on(&self, mut response: Response) -> Response {
        self.mark(response.headers_mut());
        response
    }

    fn mark(&self, headers: &mut HeaderMap) {
        if let Ok(tag) = HeaderValue::from_str(&self.0) {
            headers.insert(header::ETAG, tag);
        }
        headers.insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        );
        headers.append(header::VARY, HeaderValue::from_static("Authorization, Origin"));
    }
}

/// Whether the client already holds what this tag stands for. (`If-None-Match`, compared weakly: proxies weaken tags.)
pub fn is_held(tag: &str, headers: &HeaderMap) -> bool {
    let bare = tag.trim_start_matches("W/");
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|held| held.trim() == "*" || held.trim().trim_start_matches("W/") == bare)
}

/// Collects what an [`ETag`] stands for. Every part is framed by its length, so that parts cannot run together.
#[derive(Debug)]
pub struct Fingerprint(blake3::Hasher);

impl Fingerprint {
    /// Adds a number.
    pub fn number(&mut self, number: i64) {
        self.0.update(&number.to_le_bytes());
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// Adds what is written already.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as i64);
        self.0.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_matches_itself_weak_or_strong_and_in_a_list() {
        let tag = ETag::of(|parts| parts.text("story"));
        let strong = tag.0.trim_start_matches("W/").to_owned();
        for sent in [
            tag.0.clone(),
            strong.clone(),
            format!("\"other\", {strong}"),
            "*".to_owned(),
        ] {
            let headers =
                HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(&sent).unwrap())]);
            assert!(tag.matches(&headers), "{sent}");
        }
        assert!(!tag.matches(&HeaderMap::from_iter([(
            header::IF_NONE_MATCH,
            HeaderValue::from_static("\"x\"")
        )])));
    }

    #[test]
    fn parts_do_not_run_together() {
        let one = ETag::of(|parts| {
            parts.text("ab");
            parts.text("c");
        });
        let other = ETag::of(|parts| {
            parts.text("a");
            parts.text("bc");
        });
        assert_ne!(one, other);
    }
}
