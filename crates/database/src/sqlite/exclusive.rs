//! The whole SQLite file for one transaction.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use super::errors::translate;
use super::migrate::{applied, apply};
use super::session::{Bound, opening};
use super::snapshot::newest;
use crate::exclusive::Owner;
use crate::migrations::{LEDGER, plan};
use crate::snapshot::{list, quoted};
use crate::{Cell, Error, Migration, MigrationError, Migrations, ToValue as _};

/// Between two attempts to have the file alone.
const PAUSE: Duration = Duration::from_millis(50);

/// Runs `work` in a transaction that shares the file with nobody, and commits when it succeeds.
pub(crate) fn exclusively<T, E: From<Error>>(
    path: &Path,
    max_pages: Option<u32>,
    patience: Duration,
    work: impl FnOnce(&mut dyn Owner) -> Result<T, E>,
) -> Result<T, E> {
    let connection = take(path, max_pages, patience)?;
    let done = work(&mut Whole(&connection))?;
    finish(&connection)?;
    Ok(done)
}

/// The file, once nobody else has it open.
fn take(path: &Path, max_pages: Option<u32>, patience: Duration) -> Result<Connection, Error> {
    let start = Instant::now();
    loop {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(path, flags).map_err(|failure| opening(path, &failure))?;
        match begin(&connection, max_pages).map_err(|failure| translate(&connection, &failure)) {
            Ok(()) => return Ok(connection),
            Err(Error::Busy) if start.elapsed() < patience => thread::sleep(PAUSE),
            Err(error) => return Err(error),
        }
    }
}

/// Whoever has the file open in the mode of the write-ahead log, even idle, does not let it leave that mode. Outside of
/// it a transaction keeps old pages only, so that filling an empty file takes its room on the disk once.
fn begin(connection: &Connection, max_pages: Option<u32>) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::ZERO)?;
    connection.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE;
         PRAGMA journal_mode = DELETE;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = OFF;
         PRAGMA cache_size = -2000;
         PRAGMA mmap_size = 0;
         PRAGMA temp_store = FILE;",
    )?;
    if let Some(pages) = max_pages {
        connection.execute_batch(&format!("PRAGMA max_page_count = {pages}"))?;
    }
    connection.execute_batch("BEGIN EXCLUSIVE")
}

/// Commits what holds together.
fn finish(connection: &Connection) -> Result<(), Error> {
    let sql = |failure: rusqlite::Error| translate(connection, &failure);
    let dangling = connection
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut check| check.exists([]));
    if dangling.map_err(sql)? {
        return Err(Error::Foreign);
    }
    connection.execute_batch("COMMIT").map_err(sql)
}

/// Dropped without a commit, the connection undoes everything.
struct Whole<'a>(&'a Connection);

impl Whole<'_> {
    fn run(&self, sql: &str) -> Result<(), Error> {
        self.0
            .execute_batch(sql)
            .map_err(|failure| translate(self.0, &failure))
    }
}

impl Owner for Whole<'_> {
    fn schema(&mut self) -> Result<u32, Error> {
        newest(self.0)
    }

    fn migrate(&mut self, migrations: &Migrations, up_to: u32) -> Result<(), MigrationError> {
        let applied = applied(self.0).map_err(|failure| translate(self.0, &failure))?;
        let pending = plan(&applied, migrations.sqlite)?;
        self.run(LEDGER)?;
        for migration in pending.into_iter().filter(|migration| migration.number <= up_to) {
            let Migration { number, name, .. } = *migration;
            apply(self.0, migration).map_err(|error| MigrationError::Failed { number, name, error })?;
        }
        Ok(())
    }

    fn has_rows(&mut self, table: &str) -> Result<bool, Error> {
        let has_rows = || -> rusqlite::Result<bool> {
            if !self.0.table_exists(None, table)? {
                return Ok(false);
            }
            let sql = format!("SELECT 1 FROM {} LIMIT 1", quoted(table));
            self.0.prepare(&sql)?.exists([])
        };
        has_rows().map_err(|failure| translate(self.0, &failure))
    }

    fn clear(&mut self, table: &str) -> Result<(), Error> {
        self.run(&format!("DELETE FROM {}", quoted(table)))
    }

    fn load(
        &mut self,
        table: &str,
        columns: &[String],
        next: &mut dyn FnMut() -> Option<Vec<Cell>>,
    ) -> Result<(), Error> {
        let failed = |failure: rusqlite::Error| translate(self.0, &failure);
        let marks = vec!["?"; columns.len()].join(", ");
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({marks})",
            quoted(table),
            list(columns)
        );
        let mut insert = self.0.prepare(&sql).map_err(failed)?;
        while let Some(row) = next() {
            for (place, cell) in row.iter().enumerate() {
                insert
                    .raw_bind_parameter(place + 1, Bound(cell.value()))
                    .map_err(failed)?;
            }
            insert.raw_execute().map_err(failed)?;
        }
        Ok(())
    }

    fn raise_identity(&mut self, table: &str, last: i64) -> Result<(), Error> {
        let raise = "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1";
        let raised = self.0.execute(raise, (table, last));
        raised.map(drop).map_err(|failure| translate(self.0, &failure))
    }
}
