//! In which number an English noun stands, so that neither a verb nor a small word beside it tells which option is right.

use crate::lexicon::{Class, Item, List, Sense};
use crate::reading::Reading;
use crate::slot;

/// Words before a noun among which its article or number is looked for.
const LOOKED_BACK: usize = 3;

/// The number of a noun where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `A sandwich`, `this sheep`.
    One,
    /// `The eggs`, `the noodles`, `two sheep`.
    Many,
    /// `The rice`: in no number.
    Mass,
}

/// What stands before a noun says of its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// `A`, `one`, `another`.
    One,
    /// `This`, `that`: one, or in no number.
    NotMany,
    /// `These`, `two`, `several`.
    Many,
}

/// The number of the token, a noun of the lexicon. None where nothing shows it (`his sheep jumped`), or where two things
/// show another one each.
pub(crate) fn of(reading: &Reading, token: usize, item: &Item, plural: bool) -> Option<Shape> {
    let word = reading.text.folded(token);
    let told = told(reading, token);
    if plural || reading.lexicon.is(List::Plural, word) {
        return matches!(told, None | Some(Told::Many)).then_some(Shape::Many);
    }
    if item.words.iter().any(|word| reading.lexicon.is(List::Mass, word)) {
        return match told {
            // `A pizza` is counted, `a rice` is not said.
            Some(Told::One) => Some(Shape::One),
            Some(Told::Many) => None,
            Some(Told::NotMany) | None => Some(Shape::Mass),
        };
    }
    match told {
        Some(Told::Many) => (item.plural == word).then_some(Shape::Many),
        None if item.plural == word => after(reading, token),
        Some(Told::One | Told::NotMany) | None => Some(Shape::One),
    }
}

/// The form of another noun that stands in the token's place in this number.
pub(crate) fn fitting(reading: &Reading, token: usize, shape: Shape, other: &Item) -> Option<String> {
    let word = *other.words.first()?;
    let is_mass = reading.lexicon.is(List::Mass, word);
    let is_plural = reading.lexicon.is(List::Plural, word);
    match shape {
        Shape::One if is_mass || is_plural || !slot::is_determined(reading, token) => None,
        Shape::Mass if !is_mass => None,
        // Nobody counts trousers.
        Shape::Many if is_mass || (is_plural && told(reading, token).is_some()) => None,
        Shape::Many => Some(other.plural.clone()),
        Shape::One | Shape::Mass => Some(word.to_owned()),
    }
}

fn told(reading: &Reading, token: usize) -> Option<Told> {
    let mut at = token;
    for _ in 0..LOOKED_BACK {
        let word = reading.joined(at, -1);
        match word {
            "a" | "an" | "one" | "another" | "each" | "every" | "1" => return Some(Told::One),
            "this" | "that" => return Some(Told::NotMany),
            "these" | "those" | "both" | "few" | "several" | "many" | "all" => return Some(Told::Many),
            _ if is_of(reading, word, Class::Number) => return Some(Told::Many),
            _ if is_of(reading, word, Class::Adjective) => at = reading.beside(at, -1)?,
            _ => return None,
        }
    }
    None
}

fn is_of(reading: &Reading, word: &str, class: Class) -> bool {
    let mut senses = reading.lexicon.senses(word).iter();
    senses.any(|sense| matches!(sense, Sense::Item { set, .. } if reading.class(*set) == Some(class)))
}

/// What stands behind a noun and goes with one number only.
fn after(reading: &Reading, token: usize) -> Option<Shape> {
    match reading.joined(token, 1) {
        "is" | "was" | "has" | "isn't" | "wasn't" | "hasn't" => Some(Shape::One),
        "are" | "were" | "have" | "aren't" | "weren't" | "haven't" => Some(Shape::Many),
        _ => None,
    }
}
