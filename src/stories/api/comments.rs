//! Comments under published stories.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Done;
use crate::accounts::auth::{Caller, Viewer};
use crate::app::App;
use crate::pictures::Reader;
use crate::pictures::stream::{self, Part, Source};
use crate::stories::store::comments::{self, Comment, Head, Span, Standing};
use crate::stories::{effects, limits};
use crate::wire::origin::Origin;
use crate::wire::page::{Links, Page, Wanted};
use crate::wire::{Body, ETag, Error, Fields, Id, Query, Timestamp, respond};

/// Comments on a page. The apps read the first page only, so it is a long one.
const PAGE: i64 = 200;
/// The longest comment, in code points.
const LONGEST: usize = 2000;
/// The largest request, in bytes.
const LARGEST: usize = 16 * 1024;
/// Text that is read at a time, in bytes. As JSON it may be six times as long; longer pages are sent slice by slice.
const SLICE: i64 = 32 * 1024;
/// What a slice takes as JSON, escapes and all.
const SLICE_HELD: usize = 6 * 32 * 1024;

/// A comment.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentShape {
    id: i64,
    story: i64,
    author: i64,
    author_name: String,
    /// Picture files do not exist: always null.
    author_avatar: Option<String>,
    text: String,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
}

impl From<Comment> for CommentShape {
    fn from(comment: Comment) -> Self {
        Self {
            id: comment.id,
            story: comment.story_id,
            author: comment.author_id,
            author_name: comment.author_name,
            author_avatar: None,
            text: comment.body,
            date_created: Timestamp(comment.date_created),
        }
    }
}

/// A page of comments.
#[derive(Serialize, ToSchema)]
pub struct CommentPage {
    count: i64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<CommentShape>,
}

/// What a list's closure found.
struct Found {
    tag: ETag,
    /// The page and its first comments; nothing when the client holds it already.
    page: Option<(Page, Span, Vec<Comment>)>,
}

/// The comments under a published story, newest first, 200 on a page.
#[utoipa::path(get, path = "/api/stories/{id}/comments/", tag = "stories", security((), ("bearer" = [])),
    params(("id" = i64, Path), ("page" = Option<String>, Query, description = "from 1, or `last`")),
    responses((status = 200, body = CommentPage), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Id(story_id): Id,
    origin: Origin,
    query: Query,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let wanted = Wanted::from(&query);
    let place = format!("{origin}{}?{}", uri.path(), query.with_page(1));
    let found: Result<Found, Error> = app
        .database
        .read(move |conn| {
            let head = |conn: &mut _, offset| {
                comments::head(conn, story_id, PAGE, offset)?.ok_or_else(Error::not_found)
            };
            let offset = match wanted {
                Wanted::Number(number) => (number - 1).saturating_mul(PAGE),
                Wanted::Last => wanted.of(head(conn, 0)?.count, PAGE)?.offset(),
                Wanted::Junk => return Err(Error::not_found()),
            };
            let head = head(conn, offset)?;
            let page = wanted.of(head.count, PAGE)?;
            let tag = tag(&place, &page, &head);
            if tag.matches(&headers) {
                return Ok(Found { tag, page: None });
            }
            let span = Span::new(story_id, PAGE.min(page.count - page.offset()), page.offset());
            let first = comments::slice(conn, &span, SLICE)?;
            Ok(Found {
                tag,
                page: Some((page, span, first)),
            })
        })
        .await;
    let Found { tag, page } = found?;
    let Some((page, span, first)) = page else {
        return Ok(tag.not_modified());
    };
    let links = page.links(&origin, uri.path(), &query);
    Ok(tag.on(answer(&app, viewer.id().into(), links, span, first).await?))
}

/// The version of a page: where it is shown, and what its comments and names are.
fn tag(place: &str, page: &Page, head: &Head) -> ETag {
    ETag::of(|parts| {
        parts.text(place);
        for number in [page.number, head.count, head.version, head.names_version] {
            parts.number(number);
        }
    })
}

/// A page that begins with these comments: in one piece when they are all of it, else as a stream.
async fn answer(
    app: &Arc<App>,
    reader: Reader,
    links: Links,
    span: Span,
    first: Vec<Comment>,
) -> Result<Response, Error> {
    let rest = span.after(&first);
    let Links {
        count,
        next,
        previous,
    } = links;
    let page = CommentPage {
        count,
        next,
        previous,
        results: first.into_iter().map(Into::into).collect(),
    };
    if rest.is_none() {
        return Ok(respond::ok(&page));
    }
    let slices = Slices {
        app: Arc::clone(app),
        first: Some(opened(&page)),
        rest,
        end: Some("]}"),
    };
    let body = stream::body(app, reader, slices, SLICE_HELD).await?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// A page's JSON without its end, for more comments to follow.
fn opened(page: &CommentPage) -> String {
    let mut text = json(page);
    text.truncate(text.len() - "]}".len());
    text
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own shapes are plain JSON")
}

/// A long page of comments, read slice by slice as the client takes them.
struct Slices {
    app: Arc<App>,
    /// The beginning of the JSON.
    first: Option<String>,
    /// The comments that follow.
    rest: Option<Span>,
    /// The end of the JSON.
    end: Option<&'static str>,
}

impl Source for Slices {
    async fn next(&mut self) -> Result<Option<Vec<Part>>, database::Error> {
        if let Some(first) = self.first.take() {
            return Ok(Some(vec![Part::Json(first)]));
        }
        let Some(span) = self.rest.take() else {
            return Ok(self.end.take().map(|end| vec![Part::json(end)]));
        };
        let slice = stream::patiently(&self.app, move |conn| comments::slice(conn, &span, SLICE)).await?;
        self.rest = span.after(&slice);
        let parts = slice
            .into_iter()
            .map(|comment| Part::Json(format!(",{}", json(&CommentShape::from(comment)))));
        Ok(Some(parts.collect()))
    }
}

/// What somebody says.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewComment {
    #[schema(min_length = 1, max_length = 2000)]
    text: String,
}

/// A comment was written.
#[derive(Serialize, ToSchema)]
pub struct CommentWritten {
    success: bool,
    message: &'static str,
    comment: CommentShape,
}

/// Writes a comment under a published story. Rude words are masked.
#[utoipa::path(post, path = "/api/stories/{id}/comments/create/", tag = "stories", params(("id" = i64, Path)),
    request_body = NewComment, responses((status = 201, body = CommentWritten)))]
pub async fn create(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(story_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::COMMENT, caller.id)?;
    let (text, now) = (text(&app, body)?, app.clock.now());
    let written: Result<_, Error> = app
        .database
        .write(move |conn| {
            let written = comments::insert(conn, story_id, caller.id, &text, now)?;
            let (comment, author) = written.ok_or_else(Error::not_found)?;
            let effects = effects::commented(conn, author, story_id, caller.id, now)?;
            Ok((comment, effects))
        })
        .await;
    let (comment, effects) = written?;
    effects.announce(&app);
    let message = "Your comment is there.";
    Ok(respond::created(&CommentWritten {
        success: true,
        message,
        comment: comment.into(),
    }))
}

/// The text of a comment, rude words masked.
fn text(app: &App, body: Map<String, Value>) -> Result<String, Error> {
    if body.get("text").is_some_and(|text| !text.is_string()) {
        return Err(Error::field("text", "Not a valid text."));
    }
    let mut fields = Fields::new(body);
    let text = fields.required_text("text", LONGEST);
    fields.finish()?;
    Ok(app.words.masker().mask(&text).into_owned())
}

/// A comment was edited.
#[derive(Serialize, ToSchema)]
pub struct CommentEdited {
    success: bool,
    comment: CommentShape,
}

/// Edits a comment of one's own. Rude words are masked.
#[utoipa::path(put, path = "/api/comments/{id}/edit/", tag = "stories", params(("id" = i64, Path)),
    request_body = NewComment, responses((status = 200, body = CommentEdited)))]
pub async fn edit(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(comment_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let text = text(&app, body)?;
    let edited: Result<_, Error> = app
        .database
        .write(
            move |conn| match comments::standing(conn, comment_id, caller.id)? {
                Some(Standing::Author) => {
                    comments::edit(conn, comment_id, &text)?.ok_or_else(Error::not_found)
                }
                Some(Standing::StoryAuthor | Standing::Reader) => {
                    Err(Error::forbidden("Only who wrote a comment can edit it."))
                }
                None => Err(Error::not_found()),
            },
        )
        .await;
    Ok(respond::ok(&CommentEdited {
        success: true,
        comment: edited?.into(),
    }))
}

/// Deletes a comment of one's own, or under a story of one's own.
#[utoipa::path(delete, path = "/api/comments/{id}/delete/", tag = "stories", params(("id" = i64, Path)),
    responses((status = 200, body = Done)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(comment_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let now = app.clock.now();
    let deleted: Result<(), Error> = app
        .database
        .write(
            move |conn| match comments::standing(conn, comment_id, caller.id)? {
                Some(Standing::Author | Standing::StoryAuthor) => {
                    let deleted = comments::delete(conn, comment_id)?;
                    let (commenter, author) = deleted.ok_or_else(Error::not_found)?;
                    Ok(effects::uncommented(conn, author, commenter, now)?)
                }
                Some(Standing::Reader) => Err(Error::forbidden("This comment is somebody else's.")),
                None => Err(Error::not_found()),
            },
        )
        .await;
    deleted?;
    Ok(respond::ok(&Done::new("The comment is deleted.")))
}
