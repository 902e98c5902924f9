//! A memory limit and a CPU quota for one server, by control groups of our own: version 1 or 2, whichever the machine has.
//!
//! A group is made for one server and removed with its guard. Where the right to make one is missing, [`NotPossible`] says
//! why, and the chore ends with exit code 3: what was not measured inside the limits was not measured.

mod files;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{fmt, io};

pub(crate) use self::files::Memory;
use crate::Result;

/// Where every distribution mounts control groups.
const ROOT: &str = "/sys/fs/cgroup";
/// The usual period of a quota, in microseconds.
const PERIOD: u64 = 100_000;
/// How long a group may take to notice that its last process has ended.
const REMOVED_WITHIN: Duration = Duration::from_secs(5);

/// What a server may use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limits {
    /// Bytes, without any swap.
    pub(crate) memory: u64,
    /// Per cent of one core; nothing for all that there is.
    pub(crate) cpu: Option<u64>,
}

/// No control group can be made here, and why.
#[derive(Debug)]
pub(crate) struct NotPossible(String);

impl fmt::Display for NotPossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no control group can be made, so nothing was measured: {} (root is needed, and cgroup v1 or v2 under {ROOT})",
            self.0
        )
    }
}

impl std::error::Error for NotPossible {}

/// A group with its limits; dropping it removes it. Whatever runs in it must be stopped before.
#[derive(Debug)]
pub(crate) struct Cgroup {
    version: Version,
    /// One in version 2; of memory, and of the CPU where that is limited, in version 1.
    folders: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Version {
    One,
    Two,
}

impl Cgroup {
    /// Makes a group with these limits.
    pub(crate) fn make(limits: Limits) -> std::result::Result<Self, NotPossible> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tinytales-{}-{number}", std::process::id());
        Self::make_under(Path::new(ROOT), &name, limits)
    }

    fn make_under(root: &Path, name: &str, limits: Limits) -> std::result::Result<Self, NotPossible> {
        let version = version_of(root)
            .ok_or_else(|| NotPossible(format!("{} has neither controller", root.display())))?;
        // Made before anything is written, so that a failure half way removes what there is.
        let mut group = Self {
            version,
            folders: Vec::new(),
        };
        let done = match version {
            Version::One => group.make_one(root, name, limits),
            Version::Two => group.make_two(root, name, limits),
        };
        done.map(|()| group).map_err(NotPossible)
    }

    fn make_one(&mut self, root: &Path, name: &str, limits: Limits) -> std::result::Result<(), String> {
        let memory = self.folder(&root.join("memory").join(name))?;
        write(&memory.join("memory.limit_in_bytes"), limits.memory)?;
        // Memory and swap together; the file is there where the kernel counts swap.
        let with_swap = memory.join("memory.memsw.limit_in_bytes");
        if with_swap.exists() {
            write(&with_swap, limits.memory)?;
        }
        if let Some(percent) = limits.cpu {
            let cpu = self.folder(&root.join("cpu").join(name))?;
            write(&cpu.join("cpu.cfs_period_us"), PERIOD)?;
            write(&cpu.join("cpu.cfs_quota_us"), PERIOD * percent / 100)?;
        }
        Ok(())
    }

    fn make_two(&mut self, root: &Path, name: &str, limits: Limits) -> std::result::Result<(), String> {
        // Where the controllers are on already, or may not be turned on, the files below tell.
        let _ = fs::write(root.join("cgroup.subtree_control"), "+memory +cpu");
        let group = self.folder(&root.join(name))?;
        write(&group.join("memory.max"), limits.memory)?;
        let swap = group.join("memory.swap.max");
        if swap.exists() {
            write(&swap, 0)?;
        }
        if let Some(percent) = limits.cpu {
            let quota = format!("{} {PERIOD}", PERIOD * percent / 100);
            write(&group.join("cpu.max"), quota)?;
        }
        Ok(())
    }

    fn folder(&mut self, path: &Path) -> std::result::Result<PathBuf, String> {
        fs::create_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
        self.folders.push(path.to_owned());
        Ok(path.to_owned())
    }

    /// The files that take the id of a process that is to enter.
    pub(crate) fn procs(&self) -> Vec<PathBuf> {
        self.folders
            .iter()
            .map(|folder| folder.join("cgroup.procs"))
            .collect()
    }

    /// What the group uses and has used.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let folder = self.folders.first().ok_or("the group has no folder")?;
        Memory::read(self.version, |file| {
            fs::read_to_string(folder.join(file)).map_err(|error| format!("{file}: {error}"))
        })
        .map_err(Into::into)
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let deadline = Instant::now() + REMOVED_WITHIN;
        for folder in self.folders.drain(..) {
            // A group with a process in it cannot be removed; one that is just ending takes a moment.
            while fs::remove_dir(&folder).is_err_and(|error| error.kind() != io::ErrorKind::NotFound)
                && Instant::now() < deadline
            {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

/// Version 2 where its tree has both controllers; a machine in transition has them in the trees of version 1.
fn version_of(root: &Path) -> Option<Version> {
    let controllers = fs::read_to_string(root.join("cgroup.controllers")).unwrap_or_default();
    let has = |name: &str| {
        controllers
            .split_whitespace()
            .any(|controller| controller == name)
    };
    if has("memory") && has("cpu") {
        return Some(Version::Two);
    }
    let files = ["memory/memory.limit_in_bytes", "cpu/cpu.cfs_quota_us"];
    files
        .iter()
        .all(|file| root.join(file).exists())
        .then_some(Version::One)
}

fn write(file: &Path, value: impl fmt::Display) -> std::result::Result<(), String> {
    fs::write(file, value.to_string()).map_err(|error| format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests;
