//! What a child's doings come to, in the figures that adults are shown.

use std::collections::BTreeMap;

use crate::clock::{DAY, HOUR};
use crate::wire::Timestamp;

/// Minutes that a story takes, as they are estimated.
const MINUTES_A_READ: i64 = 2;
/// Days in every chart.
pub const DAYS: usize = 7;
/// What progress is measured by: stories published, stories read, achievements.
const GOALS: (f64, f64, f64) = (30.0, 50.0, 20.0);

/// The instants from which things are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// Seven days ago.
    pub week: i64,
    /// Thirty days ago.
    pub month: i64,
    /// The beginning of this month (UTC).
    pub first_of_month: i64,
    /// The beginning of the first of the last seven days (UTC), today among them.
    pub first_day: i64,
}

impl Since {
    /// As it is at `now`.
    pub fn at(now: i64) -> Self {
        let today = now.div_euclid(DAY) * DAY;
        let day_of_month: i64 = Timestamp(now)
            .date()
            .rsplit('-')
            .next()
            .and_then(|day| day.parse().ok())
            .unwrap_or(1);
        Self {
            week: now - 7 * DAY,
            month: now - 30 * DAY,
            first_of_month: today - (day_of_month - 1) * DAY,
            first_day: today - (DAYS as i64 - 1) * DAY,
        }
    }
}

/// What a child has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Figures {
    pub read: i64,
    pub read_this_week: i64,
    /// Since the first of the month.
    pub read_since_first: i64,
    pub published: i64,
    pub published_this_week: i64,
    pub published_this_month: i64,
    pub achievements: i64,
    pub achievements_this_month: i64,
    pub likes: i64,
    pub comments: i64,
    pub friends: i64,
}

impl Figures {
    /// Minutes of reading, all of them and those of this week.
    pub fn minutes(&self) -> (i64, i64) {
        (self.read * MINUTES_A_READ, self.read_this_week * MINUTES_A_READ)
    }

    /// How far the child has come, in whole percent.
    pub fn progress(&self) -> f64 {
        let (published, read, achievements) = GOALS;
        let part = |done: i64, goal: f64| (done as f64 / goal).min(1.0);
        let parts =
            part(self.published, published) + part(self.read, read) + part(self.achievements, achievements);
        (parts / 3.0 * 100.0).round()
    }

    /// Hours of reading this week, with one decimal.
    pub fn hours_this_week(&self) -> f64 {
        let (_, minutes) = self.minutes();
        tenth(minutes as f64 / 60.0)
    }
}

/// How much there is of a goal, in percent with three decimals, 100 at most.
pub fn part_of(done: f64, goal: f64) -> f64 {
    ((done / goal * 100_000.0).round() / 1000.0).min(100.0)
}

/// `+3 this week`, or that nothing has changed.
pub fn change(count: i64, when: &str) -> String {
    if count > 0 {
        format!("+{count} this {when}")
    } else {
        "No change".to_owned()
    }
}

/// `1h 24m`.
pub fn hours_and_minutes(minutes: i64) -> String {
    format!("{}h {}m", minutes / 60, minutes % 60)
}

/// Stories of one category that came to be on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// As its author chose it.
    pub category: String,
    /// Whether everybody may read them.
    pub is_published: bool,
    /// The day, 0 the first of the last seven; -1 before all of these.
    pub day: i64,
    /// How many.
    pub stories: i64,
    /// The sum of all ratings …
    pub ratings_sum: i64,
    /// … and their number.
    pub ratings_count: i64,
}

/// What a child has read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// All of it.
    pub total: i64,
    /// On each of the last seven days, today last.
    pub by_day: [i64; DAYS],
    /// The newest: when, and which category.
    pub newest: Vec<(i64, String)>,
}

/// A category and how much there is of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Category {
    /// Its name.
    pub name: String,
    /// How many stories.
    pub count: i64,
    /// Of all of them, in percent with one decimal.
    pub percentage: f64,
}

/// What charts show.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// Minutes of reading by weekday, Monday first. The last seven days have each weekday once, and the apps write the
    /// names of weekdays below.
    pub minutes_by_day: [i64; DAYS],
    /// Stories published, in the same order.
    pub stories_by_day: [i64; DAYS],
    /// What the child has published, the most frequent first.
    pub categories: Vec<Category>,
    /// What it likes to read, or to write where it has read nothing.
    pub favorite: Option<Category>,
    /// The hour of the day (UTC) in which it reads most.
    pub peak_hour: Option<i64>,
    /// Of its stories, with one decimal; 0 without ratings.
    pub average_rating: f64,
    /// How regularly it reads, in percent.
    pub consistency: f64,
    /// How much it reads for what it writes, in percent.
    pub completion: f64,
    /// Of how many kinds its stories are, in percent.
    pub diversity: f64,
}

impl Analysis {
    /// Of what a child has written and read; `since` is the beginning of the first of the last seven days.
    pub fn of(written: &[Written], reads: &Reads, since: i64) -> Self {
        let published = || written.iter().filter(|group| group.is_published);
        let categories = shares(published().map(|group| (group.category.as_str(), group.stories)));
        let read = shares(reads.newest.iter().map(|(_, category)| (category.as_str(), 1)));
        let mut stories = [0; DAYS];
        for group in published() {
            if let Some(day) = usize::try_from(group.day)
                .ok()
                .and_then(|day| stories.get_mut(day))
            {
                *day += group.stories;
            }
        }
        let count: i64 = published().map(|group| group.stories).sum();
        let this_week: i64 = reads.by_day.iter().sum();
        let percent = |part: f64| tenth(part * 100.0).min(100.0);
        Self {
            minutes_by_day: by_weekday(reads.by_day.map(|reads| reads * MINUTES_A_READ), since),
            stories_by_day: by_weekday(stories, since),
            favorite: read.into_iter().next().or_else(|| categories.first().cloned()),
            peak_hour: peak_hour(reads),
            average_rating: average_rating(written),
            consistency: percent(this_week as f64 / 7.0 / 2.0),
            completion: percent(reads.total as f64 / count.max(1) as f64),
            diversity: percent(categories.len() as f64 / 5.0),
            categories,
        }
    }
}

/// Days from the first of the last seven on, in the order of weekdays, Monday first.
fn by_weekday(days: [i64; DAYS], since: i64) -> [i64; DAYS] {
    // The first of January 1970 was a Thursday.
    let first = usize::try_from((since.div_euclid(DAY) + 3).rem_euclid(7)).unwrap_or_default();
    let mut week = [0; DAYS];
    for (number, value) in (first..).zip(days) {
        week[number % DAYS] = value;
    }
    week
}

/// Categories by how much there is of each, then by name.
fn shares<'a>(counts: impl Iterator<Item = (&'a str, i64)>) -> Vec<Category> {
    let mut all: BTreeMap<&str, i64> = BTreeMap::new();
    for (category, count) in counts {
        *all.entry(category).or_default() += count;
    }
    let total: i64 = all.values().sum();
    let mut shares: Vec<Category> = all
        .into_iter()
        .map(|(name, count)| Category {
            name: name.to_owned(),
            count,
            percentage: tenth(count as f64 / total.max(1) as f64 * 100.0),
        })
        .collect();
    // Stable: those of which there is as much stay in the order of their names.
    shares.sort_by_key(|category| -category.count);
    shares
}

fn peak_hour(reads: &Reads) -> Option<i64> {
    let mut hours: BTreeMap<i64, i64> = BTreeMap::new();
    for (at, _) in &reads.newest {
        *hours.entry(at.rem_euclid(DAY) / HOUR).or_default() += 1;
    }
    let (hour, _) = hours.into_iter().max_by_key(|(hour, count)| (*count, -hour))?;
    Some(hour)
}

fn average_rating(written: &[Written]) -> f64 {
    let sum: i64 = written.iter().map(|group| group.ratings_sum).sum();
    let count: i64 = written.iter().map(|group| group.ratings_count).sum();
    if count == 0 {
        return 0.0;
    }
    tenth(sum as f64 / count as f64)
}

fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{MINUTE, SECOND};
    use serde_json::json;

    /// 4 March 2026, a Wednesday, 05:06:07 (UTC).
    const NOW: i64 = 1_772_600_767 * SECOND;

    fn written(category: &str, is_published: bool, day: i64, stories: i64) -> Written {
        Written {
            category: category.to_owned(),
            is_published,
            day,
            stories,
            ratings_sum: 0,
            ratings_count: 0,
        }
    }

    #[test]
    fn windows_begin_where_the_apps_say() {
        let since = Since::at(NOW);
        assert_eq!(
            Timestamp(since.first_of_month).to_string(),
            "2026-03-01T00:00:00Z"
        );
        assert_eq!(Timestamp(since.first_day).to_string(), "2026-02-26T00:00:00Z");
        assert_eq!(Timestamp(since.week).to_string(), "2026-02-25T05:06:07Z");
        assert_eq!(Timestamp(since.month).to_string(), "2026-02-02T05:06:07Z");
    }

    #[test]
    fn progress_is_the_mean_of_three_goals() {
        let figures = Figures {
            read: 12,
            published: 3,
            achievements: 5,
            ..Figures::default()
        };
        assert_eq!(json!(figures.progress()), json!(20.0));
        let much = Figures {
            read: 1000,
            published: 1000,
            achievements: 1000,
            ..figures
        };
        assert_eq!(json!(much.progress()), json!(100.0));
        assert_eq!(json!(Figures::default().progress()), json!(0.0));
    }

    #[test]
    fn texts_are_those_of_the_apps() {
        assert_eq!(change(2, "week"), "+2 this week");
        assert_eq!(change(0, "month"), "No change");
        assert_eq!(hours_and_minutes(24), "0h 24m");
        assert_eq!(hours_and_minutes(124), "2h 4m");
        assert_eq!(
            json!([part_of(4.0, 30.0), part_of(31.0, 30.0)]),
            json!([13.333, 100.0])
        );
    }

    #[test]
    fn the_week_begins_on_monday_whatever_day_it_is() {
        // The first of the seven days is Thursday, 26 February; today is Wednesday.
        let since = Since::at(NOW).first_day;
        assert_eq!(by_weekday([1, 2, 3, 4, 5, 6, 7], since), [5, 6, 7, 1, 2, 3, 4]);
        let week: Vec<[i64; DAYS]> = (0..7)
            .map(|day| by_weekday([1, 0, 0, 0, 0, 0, 0], since + day * DAY))
            .collect();
        for day in 0..7 {
            assert_eq!(week[day][(day + 3) % 7], 1);
        }
    }

    #[test]
    fn nothing_done_is_shown_as_nothing() {
        let nothing = Analysis::of(&[], &Reads::default(), NOW);
        assert_eq!((nothing.favorite, nothing.peak_hour), (None, None));
        let percents = [nothing.consistency, nothing.completion, nothing.diversity];
        assert_eq!(
            json!([nothing.average_rating, percents]),
            json!([0.0, [0.0, 0.0, 0.0]])
        );
    }

    #[test]
    fn charts_count_what_was_written_and_read() {
        let mut stories = vec![
            written("fantasy", true, -1, 2),
            written("animal", true, 6, 1),
            written("mystery", false, 6, 5),
        ];
        stories[0].ratings_sum = 9;
        stories[0].ratings_count = 2;
        let at = |hour: i64| NOW.div_euclid(DAY) * DAY + hour * HOUR + MINUTE;
        let reads = Reads {
            total: 4,
            by_day: [0, 1, 0, 0, 0, 0, 1],
            newest: vec![
                (at(16), "comedy".to_owned()),
                (at(16), "comedy".to_owned()),
                (at(9), "animal".to_owned()),
                (at(9), "scifi".to_owned()),
            ],
        };
        let analysis = Analysis::of(&stories, &reads, Since::at(NOW).first_day);
        assert_eq!(analysis.minutes_by_day, [0, 0, 2, 0, 2, 0, 0]);
        assert_eq!(analysis.stories_by_day, [0, 0, 1, 0, 0, 0, 0]);
        let shown = |category: &Category| json!([category.name, category.count, category.percentage]);
        let categories: Vec<_> = analysis.categories.iter().map(shown).collect();
        assert_eq!(
            json!(categories),
            json!([["fantasy", 2, 66.7], ["animal", 1, 33.3]])
        );
        assert_eq!(shown(&analysis.favorite.unwrap()), json!(["comedy", 2, 50.0]));
        assert_eq!(analysis.peak_hour, Some(9), "of two equal ones the earlier");
        let percents = [analysis.consistency, analysis.completion, analysis.diversity];
        assert_eq!(
            json!([analysis.average_rating, percents]),
            json!([4.5, [14.3, 100.0, 40.0]])
        );
        let unread = Analysis::of(&stories, &Reads::default(), NOW);
        assert_eq!(unread.favorite.unwrap().name, "fantasy");
    }
}
