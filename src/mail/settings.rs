//! Which way mail leaves, decided from values that `config` has read.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::is_mailable;
use super::transport::{
    Brevo, Encryption, Failover, FileTransport, LogTransport, SendGrid, Smtp, SmtpSettings, Transport,
};
use crate::clock::Clock;

/// The settings of mail as text, each `None` when unset. Empty text counts as unset.
#[derive(Clone, Default)]
pub struct MailSettings {
    /// `MAIL_PROVIDER`: `file`, `log`, `brevo`, `sendgrid`, `smtp`, or several with commas, tried in that order.
    pub provider: Option<String>,
    /// `MAIL_DIR`: the folder of the file transport.
    pub folder: Option<String>,
    /// `MAIL_FROM`: the sender's address.
    pub from: Option<String>,
    /// `BREVO_API_KEY`
    pub brevo_key: Option<String>,
    /// `SENDGRID_API_KEY`
    pub sendgrid_key: Option<String>,
    /// `SMTP_HOST`
    pub smtp_host: Option<String>,
    /// `SMTP_PORT`: 587, with implicit TLS 465, without TLS 25.
    pub smtp_port: Option<String>,
    /// `SMTP_TLS`: `starttls`, `implicit` (taken by itself on port 465) or `none`.
    pub smtp_tls: Option<String>,
    /// `SMTP_USER`
    pub smtp_user: Option<String>,
    /// `SMTP_PASSWORD`
    pub smtp_password: Option<String>,
    /// `DEBUG`: only then may codes go to the log.
    pub debug: bool,
}

/// Names what is set, never its value: keys and passwords are among them.
impl fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailSettings")
            .field("provider", &self.provider)
            .field("configured", &self.configured())
            .finish_non_exhaustive()
    }
}

/// How mail leaves this server.
#[derive(Clone)]
pub enum Delivery {
    /// Not at all: nothing is queued, and the API says `email_sent: false`.
    None,
    /// By this transport.
    By(Arc<dyn Transport>),
}

/// One way out, its settings complete. Holds keys and passwords, so it has no `Debug`.
pub enum Way {
    /// Files in this folder.
    File(PathBuf),
    /// The log.
    Log,
    /// Brevo's API.
    Brevo { key: String, from: String },
    /// SendGrid's API.
    SendGrid { key: String, from: String },
    /// An SMTP server.
    Smtp(SmtpSettings),
}

impl Way {
    /// What `MAIL_PROVIDER` calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Log => "log",
            Self::Brevo { .. } => "brevo",
            Self::SendGrid { .. } => "sendgrid",
            Self::Smtp(_) => "smtp",
        }
    }

    /// The host and the port that it connects to; none when mail stays on this machine.
    pub fn server(&self) -> Option<(&str, u16)> {
        match self {
            Self::File(_) | Self::Log => None,
            Self::Brevo { .. } => Some((Brevo::HOST, 443)),
            Self::SendGrid { .. } => Some((SendGrid::HOST, 443)),
            Self::Smtp(settings) => Some((&settings.host, settings.port)),
        }
    }

    /// Whether the server speaks first, in the clear.
    pub fn is_greeted(&self) -> bool {
        matches!(self, Self::Smtp(settings) if settings.encryption != Encryption::Implicit)
    }

    fn open(self, clock: &Clock) -> Result<Box<dyn Transport>, String> {
        Ok(match self {
            Self::File(folder) => {
                let opened = FileTransport::open(&folder, clock.clone());
                Box::new(opened.map_err(|error| format!("MAIL_DIR cannot be used: {error}"))?)
            }
            Self::Log => Box::new(LogTransport),
            Self::Brevo { key, from } => Box::new(Brevo::new(key, from)),
            Self::SendGrid { key, from } => Box::new(SendGrid::new(&key, from)),
            Self::Smtp(settings) => Box::new(Smtp::new(settings)?),
        })
    }
}

impl MailSettings {
    /// Whether the settings fit together, in one line as [`MailSettings::delivery`] says it. Makes and opens nothing.
    pub fn check(&self, clock: &Clock) -> Result<(), String> {
        for way in self.ways()? {
            if !matches!(way, Way::File(_)) {
                way.open(clock)?;
            }
        }
        Ok(())
    }

    /// Builds the transports; connects to nothing. The error is one line for the person who set the settings, and
    /// holds no secret.
    ///
    /// Without `MAIL_PROVIDER`: files alone when `MAIL_DIR` is set, else Brevo, SendGrid and SMTP in this order,
    /// as far as they are configured; a later one steps in when an earlier one fails for now.
    pub fn delivery(&self, clock: &Clock) -> Result<Delivery, String> {
        let opened = self.ways()?.into_iter().map(|way| way.open(clock));
        let mut transports = opened.collect::<Result<Vec<_>, _>>()?;
        Ok(match transports.len() {
            0 => Delivery::None,
            1 => Delivery::By(Arc::from(transports.remove(0))),
            _ => Delivery::By(Arc::new(Failover::new(transports))),
        })
    }

    /// The ways out in the order in which they are tried. Touches neither disk nor network. The error is one line
    /// that holds no secret.
    pub fn ways(&self) -> Result<Vec<Way>, String> {
        let names: Vec<&str> = match set(self.provider.as_ref()) {
            Some(list) => list.split(',').map(str::trim).collect(),
            None => self.configured(),
        };
        names.into_iter().map(|name| self.way(name)).collect()
    }

    fn configured(&self) -> Vec<&'static str> {
        if set(self.folder.as_ref()).is_some() {
            return vec!["file"];
        }
        [
            ("brevo", &self.brevo_key),
            ("sendgrid", &self.sendgrid_key),
            ("smtp", &self.smtp_host),
        ]
        .into_iter()
        .filter(|(_, value)| set(value.as_ref()).is_some())
        .map(|(way, _)| way)
        .collect()
    }

    fn way(&self, name: &str) -> Result<Way, String> {
        Ok(match name {
            "file" => Way::File(required("MAIL_DIR", self.folder.as_ref())?.into()),
            "log" if self.debug => Way::Log,
            "log" => return Err("MAIL_PROVIDER=log shows codes in the log and needs DEBUG=true".to_owned()),
            "brevo" => Way::Brevo {
                key: required("BREVO_API_KEY", self.brevo_key.as_ref())?.to_owned(),
                from: self.sender()?,
            },
            "sendgrid" => Way::SendGrid {
                key: required("SENDGRID_API_KEY", self.sendgrid_key.as_ref())?.to_owned(),
                from: self.sender()?,
            },
            "smtp" => Way::Smtp(self.smtp()?),
            other => {
                return Err(format!(
                    "MAIL_PROVIDER does not know {other:?}; it knows file, log, brevo, sendgrid and smtp"
                ));
            }
        })
    }

    fn smtp(&self) -> Result<SmtpSettings, String> {
        let port = set(self.smtp_port.as_ref())
            .map(|port| {
                port.parse::<u16>()
                    .map_err(|_| "SMTP_PORT is not a port".to_owned())
            })
            .transpose()?;
        let encryption = match set(self.smtp_tls.as_ref()) {
            Some("starttls") => Encryption::StartTls,
            Some("implicit") => Encryption::Implicit,
            Some("none") => Encryption::Plain,
            Some(_) => return Err("SMTP_TLS is one of starttls, implicit and none".to_owned()),
            None if port == Some(465) => Encryption::Implicit,
            None => Encryption::StartTls,
        };
        let usual_port = match encryption {
            Encryption::StartTls => 587,
            Encryption::Implicit => 465,
            Encryption::Plain => 25,
        };
        let host = required("SMTP_HOST", self.smtp_host.as_ref())?.to_owned();
        let login = self.smtp_login()?;
        let here = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if encryption == Encryption::Plain && login.is_some() && !here {
            return Err("SMTP_TLS=none would send SMTP_PASSWORD in the clear to another machine".to_owned());
        }
        Ok(SmtpSettings {
            host,
            port: port.unwrap_or(usual_port),
            encryption,
            login,
            from: self.sender()?,
        })
    }

    fn smtp_login(&self) -> Result<Option<(String, String)>, String> {
        // Passwords are taken as they are, blanks included.
        match (
            set(self.smtp_user.as_ref()),
            self.smtp_password.as_ref().filter(|text| !text.is_empty()),
        ) {
            (Some(user), Some(password)) => Ok(Some((user.to_owned(), password.clone()))),
            (None, None) => Ok(None),
            _ => Err("SMTP_USER and SMTP_PASSWORD go together".to_owned()),
        }
    }

    fn sender(&self) -> Result<String, String> {
        let from = required("MAIL_FROM", self.from.as_ref())?;
        if is_mailable(from) {
            Ok(from.to_owned())
        } else {
            Err("MAIL_FROM is not an address".to_owned())
        }
    }
}

fn set(value: Option<&String>) -> Option<&str> {
    value.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn required<'a>(name: &str, value: Option<&'a String>) -> Result<&'a str, String> {
    set(value).ok_or_else(|| format!("{name} is needed to send mail that way and is not set"))
}
