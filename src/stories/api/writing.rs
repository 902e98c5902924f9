//! Making and changing stories: what an autosave sends every few seconds while a child draws.
//!
//! The body is taken apart while it arrives (`pictures::receive`); the story itself is one small write, and none at all when
//! nothing changed.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::accounts::auth::Caller;
use crate::app::App;
use crate::moderation::Masker;
use crate::pictures::splitter::{Field, Keep};
use crate::pictures::{Received, receive};
use crate::stories::drawn::{Refused, Sent};
use crate::stories::effects;
use crate::stories::limits;
use crate::stories::rules::{Given, LONGEST_SUMMARY, Role};
use crate::stories::shapes::WholeStory;
use crate::stories::store::bodies::Body;
use crate::stories::store::writing::{self, Current, Written};
use crate::stories::store::{self, Story};
use crate::stories::stream;
use crate::wire::{Error, Fields, Id};

/// After a larger request the answer leaves the long members out.
const ECHOED: usize = 256 * 1024;
/// How often a change is tried when others change the story at the same moment: one of them succeeds each time, and those
/// who draw together save together.
const TRIES: usize = 16;
/// Text that is masked at a time, before others may run.
const MASK_STEP: usize = 32 * 1024;

/// What is read of a body; everything else passes by.
const KNOWN: &[Field] = &[
    Field {
        name: "title",
        keep: Keep::Value(16 * 1024),
    },
    Field {
        name: "content",
        keep: Keep::Value(1024 * 1024),
    },
    Field {
        name: "summary",
        keep: Keep::Value(LONGEST_SUMMARY),
    },
    Field {
        name: "category",
        keep: Keep::Value(1024),
    },
    Field {
        name: "genres",
        keep: Keep::Value(1024),
    },
    Field {
        name: "language",
        keep: Keep::Value(1024),
    },
    Field {
        name: "creation_type",
        keep: Keep::Value(1024),
    },
    Field {
        name: "is_published",
        keep: Keep::Value(1024),
    },
    Field {
        name: "cover_image",
        keep: Keep::Skeleton,
    },
    Field {
        name: "canvas_data",
        keep: Keep::Skeleton,
    },
];

/// A story as an app sends it. Drawings are data URLs inside `canvas_data` (a JSON text) and `cover_image`.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewStory {
    title: String,
    /// The page texts, joined by `---PAGE BREAK---`.
    content: String,
    /// A JSON text: an array with one object for each page.
    canvas_data: String,
    summary: Option<String>,
    category: Option<String>,
    genres: Option<Vec<String>>,
    language: Option<String>,
    cover_image: Option<String>,
    creation_type: Option<String>,
    is_published: Option<bool>,
}

/// A change of a story; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct StoryChange {
    title: Option<String>,
    content: Option<String>,
    canvas_data: Option<String>,
    summary: Option<String>,
    category: Option<String>,
    genres: Option<Vec<String>>,
    language: Option<String>,
    cover_image: Option<String>,
    creation_type: Option<String>,
    /// Ignored when a co-author sends it.
    is_published: Option<bool>,
}

/// A story was stored.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the stream writes")]
pub struct StoryStored {
    success: bool,
    message: String,
    story: WholeStory,
    xp_earned: Option<effects::XpEarned>,
}

/// Makes a story.
///
/// The same pages sent again by the same author within a day are taken for a repetition after a time-out: that story is changed
/// and answered, no second one is made.
#[utoipa::path(post, path = "/api/stories/create/", tag = "stories", request_body = NewStory,
    responses((status = 201, body = StoryStored)))]
pub async fn create(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, Error> {
    app.limit(&limits::CREATE, caller.id)?;
    let received = receive(&app, request, KNOWN).await?;
    let mut fields = Fields::new(received.body.fields.clone());
    let given = Given::for_new(&mut fields);
    let sent = Sent::for_new(&received.body.skeletons, &mut fields);
    fields.finish()?;

    let drawn = sent.drawn(None).map_err(refusal)?;
    let page_key = drawn.page_key.clone();
    let written = masked(&app, Written::new(given, drawn)).await;
    let now = app.clock.now();
    let story = written.clone();
    let stored: Result<_, Error> = app
        .database
        .write(move |conn| {
            let repeated = match &page_key {
                Some(key) => writing::repeated(conn, caller.id, key, now)?,
                None => None,
            };
            let (story_id, xp_earned) = if let Some(story_id) = repeated {
                let old = writing::current(conn, story_id)?.ok_or(database::Error::Missing)?;
                if old.written != story {
                    writing::update(conn, story_id, &old, &story, now)?;
                }
                (story_id, None)
            } else {
                let story_id = writing::insert(conn, caller.id, &story, now)?;
                (story_id, effects::created(conn, caller.id, story_id)?)
            };
            let (story, _) = store::one(conn, story_id, Some(caller.id))?.ok_or(database::Error::Missing)?;
            Ok((story, xp_earned))
        })
        .await;
    let (story, xp_earned) = stored?;
    let head = json!({"success": true, "message": "Your story is saved.", "xp_earned": xp_earned});
    let mut response = answer(&app, &head, &story, caller.id, written, &received);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// Changes a story. 403 for somebody who is not one of its authors: at 404 the apps would make a copy.
#[utoipa::path(method(patch, put), path = "/api/stories/{id}/update/", tag = "stories", request_body = StoryChange,
    params(("id" = i64, Path)), responses((status = 200, body = StoryStored)))]
pub async fn update(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(story_id): Id,
    request: Request,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let role = may_change(&app, story_id, caller.id).await?;
    let received = receive(&app, request, KNOWN).await?;
    let mut fields = Fields::new(received.body.fields.clone());
    let mut given = Given::for_change(&mut fields);
    let sent = Sent::for_change(&received.body.skeletons, &mut fields);
    fields.finish()?;
    if role != Role::Author {
        given.is_published = None;
    }
    for _ in 0..TRIES {
        let current = current(&app, story_id).await?;
        let drawn = sent.drawn(Some(&current.written.drawn)).map_err(refusal)?;
        let written = masked(&app, current.written.changed(given.clone(), drawn)).await;
        if let Some(story) = store_change(&app, story_id, caller.id, current, &written).await? {
            let head = json!({"success": true, "message": "Your story is saved."});
            return Ok(answer(&app, &head, &story, caller.id, written, &received));
        }
    }
    Err(Error::unavailable(1))
}

/// Who the caller is to a story that they want to change.
async fn may_change(app: &Arc<App>, story_id: i64, caller: i64) -> Result<Role, Error> {
    let standing: Result<_, Error> = app
        .database
        .read(move |conn| Ok(store::standing(conn, story_id, Some(caller))?))
        .await;
    let (role, _) = standing?.ok_or_else(Error::not_found)?;
    if !role.may_write() {
        return Err(Error::forbidden("Only its authors can change this story."));
    }
    Ok(role)
}

async fn current(app: &Arc<App>, story_id: i64) -> Result<Current, Error> {
    let current: Result<_, Error> = app
        .database
        .read(move |conn| Ok(writing::current(conn, story_id)?))
        .await;
    current?.ok_or_else(Error::not_found)
}

/// Stores a change of the story as it stood; nothing when somebody else was faster. What has not changed is not written.
async fn store_change(
    app: &Arc<App>,
    story_id: i64,
    caller: i64,
    current: Current,
    written: &Written,
) -> Result<Option<Story>, Error> {
    if current.written == *written {
        let story: Result<_, Error> = app
            .database
            .read(move |conn| Ok(store::one(conn, story_id, Some(caller))?))
            .await;
        let (story, _) = story?.ok_or_else(Error::not_found)?;
        return Ok(Some(story));
    }
    let (now, written) = (app.clock.now(), written.clone());
    app.database
        .write(move |conn| {
            if !writing::update(conn, story_id, &current, &written, now)? {
                return Ok(None);
            }
            let (story, _) = store::one(conn, story_id, Some(caller))?.ok_or_else(Error::not_found)?;
            Ok(Some(story))
        })
        .await
}

fn answer(
    app: &Arc<App>,
    head: &Value,
    story: &Story,
    caller: i64,
    written: Written,
    received: &Received,
) -> Response {
    let body = Body {
        story_id: story.id,
        cover: written.drawn.cover,
        content: written.content,
        canvas: written.drawn.canvas,
    };
    stream::one_story(app, head, story, Some(caller), body, received.bytes <= ECHOED)
}

fn refusal(refused: Refused) -> Error {
    match refused {
        Refused::NotRows(sentence) => Error::field("canvas_data", sentence),
        Refused::TooLarge(sentence) => Error::too_large(sentence),
    }
}

/// Masks rude words in what others can read.
async fn masked(app: &App, mut story: Written) -> Written {
    let masker = app.words.masker();
    story.title = masker.mask(&story.title).into_owned();
    story.summary = story.summary.map(|summary| masker.mask(&summary).into_owned());
    story.content = mask_long(&masker, story.content).await;
    story
}

/// Masks a long text in steps, others running in between.
async fn mask_long(masker: &Masker, text: String) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while rest.len() > MASK_STEP {
        let mut border = MASK_STEP;
        while !rest.is_char_boundary(border) {
            border += 1;
        }
        let end = rest[border..]
            .find(char::is_whitespace)
            .map_or(rest.len(), |offset| border + offset);
        masked += &masker.mask(&rest[..end]);
        rest = &rest[end..];
        tokio::task::yield_now().await;
    }
    masked += &masker.mask(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_long_text_is_masked_like_a_short_one() {
        let masker = Masker::new(["drat"]);
        let text = "Oh drat, said the kettle. é ".repeat(10_000);
        assert_eq!(mask_long(&masker, text.clone()).await, masker.mask(&text));
    }
}
