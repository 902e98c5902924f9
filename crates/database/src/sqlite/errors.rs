//! SQLite's errors in this crate's words.

use rusqlite::ffi;
use rusqlite::{Connection, Error as Failure};

use crate::Error;

/// Translates a failure; `connection` is asked for the name of the index that a row violated.
pub(super) fn translate(connection: &Connection, failure: &Failure) -> Error {
    let Failure::SqliteFailure(code, message) = failure else {
        return Error::Sql(describe(failure));
    };
    let message = message.as_deref().unwrap_or_default();
    match code.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE => return Error::Unique(unique_name(connection, message)),
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            return Error::Unique(primary_key_name(message));
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return Error::Foreign,
        // The index of the log is a file too, and the first to notice a full disk.
        ffi::SQLITE_IOERR_SHMSIZE => return Error::Full,
        _ => {}
    }
    match code.extended_code & 0xff {
        ffi::SQLITE_FULL => Error::Full,
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Error::Busy,
        ffi::SQLITE_INTERRUPT => Error::Deadline,
        ffi::SQLITE_IOERR | ffi::SQLITE_CANTOPEN => {
            tracing::warn!(code = code.extended_code, "SQLite cannot use its file");
            Error::Unavailable
        }
        _ => Error::Sql(describe(failure)),
    }
}

/// The failure without the statement's text, which may be long.
fn describe(failure: &Failure) -> String {
    match failure {
        Failure::SqlInputError { msg, offset, .. } => format!("{msg} (at byte {offset})"),
        other => other.to_string(),
    }
}

/// SQLite names the columns ("UNIQUE constraint failed: accounts.email"), PostgreSQL the index. So the index of
/// these columns is looked up, and one that was never named gets the name that PostgreSQL would have given it.
fn unique_name(connection: &Connection, message: &str) -> String {
    let list = message.rsplit_once("failed: ").map_or(message, |(_, list)| list);
    if let Some(index) = list.strip_prefix("index '") {
        return index.trim_end_matches('\'').to_owned();
    }
    let (table, columns) = split(list);
    index_of(connection, table, &columns)
        .ok()
        .flatten()
        .unwrap_or_else(|| format!("{table}_{}_key", columns.join("_")))
}

fn primary_key_name(message: &str) -> String {
    let list = message.rsplit_once("failed: ").map_or(message, |(_, list)| list);
    format!("{}_pkey", split(list).0)
}

/// `a.x, a.y` is table `a`, columns `x` and `y`.
fn split(list: &str) -> (&str, Vec<&str>) {
    let table = list.split('.').next().unwrap_or_default();
    let columns = list
        .split(", ")
        .map(|name| name.rsplit('.').next().unwrap_or(name))
        .collect();
    (table, columns)
}

/// The named unique index over exactly these columns.
fn index_of(connection: &Connection, table: &str, columns: &[&str]) -> rusqlite::Result<Option<String>> {
    let mut indexes = connection.prepare(
        "SELECT name FROM pragma_index_list(?1) WHERE \"unique\" AND name NOT LIKE 'sqlite_autoindex%'",
    )?;
    let mut members = connection.prepare("SELECT name FROM pragma_index_info(?1) ORDER BY seqno")?;
    let names: Vec<String> = indexes
        .query_map([table], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for name in names {
        let of_index: Vec<Option<String>> = members
            .query_map([&name], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if of_index
            .iter()
            .map(Option::as_deref)
            .eq(columns.iter().copied().map(Some))
        {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
