//! Which cores a measurement runs on: the servers on one, what loads them on the others.
//!
//! A process inherits its cores from the thread that starts it, so a thread that starts a server moves there first.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Result;

/// Runs `start` on the first core that this process may use, and whatever follows on the others. On a machine with one
/// core all share it.
pub(super) fn on_one_core<T>(start: impl FnOnce() -> Result<T>) -> Result<T> {
    let all = sched_getaffinity(None)?;
    let Some(first) = (0..CpuSet::MAX_CPU).find(|core| all.is_set(*core)) else {
        return start();
    };
    let mut one = CpuSet::new();
    one.set(first);
    sched_setaffinity(None, &one)?;
    let started = start();
    let mut others = all;
    if all.count() > 1 {
        others.unset(first);
    }
    sched_setaffinity(None, &others)?;
    started
}
