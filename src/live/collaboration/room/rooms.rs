//! The rooms that this server holds, and the way of operations through the database and back.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use sockets::code;
use tokio::sync::Notify;

use super::draft::Draft;
use super::held::Room;
use super::leaving::Leavings;
use super::loading;
use super::model::Model;
use super::op::{Action, DraftChange, Op, Place};
use super::parcel;
use super::seat::COME_BACK;
use super::sequencer::{Outcome, Sequencer, Taker, Waiting};
use super::upkeep;
use crate::app::App;
use crate::live::collaboration::events::group;
use crate::wire::Error;

/// How often a room is loaded for somebody who has seen more than it holds.
const LOADS: usize = 2;
/// When to come again while the database is behind.
const COME_AGAIN: u64 = 2;

/// All rooms that somebody is in, by session.
#[derive(Debug, Default)]
pub struct Rooms {
    rooms: Mutex<HashMap<i64, Arc<Room>>>,
    /// Numbers the operations of all of them.
    pub sequencer: Sequencer,
    /// Those who have left them.
    pub leavings: Leavings,
    /// Rooms that the beat looks after.
    restless: Mutex<Vec<Arc<Room>>>,
    rang: Notify,
}

/// How busy the rooms are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Rooms that are held here.
    pub rooms: usize,
    /// Operations that wait for the database.
    pub waiting: usize,
}

impl Rooms {
    fn rooms(&self) -> MutexGuard<'_, HashMap<i64, Arc<Room>>> {
        // An insert or a remove is whole before anything can panic.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How busy they are.
    pub fn gauges(&self) -> Gauges {
        Gauges {
            rooms: self.rooms().len(),
            waiting: self.sequencer.len(),
        }
    }

    /// A room that is held here.
    pub fn held(&self, collaboration_id: i64) -> Option<Arc<Room>> {
        self.rooms().get(&collaboration_id).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Arc<Room>> {
        self.rooms().values().cloned().collect()
    }

    /// The room of a session, loaded if it is not held yet, with everything up to `last_number`: a server may have died
    /// between its commit and its message, and whoever comes from there has seen what was not said here. It stays for as
    /// long as the arrival lives.
    pub async fn open(
        &self,
        app: &Arc<App>,
        id: i64,
        session_id: &str,
        last_number: i64,
    ) -> Result<Arrival, Error> {
        for _ in 0..LOADS {
            let arrival = self.loaded(app, id, session_id).await?;
            let room = arrival.room();
            if room.state().floor.model.number >= last_number {
                return Ok(arrival);
            }
            loading::read_missed(app, room).await;
            // One that has to be loaded anew is not held any more.
            if !room.state().is_let_go {
                return Ok(arrival);
            }
        }
        Err(Error::unavailable(COME_AGAIN))
    }

    async fn loaded(&self, app: &Arc<App>, id: i64, session_id: &str) -> Result<Arrival, Error> {
        let arrival = {
            let mut rooms = self.rooms();
            let room = rooms.entry(id).or_insert_with(|| Room::new(app, id, session_id));
            Arrival::at(room)
        };
        let room = arrival.room();
        let loaded = room.loaded.get_or_try_init(|| loading::load(app, room)).await;
        if let Err(error) = loaded {
            let room = Arc::clone(room);
            drop(arrival);
            // Whoever waited for the same load tries once more, in the same room.
            self.let_go(&room);
            return Err(error);
        }
        loading::catch_up(app, room);
        Ok(arrival)
    }

    /// Lets go of a room in which nobody is; false when somebody is, or is coming.
    pub fn let_go(&self, room: &Arc<Room>) -> bool {
        let rooms = self.rooms();
        {
            let mut state = room.state();
            if !state.floor.seats.is_empty() || state.arriving > 0 {
                return false;
            }
            state.is_let_go = true;
        }
        forget(rooms, room);
        true
    }

    /// Lets go of a room that cannot go on, whoever is in it: they come again, and so do those who are about to enter.
    pub fn dissolve(&self, room: &Arc<Room>) {
        let rooms = self.rooms();
        let seats = {
            let mut state = room.state();
            state.is_let_go = true;
            std::mem::take(&mut state.floor.seats)
        };
        forget(rooms, room);
        for mut seat in seats {
            seat.send_away(COME_BACK);
        }
    }

    /// Has the beat look after a room.
    pub fn rouse(&self, room: &Arc<Room>) {
        if std::mem::replace(&mut room.state().restless.is_listed, true) {
            return;
        }
        let mut restless = self.restless.lock().unwrap_or_else(PoisonError::into_inner);
        restless.push(Arc::clone(room));
        self.rang.notify_one();
    }

    /// One beat for all rooms, and none while nothing happens. For ever; one task runs it.
    pub async fn beat(&self, app: &Arc<App>) {
        loop {
            let rooms = {
                let mut restless = self.restless.lock().unwrap_or_else(PoisonError::into_inner);
                std::mem::take(&mut *restless)
            };
            if rooms.is_empty() {
                self.rang.notified().await;
                continue;
            }
            tokio::time::sleep(upkeep::BEAT).await;
            let mut still = Vec::new();
            for room in rooms {
                if upkeep::beat(app, &room, Instant::now()) {
                    still.push(room);
                }
            }
            let mut restless = self.restless.lock().unwrap_or_else(PoisonError::into_inner);
            restless.append(&mut still);
        }
    }

    /// Queues an operation; waits for a place. An error when the database is too far behind.
    pub async fn submit(&self, app: &App, collaboration_id: i64, op: Op) -> Result<(), Error> {
        let place = self.sequencer.place(op.action.size()).await;
        let place = place.ok_or_else(|| Error::unavailable(COME_AGAIN))?;
        self.sequencer
            .push(place, Waiting::new(app, collaboration_id, op, None));
        Ok(())
    }
}

/// Takes a room out of the table; it hears no more of its group.
fn forget(mut rooms: MutexGuard<'_, HashMap<i64, Arc<Room>>>, room: &Arc<Room>) {
    rooms.retain(|_, held| !Arc::ptr_eq(held, room));
    if rooms.is_empty() {
        // After a crowd has left the table is worth giving back.
        *rooms = HashMap::new();
    }
    drop(rooms);
    room.listen(None);
}

/// Somebody between the table of rooms and their seat: until they sit, or turn back, the room is not let go.
#[derive(Debug)]
pub struct Arrival(Arc<Room>);

impl Arrival {
    /// Counted while the table is locked, so that nobody lets the room go in between.
    fn at(room: &Arc<Room>) -> Self {
        let mut state = room.state();
        state.arriving += 1;
        state.empty_since = Some(Instant::now());
        Self(Arc::clone(room))
    }

    /// Where they arrive.
    pub fn room(&self) -> &Arc<Room> {
        &self.0
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        self.0.state().arriving -= 1;
    }
}

impl Taker for Rooms {
    fn take(&self, app: &Arc<App>, mut done: Vec<(Waiting, Outcome)>) {
        let is_shared = app.live.channels.gauges().layer != "memory";
        while let Some((first, _)) = done.first() {
            let id = first.collaboration_id;
            let (own, rest): (Vec<_>, Vec<_>) = done
                .into_iter()
                .partition(|(waiting, _)| waiting.collaboration_id == id);
            done = rest;
            give_back(self.held(id).as_ref(), app, id, own, is_shared);
        }
    }
}

/// Operations of one room that came back.
#[derive(Debug, Default)]
struct Sorted {
    /// The sockets that they came from, one for each operation: whatever became of it, it is waited for no more.
    seats: Vec<u64>,
    numbered: Vec<(i64, Waiting)>,
    failed: Vec<(Waiting, Outcome)>,
}

impl Sorted {
    fn of(own: Vec<(Waiting, Outcome)>) -> Self {
        let mut sorted = Self::default();
        for (waiting, outcome) in own {
            sorted.seats.extend(waiting.origin.map(|origin| origin.seat));
            match outcome {
                Outcome::Numbered(number) => sorted.numbered.push((number, waiting)),
                outcome => sorted.failed.push((waiting, outcome)),
            }
        }
        sorted
    }
}

/// Hands the operations of one room to it, and to the servers that hold it, too.
fn give_back(
    room: Option<&Arc<Room>>,
    app: &Arc<App>,
    id: i64,
    own: Vec<(Waiting, Outcome)>,
    is_shared: bool,
) {
    let Sorted {
        seats,
        numbered,
        failed,
    } = Sorted::of(own);
    let message = match numbered.first() {
        Some((first, _)) if is_shared => Some(parcel::operations(
            *first,
            numbered.iter().map(|(_, waiting)| &waiting.op),
        )),
        _ => None,
    };
    if let Some(room) = room {
        let ops = numbered
            .into_iter()
            .map(|(number, waiting)| (number, Some(waiting.op), waiting.origin));
        room.deliver(app, ops, true, Instant::now());
    }
    if let Some(message) = message {
        app.live.channels.publish(&group(id), message);
    }
    if let Some(room) = room {
        // What has waited behind the operations comes after them on other servers, too.
        upkeep::release(app, room, &seats);
        refuse(room, app, &failed);
    }
}

/// Tells those whose operations were not taken.
fn refuse(room: &Arc<Room>, app: &Arc<App>, failed: &[(Waiting, Outcome)]) {
    for (waiting, outcome) in failed {
        let mut state = room.state();
        let seat = waiting.origin.and_then(|origin| state.floor.seat(origin.seat));
        let Some(seat) = seat else { continue };
        match outcome {
            Outcome::GivenUp | Outcome::Unknown => seat.send_away(COME_BACK),
            Outcome::Over | Outcome::Numbered(_) => seat.close(code::NORMAL, "the session is over"),
        }
    }
    if failed
        .iter()
        .any(|(_, outcome)| matches!(outcome, Outcome::Unknown))
    {
        room.read_log(app, std::time::Duration::ZERO);
        // If they are in the log, the other servers have to know.
        room.publish(app, parcel::look());
    }
}

/// What is asked of a room by those who are not in it.
#[derive(Debug, Default)]
pub struct Glance {
    /// Of the last operation that is in it.
    pub number: i64,
    /// The story as it stands.
    pub draft: Draft,
    /// Which page each of those in the session looks at, by user id; who is missing looks at the first.
    pub pages: BTreeMap<i64, i32>,
}

impl Glance {
    fn of(model: &Model) -> Self {
        Self {
            number: model.number,
            draft: Draft::of(model),
            pages: model.viewers.clone(),
        }
    }
}

/// How a session stands, whether or not its room is held here. Three queries or more where it is not.
pub async fn glance(app: &Arc<App>, collaboration_id: i64) -> Result<Glance, Error> {
    if let Some(room) = app.live.rooms.held(collaboration_id)
        && room.loaded.initialized()
    {
        return Ok(Glance::of(&room.state().floor.model));
    }
    let model = loading::model(app, collaboration_id).await?;
    Ok(Glance::of(&model))
}

/// Which page each of those in a session looks at, and the number of the last operation that is in that: by the room if it
/// is held here, or else by its log.
pub async fn current_pages(
    app: &Arc<App>,
    collaboration_id: i64,
) -> Result<(i64, BTreeMap<i64, i32>), Error> {
    if let Some(room) = app.live.rooms.held(collaboration_id)
        && room.loaded.initialized()
    {
        let state = room.state();
        let model = &state.floor.model;
        return Ok((model.number, model.viewers.clone()));
    }
    let model = loading::model(app, collaboration_id).await?;
    Ok((model.number, model.viewers))
}

/// Changes fields of a session's draft, whether or not its room is held here. Answers when the change is committed.
pub async fn update_draft(
    app: &Arc<App>,
    collaboration_id: i64,
    user_id: i64,
    username: &str,
    change: DraftChange,
) -> Result<(), Error> {
    let op = Op {
        user_id,
        username: username.into(),
        place: Place::default(),
        action: Action::Draft(Box::new(change)),
    };
    let number = append_now(app, collaboration_id, op.clone()).await?;
    if let Some(room) = app.live.rooms.held(collaboration_id) {
        room.deliver(
            app,
            std::iter::once((number, Some(op.clone()), None)),
            true,
            Instant::now(),
        );
    }
    let message = parcel::operations(number, std::iter::once(&op));
    app.live.channels.publish(&group(collaboration_id), message);
    Ok(())
}

/// Numbers one operation and waits until it is in the log; 404 when the session is over.
async fn append_now(app: &Arc<App>, collaboration_id: i64, op: Op) -> Result<i64, Error> {
    let entry = super::store::Entry {
        collaboration_id,
        user_id: op.user_id,
        kind: op.action.kind(),
        slot: None,
        page: i64::from(op.place.page()),
        data: op.to_log(),
        created_at: app.clock.now(),
    };
    let entries = Arc::new(vec![entry]);
    let numbers: Result<Vec<i64>, database::Error> = app
        .database
        .write_ordered(0, move |conn| super::store::append(conn, &entries))
        .await;
    let number = numbers?.first().copied().unwrap_or_default();
    if number == 0 {
        return Err(Error::not_found());
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::super::floor::{Floor, Origin};
    use super::super::seat::{Post, Seat};
    use super::*;
    use bytes::Bytes;
    use sockets::Frame;

    struct Nowhere;

    impl Post for Nowhere {
        fn send(&self, _: &Frame) {}

        fn cork(&self, _: &Frame, _: u64) {}

        fn send_state(&self, _: Vec<Frame>, _: Box<dyn std::any::Any + Send>) -> bool {
            true
        }

        fn close(&self, _: u16, _: &'static str) {}
    }

    fn waiting(seat: Option<u64>) -> Waiting {
        let since = Instant::now();
        let op = Op {
            user_id: 1,
            username: "mia".into(),
            place: Place::default(),
            action: Action::Clear,
        };
        let origin = seat.map(|seat| Origin {
            seat,
            received: since,
            is_doubtful: false,
        });
        Waiting {
            collaboration_id: 1,
            op,
            origin,
            since,
            at: 0,
        }
    }

    #[test]
    fn whatever_becomes_of_an_operation_it_is_waited_for_no_more() {
        let mut floor = Floor::new(Model::default(), Vec::new());
        floor.seats.push(Seat::new(7, 1, Nowhere));
        let outcomes = [
            Outcome::Numbered(1),
            Outcome::Over,
            Outcome::GivenUp,
            Outcome::Unknown,
        ];
        let own: Vec<_> = outcomes
            .into_iter()
            .map(|outcome| {
                floor.waits(7);
                (waiting(Some(7)), outcome)
            })
            .chain([(waiting(None), Outcome::GivenUp)])
            .collect();
        let message = Bytes::from_static(b"a part of a stroke");
        assert!(floor.behind(7, message.clone(), false).is_none());
        let sorted = Sorted::of(own);
        assert_eq!((sorted.numbered.len(), sorted.failed.len()), (1, 4));
        let sent: Vec<Bytes> = sorted
            .seats
            .iter()
            .flat_map(|seat| floor.numbered(*seat))
            .collect();
        assert!(!floor.is_numbering(1));
        assert_eq!(sent, [message]);
    }
}
