//! Chores that measure run in release, as the server does: what loads a server is a part of the measurement.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::Result;
use crate::workspace::{self, cargo, must_succeed};

/// Does nothing in a release build. In any other, builds this program and the server in release and becomes the optimised
/// one, which begins this chore anew. Both in one build, so that their dependencies are built once.
pub(crate) fn or_become_it(chore: &str, arguments: &[&str]) -> Result<()> {
    if !cfg!(debug_assertions) {
        return Ok(());
    }
    must_succeed(&mut cargo(&[
        "build",
        "--release",
        "--package",
        "tinytales",
        "--package",
        "xtask",
    ]))?;
    let mut command = Command::new(workspace::target().join("release/xtask"));
    Err(command.arg(chore).args(arguments).exec().into())
}
