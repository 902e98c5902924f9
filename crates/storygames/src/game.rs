//! What comes out: games, in the shapes that players are sent.

use crate::chance::{hash, hash_on};

/// The language of a story, found in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Tagalog,
}

/// How hard a game is, judged by the length of the story and of its sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difficulty {
    Easy,
    Medium,
    Hard,
}

impl Difficulty {
    /// `easy`, `medium` or `hard`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
        }
    }
}

/// What a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Which of four things happened first, or last.
    Order,
    /// What happened right after something.
    Next,
    /// Which of four sentences, one word apart, is the story's.
    Detail,
    /// Who said something, or who a sentence tells of.
    Who,
    /// The opposite of one of the story's words.
    Opposite,
    /// Which word does not occur. Of very short stories only.
    Absent,
    /// The word that is missing in a sentence.
    Blank,
    /// The words that are hidden among letters.
    WordSearch,
}

/// A question with everything that is sent or stored of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub family: Family,
    /// The same for the same question whenever it is made, wherever it stands: a hash of what is asked and answered.
    pub key: u64,
    /// What the player reads. In a blank the gap is exactly six underscores. At most 300 characters.
    pub text: String,
    /// Four texts to choose from; of a word search its rows, equally many characters each, and as many as there are rows.
    pub options: Vec<String>,
    /// One of the options, character by character; of a word search its words, joined by commas without blanks. At most
    /// 120 characters.
    pub answer: String,
    /// Of a blank how its word begins and how long it is, of a word search which ways its words run.
    pub hint: Option<String>,
    /// Of a word search `Words to find: ONE, TWO`, which its players parse. Nothing else has a context.
    pub context: Option<String>,
    /// Where in the story the answer stands, in the story's language.
    pub explanation: Option<String>,
    /// 10, or 10 for each word of a word search.
    pub points: u32,
}

impl Question {
    pub(crate) fn new(family: Family, text: String, options: Vec<String>, answer: String) -> Self {
        let start = hash(format!("{family:?}").as_bytes());
        let key = hash_on(hash_on(start, text.as_bytes()), answer.as_bytes());
        Self {
            family,
            key,
            text,
            options,
            answer,
            hint: None,
            context: None,
            explanation: None,
            points: 10,
        }
    }
}

/// A word search: one question, and where its words are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordSearch {
    pub question: Question,
    /// In the order of the words in the answer.
    pub placements: Vec<Placement>,
}

/// Where a word is on a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Capital letters, A to Z and Ñ.
    pub word: String,
    /// Of the first letter, from 0.
    pub row: usize,
    /// Of the first letter, from 0.
    pub column: usize,
    pub direction: Direction,
}

/// Which way a word runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    Right,
    Down,
    DownRight,
    UpRight,
}

impl Direction {
    /// Rows and columns from one letter to the next.
    pub fn step(self) -> (isize, isize) {
        match self {
            Self::Right => (0, 1),
            Self::Down => (1, 0),
            Self::DownRight => (1, 1),
            Self::UpRight => (-1, 1),
        }
    }
}
