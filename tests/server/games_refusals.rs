//! What is not taken in a game: what comes too late, too often, from somebody else, or makes no sense.

use serde_json::{Value, json};
use tinytales::clock::HOUR;

use crate::drawings::names;
use crate::playground::{Playground, kite, number, question_ids, text};
use crate::support::{Client, World};

#[test]
fn answers_after_the_end_are_marked_and_not_stored() {
    let playground = Playground::new();
    let Playground { world, ben, quiz, .. } = &playground;
    let started = ben.starts(*quiz);
    let ids = question_ids(&started);
    let answers = world.right_answers(*quiz);
    let first = ben.submits(&started, ids[0], &answers[&ids[0]]);
    ben.completes(number(&started["attempt_id"]));
    let before = playground.everything();
    assert_eq!(ben.submits(&started, ids[0], "something else"), first);
    let late = ben.submits(&started, ids[1], &answers[&ids[1]]);
    assert_eq!(
        (&late["is_correct"], &late["points_earned"], &late["total_points"]),
        (&json!(true), &json!(0), &json!(10))
    );
    // One that was given up is the same.
    let other = ben.starts(*quiz);
    let ids = question_ids(&other);
    ben.submits(&other, ids[0], "something else");
    ben.post_nothing(&format!("/api/games/{quiz}/clear_incomplete/"))
        .ok();
    let given_up = playground.everything();
    assert_eq!(ben.submits(&other, ids[1], "x")["points_earned"], json!(0));
    assert_eq!(ben.completes(number(&other["attempt_id"]))["xp_earned"], json!(0));
    assert_eq!(playground.everything(), given_up);
    assert_ne!(before, given_up);
}

#[test]
fn an_attempt_is_given_up_once() {
    let playground = Playground::new();
    let Playground { ben, mira, quiz, .. } = &playground;
    let clear = format!("/api/games/{quiz}/clear_incomplete/");
    let none = ben.post_nothing(&clear).refused(404);
    assert_eq!(none["success"], json!(false));
    let started = ben.starts(*quiz);
    mira.post_nothing(&clear).refused(404);
    let cleared = ben.post_nothing(&clear).ok();
    assert_eq!(names(&cleared), ["message", "success"]);
    assert_eq!(cleared["success"], json!(true));
    ben.post_nothing(&clear).refused(404);
    assert_eq!(
        playground.world.dump("game_attempts"),
        [""; 0],
        "nothing had been answered"
    );
    let again = ben.starts(*quiz);
    assert_ne!(again["attempt_id"], started["attempt_id"]);
}

#[test]
fn nobody_answers_for_somebody_else() {
    let playground = Playground::new();
    let Playground {
        mira,
        ben,
        quiz,
        search,
        ..
    } = &playground;
    let started = ben.starts(*quiz);
    let other = question_ids(&ben.starts(*search))[0];
    let before = playground.everything();
    let (attempt, question) = (number(&started["attempt_id"]), question_ids(&started)[0]);
    let submit = |client: &Client, attempt: i64, question: i64| {
        let body = json!({"attempt_id": attempt, "question_id": question, "answer": "x"});
        client.post("/api/games/submit_answer/", body)
    };
    submit(mira, attempt, question).refused(404);
    submit(ben, attempt, other).refused(404);
    submit(ben, attempt, 1674).refused(404);
    submit(ben, -*quiz, question).refused(404);
    mira.post("/api/games/complete/", json!({"attempt_id": attempt}))
        .refused(404);
    mira.get(&format!("/api/games/attempt/{attempt}/")).refused(404);
    assert_eq!(playground.everything(), before);
}

#[test]
fn a_bad_request_is_refused_and_changes_nothing() {
    let playground = Playground::new();
    let Playground { ben, quiz, .. } = &playground;
    let started = ben.starts(*quiz);
    let attempt = number(&started["attempt_id"]);
    let question = question_ids(&started)[0];
    let before = playground.everything();
    let good = json!({"attempt_id": attempt, "question_id": question, "answer": "x"});
    for (field, values) in [
        (
            "attempt_id",
            vec![
                json!(null),
                json!("x"),
                json!(0),
                json!(1.5),
                json!([]),
                json!({}),
            ],
        ),
        (
            "question_id",
            vec![
                json!(null),
                json!("x"),
                json!(0),
                json!(1.5),
                json!([]),
                json!({}),
            ],
        ),
        (
            "answer",
            vec![
                json!(null),
                json!([]),
                json!({}),
                json!("é".repeat(501)),
                json!("a\u{0}b"),
            ],
        ),
    ] {
        for value in values {
            let mut body = good.clone();
            body[field] = value;
            ben.post("/api/games/submit_answer/", body)
                .refused_fields(&[field]);
        }
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(field);
        ben.post("/api/games/submit_answer/", body)
            .refused_fields(&[field]);
    }
    for body in [
        json!({}),
        json!({"attempt_id": null}),
        json!({"attempt_id": "seven"}),
    ] {
        ben.post("/api/games/complete/", body)
            .refused_fields(&["attempt_id"]);
    }
    ben.post("/api/games/complete/", json!([attempt])).refused(400);
    assert_eq!(playground.everything(), before);
}

#[test]
fn what_an_author_has_removed_is_not_handed_out() {
    let Playground {
        world,
        mira,
        ben,
        story,
        quiz,
        ..
    } = Playground::new();
    let ada = world.admin("Ada");
    let started = ben.starts(quiz);
    let dealt = question_ids(&started);
    let answers = world.right_answers(quiz);
    let spare = *answers.keys().find(|id| !dealt.contains(id)).unwrap();
    let first = ben.submits(&started, dealt[0], "something else");
    assert!(text(&first["feedback"]).contains('\n'), "it stands in the story");
    let staffs = ada.starts(quiz);
    let verdict = |marked: &Value| text(&marked["feedback"]).lines().count();

    // To a draft: what was dealt can be answered, and where it stands is not told.
    mira.changes(story, json!({"is_published": false}));
    assert_eq!(verdict(&ben.submits(&started, dealt[0], "x")), 1);
    let second = ben.submits(&started, dealt[1], &answers[&dealt[1]]);
    assert_eq!((verdict(&second), &second["points_earned"]), (1, &json!(10)));
    let marked = ada.submits(&staffs, question_ids(&staffs)[0], "x");
    assert_eq!(verdict(&marked), 2, "staff may read drafts");

    // To another text: what was not dealt is gone.
    let other = "Nico rowed to the grey island. Pia found a yellow shell on the beach. \
        The whale sang a long song in the evening. Their uncle cooked hot soup for everybody.";
    mira.changes(story, json!({"is_published": true, "content": other}));
    mira.games(story);
    ben.post(
        "/api/games/submit_answer/",
        json!({"attempt_id": started["attempt_id"], "question_id": spare, "answer": "x"}),
    )
    .refused(404);
    assert_eq!(
        ben.submits(&started, dealt[2], &answers[&dealt[2]])["points_earned"],
        json!(10)
    );
    // The same when the attempt is over.
    ben.completes(number(&started["attempt_id"]));
    assert_eq!(ben.submits(&started, dealt[1], "x")["is_correct"], json!(true));
    ben.post(
        "/api/games/submit_answer/",
        json!({"attempt_id": started["attempt_id"], "question_id": spare, "answer": "x"}),
    )
    .refused(404);
}

#[test]
fn completing_the_same_game_is_limited() {
    let world = World::with(|config| config.rate_limits = true);
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.publishes_games(kite());
    let (quiz, search) = (mira.game(story, "quiz"), mira.game(story, "word_search"));
    let mut last = json!(null);
    for _ in 0..20 {
        last = ben.starts(quiz);
        ben.completes(number(&last["attempt_id"]));
        // One that is over is answered as often as it is asked for.
        ben.completes(number(&last["attempt_id"]));
    }
    let open = ben.starts(quiz);
    let complete = |started: &Value| {
        ben.post(
            "/api/games/complete/",
            json!({"attempt_id": started["attempt_id"]}),
        )
    };
    complete(&open).refused(429);
    complete(&last).ok();
    complete(&ben.starts(search)).ok();
    world.advance(HOUR);
    complete(&open).ok();
}
