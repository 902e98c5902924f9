//! How close the process is to its memory limit, in four levels with hysteresis. Pure: knows neither clock nor kernel.

use std::fmt;

/// How bad it is. Each level keeps what the ones before it have stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// All is admitted.
    #[default]
    Green,
    /// What would stay for long is not admitted: new sockets.
    Yellow,
    /// What is large is not admitted: bodies with drawings, exports.
    Orange,
    /// What is idle is given up, and free memory goes back to the kernel.
    Red,
}

/// From how many thousandths of the limit on a level holds. Red leaves a tenth for what is under way: on 512 MiB it
/// begins at 461 MiB, where hosting dashboards raise their last alarm, and yellow at 358 MiB, before their first.
const BEGINS: [(Level, u64); 3] = [(Level::Red, 900), (Level::Orange, 800), (Level::Yellow, 700)];

/// A level ends only this far below where it begins, so that it does not flicker with every request.
const GAP: u64 = 50;

impl Level {
    /// All of them, from good to bad.
    pub const ALL: [Self; 4] = [Self::Green, Self::Yellow, Self::Orange, Self::Red];

    /// The level after one more look: `used` bytes of `limit`. It rises at once and falls as far as the usage did.
    #[must_use]
    pub fn after(self, used: u64, limit: u64) -> Self {
        let thousandths =
            u64::try_from(u128::from(used) * 1000 / u128::from(limit.max(1))).unwrap_or(u64::MAX);
        let holds = |level: Self, begins: u64| {
            let needed = if level <= self { begins - GAP } else { begins };
            thousandths >= needed
        };
        BEGINS
            .into_iter()
            .find(|(level, begins)| holds(*level, *begins))
            .map_or(Self::Green, |(level, _)| level)
    }

    pub(crate) fn from_number(number: u8) -> Self {
        Self::ALL.get(usize::from(number)).copied().unwrap_or_default()
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Orange => "orange",
            Self::Red => "red",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The levels that these usages, in percent, lead through.
    fn path(usages: &[u64]) -> Vec<Level> {
        let mut level = Level::Green;
        usages
            .iter()
            .map(|used| {
                level = level.after(*used, 100);
                level
            })
            .collect()
    }

    #[test]
    fn it_rises_at_once_and_falls_with_a_gap() {
        use Level::{Green, Orange, Red, Yellow};
        assert_eq!(path(&[69, 70, 80, 90]), [Green, Yellow, Orange, Red]);
        assert_eq!(
            path(&[95, 86, 84, 76, 74, 66, 64]),
            [Red, Red, Orange, Orange, Yellow, Yellow, Green]
        );
        assert_eq!(path(&[95, 10]), [Red, Green]);
        assert_eq!(path(&[72, 68, 72, 68]), [Yellow; 4]);
        assert_eq!(path(&[66, 1000]), [Green, Red]);
    }

    proptest! {
        #[test]
        fn the_same_usage_settles_at_once(level in 0_u8..4, used in 0_u64..2000, limit in 0_u64..2000) {
            let once = Level::from_number(level).after(used, limit);
            prop_assert_eq!(once.after(used, limit), once);
        }

        #[test]
        fn more_usage_is_never_a_better_level(level in 0_u8..4, used in 0_u64..2000, more in 0_u64..2000) {
            let before = Level::from_number(level);
            prop_assert!(before.after(used, 1000) <= before.after(used + more, 1000));
        }
    }
}
