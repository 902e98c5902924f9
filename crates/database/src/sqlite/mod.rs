//! The embedded engine: one thread that writes, a few that read, one that moves the log into the file.

mod batch;
mod checkpoint;
mod errors;
mod exclusive;
mod functions;
mod inspect;
mod migrate;
mod session;
mod snapshot;
mod threads;

pub(crate) use exclusive::exclusively;
pub(crate) use inspect::inspect;
pub(crate) use migrate::{migrate, pending};
pub(crate) use snapshot::snapshot;
pub(crate) use threads::start;
