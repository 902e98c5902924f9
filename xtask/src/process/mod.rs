//! Processes that a chore starts, and that never outlive it.
//!
//! A guard stops its process when it is dropped. When the chore itself is killed hard no guard runs: then the kernel sends the
//! process a signal (`setpriv --pdeathsig`, where there is `setpriv`). The kernel watches the *thread* that started the
//! process: start processes from the main thread only.

mod server;
mod usage;

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::{Result, workspace};

pub(crate) use server::{Launch, Server};
pub(crate) use usage::Usage;

/// How long a process may take to stop after it was asked to; then it is killed.
const STOP_WITHIN: Duration = Duration::from_secs(5);
/// How often a process is looked at; a millisecond, because the time to a server's first answer is measured with it.
const POLL: Duration = Duration::from_millis(1);

/// How a process is asked to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StopBy {
    /// SIGTERM: what every server takes for "finish what you do, then go".
    Terminate,
    /// SIGINT: PostgreSQL's fast stop, which does not wait for its clients (its SIGTERM does).
    Interrupt,
}

impl StopBy {
    fn signal(self) -> Signal {
        match self {
            Self::Terminate => Signal::TERM,
            Self::Interrupt => Signal::INT,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Terminate => "TERM",
            Self::Interrupt => "INT",
        }
    }
}

/// An account of the machine, by its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Account {
    pub(crate) user: u32,
    pub(crate) group: u32,
}

impl Account {
    /// The account of this name, if the machine has it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let number = |flag| {
            workspace::output_of(Command::new("id").args([flag, name]))
                .ok()?
                .trim()
                .parse()
                .ok()
        };
        Some(Self {
            user: number("-u")?,
            group: number("-g")?,
        })
    }

    /// Whether this process runs as root.
    pub(crate) fn is_root() -> bool {
        rustix::process::geteuid().is_root()
    }
}

/// A command of `program` that is sent `stop_by`'s signal when this process ends in whatever way, and that runs as
/// `account` if one is given (which only root may do).
pub(crate) fn tied(program: &Path, stop_by: StopBy, account: Option<Account>) -> Result<Command> {
    let Some(setpriv) = workspace::in_path("setpriv") else {
        return match account {
            None => Ok(Command::new(program)),
            Some(_) => {
                Err("setpriv (package util-linux) is needed to start a program as another user".into())
            }
        };
    };
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", stop_by.name()]);
    if let Some(Account { user, group }) = account {
        command.args([
            "--reuid",
            &user.to_string(),
            "--regid",
            &group.to_string(),
            "--clear-groups",
        ]);
    }
    command.arg(program);
    Ok(command)
}

/// A running process; dropping it stops it.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    stop_by: StopBy,
}

impl Running {
    /// Starts the command, with nothing to read from.
    pub(crate) fn start(mut command: Command, stop_by: StopBy) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| format!("{program}: {error}"))?;
        Ok(Self { child, stop_by })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How the process ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits for the process to end by itself; one that takes longer is stopped and is an error.
    pub(crate) fn wait(mut self, at_most: Duration) -> Result<ExitStatus> {
        self.ended_within(at_most)
            .ok_or_else(|| format!("took longer than {} s and was stopped", at_most.as_secs()).into())
    }

    /// Asks the process to stop and waits until it has; after five seconds it is killed, which is an error.
    pub(crate) fn stop(mut self) -> Result<ExitStatus> {
        let status = self.end()?;
        match status.signal() {
            Some(signal) if signal == Signal::KILL.as_raw() => {
                Err("did not stop when asked, and was killed".into())
            }
            _ => Ok(status),
        }
    }

    /// Ends the process without asking it, as a machine does that runs out of memory.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn end(&mut self) -> Result<ExitStatus> {
        if let Some(status) = self.ended() {
            return Ok(status);
        }
        let id = i32::try_from(self.id())
            .ok()
            .and_then(Pid::from_raw)
            .expect("a child's id is positive");
        kill_process(id, self.stop_by.signal())?;
        if let Some(status) = self.ended_within(STOP_WITHIN) {
            return Ok(status);
        }
        self.child.kill()?;
        Ok(self.child.wait()?)
    }

    fn ended_within(&mut self, at_most: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + at_most;
        loop {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            std::thread::sleep(POLL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // There is nobody left to tell, and the kernel ends the process with this one.
        let _ = self.end();
    }
}

/// Asks `ready` again and again until it says yes; an error when the process ends before that or the time is up.
pub(crate) fn wait_until(running: &mut Running, at_most: Duration, ready: impl Fn() -> bool) -> Result<()> {
    let deadline = Instant::now() + at_most;
    while !ready() {
        if let Some(status) = running.ended() {
            return Err(format!("ended before it was ready: {status}").into());
        }
        if Instant::now() >= deadline {
            return Err(format!("was not ready after {} s", at_most.as_secs()).into());
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

/// A port of the loopback address that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The last lines of a log file, indented, for an error's text.
pub(crate) fn tail(log: &Path) -> String {
    const LINES: usize = 20;
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(LINES)..];
    last.iter().flat_map(|line| ["\n    ", line]).collect()
}

#[cfg(test)]
mod tests;
