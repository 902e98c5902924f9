//! What only PostgreSQL does: conflicts, lost connections, a server that goes away and comes back.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod common;

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use common::proxy::{Mode, Proxy};
use common::{SCHEMA, administrate, create_database, insert, postgres, server, titles};
use database::{Conn, Database, Error, Options, Target};

#[tokio::test]
async fn heavy_contention_always_makes_progress() {
    let Some(stage) = postgres(Options {
        connections: 4,
        ..slow()
    })
    .await
    else {
        return;
    };
    stage.database.write(insert("a")).await.unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    // The first four are in conflict whatever the machine does.
    let start = Arc::new(Barrier::new(4));
    let mut likes = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (database, runs, start) = (stage.database.clone(), Arc::clone(&runs), Arc::clone(&start));
        likes.spawn(async move {
            let write = database.write(move |conn| {
                let likes: i64 = conn
                    .one("SELECT likes FROM stories WHERE title = 'a'", &[])?
                    .take()?;
                if runs.fetch_add(1, Ordering::Relaxed) < 4 {
                    start.wait();
                }
                conn.execute("UPDATE stories SET likes = $1 WHERE title = 'a'", &[&(likes + 1)])
            });
            write.await
        });
    }
    let outcomes: Vec<Result<u64, Error>> = likes.join_all().await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let read = stage
        .database
        .read(|conn| conn.one("SELECT likes FROM stories", &[])?.take::<i64>());
    assert_eq!(read.await, Ok::<_, Error>(100));
    assert!(runs.load(Ordering::Relaxed) > 100, "there was no conflict");
}

#[tokio::test]
async fn ordered_writes_wait_for_each_other_and_run_once() {
    let Some(stage) = postgres(Options {
        connections: 4,
        ..slow()
    })
    .await
    else {
        return;
    };
    stage.database.write(insert("a")).await.unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let mut takers = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (database, runs) = (stage.database.clone(), Arc::clone(&runs));
        takers.spawn(async move {
            let taken: Result<i64, Error> = database
                .write_ordered(0, move |conn| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    conn.one(
                        "UPDATE stories SET likes = likes + 1 WHERE title = 'a' RETURNING likes",
                        &[],
                    )?
                    .take()
                })
                .await;
            taken
        });
    }
    let mut taken: Vec<i64> = takers.join_all().await.into_iter().map(Result::unwrap).collect();
    taken.sort_unstable();
    assert_eq!(taken, (1..=100).collect::<Vec<i64>>());
    assert_eq!(runs.load(Ordering::Relaxed), 100, "none had to be run again");
}

#[tokio::test]
async fn writes_are_serializable() {
    let Some(stage) = postgres(Options {
        connections: 2,
        ..slow()
    })
    .await
    else {
        return;
    };
    // Both look before either writes: without serializable transactions both would find nothing and insert.
    let both_looked = Arc::new(Barrier::new(2));
    let insert_first = |title: &'static str| {
        let (both_looked, runs) = (Arc::clone(&both_looked), AtomicUsize::new(0));
        stage.database.write(move |conn| {
            let stories: i64 = conn
                .one("SELECT CAST(COUNT(*) AS BIGINT) FROM stories", &[])?
                .take()?;
            if runs.fetch_add(1, Ordering::Relaxed) == 0 {
                both_looked.wait();
            }
            if stories == 0 { insert(title)(conn) } else { Ok(0) }
        })
    };
    let (one, two) = tokio::join!(insert_first("a"), insert_first("b"));
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    assert_eq!(titles(&stage.database).await.len(), 1);
}

#[tokio::test]
async fn a_commit_that_gets_no_answer_has_an_unknown_outcome() {
    for (mode, kept) in [(Mode::CutBefore("COMMIT"), 0), (Mode::CutAfter("COMMIT"), 1)] {
        let Some((database, proxy)) = proxied(Options::default()).await else {
            return;
        };
        proxy.set(mode);
        assert_eq!(
            database.write(insert("a")).await,
            Err(Error::OutcomeUnknown),
            "{mode:?}"
        );
        assert_eq!(titles(&database).await.len(), kept, "{mode:?}");
    }
}

#[tokio::test]
async fn a_connection_that_is_lost_before_the_commit_loses_nothing() {
    for mode in [
        Mode::CutBefore("BEGIN"),
        Mode::CutBefore("INSERT"),
        Mode::CutAfter("INSERT"),
    ] {
        let Some((database, proxy)) = proxied(Options::default()).await else {
            return;
        };
        proxy.set(mode);
        assert_eq!(database.write(insert("a")).await, Ok(1), "{mode:?}");
        assert_eq!(titles(&database).await, ["a"], "{mode:?}");
    }
}

#[tokio::test]
async fn connections_that_died_in_their_sleep_are_replaced_unnoticed() {
    let Some((database, proxy)) = proxied(Options {
        connections: 2,
        ..slow()
    })
    .await
    else {
        return;
    };
    for round in ["a", "b", "c", "d"] {
        proxy.cut();
        titles(&database).await;
        proxy.cut();
        assert_eq!(database.write(insert(round)).await, Ok(1));
    }
    let kill =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test%' AND datname = '";
    let name: Result<String, Error> = database
        .read(|conn| conn.one("SELECT CAST(current_database() AS TEXT)", &[])?.take())
        .await;
    administrate(&server().unwrap(), &format!("{kill}{}'", name.unwrap())).await;
    assert_eq!(database.write(insert("e")).await, Ok(1));
    assert_eq!(titles(&database).await.len(), 5);
}

#[tokio::test]
async fn while_the_server_is_away_everyone_is_told_quickly_and_it_heals_by_itself() {
    let Some((database, proxy)) = proxied(slow()).await else {
        return;
    };
    database.write(insert("a")).await.unwrap();
    for _ in 0..2 {
        proxy.set(Mode::Refuse);
        proxy.cut();
        let start = Instant::now();
        for _ in 0..100 {
            let read = database.read(|conn| conn.one("SELECT 1", &[]).map(drop));
            assert_eq!(read.await, Err(Error::Unavailable));
            assert_eq!(database.write(insert("b")).await, Err(Error::Unavailable));
        }
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        assert_eq!(database.gauges().writes_waiting, 0);

        proxy.set(Mode::Carry);
        while database.read(|conn| conn.one("SELECT 1", &[]).map(drop)).await == Err(Error::Unavailable) {
            assert!(start.elapsed() < Duration::from_secs(20), "it does not heal");
            tokio::task::yield_now().await;
        }
        assert_eq!(titles(&database).await, ["a"]);
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_costs_its_connection_and_no_more() {
    let options = Options {
        connections: 1,
        statement_timeout: Duration::from_millis(100),
        write_deadline: Duration::from_millis(500),
        connect_timeout: Duration::from_secs(2),
        ..Options::default()
    };
    let Some((database, proxy)) = proxied(options).await else {
        return;
    };
    let start = Instant::now();
    proxy.set(Mode::Silence);
    assert!(matches!(
        database.write(insert("a")).await,
        Err(Error::Deadline | Error::Unavailable)
    ));
    proxy.set(Mode::Carry);
    while database.write(insert("b")).await.is_err() {
        assert!(start.elapsed() < Duration::from_secs(20), "it does not heal");
        tokio::task::yield_now().await;
    }
    assert_eq!(titles(&database).await, ["b"]);
}

#[tokio::test]
async fn closing_leaves_behind_what_waits_for_a_server_that_fell_silent() {
    let Some((database, proxy)) = proxied(slow()).await else {
        return;
    };
    proxy.set(Mode::Silence);
    let mut write = Box::pin(database.write(insert("a")));
    let taken = async {
        while database.gauges().writes_waiting > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        done = &mut write => panic!("{done:?}"),
        () = taken => {}
    }
    let start = Instant::now();
    assert!(!database.close_within(Duration::from_millis(100)));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test]
async fn closing_within_a_time_still_finishes_what_was_queued() {
    let Some((database, _proxy)) = proxied(slow()).await else {
        return;
    };
    let mut write = Box::pin(database.write(insert("a")));
    tokio::select! {
        biased;
        done = &mut write => panic!("{done:?}"),
        () = std::future::ready(()) => {}
    }
    assert!(database.close_within(Duration::from_secs(10)));
    assert_eq!(write.await, Ok(1));
}

#[test]
fn a_server_that_never_answers_does_not_hold_the_start_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://child@{}/tales", listener.local_addr().unwrap());
    let options = Options {
        connect_timeout: Duration::from_millis(200),
        ..Options::default()
    };
    let start = Instant::now();
    let opened = Database::open(Target::parse(&url).unwrap(), options);
    assert_eq!(opened.err(), Some(Error::Unavailable));
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_server_that_is_not_there_yet_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://child@{}/tales", listener.local_addr().unwrap());
    let options = Options {
        connect_timeout: Duration::from_secs(2),
        ..Options::default()
    };
    let attempts = std::thread::spawn(move || {
        for _ in 0..2 {
            drop(listener.accept().unwrap());
        }
    });
    let opened = Database::open(Target::parse(&url).unwrap(), options);
    assert_eq!(opened.err(), Some(Error::Unavailable));
    assert!(attempts.is_finished(), "it was tried once");
}

#[test]
fn a_mistake_in_the_settings_is_told_at_once() {
    let Some(server) = server() else { return };
    let (address, _) = server.rsplit_once('/').unwrap();
    let target = Target::parse(&format!("{address}/no_such_database")).unwrap();
    let options = Options {
        connect_timeout: Duration::from_secs(30),
        ..Options::default()
    };
    let start = Instant::now();
    assert!(matches!(
        Database::open(target, options).err(),
        Some(Error::Sql(_))
    ));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn a_server_that_is_not_there_or_has_no_such_database_is_said_at_the_start() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let options = Options {
        connect_timeout: Duration::from_millis(300),
        ..Options::default()
    };
    let open = |url: &str| Database::open(Target::parse(url).unwrap(), options.clone()).err();
    assert_eq!(
        open(&format!("postgres://child@{free}/tales")),
        Some(Error::Unavailable)
    );
    let Some(server) = server() else { return };
    let (address, _) = server.rsplit_once('/').unwrap();
    let missing = open(&format!("{address}/no_such_database"));
    assert!(matches!(missing, Some(Error::Sql(text)) if text.contains("3D000")));
}

#[tokio::test]
async fn a_connection_is_renewed_after_its_time() {
    for (conn_max_age, renewed) in [(Duration::ZERO, true), (Duration::from_secs(600), false)] {
        let options = Options {
            connections: 1,
            conn_max_age,
            ..slow()
        };
        let Some(stage) = postgres(options).await else {
            return;
        };
        let process = || {
            stage
                .database
                .read(|conn| conn.one("SELECT pg_backend_pid()", &[])?.take::<i64>())
        };
        let (one, two): (Result<_, Error>, _) = (process().await, process().await);
        assert_eq!(one.unwrap() != two.unwrap(), renewed);
    }
}

#[tokio::test]
async fn a_connection_keeps_a_bounded_number_of_prepared_statements() {
    let Some(stage) = postgres(Options {
        connections: 1,
        ..slow()
    })
    .await
    else {
        return;
    };
    let read = stage.database.read_within(Duration::from_secs(10), |conn| {
        for number in 0..300 {
            conn.one(&format!("SELECT {number}"), &[])?;
            conn.one("SELECT 0", &[])?;
        }
        conn.one("SELECT CAST(COUNT(*) AS BIGINT) FROM pg_prepared_statements", &[])?
            .take::<i64>()
    });
    let kept = read.await.map_err(|error: Error| error).unwrap();
    assert!((100..=130).contains(&kept), "{kept}");
}

#[tokio::test]
async fn a_statement_whose_result_changes_with_the_schema_is_prepared_again() {
    let Some(stage) = postgres(Options {
        connections: 1,
        ..slow()
    })
    .await
    else {
        return;
    };
    let all = || {
        stage
            .database
            .read(|conn| conn.query("SELECT * FROM comments", &[]).map(drop))
    };
    let none = || {
        stage
            .database
            .write(|conn| conn.query("SELECT * FROM comments", &[]).map(drop))
    };
    let more = |sql: &'static str| stage.database.write(move |conn| conn.batch(sql));
    all().await.map_err(|error: Error| error).unwrap();
    more("ALTER TABLE comments ADD COLUMN hidden BOOLEAN")
        .await
        .map_err(|error: Error| error)
        .unwrap();
    assert_eq!(all().await, Ok::<_, Error>(()));
    more("ALTER TABLE comments ADD COLUMN deleted BOOLEAN")
        .await
        .map_err(|error: Error| error)
        .unwrap();
    assert_eq!(none().await, Ok::<_, Error>(()));
}

#[tokio::test]
async fn a_value_that_does_not_fit_its_column_is_refused() {
    let Some(stage) = postgres(Options::default()).await else {
        return;
    };
    let write = stage.database.write(|conn| {
        conn.execute(
            "INSERT INTO stories (likes, title) VALUES ($2, $1)",
            &[&"a", &5_000_000_000_i64],
        )
    });
    assert_eq!(
        write.await,
        Err(Error::Sql("the value of $2 does not fit int4".to_owned()))
    );
}

#[tokio::test]
async fn a_sum_without_a_cast_is_refused() {
    let Some(stage) = postgres(Options::default()).await else {
        return;
    };
    let read = stage
        .database
        .read(|conn| conn.one("SELECT SUM(id) AS total FROM stories", &[]).map(drop));
    assert_eq!(
        read.await,
        Err(Error::Sql(
            "column total is numeric, which needs a CAST".to_owned()
        ))
    );
}

/// Limits that a slow machine does not reach.
fn slow() -> Options {
    let long = Duration::from_secs(30);
    Options {
        read_deadline: long,
        write_deadline: long,
        statement_timeout: long,
        ..Options::default()
    }
}

/// A migrated database behind a wire.
async fn proxied(options: Options) -> Option<(Database, Proxy)> {
    let url = create_database(&server()?).await;
    let proxy = Proxy::to(&url);
    let database = Database::open(Target::parse(&proxy.url(&url)).unwrap(), options).unwrap();
    database.migrate(&SCHEMA).unwrap();
    Some((database, proxy))
}

#[tokio::test]
async fn a_connection_that_had_room_for_a_large_message_is_replaced_and_no_other() {
    let Some(stage) = postgres(Options {
        connections: 1,
        roomy: Duration::ZERO,
        ..slow()
    })
    .await
    else {
        return;
    };
    let backend = async || {
        let read = |conn: &mut Conn<'_>| conn.one("SELECT pg_backend_pid()", &[])?.take::<i64>();
        stage.database.read(read).await.unwrap()
    };
    let write = async |title: String| {
        let write = stage
            .database
            .write(move |conn| conn.execute("INSERT INTO stories (title) VALUES ($1)", &[&title]));
        write.await.unwrap()
    };
    let first = backend().await;
    write("small".to_owned()).await;
    assert_eq!(backend().await, first, "it has nothing to give back");

    write("large".repeat(20_000)).await;
    // It is replaced in a moment in which nothing waits for it.
    let deadline = Instant::now() + Duration::from_secs(20);
    while backend().await == first {
        assert!(Instant::now() < deadline, "it keeps its room");
    }
    let second = backend().await;
    write("as small".to_owned()).await;
    assert_eq!(backend().await, second, "the new one has none");
}
