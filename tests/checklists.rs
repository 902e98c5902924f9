//! The checklists before and after a deploy, as an operator runs them: the binary itself, on real servers.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use database::{Database, Migrations, Options, Target};
use serde_json::Value;
use tempfile::TempDir;
use tinytales::migrations::ALL;

const SECRET: &str = "b7f1c07d3a9e8e64d2f01c5d9a35e8427bc6f10d";
const TOKEN: &str = "d2f01c5d9a35e842";

/// A folder on the disk of the build.
fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn tinytales(arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinytales"));
    command
        .args(arguments)
        .env_clear()
        .envs(settings.iter().copied())
        .stdin(Stdio::null());
    command
}

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The lines of a checklist in JSON.
struct Lines(Vec<Value>);

impl Lines {
    fn of(output: &Output) -> Self {
        let parsed: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {}", text(output)));
        Self(parsed.as_array().unwrap().clone())
    }

    fn state(&self, id: &str) -> &str {
        let line = self.0.iter().find(|line| line["id"] == id);
        line.unwrap_or_else(|| panic!("no line {id}"))["state"]
            .as_str()
            .unwrap()
    }

    fn message(&self, id: &str) -> &str {
        let line = self.0.iter().find(|line| line["id"] == id);
        line.unwrap_or_else(|| panic!("no line {id}"))["message"]
            .as_str()
            .unwrap()
    }

    fn wrong(&self) -> Vec<&str> {
        let wrong = self.0.iter().filter(|line| line["state"] == "fail");
        wrong.map(|line| line["id"].as_str().unwrap()).collect()
    }
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &TempDir, settings: &[(&str, &str)]) -> Self {
        let mut child = tinytales(&["serve"], settings)
            .env("DATA_DIR", folder.path())
            .env("SECRET_KEY", SECRET)
            .env("METRICS_TOKEN", TOKEN)
            .env("PORT", "0")
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("Tinytales is listening on ").map(str::to_owned))
            .unwrap();
        Self { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn settings_that_cannot_be_read_are_all_told_and_end_with_2() {
    let settings = [("DATABASE_URL", "foo"), ("PORT", "many")];
    let output = tinytales(&["check"], &settings).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output);
    for fault in ["SECRET_KEY", "DATABASE_URL", "PORT"] {
        assert!(said.contains(&format!("✘ settings: {fault}")), "{fault}: {said}");
    }
    let output = tinytales(&["check", "--json"], &settings).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(Lines::of(&output).wrong(), ["settings"; 3]);
}

#[test]
fn a_look_before_the_first_deploy_finds_nothing_wrong_and_leaves_nothing_behind() {
    let folder = folder();
    let data = folder.path().join("data");
    let settings = [("DATA_DIR", data.to_str().unwrap()), ("SECRET_KEY", SECRET)];
    let output = tinytales(&["check"], &settings).output().unwrap();
    assert!(text(&output).contains("    mend: set ALLOWED_HOSTS="));
    let output = tinytales(&["check", "--json"], &settings).output().unwrap();
    let mut wrong = Lines::of(&output).wrong().join(" ");
    // What the folder of the build is on, and how full that is, is not ours to say.
    for machine in ["disk", "room"] {
        wrong = wrong.replace(machine, "");
    }
    assert_eq!(wrong.trim(), "", "{}", text(&output));
    assert!(!data.exists());
}

#[test]
fn what_is_wrong_is_told_with_1_and_no_secret() {
    let folder = folder();
    let settings = [
        ("DATA_DIR", folder.path().to_str().unwrap()),
        ("SECRET_KEY", SECRET),
        ("METRICS_TOKEN", TOKEN),
        ("DATABASE_URL", "postgres://teller:open-sesame@127.0.0.1:1/tales"),
        ("REDIS_URL", "redis://teller:open-sesame@127.0.0.1:1/0"),
        ("SMTP_HOST", "127.0.0.1"),
        ("SMTP_PORT", "1"),
        ("SMTP_USER", "teller"),
        ("SMTP_PASSWORD", "open-sesame"),
        ("MAIL_FROM", "tales@example.org"),
        ("ADMIN_PASSWORD", "open-sesame"),
        ("RATE_LIMITS", "off"),
        ("PUBLIC_URL", "http://tales.example.org"),
    ];
    let output = tinytales(&["check", "--json", "--instances", "2"], &settings)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let lines = Lines::of(&output);
    assert_eq!(
        lines.wrong(),
        ["database", "public-url", "rate-limits", "channels", "mail"]
    );
    assert!(lines.message("mail").contains("25, 465 and 587"));
    assert!(
        lines
            .message("channels")
            .contains("Redis, which cannot be reached")
    );
    let said = text(&output) + &text(&tinytales(&["check"], &settings).output().unwrap());
    for secret in [SECRET, TOKEN, "sesame"] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn only_what_greets_as_a_mail_server_counts_as_one() {
    let folder = folder();
    for (greeting, state) in [("220 ready\r\n", "ok"), ("554 no mail from here\r\n", "fail")] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        std::thread::spawn(move || listener.accept().unwrap().0.write_all(greeting.as_bytes()));
        let settings = [
            ("DATA_DIR", folder.path().to_str().unwrap()),
            ("SECRET_KEY", SECRET),
            ("SMTP_HOST", "127.0.0.1"),
            ("SMTP_PORT", &port),
            ("MAIL_FROM", "tales@example.org"),
        ];
        let output = tinytales(&["check", "--json"], &settings).output().unwrap();
        assert_eq!(Lines::of(&output).state("mail"), state, "{}", text(&output));
    }
}

#[test]
fn an_instance_that_forgets_is_told_so_by_check_log_and_front_door() {
    // In memory on every machine, whatever the folder of the build is on.
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let settings = [
        ("DATA_DIR", folder.path().to_str().unwrap()),
        ("SECRET_KEY", SECRET),
        ("RENDER", "true"),
        ("HOST", "127.0.0.1"),
    ];
    let output = tinytales(&["check", "--json"], &settings).output().unwrap();
    let lines = Lines::of(&output);
    assert_eq!(lines.state("disk"), "fail");
    assert!(lines.message("disk").contains("stories are lost"));

    let server = Server::start(&folder, &settings);
    let mut page = ureq::get(&server.address).call().unwrap();
    let page = page.body_mut().read_to_string().unwrap();
    assert!(page.contains("This server forgets"));
    let log = fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("erased at every restart"), "{log}");
}

#[test]
fn migrations_that_wait_are_named_and_not_run() {
    let folder = folder();
    let file = folder.path().join("tinytales.db");
    let first = Migrations {
        sqlite: &ALL.sqlite[..1],
        ..ALL
    };
    let database = Database::open(Target::Sqlite(file.clone()), Options::default()).unwrap();
    database.migrate(&first).unwrap();
    database.close();

    let before = fs::read(&file).unwrap();
    let settings = [
        ("DATA_DIR", folder.path().to_str().unwrap()),
        ("SECRET_KEY", SECRET),
    ];
    let output = tinytales(&["check", "--json"], &settings).output().unwrap();
    let lines = Lines::of(&output);
    assert_eq!(lines.state("schema"), "warn");
    for waiting in &ALL.sqlite[1..] {
        let name = format!("{} ({})", waiting.number, waiting.name);
        assert!(lines.message("schema").contains(&name), "{}", text(&output));
    }
    assert_eq!(before, fs::read(&file).unwrap());
    let names: Vec<PathBuf> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(names, [file]);
}

#[test]
fn a_running_server_is_verified_with_ten_visitors() {
    let folder = folder();
    let server = Server::start(&folder, &[("ALLOWED_HOSTS", "127.0.0.1")]);
    let output = tinytales(
        &["verify", &server.address, "--json"],
        &[("METRICS_TOKEN", TOKEN)],
    )
    .output()
    .unwrap();
    let lines = Lines::of(&output);
    assert!(output.status.success(), "{}", text(&output));
    for id in [
        "health", "version", "ready", "debug", "log", "memory", "errors", "sockets", "cors", "headers",
        "missing", "hosts",
    ] {
        assert_eq!(lines.state(id), "ok", "{id}: {}", lines.message(id));
    }
    assert!(lines.message("memory").contains("with 10 visitors"));

    let port = &server.address.rsplit(':').next().unwrap().to_owned();
    let alive = tinytales(&["verify", "--health"], &[("PORT", port)])
        .output()
        .unwrap();
    assert!(alive.status.success() && alive.stdout.is_empty());
    drop(server);
    let gone = tinytales(&["verify", "--health"], &[("PORT", port)])
        .output()
        .unwrap();
    assert_eq!(gone.status.code(), Some(1));
}

#[test]
fn debug_is_seen_from_outside_and_a_wrong_token_sees_nothing() {
    let folder = folder();
    let server = Server::start(&folder, &[("DEBUG", "true")]);
    let verify = |token| {
        let arguments = ["verify", &server.address, "--json", "--visitors", "0"];
        tinytales(&arguments, &[("METRICS_TOKEN", token)])
            .output()
            .unwrap()
    };
    let output = verify(TOKEN);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(Lines::of(&output).state("debug"), "fail");

    let output = verify("a token of another server");
    let lines = Lines::of(&output);
    assert_eq!((lines.state("debug"), lines.state("memory")), ("warn", "warn"));
    assert!(lines.message("memory").contains("401"));
}

#[test]
fn what_is_not_tinytales_is_wrong_in_many_ways() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 7\r\n\r\nWelcome");
        }
    });
    let output = tinytales(&["verify", &address, "--json", "--visitors", "0"], &[])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        Lines::of(&output).wrong(),
        ["version", "sockets", "cors", "headers", "missing"]
    );
}

#[test]
fn an_address_is_understood_or_refused_with_2() {
    for arguments in [
        &["verify"][..],
        &["verify", "tales.example.org"],
        &["verify", "http://127.0.0.1:1/api"],
        &["verify", "http://127.0.0.1:1", "--fast"],
        &["check", "--instances", "several"],
    ] {
        let output = tinytales(arguments, &[]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}
