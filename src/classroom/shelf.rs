//! The published stories of a student, whole: the apps open them from the list and ask for nothing more.
//!
//! Pictures go out as addresses, which everybody may look at while the story is published; texts are read and written batch
//! by batch, as the client takes them.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::response::Response;
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::rules::figures::time_ago;
use crate::app::App;
use crate::pictures::stream::{Part, Source, patiently};
use crate::pictures::{self, Reader, public_url, with_public_urls};
use crate::stories::rules::{stored_genres, words};
use crate::stories::store::Story;
use crate::stories::store::bodies::{self, Body};
use crate::stories::store::lists::Head;
use crate::wire::Timestamp;
use crate::wire::origin::Origin;
use crate::wire::{Error, respond};

/// Stories that are shown at most, the newest first.
pub(super) const MOST_STORIES: i64 = 100;
/// Their stored texts at most, in bytes …
const BUDGET: i64 = 4 << 20;
/// … but never fewer stories than this.
const NEVER_BELOW: usize = 12;
/// Stored text that one batch may bring into memory.
const BATCH_BYTES: i64 = 128 * 1024;
/// What a story takes that waits, without its texts.
const ROW_BYTES: usize = 2 * 1024;
/// What an address takes more than the reference that it stands for: a text may be twice as long with them.
const COPIES: usize = 4;

/// A story of a student, without its texts.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    id: i64,
    title: &'a str,
    category: &'a str,
    cover_image: Option<String>,
    language: &'a str,
    summary: &'a str,
    genres: Vec<&'a RawValue>,
    date_created: Timestamp,
    is_published: bool,
    likes_count: i64,
    likes: i64,
    comments: i64,
    views: i64,
    word_count: i64,
    page_count: usize,
    time_ago: String,
}

/// A story of a student.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the stream writes")]
pub(super) struct StudentStory {
    id: i64,
    title: String,
    category: String,
    /// A URL; null without one.
    cover_image: Option<String>,
    language: String,
    summary: String,
    genres: Vec<String>,
    #[schema(format = DateTime)]
    date_created: String,
    /// Always true.
    is_published: bool,
    likes_count: i64,
    likes: i64,
    comments: i64,
    views: i64,
    word_count: i64,
    page_count: i64,
    /// In words.
    time_ago: String,
    content: String,
    /// A text that holds JSON; its pictures are URLs.
    canvas_data: String,
}

/// Stories on their way out.
pub(super) struct Shelf {
    app: Arc<App>,
    origin: Origin,
    now: i64,
    /// What stands before them, until it is written.
    head: Option<String>,
    /// Stories still to send, with the bytes of their texts.
    waiting: VecDeque<(Story, i64)>,
    is_first: bool,
    is_done: bool,
}

impl Shelf {
    /// The answer to `reader`: these rows in the order of their heads, between `head` and the end of the object.
    pub(super) async fn response(
        app: &Arc<App>,
        (reader, origin): (i64, Origin),
        head: String,
        heads: &[Head],
        rows: Vec<Story>,
    ) -> Result<Response, Error> {
        let kept = within_budget(heads);
        let bytes_of = |story: &Story| {
            let head = kept.iter().find(|head| head.id == story.id);
            head.map(|head| head.body_bytes)
        };
        let waiting: VecDeque<(Story, i64)> = rows
            .into_iter()
            .filter_map(|story| bytes_of(&story).map(|bytes| (story, bytes)))
            .collect();
        let largest = kept.iter().map(|head| head.body_bytes).max().unwrap_or_default();
        let largest = usize::try_from(largest.max(BATCH_BYTES)).unwrap_or_default();
        let held = waiting.len() * ROW_BYTES + COPIES * largest;
        let shelf = Self {
            app: Arc::clone(app),
            origin,
            now: app.clock.now(),
            head: Some(head),
            waiting,
            is_first: true,
            is_done: false,
        };
        let body = pictures::stream::body(app, Reader::Lister(reader), shelf, held).await?;
        Ok(respond::json_body(body))
    }

    /// The next stories whose texts fit into one batch; always one at least.
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

    fn write(&mut self, parts: &mut Vec<Part>, story: &Story, body: Body) {
        if !std::mem::take(&mut self.is_first) {
            parts.push(Part::json(","));
        }
        let canvas = with_public_urls(body.canvas, &self.origin);
        let cover = public_url(&story.public_cover, &self.origin);
        let shown = Shown {
            id: story.id,
            title: &story.title,
            category: &story.category,
            cover_image: (!cover.is_empty()).then_some(cover),
            language: &story.language,
            summary: story.summary.as_deref().unwrap_or_default(),
            genres: stored_genres(&story.genres),
            date_created: Timestamp(story.date_created),
            is_published: story.is_published,
            likes_count: story.likes_count,
            likes: story.likes_count,
            comments: story.comments_count,
            views: story.views,
            word_count: words(&body.content),
            page_count: page_count(&canvas),
            time_ago: time_ago(story.date_created, self.now),
        };
        let mut row = serde_json::to_string(&shown).expect("our own shapes are plain JSON");
        // The object is open again.
        row.pop();
        parts.push(Part::json(row + ",\"content\":\""));
        parts.push(Part::Text(body.content));
        parts.push(Part::json("\",\"canvas_data\":\""));
        parts.push(Part::Text(canvas));
        parts.push(Part::json("\"}"));
    }
}

impl Source for Shelf {
    async fn next(&mut self) -> Result<Option<Vec<Part>>, database::Error> {
        if self.is_done {
            return Ok(None);
        }
        let mut parts: Vec<Part> = self.head.take().map(Part::json).into_iter().collect();
        let batch = self.next_batch();
        if batch.is_empty() {
            self.is_done = true;
            parts.push(Part::json("]}"));
            return Ok(Some(parts));
        }
        let ids: Vec<i64> = batch.iter().map(|story| story.id).collect();
        let mut bodies = patiently(&self.app, move |conn| bodies::of(conn, &ids)).await?;
        for story in &batch {
            // A story that vanished since the list was read is skipped.
            if let Some(at) = bodies.iter().position(|body| body.story_id == story.id) {
                let body = bodies.swap_remove(at);
                self.write(&mut parts, story, body);
            }
        }
        Ok(Some(parts))
    }
}

/// The stories that fit into the budget, never fewer than the minimum.
fn within_budget(heads: &[Head]) -> &[Head] {
    let mut left = BUDGET;
    let fitting = heads.iter().take_while(|head| {
        left -= head.body_bytes;
        left >= 0
    });
    let count = fitting.count().max(NEVER_BELOW);
    &heads[..count.min(heads.len())]
}

/// Pages of a canvas: a list of them, or an object that has one. 0 for anything else.
fn page_count(canvas: &str) -> usize {
    #[derive(serde::Deserialize)]
    struct Pages {
        #[serde(default)]
        pages: Vec<IgnoredAny>,
    }
    // What nobody looks at takes no memory.
    let pages = if canvas.trim_start().starts_with('{') {
        serde_json::from_str::<Pages>(canvas).map(|canvas| canvas.pages)
    } else {
        serde_json::from_str::<Vec<IgnoredAny>>(canvas)
    };
    pages.map_or(0, |pages| pages.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_in_both_forms() {
        for (canvas, expected) in [
            ("[]", 0),
            (r#"[{"id":"a","canvasData":"x"},{"id":"b"}]"#, 2),
            (r#" {"pages":[{"id":"a"}],"size":3}"#, 1),
            (r#"{"size":3}"#, 0),
            ("", 0),
            ("oops", 0),
            ("[1,2", 0),
        ] {
            assert_eq!(page_count(canvas), expected, "{canvas}");
        }
    }

    #[test]
    fn the_budget_cuts_but_never_below_twelve() {
        let heads = |count: i64, body_bytes: i64| -> Vec<Head> {
            let head = |id| Head {
                id,
                version: 1,
                names_version: 1,
                is_liked: false,
                body_bytes,
                wire_bytes: 0,
                date_saved: 0,
            };
            (0..count).map(head).collect()
        };
        assert_eq!(within_budget(&heads(100, 1 << 20)).len(), 12);
        assert_eq!(within_budget(&heads(100, 1 << 17)).len(), 32);
        assert_eq!(within_budget(&heads(5, 1 << 20)).len(), 5);
    }
}
