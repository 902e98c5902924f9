//! Programs that the tests need besides this repository: installed where we may, else the error says what to type.

use std::path::Path;
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
