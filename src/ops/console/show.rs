//! Figures as people read them. A megabyte has 2^20 bytes, as on the hosting dashboard.

use time::UtcDateTime;

use crate::clock::{DAY, HOUR, MINUTE, SECOND};

const MIB: f64 = 1_048_576.0;

/// `0 MB`, `312 KB`, `11.3 MB`, `512 MB`, `1.2 GB`.
pub(super) fn size(bytes: u64) -> String {
    let mib = bytes as f64 / MIB;
    if bytes == 0 {
        return "0 MB".to_owned();
    }
    if mib < 0.95 {
        return format!("{:.0} KB", mib * 1024.0);
    }
    if mib < 99.95 {
        return format!("{} MB", short(mib));
    }
    if mib < 1024.0 {
        return format!("{mib:.0} MB");
    }
    format!("{} GB", short(mib / 1024.0))
}

/// One decimal, unless it is zero: `5`, `5.2`.
pub(super) fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// The time of an answer in microseconds: `< 1 ms`, `12 ms`, `1.5 s`.
pub(super) fn time(micros: u64) -> String {
    match micros {
        0..1_000 => "< 1 ms".to_owned(),
        1_000..1_000_000 => format!("{} ms", micros / 1_000),
        _ => format!("{} s", short(micros as f64 / 1e6)),
    }
}

/// The same, or a dash where nothing was measured.
pub(super) fn maybe_time(micros: Option<u64>) -> String {
    micros.map_or_else(|| "–".to_owned(), time)
}

/// A stretch of time in its two largest units: `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`.
pub(super) fn span(micros: i64) -> String {
    let (days, hours, minutes) = (micros / DAY, micros % DAY / HOUR, micros % HOUR / MINUTE);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{} s", micros.max(0) / SECOND),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// `just now`, `12 min ago`.
pub(super) fn ago(now: i64, at: i64) -> String {
    if now - at < 2 * SECOND {
        return "just now".to_owned();
    }
    format!("{} ago", span(now - at))
}

/// `2026-03-04 05:06 UTC`.
pub(super) fn moment(at: i64) -> String {
    let moment = utc(at);
    format!(
        "{}-{:02}-{:02} {:02}:{:02} UTC",
        moment.year(),
        u8::from(moment.month()),
        moment.day(),
        moment.hour(),
        moment.minute()
    )
}

/// `05:06`.
pub(super) fn clock_time(at: i64) -> String {
    let moment = utc(at);
    format!("{:02}:{:02}", moment.hour(), moment.minute())
}

fn utc(at: i64) -> UtcDateTime {
    UtcDateTime::from_unix_timestamp_nanos(i128::from(at) * 1000).unwrap_or(UtcDateTime::UNIX_EPOCH)
}

/// `47 %` of a whole; nothing is none of nothing.
pub(super) fn percent(part: u64, whole: u64) -> String {
    let share = part as f64 * 100.0 / whole.max(1) as f64;
    if share > 0.0 && share < 1.0 {
        return "under 1 %".to_owned();
    }
    format!("{share:.0} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_unit_that_fits() {
        for (bytes, text) in [
            (0, "0 MB"),
            (320 << 10, "320 KB"),
            (1 << 20, "1 MB"),
            ((11 << 20) + (300 << 10), "11.3 MB"),
            (512 << 20, "512 MB"),
            (5 << 30, "5 GB"),
            ((1 << 30) + (200 << 20), "1.2 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn times_and_spans_are_short() {
        assert_eq!(
            [time(0), time(999), time(12_345), time(1_540_000)],
            ["< 1 ms", "< 1 ms", "12 ms", "1.5 s"]
        );
        assert_eq!(maybe_time(None), "–");
        let spans = [
            45 * SECOND,
            12 * MINUTE,
            HOUR,
            3 * HOUR + 20 * MINUTE,
            2 * DAY + 4 * HOUR,
            -5,
        ];
        assert_eq!(
            spans.map(span),
            ["45 s", "12 min", "1 h", "3 h 20 min", "2 d 4 h", "0 s"]
        );
        assert_eq!(ago(10 * MINUTE, 0), "10 min ago");
    }

    #[test]
    fn instants_are_in_utc() {
        assert_eq!(moment(1_772_600_767_123_456), "2026-03-04 05:06 UTC");
        assert_eq!(clock_time(1_772_600_767_123_456), "05:06");
    }

    #[test]
    fn a_little_is_not_nothing() {
        assert_eq!(
            [percent(0, 100), percent(1, 1000), percent(47, 100), percent(1, 0)],
            ["0 %", "under 1 %", "47 %", "100 %"]
        );
    }
}
