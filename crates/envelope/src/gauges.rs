//! What can be seen from outside of how a process stays inside its memory.

use crate::level::Level;
use crate::permits::Bytes;

/// A look at everything; costs a few loads and small reads of `/proc`.
#[derive(Clone, Copy, Debug)]
pub struct Gauges {
    /// Bytes that the process must not exceed.
    pub limit: u64,
    /// Bytes that count against it: the larger of the next two.
    pub used: u64,
    /// Bytes of this process in memory.
    pub resident: u64,
    /// Bytes of the control group with the limit, file pages that can go left out.
    pub cgroup: Option<u64>,
    /// The most bytes of this process that ever were in memory.
    pub peak: u64,
    /// How close it is.
    pub level: Level,
    /// Connections that are open, and how many may be.
    pub connections: usize,
    /// How many connections may be open.
    pub connections_limit: usize,
    /// Request bodies.
    pub bodies: Permits,
    /// Big responses.
    pub responses: Permits,
    /// Exports and images.
    pub exports: Permits,
    /// The hashing lane.
    pub hashing: Waiting,
    /// How often free memory went back to the kernel.
    pub trims: u64,
    /// Processes of the control group that the kernel has killed for memory. `None` where it does not say.
    pub kills: Option<u64>,
    /// Open files.
    pub descriptors: Descriptors,
}

/// Bytes that are handed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permits {
    /// Bytes that are held.
    pub held: u64,
    /// Bytes that there are.
    pub total: u64,
    /// Takers that wait.
    pub waiting: usize,
}

impl From<&Bytes> for Permits {
    fn from(bytes: &Bytes) -> Self {
        Self {
            held: bytes.total() - bytes.free().min(bytes.total()),
            total: bytes.total(),
            waiting: bytes.waiting(),
        }
    }
}

/// A queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Jobs that wait or are being done.
    pub waiting: usize,
    /// Jobs that may wait.
    pub capacity: usize,
}

/// Open files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Descriptors {
    /// Open now.
    pub open: u64,
    /// How many may be open.
    pub limit: u64,
}
