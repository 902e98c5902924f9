//! From a room to a story: once, with every page's text and picture, in the order of the draft.

use std::sync::Arc;
use std::time::Duration;

use database::Conn;
use sockets::Frame;

use super::conversation::Collaborator;
use super::held::Room;
use super::model::Model;
use super::seat::Post;
use super::{loading, snapshots, store};
use crate::app::App;
use crate::live::collaboration::change;
use crate::live::collaboration::events::{self, RoomEvent};
use crate::live::collaboration::store as sessions;
use crate::live::collaboration::store::sessions::EndedBy;
use crate::live::collaboration::store::{Session, votes};
use crate::live::notify::json;
use crate::pictures::{self, Picture, Reference, Skeleton, canvas};
use crate::stories::drawn::Sent;
use crate::stories::effects::{self, Effects};
use crate::stories::rules::{CATEGORIES, Given, LANGUAGES, LONGEST_TITLE};
use crate::stories::store::together;
use crate::stories::store::writing::{self, Written};
use crate::wire::Error;

/// How the apps join the texts of the pages.
const PAGE_BREAK: &str = "\n\n---PAGE BREAK---\n\n";
/// The title of a story without one.
const UNTITLED: &str = "Untitled Collaborative Story";
/// The text of a story without one.
const BLANK: &str = "A story told in pictures.";
/// What the room is told.
const SAVED: &str = "The story is saved.";
/// How often it is tried again while somebody still draws.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// What became of one attempt.
enum Done {
    /// The story was made now, and brought its host something.
    Made(i64, Effects),
    /// It had been made before.
    Before(i64),
    /// The room has gone on meanwhile.
    Again,
    /// Whoever asks for it may not.
    Refused,
}

/// Makes the story of a room, or tells the sender which one was made.
pub(super) async fn finalise(socket: &Collaborator, room: &Arc<Room>) {
    snapshots::settle(room).await;
    match attempt(socket, room).await {
        Ok((Done::Made(story_id, effects), title)) => {
            let app = &socket.app;
            effects.announce(app);
            for event in words(room, story_id, title) {
                events::announce(app, room.id, &event);
            }
        }
        Ok((Done::Before(story_id), title)) => {
            for event in words(room, story_id, title) {
                let frame: Frame = json(&event);
                socket.handle.outbox().send(&frame);
            }
        }
        Ok((Done::Refused, _)) => socket.complain("The story is saved after a vote, by whoever began it."),
        Ok((Done::Again, _)) => socket.complain("The story could not be saved. Try again in a moment."),
        Err(error) => {
            tracing::warn!(%error, "a story could not be made of a room");
            socket.complain("The story could not be saved. Try again in a moment.");
        }
    }
}

fn words(room: &Room, story_id: i64, title: String) -> [RoomEvent; 2] {
    [
        RoomEvent::StoryFinalized {
            story_id,
            message: SAVED.to_owned(),
        },
        RoomEvent::SessionEnded {
            session_id: room.session_id.to_string(),
            story_id: Some(story_id),
            story_title: title,
            ended_by: EndedBy::Vote.name().to_owned(),
        },
    ]
}

async fn attempt(socket: &Collaborator, room: &Arc<Room>) -> Result<(Done, String), Error> {
    let (app, user_id) = (&socket.app, socket.handle.user_id());
    for _ in 0..TRIES {
        let (model, canvas_name) = {
            let state = room.state();
            (state.floor.model.clone(), state.canvas_name.to_string())
        };
        let pictures = snapshots::references(app, room).await?;
        let title = title_of(&model).unwrap_or(canvas_name);
        let done = make(app, room, user_id, &model, &pictures).await?;
        if !matches!(done, Done::Again) {
            return Ok((done, title));
        }
        tokio::time::sleep(PAUSE).await;
        loading::read_missed(app, room).await;
    }
    Ok((Done::Again, String::new()))
}

async fn make(
    app: &Arc<App>,
    room: &Room,
    user_id: i64,
    model: &Model,
    pictures: &[(String, Reference)],
) -> Result<Done, Error> {
    let (story, chosen) = written(app, model, pictures)?;
    let story = Arc::new(story);
    let leases: Vec<_> = chosen
        .iter()
        .map(|picture| app.pictures.leases.take(&picture.id.to_string()))
        .collect();
    let chosen = Arc::new(chosen);
    let (number, now, session_id) = (model.number, app.clock.now(), room.session_id.to_string());
    let folded = story.folded();
    let done = change(app, move |conn| {
        let session = sessions::lock(conn, &session_id)?.ok_or_else(Error::not_found)?;
        if let Some(story_id) = session.finalized_story_id {
            return Ok(Done::Before(story_id));
        }
        let vote = votes::outstanding(conn, session.id)?;
        let Some((vote, initiator)) = vote else {
            return Ok(Done::Refused);
        };
        if session.ended_at.is_some() || (user_id != initiator && user_id != session.host_id) {
            return Ok(Done::Refused);
        }
        if session.last_number != number {
            return Ok(Done::Again);
        }
        for picture in &*chosen {
            pictures::store::put(conn, &picture.id.to_string(), picture, now)?;
        }
        let Some((story_id, effects)) = store_story(conn, &session, &story, &folded, now)? else {
            return Ok(Done::Again);
        };
        let people = store::authors(conn, session.id)?;
        together::link(conn, story_id, session.host_id, &people)?;
        store::finalised(conn, session.id, story_id)?;
        crate::live::collaboration::store::sessions::end(conn, session.id, EndedBy::Vote, now)?;
        votes::used(conn, vote, now)?;
        Ok(Done::Made(story_id, effects))
    });
    let done = done.await;
    drop(leases);
    done
}

/// The linked story of the host is written anew; without one a new story is made. Nothing when somebody else has just
/// written the linked one.
fn store_story(
    conn: &mut Conn<'_>,
    session: &Session,
    story: &Written,
    folded: &writing::Folded,
    now: i64,
) -> Result<Option<(i64, Effects)>, Error> {
    if let Some(story_id) = session.story_id
        && let Some(current) = writing::current(conn, story_id)?
        && current.author_id == session.host_id
    {
        let mut story = story.clone();
        story.is_published = current.written.is_published;
        if !writing::update(conn, story_id, &current, &story, Some(folded), now)? {
            return Ok(None);
        }
        let (before, after) = (current.tally(), story.tally(folded.words()));
        let effects = effects::changed(conn, session.host_id, story_id, &before, &after, now)?;
        return Ok(Some((story_id, effects)));
    }
    let story_id = writing::insert(conn, session.host_id, story, folded, now)?;
    let tally = story.tally(folded.words());
    let effects = effects::created(conn, session.host_id, story_id, &tally, now)?;
    Ok(Some((story_id, effects)))
}

fn title_of(model: &Model) -> Option<String> {
    let title: String = model.title.trim().chars().take(LONGEST_TITLE).collect();
    (!title.is_empty()).then_some(title)
}

/// The story that a model is, and pictures of it that are not stored yet.
fn written(
    app: &App,
    model: &Model,
    pictures: &[(String, Reference)],
) -> Result<(Written, Vec<Picture>), Error> {
    let meta = model.meta.as_deref().cloned().unwrap_or_default();
    let texts: Vec<&str> = model.slots.iter().map(|slot| &*slot.text).collect();
    let is_blank = texts.iter().all(|text| text.trim().is_empty());
    let content = if is_blank && texts.len() <= 1 {
        BLANK.to_owned()
    } else {
        texts.join(PAGE_BREAK)
    };
    let masker = app.words.masker();
    let picture_of = |id: &str| {
        pictures
            .iter()
            .find(|(slot, _)| *slot == *id)
            .map(|(_, picture)| *picture)
    };
    let (cover, chosen) = match picture_of(&model.cover.id) {
        Some(drawn) => (Skeleton::from_stored(drawn.to_string()), Vec::new()),
        None => chosen_cover(meta.cover_image.as_deref().unwrap_or_default()),
    };
    let given = Given {
        title: Some(title_of(model).unwrap_or_else(|| UNTITLED.to_owned())),
        content: Some(masker.mask(&content).into_owned()),
        summary: Some(meta.summary.map(|summary| masker.mask(&summary).into_owned())),
        category: Some(
            meta.category
                .filter(|category| CATEGORIES.contains(&category.as_str())),
        )
        .map(|category| category.unwrap_or_else(|| "other".to_owned())),
        genres: Some(meta.genres.unwrap_or_default()),
        language: meta
            .language
            .filter(|language| LANGUAGES.contains(&language.as_str())),
        creation_type: Some("collaborative".to_owned()),
        is_published: Some(false),
    };
    let sent = Sent::split(cover, Skeleton::from_stored(canvas_of(model, picture_of)));
    let drawn = sent.drawn(None);
    let drawn = drawn.map_err(|_| Error::internal(&"the pages of a room are no canvas"))?;
    Ok((Written::new(given, drawn), chosen))
}

/// A cover that was chosen instead of drawn, under the rules for the cover of any story, and its picture.
fn chosen_cover(cover: &str) -> (Skeleton, Vec<Picture>) {
    let none = (Skeleton::from_stored(String::new()), Vec::new());
    let Ok((cover, pictures)) = Skeleton::split(cover) else {
        return none;
    };
    canvas::accept_cover(cover).map_or(none, |cover| (cover, pictures))
}

/// The JSON text of the pages: one entry for each, whether or not it was drawn on. The apps pair texts and entries by
/// their order.
fn canvas_of(model: &Model, picture_of: impl Fn(&str) -> Option<Reference>) -> String {
    let entry = |id: &str, order: i32, picture: Option<Reference>| {
        let id = serde_json::Value::from(id);
        match picture {
            Some(picture) => format!(r#"{{"id":{id},"order":{order},"canvasData":"{picture}"}}"#),
            None => format!(r#"{{"id":{id},"order":{order},"canvasData":null}}"#),
        }
    };
    let cover = picture_of(&model.cover.id).map(|picture| entry("cover", -1, Some(picture)));
    let pages = (0..)
        .zip(&model.slots)
        .map(|(order, slot)| entry(&slot.id, order, picture_of(&slot.id)));
    let entries: Vec<String> = cover.into_iter().chain(pages).collect();
    format!("[{}]", entries.join(","))
}
