//! Reading small JSON bodies, leniently where the apps are careless and strictly where it matters.
//!
//! A body may be absent, with or without a content type: the apps send many empty POSTs. It is read only after the
//! caller is known (axum runs the extractors of a handler in order, the body last), up to the limit of its address.

use std::time::Duration;

use axum::extract::{FromRequest, Request};
use axum::http::header;
use envelope::permits::{Bytes, BytesPermit};
use http_body_util::BodyExt;
use serde_json::{Map, Value};

use super::Error;
use super::turns::{Turn, Turns};

/// The limit of account and social addresses, in bytes.
pub(super) const SMALL_BODY: usize = 64 * 1024;

/// The limit of addresses that anybody may call without signing in, in bytes.
pub const PUBLIC_BODY: usize = 8 * 1024;

/// How long a small body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// What needs no room of its own: it is part of what a connection costs.
pub const TINY: u64 = 2 * 1024;

/// Bodies over that, and up to `SMALL_BODY`, of one account at a time: two devices that send as many as a browser does.
const MOST_OF_ONE: usize = 12;

/// Room for bodies, as an extension of each request. Where there is none, bodies are bounded by their limit alone.
#[derive(Clone)]
pub struct Room {
    bytes: Bytes,
    turns: Turns,
}

/// The account that sends a request, as an extension of it once that is known.
#[derive(Clone, Copy, Debug)]
pub struct Sender(pub i64);

/// The right to read a body. Given back when this is dropped.
struct Held {
    _bytes: BytesPermit,
    _turn: Option<Turn>,
}

impl Room {
    /// Hands out these bytes.
    pub fn new(bytes: Bytes) -> Self {
        Self {
            bytes,
            turns: Turns::new(MOST_OF_ONE),
        }
    }

    /// Begins a body of ordinary size; 503 when this account has enough of them under way. Whoever announces many and
    /// sends none would hold the room of all the others.
    pub fn begin(&self, account: i64) -> Result<Turn, Error> {
        self.turns.begin(account).ok_or_else(|| Error::unavailable(1))
    }

    async fn take(&self, sender: Option<Sender>, bytes: u64) -> Result<Held, Error> {
        let turn = sender.map(|Sender(account)| self.begin(account)).transpose()?;
        Ok(Held {
            _bytes: self.bytes.take(bytes).await?,
            _turn: turn,
        })
    }
}

/// The values that a body may have, nested ones included. Each takes some hundred bytes once it is read, a hundred times
/// what `1,` takes on the wire.
const MOST_VALUES: usize = 512;

/// A JSON object of at most `LIMIT` bytes and `VALUES` values; an empty body is an empty object.
#[derive(Debug)]
pub struct Body<const LIMIT: usize = SMALL_BODY, const VALUES: usize = MOST_VALUES>(pub Map<String, Value>);

impl<S: Send + Sync, const LIMIT: usize, const VALUES: usize> FromRequest<S> for Body<LIMIT, VALUES> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let is_json = speaks_json(&request);
        let (bytes, _room) = receive(request, LIMIT).await?;
        if bytes.is_empty() {
            return Ok(Self(Map::new()));
        }
        if !is_json {
            return Err(Error::unsupported_media_type());
        }
        parse(&bytes, VALUES).map(Self)
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
        let (bytes, _) = receive(request, LIMIT).await?;
        Ok(Self(bytes))
    }
}

/// What browsers and scripts call a file of comma-separated values.
const CSV: [&str; 5] = [
    "text/csv",
    "text/plain",
    "application/csv",
    "application/vnd.ms-excel",
    "application/octet-stream",
];

/// A file of comma-separated values, of at most `LIMIT` bytes, as it was sent.
#[derive(Debug)]
pub struct CsvFile<const LIMIT: usize>(pub Vec<u8>);

impl<S: Send + Sync, const LIMIT: usize> FromRequest<S> for CsvFile<LIMIT> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let kind = essence(&request).unwrap_or_default();
        if !kind.is_empty() && !CSV.iter().any(|known| kind.eq_ignore_ascii_case(known)) {
            return Err(Error::not_csv());
        }
        let (bytes, _) = receive(request, LIMIT).await?;
        Ok(Self(bytes))
    }
}

/// A whole body of at most `limit` bytes, and the room that it takes.
async fn receive(request: Request, limit: usize) -> Result<(Vec<u8>, Option<Held>), Error> {
    refuse_compressed(&request)?;
    refuse_announced(&request, limit)?;
    let room = match wanted_room(&request, limit) {
        Some((room, bytes)) => {
            let sender = request.extensions().get().copied();
            Some(room.take(sender, bytes).await?)
        }
        None => None,
    };
    let bytes = tokio::time::timeout(PATIENCE, read(request, limit))
        .await
        .map_err(|_| Error::too_slow())??;
    Ok((bytes, room))
}

/// Whether the body is JSON or does not say what it is.
pub fn speaks_json(request: &Request) -> bool {
    essence(request).is_none_or(|kind| kind.is_empty() || kind.eq_ignore_ascii_case("application/json"))
}

/// What a request says its body is, without its parameters.
fn essence(request: &Request) -> Option<&str> {
    let value = request.headers().get(header::CONTENT_TYPE)?;
    let essence = value.to_str().unwrap_or("?").split(';').next();
    Some(essence.unwrap_or_default().trim())
}

/// Refuses a compressed body before any of it is read.
pub fn refuse_compressed(request: &Request) -> Result<(), Error> {
    let mut encodings = request.headers().get_all(header::CONTENT_ENCODING).iter();
    if encodings.all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        Ok(())
    } else {
        Err(Error::compressed())
    }
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

/// The room to take for what is announced, or for as much as may come: somebody who sends slowly holds it for as long.
fn wanted_room(request: &Request, limit: usize) -> Option<(Room, u64)> {
    let room: &Room = request.extensions().get()?;
    let announced = http_body::Body::size_hint(request.body()).exact();
    let bytes = announced.unwrap_or(limit as u64);
    (bytes > TINY).then(|| (room.clone(), bytes))
}

async fn read(request: Request, limit: usize) -> Result<Vec<u8>, Error> {
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

fn parse(bytes: &[u8], most: usize) -> Result<Map<String, Value>, Error> {
    if most_values(bytes) > most {
        return Err(Error::bad_request(format!(
            "There is too much in this. At most {most} values can be sent here."
        )));
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Error::field("non_field_errors", "Expected an object.")),
        Err(_) => Err(Error::bad_request("The request is not valid JSON.")),
    }
}

/// As many values as the JSON can have at most: each but the first follows a comma, a bracket or a brace.
fn most_values(json: &[u8]) -> usize {
    let (mut values, mut is_text, mut is_escaped) = (1, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b',' | b'[' | b'{' if !is_text => values += 1,
            _ => {}
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_before_they_take_memory() {
        assert_eq!(most_values(br#"{"title":"a, [b], {c}","tags":["x","y"]}"#), 5);
        assert_eq!(most_values(br#"{"quote":"\",,,\\","rest":1}"#), 3);
        assert_eq!(most_values(b"[[[[1,2"), 6);
    }

    #[test]
    fn many_values_and_deep_ones_are_refused() {
        let status = |json: &str| parse(json.as_bytes(), MOST_VALUES).unwrap_err().status().as_u16();
        let list = |count: usize| format!("{{\"ids\":[{}1]}}", "1,".repeat(count));
        assert_eq!(status(&list(MOST_VALUES)), 400);
        assert!(parse(list(MOST_VALUES - 4).as_bytes(), MOST_VALUES).is_ok());
        assert_eq!(status(&"[".repeat(30_000)), 400);
        assert_eq!(status(&format!("{{\"a\":{}", "[".repeat(200))), 400);
    }
}
