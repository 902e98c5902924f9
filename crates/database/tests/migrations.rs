//! Schemas that are brought up to date, on both engines.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod common;

use std::path::PathBuf;

use common::{Stage, empty_postgres, empty_sqlite};
use database::{Database, Error, Migration, MigrationError, Migrations, Options, Target};

const ONE: Migration = Migration {
    number: 1,
    name: "one",
    sql: "CREATE TABLE one (id BIGINT PRIMARY KEY);",
};
const TWO: Migration = Migration {
    number: 2,
    name: "two",
    sql: "INSERT INTO one (id) VALUES (5); CREATE TABLE two (one BIGINT REFERENCES one (id));",
};
const THREE: Migration = Migration {
    number: 3,
    name: "three",
    sql: "CREATE TABLE three (id BIGINT);",
};
const BROKEN: Migration = Migration {
    number: 3,
    name: "broken",
    sql: "CREATE TABLE three (id BIGINT); INSERT INTO nowhere VALUES (1);",
};

const FIRST: Migrations = same(&[ONE]);
const SECOND: Migrations = same(&[ONE, TWO]);
const THIRD: Migrations = same(&[ONE, TWO, THREE]);
const FAILING: Migrations = same(&[ONE, TWO, BROKEN]);

const fn same(scripts: &'static [Migration]) -> Migrations {
    Migrations {
        sqlite: scripts,
        postgres: scripts,
    }
}

#[tokio::test]
async fn what_is_missing_is_applied_once_and_in_order() {
    for stage in both().await {
        let database = &stage.database;
        let pending = |migrations| {
            database
                .pending(migrations)
                .unwrap()
                .iter()
                .map(|m| m.number)
                .collect::<Vec<_>>()
        };
        assert_eq!(pending(&SECOND), [1, 2]);
        assert_eq!(database.migrate(&FIRST).unwrap().applied, [1]);
        assert_eq!(pending(&SECOND), [2]);
        assert_eq!(database.migrate(&SECOND).unwrap().applied, [2]);
        assert_eq!(database.migrate(&SECOND).unwrap().applied, [0; 0]);
        let ledger = database.read(|conn| {
            let rows = conn.query(
                "SELECT number, name, applied_at FROM schema_migrations ORDER BY number",
                &[],
            )?;
            rows.into_iter()
                .map(|mut row| Ok((row.take()?, row.take()?, row.take()?)))
                .collect()
        });
        let ledger: Result<Vec<(i64, String, i64)>, Error> = ledger.await;
        let ledger = ledger.unwrap();
        assert_eq!((ledger[0].0, ledger[1].0, ledger[1].1.as_str()), (1, 2, "two"));
        let year = 365 * 24 * 3600 * 1_000_000;
        assert!(
            ledger
                .iter()
                .all(|(_, _, at)| (50 * year..200 * year).contains(at))
        );
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused_in_one_line() {
    for stage in both().await {
        stage.database.migrate(&THIRD).unwrap();
        for refused in [
            stage.database.migrate(&FIRST).err(),
            stage.database.pending(&FIRST).err(),
        ] {
            let refused = refused.unwrap();
            assert!(matches!(refused, MigrationError::Newer { found: 3, known: 1 }));
            let line = "the database has schema 3, this program only knows 1: use a newer version";
            assert_eq!(refused.to_string(), line);
        }
    }
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_and_those_before_it_stay() {
    for stage in both().await {
        let failed = stage.database.migrate(&FAILING).unwrap_err();
        assert!(matches!(
            failed,
            MigrationError::Failed {
                number: 3,
                name: "broken",
                error: Error::Sql(_)
            }
        ));
        assert_eq!(stage.database.migrate(&THIRD).unwrap().applied, [3]);
    }
}

#[tokio::test]
async fn handles_that_migrate_at_the_same_time_apply_each_script_once() {
    for stage in both().await {
        let other = Database::open(stage.target.clone(), Options::default()).unwrap();
        let migrate = |database: &Database| {
            let database = database.clone();
            std::thread::spawn(move || database.migrate(&THIRD).unwrap().applied)
        };
        let running: Vec<_> = [&stage.database, &other, &stage.database, &other]
            .map(migrate)
            .into();
        let mut applied: Vec<u32> = running
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        applied.sort_unstable();
        assert_eq!(applied, [1, 2, 3]);
    }
}

#[tokio::test]
async fn an_existing_file_is_copied_before_it_changes_and_only_the_latest_copy_stays() {
    let stage = empty_sqlite(Options::default());
    assert_eq!(stage.database.migrate(&FIRST).unwrap().copy, None);
    let write = stage
        .database
        .write(|conn| conn.execute("INSERT INTO one (id) VALUES (1)", &[]));
    assert_eq!(write.await, Ok::<_, Error>(1));

    let copy = stage.database.migrate(&SECOND).unwrap().copy.unwrap();
    assert_eq!(copy, copy_before(&stage, 2));
    let before = Database::open(Target::Sqlite(copy), Options::default()).unwrap();
    assert_eq!(before.pending(&SECOND).unwrap().len(), 1);
    let ids = before.read(|conn| conn.one("SELECT COUNT(*) FROM one", &[])?.take::<i64>());
    assert_eq!(ids.await, Ok::<_, Error>(1));
    before.close();

    let bystander = stage.file().with_file_name("test.db.before-lunch");
    std::fs::write(&bystander, "").unwrap();
    stage.database.migrate(&THIRD).unwrap();
    assert!(copy_before(&stage, 3).exists() && !copy_before(&stage, 2).exists() && bystander.exists());
    assert_eq!(stage.database.migrate(&THIRD).unwrap().copy, None);
}

#[tokio::test]
async fn a_file_that_cannot_be_copied_is_not_touched() {
    let stage = empty_sqlite(Options::default());
    stage.database.migrate(&FIRST).unwrap();
    let obstacle = stage.file().with_file_name("test.db.copying");
    std::fs::create_dir(obstacle).unwrap();
    assert!(matches!(
        stage.database.migrate(&SECOND),
        Err(MigrationError::Copy(_))
    ));
    assert_eq!(stage.database.pending(&SECOND).unwrap().len(), 1);
}

#[tokio::test]
async fn a_rebuilt_table_keeps_its_references_or_the_migration_fails() {
    const TABLES: Migration = Migration {
        number: 1,
        name: "tables",
        sql: "CREATE TABLE one (id INTEGER PRIMARY KEY); CREATE TABLE two (one INTEGER REFERENCES one (id));
              INSERT INTO one VALUES (1); INSERT INTO two VALUES (1);",
    };
    const REBUILD: Migration = Migration {
        number: 2,
        name: "rebuild",
        sql: "CREATE TABLE new (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO new (id) SELECT id FROM one;
              DROP TABLE one; ALTER TABLE new RENAME TO one;",
    };
    const FORGET: Migration = Migration {
        number: 3,
        name: "forget",
        sql: "DELETE FROM one;",
    };
    const REBUILT: Migrations = same(&[TABLES, REBUILD]);
    const FORGOTTEN: Migrations = same(&[TABLES, REBUILD, FORGET]);
    let stage = empty_sqlite(Options::default());
    assert_eq!(stage.database.migrate(&REBUILT).unwrap().applied, [1, 2]);
    let failed = stage.database.migrate(&FORGOTTEN).unwrap_err();
    assert!(matches!(
        failed,
        MigrationError::Failed {
            number: 3,
            error: Error::Foreign,
            ..
        }
    ));
}

fn copy_before(stage: &Stage, number: u32) -> PathBuf {
    stage.file().with_file_name(format!("test.db.before-{number}"))
}

async fn both() -> Vec<Stage> {
    let mut stages = vec![empty_sqlite(Options::default())];
    stages.extend(empty_postgres(Options::default()).await);
    stages
}
