//! A redis-server of a test's own, which it may stop and start.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::recorder::eventually;

pub(crate) struct RedisServer {
    pub(crate) port: u16,
    arguments: Vec<String>,
    process: Option<Child>,
    folder: TempDir,
}

impl RedisServer {
    /// None without the server that the runner started: then this machine may have no redis-server.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut server = Self {
            port: free_port(),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            process: None,
            folder: tempfile::tempdir().unwrap(),
        };
        server.start_again();
        server
    }

    pub(crate) fn start_again(&mut self) {
        let port = self.port.to_string();
        let mut command = Command::new("redis-server");
        // Later words win: a test may say that the port is for TLS.
        command
            .args(["--bind", "127.0.0.1", "--save", "", "--port", &port])
            .args(&self.arguments)
            .current_dir(self.folder.path())
            .stdout(Stdio::null());
        self.process = Some(command.spawn().unwrap());
        let address = ("127.0.0.1", self.port);
        eventually("redis-server answers", || TcpStream::connect(address).is_ok());
    }

    /// As by a crash.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A certificate of the tests, or the authority that signed it, or its key.
pub(crate) fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../database/tests/tls")
        .join(name)
}
