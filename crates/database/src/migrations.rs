//! Numbered changes of the schema, and which of them a database still needs.

use std::fmt;
use std::path::PathBuf;

use crate::Error;

/// The changes of each engine's schema, in ascending order of their numbers.
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    /// For SQLite.
    pub sqlite: &'static [Migration],
    /// For PostgreSQL.
    pub postgres: &'static [Migration],
}

/// One change of the schema: a script that runs in one transaction.
#[derive(Debug)]
pub struct Migration {
    /// Its place in the order; never reused.
    pub number: u32,
    /// What it does, in a few words.
    pub name: &'static str,
    /// The script, without BEGIN and COMMIT.
    pub sql: &'static str,
}

/// What a run of the migrations did.
#[derive(Debug, Default)]
pub struct MigrationReport {
    /// Numbers applied by this run; empty when the schema was up to date.
    pub applied: Vec<u32>,
    /// SQLite: the copy of the file that was made before it was changed.
    pub copy: Option<PathBuf>,
}

/// Why the schema could not be brought up to date. Its `Display` is one line.
#[derive(Debug)]
pub enum MigrationError {
    /// The database was made by a newer version of the program.
    Newer {
        /// The highest number in the database.
        found: u32,
        /// The highest number that this program knows.
        known: u32,
    },
    /// One of them failed and was undone; those before it stay applied.
    Failed {
        /// Its number.
        number: u32,
        /// Its name.
        name: &'static str,
        /// Why.
        error: Error,
    },
    /// The file could not be copied, so it was not touched.
    Copy(String),
    /// The database could not be asked.
    Database(Error),
}

/// The ledger of applied migrations, the same on both engines.
pub(crate) const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    number BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at BIGINT NOT NULL -- microseconds since 1970
)";

/// What to apply to a database whose ledger holds `applied`.
pub(crate) fn plan(
    applied: &[u32],
    known: &'static [Migration],
) -> Result<Vec<&'static Migration>, MigrationError> {
    let newest = known.last().map_or(0, |migration| migration.number);
    if let Some(&found) = applied.iter().max().filter(|found| **found > newest) {
        return Err(MigrationError::Newer { found, known: newest });
    }
    Ok(known
        .iter()
        .filter(|migration| !applied.contains(&migration.number))
        .collect())
}

impl From<Error> for MigrationError {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl fmt::Display for MigrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer { found, known } => {
                write!(
                    f,
                    "the database has schema {found}, this program only knows {known}: use a newer version"
                )
            }
            Self::Failed { number, name, error } => write!(f, "migration {number} ({name}) failed: {error}"),
            Self::Copy(error) => write!(
                f,
                "the database could not be copied before its migration: {error}"
            ),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MigrationError {}
