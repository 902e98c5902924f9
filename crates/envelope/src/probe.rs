//! How much memory is in use, as the kernel counts it when it decides whom to kill. A test says it by hand.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::limits::{self, Group};
use crate::memory;

/// One look at the memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of this process in memory.
    pub resident: u64,
    /// Bytes of the control group that holds the limit, without the file pages that it would give up first.
    /// The buffers of sockets are in it. `None` where no group limits this process.
    pub cgroup: Option<u64>,
}

impl Usage {
    /// What counts against the limit: the larger of both. (With a setting below the limit of the group, the group counts
    /// all the same: what else lives in it would be killed with us.)
    pub fn used(&self) -> u64 {
        self.resident.max(self.cgroup.unwrap_or_default())
    }
}

/// Looks at the memory. Clones of a manual one say the same.
#[derive(Clone, Debug)]
pub struct Probe(Source);

#[derive(Clone, Debug)]
enum Source {
    /// With the group that limits this process.
    System(Option<Group>),
    Manual(Arc<Mutex<Usage>>),
}

impl Probe {
    /// Asks the kernel.
    pub fn system() -> Self {
        Self(Source::System(limits::memory_group(Path::new("/"))))
    }

    /// Says what it is told.
    pub fn manual(usage: Usage) -> Self {
        Self(Source::Manual(Arc::new(Mutex::new(usage))))
    }

    /// Tells a manual probe what to say; the kernel is not told anything.
    pub fn set(&self, usage: Usage) {
        if let Source::Manual(manual) = &self.0 {
            *manual.lock().unwrap_or_else(PoisonError::into_inner) = usage;
        }
    }

    /// Looks. Costs two or three small reads of `/proc` and `/sys`.
    pub fn look(&self) -> Usage {
        match &self.0 {
            Source::System(group) => Usage {
                resident: memory::resident().unwrap_or_default(),
                cgroup: group.as_ref().and_then(Group::used),
            },
            Source::Manual(manual) => *manual.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Processes of the limiting group that the kernel has killed for memory.
    pub(crate) fn kills(&self) -> Option<u64> {
        match &self.0 {
            Source::System(group) => group.as_ref()?.kills(),
            Source::Manual(_) => None,
        }
    }

    /// Whether it is told what to say.
    pub(crate) fn is_manual(&self) -> bool {
        matches!(self.0, Source::Manual(_))
    }
}
