//! One state of the whole database, read table by table while others go on writing: what a backup is made of.

use crate::{Error, Options, Target, Value, postgres, sqlite};

/// What each engine does for a [`Snapshot`].
pub(crate) trait Source {
    fn schema(&mut self) -> Result<u32, Error>;
    fn columns(&mut self, table: &str) -> Result<Vec<String>, Error>;
    fn last_id(&mut self, table: &str) -> Result<Option<i64>, Error>;
    /// Rows of a statement, one at a time, until `row` says false.
    fn each(&mut self, sql: &str, row: &mut dyn FnMut(&[Value<'_>]) -> bool) -> Result<(), Error>;
}

/// A transaction that only reads, on a connection of its own. Writers are not held up, but what they replace is kept
/// until it ends.
pub struct Snapshot<'a>(&'a mut dyn Source);

impl Target {
    /// Lends a snapshot of the database to `work`. Blocks; holds one row in memory at a time.
    pub fn snapshot<T, E>(
        &self,
        options: &Options,
        work: impl FnOnce(&mut Snapshot<'_>) -> Result<T, E> + Send,
    ) -> Result<T, E>
    where
        T: Send,
        E: From<Error> + Send,
    {
        match self {
            Self::Sqlite(path) => sqlite::snapshot(path, |source| work(&mut Snapshot(source))),
            Self::Postgres(target) => {
                postgres::snapshot(target, options, |source| work(&mut Snapshot(source)))
            }
        }
    }
}

impl Snapshot<'_> {
    /// The number of the last migration; 0 when there was none.
    pub fn schema(&mut self) -> Result<u32, Error> {
        self.0.schema()
    }

    /// The columns of a table in their order; none when there is no such table.
    pub fn columns(&mut self, table: &str) -> Result<Vec<String>, Error> {
        self.0.columns(table)
    }

    /// The last number that the table's identity column has given out, whether that row still exists or not.
    pub fn last_id(&mut self, table: &str) -> Result<Option<i64>, Error> {
        self.0.last_id(table)
    }

    /// Whether the table exists and holds anything.
    pub fn has_rows(&mut self, table: &str) -> Result<bool, Error> {
        if self.columns(table)?.is_empty() {
            return Ok(false);
        }
        let mut found = false;
        let sql = format!("SELECT 1 FROM {} LIMIT 1", quoted(table));
        self.0.each(&sql, &mut |_| {
            found = true;
            false
        })?;
        Ok(found)
    }

    /// Hands out every row of a table, its values in the order of `columns`, in no particular order of rows. An error
    /// of `each` ends it.
    pub fn rows<E: From<Error>>(
        &mut self,
        table: &str,
        columns: &[String],
        mut each: impl FnMut(&[Value<'_>]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut outcome = Ok(());
        let sql = format!("SELECT {} FROM {}", list(columns), quoted(table));
        self.0.each(&sql, &mut |values| {
            outcome = each(values);
            outcome.is_ok()
        })?;
        outcome
    }
}

/// A name as both engines take it, whatever is in it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Names with commas.
pub(crate) fn list(names: &[String]) -> String {
    names
        .iter()
        .map(|name| quoted(name))
        .collect::<Vec<_>>()
        .join(", ")
}
