//! What the figures were measured on.

use std::fmt;
use std::fs;
use std::thread;

use time::OffsetDateTime;

use super::caches::Caches;

/// The machine, as its own files describe it, and the day.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) date: String,
    cores: usize,
    model: String,
    kernel: String,
    /// Processes that wanted a core in the last minute, before anything was measured.
    load: String,
    caches: Caches,
}

impl Machine {
    /// Reads them; the day is today unless it is given.
    pub(super) fn read(date: Option<String>) -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let first_word = |text: &str| text.split_whitespace().next().unwrap_or("unknown").to_owned();
        Self {
            date: date.unwrap_or_else(|| OffsetDateTime::now_utc().date().to_string()),
            cores: thread::available_parallelism().map_or(1, usize::from),
            model: model(&read("/proc/cpuinfo"))
                .unwrap_or("unknown processor")
                .to_owned(),
            kernel: first_word(&read("/proc/sys/kernel/osrelease")),
            load: first_word(&read("/proc/loadavg")),
            caches: Caches::measure(),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            date,
            cores,
            model,
            kernel,
            load,
            caches,
        } = self;
        write!(
            f,
            "{date}: {cores} cores of {model}, Linux {kernel}, load average {load} before the run, {caches}"
        )
    }
}

fn model(cpuinfo: &str) -> Option<&str> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_named() {
        assert_eq!(
            model("processor\t: 0\nmodel name\t: AMD EPYC\n"),
            Some("AMD EPYC")
        );
        assert_eq!(model("processor\t: 0\n"), None);
        assert!(
            Machine::read(Some("2026-01-02".to_owned()))
                .to_string()
                .starts_with("2026-01-02: ")
        );
    }
}
