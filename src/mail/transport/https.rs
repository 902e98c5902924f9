//! What the HTTPS mail APIs have in common: one POST with a key, judged by its status.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

use super::SendError;
use crate::mail::{Mail, SENDER_NAME};

/// An endpoint of a mail API. Keeps no connection open between mails: they are rare, and memory is not.
pub(super) struct Endpoint {
    agent: Agent,
    url: String,
    /// Header that carries the key, and its value.
    key: (&'static str, String),
    /// The API's name in reasons.
    name: &'static str,
}

impl Endpoint {
    pub(super) fn new(
        name: &'static str,
        url: String,
        key: (&'static str, String),
        timeout: Duration,
    ) -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::WebPki)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(timeout))
            // A redirect would carry the key to somebody else.
            .max_redirects(0)
            .http_status_as_error(false)
            // The library would read a proxy from the environment by itself.
            .proxy(None)
            .max_idle_connections(0)
            .input_buffer_size(16 * 1024)
            .output_buffer_size(16 * 1024)
            .max_response_header_size(16 * 1024)
            .build()
            .new_agent();
        Self {
            agent,
            url,
            key,
            name,
        }
    }

    /// Posts `body`. The answer's text is not read: it may quote the address.
    pub(super) fn post(&self, body: &Value) -> Result<(), SendError> {
        let (header, key) = &self.key;
        match self.agent.post(&self.url).header(*header, key).send_json(body) {
            Ok(answer) => self.judge(answer.status().as_u16()),
            Err(error) => Err(SendError::Temporary(format!("{} {}", self.name, explain(&error)))),
        }
    }

    fn judge(&self, status: u16) -> Result<(), SendError> {
        let reason = || format!("{} answered {status}", self.name);
        match status {
            200..=299 => Ok(()),
            // A bad or used-up key speaks of our account, not of this mail: another way, or a corrected key within
            // the hour, still delivers it.
            401..=403 | 408 | 429 => Err(SendError::Temporary(reason())),
            400..=499 => Err(SendError::Permanent(reason())),
            _ => Err(SendError::Temporary(reason())),
        }
    }
}

/// A reason without the URL and without whatever the other side has said.
fn explain(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "took too long",
        ureq::Error::HostNotFound => "was not found",
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "failed to agree on TLS",
        ureq::Error::Io(_) | ureq::Error::ConnectionFailed => "cannot be reached",
        _ => "answered what is not HTTP",
    }
}

/// `{email, name}` of the recipient; both APIs refuse an empty name.
pub(super) fn person(address: &str, name: &str) -> Value {
    if name.is_empty() {
        json!({ "email": address })
    } else {
        json!({ "email": address, "name": name })
    }
}

/// `{email, name}` of the sender.
pub(super) fn sender(address: &str) -> Value {
    person(address, SENDER_NAME)
}

/// The headers by which a letter is switched off; none for any other mail.
pub(super) fn unsubscribing(mail: &Mail, from: &str) -> Map<String, Value> {
    let mut headers = Map::new();
    if let Some(value) = mail.list_unsubscribe(from) {
        headers.insert("List-Unsubscribe".to_owned(), value.into());
    }
    if mail.unsubscribe.is_some() && !headers.is_empty() {
        headers.insert("List-Unsubscribe-Post".to_owned(), super::ONE_CLICK.into());
    }
    headers
}
