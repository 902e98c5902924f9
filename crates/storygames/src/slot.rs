//! Which other words of the same kind could stand where a word stands, so that grammar does not tell which one is right.

use crate::game::Language;
use crate::lexicon::{Class, Form, Frame, Item, List, Sense};
use crate::reading::{Kind, Reading};
use crate::shape;
use crate::stem;

/// Another word for a place in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Other {
    /// In the form that the place asks for, in small letters.
    pub(crate) word: String,
    /// The story has it somewhere.
    pub(crate) in_story: bool,
}

/// The words of the token's set that could stand in its place, without those of the token's own item. Their article may
/// have to be another one: [`article`]. With `relinked`, a word may need another linker and brings it along: `apat na`,
/// where the token is `limang`; then [`linker`] has to go.
pub(crate) fn of_the_set(reading: &Reading, token: usize, relinked: bool) -> Vec<Other> {
    let Kind::Item { set, item, plural } = reading.kinds[token] else {
        return Vec::new();
    };
    let Some(entry) = reading.lexicon.sets.get(set) else {
        return Vec::new();
    };
    let is_counted =
        reading.language == Language::English && entry.class == Class::Noun && entry.name != "days";
    let shape = is_counted.then(|| shape::of(reading, token, &entry.items[item], plural));
    let others = entry.items.iter().enumerate().filter(|(at, _)| *at != item);
    others
        .filter_map(|(_, other)| {
            let word = match (reading.language, shape) {
                (Language::English, Some(shape)) => shape::fitting(reading, token, shape?, other)?,
                (Language::English, None) => english(reading, token, other, plural)?,
                (Language::Tagalog, _) => {
                    tagalog(reading, token, other.words.first()?, relinked && entry.linked)?
                }
            };
            let in_story = other.words.iter().any(|word| reading.has(word));
            Some(Other { word, in_story })
        })
        .collect()
}

/// What is not counted: days, which need no article, and what has one form only. A number in digits stays in digits.
fn english(reading: &Reading, token: usize, other: &Item, plural: bool) -> Option<String> {
    let is_digits = reading
        .text
        .folded(token)
        .starts_with(|letter: char| letter.is_ascii_digit());
    match (plural, is_digits) {
        (true, _) => Some(other.plural.clone()),
        (false, true) => other.words.get(1).map(|&digits| digits.to_owned()),
        (false, false) => other.words.first().map(|&word| word.to_owned()),
    }
}

/// Whether an English noun has something in front of it that any other noun could have, too.
pub(crate) fn is_determined(reading: &Reading, token: usize) -> bool {
    let mut at = token;
    for _ in 0..3 {
        let word = reading.joined(at, -1);
        if reading.lexicon.is(List::Determiner, word)
            || word.ends_with("'s")
            || ["one", "two"].contains(&word)
        {
            return true;
        }
        let describes = reading.lexicon.senses(word).iter().any(
            |sense| matches!(sense, Sense::Item { set, .. } if reading.class(*set) == Some(Class::Adjective)),
        );
        match reading.beside(at, -1) {
            Some(before) if describes => at = before,
            _ => return false,
        }
    }
    false
}

/// Whether an English noun is a part of a longer one: `dog house`, `lamp post`.
pub(crate) fn is_compound(reading: &Reading, token: usize) -> bool {
    if reading.language != Language::English {
        return false;
    }
    let beside = |by: isize| {
        reading
            .beside(token, by)
            .filter(|_| !reading.joined(token, by).is_empty())
    };
    let noun = |at: usize| match reading.kinds[at] {
        Kind::Item { set, .. } => reading.class(set) == Some(Class::Noun),
        Kind::Noun { .. } => true,
        _ => false,
    };
    let part = |at: usize| {
        let word = reading.text.folded(at);
        let small = reading.lexicon.is(List::Stop, word) || word.ends_with("ly") || word.ends_with("ed");
        noun(at) || !(small || matches!(reading.kinds[at], Kind::Verb { .. }) || is_verb(reading, word))
    };
    beside(-1).is_some_and(noun) || beside(1).is_some_and(part)
}

fn is_verb(reading: &Reading, word: &str) -> bool {
    reading
        .lexicon
        .senses(word)
        .iter()
        .any(|sense| matches!(sense, Sense::Verb { .. }))
}

/// A word with the linker that the token has. None if it would need another one, and must not.
fn tagalog(reading: &Reading, token: usize, word: &str, relinked: bool) -> Option<String> {
    let last = word.chars().last()?;
    let vowel = "aeiou".contains(last);
    let attached = is_linked(reading, token);
    let apart = linker(reading, token).is_some();
    match last {
        _ if !attached && !apart => Some(word.to_owned()),
        _ if vowel && (attached || relinked) => Some(format!("{word}ng")),
        'n' if attached || relinked => Some(format!("{word}g")),
        _ if vowel || last == 'n' => None,
        _ if relinked => Some(format!("{word} na")),
        _ => apart.then(|| word.to_owned()),
    }
}

fn is_linked(reading: &Reading, token: usize) -> bool {
    let written = reading.text.folded(token);
    stem::unlinked(written) != written
}

/// The Tagalog linker `na` that follows the token as a word of its own.
pub(crate) fn linker(reading: &Reading, token: usize) -> Option<usize> {
    let follows = reading.language == Language::Tagalog && reading.joined(token, 1) == "na";
    reading.beside(token, 1).filter(|_| follows)
}

/// The English article that stands right before the token, if it must be another one before `word`.
pub(crate) fn article(reading: &Reading, token: usize, word: &str) -> Option<(usize, &'static str)> {
    if reading.language != Language::English {
        return None;
    }
    let wanted = if sounds_like_a_vowel(word) { "an" } else { "a" };
    let before = reading.joined(token, -1);
    let wrong = (before == "a" || before == "an") && before != wanted;
    reading.beside(token, -1).filter(|_| wrong).map(|at| (at, wanted))
}

fn sounds_like_a_vowel(word: &str) -> bool {
    let consonant = ["uni", "use", "euro", "one"]
        .iter()
        .any(|start| word.starts_with(start));
    (word.starts_with(['a', 'e', 'i', 'o', 'u']) && !consonant)
        || word.starts_with("hour")
        || word.starts_with("honest")
}

/// Verbs of the lexicon in the form of the token, which stand with the same things.
pub(crate) fn verbs(reading: &Reading, token: usize) -> Vec<Other> {
    let Kind::Verb { form, frame, .. } = reading.kinds[token] else {
        return Vec::new();
    };
    let verbs = reading.lexicon.verbs.iter();
    verbs
        .filter(|verb| !verb.state && !verb.general && fits(frame, verb.frame))
        .filter_map(|verb| verb.form(form))
        .map(|word| Other {
            word: word.to_owned(),
            in_story: reading.has(word),
        })
        .collect()
}

/// Whether a word is a verb that would be right in nearly every gap.
pub(crate) fn is_general(reading: &Reading, word: &str) -> bool {
    let verb =
        |sense: &Sense| matches!(sense, Sense::Verb { verb, .. } if reading.lexicon.verbs[*verb].general);
    reading.lexicon.senses(word).iter().any(verb)
}

fn fits(wanted: Frame, has: Frame) -> bool {
    match wanted {
        Frame::Both => false,
        Frame::Alone | Frame::Object => has == wanted || has == Frame::Both,
        Frame::Deed => has == Frame::Deed,
    }
}

/// Whether a verb is as regular as the token: among `ran`, `swam` and `fell` one would see `jumped` without reading.
pub(crate) fn ends_alike(reading: &Reading, token: usize, word: &str) -> bool {
    let is_past = matches!(reading.kinds[token], Kind::Verb { form: Form::Past, .. });
    reading.language != Language::English
        || !is_past
        || word.ends_with("ed") == reading.text.folded(token).ends_with("ed")
}

/// Whether an English verb is followed by a way or a goal.
pub(crate) fn goes_somewhere(reading: &Reading, token: usize) -> bool {
    const WAYS: [&str; 16] = [
        "to", "into", "toward", "towards", "through", "across", "around", "along", "over", "under", "past",
        "from", "home", "down", "onto", "between",
    ];
    reading.language == Language::English && WAYS.contains(&reading.joined(token, 1))
}

/// The form of a verb that another one must have, too.
pub(crate) fn same_form(one: Kind, other: Kind) -> bool {
    let key = |kind: Kind| match kind {
        Kind::Verb {
            form,
            frame,
            state: false,
        } => Some((form, frame)),
        _ => None,
    };
    key(one).is_some() && key(one) == key(other)
}
