//! Only acknowledged means durable: what a client was told is stored is there afterwards, whatever happens to the server.
//!
//! These tests run the program itself, as a child process, and take it down while fifty connections write.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod disk;
mod ledger;
mod place;
mod rooms;
mod server;
mod writers;

use std::time::{Duration, Instant};

use ledger::Ledger;
use place::Place;
use writers::{ATTEMPTS, People};

/// How often the server is killed.
const ROUNDS: usize = 20;
/// How long an orderly stop may take.
const STOP_WITHIN: Duration = Duration::from_secs(5);

#[test]
fn kill_9_loses_nothing_that_was_acknowledged() {
    let place = Place::new();
    let mut ledger = Ledger::default();
    let mut server = place.start();
    let people = People::sign_in(&place, &server);
    for round in 0..ROUNDS {
        // From among the first writes of a round to among the last.
        let moment = ATTEMPTS / 50 + round * ATTEMPTS / (ROUNDS + 2);
        let acknowledged = people.write(&server, round, moment, || server.kill());
        assert!(
            acknowledged.len() >= moment,
            "round {round} ended before it was broken off"
        );
        ledger.note(&acknowledged);
        server.wait(STOP_WITHIN);
        server = place.start();
        place.check_integrity();
        ledger.compare_with(&place);
    }
    assert!(people.can_still_write(&server));
    assert!(
        ledger.len() > ROUNDS * ATTEMPTS / 4,
        "{} writes prove little",
        ledger.len()
    );
}

#[test]
fn an_orderly_stop_is_quick_and_loses_nothing() {
    let place = Place::new();
    let server = place.start();
    let people = People::sign_in(&place, &server);
    let mut asked = None;
    let acknowledged = people.write(&server, 0, ATTEMPTS / 3, || {
        asked = Some(Instant::now());
        server.terminate();
    });
    let status = server.wait(STOP_WITHIN * 2);
    let took = asked.map(|asked| asked.elapsed());
    assert!(status.success(), "{status}");
    assert!(took.is_some_and(|took| took <= STOP_WITHIN), "{took:?}");
    let mut ledger = Ledger::default();
    ledger.note(&acknowledged);
    place.check_integrity();
    ledger.compare_with(&place);
}

#[test]
fn the_next_start_knows_how_the_last_one_ended() {
    let place = Place::new();
    let killed = place.start();
    killed.kill();
    killed.wait(STOP_WITHIN);
    let stopped = place.start();
    stopped.terminate();
    stopped.wait(STOP_WITHIN * 2);
    let _running = place.start();
    let runs = place.query("SELECT stopped_at IS NOT NULL FROM ops_runs ORDER BY id");
    let is_clean: Vec<bool> = runs.into_iter().map(|mut run| run.take().unwrap()).collect();
    assert_eq!(is_clean, [false, true, false]);
}
