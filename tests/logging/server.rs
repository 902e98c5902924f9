//! A server as a process, with its log in a file.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// Signs the tokens of every test server.
pub const SECRET: &str = "kX2w9QvB7mTz4LrYc8HnPd3FsJg6EaU1";

/// What most bodies are.
pub const JSON: &str = "application/json";

/// What does not come by then does not come.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub struct Server {
    pub address: String,
    child: Child,
    folder: TempDir,
}

/// An answer, its body read.
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Server {
    /// Starts it in production, with these settings on top.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        let folder = own_folder();
        let mut child = Command::new(env!("CARGO_BIN_EXE_tinytales"))
            .arg("serve")
            .env_clear()
            .current_dir(folder.path())
            .env("SECRET_KEY", SECRET)
            .env("PORT", "0")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line
            .trim()
            .strip_prefix("Tinytales is listening on ")
            .expect("it starts")
            .to_owned();
        Self {
            address,
            child,
            folder,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The files of a folder in the server's own, by name.
    pub fn files(&self, folder: &str) -> Vec<PathBuf> {
        let Ok(found) = fs::read_dir(self.folder().join(folder)) else {
            return Vec::new();
        };
        let mut files: Vec<_> = found.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    /// All that it has logged up to now.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder().join("log")).unwrap()
    }

    /// Any request, with the header `Authorization` and a body of this type if there are any.
    pub fn send(
        &self,
        agent: &ureq::Agent,
        method: &str,
        path: &str,
        authorization: Option<&str>,
        body: Option<(&str, &[u8])>,
    ) -> Answer {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address));
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        if let Some((kind, _)) = body {
            request = request.header("Content-Type", kind);
        }
        let bytes = body.map_or(&[][..], |(_, bytes)| bytes);
        let mut answer = agent.run(request.body(bytes).unwrap()).unwrap();
        let status = answer.status().as_u16();
        let bytes = answer.body_mut().read_to_vec().unwrap_or_default();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Answer { status, body }
    }

    /// A form as a browser sends it, with the cookies that it has.
    pub fn form(
        &self,
        agent: &ureq::Agent,
        path: &str,
        cookies: &str,
        fields: &[(&str, &str)],
    ) -> ureq::http::Response<ureq::Body> {
        agent
            .post(format!("{}{path}", self.address))
            .header("Cookie", cookies)
            .send_form(fields.iter().copied())
            .unwrap()
    }

    /// Makes an administrator beside the running server.
    pub fn create_admin(&self, email: &str, name: &str, password: &str) {
        let made = Command::new(env!("CARGO_BIN_EXE_tinytales"))
            .args(["create-admin", "--email", email, "--name", name])
            .env_clear()
            .current_dir(self.folder())
            .env("SECRET_KEY", SECRET)
            .env("ADMIN_PASSWORD", password)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// Stops it in order; all that it has logged.
    pub fn stop(mut self) -> String {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        assert!(
            self.child.wait().unwrap().success(),
            "an orderly stop ends with 0"
        );
        self.log()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After an orderly stop there is nothing left to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One who keeps connections alive, takes refusals for answers and follows nobody.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(PATIENCE))
        .build()
        .into()
}

/// Waits for what comes by itself.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} does not come");
        std::thread::yield_now();
    }
}

/// A folder that nobody else uses, in memory: a disk that others keep busy makes a commit wait for seconds.
fn own_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    };
    tempfile::Builder::new()
        .prefix("tinytales-")
        .tempdir_in(place)
        .unwrap()
}
