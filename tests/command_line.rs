//! The program as an operator uses it: each test runs the binary itself, with a folder of its own.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// A folder and the settings of an operator.
struct Operator {
    folder: TempDir,
}

impl Operator {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
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

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .env("ADMIN_PASSWORD", "a good long password")
            .output()
            .unwrap()
    }

    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn serve(&self, arguments: &[&str]) -> Server {
        self.serve_with(arguments, |_| ())
    }

    fn serve_with(&self, arguments: &[&str], change: impl FnOnce(&mut Command)) -> Server {
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

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

struct Server {
    child: Child,
    address: String,
    said: String,
}

impl Server {
    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
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

    fn get(&self, path: &str) -> Value {
        ureq::get(format!("{}{path}", self.address))
            .call()
            .unwrap()
            .body_mut()
            .read_json()
            .unwrap()
    }

    fn sign_in(&self, email: &str, password: &str) -> u16 {
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

/// What an operator gets wrong, and words of the one line that says so.
const FAULTS: &[(&[(&str, &str)], &str)] = &[
    (&[("DATABASE_URL", "foo")], "DATABASE_URL"),
    (
        &[("DATABASE_URL", "mysql://u:hunter2@h/x")],
        "neither sqlite: nor postgres:",
    ),
    (&[("DATABASE_URL", "postgres://u:hunter2@h:x/d")], "DATABASE_URL"),
    (
        &[("DATABASE_URL", "sqlite:////nowhere/at/all.db")],
        "/nowhere/at/all.db",
    ),
    (&[("DATABASE_URL", "sqlite:////tmp")], "not a file"),
    (&[("DATABASE_URL", "sqlite:////proc/self/status")], "DATABASE_URL"),
    (&[("DATA_DIR", "/etc/passwd/data")], "DATA_DIR"),
    (&[("DATA_DIR", "/proc/data")], "DATA_DIR"),
    (&[("PORT", "70000")], "from 0 to 65535"),
    (&[("PORT", "eighty")], "PORT"),
    (&[("HOST", "nowhere.invalid")], "HOST nowhere.invalid"),
    (&[("MEMORY_LIMIT", "31M")], "at least 32M"),
    (&[("MEMORY_LIMIT", "lots")], "MEMORY_LIMIT"),
    (&[("SECRET_KEY", "")], "openssl rand -hex 32"),
    (&[("SECRET_KEY", "short")], "too short"),
    (
        &[("SECRET_KEY", "django-insecure-0f9g8h7j6k5l4m3n2b1v")],
        "well-known",
    ),
    (
        &[("SECRET_KEY", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")],
        "guessed",
    ),
    (
        &[
            ("SECRET_KEY", "short"),
            ("DEBUG", "true"),
            ("PUBLIC_URL", "https://tales.example"),
        ],
        "too short",
    ),
    (&[("LOG_LEVEL", "loud")], "error, warn, info or debug"),
    (&[("DEBUG", "maybe")], "true or false"),
    (&[("ALLOWED_HOSTS", "https://tales.example")], "ALLOWED_HOSTS"),
    (&[("REDIS_URL", "localhost:6379")], "REDIS_URL"),
    (&[("TRUSTED_PROXIES", "somebody")], "TRUSTED_PROXIES"),
    (&[("PUBLIC_URL", "tales")], "PUBLIC_URL"),
    (&[("METRICS_TOKEN", "short")], "METRICS_TOKEN"),
    (&[("MAIL_PROVIDER", "pigeon")], "MAIL_PROVIDER"),
    (&[("MAIL_PROVIDER", "log")], "DEBUG"),
    (
        &[("SMTP_HOST", "mail.example"), ("SMTP_USER", "tales")],
        "SMTP_USER and SMTP_PASSWORD",
    ),
    (&[("BREVO_API_KEY", "hunter2")], "MAIL_FROM"),
];

#[test]
fn bad_settings_end_with_2_and_one_line_each_and_leave_nothing_behind() {
    for (settings, says) in FAULTS {
        for command in ["serve", "migrate"] {
            let about_listening = settings.iter().any(|(name, _)| *name == "HOST");
            if command == "migrate" && about_listening {
                continue;
            }
            let operator = Operator::new();
            let mut program = operator.command(&[command]);
            program.env("PORT", "0").env("RUST_BACKTRACE", "1");
            let refused = program.envs(settings.iter().copied()).output().unwrap();
            let line = complaint(&refused);
            assert_eq!(refused.status.code(), Some(2), "{command} {settings:?}: {line}");
            assert_eq!(line.lines().count(), 1, "{command} {settings:?}: {line}");
            assert!(line.contains(says), "{command} {settings:?}: {line}");
            assert!(!line.contains("hunter2") && !line.contains("panicked"), "{line}");
            let left = std::fs::read_dir(operator.folder.path()).unwrap().count();
            assert_eq!(left, 0, "{command} {settings:?} leaves something behind");
        }
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let operator = Operator::new();
    let mut program = operator.command(&["serve"]);
    program
        .env("PORT", "x")
        .env("SECRET_KEY", "short")
        .env("LOG_LEVEL", "loud")
        .env("DATABASE_URL", "foo");
    let refused = program.output().unwrap();
    assert_eq!(complaint(&refused).lines().count(), 4, "{}", complaint(&refused));

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut program = operator.command(&["serve"]);
    program.env("PORT", &port).env("DATA_DIR", "/etc/passwd/data");
    let refused = program.output().unwrap();
    let lines = complaint(&refused);
    assert_eq!(
        (refused.status.code(), lines.lines().count()),
        (Some(2), 2),
        "{lines}"
    );
    assert!(lines.contains(&port) && lines.contains("DATA_DIR"), "{lines}");
}

#[test]
fn what_waiting_may_mend_ends_with_1() {
    let operator = Operator::new();
    let mut program = operator.command(&["migrate"]);
    let refused = program
        .env("DATABASE_URL", "postgres://127.0.0.1:1/none")
        .env("DB_CONNECT_TIMEOUT", "1")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1), "{}", complaint(&refused));
}

#[test]
fn a_server_that_is_stopped_while_it_starts_ends_in_order_and_at_once() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let operator = Operator::new();
    let mut program = operator.command(&["serve"]);
    let mut child = program
        .env("PORT", "0")
        .env(
            "DATABASE_URL",
            format!("postgres://{}/none", silent.local_addr().unwrap()),
        )
        .env("DB_CONNECT_TIMEOUT", "60")
        .spawn()
        .unwrap();
    let waits_for_its_database = silent.accept().unwrap();
    let asked_at = Instant::now();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(asked_at.elapsed() < Duration::from_secs(5));
    drop(waits_for_its_database);
}

#[test]
fn in_development_a_secret_is_made_and_a_file_stands_in_for_the_environment() {
    let operator = Operator::new();
    let file = operator.folder.path().join(".env");
    std::fs::write(&file, "DEBUG=True\nMAIL_DIR=letters # for us\n").unwrap();
    let serve = |change: &dyn Fn(&mut Command)| {
        operator.serve_with(&["serve"], |program| {
            program.env_remove("SECRET_KEY").stderr(Stdio::null());
            change(program);
        })
    };
    let server = serve(&|_| ());
    assert!(
        operator.folder.path().join("letters").is_dir(),
        "MAIL_DIR of the file"
    );
    let secret = operator.folder.path().join("data/own-secret");
    assert_eq!(
        std::fs::metadata(&secret).unwrap().permissions().mode() & 0o777,
        0o600
    );
    drop(server);

    // The environment wins; a weak secret will do here, and nowhere else.
    drop(serve(&|program| {
        program.env("SECRET_KEY", "short");
    }));
    for production in [("DEBUG", "false"), ("RENDER", "true")] {
        let mut program = operator.command(&["serve"]);
        program
            .env_remove("SECRET_KEY")
            .env("PORT", "0")
            .env(production.0, production.1);
        let refused = program.output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{production:?}");
        assert!(
            complaint(&refused).contains(".env was not read"),
            "{}",
            complaint(&refused)
        );
    }
}

#[test]
fn the_log_of_a_running_server_is_raised_and_falls_back() {
    let operator = Operator::new();
    let alone = operator.run(&["debug"]);
    assert_eq!(alone.status.code(), Some(1));
    assert!(
        complaint(&alone).contains("no server answers"),
        "{}",
        complaint(&alone)
    );

    let server = operator.serve(&["serve"]);
    let debug = |arguments: &[&str]| operator.says(&[&["debug"], arguments].concat());
    assert_eq!(debug(&[]), "The log level is warn.\n");
    assert!(debug(&["--for", "10m"]).starts_with("The log level is debug until "));
    assert!(debug(&[]).starts_with("The log level is debug until "));
    assert_eq!(debug(&["--off"]), "The log level is warn.\n");
    for wrong in ["2h", "0s", "ten"] {
        assert_eq!(
            operator.run(&["debug", "--for", wrong]).status.code(),
            Some(2),
            "{wrong}"
        );
    }
    drop(server);
    assert!(!operator.folder.path().join("data/control.sock").exists());
}

#[test]
fn what_it_does_not_understand_ends_with_2_and_the_usage() {
    let operator = Operator::new();
    for arguments in [
        &["fly"][..],
        &["serve", "--fast"],
        &["create-admin"],
        &["migrate", "now"],
    ] {
        let refused = operator.run(arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(
            complaint(&refused).contains("tinytales serve [--demo]"),
            "{arguments:?}"
        );
    }
    assert!(operator.says(&["--help"]).contains("create-admin"));
    assert!(operator.says(&["serve", "--help"]).contains("DATABASE_URL"));
}

#[test]
fn it_says_what_it_may_use_and_how_that_is_shared() {
    let operator = Operator::new();
    let mut command = operator.command(&["serve"]);
    command
        .env("PORT", "0")
        .env("MEMORY_LIMIT", "64M")
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut lines = [String::new(), String::new()];
    for line in &mut lines {
        out.read_line(line).unwrap();
    }
    assert!(lines[0].starts_with("Tinytales is listening on "), "{}", lines[0]);
    assert!(
        lines[1].starts_with("Memory 64 MiB (setting), CPU "),
        "{}",
        lines[1]
    );
    assert!(
        lines[1].contains(" instead of 4096: their share of the memory"),
        "{}",
        lines[1]
    );
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn it_stops_within_five_seconds_whatever_clients_do() {
    let operator = Operator::new();
    let mut server = operator.serve(&["serve", "--demo"]);
    let address = server.address.strip_prefix("http://").unwrap().to_owned();
    let accounts = std::fs::read(operator.folder.path().join("data/demo-accounts.json")).unwrap();
    let accounts: Value = serde_json::from_slice(&accounts).unwrap();
    let sign_in = json!({"email": accounts[0]["email"], "password": accounts[0]["password"]});
    let (status, signed_in) = server.post("/api/auth/login/", &sign_in);
    assert_eq!(status, 200, "{signed_in}");
    let token = find_token(&signed_in).unwrap();

    let list = server.get("/api/stories/?public=true");
    let story = list["results"][0]["id"].clone();
    let begin = |text: String| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    };
    let _idle = begin(String::new());
    let _half_a_head = begin("GET / HTTP/1.1\r\nHost: a".to_owned());
    let _slow_body = begin(format!(
        "POST /api/stories/create/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 900000\r\n\r\n{{\"title\":\""
    ));
    // Takes nothing of many answers, one after the other.
    let _slow_reader = begin(format!("GET /api/stories/{story}/ HTTP/1.1\r\nHost: a\r\n\r\n").repeat(60));
    // Answered when the ones before it have been accepted.
    server.get("/healthz");

    let start = Instant::now();
    kill_process(Pid::from_child(&server.child), Signal::TERM).unwrap();
    while server.child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not stop");
        std::thread::yield_now();
    }
    let took = start.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    let log = std::fs::metadata(operator.folder.path().join("data/tinytales.db-wal"));
    assert!(log.map_or(0, |log| log.len()) == 0, "the log is in the file");
}

/// The access token, wherever the answer carries it.
fn find_token(value: &Value) -> Option<String> {
    match value {
        Value::Object(members) => members
            .get("access")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| members.values().find_map(find_token)),
        _ => None,
    }
}

#[test]
fn an_operator_without_mail_helps_by_hand() {
    let operator = Operator::new();
    operator.says(&["migrate"]);
    operator.says(&[
        "create-admin",
        "--email",
        "ines@example.org",
        "--name",
        "Ines Cruz",
    ]);
    let taken = operator.run(&[
        "create-admin",
        "--email",
        "INES@example.org",
        "--name",
        "Ines Cruz",
    ]);
    assert_eq!(taken.status.code(), Some(1));

    let server = operator.serve(&["serve"]);
    assert_eq!(server.sign_in("ines@example.org", "a good long password"), 200);
    let mira = json!({"name": "Mira Lopez", "email": "mira@example.org", "password": "pass word 1", "confirm_password": "pass word 1"});
    let (status, answer) = server.post("/api/auth/register/", &mira);
    assert_eq!((status, &answer["email_sent"]), (201, &json!(false)));
    assert_eq!(server.sign_in("mira@example.org", "pass word 1"), 401);

    // Beside the running server, on the same file.
    operator.says(&["confirm", "mira@example.org"]);
    assert_eq!(server.sign_in("mira@example.org", "pass word 1"), 200);
    let said = operator.says(&["reset-password", "mira@example.org"]);
    let password = said.trim().rsplit(' ').next().unwrap();
    assert_eq!(server.sign_in("mira@example.org", "pass word 1"), 401);
    assert_eq!(server.sign_in("mira@example.org", password), 200);
    for command in ["confirm", "reset-password"] {
        assert_eq!(
            operator.run(&[command, "nobody@example.org"]).status.code(),
            Some(1),
            "{command}"
        );
    }
}

#[test]
fn the_demo_prints_accounts_that_can_sign_in_and_is_filled_once() {
    let operator = Operator::new();
    let file = operator.folder.path().join("data/demo-accounts.json");
    let first = operator.serve(&["serve", "--demo"]);
    let accounts: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    for name in ["demo-accounts.json", "own-secret"] {
        let mode = std::fs::metadata(file.with_file_name(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name} is its owner's alone");
    }
    for role in ["child", "parent", "teacher", "admin"] {
        let account = accounts
            .as_array()
            .unwrap()
            .iter()
            .find(|account| account["role"] == role)
            .unwrap();
        let (email, password) = (
            account["email"].as_str().unwrap(),
            account["password"].as_str().unwrap(),
        );
        assert!(
            first.said.contains(email) && first.said.contains(password),
            "{role} is printed"
        );
        assert_eq!(first.sign_in(email, password), 200, "{role} signs in");
    }
    let stories = first.get("/api/stories/?public=true&page_size=100");
    assert_eq!(stories["count"], 12);
    drop(first);

    let again = operator.serve(&["serve", "--demo"]);
    assert_eq!(again.get("/api/stories/?public=true")["count"], 12);
    assert_eq!(
        serde_json::from_slice::<Value>(&std::fs::read(&file).unwrap()).unwrap(),
        accounts
    );
}
