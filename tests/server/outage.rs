//! PostgreSQL goes away and comes back: nobody is left hanging, and nobody has to start the server again.

#[path = "../../crates/database/tests/common/proxy.rs"]
#[expect(
    dead_code,
    reason = "the other ways to cut a wire are for the tests of the database crate"
)]
pub mod proxy;

use std::thread;
use std::time::{Duration, Instant};

use database::Target;
use serde_json::json;

use self::proxy::{Mode, Proxy};
use crate::support::{Client, OwnDatabase, World};

const LIBRARY: &str = "/api/stories/?public=true";
/// How long it is away. The wait for it is real: so are the attempts to connect meanwhile.
const AWAY: Duration = Duration::from_secs(3);
/// How long the server may take to find it again.
const HEALED_WITHIN: Duration = Duration::from_secs(5);
/// How long an operator waits for the end.
const STOPPED_WITHIN: Duration = Duration::from_secs(5);
const BETWEEN: Duration = Duration::from_millis(100);

#[test]
fn while_postgresql_is_away_everybody_is_told_when_to_come_back_and_then_it_heals() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnDatabase::create(folder.path());
    if let OwnDatabase::File(_) = own {
        return;
    }
    let wire = Proxy::to(&own.url());
    let world = World::with(|config| config.database = Target::parse(&wire.url(&own.url())).unwrap());
    let mira = world.child("Mira");
    mira.get(LIBRARY).ok();

    wire.set(Mode::Refuse);
    wire.cut();
    let gone_at = Instant::now();
    let mut told = 0;
    while gone_at.elapsed() < AWAY {
        told += usize::from(is_told_to_come_back(&world.guest()));
        let like = mira.post("/api/stories/1000000/like/", json!({}));
        assert_eq!(like.status, 503, "{like:?}");
        thread::sleep(BETWEEN);
    }
    assert!(told > 0);
    world.guest().get("/healthz").status(200);

    wire.set(Mode::Carry);
    let back_at = Instant::now();
    while is_told_to_come_back(&world.guest()) {
        assert!(
            back_at.elapsed() < HEALED_WITHIN,
            "it does not find its database again"
        );
        thread::sleep(BETWEEN);
    }
    mira.get("/api/auth/profile/").ok();
}

#[test]
fn a_database_that_fell_silent_does_not_hold_the_end_up() {
    let folder = tempfile::tempdir().unwrap();
    let own = OwnDatabase::create(folder.path());
    if let OwnDatabase::File(_) = own {
        return;
    }
    let wire = Proxy::to(&own.url());
    let world = World::with(|config| config.database = Target::parse(&wire.url(&own.url())).unwrap());
    world.child("Mira").get(LIBRARY).ok();
    let now = world.app.clock.now();
    world.app.views.count(1_000_000, None, "192.0.2.1", now);

    wire.set(Mode::Silence);
    let asked_at = Instant::now();
    drop(world);
    let took = asked_at.elapsed();
    assert!(took < STOPPED_WITHIN, "{took:?}");
}

/// Whether the library answers 503 with `Retry-After`; anything else must be the library.
#[track_caller]
fn is_told_to_come_back(guest: &Client) -> bool {
    let answer = guest.get(LIBRARY);
    if answer.status == 200 {
        return false;
    }
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
    true
}
