//! The control groups of this process, both versions.
//!
//! A limit holds for a group and for all groups below it, so the lowest one on the way from the process's own group
//! up to the mount point counts. In a container the own path often names a folder of the host that is not mounted;
//! the mount point itself is then the container's group, and the walk ends there.

use std::fs;
use std::path::{Path, PathBuf};

/// Less than this share of a core is taken for a misreading.
const LEAST_CPU: f64 = 0.01;

/// A control group that limits memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    folder: PathBuf,
    files: &'static Files,
    /// Bytes.
    pub(crate) limit: u64,
}

/// How a version names what it tells.
#[derive(Debug, PartialEq, Eq)]
struct Files {
    usage: &'static str,
    /// The lines of `memory.stat` with the pages of files, which the kernel takes back before it kills, in use lately
    /// (as the pages of a database are) or not.
    files: [&'static str; 2],
    /// The lines with those of them that must be written first.
    unwritten: [&'static str; 2],
    /// The file with a line `oom_kill`.
    events: &'static str,
}

const V2: Files = Files {
    usage: "memory.current",
    files: ["inactive_file ", "active_file "],
    unwritten: ["file_dirty ", "file_writeback "],
    events: "memory.events",
};

const V1: Files = Files {
    usage: "memory.usage_in_bytes",
    files: ["total_inactive_file ", "total_active_file "],
    unwritten: ["total_dirty ", "total_writeback "],
    events: "memory.oom_control",
};

impl Group {
    fn lowest(folders: &[PathBuf], file: &str, files: &'static Files) -> Option<Self> {
        let groups = folders.iter().filter_map(|folder| {
            let limit = number(&folder.join(file))?;
            Some(Self {
                folder: folder.clone(),
                files,
                limit,
            })
        });
        groups.min_by_key(|group| group.limit)
    }

    /// Bytes in use, without the pages of files that the kernel could take back at once.
    pub(crate) fn used(&self) -> Option<u64> {
        let usage = number(&self.folder.join(self.files.usage))?;
        let stat = fs::read_to_string(self.folder.join("memory.stat")).unwrap_or_default();
        let sum = |names: [&str; 2]| -> u64 { names.into_iter().filter_map(|name| named(&stat, name)).sum() };
        let clean = sum(self.files.files).saturating_sub(sum(self.files.unwritten));
        Some(usage.saturating_sub(clean))
    }

    /// Processes that the kernel has killed here for memory.
    pub(crate) fn kills(&self) -> Option<u64> {
        line(&self.folder.join(self.files.events), "oom_kill ")
    }
}

/// Folders to look into, from the process's own group upwards.
pub(super) struct Cgroups {
    v2: Vec<PathBuf>,
    memory_v1: Vec<PathBuf>,
    cpu_v1: Vec<PathBuf>,
}

impl Cgroups {
    /// Reads `/proc/self/cgroup` under `root`: lines of `id:controllers:path`, version 2 as `0::path`.
    pub(super) fn of_this_process(root: &Path) -> Self {
        let membership = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
        let mounts = root.join("sys/fs/cgroup");
        let mut found = Self {
            v2: Vec::new(),
            memory_v1: Vec::new(),
            cpu_v1: Vec::new(),
        };

        for line in membership.lines() {
            let mut fields = line.splitn(3, ':').skip(1);
            let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else {
                continue;
            };
            if controllers.is_empty() {
                // The second place is where it is mounted beside version 1.
                found.v2.extend(way_up(&mounts, path));
                found.v2.extend(way_up(&mounts.join("unified"), path));
            }
            for controller in controllers.split(',') {
                let folders = match controller {
                    "memory" => &mut found.memory_v1,
                    "cpu" => &mut found.cpu_v1,
                    _ => continue,
                };
                // Mounted under all its controllers' names ("cpu,cpuacct") or under its own.
                folders.extend(way_up(&mounts.join(controllers), path));
                folders.extend(way_up(&mounts.join(controller), path));
            }
        }
        found
    }

    /// The lowest limit of version 2, from `memory.max` (a number or "max").
    pub(super) fn memory_v2(&self) -> Option<Group> {
        Group::lowest(&self.v2, "memory.max", &V2)
    }

    /// The lowest limit of version 1, from `memory.limit_in_bytes`.
    pub(super) fn memory_v1(&self) -> Option<Group> {
        Group::lowest(&self.memory_v1, "memory.limit_in_bytes", &V1)
    }

    /// Cores, from `cpu.max` ("quota period" or "max period", in microseconds).
    pub(super) fn cpu_v2(&self) -> Option<f64> {
        lowest(self.v2.iter().filter_map(|folder| {
            let text = fs::read_to_string(folder.join("cpu.max")).ok()?;
            let (quota, period) = text.trim().split_once(' ')?;
            share(quota.parse().ok()?, period.parse().ok()?)
        }))
    }

    /// Cores, from `cpu.cfs_quota_us` (-1 is none) and `cpu.cfs_period_us`.
    pub(super) fn cpu_v1(&self) -> Option<f64> {
        lowest(self.cpu_v1.iter().filter_map(|folder| {
            share(
                number(&folder.join("cpu.cfs_quota_us"))?,
                number(&folder.join("cpu.cfs_period_us"))?,
            )
        }))
    }
}

/// The folder of `path` below `mount`, then each of its parents, `mount` last.
fn way_up(mount: &Path, path: &str) -> Vec<PathBuf> {
    let own = mount.join(path.trim_start_matches('/'));
    own.ancestors()
        .take_while(|folder| folder.starts_with(mount))
        .map(Path::to_path_buf)
        .collect()
}

/// The file's content as a number; "max" and -1 are none.
fn number(file: &Path) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// The number after `name` in a file of such lines.
fn line(file: &Path, name: &str) -> Option<u64> {
    named(&fs::read_to_string(file).ok()?, name)
}

fn named(text: &str, name: &str) -> Option<u64> {
    text.lines()
        .find_map(|line| line.strip_prefix(name))?
        .trim()
        .parse()
        .ok()
}

fn share(quota: u64, period: u64) -> Option<f64> {
    (period > 0).then(|| (quota as f64 / period as f64).max(LEAST_CPU))
}

fn lowest(quotas: impl Iterator<Item = f64>) -> Option<f64> {
    quotas.reduce(f64::min)
}
