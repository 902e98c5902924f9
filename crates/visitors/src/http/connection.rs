//! One kept connection. It is driven by whoever waits for an answer, so that a person is one task.

use std::io::Read;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::time::Duration;

use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_ENCODING, ETAG, HeaderName, RETRY_AFTER};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use super::Pieces;
use super::target::{Stream, Target};
use crate::ledger::Failure;

/// The longest body that is read, compressed or not.
const LONGEST: usize = 256 * 1024 * 1024;

/// What a connection reads at once at most; without it, it would grow to 400 KB for each of thousands of people.
const READ_BUFFER: usize = 16 * 1024;
/// The longest wait that an answer can ask for; runs are shorter.
const LONGEST_WAIT: u64 = 24 * 60 * 60;

/// One person's way to the server.
pub(crate) struct Connection {
    target: Target,
    from: Ipv4Addr,
    patience: Duration,
    open: Option<Open>,
}

struct Open {
    sender: SendRequest<Pieces>,
    /// Moves the bytes; none when the connection has ended.
    driver: Option<Driver>,
}

type Driver = Pin<Box<http1::Connection<TokioIo<Box<dyn Stream>>, Pieces>>>;

/// An answer, read to its end.
#[derive(Debug, Default)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    /// After how long to come back, where the answer says so in seconds.
    pub(crate) retry_after: Option<Duration>,
    /// As it was before it was compressed.
    pub(crate) body: Vec<u8>,
    /// As it came over the wire.
    pub(crate) bytes: u64,
    /// Whether the server had closed the kept connection, and the request went out on a new one.
    pub(crate) reconnected: bool,
}

/// No answer, or not all of it.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) failure: Failure,
    /// Whether the answer's head had come.
    began: bool,
}

impl Broken {
    fn new(kind: &'static str, what: impl Into<String>) -> Self {
        Self {
            failure: Failure::new(kind, what),
            began: false,
        }
    }
}

impl Connection {
    pub(crate) fn new(target: Target, from: Ipv4Addr, patience: Duration) -> Self {
        Self {
            target,
            from,
            patience,
            open: None,
        }
    }

    /// Ends it, if it is open.
    pub(crate) fn close(&mut self) {
        self.open = None;
    }

    pub(crate) fn host(&self) -> &str {
        &self.target.host
    }

    /// Sends the request and reads the whole answer, within the connection's patience.
    pub(crate) async fn exchange(&mut self, request: &Request<Pieces>) -> Result<Received, Broken> {
        let answer = tokio::time::timeout(self.patience, self.send_again_if_closed(request)).await;
        let answer = answer.unwrap_or_else(|_| {
            let seconds = self.patience.as_secs_f64();
            Err(Broken::new(
                Failure::TIMEOUT,
                format!("no whole answer in {seconds} s"),
            ))
        });
        let is_kept = answer.is_ok() && self.open.as_ref().is_some_and(Open::is_alive);
        if !is_kept {
            self.open = None;
        }
        answer
    }

    /// A kept connection may have been closed by the server meanwhile: then the request goes out on a new one.
    async fn send_again_if_closed(&mut self, request: &Request<Pieces>) -> Result<Received, Broken> {
        let is_kept = self.open.is_some();
        match self.send(request).await {
            Err(broken) if is_kept && !broken.began => {
                self.open = None;
                let answer = self.send(request).await?;
                Ok(Received {
                    reconnected: true,
                    ..answer
                })
            }
            answer => answer,
        }
    }

    async fn send(&mut self, request: &Request<Pieces>) -> Result<Received, Broken> {
        let open = match &mut self.open {
            Some(open) => open,
            None => self.open.insert(Open::connect(&self.target, self.from).await?),
        };
        let Open { sender, driver } = open;
        let answer = drive(driver, async {
            sender.ready().await?;
            sender.send_request(request.clone()).await
        });
        let answer = answer
            .await
            .map_err(|error| Broken::new(Failure::BROKEN, chain(&error)))?;
        drive(driver, read(answer)).await
    }
}

impl Open {
    async fn connect(target: &Target, from: Ipv4Addr) -> Result<Self, Broken> {
        let stream = target.connect(from).await;
        let stream = stream.map_err(|error| Broken::new(Failure::CONNECT, chain(&error)))?;
        let (sender, driver) = http1::Builder::new()
            .max_buf_size(READ_BUFFER)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Broken::new(Failure::CONNECT, chain(&error)))?;
        Ok(Self {
            sender,
            driver: Some(Box::pin(driver)),
        })
    }

    fn is_alive(&self) -> bool {
        self.driver.is_some() && !self.sender.is_closed()
    }
}

/// Waits for `work` while the connection moves; goes on waiting when the connection ends, for what it has left.
async fn drive<T>(driver: &mut Option<Driver>, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    if let Some(connection) = driver {
        tokio::select! {
            biased;
            done = &mut work => return done,
            // Its error, if it ended in one, is what `work` will see.
            _ = connection => {}
        }
        *driver = None;
    }
    work.await
}

async fn read(answer: Response<Incoming>) -> Result<Received, Broken> {
    let text = |name: HeaderName| answer.headers().get(name)?.to_str().ok().map(str::to_owned);
    let seconds = text(RETRY_AFTER).and_then(|seconds| seconds.trim().parse().ok());
    let is_gzip = text(CONTENT_ENCODING).is_some_and(|encoding| encoding.eq_ignore_ascii_case("gzip"));
    let mut received = Received {
        status: answer.status().as_u16(),
        etag: text(ETAG),
        retry_after: seconds.map(|seconds: u64| Duration::from_secs(seconds.min(LONGEST_WAIT))),
        ..Received::default()
    };
    let mut body = answer.into_body();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| begun(Failure::BROKEN, chain(&error)))?;
        let Ok(data) = frame.into_data() else { continue };
        if received.body.len() + data.len() > LONGEST {
            return Err(begun(Failure::BROKEN, "an endless answer"));
        }
        received.body.extend_from_slice(&data);
    }
    received.bytes = received.body.len() as u64;
    if is_gzip {
        received.body = unpack(&received.body).map_err(|error| begun(Failure::BROKEN, error.to_string()))?;
    }
    Ok(received)
}

fn unpack(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    let mut reader = GzDecoder::new(packed).take(LONGEST as u64);
    reader.read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

fn begun(kind: &'static str, what: impl Into<String>) -> Broken {
    Broken {
        began: true,
        ..Broken::new(kind, what)
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
    use tokio::sync::mpsc;
    use tokio::task::JoinSet;

    use super::*;

    /// A server that answers the requests of each connection with the next of these texts, and hangs up a second later.
    fn server(connections: Vec<Vec<Vec<u8>>>) -> (Connection, JoinSet<()>) {
        let (sender, mut arriving) = mpsc::channel::<DuplexStream>(1);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            for answers in connections {
                let mut stream = arriving.recv().await.unwrap();
                for answer in answers {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") {
                        request.push(stream.read_u8().await.unwrap());
                    }
                    stream.write_all(&answer).await.unwrap();
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let target = Target::in_memory(sender);
        let from = Ipv4Addr::LOCALHOST;
        (Connection::new(target, from, Duration::from_secs(30)), tasks)
    }

    fn answer(head: &str, body: &[u8]) -> Vec<u8> {
        let length = body.len();
        let head = format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\n\r\n");
        [head.as_bytes(), body].concat()
    }

    fn get() -> Request<Pieces> {
        Request::get("/")
            .header("host", "a")
            .body(Pieces::default())
            .unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_connection_is_opened_again_and_only_once() {
        let whole = || answer("200 OK", b"{}");
        let (mut connection, _server) = server(vec![vec![whole(), whole()], vec![whole()], vec![]]);
        for reconnected in [false, false, true] {
            let received = connection.exchange(&get()).await.unwrap();
            assert_eq!((received.status, received.reconnected), (200, reconnected));
            tokio::time::sleep(Duration::from_millis(600)).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        // The new connection ends without an answer, too.
        let broken = connection.exchange(&get()).await.unwrap_err();
        assert_eq!(broken.failure.kind, Failure::BROKEN);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_breaks_off_is_not_asked_for_again() {
        let whole = answer("200 OK", b"{}");
        let half = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec();
        let (mut connection, _server) = server(vec![vec![whole.clone(), half], vec![whole]]);
        assert!(connection.exchange(&get()).await.is_ok());
        let broken = connection.exchange(&get()).await.unwrap_err();
        assert_eq!(broken.failure.kind, Failure::BROKEN);
        assert!(connection.exchange(&get()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn headers_and_packed_bodies_are_understood() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(b"{\"a\":1}").unwrap();
        let packed = encoder.finish().unwrap();
        let head = "503 Busy\r\nretry-after: 7\r\netag: \"x\"\r\ncontent-encoding: gzip";
        let (mut connection, _server) = server(vec![vec![answer(head, &packed)]]);
        let received = connection.exchange(&get()).await.unwrap();
        assert_eq!(received.retry_after, Some(Duration::from_secs(7)));
        assert_eq!(received.etag.as_deref(), Some("\"x\""));
        assert_eq!(received.body, b"{\"a\":1}");
        assert_eq!(received.bytes, packed.len() as u64);
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends() {
        let (mut connection, _server) = server(vec![vec![Vec::new(), answer("200 OK", b"{}")]]);
        let began = tokio::time::Instant::now();
        let broken = connection.exchange(&get()).await.unwrap_err();
        assert_eq!(
            (broken.failure.kind, began.elapsed().as_secs()),
            (Failure::TIMEOUT, 30)
        );
    }
}
