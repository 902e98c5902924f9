//! What goes well, and what clients do wrong, is no line.

use std::thread;

use serde_json::{Value, json};

use crate::server::{JSON, Server, agent};
use crate::visit::{Visit, story};

const CLIENTS: usize = 8;
const ROUNDS: usize = 115;
/// One round of so many writes, too: an account may sixty times a minute, and a slow disk shall bear it.
const ROUNDS_OF_A_WRITE: usize = 10;

const CALLS: [(&str, &str, u16); 10] = [
    ("GET", "/api/stories/?public=true", 200),
    ("GET", "/healthz", 200),
    ("GET", "/", 200),
    ("GET", "/api/profanity/active/", 200),
    ("GET", "/api/stories/4711/", 404),
    ("GET", "/media/pictures/none.png?token=x", 404),
    ("GET", "/wp-login.php", 404),
    ("GET", "/api/auth/profile/", 401),
    ("POST", "/api/stories/create/", 401),
    ("DELETE", "/api/stories/", 405),
];

/// Somebody who has signed in, and their story.
fn settle(server: &Server, number: usize) -> (Visit<'_>, i64) {
    let (email, password) = (format!("mira{number}@example.org"), "sunny-garden-7");
    server.create_admin(&email, "Mira", password);
    let mut visit = Visit::new(server);
    visit.sign_in(&email, password);
    let made = visit.must("POST", "/api/stories/create/", &story("A kettle", "Once.", 0));
    (visit, made["story"]["id"].as_i64().unwrap())
}

/// What a guest calls, well and wrongly, and what somebody does who has signed in.
fn call_often(visit: &Visit<'_>, own: i64) {
    let own = format!("/api/stories/{own}/update/");
    for (round, colour) in (0..ROUNDS).zip(1..) {
        for (method, path, status) in CALLS {
            let forged = (status == 401).then_some("Bearer forged.token.here");
            let answer = visit.server.send(&visit.agent, method, path, forged, None);
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        }
        visit.must("GET", "/api/auth/profile/", &Value::Null);
        if round % ROUNDS_OF_A_WRITE == 0 {
            let title = format!("The kettle of round {round}");
            visit.must("PATCH", &own, &json!({"title": title}));
            // As the apps save by themselves: all of it, with a drawing that has changed.
            visit.must("PATCH", &own, &story(&title, "Once.", colour));
        }
    }
}

#[test]
fn ten_thousand_requests_in_production_log_nothing() {
    let server = Server::start(&[]);
    let people: Vec<_> = (0..CLIENTS).map(|number| settle(&server, number)).collect();
    thread::scope(|scope| {
        for (visit, own) in &people {
            scope.spawn(|| call_often(visit, *own));
        }
    });
    // Sign-ins are limited, so they are few.
    let (agent, wrong) = (agent(), br#"{"email": "mira@example.org", "password": "wrong"}"#);
    for (body, status) in [(&wrong[..], 401), (b"{", 400)] {
        let answer = server.send(&agent, "POST", "/api/auth/login/", None, Some((JSON, body)));
        assert_eq!(answer.status, status);
    }

    let log = server.stop();
    // A machine under load may really be slow, which is one line a minute.
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| !line.contains(" slow in the last minute"))
        .collect();
    assert!(lines.is_empty(), "{log}");
}
