//! A redis-server of a test's own, which it may kill and start again.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::site::eventually;

pub(crate) struct Redis {
    port: u16,
    process: Option<Child>,
    folder: TempDir,
}

impl Redis {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut redis = Self {
            port: listener.local_addr().unwrap().port(),
            process: None,
            folder: TempDir::new().unwrap(),
        };
        drop(listener);
        redis.start_again();
        redis
    }

    /// At the same address, with nothing of what it knew.
    pub(crate) fn start_again(&mut self) {
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--port", &self.port.to_string()])
            .current_dir(self.folder.path())
            .stdout(Stdio::null());
        self.process = Some(command.spawn().unwrap());
        let address = (Ipv4Addr::LOCALHOST, self.port);
        eventually("Redis answers", || TcpStream::connect(address).is_ok());
    }

    /// As by a crash.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
