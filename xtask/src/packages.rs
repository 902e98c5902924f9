//! Programs that the tests need besides this repository: installed where we may, else the error says what to type.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::process::Account;
use crate::workspace::{self, must_succeed};

/// Installs `package` of Debian, which brings `program`.
pub(crate) fn install(program: &str, package: &str) -> Result<()> {
    let by_hand = format!("apt-get update && apt-get install -y {package}");
    let debian = Path::new("/etc/debian_version").exists();
    let sudo = workspace::is_ci()
        && Command::new("sudo")
            .args(["-n", "true"])
            .output()
            .is_ok_and(|o| o.status.success());
    match (debian, Account::is_root(), sudo) {
        (true, true, _) => must_succeed(
            Command::new("sh")
                .args(["-ec", &by_hand])
                .env("DEBIAN_FRONTEND", "noninteractive"),
        ),
        (true, false, true) => {
            let script = format!("export DEBIAN_FRONTEND=noninteractive; {by_hand}");
            must_succeed(Command::new("sudo").args(["-n", "sh", "-ec", &script]))
        }
        (true, false, false) => Err(format!("{program} is missing; type: sudo sh -c '{by_hand}'").into()),
        (false, ..) => Err(format!("{program} is missing; install it and put it into PATH").into()),
    }
}

/// `program` of a Python package from PyPI, in a virtual environment of its own under `target/`; `package` may name
/// extras, as in `moto[server]`.
pub(crate) fn python_program(package: &str, version: &str, program: &str) -> Result<PathBuf> {
    let folder = workspace::target().join(format!("{program}-{version}"));
    let path = folder.join("bin").join(program);
    // An installation that was broken off leaves the program's folder but not this mark.
    let complete = folder.join("complete");
    if complete.is_file() {
        return Ok(path);
    }
    must_succeed(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder),
    )
    .map_err(|error| {
        format!(
            "{error}\nPython 3.10 or newer with venv is needed; on Debian: apt-get install -y python3-venv"
        )
    })?;
    let wanted = format!("{package}=={version}");
    must_succeed(Command::new(folder.join("bin/pip")).args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        &wanted,
    ]))?;
    fs::write(complete, version)?;
    Ok(path)
}

/// A browser for the tests of the console, under one of the names that they look for.
pub(crate) fn find_or_install_browser() -> Result<()> {
    let is_there = || {
        ["chromium", "chromium-browser", "google-chrome"]
            .iter()
            .any(|name| workspace::in_path(name).is_some())
    };
    if is_there() {
        return Ok(());
    }
    install("Chromium", "chromium")?;
    if is_there() {
        return Ok(());
    }
    Err("Chromium was installed, but is not in PATH".into())
}
