//! What happens while somebody stands between the door of a room and their seat, or has just left it.

use std::thread;
use std::time::Duration;

use database::Dialect;

use crate::held_up::{HeldUp, is_held_up, until};
use crate::support::World;

#[test]
fn a_second_tab_is_written_where_the_first_could_not_be() {
    let world = World::new();
    let id = world.child("Mia").id();
    let enter = || world.run(world.app.live.presence.enter(&world.app, "somewhere", id));
    thread::scope(|scope| {
        let held = match world.app.database.dialect() {
            Dialect::Sqlite => HeldUp::writes(&world, scope),
            Dialect::Postgres => HeldUp::table(&world, scope, "LOCK TABLE presence IN ACCESS EXCLUSIVE MODE"),
        };
        let first = scope.spawn(enter);
        until("the first one is written", || is_held_up(&world));
        thread::sleep(Duration::from_millis(1200));
        let second = scope.spawn(enter);
        // Longer than the first write may take, and shorter than the second one's.
        thread::sleep(Duration::from_secs(1));
        held.go_on();
        assert!(first.join().unwrap().is_err());
        assert!(second.join().unwrap().unwrap(), "has come");
    });
    assert_eq!(
        world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM presence WHERE place = 'somewhere'"),
        1
    );
    assert!(!enter().unwrap(), "is here");
    let leave = || world.run(world.app.live.presence.leave(&world.app, "somewhere", id));
    assert_eq!(
        [leave(), leave(), leave()].map(Result::unwrap),
        [false, false, true]
    );
}
