//! One transaction that has the whole database to itself: for what replaces everything that is in it.

use std::time::Duration;

use crate::{Cell, Error, MigrationError, Migrations, Options, Target, postgres, sqlite};

/// What each engine does for an [`Exclusive`].
pub(crate) trait Owner {
    fn schema(&mut self) -> Result<u32, Error>;
    fn migrate(&mut self, migrations: &Migrations, up_to: u32) -> Result<(), MigrationError>;
    fn has_rows(&mut self, table: &str) -> Result<bool, Error>;
    fn clear(&mut self, table: &str) -> Result<(), Error>;
    fn load(
        &mut self,
        table: &str,
        columns: &[String],
        next: &mut dyn FnMut() -> Option<Vec<Cell>>,
    ) -> Result<(), Error>;
    fn raise_identity(&mut self, table: &str, last: i64) -> Result<(), Error>;
}

/// A transaction in which the schema may change too. When it fails, nothing has happened.
///
/// On SQLite nobody else has the file open meanwhile. On PostgreSQL others may read, and nobody migrates or writes a
/// table that has been asked for.
pub struct Exclusive<'a>(&'a mut dyn Owner);

impl Target {
    /// Lends the database to `work` alone, and commits when it succeeds. Waits at most `patience` for those who have the
    /// SQLite file open, and is then refused as [`Error::Busy`]. Blocks.
    pub fn exclusively<T, E>(
        &self,
        options: &Options,
        patience: Duration,
        work: impl FnOnce(&mut Exclusive<'_>) -> Result<T, E> + Send,
    ) -> Result<T, E>
    where
        T: Send,
        E: From<Error> + Send,
    {
        match self {
            Self::Sqlite(path) => sqlite::exclusively(path, options.max_pages, patience, |owner| {
                work(&mut Exclusive(owner))
            }),
            Self::Postgres(target) => {
                postgres::exclusively(target, options, |owner| work(&mut Exclusive(owner)))
            }
        }
    }
}

impl Exclusive<'_> {
    /// The number of the last migration; 0 when there was none.
    pub fn schema(&mut self) -> Result<u32, Error> {
        self.0.schema()
    }

    /// Applies what is pending up to and with the migration of this number.
    pub fn migrate(&mut self, migrations: &Migrations, up_to: u32) -> Result<(), MigrationError> {
        self.0.migrate(migrations, up_to)
    }

    /// Whether the table exists and holds anything. From now on nobody else writes it.
    pub fn has_rows(&mut self, table: &str) -> Result<bool, Error> {
        self.0.has_rows(table)
    }

    /// Deletes all rows of a table.
    pub fn clear(&mut self, table: &str) -> Result<(), Error> {
        self.0.clear(table)
    }

    /// Inserts the rows that `next` hands out until there are none; how many. Booleans may come as 0 and 1.
    pub fn load<E: From<Error>>(
        &mut self,
        table: &str,
        columns: &[String],
        mut next: impl FnMut() -> Result<Option<Vec<Cell>>, E>,
    ) -> Result<u64, E> {
        let (mut count, mut failure) = (0, None);
        let loaded = self.0.load(table, columns, &mut || match next() {
            Ok(row) => {
                count += u64::from(row.is_some());
                row
            }
            Err(error) => {
                failure = Some(error);
                None
            }
        });
        if let Some(failure) = failure {
            return Err(failure);
        }
        loaded?;
        Ok(count)
    }

    /// The table's identity column goes on after `last`, unless it is further already.
    pub fn raise_identity(&mut self, table: &str, last: i64) -> Result<(), Error> {
        self.0.raise_identity(table, last)
    }
}
