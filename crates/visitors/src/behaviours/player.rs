//! A child who signs in and plays the games of stories.

use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::Player;
use super::app::{Badges, come_in};
use crate::call::Call;
use crate::person::Person;
use crate::visit::Over;

const STORIES: &str = "/api/games/available_stories/";
/// Before the words that are hidden in a word search.
const WORDS: &str = "Words to find:";
/// How long somebody thinks about a question, and looks for a word, in seconds.
const QUESTION: std::ops::RangeInclusive<f64> = 4.0..=12.0;
const WORD: std::ops::RangeInclusive<f64> = 5.0..=15.0;

#[derive(Deserialize)]
struct Stories {
    stories: Vec<Id>,
}

#[derive(Deserialize)]
struct Games {
    games: Vec<Id>,
}

#[derive(Deserialize)]
struct Id {
    id: i64,
}

#[derive(Deserialize)]
struct Started {
    attempt_id: i64,
    questions: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    id: i64,
    options: Vec<String>,
    context: Option<String>,
    is_answered: bool,
}

impl Player {
    /// Looks which stories have games, plays those of one, and again.
    pub(super) async fn visit(&self, person: &mut Person) -> Result<(), Over> {
        if !come_in(person, self.tokens_only).await? {
            return Ok(());
        }
        let mut badges = Badges::new();
        let mut stories = Vec::new();
        loop {
            if badges.due <= Instant::now() {
                badges.ask(person).await?;
            }
            let answer = person
                .ask::<Stories>(Call::get("stories with games", STORIES))
                .await?;
            if !answer.is_failed() {
                person.enter();
            }
            if let Some(page) = answer.fresh() {
                stories = page.stories.into_iter().map(|story| story.id).collect();
            }
            person.think(3.0..=8.0).await?;
            if let Some(story) = person.rng.choice(&stories).copied() {
                play_all(person, story).await?;
            }
        }
    }
}

/// Plays the games of a story, one after the other.
async fn play_all(person: &mut Person, story: i64) -> Result<(), Over> {
    let list = format!("/api/games/story/{story}/");
    let Some(Games { games }) = person.ask(Call::get("games", list.as_str())).await?.fresh() else {
        return Ok(());
    };
    for game in games {
        person.think(2.0..=5.0).await?;
        if play(person, game.id).await? {
            // The page of games is shown again.
            person.think(1.0..=1.0).await?;
            person.send(Call::get("games", list.as_str())).await?;
        }
    }
    Ok(())
}

/// Plays a game to its end; whether it came to one.
async fn play(person: &mut Person, game: i64) -> Result<bool, Over> {
    let start = |is_forced: bool| {
        let body = json!({"force_new": is_forced}).to_string().into_bytes();
        Call::post("start", format!("/api/games/{game}/start_game/")).with(body)
    };
    let is_forced = person.rng.bool();
    let Some(started) = person.ask::<Started>(start(is_forced)).await?.fresh() else {
        return Ok(false);
    };
    for question in started.questions.iter().filter(|question| !question.is_answered) {
        let answer = answer(person, question).await?;
        let body = json!({"attempt_id": started.attempt_id, "question_id": question.id, "answer": answer});
        let call = Call::post("answer", "/api/games/submit_answer/");
        person.send(call.with(body.to_string().into_bytes())).await?;
    }
    let body = json!({"attempt_id": started.attempt_id}).to_string().into_bytes();
    person
        .send(Call::post("complete", "/api/games/complete/").with(body))
        .await?;
    // The page of the game loads itself twice more when it is over.
    for _ in 0..2 {
        person.send(start(is_forced)).await?;
    }
    Ok(true)
}

/// One of the options; of a word search its words, some of them backwards.
async fn answer(person: &mut Person, question: &Question) -> Result<String, Over> {
    let words = question
        .context
        .as_deref()
        .and_then(|context| context.strip_prefix(WORDS));
    let Some(words) = words else {
        person.think(QUESTION).await?;
        return Ok(person.rng.choice(&question.options).cloned().unwrap_or_default());
    };
    let mut found = Vec::new();
    for word in words.split(',').map(str::trim) {
        person.think(WORD).await?;
        found.push(if person.rng.bool() {
            word.to_owned()
        } else {
            word.chars().rev().collect()
        });
    }
    Ok(found.join(","))
}
