//! Texts with pictures on their way out: in chunks of at most 64 KiB, as fast as the client takes them.
//!
//! In memory at a time, for each response: one piece of a picture (96 KiB), one chunk (64 KiB), and the texts that the
//! source has handed over. No database connection is held while the network is slow.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};

use super::leases::Lease;
use super::store::{self, PIECE};
use super::{Reference, Segment, Skeleton, append_base64, escape_json};
use crate::app::App;

/// A chunk of the response.
const CHUNK: usize = 64 * 1024;
/// A chunk with less room than this is full: enough for the beginning of a data URL.
const LEAST_ROOM: usize = 256;
/// Escapes may be this many times as long as their text.
const LONGEST_ESCAPE: usize = 6;
/// How often a busy database is asked again in mid-stream, and how long after.
const TRIES: [Duration; 3] = [
    Duration::from_millis(20),
    Duration::from_millis(100),
    Duration::from_millis(400),
];

/// A part of a streamed JSON body.
#[derive(Debug)]
pub enum Part {
    /// JSON, as it is.
    Json(String),
    /// A text, to become the inside of a JSON string.
    Text(String),
    /// A stored skeleton, to become the inside of a JSON string with its pictures in place.
    Skeleton(String),
}

impl Part {
    /// JSON, as it is.
    pub fn json(text: impl Into<String>) -> Self {
        Self::Json(text.into())
    }
}

/// Where the parts of a body come from.
pub trait Source: Send + 'static {
    /// The next parts; nothing at the end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<Part>>, database::Error>> + Send;
}

/// Streams a JSON body. An error in mid-stream aborts the connection.
pub fn body(app: &Arc<App>, source: impl Source) -> Body {
    let writer = Writer {
        app: Arc::clone(app),
        source,
        items: VecDeque::new(),
        out: Vec::new(),
    };
    Body::from_stream(futures_util::stream::unfold(Some(writer), |writer| async move {
        let mut writer = writer?;
        match writer.chunk().await {
            Ok(None) => None,
            Ok(Some(chunk)) => Some((Ok(chunk), Some(writer))),
            Err(error) => {
                tracing::warn!(%error, "a response was cut short");
                Some((Err(error), None))
            }
        }
    }))
}

/// What is still to be written, front first.
enum Item {
    Json(String, usize),
    Text(String, usize),
    Picture(Drawing),
}

/// A picture that is being written.
struct Drawing {
    reference: Reference,
    _lease: Lease,
    /// The number of the piece that is read next.
    next_piece: i64,
    piece: Vec<u8>,
    /// Bytes of the piece that have been written.
    written: usize,
    /// Bytes of the whole picture that have been written.
    total: u64,
}

struct Writer<S> {
    app: Arc<App>,
    source: S,
    items: VecDeque<Item>,
    out: Vec<u8>,
}

impl<S: Source> Writer<S> {
    /// The next chunk; nothing at the end.
    async fn chunk(&mut self) -> Result<Option<Bytes>, database::Error> {
        // Allocated once, at its full size: growing it step by step costs more than filling it.
        self.out = Vec::with_capacity(CHUNK);
        while self.room() >= LEAST_ROOM {
            let Some(item) = self.items.pop_front() else {
                let Some(parts) = self.source.next().await? else {
                    break;
                };
                self.expand(parts);
                continue;
            };
            if let Some(rest) = self.write(item).await? {
                self.items.push_front(rest);
            }
        }
        let chunk = std::mem::take(&mut self.out);
        Ok((!chunk.is_empty()).then(|| Bytes::from(chunk)))
    }

    /// Bytes that the chunk still takes.
    fn room(&self) -> usize {
        CHUNK.saturating_sub(self.out.len())
    }

    fn expand(&mut self, parts: Vec<Part>) {
        for part in parts {
            match part {
                Part::Json(text) => self.items.push_back(Item::Json(text, 0)),
                Part::Text(text) => self.items.push_back(Item::Text(text, 0)),
                Part::Skeleton(text) => self.expand_skeleton(text),
            }
        }
    }

    fn expand_skeleton(&mut self, text: String) {
        let skeleton = Skeleton::from_stored(text);
        if skeleton.pictures().next().is_none() && !skeleton.as_str().contains('\u{1}') {
            self.items.push_back(Item::Text(skeleton.into_stored(), 0));
            return;
        }
        for segment in skeleton.segments() {
            self.items.push_back(match segment {
                Segment::Text(text) => Item::Text(text.to_owned(), 0),
                Segment::Picture(reference) => Item::Picture(Drawing {
                    reference,
                    _lease: self.app.pictures.leases.take(&reference.id.to_string()),
                    next_piece: 0,
                    piece: Vec::new(),
                    written: 0,
                    total: 0,
                }),
            });
        }
    }

    /// Writes a step of an item; what is left of it.
    async fn write(&mut self, item: Item) -> Result<Option<Item>, database::Error> {
        match item {
            Item::Json(text, from) => {
                let to = step_end(&text, from, self.room());
                self.out.extend_from_slice(&text.as_bytes()[from..to]);
                Ok((to < text.len()).then_some(Item::Json(text, to)))
            }
            Item::Text(text, from) => {
                let to = step_end(&text, from, self.room() / LONGEST_ESCAPE);
                escape_json(&text[from..to], &mut self.out);
                Ok((to < text.len()).then_some(Item::Text(text, to)))
            }
            Item::Picture(drawing) => Ok(self.draw(drawing).await?.map(Item::Picture)),
        }
    }

    async fn draw(&mut self, mut drawing: Drawing) -> Result<Option<Drawing>, database::Error> {
        if drawing.total == 0 {
            self.out
                .extend_from_slice(drawing.reference.kind.prefix().as_bytes());
        }
        if drawing.written == drawing.piece.len() {
            drawing.piece = read_piece(&self.app, &drawing.reference, drawing.next_piece).await?;
            drawing.next_piece += 1;
            drawing.written = 0;
        }
        let to = drawing.piece.len().min(drawing.written + self.room() / 4 * 3);
        append_base64(&drawing.piece[drawing.written..to], &mut self.out);
        drawing.total += (to - drawing.written) as u64;
        drawing.written = to;
        Ok((drawing.total < u64::from(drawing.reference.bytes)).then_some(drawing))
    }
}

/// Reads a piece. A database that is busy for a moment is asked again: the status went out long ago, and giving up
/// means cutting the connection.
async fn read_piece(app: &App, reference: &Reference, number: i64) -> Result<Vec<u8>, database::Error> {
    let hash = reference.id.to_string();
    let mut tries = TRIES.into_iter();
    loop {
        let hash = hash.clone();
        let read: Result<_, database::Error> = app
            .database
            .read(move |conn| store::piece(conn, &hash, number))
            .await;
        match (read, tries.next()) {
            (Ok(Some(piece)), _) if !piece.is_empty() && piece.len() <= PIECE => return Ok(piece),
            (Ok(_), _) => return Err(database::Error::Missing),
            (Err(database::Error::Busy | database::Error::Deadline), Some(pause)) => {
                tokio::time::sleep(pause).await;
            }
            (Err(error), _) => return Err(error),
        }
    }
}

/// The end of a step of at most `step` bytes through a text, at a character's border.
fn step_end(text: &str, from: usize, step: usize) -> usize {
    let mut to = text.len().min(from + step);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    to
}
