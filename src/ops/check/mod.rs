//! The checklist before a deploy: what is known is gathered first, and judged by pure functions afterwards.
//!
//! Owns what a good deployment looks like. Changes nothing: it makes no file, migrates nothing and sends no mail. Says
//! no secret's value.

pub mod disk;
mod facts;
mod gather;
mod judge;

use std::time::Duration;

use database::Target;

use self::disk::{Folder, Lifetime, data_folder};
pub use self::gather::gather;
pub use self::judge::judge;
use super::checklist::{Checklist, Finding};
use crate::config::Config;

/// How long the database may take to answer.
pub const DATABASE_PATIENCE: Duration = Duration::from_secs(10);
/// How long a mail server may take to accept a connection.
pub const MAIL_PATIENCE: Duration = Duration::from_secs(5);

/// The settings that could not be read, as a checklist.
pub fn unreadable(faults: &[String]) -> Checklist {
    let mend = "correct it (tinytales settings lists them all); the other checks come after that";
    let line = |fault: &String| Finding::fail("settings", fault, mend);
    Checklist(faults.iter().map(line).collect())
}

/// Whether everything that is written here is gone after a restart, as on an instance of a hosting platform that erases
/// its disk, and no bucket brings it back.
pub fn forgets(config: &Config) -> bool {
    let here = matches!(config.database, Target::Sqlite(_));
    config.on_render
        && here
        && !comes_back(config)
        && Folder::look(&data_folder(config)).lifetime(true) == Lifetime::UntilRestart
}

/// Whether an empty database is filled from a bucket at the start.
fn comes_back(config: &Config) -> bool {
    config.backup.bucket.is_some() && config.backup.restore_if_empty
}
