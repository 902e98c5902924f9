//! Mail: what is written, how it waits, and how it leaves.
//!
//! Owns the texts ([`templates`]), the durable outbox with its table `mail_outbox` ([`outbox`]), the worker that
//! empties it ([`mailer`]) and the ways out ([`transport`]). A request only queues: it inserts the mail in the
//! transaction that makes the mail true (the code, the new address), so neither exists without the other, and
//! nobody waits for a mail server.
//!
//! It must not know accounts, HTTP requests or the environment: it is handed an address, a name and a code. The letters
//! that go out by themselves ([`letters`], with their table `letters`) are the one part that asks others whom to write and
//! what.

pub mod letters;
pub mod mailer;
pub mod outbox;
pub mod settings;
pub mod templates;
pub mod transport;

pub use mailer::Mailer;
pub use outbox::{Queued, queue};
pub use settings::{Delivery, MailSettings, Way};
pub use transport::{SendError, Transport};

use std::fmt;

/// The sender's display name, and the name of the product in every text.
pub const SENDER_NAME: &str = "Tinytales";

/// The longest address that SMTP can carry, in bytes.
const MAX_ADDRESS: usize = 254;

/// A finished mail, as [`templates`] make it.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address it goes to.
    pub to: String,
    /// The display name beside the address; empty for none.
    pub to_name: String,
    /// What it is about.
    pub kind: Kind,
    /// The six-digit code inside, for transports that are read by tests and developers.
    pub code: Option<String>,
    /// One line.
    pub subject: String,
    /// The plain-text body.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Where whoever gets it switches such mails off, by one POST; for letters that go out by themselves.
    pub unsubscribe: Option<String>,
    /// Which mail it is, 32 hex digits: the same each time it is tried. The outbox gives it.
    pub id: Option<String>,
}

impl Mail {
    /// The value of `List-Unsubscribe`: the address by which this mail is switched off, else one to write to; nothing for
    /// a mail that somebody asked for.
    fn list_unsubscribe(&self, from: &str) -> Option<String> {
        if !self.kind.is_letter() {
            return None;
        }
        Some(match &self.unsubscribe {
            Some(link) => format!("<{link}>"),
            None => format!("<mailto:{from}?subject=unsubscribe>"),
        })
    }
}

/// Shows the kind only: a mail that slips into a log line gives away neither an address nor a code.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The code that confirms a new address.
    Verification,
    /// The code that allows a new password.
    PasswordReset,
    /// The question to the new address after a change.
    AddressProof,
    /// The notice to the old address after a change.
    EmailChanged,
    /// The hint to an owner whose address somebody tried to sign up with.
    AlreadyRegistered,
    /// The mail that somebody sends to themselves, to see whether mail arrives.
    Test,
    /// A week of one's children or students.
    WeeklyReport,
    /// What they achieved within an hour.
    AchievementAlert,
    /// A goal that one of them reached.
    GoalAlert,
    /// A kind that a newer version has queued while two versions run side by side; sent all the same.
    Other,
}

impl Kind {
    /// The name in the outbox, in the file transport and in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verification => "verification",
            Self::PasswordReset => "password_reset",
            Self::AddressProof => "address_proof",
            Self::EmailChanged => "email_changed",
            Self::AlreadyRegistered => "already_registered",
            Self::Test => "test",
            Self::WeeklyReport => "weekly_report",
            Self::AchievementAlert => "achievement_alert",
            Self::GoalAlert => "goal_alert",
            Self::Other => "other",
        }
    }

    /// Whether it goes out by itself: then it waits behind what somebody waits for, and is tried for longer.
    pub fn is_letter(self) -> bool {
        matches!(
            self,
            Self::WeeklyReport | Self::AchievementAlert | Self::GoalAlert
        )
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Self {
        [
            Self::Verification,
            Self::PasswordReset,
            Self::AddressProof,
            Self::EmailChanged,
            Self::AlreadyRegistered,
            Self::Test,
            Self::WeeklyReport,
            Self::AchievementAlert,
            Self::GoalAlert,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == name)
        .unwrap_or(Self::Other)
    }
}

/// Whether `address` may be handed to a mail server at all: one plain ASCII `local@domain` without anything that
/// could end a header line or begin a second recipient, and not one of the made-up addresses of children
/// (`name@child.….local`), which belong to nobody.
pub(crate) fn is_mailable(address: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !"<>()[],;:\\\"".contains(c);
    let Some((local, domain)) = address.split_once('@') else {
        return false;
    };
    let domain = domain.to_ascii_lowercase();
    let made_up = domain
        .strip_prefix("child.")
        .and_then(|rest| rest.strip_suffix(".local"))
        .is_some();
    address.len() <= MAX_ADDRESS
        && address.chars().all(plain)
        && !local.is_empty()
        && !domain.is_empty()
        && !domain.contains('@')
        && !made_up
}

#[cfg(test)]
mod tests;
