//! Options fit the sentence that they are offered for: neither a verb nor a small word beside the gap tells which is right.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::lexicon::{self, Class, Form, Lexicon, List, Sense};
use crate::reading::{Given, Kind};
use crate::text::Text;

/// What is always many, as this test knows it.
const ALWAYS_MANY: [&str; 5] = ["noodles", "stairs", "trousers", "pants", "scissors"];

/// Sentences that go with one number only, by the word that stands in the gap.
const ONE: [&str; 4] = [
    "Lena found a {} near the old door.",
    "One {} was left in the garden.",
    "This {} was very old that day.",
    "Another {} has come to the garden.",
];
const MANY: [&str; 4] = [
    "The {} were very old that day.",
    "Lena counted these {} in the garden.",
    "Two {} were left in the garden.",
    "The small {} have come to the garden.",
];
const NO_NUMBER: [&str; 2] = [
    "The {} was very good that day.",
    "Lena talked about the {} that day.",
];
/// What somebody did, with a thing and without.
const DONE: [&str; 2] = [
    "Lena {} the old basket in the garden.",
    "The small dog {} while Lena slept.",
];

fn english() -> &'static Lexicon {
    lexicon::of(Language::English)
}

/// A story around a sentence.
fn read(sentence: &str, seed: u64) -> Reading {
    let given = Given {
        title: "",
        language: None,
        seed,
        rude: &[],
    };
    let page =
        format!("{sentence} It was late and they were all at home. Then there was nothing more to be said.");
    Reading::of(Text::read(&[&page], 10_000), &given).expect("English")
}

/// The wrong words for the gap of a word in the first sentence; nothing where none are offered, or where the word is taken
/// for something else, as `rings` for what a bell does.
fn offered(sentence: &str, word: &str, is_noun: bool, seed: u64) -> Option<Vec<String>> {
    let reading = read(sentence, seed);
    let token = reading
        .tokens(0)
        .find(|&token| reading.text.folded(token) == word)?;
    let is_it = matches!(reading.kinds[token], Kind::Item { .. }) == is_noun;
    let others = others::three(&reading, token, &mut Chance::new(seed, "test"));
    others.filter(|_| is_it)
}

/// Whether a noun may stand where this is spoken of: one, many, or something that is not counted.
fn may_be(word: &str, is_fitting: impl Fn(bool, bool, bool) -> bool) -> bool {
    let is_mass = english().is(List::Mass, word);
    english().senses(word).iter().any(|sense| match sense {
        Sense::Item { plural: true, .. } => is_fitting(false, true, false),
        Sense::Item { .. } if ALWAYS_MANY.contains(&word) => is_fitting(false, true, false),
        Sense::Item { set, item, .. } => {
            let is_many = english().sets[*set].items[*item].plural == word;
            is_fitting(!is_mass, is_many, is_mass)
        }
        Sense::Verb { .. } => false,
    })
}

/// Every noun that is known, in both numbers.
fn nouns() -> Vec<String> {
    let sets = english().sets.iter().filter(|set| set.class == Class::Noun);
    let items = sets.flat_map(|set| &set.items);
    let mut nouns: Vec<String> = items
        .flat_map(|item| {
            item.words
                .iter()
                .map(|word| (*word).to_owned())
                .chain([item.plural.clone()])
        })
        .collect();
    nouns.sort();
    nouns.dedup();
    nouns
}

/// Runs over all nouns that fit into these sentences, and says how often anything was offered.
fn offered_in(
    sentences: &'static [&'static str],
    fits: fn(bool, bool, bool) -> bool,
    check: impl Fn(&str, &str, &[String]),
) -> usize {
    let made = Cell::new(0);
    let mut runner = TestRunner::new(Config {
        cases: 3_000,
        failure_persistence: None,
        ..Config::default()
    });
    let asked = (
        prop::sample::select(nouns()),
        prop::sample::select(sentences),
        any::<u64>(),
    );
    let result = runner.run(&asked, |(noun, sentence, seed)| {
        if may_be(&noun, fits)
            && let Some(others) = offered(&sentence.replace("{}", &noun), &noun, true, seed)
        {
            made.set(made.get() + 1);
            check(sentence, &noun, &others);
        }
        Ok(())
    });
    assert_eq!(result, Ok(()));
    made.get()
}

#[test]
fn where_one_is_spoken_of_every_option_is_one() {
    let one = |is_one, _, is_mass| is_one || is_mass;
    let made = offered_in(&ONE, one, |sentence, noun, others| {
        for other in others {
            assert!(
                may_be(other, |is_one, _, is_mass| is_one
                    || (is_mass && sentence.starts_with("This"))),
                "{sentence} {noun} {other}"
            );
            let vowel = |word: &str| word.starts_with(['a', 'e', 'i', 'o', 'u']) && word != "uniform";
            assert!(
                !sentence.contains(" a {}") || !vowel(other),
                "{sentence} {noun} {other}"
            );
        }
    });
    assert!(made > 300, "{made}");
}

#[test]
fn where_many_are_spoken_of_every_option_is_many() {
    let made = offered_in(
        &MANY,
        |_, is_many, _| is_many,
        |sentence, noun, others| {
            for other in others {
                assert!(
                    may_be(other, |_, is_many, _| is_many),
                    "{sentence} {noun} {other}"
                );
                let is_counted = sentence.starts_with("Two");
                assert!(
                    !(is_counted && ALWAYS_MANY.contains(&other.as_str())),
                    "{sentence} {noun} {other}"
                );
            }
        },
    );
    assert!(made > 300, "{made}");
}

#[test]
fn what_is_counted_stands_beside_what_is_counted() {
    let any = |is_one, _, is_mass| is_one || is_mass;
    let made = offered_in(&NO_NUMBER, any, |sentence, noun, others| {
        let is_mass = english().is(List::Mass, noun);
        for other in others {
            assert_eq!(
                english().is(List::Mass, other),
                is_mass || alias_of_mass(noun),
                "{sentence} {noun} {other}"
            );
        }
    });
    assert!(made > 200, "{made}");
}

/// Whether a word stands for one that is not counted, as `stew` for `soup`.
fn alias_of_mass(noun: &str) -> bool {
    english().senses(noun).iter().any(|sense| {
        matches!(sense, Sense::Item { set, item, plural: false }
            if english().sets[*set].items[*item].words.iter().any(|word| english().is(List::Mass, word)))
    })
}

#[test]
fn a_verb_stands_beside_verbs_that_end_as_it_does() {
    let past: Vec<String> = english()
        .verbs
        .iter()
        .filter_map(|verb| verb.form(Form::Past))
        .map(str::to_owned)
        .collect();
    let made = Cell::new([0, 0]);
    let mut runner = TestRunner::new(Config {
        cases: 2_000,
        failure_persistence: None,
        ..Config::default()
    });
    let asked = (
        prop::sample::select(past),
        prop::sample::select(&DONE[..]),
        any::<u64>(),
    );
    let result = runner.run(&asked, |(verb, sentence, seed)| {
        let sentence = sentence.replace("{}", &verb);
        if let Some(others) = offered(&sentence, &verb, false, seed) {
            let is_regular = verb.ends_with("ed");
            assert!(
                others.iter().all(|other| other.ends_with("ed") == is_regular),
                "{sentence} {others:?}"
            );
            let mut counts = made.get();
            counts[usize::from(is_regular)] += 1;
            made.set(counts);
        }
        Ok(())
    });
    assert_eq!(result, Ok(()));
    assert!(made.get().iter().all(|times| *times > 100), "{:?}", made.get());
}

#[test]
fn the_same_seed_offers_the_same() {
    for seed in 0..20 {
        let once = offered("The noodles were very good that day.", "noodles", true, seed);
        assert!(once.is_some());
        assert_eq!(
            once,
            offered("The noodles were very good that day.", "noodles", true, seed)
        );
    }
}

#[test]
fn what_does_not_show_its_number_is_not_asked_for() {
    for (sentence, word) in [
        ("Lena talked about his sheep that day.", "sheep"),
        ("Two goat were left in the garden.", "goat"),
        ("A trousers was left in the garden.", "trousers"),
    ] {
        assert_eq!(offered(sentence, word, true, 1), None, "{sentence}");
    }
    let shown = offered("The sheep were very old that day.", "sheep", true, 1).expect("others");
    assert!(
        shown.iter().all(|other| other.ends_with('s') || other == "geese"),
        "{shown:?}"
    );
    let reading = read("The sheep was very old that day.", 1);
    assert!(matches!(reading.kinds[1], Kind::Item { plural: false, .. }));
}
