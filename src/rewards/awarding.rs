//! From what somebody did to what they get for it, in one transaction.

use database::{Conn, Error};

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

/// What an act brought somebody: for the answer, and for their sockets after the commit.
#[derive(Clone, Debug, Default)]
pub struct Earned {
    pub(super) user_id: i64,
    /// The act itself, if it was new, and the achievements that it made.
    pub(super) entries: Vec<Entry>,
    pub(super) xp_before: i64,
    pub(super) xp: i64,
    /// What was stored to tell of it.
    pub(super) notifications: Vec<Notification>,
}

impl Earned {
    /// What the first of several acts paid, with all that the others have made of it since; nothing when it was paid
    /// before, or too often today.
    pub fn shown(acts: &[Self]) -> Option<XpEarned> {
        let first = acts.first()?;
        let act = first
            .entries
            .iter()
            .find(|entry| entry.action != Action::AchievementEarned)?;
        let last = acts
            .iter()
            .rfind(|earned| earned.user_id == first.user_id && earned.xp > 0)?;
        (act.xp > 0).then(|| XpEarned {
            xp_gained: act.xp,
            total_xp: last.xp,
            level: last.level(),
            leveled_up: last.level() > rules::level(first.xp_before),
        })
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

/// Pays somebody for an act, once, and changes their running totals. An act beyond its limit of a day is noted and pays
/// nothing. Up to eight queries, mostly three or four.
pub fn award(
    conn: &mut Conn<'_>,
    user_id: i64,
    award: Award,
    counts: Counts,
    now: i64,
) -> Result<Earned, Error> {
    let Award(mut act) = award;
    if let Some(most) = act.action.most_a_day()
        && store::lately(conn, user_id, act.action, now)? >= most
    {
        act.xp = 0;
    }
    settle(conn, user_id, Some(act), counts, now)
}

/// Changes somebody's running totals by what pays nothing itself.
pub fn count(conn: &mut Conn<'_>, user_id: i64, counts: Counts, now: i64) -> Result<Earned, Error> {
    settle(conn, user_id, None, counts, now)
}

/// The same as [`award`] for an act whose total must not rise twice for one object.
pub fn award_first(
    conn: &mut Conn<'_>,
    user_id: i64,
    act: Award,
    counts: Counts,
    now: i64,
) -> Result<Earned, Error> {
    if store::is_entered(conn, user_id, act.0.action, act.0.object_id)? {
        return Ok(Earned::default());
    }
    award(conn, user_id, act, counts, now)
}

/// The row of the account comes after that of its totals, in every act: two who do something to the same person at once
/// wait for each other, never in a circle.
fn settle(
    conn: &mut Conn<'_>,
    user_id: i64,
    act: Option<Entry>,
    change: Counts,
    now: i64,
) -> Result<Earned, Error> {
    let mut due: Vec<Entry> = act.into_iter().collect();
    if !change.is_nothing() {
        let after = store::add(conn, user_id, &change)?;
        due.extend(entries(achievements::by_counts(&after.less(&change), &after)));
    }
    let published = change.get(Count::PublishedStories);
    if published != 0 {
        people::count_published(conn, user_id, published)?;
    }
    if published > 0 {
        let person = people::standing(conn, user_id)?.ok_or(Error::Missing)?;
        due.extend(entries(achievements::by_place(person.standing)));
    }
    settle_due(conn, user_id, due, now)
}

fn settle_due(conn: &mut Conn<'_>, user_id: i64, due: Vec<Entry>, now: i64) -> Result<Earned, Error> {
    let mut earned = Earned {
        user_id,
        ..Earned::default()
    };
    pay(conn, &mut earned, due, now)?;
    earned.notifications = telling::store(conn, &earned, now)?;
    Ok(earned)
}

/// Pays what is due and was not paid before; and what the levels make that it leads to.
fn pay(conn: &mut Conn<'_>, earned: &mut Earned, mut due: Vec<Entry>, now: i64) -> Result<(), Error> {
    while !due.is_empty() {
        let paid = store::enter(conn, earned.user_id, &due, now)?;
        let xp: i64 = paid.iter().map(|entry| entry.xp).sum();
        let is_first = earned.entries.is_empty();
        earned.entries.extend(paid);
        if xp == 0 {
            break;
        }
        let total = people::add_xp(conn, earned.user_id, xp)?;
        if is_first {
            earned.xp_before = total - xp;
        }
        earned.xp = total;
        let reached = achievements::by_level(rules::level(total - xp), rules::level(total));
        due = entries(reached).collect();
    }
    Ok(())
}

/// Notes achievements that were reached while nothing was paid. A place on the board, to which others brought somebody
/// by what they did, is paid and told now; everything else came by an import: no XP, and not a word.
pub(super) fn catch_up(
    conn: &mut Conn<'_>,
    user_id: i64,
    missed: Vec<&'static Achievement>,
    now: i64,
) -> Result<Earned, Error> {
    let (places, imported): (Vec<_>, Vec<_>) = missed
        .into_iter()
        .partition(|achievement| achievement.metric == Metric::Place);
    let quiet: Vec<Entry> = entries(imported).map(|entry| Entry { xp: 0, ..entry }).collect();
    store::enter(conn, user_id, &quiet, now)?;
    settle_due(conn, user_id, entries(places).collect(), now)
}

fn entries(achievements: Vec<&'static Achievement>) -> impl Iterator<Item = Entry> {
    achievements.into_iter().map(|achievement| Entry {
        action: Action::AchievementEarned,
        object_id: achievement.id,
        by_id: 0,
        xp: achievement.rarity.xp(),
    })
}
