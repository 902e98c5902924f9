//! A real PostgreSQL for the tests: found or installed, started in a temporary folder on a free loopback port, and gone
//! with its data when the tests are over. (A run that is killed hard leaves the folder behind, but no process.)

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::packages;
use crate::process::{self, Account, Running, StopBy};
use crate::workspace::{self, output_of};
use crate::{Result, output};

const USER: &str = "tinytales";
/// Where Debian keeps one folder per version; its `initdb` is in nobody's PATH.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";
/// Who may run PostgreSQL when we are root, which it refuses to run as. Debian's package makes the first.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];
const READY_WITHIN: Duration = Duration::from_secs(30);
/// A folder in memory, and the bytes that must be free there.
const MEMORY: &str = "/dev/shm";
const ROOM: u64 = 2 << 30;
/// How soon a start is tried again.
const AGAIN: Duration = Duration::from_millis(100);

/// Small, and as durable as in production: `fsync` and `synchronous_commit` keep their defaults. Every test brings a few
/// connections of its own.
const SETTINGS: [&str; 3] = [
    "listen_addresses=127.0.0.1",
    "shared_buffers=32MB",
    "max_connections=200",
];

/// The folder of a PostgreSQL's programs.
#[derive(Clone, Debug)]
pub(crate) struct Installation {
    programs: PathBuf,
}

impl Installation {
    /// The PostgreSQL of this machine; one is installed when there is none and we may, else the error says what to type.
    pub(crate) fn find_or_install() -> Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        packages::install("PostgreSQL", "postgresql")?;
        Self::find().ok_or_else(|| "PostgreSQL was installed, but there is no initdb".into())
    }

    fn find() -> Option<Self> {
        let in_path = workspace::in_path("initdb").and_then(|initdb| Some(initdb.parent()?.to_owned()));
        let folders = in_path.into_iter().chain(versions(Path::new(DEBIAN_VERSIONS)));
        let complete = |folder: &PathBuf| {
            ["initdb", "postgres", "pg_isready"]
                .iter()
                .all(|p| folder.join(p).is_file())
        };
        folders
            .into_iter()
            .find(complete)
            .map(|programs| Self { programs })
    }

    fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }
}

/// The program folders of the installed versions, newest first.
fn versions(root: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(root).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = folders
        .filter_map(|folder| {
            Some((
                folder.file_name().to_str()?.parse().ok()?,
                folder.path().join("bin"),
            ))
        })
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// A running PostgreSQL with an empty database; dropping it stops it and removes its data.
#[derive(Debug)]
pub(crate) struct Cluster {
    installation: Installation,
    port: u16,
    account: Option<Account>,
    url: String,
    /// Nothing while it is stopped. Stands before the folder: it is dropped first.
    running: Option<Running>,
    folder: TempDir,
}

impl Cluster {
    /// Makes the files, starts the server and waits until it takes connections.
    pub(crate) fn start(installation: &Installation) -> Result<Self> {
        Self::start_on(installation, files().tempdir()?)
    }

    /// The same with its files in memory, where there is room for them: a server that was killed first syncs all of its
    /// files, which a disk that others keep busy draws out.
    pub(crate) fn start_in_memory(installation: &Installation) -> Result<Self> {
        let has_room = rustix::fs::statvfs(MEMORY).is_ok_and(|room| room.f_bavail * room.f_frsize >= ROOM);
        let folder = if has_room {
            files().tempdir_in(MEMORY)?
        } else {
            files().tempdir()?
        };
        Self::start_on(installation, folder)
    }

    fn start_on(installation: &Installation, folder: TempDir) -> Result<Self> {
        let account = if Account::is_root() {
            Some(unprivileged()?)
        } else {
            None
        };
        if let Some(Account { user, group }) = account {
            std::os::unix::fs::chown(folder.path(), Some(user), Some(group))?;
        }
        create(installation, folder.path(), account)?;

        let port = process::free_port()?;
        let mut cluster = Self {
            installation: installation.clone(),
            port,
            account,
            url: format!("postgres://{USER}@127.0.0.1:{port}/postgres"),
            running: None,
            folder,
        };
        let process = cluster.start_again()?;
        output::say(&format!("PostgreSQL {process} answers at {}", cluster.url));
        Ok(cluster)
    }

    /// Stops the server as an administrator does who is in a hurry: it does not wait for its clients. Its data stays.
    pub(crate) fn stop(&mut self) -> Result<()> {
        self.running
            .take()
            .map_or(Ok(()), |running| running.stop().map(drop))
    }

    /// Kills the server without a word. Its data stays, and so does what it had promised.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.running.take().map_or(Ok(()), Running::kill)
    }

    /// Starts the server again after it was killed: the processes that it has left behind notice that it is gone, and
    /// until then it does not start.
    pub(crate) fn recover(&mut self) -> Result<u32> {
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            match self.start_again() {
                Err(_) if Instant::now() < deadline => std::thread::sleep(AGAIN),
                ended => return ended,
            }
        }
    }

    /// Starts the server on its data and its port and waits until it takes connections; its process.
    pub(crate) fn start_again(&mut self) -> Result<u32> {
        let log = self.folder.path().join("log");
        let mut running = launch(
            &self.installation,
            self.folder.path(),
            &log,
            self.port,
            self.account,
        )?;
        let program = self.installation.program("pg_isready");
        let port = self.port.to_string();
        let ready = || output_of(Command::new(&program).args(["-h", "127.0.0.1", "-p", &port])).is_ok();
        process::wait_until(&mut running, READY_WITHIN, ready)
            .map_err(|error| format!("PostgreSQL {error}{}", process::tail(&log)))?;
        let process = running.id();
        self.running = Some(running);
        Ok(process)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Where a superuser may connect, without a password.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

fn files() -> tempfile::Builder<'static, 'static> {
    let mut files = tempfile::Builder::new();
    files.prefix("tinytales-postgres-");
    files
}

fn unprivileged() -> Result<Account> {
    let found = ACCOUNTS.iter().find_map(|name| Account::named(name));
    found.ok_or_else(|| {
        "PostgreSQL does not run as root, and there is neither a postgres nor a nobody account".into()
    })
}

/// C.UTF-8 knows letters beyond ASCII, as the hosted databases do, and every Debian has it.
fn create(installation: &Installation, folder: &Path, account: Option<Account>) -> Result<()> {
    let mut command = process::tied(&installation.program("initdb"), StopBy::Interrupt, account)?;
    command.args([
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
        "--username",
        USER,
        "-D",
    ]);
    command.arg(folder.join("data")).current_dir(folder);
    output_of(&mut command).map(drop)
}

fn launch(
    installation: &Installation,
    folder: &Path,
    log: &Path,
    port: u16,
    account: Option<Account>,
) -> Result<Running> {
    let log = File::create(log)?;
    let mut command = process::tied(&installation.program("postgres"), StopBy::Interrupt, account)?;
    command
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-p", &port.to_string()]);
    command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    command.current_dir(folder).stdout(log.try_clone()?).stderr(log);
    Running::start(command, StopBy::Interrupt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first_and_other_folders_are_left_out() {
        let root = tempfile::tempdir().unwrap();
        for name in ["9", "15", "common", "13"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        let expected: Vec<PathBuf> = ["15/bin", "13/bin", "9/bin"]
            .iter()
            .map(|p| root.path().join(p))
            .collect();
        assert_eq!(versions(root.path()), expected);
        assert!(versions(&root.path().join("missing")).is_empty());
    }
}
