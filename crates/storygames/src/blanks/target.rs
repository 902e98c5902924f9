//! Which word of a sentence is worth leaving out.

use crate::lexicon::{Class, Frame, List};
use crate::reading::{Kind, Reading};
use crate::slot;

/// Letters of a word that is left out.
const LETTERS: std::ops::RangeInclusive<usize> = 3..=12;

/// The words of a sentence that can be left out, the best first.
pub(super) fn of(reading: &Reading, sentence: usize) -> Vec<usize> {
    let mut targets: Vec<(i32, usize)> = reading
        .tokens(sentence)
        .filter_map(|token| Some((score(reading, token)?, token)))
        .collect();
    targets.sort_by_key(|(score, token)| (-score, *token));
    targets.into_iter().map(|(_, token)| token).collect()
}

fn score(reading: &Reading, token: usize) -> Option<i32> {
    let written = reading.text.written(token);
    let known = match reading.kinds[token] {
        Kind::Item { set, .. } => match reading.class(set)? {
            Class::Noun if slot::is_compound(reading, token) => return None,
            Class::Noun => 3,
            Class::Adjective => 2,
            // How somebody said it is a matter of taste.
            Class::Adverb if is_said(reading, token) => return None,
            Class::Adverb => 1,
            // A number is remembered, not understood.
            Class::Number => return None,
        },
        // The rest of the verb stays behind (`woke up`).
        Kind::Verb {
            frame: Frame::Both, ..
        } => return None,
        // Whoever runs to the river could as well walk, hop or hurry there.
        Kind::Verb { .. } if slot::goes_somewhere(reading, token) => return None,
        Kind::Verb { state: false, .. } => 2,
        // Of a noun that the lexicon does not have nobody knows what others are of its kind.
        _ => return None,
    };
    let letters = written.chars().count();
    let plain = written.chars().all(char::is_alphabetic) && !reading.text.is_capital(token);
    if !plain
        || !LETTERS.contains(&letters)
        || reading.is_rude(token)
        || reading.repeats(token)
        || speaks(reading, token)
        || slot::is_general(reading, reading.text.folded(token))
    {
        return None;
    }
    let count = reading.text.words[reading.text.word_of(token)].count;
    let specific = if count <= 3 { 3 } else { 0 };
    let handy = i32::from((4..=9).contains(&letters));
    let title = i32::from(reading.in_title(reading.stem(token)));
    Some(known + specific + handy - title)
}

/// `said`, `asked`, `shouted`: one is as right as another.
fn speaks(reading: &Reading, token: usize) -> bool {
    reading.lexicon.is(List::Speech, reading.text.folded(token)) && is_said(reading, token)
}

/// Whether somebody says something in the token's sentence.
fn is_said(reading: &Reading, token: usize) -> bool {
    reading
        .text
        .sentence(reading.text.sentence_of(token))
        .contains('"')
}
