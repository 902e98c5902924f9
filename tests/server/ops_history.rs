//! The past that the console shows: one row a minute in a ring, every start of the server, bytes out by month.

use database::Conn;
use tinytales::clock::{DAY, MINUTE};
use tinytales::ops::history::{self, Ending, Point, Run, store};

use crate::ops_console::admin_at_console;
use crate::support::World;

impl World {
    /// Lets a minute pass and be noted.
    fn minute(&self) {
        self.advance(MINUTE);
        self.run(history::record(&self.app));
    }

    fn curve(&self) -> Vec<Point> {
        let since = self.app.clock.now() - DAY;
        self.sql(move |conn| store::curve(conn, since, MINUTE))
    }

    fn runs(&self) -> Vec<Run> {
        self.sql(store::runs)
    }

    fn endings(&self) -> Vec<Ending> {
        let (own, now) = (self.app.history.run(), self.app.clock.now());
        self.runs()
            .iter()
            .map(|run| run.ending(own, false, now))
            .collect()
    }
}

#[test]
fn a_minute_is_noted_with_what_happened_in_it() {
    let world = World::new();
    world.uses(10);
    let mira = world.child("Mira");
    for _ in 0..3 {
        mira.get("/api/auth/profile/").ok();
    }
    world.guest().get("/healthz").ok();
    world.minute();
    mira.get("/api/auth/profile/").ok();
    world.minute();
    let points = world.curve();
    let [first, second] = points.as_slice() else {
        panic!("two minutes: {points:?}")
    };
    assert_eq!((first.requests, second.requests), (3, 1));
    assert_eq!((first.errors, first.refusals), (0, 0));
    assert_eq!(first.people, 1);
    assert_eq!(first.resident, (world.app.envelope.limit() / 100 * 10) as i64);
    assert!(first.p50.is_some() && first.p50 <= first.p99);
}

#[test]
fn a_minute_is_noted_once() {
    let world = World::new();
    world.minute();
    world.run(history::record(&world.app));
    assert_eq!(world.curve().len(), 1);
}

#[test]
fn the_ring_does_not_grow() {
    let world = World::new();
    let beginning = world.app.clock.now();
    world.sql(move |conn| {
        (0..store::SLOTS * 2).try_for_each(|number| {
            let minute = history::Minute {
                at: beginning + number * MINUTE,
                ..history::Minute::default()
            };
            store::note(conn, &minute)
        })
    });
    let rows = world.dump("ops_minutes");
    assert_eq!(rows.len() as i64, store::SLOTS);
}

#[test]
fn history_outlives_the_server() {
    let mut world = World::new();
    world.guest().get("/api/").ok();
    world.minute();
    let before = world.curve();
    let sent = world.app.traffic.snapshot(0).bytes_out_month;
    world.restart();
    assert_eq!(world.curve(), before);
    let month = world.app.traffic.snapshot(0).bytes_out_month;
    assert!(sent > 0 && month >= sent, "{month} after {sent}");
    assert_eq!(world.endings(), [Ending::Running, Ending::Clean]);
    let text = admin_at_console(&world).get("/ops").text();
    assert!(text.contains("Stopped in order") && text.contains(">Runs<"));
}

#[test]
fn an_end_without_a_word_is_shown() {
    let mut world = World::new();
    world.restart();
    world.sql(|conn: &mut Conn<'_>| {
        let (peak, limit) = (500_i64 << 20, 512_i64 << 20);
        conn.execute(
            "UPDATE ops_runs SET stopped_at = NULL, peak = $1, memory_limit = $2 WHERE stopped_at IS NOT NULL",
            &[&peak, &limit],
        )
    });
    world.advance(10 * MINUTE);
    assert_eq!(world.endings(), [Ending::Running, Ending::Unclean]);
    let text = admin_at_console(&world).get("/ops").text();
    assert!(text.contains("Ended without a word, probably killed for its memory"));
    world.restart();
    assert_eq!(world.app.history.unclean(), 1);
}

#[test]
fn the_last_fifty_starts_are_kept() {
    let world = World::new();
    let now = world.app.clock.now();
    let newest = world.sql(move |conn| {
        let starts = (1..=60).map(|number| store::open_run(conn, "0", now + number, 0));
        starts.collect::<Result<Vec<_>, _>>()
    });
    let runs = world.runs();
    assert_eq!(runs.len(), 50);
    assert_eq!(Some(&runs[0].id), newest.last());
}

#[test]
fn bytes_begin_anew_with_the_month() {
    let world = World::new();
    world.guest().get("/api/openapi.json").ok();
    world.minute();
    let march = world.app.traffic.snapshot(0).bytes_out_month;
    assert!(march > 10_000, "{march}");
    world.advance(31 * DAY);
    world.minute();
    let april = world.app.traffic.snapshot(0).bytes_out_month;
    assert!(april < 10_000, "{april}");
    assert_eq!(world.dump("ops_months").len(), 2);
}

#[test]
fn minutes_wait_while_the_database_is_away_and_an_hour_of_them_at_most() {
    let world = World::new();
    world.minute();
    assert_eq!(world.app.history.waiting(), 0);
    world.app.database.close();
    for _ in 0..3 {
        world.minute();
    }
    assert_eq!(world.app.history.waiting(), 3);
    for _ in 0..100 {
        world.minute();
    }
    assert_eq!(world.app.history.waiting(), 60);
}

#[test]
fn the_console_shows_the_present_while_the_database_is_away() {
    let world = World::new();
    let admin = admin_at_console(&world);
    admin.get("/ops").status(200);
    world.app.database.close();
    let page = admin.get("/ops");
    page.status(200);
    assert!(page.text().contains("The database does not answer."));
    world.advance(MINUTE);
    admin.get("/ops").status(200);
    admin.get("/ops/panel").status(200);
    world.advance(15 * MINUTE);
    let page = admin.get("/ops");
    page.status(503);
    assert!(page.text().contains("its database does not answer"));
    assert!(page.header("retry-after").is_some());
}
