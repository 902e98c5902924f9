//! The library and the reader, as children with and without an account use them.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::app::Badges;
use crate::call::{Call, Manner};
use crate::person::Person;
use crate::visit::Over;

/// How often the open library and the open reader ask.
const LIBRARY_EVERY: Duration = Duration::from_secs(30);
const STATS_EVERY: Duration = Duration::from_secs(10);
const LIST: &str = "/api/stories/?public=true&page_size=100";
const PICTURES: &str = "/media/pictures/";

/// What somebody has in front of them, and remembers.
pub(super) struct Library {
    stories: Vec<i64>,
    /// How many covers the screen shows.
    covers: usize,
    /// Nobody asks for badges without an account.
    badges: Option<Badges>,
}

/// What the library reads of a story.
#[derive(Deserialize)]
struct Row {
    id: i64,
    cover_image: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    results: Vec<Row>,
}

impl Row {
    /// The path of a cover that this server keeps; those of others are not ours to load.
    fn own_cover(&self) -> Option<&str> {
        let cover = self.cover_image.as_deref()?;
        let path = &cover[cover.find(PICTURES)?..];
        path.parse::<hyper::Uri>().is_ok().then_some(path)
    }
}

/// What is asked again and again while it is on the screen.
#[derive(Clone, Copy)]
enum Screen {
    Library,
    Reader(i64),
}

/// What a reader does with a story besides reading it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Acts {
    pub(super) likes: bool,
    pub(super) comments: bool,
    pub(super) rates: bool,
}

impl Acts {
    /// What is done with a story, in order.
    fn calls(self, person: &mut Person, path: &str) -> Vec<Call> {
        let mut calls = Vec::new();
        if self.likes {
            calls.push(Call::post("like", format!("{path}like/")));
        }
        if self.comments {
            let praise = person.rng.choice(PRAISE).expect("there is praise");
            let text = format!("{praise} ({})", person.rng.u16(..));
            let body = json!({ "text": text }).to_string().into_bytes();
            calls.push(Call::post("comment", format!("{path}comments/create/")).with(body));
        }
        if self.rates {
            let body = json!({"rating": person.rng.u8(3..=5)}).to_string().into_bytes();
            calls.push(Call::post("rate", format!("{path}rate/")).with(body));
        }
        calls
    }
}

impl Library {
    pub(super) fn new(covers: usize, badges: Option<Badges>) -> Self {
        Self {
            stories: Vec::new(),
            covers,
            badges,
        }
    }

    /// Opens the library, or comes back to it.
    pub(super) async fn open(&mut self, person: &mut Person) -> Result<(), Over> {
        let has_layer = self.badges.is_some();
        let manner = if has_layer { Manner::App } else { Manner::Plain };
        let list = Call::get("library", LIST).made(manner);
        let answer = person.ask::<Page>(list).await?;
        if !answer.is_failed() {
            // It is what they came for.
            person.enter();
        }
        let Some(page) = answer.fresh() else {
            return Ok(());
        };
        // Of a page of a hundred rows somebody remembers which stories there are.
        self.stories = page.results.iter().map(|row| row.id).collect();
        for row in page.results.iter().take(self.covers) {
            if let Some(path) = row.own_cover() {
                person.look_at(path).await?;
            }
        }
        Ok(())
    }

    /// Looks around in the open library for so long.
    pub(super) async fn look_around(&mut self, person: &mut Person, time: Duration) -> Result<(), Over> {
        self.stay(person, Screen::Library, Instant::now() + time).await
    }

    /// Opens a story from the library, and reads it; nothing happens in an empty library.
    pub(super) async fn read(&mut self, person: &mut Person, acts: Acts) -> Result<(), Over> {
        let Some(story) = self.choose(person) else {
            return person.think(1.0..=2.0).await;
        };
        let path = format!("/api/stories/{story}/");
        // A story may have vanished since the library was read.
        let detail = person.send(Call::get("detail", path.as_str())).await?;
        person.send(Call::get("stats", format!("{path}stats/"))).await?;
        person
            .send(Call::get("comments", format!("{path}comments/")))
            .await?;
        if detail.is_failed() {
            return person.think(1.0..=2.0).await;
        }
        let reader = Screen::Reader(story);
        let pause = || 6.0..=14.0;
        for call in acts.calls(person, &path) {
            let until = Instant::now() + person.draw(pause());
            self.stay(person, reader, until).await?;
            person.send(call).await?;
            self.poll(person, reader).await?;
        }
        let until = Instant::now() + person.draw(pause());
        self.stay(person, reader, until).await
    }

    fn choose(&self, person: &mut Person) -> Option<i64> {
        let known = &person.visit.plan.accounts.public_stories;
        let stories = if self.stories.is_empty() {
            known
        } else {
            &self.stories
        };
        person.rng.choice(stories).copied()
    }

    /// Keeps a screen open until this moment, and asks what it asks.
    async fn stay(&mut self, person: &mut Person, screen: Screen, until: Instant) -> Result<(), Over> {
        let every = person.visit.paced(match screen {
            Screen::Library => LIBRARY_EVERY,
            Screen::Reader(_) => STATS_EVERY,
        });
        let mut due = Instant::now() + every;
        loop {
            let badges = self.badges.as_ref().map_or(until, |badges| badges.due);
            let next = due.min(badges).min(until);
            person.pause_until(next).await?;
            if next == until {
                return Ok(());
            }
            match &mut self.badges {
                Some(badges) if badges.due == next => badges.ask(person).await?,
                _ => {
                    self.poll(person, screen).await?;
                    due = Instant::now() + every;
                }
            }
        }
    }

    async fn poll(&mut self, person: &mut Person, screen: Screen) -> Result<(), Over> {
        match screen {
            Screen::Library => self.open(person).await,
            Screen::Reader(story) => {
                let stats = Call::get("stats", format!("/api/stories/{story}/stats/"));
                person.send(stats).await.map(|_| ())
            }
        }
    }
}

const PRAISE: [&str; 6] = [
    "The snail is my favourite!",
    "Please write what happens next.",
    "I like the colours of the sea.",
    "My sister laughed so much.",
    "How did you draw the moon?",
    "A very good story.",
];
