//! Those whose socket is gone, for as long as they may come back without anybody noticing.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::SECOND;

/// How long somebody is still online after a socket of theirs is gone.
const GRACE: i64 = 10 * SECOND;
/// So many leave at a time: by one write, which must end well within its two seconds.
const AT_ONCE: usize = 250;

/// Sockets that are gone: whose, and when it counts. In that order; there are no more of them than sockets open and close
/// within the grace.
#[derive(Debug, Default)]
pub(in crate::live) struct Departures(Mutex<VecDeque<(i64, i64)>>);

impl Departures {
    /// A socket of this person is gone.
    pub(super) fn add(&self, user_id: i64, now: i64) {
        self.lock().push_back((user_id, now + GRACE));
    }

    /// Takes some out that count now: none when there are none.
    pub(super) fn due(&self, now: i64) -> Vec<i64> {
        let mut all = self.lock();
        let due = all.iter().take(AT_ONCE).take_while(|(_, due_at)| *due_at <= now);
        let due = due.count();
        let due = all.drain(..due).map(|(user_id, _)| user_id).collect();
        if all.is_empty() {
            // After a crowd has left the table is worth giving back.
            *all = VecDeque::new();
        }
        due
    }

    /// These count with the next look.
    pub(super) fn put_back(&self, due: Vec<i64>) {
        let mut all = self.lock();
        for user_id in due {
            all.push_front((user_id, 0));
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(i64, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_departure_counts_after_the_grace() {
        let departures = Departures::default();
        departures.add(7, 0);
        departures.add(8, SECOND);
        assert!(departures.due(GRACE - 1).is_empty());
        let due = departures.due(GRACE);
        assert_eq!(due, [7]);
        departures.put_back(due);
        assert_eq!(departures.due(GRACE), [7]);
        assert_eq!(departures.due(GRACE + SECOND), [8]);
        assert!(departures.due(i64::MAX).is_empty());
    }

    #[test]
    fn a_crowd_leaves_in_parts() {
        let departures = Departures::default();
        for user_id in 0..600 {
            departures.add(user_id, 0);
        }
        let parts: Vec<usize> = (0..4).map(|_| departures.due(GRACE).len()).collect();
        assert_eq!(parts, [250, 250, 100, 0]);
    }
}
