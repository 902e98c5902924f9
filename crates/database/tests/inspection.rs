//! A look at a database from outside.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod common;

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{SCHEMA, Stage, empty_postgres, empty_sqlite};
use database::{InspectError, Inspection, MigrationError, Migrations, Options, Target, inspect};

const NOTHING: Migrations = Migrations {
    sqlite: &[],
    postgres: &[],
};

fn look(target: &Target, migrations: &Migrations) -> Result<Inspection, InspectError> {
    let options = Options {
        connect_timeout: Duration::from_secs(2),
        ..Options::default()
    };
    inspect(target, &options, migrations)
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn both() -> Vec<Stage> {
    let mut stages = vec![empty_sqlite(Options::default())];
    stages.extend(empty_postgres(Options::default()).await);
    stages
}

#[tokio::test]
async fn it_tells_what_is_missing_and_does_not_mend_it() {
    for stage in both().await {
        for _ in 0..2 {
            let empty = look(&stage.target, &SCHEMA).unwrap();
            assert_eq!((empty.applied, empty.pending.len()), (0, 1));
        }
        stage.database.migrate(&SCHEMA).unwrap();
        let whole = look(&stage.target, &SCHEMA).unwrap();
        assert_eq!((whole.applied, whole.pending.len()), (1, 0));
        assert!(whole.bytes > 4096, "{whole:?}");

        let newer = look(&stage.target, &NOTHING).unwrap_err();
        assert!(
            matches!(
                newer,
                InspectError::Schema(MigrationError::Newer { found: 1, known: 0 })
            ),
            "{newer}"
        );
        assert_eq!(whole.connections.is_some(), whole.clock.is_some());
        if let Some(clock) = whole.clock {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
            assert!(now.abs_diff(clock.cast_unsigned() / 1_000_000) < 30);
        }
    }
}

#[tokio::test]
async fn the_least_limit_of_connections_counts() {
    let Some(stage) = empty_postgres(Options::default()).await else {
        return;
    };
    let allowed = || look(&stage.target, &SCHEMA).unwrap().connections;
    assert!(allowed().is_some_and(|allowed| allowed > 12), "{:?}", allowed());
    let limit =
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 12', current_database()); END $$";
    let limited = stage.database.write(move |conn| conn.execute(limit, &[]));
    limited.await.unwrap();
    assert_eq!(allowed(), Some(12));
}

#[test]
fn a_file_is_neither_made_nor_given_company() {
    let folder = tempfile::tempdir().unwrap();
    // A name that means something in a URL.
    let file = folder.path().join("tales #1?.db");
    let target = Target::Sqlite(file.clone());
    assert!(matches!(look(&target, &SCHEMA), Err(InspectError::Absent)));
    assert!(files(folder.path()).is_empty());

    let database = database::Database::open(target.clone(), Options::default()).unwrap();
    database.migrate(&SCHEMA).unwrap();
    database.close();
    let before = (files(folder.path()), fs::read(&file).unwrap());
    assert_eq!(look(&target, &SCHEMA).unwrap().applied, 1);
    assert_eq!(before, (files(folder.path()), fs::read(&file).unwrap()));
}

#[test]
fn what_is_no_database_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("novel.db");
    fs::write(&file, "Once upon a time there was no database.".repeat(200)).unwrap();
    let silent = "postgres://teller:once-upon-a-time@127.0.0.1:1/tales";
    for target in [Target::Sqlite(file), Target::parse(silent).unwrap()] {
        let Err(InspectError::Unreachable(reason)) = look(&target, &SCHEMA) else {
            panic!("{target:?} was seen");
        };
        assert!(
            !reason.contains('\n') && !reason.contains("once-upon"),
            "{reason}"
        );
    }
}
