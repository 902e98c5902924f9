//! What only SQLite does: batches, a full disk, the write-ahead log, full-text search.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod common;

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::{Gate, Stage, empty_sqlite, insert, sqlite, titles};
use database::{Conn, Error, Options};

#[tokio::test]
async fn what_waits_together_is_committed_together() {
    let stage = sqlite(patient());
    let database = &stage.database;
    let before = commits(&stage);
    let (gate, wait) = Gate::new();
    let crowd = async {
        gate.entered();
        let opened = async { gate.open() };
        tokio::join!(
            database.write(insert("a")),
            database.write(insert("b")),
            database.write_sized(10, insert("c")),
            opened
        )
    };
    let (_, (a, b, c, ())) = tokio::join!(database.write(wait), crowd);
    assert_eq!((a, b, c), (Ok(1), Ok(1), Ok(1)));
    assert_eq!(commits(&stage) - before, 1);
}

#[tokio::test]
async fn a_batch_of_declared_bytes_ends_at_a_mebibyte() {
    let stage = sqlite(patient());
    let database = &stage.database;
    let before = commits(&stage);
    let (gate, wait) = Gate::new();
    let crowd = async {
        gate.entered();
        let opened = async { gate.open() };
        tokio::join!(
            database.write_sized(700_000, insert("a")),
            database.write_sized(700_000, insert("b")),
            database.write_sized(700_000, insert("c")),
            opened
        )
    };
    let (_, (a, b, c, ())) = tokio::join!(database.write(wait), crowd);
    assert_eq!((a, b, c), (Ok(1), Ok(1), Ok(1)));
    assert_eq!(commits(&stage) - before, 2);
}

#[tokio::test]
async fn a_batch_that_changes_nothing_does_not_touch_the_log() {
    let stage = sqlite(patient());
    let database = &stage.database;
    let before = fs::read(stage.log()).unwrap();
    let (gate, wait) = Gate::new();
    let crowd = async {
        gate.entered();
        let opened = async { gate.open() };
        let undone = database.write(|conn| {
            insert("undone")(conn)?;
            Err::<(), _>(Error::Missing)
        });
        let unchanged = database.write(|conn| conn.execute("DELETE FROM stories WHERE id = 1", &[]));
        let looked = database.write(|conn| conn.query("SELECT 1 FROM stories", &[]).map(drop));
        tokio::join!(undone, looked, unchanged, opened)
    };
    let (_, answers) = tokio::join!(database.write(wait), crowd);
    assert_eq!(answers, (Err(Error::Missing), Ok(()), Ok(0), ()));
    let undone = database.write(|conn| {
        insert("undone")(conn)?;
        Err::<(), _>(Error::Missing)
    });
    assert_eq!(undone.await, Err(Error::Missing));
    assert!(fs::read(stage.log()).unwrap() == before);
}

#[tokio::test]
async fn a_schema_that_is_changed_by_a_statement_is_kept() {
    let stage = empty_sqlite(Options::default());
    let write = stage
        .database
        .write(|conn| conn.execute("CREATE TABLE one (id BIGINT)", &[]).map(drop));
    assert_eq!(write.await, Ok::<_, Error>(()));
    let stage = stage.reopen(Options::default());
    assert!(stage.database.check_statement("SELECT id FROM one").await.is_ok());
}

#[tokio::test]
async fn a_full_disk_refuses_the_whole_batch_and_reads_go_on() {
    let stage = sqlite(Options {
        max_pages: Some(40),
        ..patient()
    });
    let database = &stage.database;
    database.write(insert("kept")).await.unwrap();
    let (gate, wait) = Gate::new();
    let fill = |conn: &mut Conn<'_>| {
        let cover = vec![7_u8; 400_000];
        conn.execute(
            "INSERT INTO stories (title, cover) VALUES ('huge', $1)",
            &[&cover],
        )
    };
    let crowd = async {
        gate.entered();
        let opened = async { gate.open() };
        let failed = |conn: &mut Conn<'_>| {
            insert("failed")(conn)?;
            Err::<(), _>(Error::Missing)
        };
        tokio::join!(
            database.write(insert("a")),
            database.write(failed),
            database.write(insert("b")),
            database.write_sized(400_000, fill),
            opened
        )
    };
    let (_, (a, failed, b, huge, ())) = tokio::join!(database.write(wait), crowd);
    assert_eq!(
        (a, failed, b, huge),
        (
            Err(Error::Full),
            Err(Error::Full),
            Err(Error::Full),
            Err(Error::Full)
        )
    );
    assert_eq!(titles(database).await, ["kept"]);
    assert_eq!(database.write(insert("small")).await, Ok(1));

    let stage = stage.reopen(Options::default());
    assert_eq!(titles(&stage.database).await, ["kept", "small"]);
}

#[tokio::test]
async fn an_interrupted_write_takes_its_batch_down_and_none_of_it_is_acknowledged() {
    let stage = sqlite(Options {
        write_deadline: Duration::from_secs(1),
        ..patient()
    });
    let database = &stage.database;
    let (gate, wait) = Gate::new();
    let crowd = async {
        gate.entered();
        let opened = async { gate.open() };
        let endless = database.write(|conn| {
            let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
                           INSERT INTO stories (title) SELECT 'endless ' || i FROM n";
            conn.execute(endless, &[])
        });
        let panics = database.write(|_| -> Result<(), Error> { panic!("on purpose") });
        tokio::join!(database.write(insert("a")), panics, endless, opened)
    };
    let (_, (a, panics, endless, ())) = tokio::join!(database.write(wait), crowd);
    assert_eq!(
        (a, panics, endless),
        (Err(Error::Busy), Err(Error::Panicked), Err(Error::Deadline))
    );
    assert_eq!(titles(database).await, [""; 0]);
    assert_eq!(database.write(insert("b")).await, Ok(1));
}

#[tokio::test]
async fn a_closure_that_ends_the_transaction_itself_is_not_acknowledged() {
    let stage = sqlite(Options::default());
    let write = stage.database.write(|conn| {
        insert("a")(conn)?;
        conn.batch("ROLLBACK")
    });
    assert_eq!(write.await, Err(Error::Busy));
    assert_eq!(titles(&stage.database).await, [""; 0]);
}

#[tokio::test]
async fn all_statements_of_a_read_see_the_same_state() {
    let stage = sqlite(Options {
        readers: 1,
        ..Options::default()
    });
    let database = &stage.database;
    let (gate, wait) = Gate::new();
    let count = |conn: &mut Conn<'_>| conn.one("SELECT COUNT(*) FROM stories", &[])?.take::<i64>();
    let read = database.read(move |conn| {
        let before = count(conn)?;
        wait(conn)?;
        Ok::<_, Error>((before, count(conn)?))
    });
    let meanwhile = async {
        gate.entered();
        database.write(insert("a")).await.unwrap();
        gate.open();
    };
    let (seen, ()) = tokio::join!(read, meanwhile);
    assert_eq!(seen, Ok((0, 0)));
    assert_eq!(database.read(count).await, Ok(1));
}

#[tokio::test]
async fn the_log_moves_into_the_file_while_it_grows_and_at_the_end() {
    let stage = sqlite(Options::default());
    let size = || fs::metadata(stage.file()).unwrap().len();
    let before = size();
    let cover = vec![1_u8; 1 << 20];
    // The keeper looks after a commit, so writing goes on until it has.
    let mut covers = 0_u32;
    while size() < before + (4 << 20) {
        covers += 1;
        assert!(covers < 100, "the log is never moved");
        let cover = cover.clone();
        let write = stage.database.write(move |conn| {
            let insert = "INSERT INTO stories (title, likes, cover) VALUES ($1, $2, $3)";
            conn.execute(insert, &[&format!("cover {covers}"), &covers, &cover])
        });
        write.await.unwrap();
    }
    stage.database.close();
    assert!(size() >= u64::from(covers) << 20);
    assert!(!stage.log().exists());
}

#[tokio::test]
async fn the_bundled_sqlite_searches_by_trigrams() {
    let stage = empty_sqlite(Options::default());
    let write = stage.database.write(|conn| {
        conn.batch(
            "CREATE VIRTUAL TABLE titles USING fts5 (title, tokenize = 'trigram');
             INSERT INTO titles (title) VALUES ('the brave carabao'), ('the lost kite');",
        )
    });
    write.await.unwrap();
    let read = stage.database.read(|conn| {
        conn.one("SELECT title FROM titles WHERE titles MATCH $1", &[&"\"araba\""])?
            .take::<String>()
    });
    assert_eq!(read.await, Ok::<_, Error>("the brave carabao".to_owned()));
}

#[tokio::test]
async fn every_connection_has_its_settings() {
    let stage = sqlite(Options::default());
    let pragmas = |conn: &mut Conn<'_>| {
        let mut settings = Vec::new();
        for name in [
            "synchronous",
            "foreign_keys",
            "busy_timeout",
            "mmap_size",
            "temp_store",
            "cache_size",
        ] {
            settings.push(conn.one(&format!("PRAGMA {name}"), &[])?.take::<i64>()?);
        }
        let mode: String = conn.one("PRAGMA journal_mode", &[])?.take()?;
        Ok::<_, Error>((settings, mode))
    };
    let settings = |cache| Ok((vec![2, 1, 1000, 0, 1, cache], "wal".to_owned()));
    assert_eq!(stage.database.read(pragmas).await, settings(-2048));
    assert_eq!(stage.database.write(pragmas).await, settings(-4096));
}

#[tokio::test]
async fn a_connection_that_gave_its_cache_back_works_on() {
    let stage = sqlite(Options {
        idle: Duration::from_millis(1),
        ..Options::default()
    });
    for number in 0..20_i64 {
        let write = stage.database.write(move |conn| {
            conn.execute("INSERT INTO stories (title) VALUES ($1)", &[&number.to_string()])
        });
        assert_eq!(write.await, Ok::<_, Error>(1));
        // Longer than the threads are patient.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let count = stage.database.read(|conn| {
        conn.one("SELECT CAST(COUNT(*) AS BIGINT) FROM stories", &[])?
            .take::<i64>()
    });
    assert_eq!(count.await, Ok::<_, Error>(20));
    assert_eq!(
        stage.database.statements(),
        21,
        "giving back is no statement of anybody"
    );
}

#[tokio::test]
async fn a_thread_rests_after_a_busy_time() {
    static RESTED: AtomicUsize = AtomicUsize::new(0);
    let idle = Duration::from_millis(200);
    let stage = sqlite(Options {
        readers: 1,
        idle,
        resting: || _ = RESTED.fetch_add(1, Ordering::Relaxed),
        ..Options::default()
    });
    let busy = async {
        while RESTED.load(Ordering::Relaxed) == 0 {
            for _ in 0..500 {
                let one = stage
                    .database
                    .read(|conn| conn.one("SELECT 1", &[])?.take::<i64>());
                assert_eq!(one.await, Ok::<_, Error>(1));
            }
            // Two windows without a job.
            tokio::time::sleep(2 * idle).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(20), busy).await.is_ok());
}

#[tokio::test]
async fn texts_that_have_a_needle_are_counted_as_by_a_look_at_each() {
    let stage = sqlite(Options::default());
    let texts = "(VALUES ('of the sea', 'the'), ('', 'the'), (NULL, 'the'), ('thé', 'the'), ('the', 'the'), ('50%_', '%_'),
                  ('a rather longer text about the lighthouse at the end of the sea', 'end of the sea'), ('a', 'ab'))";
    let counts = stage.database.read(move |conn| {
        let sql = format!(
            "SELECT column2, COUNT_HAVING(column1, column2), SUM(COALESCE(INSTR(column1, column2) > 0, FALSE))
             FROM {texts} GROUP BY column2 ORDER BY column2"
        );
        let rows = conn.query(&sql, &[])?;
        let rows = rows
            .into_iter()
            .map(|mut row| Ok((row.take()?, row.take()?, row.take()?)));
        let counts = rows.collect::<Result<Vec<(String, i64, i64)>, Error>>()?;
        let none = "SELECT COUNT_HAVING(title, 'the') FROM stories";
        Ok::<_, Error>((counts, conn.one(none, &[])?.take::<i64>()?))
    });
    let (counts, none) = counts.await.unwrap();
    let counts: Vec<_> = counts
        .iter()
        .map(|(needle, ours, theirs)| (needle.as_str(), *ours, *theirs))
        .collect();
    assert_eq!(
        counts,
        [
            ("%_", 1, 1),
            ("ab", 0, 0),
            ("end of the sea", 1, 1),
            ("the", 2, 2)
        ]
    );
    assert_eq!(none, 0);
}

/// Batches end when nothing waits, however slow the machine is.
fn patient() -> Options {
    Options {
        batch_time: Duration::from_secs(60),
        ..Options::default()
    }
}

/// Commits in the write-ahead log: its frames say which of them ends one.
fn commits(stage: &Stage) -> usize {
    const HEADER: usize = 32;
    const FRAME: usize = 24 + 4096;
    let log = fs::read(stage.log()).unwrap();
    log[HEADER..]
        .chunks_exact(FRAME)
        .filter(|frame| frame[4..8] != [0; 4])
        .count()
}
