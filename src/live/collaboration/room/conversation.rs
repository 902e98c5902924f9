//! `/ws/collaborate/<session>/`: who may come in, the first words, and what is done with each message.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Response;
use envelope::permits::BytesPermit;
use serde_json::value::RawValue;
use sockets::code;

use super::floor::Origin;
use super::held::Room;
use super::lights::Light;
use super::limits::{Buckets, LONGEST_DELAY, Pace};
use super::message::{self, Inbound};
use super::seat::Post;
use super::sequencer::Waiting;
use super::{canvas_work, entering, finalise, frames, leaving, masking, parcel, snapshots};
use crate::app::App;
use crate::live::collaboration::api::{SessionId, conduct};
use crate::live::collaboration::store::Session;
use crate::live::collaboration::store::members::{self, Refusal};
use crate::live::door;
use crate::live::socket::{Conversation, Handle, Kind};
use crate::wire::Error;

const TOO_FAST: &str = "This is too fast. Wait a moment.";
const BUSY: &str = "The server is busy. Try again in a moment.";

/// Opens a socket of a session: 403 for those who have no place in it.
pub async fn open(
    State(app): State<Arc<App>>,
    SessionId(session_id): SessionId,
    request: Parts,
) -> Result<Response, Error> {
    let visitor = door::knock(&app, request, Kind::Collaboration).await?;
    let (user_id, now) = (visitor.user_id(), app.clock.now());
    let session = app
        .read(move |conn| Ok(members::may_enter(conn, &session_id, user_id, now)?))
        .await?;
    let session = session.map_err(|_: Refusal| door::refused())?;
    Ok(visitor.enter(&app, |handle| {
        Arc::new(Collaborator {
            app: Arc::clone(&app),
            handle,
            session: Mutex::new(Some(Box::new(session))),
            room: OnceLock::new(),
            pace: Mutex::default(),
        })
    }))
}

/// A message, before it is known what it says.
#[derive(Clone, Copy, Debug)]
struct Said {
    received: Instant,
    bytes: usize,
}

/// One socket.
pub(super) struct Collaborator {
    pub(super) app: Arc<App>,
    pub(super) handle: Handle,
    /// Where it wants to go; taken when it has been greeted.
    session: Mutex<Option<Box<Session>>>,
    pub(super) room: OnceLock<Arc<Room>>,
    pace: Mutex<Option<Box<Buckets>>>,
}

impl Conversation for Collaborator {
    async fn opened(self: Arc<Self>) {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(session) = session else { return };
        if let Err(error) = entering::enter(&self, &session).await {
            tracing::debug!(%error, "somebody could not enter a room");
            self.handle.close(code::TRY_AGAIN, "come again in a moment");
        }
    }

    async fn receive(self: Arc<Self>, text: Vec<u8>, permit: Option<BytesPermit>) {
        let Some(room) = self.room.get() else { return };
        let Ok(text) = std::str::from_utf8(&text) else {
            return;
        };
        let said = Said {
            received: Instant::now(),
            bytes: text.len(),
        };
        // A long one is work before it is known what it is.
        if text.len() > message::LONGEST_USUAL && !self.is_in_pace(Pace::Long, said.received).await {
            return;
        }
        match message::parse(self.handle.user_id(), text) {
            Err(why) => self.complain(why),
            Ok(Inbound::Ignored) => {}
            Ok(inbound) => {
                let is_asked = self.is_asked_for(room, &inbound);
                if is_asked || self.is_in_pace(Pace::of(&inbound), Instant::now()).await {
                    self.hear(room, inbound, said).await;
                }
            }
        }
        drop(permit);
    }

    fn longest(&self) -> usize {
        message::LONGEST
    }

    fn oversize(&self, _bytes: u64) {
        self.complain(message::TOO_LONG);
    }

    fn binary(&self) {
        self.complain("Messages have to be text.");
    }

    async fn ended(self: Arc<Self>) {
        leaving::leave(&self).await;
    }
}

impl Collaborator {
    /// Tells the sender, and nobody else, what was wrong.
    pub(super) fn complain(&self, why: &str) {
        self.handle.outbox().send(&frames::frame(&frames::error(why)));
    }

    /// A whole drawing that the server has asked for is not counted.
    fn is_asked_for(&self, room: &Room, inbound: &Inbound<'_>) -> bool {
        let Inbound::CanvasState { target_user_id, .. } = inbound else {
            return false;
        };
        room.state().restless.is_asked(self.handle.id(), *target_user_id)
    }

    /// Whether a message may be taken. What counts is made to wait at first; what is fresh or nothing is dropped.
    async fn is_in_pace(&self, pace: Pace, now: Instant) -> bool {
        let wait = match self.take(pace, now) {
            Ok(()) => return true,
            Err(_) if pace.is_ephemeral() => return false,
            Err(wait) => wait,
        };
        if wait <= LONGEST_DELAY {
            tokio::time::sleep(wait + Duration::from_millis(1)).await;
            if self.take(pace, Instant::now()).is_ok() {
                return true;
            }
        }
        self.complain(TOO_FAST);
        false
    }

    fn take(&self, pace: Pace, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        buckets
            .get_or_insert_with(|| Box::new(Buckets::new(now)))
            .take(pace, now)
    }

    async fn hear(&self, room: &Arc<Room>, inbound: Inbound<'_>, said: Said) {
        match inbound {
            Inbound::DrawBatch { batch, place } => self.relay_batch(room, &batch, &place),
            Inbound::Cursor { position, place } => self.relay_cursor(room, position, &place),
            Inbound::PresenceUpdate(presence) => self.relay_presence(room, &presence),
            Inbound::GetPageViewers => room.state().floor.tell_viewers(self.handle.id()),
            Inbound::TitleEdit { title } => {
                let title = self.app.words.masker().mask(&title).into_owned();
                let now = Instant::now();
                let title = room.state().floor.title(self.handle.id(), title, now);
                match title {
                    Some(title) => self.submit(room, Inbound::TitleEdit { title }, said, false).await,
                    None => self.app.live.rooms.rouse(room),
                }
            }
            Inbound::RequestSync { place } => self.show(room, &place),
            Inbound::CanvasState {
                canvas_data,
                target_user_id,
                place,
            } => canvas_work::take_state(self, room, canvas_data.get(), target_user_id, place).await,
            Inbound::CanvasSnapshot { url, place } => snapshots::take(self, room, url, &place).await,
            Inbound::Finalize => finalise::finalise(self, room).await,
            Inbound::KickUser { user_id } => self.kick(room, user_id).await,
            Inbound::SaveCancelled | Inbound::StorySavedSuccess { .. } => self.relay_saving(room, &inbound),
            Inbound::InitiateVote | Inbound::VoteSave { .. } => {
                self.complain("Votes are begun and answered by their own buttons.");
            }
            inbound => self.write(room, inbound, said).await,
        }
    }

    /// Queues what is for the log, with its rude words masked.
    async fn write(&self, room: &Arc<Room>, inbound: Inbound<'_>, said: Said) {
        match inbound {
            Inbound::TextEdit { text, place } => {
                let masked = self.app.words.masker().mask(&text).into_owned();
                let is_masked = masked != text;
                room.state().floor.leave_canvas(self.handle.id());
                let inbound = Inbound::TextEdit { text: masked, place };
                self.submit(room, inbound, said, is_masked).await;
            }
            Inbound::AddPage { index, extra } => {
                let masked = self.masked(&extra, "text");
                let extra = masked.unwrap_or(extra);
                self.submit(room, Inbound::AddPage { index, extra }, said, false)
                    .await;
            }
            Inbound::TextEditAdvanced { data, place } => {
                let masked = self.masked(data, "content");
                let data = masked.as_deref().unwrap_or(data);
                let inbound = Inbound::TextEditAdvanced { data, place };
                self.submit(room, inbound, said, masked.is_some()).await;
            }
            Inbound::LayerOperation {
                operation,
                data,
                place,
            } => {
                let masked = self.masked(data, "name");
                let inbound = Inbound::LayerOperation {
                    operation,
                    data: masked.as_deref().unwrap_or(data),
                    place,
                };
                self.submit(room, inbound, said, masked.is_some()).await;
            }
            inbound => self.submit(room, inbound, said, false).await,
        }
    }

    fn masked(&self, json: &RawValue, field: &'static str) -> Option<Box<RawValue>> {
        masking::in_object(&self.app.words.masker(), json, field)
    }

    /// Queues an operation; `is_doubtful` when its sender has to see what became of it.
    async fn submit(&self, room: &Arc<Room>, inbound: Inbound<'_>, said: Said, is_doubtful: bool) {
        let (app, seat, received) = (&self.app, self.handle.id(), said.received);
        let Some(queue) = app.live.rooms.sequencer.place(said.bytes).await else {
            return self.complain(BUSY);
        };
        let entered = {
            let mut state = room.state();
            if state.is_over {
                return;
            }
            if matches!(inbound, Inbound::PageChange { .. }) {
                state.floor.leave_canvas(seat);
            }
            let entered = match &inbound {
                Inbound::Draw { place, .. } => state.floor.touch(seat, place, Some(false), received),
                _ => None,
            };
            let is_deletion = matches!(inbound, Inbound::DeletePage { .. });
            let name = state.floor.name(self.handle.user_id());
            match state.floor.intake(seat, name, inbound, received) {
                None => return,
                Some(Err(refused)) => {
                    let error = frames::frame(&frames::error(refused.0));
                    state.floor.tell_seat(seat, &error);
                    if is_deletion {
                        state.floor.tell_viewers(seat);
                    }
                    return;
                }
                Some(Ok((op, is_elsewhere))) => {
                    state.floor.waits(seat);
                    let origin = Origin {
                        seat,
                        received,
                        is_doubtful: is_doubtful || is_elsewhere,
                    };
                    let waiting = Waiting::new(app, room.id, op, Some(origin));
                    app.live.rooms.sequencer.push(queue, waiting);
                }
            }
            entered
        };
        if let Some(opened) = entered {
            room.show(app, seat, opened);
        }
    }

    fn relay_batch(&self, room: &Arc<Room>, batch: &super::batch::Batch, place: &super::op::Place) {
        let (user_id, seat, now) = (self.handle.user_id(), self.handle.id(), Instant::now());
        let (entered, message) = {
            let mut state = room.state();
            let entered = state.floor.touch(seat, place, Some(batch.draws), now);
            let json = frames::drawing_batch_update(user_id, self.handle.username(), &batch.items, place);
            let key = batch.replaces.unwrap_or(0);
            let message = parcel::light(user_id, key, batch.ends, &frames::frame(&json));
            (entered, state.floor.behind(seat, message, batch.ends))
        };
        if let Some(message) = message {
            room.publish(&self.app, message);
        }
        if let Some(opened) = entered {
            room.show(&self.app, seat, opened);
        }
    }

    fn relay_cursor(&self, room: &Arc<Room>, position: &RawValue, place: &super::op::Place) {
        let (user_id, seat, now) = (self.handle.user_id(), self.handle.id(), Instant::now());
        let (entered, message) = {
            let mut state = room.state();
            let entered = state.floor.touch(seat, place, None, now);
            let Some(person) = state.floor.person(user_id) else {
                return;
            };
            let json = frames::cursor(person, position, place);
            let message = parcel::light(user_id, key_of(user_id, 1), false, &frames::frame(&json));
            (entered, state.floor.light(seat, Light::Cursor, message, now))
        };
        match message {
            Some(message) => room.publish(&self.app, message),
            None => self.app.live.rooms.rouse(room),
        }
        if let Some(opened) = entered {
            room.show(&self.app, seat, opened);
        }
    }

    fn relay_presence(&self, room: &Arc<Room>, presence: &message::Presence<'_>) {
        let (user_id, seat, now) = (self.handle.user_id(), self.handle.id(), Instant::now());
        let masked = presence
            .cursor_position
            .and_then(|caret| self.masked(caret, "textValue"));
        let masker = self.app.words.masker();
        let word = |word: &Option<Box<str>>| word.as_deref().map(|word| masker.mask(word).into_owned());
        let (tool, activity) = (word(&presence.current_tool), word(&presence.activity));
        let doing = frames::Doing {
            cursor_position: masked.as_deref().or(presence.cursor_position),
            current_tool: tool.as_deref(),
            activity: activity.as_deref(),
            typing: presence.typing.as_deref(),
        };
        let json = frames::presence_update(user_id, self.handle.username(), &doing);
        let message = parcel::light(user_id, key_of(user_id, 2), false, &frames::frame(&json));
        let message = room.state().floor.light(seat, Light::Presence, message, now);
        match message {
            Some(message) => room.publish(&self.app, message),
            None => self.app.live.rooms.rouse(room),
        }
    }

    /// After an approved vote its initiator tells the others whether they went on.
    fn relay_saving(&self, room: &Arc<Room>, inbound: &Inbound<'_>) {
        let user_id = self.handle.user_id();
        if room.state().may_save != Some(user_id) {
            return;
        }
        let json = match inbound {
            Inbound::StorySavedSuccess { message } => {
                let message = self.app.words.masker().mask(message);
                frames::story_saved_success(self.handle.username(), &message)
            }
            _ => frames::save_cancelled(user_id, self.handle.username()),
        };
        let message = parcel::light(user_id, 0, true, &frames::frame(&json));
        room.publish(&self.app, message);
    }

    fn show(&self, room: &Arc<Room>, place: &super::op::Place) {
        let seat = self.handle.id();
        let opened = room.state().floor.ask_for(seat, place, Instant::now());
        if let Some(opened) = opened {
            room.show(&self.app, seat, opened);
        }
    }

    async fn kick(&self, room: &Room, user_id: i64) {
        let put_out = conduct::put_out(
            &self.app,
            self.handle.user_id(),
            room.session_id.to_string(),
            user_id,
        );
        if put_out.await.is_err() {
            self.complain("Only the host can put somebody out who is in the session.");
        }
    }
}

/// The key by which a newer frame of somebody replaces an older one that waits.
fn key_of(user_id: i64, what: u64) -> u64 {
    user_id.unsigned_abs() << 2 | what
}
