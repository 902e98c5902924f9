//! What goes well, and what clients do wrong, is no line.

use std::thread;

use crate::server::{Server, agent};

const CLIENTS: usize = 8;
const REQUESTS_OF_EACH: usize = 1_250;

#[test]
fn ten_thousand_requests_in_production_log_nothing() {
    let server = Server::start(&[]);
    let calls: &[(&str, &str, Option<&str>, Option<&[u8]>, u16)] = &[
        ("GET", "/api/stories/?public=true", None, None, 200),
        ("GET", "/healthz", None, None, 200),
        ("GET", "/", None, None, 200),
        ("GET", "/api/profanity/active/", None, None, 200),
        ("GET", "/api/stories/4711/", None, None, 404),
        ("GET", "/media/pictures/none.png?token=x", None, None, 404),
        ("GET", "/wp-login.php", None, None, 404),
        ("GET", "/api/auth/profile/", None, None, 401),
        ("GET", "/api/auth/profile/", Some("forged.token.here"), None, 401),
        ("DELETE", "/api/stories/", None, None, 405),
        ("POST", "/api/stories/create/", None, Some(b"{"), 401),
    ];
    let of_one_client = || {
        let agent = agent();
        for (method, path, token, body, status) in calls.iter().cycle().take(REQUESTS_OF_EACH) {
            let answer = server.send(&agent, method, path, *token, *body);
            assert_eq!(answer.status, *status, "{method} {path}: {}", answer.body);
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
