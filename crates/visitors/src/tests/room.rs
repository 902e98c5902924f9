//! What stands behind the fake server's sockets: rooms that relay, and do what they should not when they are told to.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

/// What a room does wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Fault {
    #[default]
    None,
    /// The tenth stroke does not come to the last member.
    Lose,
    /// The tenth stroke comes twice.
    Double,
    /// The tenth stroke comes to the last member after the eleventh.
    Swap,
    /// Whoever says the hundredth message is sent away with this code.
    Close(u16),
    /// The hundredth message is answered with an error.
    Complain,
}

/// All rooms.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    pub(super) fault: Fault,
    rooms: Mutex<HashMap<String, Room>>,
}

#[derive(Debug, Default)]
struct Room {
    members: Vec<Member>,
    heard: HashMap<String, usize>,
    messages: usize,
    pages: usize,
    held: Option<Message>,
    next: usize,
    /// The longest canvas that somebody has sent.
    state: usize,
}

#[derive(Debug)]
struct Member {
    number: usize,
    outbox: mpsc::Sender<Message>,
}

impl Rooms {
    pub(super) fn with(fault: Fault) -> std::sync::Arc<Self> {
        std::sync::Arc::new(Self {
            fault,
            ..Self::default()
        })
    }

    /// How many messages of this type a room has heard.
    pub(super) fn heard(&self, room: &str, kind: &str) -> usize {
        let path = format!("/ws/collaborate/{room}/");
        let rooms = self.rooms();
        rooms
            .get(&path)
            .and_then(|room| room.heard.get(kind))
            .copied()
            .unwrap_or_default()
    }

    /// The longest canvas that a room was given.
    pub(super) fn state(&self, room: &str) -> usize {
        let path = format!("/ws/collaborate/{room}/");
        self.rooms().get(&path).map_or(0, |room| room.state)
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<String, Room>> {
        self.rooms.lock().expect("no test panics meanwhile")
    }

    /// Serves one socket to its end.
    pub(super) async fn serve(&self, path: &str, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let path = path.split('?').next().unwrap_or_default();
        let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
        let (outbox, mut waiting) = mpsc::channel(1_000);
        let number = self.rooms().entry(path.to_owned()).or_default().join(outbox);
        loop {
            tokio::select! {
                message = waiting.recv() => {
                    let Some(message) = message else { break };
                    let is_last = matches!(message, Message::Close(_));
                    if socket.send(message).await.is_err() || is_last {
                        break;
                    }
                }
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => {
                        let message = serde_json::from_str(&text).expect("visitors send JSON");
                        self.rooms().entry(path.to_owned()).or_default().hear(number, message, self.fault);
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    _ => break,
                },
            }
        }
        if let Some(room) = self.rooms().get_mut(path) {
            room.members.retain(|member| member.number != number);
        }
    }
}

impl Room {
    fn join(&mut self, outbox: mpsc::Sender<Message>) -> usize {
        self.next += 1;
        let draft = json!({"title": "", "pages": vec![json!({"text": ""}); self.pages]});
        let init = json!({"type": "init", "story_draft": draft, "participants": []});
        let _ = outbox.try_send(Message::text(init.to_string()));
        self.members.push(Member {
            number: self.next,
            outbox,
        });
        self.next
    }

    fn hear(&mut self, sender: usize, mut message: Value, fault: Fault) {
        self.messages += 1;
        let kind = message["type"].as_str().unwrap_or_default().to_owned();
        let count = {
            let count = self.heard.entry(kind.clone()).or_default();
            *count += 1;
            *count
        };
        if self.messages == 100 {
            let frame = match fault {
                Fault::Close(code) => Some(Message::Close(Some(CloseFrame {
                    code: code.into(),
                    reason: "".into(),
                }))),
                Fault::Complain => Some(Message::text(r#"{"type":"error","message":"no"}"#)),
                _ => None,
            };
            if let Some(frame) = frame {
                self.to(|member| member == sender, &frame);
            }
        }
        match kind.as_str() {
            "draw" => self.draw(sender, &message, count, fault),
            "draw_batch" => {
                message["type"] = json!("drawing_batch_update");
                self.others(sender, &message);
            }
            "add_page" => {
                self.pages = self.pages.max(1) + 1;
                message["type"] = json!("page_added");
                message["page_data"]["id"] = json!(format!("page-id-{}", self.pages));
                self.to(|_| true, &Message::text(message.to_string()));
            }
            "request_sync" => {
                let ask = json!({"type": "request_canvas_state", "requesting_user_id": 0, "page_index": 0});
                self.to(|member| member == sender, &Message::text(ask.to_string()));
            }
            "canvas_state" => {
                let project = message["canvas_data"]["projectData"].as_str().unwrap_or_default();
                self.state = self.state.max(project.len());
            }
            "cursor" | "delete_item" | "text_edit" | "presence_update" | "page_change" => {
                self.others(sender, &message);
            }
            _ => {}
        }
    }

    fn draw(&mut self, sender: usize, message: &Value, count: usize, fault: Fault) {
        let frame = Message::text(message.to_string());
        let last = self.members.iter().map(|member| member.number);
        let last = last.filter(|&number| number != sender).max().unwrap_or_default();
        let is_tenth = count == 10;
        self.to(|member| member != sender && member != last, &frame);
        match fault {
            Fault::Lose if is_tenth => return,
            Fault::Swap if is_tenth => {
                self.held = Some(frame);
                return;
            }
            Fault::Double if is_tenth => self.to(|member| member == last, &frame),
            _ => {}
        }
        self.to(|member| member == last, &frame);
        if let Some(held) = self.held.take() {
            self.to(|member| member == last, &held);
        }
    }

    fn others(&self, sender: usize, message: &Value) {
        self.to(|member| member != sender, &Message::text(message.to_string()));
    }

    fn to(&self, is_meant: impl Fn(usize) -> bool, message: &Message) {
        for member in self.members.iter().filter(|member| is_meant(member.number)) {
            // Whoever takes nothing any more has left.
            let _ = member.outbox.try_send(message.clone());
        }
    }
}
