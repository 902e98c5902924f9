//! An orderly stop.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::operator::Operator;

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
