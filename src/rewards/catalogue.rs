//! The avatars and borders that the apps know, with the level from which each is unlocked.

/// Avatars by level.
const AVATARS: [(i64, [&str; 4]); 11] = [
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

/// Borders by level.
const BORDERS: [(i64, &str); 12] = [
    (1, "basic"),
    (3, "bronze"),
    (5, "silver"),
    (10, "gold"),
    (15, "emerald"),
    (20, "ruby"),
    (25, "diamond"),
    (30, "mythic"),
    (40, "legendary"),
    (40, "legendary_fire"),
    (50, "ultimate"),
    (50, "cosmic"),
];

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
        .find(|(_, border)| *border == id)
        .map(|(level, _)| *level)
}
