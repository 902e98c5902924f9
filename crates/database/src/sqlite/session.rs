//! One SQLite connection: how it is opened, and how it runs a statement.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement, ToSql};

use super::errors::translate;
use super::functions::teach;
use crate::conn::Session;
use crate::value::Value;
use crate::{Cell, Dialect, Error, Row};

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Writer,
    Reader,
    /// Migrations and checkpoints.
    Keeper,
}

/// The page cache of the connection that migrates, or that moves the log, in bytes.
pub(super) const KEEPER_CACHE: usize = 512 << 10;
/// Statements that one connection keeps prepared; each is a few kilobytes.
const PREPARED: usize = 64;
/// How long to wait for another process that has the file.
const BUSY: Duration = Duration::from_secs(1);
/// Instructions of SQLite's machine between two looks at the clock, some tens of microseconds.
const INSTRUCTIONS: i32 = 4000;

/// A connection, and the moment at which its running statement is interrupted.
pub(super) struct SqliteSession {
    connection: Connection,
    alarm: Arc<Alarm>,
    /// Whether something ran that may have changed the schema, which SQLite does not count as changed rows.
    scripted: bool,
}

/// A deadline that the progress handler reads while the session's own thread is inside SQLite.
struct Alarm {
    start: Instant,
    /// Microseconds after `start`.
    at: AtomicU64,
}

impl Alarm {
    fn rings(&self) -> bool {
        let now = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        now >= self.at.load(Ordering::Relaxed)
    }
}

impl SqliteSession {
    pub(super) fn open(
        path: &Path,
        role: Role,
        cache_bytes: usize,
        max_pages: Option<u32>,
    ) -> Result<Self, Error> {
        let connection = connect(path, role, cache_bytes, max_pages)?;
        let alarm = Arc::new(Alarm {
            start: Instant::now(),
            at: AtomicU64::new(u64::MAX),
        });
        let watch = Arc::clone(&alarm);
        connection
            .progress_handler(INSTRUCTIONS, Some(move || watch.rings()))
            .map_err(|failure| translate(&connection, &failure))?;
        Ok(Self {
            connection,
            alarm,
            scripted: false,
        })
    }

    /// From `deadline` on, statements are interrupted; `None` lets them run, as a commit must.
    pub(super) fn interrupt_at(&self, deadline: Option<Instant>) {
        let micros = deadline.map_or(u64::MAX, |deadline| {
            let after = deadline.saturating_duration_since(self.alarm.start);
            u64::try_from(after.as_micros()).unwrap_or(u64::MAX)
        });
        self.alarm.at.store(micros, Ordering::Relaxed);
    }

    /// Runs one of the engine's own statements (BEGIN, COMMIT, savepoints), which are not counted.
    pub(super) fn control(&self, sql: &str) -> Result<(), Error> {
        let run = || self.connection.prepare_cached(sql)?.raw_execute();
        run().map(drop).map_err(|failure| self.translate(&failure))
    }

    /// Whether a transaction is open. After a full disk or an interrupted write it may be gone, savepoints and all.
    pub(super) fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Rows changed since the connection was opened, and whether the schema may have changed since this was last asked.
    pub(super) fn take_changes(&mut self) -> (u64, bool) {
        (
            self.connection.total_changes(),
            std::mem::take(&mut self.scripted),
        )
    }

    /// Frees the pages of the cache that nothing uses at the moment, and the statements that are prepared: small pieces of
    /// memory, made in the middle of whatever was going on, each of which keeps a page of it.
    pub(super) fn give_back_cache(&self) {
        self.connection.flush_prepared_statement_cache();
        if let Err(error) = self.control("PRAGMA shrink_memory") {
            tracing::debug!(%error, "SQLite keeps its page cache");
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    fn translate(&self, failure: &rusqlite::Error) -> Error {
        translate(&self.connection, failure)
    }

    fn select(&mut self, sql: &str, params: &[Value<'_>], limit: usize) -> Result<Vec<Row>, Error> {
        let failed = |failure: rusqlite::Error| translate(&self.connection, &failure);
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        bind(&mut statement, params, &failed)?;
        let (columns, writes) = (statement.column_count(), !statement.readonly());
        self.scripted |= writes && !changes_rows(sql);
        let mut found = statement.raw_query();
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(failed)? {
            if rows.len() < limit {
                rows.push(read_row(row, columns)?);
            } else if !writes {
                break; // A statement that writes has to be run to its end.
            }
        }
        Ok(rows)
    }

    fn change(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
        let failed = |failure: rusqlite::Error| translate(&self.connection, &failure);
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        bind(&mut statement, params, &failed)?;
        self.scripted |= !statement.readonly() && !changes_rows(sql);
        if statement.column_count() == 0 {
            return statement.raw_execute().map(|rows| rows as u64).map_err(failed);
        }
        let mut found = statement.raw_query();
        let mut rows = 0;
        while found.next().map_err(failed)?.is_some() {
            rows += 1;
        }
        Ok(rows)
    }
}

impl Session for SqliteSession {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn query(&mut self, sql: &str, params: &[Value<'_>], limit: usize) -> Result<Vec<Row>, Error> {
        self.select(sql, params, limit)
    }

    fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
        self.change(sql, params)
    }

    fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.scripted = true;
        self.connection
            .execute_batch(sql)
            .map_err(|failure| self.translate(&failure))
    }

    fn column_types(&mut self, sql: &str) -> Result<Vec<String>, Error> {
        let statement = self
            .connection
            .prepare_cached(sql)
            .map_err(|failure| self.translate(&failure))?;
        // SQLite gives a type to each value, not to a column, and every one of them can be read.
        Ok(vec!["ANY".to_owned(); statement.column_count()])
    }

    fn database_size(&mut self) -> Result<u64, Error> {
        let pragma = |name: &str| {
            self.connection
                .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
        };
        let bytes = || -> rusqlite::Result<i64> {
            Ok((pragma("page_count")? - pragma("freelist_count")?) * pragma("page_size")?)
        };
        bytes()
            .map(i64::cast_unsigned)
            .map_err(|failure| self.translate(&failure))
    }
}

fn connect(path: &Path, role: Role, cache_bytes: usize, max_pages: Option<u32>) -> Result<Connection, Error> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|failure| opening(path, &failure))?;
    configure(&connection, role, cache_bytes, max_pages).map_err(|failure| match failure {
        rusqlite::Error::SqliteFailure(code, _) if code.code == rusqlite::ErrorCode::NotADatabase => {
            opening(path, &failure)
        }
        failure => translate(&connection, &failure),
    })?;
    Ok(connection)
}

/// A file that cannot be opened.
pub(super) fn opening(path: &Path, failure: &rusqlite::Error) -> Error {
    Error::Sql(format!("cannot open {}: {failure}", path.display()))
}

fn configure(
    connection: &Connection,
    role: Role,
    cache_bytes: usize,
    max_pages: Option<u32>,
) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    let cache = cache_bytes / 1024;
    // A mapped page counts as resident memory and a temporary table belongs on the disk, so neither is in memory.
    // The writer does not move the log into the file: the keeper's thread does.
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -{cache};
         PRAGMA mmap_size = 0;
         PRAGMA temp_store = FILE;
         PRAGMA journal_size_limit = 8388608;
         PRAGMA wal_autocheckpoint = 0;"
    ))?;
    teach(connection)?;
    if let Some(pages) = max_pages {
        connection.execute_batch(&format!("PRAGMA max_page_count = {pages}"))?;
    }
    if role == Role::Reader {
        connection.execute_batch("PRAGMA query_only = ON")?;
    }
    Ok(())
}

/// Whether a statement that writes changes rows, not the schema.
fn changes_rows(sql: &str) -> bool {
    let start = sql.trim_start();
    let words = ["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"];
    words.iter().any(|word| {
        start
            .get(..word.len())
            .is_some_and(|first| first.eq_ignore_ascii_case(word))
    })
}

/// Binds by the number in each placeholder's name. SQLite takes `$2` for a name and numbers names as they appear,
/// so that the order of a statement's placeholders would otherwise decide which value each of them gets.
fn bind(
    statement: &mut Statement<'_>,
    params: &[Value<'_>],
    failed: &impl Fn(rusqlite::Error) -> Error,
) -> Result<(), Error> {
    let mut highest = 0;
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).unwrap_or("?");
        let Some(number) = name
            .strip_prefix('$')
            .and_then(|digits| digits.parse::<usize>().ok())
        else {
            return Err(Error::Sql(format!("a placeholder is written $1, not {name}")));
        };
        let Some(value) = number.checked_sub(1).and_then(|position| params.get(position)) else {
            return Err(Error::Sql(format!("no value for ${number}")));
        };
        statement
            .raw_bind_parameter(index, Bound(*value))
            .map_err(failed)?;
        highest = highest.max(number);
    }
    if highest < params.len() {
        return Err(Error::Sql(format!(
            "{} values for {highest} placeholders",
            params.len()
        )));
    }
    Ok(())
}

/// A parameter as SQLite takes it.
pub(super) struct Bound<'a>(pub(super) Value<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Bool(flag) => ValueRef::Integer(i64::from(flag)),
            Value::Int(number) => ValueRef::Integer(number),
            Value::Float(number) => ValueRef::Real(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn read_row(row: &rusqlite::Row<'_>, columns: usize) -> Result<Row, Error> {
    let mut cells = Vec::with_capacity(columns);
    for column in 0..columns {
        let value = row
            .get_ref(column)
            .map_err(|failure| Error::Sql(failure.to_string()))?;
        cells.push(match value {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Int(number),
            ValueRef::Real(number) => Cell::Float(number),
            ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
            ValueRef::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => Cell::Text(text.to_owned()),
                Err(_) => {
                    return Err(Error::Sql(format!(
                        "column {} is text, but not UTF-8",
                        column + 1
                    )));
                }
            },
        });
    }
    Ok(Row::new(cells))
}
