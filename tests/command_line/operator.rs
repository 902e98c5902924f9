//! An operator with a folder of their own, and the servers that they start.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

const SECRET: &str = "3f9d51c6a7e04b82d61f7c90e5b83a42";

/// A folder and the settings of an operator.
pub(crate) struct Operator {
    pub(crate) folder: TempDir,
}

impl Operator {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinytales"));
        command
            .args(arguments)
            .env_clear()
            // Away from whatever `.env` may lie about here.
            .current_dir(self.folder.path())
            .env("DATA_DIR", self.folder.path().join("data"))
            .env("SECRET_KEY", SECRET)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .env("ADMIN_PASSWORD", "a good long password")
            .output()
            .unwrap()
    }

    pub(crate) fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn serve(&self, arguments: &[&str]) -> Server {
        self.serve_with(arguments, |_| ())
    }

    pub(crate) fn serve_with(&self, arguments: &[&str], change: impl FnOnce(&mut Command)) -> Server {
        let mut command = self.command(arguments);
        if arguments.contains(&"--demo") {
            // A demo makes a secret of its own.
            command.env_remove("SECRET_KEY");
        }
        command.env("PORT", "0").env("RATE_LIMITS", "off");
        change(&mut command);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let address = loop {
            let mut line = String::new();
            assert!(
                out.read_line(&mut line).unwrap() > 0,
                "the server ended after saying: {said}"
            );
            if let Some(address) = line.trim().strip_prefix("Tinytales is listening on ") {
                break address.to_owned();
            }
            said += &line;
        };
        Server { child, address, said }
    }
}

/// What it said on standard error.
pub(crate) fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server that runs. It is stopped in order when it is dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: String,
    pub(crate) said: String,
}

impl Server {
    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut answer = agent
            .post(format!("{}{path}", self.address))
            .send_json(body)
            .unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    /// Sends a form as a browser does, which follows no redirect; the status.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> u16 {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .into();
        let answer = agent
            .post(format!("{}{path}", self.address))
            .send_form(fields.iter().copied());
        answer.unwrap().status().as_u16()
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        ureq::get(format!("{}{path}", self.address))
            .call()
            .unwrap()
            .body_mut()
            .read_json()
            .unwrap()
    }

    /// What an account is answered.
    pub(crate) fn get_as(&self, account: &Value, path: &str) -> Value {
        let form = json!({"email": account["email"], "password": account["password"]});
        let (_, signed_in) = self.post("/api/auth/login/", &form);
        let token = signed_in["access"].as_str().unwrap();
        ureq::get(format!("{}{path}", self.address))
            .header("Authorization", format!("Bearer {token}"))
            .call()
            .unwrap()
            .body_mut()
            .read_json()
            .unwrap()
    }

    pub(crate) fn sign_in(&self, email: &str, password: &str) -> u16 {
        self.post("/api/auth/login/", &json!({"email": email, "password": password}))
            .0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = Pid::from_child(&self.child);
        if matches!(self.child.try_wait(), Ok(None)) {
            kill_process(pid, Signal::TERM).unwrap();
        }
        assert!(
            self.child.wait().unwrap().success(),
            "an orderly stop ends with 0"
        );
    }
}
