//! What a room needs from time to time: what waits a moment is sent on, whole drawings are asked for, needless operations
//! are forgotten, the model is kept, and an empty room is let go.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::floor::{Consequence, Origin};
use super::frames;
use super::held::{Room, State};
use super::message::Inbound;
use super::sequencer::Waiting;
use super::store;
use crate::app::App;
use crate::background::pause;
use crate::live::collaboration::note;
use crate::wire::Error;

/// How often something is looked after, while there is something.
pub(super) const BEAT: Duration = Duration::from_millis(50);
/// How long a canvas is quiet before all of it is asked for …
const QUIET: Duration = Duration::from_secs(2);
/// … unless so many operations, or so many bytes of them, are in none of its stored states.
const MUCH: usize = 200;
const MUCH_BYTES: usize = 512 << 10;
/// How often it is asked for, at most.
const ASKED_EVERY: Duration = Duration::from_secs(10);
/// How long it is known what was asked for: a large drawing on a slow line takes its time.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);
/// Questions that are known of one room.
const MOST_ASKED: usize = 64;
/// How long an empty room is held: long enough for a network that broke, short enough for the memory of a class that has
/// gone to be back within a minute. Whoever comes later has it read again from its checkpoint.
const HELD_EMPTY: Duration = Duration::from_secs(15);
/// How often empty rooms are looked for.
const LET_GO_EVERY: Duration = Duration::from_secs(10);

/// What the beat looks after in one room.
#[derive(Debug, Default)]
pub struct Restless {
    /// The beat knows of this room.
    pub is_listed: bool,
    canvases: Vec<Canvas>,
    /// Who was asked for a whole drawing, and up to which number everything had been sent to them.
    asked: Vec<Asked>,
    questions: i64,
}

/// A canvas that was drawn on.
#[derive(Debug)]
struct Canvas {
    slot: Box<str>,
    drawn_at: Instant,
    asked_at: Option<Instant>,
    has_news: bool,
}

#[derive(Debug)]
struct Asked {
    /// Its name on the wire: a number below 0, so that it is nobody's id.
    question: i64,
    seat: u64,
    number: i64,
    at: Instant,
}

impl Restless {
    /// Notes that a canvas was drawn on.
    pub fn drawn(&mut self, slot: &str, now: Instant) {
        match self.canvases.iter_mut().find(|canvas| *canvas.slot == *slot) {
            Some(canvas) => (canvas.drawn_at, canvas.has_news) = (now, true),
            None => self.canvases.push(Canvas {
                slot: slot.into(),
                drawn_at: now,
                asked_at: None,
                has_news: true,
            }),
        }
    }

    /// Notes that a socket is asked, to which everything up to `number` has been sent; the name of the question.
    fn ask(&mut self, seat: u64, number: i64, now: Instant) -> i64 {
        self.asked
            .retain(|asked| now.saturating_duration_since(asked.at) <= ANSWERED_WITHIN);
        if self.asked.len() >= MOST_ASKED {
            self.asked.remove(0);
        }
        self.questions -= 1;
        self.asked.push(Asked {
            question: self.questions,
            seat,
            number,
            at: now,
        });
        self.questions
    }

    /// Whether this socket was asked this, and has not answered.
    pub fn is_asked(&self, seat: u64, question: i64) -> bool {
        self.asked
            .iter()
            .any(|asked| asked.seat == seat && asked.question == question)
    }

    /// The number up to which a socket had been sent everything when it was asked this, if it was.
    pub fn answered(&mut self, seat: u64, question: i64) -> Option<i64> {
        let is_it = |asked: &Asked| asked.seat == seat && asked.question == question;
        let at = self.asked.iter().position(is_it)?;
        Some(self.asked.remove(at).number)
    }
}

/// Asks a socket for all of the canvas that it is on; false when nobody can be asked.
pub(super) fn ask(state: &mut State, slot: &str, but: Option<u64>, now: Instant) -> bool {
    let Some(seat) = state.floor.whom_to_ask(slot, but, now) else {
        return false;
    };
    let Some((index, _)) = state.floor.model.by_id(slot) else {
        return false;
    };
    let question = state.restless.ask(seat, state.floor.model.number, now);
    let frame = frames::frame(&frames::request_canvas_state(question, slot, index));
    state.floor.tell_seat(seat, &frame);
    true
}

/// One look at a room; whether it needs another.
pub(super) fn beat(app: &Arc<App>, room: &Arc<Room>, now: Instant) -> bool {
    let mut state = room.state();
    let messages = state.floor.due_lights(now);
    let titles = state.floor.due_titles(now);
    let model = &state.floor.model;
    let due = state.restless.canvases.iter().filter(|canvas| {
        let is_quiet = now.saturating_duration_since(canvas.drawn_at) >= QUIET;
        let has_much = || {
            model
                .by_id(&canvas.slot)
                .is_some_and(|(_, slot)| slot.tail.len() >= MUCH || slot.tail_bytes >= MUCH_BYTES)
        };
        let is_patient = canvas
            .asked_at
            .is_none_or(|at| now.saturating_duration_since(at) >= ASKED_EVERY);
        canvas.has_news && is_patient && (is_quiet || has_much())
    });
    let due: Vec<Box<str>> = due.map(|canvas| canvas.slot.clone()).collect();
    for slot in due {
        ask(&mut state, &slot, None, now);
        let canvas = state
            .restless
            .canvases
            .iter_mut()
            .find(|canvas| canvas.slot == slot);
        if let Some(canvas) = canvas {
            (canvas.asked_at, canvas.has_news) = (Some(now), false);
        }
    }
    for (seat, title) in titles {
        entitle(app, room, &mut state, seat, title, now);
    }
    let is_restless =
        state.floor.has_lights() || state.restless.canvases.iter().any(|canvas| canvas.has_news);
    state.restless.is_listed = is_restless;
    drop(state);
    for message in messages {
        room.publish(app, message);
    }
    is_restless
}

/// Queues a title that has waited; the newest one counts, so one that finds no place is left out.
fn entitle(app: &App, room: &Room, state: &mut State, seat: u64, title: String, now: Instant) {
    let Some(place) = app.live.rooms.sequencer.try_place(title.len()) else {
        return;
    };
    let Some(user_id) = state.floor.seat(seat).map(|seat| seat.user_id) else {
        return;
    };
    let name = state.floor.name(user_id);
    let Some(Ok((op, is_doubtful))) = state.floor.intake(seat, name, Inbound::TitleEdit { title }, now)
    else {
        return;
    };
    state.floor.waits(seat);
    let origin = Origin {
        seat,
        received: now,
        is_doubtful,
    };
    app.live
        .rooms
        .sequencer
        .push(place, Waiting::new(app, room.id, op, Some(origin)));
}

/// The operations of these sockets are numbered, or given up: what waited behind them follows.
pub(super) fn release(app: &App, room: &Room, seats: &[u64]) {
    let messages: Vec<_> = {
        let mut state = room.state();
        seats
            .iter()
            .flat_map(|seat| state.floor.numbered(*seat))
            .collect()
    };
    for message in messages {
        room.publish(app, message);
    }
}

/// Forgets in the database what the room does not need any more.
pub(super) async fn tidy(app: &Arc<App>, room: &Arc<Room>, left: Vec<Consequence>, is_local: bool) {
    for consequence in left {
        let tidied = match consequence {
            Consequence::Dropped(numbers) if is_local && !numbers.is_empty() => {
                let id = room.id;
                note(app, 0, move |conn| Ok(store::prune(conn, id, &numbers)?)).await
            }
            Consequence::Void(slot) if is_local => void(app, room, slot).await,
            Consequence::Pages => note_pages(app, room).await,
            _ => Ok(()),
        };
        if let Err(error) = tidied {
            tracing::debug!(%error, "a room could not be tidied");
        }
    }
}

/// Forgets the state and the snapshot of a canvas that was cleared or deleted.
async fn void(app: &Arc<App>, room: &Arc<Room>, slot: Box<str>) -> Result<(), Error> {
    let epoch = room
        .state()
        .floor
        .model
        .by_id(&slot)
        .map_or(u32::MAX, |(_, slot)| slot.epoch);
    let (id, now) = (room.id, app.clock.now());
    note(app, 0, move |conn| {
        store::void_canvas(conn, id, &slot, epoch)?;
        super::snapshots::let_go(conn, id, &slot, now)?;
        Ok(())
    })
    .await
}

/// Notes that those who are here have seen which pages there are: they must not be told twice.
async fn note_pages(app: &Arc<App>, room: &Arc<Room>) -> Result<(), Error> {
    let (id, told) = (room.id, room.state().floor.told());
    note(app, 0, move |conn| {
        for (user_id, number) in &told {
            store::note_seen(conn, id, *user_id, *number)?;
        }
        Ok(())
    })
    .await
}

/// Writes the model of a room in which much has happened since it was last written.
pub(super) async fn keep_in_time(app: &Arc<App>, room: &Arc<Room>) {
    if let Err(error) = keep(app, room).await {
        tracing::debug!(%error, "a room could not be kept");
    }
    room.state().is_being_kept = false;
}

/// Writes the room's model.
pub(super) async fn keep(app: &Arc<App>, room: &Arc<Room>) -> Result<(), Error> {
    let (number, model) = {
        let mut state = room.state();
        if !room.loaded.initialized() || state.floor.model.number == state.kept {
            return Ok(());
        }
        let model = serde_json::to_string(&state.floor.model).map_err(|error| Error::internal(&error))?;
        state.unkept_bytes = 0;
        (state.floor.model.number, model)
    };
    let id = room.id;
    let bytes = model.len();
    note(app, bytes, move |conn| Ok(store::keep(conn, id, number, &model)?)).await?;
    let mut state = room.state();
    state.kept = state.kept.max(number);
    Ok(())
}

/// Starts what rooms do by themselves.
pub fn start(app: &Arc<App>) {
    let numbering = Arc::clone(app);
    app.tasks.spawn("number operations", async move {
        let rooms = &numbering.live.rooms;
        rooms.sequencer.run(&numbering, rooms).await;
    });
    let beating = Arc::clone(app);
    app.tasks.spawn("look after rooms", async move {
        tokio::select! {
            () = beating.live.rooms.beat(&beating) => {}
            () = beating.tasks.stopping() => {}
        }
    });
    let leaving = Arc::clone(app);
    app.tasks.spawn("leave rooms", async move {
        tokio::select! {
            () = leaving.live.rooms.leavings.run(&leaving) => {}
            // The rows that are left behind are swept later.
            () = leaving.tasks.stopping() => {}
        }
    });
    let letting = Arc::clone(app);
    app.tasks.spawn("let go of rooms", async move {
        while pause(&letting, LET_GO_EVERY).await {
            let_go(&letting, HELD_EMPTY).await;
        }
        // What a room would have to read again from its log is kept on the way out, whoever is still in it.
        for room in letting.live.rooms.all() {
            if let Err(error) = keep(&letting, &room).await {
                tracing::debug!(%error, "a room could not be kept");
            }
        }
    });
}

/// Keeps and lets go of the rooms that have been empty for so long.
pub async fn let_go(app: &Arc<App>, empty_for: Duration) {
    for room in app.live.rooms.all() {
        let is_due = {
            let state = room.state();
            state.floor.seats.is_empty()
                && state
                    .empty_since
                    .is_some_and(|since| since.elapsed() >= empty_for)
        };
        if !is_due {
            continue;
        }
        match keep(app, &room).await {
            Ok(()) => {
                app.live.rooms.let_go(&room);
            }
            Err(error) => tracing::debug!(%error, "a room could not be kept"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_for_its_own_question_however_late_it_comes() {
        let (start, mut restless) = (Instant::now(), Restless::default());
        let first = restless.ask(7, 10, start);
        let second = restless.ask(7, 20, start + Duration::from_secs(10));
        assert!(first < 0 && second < 0 && first != second);
        assert_eq!(restless.answered(8, first), None, "another socket");
        assert!(restless.is_asked(7, first));
        assert_eq!(restless.answered(7, first), Some(10));
        assert_eq!(restless.answered(7, first), None, "once");
        assert_eq!(restless.answered(7, 0), None, "nobody asked");
        assert_eq!(restless.answered(7, second), Some(20));
    }

    #[test]
    fn questions_are_forgotten() {
        let (start, mut restless) = (Instant::now(), Restless::default());
        let old = restless.ask(7, 10, start);
        for _ in 0..2 * MOST_ASKED {
            restless.ask(7, 10, start);
        }
        assert!(restless.asked.len() == MOST_ASKED && !restless.is_asked(7, old));
        restless.ask(7, 10, start + ANSWERED_WITHIN * 2);
        assert_eq!(restless.asked.len(), 1);
    }
}
