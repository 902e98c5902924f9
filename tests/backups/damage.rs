//! Backups that must not be restored, and databases that must not be restored into.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use database::{Options, Target};
use proptest::prelude::*;
use tempfile::TempDir;
use tinytales::backup;

use crate::place::Place;
use crate::tools::{back_up, forge, must, restore, run, tables, with_database};

/// A place with one account, and a backup of it.
fn backed_up() -> (Place, TempDir) {
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    place.create_account("keeper@example.org");
    back_up(&place, &folder.path().join("good"));
    (place, folder)
}

fn refusal(place: &Place, file: &Path) -> String {
    let (succeeded, said) = run(&mut place.command(&["restore", file.to_str().unwrap()]));
    assert!(!succeeded, "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
    said
}

#[test]
fn a_backup_is_its_owners_alone() {
    let (place, folder) = backed_up();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.path().join("good")), 0o600);
    let inside = folder.path().join("a/b");
    must(&mut place.command(&["backup", "--to", inside.to_str().unwrap()]));
    assert_eq!(mode(&inside), 0o700);
}

#[test]
fn only_an_empty_database_is_restored_into() {
    let (place, folder) = backed_up();
    let good = folder.path().join("good");
    let said = refusal(&place, &good);
    assert!(said.contains("not empty"), "{said}");
    let said = must(&mut place.command(&["restore", "--if-empty", good.to_str().unwrap()]));
    assert!(said.contains("nothing was restored"), "{said}");
    // A file that does not even exist is not asked for.
    must(&mut place.command(&["restore", "nowhere", "--if-empty"]));
    let after = folder.path().join("after");
    back_up(&place, &after);
    assert_eq!(tables(&good), tables(&after));
}

#[test]
fn nobody_backs_up_an_empty_database_or_over_a_file() {
    let (place, folder) = backed_up();
    let good = folder.path().join("good");
    let (succeeded, said) = run(&mut place.command(&["backup", good.to_str().unwrap()]));
    assert!(!succeeded && said.contains("left alone"), "{said}");
    let (succeeded, said) =
        run(&mut Place::new().command(&["backup", "--to", folder.path().to_str().unwrap()]));
    assert!(!succeeded && said.contains("empty"), "{said}");
}

#[test]
fn a_schema_of_the_future_is_refused() {
    let (_, folder) = backed_up();
    let future = folder.path().join("future");
    forge(&folder.path().join("good"), &future, |header| {
        header["schema"] = 4711.into();
    });
    let said = refusal(&Place::new(), &future);
    assert!(said.contains("schema 4711"), "{said}");
    forge(&folder.path().join("good"), &future, |header| {
        header["tinytales_backup"] = 2.into();
    });
    let said = refusal(&Place::new(), &future);
    assert!(said.contains("form 2"), "{said}");
}

#[test]
fn a_database_of_the_future_is_not_backed_up() {
    let (place, folder) = backed_up();
    let note = "INSERT INTO schema_migrations (number, name, applied_at) VALUES (4711, 'future', 0)";
    with_database(place.url(), move |conn| conn.execute(note, &[]));
    let file = folder.path().join("half");
    let (succeeded, said) = run(&mut place.command(&["backup", file.to_str().unwrap()]));
    assert!(!succeeded && said.contains("has schema 4711"), "{said}");
    assert!(!file.exists());
}

#[test]
fn a_database_that_is_ahead_of_the_backup_is_refused() {
    let (_, folder) = backed_up();
    let past = folder.path().join("past");
    forge(&folder.path().join("good"), &past, |header| {
        header["schema"] = 0.into();
    });
    let ahead = Place::new();
    must(&mut ahead.command(&["migrate"]));
    let said = refusal(&ahead, &past);
    assert!(said.contains("the backup has schema 0"), "{said}");
}

#[test]
fn a_server_that_runs_on_the_same_file_is_not_disturbed() {
    let (_, folder) = backed_up();
    let empty = Place::new();
    let server = empty.start();
    if empty.url().starts_with("sqlite") {
        let said = refusal(&empty, &folder.path().join("good"));
        assert!(said.contains("stop the server"), "{said}");
        server.terminate();
        assert!(server.wait(Duration::from_secs(10)).success());
    }
    // What a server has put into an empty database makes room.
    restore(&empty, &folder.path().join("good"));
}

#[test]
fn whatever_happens_to_a_backup_nothing_else_is_restored() {
    let (_, folder) = backed_up();
    let good = folder.path().join("good");
    let (bytes, expected) = (fs::read(&good).unwrap(), backup::check(&good).unwrap());
    let cases = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(300)
    };
    proptest!(cases, |(place: prop::sample::Index, bit in 0..8_u8, change in 0..3)| {
        let scene = TempDir::new().unwrap();
        let (file, target) = (scene.path().join("bad"), scene.path().join("tinytales.db"));
        let mut bytes = bytes.clone();
        let place = place.index(bytes.len());
        match change {
            0 => bytes[place] ^= 1 << bit,
            1 => bytes.truncate(place),
            _ => bytes.push(bit),
        }
        fs::write(&file, bytes).unwrap();
        let into = backup::Place { target: Target::Sqlite(target.clone()), options: Options::default() };
        match into.restore(&file, Duration::ZERO) {
            Err(_) => prop_assert!(!target.exists()),
            // The packed form has a few bits that mean nothing, such as a time and what fills its last byte.
            Ok(contents) => {
                prop_assert_eq!(&contents.header, &expected.header);
                prop_assert_eq!(&contents.counts, &expected.counts);
            }
        }
    });
}
