//! Games for children, made from the text of a story.
//!
#![doc = include_str!("../README.md")]

mod blanks;
mod chance;
mod game;
mod gate;
mod language;
mod lexicon;
mod quiz;
mod reading;
mod search;
mod shape;
mod slot;
mod stem;
mod text;

pub use game::{Difficulty, Direction, Family, Language, Placement, Question, WordSearch};

use reading::{Given, Reading};
use text::Text;

/// Raised when the same story would give other games than before.
pub const VERSION: u32 = 2;

/// Bytes of a story that are read, over all pages; what is beyond is left out. (A story of 500 words has about 3,000.)
pub const MAX_TEXT: usize = 32 * 1024;

/// Words that a story must have, unless it has [`LEAST_SENTENCES`] sentences that can be asked about.
const LEAST_WORDS: usize = 60;
const LEAST_SENTENCES: usize = 5;

/// What games are made from.
#[derive(Clone, Copy, Debug)]
pub struct Story<'a> {
    pub title: &'a str,
    /// The texts of the pages, in order.
    pub pages: &'a [&'a str],
    /// What the story says its language is. Used only where its words do not tell.
    pub language: Option<Language>,
    /// Another seed, other games. The text is a part of the seed anyway.
    pub seed: u64,
    /// Words that must not be in a game, beside those that are known here: single words, of any case.
    pub rude: &'a [&'a str],
}

/// The games of a story. One that cannot be made well is not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Games {
    pub language: Language,
    pub difficulty: Difficulty,
    /// None, or 3 to 10 questions of which the first five are the game; the others are for playing again.
    pub quiz: Vec<Question>,
    /// None, or 3 to 10 questions of which the first five are the game; the others are for playing again.
    pub blanks: Vec<Question>,
    pub word_search: Option<WordSearch>,
}

/// Makes the games of a story. None where there is none to be made: the text is too short, says too little, or is in a
/// language that is not known here.
pub fn make(story: &Story<'_>) -> Option<Games> {
    let given = Given {
        title: story.title,
        language: story.language,
        seed: story.seed,
        rude: story.rude,
    };
    let reading = Reading::of(Text::read(story.pages, MAX_TEXT), &given)?;
    if reading.usable.len() < LEAST_SENTENCES && reading.text.tokens.len() < LEAST_WORDS {
        return None;
    }
    let games = Games {
        language: reading.language,
        difficulty: reading.difficulty,
        quiz: quiz::make(&reading),
        blanks: blanks::make(&reading),
        word_search: search::make(&reading, story.rude),
    };
    let none = games.quiz.is_empty() && games.blanks.is_empty() && games.word_search.is_none();
    (!none).then_some(games)
}
