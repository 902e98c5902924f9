//! Stories with games, and children who play them.

use std::collections::HashMap;

use serde_json::{Value, json};
use tinytales::games;

use crate::drawings::{PAGE_BREAK, each, plain_story, with};
use crate::support::{Client, World};

/// A story of nine pages, long enough for every game.
pub const KITE: [&str; 9] = [
    "Lena made a red kite with her grandfather. They used thin paper and two long sticks.",
    "On Saturday they carried the kite to the hill. The wind was strong that morning.",
    "Lena ran down the hill with the kite behind her. It jumped into the air and climbed higher and higher.",
    "Suddenly the string broke. The kite sailed over the river and landed in a tall mango tree.",
    "\"I can reach it,\" said Tomas, the baker's son. He climbed the tree like a monkey.",
    "A big brown bird sat beside the kite. It looked at Tomas and opened its beak.",
    "Tomas whistled a soft song. The bird listened, shook its feathers and flew away.",
    "Tomas dropped the kite into Lena's arms. Grandfather tied a new string to it.",
    "The three friends shared warm bread under the tree. Then Lena handed the string to Tomas and said, \
     \"Now it is your turn.\"",
];

/// The story of the kite, as an app sends it.
pub fn kite() -> Value {
    written(&KITE)
}

/// A story with these pages.
pub fn written(pages: &[&str]) -> Value {
    with(
        plain_story("The Red Kite"),
        json!({"content": pages.join(PAGE_BREAK)}),
    )
}

/// A story of Mira's with games, and Ben, who plays them.
pub struct Playground {
    pub world: World,
    pub mira: Client,
    pub ben: Client,
    pub story: i64,
    pub quiz: i64,
    pub search: i64,
}

impl Playground {
    /// The story of the kite.
    pub fn new() -> Self {
        let world = World::new();
        let (mira, ben) = (world.child("Mira"), world.child("Ben"));
        let story = mira.publishes_games(kite());
        let (quiz, search) = (mira.game(story, "quiz"), mira.game(story, "word_search"));
        Self {
            world,
            mira,
            ben,
            story,
            quiz,
            search,
        }
    }

    /// All that is known of attempts.
    pub fn everything(&self) -> [Vec<String>; 4] {
        ["game_attempts", "game_answers", "xp_awards", "reward_counts"].map(|table| self.world.dump(table))
    }

    /// What a play of the quiz pays.
    #[track_caller]
    pub fn pays(&self, child: &Client, right: usize, seconds: i64) -> Value {
        self.world.plays(child, self.quiz, right, seconds)["xp_earned"].clone()
    }
}

/// The ids of the questions of an attempt that has begun, in their order.
pub fn question_ids(started: &Value) -> Vec<i64> {
    each(&started["questions"], "id")
        .into_iter()
        .map(number)
        .collect()
}

/// The ids of the games in a list, by their types.
#[track_caller]
pub fn ids(games: &Value) -> HashMap<String, i64> {
    let games = games["games"].as_array().unwrap().iter();
    games
        .map(|game| (text(&game["game_type"]), game["id"].as_i64().unwrap()))
        .collect()
}

/// A JSON text.
#[track_caller]
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a text: {value}"))
        .to_owned()
}

/// A JSON number.
#[track_caller]
pub fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("a number: {value}"))
}

impl World {
    /// Makes the games that were asked for, as the server does every few seconds.
    pub fn makes_games(&self) {
        self.run(games::make_waiting(&self.app));
    }

    /// Makes the games of stories that were missed, as the server does from time to time.
    pub fn makes_missing_games(&self) {
        let mut last = 0;
        while let Some(next) = self.run(games::make_missing(&self.app, last)) {
            last = next;
        }
    }

    /// The right answer to each question of a game.
    pub fn right_answers(&self, game: i64) -> HashMap<i64, String> {
        self.sql(move |conn| {
            let rows = conn.query(
                "SELECT id, correct_answer FROM game_questions WHERE game_id = $1",
                &[&game],
            )?;
            rows.into_iter()
                .map(|mut row| Ok((row.take()?, row.take()?)))
                .collect()
        })
    }

    /// Plays a game to its end, so many of its answers right, in so many seconds; what came of it.
    #[track_caller]
    pub fn plays(&self, child: &Client, game: i64, right: usize, seconds: i64) -> Value {
        let started = child.starts(game);
        self.answers_all(child, game, &started, right);
        self.advance(seconds * tinytales::clock::SECOND);
        child.completes(number(&started["attempt_id"]))
    }

    /// Answers all questions of an attempt that has begun, so many of them right.
    #[track_caller]
    pub fn answers_all(&self, child: &Client, game: i64, started: &Value, right: usize) {
        let answers = self.right_answers(game);
        for (place, question) in started["questions"].as_array().unwrap().iter().enumerate() {
            let id = number(&question["id"]);
            let answer = if place < right {
                &answers[&id]
            } else {
                "something else"
            };
            child.submits(started, id, answer);
        }
    }
}

impl Client {
    /// Publishes a story that has games; its id.
    #[track_caller]
    pub fn publishes_games(&self, story: Value) -> i64 {
        let id = self.makes(story);
        let published = self.presses(id, "publish");
        assert_eq!(published["games_generated"], json!(true), "{published}");
        id
    }

    /// The games of a story.
    #[track_caller]
    pub fn games(&self, story: i64) -> Value {
        self.get(&format!("/api/games/story/{story}/")).ok()
    }

    /// The game of this type of a story.
    #[track_caller]
    pub fn game(&self, story: i64, game_type: &str) -> i64 {
        ids(&self.games(story))[game_type]
    }

    /// Starts a game, or goes on with it.
    #[track_caller]
    pub fn starts(&self, game: i64) -> Value {
        self.begins(game, json!({}))
    }

    /// The same with a body.
    #[track_caller]
    pub fn begins(&self, game: i64, body: Value) -> Value {
        let answer = self.post(&format!("/api/games/{game}/start_game/"), body);
        let is_resume = answer.json["is_resume"] == json!(true);
        answer.status(if is_resume { 200 } else { 201 });
        answer.json
    }

    /// Answers a question of an attempt.
    #[track_caller]
    pub fn submits(&self, started: &Value, question: i64, answer: &str) -> Value {
        let body = json!({"attempt_id": started["attempt_id"], "question_id": question, "answer": answer});
        self.post("/api/games/submit_answer/", body).ok()
    }

    /// Completes an attempt.
    #[track_caller]
    pub fn completes(&self, attempt: i64) -> Value {
        self.post("/api/games/complete/", json!({"attempt_id": attempt}))
            .ok()
    }
}
