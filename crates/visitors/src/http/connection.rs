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
    fn new(kind: &'static str, what: impl ToString) -> Self {
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
        let stream = stream.map_err(|error| Broken::new(Failure::CONNECT, error))?;
        let (sender, driver) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Broken::new(Failure::CONNECT, error))?;
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
        retry_after: seconds.map(Duration::from_secs),
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
        received.body = unpack(&received.body).map_err(|error| begun(Failure::BROKEN, error))?;
    }
    Ok(received)
}

fn unpack(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    let mut reader = GzDecoder::new(packed).take(LONGEST as u64);
    reader.read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

fn begun(kind: &'static str, what: impl ToString) -> Broken {
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
