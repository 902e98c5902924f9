//! The figures of a teacher's students: pure arithmetic over what one query brings.

use crate::clock::{DAY, HOUR, MINUTE};
use crate::rewards::level;

/// Days of a week, the last of which is today.
pub const WEEK: i64 = 7;
/// The best of each kind, at most.
const BEST: usize = 5;
const MONTH: i64 = 30 * DAY;
const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Since when something counts: instants in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// The beginning of this day (UTC).
    pub today: i64,
    /// Seven days ago, to the microsecond.
    pub week: i64,
    /// Thirty days ago.
    pub month: i64,
    /// The beginning of the first of seven days, the last of which is today.
    pub first_day: i64,
}

impl Since {
    /// As it is at `now`.
    pub fn of(now: i64) -> Self {
        let today = now - now.rem_euclid(DAY);
        Self {
            today,
            week: now - WEEK * DAY,
            month: now - MONTH,
            first_day: today - (WEEK - 1) * DAY,
        }
    }
}

/// A student, as figures need them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pupil {
    /// The account.
    pub id: i64,
    /// Shown to the teacher.
    pub name: String,
    /// An emoji.
    pub avatar: String,
    /// Published stories.
    pub stories: i64,
    /// All XP.
    pub xp: i64,
    /// When they were here last; nothing for an account that nobody has used yet.
    pub seen_at: Option<i64>,
    /// The class, if they are in one.
    pub class_id: Option<i64>,
}

/// Some students together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Together {
    pub students: i64,
    pub stories: i64,
    pub avg_stories: f64,
    pub avg_level: f64,
    /// Whole XP.
    pub avg_xp: f64,
    pub active_today: i64,
    pub active_this_week: i64,
    pub active_this_month: i64,
}

impl Together {
    /// All of these students.
    pub fn of<'a>(pupils: impl IntoIterator<Item = &'a Pupil>, since: Since) -> Self {
        let mut all = Self::default();
        let (mut xp, mut levels) = (0, 0);
        for pupil in pupils {
            all.students += 1;
            all.stories += pupil.stories;
            xp += pupil.xp;
            levels += level(pupil.xp);
            let active = |since: i64| i64::from(pupil.seen_at.is_some_and(|at| at >= since));
            all.active_today += active(since.today);
            all.active_this_week += active(since.week);
            all.active_this_month += active(since.month);
        }
        all.avg_stories = average(all.stories, all.students);
        all.avg_level = average(levels, all.students);
        all.avg_xp = (xp as f64 / all.students.max(1) as f64).round();
        all
    }
}

/// A mean with one decimal; 0 of nobody.
pub fn average(sum: i64, count: i64) -> f64 {
    if count == 0 {
        return 0.0;
    }
    (sum as f64 / count as f64 * 10.0).round() / 10.0
}

/// Those who have most of something, at most five, the first first; who has none of it is left out.
pub fn best(pupils: &[Pupil], of: impl Fn(&Pupil) -> i64) -> Vec<&Pupil> {
    let mut best: Vec<&Pupil> = pupils.iter().filter(|pupil| of(pupil) > 0).collect();
    best.sort_by_key(|pupil| (-of(pupil), pupil.id));
    best.truncate(BEST);
    best
}

/// The name of a day, which is given in days since 1970.
pub fn day_name(day: i64) -> &'static str {
    // 1 January 1970 was a Thursday.
    NAMES[usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default()]
}

/// How long ago something was, in words: `just now`, `4 minutes ago`, `1 hour ago`, `2 days ago`, `3 months ago`.
pub fn time_ago(at: i64, now: i64) -> String {
    let age = (now - at).max(0);
    let (count, unit) = if age > MONTH {
        (age / MONTH, "month")
    } else if age >= DAY {
        (age / DAY, "day")
    } else if age > HOUR {
        (age / HOUR, "hour")
    } else if age > MINUTE {
        (age / MINUTE, "minute")
    } else {
        return "just now".to_owned();
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wednesday, 4 March 2026, 05:06:07.123456.
    const NOW: i64 = 1_772_600_767_123_456;

    fn pupil(id: i64, stories: i64, xp: i64, seen_at: Option<i64>) -> Pupil {
        Pupil {
            id,
            name: format!("Kid {id}"),
            avatar: "📚".to_owned(),
            stories,
            xp,
            seen_at,
            class_id: None,
        }
    }

    #[test]
    fn a_day_begins_at_midnight_and_a_week_to_the_microsecond() {
        let since = Since::of(NOW);
        assert_eq!(since.today % DAY, 0);
        assert_eq!(since.first_day, since.today - 6 * DAY);
        assert_eq!((since.week, since.month), (NOW - 7 * DAY, NOW - 30 * DAY));
    }

    #[test]
    fn figures_of_some_and_of_none() {
        let since = Since::of(NOW);
        assert_eq!(Together::of(&[], since), Together::default());
        let pupils = [
            pupil(1, 3, 1200, Some(NOW)),
            pupil(2, 0, 0, None),
            pupil(3, 2, 499, Some(since.today - 1)),
            pupil(4, 0, 500, Some(since.week - 1)),
        ];
        let all = Together::of(&pupils, since);
        assert_eq!((all.students, all.stories), (4, 5));
        // Levels 3, 1, 1 and 2.
        assert_eq!((all.avg_stories, all.avg_level, all.avg_xp), (1.3, 1.8, 550.0));
        assert_eq!(
            (all.active_today, all.active_this_week, all.active_this_month),
            (1, 2, 3)
        );
    }

    #[test]
    fn the_best_are_five_and_have_something() {
        let pupils: Vec<Pupil> = (1..=9).map(|id| pupil(id, id / 2, 0, None)).collect();
        let ids: Vec<i64> = best(&pupils, |pupil| pupil.stories)
            .iter()
            .map(|pupil| pupil.id)
            .collect();
        assert_eq!(ids, [8, 9, 6, 7, 4]);
        assert!(best(&pupils, |pupil| pupil.xp).is_empty());
    }

    #[test]
    fn days_have_their_names() {
        assert_eq!(day_name(NOW / DAY), "Wed");
        assert_eq!(day_name(0), "Thu");
        assert_eq!(day_name(-1), "Wed");
    }

    #[test]
    fn time_passes_in_words() {
        for (age, words) in [
            (-5, "just now"),
            (MINUTE, "just now"),
            (MINUTE + 1, "1 minute ago"),
            (HOUR, "60 minutes ago"),
            (HOUR + 1, "1 hour ago"),
            (DAY - 1, "23 hours ago"),
            (DAY, "1 day ago"),
            (30 * DAY, "30 days ago"),
            (30 * DAY + 1, "1 month ago"),
            (65 * DAY, "2 months ago"),
        ] {
            assert_eq!(time_ago(NOW - age, NOW), words, "{age}");
        }
    }
}
