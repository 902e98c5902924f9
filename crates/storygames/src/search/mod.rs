//! The word search: words of the story, hidden among letters. Every board is solved before it is given out.

mod board;
mod fill;
mod scan;
mod words;

use crate::chance::Chance;
use crate::game::{Difficulty, Direction, Family, Language, Placement, Question, WordSearch};
use crate::lexicon;
use crate::reading::Reading;
use board::Board;

const LEAST: usize = 4;
/// Boards that are tried. The first one does nearly always.
const TRIES: usize = 8;
const POINTS: u32 = 10;

/// A board with four to six words; none if the story has no four that can be hidden.
pub(crate) fn make(reading: &Reading, rude: &[&str]) -> Option<WordSearch> {
    let forbidden = forbidden(rude);
    let mut chance = Chance::new(reading.seed, "search");
    let words = words::choose(reading, &forbidden, &mut chance);
    if words.len() < LEAST {
        return None;
    }
    let directions = directions(reading.difficulty);
    let short = words.iter().all(|word| word.len() <= 6);
    let size = if short && reading.difficulty == Difficulty::Easy {
        8
    } else {
        10
    };
    (0..TRIES).find_map(|_| {
        let mut board = Board::new(size);
        let placements = board::place(&mut board, &words, directions, &mut chance)?;
        let board = fill::fill(board, &placements, &forbidden, reading.language, &mut chance)?;
        Some(search(reading.language, &board, placements))
    })
}

/// What must not be read in the letters, in any direction: capital letters.
fn forbidden(given: &[&str]) -> Vec<Vec<char>> {
    let given = given
        .iter()
        .filter_map(|word| words::capitals(&word.to_lowercase()));
    let known = lexicon::rude().anywhere.iter().map(|word| word.chars().collect());
    known
        .chain(given.filter(|word: &Vec<char>| word.len() >= 3))
        .collect()
}

fn directions(difficulty: Difficulty) -> &'static [Direction] {
    const ALL: [Direction; 4] = [
        Direction::Right,
        Direction::Down,
        Direction::DownRight,
        Direction::UpRight,
    ];
    match difficulty {
        Difficulty::Easy => &ALL[..2],
        Difficulty::Medium => &ALL[..3],
        Difficulty::Hard => &ALL,
    }
}

fn search(language: Language, board: &Board, placements: Vec<Placement>) -> WordSearch {
    let words: Vec<&str> = placements
        .iter()
        .map(|placement| placement.word.as_str())
        .collect();
    let text = match language {
        Language::English => format!(
            "Find the {} words that are hidden among the letters.",
            words.len()
        ),
        Language::Tagalog => format!("Hanapin ang {} salitang nakatago sa mga titik.", words.len()),
    };
    let mut question = Question::new(Family::WordSearch, text, board.rows(), words.join(","));
    question.context = Some(format!("Words to find: {}", words.join(", ")));
    question.hint = Some(hint(language, &placements));
    question.points = POINTS * u32::try_from(words.len()).unwrap_or(1);
    WordSearch { question, placements }
}

/// Which ways the words of this board run.
fn hint(language: Language, placements: &[Placement]) -> String {
    let mut used: Vec<Direction> = placements.iter().map(|placement| placement.direction).collect();
    used.sort_unstable();
    used.dedup();
    let name = |direction: &Direction| match (language, direction) {
        (Language::English, Direction::Right) => "across",
        (Language::English, Direction::Down) => "down",
        (Language::English, Direction::DownRight) => "slanting down",
        (Language::English, Direction::UpRight) => "slanting up",
        (Language::Tagalog, Direction::Right) => "pahalang",
        (Language::Tagalog, Direction::Down) => "pababa",
        (Language::Tagalog, Direction::DownRight) => "pahilis pababa",
        (Language::Tagalog, Direction::UpRight) => "pahilis pataas",
    };
    let names: Vec<&str> = used.iter().map(name).collect();
    let (start, and) = match language {
        Language::English => ("The words run", " and "),
        Language::Tagalog => ("Ang mga salita ay", " at "),
    };
    let (last, others) = names.split_last().unwrap_or((&"", &[]));
    if others.is_empty() {
        return format!("{start} {last}.");
    }
    format!("{start} {}{and}{last}.", others.join(", "))
}

#[cfg(test)]
mod tests;
