//! What is known before anything is judged: plain values, so that a test can make up any deployment.

use std::time::Duration;

use database::{InspectError, Inspection};
use envelope::limits::Source;

use super::disk::Folder;
use crate::config::ChannelLayer;
use crate::logging::Level;

/// A deployment.
pub struct Facts {
    /// `DEBUG`.
    pub debug: bool,
    /// `LOG_LEVEL`.
    pub log_level: Level,
    /// Why `SECRET_KEY` should not sign anything, as in "`SECRET_KEY` is too short".
    pub weak_secret: Option<&'static str>,
    /// The database.
    pub database: DatabaseFacts,
    /// Where files of our own are.
    pub folder: Folder,
    /// Whether a hosting platform runs us that keeps no disk.
    pub on_render: bool,
    /// Whether requests are answered under any name.
    pub any_host: bool,
    /// `PUBLIC_URL`.
    pub public_url: Option<String>,
    /// `RATE_LIMITS`.
    pub rate_limits: bool,
    /// Whether `TRUSTED_PROXIES` names any.
    pub trusts_proxies: bool,
    /// Servers that are to run side by side.
    pub instances: u32,
    /// How events get from one server to another.
    pub channel_layer: ChannelLayer,
    /// Why the server of that layer could not be reached.
    pub channel_trouble: Option<String>,
    /// Bytes of memory that there are, and who says so.
    pub memory: (u64, Source),
    /// This machine's time, in epoch microseconds.
    pub now: i64,
    /// The ways out for mail, in the order in which they are tried.
    pub mail: Vec<MailWay>,
    /// `DATABASE_SIZE_LIMIT`.
    pub size_limit: Option<u64>,
    /// Whether backups go to a bucket.
    pub bucket: bool,
    /// Whether an erased disk is filled again from there.
    pub comes_back: bool,
    /// Time between backups, where they are scheduled.
    pub backup_every: Option<Duration>,
    /// Whether `METRICS_TOKEN` is set.
    pub metrics_token: bool,
}

/// A database as a look has shown it.
pub struct DatabaseFacts {
    /// Whether it is a file.
    pub is_file: bool,
    /// Where it is, without user and password.
    pub place: String,
    /// What was seen.
    pub seen: Result<Inspection, InspectError>,
    /// How long that took.
    pub took: Duration,
    /// Connections to PostgreSQL that a server, or a command beside it, has at most.
    pub taken: usize,
}

/// One way out for mail.
pub struct MailWay {
    /// What `MAIL_PROVIDER` calls it.
    pub name: &'static str,
    /// The host and port it connects to; none when mail stays on this machine.
    pub server: Option<(String, u16)>,
    /// Why it could not be connected to.
    pub trouble: Option<String>,
}
