//! Brevo's HTTPS API, for hosts that block SMTP.

use std::time::Duration;

use serde_json::json;

use super::https::{Endpoint, person, sender};
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
        self.endpoint.post(&json!({
            "sender": sender(&self.from),
            "to": [person(&mail.to, &mail.to_name)],
            "subject": mail.subject,
            "textContent": mail.text,
            "htmlContent": mail.html,
        }))
    }
}
