//! From what somebody did to what they get for it, in one transaction.

use std::collections::BTreeMap;

use database::{Conn, Error};
use serde_json::{Value, json};

use super::achievements::{self, Achievement, Metric};
use super::counts::{Count, Counts};
use super::rules::{self, Action};
use super::shapes::XpEarned;
use super::store::{self, Entry};
use super::telling;
use crate::accounts::store::people;
use crate::notifications::store::Notification;

/// An act that pays once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Award(Entry);

impl Award {
    /// The usual pay of an act.
    pub fn of(action: Action, object_id: i64) -> Self {
        Self(Entry {
            action,
            object_id,
            by_id: 0,
            xp: action.xp(),
        })
    }

    /// Done by somebody else, or in one of several attempts: each of them pays.
    #[must_use]
    pub fn by(self, by_id: i64) -> Self {
        Self(Entry { by_id, ..self.0 })
    }

    /// Another pay than the usual one, such as that of a game. 0 is noted, too: it is not paid later either.
    #[must_use]
    pub fn paying(self, xp: i64) -> Self {
        Self(Entry {
            xp: xp.max(0),
            ..self.0
        })
    }
}

/// What somebody gets of an act.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    user_id: i64,
    act: Option<Award>,
    counts: Counts,
    /// Whether the totals change though the act stands already.
    counts_again: bool,
}

impl Share {
    /// Of an act that happens once, as [`award`] pays it.
    pub fn of(user_id: i64, act: Award, counts: Counts) -> Self {
        Self {
            user_id,
            act: Some(act),
            counts,
            counts_again: false,
        }
    }

    /// Of an act that can be taken back and done again, as [`award_again`] pays it.
    pub fn again(user_id: i64, act: Award, counts: Counts) -> Self {
        Self {
            counts_again: true,
            ..Self::of(user_id, act, counts)
        }
    }

    /// Of what pays nothing itself, as [`count`] counts it.
    pub fn counted(user_id: i64, counts: Counts) -> Self {
        Self {
            user_id,
            act: None,
            counts,
            counts_again: true,
        }
    }
}

/// What an act brought somebody: for the answer, and for their sockets after the commit.
#[derive(Clone, Debug, Default)]
pub struct Earned {
    pub(super) user_id: i64,
    /// The act itself, if it was new, and the achievements that it made.
    pub(super) entries: Vec<Entry>,
    pub(super) xp_before: i64,
    pub(super) xp: i64,
    /// They published: their place on the board is to be looked at after the commit.
    pub(super) may_have_climbed: bool,
    /// What was stored to tell of it.
    pub(super) notifications: Vec<Notification>,
}

impl Earned {
    /// What several acts paid one of the people who had a share in them: the first of theirs that paid anything, with all
    /// that the others have made of it since; nothing when all were paid before, or too often today.
    pub fn shown(acts: &[Self], user_id: i64) -> Option<XpEarned> {
        let paid: Vec<&Self> = acts
            .iter()
            .filter(|earned| earned.user_id == user_id && earned.xp > 0)
            .collect();
        let (first, last) = (paid.first()?, paid.last()?);
        let act = paid
            .iter()
            .find_map(|earned| earned.act().filter(|act| act.xp > 0))?;
        Some(XpEarned {
            xp_gained: act.xp,
            total_xp: last.xp,
            level: last.level(),
            leveled_up: last.level() > rules::level(first.xp_before),
        })
    }

    /// Whether the act had not been done before.
    pub fn is_new(&self) -> bool {
        self.act().is_some()
    }

    fn act(&self) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.action != Action::AchievementEarned)
    }

    pub(super) fn level(&self) -> i64 {
        rules::level(self.xp)
    }

    pub(super) fn has_new_level(&self) -> bool {
        self.level() > rules::level(self.xp_before)
    }

    pub(super) fn achievements(&self) -> impl Iterator<Item = &'static Achievement> {
        self.entries
            .iter()
            .filter(|entry| entry.action == Action::AchievementEarned)
            .filter_map(|entry| achievements::by_id(entry.object_id))
    }
}

/// Pays somebody for an act and changes their running totals, both once: whoever does it again gets nothing, which
/// [`Earned::is_new`] tells. An act beyond its limit of a day counts, but pays nothing. One query for an act that stands
/// already, three or four for one that leads to nothing else, seven with an achievement and a level.
pub fn award(
    conn: &mut Conn<'_>,
    user_id: i64,
    act: Award,
    counts: Counts,
    now: i64,
) -> Result<Earned, Error> {
    settle(conn, &Share::of(user_id, act, counts), now)
}

/// The same for an act that can be taken back and done again, like a like: it pays once, but the totals say how things
/// stand and change each time. One query less where it leads to an achievement.
pub fn award_again(
    conn: &mut Conn<'_>,
    user_id: i64,
    act: Award,
    counts: Counts,
    now: i64,
) -> Result<Earned, Error> {
    settle(conn, &Share::again(user_id, act, counts), now)
}

/// Changes somebody's running totals by what pays nothing itself. One query where it leads to nothing else.
pub fn count(conn: &mut Conn<'_>, user_id: i64, counts: Counts, now: i64) -> Result<Earned, Error> {
    settle(conn, &Share::counted(user_id, counts), now)
}

/// Counts off published stories of many people, by their ids: nothing is earned by it, and nobody is told. Two queries,
/// however many they are.
pub fn withdraw_published(conn: &mut Conn<'_>, stories: &BTreeMap<i64, i64>) -> Result<(), Error> {
    if stories.is_empty() {
        return Ok(());
    }
    let list: Vec<Value> = stories
        .iter()
        .map(|(user_id, count)| json!({"id": user_id, "count": count}))
        .collect();
    let list = Value::Array(list).to_string();
    store::withdraw_published(conn, &list)?;
    people::count_off_published(conn, &list)
}

/// Pays several people, or one person for several acts: everybody in the order of their ids, so that two acts which pay
/// the same people wait for each other and never in a circle.
pub fn share_out(conn: &mut Conn<'_>, mut shares: Vec<Share>, now: i64) -> Result<Vec<Earned>, Error> {
    shares.sort_by_key(|share| share.user_id);
    shares.iter().map(|share| settle(conn, share, now)).collect()
}

/// The row of the account comes after that of its totals, in every act: two who do something to the same person at once
/// wait for each other, never in a circle.
fn settle(conn: &mut Conn<'_>, share: &Share, now: i64) -> Result<Earned, Error> {
    let Share { user_id, counts, .. } = *share;
    let mut earned = Earned {
        user_id,
        ..Earned::default()
    };
    let mut due: Vec<Entry> = Vec::new();
    if let Some(Award(act)) = share.act {
        if share.counts_again {
            due.push(act);
        } else {
            earned.entries = store::enter(conn, user_id, &[act], now)?;
            if !earned.is_new() {
                return Ok(earned);
            }
        }
    }
    let (after, xp_before) = store::add(conn, user_id, &counts)?;
    earned.xp_before = xp_before;
    due.extend(entries(achievements::by_counts(&after.less(&counts), &after)));
    let published = counts.get(Count::PublishedStories);
    if published != 0 {
        people::count_published(conn, user_id, published)?;
    }
    // Places are everybody's: whoever reads them in here would have to begin anew whenever somebody else publishes.
    earned.may_have_climbed = published > 0;
    pay(conn, &mut earned, due, now)?;
    earned.notifications = telling::store(conn, &earned, now)?;
    Ok(earned)
}

/// Pays what has been entered, what is due and was not paid before, and what the levels make that it leads to.
fn pay(conn: &mut Conn<'_>, earned: &mut Earned, mut due: Vec<Entry>, now: i64) -> Result<(), Error> {
    let mut level = rules::level(earned.xp_before);
    let xp = loop {
        let paid = store::enter(conn, earned.user_id, &due, now)?;
        earned.entries.extend(paid);
        let xp = earned.entries.iter().map(|entry| entry.xp).sum();
        let reached = rules::level(earned.xp_before + xp);
        due = entries(achievements::by_level(level, reached)).collect();
        if due.is_empty() {
            break xp;
        }
        level = reached;
    };
    store::count_achievements(conn, earned.user_id, earned.achievements().count())?;
    if xp > 0 {
        earned.xp = people::add_xp(conn, earned.user_id, xp)?;
    }
    Ok(())
}

/// Notes achievements that were reached while nothing was paid. A place on the board, which somebody has after their own
/// act or by what others did, is paid and told now; everything else came by an import: no XP, and not a word.
pub(super) fn catch_up(
    conn: &mut Conn<'_>,
    user_id: i64,
    missed: &[&'static Achievement],
    now: i64,
) -> Result<Earned, Error> {
    let (places, imported): (Vec<_>, Vec<_>) = missed
        .iter()
        .copied()
        .partition(|achievement| achievement.metric == Metric::Place);
    let mut earned = Earned {
        user_id,
        xp_before: store::hold(conn, user_id)?,
        ..Earned::default()
    };
    let quiet: Vec<Entry> = entries(imported).map(|entry| Entry { xp: 0, ..entry }).collect();
    let noted = store::enter(conn, user_id, &quiet, now)?;
    store::count_achievements(conn, user_id, noted.len())?;
    pay(conn, &mut earned, entries(places).collect(), now)?;
    earned.notifications = telling::store(conn, &earned, now)?;
    Ok(earned)
}

fn entries(achievements: Vec<&'static Achievement>) -> impl Iterator<Item = Entry> {
    achievements.into_iter().map(|achievement| Entry {
        action: Action::AchievementEarned,
        object_id: achievement.id,
        by_id: 0,
        xp: achievement.rarity.xp(),
    })
}
