//! Migrations of an SQLite file, which is copied before an existing one is changed.

use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::errors::translate;
use super::session::{KEEPER_CACHE, Role, SqliteSession};
use crate::Error;
use crate::migrations::{LEDGER, Migration, MigrationError, MigrationReport, plan};

/// What has not been applied yet.
pub(crate) fn pending(
    path: &Path,
    known: &'static [Migration],
) -> Result<Vec<&'static Migration>, MigrationError> {
    let session = SqliteSession::open(path, Role::Keeper, KEEPER_CACHE, None)?;
    let connection = session.connection();
    plan(
        &applied(connection).map_err(|failure| translate(connection, &failure))?,
        known,
    )
}

/// Applies what is pending, each in its own transaction.
pub(crate) fn migrate(
    path: &Path,
    max_pages: Option<u32>,
    known: &'static [Migration],
) -> Result<MigrationReport, MigrationError> {
    let mut report = MigrationReport::default();
    if pending(path, known)?.is_empty() {
        return Ok(report);
    }
    // One at a time: two who copy the file at once would write into one copy. The lock ends with the handle.
    let folder = File::open(folder_of(path)).and_then(|folder| folder.lock().map(|()| folder));
    let _alone = folder.map_err(|error| MigrationError::Copy(error.to_string()))?;
    let pending = pending(path, known)?;
    let Some(first) = pending.first() else {
        return Ok(report);
    };
    let session = SqliteSession::open(path, Role::Keeper, KEEPER_CACHE, max_pages)?;
    let connection = session.connection();
    let sql = |failure: rusqlite::Error| translate(connection, &failure);
    if has_tables(connection).map_err(sql)? {
        let copied = copy(connection, path, first.number);
        report.copy = Some(copied.map_err(|error| MigrationError::Copy(error.to_string()))?);
    }
    connection.execute_batch(LEDGER).map_err(sql)?;
    // A table that is rebuilt is missing for a moment; each migration's end checks the references instead.
    connection
        .execute_batch("PRAGMA foreign_keys = OFF")
        .map_err(sql)?;
    for migration in pending {
        let Migration { number, name, .. } = *migration;
        let failed = |error| MigrationError::Failed { number, name, error };
        if apply_alone(connection, migration).map_err(failed)? {
            report.applied.push(number);
        }
    }
    Ok(report)
}

/// In a transaction of its own. False when another process was faster.
fn apply_alone(connection: &Connection, migration: &Migration) -> Result<bool, Error> {
    let sql = |failure: rusqlite::Error| translate(connection, &failure);
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(sql)?;
    if applied(&transaction).map_err(sql)?.contains(&migration.number) {
        return Ok(false);
    }
    apply(&transaction, migration)?;
    transaction.commit().map_err(sql)?;
    Ok(true)
}

/// Runs the script and notes it in the ledger, inside of a transaction.
pub(super) fn apply(connection: &Connection, migration: &Migration) -> Result<(), Error> {
    let sql = |failure: rusqlite::Error| translate(connection, &failure);
    connection.execute_batch(migration.sql).map_err(sql)?;
    let dangling = connection
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut check| check.exists([]));
    if dangling.map_err(sql)? {
        return Err(Error::Foreign);
    }
    let note = "INSERT INTO schema_migrations (number, name, applied_at)
                VALUES (?1, ?2, CAST(unixepoch('subsec') * 1000000 AS INTEGER))";
    connection
        .execute(note, (migration.number, migration.name))
        .map_err(sql)?;
    Ok(())
}

/// Numbers in the ledger; none when there is no ledger yet.
pub(super) fn applied(connection: &Connection) -> rusqlite::Result<Vec<u32>> {
    if !connection.table_exists(None, "schema_migrations")? {
        return Ok(Vec::new());
    }
    let mut ledger = connection.prepare("SELECT number FROM schema_migrations ORDER BY number")?;
    ledger.query_map([], |row| row.get(0))?.collect()
}

/// Whether there is anything in the file that a migration could spoil.
fn has_tables(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare("SELECT 1 FROM sqlite_schema")?.exists([])
}

/// Copies the database to `<file>.before-<number>` and removes older copies: the latest one is kept.
fn copy(connection: &Connection, path: &Path, number: u32) -> io::Result<PathBuf> {
    let prefix = with_suffix(path, ".before-");
    let copy = with_suffix(&prefix, &number.to_string());
    // Under another name until it is whole, so that a copy that was cut short never looks like one.
    let unfinished = with_suffix(path, ".copying");
    remove(&unfinished)?;
    let name = unfinished
        .to_str()
        .ok_or_else(|| io::Error::other("the file's name is not UTF-8"))?;
    connection
        .execute("VACUUM INTO ?1", [name])
        .map_err(io::Error::other)?;
    File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, &copy)?;

    let folder = folder_of(path);
    for entry in fs::read_dir(folder)? {
        let other = path.with_file_name(entry?.file_name());
        if other != copy && is_copy(&other, &prefix) {
            remove(&other)?;
        }
    }
    File::open(folder)?.sync_all()?;
    Ok(copy)
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| *folder != Path::new(""))
        .unwrap_or(Path::new("."))
}

/// Whether a file's name is the prefix and a number.
fn is_copy(file: &Path, prefix: &Path) -> bool {
    let number = file
        .as_os_str()
        .as_bytes()
        .strip_prefix(prefix.as_os_str().as_bytes());
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
