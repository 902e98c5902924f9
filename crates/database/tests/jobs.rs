//! What a closure may rely on, on both engines.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod common;

use std::time::Duration;

use common::{Gate, both, insert, titles};
use database::{Conn, Database, Dialect, Error, Options, ToValue, placeholders};

/// More work than any deadline allows.
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000)
                       SELECT CAST(COUNT(*) AS BIGINT) FROM n";

#[tokio::test]
async fn placeholders_bind_by_their_number_out_of_order_and_twice() {
    for stage in both(Options::default()).await {
        let read = stage.database.read(|conn| {
            let sql =
                "SELECT CAST($3 AS TEXT), CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), '$9', \"$8\"
                       FROM (SELECT 'x' AS \"$8\") AS named -- $7";
            let mut row = conn.one(sql, &[&"one", &"two", &"three"])?;
            (0..6)
                .map(|_| row.take::<String>())
                .collect::<Result<Vec<_>, Error>>()
        });
        assert_eq!(read.await.unwrap(), ["three", "one", "two", "three", "$9", "x"]);
    }
}

#[tokio::test]
async fn a_wrong_number_of_values_is_refused() {
    for stage in both(Options::default()).await {
        for params in [&[] as &'static [&(dyn ToValue + Sync)], &[&1_i64, &2_i64]] {
            let select = "SELECT title FROM stories WHERE id = $1";
            let read = stage.database.read(move |conn| {
                let params: Vec<&dyn ToValue> = params.iter().map(|param| *param as &dyn ToValue).collect();
                conn.query(select, &params)
            });
            assert!(matches!(read.await, Err(Error::Sql(_))));
        }
    }
}

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    for stage in both(Options::default()).await {
        let write = stage.database.write(|conn| {
            let insert =
                "INSERT INTO stories (title, likes, score, public, cover) VALUES ($1, $2, $3, $4, $5)
                          RETURNING title, likes, score, public, cover";
            let cover: &[u8] = &[0, 255];
            let mut row = conn.one(insert, &[&"Ang pusa ñ", &7_i64, &0.5, &true, &cover])?;
            let taken = (row.take()?, row.take()?, row.take()?, row.take()?, row.take()?);
            let nothing: Option<Vec<u8>> = None;
            let mut row = conn.one(insert, &[&"b", &8_i32, &None::<f64>, &false, &nothing])?;
            let empty: (String, i64, Option<f64>, bool, Option<Vec<u8>>) =
                (row.take()?, row.take()?, row.take()?, row.take()?, row.take()?);
            Ok::<_, Error>((taken, empty))
        });
        let (full, empty) = write.await.unwrap();
        assert_eq!(full, ("Ang pusa ñ".to_owned(), 7_i64, 0.5, true, vec![0_u8, 255]));
        assert_eq!(empty, ("b".to_owned(), 8, None, false, None));
    }
}

#[tokio::test]
async fn a_column_of_another_kind_is_an_error_that_names_it() {
    for stage in both(Options::default()).await {
        let read = stage.database.read(|conn| {
            let mut row = conn.one("SELECT CAST(1 AS BIGINT), 'text'", &[])?;
            let _: i64 = row.take()?;
            row.take::<i64>()
        });
        assert_eq!(
            read.await,
            Err(Error::Sql(
                "column 2 of the row is text, not an integer".to_owned()
            ))
        );
    }
}

#[tokio::test]
async fn ids_begin_at_a_million_and_are_never_used_again() {
    for stage in both(Options::default()).await {
        let add = |title: &'static str| {
            stage.database.write(move |conn| {
                conn.one("INSERT INTO stories (title) VALUES ($1) RETURNING id", &[&title])?
                    .take::<i64>()
            })
        };
        assert_eq!(add("a").await, Ok(1_000_000));
        let remove = stage
            .database
            .write(|conn| conn.execute("DELETE FROM stories", &[]));
        assert_eq!(remove.await, Ok(1));
        assert_eq!(add("b").await, Ok(1_000_001));
    }
}

#[tokio::test]
async fn an_error_of_the_closure_undoes_its_own_writes_and_comes_back_as_it_is() {
    #[derive(Debug, PartialEq)]
    enum Refusal {
        TooShort(u8),
        Database(Error),
    }
    impl From<Error> for Refusal {
        fn from(error: Error) -> Self {
            Self::Database(error)
        }
    }
    for stage in both(Options::default()).await {
        let refused = |conn: &mut Conn<'_>| {
            insert("refused")(conn)?;
            Err::<(), _>(Refusal::TooShort(3))
        };
        let (first, second, third) = together(&stage.database, insert("a"), refused, insert("b")).await;
        assert_eq!((first, second, third), (Ok(1), Err(Refusal::TooShort(3)), Ok(1)));
        let mut kept = titles(&stage.database).await;
        kept.sort();
        assert_eq!(kept, ["a", "b"]);
    }
}

#[tokio::test]
async fn a_panic_answers_its_caller_and_nobody_else_notices() {
    for stage in both(Options::default()).await {
        let panics = |conn: &mut Conn<'_>| -> Result<(), Error> {
            insert("lost")(conn)?;
            panic!("on purpose")
        };
        let (first, second, third) = together(&stage.database, insert("a"), panics, insert("b")).await;
        assert_eq!((first, second, third), (Ok(1), Err(Error::Panicked), Ok(1)));
        let read = stage
            .database
            .read(|_| -> Result<(), Error> { panic!("on purpose") });
        assert_eq!(read.await, Err(Error::Panicked));
        let mut kept = titles(&stage.database).await;
        kept.sort();
        assert_eq!(kept, ["a", "b"]);
    }
}

#[tokio::test]
async fn a_failed_statement_fails_the_write_even_if_the_closure_overlooks_it() {
    for stage in both(Options::default()).await {
        stage.database.write(insert("a")).await.unwrap();
        let write = stage.database.write(|conn| {
            insert("b")(conn)?;
            let taken = insert("a")(conn);
            assert_eq!(taken, Err(Error::Unique("stories_title_key".to_owned())));
            assert_eq!(insert("c")(conn), taken);
            Ok::<_, Error>(())
        });
        assert_eq!(write.await, Err(Error::Unique("stories_title_key".to_owned())));
        assert_eq!(titles(&stage.database).await, ["a"]);
    }
}

#[tokio::test]
async fn violations_carry_the_same_names_on_both_engines() {
    for stage in both(Options::default()).await {
        let run = |sql: &'static str| stage.database.write(move |conn| conn.execute(sql, &[]));
        run("INSERT INTO stories (id, title, cover) VALUES (1, 'a', '1')")
            .await
            .unwrap();
        let unique = |name: &str| Err(Error::Unique(name.to_owned()));
        assert_eq!(
            run("INSERT INTO stories (title) VALUES ('a')").await,
            unique("stories_title_key")
        );
        assert_eq!(
            run("INSERT INTO stories (id, title) VALUES (1, 'b')").await,
            unique("stories_pkey")
        );
        assert_eq!(
            run("INSERT INTO stories (title, cover) VALUES ('b', '1')").await,
            unique("stories_cover")
        );
        assert_eq!(
            run("INSERT INTO comments (story, text) VALUES (5, 'b')").await,
            Err(Error::Foreign)
        );
    }
}

#[tokio::test]
async fn a_read_cannot_write() {
    for stage in both(Options::default()).await {
        assert!(matches!(
            stage.database.read(insert("a")).await,
            Err(Error::Sql(_))
        ));
        assert_eq!(titles(&stage.database).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_statement_is_interrupted_at_the_deadline() {
    let options = Options {
        statement_timeout: Duration::from_millis(200),
        ..Options::default()
    };
    for stage in both(options).await {
        let limit = Duration::from_millis(500);
        let read = stage
            .database
            .read_within(limit, |conn| conn.one(ENDLESS, &[]).map(drop));
        assert_eq!(read.await, Err(Error::Deadline));
        assert_eq!(stage.database.write(insert("a")).await, Ok(1));
    }
}

#[tokio::test]
async fn a_write_that_is_interrupted_leaves_nothing() {
    let options = Options {
        write_deadline: Duration::from_millis(800),
        ..Options::default()
    };
    for stage in both(options).await {
        let write = stage.database.write(|conn| {
            insert("a")(conn)?;
            conn.one(ENDLESS, &[]).map(drop)
        });
        assert_eq!(write.await, Err(Error::Deadline));
        assert_eq!(titles(&stage.database).await, [""; 0]);
    }
}

#[tokio::test]
async fn a_job_whose_time_is_over_before_it_starts_is_told_that_the_database_is_busy() {
    for stage in both(Options::default()).await {
        let late = stage
            .database
            .read_within(Duration::ZERO, |_| -> Result<(), Error> {
                unreachable!("too late")
            });
        assert_eq!(late.await, Err(Error::Busy));
    }
    for stage in both(Options {
        write_deadline: Duration::ZERO,
        ..Options::default()
    })
    .await
    {
        assert_eq!(stage.database.write(insert("a")).await, Err(Error::Busy));
        assert_eq!(titles(&stage.database).await, [""; 0]);
    }
}

#[tokio::test]
async fn one_job_more_than_the_queue_holds_is_refused_at_once() {
    for stage in both(Options {
        queue: 2,
        connections: 1,
        ..Options::default()
    })
    .await
    {
        let database = &stage.database;
        let (gate, wait) = Gate::new();
        let overflow = async {
            gate.entered();
            let queued = async { tokio::join!(database.write(insert("a")), database.write(insert("b"))) };
            let refused = async {
                let refused = database.write(insert("c")).await;
                assert_eq!(database.gauges().writes_waiting, 2);
                gate.open();
                refused
            };
            tokio::join!(queued, refused)
        };
        let (held, (queued, refused)) = tokio::join!(database.write(wait), overflow);
        assert_eq!(
            (held, queued, refused),
            (Ok(()), (Ok(1), Ok(1)), Err(Error::Busy))
        );
        assert_eq!(database.gauges().writes_waiting, 0);
    }
}

#[tokio::test]
async fn large_writes_are_bounded_in_bytes_and_overtaken_by_small_ones() {
    for stage in both(Options {
        queued_bytes: 1000,
        connections: 1,
        ..Options::default()
    })
    .await
    {
        let database = &stage.database;
        let (gate, wait) = Gate::new();
        let crowd = async {
            gate.entered();
            let large = database.write_sized(600, insert("large"));
            let refused = async {
                let refused = database.write_sized(600, insert("refused")).await;
                assert_eq!(database.gauges().bytes_waiting, 600);
                refused
            };
            let small = async {
                let small = database.write(insert("small"));
                let opened = async { gate.open() };
                tokio::join!(small, opened).0
            };
            tokio::join!(large, refused, small)
        };
        let (_, crowd) = tokio::join!(database.write(wait), crowd);
        assert_eq!(crowd, (Ok(1), Err(Error::Busy), Ok(1)));
        assert_eq!(titles(database).await, ["small", "large"]);
        // One that is larger than everything still finds its way when it is alone.
        assert_eq!(database.write_sized(5000, insert("huge")).await, Ok(1));
        assert_eq!(database.gauges().bytes_waiting, 0);
    }
}

#[tokio::test]
async fn a_job_that_nobody_waits_for_does_not_run() {
    for stage in both(Options {
        connections: 1,
        ..Options::default()
    })
    .await
    {
        let database = &stage.database;
        let (gate, wait) = Gate::new();
        let gone = async {
            gate.entered();
            tokio::select! {
                biased;
                _ = database.write(insert("nobody")) => unreachable!("the thread is held"),
                () = async {} => {}
            }
            gate.open();
        };
        let (held, ()) = tokio::join!(database.write(wait), gone);
        assert_eq!(held, Ok(()));
        database.write(insert("somebody")).await.unwrap();
        assert_eq!(titles(database).await, ["somebody"]);
    }
}

#[tokio::test]
async fn statements_are_counted_and_transactions_are_not() {
    for stage in both(Options::default()).await {
        let before = stage.database.statements();
        let write = stage.database.write(|conn| {
            insert("a")(conn)?;
            conn.query("SELECT id FROM stories", &[])?;
            conn.first("SELECT id FROM stories", &[])?;
            conn.one("SELECT id FROM stories", &[])?;
            conn.batch("DELETE FROM comments; DELETE FROM comments;")?;
            assert!(conn.database_size()? > 4096);
            Ok::<_, Error>(())
        });
        write.await.unwrap();
        assert_eq!(stage.database.statements() - before, 4);
        assert!(stage.database.gauges().jobs > 0);
    }
}

#[tokio::test]
async fn a_row_that_is_not_there_is_missing() {
    for stage in both(Options::default()).await {
        let read = stage.database.read(|conn| {
            assert!(conn.first("SELECT id FROM stories", &[])?.is_none());
            conn.one("SELECT id FROM stories", &[]).map(drop)
        });
        assert_eq!(read.await, Err(Error::Missing));
    }
}

#[tokio::test]
async fn a_statement_can_be_checked_without_being_run() {
    for stage in both(Options::default()).await {
        let database = &stage.database;
        let types = database
            .check_statement("INSERT INTO stories (title) VALUES ($1) RETURNING id, title")
            .await;
        let expected = match database.dialect() {
            Dialect::Sqlite => ["ANY", "ANY"],
            Dialect::Postgres => ["int8", "text"],
        };
        assert_eq!(types.unwrap(), expected);
        assert!(matches!(
            database.check_statement("SELECT nothing FROM stories").await,
            Err(Error::Sql(_))
        ));
        let sum = database
            .check_statement("SELECT SUM(id) AS total FROM stories")
            .await;
        match database.dialect() {
            Dialect::Sqlite => assert!(sum.is_ok()),
            Dialect::Postgres => assert!(sum.unwrap_err().to_string().contains("total")),
        }
        assert_eq!(titles(database).await, [""; 0]);
    }
}

#[tokio::test]
async fn closing_finishes_what_is_queued_and_refuses_the_rest() {
    for stage in both(Options {
        connections: 1,
        ..Options::default()
    })
    .await
    {
        let database = stage.database.clone();
        let (gate, wait) = Gate::new();
        let closing = async {
            gate.entered();
            let queued = database.write(insert("a"));
            let close = async {
                let other = database.clone();
                let closing = std::thread::spawn(move || other.close());
                gate.open();
                closing
            };
            tokio::join!(queued, close)
        };
        let (held, (queued, closing)) = tokio::join!(database.write(wait), closing);
        assert_eq!((held, queued), (Ok(()), Ok(1)));
        closing.join().unwrap();
        assert_eq!(database.write(insert("b")).await, Err(Error::Unavailable));
        let stage = stage.reopen(Options::default());
        assert_eq!(titles(&stage.database).await, ["a"]);
    }
}

#[test]
fn placeholders_are_listed_from_any_number() {
    assert_eq!(placeholders(3, 3), "$3, $4, $5");
    assert_eq!(placeholders(1, 0), "");
}

/// Runs three writes that wait in the queue together, so that SQLite puts them into one batch.
async fn together<A, B, C, E, F>(
    database: &Database,
    first: impl Fn(&mut Conn<'_>) -> Result<A, Error> + Send + 'static,
    second: impl Fn(&mut Conn<'_>) -> Result<B, E> + Send + 'static,
    third: impl Fn(&mut Conn<'_>) -> Result<C, F> + Send + 'static,
) -> (Result<A, Error>, Result<B, E>, Result<C, F>)
where
    A: Send + 'static,
    B: Send + 'static,
    C: Send + 'static,
    E: From<Error> + Send + 'static,
    F: From<Error> + Send + 'static,
{
    let (gate, wait) = Gate::new();
    let crowd = async {
        gate.entered();
        let opened = async { gate.open() };
        let (first, second, third, ()) = tokio::join!(
            database.write(first),
            database.write(second),
            database.write(third),
            opened
        );
        (first, second, third)
    };
    tokio::join!(database.write(wait), crowd).1
}
