//! What else happens when something happens to a story: the one place from which other nouns are told.
//!
//! Each function runs inside the transaction of what happened. What it returns is announced after the commit.

use std::collections::BTreeMap;

use database::{Conn, Error};

use super::store::together;
use super::store::views::Looked;
use super::store::writing::Tally;
use crate::app::App;
use crate::rewards::{self, Action, Award, Count, Counts, Earned};

pub use crate::rewards::XpEarned;

/// What an author's act brought: to themselves and to those who wrote with them.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    earned: Vec<Earned>,
    /// The story that everybody may read from now on.
    published: Option<i64>,
}

impl Effects {
    /// What the first of the acts paid the author.
    pub fn xp_earned(&self) -> Option<XpEarned> {
        Earned::shown(&self.earned)
    }

    /// Tells everybody what they got, and asks for the games of a story that was published. After the commit.
    pub fn announce(self, app: &App) {
        for earned in self.earned {
            earned.announce(app);
        }
        if let Some(story_id) = self.published {
            app.games.ask(story_id);
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.earned.extend(other.earned);
        self.published = self.published.or(other.published);
        self
    }
}

impl From<Vec<Earned>> for Effects {
    fn from(earned: Vec<Earned>) -> Self {
        Self {
            earned,
            published: None,
        }
    }
}

/// A story was made, perhaps as a published one.
pub fn created(
    conn: &mut Conn<'_>,
    author: i64,
    story_id: i64,
    tally: &Tally,
    now: i64,
) -> Result<Effects, Error> {
    let drafted = counts(tally).with(Count::PublishedStories, -i64::from(tally.is_published));
    let act = Award::of(Action::StoryCreated, story_id);
    let effects = Effects::from(vec![rewards::award(conn, author, act, drafted, now)?]);
    if tally.is_published {
        return Ok(effects.and(published(conn, author, story_id, now)?));
    }
    Ok(effects)
}

/// A story was changed by one of its authors.
pub fn changed(
    conn: &mut Conn<'_>,
    author: i64,
    story_id: i64,
    before: &Tally,
    after: &Tally,
    now: i64,
) -> Result<Effects, Error> {
    let is_published_now = after.is_published && !before.is_published;
    let mut change = counts(after).less(&counts(before));
    if is_published_now {
        change = change.with(Count::PublishedStories, -1);
    }
    let mut effects = Effects::default();
    if !change.is_nothing() {
        effects.earned.push(rewards::count(conn, author, change, now)?);
    }
    if is_published_now {
        return Ok(effects.and(published(conn, author, story_id, now)?));
    }
    Ok(effects)
}

/// A story was published by its author. One that several wrote is a success of all of them.
pub fn published(conn: &mut Conn<'_>, author: i64, story_id: i64, now: i64) -> Result<Effects, Error> {
    let act = Award::of(Action::StoryPublished, story_id);
    let one_more = Counts::of(Count::PublishedStories, 1);
    let mut earned = vec![rewards::award(conn, author, act, one_more, now)?];
    earned.extend(completed(conn, story_id, now)?);
    Ok(Effects {
        earned,
        published: Some(story_id),
    })
}

/// A collaborative story was published in the name of one of its authors: each of them is paid the same.
pub fn published_together(
    conn: &mut Conn<'_>,
    author: i64,
    story_id: i64,
    was_published: bool,
    now: i64,
) -> Result<Effects, Error> {
    let mut earned = Vec::new();
    if !was_published {
        let one_more = Counts::of(Count::PublishedStories, 1);
        earned.push(rewards::count(conn, author, one_more, now)?);
    }
    earned.extend(completed(conn, story_id, now)?);
    Ok(Effects {
        earned,
        published: Some(story_id),
    })
}

fn completed(conn: &mut Conn<'_>, story_id: i64, now: i64) -> Result<Vec<Earned>, Error> {
    let act = Award::of(Action::CollaborationCompleted, story_id);
    let one_more = Counts::of(Count::CollaborationsCompleted, 1);
    let authors = together::authors(conn, story_id)?;
    authors
        .into_iter()
        .map(|author| rewards::award_first(conn, author, act, one_more, now))
        .collect()
}

/// A story is a draft again. What its publishing paid stays, and is not paid again.
pub fn unpublished(conn: &mut Conn<'_>, author: i64, now: i64) -> Result<(), Error> {
    rewards::count(conn, author, Counts::of(Count::PublishedStories, -1), now).map(drop)
}

/// A story was deleted. What others gave it stays with its author.
pub fn deleted(conn: &mut Conn<'_>, author: i64, tally: &Tally, now: i64) -> Result<(), Error> {
    rewards::count(conn, author, Counts::default().less(&counts(tally)), now).map(drop)
}

/// A story went to another of its authors.
pub fn handed_over(conn: &mut Conn<'_>, heir: i64, tally: &Tally, now: i64) -> Result<(), Error> {
    rewards::count(conn, heir, counts(tally), now).map(drop)
}

/// Somebody liked a story, or took the like back. A like of one's own story counts for nothing.
pub fn liked(
    conn: &mut Conn<'_>,
    author: i64,
    story_id: i64,
    liker: i64,
    is_on: bool,
    now: i64,
) -> Result<Earned, Error> {
    if author == liker {
        return Ok(Earned::default());
    }
    if !is_on {
        return rewards::count(conn, author, Counts::of(Count::LikesReceived, -1), now);
    }
    let act = Award::of(Action::StoryLiked, story_id).by(liker);
    rewards::award(conn, author, act, Counts::of(Count::LikesReceived, 1), now)
}

/// Somebody commented on a story. A comment on one's own counts for nothing.
pub fn commented(
    conn: &mut Conn<'_>,
    author: i64,
    story_id: i64,
    commenter: i64,
    now: i64,
) -> Result<Effects, Error> {
    if author == commenter {
        return Ok(Effects::default());
    }
    let act = Award::of(Action::StoryCommented, story_id);
    let paid = rewards::award(conn, commenter, act, Counts::default(), now)?;
    let received = rewards::count(conn, author, Counts::of(Count::CommentsReceived, 1), now)?;
    Ok(vec![paid, received].into())
}

/// A comment was deleted.
pub fn uncommented(conn: &mut Conn<'_>, author: i64, commenter: i64, now: i64) -> Result<(), Error> {
    if author == commenter {
        return Ok(());
    }
    rewards::count(conn, author, Counts::of(Count::CommentsReceived, -1), now).map(drop)
}

/// Somebody drew a character.
pub fn character_created(
    conn: &mut Conn<'_>,
    creator: i64,
    character_id: i64,
    now: i64,
) -> Result<Earned, Error> {
    let act = Award::of(Action::CharacterCreated, character_id);
    rewards::award(conn, creator, act, Counts::of(Count::CharactersCreated, 1), now)
}

/// A character was deleted.
pub fn character_deleted(conn: &mut Conn<'_>, creator: i64, now: i64) -> Result<(), Error> {
    rewards::count(conn, creator, Counts::of(Count::CharactersCreated, -1), now).map(drop)
}

/// Stories were looked at, some of them by readers who had not read them yet.
pub fn looked_at(conn: &mut Conn<'_>, looked: &[Looked], now: i64) -> Result<Effects, Error> {
    let mut views: BTreeMap<i64, i64> = BTreeMap::new();
    let mut effects = Effects::default();
    for look in looked {
        *views.entry(look.author_id).or_default() += look.count;
        if let Some(reader) = look.first_reader {
            let act = Award::of(Action::StoryRead, look.story_id);
            let one_more = Counts::of(Count::StoriesRead, 1);
            effects
                .earned
                .push(rewards::award(conn, reader, act, one_more, now)?);
        }
    }
    for (author, count) in views {
        let more = Counts::of(Count::ViewsReceived, count);
        effects.earned.push(rewards::count(conn, author, more, now)?);
    }
    Ok(effects)
}

/// What a story counts for.
fn counts(tally: &Tally) -> Counts {
    let counts = Counts::of(Count::TotalStories, 1)
        .with(Count::PublishedStories, i64::from(tally.is_published))
        .with(Count::TotalWords, tally.words);
    match tally.creation_type.as_str() {
        "manual" => counts.with(Count::ManualStories, 1),
        "ai_assisted" => counts.with(Count::AiStories, 1),
        _ => counts,
    }
}
