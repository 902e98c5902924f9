//! Whose games stay when two versions of the server run side by side, or when a story changes while its games are made.

use std::thread;

use database::Dialect;
use serde_json::json;
use tinytales::games::store::makings::{self, MAKER, Made};
use tinytales::stories::store::known;

use crate::drawings::PAGE_BREAK;
use crate::held_up::{HeldUp, until};
use crate::playground::{KITE, kite};
use crate::support::{Client, World};

fn everything(world: &World) -> [Vec<String>; 3] {
    ["games", "game_questions", "game_makings"].map(|table| world.dump(table))
}

/// Lets the games that there are be those of another maker, who gives other hints.
fn made_by(world: &World, maker: i64) {
    world.sql(move |conn| {
        conn.execute("UPDATE game_makings SET maker = $1", &[&maker])?;
        conn.execute("UPDATE game_questions SET hint = 'By another one'", &[])?;
        Ok(())
    });
}

fn maker(world: &World) -> i64 {
    world.number("SELECT maker FROM game_makings")
}

fn by_another(world: &World) -> i64 {
    world.number(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM game_questions WHERE is_active AND hint = 'By another one'",
    )
}

/// All that makes games: looking, asking for them, and the sweep.
fn ask(world: &World, mira: &Client, story: i64) {
    mira.games(story);
    mira.post("/api/games/generate/", json!({"story_id": story})).ok();
    world.makes_missing_games();
    world.makes_games();
}

#[test]
fn an_older_maker_does_not_replace_a_newer_one() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.publishes_games(kite());
    made_by(&world, MAKER + 1);
    let before = everything(&world);
    ask(&world, &mira, story);
    // Not even when it is told to.
    mira.post(
        "/api/games/generate/",
        json!({"story_id": story, "regenerate": true}),
    )
    .created();
    assert_eq!(everything(&world), before);
    // Another revision of the same text.
    mira.changes(story, json!({"summary": "A kite and a bird."}));
    ask(&world, &mira, story);
    assert_eq!((maker(&world), by_another(&world) > 0), (MAKER + 1, true));
    // Of another text there are no games but those of whoever makes them.
    let mut pages = KITE.to_vec();
    pages.reverse();
    mira.changes(story, json!({"content": pages.join(PAGE_BREAK)}));
    ask(&world, &mira, story);
    assert_eq!((maker(&world), by_another(&world)), (MAKER, 0));
}

#[test]
fn a_newer_maker_replaces_an_older_one_when_somebody_looks_or_by_the_sweep() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.publishes_games(kite());
    for looks in [true, false] {
        made_by(&world, MAKER - 1);
        if looks {
            mira.games(story);
        } else {
            world.makes_missing_games();
        }
        assert_eq!((maker(&world), by_another(&world)), (MAKER, 0));
    }
}

#[test]
fn what_was_made_of_a_text_that_has_changed_meanwhile_is_not_stored() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.publishes_games(kite());
    let text = world
        .sql(move |conn| known::text(conn, story))
        .expect("there is a story");
    let made = Made {
        revision: text.revision,
        text_hash: "of what was read".to_owned(),
        difficulty: "easy",
        games: Vec::new(),
    };
    mira.changes(story, json!({"content": "The end."}));
    let before = everything(&world);
    let now = world.app.clock.now();
    for id in [story, story + 1_000] {
        let made = made.clone();
        assert!(!world.sql(move |conn| makings::put(conn, id, &made, now)));
    }
    assert_eq!(everything(&world), before);
}

#[test]
fn whoever_waits_for_games_of_a_text_that_changes_is_asked_to_come_again() {
    let world = World::new();
    // One writer: who comes first can be said for sure.
    if world.app.database.dialect() != Dialect::Sqlite {
        return;
    }
    let mira = world.child("Mira");
    let story = mira.publishes_games(kite());
    let waiting = |count: usize| world.app.database.gauges().writes_waiting >= count;
    thread::scope(|scope| {
        let held = HeldUp::writes(&world, scope);
        let change = scope.spawn(|| {
            world.sql(move |conn| {
                conn.execute(
                    "UPDATE stories SET revision = revision + 1 WHERE id = $1",
                    &[&story],
                )?;
                conn.execute(
                    "UPDATE story_bodies SET content = 'The end.' WHERE story_id = $1",
                    &[&story],
                )
            })
        });
        until("the change waits", || waiting(1));
        let made = scope.spawn(|| {
            let body = json!({"story_id": story, "regenerate": true});
            mira.post("/api/games/generate/", body)
        });
        until("what was made waits", || waiting(2));
        held.go_on();
        change.join().unwrap();
        made.join().unwrap().refused(503);
    });
    // Nobody has to ask again.
    world.makes_games();
    assert_eq!(mira.games(story)["games"], json!([]));
}
