//! Staying inside the memory and the CPU that a process has. Knows nothing of what the process does.
//!
#![doc = include_str!("../README.md")]

mod admission;
pub mod allocator;
pub mod connections;
pub mod descriptors;
mod envelope;
mod gauges;
mod housekeeping;
pub mod lane;
mod level;
pub mod limits;
pub mod memory;
pub mod permits;
mod probe;
pub mod rates;
pub mod shares;
mod trim;

pub use admission::{Admission, Admitted, Answer};
pub use envelope::{Envelope, Kind, Options};
pub use gauges::{Descriptors, Gauges, Permits, Waiting};
pub use level::Level;
pub use probe::{Probe, Usage};
pub use shares::Shares;

use std::fmt;
use std::time::Duration;

/// There is no room now: come back later. What an HTTP server answers with 503 and `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// How long the work would have had to wait, as far as can be told.
    pub expected_wait: Duration,
}

impl Refused {
    /// The expected wait in whole seconds, rounded up, at least 1.
    pub fn retry_after(&self) -> u64 {
        let whole = self.expected_wait.as_secs();
        let begun = u64::from(self.expected_wait.subsec_nanos() > 0);
        (whole + begun).max(1)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no room now, try again in {} s", self.retry_after())
    }
}

impl std::error::Error for Refused {}
