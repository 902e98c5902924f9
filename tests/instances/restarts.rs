//! What stands behind the instances goes away in the middle of drawing, and comes back.

use std::time::{Duration, Instant};

use crate::drawing::{assert_none_twice, named};
use crate::people::{Line, Person};
use crate::site::{Instance, Layer, Site, eventually};

/// How long after its return everybody has to have everything.
const RESYNCED_WITHIN: Duration = Duration::from_secs(5);
/// What each draws meanwhile.
const STROKES: usize = 10;

/// Mia on one instance and Ben on another, and Zoe, who looks on beside Ben.
struct Class {
    site: Site,
    here: Instance,
    there: Instance,
    session: String,
    mia: Person,
    ben: Person,
    zoe: Person,
    at_mia: Line,
    at_ben: Line,
    at_zoe: Line,
}

impl Class {
    fn new(layer: Layer) -> Self {
        let site = Site::new(layer);
        let [here, there] = [site.start(), site.start()];
        let [mia, ben, zoe] = ["mia", "ben", "zoe"].map(|name| Person::new(&site, &here, name));
        let (session, code) = mia.hosts(&here);
        for guest in [&ben, &zoe] {
            guest.joins(&here, &code);
        }
        let mut class = Self {
            at_mia: mia.enters(&here, &session),
            at_ben: ben.enters(&there, &session),
            at_zoe: zoe.enters(&there, &session),
            site,
            here,
            there,
            session,
            mia,
            ben,
            zoe,
        };
        let before = named("before", STROKES);
        class.at_mia.draws(&before);
        for line in [&mut class.at_ben, &mut class.at_zoe] {
            assert_eq!(line.sees(STROKES), before);
            // On the canvas from now on: whoever comes to one later is shown all of it once more.
            assert_eq!(line.is_shown(STROKES), before);
        }
        class
    }
}

impl Class {
    fn lose_redis(&mut self) {
        self.site.redis.as_mut().unwrap().kill();
        for instance in [&self.here, &self.there] {
            eventually("the loss is noticed", || !instance.is_connected());
        }
    }

    fn give_redis_back(&mut self) -> Instant {
        self.site.redis.as_mut().unwrap().start_again();
        Instant::now()
    }

    /// Nobody is shown anything a second time, and whoever comes is shown what all the others have.
    fn is_whole(&mut self) {
        for instance in [&self.here, &self.there] {
            eventually("the instances hear each other", || instance.is_connected());
        }
        let last = named("last", 1);
        self.at_mia.draws(&last);
        assert_eq!(self.at_ben.sees(1), last, "and nothing before that");
        assert_eq!(self.at_zoe.sees(1), last, "and nothing before that");
        let log = self.site.log();
        assert_none_twice(&log);
        let mut newcomer = self.zoe.enters(&self.here, &self.session);
        assert_eq!(newcomer.is_shown(log.len()), log);
    }
}

#[test]
#[ignore = "several instances need PostgreSQL: cargo xtask test --only postgres"]
fn when_redis_comes_back_what_was_drawn_meanwhile_is_shown_to_those_elsewhere() {
    let mut class = Class::new(Layer::Redis);
    class.lose_redis();
    let by_mia = named("mia", STROKES);
    class.at_mia.draws(&by_mia);
    class.at_mia.is_acknowledged(class.mia.id);
    let back = class.give_redis_back();
    assert_eq!(class.at_ben.sees(STROKES), by_mia);
    assert_eq!(class.at_zoe.sees(STROKES), by_mia);
    assert!(back.elapsed() < RESYNCED_WITHIN, "after {:?}", back.elapsed());
    class.is_whole();
}

#[test]
#[ignore = "several instances need PostgreSQL: cargo xtask test --only postgres"]
fn while_redis_is_away_the_room_keeps_one_order() {
    let mut class = Class::new(Layer::Redis);
    class.lose_redis();
    let (by_mia, by_ben) = (named("mia", STROKES), named("ben", STROKES));
    class.at_mia.draws(&by_mia);
    let mut seen_by_mia = class.at_mia.is_acknowledged(class.mia.id);
    class.at_ben.draws(&by_ben);
    let mut seen_by_ben = class.at_ben.is_acknowledged(class.ben.id);
    let back = class.give_redis_back();
    seen_by_ben.extend(class.at_ben.sees(STROKES - seen_by_ben.len()));
    assert_eq!(seen_by_ben, by_mia);
    seen_by_mia.extend(class.at_mia.sees(STROKES - seen_by_mia.len()));
    assert_eq!(seen_by_mia, by_ben);
    let seen_by_zoe = class.at_zoe.sees(2 * STROKES);
    assert!(back.elapsed() < RESYNCED_WITHIN, "after {:?}", back.elapsed());
    assert_eq!(
        seen_by_zoe,
        class.site.log()[STROKES..],
        "in the order of the log"
    );
    class.is_whole();
}
