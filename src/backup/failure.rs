//! Why a backup was not made or not restored.

use std::fmt;
use std::io;
use std::path::Path;

use database::{Error, MigrationError};

use super::format::Fault;

/// Its `Display` is one sentence for the operator.
#[derive(Debug)]
pub enum Failure {
    /// Only an empty database is restored into.
    NotEmpty,
    /// Nobody has an account: there is nothing that a backup could bring back.
    Nothing,
    /// Another backup is being made in the same folder.
    UnderWay,
    /// The SQLite file is open in another process.
    InUse,
    /// The backup's schema is newer than the program's.
    Newer {
        /// The backup's.
        found: u32,
        /// The program's.
        known: u32,
    },
    /// The backup's schema is older than that of the database, which is empty but cannot go back.
    Older {
        /// The backup's.
        found: u32,
        /// The database's.
        here: u32,
    },
    /// The schema of the database is newer than the program's, which would leave out what it does not know.
    Ahead {
        /// The database's.
        here: u32,
        /// The program's.
        known: u32,
    },
    /// The backup cannot be read.
    Backup(Fault),
    /// The disk has not enough room.
    Room {
        /// Bytes that are free.
        free: u64,
        /// Bytes that are wanted.
        wanted: u64,
    },
    /// A file or a folder, and what is wrong with it.
    File(String),
    /// The database.
    Database(Error),
    /// A change of the schema.
    Migration(MigrationError),
    /// The bucket.
    Bucket(String),
    /// The server stops.
    Stopped,
    /// There is no folder for them.
    NoFolder,
    /// An export has the room, or memory is short.
    Busy,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEmpty => f.write_str("the database is not empty, and nothing in it was changed: a backup is restored into a new one"),
            Self::Nothing => f.write_str("the database is empty: there is nothing to back up"),
            Self::UnderWay => f.write_str("another backup is being made in this folder"),
            Self::InUse => f.write_str("the database is in use: stop the server first"),
            Self::Newer { found, known } => write!(f, "the backup has schema {found}, this program only knows {known}: use the version that made it, or a newer one"),
            Self::Older { found, here } => write!(f, "the backup has schema {found} and the database already has {here}: restore into a database that is not there yet, its schema is then brought up to date"),
            Self::Ahead { here, known } => write!(f, "the database has schema {here}, this program only knows {known} and would leave something out: use the version that serves it"),
            Self::Backup(fault) => fault.fmt(f),
            Self::Room { free, wanted } => write!(f, "{} MiB of the disk are free, a backup may need {}", free >> 20, wanted >> 20),
            Self::File(why) => f.write_str(why),
            Self::Database(error) => error.fmt(f),
            Self::Migration(error) => error.fmt(f),
            Self::Bucket(why) => write!(f, "the bucket: {why}"),
            Self::Stopped => f.write_str("the server stops"),
            Self::NoFolder => f.write_str("BACKUP_DIR is not set"),
            Self::Busy => f.write_str("memory is short, or an export is under way"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl From<MigrationError> for Failure {
    fn from(error: MigrationError) -> Self {
        Self::Migration(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Backup(fault)
    }
}

/// Names the file in its error.
pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> Failure + '_ {
    move |error| Failure::File(format!("{}: {error}", path.display()))
}
