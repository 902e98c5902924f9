//! Bodies with pictures on their way in: read only when there is room for them, and split while they arrive. The few new
//! pictures of an autosave are stored together with the story that shows them; of many, some before it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Request;
use database::Conn;
use envelope::permits::BytesPermit;

use super::leases::Lease;
use super::queue::Queued;
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
/// New pictures of a body that wait in memory for the story that shows them; more are stored before it. An autosave has one
/// commit so, instead of two; many small ones would make that write too long for a database far away.
const MOST_WAITING_BYTES: usize = 256 * 1024;
const MOST_WAITING: usize = 8;
/// When to try again what is not admitted because memory is short: idle connections and spare memory are given up within
/// this many seconds.
const LEVEL_LASTS: u64 = 10;
/// A body without drawings of any size: many of them may come at a time.
const SMALL: u64 = 64 * 1024;

/// A body, taken apart. Its pictures are held, and its room is taken, until this is dropped: when it has been dealt with.
pub struct Received {
    /// Fields and skeletons.
    pub body: splitter::Body,
    /// Pictures that are not stored yet.
    pub new: Arc<NewPictures>,
    /// The bytes of the whole body.
    pub bytes: usize,
    _leases: Vec<Lease>,
    _room: BytesPermit,
    _turn: Option<Turn>,
}

/// Pictures to store, in the write of the story that shows them.
pub struct NewPictures {
    /// By hash: of two bodies with the same ones neither waits for the other in a circle.
    pictures: BTreeMap<String, Picture>,
    bytes: usize,
    /// Whether the database has room for more than it holds.
    has_room: bool,
}

impl NewPictures {
    fn none(has_room: bool) -> Self {
        Self {
            pictures: BTreeMap::new(),
            bytes: 0,
            has_room,
        }
    }

    /// Their bytes together: at most 256 KiB, for they wait in memory.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Stores them. 507 when the database is full and one of them is shown by no story.
    pub fn put(&self, conn: &mut Conn<'_>, now: i64) -> Result<(), Error> {
        for (hash, picture) in &self.pictures {
            if !self.has_room && !store::is_shown(conn, hash)? {
                return Err(Error::no_room());
            }
            store::put(conn, hash, picture, now)?;
        }
        Ok(())
    }
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
    let room = app.envelope.bodies().take(room).await?;
    let body = request.into_body();
    let (body, shown) = match (announced, changed) {
        (Some(..=SMALL), _) => (Queued::at_once(body), None),
        // Asked for before it is its turn, so that nobody waits for the answer.
        (_, Some(changed)) => (app.pictures.queue.join(body), Some(shown_by(app, changed).await?)),
        (_, None) => (app.pictures.queue.join(body), None),
    };
    let reader = Reader {
        app,
        body,
        splitter: Splitter::new(known),
        room,
        changed,
        least,
        shown,
        new: NewPictures::none(app.pictures.has_room(app).await?),
        leases: Vec::new(),
        bytes: 0,
        limit,
    };
    let received = tokio::time::timeout(PATIENCE, reader.read(turn))
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
    body: Queued<'a>,
    splitter: Splitter,
    room: BytesPermit,
    changed: Option<Changed>,
    /// What it holds whatever comes.
    least: u64,
    /// What that story shows, when it has been asked for.
    shown: Option<HashSet<String>>,
    new: NewPictures,
    leases: Vec<Lease>,
    bytes: usize,
    limit: usize,
}

impl Reader<'_> {
    async fn read(mut self, turn: Option<Turn>) -> Result<Received, Error> {
        loop {
            let frame = self.body.next(SILENCE).await.map_err(|_| Error::too_slow())?;
            let Some(frame) = frame else { break };
            let Ok(frame) = frame else {
                return Err(Error::bad_request("The request ended too early."));
            };
            let Ok(data) = frame.into_data() else { continue };
            self.take(&data).await?;
            if is_too_slow(self.bytes, self.body.awaited()) {
                return Err(Error::too_slow());
            }
        }
        let body = self.splitter.finish().map_err(|error| refusal(&error))?;
        let copies = (body.held() as u64 * COPIES).clamp(1, MOST_HELD);
        fit(
            &mut self.room,
            &mut self.body,
            copies.max(self.least) + self.new.bytes as u64,
        )
        .await?;
        Ok(Received {
            body,
            new: Arc::new(self.new),
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
            let held = ORDINARY.max((self.splitter.held() + self.new.bytes) as u64);
            fit(&mut self.room, &mut self.body, held.max(self.least)).await?;
        }
        Ok(())
    }

    /// Keeps a picture unless the story that is changed shows it already. The lease keeps it stored until the story that was
    /// sent shows it.
    async fn keep(&mut self, picture: Picture) -> Result<Lease, Error> {
        let hash = picture.id.to_string();
        let lease = self.app.pictures.leases.take(&hash);
        if self.has(&hash).await? {
            return Ok(lease);
        }
        let bytes = picture.bytes.len();
        if self.new.pictures.insert(hash, picture).is_none() {
            self.new.bytes += bytes;
        }
        if self.new.bytes > MOST_WAITING_BYTES || self.new.pictures.len() > MOST_WAITING {
            self.store().await?;
        }
        Ok(lease)
    }

    /// Stores the new pictures that wait, because there are too many of them.
    async fn store(&mut self) -> Result<(), Error> {
        self.body.let_others_pass();
        let has_room = self.app.pictures.has_room(self.app).await?;
        let new = std::mem::replace(&mut self.new, NewPictures::none(has_room));
        let now = self.app.clock.now();
        let write = self.app.write_sized(new.bytes, move |conn| new.put(conn, now));
        write.await
    }

    /// Whether the story that is changed shows this picture. An autosave sends them all and has changed one: they are asked
    /// for once. It stays true for as long as the body may take, even if the story changes meanwhile, because a picture is
    /// kept for longer than that after nobody shows it.
    async fn has(&mut self, hash: &str) -> Result<bool, Error> {
        let Some(changed) = self.changed else {
            return Ok(false);
        };
        if self.shown.is_none() {
            self.shown = Some(shown_by(self.app, changed).await?);
        }
        Ok(self.shown.as_ref().is_some_and(|shown| shown.contains(hash)))
    }
}

/// Makes the room of a body as large as what is held of it.
async fn fit(room: &mut BytesPermit, body: &mut Queued<'_>, held: u64) -> Result<(), Error> {
    room.shrink_to(held);
    if held > room.bytes() {
        // Whoever holds the room may be waiting for the place.
        body.let_others_pass();
        room.grow(held - room.bytes()).await?;
    }
    Ok(())
}

/// The hashes of the pictures that a story shows.
async fn shown_by(app: &App, changed: Changed) -> Result<HashSet<String>, Error> {
    let shown: Result<_, Error> = app
        .read(move |conn| Ok(store::shown_by(conn, changed.story_id)?))
        .await;
    Ok(shown?.into_iter().collect())
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
