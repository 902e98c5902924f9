//! Bodies with pictures on their way in: read only when there is room for them, split while they arrive, each new picture
//! stored in a small transaction of its own before the story that shows it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use http_body_util::BodyExt;

use super::leases::Lease;
use super::splitter::{self, Field, STEP, Splitter};
use super::{BodyError, Picture, store};
use crate::app::App;
use crate::wire::{Error, over, refuse_announced, speaks_json};

/// The largest body.
pub const LARGEST: usize = 32 * 1024 * 1024;
/// How long a body may take, and how long it may be silent.
const PATIENCE: Duration = Duration::from_secs(120);
const SILENCE: Duration = Duration::from_secs(15);
/// What one request may hold while it is read, beside its frames: one picture and the texts.
const MOST_HELD: u64 = 8 * 1024 * 1024;
/// What is assumed of a body that does not say how long it is.
const UNKNOWN: u64 = 1024 * 1024;

/// A body, taken apart; its pictures are stored and held until this is dropped.
#[derive(Debug)]
pub struct Received {
    /// Fields and skeletons.
    pub body: splitter::Body,
    /// The bytes of the whole body.
    pub bytes: usize,
    _leases: Vec<Lease>,
}

/// Reads a body that keeps these fields. Call it when the caller is known and may do what they ask.
pub async fn receive(app: &Arc<App>, request: Request, known: &'static [Field]) -> Result<Received, Error> {
    refuse_announced(&request, LARGEST)?;
    let is_json = speaks_json(&request);
    let announced = http_body::Body::size_hint(request.body())
        .exact()
        .unwrap_or(UNKNOWN);
    let _permit = app.pictures.bodies.take(announced.clamp(1, MOST_HELD)).await?;
    let reading = read(app, request, known);
    let received = tokio::time::timeout(PATIENCE, reading)
        .await
        .map_err(|_| Error::too_slow())??;
    if received.bytes > 0 && !is_json {
        return Err(Error::unsupported_media_type());
    }
    Ok(received)
}

async fn read(app: &Arc<App>, request: Request, known: &'static [Field]) -> Result<Received, Error> {
    let mut splitter = Splitter::new(known);
    let mut body = request.into_body();
    let (mut bytes, mut leases) = (0, Vec::new());
    while let Some(frame) = tokio::time::timeout(SILENCE, body.frame())
        .await
        .map_err(|_| Error::too_slow())?
    {
        let Ok(frame) = frame else {
            return Err(Error::bad_request("The request ended too early."));
        };
        let Ok(data) = frame.into_data() else { continue };
        bytes += data.len();
        if bytes > LARGEST {
            return Err(over(LARGEST));
        }
        for mut step in data.chunks(STEP) {
            while let Some(picture) = splitter.feed(&mut step).map_err(|error| refusal(&error))? {
                leases.push(keep(app, picture).await?);
            }
        }
    }
    let body = splitter.finish().map_err(|error| refusal(&error))?;
    Ok(Received {
        body,
        bytes,
        _leases: leases,
    })
}

fn refusal(error: &BodyError) -> Error {
    match error {
        BodyError::TooLarge(_) => Error::too_large(error.to_string()),
        BodyError::NotAnObject => Error::field("non_field_errors", error.to_string()),
        _ => Error::bad_request(error.to_string()),
    }
}

/// Stores a picture unless a story shows it already. The lease keeps it until the story that was sent shows it.
async fn keep(app: &Arc<App>, picture: Picture) -> Result<Lease, Error> {
    let hash = picture.id.to_string();
    let lease = app.pictures.leases.take(&hash);
    let asked = hash.clone();
    let is_shown: Result<_, Error> = app
        .database
        .read(move |conn| Ok(store::is_shown(conn, &asked)?))
        .await;
    if is_shown? {
        return Ok(lease);
    }
    if !app.pictures.has_room(app).await? {
        return Err(Error::no_room());
    }
    let (now, bytes) = (app.clock.now(), picture.bytes.len());
    let stored: Result<(), Error> = app
        .database
        .write_sized(bytes, move |conn| Ok(store::put(conn, &hash, &picture, now)?))
        .await;
    stored?;
    Ok(lease)
}
