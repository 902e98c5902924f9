//! What happened in the last minute: a ring of short slots, each forgotten when its turn comes again.

use super::Answered;
use super::latency::Histogram;
use crate::clock::SECOND;

/// The length of a slot.
const SLOT: i64 = 5 * SECOND;
/// A minute of whole slots, and the one that runs.
const SLOTS: usize = 13;

/// Counts of one stretch of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) requests: u64,
    pub(super) errors: u64,
    pub(super) refusals: u64,
    pub(super) latency: Histogram,
}

impl Counts {
    fn add(&mut self, answered: &Answered) {
        self.requests += 1;
        self.errors += u64::from(answered.is_error());
        self.refusals += u64::from(answered.is_refusal());
        self.latency.add(answered.micros);
    }

    fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.refusals += other.refusals;
        self.latency.merge(&other.latency);
    }
}

/// The ring. A slot whose number is too old counts as empty.
#[derive(Debug)]
pub(super) struct Window {
    slots: [(i64, Counts); SLOTS],
    since: i64,
}

impl Window {
    /// An empty one at the instant `now`.
    pub(super) fn new(now: i64) -> Self {
        Self {
            slots: std::array::from_fn(|_| (i64::MIN, Counts::default())),
            since: now,
        }
    }

    pub(super) fn add(&mut self, now: i64, answered: &Answered) {
        let number = now.div_euclid(SLOT);
        let (owner, counts) = &mut self.slots[place(number)];
        if *owner != number {
            (*owner, *counts) = (number, Counts::default());
        }
        counts.add(answered);
    }

    /// The counts of the last minute, and how many seconds they cover: fewer than 60 in a young server.
    pub(super) fn last_minute(&self, now: i64) -> (Counts, f64) {
        let newest = now.div_euclid(SLOT);
        let oldest = newest - (SLOTS as i64 - 1);
        let mut sum = Counts::default();
        for (_, counts) in self
            .slots
            .iter()
            .filter(|(number, _)| (oldest..=newest).contains(number))
        {
            sum.merge(counts);
        }
        let begins = (oldest * SLOT).max(self.since);
        let covered = (now - begins).max(SECOND) as f64 / SECOND as f64;
        (sum, covered)
    }
}

fn place(number: i64) -> usize {
    usize::try_from(number.rem_euclid(SLOTS as i64)).expect("a remainder of 13 fits")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::MINUTE;
    use crate::ops::traffic::Area;

    fn answered(status: u16) -> Answered {
        Answered {
            area: Area::Api,
            status,
            micros: 1000,
        }
    }

    #[test]
    fn a_minute_later_all_is_forgotten() {
        let mut window = Window::new(0);
        for status in [200, 500, 429, 503] {
            window.add(MINUTE, &answered(status));
        }
        let (counts, _) = window.last_minute(MINUTE + 59 * SECOND);
        assert_eq!((counts.requests, counts.errors, counts.refusals), (4, 1, 2));
        let (counts, _) = window.last_minute(MINUTE + 66 * SECOND);
        assert_eq!((counts.requests, counts.latency.count()), (0, 0));
    }

    #[test]
    fn a_slot_that_comes_again_begins_anew() {
        let mut window = Window::new(0);
        window.add(0, &answered(200));
        let again = SLOT * SLOTS as i64;
        window.add(again, &answered(200));
        assert_eq!(window.last_minute(again).0.requests, 1);
    }

    #[test]
    fn a_young_server_has_a_short_minute() {
        let window = Window::new(1000 * SECOND);
        let covered = |seconds: i64| window.last_minute((1000 + seconds) * SECOND).1;
        assert!((covered(10) - 10.0).abs() < 1e-9);
        assert!((60.0..=65.0).contains(&covered(600)));
    }
}
