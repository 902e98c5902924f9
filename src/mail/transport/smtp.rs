//! SMTP, for hosts that allow it.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{Error, SmtpTransport};
use lettre::{Address, Message, Transport as _};

use super::{ONE_CLICK, SendError, TIMEOUT, Transport};
use crate::mail::{Mail, SENDER_NAME};

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Plain first, then TLS by STARTTLS; a server that does not offer it gets nothing.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// None. For a relay on this machine.
    Plain,
}

/// Where to send, and as whom.
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub encryption: Encryption,
    /// User and password; none for a relay that asks for none.
    pub login: Option<(String, String)>,
    /// The sender's address.
    pub from: String,
}

/// One connection per mail, each step limited to [`TIMEOUT`].
pub struct Smtp {
    relay: SmtpTransport,
    from: Mailbox,
}

impl Smtp {
    /// Connects to nothing yet. Fails on a sender address or a host name that cannot be one.
    pub fn new(settings: SmtpSettings) -> Result<Self, String> {
        Self::with_timeout(settings, TIMEOUT)
    }

    pub(super) fn with_timeout(settings: SmtpSettings, timeout: Duration) -> Result<Self, String> {
        let from: Address = settings
            .from
            .parse()
            .map_err(|_| "the sender's address is not one".to_owned())?;
        let tls = || {
            TlsParameters::new(settings.host.clone()).map_err(|_| "TLS cannot be set up for SMTP".to_owned())
        };
        let tls = match settings.encryption {
            Encryption::StartTls => Tls::Required(tls()?),
            Encryption::Implicit => Tls::Wrapper(tls()?),
            Encryption::Plain => Tls::None,
        };
        let mut relay = SmtpTransport::builder_dangerous(settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(timeout));
        if let Some((user, password)) = settings.login {
            relay = relay.credentials(Credentials::new(user, password));
        }
        Ok(Self {
            relay: relay.build(),
            from: Mailbox::new(Some(SENDER_NAME.to_owned()), from),
        })
    }

    fn message(&self, mail: &Mail) -> Result<Message, SendError> {
        let refused = |what: &str| SendError::Permanent(format!("SMTP cannot carry the {what}"));
        let to: Address = mail.to.parse().map_err(|_| refused("address"))?;
        // A control character would make the library panic; the templates leave none, an old row might.
        let name = Some(&mail.to_name).filter(|name| !name.is_empty() && !name.contains(char::is_control));
        let domain = self.from.email.domain();
        let message_id = match &mail.id {
            Some(id) => format!("<{id}@{domain}>"),
            None => message_id(domain)?,
        };
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name.cloned(), to))
            .subject(mail.subject.as_str())
            .message_id(Some(message_id));
        if let Some(value) = mail.list_unsubscribe(self.from.email.as_ref()) {
            message = message.raw_header(plain("List-Unsubscribe", value)?);
            if mail.unsubscribe.is_some() {
                message = message.raw_header(plain("List-Unsubscribe-Post", ONE_CLICK.to_owned())?);
            }
        }
        message
            .multipart(MultiPart::alternative_plain_html(
                mail.text.clone(),
                mail.html.clone(),
            ))
            .map_err(|_| refused("text"))
    }
}

/// A header of plain characters, which is not encoded: programs read it.
fn plain(name: &'static str, value: String) -> Result<HeaderValue, SendError> {
    if !value.chars().all(|c| c.is_ascii_graphic() || c == ' ') {
        return Err(SendError::Permanent(format!("SMTP cannot carry the {name}")));
    }
    let name = HeaderName::new_from_ascii_str(name);
    Ok(HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value))
}

/// A fresh id under the sender's domain; one under `localhost` looks like spam.
fn message_id(domain: &str) -> Result<String, SendError> {
    let random =
        getrandom::u64().map_err(|_| SendError::Temporary("no randomness for a Message-ID".to_owned()))?;
    Ok(format!("<{random:016x}@{domain}>"))
}

impl Transport for Smtp {
    fn send(&self, mail: &Mail) -> Result<(), SendError> {
        let message = self.message(mail)?;
        self.relay.send(&message).map(drop).map_err(|error| judge(&error))
    }
}

/// The library's own text may quote the server's answer, and that the address: only the number is kept.
fn judge(error: &Error) -> SendError {
    let Some(code) = error.status().map(u16::from) else {
        let reason = if is_timeout(error) {
            "took too long"
        } else {
            "cannot be used"
        };
        return SendError::Temporary(format!("the SMTP server {reason}"));
    };
    let reason = format!("the SMTP server answered {code}");
    // 530 to 538 are about our sign-in, not about this mail.
    if error.is_permanent() && !(530..=538).contains(&code) {
        return SendError::Permanent(reason);
    }
    SendError::Temporary(reason)
}

/// The library's own question overlooks how Linux reports a read that has timed out, as `WouldBlock`.
fn is_timeout(error: &Error) -> bool {
    let io = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    io.is_some_and(|io| matches!(io.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock))
}
