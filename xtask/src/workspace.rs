//! Where the repository lies, how cargo is called in it, and what the chores read from the environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::output::say;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the repository's root")
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    environment("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// A cargo command in the repository's root. It does not learn that another cargo started this program: build scripts look
/// at such names, and a build from here and one by hand would undo each other.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(root());
    let names = std::env::vars_os().map(|(name, _)| name);
    for name in names.filter(|name| is_of_a_package(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    command
}

fn is_of_a_package(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

/// Runs the command with this terminal's output, after showing it; an error unless it succeeds.
pub(crate) fn must_succeed(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    say(&format!("$ {shown}"));
    let status = command.status().map_err(|error| format!("{shown}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{shown}: {status}").into())
    }
}

/// The command's standard output as text, with its standard error in the error when it fails.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command.output().map_err(|error| format!("{shown}: {error}"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{shown}: {}\n{}", output.status, complaint.trim_end()).into());
    }
    String::from_utf8(output.stdout)
        .map_err(|_| format!("{shown}: printed something that is not UTF-8").into())
}

/// A program that PATH leads to.
pub(crate) fn in_path(program: &str) -> Option<PathBuf> {
    let path = environment("PATH")?;
    path.split(':')
        .map(|folder| Path::new(folder).join(program))
        .find(|file| file.is_file())
}

/// Whether a continuous integration service runs this, as they all say by `CI=true`.
pub(crate) fn is_ci() -> bool {
    environment("CI").is_some_and(|value| value == "true" || value == "1")
}

/// A variable of the environment, if it is set.
#[expect(
    clippy::disallowed_methods,
    reason = "the rule is for the product; a chore has no settings but these"
)]
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The command line as one would type it.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
