//! Which words of the story are hidden.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::chance::Chance;
use crate::game::Language;
use crate::lexicon::Class;
use crate::reading::{Kind, Reading};
use crate::stem;

const LETTERS: std::ops::RangeInclusive<usize> = 3..=8;
const NAMES: usize = 2;
/// Words of a story from which on one more is hidden.
const LONG: usize = 200;

/// A word that could be hidden.
struct Candidate {
    letters: Vec<char>,
    stem: String,
    first: usize,
    name: bool,
    score: usize,
}

/// Five or six words, in capital letters, in the order of the story; fewer if it has no more that can be hidden together.
pub(super) fn choose(reading: &Reading, forbidden: &[Vec<char>], chance: &mut Chance) -> Vec<Vec<char>> {
    let mut candidates = candidates(reading);
    chance.shuffle(&mut candidates);
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.score));
    let wanted = if reading.text.tokens.len() > LONG { 6 } else { 5 };
    let mut chosen: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let names = chosen.iter().filter(|other| other.name).count();
        let fits = chosen
            .iter()
            .all(|other| other.stem != candidate.stem && !overlap(&other.letters, &candidate.letters));
        // What is rude is looked for last, in the few words that come so far.
        if chosen.len() < wanted
            && fits
            && (!candidate.name || names < NAMES)
            && is_clean(&candidate.letters, forbidden)
        {
            chosen.push(candidate);
        }
    }
    chosen.sort_by_key(|candidate| candidate.first);
    chosen.into_iter().map(|candidate| candidate.letters).collect()
}

fn candidates(reading: &Reading) -> Vec<Candidate> {
    let mut best: BTreeMap<Vec<char>, Candidate> = BTreeMap::new();
    for token in 0..reading.text.tokens.len() {
        let Some(worth) = worth(reading, token) else {
            continue;
        };
        let folded = reading.text.folded(token);
        let bare = match reading.language {
            Language::English => folded.strip_suffix("'s").unwrap_or(folded),
            Language::Tagalog => stem::unlinked(folded),
        };
        let Some(letters) = capitals(bare) else {
            continue;
        };
        let count = reading.text.words[reading.text.word_of(token)].count.min(3);
        let handy = usize::from((4..=7).contains(&letters.len()));
        let candidate = best.entry(letters.clone()).or_insert_with(|| Candidate {
            letters,
            stem: stem::of(bare, reading.language),
            first: token,
            name: matches!(reading.kinds[token], Kind::Name(_)),
            score: 0,
        });
        candidate.score = candidate.score.max(2 * worth + count + handy);
    }
    let candidates = best.into_values();
    candidates
        .filter(|candidate| can_be_hidden(&candidate.letters))
        .collect()
}

fn worth(reading: &Reading, token: usize) -> Option<usize> {
    if reading.is_rude(token) {
        return None;
    }
    match reading.kinds[token] {
        Kind::Item { set, .. } => match reading.class(set)? {
            Class::Noun => Some(4),
            Class::Adjective => Some(2),
            Class::Number | Class::Adverb => Some(1),
        },
        Kind::Noun { .. } => Some(3),
        Kind::Name(_) | Kind::Verb { state: false, .. } => Some(2),
        Kind::Verb { .. } | Kind::Other => None,
    }
}

/// A word as it stands on a board: A to Z and Ñ, other letters without their accents. None if it has anything else.
pub(super) fn capitals(word: &str) -> Option<Vec<char>> {
    let capital = |letter: char| match letter {
        'ñ' => Some('Ñ'),
        letter => letter
            .nfd()
            .next()
            .filter(char::is_ascii_alphabetic)
            .map(|letter| letter.to_ascii_uppercase()),
    };
    word.nfc().map(capital).collect()
}

fn can_be_hidden(letters: &[char]) -> bool {
    LETTERS.contains(&letters.len())
        && !letters.iter().eq(letters.iter().rev())
        && letters.iter().any(|letter| *letter != letters[0])
}

/// Whether nothing rude can be read within a word, forwards or backwards.
fn is_clean(letters: &[char], forbidden: &[Vec<char>]) -> bool {
    let backwards: Vec<char> = letters.iter().rev().copied().collect();
    !forbidden
        .iter()
        .any(|rude| holds(letters, rude) || holds(&backwards, rude))
}

/// Whether one word can be read within the other, forwards or backwards.
fn overlap(one: &[char], other: &[char]) -> bool {
    let backwards: Vec<char> = one.iter().rev().copied().collect();
    holds(other, one) || holds(one, other) || holds(other, &backwards) || holds(&backwards, other)
}

fn holds(word: &[char], part: &[char]) -> bool {
    part.len() <= word.len() && word.windows(part.len().max(1)).any(|window| window == part)
}
