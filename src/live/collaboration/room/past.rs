//! Where a room stood a moment ago: what somebody had been sent when last a sign of life came from them.

use std::collections::VecDeque;

use crate::clock::SECOND;

/// How exact it is.
const GRAIN: i64 = SECOND;
/// Instants that are remembered: a broken connection is noticed sooner.
const MOST: usize = 64;

/// The numbers of the last minute: since when each of them was the newest, in microseconds since 1970.
#[derive(Debug, Default)]
pub(super) struct Past(VecDeque<(i64, i64)>);

impl Past {
    /// The newest number is this from now on.
    pub(super) fn note(&mut self, number: i64, now: i64) {
        if self.0.back().is_some_and(|(_, last)| *last == number) {
            return;
        }
        let marks = self.0.len();
        let is_close = marks >= 2 && now - self.0[marks - 2].0 < GRAIN;
        if is_close {
            self.0.pop_back();
        } else if marks >= MOST {
            self.0.pop_front();
        }
        self.0.push_back((now, number));
    }

    /// What the newest number was then, or an earlier one; 0 where nobody remembers.
    pub(super) fn at(&self, then: i64) -> i64 {
        let mut marks = self.0.iter().rev();
        marks
            .find(|(since, _)| *since <= then)
            .map_or(0, |(_, number)| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_what_was_the_newest_at_an_instant() {
        let mut past = Past::default();
        past.note(3, 0);
        for (tenth, number) in (1..=50).zip(4..) {
            past.note(number, tenth * SECOND / 10);
        }
        assert_eq!(past.at(-1), 0);
        assert_eq!(past.at(0), 3);
        assert_eq!(past.at(100 * SECOND), 53);
        for tenth in 1..=50 {
            let (at, exact) = (past.at(tenth * SECOND / 10), tenth + 3);
            assert!(at <= exact && exact - at <= 10, "{at} for {exact}");
        }
        for second in 6..1000 {
            past.note(second * 2, second * SECOND);
        }
        assert!(past.0.len() <= MOST);
        assert_eq!(past.at(990 * SECOND + 1), 1980);
        assert_eq!(past.at(5 * SECOND), 0, "too long ago");
    }
}
