//! A backup beside fifty connections that write.

use tempfile::TempDir;

use crate::ledger::Ledger;
use crate::place::Place;
use crate::tools::{back_up, names, restore, tables};
use crate::writers::{ATTEMPTS, People};

#[test]
fn a_backup_beside_writers_holds_what_was_acknowledged_before_it() {
    let (place, elsewhere, folder) = (Place::new(), Place::new(), TempDir::new().unwrap());
    let server = place.start();
    let people = People::sign_in(&place, &server);
    let file = folder.path().join("beside writers");
    let moment = ATTEMPTS / 3;
    let acknowledged = people.write(&server, 0, moment, || back_up(&place, &file));
    assert!(
        acknowledged.len() > ATTEMPTS * 9 / 10,
        "the writers were not held up"
    );
    restore(&elsewhere, &file);
    elsewhere.check_integrity();
    let mut before = Ledger::default();
    before.note(&acknowledged[..moment]);
    before.compare_with(&elsewhere);
    // What came back can be lived in.
    let again = elsewhere.start();
    assert!(people.can_still_write(&again));
}

#[test]
fn what_is_restored_is_what_was_there_table_by_table() {
    let (place, elsewhere, folder) = (Place::new(), Place::new(), TempDir::new().unwrap());
    let server = place.start();
    let people = People::sign_in(&place, &server);
    people.write(&server, 0, ATTEMPTS / 10, || {});
    server.terminate();
    assert!(server.wait(std::time::Duration::from_secs(10)).success());
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    back_up(&place, &first);
    restore(&elsewhere, &first);
    back_up(&elsewhere, &second);
    assert_eq!(tables(&first), tables(&second));
    assert_eq!(names(folder.path()), ["first", "second"]);
}
