//! How many files this process may have open: thousands of connections are as many.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::Result;

/// Raises the limit to at least this many.
pub(crate) fn raise(least: u64) -> Result<()> {
    let now = getrlimit(Resource::Nofile);
    let maximum = now.maximum.unwrap_or(u64::MAX);
    // Only root may raise the maximum itself.
    let raised = Rlimit {
        current: Some(least.max(now.current.unwrap_or(u64::MAX))),
        maximum: Some(maximum.max(least)),
    };
    setrlimit(Resource::Nofile, raised)
        .map_err(|error| format!("{least} open files are needed, {maximum} are allowed: {error}").into())
}
