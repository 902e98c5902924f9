//! The one error that leaves the server, and the policy of what becomes which answer.
//!
//! Every answer that is not 2xx or 3xx has this body:
//! `{"success": false, "error": S, "message": S, "detail": S, "code": slug, "details"?: {field: [S]}}`.
//! The sentence is ours; text of a library or of the database goes to the log, never to the client.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::respond;

/// An answer that refuses. Built by the constructor that names the outcome.
#[derive(Debug)]
pub struct Error(Box<Refusal>);

#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    details: Option<Value>,
    flags: Map<String, Value>,
    retry_after: Option<u64>,
}

/// Sentences by field, in the order in which they were found.
#[derive(Debug, Default)]
pub struct FieldErrors(Map<String, Value>);

impl FieldErrors {
    /// Notes a sentence about `field`.
    pub fn add(&mut self, field: &str, sentence: impl Into<String>) {
        let list = self.0.entry(field).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(Value::String(sentence.into()));
        }
    }

    /// The sentences about `field`, if there are any.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Error {
    fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Refusal {
            status,
            code,
            message: message.into(),
            details: None,
            flags: Map::new(),
            retry_after: None,
        }))
    }

    /// 400: the request cannot be carried out as it stands.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", message)
    }

    /// 400 with sentences by field. The first of them is also the message, because the apps show only that one.
    pub fn fields(errors: FieldErrors) -> Self {
        let first = errors
            .0
            .values()
            .find_map(|list| list.get(0)?.as_str().map(str::to_owned));
        let mut error = Self::bad_request(first.unwrap_or_else(|| "Please check your input.".to_owned()));
        error.0.details = Some(Value::Object(errors.0));
        error
    }

    /// 400 about one field.
    pub fn field(field: &str, sentence: impl Into<String>) -> Self {
        let mut errors = FieldErrors::default();
        errors.add(field, sentence);
        Self::fields(errors)
    }

    /// 400: the request names a host that this server does not answer for.
    pub fn unknown_host() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unknown_host",
            "This server does not answer under this name.",
        )
    }

    /// 401: who are you? `code` is one of the slugs that the apps know.
    pub fn unauthorized(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    /// 403: known, but not allowed.
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "permission_denied", message)
    }

    /// 404: there is no such thing, or none that this caller may know of.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "This could not be found.")
    }

    /// 405 for a path that exists under other methods.
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This address does not take that method.",
        )
    }

    /// 408: the body took too long to arrive.
    pub fn too_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "timeout",
            "The request took too long to arrive.",
        )
    }

    /// 409: it cannot be done as things stand now.
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    /// 410: it was here once.
    pub fn gone(message: &'static str) -> Self {
        Self::new(StatusCode::GONE, "gone", message)
    }

    /// 413: more than this address takes.
    pub fn too_large(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    /// 415: bodies are JSON.
    pub fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Please send the request as application/json.",
        )
    }

    /// 415: this body is a file of comma-separated values.
    pub fn not_csv() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Please send the file as text/csv.",
        )
    }

    /// 415: bodies are not compressed. Nothing is unpacked here: a kilobyte can become a gigabyte.
    pub fn compressed() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Please send the request without compression.",
        )
    }

    /// 429: too often; `seconds` until it is worth another try.
    pub fn too_many_requests(seconds: u64) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "throttled",
            "Too many requests. Please wait a moment.",
        )
        .retry_after(seconds)
    }

    /// 503: not now; `seconds` until it is worth another try.
    pub fn unavailable(seconds: u64) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "The server is busy. Please try again.",
        )
        .retry_after(seconds)
    }

    /// 507: no room left for what was sent.
    pub fn no_room() -> Self {
        Self::new(
            StatusCode::INSUFFICIENT_STORAGE,
            "storage_full",
            "There is no room for new pictures. Stories without new pictures are still saved.",
        )
    }

    /// 500. `cause` goes to the log and nowhere else.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        Self::broken()
    }

    /// 500 for what is in the log already.
    pub fn broken() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            "Something went wrong.",
        )
    }

    /// Adds a documented extra member of the body, such as `"expired": true`.
    #[must_use]
    pub fn flag(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.flags.insert(name.to_owned(), value.into());
        self
    }

    /// Replaces the slug.
    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        self.0.code = code;
        self
    }

    /// Says after how many seconds it is worth another try.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds.max(1));
        self
    }

    /// What it says to people.
    pub fn sentence(&self) -> &str {
        &self.0.message
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }
}

/// The database's refusals: what may pass by itself is 503, a full disk is 507, the rest is a defect of ours.
impl From<database::Error> for Error {
    fn from(error: database::Error) -> Self {
        match error {
            database::Error::Busy | database::Error::Deadline => Self::unavailable(1),
            database::Error::Unavailable => Self::unavailable(5),
            database::Error::OutcomeUnknown => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "outcome_unknown",
                "The connection broke while saving. Please look before you try again.",
            )
            .retry_after(1),
            database::Error::Full => {
                tracing::error!("the database has no room left");
                Self::new(
                    StatusCode::INSUFFICIENT_STORAGE,
                    "storage_full",
                    "The server has no room left.",
                )
            }
            other => Self::internal(&other),
        }
    }
}

impl From<envelope::lane::Error> for Error {
    fn from(error: envelope::lane::Error) -> Self {
        match error {
            envelope::lane::Error::Busy(refused) => Self::unavailable(refused.retry_after()),
            envelope::lane::Error::Panicked => Self::internal(&error),
        }
    }
}

impl From<envelope::permits::Error> for Error {
    fn from(error: envelope::permits::Error) -> Self {
        match error {
            envelope::permits::Error::TooLarge => Self::too_large("This is too large for this server."),
            envelope::permits::Error::Busy(refused) => Self::unavailable(refused.retry_after()),
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.0.message)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let refusal = *self.0;
        let mut body = json!({
            "success": false,
            "error": refusal.message,
            "message": refusal.message,
            "detail": refusal.message,
            "code": refusal.code,
        });
        if let Value::Object(members) = &mut body {
            if let Some(details) = refusal.details {
                members.insert("details".to_owned(), details);
            }
            members.extend(refusal.flags);
        }
        let mut response = respond::json(refusal.status, &body);
        let headers = response.headers_mut();
        if refusal.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"api\""),
            );
        }
        if let Some(seconds) = refusal.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_refusals_keep_their_meaning() {
        let status = |error: database::Error| Error::from(error).status().as_u16();
        assert_eq!(status(database::Error::Busy), 503);
        assert_eq!(status(database::Error::Unavailable), 503);
        assert_eq!(status(database::Error::Deadline), 503);
        assert_eq!(status(database::Error::OutcomeUnknown), 503);
        assert_eq!(status(database::Error::Full), 507);
        assert_eq!(status(database::Error::Panicked), 500);
        assert_eq!(status(database::Error::Missing), 500);
    }

    #[test]
    fn the_first_field_sentence_is_the_message() {
        let mut errors = FieldErrors::default();
        errors.add("title", "A title is needed.");
        errors.add("content", "Some text is needed.");
        assert_eq!(Error::fields(errors).0.message, "A title is needed.");
    }
}
