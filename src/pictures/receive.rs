//! Bodies with pictures on their way in: read only when there is room for them, split while they arrive, each new picture
//! stored in a small transaction of its own before the story that shows it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use envelope::permits::BytesPermit;
use http_body_util::BodyExt;
use tokio::time::Instant;

use super::leases::Lease;
use super::splitter::{self, Field, STEP, Splitter};
use super::{BodyError, Picture, store};
use crate::app::App;
use crate::wire::turns::Turn;
use crate::wire::{Error, TINY, over, refuse_announced, refuse_compressed, speaks_json};

/// How long a body may take, and how long it may be silent. Less than a picture is kept that no story shows.
const PATIENCE: Duration = Duration::from_secs(90);
const SILENCE: Duration = Duration::from_secs(15);
/// How long a body may come as slowly as it likes, and the bytes in a second that it must have come with after that.
const GRACE: Duration = Duration::from_secs(10);
const SLOWEST: u64 = 8 * 1024;
/// What a body may hold before it asks for more: the texts and a drawing of an ordinary story.
const ORDINARY: u64 = 1024 * 1024;
/// How often the texts of a body are in memory while it is dealt with: as given, as stored before and after, and taken
/// apart. What that may come to; the texts of a character have 4 MiB, and fewer copies.
const COPIES: u64 = 6;
const MOST_HELD: u64 = 12 * 1024 * 1024;
/// When to try again what is not admitted because memory is short: idle connections and spare memory are given up within
/// this many seconds.
const LEVEL_LASTS: u64 = 10;
/// A body without drawings of any size: many of them may come at a time.
const SMALL: u64 = 64 * 1024;

/// A body, taken apart. Its pictures are stored and held, and its room is taken, until this is dropped: when it has been
/// dealt with.
pub struct Received {
    /// Fields and skeletons.
    pub body: splitter::Body,
    /// The bytes of the whole body.
    pub bytes: usize,
    _leases: Vec<Lease>,
    _room: BytesPermit,
    _turn: Option<Turn>,
}

/// The story that a body changes.
#[derive(Clone, Copy, Debug)]
pub struct Changed {
    /// Most drawings of a change are those that it shows already.
    pub story_id: i64,
    /// What is stored of it, without its pictures: in memory with the body.
    pub bytes: i64,
}

/// Reads a body of at most `limit` bytes that keeps these fields. Call it when the account is known and may do what it asks.
pub async fn receive(
    app: &Arc<App>,
    account: i64,
    changed: Option<Changed>,
    request: Request,
    known: &'static [Field],
    limit: usize,
) -> Result<Received, Error> {
    refuse_compressed(&request)?;
    refuse_announced(&request, limit)?;
    let is_json = speaks_json(&request);
    let announced = http_body::Body::size_hint(request.body()).exact();
    let turn = match announced {
        Some(0..=TINY) => None,
        Some(..=SMALL) => Some(app.room.begin(account)?),
        _ if !app.envelope.admits(envelope::Kind::LargeBody) => return Err(Error::unavailable(LEVEL_LASTS)),
        _ => Some(
            app.pictures
                .uploads
                .begin(account)
                .ok_or_else(|| Error::unavailable(1))?,
        ),
    };
    let stored = changed.map_or(0, |changed| u64::try_from(changed.bytes).unwrap_or_default());
    let least = (stored * COPIES).min(MOST_HELD);
    let room = announced.unwrap_or(ORDINARY).clamp(1, ORDINARY).max(least);
    let reader = Reader {
        app,
        splitter: Splitter::new(known),
        room: app.envelope.bodies().take(room).await?,
        changed,
        least,
        shown: None,
        leases: Vec::new(),
        bytes: 0,
        limit,
    };
    let received = tokio::time::timeout(PATIENCE, reader.read(request.into_body(), turn))
        .await
        .map_err(|_| Error::too_slow())??;
    if received.bytes > 0 && !is_json {
        return Err(Error::unsupported_media_type());
    }
    Ok(received)
}

/// One body while it is read.
struct Reader<'a> {
    app: &'a Arc<App>,
    splitter: Splitter,
    room: BytesPermit,
    changed: Option<Changed>,
    /// What it holds whatever comes.
    least: u64,
    /// What that story shows, when it has been asked for.
    shown: Option<HashSet<String>>,
    leases: Vec<Lease>,
    bytes: usize,
    limit: usize,
}

impl Reader<'_> {
    async fn read(mut self, mut body: Body, turn: Option<Turn>) -> Result<Received, Error> {
        let mut awaited = Duration::ZERO;
        loop {
            let asked = Instant::now();
            let frame = tokio::time::timeout(SILENCE, body.frame())
                .await
                .map_err(|_| Error::too_slow())?;
            awaited += asked.elapsed();
            let Some(frame) = frame else { break };
            let Ok(frame) = frame else {
                return Err(Error::bad_request("The request ended too early."));
            };
            let Ok(data) = frame.into_data() else { continue };
            self.take(&data).await?;
            if is_too_slow(self.bytes, awaited) {
                return Err(Error::too_slow());
            }
        }
        let body = self.splitter.finish().map_err(|error| refusal(&error))?;
        let copies = (body.held() as u64 * COPIES).clamp(1, MOST_HELD);
        fit(&mut self.room, copies.max(self.least)).await?;
        Ok(Received {
            body,
            bytes: self.bytes,
            _leases: self.leases,
            _room: self.room,
            _turn: turn,
        })
    }

    async fn take(&mut self, data: &Bytes) -> Result<(), Error> {
        self.bytes += data.len();
        if self.bytes > self.limit {
            return Err(over(self.limit));
        }
        for mut step in data.chunks(STEP) {
            while let Some(picture) = self.splitter.feed(&mut step).map_err(|error| refusal(&error))? {
                let lease = self.keep(picture).await?;
                self.leases.push(lease);
            }
            let held = ORDINARY.max(self.splitter.held() as u64);
            fit(&mut self.room, held.max(self.least)).await?;
        }
        Ok(())
    }

    /// Stores a picture unless the story that is changed shows it already. The lease keeps it until the story that was sent
    /// shows it.
    async fn keep(&mut self, picture: Picture) -> Result<Lease, Error> {
        let app = self.app;
        let hash = picture.id.to_string();
        let lease = app.pictures.leases.take(&hash);
        if self.has(&hash).await? {
            return Ok(lease);
        }
        let has_room = app.pictures.has_room(app).await?;
        let (now, bytes) = (app.clock.now(), picture.bytes.len());
        let write = app.write_sized(bytes, move |conn| {
            if !has_room && !store::is_shown(conn, &hash)? {
                return Err(Error::no_room());
            }
            Ok(store::put(conn, &hash, &picture, now)?)
        });
        write.await?;
        Ok(lease)
    }

    /// Whether the story that is changed shows this picture. An autosave sends them all and has changed one: they are asked
    /// for once. It stays true for as long as the body may take, even if the story changes meanwhile, because a picture is
    /// kept for longer than that after nobody shows it.
    async fn has(&mut self, hash: &str) -> Result<bool, Error> {
        let Some(Changed { story_id, .. }) = self.changed else {
            return Ok(false);
        };
        if self.shown.is_none() {
            let shown = self.app.read(move |conn| Ok(store::shown_by(conn, story_id)?));
            self.shown = Some(shown.await?.into_iter().collect());
        }
        Ok(self.shown.as_ref().is_some_and(|shown| shown.contains(hash)))
    }
}

/// Makes a permit as large as what is held.
async fn fit(room: &mut BytesPermit, held: u64) -> Result<(), Error> {
    room.shrink_to(held);
    if held > room.bytes() {
        room.grow(held - room.bytes()).await?;
    }
    Ok(())
}

/// Whether a body that came with so many bytes, after being waited for so long, is meant to hold its room for ever.
fn is_too_slow(bytes: usize, awaited: Duration) -> bool {
    awaited > GRACE && (bytes as u64) < awaited.as_secs() * SLOWEST
}

fn refusal(error: &BodyError) -> Error {
    match error {
        BodyError::TooLarge(_) => Error::too_large(error.to_string()),
        BodyError::NotAnObject => Error::field("non_field_errors", error.to_string()),
        _ => Error::bad_request(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_time_to_begin_and_must_then_come_at_a_pace() {
        let pace = |seconds: usize| usize::try_from(SLOWEST).unwrap_or_default() * seconds;
        assert!(!is_too_slow(0, GRACE));
        assert!(is_too_slow(pace(11) - 1, Duration::from_secs(11)));
        assert!(!is_too_slow(pace(11), Duration::from_secs(11)));
        assert!(is_too_slow(pace(30), Duration::from_secs(60)));
    }
}
