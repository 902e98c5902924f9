//! Who is in the story: people with names, or the fox and the goat of a fable. One sort only is put side by side.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::chance::Chance;
use crate::game::Language;
use crate::lexicon::{Class, Form, List};
use crate::reading::{Kind, Reading};

/// Of the story itself; one more may be made up.
const LEAST: usize = 3;

/// Somebody in the story.
pub(super) struct Character {
    /// As it stands among the options: `Lena`, `The fox`, `langgam`.
    pub(super) label: String,
    /// Its words in small letters.
    words: Vec<String>,
    /// The tokens that the label stands for, wherever.
    pub(super) places: Vec<Range<usize>>,
    /// Of a fable: where in the lexicon.
    item: Option<(usize, usize)>,
}

impl Character {
    /// Whether two may be the same: `Rose` and `Aunt Rose`.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.words.iter().all(|word| other.words.contains(word))
            || other.words.iter().all(|word| self.words.contains(word))
    }

    pub(super) fn has_a_name(&self) -> bool {
        self.item.is_none()
    }

    pub(super) fn is_named_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.words.iter().any(|word| text.contains(word.as_str()))
    }
}

/// The characters who can be asked for: none if there are fewer than three of a sort.
pub(super) fn of(reading: &Reading) -> Vec<Character> {
    let named: Vec<Character> = reading
        .names
        .iter()
        .filter(|name| name.is_person())
        .map(|name| Character {
            label: name.text.clone(),
            words: name.words.clone(),
            places: name.places.clone(),
            item: None,
        })
        .collect();
    if named.len() >= LEAST {
        return named;
    }
    let unnamed = unnamed(reading);
    if unnamed.len() >= LEAST {
        unnamed
    } else {
        Vec::new()
    }
}

/// Somebody who is not in the story but could be.
pub(super) fn stranger(reading: &Reading, beside: &[&Character], chance: &mut Chance) -> Option<String> {
    let sets: Vec<usize> = beside.iter().filter_map(|other| Some(other.item?.0)).collect();
    let mut labels: Vec<String> = if sets.is_empty() {
        let names = reading.lexicon.names.iter();
        names
            .filter(|name| reading.text.find(&name.to_lowercase()).is_none())
            .map(|name| (*name).to_owned())
            .collect()
    } else {
        let items = sets.iter().flat_map(|set| &reading.lexicon.sets[*set].items);
        items
            .filter(|item| !item.words.iter().any(|word| reading.has(word)))
            .map(|item| label(reading.language, item.words[0]))
            .collect()
    };
    labels.sort();
    labels.dedup();
    chance.pick(&labels).cloned()
}

fn label(language: Language, noun: &str) -> String {
    match language {
        Language::English => format!("The {noun}"),
        Language::Tagalog => noun.to_owned(),
    }
}

/// Animals and people without names who say or do something.
fn unnamed(reading: &Reading) -> Vec<Character> {
    let mut found: BTreeMap<(usize, usize), (Character, bool)> = BTreeMap::new();
    for token in 0..reading.text.tokens.len() {
        let Some((set, item, place)) = somebody(reading, token) else {
            continue;
        };
        let word = reading.lexicon.sets[set].items[item].words[0];
        let (character, acts) = found.entry((set, item)).or_insert_with(|| {
            let character = Character {
                label: label(reading.language, word),
                words: vec![word.to_owned()],
                places: Vec::new(),
                item: Some((set, item)),
            };
            (character, false)
        });
        *acts |= does(reading, &place);
        character.places.push(place);
    }
    let acting = found.into_values().filter(|(_, acts)| *acts);
    acting.map(|(character, _)| character).collect()
}

/// `the fox`, `ang langgam`: the set, the word, and where it stands, with its article in English.
fn somebody(reading: &Reading, token: usize) -> Option<(usize, usize, Range<usize>)> {
    const SETS: [&str; 10] = [
        "pets",
        "farm-animals",
        "wild-animals",
        "small-animals",
        "birds",
        "sea-animals",
        "insects",
        "people",
        "royalty",
        "persons",
    ];
    let Kind::Item {
        set,
        item,
        plural: false,
    } = reading.kinds[token]
    else {
        return None;
    };
    let entry = reading
        .lexicon
        .sets
        .get(set)
        .filter(|entry| entry.class == Class::Noun)?;
    let first = entry.items[item].words.first()?;
    if !SETS.contains(&entry.name) || reading.text.folded(token) != *first {
        return None;
    }
    let before = reading.joined(token, -1);
    let (fits, start) = match reading.language {
        Language::English => (["the", "a", "an"].contains(&before), token.checked_sub(1)?),
        Language::Tagalog => (before == "ang" || before == "ng", token),
    };
    fits.then_some((set, item, start..token + 1))
}

/// Whether those at this place say or do something.
fn does(reading: &Reading, place: &Range<usize>) -> bool {
    let before = reading.joined(place.start, -1);
    let last = place.end - 1;
    let verb = |token: usize| {
        matches!(
            reading.kinds[token],
            Kind::Verb {
                form: Form::Past | Form::Third | Form::Done | Form::Doing,
                ..
            }
        )
    };
    match reading.language {
        Language::English => {
            reading.lexicon.is(List::Speech, before) || reading.beside(last, 1).is_some_and(verb)
        }
        Language::Tagalog => {
            let marked = reading.beside(place.start, -1);
            let head = marked.and_then(|marker| reading.beside(marker, -1));
            head.is_some_and(|head| verb(head) || reading.lexicon.is(List::Speech, reading.text.folded(head)))
        }
    }
}
