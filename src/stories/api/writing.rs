//! Making and changing stories: what an autosave sends every few seconds while a child draws.
//!
//! The body is taken apart while it arrives (`pictures::receive`); the story and a few new drawings are one small write, and
//! none at all when nothing changed.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use database::Conn;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::accounts::auth::Caller;
use crate::app::App;
use crate::moderation::Masker;
use crate::pictures::splitter::{Field, Keep};
use crate::pictures::{Changed, MOST_TEXT, NewPictures, Received, receive};
use crate::stories::drawn::{Refused, Sent};
use crate::stories::effects::{self, Effects};
use crate::stories::limits;
use crate::stories::rules::{Given, LONGEST_SUMMARY, Role};
use crate::stories::shapes::WholeStory;
use crate::stories::store::bodies::Body;
use crate::stories::store::writing::{self, Current, Folded, Written};
use crate::stories::store::{self, Story};
use crate::stories::stream;
use crate::wire::{Error, Fields, Id};

/// The largest request, in bytes.
const LARGEST: usize = 32 * 1024 * 1024;
/// A story with more text and new drawings than that waits for the small writes.
const LARGE_WRITE: usize = 64 * 1024;
/// After a larger request, or with longer texts, the answer leaves the long members out.
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
        keep: Keep::Skeleton(64 * 1024),
    },
    Field {
        name: "canvas_data",
        keep: Keep::Skeleton(MOST_TEXT),
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
    let mut received = receive(&app, caller.id, None, request, KNOWN, LARGEST).await?;
    let mut fields = Fields::new(std::mem::take(&mut received.body.fields));
    let given = Given::for_new(&mut fields);
    let sent = Sent::for_new(std::mem::take(&mut received.body.skeletons), &mut fields);
    fields.finish()?;

    let drawn = sent.drawn(None).map_err(refusal)?;
    let written = Arc::new(Written::new(masked(&app, given, "").await, drawn));
    let now = app.clock.now();
    let (story, folded) = (Arc::clone(&written), written.folded());
    let pictures = Arc::clone(&received.new);
    let stored: Result<_, Error> = write(&app, &written, pictures, now, move |conn| {
        let repeated = match &story.drawn.page_key {
            Some(key) => writing::repeated(conn, caller.id, key, now)?,
            None => None,
        };
        let tally = story.tally(folded.words());
        let (story_id, effects) = if let Some(story_id) = repeated {
            let old = writing::current(conn, story_id)?.ok_or(database::Error::Missing)?;
            let story = if old.may_be_shown {
                Arc::clone(&story)
            } else {
                Arc::new(Written::clone(&story).shown_if(false))
            };
            let tally = story.tally(folded.words());
            if old.written == *story {
                (story_id, Effects::default())
            } else {
                writing::update(conn, story_id, &old, &story, Some(&folded), now).map_err(swept_meanwhile)?;
                (
                    story_id,
                    effects::changed(conn, caller.id, story_id, &old.tally(), &tally, now)?,
                )
            }
        } else {
            let story_id = writing::insert(conn, caller.id, &story, &folded, now).map_err(swept_meanwhile)?;
            (
                story_id,
                effects::created(conn, caller.id, story_id, &tally, now)?,
            )
        };
        let (story, _) = store::one(conn, story_id, Some(caller.id))?.ok_or(database::Error::Missing)?;
        Ok((story, effects))
    })
    .await;
    let (story, effects) = stored?;
    let xp_earned = effects.xp_earned(caller.id);
    effects.announce(&app);
    let head = json!({"success": true, "message": "Your story is saved.", "xp_earned": xp_earned});
    let mut response = answer(&app, &head, &story, caller.id, written, &received).await?;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// Changes a story. 403 for somebody who is not one of its authors: at 404 the apps would make a copy.
///
/// `is_published` of one that a moderator keeps from view is left aside, so that what is written in it is saved all the same.
#[utoipa::path(method(patch, put), path = "/api/stories/{id}/update/", tag = "stories", request_body = StoryChange,
    params(("id" = i64, Path)), responses((status = 200, body = StoryStored)))]
pub async fn update(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(story_id): Id,
    request: Request,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let (role, changed) = may_change(&app, story_id, caller.id).await?;
    let mut received = receive(&app, caller.id, Some(changed), request, KNOWN, LARGEST).await?;
    let mut fields = Fields::new(std::mem::take(&mut received.body.fields));
    let mut given = Given::for_change(&mut fields);
    let sent = Sent::for_change(std::mem::take(&mut received.body.skeletons), &mut fields);
    fields.finish()?;
    if role != Role::Author {
        given.is_published = None;
    }
    let mut current = stored(&app, story_id).await?;
    let given = masked(&app, given, &current.written.content).await;
    for _ in 0..TRIES {
        let drawn = sent.drawn(Some(&current.written.drawn)).map_err(refusal)?;
        let written = current.written.changed(given.clone(), drawn);
        let written = Arc::new(written.shown_if(current.may_be_shown));
        if let Some(story) = store_change(&app, story_id, caller.id, current, &written, &received.new).await?
        {
            let head = json!({"success": true, "message": "Your story is saved."});
            return answer(&app, &head, &story, caller.id, written, &received).await;
        }
        current = stored(&app, story_id).await?;
    }
    Err(Error::unavailable(1))
}

/// Who the caller is to a story that they want to change, and how large it is.
async fn may_change(app: &Arc<App>, story_id: i64, caller: i64) -> Result<(Role, Changed), Error> {
    let standing = app.read(move |conn| Ok(store::standing(conn, story_id, Some(caller))?));
    let (role, bytes) = standing.await?.ok_or_else(Error::not_found)?;
    if !role.may_write() {
        return Err(Error::forbidden("Only its authors can change this story."));
    }
    Ok((role, Changed { story_id, bytes }))
}

async fn stored(app: &Arc<App>, story_id: i64) -> Result<Current, Error> {
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
    written: &Arc<Written>,
    pictures: &Arc<NewPictures>,
) -> Result<Option<Story>, Error> {
    if current.written == **written {
        let story: Result<_, Error> = app
            .database
            .read(move |conn| Ok(store::one(conn, story_id, Some(caller))?))
            .await;
        let (story, _) = story?.ok_or_else(Error::not_found)?;
        return Ok(Some(story));
    }
    let folded = written.folded_anew(&current.written);
    let (now, new) = (app.clock.now(), Arc::clone(written));
    let changed = write(app, written, Arc::clone(pictures), now, move |conn| {
        if !writing::update(conn, story_id, &current, &new, folded.as_ref(), now).map_err(swept_meanwhile)? {
            return Ok(None);
        }
        let words = folded.as_ref().map_or(current.words, Folded::words);
        let (before, after) = (current.tally(), new.tally(words));
        let effects = effects::changed(conn, current.author_id, story_id, &before, &after, now)?;
        let (story, _) = store::one(conn, story_id, Some(caller))?.ok_or_else(Error::not_found)?;
        Ok(Some((story, effects)))
    })
    .await?;
    Ok(changed.map(|(story, effects)| {
        effects.announce(app);
        story
    }))
}

/// Writes a story and the new pictures that it shows: one with much of them as a large write.
async fn write<T, F>(
    app: &Arc<App>,
    story: &Written,
    pictures: Arc<NewPictures>,
    now: i64,
    work: F,
) -> Result<T, Error>
where
    F: Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    T: Send + 'static,
{
    let bytes = story.content.len() + story.drawn.canvas.len() + pictures.bytes();
    let work = move |conn: &mut Conn<'_>| {
        pictures.put(conn, now)?;
        work(conn)
    };
    match bytes {
        ..=LARGE_WRITE => app.write(work).await,
        bytes => app.write_sized(bytes, work).await,
    }
}

/// A picture that was swept since it was sent refuses the whole change; sent again it will be stored again.
fn swept_meanwhile(error: database::Error) -> Error {
    match error {
        database::Error::Foreign => Error::unavailable(1),
        other => other.into(),
    }
}

async fn answer(
    app: &Arc<App>,
    head: &Value,
    story: &Story,
    caller: i64,
    written: Arc<Written>,
    received: &Received,
) -> Result<Response, Error> {
    // The database has given its share back.
    let written = Arc::unwrap_or_clone(written);
    let body = Body {
        story_id: story.id,
        cover: written.drawn.cover,
        content: written.content,
        canvas: written.drawn.canvas,
    };
    let is_short = received.bytes.max(body.content.len() + body.canvas.len()) <= ECHOED;
    stream::one_story(app, head, story, Some(caller), body, is_short).await
}

fn refusal(refused: Refused) -> Error {
    match refused {
        Refused::NotRows(sentence) => Error::field("canvas_data", sentence),
        Refused::TooLarge(sentence) => Error::too_large(sentence),
    }
}

/// Masks rude words in what others can read. The text that is stored is masked already.
async fn masked(app: &App, mut given: Given, stored: &str) -> Given {
    let masker = app.words.masker();
    let mask = |text: String| Masker::mask(&masker, &text).into_owned();
    given.title = given.title.map(mask);
    given.summary = given.summary.map(|summary| summary.map(mask));
    given.genres = given.genres.map(|genres| genres.into_iter().map(mask).collect());
    if let Some(content) = given.content.take_if(|content| content != stored) {
        given.content = Some(mask_long(&masker, content).await);
    }
    given
}

/// Masks a long text in steps that end between two words, others running in between. A text without blanks is cut
/// anywhere: nobody reads it.
async fn mask_long(masker: &Masker, text: String) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while rest.len() > MASK_STEP {
        let (border, longest) = (border(rest, MASK_STEP), border(rest, 2 * MASK_STEP));
        let end = rest[border..longest]
            .find(char::is_whitespace)
            .map_or(longest, |offset| border + offset);
        masked += &masker.mask(&rest[..end]);
        rest = &rest[end..];
        tokio::task::yield_now().await;
    }
    masked += &masker.mask(rest);
    masked
}

/// The last border between two characters in the first `len` bytes.
fn border(text: &str, len: usize) -> usize {
    let mut border = text.len().min(len);
    while !text.is_char_boundary(border) {
        border -= 1;
    }
    border
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

    #[test]
    fn a_picture_that_was_swept_meanwhile_is_sent_again() {
        assert_eq!(
            swept_meanwhile(database::Error::Foreign).status(),
            StatusCode::SERVICE_UNAVAILABLE
        );
        assert_eq!(
            swept_meanwhile(database::Error::Full).status(),
            StatusCode::INSUFFICIENT_STORAGE
        );
    }

    #[tokio::test]
    async fn a_text_without_blanks_is_masked_in_steps_too() {
        let masker = Masker::new(["drat"]);
        let long = "é".repeat(MASK_STEP - 1);
        let inside = format!("a.drat.{long}");
        assert_eq!(mask_long(&masker, inside.clone()).await, masker.mask(&inside));
        // The cut goes through the word.
        let cut = format!("{long}.drat.{long}");
        assert_eq!(mask_long(&masker, cut.clone()).await, cut);
    }
}
