//! The avatars and borders that the apps know, with the level from which each is unlocked.

use serde::Serialize;
use utoipa::ToSchema;

/// Avatars by level.
static AVATARS: [(i64, [&str; 4]); 11] = [
    (1, ["📚", "✨", "🎨", "🎭"]),
    (3, ["🦄", "🐉", "🌟", "🎪"]),
    (5, ["🎬", "🎮", "🎯", "🎲"]),
    (8, ["🎸", "🎺", "🎻", "🎹"]),
    (10, ["🚀", "🛸", "🌈", "🌙"]),
    (15, ["⭐", "🌸", "🌺", "🌻"]),
    (20, ["🦋", "🐝", "🐢", "🦊"]),
    (25, ["🐱", "🐶", "🐼", "🐨"]),
    (30, ["👑", "💎", "🏆", "🌠"]),
    (40, ["🔮", "⚡", "🔥", "🎇"]),
    (50, ["🦸‍♂️", "🦸‍♀️", "🧙‍♂️", "🧙‍♀️"]),
];

/// A border around an avatar. The apps draw it from a table of their own, by its id: no id may be invented here.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Border {
    pub id: &'static str,
    pub name: &'static str,
    /// `solid`, `gradient` or `animated`.
    pub style: &'static str,
    /// Of a solid one: a CSS colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<&'static str>,
    /// Of the others: a CSS gradient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gradient: Option<&'static str>,
}

/// Borders by level.
#[rustfmt::skip] // one line for each border
static BORDERS: [(i64, Border); 12] = [
    (1, solid("basic", "Basic", "#9CA3AF")),
    (3, solid("bronze", "Bronze", "#CD7F32")),
    (5, solid("silver", "Silver", "#C0C0C0")),
    (10, solid("gold", "Gold", "#FFD700")),
    (15, solid("emerald", "Emerald", "#50C878")),
    (20, solid("ruby", "Ruby", "#E0115F")),
    (25, shaded("diamond", "Diamond", "gradient", "linear-gradient(135deg, #667eea 0%, #764ba2 100%)")),
    (30, shaded("mythic", "Mythic", "gradient", "linear-gradient(135deg, #f093fb 0%, #f5576c 100%)")),
    (40, shaded("legendary", "Legendary", "gradient", "linear-gradient(135deg, #4facfe 0%, #00f2fe 100%)")),
    (40, shaded("legendary_fire", "Legendary Fire", "gradient", "linear-gradient(135deg, #fa709a 0%, #fee140 100%)")),
    (50, shaded("ultimate", "Ultimate", "animated", "linear-gradient(135deg, #ffecd2 0%, #fcb69f 50%, #ff9a9e 100%)")),
    (50, shaded("cosmic", "Cosmic", "animated", "linear-gradient(135deg, #a8edea 0%, #fed6e3 50%, #a8edea 100%)")),
];

const fn solid(id: &'static str, name: &'static str, color: &'static str) -> Border {
    Border {
        id,
        name,
        style: "solid",
        color: Some(color),
        gradient: None,
    }
}

const fn shaded(id: &'static str, name: &'static str, style: &'static str, gradient: &'static str) -> Border {
    Border {
        id,
        name,
        style,
        color: None,
        gradient: Some(gradient),
    }
}

/// Every avatar with its level, lowest first.
pub fn avatars() -> impl Iterator<Item = (i64, &'static str)> {
    AVATARS
        .iter()
        .flat_map(|(level, avatars)| avatars.iter().map(|avatar| (*level, *avatar)))
}

/// Every border with its level, lowest first.
pub fn borders() -> impl Iterator<Item = (i64, &'static Border)> {
    BORDERS.iter().map(|(level, border)| (*level, border))
}

/// The level that unlocks an avatar; nothing for an emoji outside the catalogue.
pub fn avatar_level(emoji: &str) -> Option<i64> {
    AVATARS
        .iter()
        .find(|(_, avatars)| avatars.contains(&emoji))
        .map(|(level, _)| *level)
}

/// The level that unlocks a border; nothing for an unknown one.
pub fn border_level(id: &str) -> Option<i64> {
    BORDERS
        .iter()
        .find(|(_, border)| border.id == id)
        .map(|(level, _)| *level)
}
