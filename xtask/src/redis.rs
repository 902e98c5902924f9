//! A real Redis for the tests: found or installed, started on a free loopback port, and gone with what it holds when the
//! tests are over.

use std::fs::File;
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;

use crate::process::{self, Running, StopBy, tied};
use crate::{Result, output, packages, workspace};

const PROGRAM: &str = "redis-server";
const READY_WITHIN: Duration = Duration::from_secs(10);

/// The Redis of this machine; one is installed when there is none and we may, else the error says what to type.
pub(crate) fn find_or_install() -> Result<PathBuf> {
    if let Some(found) = workspace::in_path(PROGRAM) {
        return Ok(found);
    }
    packages::install("Redis", PROGRAM)?;
    workspace::in_path(PROGRAM).ok_or_else(|| "Redis was installed, but there is no redis-server".into())
}

/// A running Redis, which keeps nothing on the disk; dropping it stops it.
pub(crate) struct Redis {
    url: String,
    /// Stands before the folder: it is dropped first.
    _running: Running,
    _folder: TempDir,
}

impl Redis {
    /// Starts the server and waits until it takes connections.
    pub(crate) fn start() -> Result<Self> {
        let program = find_or_install()?;
        let folder = tempfile::Builder::new().prefix("tinytales-redis-").tempdir()?;
        let log = folder.path().join("log");
        let port = process::free_port()?;
        let mut command = tied(&program, StopBy::Terminate, None)?;
        let out = File::create(&log)?;
        command
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .current_dir(&folder)
            .stdout(out.try_clone()?)
            .stderr(out);
        let mut running = Running::start(command, StopBy::Terminate)?;
        let answers = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        process::wait_until(&mut running, READY_WITHIN, answers)
            .map_err(|error| format!("Redis {error}{}", process::tail(&log)))?;
        let url = format!("redis://127.0.0.1:{port}");
        output::say(&format!("Redis {} answers at {url}", running.id()));
        Ok(Self {
            url,
            _running: running,
            _folder: folder,
        })
    }

    /// Where it answers, without a password.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}
