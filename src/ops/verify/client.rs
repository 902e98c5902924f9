//! Asks a server, and notes what it answered and how long that took.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, Request};
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// Bytes of an answer that are kept; the rest is read and forgotten.
const KEPT: usize = 256 << 10;
/// Bytes of an answer that are read at most: a story with many drawings.
const READ: u64 = 32 << 20;

/// What a server answered.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, or the beginning of it.
    pub body: String,
    /// From the request to the end of the answer.
    pub took: Duration,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The name is not known.
    NoSuchHost,
    /// Nobody listens, or the connection broke.
    Unreachable,
    /// It took too long.
    TooSlow,
    /// The certificate is not valid for this name, or there is no TLS.
    Tls,
    /// What came is not HTTP.
    NotHttp,
}

impl Trouble {
    fn of(error: &ureq::Error) -> Self {
        match error {
            ureq::Error::HostNotFound => Self::NoSuchHost,
            ureq::Error::Timeout(_) => Self::TooSlow,
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => Self::Tls,
            ureq::Error::Io(error) => Self::of_io(error),
            ureq::Error::ConnectionFailed => Self::Unreachable,
            _ => Self::NotHttp,
        }
    }

    /// A certificate that is refused arrives as invalid data.
    fn of_io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::InvalidData => Self::Tls,
            std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => Self::TooSlow,
            _ => Self::Unreachable,
        }
    }

    /// In plain words.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoSuchHost => "there is no such host",
            Self::Unreachable => "nobody answers there",
            Self::TooSlow => "it does not answer in time",
            Self::Tls => "its certificate is not valid, or it speaks no TLS",
            Self::NotHttp => "what it answers is not HTTP",
        }
    }
}

/// One client with its connection. Follows no redirect, and no proxy of the environment.
pub(super) struct Client {
    agent: Agent,
    base: String,
}

impl Client {
    pub(super) fn new(base: &str) -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::WebPki)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .max_idle_connections(1)
            .user_agent(concat!("tinytales-verify/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self {
            agent,
            base: base.to_owned(),
        }
    }

    pub(super) fn get(&self, path: &str, patience: Duration) -> Result<Answer, Trouble> {
        self.ask("GET", path, &[], patience)
    }

    /// Asks once, within `patience`.
    pub(super) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        patience: Duration,
    ) -> Result<Answer, Trouble> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).map_err(|_| Trouble::NotHttp)?;
        let request = self
            .agent
            .configure_request(request)
            .timeout_global(Some(patience))
            .build();
        let begin = Instant::now();
        let answer = self.agent.run(request).map_err(|error| Trouble::of(&error))?;
        let (parts, body) = answer.into_parts();
        let body =
            read(body.into_with_config().limit(READ).reader()).map_err(|error| Trouble::of_io(&error))?;
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
            took: begin.elapsed(),
        })
    }
}

fn read(mut body: impl Read) -> std::io::Result<String> {
    let mut kept = Vec::new();
    body.by_ref().take(KEPT as u64).read_to_end(&mut kept)?;
    std::io::copy(&mut body, &mut std::io::sink())?;
    Ok(String::from_utf8_lossy(&kept).into_owned())
}
