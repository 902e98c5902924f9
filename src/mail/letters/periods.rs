//! Weeks, months and hours, all in UTC: what a letter is about, and the name by which it is known that somebody had it.

use time::{Date, OffsetDateTime, Time};

use crate::clock::{DAY, HOUR};
use crate::wire::Timestamp;

/// When on a Monday reports go out, in microseconds since midnight.
const REPORTED_AT: i64 = 8 * HOUR;

/// The week whose Monday brought, or will bring, the report about the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Week {
    /// The ISO week, `2026-W10`.
    pub period: String,
    /// When the report is due.
    pub due: i64,
    /// The seven days that it tells of: from here …
    pub from: i64,
    /// … to before here, which is this week's Monday.
    pub to: i64,
}

/// The week of an instant.
pub fn week(at: i64) -> Week {
    let date = date(at);
    let days = i64::from(date.weekday().number_days_from_monday());
    let monday = midnight(date) - days * DAY;
    Week {
        period: week_name(at),
        due: monday + REPORTED_AT,
        from: monday - 7 * DAY,
        to: monday,
    }
}

/// The ISO week of an instant, `2026-W10`.
pub fn week_name(at: i64) -> String {
    let (year, week, _) = date(at).to_iso_week_date();
    format!("{year}-W{week:02}")
}

/// An hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hour {
    /// `2026-03-04T05`.
    pub period: String,
    /// Its beginning.
    pub from: i64,
    /// Before here.
    pub to: i64,
    /// Its month, `2026-03`.
    pub month: String,
    /// The beginning of its month.
    pub month_from: i64,
    /// Its ISO week.
    pub week: String,
    /// The beginning of its week.
    pub week_from: i64,
}

impl Hour {
    /// The hour that begins at an instant.
    pub fn at(from: i64) -> Self {
        let date = date(from);
        let spelled = Timestamp(from).to_string();
        let first = date.replace_day(1).unwrap_or(date);
        Self {
            period: spelled.chars().take("2026-03-04T05".len()).collect(),
            from,
            to: from + HOUR,
            month: spelled.chars().take("2026-03".len()).collect(),
            month_from: midnight(first),
            week: week_name(from),
            week_from: week(from).to,
        }
    }
}

/// The beginning of the hour of an instant.
pub fn hour_of(at: i64) -> i64 {
    at - at.rem_euclid(HOUR)
}

fn date(at: i64) -> Date {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .date()
}

fn midnight(date: Date) -> i64 {
    let instant = date.with_time(Time::MIDNIGHT).assume_utc();
    instant.unix_timestamp() * 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SECOND;

    /// 4 March 2026, a Wednesday, 05:06:07.
    const WEDNESDAY: i64 = 1_772_600_767_123_456;

    fn shown(at: i64) -> String {
        Timestamp(at).to_string()
    }

    #[test]
    fn a_week_begins_on_monday() {
        let week = week(WEDNESDAY);
        assert_eq!(week.period, "2026-W10");
        let instants = [week.due, week.from, week.to].map(shown);
        let expected = [
            "2026-03-02T08:00:00Z",
            "2026-02-23T00:00:00Z",
            "2026-03-02T00:00:00Z",
        ];
        assert_eq!(instants, expected);
        for at in [week.to, week.to + 7 * DAY - SECOND] {
            assert_eq!(super::week(at), week);
        }
        assert_eq!(super::week(week.to - 1).period, "2026-W09");
        // The first days of a year may belong to the last week of the one before.
        assert_eq!(super::week(1_798_761_600 * SECOND).period, "2026-W53");
    }

    #[test]
    fn an_hour_knows_its_month_and_its_week() {
        let hour = Hour::at(hour_of(WEDNESDAY));
        assert_eq!(hour.period, "2026-03-04T05");
        assert_eq!((hour.month.as_str(), hour.week.as_str()), ("2026-03", "2026-W10"));
        let instants = [hour.from, hour.to, hour.month_from, hour.week_from].map(shown);
        let expected = [
            "2026-03-04T05:00:00Z",
            "2026-03-04T06:00:00Z",
            "2026-03-01T00:00:00Z",
            "2026-03-02T00:00:00Z",
        ];
        assert_eq!(instants, expected);
    }
}
