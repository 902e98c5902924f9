//! The names in a story: capitals where none must be, and what follows `si`, `ni` and `kay`.

use std::collections::BTreeMap;

use super::{Kind, Reading};
use crate::game::Language;
use crate::lexicon::{Form, List};

/// Somebody's or some place's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// As it is written, `Aunt Rose` in one piece.
    pub(crate) text: String,
    /// Its words in small letters.
    pub(crate) words: Vec<String>,
    /// Where it stands: the tokens of each occurrence.
    pub(crate) places: Vec<std::ops::Range<usize>>,
    /// What speaks for a person or animal, and against it.
    person: usize,
    place: usize,
}

impl Name {
    /// Somebody who can do and say things.
    pub(crate) fn is_person(&self) -> bool {
        self.person > 0 && self.person > 2 * self.place
    }
}

/// Finds the names and marks their tokens.
pub(super) fn find(reading: &mut Reading) {
    let named: Vec<bool> = (0..reading.text.words.len())
        .map(|word| is_name(reading, word))
        .collect();
    let mut names: BTreeMap<Vec<String>, Name> = BTreeMap::new();
    let mut token = 0;
    while token < reading.text.tokens.len() {
        let end = name_end(reading, token, &named);
        if end == token {
            token += 1;
            continue;
        }
        let words: Vec<String> = (token..end)
            .map(|at| bare(reading.text.folded(at)).to_owned())
            .collect();
        let name = names.entry(words.clone()).or_insert_with(|| Name {
            text: written(reading, token, end),
            words,
            places: Vec::new(),
            person: 0,
            place: 0,
        });
        name.places.push(token..end);
        let (person, place) = evidence(reading, token, end);
        name.person += person;
        name.place += place;
        token = end;
    }
    reading.names = names.into_values().collect();
    for (at, name) in reading.names.iter().enumerate() {
        for token in name.places.iter().cloned().flatten() {
            reading.kinds[token] = Kind::Name(at);
        }
    }
}

fn bare(word: &str) -> &str {
    word.strip_suffix("'s").unwrap_or(word)
}

fn written(reading: &Reading, from: usize, to: usize) -> String {
    let page = reading.text.sentences[reading.text.sentence_of(from)].page;
    let text = &reading.text.pages[page][reading.text.span(from).start..reading.text.span(to - 1).end];
    text.strip_suffix("'s").unwrap_or(text).to_owned()
}

/// Where a name ends that begins at this token; the token itself if none does.
fn name_end(reading: &Reading, token: usize, named: &[bool]) -> usize {
    let is_part = |at: usize| named[reading.text.word_of(at)] && reading.text.is_capital(at);
    let titled = |at: usize| {
        reading.text.is_capital(at)
            && reading.lexicon.is(List::Title, reading.text.folded(at))
            && matches!(reading.text.gap(at), " " | ". ")
            && reading.beside(at, 1).is_some_and(is_part)
    };
    if !is_part(token) && !titled(token) {
        return token;
    }
    let mut end = token + 1;
    while end < token + 3
        && reading.beside(end - 1, 1).is_some()
        && is_part(end)
        && (reading.text.gap(end - 1) == " " || (end == token + 1 && titled(token)))
    {
        end += 1;
    }
    end
}

fn is_name(reading: &Reading, word: usize) -> bool {
    let entry = &reading.text.words[word];
    let folded = bare(&entry.folded);
    let letters = folded.chars().count();
    let plain = folded
        .chars()
        .all(|letter| letter.is_alphabetic() || letter == '-');
    if !plain || !(2..=20).contains(&letters) || entry.small > 0 || entry.shouted == entry.count {
        return false;
    }
    if reading.lexicon.is(List::NotName, folded) || reading.lexicon.is(List::Stop, folded) {
        return false;
    }
    if entry.capitals > 0 {
        return true;
    }
    // Always at the beginning of a sentence: only what is no word that is known, and more than once.
    entry.count >= 2
        && reading.senses(folded).is_empty()
        && !["ing", "ed", "ly"].iter().any(|end| folded.ends_with(end))
        && reading.text.find(&format!("{folded}s")).is_none()
        && reading.language == Language::English
}

/// What the words around a name say: a person does and says things, a place is where they happen.
fn evidence(reading: &Reading, from: usize, to: usize) -> (usize, usize) {
    let before = reading.joined(from, -1);
    let after = to - 1;
    match reading.language {
        Language::English => {
            let next = reading
                .beside(after, 1)
                .filter(|_| !reading.joined(after, 1).is_empty());
            let acts = next.is_some_and(|next| {
                matches!(
                    reading.kinds[next],
                    Kind::Verb {
                        form: Form::Past | Form::Third,
                        ..
                    }
                ) || reading.lexicon.is(List::Speech, reading.text.folded(next))
                    || reading.lexicon.is(List::Be, reading.text.folded(next))
            });
            let titled = reading.lexicon.is(List::Title, reading.text.folded(from)) && to > from + 1;
            let spoken = reading.lexicon.is(List::Speech, before) || before == "named" || before == "called";
            (
                usize::from(acts || titled || spoken),
                // One laughs at people and gets letters from them, but is in places only.
                usize::from(["in", "into", "inside", "the"].contains(&before)),
            )
        }
        Language::Tagalog => {
            let marked = ["si", "ni", "kay", "sina", "nina", "kina"].contains(&before);
            (usize::from(marked), usize::from(before == "sa" || before == "ng"))
        }
    }
}
