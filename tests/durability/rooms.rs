//! A room whose server is killed in the middle of drawing: what one of its members was shown is there afterwards.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Message, WebSocket, client};

use super::STOP_WITHIN;
use crate::place::Place;
use crate::server::Server;
use crate::writers::{agent, send, token};

const PEOPLE: [&str; 2] = ["mia@example.org", "ben@example.org"];

struct Member {
    token: String,
}

impl Member {
    fn enter(&self, server: &Server, session: &str) -> WebSocket<TcpStream> {
        let url = server.url(&format!("/ws/collaborate/{session}/?token={}", self.token));
        let address = url
            .trim_start_matches("http://")
            .split('/')
            .next()
            .unwrap()
            .to_owned();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        client(url.replace("http://", "ws://"), stream).unwrap().0
    }
}

fn stroke(number: usize) -> String {
    json!({"type": "draw", "data": {"type": "brush", "itemId": format!("item_{number}")}, "page_id": "m0",
        "page_index": 0, "is_cover_image": false})
    .to_string()
}

/// The items of the strokes that come, until the socket breaks off or `count` have come.
fn items(socket: &mut WebSocket<TcpStream>, count: usize) -> Vec<String> {
    let mut items = Vec::new();
    while items.len() < count {
        let Ok(Message::Text(text)) = socket.read() else {
            break;
        };
        let frame: Value = serde_json::from_str(&text).unwrap();
        if frame["type"] == "draw" {
            items.push(frame["data"]["itemId"].as_str().unwrap().to_owned());
        }
    }
    items
}

#[test]
fn kill_9_loses_no_stroke_that_somebody_has_seen() {
    let place = Place::new();
    for email in PEOPLE {
        place.create_account(email);
    }
    let mut server = place.start();
    let agent = agent();
    let [mia, ben] = PEOPLE.map(|email| Member {
        token: token(&agent, &server, email),
    });
    let post = |server: &Server, who: &Member, path: &str, body: Value| {
        send(&agent, &server.url(path), &who.token, &body).unwrap().1
    };
    let made = post(
        &server,
        &mia,
        "/api/collaborate/create/",
        json!({"canvas_name": "Moon"}),
    );
    let session = made["session"]["session_id"].as_str().unwrap().to_owned();
    let code = made["session"]["join_code"].clone();
    post(
        &server,
        &ben,
        "/api/collaborate/join-by-code/",
        json!({"join_code": code}),
    );
    let mut number = 0;
    let mut seen: Vec<String> = Vec::new();
    for round in 1..=5 {
        let mut at_mia = mia.enter(&server, &session);
        let mut at_ben = ben.enter(&server, &session);
        at_mia
            .send(Message::text(r#"{"type":"request_sync","page_index":0}"#))
            .unwrap();
        for _ in 0..30 {
            at_mia.send(Message::text(stroke(number))).unwrap();
            number += 1;
        }
        let shown = items(&mut at_ben, 5 * round);
        server.kill();
        seen.extend(shown);
        seen.extend(items(&mut at_ben, usize::MAX));
        server.wait(STOP_WITHIN);
        server = place.start();
        place.check_integrity();
        let mut again = ben.enter(&server, &session);
        let ask = json!({"type": "request_sync", "page_id": "b0", "page_index": 0, "is_cover_image": false});
        again.send(Message::text(ask.to_string())).unwrap();
        let mut kept = Vec::new();
        while let Some(missing) = seen.iter().find(|item| !kept.contains(*item)) {
            let more = items(&mut again, 1);
            assert!(!more.is_empty(), "round {round}: {missing} is lost");
            kept.extend(more);
        }
    }
    assert!(seen.len() >= 75, "{} strokes prove little", seen.len());
}
