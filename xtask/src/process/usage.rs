//! What a running process has used, as Linux counts it under `/proc`.

use std::fs;
use std::time::Duration;

use crate::Result;

/// The unit of `/proc/<pid>/stat`: Linux shows hundredths of a second on every machine that we build for.
const TICKS_PER_SECOND: u64 = 100;

/// CPU time and memory of a process at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Usage {
    /// CPU time of all its threads, ended ones too, in user and kernel mode; in steps of 10 ms.
    pub(crate) cpu: Duration,
    /// Resident memory now, in bytes.
    pub(crate) resident: u64,
    /// The most resident memory that it ever had, in bytes.
    pub(crate) peak: u64,
}

impl Usage {
    /// Looks at the process `id` now.
    pub(crate) fn of(id: u32) -> Result<Self> {
        let read = |file: &str| {
            let path = format!("/proc/{id}/{file}");
            fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))
        };
        let (stat, status) = (read("stat")?, read("status")?);
        let usage = || {
            Some(Self {
                cpu: cpu(&stat)?,
                resident: bytes(&status, "VmRSS:")?,
                peak: bytes(&status, "VmHWM:")?,
            })
        };
        usage().ok_or_else(|| format!("/proc/{id} is not what Linux shows for a running process").into())
    }
}

/// CPU time from the line of `/proc/<pid>/stat`. The process's name stands in parentheses and may hold anything, so the
/// fields are counted from the last one: the first behind it is field 3, user and system time are fields 14 and 15.
fn cpu(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(14 - 3).map(str::parse::<u64>);
    let ticks = times.next()?.ok()? + times.next()?.ok()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// A line of `/proc/<pid>/status` such as `VmRSS:      2048 kB`, in bytes.
fn bytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_parentheses_does_not_shift_the_fields() {
        let stat = "42 (a) 1 (b) S 1 42 42 0 -1 4194560 900 0 0 0 123 45 7 8 20 0 4 0 100 1000 200";
        assert_eq!(cpu(stat), Some(Duration::from_millis(1680)));
    }

    #[test]
    fn memory_is_in_bytes() {
        let status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nThreads:\t1\n";
        assert_eq!(bytes(status, "VmRSS:"), Some(1024 * 1024));
        assert_eq!(bytes(status, "VmHWM:"), Some(2048 * 1024));
        assert_eq!(bytes(status, "VmSwap:"), None);
    }

    #[test]
    fn this_process_uses_memory() {
        let usage = Usage::of(std::process::id()).unwrap();
        assert!(usage.resident > 100_000 && usage.peak >= usage.resident);
    }
}
