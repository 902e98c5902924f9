//! When games are made, and what becomes of them when the story changes.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::drawings::{each, names, plain_story, with};
use crate::playground::{KITE, ids, kite, number, text, written};
use crate::support::{Client, World};

const OTHER: [&str; 8] = [
    "Nico found a small boat on the beach. Its sail was yellow and its name was painted in blue letters.",
    "His sister Pia pushed the boat into the water. They rowed past the harbour and the old lighthouse.",
    "A grey whale came up beside them. It blew a tall fountain and splashed the boat.",
    "Pia laughed and threw the whale an apple. The whale caught it and dived under the waves.",
    "In the afternoon a thick fog covered the sea. Nico could not see the beach.",
    "\"Listen,\" said Pia. A bell rang far away, and they rowed to the sound.",
    "The bell hung on the fishing boat of their uncle. He pulled them on board and gave them hot soup.",
    "At night Nico drew the whale in his book. Pia wrote the word \"friend\" under the picture.",
];

fn questions(client: &Client, game: i64) -> Value {
    client.get(&format!("/api/games/{game}/preview/")).ok()["questions"].clone()
}

/// The ids of all questions that are asked, by what they ask and their answers.
fn asked(world: &World) -> HashMap<String, i64> {
    world.sql(|conn| {
        let rows = conn.query(
            "SELECT question_text || ' ' || correct_answer, id FROM game_questions WHERE is_active",
            &[],
        )?;
        rows.into_iter()
            .map(|mut row| Ok((row.take()?, row.take()?)))
            .collect()
    })
}

#[test]
fn publishing_makes_games_and_says_so() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.makes(kite());
    assert_eq!(world.dump("games"), [""; 0], "a draft has none");
    let published = mira.presses(story, "publish");
    assert_eq!(published["games_generated"], json!(true));
    assert!(!names(&published).contains(&"games_info"), "{published}");
    assert_eq!(ids(&world.guest().games(story)).len(), 3);
    assert_eq!(mira.presses(story, "publish")["games_generated"], json!(true));

    let short = mira.makes(plain_story("the kettle"));
    let published = mira.presses(short, "publish");
    assert_eq!(published["games_generated"], json!(false));
    assert!(text(&published["games_info"]).contains("too short"));
    assert_eq!(world.guest().games(short)["games"], json!([]));
}

#[test]
fn games_that_cannot_be_made_do_not_keep_a_story_from_being_published() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.makes(kite());
    let rename = |sql: &'static str| world.sql(move |conn| conn.batch(sql));
    rename("ALTER TABLE game_makings RENAME TO mislaid");
    let published = mira.presses(story, "publish");
    assert_eq!(
        (&published["success"], &published["games_generated"]),
        (&json!(true), &json!(false))
    );
    assert!(text(&published["games_info"]).contains("soon"), "{published}");
    assert_eq!(world.guest().reads(story)["is_published"], json!(true));
    rename("ALTER TABLE mislaid RENAME TO game_makings");
    // They were asked for, and are made with the others.
    world.makes_games();
    assert_eq!(
        world.guest().get("/api/games/available_stories/").ok()["total"],
        json!(1)
    );
}

#[test]
fn other_ways_of_publishing_make_games_within_seconds() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let created = mira.publishes(kite());
    let changed = mira.makes(kite());
    mira.changes(changed, json!({"is_published": true}));
    let together = mira.makes(kite());
    world.collaborate(together, &[mira.id(), ben.id()]);
    ben.post_nothing(&format!("/api/stories/{together}/publish-collaborative/"))
        .ok();
    assert_eq!(world.dump("games"), [""; 0], "not in the request");
    world.makes_games();
    let list = world.guest().get("/api/games/available_stories/").ok();
    let mut listed: Vec<i64> = each(&list["stories"], "id").into_iter().map(number).collect();
    listed.sort_unstable();
    assert_eq!(listed, [created, changed, together]);
}

#[test]
fn games_that_a_crash_forgot_are_made_when_somebody_looks_or_by_the_sweep() {
    let mut world = World::new();
    let mira = world.child("Mira");
    let (looked_at, checked, swept) = (
        mira.publishes(kite()),
        mira.publishes(kite()),
        mira.publishes(kite()),
    );
    // What was asked for is in memory only.
    world.restart();
    let mira = world.guest().signed_in_as(&mira);
    world.makes_games();
    assert_eq!(world.dump("games"), [""; 0]);
    assert_eq!(ids(&world.guest().games(looked_at)).len(), 3);
    let check = mira.get(&format!("/api/games/check/{checked}/")).ok();
    assert_eq!(check["has_games"], json!(true));
    let list = || world.guest().get("/api/games/available_stories/").ok()["total"].clone();
    assert_eq!(list(), json!(2));
    world.makes_missing_games();
    assert_eq!(list(), json!(3));
    assert_eq!(ids(&world.guest().games(swept)).len(), 3);
    let before = (world.dump("games"), world.dump("game_questions"));
    world.makes_missing_games();
    assert_eq!((world.dump("games"), world.dump("game_questions")), before);
}

#[test]
fn many_missing_games_are_made_in_small_parts() {
    let world = World::new();
    let mira = world.child("Mira");
    for _ in 0..9 {
        mira.publishes(kite());
    }
    world.makes_missing_games();
    assert_eq!(
        world.guest().get("/api/games/available_stories/").ok()["total"],
        json!(9)
    );
}

#[test]
fn the_same_story_has_the_same_games_whoever_makes_them() {
    let (one, other) = (World::new(), World::new());
    let made = [&one, &other].map(|world| {
        let mira = world.child("Mira");
        let story = mira.publishes_games(kite());
        ["quiz", "fill_blanks", "word_search"].map(|kind| questions(&mira, mira.game(story, kind)))
    });
    assert_eq!(made[0], made[1]);
}

#[test]
fn a_change_of_the_text_changes_the_games_and_no_id() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.publishes_games(kite());
    let (games, before) = (ids(&mira.games(story)), asked(&world));
    // Drawing changes nothing.
    mira.changes(story, json!({"summary": "A kite and a bird."}));
    assert_eq!(
        (ids(&mira.games(story)), asked(&world)),
        (games.clone(), before.clone())
    );

    let mut pages = KITE.to_vec();
    pages[8] = "They went home when the moon came up. Grandmother had cooked a pot of soup.";
    mira.changes(story, json!({"content": pages.join(crate::drawings::PAGE_BREAK)}));
    assert_eq!(ids(&mira.games(story)), games);
    let after = asked(&world);
    assert_ne!(before, after);
    let kept = after.keys().filter(|key| before.contains_key(*key)).count();
    assert!(kept > 0, "most of the story is the same");
    for (question, id) in &after {
        let known = before.get(question);
        assert!(known.is_none_or(|known| known == id), "{question}");
    }
    // And back again: the same as before.
    mira.changes(story, json!({"content": KITE.join(crate::drawings::PAGE_BREAK)}));
    mira.games(story);
    let again = asked(&world);
    let names = |asked: &HashMap<String, i64>| {
        let mut names: Vec<String> = asked.keys().cloned().collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names(&again), names(&before));
}

#[test]
fn who_is_playing_goes_on_with_the_old_questions() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.publishes_games(kite());
    let quiz = mira.game(story, "quiz");
    let started = ben.starts(quiz);
    let right = world.right_answers(quiz);
    let ids: Vec<i64> = each(&started["questions"], "id")
        .into_iter()
        .map(number)
        .collect();
    ben.submits(&started, ids[0], &right[&ids[0]]);
    mira.changes(story, json!({"content": OTHER.join(crate::drawings::PAGE_BREAK)}));
    assert_eq!(mira.game(story, "quiz"), quiz);
    assert!(
        each(&questions(&mira, quiz), "id")
            .iter()
            .all(|id| !ids.contains(&number(id))),
        "guests are asked about the new text"
    );
    let resumed = ben.starts(quiz);
    assert_eq!(
        each(&resumed["questions"], "id"),
        each(&started["questions"], "id")
    );
    world.answers_all(&ben, quiz, &resumed, 5);
    let done = ben.completes(number(&started["attempt_id"]));
    assert_eq!(done["score_percentage"], json!(100.0));
    let next = ben.starts(quiz);
    assert!(
        each(&next["questions"], "id")
            .iter()
            .all(|id| !ids.contains(&number(id)))
    );
    // What was answered can still be looked at.
    let attempt = ben
        .get(&format!("/api/games/attempt/{}/", started["attempt_id"]))
        .ok();
    assert_eq!(attempt["answers"].as_array().unwrap().len(), 5);
}

#[test]
fn questions_that_nobody_answered_are_forgotten() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.publishes_games(kite());
    let put_aside =
        || world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM game_questions WHERE is_active = FALSE");
    let mut asked_before = asked(&world).len() as i64;
    for pages in [&OTHER[..], &KITE[..], &OTHER[..]] {
        mira.changes(story, json!({"content": pages.join(crate::drawings::PAGE_BREAK)}));
        mira.games(story);
        // Those of the last text, which somebody may still have on a device, and no older ones.
        assert_eq!(put_aside(), asked_before);
        asked_before = asked(&world).len() as i64;
    }
    mira.post(
        "/api/games/generate/",
        json!({"story_id": story, "regenerate": true}),
    )
    .created();
    assert_eq!(put_aside(), 0);
}

#[test]
fn a_story_that_becomes_too_short_has_no_games() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.publishes_games(kite());
    let quiz = mira.game(story, "quiz");
    mira.changes(story, json!({"content": "The end."}));
    assert_eq!(ben.games(story)["games"], json!([]));
    ben.get(&format!("/api/games/{quiz}/preview/")).refused(404);
    ben.post_nothing(&format!("/api/games/{quiz}/start_game/"))
        .refused(404);
    assert_eq!(
        ben.get("/api/games/available_stories/").ok(),
        json!({"stories": [], "total": 0})
    );
    mira.changes(story, json!({"content": KITE.join(crate::drawings::PAGE_BREAK)}));
    assert_eq!(ben.game(story, "quiz"), quiz);
}

#[test]
fn a_deleted_story_takes_its_games_along_and_no_xp() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.publishes_games(kite());
    let quiz = mira.game(story, "quiz");
    let done = world.plays(&ben, quiz, 5, 60);
    let xp = ben.xp();
    mira.delete(&format!("/api/stories/{story}/delete/")).ok();
    ben.get(&format!("/api/games/{quiz}/preview/")).refused(404);
    for table in [
        "game_makings",
        "games",
        "game_questions",
        "game_attempts",
        "game_answers",
    ] {
        assert_eq!(world.dump(table), [""; 0], "{table}");
    }
    assert_eq!(ben.xp(), xp);
    assert_eq!(
        world.paid(&ben, "game_completed"),
        (number(&done["xp_earned"]), 1)
    );
    world.books_balance();
}

#[test]
fn authors_ask_for_games() {
    let world = World::new();
    let [mira, ben, rosa] = ["Mira", "Ben", "Rosa"].map(|name| world.child(name));
    let ada = world.admin("Ada");
    let generate = |client: &Client, body: Value| client.post("/api/games/generate/", body);
    let story = mira.publishes(kite());
    world.collaborate(story, &[mira.id(), ben.id()]);
    let made = generate(&mira, json!({"story_id": story})).created();
    assert_eq!(names(&made), ["games", "message"]);
    assert_eq!(names(&made["games"]), ["fill_blanks", "quiz", "word_search"]);
    assert_eq!(names(&made["games"]["quiz"]), ["id", "questions_count"]);
    assert_eq!(made["games"]["quiz"]["id"], json!(mira.game(story, "quiz")));
    let before = (world.dump("games"), asked(&world));
    for client in [&ben, &ada] {
        let again = generate(client, json!({"story_id": story.to_string()})).ok();
        assert_eq!(again["games"], made["games"]);
    }
    let again = generate(&mira, json!({"story_id": story, "regenerate": true})).created();
    assert_eq!(again["games"], made["games"]);
    assert_eq!(
        (world.dump("games"), asked(&world)),
        before,
        "the same text, the same games"
    );
    generate(&rosa, json!({"story_id": story})).refused(403);
}

#[test]
fn games_that_cannot_be_made_are_refused_and_leave_nothing() {
    let world = World::new();
    let (mira, rosa) = (world.child("Mira"), world.child("Rosa"));
    let generate = |client: &Client, body: Value| client.post("/api/games/generate/", body);
    let draft = mira.makes(kite());
    generate(&mira, json!({"story_id": draft})).refused(400);
    generate(&rosa, json!({"story_id": draft})).refused(404);
    let short = mira.publishes(plain_story("the kettle"));
    generate(&mira, json!({"story_id": short})).refused(400);
    generate(&mira, json!({"story_id": 110})).refused(404);
    for body in [json!({}), json!({"story_id": null}), json!({"story_id": "kite"})] {
        generate(&mira, body).refused_fields(&["story_id"]);
    }
    generate(&mira, json!({"story_id": short, "regenerate": "maybe"})).refused_fields(&["regenerate"]);
    for table in ["games", "game_questions"] {
        assert_eq!(world.dump(table), [""; 0], "{table}");
    }
}

#[test]
fn no_game_is_about_what_only_machines_read() {
    let world = World::new();
    let mira = world.child("Mira");
    let page = |text: &str| json!({"text": text, "canvasData": ""});
    let pages = |times: usize| {
        let pages: Vec<Value> = std::iter::repeat_n(KITE, times).flatten().map(page).collect();
        json!({"pages": pages}).to_string()
    };
    let (short, long) = (pages(1), pages(60));
    assert!(long.len() > 32 * 1024);
    let story = mira.publishes_games(with(kite(), json!({"content": short})));
    assert_eq!(ids(&mira.games(story)).len(), 3, "a content of the old server");
    for content in [long, json!(KITE).to_string()] {
        let story = mira.makes(with(kite(), json!({"content": content})));
        let published = mira.presses(story, "publish");
        assert_eq!(published["games_generated"], json!(false), "{published}");
        assert_eq!(mira.games(story)["games"], json!([]));
    }
}

#[test]
fn a_story_in_tagalog_is_asked_about_in_tagalog() {
    let pages = [
        "Maagang nagising si Ana noong Sabado. Binuksan niya ang bintana at nakita niya ang ulan.",
        "Pumunta si Ana sa hardin ni Lola Ising. Dala niya ang isang maliit na pala at tatlong buto ng kalabasa.",
        "\"Itanim natin ang mga buto bago dumating ang hangin,\" sabi ni Lola Ising. Naghukay si Ana ng tatlong butas.",
        "Dumating si Berto, ang anak ng panadero. May dala siyang mainit na pandesal para sa lahat.",
        "Kumain ang mga bata sa ilalim ng puno ng mangga. Isang asul na paruparo ang dumapo sa sombrero ni Berto.",
        "Niluto ni Lola Ising ang kalabasa. Gumawa siya ng masarap na sabaw para sa buong baryo.",
    ];
    let world = World::new();
    let mira = world.child("Mira");
    // Its language is found in its words, whatever the author has chosen.
    let story = mira.publishes_games(with(written(&pages), json!({"language": "en"})));
    let games = ids(&mira.games(story));
    let search = questions(&mira, games["word_search"]);
    assert!(
        text(&search[0]["question_text"]).starts_with("Hanapin"),
        "{search}"
    );
    assert!(
        text(&search[0]["context"]).starts_with("Words to find: "),
        "the apps parse this"
    );
}
