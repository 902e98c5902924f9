//! The door for the operator of a running server: a socket in its data folder, open to the owner of that folder alone.
//!
//! One line is asked and one is answered, one caller at a time, each with a limit of bytes and of time. A server whose
//! socket cannot be made says so and serves all the same.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream as Caller;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, fs};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Notify;

use super::Log;
use crate::tasks::Tasks;
use crate::wire::Timestamp;

const NAME: &str = "control.sock";
/// What a request or an answer may take, in bytes.
const LONGEST: usize = 256;
/// How long the other side may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long to wait before accepting again after a failure.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// What an operator may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// What is logged?
    State,
    /// Log everything for so long.
    Raise(Duration),
    /// Back to the usual level.
    Restore,
    /// Somebody was put out beside the server: it is to look who may still be here.
    LookAround,
}

impl Request {
    fn parse(line: &str) -> Option<Self> {
        match line.trim_end().split_once(' ') {
            None if line.trim_end() == "state" => Some(Self::State),
            None if line.trim_end() == "restore" => Some(Self::Restore),
            None if line.trim_end() == "look" => Some(Self::LookAround),
            Some(("raise", seconds)) => seconds.parse().ok().map(Duration::from_secs).map(Self::Raise),
            _ => None,
        }
    }

    fn carry_out(self, log: &Log, look_around: &Notify) -> String {
        match self {
            Self::State => {}
            Self::Raise(time) => log.raise(time),
            Self::Restore => log.restore(),
            Self::LookAround => {
                look_around.notify_one();
                return "The server looks around.\n".to_owned();
            }
        }
        let level = log.level();
        match log.raised_until() {
            Some(until) => format!(
                "The log level is {level} until {}; then it falls back.\n",
                Timestamp(until)
            ),
            None => format!("The log level is {level}.\n"),
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State => f.write_str("state"),
            Self::Raise(time) => write!(f, "raise {}", time.as_secs()),
            Self::Restore => f.write_str("restore"),
            Self::LookAround => f.write_str("look"),
        }
    }
}

/// Asks the server that runs with this data folder; its answer is a sentence for the operator.
pub fn ask(folder: &Path, request: Request) -> io::Result<String> {
    let mut socket = Caller::connect(folder.join(NAME))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    socket.write_all(format!("{request}\n").as_bytes())?;
    let mut answer = String::new();
    BufReader::new(socket.take(LONGEST as u64)).read_line(&mut answer)?;
    Ok(answer)
}

/// Answers in this folder until the server stops. `look_around` is rung for whoever looks who may be here.
pub fn start(folder: &Path, log: &Log, tasks: &Tasks, look_around: &Arc<Notify>) {
    let door = match Door::open(folder) {
        Ok(door) => door,
        Err(error) => {
            let socket = folder.join(NAME);
            tracing::warn!(%error, socket = %socket.display(), "no control socket: `tinytales debug` and `suspend` cannot reach this server");
            return;
        }
    };
    let (log, stopping, look_around) = (log.clone(), tasks.clone(), Arc::clone(look_around));
    tasks.spawn("control", async move {
        tokio::select! {
            () = door.answer(&log, &look_around) => {}
            () = stopping.stopping() => {}
        }
    });
}

/// A listening socket that takes its file with it.
struct Door {
    listener: UnixListener,
    path: PathBuf,
    /// Tells our file from one that another server has put in its place.
    inode: u64,
}

impl Door {
    /// A socket that nobody answers any more is replaced; one that somebody answers is left alone.
    fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(NAME);
        if Caller::connect(&path).is_ok() {
            return Err(io::Error::new(
                io::ErrorKind::AddrInUse,
                "another server with this data folder answers there",
            ));
        }
        // Made beside its place, so that nobody meets it before it is closed to others.
        let beside = path.with_extension("new");
        let _ = fs::remove_file(&beside);
        let listener = UnixListener::bind(&beside)?;
        fs::set_permissions(&beside, fs::Permissions::from_mode(0o600))?;
        fs::rename(&beside, &path)?;
        let inode = fs::symlink_metadata(&path)?.ino();
        Ok(Self {
            listener,
            path,
            inode,
        })
    }

    async fn answer(&self, log: &Log, look_around: &Notify) {
        loop {
            match self.listener.accept().await {
                // One who is too slow, or gone, gets nothing; there is nobody to tell.
                Ok((socket, _)) => {
                    drop(tokio::time::timeout(PATIENCE, converse(socket, log, look_around)).await);
                }
                Err(error) => {
                    tracing::warn!(%error, "accept failed at the control socket");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|file| file.ino() == self.inode) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

async fn converse(mut socket: UnixStream, log: &Log, look_around: &Notify) -> io::Result<()> {
    let mut line = Vec::with_capacity(LONGEST);
    while !line.ends_with(b"\n") {
        if line.len() >= LONGEST
            || (&mut socket)
                .take((LONGEST - line.len()) as u64)
                .read_buf(&mut line)
                .await?
                == 0
        {
            return Ok(());
        }
    }
    let request = std::str::from_utf8(&line).ok().and_then(Request::parse);
    let answer = match request {
        Some(request) => request.carry_out(log, look_around),
        None => "This is not understood.\n".to_owned(),
    };
    socket.write_all(answer.as_bytes()).await
}

#[cfg(test)]
mod tests;
