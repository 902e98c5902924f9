//! What the canvases of a room look like: pictures, kept by the picture store for as long as the room wants them.

use std::sync::Arc;
use std::time::Instant;

use database::{Conn, Error as DatabaseError};
use serde::Serialize;

use super::conversation::Collaborator;
use super::frames;
use super::held::Room;
use super::op::Place;
use super::seat::Post;
use super::store;
use crate::app::App;
use crate::live::collaboration::note;
use crate::pictures::{self, Picture, Reader, Reference, Room as Answer};
use crate::wire::Error;

/// Bytes of snapshots that the first words carry: the cover first, then the pages in their order.
const MOST_AT_ENTRY: u64 = 2 << 20;

/// A first message of less needs no room of its own, in bytes.
const SMALL: u64 = 64 << 10;

/// What is said when one could not be stored.
const NOT_KEPT: &str = "The snapshot could not be kept. It is sent again later.";

/// Data URLs of the cover and the pages, for `init`.
#[derive(Default, Serialize)]
pub(super) struct Snapshots {
    #[serde(skip_serializing_if = "Option::is_none")]
    cover_image: Option<String>,
    #[serde(skip_serializing_if = "Pages::is_empty")]
    pages: Pages,
    #[serde(skip)]
    taken: Option<Answer>,
}

/// Pages by the id that their reader knows them by.
#[derive(Debug, Default)]
struct Pages(Vec<(String, String)>);

impl Pages {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Pages {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(id, url)| (id, url)))
    }
}

impl Snapshots {
    /// Bytes of all data URLs.
    pub(super) fn bytes(&self) -> usize {
        let cover = self.cover_image.as_ref().map_or(0, String::len);
        cover + self.pages.0.iter().map(|(_, url)| url.len()).sum::<usize>()
    }

    /// The room that they and the texts take, to be kept until all of it has been sent.
    pub(super) fn into_room(self) -> Option<Answer> {
        self.taken
    }
}

/// Who holds the picture of a canvas, as the picture store knows it.
fn holder(collaboration_id: i64, slot: &str) -> String {
    format!("room:{collaboration_id}:{slot}")
}

/// Lets the picture of a canvas go.
pub(super) fn let_go(
    conn: &mut Conn<'_>,
    collaboration_id: i64,
    slot: &str,
    now: i64,
) -> Result<(), DatabaseError> {
    pictures::store::let_go(conn, &holder(collaboration_id, slot), now)
}

/// Takes a snapshot that a client sends when it leaves a canvas.
pub(super) async fn take(socket: &Collaborator, room: &Arc<Room>, url: &str, place: &Place) {
    let seat = socket.handle.id();
    let canvas = {
        let mut state = room.state();
        let canvas = state.floor.snapshot_of(seat, place, Instant::now());
        state.floor.leave_canvas(seat);
        canvas
    };
    let Some((slot, epoch)) = canvas else { return };
    let Some(picture) = Picture::of_data_url(url) else {
        return socket.complain("A snapshot is a picture as a data URL.");
    };
    // What its sender draws next must not wait for a slow database, unless another snapshot is on its way: they are kept
    // in the order in which they come.
    let Ok(turn) = Arc::clone(&room.snapshot).acquire_owned().await else {
        return;
    };
    let (app, handle, id) = (Arc::clone(&socket.app), socket.handle.clone(), room.id);
    let tasks = app.tasks.clone();
    tasks.spawn("keep a snapshot", async move {
        if let Err(error) = keep(&app, id, &slot, epoch, picture).await {
            tracing::debug!(%error, "a snapshot could not be kept");
            handle.outbox().send(&frames::frame(&frames::error(NOT_KEPT)));
        }
        drop(turn);
    });
}

/// Waits until the snapshots that have come are stored, or refused.
pub(super) async fn settle(room: &Room) {
    // It is never closed.
    drop(room.snapshot.acquire().await);
}

async fn keep(app: &App, id: i64, slot: &str, epoch: u32, picture: Picture) -> Result<(), Error> {
    let hash = picture.id.to_string();
    let _lease = app.pictures.leases.take(&hash);
    if !app.pictures.has_room(app).await? {
        return Err(Error::no_room());
    }
    let (now, bytes, reference) = (
        app.clock.now(),
        picture.bytes.len(),
        picture.reference().to_string(),
    );
    let slot = slot.to_owned();
    note(app, bytes, move |conn| {
        pictures::store::put(conn, &hash, &picture, now)?;
        if store::keep_snapshot(conn, id, &slot, epoch, &reference)? {
            pictures::store::hold(conn, &holder(id, &slot), &hash, now)?;
        }
        Ok(())
    })
    .await
}

/// The snapshots of the canvases as they are now: canonical id and picture.
pub(super) async fn references(app: &App, room: &Room) -> Result<Vec<(String, Reference)>, Error> {
    let id = room.id;
    let kept = app.read(move |conn| Ok(store::snapshots(conn, id)?)).await?;
    let state = room.state();
    let is_current = |slot: &str, epoch: u32| {
        let found = state.floor.model.by_id(slot);
        found.is_some_and(|(_, slot)| slot.epoch == epoch)
    };
    Ok(kept
        .into_iter()
        .filter(|(slot, epoch, _)| is_current(slot, *epoch))
        .filter_map(|(slot, _, reference)| Some((slot, Reference::parse(&reference)?)))
        .collect())
}

/// The snapshots for somebody who comes in, and room for the message that carries them with all texts. Without the
/// pictures when there is no room for them; an error when there is none for the texts.
pub(super) async fn of_room(app: &App, room: &Room, user_id: i64) -> Result<Snapshots, Error> {
    let texts = room.state().floor.model.text_bytes() as u64;
    let chosen = choose(app, room, user_id).await.unwrap_or_else(|error| {
        tracing::debug!(%error, "somebody comes in without seeing the pictures");
        Vec::new()
    });
    let pictures: u64 = chosen.iter().map(|chosen| chosen.reference.data_url_len()).sum();
    if texts + pictures <= SMALL {
        return read(app, chosen, None).await;
    }
    let answers = &app.pictures.answers;
    // What is read, and the frame that is made of it.
    let taken = answers
        .take(Reader::Account(user_id), (texts + pictures) * 2)
        .await;
    match taken {
        Ok(taken) => read(app, chosen, Some(taken)).await,
        Err(_) if texts <= SMALL => Ok(Snapshots::default()),
        Err(error) => Err(error),
    }
}

/// A snapshot that is to be read.
struct Chosen {
    is_cover: bool,
    /// What its reader calls the page.
    name: String,
    reference: Reference,
}

/// The cover and the first pages, as many as have room in the first words.
async fn choose(app: &App, room: &Room, user_id: i64) -> Result<Vec<Chosen>, Error> {
    let references = references(app, room).await?;
    let state = room.state();
    let model = &state.floor.model;
    let mut left = MOST_AT_ENTRY;
    let mut chosen = Vec::new();
    for slot in model.canvases() {
        let Some((_, reference)) = references.iter().find(|(id, _)| **id == *slot.id) else {
            continue;
        };
        if reference.data_url_len() > left {
            break;
        }
        left -= reference.data_url_len();
        chosen.push(Chosen {
            is_cover: slot.id == model.cover.id,
            name: slot.id_for(user_id).to_owned(),
            reference: *reference,
        });
    }
    Ok(chosen)
}

async fn read(app: &App, chosen: Vec<Chosen>, taken: Option<Answer>) -> Result<Snapshots, Error> {
    let mut snapshots = Snapshots {
        taken,
        ..Snapshots::default()
    };
    for Chosen {
        is_cover,
        name,
        reference,
    } in chosen
    {
        let Some(url) = data_url(app, reference).await? else {
            continue;
        };
        if is_cover {
            snapshots.cover_image = Some(url);
        } else {
            snapshots.pages.0.push((name, url));
        }
    }
    Ok(snapshots)
}

async fn data_url(app: &App, reference: Reference) -> Result<Option<String>, Error> {
    let hash = reference.id.to_string();
    let _lease = app.pictures.leases.take(&hash);
    let length = usize::try_from(reference.data_url_len()).unwrap_or_default();
    let mut url = Vec::with_capacity(length);
    url.extend_from_slice(reference.kind.prefix().as_bytes());
    for number in 0.. {
        let hash = hash.clone();
        let piece = app
            .read(move |conn| Ok(pictures::store::piece(conn, &hash, number)?))
            .await?;
        let Some(piece) = piece else { break };
        pictures::append_base64(&piece, &mut url);
    }
    let is_whole = url.len() == length;
    Ok(is_whole.then(|| String::from_utf8(url).expect("base64 is ASCII")))
}
