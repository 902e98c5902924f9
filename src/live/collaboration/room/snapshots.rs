//! What the canvases of a room look like: pictures, kept by the picture store for as long as the room wants them.

use std::sync::Arc;
use std::time::Instant;

use database::{Conn, Error as DatabaseError};
use envelope::permits::BytesPermit;
use serde::Serialize;

use super::conversation::Collaborator;
use super::frames;
use super::held::Room;
use super::op::Place;
use super::seat::Post;
use super::store;
use crate::app::App;
use crate::pictures::{self, Picture, Reference};
use crate::wire::Error;

/// Bytes of snapshots that the first words carry: the cover first, then the pages in their order.
const MOST_AT_ENTRY: u64 = 2 << 20;

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
    permit: Option<BytesPermit>,
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

    /// The room that they take, to be kept until they have been sent.
    pub(super) fn into_permit(self) -> Option<BytesPermit> {
        self.permit
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
    app.write_sized(bytes, move |conn| {
        pictures::store::put(conn, &hash, &picture, now)?;
        store::keep_snapshot(conn, id, &slot, epoch, &reference)?;
        pictures::store::hold(conn, &holder(id, &slot), &hash, now)?;
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

/// The snapshots for somebody who comes in; none when there is no room for them.
pub(super) async fn of_room(app: &App, room: &Room, user_id: i64) -> Snapshots {
    let read = async {
        let references = references(app, room).await?;
        if references.is_empty() {
            return Ok(Snapshots::default());
        }
        read(app, room, user_id, references).await
    };
    read.await.unwrap_or_else(|error: Error| {
        tracing::debug!(%error, "somebody came in without seeing the pictures");
        Snapshots::default()
    })
}

async fn read(
    app: &App,
    room: &Room,
    user_id: i64,
    references: Vec<(String, Reference)>,
) -> Result<Snapshots, Error> {
    let order: Vec<(bool, String, String)> = {
        let state = room.state();
        let model = &state.floor.model;
        model
            .canvases()
            .map(|slot| {
                (
                    slot.id == model.cover.id,
                    slot.id.to_string(),
                    slot.id_for(user_id).to_owned(),
                )
            })
            .collect()
    };
    let mut chosen = Vec::new();
    let mut left = MOST_AT_ENTRY;
    for (is_cover, id, name) in order {
        let Some((_, reference)) = references.iter().find(|(slot, _)| *slot == id) else {
            continue;
        };
        if reference.data_url_len() > left {
            break;
        }
        left -= reference.data_url_len();
        chosen.push((is_cover, name, *reference));
    }
    // The texts, and the frame that is made of them.
    let permit = app.envelope.responses().take((MOST_AT_ENTRY - left) * 2).await;
    let permit = permit.map_err(|_| Error::unavailable(1))?;
    let mut snapshots = Snapshots {
        permit: Some(permit),
        ..Snapshots::default()
    };
    for (is_cover, name, reference) in chosen {
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
