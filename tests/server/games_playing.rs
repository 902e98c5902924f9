//! Starting, answering, completing, and all that is done twice.

use serde_json::{Value, json};
use tinytales::clock::{DAY, MINUTE, SECOND};

use crate::drawings::{each, names};
use crate::playground::{Playground, number, question_ids, text};
use crate::support::Client;

#[test]
fn a_start_has_exactly_these_fields_and_no_answers() {
    let playground = Playground::new();
    let Playground {
        world, ben, story, ..
    } = &playground;
    for game_type in ["quiz", "fill_blanks", "word_search"] {
        let game = ben.game(*story, game_type);
        let started = ben.starts(game);
        assert_eq!(
            names(&started),
            [
                "answered_count",
                "attempt_id",
                "current_score",
                "game_type",
                "game_type_display",
                "is_resume",
                "max_points",
                "questions",
                "started_at",
                "story_id",
                "story_title",
                "total_questions"
            ]
        );
        assert_eq!(started["game_type"], json!(game_type));
        assert_eq!(started["started_at"], json!("2026-03-04T05:06:07.123456Z"));
        assert_eq!(started["total_questions"], json!(question_ids(&started).len()));
        let answers = world.right_answers(game);
        let mut points = 0;
        for question in started["questions"].as_array().unwrap() {
            assert_eq!(
                names(question),
                [
                    "context",
                    "hint",
                    "id",
                    "is_answered",
                    "options",
                    "order",
                    "points",
                    "question_text",
                    "question_type"
                ]
            );
            assert_eq!(question["is_answered"], json!(false));
            points += number(&question["points"]);
            if game_type != "word_search" {
                // The answer stands among the options and nowhere else.
                let mut rest = question.clone();
                rest["options"] = json!([]);
                let answer = &answers[&number(&question["id"])];
                assert!(!rest.to_string().contains(&format!(" {answer} ")), "{rest}");
                assert_eq!(question["context"], json!(null));
            }
        }
        assert_eq!(started["max_points"], json!(points));
    }
}

#[test]
fn an_attempt_without_an_answer_is_begun_again_and_again() {
    let Playground { world, ben, quiz, .. } = Playground::new();
    let first = ben.starts(quiz);
    world.advance(MINUTE);
    for body in [
        json!({}),
        json!({"force_new": true}),
        json!({"force_new": "false"}),
    ] {
        let again = ben.begins(quiz, body);
        assert_eq!(again["attempt_id"], first["attempt_id"]);
        assert_eq!(again["is_resume"], json!(false));
        assert_eq!(again["started_at"], json!("2026-03-04T05:07:07.123456Z"));
        assert_eq!(question_ids(&again), question_ids(&first));
    }
    ben.post(
        &format!("/api/games/{quiz}/start_game/"),
        json!({"force_new": "maybe"}),
    )
    .refused_fields(&["force_new"]);
}

#[test]
fn who_comes_back_sees_what_was_answered_first() {
    let Playground { world, ben, quiz, .. } = Playground::new();
    let started = ben.starts(quiz);
    let ids = question_ids(&started);
    let answers = world.right_answers(quiz);
    // Out of order, as from another device.
    ben.submits(&started, ids[3], &answers[&ids[3]]);
    ben.submits(&started, ids[1], "something else");
    let resumed = ben.starts(quiz);
    assert_eq!(resumed["is_resume"], json!(true));
    assert_eq!(resumed["attempt_id"], started["attempt_id"]);
    assert_eq!(resumed["started_at"], started["started_at"]);
    assert_eq!(
        (&resumed["current_score"], &resumed["answered_count"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(question_ids(&resumed), [ids[1], ids[3], ids[0], ids[2], ids[4]]);
    assert_eq!(
        each(&resumed["questions"], "is_answered"),
        [true, true, false, false, false]
    );
    assert_eq!(each(&resumed["questions"], "order"), [1, 2, 3, 4, 5]);
    // What is forced begins anew, and the old one counts for nothing.
    let forced = ben.begins(quiz, json!({"force_new": true}));
    assert_ne!(forced["attempt_id"], started["attempt_id"]);
    assert_eq!(forced["answered_count"], json!(0));
    assert_eq!(ben.get("/api/games/my_stats/").ok()["games_played"], json!(0));
}

#[test]
fn what_was_answered_and_not_completed_is_completed_by_the_next_start() {
    let Playground { world, ben, quiz, .. } = Playground::new();
    let started = ben.starts(quiz);
    world.answers_all(&ben, quiz, &started, 5);
    let next = ben.starts(quiz);
    assert_ne!(next["attempt_id"], started["attempt_id"]);
    assert_eq!(next["is_resume"], json!(false));
    assert_eq!(world.paid(&ben, "game_completed"), (75, 1));
    let done = ben.completes(number(&started["attempt_id"]));
    assert_eq!(done["xp_earned"], json!(75), "it stays what it was");
    assert_eq!(world.paid(&ben, "game_completed"), (75, 1));
    world.books_balance();
}

#[test]
fn an_answer_is_marked_in_exactly_these_fields() {
    let Playground { world, ben, quiz, .. } = Playground::new();
    let started = ben.starts(quiz);
    let ids = question_ids(&started);
    let answers = world.right_answers(quiz);
    let right = ben.submits(
        &started,
        ids[0],
        &format!("  {}  ", answers[&ids[0]].to_uppercase()),
    );
    assert_eq!(
        names(&right),
        [
            "correct_answer",
            "current_score",
            "feedback",
            "is_correct",
            "points_earned",
            "total_points"
        ]
    );
    let facts = |marked: &Value| {
        ["is_correct", "points_earned", "total_points", "current_score"].map(|name| marked[name].clone())
    };
    assert_eq!(facts(&right), [json!(true), json!(10), json!(10), json!(1)]);
    assert_eq!(right["correct_answer"], json!(answers[&ids[0]]));
    let wrong = ben.submits(&started, ids[1], "something else");
    assert_eq!(facts(&wrong), [json!(false), json!(0), json!(10), json!(1)]);
    assert!(text(&wrong["feedback"]).contains(&answers[&ids[1]]));
    let empty = ben.submits(&started, ids[2], "");
    assert_eq!(facts(&empty), [json!(false), json!(0), json!(10), json!(1)]);
}

#[test]
fn the_first_answer_stands() {
    let playground = Playground::new();
    let Playground { world, ben, quiz, .. } = &playground;
    let started = ben.starts(*quiz);
    let ids = question_ids(&started);
    let answers = world.right_answers(*quiz);
    let wrong = ben.submits(&started, ids[0], "something else");
    let before = playground.everything();
    for answer in [answers[&ids[0]].as_str(), "something else", ""] {
        assert_eq!(ben.submits(&started, ids[0], answer), wrong);
    }
    // Ids come as texts, too.
    let body = json!({"attempt_id": started["attempt_id"].to_string(), "question_id": ids[0].to_string(), "answer": 7});
    assert_eq!(ben.post("/api/games/submit_answer/", body).ok(), wrong);
    assert_eq!(playground.everything(), before);
}

#[test]
fn a_question_that_was_not_dealt_takes_the_place_of_one_without_an_answer() {
    let Playground { world, ben, quiz, .. } = Playground::new();
    let started = ben.starts(quiz);
    let dealt = question_ids(&started);
    let answers = world.right_answers(quiz);
    let mut spare = answers.keys().copied().filter(|id| !dealt.contains(id));
    let spare = spare.next().expect("a question for playing again");
    let marked = ben.submits(&started, spare, &answers[&spare]);
    assert_eq!(marked["points_earned"], json!(10));
    let resumed = ben.starts(quiz);
    let now = question_ids(&resumed);
    assert_eq!((now.len(), now[0]), (5, spare));
    world.answers_all(&ben, quiz, &resumed, 5);
    let left_out = dealt.iter().find(|id| !now.contains(id)).unwrap();
    let late = ben.submits(&started, *left_out, &answers[left_out]);
    assert_eq!(late["points_earned"], json!(0), "there is no room for a sixth");
    let done = ben.completes(number(&started["attempt_id"]));
    assert_eq!(
        (&done["correct_answers"], &done["total_questions"]),
        (&json!(5), &json!(5))
    );
}

#[test]
fn a_result_has_exactly_these_fields_and_is_the_same_again() {
    let playground = Playground::new();
    let Playground { world, ben, quiz, .. } = &playground;
    let started = ben.starts(*quiz);
    let ids = question_ids(&started);
    let answers = world.right_answers(*quiz);
    for (place, id) in ids.iter().enumerate().take(4) {
        world.advance(10 * SECOND);
        ben.submits(&started, *id, if place == 2 { "no" } else { &answers[id] });
    }
    world.advance(5 * SECOND);
    let done = ben.completes(number(&started["attempt_id"]));
    assert_eq!(
        names(&done),
        [
            "answers_review",
            "correct_answers",
            "passed",
            "score_percentage",
            "time_taken_seconds",
            "total_questions",
            "xp_earned"
        ]
    );
    // 30 · 4/5 and three right ones.
    assert_eq!(done["xp_earned"], json!(24 + 15));
    assert_eq!(
        (
            &done["score_percentage"],
            &done["passed"],
            &done["time_taken_seconds"]
        ),
        (&json!(60.0), &json!(false), &json!(45))
    );
    let review = done["answers_review"].as_array().unwrap();
    assert_eq!(review.len(), 4);
    assert_eq!(
        review[2],
        json!({"question__question_text": started["questions"][2]["question_text"],
            "question__correct_answer": answers[&ids[2]], "user_answer": "no", "is_correct": false,
            "points_earned": 0})
    );
    let before = playground.everything();
    world.advance(MINUTE);
    assert_eq!(ben.completes(number(&started["attempt_id"])), done);
    assert_eq!(playground.everything(), before);
}

#[test]
fn pauses_count_two_minutes_at_most() {
    let Playground { world, ben, quiz, .. } = Playground::new();
    let started = ben.starts(quiz);
    let ids = question_ids(&started);
    world.advance(30 * SECOND);
    ben.submits(&started, ids[0], "x");
    world.advance(DAY);
    ben.starts(quiz);
    world.advance(10 * SECOND);
    let done = ben.completes(number(&started["attempt_id"]));
    assert_eq!(done["time_taken_seconds"], json!(30 + 120 + 10));
}

#[test]
fn a_word_that_was_dragged_backwards_is_found() {
    let Playground {
        world, ben, search, ..
    } = Playground::new();
    let started = ben.starts(search);
    let id = question_ids(&started)[0];
    let words = world.right_answers(search)[&id].clone();
    let mut dragged: Vec<String> = words
        .split(',')
        .enumerate()
        .map(|(place, word)| match place % 2 {
            0 => word.chars().rev().collect(),
            _ => word.to_lowercase(),
        })
        .collect();
    dragged.reverse();
    world.advance(20 * SECOND);
    let marked = ben.submits(&started, id, &dragged.join(","));
    assert_eq!(marked["is_correct"], json!(true));
    assert_eq!(marked["points_earned"], started["max_points"]);
    let done = ben.completes(number(&started["attempt_id"]));
    assert_eq!(
        (&done["score_percentage"], &done["xp_earned"]),
        (&json!(100.0), &json!(30 + 5 + 20 + 15))
    );
}

#[test]
fn words_that_were_found_give_their_points() {
    let Playground {
        world, ben, search, ..
    } = Playground::new();
    let started = ben.starts(search);
    let id = question_ids(&started)[0];
    let words = world.right_answers(search)[&id].clone();
    let words: Vec<&str> = words.split(',').collect();
    let marked = ben.submits(&started, id, &words[..2].join(","));
    assert_eq!(marked["is_correct"], json!(false));
    assert_eq!(marked["points_earned"], json!(20));
    let done = ben.completes(number(&started["attempt_id"]));
    let share = (2 * 30 * 2 + words.len()) / (2 * words.len());
    assert_eq!(done["xp_earned"], json!(share));
    assert_eq!(ben.total("games_completed"), 0);
}

#[test]
fn results_have_exactly_these_fields() {
    let Playground {
        world,
        mira,
        ben,
        story,
        quiz,
        search,
    } = Playground::new();
    let nothing = ben.get("/api/games/my_stats/").ok();
    assert_eq!(
        nothing,
        json!({"games_played": 0, "average_score": 0, "total_xp_earned": 0, "perfect_scores": 0,
            "recent_attempts": []})
    );
    let started = ben.starts(quiz);
    let path = format!("/api/games/attempt/{}/", started["attempt_id"]);
    let open = ben.get(&path).ok();
    assert_eq!(
        (
            &open["completed_at"],
            &open["time_taken_seconds"],
            &open["answers"]
        ),
        (&json!(null), &json!(null), &json!([]))
    );
    world.answers_all(&ben, quiz, &started, 4);
    world.advance(60 * SECOND);
    ben.completes(number(&started["attempt_id"]));
    let attempt = ben.get(&path).ok();
    assert_eq!(
        names(&attempt),
        [
            "answers",
            "attempt_id",
            "completed_at",
            "correct_answers",
            "game_type",
            "max_points",
            "passed",
            "score_percentage",
            "started_at",
            "story_title",
            "time_taken_seconds",
            "total_points",
            "total_questions",
            "xp_earned"
        ]
    );
    assert_eq!(attempt["game_type"], json!("Multiple Choice Quiz"));
    assert_eq!(attempt["story_title"], json!("The Red Kite"));
    assert_eq!(attempt["completed_at"], json!("2026-03-04T05:07:07.123456Z"));
    assert_eq!(
        (&attempt["total_points"], &attempt["max_points"]),
        (&json!(40), &json!(50))
    );
    assert_eq!(
        names(&attempt["answers"][0]),
        [
            "correct_answer",
            "explanation",
            "is_correct",
            "points_earned",
            "question",
            "user_answer"
        ]
    );
    assert!(text(&attempt["answers"][0]["explanation"]).starts_with("Page "));

    // Completed without an answer, it is no game.
    ben.completes(number(&ben.starts(search)["attempt_id"]));
    let stats = ben.get("/api/games/my_stats/").ok();
    // 30, four right ones, passed, in a minute.
    assert_eq!(
        stats,
        json!({"games_played": 1, "average_score": 80.0, "total_xp_earned": 75, "perfect_scores": 0,
            "recent_attempts": [{"story_title": "The Red Kite", "game_type": "Multiple Choice Quiz", "score": 80.0,
                "xp_earned": 75, "completed_at": "2026-03-04T05:07:07.123456Z"}]})
    );
    // What a draft is called now is its author's business.
    mira.presses(story, "unpublish");
    mira.changes(story, json!({"title": "My secret"}));
    let stats = ben.get("/api/games/my_stats/").ok();
    assert_eq!(stats["recent_attempts"][0]["story_title"], json!(""));
    assert_eq!(ben.get(&path).ok()["story_title"], json!(""));
}

#[test]
fn an_empty_completion_does_not_hide_the_last_score() {
    let Playground {
        world,
        ben,
        story,
        quiz,
        ..
    } = Playground::new();
    world.plays(&ben, quiz, 4, 60);
    let list = |client: &Client| client.games(story)["games"].clone();
    let before = list(&ben);
    world.advance(MINUTE);
    let empty = ben.starts(quiz);
    ben.completes(number(&empty["attempt_id"]));
    assert_eq!(list(&ben), before);
    assert!(
        each(&before, "last_attempt").iter().any(|last| !last.is_null()),
        "{before}"
    );
}
