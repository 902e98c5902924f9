//! What the kernel writes into the files of a group.

use super::Version;

/// Memory of a group at one moment, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Memory {
    /// Everything that is charged to it, cached pages of files too.
    pub(crate) current: u64,
    /// The most that `current` ever was.
    pub(crate) peak: u64,
    /// Cached pages of files that were not used lately: given back before anybody is killed.
    pub(crate) inactive_file: u64,
    /// How many processes the kernel killed because the group was full.
    pub(crate) kills: u64,
}

impl Memory {
    /// Reads the files of a group of this version by `file`.
    pub(super) fn read(
        version: Version,
        file: impl Fn(&str) -> Result<String, String>,
    ) -> Result<Self, String> {
        let alone = |name: &str| number(name, &file(name)?);
        let named = |name: &str, key: &str| {
            keyed(&file(name)?, key).ok_or_else(|| format!("{name} has no line {key}"))
        };
        match version {
            Version::One => Ok(Self {
                current: alone("memory.usage_in_bytes")?,
                peak: alone("memory.max_usage_in_bytes")?,
                inactive_file: named("memory.stat", "total_inactive_file")?,
                kills: named("memory.oom_control", "oom_kill")?,
            }),
            Version::Two => {
                let current = alone("memory.current")?;
                Ok(Self {
                    current,
                    // Kernels before 5.19 do not keep it: then the samples are all there is.
                    peak: alone("memory.peak").unwrap_or(current),
                    inactive_file: named("memory.stat", "inactive_file")?,
                    kills: named("memory.events", "oom_kill")?,
                })
            }
        }
    }

    /// What cannot simply be given back: what the kernel would kill for, and what hosting dashboards show.
    pub(crate) fn working(&self) -> u64 {
        self.current.saturating_sub(self.inactive_file)
    }
}

fn number(name: &str, text: &str) -> Result<u64, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("{name} holds no number: {text:?}"))
}

/// The number behind a key, in a file with one key and one number a line.
fn keyed(text: &str, key: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))?;
    line.trim().parse().ok()
}
