//! Those whose socket is gone, for as long as they may come back without anybody noticing.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use crate::clock::SECOND;

/// How long somebody is still online after a socket of theirs is gone.
const GRACE: i64 = 10 * SECOND;

/// A socket that is gone.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::live) struct Departure {
    pub(super) user_id: i64,
    pub(super) username: Box<str>,
    due_at: i64,
}

/// Sockets that are gone, in their order. There are no more of them than sockets open and close within ten seconds.
#[derive(Debug, Default)]
pub(in crate::live) struct Departures(Mutex<VecDeque<Departure>>);

impl Departures {
    /// A socket is gone.
    pub(super) fn add(&self, user_id: i64, username: &str, now: i64) {
        let departure = Departure {
            user_id,
            username: username.into(),
            due_at: now + GRACE,
        };
        self.lock().push_back(departure);
    }

    /// Takes those out that count now.
    pub(super) fn due(&self, now: i64) -> Vec<Departure> {
        let mut all = self.lock();
        let due = all.iter().take_while(|departure| departure.due_at <= now).count();
        let due = all.drain(..due).collect();
        if all.is_empty() {
            // After a crowd has left the table is worth giving back.
            *all = VecDeque::new();
        }
        due
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Departure>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_departure_counts_after_the_grace() {
        let departures = Departures::default();
        departures.add(7, "mira", 0);
        departures.add(8, "tom", SECOND);
        assert!(departures.due(GRACE - 1).is_empty());
        let due = departures.due(GRACE);
        assert_eq!(due.iter().map(|left| left.user_id).collect::<Vec<_>>(), [7]);
        assert_eq!(departures.due(GRACE + SECOND)[0].user_id, 8);
        assert!(departures.due(i64::MAX).is_empty());
    }
}
