//! What goes well, and what clients do wrong, is no line.

use std::thread;

use crate::server::{Server, agent};

const CLIENTS: usize = 8;
const REQUESTS_OF_EACH: usize = 1_250;

#[test]
fn ten_thousand_requests_in_production_log_nothing() {
    let server = Server::start(&[]);
    let calls = [
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
    let of_one_client = || {
        let agent = agent();
        for (method, path, status) in calls.into_iter().cycle().take(REQUESTS_OF_EACH) {
            let token = (status == 401).then_some("forged.token.here");
            let answer = server.send(&agent, method, path, token, None);
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
        }
    };
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(of_one_client);
        }
    });
    // Sign-ins are limited, so they are few.
    let (agent, wrong) = (agent(), br#"{"email": "mira@example.org", "password": "wrong"}"#);
    assert_eq!(
        server
            .send(&agent, "POST", "/api/auth/login/", None, Some(wrong))
            .status,
        401
    );
    assert_eq!(
        server
            .send(&agent, "POST", "/api/auth/login/", None, Some(b"{"))
            .status,
        400
    );

    let log = server.stop();
    // A machine under load may really be slow, which is one line a minute.
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| !line.contains(" slow in the last minute"))
        .collect();
    assert!(lines.is_empty(), "{log}");
}
