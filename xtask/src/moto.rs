//! An S3-compatible store for the tests of the bucket: moto, from PyPI, on a free loopback port. What it holds is in its
//! memory, and gone with it.

use std::fs::File;
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use tempfile::TempDir;

use crate::process::{self, Running, StopBy, tied};
use crate::workspace::{cargo, must_succeed};
use crate::{Result, output, packages};

const VERSION: &str = "5.2.5";
const READY_WITHIN: Duration = Duration::from_secs(60);
/// Tells the tests where the store is.
const ENDPOINT_OF_THE_TESTS: &str = "TEST_BUCKET_ENDPOINT";

/// Runs the tests of backups with the feature `bucket`, on SQLite.
pub(crate) fn run() -> Result<()> {
    let store = Store::start()?;
    must_succeed(
        cargo(&["test", "--features", "bucket", "--test", "backups", "bucket"])
            .env(ENDPOINT_OF_THE_TESTS, &store.url)
            .env_remove("TEST_DATABASE_URL"),
    )
}

/// A running store; dropping it stops it.
struct Store {
    url: String,
    /// Stands before the folder: it is dropped first.
    _running: Running,
    _folder: TempDir,
}

impl Store {
    fn start() -> Result<Self> {
        let program = packages::python_program("moto[server]", VERSION, "moto_server")?;
        let folder = tempfile::Builder::new().prefix("tinytales-moto-").tempdir()?;
        let log = folder.path().join("log");
        let port = process::free_port()?;
        let mut command = tied(&program, StopBy::Terminate, None)?;
        let out = File::create(&log)?;
        command
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .current_dir(&folder)
            .stdout(out.try_clone()?)
            .stderr(out);
        let mut running = Running::start(command, StopBy::Terminate)?;
        let answers = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        process::wait_until(&mut running, READY_WITHIN, answers)
            .map_err(|error| format!("moto {error}{}", process::tail(&log)))?;
        let url = format!("http://127.0.0.1:{port}");
        output::say(&format!("moto {VERSION} answers at {url}"));
        Ok(Self {
            url,
            _running: running,
            _folder: folder,
        })
    }
}
