//! Many at once: each play is paid once, and the books are right in the end.

use std::collections::BTreeSet;
use std::thread;

use serde_json::json;
use tinytales::clock::SECOND;

use crate::playground::{kite, number};
use crate::support::{Client, World};

const AT_ONCE: usize = 16;

/// What all of them are answered.
fn at_once<T: Send>(count: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let act = &act;
    thread::scope(|scope| {
        let all: Vec<_> = (0..count)
            .map(|number| scope.spawn(move || act(number)))
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn the_same_completion_many_times_at_once_pays_once() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let quiz = mira.game(mira.publishes_games(kite()), "quiz");
    let started = ben.starts(quiz);
    world.answers_all(&ben, quiz, &started, 5);
    world.advance(60 * SECOND);
    let attempt = number(&started["attempt_id"]);
    let answers = at_once(AT_ONCE, |_| ben.completes(attempt));
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(answers[0]["xp_earned"], json!(90));
    assert_eq!(world.paid(&ben, "game_completed"), (90, 1));
    assert_eq!(ben.total("games_completed"), 1);
    world.books_balance();
}

#[test]
fn different_games_completed_at_once_pay_what_is_left_of_the_day() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let attempts: Vec<i64> = (0..AT_ONCE)
        .map(|_| {
            let quiz = mira.game(mira.publishes_games(kite()), "quiz");
            let started = ben.starts(quiz);
            world.answers_all(&ben, quiz, &started, 5);
            number(&started["attempt_id"])
        })
        .collect();
    world.advance(60 * SECOND);
    let answers = at_once(AT_ONCE, |number| ben.completes(attempts[number]));
    let paid: i64 = answers.iter().map(|answer| number(&answer["xp_earned"])).sum();
    assert_eq!(paid, 500);
    assert_eq!(world.paid(&ben, "game_completed").0, 500);
    assert_eq!(ben.total("games_completed"), AT_ONCE as i64);
    world.books_balance();
}

#[test]
fn the_same_answer_many_times_at_once_counts_once() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let quiz = mira.game(mira.publishes_games(kite()), "quiz");
    let started = ben.starts(quiz);
    let question = number(&started["questions"][0]["id"]);
    let right = world.right_answers(quiz)[&question].clone();
    // Half of them say something else: whoever is first is right.
    let answers = at_once(AT_ONCE, |number| {
        let answer = if number % 2 == 0 {
            right.as_str()
        } else {
            "something else"
        };
        ben.submits(&started, question, answer)
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(world.dump("game_answers").len(), 1);
    assert_eq!(ben.starts(quiz)["answered_count"], json!(1));
}

#[test]
fn starts_at_once_start_one_attempt() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let quiz = mira.game(mira.publishes_games(kite()), "quiz");
    let attempts: BTreeSet<i64> = at_once(AT_ONCE, |number| {
        let started = ben.begins(quiz, json!({"force_new": number % 2 == 0}));
        assert_eq!(started["is_resume"], json!(false));
        started["attempt_id"].as_i64().unwrap()
    })
    .into_iter()
    .collect();
    assert_eq!(attempts.len(), 1);
}

#[test]
fn a_class_that_plays_at_once_is_paid_what_it_is_due() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.publishes_games(kite());
    let games = ["quiz", "fill_blanks", "word_search"].map(|kind| mira.game(story, kind));
    let class: Vec<Client> = (0..12)
        .map(|number| world.child(&format!("Child{number}")))
        .collect();
    at_once(class.len(), |number| {
        let child = &class[number];
        for game in games {
            for _ in 0..2 {
                world.plays(child, game, 5, 0);
                // A phone that did not hear the answer asks again; an app starts by itself.
                child.begins(game, json!({"force_new": true}));
            }
        }
    });
    for child in &class {
        let (xp, rows) = world.paid(child, "game_completed");
        assert!(rows == 6 && xp >= 3 * 5, "{xp} in {rows}");
        assert_eq!(child.total("games_completed"), 6);
        assert_eq!(
            child.get("/api/games/my_stats/").ok()["total_xp_earned"],
            json!(xp)
        );
    }
    world.books_balance();
}

#[test]
#[ignore = "two servers need PostgreSQL: cargo xtask test --only postgres"]
fn two_servers_start_one_attempt_take_each_answer_once_and_pay_once() {
    let one = World::new();
    let (mira, ben) = (one.child("Mira"), one.child("Ben"));
    // Its games are made by both of them at once, too.
    let story = mira.publishes(kite());
    let other = one.twin();
    let devices = [ben.clone(), other.guest().signed_in_as(&ben)];
    let device = |number: usize| &devices[number % 2];
    let quizzes: BTreeSet<i64> = at_once(AT_ONCE, |number| device(number).game(story, "quiz"))
        .into_iter()
        .collect();
    assert_eq!(quizzes.len(), 1);
    let quiz = *quizzes.first().unwrap();
    let attempts: BTreeSet<i64> = at_once(AT_ONCE, |number| {
        device(number).starts(quiz)["attempt_id"].as_i64().unwrap()
    })
    .into_iter()
    .collect();
    assert_eq!(attempts.len(), 1);
    let started = ben.starts(quiz);
    at_once(AT_ONCE, |number| {
        one.answers_all(device(number), quiz, &started, 5);
    });
    let attempt = number(&started["attempt_id"]);
    let answers = at_once(AT_ONCE, |number| device(number).completes(attempt));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0]["xp_earned"], json!(75));
    assert_eq!(one.paid(&ben, "game_completed"), (75, 1));
    one.books_balance();
}
