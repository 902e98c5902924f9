//! One socket of somebody, as a test uses it: says texts, and gives what comes as it came.

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::http::Request;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Error, HandshakeError, Message, WebSocket};

/// What comes over a socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Message(Value),
    /// The end, as a browser reports it: 1006 without a farewell, 1005 without a code.
    Closed(u16),
}

/// An open socket.
pub struct Line {
    socket: WebSocket<TcpStream>,
    waiting: VecDeque<Event>,
    is_over: bool,
}

impl Line {
    /// Opens a socket; the status of the answer when it is refused.
    pub fn open(address: SocketAddr, path: &str) -> Result<Self, u16> {
        let stream = TcpStream::connect(address).expect("the server accepts");
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let request = Request::get(format!("ws://{address}{path}"))
            .header("Host", address.to_string())
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", generate_key())
            .body(())
            .unwrap();
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Self {
                socket,
                waiting: VecDeque::new(),
                is_over: false,
            }),
            Err(HandshakeError::Failure(Error::Http(response))) => Err(response.status().as_u16()),
            Err(error) => panic!("no answer to the handshake of {path}: {error}"),
        }
    }

    /// Sends a text; false when the socket has ended.
    pub fn say(&mut self, text: &str) -> bool {
        self.socket.send(Message::text(text)).is_ok()
    }

    /// What comes next, if something comes within this time.
    pub fn next(&mut self, within: Duration) -> Option<Event> {
        self.waiting.pop_front().or_else(|| self.read(within))
    }

    /// The first of the next events that is this one, if one is within this time; those before it stay.
    pub fn find(&mut self, within: Duration, mut is_it: impl FnMut(&Event) -> bool) -> Option<Event> {
        let end = Instant::now() + within;
        let mut looked_at = 0;
        loop {
            while looked_at < self.waiting.len() {
                if is_it(&self.waiting[looked_at]) {
                    return self.waiting.remove(looked_at);
                }
                looked_at += 1;
            }
            let event = self.read(end.saturating_duration_since(Instant::now()))?;
            self.waiting.push_back(event);
        }
    }

    fn read(&mut self, within: Duration) -> Option<Event> {
        let end = Instant::now() + within;
        while !self.is_over {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            self.socket.get_ref().set_read_timeout(Some(left)).unwrap();
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    let value = serde_json::from_str(&text);
                    return Some(Event::Message(
                        value.unwrap_or_else(|_| Value::String(text.to_string())),
                    ));
                }
                Ok(Message::Close(farewell)) => {
                    self.is_over = true;
                    // The answer to the farewell.
                    let _ = self.socket.flush();
                    return Some(Event::Closed(
                        farewell.map_or(1005, |farewell| farewell.code.into()),
                    ));
                }
                Ok(_) => {}
                Err(Error::Io(error))
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) => {}
                Err(_) => {
                    self.is_over = true;
                    return Some(Event::Closed(1006));
                }
            }
        }
        None
    }

    /// Closes with 1000 and waits for the server's answer.
    pub fn close(mut self) {
        let farewell = CloseFrame {
            code: CloseCode::Normal,
            reason: "".into(),
        };
        let _ = self.socket.close(Some(farewell));
        while self.read(Duration::from_secs(5)).is_some() {}
    }

    /// Breaks the connection.
    pub fn drop_it(self) {
        let _ = self.socket.get_ref().shutdown(std::net::Shutdown::Both);
    }
}
