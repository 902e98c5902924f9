//! Each letter goes out once, wherever a server is stopped, and however many servers write.

use std::collections::BTreeMap;
use std::thread;

use database::Target;
use tinytales::clock::{HOUR, MINUTE, SECOND};
use tinytales::mail::letters::{self, Round, periods, store};

use crate::drawings::plain_story;
use crate::order_letters::world;
use crate::support::World;

const MONDAY: i64 = 1_773_043_200 * SECOND;
/// More than two batches of adults.
const ADULTS: usize = 25;

/// A child with many parents and teachers, on a Monday morning.
fn a_monday() -> World {
    let world = world();
    let mia = world.child("Mia");
    mia.publishes(plain_story("the kettle"));
    for number in 0..ADULTS {
        let name = format!("Adult {number}");
        let adult = if number % 2 == 0 {
            world.parent(&name)
        } else {
            world.teacher(&name)
        };
        world.links(&adult, &mia);
    }
    world.comes_to(MONDAY);
    world
}

#[track_caller]
fn everybody_got_one(world: &World, kind: &str) {
    let mut got: BTreeMap<String, usize> = BTreeMap::new();
    for letter in world.mail() {
        if letter.kind == kind {
            *got.entry(letter.to).or_default() += 1;
        }
    }
    assert_eq!(got.len(), ADULTS, "{kind}");
    let twice: Vec<_> = got.iter().filter(|(_, count)| **count != 1).collect();
    assert!(twice.is_empty(), "{kind}: {twice:?}");
}

#[test]
fn a_server_that_dies_between_batches_and_within_one_sends_each_report_once() {
    let mut world = a_monday();
    let week = periods::week(world.app.clock.now());
    for round in 0.. {
        // It dies with everything written and nothing committed.
        let now = world.app.clock.now();
        let batch = world.run(letters::prepare_weekly(&world.app, &week, 0)).unwrap();
        let (lost, before) = (batch.letters.len(), world.dump("letters").len());
        let letters = batch.letters;
        let died: Result<(), database::Error> = world.run(world.app.database.write(move |conn| {
            assert!(store::post(conn, &letters, now)?);
            Err(database::Error::Missing)
        }));
        assert!(died.is_err());
        assert_eq!(world.dump("letters").len(), before, "round {round}");
        if lost == 0 {
            break;
        }
        // It dies after the commit of one batch, without having told its mailer.
        let batch = world.run(letters::prepare_weekly(&world.app, &week, 0)).unwrap();
        let letters = batch.letters;
        world.sql(move |conn| store::post(conn, &letters, now));
        world.restart();
        world.comes_to(now + MINUTE);
    }
    assert_eq!(world.writes_letters(), Round::Done);
    everybody_got_one(&world, "weekly_report");
}

#[test]
fn a_server_that_is_started_again_after_each_batch_sends_each_report_once() {
    let mut world = a_monday();
    let mut rounds = 0;
    while world.run(letters::round(&world.app, 1)).unwrap() == Round::GoesOn {
        world.restart();
        rounds += 1;
        assert!(rounds < 10);
    }
    assert!(rounds >= ADULTS / letters::TOGETHER);
    everybody_got_one(&world, "weekly_report");
    assert_eq!(
        world
            .dump("letters")
            .iter()
            .filter(|row| row.contains("weekly"))
            .count(),
        ADULTS
    );
}

#[test]
fn an_alert_survives_the_same() {
    let mut world = world();
    let mia = world.child("Mia");
    for number in 0..ADULTS {
        world.links(&world.parent(&format!("Adult {number}")), &mia);
    }
    for number in 0..5 {
        mia.publishes(plain_story(&format!("tale {number}")));
    }
    world.advance(2 * HOUR);
    let mut rounds = 0;
    while world.run(letters::round(&world.app, 1)).unwrap() == Round::GoesOn {
        world.restart();
        rounds += 1;
        assert!(rounds < 20);
    }
    everybody_got_one(&world, "achievement_alert");
    everybody_got_one(&world, "goal_alert");
    // Away for most of a day, it does not begin anew.
    world.advance(20 * HOUR);
    world.restart();
    assert_eq!(world.writes_letters(), Round::Done);
    everybody_got_one(&world, "achievement_alert");
    everybody_got_one(&world, "goal_alert");
}

#[test]
fn several_who_write_at_once_send_each_report_once() {
    let world = a_monday();
    let on_server = matches!(world.app.config.database, Target::Postgres(_));
    let twin = on_server.then(|| world.twin());
    thread::scope(|scope| {
        let writers = [Some(&world), Some(&world), twin.as_ref()];
        for writer in writers.into_iter().flatten() {
            scope.spawn(|| {
                // Who is refused because others write the same looks again, as the next round does.
                let tries = (0..50).map(|_| writer.run(letters::round(&writer.app, usize::MAX)));
                let done = tries.filter_map(Result::ok).any(|round| round == Round::Done);
                assert!(done, "it never came to an end");
            });
        }
    });
    // The twin's mails lie in its own folder.
    let mut all = world.mail();
    if let Some(twin) = &twin {
        all.extend(twin.mail());
    }
    let mut reports: Vec<String> = all
        .into_iter()
        .filter(|letter| letter.kind == "weekly_report")
        .map(|letter| letter.to)
        .collect();
    assert_eq!(reports.len(), ADULTS);
    reports.sort_unstable();
    reports.dedup();
    assert_eq!(reports.len(), ADULTS, "one for each");
}

#[test]
fn a_batch_costs_the_same_for_one_and_for_ten() {
    let few = world();
    few.links(&few.parent("Ana"), &few.child("Mia"));
    few.comes_to(MONDAY);
    let many = a_monday();
    let cost = |world: &World| {
        let week = periods::week(world.app.clock.now());
        let now = world.app.clock.now();
        let mut letters = Vec::new();
        let prepared = world.queries(|| {
            letters = world
                .run(letters::prepare_weekly(&world.app, &week, 0))
                .unwrap()
                .letters;
        });
        let count = letters.len();
        let posted = world.queries(|| {
            let letters = letters.clone();
            world.sql(move |conn| store::post(conn, &letters, now));
        });
        (count, prepared, posted)
    };
    assert_eq!(cost(&few), (1, 2, 3));
    assert_eq!(cost(&many), (letters::TOGETHER, 2, 3));
}
