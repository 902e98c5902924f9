//! Reads the few numbers of `/metrics` that the checklist asks for.

/// Bytes that count against the limit.
const MEMORY: &str = "tinytales_memory_used_bytes";
/// Log lines of the last minute.
const LOG_LINES: &str = "tinytales_log_lines_last_minute";
/// 1 while more is logged than in production.
const DEBUG: &str = "tinytales_debug";

/// The numbers, as far as they were found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Metrics {
    /// Bytes that count against the limit.
    pub memory: Option<u64>,
    /// Log lines of the last minute.
    pub log_lines: Option<u64>,
    /// Whether more than warnings is logged.
    pub debug: Option<bool>,
}

impl Metrics {
    /// Reads Prometheus text.
    pub fn parse(text: &str) -> Self {
        Self {
            memory: value(text, MEMORY),
            log_lines: value(text, LOG_LINES),
            debug: value(text, DEBUG).map(|value| value > 0),
        }
    }
}

/// The whole number of a sample without labels.
fn value(text: &str, name: &str) -> Option<u64> {
    let sample = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    let number: f64 = sample.split(' ').next()?.parse().ok()?;
    // A gauge of bytes is far below 2^53, and never negative.
    (number.is_finite() && number >= 0.0).then(|| format!("{number:.0}").parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_are_found_among_others() {
        let text = "# HELP tinytales_memory_used_bytes Memory.\n# TYPE tinytales_memory_used_bytes gauge\n\
                    tinytales_memory_used_bytes_peak 9\ntinytales_memory_used_bytes 1.2e7\n\
                    tinytales_log_lines_last_minute 3 1700000000\ntinytales_debug 0\n";
        assert_eq!(
            Metrics::parse(text),
            Metrics {
                memory: Some(12_000_000),
                log_lines: Some(3),
                debug: Some(false)
            }
        );
    }

    #[test]
    fn what_is_no_number_is_nothing() {
        assert_eq!(
            Metrics::parse("tinytales_memory_used_bytes NaN\ntinytales_debug -1\n<html>"),
            Metrics::default()
        );
    }
}
