//! One live socket of somebody: the handshake with its refusals, messages out and in, and how it ended.
//!
//! Buffers are small: ten thousand of these fit into one process.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hyper::Request;
use hyper::header::{
    CONNECTION, HOST, ORIGIN, RETRY_AFTER, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE, USER_AGENT,
};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::{Response, generate_key};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use crate::http::Stream;
use crate::ledger::{Attempt, Failure, Verdict};
use crate::visit::{Over, Visit};

/// What is read at once; a longer message grows the buffer for as long as it is there.
const READ_BUFFER: usize = 2 * 1024;
/// A server that sends more than this in one message is wrong.
const LONGEST: usize = 16 * 1024 * 1024;
/// How long a server may take to answer a farewell.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long to wait after a refusal that does not say.
const UNTOLD: Duration = Duration::from_secs(5);

/// Somebody's way to live sockets: from where, and with which token.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) visit: Arc<Visit>,
    pub(crate) from: Ipv4Addr,
    /// An access token, as it goes into a query: letters, digits, `-`, `_` and dots.
    pub(crate) token: String,
    pub(crate) rng: fastrand::Rng,
}

/// An open socket. Dropped without [`Socket::leave`] it is a connection that broke.
pub(crate) struct Socket {
    stream: WebSocketStream<Box<dyn Stream>>,
    visit: Arc<Visit>,
    /// Whether nobody has been told yet that it is closed.
    is_open: bool,
}

/// The socket has ended, and it was not us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    /// As a browser reports it: 1006 when there was no farewell, 1005 when it had no code.
    pub(crate) code: u16,
}

impl Closed {
    pub(crate) const BROKEN: u16 = 1006;
    const UNSAID: u16 = 1005;

    /// Whether the apps come back after it on a collaboration socket.
    pub(crate) fn calls_back(self) -> bool {
        !matches!(self.code, 1000 | 1001)
    }
}

impl Door {
    /// Opens a socket, again and again while it is refused with 429 or 503; nothing when it is refused for good.
    /// `call` is its name in the report.
    pub(crate) async fn open(&mut self, call: &'static str, path: &str) -> Result<Option<Socket>, Over> {
        loop {
            let stage = self.visit.stage()?;
            let sent = Instant::now();
            let result = timeout(self.visit.plan.timeout, self.shake_hands(path)).await;
            let (status, verdict, socket) = match result {
                Ok(Ok(socket)) => (Some(101), Verdict::Answered, Some(socket)),
                Ok(Err(refused)) => refused.verdict(path),
                Err(_) => {
                    let late = Failure::new(Failure::TIMEOUT, format!("{path}: no answer to the handshake"));
                    (None, Verdict::Failed(late), None)
                }
            };
            let wait = match &verdict {
                Verdict::Refused(wait) => Some(wait.unwrap_or(UNTOLD)),
                Verdict::Answered | Verdict::Failed(_) => None,
            };
            let took = sent.elapsed();
            self.visit.ledger.record(Attempt {
                call,
                stage,
                took,
                felt: took,
                bytes_in: 0,
                status,
                reconnected: false,
                verdict,
            });
            let Some(wait) = wait else { return Ok(socket) };
            let most = (wait / 4).max(Duration::from_millis(500));
            let back = Instant::now() + wait + most.mul_f64(self.rng.f64());
            let comes_back = self.visit.pause_until(back).await;
            comes_back.inspect_err(|_| self.visit.ledger.gave_up(stage, call))?;
        }
    }

    async fn shake_hands(&self, path: &str) -> Result<Socket, Unopened> {
        let stream = self.visit.target.connect(self.from).await;
        let stream = stream.map_err(|error| Unopened::Connect(error.to_string()))?;
        let host = &self.visit.target.host;
        let request = Request::get(format!("ws://{host}{path}?token={}", self.token))
            .header(HOST, host)
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, generate_key())
            .header(ORIGIN, "capacitor://localhost")
            .header(USER_AGENT, "visitors")
            .body(())
            .map_err(|error| Unopened::Connect(error.to_string()))?;
        let mut buffers = WebSocketConfig::default();
        buffers.read_buffer_size = READ_BUFFER;
        // Each message goes out at once, as from a browser.
        buffers.write_buffer_size = 0;
        buffers.max_message_size = Some(LONGEST);
        buffers.max_frame_size = Some(LONGEST);
        let opened = tokio_tungstenite::client_async_with_config(request, stream, Some(buffers)).await;
        let (stream, _) = opened.map_err(|error| match error {
            Error::Http(response) => Unopened::Answered(response),
            other => Unopened::Broken(other.to_string()),
        })?;
        self.visit.open_sockets.fetch_add(1, Ordering::Relaxed);
        Ok(Socket {
            stream,
            visit: Arc::clone(&self.visit),
            is_open: true,
        })
    }
}

/// Why a handshake gave no socket.
enum Unopened {
    Connect(String),
    Broken(String),
    Answered(Box<Response>),
}

impl Unopened {
    fn verdict(self, path: &str) -> (Option<u16>, Verdict, Option<Socket>) {
        let failed = |kind, what: String| Verdict::Failed(Failure::new(kind, format!("{path}: {what}")));
        match self {
            Self::Connect(what) => (None, failed(Failure::CONNECT, what), None),
            Self::Broken(what) => (None, failed(Failure::BROKEN, what), None),
            Self::Answered(response) => {
                let status = response.status().as_u16();
                let wait = response.headers().get(RETRY_AFTER);
                let wait = wait.and_then(|seconds| seconds.to_str().ok()?.trim().parse().ok());
                let verdict = match status {
                    429 | 503 => Verdict::Refused(wait.map(Duration::from_secs)),
                    500.. => failed(Failure::SERVER_ERROR, status.to_string()),
                    _ => failed(Failure::STATUS, status.to_string()),
                };
                (Some(status), verdict, None)
            }
        }
    }
}

impl Socket {
    /// Sends a message.
    pub(crate) async fn say(&mut self, text: String) -> Result<(), Closed> {
        let sent = self.stream.send(Message::text(text)).await;
        if sent.is_err() {
            // What the server has said before it closed is still to be read: its farewell, among others.
            return Err(self.ending().await);
        }
        self.visit.ledger.said(self.visit.stage_now());
        Ok(())
    }

    /// The next message. Pings are answered meanwhile.
    pub(crate) async fn hear(&mut self) -> Result<Utf8Bytes, Closed> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    self.visit.ledger.heard(self.visit.stage_now(), text.len());
                    return Ok(text);
                }
                Some(Ok(Message::Close(farewell))) => {
                    // The answer to it goes out with the next look at the stream.
                    let _ = timeout(FAREWELL, self.stream.next()).await;
                    return Err(self.closed(code_of(farewell.as_ref())));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(self.closed(Closed::BROKEN)),
            }
        }
    }

    async fn ending(&mut self) -> Closed {
        loop {
            match timeout(FAREWELL, self.hear()).await {
                Ok(Ok(_)) => {}
                Ok(Err(closed)) => return closed,
                Err(_) => return self.closed(Closed::BROKEN),
            }
        }
    }

    /// The server has ended it.
    fn closed(&mut self, code: u16) -> Closed {
        if std::mem::take(&mut self.is_open) {
            self.visit.open_sockets.fetch_sub(1, Ordering::Relaxed);
            self.visit.ledger.closed(self.visit.stage_now(), code);
        }
        Closed { code }
    }

    /// Says farewell, and waits a little for the server's.
    pub(crate) async fn leave(mut self) {
        let farewell = CloseFrame {
            code: CloseCode::Normal,
            reason: Utf8Bytes::from_static(""),
        };
        let _ = timeout(FAREWELL, async {
            let _ = self.stream.close(Some(farewell)).await;
            while let Some(Ok(_)) = self.stream.next().await {}
        })
        .await;
    }

    /// Goes without a word, as a device does that has lost its network.
    pub(crate) fn vanish(mut self) {
        self.is_open = false;
        self.visit.open_sockets.fetch_sub(1, Ordering::Relaxed);
        self.visit.ledger.vanished(self.visit.stage_now());
    }
}

fn code_of(farewell: Option<&CloseFrame>) -> u16 {
    farewell.map_or(Closed::UNSAID, |farewell| farewell.code.into())
}
