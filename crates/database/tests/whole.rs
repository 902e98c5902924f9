//! Whole databases, out and in: snapshots beside writers, and transactions that replace everything.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod common;

use std::time::Duration;

use common::{SCHEMA, Stage, empty_postgres, empty_sqlite};
use database::{
    Cell, Database, Error, Exclusive, Migration, MigrationError, Migrations, Options, Snapshot, Target,
};

/// A failure of what the tests do with a database.
#[derive(Debug, PartialEq)]
enum Failure {
    Database(Error),
    Migration(String),
    Mine,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl From<MigrationError> for Failure {
    fn from(error: MigrationError) -> Self {
        Self::Migration(error.to_string())
    }
}

async fn stages() -> Vec<Stage> {
    let postgres = empty_postgres(Options::default()).await;
    std::iter::once(empty_sqlite(Options::default()))
        .chain(postgres)
        .collect()
}

async fn insert(database: &Database, title: &str) {
    let title = title.to_owned();
    let inserted: Result<u64, Error> = database
        .write(move |conn| {
            let sql = "INSERT INTO stories (title, score, public, cover) VALUES ($1, $2, $3, $4)";
            let cover = [&[0, 255], title.as_bytes()].concat();
            conn.execute(sql, &[&title, &0.1, &true, &cover])
        })
        .await;
    inserted.unwrap();
}

fn cells(values: &[database::Value<'_>]) -> Vec<Cell> {
    use database::Value;
    let cell = |value: &Value<'_>| match *value {
        Value::Null => Cell::Null,
        Value::Bool(flag) => Cell::Bool(flag),
        Value::Int(number) => Cell::Int(number),
        Value::Float(number) => Cell::Float(number),
        Value::Text(text) => Cell::Text(text.to_owned()),
        Value::Bytes(bytes) => Cell::Bytes(bytes.to_vec()),
    };
    values.iter().map(cell).collect()
}

fn all_rows(snapshot: &mut Snapshot<'_>, table: &str) -> Result<Vec<Vec<Cell>>, Error> {
    let columns = snapshot.columns(table)?;
    let mut rows = Vec::new();
    snapshot.rows(table, &columns, |values| {
        rows.push(cells(values));
        Ok::<_, Error>(())
    })?;
    Ok(rows)
}

#[tokio::test]
async fn a_snapshot_sees_what_was_there_when_it_began() {
    for stage in stages().await {
        stage.database.migrate(&SCHEMA).unwrap();
        insert(&stage.database, "before").await;
        let (target, database) = (stage.target.clone(), stage.database.clone());
        let runtime = tokio::runtime::Handle::current();
        let looking = move || {
            target.snapshot(&Options::default(), |snapshot| {
                assert_eq!(snapshot.schema()?, 1);
                assert!(snapshot.columns("nowhere")?.is_empty() && !snapshot.has_rows("nowhere")?);
                assert!(snapshot.has_rows("stories")? && !snapshot.has_rows("comments")?);
                runtime.block_on(insert(&database, "meanwhile"));
                let columns = snapshot.columns("stories")?;
                assert_eq!(columns, ["id", "title", "likes", "score", "public", "cover"]);
                let rows = all_rows(snapshot, "stories")?;
                assert_eq!(rows.len(), 1);
                assert_eq!(rows[0][0], Cell::Int(1_000_000));
                let cover = Cell::Bytes(b"\x00\xffbefore".to_vec());
                assert_eq!((&rows[0][3], &rows[0][5]), (&Cell::Float(0.1), &cover));
                Ok::<_, Error>(())
            })
        };
        tokio::task::spawn_blocking(looking).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_last_id_is_known_even_when_its_row_is_gone() {
    for stage in stages().await {
        stage.database.migrate(&SCHEMA).unwrap();
        insert(&stage.database, "one").await;
        insert(&stage.database, "two").await;
        let deleted: Result<u64, Error> = stage
            .database
            .write(|conn| conn.execute("DELETE FROM stories WHERE title = $1", &[&"two"]))
            .await;
        deleted.unwrap();
        let look =
            |snapshot: &mut Snapshot<'_>| Ok((snapshot.last_id("stories")?, snapshot.last_id("comments")?));
        let found: Result<_, Error> = stage.target.snapshot(&Options::default(), look);
        assert_eq!(found.unwrap(), (Some(1_000_001), None));
    }
}

/// Fills an empty database as a restore does.
fn fill(exclusive: &mut Exclusive<'_>, likes: &[i64]) -> Result<u64, Failure> {
    exclusive.migrate(&SCHEMA, 1)?;
    assert!(!exclusive.has_rows("stories")?);
    exclusive.clear("stories")?;
    let columns = ["id", "title", "likes", "public", "cover"].map(str::to_owned);
    let mut rows = likes.iter().map(|likes| {
        vec![
            Cell::Int(2_000_000 + likes),
            Cell::Text(likes.to_string()),
            Cell::Int(*likes),
            Cell::Int(1),
            Cell::Bytes(vec![7]),
        ]
    });
    let loaded = exclusive.load("stories", &columns, || Ok::<_, Failure>(rows.next()))?;
    exclusive.raise_identity("stories", 3_000_000)?;
    exclusive.raise_identity("comments", 5)?;
    Ok(loaded)
}

fn fresh(
    target: &Target,
    work: impl FnOnce(&mut Exclusive<'_>) -> Result<u64, Failure> + Send,
) -> Result<u64, Failure> {
    target.exclusively(&Options::default(), Duration::ZERO, work)
}

#[tokio::test]
async fn an_empty_database_is_filled_and_goes_on_after_its_last_id() {
    for stage in stages().await {
        stage.database.close();
        let loaded = fresh(&stage.target, |exclusive| fill(exclusive, &[1, 2, 3]));
        assert_eq!(loaded, Ok(3));
        let database = Database::open(stage.target.clone(), Options::default()).unwrap();
        database.migrate(&SCHEMA).unwrap();
        insert(&database, "the next").await;
        let ids: Result<(i64, bool), Error> = database
            .read(|conn| {
                let mut row = conn.one("SELECT id, public FROM stories ORDER BY id DESC LIMIT 1", &[])?;
                Ok((row.take()?, row.take()?))
            })
            .await;
        assert_eq!(ids.unwrap(), (3_000_001, true));
        database.close();
    }
}

#[tokio::test]
async fn the_schema_goes_as_far_as_it_is_asked_to_and_then_on() {
    const fn first(all: &'static [Migration]) -> Migration {
        let Migration { number, name, sql } = all[0];
        Migration { number, name, sql }
    }
    const SQL: Migration = Migration {
        number: 2,
        name: "more",
        sql: "ALTER TABLE stories ADD COLUMN twice BIGINT; UPDATE stories SET twice = 2 * likes;",
    };
    const MORE: Migrations = Migrations {
        sqlite: &[first(SCHEMA.sqlite), SQL],
        postgres: &[first(SCHEMA.postgres), SQL],
    };
    for stage in stages().await {
        stage.database.close();
        let twice = fresh(&stage.target, |exclusive| {
            // Rows of the first schema get what the second makes of them.
            fill(exclusive, &[21])?;
            assert_eq!(exclusive.schema()?, 1);
            exclusive.migrate(&MORE, 2)?;
            exclusive.migrate(&MORE, 2)?;
            Ok(exclusive.schema()?.into())
        });
        assert_eq!(twice, Ok(2));
        let found: Result<_, Error> = stage
            .target
            .snapshot(&Options::default(), |snapshot| all_rows(snapshot, "stories"));
        assert_eq!(found.unwrap()[0].last(), Some(&Cell::Int(42)));
        let newer = fresh(&stage.target, |exclusive| {
            Ok(exclusive.migrate(&SCHEMA, 1).map(|()| 0)?)
        });
        assert!(matches!(newer, Err(Failure::Migration(_))), "{newer:?}");
    }
}

#[tokio::test]
async fn a_failure_in_the_middle_leaves_nothing() {
    for stage in stages().await {
        stage.database.close();
        let mine = fresh(&stage.target, |exclusive| {
            fill(exclusive, &[1])?;
            Err(Failure::Mine)
        });
        assert_eq!(mine, Err(Failure::Mine));
        let twice = fresh(&stage.target, |exclusive| fill(exclusive, &[1, 1]));
        assert!(
            matches!(twice, Err(Failure::Database(Error::Unique(_)))),
            "{twice:?}"
        );
        let found = fresh(&stage.target, |exclusive| {
            Ok(u64::from(exclusive.schema()?) + u64::from(exclusive.has_rows("stories")?))
        });
        assert_eq!(found, Ok(0), "not even the schema");
    }
}

#[tokio::test]
async fn rows_that_refer_to_nothing_are_refused() {
    for stage in stages().await {
        stage.database.close();
        let dangling = fresh(&stage.target, |exclusive| {
            exclusive.migrate(&SCHEMA, 1)?;
            let mut rows = std::iter::once(vec![Cell::Int(5), Cell::Text("of no story".to_owned())]);
            let columns = ["story".to_owned(), "text".to_owned()];
            exclusive.load("comments", &columns, || Ok::<_, Failure>(rows.next()))
        });
        assert_eq!(dangling, Err(Failure::Database(Error::Foreign)));
    }
}

#[tokio::test]
async fn a_file_that_somebody_has_open_is_not_taken() {
    let stage = empty_sqlite(Options::default());
    stage.database.migrate(&SCHEMA).unwrap();
    let taken = fresh(&stage.target, |exclusive| fill(exclusive, &[1]));
    assert_eq!(taken, Err(Failure::Database(Error::Busy)));
    insert(&stage.database, "still served").await;
    stage.database.close();
    // And nobody opens it while it is being filled.
    let target = stage.target.clone();
    let filled = fresh(&stage.target, |exclusive| {
        exclusive.clear("stories")?;
        let filled = fill(exclusive, &[1])?;
        assert!(Database::open(target, Options::default()).is_err());
        Ok(filled)
    });
    assert_eq!(filled, Ok(1));
}
