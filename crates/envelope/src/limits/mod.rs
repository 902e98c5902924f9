//! What this process may use: memory and CPU, and who says so.
//!
//! Reads once, at start. Knows nothing of how the memory is shared out afterwards.

mod cgroup;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fs;
use std::path::Path;

use cgroup::Cgroups;
pub(crate) use cgroup::Group;

/// What is taken for granted where nothing can be read: the small machine that this crate is made for.
const ASSUMED_MEMORY: u64 = 512 * 1024 * 1024;
const ASSUMED_CPU: f64 = 1.0;

/// The limits of this process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Bytes that the process may hold before it is killed.
    pub memory_bytes: u64,
    /// Who says so.
    pub memory_source: Source,
    /// CPU seconds per second: 0.1 is a tenth of a core, 2.0 are two cores.
    pub cpu: f64,
    /// Who says so.
    pub cpu_source: Source,
}

/// Where a limit was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Given explicitly.
    Setting,
    /// A control group, version 2.
    CgroupV2,
    /// A control group, version 1.
    CgroupV1,
    /// All that the machine has.
    Machine,
    /// Nothing could be read; a small machine is assumed.
    Assumed,
}

impl Limits {
    /// Reads the limits of this process. `memory_setting` (bytes), when given, decides about the memory by itself, except
    /// that no setting lifts the limit of a control group.
    pub fn read(memory_setting: Option<u64>) -> Self {
        Self::read_under(Path::new("/"), memory_setting)
    }

    /// As [`Limits::read`], with `/proc` and `/sys` looked up under `root`.
    pub fn read_under(root: &Path, memory_setting: Option<u64>) -> Self {
        let cgroups = Cgroups::of_this_process(root);
        let found = memory(root, &cgroups);
        let (memory_bytes, memory_source) = match memory_setting {
            // More than the group has would be more than the kernel allows.
            Some(bytes) if !found.1.is_cgroup() || bytes <= found.0 => (bytes, Source::Setting),
            _ => found,
        };
        let (cpu, cpu_source) = cpu(root, &cgroups);
        Self {
            memory_bytes,
            memory_source,
            cpu,
            cpu_source,
        }
    }
}

impl Source {
    fn is_cgroup(self) -> bool {
        matches!(self, Self::CgroupV1 | Self::CgroupV2)
    }
}

/// The control group that limits the memory of this process, if one does.
pub(crate) fn memory_group(root: &Path) -> Option<Group> {
    group(&Cgroups::of_this_process(root), total_memory(root)).map(|(group, _)| group)
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Setting => "setting",
            Self::CgroupV2 => "cgroup v2",
            Self::CgroupV1 => "cgroup v1",
            Self::Machine => "machine",
            Self::Assumed => "assumed",
        })
    }
}

fn memory(root: &Path, cgroups: &Cgroups) -> (u64, Source) {
    let machine = total_memory(root);
    match (group(cgroups, machine), machine) {
        (Some((group, source)), _) => (group.limit, source),
        (None, Some(all)) => (all, Source::Machine),
        (None, None) => (ASSUMED_MEMORY, Source::Assumed),
    }
}

fn group(cgroups: &Cgroups, machine: Option<u64>) -> Option<(Group, Source)> {
    // Version 1 says 'no limit' by a number larger than any machine.
    let real = |group: &Group| machine.is_none_or(|all| group.limit < all);
    let v2 = cgroups
        .memory_v2()
        .filter(real)
        .map(|group| (group, Source::CgroupV2));
    v2.or_else(|| {
        cgroups
            .memory_v1()
            .filter(real)
            .map(|group| (group, Source::CgroupV1))
    })
}

fn cpu(root: &Path, cgroups: &Cgroups) -> (f64, Source) {
    let machine = usable_cores(root);
    let real = |quota: &f64| machine.is_none_or(|all| *quota < all);

    if let Some(quota) = cgroups.cpu_v2().filter(real) {
        return (quota, Source::CgroupV2);
    }
    if let Some(quota) = cgroups.cpu_v1().filter(real) {
        return (quota, Source::CgroupV1);
    }
    machine.map_or((ASSUMED_CPU, Source::Assumed), |all| (all, Source::Machine))
}

/// `MemTotal:       16384000 kB` of `/proc/meminfo`, in bytes.
fn total_memory(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kib.checked_mul(1024)
}

/// The cores that this process may run on: `Cpus_allowed_list:  0-3,6` of `/proc/self/status`.
fn usable_cores(root: &Path) -> Option<f64> {
    let text = fs::read_to_string(root.join("proc/self/status")).ok()?;
    let ranges = text
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    let mut cores = 0.0;
    for range in ranges.trim().split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        cores += f64::from(last.checked_sub(first)?) + 1.0;
    }
    Some(cores)
}
