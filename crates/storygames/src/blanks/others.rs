//! The three wrong words for a gap: of the same kind and form as the right one, and not right themselves.

use crate::chance::Chance;
use crate::game::Language;
use crate::lexicon::List;
use crate::reading::{Kind, Reading};
use crate::slot::{self, Other};
use crate::stem;

/// Letters by which a wrong word may be longer or shorter.
const LONGER: usize = 4;

/// Three words for the token's gap: such as the story has elsewhere first. None if there are fewer.
pub(super) fn three(reading: &Reading, token: usize, chance: &mut Chance) -> Option<Vec<String>> {
    let mut others = match reading.kinds[token] {
        Kind::Item { .. } => slot::of_the_set(reading, token, false),
        Kind::Verb { .. } => {
            let mut verbs = in_the_story(reading, token, |kind| slot::same_form(reading.kinds[token], kind));
            verbs.retain(|other| !slot::is_general(reading, &other.word));
            verbs.extend(slot::verbs(reading, token));
            verbs
        }
        _ => return None,
    };
    let own = reading.text.folded(token);
    let length = own.chars().count();
    chance.shuffle(&mut others);
    others.sort_by_key(|other| (!other.in_story, other.word.chars().count().abs_diff(length) / 2));
    let mut chosen: Vec<String> = Vec::with_capacity(3);
    let mut stems: Vec<String> = vec![reading.stem(token).to_owned()];
    for Other { word, .. } in others {
        let stem = stem::of(&word, reading.language);
        let alike = word.chars().count().abs_diff(length) <= LONGER;
        if chosen.len() < 3
            && alike
            && (!is_um(own, reading) || is_um(&word, reading))
            && !stems.contains(&stem)
            && slot::article(reading, token, &word).is_none()
            && slot::ends_alike(reading, token, &word)
            && !would_fit(reading, token, &word)
        {
            stems.push(stem);
            chosen.push(word);
        }
    }
    (chosen.len() == 3).then_some(chosen)
}

/// Whether a word is a Tagalog verb with `um`: that form is the one after `huwag` and `ayaw`, too, so only its like will do.
fn is_um(word: &str, reading: &Reading) -> bool {
    let vowel = word.starts_with(['a', 'e', 'i', 'o', 'u']);
    reading.language == Language::Tagalog
        && word
            .get(usize::from(!vowel)..)
            .is_some_and(|rest| rest.starts_with("um"))
}

/// Words of other sentences whose kind will do.
fn in_the_story(reading: &Reading, token: usize, will_do: impl Fn(Kind) -> bool) -> Vec<Other> {
    let sentence = reading.text.sentence_of(token);
    let tokens = 0..reading.text.tokens.len();
    tokens
        .filter(|&other| reading.text.sentence_of(other).abs_diff(sentence) >= 2)
        .filter(|&other| will_do(reading.kinds[other]) && !reading.is_rude(other))
        .filter(|&other| reading.text.folded(other).chars().all(char::is_alphabetic))
        .map(|other| Other {
            word: reading.text.folded(other).to_owned(),
            in_story: true,
        })
        .collect()
}

/// Whether the story itself has the word in such a place: then it would be right, too. Between small words both
/// neighbours must be the same, since anything stands after `the`.
fn would_fit(reading: &Reading, token: usize, word: &str) -> bool {
    let (before, after) = (reading.joined(token, -1), reading.joined(token, 1));
    let small = |word: &str| word.is_empty() || reading.lexicon.is(List::Stop, word);
    let Some(id) = reading.text.find(word) else {
        return false;
    };
    let sentence = reading.text.sentence_of(token);
    (0..reading.text.tokens.len())
        .filter(|&other| reading.text.word_of(other) == id)
        .any(|other| {
            let same_before = reading.joined(other, -1) == before;
            let same_after = reading.joined(other, 1) == after;
            reading.text.sentence_of(other) == sentence
                || (same_before && same_after)
                || (same_before && !small(before))
                || (same_after && !small(after))
        })
}
