//! How long to wait before connecting again.

use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_millis(100);
/// Below five seconds, so that groups resync within five seconds of the server's return.
const LONGEST: Duration = Duration::from_secs(4);

/// Pauses that grow, each shortened by a random part of up to a half: many instances that lost the same server do not
/// come back at the same moment.
pub(crate) struct Pauses {
    next: Duration,
}

impl Pauses {
    pub(crate) fn new() -> Self {
        Self { next: FIRST }
    }

    /// The pause after a connection that was made at `since`, if it was made at all. One that stood for long begins anew;
    /// one that breaks again and again counts as none.
    pub(crate) fn after(&mut self, since: Option<Instant>) -> Duration {
        if since.is_some_and(|since| since.elapsed() >= LONGEST) {
            self.next = FIRST;
        }
        let pause = self.next;
        self.next = (pause * 2).min(LONGEST);
        // Without randomness the pause is only not spread.
        let random = getrandom::u32().unwrap_or_default();
        pause.mul_f64(1.0 - f64::from(random) / f64::from(u32::MAX) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_a_tenth_of_a_second_to_four_and_are_spread() {
        let mut pauses = Pauses::new();
        let taken: Vec<_> = (0..10).map(|_| pauses.after(None)).collect();
        for (place, pause) in taken.iter().enumerate() {
            let whole = (FIRST * (1 << place)).min(LONGEST);
            assert!(*pause <= whole && *pause >= whole / 2, "{place}: {pause:?}");
        }
        assert!(
            taken[6..].iter().any(|pause| *pause != taken[6]),
            "not spread: {taken:?}"
        );
    }

    #[test]
    fn only_a_connection_that_stood_begins_anew() {
        let mut pauses = Pauses::new();
        for _ in 0..6 {
            pauses.after(Some(Instant::now()));
        }
        assert!(pauses.after(Some(Instant::now())) > FIRST * 2);
        assert!(pauses.after(Instant::now().checked_sub(LONGEST * 2)) <= FIRST);
    }
}
