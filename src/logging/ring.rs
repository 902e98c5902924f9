//! The last different warnings, for those who look inside.

use std::collections::VecDeque;

/// How many different ones are kept.
const CAPACITY: usize = 200;

/// A warning or an error, kept. Equal ones are one entry with a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// When it was said last, in epoch microseconds.
    pub at: i64,
    /// `warn` or `error`.
    pub level: &'static str,
    /// The module that said it.
    pub target: &'static str,
    /// What it said, with its fields; at most 400 bytes and an ellipsis.
    pub message: String,
    /// How many times it was said.
    pub count: u64,
}

/// The newest stand in front.
#[derive(Debug)]
pub(super) struct Ring(VecDeque<Warning>);

impl Ring {
    pub(super) fn new() -> Self {
        Self(VecDeque::with_capacity(CAPACITY))
    }

    /// Notes one. The oldest goes when there is no room.
    pub(super) fn add(&mut self, at: i64, level: &'static str, target: &'static str, message: String) {
        let is_same =
            |kept: &Warning| kept.message == message && kept.target == target && kept.level == level;
        let known = self.0.iter().position(is_same);
        let count = known
            .and_then(|index| self.0.remove(index))
            .map_or(0, |kept| kept.count);
        if self.0.len() == CAPACITY {
            self.0.pop_back();
        }
        self.0.push_front(Warning {
            at,
            level,
            target,
            message,
            count: count + 1,
        });
    }

    pub(super) fn newest_first(&self) -> Vec<Warning> {
        self.0.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_warnings_are_one_with_a_count() {
        let mut ring = Ring::new();
        for (at, message) in [(1, "slow"), (2, "full"), (3, "slow")] {
            ring.add(at, "warn", "tales", message.to_owned());
        }
        ring.add(4, "error", "tales", "full".to_owned());
        let kept: Vec<_> = ring
            .newest_first()
            .into_iter()
            .map(|kept| (kept.at, kept.level, kept.message, kept.count))
            .collect();
        let one = |at, level, message: &str, count| (at, level, message.to_owned(), count);
        assert_eq!(
            kept,
            [
                one(4, "error", "full", 1),
                one(3, "warn", "slow", 2),
                one(2, "warn", "full", 1)
            ]
        );
    }

    #[test]
    fn the_oldest_goes_and_nothing_grows() {
        let mut ring = Ring::new();
        let room = ring.0.capacity();
        for at in 0..1000 {
            ring.add(at, "warn", "tales", at.to_string());
        }
        let kept = ring.newest_first();
        assert_eq!((kept.len(), kept[0].at, kept[199].at), (200, 999, 800));
        assert_eq!(ring.0.capacity(), room);
    }
}
