//! Which cores a measurement runs on: the servers on one, what loads them on the others.
//!
//! A process inherits its cores from the thread that starts it, so a thread that starts a server moves there first.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Result;

/// The cores that this process may use, in two parts. On a machine with one core all share it.
#[derive(Debug)]
pub(crate) struct Cores {
    servers: CpuSet,
    others: CpuSet,
}

impl Cores {
    /// The first core for servers, the rest for whatever loads them. To be asked once, before any of them is used.
    pub(crate) fn split() -> Result<Self> {
        let all = sched_getaffinity(None)?;
        let (mut servers, mut others) = (all, all);
        if let Some(first) = (0..CpuSet::MAX_CPU).find(|core| all.is_set(*core)) {
            servers = CpuSet::new();
            servers.set(first);
            if all.count() > 1 {
                others.unset(first);
            }
        }
        Ok(Self { servers, others })
    }

    /// Runs `start` on the core of the servers, and whatever this thread does next on the others.
    pub(crate) fn on_the_servers<T>(&self, start: impl FnOnce() -> Result<T>) -> Result<T> {
        sched_setaffinity(None, &self.servers)?;
        let started = start();
        sched_setaffinity(None, &self.others)?;
        started
    }
}
