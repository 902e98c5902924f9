//! Bodies of stories on their way out: built in chunks of at most 64 KiB, as fast as the client takes them.
//!
//! One's own list reads the bodies of its stories in batches, then each drawing piece by piece; no database connection is
//! held while the network is slow. After an error in mid-stream the connection is aborted and the JSON array is never
//! closed: an app takes a valid shorter list for the truth and deletes stories on the device.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::iter::Peekable;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use http_body::{Frame as HttpFrame, SizeHint};

use super::shapes::{Listed, Whole};
use super::store::Story;
use super::store::bodies::{self, Body as StoryBody};
use super::store::lists::Head;
use crate::app::App;
use crate::pictures::stream::{Part, Source, patiently};
use crate::pictures::{self, Answers, Reader, Room};
use crate::wire::Error;
use crate::wire::gzip;
use crate::wire::origin::Origin;
use crate::wire::page::Links;

/// Stored text that one batch of bodies may bring into memory.
const BATCH_BYTES: i64 = 128 * 1024;
/// What a story takes that waits in a list, without its body and its summary.
const ROW_BYTES: usize = 2 * 1024;
/// A chunk of a list without bodies.
const CHUNK: usize = 64 * 1024;

/// What stands before and after the stories of a list.
#[derive(Debug)]
pub struct Frame {
    head: String,
    tail: &'static str,
}

impl Frame {
    /// The page envelope.
    pub fn page(links: &Links) -> Self {
        Self {
            head: opened(&json(links), "results"),
            tail: "]}",
        }
    }

    /// The saved list's own shape.
    pub fn saved() -> Self {
        Self {
            head: opened(r#"{"success":true}"#, "stories"),
            tail: "]}",
        }
    }
}

/// A JSON object reopened, with the beginning of a list member.
fn opened(object: &str, member: &str) -> String {
    format!("{},\"{member}\":[", open(object))
}

/// A JSON object without its closing brace.
pub(super) fn open(object: &str) -> &str {
    object.strip_suffix('}').unwrap_or(object)
}

pub(super) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own shapes are plain JSON")
}

pub(super) fn respond(body: Body) -> Response {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A list without texts and drawings: the cover as an address. What does not fit into one chunk needs room; it keeps a
/// known size, so that it can be compressed, as long as it is not too long for that.
pub async fn shelf_list(
    answers: &Answers,
    reader: Reader,
    frame: Frame,
    rows: Vec<Story>,
    origin: &Origin,
) -> Result<Response, Error> {
    let texts: usize = rows
        .iter()
        .map(|story| story.summary.as_deref().map_or(0, str::len))
        .sum();
    let held = texts + rows.len() * ROW_BYTES + gzip::MOST + CHUNK;
    let mut list = ShelfList {
        out: frame.head.into_bytes(),
        rows: rows.into_iter().peekable(),
        is_first: true,
        tail: frame.tail,
        origin: origin.clone(),
    };
    let first = list.chunk().unwrap_or_default();
    if list.out.is_empty() && list.rows.peek().is_none() {
        return Ok(respond(Body::from(first)));
    }
    let room = answers.take(reader, held as u64).await?;
    let mut bytes = first.len();
    let mut begun = vec![first];
    while bytes <= gzip::MOST {
        let Some(chunk) = list.chunk() else {
            return Ok(respond(Body::new(Chunks::new(begun, room))));
        };
        bytes += chunk.len();
        begun.push(chunk);
    }
    let rest = std::iter::from_fn(move || {
        let _held = &room;
        list.chunk()
    });
    let chunks = begun.into_iter().chain(rest).map(Ok::<_, Infallible>);
    Ok(respond(Body::from_stream(futures_util::stream::iter(chunks))))
}

/// A body of chunks that are all there: of a known size, and taken one by one.
struct Chunks {
    chunks: std::vec::IntoIter<Bytes>,
    left: u64,
    /// Given back with the last chunk.
    _room: Room,
}

impl Chunks {
    fn new(chunks: Vec<Bytes>, room: Room) -> Self {
        Self {
            left: chunks.iter().map(|chunk| chunk.len() as u64).sum(),
            chunks: chunks.into_iter(),
            _room: room,
        }
    }
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<HttpFrame<Bytes>, Infallible>>> {
        let next = self.chunks.next();
        self.left -= next.as_ref().map_or(0, |chunk| chunk.len() as u64);
        Poll::Ready(next.map(|chunk| Ok(HttpFrame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Stories without their long members, written as the client takes them.
struct ShelfList {
    /// Written and not yet sent.
    out: Vec<u8>,
    rows: Peekable<std::vec::IntoIter<Story>>,
    is_first: bool,
    /// Follows the last row; empty when it is written.
    tail: &'static str,
    origin: Origin,
}

impl ShelfList {
    /// The next chunk; nothing at the end.
    fn chunk(&mut self) -> Option<Bytes> {
        while self.out.len() < CHUNK
            && let Some(story) = self.rows.next()
        {
            self.write(&story);
        }
        if self.rows.peek().is_none() {
            self.out
                .extend_from_slice(std::mem::take(&mut self.tail).as_bytes());
        }
        let rest = self.out.split_off(self.out.len().min(CHUNK));
        let chunk = std::mem::replace(&mut self.out, rest);
        (!chunk.is_empty()).then(|| Bytes::from(chunk))
    }

    fn write(&mut self, story: &Story) {
        if !std::mem::take(&mut self.is_first) {
            self.out.push(b',');
        }
        append_json(&Listed::new(story), &mut self.out);
        // The object is open again.
        self.out.pop();
        self.out.extend_from_slice(b",\"cover_image\":");
        append_json(
            &pictures::public_url(&story.public_cover, &self.origin),
            &mut self.out,
        );
        self.out
            .extend_from_slice(b",\"content\":\"\",\"canvas_data\":\"[]\"}");
    }
}

fn append_json<T: serde::Serialize>(value: &T, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("our own shapes are plain JSON");
}

/// Stories that wait to be sent, with the bytes of their bodies.
pub(super) struct Waiting(VecDeque<(Story, i64)>);

impl Waiting {
    /// The rows of a page with these heads, and the bytes that they and their bodies hold at a time: each skeleton is
    /// there twice while it is taken apart.
    pub(super) fn new(heads: &[Head], rows: Vec<Story>) -> (Self, usize) {
        let largest = heads.iter().map(|head| head.body_bytes).max().unwrap_or_default();
        let held = rows.len() * ROW_BYTES + 2 * usize::try_from(largest.max(BATCH_BYTES)).unwrap_or_default();
        let sizes: HashMap<i64, i64> = heads.iter().map(|head| (head.id, head.body_bytes)).collect();
        let waiting = rows.into_iter().map(|story| {
            let bytes = sizes.get(&story.id).copied().unwrap_or_default();
            (story, bytes)
        });
        (Self(waiting.collect()), held)
    }

    /// The next stories whose bodies fit into one batch; always one at least, as long as there is any.
    pub(super) fn next_batch(&mut self) -> Vec<Story> {
        let mut batch = Vec::new();
        let mut left = BATCH_BYTES;
        while let Some((_, bytes)) = self.0.front() {
            if !batch.is_empty() && *bytes > left {
                break;
            }
            left -= bytes;
            batch.extend(self.0.pop_front().map(|(story, _)| story));
        }
        batch
    }
}

/// The long members of some stories, read in mid-stream.
pub(super) async fn bodies_of(app: &App, batch: &[Story]) -> Result<Vec<StoryBody>, database::Error> {
    let ids: Vec<i64> = batch.iter().map(|story| story.id).collect();
    patiently(app, move |conn| bodies::of(conn, &ids)).await
}

/// One's own list: whole stories, batch by batch.
pub struct OwnList {
    app: Arc<App>,
    frame: Frame,
    waiting: Waiting,
    is_first: bool,
    is_done: bool,
}

impl OwnList {
    /// The answer with the rows of a page, in the order of its heads.
    pub async fn response(
        app: &Arc<App>,
        owner: i64,
        frame: Frame,
        heads: &[Head],
        rows: Vec<Story>,
    ) -> Result<Response, Error> {
        let (waiting, held) = Waiting::new(heads, rows);
        let list = Self {
            app: Arc::clone(app),
            frame,
            waiting,
            is_first: true,
            is_done: false,
        };
        Ok(respond(
            pictures::stream::body(app, Reader::Lister(owner), list, held).await?,
        ))
    }

    fn parts(&mut self, batch: &[Story], mut bodies: Vec<StoryBody>) -> Vec<Part> {
        let mut parts = Vec::with_capacity(batch.len() * 7);
        for story in batch {
            // A story that vanished since the page was read is skipped.
            let Some(at) = bodies.iter().position(|body| body.story_id == story.id) else {
                continue;
            };
            let body = bodies.swap_remove(at);
            if !std::mem::take(&mut self.is_first) {
                parts.push(Part::json(","));
            }
            let row = json(&Listed::new(story));
            push_story(&mut parts, open(&row), body);
        }
        parts
    }
}

impl Source for OwnList {
    async fn next(&mut self) -> Result<Option<Vec<Part>>, database::Error> {
        if self.is_done {
            return Ok(None);
        }
        let mut parts = Vec::new();
        if !self.frame.head.is_empty() {
            parts.push(Part::json(std::mem::take(&mut self.frame.head)));
        }
        let batch = self.waiting.next_batch();
        if batch.is_empty() {
            self.is_done = true;
            parts.push(Part::json(self.frame.tail));
            return Ok(Some(parts));
        }
        let bodies = bodies_of(&self.app, &batch).await?;
        parts.extend(self.parts(&batch, bodies));
        Ok(Some(parts))
    }
}

/// The three long members, after an object that is still open, and its end.
fn push_story(parts: &mut Vec<Part>, open_object: &str, body: StoryBody) {
    parts.push(Part::json(format!("{open_object},\"cover_image\":\"")));
    parts.push(Part::Skeleton(body.cover));
    parts.push(Part::json("\",\"content\":\""));
    parts.push(Part::Text(body.content));
    parts.push(Part::json("\",\"canvas_data\":\""));
    parts.push(Part::Skeleton(body.canvas));
    parts.push(Part::json("\"}"));
}

/// An answer that carries one whole story as its member `story`, after `head` (an object with its other members).
/// Without a body `content` and `canvas_data` are left out, never emptied: an absent key cannot be mistaken for data.
pub async fn one_story(
    app: &Arc<App>,
    head: &serde_json::Value,
    story: &Story,
    viewer: Option<i64>,
    body: StoryBody,
    with_body: bool,
) -> Result<Response, Error> {
    let head = format!("{},\"story\":", open(&head.to_string()));
    let row = json(&Whole::new(story, viewer));
    let mut parts = vec![Part::json(head)];
    if with_body {
        push_story(&mut parts, open(&row), body);
    } else {
        parts.push(Part::json(format!("{},\"cover_image\":\"", open(&row))));
        parts.push(Part::Skeleton(body.cover));
        parts.push(Part::json("\"}"));
    }
    parts.push(Part::json("}"));
    Ok(respond(
        pictures::stream::of_parts(app, viewer.into(), parts).await?,
    ))
}

/// The same for a story whose long members have so many bytes: they are read when there is room for them.
pub async fn one_long_story(
    app: &Arc<App>,
    head: &serde_json::Value,
    story: &Story,
    viewer: Option<i64>,
    bytes: i64,
) -> Result<Response, Error> {
    let row = json(&Whole::new(story, viewer));
    let source = LongStory {
        app: Arc::clone(app),
        story_id: story.id,
        open_object: Some(format!("{},\"story\":{}", open(&head.to_string()), open(&row))),
    };
    // Each skeleton is there twice while it is taken apart.
    let held = 2 * usize::try_from(bytes).unwrap_or_default();
    Ok(respond(
        pictures::stream::body(app, viewer.into(), source, held).await?,
    ))
}

/// One story whose long members are still to be read.
struct LongStory {
    app: Arc<App>,
    story_id: i64,
    /// What stands before them, until it is written.
    open_object: Option<String>,
}

impl Source for LongStory {
    async fn next(&mut self) -> Result<Option<Vec<Part>>, database::Error> {
        let Some(open_object) = self.open_object.take() else {
            return Ok(None);
        };
        let ids = [self.story_id];
        let mut bodies = patiently(&self.app, move |conn| bodies::of(conn, &ids)).await?;
        let body = bodies.pop().ok_or(database::Error::Missing)?;
        let mut parts = Vec::new();
        push_story(&mut parts, &open_object, body);
        parts.push(Part::json("}"));
        Ok(Some(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use envelope::limits::Limits;
    use envelope::{Envelope, Options, Probe, Usage};
    use http_body_util::BodyExt;

    fn story(id: i64, summary: &str) -> Story {
        Story {
            id,
            author_id: 1,
            author_name: "Mira".to_owned(),
            author_username: "mira".to_owned(),
            authors_names: Vec::new(),
            title: "The Lighthouse".to_owned(),
            summary: Some(summary.to_owned()),
            category: "other".to_owned(),
            genres: "[]".to_owned(),
            language: "en".to_owned(),
            creation_type: "manual".to_owned(),
            is_published: true,
            is_collaborative: false,
            date_created: 0,
            date_updated: 0,
            views: 0,
            likes_count: 0,
            comments_count: 0,
            saves_count: 0,
            ratings_sum: 0,
            ratings_count: 0,
            public_cover: String::new(),
            is_liked: false,
            is_saved: false,
            date_saved: None,
        }
    }

    /// The chunks of a list of so many stories, and the size that was known beforehand.
    async fn chunks(count: i64, summary: &str) -> (Vec<Bytes>, Option<u64>) {
        let rows = (0..count).map(|id| story(id, summary)).collect();
        let limits = Limits::read(None);
        let envelope = Envelope::start(Options {
            limits,
            connections: 8,
            bound_addresses: false,
            probe: Probe::manual(Usage::default()),
        });
        let (answers, origin) = (Answers::new(&envelope), Origin::new("https://tales.example"));
        let list = shelf_list(&answers, Reader::Guest, Frame::saved(), rows, &origin);
        let mut body = list.await.unwrap().into_body();
        let size = body.size_hint().exact();
        let mut chunks = Vec::new();
        while let Some(frame) = body.frame().await {
            chunks.push(frame.unwrap().into_data().unwrap());
        }
        (chunks, size)
    }

    #[tokio::test]
    async fn a_list_is_whole_json_in_chunks_of_a_bounded_size() {
        for (count, summary) in [
            (0, ""),
            (1, "é"),
            (100, "short"),
            (500, "short"),
            (100, &*"é\n".repeat(1400)),
        ] {
            let (chunks, size) = chunks(count, summary).await;
            assert!(
                chunks.iter().all(|chunk| (1..=CHUNK).contains(&chunk.len())),
                "{count}"
            );
            let bytes = chunks.concat().len();
            assert_eq!(size, (bytes <= gzip::MOST).then_some(bytes as u64), "{count}");
            let list: serde_json::Value = serde_json::from_slice(&chunks.concat()).unwrap();
            let ids: Vec<i64> = list["stories"]
                .as_array()
                .unwrap()
                .iter()
                .map(|story| story["id"].as_i64().unwrap())
                .collect();
            assert_eq!(ids, (0..count).collect::<Vec<_>>());
        }
    }
}
