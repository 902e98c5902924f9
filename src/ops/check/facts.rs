//! What is known before anything is judged: plain values, so that a test can make up any deployment.

use std::time::Duration;

use database::{InspectError, Inspection};
use envelope::limits::Source;

use super::disk::Folder;
use crate::logging::Level;

/// A deployment.
pub struct Facts {
    /// `DEBUG`.
    pub debug: bool,
    /// `LOG_LEVEL`.
    pub log_level: Level,
    /// What can be said of `SECRET_KEY` without saying it.
    pub secret: Strength,
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
    /// Whether `REDIS_URL` is set.
    pub redis: bool,
    /// Bytes of memory that there are, and who says so.
    pub memory: (u64, Source),
    /// This machine's time, in epoch microseconds.
    pub now: i64,
    /// The ways out for mail, or why the settings of mail do not fit together.
    pub mail: Result<Vec<MailWay>, String>,
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

/// How hard a secret is to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    /// Its characters.
    pub length: usize,
    /// Different characters among them.
    pub different: usize,
    /// Whether it is one piece said again and again, or a run such as `0123456789`.
    pub regular: bool,
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

impl Strength {
    /// Measures a secret.
    pub fn of(secret: &str) -> Self {
        let bytes = secret.as_bytes();
        let mut seen = bytes.to_vec();
        seen.sort_unstable();
        seen.dedup();
        let repeats = (1..=bytes.len() / 2).any(|period| {
            bytes
                .iter()
                .zip(&bytes[period..])
                .all(|(one, other)| one == other)
        });
        let steps = bytes
            .windows(2)
            .filter(|pair| pair[0].abs_diff(pair[1]) == 1)
            .count();
        Self {
            length: secret.chars().count(),
            different: seen.len(),
            regular: repeats || steps * 2 > bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_keyboard_gives_is_regular_and_what_openssl_gives_is_not() {
        for poor in [
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz123456",
            "tinytalestinytalestinytalestinytales",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(Strength::of(poor).regular, "{poor}");
        }
        let good = Strength::of("d5b1c07f3a9e8e64b2f01c7d9a35e8427bc6f10d");
        assert!(
            !good.regular && good.length == 40 && good.different == 16,
            "{good:?}"
        );
        assert!(!Strength::of("").regular);
    }
}
