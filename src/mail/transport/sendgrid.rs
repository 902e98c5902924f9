//! SendGrid's HTTPS API, for hosts that block SMTP.

use std::time::Duration;

use serde_json::{Value, json};

use super::https::{Endpoint, person, sender, unsubscribing};
use super::{SendError, TIMEOUT, Transport};
use crate::mail::Mail;

/// `POST /v3/mail/send` with the key as a bearer token.
pub struct SendGrid {
    endpoint: Endpoint,
    from: String,
}

impl SendGrid {
    /// Where the real service is.
    pub const HOST: &str = "api.sendgrid.com";

    /// The real service.
    pub fn new(key: &str, from: String) -> Self {
        Self::at(&format!("https://{}", Self::HOST), key, from, TIMEOUT)
    }

    /// The service at another base URL, without a trailing slash.
    pub fn at(base: &str, key: &str, from: String, timeout: Duration) -> Self {
        let url = format!("{base}/v3/mail/send");
        let key = ("authorization", format!("Bearer {key}"));
        Self {
            endpoint: Endpoint::new("SendGrid", url, key, timeout),
            from,
        }
    }
}

impl Transport for SendGrid {
    fn send(&self, mail: &Mail) -> Result<(), SendError> {
        let mut body = json!({
            "personalizations": [{ "to": [person(&mail.to, &mail.to_name)] }],
            "from": sender(&self.from),
            "subject": mail.subject,
            // SendGrid wants the plain text first.
            "content": [
                { "type": "text/plain", "value": mail.text },
                { "type": "text/html", "value": mail.html },
            ],
            // Nobody watches what families click.
            "tracking_settings": {
                "click_tracking": { "enable": false },
                "open_tracking": { "enable": false },
            },
        });
        let headers = unsubscribing(mail, &self.from);
        if !headers.is_empty() {
            body["headers"] = Value::Object(headers);
        }
        self.endpoint.post(&body)
    }
}
