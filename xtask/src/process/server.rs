//! Our own server as a child process, on a free loopback port with a data folder of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use super::{Running, StopBy, free_port, tail, tied, wait_until};
use crate::Result;
use crate::http::{Client, Request};
use crate::workspace::{self, cargo, must_succeed};

/// Answers 200 from memory as soon as the server takes requests.
const HEALTH: &str = "/healthz";
const READY_WITHIN: Duration = Duration::from_secs(60);

/// How to start a server: the program, what to say to it, and where it keeps its data.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<&'static str>,
    /// Becomes `DATA_DIR`, and holds the server's log.
    pub(crate) data: PathBuf,
    /// Settings besides `DATA_DIR`, `HOST` and `PORT`. Nothing is inherited from this process but `PATH`.
    pub(crate) settings: Vec<(&'static str, String)>,
    /// `cgroup.procs` files of the groups that the server enters before its first instruction.
    pub(crate) groups: Vec<PathBuf>,
}

impl Launch {
    /// Builds the server as the tests do and starts it with the demo world in the folder `data`.
    pub(crate) fn demo(data: &Path) -> Result<Self> {
        must_succeed(&mut cargo(&["build", "--package", "tinytales"]))?;
        Ok(Self {
            program: workspace::target().join("debug/tinytales"),
            arguments: vec!["serve", "--demo"],
            data: data.to_owned(),
            settings: vec![("RATE_LIMITS", "off".to_owned())],
            groups: Vec::new(),
        })
    }
}

/// A running server; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Server {
    running: Running,
    port: u16,
    log: PathBuf,
    /// From the start of the process to its first 200, in steps of about a millisecond.
    ready_after: Duration,
}

impl Server {
    /// Starts the server and waits until it answers. When it does not, the error ends with the last lines of its log.
    pub(crate) fn start(launch: &Launch) -> Result<Self> {
        let port = free_port()?;
        let log = launch.data.join("server.log");
        let command = command(launch, port, &log)?;
        let began = Instant::now();
        let mut running = Running::start(command, StopBy::Terminate)?;
        wait_until(&mut running, READY_WITHIN, || answers(port))
            .map_err(|error| format!("the server {error}{}", tail(&log)))?;
        Ok(Self {
            running,
            port,
            log,
            ready_after: began.elapsed(),
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.running.id()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How long it took from the start of the process to its first 200.
    pub(crate) fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// The last lines that it has written, for an error's text.
    pub(crate) fn last_lines(&self) -> String {
        tail(&self.log)
    }

    /// Asks it to stop and waits until it has: an error if that takes more than five seconds.
    pub(crate) fn stop(self) -> Result<ExitStatus> {
        self.running.stop()
    }
}

fn command(launch: &Launch, port: u16, log: &Path) -> Result<Command> {
    let log = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
    let mut command = if launch.groups.is_empty() {
        tied(&launch.program, StopBy::Terminate, None)?
    } else {
        entering(&launch.groups, &launch.program)?
    };
    let path = workspace::environment("PATH").unwrap_or_default();
    command.args(&launch.arguments).env_clear().env("PATH", path);
    command
        .env("DATA_DIR", &launch.data)
        .env("HOST", "127.0.0.1")
        .env("PORT", port.to_string());
    command.envs(launch.settings.iter().map(|(name, value)| (name, value)));
    command
        .current_dir(&launch.data)
        .stdout(log.try_clone()?)
        .stderr(log);
    Ok(command)
}

/// A shell moves itself into the groups and becomes the program: what follows it is counted there from the beginning.
fn entering(groups: &[PathBuf], program: &Path) -> Result<Command> {
    const ENTER: &str =
        r#"while [ "$1" != -- ]; do echo $$ > "$1" || exit 70; shift; done; shift; exec "$@""#;
    let mut command = tied(Path::new("/bin/sh"), StopBy::Terminate, None)?;
    command
        .args(["-c", ENTER, "sh"])
        .args(groups)
        .arg("--")
        .arg(program);
    Ok(command)
}

fn answers(port: u16) -> bool {
    let ask = || Ok::<_, std::io::Error>(Client::connect(port)?.send(&Request::get(HEALTH))?.status);
    ask().is_ok_and(|status| status == 200)
}
