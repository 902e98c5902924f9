//! What a play is worth, and what it pays.

use serde_json::Value;

use crate::clock::SECOND;

/// In percent.
const PASSED: i64 = 70;
const BASE: i64 = 30;
const FOR_EACH_RIGHT_ONE: i64 = 5;
const FOR_ALL_RIGHT: i64 = 20;
const FOR_PASSING: i64 = 10;
const FOR_SPEED: i64 = 15;
/// Faster than that …
const FAST: i64 = 120;
/// … but not so fast that nothing can have been read, in seconds for each question.
const READING: i64 = 3;
/// For playing again what is known already, so often a day.
const PRACTICE: i64 = 5;
const PRACTISED_A_DAY: i64 = 3;
/// What games pay somebody within a day at most. The same text under a new story is a new game that pays in full: this
/// keeps one text, published again and again, from paying without end. It is about six good first plays.
pub const A_DAY: i64 = 500;
/// Whoever does nothing for longer is not playing, in microseconds.
const LONGEST_PAUSE: i64 = 120 * SECOND;

/// An attempt, as it is looked at in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Play {
    /// Questions that were answered by anything, or words that were found, …
    pub done: i64,
    /// … of so many.
    pub parts: i64,
    /// Questions that were answered right, …
    pub correct: i64,
    /// … of so many.
    pub total: i64,
    /// How long it took.
    pub seconds: i64,
}

/// What its player got for the game before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// The most that an attempt was worth.
    pub best: i64,
    /// Attempts of the last day that were paid as practice.
    pub practised: i64,
}

/// What an attempt pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pay {
    /// What it would pay as the first one.
    pub worth: i64,
    /// What it pays.
    pub xp: i64,
    /// Whether practice is in that.
    pub is_practice: bool,
}

impl Play {
    /// Whether everything was answered, or all words found.
    pub fn is_whole(&self) -> bool {
        self.parts > 0 && self.done >= self.parts
    }

    /// What it is worth: nothing for nothing.
    pub fn worth(&self) -> i64 {
        if self.done == 0 {
            return 0;
        }
        let base = (2 * BASE * self.done + self.parts) / (2 * self.parts).max(1);
        let bonus = if self.correct == self.total {
            FOR_ALL_RIGHT
        } else if has_passed(self.correct, self.total) {
            FOR_PASSING
        } else {
            0
        };
        base + FOR_EACH_RIGHT_ONE * self.correct + bonus + if self.is_fast() { FOR_SPEED } else { 0 }
    }

    fn is_fast(&self) -> bool {
        has_passed(self.correct, self.total)
            && self.is_whole()
            && (READING * self.total..FAST).contains(&self.seconds)
    }
}

/// What a play pays: in full the first time, later what it is better, and a little for practice; half of that to an
/// author of the story, who knows the text.
pub fn pay(play: &Play, before: Before, is_author: bool) -> Pay {
    let worth = play.worth();
    let is_practice = play.is_whole() && before.best > 0 && before.practised < PRACTISED_A_DAY;
    let due = (worth - before.best).max(0) + if is_practice { PRACTICE } else { 0 };
    Pay {
        worth,
        xp: if is_author { due / 2 } else { due },
        is_practice,
    }
}

impl Pay {
    /// The same when games paid so much within the last day: no more than is left of it. What is cut off is not paid later.
    #[must_use]
    pub fn within_day(self, paid: i64) -> Self {
        Self {
            xp: self.xp.min((A_DAY - paid).max(0)),
            ..self
        }
    }
}

/// Right answers in percent, with one decimal: integer 0 without any questions.
pub fn percentage(correct: i64, total: i64) -> Value {
    if total == 0 {
        return Value::from(0);
    }
    Value::from((correct as f64 * 1000.0 / total as f64).round() / 10.0)
}

/// Whether that is enough.
pub fn has_passed(correct: i64, total: i64) -> bool {
    total > 0 && correct * 100 >= total * PASSED
}

/// Microseconds of play after something happened at `now`, of which there were `played` at `touched_at`.
pub fn played(played: i64, touched_at: i64, now: i64) -> i64 {
    played + (now - touched_at).clamp(0, LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiz(done: i64, correct: i64, seconds: i64) -> Play {
        Play {
            done,
            parts: 5,
            correct,
            total: 5,
            seconds,
        }
    }

    fn search(done: i64, seconds: i64) -> Play {
        Play {
            done,
            parts: 6,
            correct: i64::from(done == 6),
            total: 1,
            seconds,
        }
    }

    #[test]
    fn a_play_is_worth_what_the_table_says() {
        for (play, expected) in [
            (quiz(5, 5, 90), 30 + 25 + 20 + 15),
            (quiz(5, 5, 120), 30 + 25 + 20),
            (quiz(5, 5, 14), 30 + 25 + 20),
            (quiz(5, 5, 15), 30 + 25 + 20 + 15),
            (quiz(5, 4, 600), 30 + 20 + 10),
            (quiz(5, 3, 60), 30 + 15),
            (quiz(5, 0, 60), 30),
            (quiz(4, 4, 60), 24 + 20 + 10),
            (quiz(1, 0, 60), 6),
            (quiz(0, 0, 60), 0),
            (search(6, 119), 30 + 5 + 20 + 15),
            (search(6, 2), 30 + 5 + 20),
            (search(5, 60), 25),
            (search(0, 60), 0),
        ] {
            assert_eq!(play.worth(), expected, "{play:?}");
        }
    }

    #[test]
    fn the_same_again_pays_practice_three_times_a_day() {
        let play = quiz(5, 4, 600);
        let again = |best, practised| pay(&play, Before { best, practised }, false).xp;
        assert_eq!(again(0, 0), 60);
        assert_eq!(again(60, 0), 5);
        assert_eq!(again(60, 2), 5);
        assert_eq!(again(60, 3), 0);
        assert_eq!(again(90, 3), 0);
        assert_eq!(again(45, 3), 15);
        assert_eq!(again(45, 0), 20);
    }

    #[test]
    fn half_done_is_no_practice_and_an_author_gets_half() {
        let before = Before {
            best: 60,
            practised: 0,
        };
        assert_eq!(pay(&quiz(4, 4, 60), before, false).xp, 0);
        assert_eq!(pay(&quiz(5, 4, 600), Before::default(), true).xp, 30);
        assert_eq!(pay(&quiz(5, 4, 600), before, true).xp, 2);
        assert_eq!(pay(&quiz(5, 4, 600), Before::default(), true).worth, 60);
    }

    #[test]
    fn percentages_have_one_decimal() {
        assert_eq!(percentage(2, 3).to_string(), "66.7");
        assert_eq!(percentage(4, 5).to_string(), "80.0");
        assert_eq!(percentage(0, 5).to_string(), "0.0");
        assert_eq!(percentage(0, 0).to_string(), "0");
        assert!(has_passed(7, 10) && !has_passed(2, 3) && !has_passed(0, 0));
    }

    #[test]
    fn a_pause_counts_two_minutes_at_most() {
        assert_eq!(played(5, 100, 160), 65);
        assert_eq!(played(0, 0, 3600 * SECOND), 120 * SECOND);
        assert_eq!(played(5, 100, 90), 5, "a clock that was set back");
    }
}
