//! Reading small JSON bodies, leniently where the apps are careless and strictly where it matters.
//!
//! A body may be absent, with or without a content type: the apps send many empty POSTs. It is read only after the
//! caller is known (axum runs the extractors of a handler in order, the body last), up to the limit of its address.

use std::time::Duration;

use axum::extract::{FromRequest, Request};
use axum::http::header;
use http_body_util::BodyExt;
use serde_json::{Map, Value};

use super::Error;

/// The limit of account and social addresses, in bytes.
pub(super) const SMALL_BODY: usize = 64 * 1024;

/// The limit of addresses that anybody may call without signing in, in bytes.
pub const PUBLIC_BODY: usize = 8 * 1024;

/// How long a small body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// A JSON object of at most `LIMIT` bytes; an empty body is an empty object.
#[derive(Debug)]
pub struct Body<const LIMIT: usize = SMALL_BODY>(pub Map<String, Value>);

impl<S: Send + Sync, const LIMIT: usize> FromRequest<S> for Body<LIMIT> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let is_json = speaks_json(&request);
        let bytes = tokio::time::timeout(PATIENCE, read(request, LIMIT))
            .await
            .map_err(|_| Error::too_slow())??;
        if bytes.is_empty() {
            return Ok(Self(Map::new()));
        }
        if !is_json {
            return Err(Error::unsupported_media_type());
        }
        parse(&bytes).map(Self)
    }
}

/// A form as a page of ours sends it (`application/x-www-form-urlencoded`), of at most `LIMIT` bytes.
#[derive(Debug)]
pub struct Form<const LIMIT: usize = PUBLIC_BODY>(Vec<u8>);

impl<const LIMIT: usize> Form<LIMIT> {
    /// The first field of that name; empty when there is none.
    pub fn text(&self, name: &str) -> String {
        form_urlencoded::parse(&self.0)
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    }
}

impl<S: Send + Sync, const LIMIT: usize> FromRequest<S> for Form<LIMIT> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let bytes = tokio::time::timeout(PATIENCE, read(request, LIMIT))
            .await
            .map_err(|_| Error::too_slow())??;
        Ok(Self(bytes))
    }
}

/// Whether the body is JSON or does not say what it is.
pub fn speaks_json(request: &Request) -> bool {
    let Some(value) = request.headers().get(header::CONTENT_TYPE) else {
        return true;
    };
    let essence = value
        .to_str()
        .unwrap_or("?")
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    essence.is_empty() || essence.eq_ignore_ascii_case("application/json")
}

/// Refuses a request that announces more than `limit` bytes, before any of them is read.
pub fn refuse_announced(request: &Request, limit: usize) -> Result<(), Error> {
    let announced: Option<u64> = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    match announced {
        Some(bytes) if bytes > limit as u64 => Err(over(limit)),
        _ => Ok(()),
    }
}

/// The refusal of a body over `limit` bytes.
pub fn over(limit: usize) -> Error {
    let limit = if limit >= 1024 * 1024 {
        format!("{} MiB", limit >> 20)
    } else {
        format!("{} KiB", limit >> 10)
    };
    Error::too_large(format!("This is too large. At most {limit} can be sent here."))
}

async fn read(request: Request, limit: usize) -> Result<Vec<u8>, Error> {
    refuse_announced(&request, limit)?;
    let mut body = request.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Err(Error::bad_request("The request ended too early."));
        };
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(over(limit));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

fn parse(bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Error::field("non_field_errors", "Expected an object.")),
        Err(_) => Err(Error::bad_request("The request is not valid JSON.")),
    }
}
