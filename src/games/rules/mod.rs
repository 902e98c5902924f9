//! Decisions about games that need nothing but values.

pub mod choice;
pub mod marking;
pub mod pay;

use crate::stories::rules::Role;

/// Questions of one play.
pub const PLAYED: usize = 5;

/// What kind of game.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Questions with four answers each.
    Quiz,
    /// Sentences with a gap, and four words for it.
    FillBlanks,
    /// Words among letters. One question.
    WordSearch,
}

impl Kind {
    /// Its `game_type` on the wire and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Quiz => "quiz",
            Self::FillBlanks => "fill_blanks",
            Self::WordSearch => "word_search",
        }
    }

    /// The kind of that `game_type`.
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Quiz, Self::FillBlanks, Self::WordSearch]
            .into_iter()
            .find(|kind| kind.key() == key)
    }

    /// How people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Quiz => "Multiple Choice Quiz",
            Self::FillBlanks => "Fill in the Blanks",
            Self::WordSearch => "Word Search",
        }
    }

    /// The `question_type` of its questions.
    pub fn question_type(self) -> &'static str {
        match self {
            Self::Quiz => "multiple_choice",
            Self::FillBlanks => "fill_blank",
            Self::WordSearch => "word_search",
        }
    }
}

/// Whether the games of a story may be seen: by whoever may read it, and by staff.
pub fn may_see(role: Role, is_published: bool, is_staff: bool) -> bool {
    role.may_read(is_published) || is_staff
}

/// Whether somebody may ask for the games of a story.
pub fn may_generate(role: Role, is_staff: bool) -> bool {
    role.may_write() || is_staff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_found_by_its_name() {
        for kind in [Kind::Quiz, Kind::FillBlanks, Kind::WordSearch] {
            assert_eq!(Kind::from_key(kind.key()), Some(kind));
        }
        assert_eq!(Kind::from_key("spelling"), None);
    }

    #[test]
    fn the_games_of_a_draft_are_its_authors_and_the_staffs() {
        assert!(may_see(Role::Reader, true, false));
        assert!(!may_see(Role::Reader, false, false) && may_see(Role::Reader, false, true));
        assert!(may_see(Role::Author, false, false) && may_see(Role::CoAuthor, false, false));
        assert!(may_generate(Role::CoAuthor, false) && may_generate(Role::Reader, true));
        assert!(!may_generate(Role::Reader, false));
    }
}
