//! All that somebody wrote, for those who look after them: whole stories in one answer, because nothing is asked for
//! afterwards. The drawings of published stories are addresses; those of drafts, which nobody else can fetch, come along.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::rules::stored_genres;
use super::store::Story;
use super::store::bodies::Body as StoryBody;
use super::store::lists::{self, Head, ListQuery, Shelf};
use super::stream::{self, Waiting};
use crate::app::App;
use crate::pictures::stream::{Part, Source};
use crate::pictures::{self, Reader, Skeleton, canvas};
use crate::wire::origin::Origin;
use crate::wire::{ETag, Error, Timestamp};

/// Stories that are shown at most, the newest.
const MOST: i64 = 200;
/// The answer is cut at the budget of own lists, but never below this many stories.
const NEVER_BELOW: usize = 12;

/// What somebody wrote, as it stands.
pub struct Portfolio {
    heads: Vec<Head>,
    rows: Vec<Story>,
    count: i64,
    published: i64,
}

/// A look at it.
pub enum Look {
    /// The client holds this version already.
    Known(ETag),
    /// The rows of this version.
    Rows(ETag, Portfolio),
}

/// Looks at what an author wrote, with or without drafts: two queries when the client holds this version already, four
/// or five else.
pub fn look(
    conn: &mut Conn<'_>,
    author: i64,
    with_drafts: bool,
    origin: &Origin,
    headers: &HeaderMap,
) -> Result<Look, database::Error> {
    let query = ListQuery {
        shelf: if with_drafts {
            Shelf::Written(author)
        } else {
            Shelf::OfUser(author)
        },
        viewer: None,
        search: String::new(),
        category: String::new(),
        language: String::new(),
        limit: MOST,
        offset: 0,
    };
    let (heads, count) = lists::heads(conn, &query)?;
    let published = ListQuery {
        shelf: Shelf::OfUser(author),
        ..query
    };
    let published = lists::count(conn, &published)?;
    let tag = ETag::of(|parts| {
        parts.text(&origin.to_string());
        for number in [author, count, published] {
            parts.number(number);
        }
        for head in &heads {
            parts.number(head.id);
            parts.number(head.version);
        }
    });
    if tag.matches(headers) {
        return Ok(Look::Known(tag));
    }
    let rows = lists::rows(conn, &heads)?;
    let portfolio = Portfolio {
        heads,
        rows,
        count,
        published,
    };
    Ok(Look::Rows(tag, portfolio))
}

impl Look {
    /// The answer to `reader`.
    pub async fn answer(self, app: &Arc<App>, reader: i64, origin: Origin) -> Result<Response, Error> {
        match self {
            Self::Known(tag) => Ok(tag.not_modified()),
            Self::Rows(tag, portfolio) => Ok(tag.on(portfolio.stream(app, reader, origin).await?)),
        }
    }
}

impl Portfolio {
    async fn stream(mut self, app: &Arc<App>, reader: i64, origin: Origin) -> Result<Response, Error> {
        app.views.add_to(&mut self.rows);
        self.rows
            .truncate(within(app.config.own_list_bytes, &self.heads, &self.rows));
        let head = json!({"success": true, "total_count": self.count, "published_count": self.published,
            "draft_count": self.count - self.published});
        let (waiting, held) = Waiting::new(&self.heads, self.rows);
        let source = Shelves {
            app: Arc::clone(app),
            origin,
            head: format!("{},\"stories\":[", stream::open(&head.to_string())),
            waiting,
            is_first: true,
            is_done: false,
        };
        let body = pictures::stream::body(app, Reader::Lister(reader), source, held).await?;
        Ok(stream::respond(body))
    }
}

/// How many stories fit into a budget of bytes, never below the minimum. Drawings that are addresses cost nothing.
fn within(budget: u64, heads: &[Head], rows: &[Story]) -> usize {
    let mut left = i64::try_from(budget).unwrap_or(i64::MAX);
    let fitting = rows.iter().take_while(|story| {
        let head = heads.iter().find(|head| head.id == story.id);
        left -= head.map_or(0, |head| {
            if story.is_published {
                head.body_bytes
            } else {
                head.wire_bytes
            }
        });
        left >= 0
    });
    fitting.count().max(NEVER_BELOW)
}

/// The stories on their way out.
struct Shelves {
    app: Arc<App>,
    origin: Origin,
    /// What stands before the first story, until it is written.
    head: String,
    waiting: Waiting,
    is_first: bool,
    is_done: bool,
}

impl Source for Shelves {
    async fn next(&mut self) -> Result<Option<Vec<Part>>, database::Error> {
        if self.is_done {
            return Ok(None);
        }
        let mut parts = vec![Part::json(std::mem::take(&mut self.head))];
        let batch = self.waiting.next_batch();
        if batch.is_empty() {
            self.is_done = true;
            parts.push(Part::json("]}"));
            return Ok(Some(parts));
        }
        let mut bodies = stream::bodies_of(&self.app, &batch).await?;
        for story in &batch {
            // A story that vanished since the list was read is skipped.
            let Some(at) = bodies.iter().position(|body| body.story_id == story.id) else {
                continue;
            };
            if !std::mem::take(&mut self.is_first) {
                parts.push(Part::json(","));
            }
            self.push(&mut parts, story, bodies.swap_remove(at));
        }
        Ok(Some(parts))
    }
}

impl Shelves {
    fn push(&self, parts: &mut Vec<Part>, story: &Story, body: StoryBody) {
        let canvas = Skeleton::from_stored(body.canvas);
        let pages = canvas::pages(&canvas);
        let row = stream::json(&Kept::new(story, pages.unwrap_or(1)));
        parts.push(Part::json(format!("{},\"cover_image\":", stream::open(&row))));
        self.push_cover(parts, story);
        parts.push(Part::json(",\"content\":\""));
        parts.push(Part::Text(body.content));
        parts.push(Part::json("\",\"canvas_data\":"));
        parts.push(match (pages, story.is_published) {
            (None, _) => Part::json("null"),
            (Some(_), true) => Part::Json(pictures::with_public_urls(canvas.into_stored(), &self.origin)),
            (Some(_), false) => Part::Canvas(canvas.into_stored()),
        });
        parts.push(Part::json("}"));
    }

    fn push_cover(&self, parts: &mut Vec<Part>, story: &Story) {
        if story.public_cover.is_empty() {
            parts.push(Part::json("null"));
        } else if story.is_published {
            let address = pictures::public_url(&story.public_cover, &self.origin);
            parts.push(Part::json(stream::json(&address)));
        } else {
            parts.push(Part::json("\""));
            parts.push(Part::Skeleton(story.public_cover.clone()));
            parts.push(Part::json("\""));
        }
    }
}

/// A story without its long members.
#[derive(Serialize)]
struct Kept<'a> {
    id: i64,
    title: &'a str,
    category: &'a str,
    genres: Vec<&'a RawValue>,
    is_published: bool,
    creation_type: &'a str,
    date_created: Timestamp,
    date_updated: Timestamp,
    page_count: usize,
    likes: i64,
    comments: i64,
    views: i64,
    language: &'a str,
    summary: Option<&'a str>,
}

impl<'a> Kept<'a> {
    fn new(story: &'a Story, page_count: usize) -> Self {
        let or = |text: &'a str, otherwise| if text.is_empty() { otherwise } else { text };
        Self {
            id: story.id,
            title: &story.title,
            category: or(&story.category, "Uncategorized"),
            genres: stored_genres(&story.genres),
            is_published: story.is_published,
            creation_type: or(&story.creation_type, "manual"),
            date_created: Timestamp(story.date_created),
            date_updated: Timestamp(story.date_updated),
            page_count,
            likes: story.likes_count,
            comments: story.comments_count,
            views: story.views,
            language: or(&story.language, "en"),
            summary: story.summary.as_deref(),
        }
    }
}

/// All that a child wrote, the newest first, 200 at most.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the stream writes")]
pub struct ChildStories {
    success: bool,
    /// Of all, those that are not shown among them.
    total_count: i64,
    published_count: i64,
    draft_count: i64,
    stories: Vec<ChildStory>,
}

/// A whole story of a child. The drawings of published ones are addresses, those of drafts are data URLs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the stream writes")]
pub struct ChildStory {
    id: i64,
    title: String,
    category: String,
    genres: Vec<String>,
    is_published: bool,
    creation_type: String,
    #[schema(format = DateTime)]
    date_created: String,
    #[schema(format = DateTime)]
    date_updated: String,
    /// Rows of the canvas, that of the cover among them.
    page_count: i64,
    likes: i64,
    comments: i64,
    views: i64,
    language: String,
    summary: Option<String>,
    cover_image: Option<String>,
    content: String,
    /// The canvas as JSON, not as a text of it; null where it is none.
    #[schema(value_type = Option<Vec<Object>>)]
    canvas_data: Option<Vec<()>>,
}
