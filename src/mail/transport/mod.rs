//! The ways out: one trait, one file per way.
//!
//! A transport is handed a finished [`Mail`] and knows neither the outbox nor accounts. It runs on a thread that
//! may block, gives up after [`TIMEOUT`] at each step, and explains a failure without an address or a code,
//! because the reason goes to the log.

mod brevo;
mod failover;
mod file;
mod https;
mod log;
mod sendgrid;
mod smtp;

#[cfg(test)]
mod fakes;
#[cfg(test)]
mod tests;

pub use brevo::Brevo;
pub use failover::Failover;
pub use file::FileTransport;
pub use log::LogTransport;
pub use sendgrid::SendGrid;
pub use smtp::{Encryption, Smtp, SmtpSettings};

use std::fmt;
use std::time::Duration;

use super::Mail;

/// How long one step of a delivery may take: a whole HTTPS call, or one command of an SMTP dialogue.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// What a mail program posts to the address of `List-Unsubscribe`, and what announces that it may (RFC 8058).
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// One way for a mail to leave.
pub trait Transport: Send + Sync {
    /// Hands `mail` over; `Ok` means that the other side has taken it. Blocks.
    fn send(&self, mail: &Mail) -> Result<(), SendError>;
}

/// Why a mail did not leave. The reason names no address and no code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// Trying again later, or another way, may help.
    Temporary(String),
    /// This mail will never be taken.
    Permanent(String),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Temporary(reason) => write!(f, "{reason} (for now)"),
            Self::Permanent(reason) => write!(f, "{reason} (for good)"),
        }
    }
}

impl std::error::Error for SendError {}
