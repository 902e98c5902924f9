//! A child who signs in and writes to friends, and looks now and then what they do.

use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::Chatter;
use super::app::{Badges, come_in};
use super::crowd;
use crate::call::Call;
use crate::person::Person;
use crate::visit::Over;

const FRIENDS: &str = "/api/friends/";
const CONVERSATIONS: &str = "/api/messages/conversations/";
const FEED: &str = "/api/social/activity-feed/";
const BOARD: &str = "/api/social/leaderboard/";
/// Messages of one sitting.
const MESSAGES: std::ops::RangeInclusive<usize> = 2..=5;
/// How long somebody types, and reads a screen, in seconds.
const TYPES: std::ops::RangeInclusive<f64> = 4.0..=12.0;
const READS: std::ops::RangeInclusive<f64> = 3.0..=8.0;

#[derive(Deserialize)]
struct Friends {
    friends: Vec<Friend>,
}

#[derive(Deserialize)]
struct Friend {
    id: i64,
}

impl Chatter {
    /// Writes to one friend after the other; what they write comes over the notification socket meanwhile.
    pub(super) async fn visit(&self, person: &mut Person) -> Result<(), Over> {
        if !come_in(person, self.tokens_only).await? {
            return Ok(());
        }
        let Some(mut door) = person.door() else {
            return Ok(());
        };
        let (chatted, _) = tokio::join!(Box::pin(chat(person)), Box::pin(crowd::notifications(&mut door)));
        chatted
    }
}

async fn chat(person: &mut Person) -> Result<(), Over> {
    let mut badges = Badges::new();
    let mut friends = Vec::new();
    loop {
        if badges.due <= Instant::now() {
            badges.ask(person).await?;
        }
        // The screen of messages: friends, and what was written last.
        let answer = person.ask::<Friends>(Call::get("friends", FRIENDS)).await?;
        if !answer.is_failed() {
            person.enter();
        }
        if let Some(list) = answer.fresh() {
            friends = list.friends.into_iter().map(|friend| friend.id).collect();
        }
        person.send(Call::get("conversations", CONVERSATIONS)).await?;
        person.think(READS).await?;
        if let Some(friend) = person.rng.choice(&friends).copied() {
            write_to(person, friend).await?;
        }
        match person.rng.u32(..4) {
            0 => look_at(person, "board", BOARD).await?,
            1 | 2 => look_at(person, "feed", FEED).await?,
            _ => {}
        }
    }
}

/// A conversation: what was written before, some messages, and what has come meanwhile.
async fn write_to(person: &mut Person, friend: i64) -> Result<(), Over> {
    let history = format!("/api/messages/{friend}/");
    person.send(Call::get("history", history.as_str())).await?;
    for _ in 0..person.rng.usize(MESSAGES) {
        person.think(TYPES).await?;
        let text = person.rng.choice(WORDS).expect("there are words");
        let content = format!("{text} ({})", person.rng.u16(..));
        let body = json!({"receiver_id": friend, "content": content})
            .to_string()
            .into_bytes();
        person
            .send(Call::post("message", "/api/messages/send/").with(body))
            .await?;
    }
    person.think(READS).await?;
    person.send(Call::get("history", history)).await?;
    Ok(())
}

async fn look_at(person: &mut Person, call: &'static str, path: &str) -> Result<(), Over> {
    person.send(Call::get(call, path)).await?;
    person.think(READS).await
}

const WORDS: [&str; 6] = [
    "Did you see the new story about the snail?",
    "I have drawn a whale for you.",
    "Shall we write something together?",
    "My cat sat on my drawing again.",
    "Good night!",
    "I found all the words in the word search.",
];
