//! Moves the write-ahead log into the file, so that the writer never has to stop for it.

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use rusqlite::Connection;

use super::session::SqliteSession;

/// Pages not yet in the file for which a sync of it is worth its time: 4 MiB.
const WORTHWHILE: i64 = 1000;
/// Pages from which on the log starts over, even if readers that began lately have to be waited for: 32 MiB.
const LARGE: i64 = 8000;
/// Pages from which on its file is also cut: 128 MiB.
const HUGE: i64 = 32_000;
/// Pages from which on any reader is waited for: 512 MiB.
const ENORMOUS: i64 = 4 * HUGE;

/// How long after readers could not be waited for nobody waits for them again: one that reads for long would otherwise cost
/// the writer a second at each of its commits.
const RESPITE: Duration = Duration::from_secs(15);

/// How long after a commit the connection keeps what it knows of the tables, which it needs to look at the log: 140 KB that
/// nobody reads at rest.
const KEPT: Duration = Duration::from_secs(1);

/// Looks at the log whenever the writer has committed; moves all of it when the writer has ended.
#[expect(clippy::needless_pass_by_value, reason = "the thread owns its connection")]
pub(super) fn run(session: SqliteSession, commits: Receiver<()>) {
    let connection = session.connection();
    let mut failing = false;
    let mut refused = None;
    while next(connection, &commits) {
        let outcome = keep_small(connection, &mut refused);
        // A full disk would be told at every commit.
        if let (Err(error), false) = (&outcome, failing) {
            tracing::warn!(%error, "the write-ahead log cannot be moved into the database");
        }
        failing = outcome.is_err();
    }
    if let Err(error) = checkpoint(connection, "TRUNCATE") {
        tracing::warn!(%error, "the write-ahead log stays beside the database until the next start");
    }
}

/// Waits for a commit, and forgets the tables meanwhile. `false` when the writer has ended.
fn next(connection: &Connection, commits: &Receiver<()>) -> bool {
    match commits.recv_timeout(KEPT) {
        Ok(()) => true,
        Err(RecvTimeoutError::Disconnected) => false,
        Err(RecvTimeoutError::Timeout) => {
            if let Err(error) = forget_tables(connection) {
                tracing::debug!(%error, "SQLite keeps what it knows of the tables");
            }
            commits.recv().is_ok()
        }
    }
}

/// They are read again when they are needed.
fn forget_tables(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA writable_schema = RESET")
}

/// `refused`: when readers last could not be waited for.
fn keep_small(connection: &Connection, refused: &mut Option<Instant>) -> rusqlite::Result<()> {
    let log = checkpoint(connection, "NOOP")?;
    if log.pages - log.moved < WORTHWHILE {
        return Ok(());
    }
    let log = checkpoint(connection, "PASSIVE")?;
    // What could not be moved is read by somebody who began before it was written, as a backup does. To wait for such a
    // reader is in vain, and would hold the writer up for a second. But readers that follow one another closely look the
    // same, and the log must end somewhere.
    let is_held = log.pages - log.moved >= WORTHWHILE && log.pages < ENORMOUS;
    if log.pages < LARGE || is_held || refused.is_some_and(|at| at.elapsed() < RESPITE) {
        return Ok(());
    }
    // These wait for readers, and the writer for them, at most as long as the connection's busy time.
    let mode = if log.pages >= HUGE { "TRUNCATE" } else { "RESTART" };
    let log = checkpoint(connection, mode)?;
    *refused = log.busy.then(Instant::now);
    Ok(())
}

/// The write-ahead log, in pages.
struct Log {
    /// Whether somebody could not be waited for.
    busy: bool,
    pages: i64,
    /// Those that are in the file too.
    moved: i64,
}

fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<Log> {
    let pragma = format!("PRAGMA wal_checkpoint({mode})");
    connection.query_row(&pragma, [], |row| {
        Ok(Log {
            busy: row.get(0)?,
            pages: row.get(1)?,
            moved: row.get(2)?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::session::{KEEPER_CACHE, Role};

    #[test]
    fn nobody_waits_for_a_reader_that_began_long_ago() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db.sqlite3");
        let open = |role| SqliteSession::open(&path, role, KEEPER_CACHE, None).unwrap();
        let (writer, keeper, reader) = (open(Role::Writer), open(Role::Keeper), open(Role::Reader));
        let write = |sql: &str| writer.connection().execute_batch(sql).unwrap();
        write("PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a)");
        reader
            .connection()
            .execute_batch("BEGIN; SELECT * FROM t")
            .unwrap();
        write("INSERT INTO t VALUES (zeroblob(40000000))");
        let mut refused = None;
        keep_small(keeper.connection(), &mut refused).unwrap();
        assert!(refused.is_none(), "it waited in vain");
        let log = checkpoint(keeper.connection(), "NOOP").unwrap();
        assert!(log.pages > LARGE && log.moved < log.pages);

        let anew = "COMMIT; BEGIN; SELECT * FROM t";
        reader.connection().execute_batch(anew).unwrap();
        keep_small(keeper.connection(), &mut refused).unwrap();
        assert!(refused.is_some(), "one that began just now was waited for");
    }

    #[test]
    fn to_forget_the_tables_hinders_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db.sqlite3");
        let open = |role| SqliteSession::open(&path, role, KEEPER_CACHE, None).unwrap();
        let (writer, keeper) = (open(Role::Writer), open(Role::Keeper));
        let mut seen = 0;
        for number in 0..3 {
            writer
                .connection()
                .execute_batch(&format!(
                    "CREATE TABLE t{number} (a); INSERT INTO t{number} VALUES (1)"
                ))
                .unwrap();
            let log = checkpoint(keeper.connection(), "NOOP").unwrap();
            assert!(log.pages > seen, "{number}");
            seen = log.pages;
            forget_tables(keeper.connection()).unwrap();
        }
        let log = checkpoint(keeper.connection(), "PASSIVE").unwrap();
        assert_eq!((log.pages, log.moved), (seen, seen));
    }
}
