//! The program as a child process. It never outlives its test.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// A server that listens.
pub(crate) struct Server {
    /// Taken by whoever waits for its end.
    child: Option<Child>,
    id: Pid,
    port: u16,
    /// Kept open: the server may still have something to say.
    _output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts the command and waits until it says where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let port = loop {
            line.clear();
            let read = output.read_line(&mut line).unwrap();
            assert!(read > 0, "the server did not start: {:?}", child.wait());
            if line.contains("listening on") {
                break line.trim().rsplit(':').next().unwrap().parse().unwrap();
            }
        };
        let id = Pid::from_child(&child);
        Self {
            child: Some(child),
            id,
            port,
            _output: output,
        }
    }

    /// Its process.
    pub(crate) fn id(&self) -> Pid {
        self.id
    }

    /// An address of its API.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// SIGKILL: nothing that the program could still do.
    pub(crate) fn kill(&self) {
        kill_process(self.id, Signal::KILL).unwrap();
    }

    /// SIGTERM: a host that stops its instance.
    pub(crate) fn terminate(&self) {
        kill_process(self.id, Signal::TERM).unwrap();
    }

    /// Waits until it has ended; a panic when it has not in this time.
    pub(crate) fn wait(mut self, at_most: Duration) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        let (told, ended) = sync_channel(1);
        let waiting = thread::spawn(move || told.send(child.wait()));
        let status = ended.recv_timeout(at_most);
        if matches!(status, Err(RecvTimeoutError::Timeout)) {
            self.kill();
        }
        waiting.join().unwrap().unwrap();
        status.expect("the server ended in time").unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}
