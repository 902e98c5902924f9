//! A headless Chromium, driven through its DevTools protocol over a pair of pipes: messages of JSON that end with NUL.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A browser that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(60);
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Nothing of its own: no sandbox (tests run as root in containers), no calls home.
const OPTIONS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
];

/// A browser with one page. It ends when it is dropped.
pub struct Browser {
    process: Child,
    input: ChildStdin,
    output: Receiver<Value>,
    session: String,
    next: u64,
    /// What the page complained of: exceptions, refused loads, broken rules.
    pub complaints: Vec<String>,
    _profile: TempDir,
}

impl Browser {
    /// Starts one; nothing, and a word about it, where none is installed.
    pub fn start() -> Option<Self> {
        let Some(program) = find() else {
            // Past the capture of the test runner: whoever reads the run must see that something was left out.
            let word = format!(
                "SKIPPED: no browser is installed ({}); type: apt-get install chromium\n",
                NAMES.join(", ")
            );
            std::io::stderr().write_all(word.as_bytes()).unwrap();
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        // The browser reads from descriptor 3 and writes to 4.
        let mut process = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"])
            .arg(program)
            .args(OPTIONS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take().expect("it is piped");
        let output = read(process.stdout.take().expect("it is piped"));
        let mut browser = Self {
            process,
            input,
            output,
            session: String::new(),
            next: 0,
            complaints: Vec::new(),
            _profile: profile,
        };
        browser.open_page();
        Some(browser)
    }

    fn open_page(&mut self) {
        let target = self.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = self.call("Target.attachToTarget", attach);
        session["sessionId"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.session);
        for domain in ["Page", "Runtime", "Log"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
    }

    /// The size of the window in pixels, and whether its owner likes it dark.
    pub fn look(&mut self, width: u32, height: u32, is_dark: bool) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", features);
    }

    /// Goes to an address and waits until its page is whole.
    #[track_caller]
    pub fn go(&mut self, url: &str) {
        let answer = self.call("Page.navigate", json!({"url": url}));
        assert!(answer["errorText"].is_null(), "{url}: {answer}");
        self.wait_for("Page.loadEventFired");
    }

    /// Does something that leads to another page, and waits until that is whole.
    pub fn follow(&mut self, script: &str) {
        self.run(script);
        self.wait_for("Page.loadEventFired");
    }

    /// The value of a script's last expression; a promise is waited for.
    #[track_caller]
    pub fn run(&mut self, script: &str) -> Value {
        let expression = json!({"expression": script, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", expression);
        assert!(answer["exceptionDetails"].is_null(), "{script}: {answer}");
        answer["result"]["value"].clone()
    }

    /// The whole page as a PNG.
    pub fn screenshot(&mut self) -> Vec<u8> {
        let answer = self.call("Page.captureScreenshot", json!({"captureBeyondViewport": true}));
        BASE64_STANDARD.decode(answer["data"].as_str().unwrap()).unwrap()
    }

    /// Calls a method and waits for its result; what happens meanwhile is noted.
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a call writes `json!(…)` in its place"
    )]
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        let mut message = json!({"id": id, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let mut text = message.to_string().into_bytes();
        text.push(0);
        self.input.write_all(&text).expect("the browser listens");
        loop {
            let answer = self.next_message();
            if answer["id"] == json!(id) {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    fn wait_for(&mut self, event: &str) {
        while self.next_message()["method"] != event {}
    }

    fn next_message(&mut self) -> Value {
        let message = self.output.recv_timeout(PATIENCE).expect("the browser answers");
        let params = &message["params"];
        let is_complaint = match message["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" => true,
            "Runtime.consoleAPICalled" => params["type"] == "error" || params["type"] == "warning",
            "Log.entryAdded" => params["entry"]["level"] == "error" || params["entry"]["level"] == "warning",
            _ => false,
        };
        if is_complaint {
            self.complaints.push(params.to_string());
        }
        message
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Gone already, or killed now: both are its end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The messages that come out, until the pipe ends.
fn read(output: impl std::io::Read + Send + 'static) -> Receiver<Value> {
    let (sender, receiver) = sync_channel(1024);
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut message = Vec::new();
        while output.read_until(0, &mut message).is_ok_and(|read| read > 0) {
            message.pop();
            let parsed = serde_json::from_slice(&message).unwrap_or_default();
            if sender.send(parsed).is_err() {
                return;
            }
            message.clear();
        }
    });
    receiver
}

#[expect(
    clippy::disallowed_methods,
    reason = "where programs are is said by the environment"
)]
fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|program| program.is_file())
}
