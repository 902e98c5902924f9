//! A backup that is killed in the middle.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use database::{Dialect, Error};
use tempfile::TempDir;

use crate::place::Place;
use crate::tools::{must, names, with_database};

/// Enough that a backup takes a while: 48 MB.
const PIECES: i64 = 500;

#[test]
fn kill_9_leaves_nothing_that_looks_finished_and_the_next_one_cleans_up() {
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    place.create_account("keeper@example.org");
    with_database(place.url(), |conn| {
        let picture =
            "INSERT INTO pictures (hash, kind, bytes, created_at) VALUES ('h', 'png', 1, 1) RETURNING id";
        let picture: i64 = conn.one(picture, &[])?.take()?;
        let noise = match conn.dialect() {
            Dialect::Sqlite => "randomblob(96000)",
            Dialect::Postgres => {
                "(SELECT decode(string_agg(md5(random()::text), ''), 'hex') FROM generate_series(1, 6000))"
            }
        };
        for number in 0..PIECES {
            let insert =
                format!("INSERT INTO picture_pieces (picture_id, number, data) VALUES ($1, $2, {noise})");
            conn.execute(&insert, &[&picture, &number])?;
        }
        Ok::<_, Error>(())
    });
    let to = folder.path().to_str().unwrap();
    let mut backup = place.command(&["backup", "--to", to]);
    let mut running = backup.stdout(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    let grown = || {
        let entries = fs::read_dir(folder.path()).unwrap();
        entries
            .flatten()
            .any(|entry| entry.metadata().is_ok_and(|found| found.len() > 1 << 20))
    };
    while !grown() {
        assert!(start.elapsed() < Duration::from_secs(60), "no backup began");
        std::thread::yield_now();
    }
    running.kill().unwrap();
    assert!(
        !running.wait().unwrap().success(),
        "it was killed before it was done"
    );

    let left = names(folder.path());
    assert!(left.len() == 1 && left[0].ends_with(".unfinished"), "{left:?}");
    must(&mut place.command(&["backup", "--to", to]));
    let left = names(folder.path());
    assert!(left.len() == 1 && left[0].ends_with(".jsonl.gz"), "{left:?}");
}
