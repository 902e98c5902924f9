//! A snapshot of an SQLite file: the log keeps what was there when it began.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _};

use super::errors::translate;
use super::migrate::applied;
use super::session::{KEEPER_CACHE, Role, SqliteSession};
use crate::snapshot::Source;
use crate::{Error, Value};

/// Runs `work` inside of one read transaction.
pub(crate) fn snapshot<T, E: From<Error>>(
    path: &Path,
    work: impl FnOnce(&mut dyn Source) -> Result<T, E>,
) -> Result<T, E> {
    let session = SqliteSession::open(path, Role::Keeper, KEEPER_CACHE, None)?;
    // A deferred transaction begins with its first look.
    let began = session
        .connection()
        .execute_batch("PRAGMA query_only = ON; BEGIN; SELECT 1 FROM sqlite_schema");
    began.map_err(|failure| translate(session.connection(), &failure))?;
    work(&mut Pages(session.connection()))
}

struct Pages<'a>(&'a Connection);

impl Pages<'_> {
    fn translate(&self, failure: &rusqlite::Error) -> Error {
        translate(self.0, failure)
    }
}

impl Source for Pages<'_> {
    fn schema(&mut self) -> Result<u32, Error> {
        newest(self.0)
    }

    fn columns(&mut self, table: &str) -> Result<Vec<String>, Error> {
        let columns = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self
                .0
                .prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
            statement.query_map([table], |row| row.get(0))?.collect()
        };
        columns().map_err(|failure| self.translate(&failure))
    }

    fn last_id(&mut self, table: &str) -> Result<Option<i64>, Error> {
        let last_id = || -> rusqlite::Result<Option<i64>> {
            if !self.0.table_exists(None, "sqlite_sequence")? {
                return Ok(None);
            }
            let sql = "SELECT seq FROM sqlite_sequence WHERE name = ?1";
            self.0.query_row(sql, [table], |row| row.get(0)).optional()
        };
        last_id().map_err(|failure| self.translate(&failure))
    }

    fn each(&mut self, sql: &str, row: &mut dyn FnMut(&[Value<'_>]) -> bool) -> Result<(), Error> {
        let failed = |failure: rusqlite::Error| self.translate(&failure);
        let mut statement = self.0.prepare(sql).map_err(failed)?;
        let columns = statement.column_count();
        let mut found = statement.raw_query();
        while let Some(found) = found.next().map_err(failed)? {
            let mut values = Vec::with_capacity(columns);
            for column in 0..columns {
                values.push(read(found.get_ref(column).map_err(failed)?)?);
            }
            if !row(&values) {
                break;
            }
        }
        Ok(())
    }
}

/// A value where SQLite has it, until the next row.
fn read(value: ValueRef<'_>) -> Result<Value<'_>, Error> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(number) => Value::Float(number),
        ValueRef::Blob(bytes) => Value::Bytes(bytes),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text);
            Value::Text(text.map_err(|_| Error::Sql("a text that is not UTF-8".to_owned()))?)
        }
    })
}

/// The number of the last migration.
pub(super) fn newest(connection: &Connection) -> Result<u32, Error> {
    let applied = applied(connection).map_err(|failure| translate(connection, &failure))?;
    Ok(applied.last().copied().unwrap_or_default())
}
