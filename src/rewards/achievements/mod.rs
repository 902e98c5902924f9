//! Achievements: which there are, and which of them a change reaches.

mod texts;

use std::sync::LazyLock;

use super::catalogue;
use super::counts::{Count, Counts};
use super::rules::{Standing, level};
use texts::{GROUPS, Group};

/// The entries of the board that ask for more authors on it than it needs to be one: by their places in their group.
const GREAT_BOARDS: [(i64, i64); 2] = [(9, 25), (10, 50)];

/// What achievements go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// A running total.
    Counted(Count),
    /// The place on the board of authors, where lower is better.
    Place,
    /// The level.
    Level,
    /// Avatars that the level unlocks.
    AvatarsUnlocked,
    /// Borders that the level unlocks.
    BordersUnlocked,
}

impl Metric {
    /// Its name on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Counted(count) => count.key(),
            Self::Place => "leaderboard_rank",
            Self::Level => "level",
            Self::AvatarsUnlocked => "avatars_unlocked",
            Self::BordersUnlocked => "borders_unlocked",
        }
    }

    /// What a level makes of it; nothing where it goes by something else.
    fn at_level(self, level: i64) -> Option<i64> {
        match self {
            Self::Level => Some(level),
            Self::AvatarsUnlocked => Some(avatars_unlocked(level)),
            Self::BordersUnlocked => Some(borders_unlocked(level)),
            Self::Counted(_) | Self::Place => None,
        }
    }
}

/// How hard an achievement is to come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub enum Rarity {
    Common,
    Uncommon,
    Rare,
    Epic,
    Legendary,
}

impl Rarity {
    /// Its name on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Uncommon => "uncommon",
            Self::Rare => "rare",
            Self::Epic => "epic",
            Self::Legendary => "legendary",
        }
    }

    /// What earning it pays.
    pub fn xp(self) -> i64 {
        match self {
            Self::Common => 50,
            Self::Uncommon => 100,
            Self::Rare => 200,
            Self::Epic => 500,
            Self::Legendary => 1000,
        }
    }
}

/// An achievement.
#[derive(Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Achievement {
    pub id: i64,
    pub name: &'static str,
    pub description: &'static str,
    pub category: &'static str,
    pub metric: Metric,
    pub icon: &'static str,
    pub color: &'static str,
    pub target: i64,
    pub rarity: Rarity,
    /// Its place in its group, from 1.
    pub sort_order: i64,
}

impl Achievement {
    /// Whether somebody who stands so has what it asks for.
    pub fn is_reached(&self, who: &Reached) -> bool {
        if self.metric != Metric::Place {
            return self.progress(who) >= self.target;
        }
        let has_board = GREAT_BOARDS
            .iter()
            .all(|(place, least)| *place != self.sort_order || who.standing.listed >= *least);
        has_board && who.standing.place().is_some_and(|place| place <= self.target)
    }

    /// How far somebody who stands so has come.
    pub fn progress(&self, who: &Reached) -> i64 {
        match self.metric {
            Metric::Counted(count) => who.counts.get(count).max(0),
            Metric::Place => who.standing.shown(),
            metric => metric.at_level(level(who.xp)).unwrap_or_default(),
        }
    }

    /// How far that is, in percent with one decimal.
    pub fn percentage(&self, who: &Reached) -> f64 {
        let (progress, target) = (self.progress(who) as f64, self.target as f64);
        let part = if self.metric == Metric::Place {
            target / progress
        } else {
            progress / target
        };
        ((part * 1000.0).round() / 10.0).min(100.0)
    }
}

/// Where somebody stands in everything that achievements go by.
#[derive(Clone, Copy, Debug)]
pub struct Reached {
    /// All XP.
    pub xp: i64,
    /// The running totals.
    pub counts: Counts,
    /// On the board of authors.
    pub standing: Standing,
}

/// All achievements by category, then by their place in it.
pub static ALL: LazyLock<Vec<Achievement>> = LazyLock::new(|| {
    let mut all: Vec<Achievement> = GROUPS.iter().flat_map(members).collect();
    all.sort_by_key(|achievement| (achievement.category, achievement.sort_order, achievement.name));
    all
});

fn members(group: &Group) -> impl Iterator<Item = Achievement> {
    let places = 1..=group.entries.len() as i64;
    let members = places.zip(group.entries).zip(group.rarities);
    members.map(
        |((place, (target, icon, name, description)), rarity)| Achievement {
            id: group.base + place,
            name,
            description,
            category: group.category,
            metric: group.metric,
            icon,
            color: color(group, *rarity, place),
            target: *target,
            rarity: *rarity,
            sort_order: place,
        },
    )
}

fn color(group: &Group, rarity: Rarity, place: i64) -> &'static str {
    match rarity {
        Rarity::Common => group.color,
        Rarity::Uncommon | Rarity::Rare => "purple",
        Rarity::Legendary if place == group.entries.len() as i64 => "rainbow",
        Rarity::Epic | Rarity::Legendary => "gold",
    }
}

/// The achievement of this id.
pub fn by_id(id: i64) -> Option<&'static Achievement> {
    ALL.iter().find(|achievement| achievement.id == id)
}

/// What is reached as running totals rise from one to the other.
pub fn by_counts(before: &Counts, after: &Counts) -> Vec<&'static Achievement> {
    let crosses = |achievement: &&Achievement| match achievement.metric {
        Metric::Counted(count) => crosses(achievement.target, before.get(count), after.get(count)),
        _ => false,
    };
    ALL.iter().filter(crosses).collect()
}

/// What is reached as the level rises from one to the other.
pub fn by_level(before: i64, after: i64) -> Vec<&'static Achievement> {
    let crosses = |achievement: &&Achievement| {
        let (before, after) = (
            achievement.metric.at_level(before),
            achievement.metric.at_level(after),
        );
        before
            .zip(after)
            .is_some_and(|(before, after)| crosses(achievement.target, before, after))
    };
    ALL.iter().filter(crosses).collect()
}

/// What a place on the board reaches. It may have been reached before.
pub fn by_place(standing: Standing) -> Vec<&'static Achievement> {
    let who = Reached {
        xp: 0,
        counts: Counts::default(),
        standing,
    };
    let reached =
        |achievement: &&Achievement| achievement.metric == Metric::Place && achievement.is_reached(&who);
    ALL.iter().filter(reached).collect()
}

fn crosses(target: i64, before: i64, after: i64) -> bool {
    before < target && target <= after
}

/// Avatars that a level unlocks, those of lower levels among them.
pub fn avatars_unlocked(level: i64) -> i64 {
    catalogue::avatars()
        .filter(|(needed, _)| *needed <= level)
        .count() as i64
}

/// Borders that a level unlocks, those of lower levels among them.
pub fn borders_unlocked(level: i64) -> i64 {
    catalogue::borders()
        .filter(|(needed, _)| *needed <= level)
        .count() as i64
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
