//! Brevo's HTTPS API, for hosts that block SMTP.

use std::time::Duration;

use serde_json::{Value, json};

use super::https::{Endpoint, person, sender, unsubscribing};
use super::{SendError, TIMEOUT, Transport};
use crate::mail::Mail;

/// `POST /v3/smtp/email` with the key in `api-key`.
pub struct Brevo {
    endpoint: Endpoint,
    from: String,
}

impl Brevo {
    /// Where the real service is.
    pub const HOST: &str = "api.brevo.com";

    /// The real service.
    pub fn new(key: String, from: String) -> Self {
        Self::at(&format!("https://{}", Self::HOST), key, from, TIMEOUT)
    }

    /// The service at another base URL, without a trailing slash.
    pub fn at(base: &str, key: String, from: String, timeout: Duration) -> Self {
        let url = format!("{base}/v3/smtp/email");
        Self {
            endpoint: Endpoint::new("Brevo", url, ("api-key", key), timeout),
            from,
        }
    }
}

impl Transport for Brevo {
    fn send(&self, mail: &Mail) -> Result<(), SendError> {
        let mut body = json!({
            "sender": sender(&self.from),
            "to": [person(&mail.to, &mail.to_name)],
            "subject": mail.subject,
            "textContent": mail.text,
            "htmlContent": mail.html,
        });
        let mut headers = unsubscribing(mail, &self.from);
        // What was taken before within a quarter of an hour is not sent again.
        headers.extend(
            mail.id
                .as_deref()
                .map(|id| ("Idempotency-Key".to_owned(), Value::from(as_uuid(id)))),
        );
        if !headers.is_empty() {
            body["headers"] = Value::Object(headers);
        }
        self.endpoint.post(&body)
    }
}

/// 32 hex digits in the form that the service asks for.
fn as_uuid(id: &str) -> String {
    let bounds = [0, 8, 12, 16, 20, id.len()];
    let parts: Vec<&str> = bounds
        .windows(2)
        .filter_map(|bounds| id.get(bounds[0]..bounds[1]))
        .collect();
    parts.join("-")
}
