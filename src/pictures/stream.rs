//! Texts with pictures on their way out: in chunks of at most 64 KiB, as fast as the client takes them.
//!
//! In memory at a time, for each response: pieces of pictures (192 KiB), a chunk that is written (112 KiB), one or two
//! that are sent (64 KiB each), and the texts that the source has handed over. A permit for all of that is taken before the
//! head goes out, so that a server without room answers 503. No database connection is held while the network is slow.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use database::Conn;
use futures_util::FutureExt;

use super::answers::{Reader, Room};
use super::leases::Lease;
use super::reference::MARK;
use super::store::{self, PIECE};
use super::{Reference, Segment, Skeleton, append_base64, escape_json};
use crate::app::App;
use crate::wire::Error;

/// A chunk of the response.
const CHUNK: usize = 64 * 1024;
/// A chunk with less room than this is full: enough for the beginning of a data URL.
const LEAST_ROOM: usize = 256;
/// Escapes may be this many times as long as their text.
const LONGEST_ESCAPE: usize = 6;
/// Bytes of pieces that one hop to the database brings: usual drawings are smaller than a piece, and a hop costs as much as
/// writing one.
const AHEAD: usize = 2 * PIECE;
/// What one stream holds at most, beside what its source holds: pieces, a chunk, and the chunk that is on its way.
const HELD: u64 = (AHEAD + CHUNK + CHUNK) as u64;
/// An answer of so much text and no picture is built whole; escapes may make it six times as long.
const SMALL: usize = 32 * 1024;
/// Texts of more than that are long.
const LONG: usize = 256 * 1024;
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
    /// A stored skeleton that is JSON itself, as it is, with its pictures in place.
    Canvas(String),
}

impl Part {
    /// JSON, as it is.
    pub fn json(text: impl Into<String>) -> Self {
        Self::Json(text.into())
    }

    fn text(&self) -> &str {
        match self {
            Self::Json(text) | Self::Text(text) | Self::Skeleton(text) | Self::Canvas(text) => text,
        }
    }

    /// Whether it holds a picture, or something that is written like one.
    fn has_marks(&self) -> bool {
        matches!(self, Self::Skeleton(text) | Self::Canvas(text) if text.contains(MARK))
    }
}

/// Where the parts of a body come from.
pub trait Source: Send + 'static {
    /// The next parts; nothing at the end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<Part>>, database::Error>> + Send;
}

/// Streams a JSON body to `reader`, when there is room for it and for the bytes that its source holds at a time. An error
/// in mid-stream aborts the connection.
pub async fn body(
    app: &Arc<App>,
    reader: Reader,
    source: impl Source,
    source_holds: usize,
) -> Result<Body, Error> {
    let writer = Writer {
        _room: app
            .pictures
            .answers
            .take(reader, HELD + source_holds as u64)
            .await?,
        app: Arc::clone(app),
        source,
        items: VecDeque::new(),
        out: Vec::new(),
    };
    Ok(streamed(writer))
}

/// A JSON body of parts that are all there: built whole when it is small, else streamed. Very long texts do not wait for
/// room, because they are in memory meanwhile.
pub async fn of_parts(app: &Arc<App>, reader: Reader, parts: Vec<Part>) -> Result<Body, Error> {
    let held: usize = parts.iter().map(|part| part.text().len()).sum();
    if held <= SMALL && !parts.iter().any(Part::has_marks) {
        return Ok(Body::from(whole(&parts)));
    }
    // Each skeleton is there twice while it is taken apart.
    let answer = body(app, reader, Once(Some(parts)), 2 * held);
    if held <= LONG {
        return answer.await;
    }
    answer
        .now_or_never()
        .unwrap_or_else(|| Err(Error::unavailable(1)))
}

fn whole(parts: &[Part]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        match part {
            Part::Json(text) | Part::Canvas(text) => out.extend_from_slice(text.as_bytes()),
            Part::Text(text) | Part::Skeleton(text) => escape_json(text, &mut out),
        }
    }
    out
}

/// Parts that are all there.
struct Once(Option<Vec<Part>>);

impl Source for Once {
    async fn next(&mut self) -> Result<Option<Vec<Part>>, database::Error> {
        Ok(self.0.take())
    }
}

fn streamed(writer: Writer<impl Source>) -> Body {
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
    /// Given back when the stream ends.
    _room: Room,
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
                Part::Skeleton(text) => self.expand_skeleton(text, Item::Text),
                Part::Canvas(text) => self.expand_skeleton(text, Item::Json),
            }
        }
    }

    /// `item` is what becomes of the text between the pictures.
    fn expand_skeleton(&mut self, text: String, item: fn(String, usize) -> Item) {
        let skeleton = Skeleton::from_stored(text);
        if !skeleton.as_str().contains(MARK) {
            self.items.push_back(item(skeleton.into_stored(), 0));
            return;
        }
        for segment in skeleton.segments() {
            self.items.push_back(match segment {
                Segment::Text(text) => item(text.to_owned(), 0),
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
            self.fetch(&mut drawing).await?;
        }
        let to = drawing.piece.len().min(drawing.written + self.room() / 4 * 3);
        append_base64(&drawing.piece[drawing.written..to], &mut self.out);
        drawing.total += (to - drawing.written) as u64;
        drawing.written = to;
        Ok((drawing.total < u64::from(drawing.reference.bytes)).then_some(drawing))
    }

    /// Reads the next piece of a drawing, and by the same hop the drawings behind it, as far as they are small enough.
    async fn fetch(&mut self, drawing: &mut Drawing) -> Result<(), database::Error> {
        let behind = self.items.iter_mut().filter_map(|item| match item {
            Item::Picture(drawing) => Some(drawing),
            Item::Json(..) | Item::Text(..) => None,
        });
        let mut bytes = drawing.bytes();
        let mut drawings = vec![drawing];
        let fitting = behind.take_while(|behind| {
            bytes += behind.bytes();
            bytes <= AHEAD
        });
        // An earlier hop may have brought some of them.
        drawings.extend(fitting.filter(|behind| behind.next_piece == 0));
        let wanted: Vec<(String, i64)> = drawings.iter().map(|drawing| drawing.wanted()).collect();
        let pieces = patiently(&self.app, move |conn| {
            let pieces = wanted
                .iter()
                .map(|(hash, number)| store::piece(conn, hash, *number));
            pieces.collect::<Result<Vec<_>, _>>()
        })
        .await?;
        for (drawing, piece) in drawings.into_iter().zip(pieces) {
            drawing.hold(piece)?;
        }
        Ok(())
    }
}

impl Drawing {
    /// Bytes of the whole picture.
    fn bytes(&self) -> usize {
        usize::try_from(self.reference.bytes).unwrap_or(usize::MAX)
    }

    /// The hash of the picture and the number of its next piece.
    fn wanted(&self) -> (String, i64) {
        (self.reference.id.to_string(), self.next_piece)
    }

    /// Takes its next piece. A picture that has no such piece is broken.
    fn hold(&mut self, piece: Option<Vec<u8>>) -> Result<(), database::Error> {
        self.piece = piece
            .filter(|piece| (1..=PIECE).contains(&piece.len()))
            .ok_or(database::Error::Missing)?;
        self.next_piece += 1;
        self.written = 0;
        Ok(())
    }
}

/// Reads in mid-stream. A database that is busy for a moment is asked again: the status went out long ago, and giving up
/// means cutting the connection.
pub async fn patiently<T, F>(app: &App, work: F) -> Result<T, database::Error>
where
    F: Fn(&mut Conn<'_>) -> Result<T, database::Error> + Clone + Send + 'static,
    T: Send + 'static,
{
    let mut tries = TRIES.into_iter();
    loop {
        let read = app.database.read(work.clone()).await;
        match (read, tries.next()) {
            (Err(database::Error::Busy | database::Error::Deadline), Some(pause)) => {
                tokio::time::sleep(pause).await;
            }
            (read, _) => return read,
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
