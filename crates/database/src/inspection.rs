//! A look at a database from outside: neither makes it, nor changes it, nor keeps a thread.

use std::fmt;

use crate::{Error, Migration, MigrationError, Migrations, Options, Target, postgres, sqlite};

/// What a look has shown.
#[derive(Debug)]
pub struct Inspection {
    /// Migrations in its ledger; 0 for an empty database.
    pub applied: usize,
    /// Those that it still needs.
    pub pending: Vec<&'static Migration>,
    /// Bytes in use.
    pub bytes: u64,
    /// The server's clock, in microseconds since 1970; none for a file, which has no clock of its own.
    pub clock: Option<i64>,
    /// Connections that the server lets this role have to this database, whoever uses them; none for a file.
    pub connections: Option<i64>,
}

/// Why a look has shown nothing. Its `Display` is one line without user and password.
#[derive(Debug)]
pub enum InspectError {
    /// There is no such file yet.
    Absent,
    /// The server cannot be reached or refuses, or the file cannot be read.
    Unreachable(String),
    /// The schema was made by a newer version of the program, or cannot be read.
    Schema(MigrationError),
}

/// Looks at a database. Blocks, on PostgreSQL no longer than the options' timeouts.
pub fn inspect(
    target: &Target,
    options: &Options,
    migrations: &Migrations,
) -> Result<Inspection, InspectError> {
    match target {
        Target::Sqlite(path) => sqlite::inspect(path, migrations.sqlite),
        Target::Postgres(target) => postgres::inspect(target, options, migrations.postgres),
    }
}

impl From<Error> for InspectError {
    fn from(error: Error) -> Self {
        Self::Schema(error.into())
    }
}

impl From<MigrationError> for InspectError {
    fn from(error: MigrationError) -> Self {
        Self::Schema(error)
    }
}

impl fmt::Display for InspectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("there is no such file yet"),
            Self::Unreachable(reason) => f.write_str(reason),
            Self::Schema(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for InspectError {}
