//! A room as this server holds it while somebody of it is here: the floor behind its lock, the room's group, and what
//! comes over it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use channels::{Event, Member, Membership};
use sockets::{Outbox, code};
use tokio::sync::{OnceCell, Semaphore};

use super::canvases::Opened;
use super::floor::{Consequence, Floor, Origin};
use super::frames;
use super::model::Model;
use super::op::Op;
use super::parcel::{self, Parcel};
use super::past::Past;
use super::tally::Tally;
use super::{canvas_work, loading, upkeep};
use crate::app::App;
use crate::live::collaboration::events::RoomEvent;
use crate::live::notify::json;

/// How long an operation that is missing is waited for before the log is read.
const GAP: Duration = Duration::from_millis(200);
/// So many operations after the last checkpoint the model is kept, or so many bytes: what the log has after it is read
/// whenever the room is loaded.
const KEPT_EVERY: i64 = 500;
const KEPT_EVERY_BYTES: usize = 1 << 20;
/// How long sockets stay open after the end, for the apps to close them.
const AFTER_THE_END: Duration = Duration::from_secs(10);

/// A room that is held here.
pub struct Room {
    /// Of the session.
    pub id: i64,
    /// The session's name on the wire.
    pub session_id: Box<str>,
    me: Weak<Room>,
    app: Weak<App>,
    state: Mutex<State>,
    pub(super) loaded: OnceCell<()>,
    /// Holds the room in its turn: taken out when the room is let go.
    pub(super) membership: Mutex<Option<Membership>>,
    /// The place of the one snapshot that is on its way into the store.
    pub(super) snapshot: Arc<Semaphore>,
}

/// What the lock of a room guards.
#[derive(Debug)]
pub struct State {
    /// Who is in it and what it holds.
    pub floor: Floor<Outbox>,
    /// The session's own name.
    pub canvas_name: Box<str>,
    /// The vote that was begun last: its id, and by whom.
    pub vote: Option<(Box<str>, i64)>,
    /// How it stands.
    tally: Tally,
    /// Who may save now, after a vote that was approved.
    pub may_save: Option<i64>,
    /// Over for good.
    pub is_over: bool,
    /// The log is being read.
    pub(super) is_reading: bool,
    /// Something may have been missed while the room was loaded.
    pub(super) has_missed: bool,
    /// Those who are about to sit down: the room waits for them.
    pub(super) arriving: usize,
    /// It has been let go: whoever sat down now would hear nothing.
    pub(super) is_let_go: bool,
    /// When the last socket left.
    pub empty_since: Option<Instant>,
    /// What the beat has to look after.
    pub restless: upkeep::Restless,
    /// The number at the last checkpoint, and the bytes of what came after it.
    pub kept: i64,
    pub(super) unkept_bytes: usize,
    pub(super) is_being_kept: bool,
    /// The numbers before this one.
    pub(super) past: Past,
}

impl State {
    /// Notes how far the room is after operations that have left this to do.
    pub(super) fn moved(&mut self, left: &[Consequence], now: Instant, clock: i64) {
        self.past.note(self.floor.model.number, clock);
        for consequence in left {
            if let Consequence::Drawn(slot) = consequence {
                self.restless.drawn(slot, now);
            }
        }
    }
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Room({})", self.id)
    }
}

impl Room {
    /// A room that is not loaded yet.
    pub fn new(app: &Arc<App>, id: i64, session_id: &str) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            id,
            session_id: session_id.into(),
            me: Weak::clone(me),
            app: Arc::downgrade(app),
            state: Mutex::new(State {
                floor: Floor::new(Model::default(), Vec::new()),
                canvas_name: "".into(),
                vote: None,
                tally: Tally::default(),
                may_save: None,
                is_over: false,
                is_reading: false,
                has_missed: false,
                arriving: 0,
                is_let_go: false,
                empty_since: Some(Instant::now()),
                restless: upkeep::Restless::default(),
                kept: 0,
                unkept_bytes: 0,
                is_being_kept: false,
                past: Past::default(),
            }),
            loaded: OnceCell::new(),
            membership: Mutex::new(None),
            snapshot: Arc::new(Semaphore::new(1)),
        })
    }

    /// The room's state. Never held across an await or a publish.
    pub fn state(&self) -> MutexGuard<'_, State> {
        // Frames go to outboxes, which do not panic; a model that did would be read anew from the log.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens to the room's group from now on, or no more.
    pub(super) fn listen(&self, membership: Option<Membership>) {
        let mut held = self.membership.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *held, membership);
        drop(held);
        drop(before);
    }

    /// Sends a message to the room's group, and so to the sockets that are here, too. Not while the state is locked.
    pub fn publish(&self, app: &App, message: Bytes) {
        let group = crate::live::collaboration::events::group(self.id);
        app.live.channels.publish(&group, message);
    }

    /// Takes numbered operations; `is_own` when this server has numbered them, and so looks after what they leave to do.
    pub fn deliver(
        self: &Arc<Self>,
        app: &Arc<App>,
        ops: impl Iterator<Item = (i64, Option<Op>, Option<Origin>)>,
        is_own: bool,
        now: Instant,
    ) {
        let mut left = Vec::new();
        let mut is_whole = true;
        let is_to_be_kept = {
            let mut state = self.state();
            if !self.loaded.initialized() {
                // What comes while the log is read waits for it.
                for (number, op, origin) in ops {
                    if let Some(op) = op {
                        state.floor.hold_ahead(number, op, origin);
                    }
                }
                return;
            }
            for (number, op, origin) in ops {
                is_whole = if let Some(op) = op {
                    state.unkept_bytes += op.action.size();
                    state.floor.deliver(number, op, origin, now, &mut left)
                } else {
                    state.floor.skip(number, now, &mut left)
                };
            }
            state.moved(&left, now, app.clock.now());
            let is_much =
                state.floor.model.number - state.kept >= KEPT_EVERY || state.unkept_bytes >= KEPT_EVERY_BYTES;
            is_own && is_much && !std::mem::replace(&mut state.is_being_kept, true)
        };
        self.follow_up(app, left, is_own);
        if is_to_be_kept {
            let (room, app) = (Arc::clone(self), Arc::clone(app));
            let tasks = app.tasks.clone();
            tasks.spawn("keep a room", async move {
                upkeep::keep_in_time(&app, &room).await;
            });
        }
        if !is_whole {
            self.read_log(app, GAP);
        }
    }

    pub(super) fn follow_up(self: &Arc<Self>, app: &Arc<App>, left: Vec<Consequence>, is_own: bool) {
        let needs_work = left.iter().any(|left| match left {
            Consequence::Dropped(numbers) => is_own && !numbers.is_empty(),
            Consequence::Void(_) => is_own,
            Consequence::Pages => true,
            Consequence::Drawn(_) => false,
        });
        if left.iter().any(|left| matches!(left, Consequence::Drawn(_))) {
            app.live.rooms.rouse(self);
        }
        if needs_work {
            let (room, app) = (Arc::clone(self), Arc::clone(app));
            let tasks = app.tasks.clone();
            tasks.spawn("tidy a room", async move {
                upkeep::tidy(&app, &room, left, is_own).await;
            });
        }
    }

    /// Reads the log after `pause`, for operations that did not come.
    pub fn read_log(self: &Arc<Self>, app: &Arc<App>, pause: Duration) {
        if std::mem::replace(&mut self.state().is_reading, true) {
            return;
        }
        let (room, app) = (Arc::clone(self), Arc::clone(app));
        let tasks = app.tasks.clone();
        tasks.spawn("read what a room has missed", async move {
            tokio::time::sleep(pause).await;
            room.state().is_reading = false;
            loading::read_missed(&app, &room).await;
        });
    }

    /// Something may not have been said here. A room that is still loaded cannot tell what it lacks: it looks afterwards.
    fn may_have_missed(self: &Arc<Self>, app: &Arc<App>, pause: Duration) {
        {
            let mut state = self.state();
            if !self.loaded.initialized() {
                state.has_missed = true;
                return;
            }
        }
        self.read_log(app, pause);
    }

    fn take(self: &Arc<Self>, app: &Arc<App>, parcel: Parcel) {
        match parcel {
            Parcel::Operations(first, ops) => {
                let numbered = (first..).zip(ops).map(|(number, op)| (number, op, None));
                self.deliver(app, numbered, false, Instant::now());
            }
            Parcel::Light {
                user_id,
                key,
                must_arrive,
                frame,
            } => {
                let mut state = self.state();
                if must_arrive {
                    state.floor.tell(&frame, Some(user_id));
                } else {
                    state.floor.tell_lightly(&frame, key, user_id);
                }
            }
            Parcel::Came(person) => {
                let frame = frames::frame(&frames::user_joined(&person));
                let mut state = self.state();
                let user_id = person.user_id;
                state.floor.know(person);
                state.floor.tell(&frame, Some(user_id));
            }
            Parcel::Left(user_id) => self.tell_left(user_id),
            Parcel::Look => self.may_have_missed(app, GAP),
            Parcel::Event(event) => self.happen(app, *event),
        }
    }

    /// Tells the others that somebody is not here any more, once.
    fn tell_left(&self, user_id: i64) {
        let mut state = self.state();
        // Come again, which was told before this.
        if state.floor.seats.iter().any(|seat| seat.user_id == user_id) {
            return;
        }
        let person = state
            .floor
            .people
            .iter_mut()
            .find(|person| person.user_id == user_id);
        let Some(person) = person.filter(|person| person.is_here) else {
            return;
        };
        person.is_here = false;
        let frame = frames::frame(&frames::user_left(user_id, &person.username));
        state.floor.tell(&frame, Some(user_id));
    }

    /// Takes what happened to the session.
    fn happen(self: &Arc<Self>, app: &Arc<App>, event: RoomEvent) {
        let mut state = self.state();
        if !state.tally.is_news(&event) {
            return;
        }
        state.floor.tell(&json(&event), None);
        match event {
            RoomEvent::SessionEnded { .. } => {
                drop(state);
                self.end(app);
            }
            RoomEvent::UserKicked {
                kicked_user_id,
                by_user,
            } => {
                drop(state);
                self.put_out(kicked_user_id, by_user);
            }
            RoomEvent::VoteInitiated {
                vote_id,
                initiated_by,
                ..
            } => {
                state.vote = Some((vote_id.into(), initiated_by));
                state.may_save = None;
                drop(state);
                Self::close_vote_in_time(app);
            }
            RoomEvent::VoteResult {
                vote_id, approved, ..
            } => {
                let is_this = state.vote.as_ref().is_some_and(|(id, _)| **id == *vote_id);
                if is_this {
                    let (_, initiator) = state.vote.take().expect("it has just been looked at");
                    state.may_save = approved.then_some(initiator);
                }
            }
            _ => {}
        }
    }

    /// The session is over: who is still here after a while is sent away for good.
    pub fn end(self: &Arc<Self>, app: &Arc<App>) {
        if std::mem::replace(&mut self.state().is_over, true) {
            return;
        }
        let (room, tasks) = (Arc::clone(self), app.tasks.clone());
        let stopping = app.tasks.clone();
        tasks.spawn("close a room", async move {
            tokio::select! {
                () = tokio::time::sleep(AFTER_THE_END) => {}
                () = stopping.stopping() => return,
            }
            for seat in &mut room.state().floor.seats {
                seat.close(code::NORMAL, "the session is over");
            }
        });
    }

    /// Somebody has to go: they are told that the session is over for them, the others that they have left.
    pub fn put_out(&self, user_id: i64, by_user: String) {
        {
            let mut state = self.state();
            let ended = json(&RoomEvent::SessionEnded {
                session_id: self.session_id.to_string(),
                story_id: None,
                story_title: state.canvas_name.to_string(),
                ended_by: by_user,
            });
            let seats = std::mem::take(&mut state.floor.seats);
            let (out, stay) = seats.into_iter().partition(|seat| seat.user_id == user_id);
            state.floor.seats = stay;
            let out: Vec<_> = out;
            for mut seat in out {
                seat.release(Instant::now());
                seat.tell(&ended);
                seat.close(code::NORMAL, "the host has put you out");
            }
        }
        self.tell_left(user_id);
    }

    /// Takes the seat away from somebody who was not welcome any more when they sat down: nobody has heard of them.
    pub(super) fn take_away(&self, seat: u64) {
        let mut state = self.state();
        let floor = &mut state.floor;
        let Some(at) = floor.seats.iter().position(|other| other.id == seat) else {
            return;
        };
        let user_id = floor.seats.remove(at).user_id;
        if floor.seats.iter().any(|other| other.user_id == user_id) {
            return;
        }
        let mut people = floor.people.iter_mut();
        if let Some(person) = people.find(|person| person.user_id == user_id) {
            person.is_here = false;
        }
    }

    /// A vote is decided when its time is over, by whichever server looks first.
    fn close_vote_in_time(app: &Arc<App>) {
        let app = Arc::clone(app);
        let tasks = app.tasks.clone();
        let wait = Duration::from_micros(crate::live::collaboration::rules::VOTE_LASTS.unsigned_abs())
            + Duration::from_millis(50);
        tasks.spawn("close a vote", async move {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = app.tasks.stopping() => return,
            }
            if let Err(error) = crate::live::collaboration::votes::close_due(&app).await {
                tracing::debug!(%error, "a vote could not be closed yet");
            }
        });
    }

    /// Shows a canvas to a socket, which has opened it, by a task of its own.
    pub fn show(self: &Arc<Self>, app: &Arc<App>, seat: u64, opened: Opened) {
        let (room, app) = (Arc::clone(self), Arc::clone(app));
        let tasks = app.tasks.clone();
        tasks.spawn("show a canvas", async move {
            Box::pin(canvas_work::show(&app, &room, seat, opened)).await;
        });
    }
}

impl Member for Room {
    fn deliver(&self, _group: &str, event: &Event) {
        let (Some(app), Some(me)) = (self.app.upgrade(), self.me.upgrade()) else {
            return;
        };
        let Event::Message(message) = event else {
            return me.may_have_missed(&app, Duration::ZERO);
        };
        // What this server has numbered itself has been delivered already.
        if let Some((_, last)) = parcel::numbers(message)
            && last <= self.state().floor.model.number
        {
            return;
        }
        let Some(parcel) = parcel::read(message) else {
            return tracing::warn!("a message of another server cannot be read");
        };
        me.take(&app, parcel);
    }
}
