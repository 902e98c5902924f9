//! Live sockets, spoken by somebody else's client.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use socket2::{Domain, Socket as RawSocket, Type};
use tokio_tungstenite::tungstenite::client::{IntoClientRequest, client};
use tokio_tungstenite::tungstenite::handshake::HandshakeError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket};

use super::client::Client;

/// A server that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(30);

pub const NOTIFICATIONS: &str = "/ws/notifications/";

/// An open socket.
pub struct Socket {
    line: WebSocket<TcpStream>,
}

/// How somebody comes to the door.
pub struct Knock<'a> {
    pub path: &'a str,
    pub token: Option<&'a str>,
    pub headers: &'a [(&'a str, &'a str)],
    pub from: Ipv4Addr,
}

impl Client {
    /// Opens a notification socket, as the apps do.
    #[track_caller]
    pub fn notifications(&self) -> Socket {
        let mut socket = self.socket(NOTIFICATIONS);
        let hello = socket.until("connection");
        assert_eq!(hello["user_id"], json!(self.id()));
        socket
    }

    /// Opens a socket at this path, and reads nothing of it yet.
    #[track_caller]
    pub fn socket(&self, path: &str) -> Socket {
        self.knock(path)
            .unwrap_or_else(|status| panic!("the socket opens, not {status}"))
    }

    /// Opens a socket at this path, or tells the status of the refusal.
    pub fn knock(&self, path: &str) -> Result<Socket, u16> {
        Knock::at(path).with(self.access()).open(self.address())
    }
}

impl<'a> Knock<'a> {
    pub fn at(path: &'a str) -> Self {
        Self {
            path,
            token: None,
            headers: &[],
            from: Ipv4Addr::LOCALHOST,
        }
    }

    #[must_use]
    pub fn with(self, token: &'a str) -> Self {
        Self {
            token: Some(token),
            ..self
        }
    }

    /// Opens the socket, or tells the status of the refusal.
    pub fn open(&self, address: SocketAddr) -> Result<Socket, u16> {
        let query = self
            .token
            .map(|token| format!("?token={token}"))
            .unwrap_or_default();
        let mut request = format!("ws://{address}{}{query}", self.path)
            .into_client_request()
            .unwrap();
        for (name, value) in self.headers {
            let name: tokio_tungstenite::tungstenite::http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        match client(request, connect(address, self.from)) {
            Ok((line, _)) => Ok(Socket { line }),
            Err(HandshakeError::Failure(Error::Http(answer))) => Err(answer.status().as_u16()),
            Err(error) => panic!("an answer to the handshake, not {error}"),
        }
    }
}

fn connect(address: SocketAddr, from: Ipv4Addr) -> TcpStream {
    let socket = RawSocket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket
        .bind(&SocketAddr::from((IpAddr::from(from), 0)).into())
        .unwrap();
    socket.connect(&address.into()).expect("the server accepts");
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.set_write_timeout(Some(PATIENCE)).unwrap();
    socket.set_tcp_nodelay(true).unwrap();
    socket.into()
}

impl Socket {
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a test writes `json!(…)` in its place"
    )]
    pub fn send(&mut self, message: Value) {
        self.send_text(&message.to_string());
    }

    /// Sends a text as it is.
    #[track_caller]
    pub fn send_text(&mut self, text: &str) {
        self.send_raw(Message::text(text));
    }

    #[track_caller]
    pub fn send_raw(&mut self, message: Message) {
        self.line.send(message).expect("the server reads");
    }

    /// The next message.
    #[track_caller]
    pub fn next(&mut self) -> Value {
        match self.read() {
            Ok(message) => message,
            Err(code) => panic!("a message, not a close with {code}"),
        }
    }

    /// The next message of this type; those before it are passed over.
    #[track_caller]
    pub fn until(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next();
            if message["type"] == kind {
                return message;
            }
        }
    }

    /// The types of the messages that have come up to now. For notification sockets: what was sent before the answer to a
    /// ping has come before it.
    #[track_caller]
    pub fn heard(&mut self) -> Vec<Value> {
        self.send(json!({"type": "ping"}));
        let mut heard = Vec::new();
        loop {
            let message = self.next();
            if message == json!({"type": "pong"}) {
                return heard;
            }
            heard.push(message);
        }
    }

    /// Reads to the end: the code with which it was closed, 1006 when it broke off.
    pub fn closed(&mut self) -> u16 {
        loop {
            if let Err(code) = self.read() {
                return code;
            }
        }
    }

    /// Closes it, and waits for the answer.
    pub fn close(mut self, code: u16) -> u16 {
        let frame = CloseFrame {
            code: code.into(),
            reason: "".into(),
        };
        // Closed by the server meanwhile: just as well.
        let _ = self.line.close(Some(frame));
        self.closed()
    }

    /// The next text message, or the code of the close.
    fn read(&mut self) -> Result<Value, u16> {
        loop {
            match self.line.read() {
                Ok(Message::Text(text)) => return Ok(serde_json::from_str(&text).expect("JSON")),
                Ok(Message::Close(frame)) => {
                    // The answer goes out with the next look.
                    let _ = self.line.flush();
                    return Err(frame.map_or(1005, |frame| frame.code.into()));
                }
                Ok(_) => {}
                Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    panic!("the server says nothing")
                }
                Err(_) => return Err(1006),
            }
        }
    }

    /// What is under it.
    pub fn stream(&mut self) -> &mut TcpStream {
        self.line.get_mut()
    }
}
