//! What an English word is, by the lexicon and by its neighbours.

use super::{Kind, Reading};
use crate::lexicon::{Class, Form, Frame, List, Sense};

/// The kind of a token, names apart.
pub(super) fn kind(reading: &Reading, token: usize) -> Kind {
    let word = reading.text.folded(token);
    let senses = reading.senses(word);
    if reading.lexicon.is(List::Stop, word) && !senses.iter().any(|sense| is_number(reading, *sense)) {
        return Kind::Other;
    }
    let items: Vec<Sense> = items(senses);
    let verbs: Vec<(usize, Form)> = verbs(senses);
    let before = reading.joined(token, -1);
    let is = |list: List| reading.lexicon.is(list, before);
    if senses.is_empty() {
        return unknown(reading, token, before);
    }
    let adjective = is_adjective(reading, word);
    if verbs.is_empty() {
        return if adjective && !describes(reading, token) {
            Kind::Other
        } else {
            item(&items)
        };
    }
    if items.is_empty() {
        return verb(reading, token, &verbs, before);
    }
    // A word that is a verb and something else: only where its neighbour decides.
    if adjective {
        if describes(reading, token) {
            item(&items)
        } else {
            Kind::Other
        }
    } else if is(List::Determiner) || is_adjective(reading, before) {
        item(&items)
    } else if is(List::BeforeVerb) || is(List::Subject) || follows_name(reading, token) {
        verb(reading, token, &verbs, before)
    } else if is(List::PlaceMark) || before == "with" || before == "of" {
        item(&items)
    } else {
        Kind::Other
    }
}

fn is_number(reading: &Reading, sense: Sense) -> bool {
    matches!(sense, Sense::Item { set, .. } if reading.class(set) == Some(Class::Number))
}

fn items(senses: &[Sense]) -> Vec<Sense> {
    let mut items: Vec<Sense> = senses
        .iter()
        .copied()
        .filter(|sense| matches!(sense, Sense::Item { .. }))
        .collect();
    items.dedup();
    items
}

fn verbs(senses: &[Sense]) -> Vec<(usize, Form)> {
    senses
        .iter()
        .filter_map(|sense| match sense {
            Sense::Verb { verb, form } => Some((*verb, *form)),
            Sense::Item { .. } => None,
        })
        .collect()
}

/// A word of several sets (an orange, an orange hat) is none for sure.
fn item(items: &[Sense]) -> Kind {
    match items {
        [Sense::Item { set, item, plural }] => Kind::Item {
            set: *set,
            item: *item,
            plural: *plural,
        },
        _ => Kind::Other,
    }
}

/// Whether what could be an adjective stands like one: before a noun, after a verb of being, or in a row of adjectives.
/// `In the dark`, `a light` and `rolled it round` do not.
fn describes(reading: &Reading, token: usize) -> bool {
    let (before, next) = (reading.joined(token, -1), reading.joined(token, 1));
    let verbs_only = |word: &str| {
        let senses = reading.lexicon.senses(word);
        !senses.is_empty() && items(senses).is_empty()
    };
    let attributive = !next.is_empty()
        && !reading.lexicon.is(List::Stop, next)
        && !verbs_only(next)
        && !next.ends_with("ly");
    let in_a_row = before == "and"
        && reading
            .beside(token, -2)
            .is_some_and(|other| is_adjective(reading, reading.text.folded(other)));
    attributive || reading.lexicon.is(List::BeforeAdjective, before) || in_a_row
}

fn is_adjective(reading: &Reading, word: &str) -> bool {
    reading.lexicon.senses(word).iter().any(
        |sense| matches!(sense, Sense::Item { set, .. } if reading.class(*set) == Some(Class::Adjective)),
    )
}

fn verb(reading: &Reading, token: usize, verbs: &[(usize, Form)], before: &str) -> Kind {
    let has = |form: Form| verbs.iter().find(|(_, found)| *found == form);
    let helped =
        reading.lexicon.is(List::Be, before) || reading.lexicon.is(List::Be, two_before(reading, token));
    let found = if reading.lexicon.is(List::BeforeVerb, before) {
        has(Form::Base)
    } else if helped {
        has(Form::Ing)
    } else if reading.lexicon.is(List::Determiner, before) {
        None
    } else {
        has(Form::Past)
            .or_else(|| has(Form::Third))
            .or_else(|| has(Form::Ing))
    };
    let Some(&(verb, form)) = found else {
        return Kind::Other;
    };
    let Some(entry) = reading.lexicon.verbs.get(verb) else {
        return Kind::Other;
    };
    // In `smiled the whole day` nothing is smiled.
    let frame = match frame(reading, token) {
        Some(Frame::Object) if entry.frame == Frame::Alone => Frame::Alone,
        Some(frame) => frame,
        None => Frame::Both,
    };
    Kind::Verb {
        form,
        frame,
        state: entry.state,
    }
}

/// `had never seen`: what helps a verb may stand one word away.
fn two_before(reading: &Reading, token: usize) -> &str {
    let adverb = reading.joined(token, -1);
    if adverb.ends_with("ly") || ["not", "never", "just", "already", "always", "all"].contains(&adverb) {
        reading
            .beside(token, -2)
            .map_or("", |other| reading.text.folded(other))
    } else {
        ""
    }
}

/// What a verb stands with here. None where its next word belongs to it (`picked up`).
fn frame(reading: &Reading, token: usize) -> Option<Frame> {
    let next = reading.joined(token, 1);
    // `Counted all of them`, but `smiled all day`.
    if reading.lexicon.is(List::Particle, next) || next == "all" || next == "both" {
        return None;
    }
    // `Folded the boats`, `folded them`, `folded paper boats`, `saw Lena`; but `ran home`, `ran fast and far`.
    let object = reading.lexicon.is(List::Determiner, next)
        || reading.lexicon.is(List::Object, next)
        || !(next.is_empty()
            || next == "home"
            || next.ends_with("ly")
            || reading.lexicon.is(List::Stop, next));
    Some(if object { Frame::Object } else { Frame::Alone })
}

fn unknown(reading: &Reading, token: usize, before: &str) -> Kind {
    let word = reading.text.folded(token);
    if !reading.is_content(token) {
        return Kind::Other;
    }
    let ends = |endings: &[&str]| endings.iter().any(|end| word.ends_with(end));
    if ends(&["ed"]) && (reading.lexicon.is(List::Subject, before) || follows_name(reading, token)) {
        let frame = frame(reading, token).unwrap_or(Frame::Both);
        return Kind::Verb {
            form: Form::Past,
            frame,
            state: false,
        };
    }
    let determined = reading.lexicon.is(List::Determiner, before);
    let next = reading.joined(token, 1);
    let last_of_phrase =
        next.is_empty() || (reading.lexicon.is(List::Stop, next) && next != "and" && next != "or");
    if determined
        && last_of_phrase
        && !ends(&["ed", "ing", "ly", "est", "er", "ful", "ous", "y", "ish", "less"])
    {
        let plural = ends(&["s"]) && !ends(&["ss", "us"]);
        if !(plural && ["a", "an", "this", "that"].contains(&before)) {
            return Kind::Noun { plural };
        }
    }
    Kind::Other
}

fn follows_name(reading: &Reading, token: usize) -> bool {
    reading.beside(token, -1).is_some_and(|other| {
        reading.text.is_capital(other)
            && !reading.joined(token, -1).is_empty()
            && !reading.lexicon.is(List::Stop, reading.joined(token, -1))
    })
}
