//! Bodies of stories on their way out: built in chunks of at most 64 KiB, as fast as the client takes them.
//!
//! One's own list reads the bodies of its stories in batches, then each drawing piece by piece; no database connection is
//! held while the network is slow. After an error in mid-stream the connection is aborted and the JSON array is never
//! closed: an app takes a valid shorter list for the truth and deletes stories on the device.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::shapes::{Listed, Whole};
use super::store::Story;
use super::store::bodies::{self, Body as StoryBody};
use super::store::lists::Head;
use crate::app::App;
use crate::pictures;
use crate::pictures::stream::{Part, Source};
use crate::wire::origin::Origin;
use crate::wire::page::Links;

/// Stored text that one batch of bodies may bring into memory.
const BATCH_BYTES: i64 = 128 * 1024;
/// Rows that become one chunk of a list without bodies.
const ROWS_IN_CHUNK: usize = 32;

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
fn open(object: &str) -> &str {
    object.strip_suffix('}').unwrap_or(object)
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own shapes are plain JSON")
}

fn respond(body: Body) -> Response {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A list without texts and drawings: the cover as an address.
pub fn shelf_list(frame: Frame, rows: Vec<Story>, origin: &Origin) -> Response {
    if rows.len() <= ROWS_IN_CHUNK {
        let text = format!("{}{}{}", frame.head, shelf_rows(&rows, origin, true), frame.tail);
        return respond(Body::from(text));
    }
    let origin = origin.clone();
    let chunks: VecDeque<Vec<Story>> = in_chunks(rows);
    let state = (Some(frame), chunks, true, origin);
    let stream =
        futures_util::stream::unfold(state, |(mut frame, mut chunks, is_first, origin)| async move {
            let rows = chunks.pop_front()?;
            let mut text = if is_first {
                frame.as_ref().map(|frame| frame.head.clone()).unwrap_or_default()
            } else {
                String::new()
            };
            text += &shelf_rows(&rows, &origin, is_first);
            if chunks.is_empty() {
                text += frame.take().map_or("", |frame| frame.tail);
            }
            Some((
                Ok::<_, std::convert::Infallible>(Bytes::from(text)),
                (frame, chunks, false, origin),
            ))
        });
    respond(Body::from_stream(stream))
}

fn in_chunks(rows: Vec<Story>) -> VecDeque<Vec<Story>> {
    let mut chunks = VecDeque::new();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        chunks.push_back(rows.by_ref().take(ROWS_IN_CHUNK).collect());
    }
    chunks
}

fn shelf_rows(rows: &[Story], origin: &Origin, is_first: bool) -> String {
    let mut text = String::with_capacity(rows.len() * 600);
    for (index, story) in rows.iter().enumerate() {
        if index > 0 || !is_first {
            text.push(',');
        }
        let row = json(&Listed::new(story));
        let cover = json(&pictures::public_url(&story.public_cover, origin));
        text += open(&row);
        text += ",\"cover_image\":";
        text += &cover;
        text += ",\"content\":\"\",\"canvas_data\":\"[]\"}";
    }
    text
}

/// One's own list: whole stories, batch by batch.
pub struct OwnList {
    app: Arc<App>,
    frame: Frame,
    /// Stories still to send, with the bytes of their bodies.
    waiting: VecDeque<(Story, i64)>,
    is_first: bool,
    is_done: bool,
}

impl OwnList {
    /// The answer with the rows of a page, in the order of its heads.
    pub fn response(app: &Arc<App>, frame: Frame, heads: Vec<Head>, rows: Vec<Story>) -> Response {
        let sizes: std::collections::HashMap<i64, i64> =
            heads.into_iter().map(|head| (head.id, head.body_bytes)).collect();
        let waiting = rows.into_iter().map(|story| {
            let bytes = sizes.get(&story.id).copied().unwrap_or_default();
            (story, bytes)
        });
        let list = Self {
            app: Arc::clone(app),
            frame,
            waiting: waiting.collect(),
            is_first: true,
            is_done: false,
        };
        respond(pictures::stream::body(app, list))
    }

    /// The next stories whose bodies fit into one batch; always one at least.
    fn next_batch(&mut self) -> Vec<Story> {
        let mut batch = Vec::new();
        let mut left = BATCH_BYTES;
        while let Some((_, bytes)) = self.waiting.front() {
            if !batch.is_empty() && *bytes > left {
                break;
            }
            left -= bytes;
            batch.extend(self.waiting.pop_front().map(|(story, _)| story));
        }
        batch
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
        let batch = self.next_batch();
        if batch.is_empty() {
            self.is_done = true;
            parts.push(Part::json(self.frame.tail));
            return Ok(Some(parts));
        }
        let ids: Vec<i64> = batch.iter().map(|story| story.id).collect();
        let bodies = self.app.database.read(move |conn| bodies::of(conn, &ids)).await?;
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
pub fn one_story(
    app: &Arc<App>,
    head: &serde_json::Value,
    story: &Story,
    viewer: Option<i64>,
    body: StoryBody,
    with_body: bool,
) -> Response {
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
    respond(pictures::stream::body(app, Once(Some(parts))))
}

/// Parts that are all there.
struct Once(Option<Vec<Part>>);

impl Source for Once {
    async fn next(&mut self) -> Result<Option<Vec<Part>>, database::Error> {
        Ok(self.0.take())
    }
}
