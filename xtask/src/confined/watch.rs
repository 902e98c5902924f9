//! A look every tenth of a second, because the kernel keeps the highest value of some figures only.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::Result;
use crate::cgroup::{Cgroup, Memory};
use crate::process::Usage;

const EVERY: Duration = Duration::from_millis(100);

/// What a server used, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    /// Resident at the last look.
    pub(crate) resident: u64,
    /// Most resident, as the kernel kept it.
    pub(crate) resident_peak: u64,
    /// Most of the group without idle pages of files, as sampled: what the kernel would kill for.
    pub(crate) working_peak: u64,
    /// Most of the group with every cached page of a file, as the kernel kept it.
    pub(crate) group_peak: u64,
    /// Processes of the group that the kernel killed.
    pub(crate) kills: u64,
    /// CPU time.
    pub(crate) cpu: Duration,
}

impl Seen {
    /// The first look. An error when there is nothing to be seen: that would pass for a server that uses nothing.
    pub(super) fn first(memory: Result<Memory>, usage: Result<Usage>) -> Result<Self> {
        let mut seen = Self::default();
        seen.add_memory(memory?);
        seen.add_usage(usage?);
        Ok(seen)
    }

    /// What a host would have seen at most: the larger of the resident memory and what the group held.
    pub(crate) fn peak(&self) -> u64 {
        self.resident_peak.max(self.working_peak)
    }

    fn add_memory(&mut self, memory: Memory) {
        self.working_peak = self.working_peak.max(memory.working());
        self.group_peak = self.group_peak.max(memory.peak);
        self.kills = self.kills.max(memory.kills);
    }

    fn add_usage(&mut self, usage: Usage) {
        self.resident = usage.resident;
        self.resident_peak = self.resident_peak.max(usage.peak);
        self.cpu = usage.cpu;
    }
}

/// Looks until it is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    process: u32,
    group: Cgroup,
    seen: Mutex<Seen>,
    is_over: AtomicBool,
}

impl Watch {
    /// Watches this process, alone in this group, of which this was seen first. The group goes with the watch.
    pub(super) fn start(process: u32, group: Cgroup, first: Seen) -> Self {
        let shared = Arc::new(Shared {
            process,
            group,
            seen: Mutex::new(first),
            is_over: AtomicBool::new(false),
        });
        let watched = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            while !watched.is_over.load(Ordering::Relaxed) {
                watched.look();
                thread::sleep(EVERY);
            }
        });
        Self {
            shared,
            thread: Some(thread),
        }
    }

    /// What was seen until now, a look of this moment included.
    pub(super) fn seen(&self) -> Seen {
        self.shared.look();
        *self.shared.seen()
    }
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A process that has ended leaves what was seen before.
    fn look(&self) {
        let (memory, usage) = (self.group.memory(), Usage::of(self.process));
        let mut seen = self.seen();
        if let Ok(memory) = memory {
            seen.add_memory(memory);
        }
        if let Ok(usage) = usage {
            seen.add_usage(usage);
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It does not panic, and there would be nobody to tell.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_looked_at_is_an_error_and_not_a_server_that_uses_nothing() {
        let usage = Usage {
            cpu: Duration::ZERO,
            resident: 700,
            peak: 800,
        };
        let memory = Memory {
            current: 900,
            ..Memory::default()
        };
        let first = Seen::first(Ok(memory), Ok(usage)).unwrap();
        assert_eq!((first.working_peak, first.resident_peak), (900, 800));
        let error = Seen::first(Err("memory.events: missing".into()), Ok(usage)).unwrap_err();
        assert_eq!(error.to_string(), "memory.events: missing");
        assert!(Seen::first(Ok(memory), Err("no process".into())).is_err());
    }

    #[test]
    fn the_most_of_each_figure_is_kept() {
        let mut seen = Seen::default();
        for (current, inactive_file) in [(900, 100), (1_000, 900), (500, 0)] {
            seen.add_memory(Memory {
                current,
                peak: 1_100,
                inactive_file,
                kills: 0,
            });
        }
        for (resident, peak) in [(700, 700), (300, 850)] {
            seen.add_usage(Usage {
                cpu: Duration::from_secs(1),
                resident,
                peak,
            });
        }
        assert_eq!(
            (seen.working_peak, seen.group_peak, seen.resident),
            (800, 1_100, 300)
        );
        assert_eq!(seen.peak(), 850);
    }
}
