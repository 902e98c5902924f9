//! Where the members of a room meet before they draw, and where they leave what they saw.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::plan::Seat;
use crate::report::Strokes;
use crate::strokes::{Sight, judge};

/// The rooms of a run, by the number of the person who hosts them.
#[derive(Default)]
pub(crate) struct Rooms(Mutex<Books>);

#[derive(Default)]
struct Books {
    meetings: HashMap<usize, Meeting>,
    /// Of the rooms that everybody has left.
    strokes: Strokes,
}

struct Meeting {
    session: watch::Sender<Host>,
    /// What those saw who have left.
    sights: Vec<Sight>,
}

/// How far the host of a room is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Host {
    Awaited,
    /// It has made the session.
    Ready(Session),
    /// It has not, and will not.
    Absent,
}

/// A session of drawing together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) join_code: String,
}

impl Rooms {
    /// Tells the others of a room how far its host is.
    pub(crate) fn announce(&self, seat: Seat, host: Host) {
        self.books().meeting(seat).session.send_replace(host);
    }

    /// What the host of a room says.
    pub(crate) fn host_of(&self, seat: Seat) -> watch::Receiver<Host> {
        self.books().meeting(seat).session.subscribe()
    }

    /// Leaves what a member saw. The last one of a room closes its books.
    pub(crate) fn deposit(&self, seat: Seat, sight: Sight) {
        let mut books = self.books();
        let meeting = books.meeting(seat);
        meeting.sights.push(sight);
        if meeting.sights.len() == seat.members {
            let sights = std::mem::take(&mut meeting.sights);
            books.strokes.add(&judge(&sights));
        }
    }

    /// What came of the strokes in the rooms that everybody has left.
    pub(crate) fn strokes(&self) -> Strokes {
        self.books().strokes.clone()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // Each entry is written whole; after a panic elsewhere they are still right.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn meeting(&mut self, seat: Seat) -> &mut Meeting {
        self.meetings.entry(seat.host).or_insert_with(|| Meeting {
            session: watch::Sender::new(Host::Awaited),
            sights: Vec::new(),
        })
    }
}
