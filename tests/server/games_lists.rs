//! Which games there are, field by field, and who may see them.

use serde_json::{Value, json};

use crate::drawings::{drawing, each, media_path, names, plain_story, with};
use crate::playground::{ids, kite, number, text};
use crate::support::{Client, World};

const AVAILABLE: &str = "/api/games/available_stories/";

fn available(client: &Client) -> Value {
    client.get(AVAILABLE).ok()
}

#[test]
fn stories_with_games_have_exactly_these_fields() {
    let world = World::new();
    let mira = world.child("Mira");
    let cover = drawing();
    let kite = mira.publishes_games(with(kite(), json!({"cover_image": cover, "category": "animal"})));
    mira.publishes(plain_story("the kettle"));
    world.makes_games();
    let list = available(&world.guest());
    assert_eq!(names(&list), ["stories", "total"]);
    assert_eq!(list["total"], json!(1), "one is too short");
    let row = &list["stories"][0];
    let address = format!("http://{}{}", world.address, media_path(&cover));
    assert_eq!(
        row,
        &json!({"id": kite, "title": "The Red Kite", "cover_image": address, "category": "animal",
            "author__username": "Mira", "games_count": 3})
    );
    world.guest().get(&media_path(&cover)).status(200);
}

#[test]
fn the_newest_story_comes_first_and_drafts_are_left_out() {
    let world = World::new();
    let mira = world.child("Mira");
    assert_eq!(available(&mira), json!({"stories": [], "total": 0}));
    let stories: Vec<i64> = (0..3)
        .map(|_| {
            world.advance(1_000_000);
            mira.publishes_games(kite())
        })
        .collect();
    mira.presses(stories[1], "unpublish");
    for client in [&mira, &world.guest()] {
        let list = available(client);
        assert_eq!(
            each(&list["stories"], "id"),
            [&json!(stories[2]), &json!(stories[0])]
        );
    }
}

#[test]
fn who_holds_the_newest_list_gets_a_304() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.publishes_games(kite());
    let held = world.guest().get(AVAILABLE).header("etag").unwrap().to_owned();
    let ask = || {
        world
            .guest()
            .raw("GET", AVAILABLE, &[("If-None-Match", &held)], b"")
    };
    ask().status(304);
    mira.publishes_games(kite());
    ask().status(200);
}

#[test]
fn games_of_a_story_have_exactly_these_fields() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.publishes_games(kite());
    let list = world.guest().games(story);
    assert_eq!(names(&list), ["games", "story_id", "story_title"]);
    assert_eq!(
        (&list["story_id"], &list["story_title"]),
        (&json!(story), &json!("The Red Kite"))
    );
    assert_eq!(
        each(&list["games"], "game_type"),
        ["word_search", "fill_blanks", "quiz"]
    );
    for game in list["games"].as_array().unwrap() {
        assert_eq!(
            names(game),
            [
                "difficulty",
                "game_type",
                "game_type_display",
                "id",
                "questions_count"
            ]
        );
        let labels = json!({"quiz": "Multiple Choice Quiz", "fill_blanks": "Fill in the Blanks",
            "word_search": "Word Search"});
        assert_eq!(game["game_type_display"], labels[text(&game["game_type"])]);
        let preview = world
            .guest()
            .get(&format!("/api/games/{}/preview/", game["id"]))
            .ok();
        assert_eq!(game["questions_count"], preview["total_questions"]);
        assert!(number(&game["id"]) >= 1_000_000);
    }

    let quiz = ids(&list)["quiz"];
    let started = ben.starts(quiz);
    let first = number(&started["questions"][0]["id"]);
    ben.submits(&started, first, &world.right_answers(quiz)[&first]);
    let game = ben.games(story)["games"][2].clone();
    assert_eq!(
        game["incomplete_attempt"],
        json!({"attempt_id": started["attempt_id"], "current_score": 1, "answered_count": 1,
            "total_questions": started["total_questions"], "started_at": started["started_at"]})
    );
    assert_eq!(game.get("last_attempt"), None);
    world.advance(7_900_000);
    ben.completes(number(&started["attempt_id"]));
    let game = ben.games(story)["games"][2].clone();
    assert_eq!(game.get("incomplete_attempt"), None);
    assert_eq!(
        game["last_attempt"],
        json!({"score_percentage": 20.0, "time_taken_seconds": 7, "is_completed": true, "correct_answers": 1,
            "total_questions": 5})
    );
    assert_eq!(
        names(&mira.games(story)["games"][2]).len(),
        5,
        "how Ben played is his own business"
    );
}

#[test]
fn a_preview_has_exactly_these_fields_and_the_answers() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.publishes_games(kite());
    for (game_type, question_type) in [
        ("quiz", "multiple_choice"),
        ("fill_blanks", "fill_blank"),
        ("word_search", "word_search"),
    ] {
        let game = mira.game(story, game_type);
        let preview = world.guest().get(&format!("/api/games/{game}/preview/")).ok();
        assert_eq!(
            names(&preview),
            [
                "game_id",
                "game_type",
                "game_type_display",
                "questions",
                "story_id",
                "story_title",
                "total_questions"
            ]
        );
        assert_eq!(preview["game_type"], json!(game_type));
        let questions = preview["questions"].as_array().unwrap();
        assert_eq!(preview["total_questions"], json!(questions.len()));
        for (place, question) in questions.iter().enumerate() {
            assert_eq!(
                names(question),
                [
                    "context",
                    "correct_answer",
                    "hint",
                    "id",
                    "options",
                    "order",
                    "points",
                    "question_text",
                    "question_type"
                ]
            );
            assert_eq!(question["question_type"], json!(question_type));
            assert_eq!(question["order"], json!(place + 1));
            check(game_type, question);
        }
        // Whoever plays for the first time is asked the same.
        let started = world.child(&format!("Ben{game_type}")).starts(game);
        assert_eq!(
            each(&started["questions"], "id"),
            each(&preview["questions"], "id")
        );
    }
}

/// What the apps rely on.
fn check(game_type: &str, question: &Value) {
    let options = question["options"].as_array().unwrap();
    let answer = text(&question["correct_answer"]);
    if game_type == "word_search" {
        let rows: Vec<String> = options.iter().map(text).collect();
        assert!(
            rows.iter().all(|row| row.chars().count() == rows.len()),
            "{rows:?}"
        );
        let context = text(&question["context"]);
        let words: Vec<&str> = context
            .strip_prefix("Words to find: ")
            .unwrap()
            .split(',')
            .map(str::trim)
            .collect();
        assert_eq!(words.join(","), answer);
        assert_eq!(question["points"], json!(10 * words.len()));
        return;
    }
    assert_eq!(options.len(), 4);
    assert!(options.contains(&json!(answer)));
    assert_eq!(
        (&question["context"], &question["points"]),
        (&json!(null), &json!(10))
    );
    if game_type == "fill_blanks" {
        assert_eq!(text(&question["question_text"]).matches("______").count(), 1);
    }
}

#[test]
fn a_check_has_exactly_these_fields() {
    let world = World::new();
    let (mira, ben, ada) = (world.child("Mira"), world.child("Ben"), world.admin("Ada"));
    let story = mira.publishes_games(kite());
    let path = format!("/api/games/check/{story}/");
    let check = ben.get(&path).ok();
    assert_eq!(
        names(&check),
        [
            "can_generate",
            "games",
            "games_count",
            "has_games",
            "is_author",
            "is_published",
            "story_id",
            "story_title"
        ]
    );
    assert_eq!(
        names(&check["games"][0]),
        ["game_type", "game_type_display", "id", "questions_count"]
    );
    let facts = |client: &Client| {
        let check = client.get(&path).ok();
        ["is_author", "can_generate", "is_published", "has_games"].map(|name| check[name].clone())
    };
    assert_eq!(facts(&ben), [false, false, true, true].map(Value::from));
    assert_eq!(facts(&mira), [true, true, true, true].map(Value::from));
    assert_eq!(facts(&ada), [false, true, true, true].map(Value::from));
    world.collaborate(story, &[mira.id(), ben.id()]);
    assert_eq!(facts(&ben), [false, true, true, true].map(Value::from));
    assert_eq!(check["games_count"], json!(3));
    world.guest().get(&path).refused(401);
}

#[test]
fn the_games_of_a_draft_are_for_its_authors_and_staff() {
    let world = World::new();
    let [mira, ben, rosa] = ["Mira", "Ben", "Rosa"].map(|name| world.child(name));
    let ada = world.admin("Ada");
    let story = mira.publishes_games(kite());
    world.collaborate(story, &[mira.id(), ben.id()]);
    let game = mira.game(story, "quiz");
    mira.presses(story, "unpublish");
    let (list, check, preview, start) = (
        format!("/api/games/story/{story}/"),
        format!("/api/games/check/{story}/"),
        format!("/api/games/{game}/preview/"),
        format!("/api/games/{game}/start_game/"),
    );
    for client in [&mira, &ben, &ada] {
        assert_eq!(client.get(&list).ok()["games"].as_array().unwrap().len(), 3);
        assert_eq!(client.get(&check).ok()["is_published"], json!(false));
        client.get(&preview).ok();
        client.post_nothing(&start).created();
    }
    for client in [&rosa, &world.guest()] {
        client.get(&list).refused(404);
        client.get(&preview).refused(404);
    }
    rosa.get(&check).refused(404);
    rosa.post_nothing(&start).refused(404);
    mira.presses(story, "publish");
    rosa.get(&preview).ok();
    assert_eq!(rosa.game(story, "quiz"), game, "a game keeps its id");
}

#[test]
fn ids_that_are_none_are_404() {
    let world = World::new();
    let mira = world.child("Mira");
    for id in ["local-12", "0", "-5", "1.5", "99999999999999999999", "382", "%00"] {
        for path in ["story/{id}/", "check/{id}/", "attempt/{id}/", "{id}/preview/"] {
            mira.get(&format!("/api/games/{}", path.replace("{id}", id)))
                .refused(404);
        }
        for path in ["start_game", "clear_incomplete"] {
            mira.post_nothing(&format!("/api/games/{id}/{path}/"))
                .refused(404);
        }
    }
    for path in [
        "/api/games/",
        "/api/games/1000000/",
        "/api/games/1000000/leaderboard/",
    ] {
        mira.get(path).refused(404);
    }
}

#[test]
fn playing_needs_an_account() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.publishes_games(kite());
    let game = mira.game(story, "quiz");
    let guest = world.guest();
    for path in [format!("{game}/start_game"), format!("{game}/clear_incomplete")] {
        guest.post_nothing(&format!("/api/games/{path}/")).refused(401);
    }
    for path in ["submit_answer", "complete", "generate"] {
        guest.post(&format!("/api/games/{path}/"), json!({})).refused(401);
    }
    for path in ["my_stats/", "attempt/1000000/"] {
        guest.get(&format!("/api/games/{path}")).refused(401);
    }
    // A stale token makes the apps get another one.
    guest.with_token("a.b.c").get(AVAILABLE).refused(401);
}
