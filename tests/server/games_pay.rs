//! What games pay: nothing for nothing, in full once, a little for practice.

use serde_json::{Value, json};
use tinytales::clock::{DAY, MINUTE, SECOND};

use crate::playground::{Playground, kite, number};

#[test]
fn a_play_pays_what_it_is_worth_once() {
    let playground = Playground::new();
    let Playground { world, ben, quiz, .. } = &playground;
    assert_eq!(playground.pays(ben, 4, 300), json!(60));
    assert_eq!(world.paid(ben, "game_completed"), (60, 1));
    // All right and fast: what it is better, and practice.
    assert_eq!(playground.pays(ben, 5, 60), json!(90 - 60 + 5));
    assert_eq!(playground.pays(ben, 5, 60), json!(5));
    assert_eq!(playground.pays(ben, 0, 60), json!(5));
    assert_eq!(playground.pays(ben, 5, 60), json!(0), "three times a day");
    world.advance(DAY);
    assert_eq!(playground.pays(ben, 5, 60), json!(5));
    assert_eq!(world.paid(ben, "game_completed"), (60 + 35 + 5 + 5 + 5, 5));
    assert!(
        world
            .ledger(ben)
            .iter()
            .all(|(action, object, _)| action != "game_completed" || object == quiz)
    );
    assert_eq!(ben.total("games_completed"), 6);
    world.books_balance();
}

#[test]
fn nothing_pays_nothing() {
    let playground = Playground::new();
    let Playground { world, ben, quiz, .. } = &playground;
    for _ in 0..3 {
        let started = ben.begins(*quiz, json!({"force_new": true}));
        let done = ben.completes(number(&started["attempt_id"]));
        assert_eq!(
            (&done["xp_earned"], &done["score_percentage"], &done["passed"]),
            (&json!(0), &json!(0.0), &json!(false))
        );
    }
    // Empty answers are none.
    let started = ben.starts(*quiz);
    for question in started["questions"].as_array().unwrap() {
        ben.submits(&started, number(&question["id"]), " ");
    }
    assert_eq!(
        ben.completes(number(&started["attempt_id"]))["xp_earned"],
        json!(0)
    );
    assert_eq!(ben.xp(), 0);
    assert_eq!(ben.total("games_completed"), 0);
    assert_eq!(world.ledger(ben), []);
    // And do not spoil the first real play.
    assert_eq!(playground.pays(ben, 5, 300), json!(75));
}

#[test]
fn guessing_fast_and_pausing_long_is_no_speed() {
    let playground = Playground::new();
    let Playground { world, .. } = &playground;
    for (name, right, seconds, expected) in [
        ("Rosa", 5, 1, 75),
        ("Olaf", 5, 14, 75),
        ("Uma", 5, 15, 90),
        ("Vera", 5, 119, 90),
        ("Kim", 5, 120, 75),
        ("Leo", 3, 60, 45),
    ] {
        let child = world.child(name);
        assert_eq!(playground.pays(&child, right, seconds), json!(expected), "{name}");
    }
}

#[test]
fn authors_get_half() {
    let playground = Playground::new();
    let Playground { world, mira, ben, .. } = &playground;
    assert_eq!(playground.pays(mira, 5, 60), json!(45));
    assert_eq!(playground.pays(mira, 5, 60), json!(2));
    assert_eq!(world.paid(mira, "game_completed"), (47, 2));
    let story = number(&ben.get(&format!("/api/games/{}/preview/", playground.quiz)).ok()["story_id"]);
    world.collaborate(story, &[mira.id(), ben.id()]);
    assert_eq!(
        playground.pays(ben, 5, 60),
        json!(45),
        "co-authors know the text, too"
    );
}

#[test]
fn a_start_again_does_not_eat_the_speed_of_the_next_play() {
    let playground = Playground::new();
    let Playground { world, ben, quiz, .. } = &playground;
    playground.pays(ben, 4, 300);
    // The app starts twice more when a game is completed, long before the child plays again.
    for _ in 0..2 {
        ben.begins(*quiz, json!({"force_new": true}));
    }
    world.advance(30 * MINUTE);
    let started = ben.begins(*quiz, json!({"force_new": true}));
    world.answers_all(ben, *quiz, &started, 5);
    world.advance(60 * SECOND);
    let done = ben.completes(number(&started["attempt_id"]));
    assert_eq!(done["time_taken_seconds"], json!(60));
    assert_eq!(done["xp_earned"], json!(90 - 60 + 5));
    let list = ben
        .get(&format!("/api/games/attempt/{}/", started["attempt_id"]))
        .ok();
    assert_eq!(list["started_at"], started["started_at"]);
    assert_eq!(
        ben.get("/api/games/my_stats/").ok()["games_played"],
        json!(2),
        "what was only started is no play"
    );
}

#[test]
fn a_game_is_told_and_may_raise_a_level() {
    let playground = Playground::new();
    let Playground { world, ben, .. } = &playground;
    world.has_xp(ben, 480);
    let mut hears = ben.notifications();
    playground.pays(ben, 5, 60);
    let words = hears.heard();
    let xp = words
        .iter()
        .find(|word| word["action"] == json!("game_completed"))
        .unwrap();
    assert_eq!(
        (&xp["type"], &xp["xp_amount"], &xp["total_xp"], &xp["level"]),
        (&json!("xp_gained"), &json!(90), &json!(570), &json!(2))
    );
    assert!(
        words.iter().any(|word| word["type"] == json!("level_up")),
        "{words:?}"
    );
    // The first game is an achievement, level 2 another one.
    assert_eq!(ben.achievements().len(), 2);
}

#[test]
fn the_missed_questions_come_again() {
    let playground = Playground::new();
    let Playground { world, ben, quiz, .. } = &playground;
    let first = ben.starts(*quiz);
    world.answers_all(ben, *quiz, &first, 3);
    ben.completes(number(&first["attempt_id"]));
    let ids = |started: &Value| -> Vec<i64> {
        let questions = started["questions"].as_array().unwrap().iter();
        questions.map(|question| number(&question["id"])).collect()
    };
    let second = ids(&ben.starts(*quiz));
    let missed = &ids(&first)[3..];
    assert!(
        missed.iter().all(|id| second.contains(id)),
        "{missed:?} {second:?}"
    );
    let new = second.iter().filter(|id| !ids(&first).contains(id)).count();
    assert!(new >= 1, "and those that are new");
    // Guests are always asked the same.
    let preview = world.guest().get(&format!("/api/games/{quiz}/preview/")).ok();
    assert_eq!(ids(&preview), ids(&first));
}

#[test]
fn the_same_text_under_new_stories_pays_so_much_a_day() {
    let Playground {
        world,
        mira,
        ben,
        quiz,
        ..
    } = Playground::new();
    let again = || {
        let story = mira.publishes_games(kite());
        (story, mira.game(story, "quiz"))
    };
    assert_eq!(world.plays(&ben, quiz, 5, 60)["xp_earned"], json!(90));
    // What was paid stays paid when the story is gone.
    let (gone, played) = again();
    assert_eq!(world.plays(&ben, played, 5, 60)["xp_earned"], json!(90));
    mira.delete(&format!("/api/stories/{gone}/delete/")).ok();
    let mut last = quiz;
    for expected in [90, 90, 90, 50, 0] {
        last = again().1;
        let done = world.plays(&ben, last, 5, 60);
        assert_eq!(done["xp_earned"], json!(expected));
    }
    assert_eq!(world.paid(&ben, "game_completed"), (500, 6));
    assert_eq!(
        ben.get("/api/games/my_stats/").ok()["total_xp_earned"],
        json!(410),
        "of the games that there are"
    );
    assert_eq!(ben.total("games_completed"), 7, "they count all the same");
    // Others have a day of their own, and so has tomorrow.
    assert_eq!(
        world.plays(&world.child("Rosa"), last, 5, 60)["xp_earned"],
        json!(90)
    );
    world.advance(DAY);
    assert_eq!(
        world.plays(&ben, last, 5, 60)["xp_earned"],
        json!(5),
        "what was cut off is not paid later"
    );
    let new = again().1;
    let usual = world.plays(&mira, new, 5, 60)["xp_earned"].clone();
    let full = world.plays(&ben, new, 5, 60)["xp_earned"].clone();
    assert_eq!(number(&full) / 2, number(&usual), "an author gets half");
    world.books_balance();
}
