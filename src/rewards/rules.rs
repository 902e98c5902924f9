//! What earns how much, how often, and what it makes.

use crate::clock::DAY;

/// XP that make a level.
pub const XP_PER_LEVEL: i64 = 500;
/// A day's limit looks back so far.
pub const LIMIT_SPAN: i64 = DAY;
/// With fewer authors on it the board says nothing about anybody: the first story would be the best of all.
const SMALLEST_BOARD: i64 = 10;
/// A place behind all that achievements ask for: of those who have none.
const NO_PLACE: i64 = 101;

/// The level of an account with this many XP: 1 at 0, 2 at 500.
pub fn level(xp: i64) -> i64 {
    xp / XP_PER_LEVEL + 1
}

/// What earns XP. Each is paid once for each object, or for each object and person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Made a story; the object is the story.
    StoryCreated,
    /// Published a story; the object is the story.
    StoryPublished,
    /// Somebody else liked one's story: the story, and who likes.
    StoryLiked,
    /// Commented on somebody else's story; the object is the story.
    StoryCommented,
    /// Read somebody else's story; the object is the story.
    StoryRead,
    /// Made a friend; the object is the friend.
    FriendAdded,
    /// Drew a character; the object is the character.
    CharacterCreated,
    /// A story that one wrote with others was published; the object is the story.
    CollaborationCompleted,
    /// Completed a game: the game, and the attempt. How much it pays is up to the game.
    GameCompleted,
    /// Earned an achievement; the object is the achievement, and its rarity says how much it pays.
    AchievementEarned,
}

impl Action {
    /// Its name in the ledger and on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::StoryCreated => "story_created",
            Self::StoryPublished => "story_published",
            Self::StoryLiked => "story_liked",
            Self::StoryCommented => "story_commented",
            Self::StoryRead => "story_read",
            Self::FriendAdded => "friend_added",
            Self::CharacterCreated => "character_created",
            Self::CollaborationCompleted => "collaboration_completed",
            Self::GameCompleted => "game_completed",
            Self::AchievementEarned => "achievement_earned",
        }
    }

    /// What it pays, where that does not depend on its object.
    pub fn xp(self) -> i64 {
        match self {
            Self::StoryCreated => 100,
            Self::StoryPublished | Self::CollaborationCompleted => 50,
            Self::CharacterCreated => 25,
            Self::FriendAdded => 20,
            Self::StoryCommented => 10,
            Self::StoryLiked | Self::StoryRead => 5,
            Self::GameCompleted | Self::AchievementEarned => 0,
        }
    }

    /// How many of them are paid within a day; of likes, how many by the same person: one friend with much time makes
    /// nobody rich. Further ones count, but pay nothing, now and later. Games have a limit of their own, in XP.
    pub fn most_a_day(self) -> Option<i64> {
        match self {
            Self::StoryCreated | Self::FriendAdded => Some(5),
            Self::StoryPublished | Self::StoryCommented | Self::StoryRead | Self::StoryLiked => Some(10),
            Self::CharacterCreated | Self::CollaborationCompleted => Some(3),
            Self::GameCompleted | Self::AchievementEarned => None,
        }
    }

    /// Whether it is told of at once. A like is something that others do: nobody is interrupted by it.
    pub fn is_announced(self) -> bool {
        self != Self::StoryLiked
    }
}

/// Where somebody stands on the board of authors, as their account tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether they are on the board: active children who published something.
    pub is_listed: bool,
    /// Those on the board who published more, or as much with an older account: no two share a place, and the order is
    /// the one that the board is sorted in.
    pub ahead: i64,
    /// All who are on the board.
    pub listed: i64,
}

impl Standing {
    /// The place, from 1; nothing for who is not on the board, or while the board is too small to mean anything.
    pub fn place(self) -> Option<i64> {
        (self.is_listed && self.listed >= SMALLEST_BOARD).then_some(self.ahead + 1)
    }

    /// The place, or one behind everybody.
    pub fn shown(self) -> i64 {
        self.place().unwrap_or((self.listed + 1).max(NO_PLACE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_hundred_make_a_level() {
        for (xp, expected) in [(0, 1), (499, 1), (500, 2), (999, 2), (1000, 3), (24_500, 50)] {
            assert_eq!(level(xp), expected, "{xp}");
        }
    }

    #[test]
    fn a_place_needs_a_board() {
        let standing = |is_listed, ahead, listed| Standing {
            is_listed,
            ahead,
            listed,
        };
        assert_eq!(standing(true, 0, 9).place(), None);
        assert_eq!(standing(true, 0, 10).place(), Some(1));
        assert_eq!(standing(true, 4, 200).place(), Some(5));
        assert_eq!(standing(false, 0, 200).place(), None);
        assert_eq!(standing(false, 0, 200).shown(), 201);
        assert_eq!(standing(true, 0, 2).shown(), 101);
    }
}
