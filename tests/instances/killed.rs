//! An instance that is killed in the middle of drawing.

use crate::drawing::{assert_none_twice, named, of};
use crate::people::Person;
use crate::site::{Layer, Site};

/// How often an instance is killed.
const ROUNDS: usize = 4;
/// Of these strokes the room has said that it has them, …
const ACKNOWLEDGED: usize = 10;
/// … and these are on their way when the instance is killed. Together less than what a socket may send at once.
const UNDER_WAY: usize = 45;

#[test]
#[ignore = "several instances need PostgreSQL: cargo xtask test --only postgres"]
fn what_somebody_has_seen_outlives_an_instance_over_redis() {
    what_somebody_has_seen_outlives_an_instance(Layer::Redis);
}

#[test]
#[ignore = "several instances need PostgreSQL: cargo xtask test --only postgres"]
fn what_somebody_has_seen_outlives_an_instance_over_postgresql() {
    what_somebody_has_seen_outlives_an_instance(Layer::Postgres);
}

/// Mia draws and Zoe looks on where the instance is killed, Ben stays on the other; Mia and Zoe come back there.
fn what_somebody_has_seen_outlives_an_instance(layer: Layer) {
    let site = Site::new(layer);
    let stays = site.start();
    let [mia, ben, zoe, tom] = ["mia", "ben", "zoe", "tom"].map(|name| Person::new(&site, &stays, name));
    let (session, code) = mia.hosts(&stays);
    for guest in [&ben, &zoe, &tom] {
        guest.joins(&stays, &code);
    }
    let mut at_ben = ben.enters(&stays, &session);
    let mut seen_by_ben = Vec::new();
    for round in 0..ROUNDS {
        let dies = site.start();
        let (mut at_mia, mut at_zoe) = (mia.enters(&dies, &session), zoe.enters(&dies, &session));
        let acknowledged = named(&format!("sure_{round}"), ACKNOWLEDGED);
        at_mia.draws(&acknowledged);
        at_mia.is_acknowledged(mia.id);
        let under_way = named(&format!("quick_{round}"), UNDER_WAY);
        at_mia.draws(&under_way);
        // From soon after the first of them to among the last: every moment between commit and message may be hit.
        let mut seen_by_zoe = at_zoe.sees(ACKNOWLEDGED + (round + 1) * UNDER_WAY / (ROUNDS + 1));
        dies.kill();
        seen_by_zoe.extend(at_zoe.sees(usize::MAX));

        // Who has seen a stroke comes back where the others are, and sees it there; nobody has to draw for that.
        let mut again = zoe.enters(&stays, &session);
        let log = site.log();
        let lost: Vec<_> = acknowledged
            .iter()
            .chain(&seen_by_zoe)
            .filter(|item| !log.contains(item))
            .collect();
        assert!(lost.is_empty(), "round {round}: {lost:?}");
        assert_eq!(again.is_shown(log.len()), log, "round {round}");
        seen_by_ben.extend(at_ben.sees(log.len() - seen_by_ben.len()));
        assert_eq!(seen_by_ben, log, "round {round}: Ben, who has stayed");

        // Then they go on.
        let mut at_mia = mia.enters(&stays, &session);
        let after = named(&format!("after_{round}"), 1);
        at_mia.draws(&after);
        assert_eq!(again.sees(1), after, "round {round}");
        let log = site.log();
        seen_by_ben.extend(at_ben.sees(1));
        assert_eq!(seen_by_ben, log, "round {round}");
        assert_none_twice(&log);
    }
    let log = site.log();
    assert_eq!(
        tom.enters(&stays, &session).is_shown(log.len()),
        log,
        "a newcomer"
    );
    assert!(of(&log, "quick").len() >= UNDER_WAY, "{} prove little", log.len());
    drop(at_ben);
}
