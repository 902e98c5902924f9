//! Instants and dates as the wire spells them.

use serde::{Serialize, Serializer};
use time::format_description::FormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

const DATE: &[FormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// An instant in microseconds since 1970 (UTC). JSON: `2026-03-04T05:06:07.123456Z`, the fraction left out when it is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (date, (hour, minute, second, micro)) = (instant.date(), instant.to_hms_micro());
        write!(
            f,
            "{:04}-{:02}-{:02}",
            date.year(),
            u8::from(date.month()),
            date.day()
        )?;
        write!(f, "T{hour:02}:{minute:02}:{second:02}")?;
        if micro != 0 {
            write!(f, ".{micro:06}")?;
        }
        f.write_str("Z")
    }
}

impl Timestamp {
    /// Its day (UTC): `2026-03-04`.
    pub fn date(self) -> String {
        let mut text = self.to_string();
        text.truncate("2026-03-04".len());
        text
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The canonical spelling of a calendar date (`YYYY-MM-DD`), or nothing when there is no such day.
pub fn calendar_date(text: &str) -> Option<String> {
    let date = Date::parse(text.trim(), DATE).ok()?;
    date.format(DATE).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_drop_only_a_zero_fraction() {
        assert_eq!(
            Timestamp(1_772_600_767_123_456).to_string(),
            "2026-03-04T05:06:07.123456Z"
        );
        assert_eq!(
            Timestamp(1_772_600_767_000_000).to_string(),
            "2026-03-04T05:06:07Z"
        );
        assert_eq!(
            Timestamp(1_772_600_767_100_000).to_string(),
            "2026-03-04T05:06:07.100000Z"
        );
    }

    #[test]
    fn only_days_that_exist_are_dates() {
        assert_eq!(calendar_date(" 2016-02-29 ").as_deref(), Some("2016-02-29"));
        assert_eq!(calendar_date("2015-02-29"), None);
        assert_eq!(calendar_date("29.02.2016"), None);
    }
}
