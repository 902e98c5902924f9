//! Who is there, on which instance, and what their sockets say.

use std::net::TcpStream;
use std::time::Instant;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, client};

use crate::place::{PASSWORD, command};
use crate::server::Server;
use crate::site::{Instance, PATIENCE, Site};
use crate::writers::{agent, send};

/// Somebody with an account, whom every instance knows.
pub(crate) struct Person {
    pub(crate) id: i64,
    token: String,
}

/// A socket of somebody.
pub(crate) struct Line(WebSocket<TcpStream>);

impl Person {
    pub(crate) fn new(site: &Site, at: &Instance, name: &str) -> Self {
        let email = format!("{name}@example.org");
        site.place.create_account(&email);
        // Whoever keeps order is nobody's friend.
        command(site.place.url(), "UPDATE users SET is_admin = FALSE");
        let body = json!({"email": email, "password": PASSWORD});
        let (status, answer) = send(&agent(), &at.server().url("/api/auth/login/"), "", &body).unwrap();
        assert_eq!(status, 200, "{answer}");
        Self {
            id: answer["user"]["id"].as_i64().unwrap(),
            token: answer["access"].as_str().unwrap().to_owned(),
        }
    }

    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a test writes `json!(…)` in its place"
    )]
    pub(crate) fn posts(&self, at: &Instance, path: &str, body: Value) -> Value {
        let (status, answer) = send(&agent(), &at.server().url(path), &self.token, &body).unwrap();
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    /// Makes a session: its id and its code.
    pub(crate) fn hosts(&self, at: &Instance) -> (String, String) {
        let made = self.posts(
            at,
            "/api/collaborate/create/",
            json!({"canvas_name": "Moon Cats"}),
        );
        let text = |name: &str| made["session"][name].as_str().unwrap().to_owned();
        (text("session_id"), text("join_code"))
    }

    pub(crate) fn joins(&self, at: &Instance, code: &str) {
        self.posts(at, "/api/collaborate/join-by-code/", json!({"join_code": code}));
    }

    /// Comes into the room of a session.
    #[track_caller]
    pub(crate) fn enters(&self, at: &Instance, session: &str) -> Line {
        let mut line = self.opens(at.server(), &format!("/ws/collaborate/{session}/"));
        assert_eq!(line.until("init")["current_user_id"], json!(self.id));
        line
    }

    /// Opens the socket for notifications.
    #[track_caller]
    pub(crate) fn listens(&self, at: &Instance) -> Line {
        let mut line = self.opens(at.server(), "/ws/notifications/");
        line.until("connection");
        line
    }

    fn opens(&self, server: &Server, path: &str) -> Line {
        let url = server.url(path);
        let address = url.trim_start_matches("http://").split('/').next().unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE / 20)).unwrap();
        let url = format!("{}?token={}", url.replace("http://", "ws://"), self.token);
        Line(client(url, stream).unwrap().0)
    }
}

impl Line {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a test writes `json!(…)` in its place"
    )]
    pub(crate) fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).unwrap();
    }

    /// Turns a page: whether the room says so, or ends the socket.
    #[track_caller]
    pub(crate) fn is_open(&mut self) -> bool {
        // Whoever is sent away does not hear this, and is told why all the same.
        let turn = json!({"type": "page_change", "page_number": 0});
        let _ = self.0.send(Message::text(turn.to_string()));
        while let Some(message) = self.next() {
            if message["type"] == "page_change" {
                return true;
            }
        }
        false
    }

    /// The next message; nothing when the socket has ended, in whatever way.
    #[track_caller]
    pub(crate) fn next(&mut self) -> Option<Value> {
        let start = Instant::now();
        loop {
            assert!(start.elapsed() < PATIENCE, "the server says nothing");
            match self.0.read() {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) => {
                    // The answer goes out with the next look.
                    let _ = self.0.flush();
                    return None;
                }
                Ok(_) => {}
                Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return None,
            }
        }
    }

    /// The next message of this type; those before it are passed over.
    #[track_caller]
    pub(crate) fn until(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next().unwrap_or_else(|| panic!("a {kind}, not the end"));
            if message["type"] == kind {
                return message;
            }
        }
    }
}
