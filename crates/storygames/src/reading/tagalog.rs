//! What a Tagalog word is, by the lexicon, by its affixes and by its neighbours.

use super::{Kind, Reading};
use crate::lexicon::{Class, Form, Frame, List, Sense};
use crate::stem;

/// The kind of a token, names apart.
pub(super) fn kind(reading: &Reading, token: usize) -> Kind {
    let word = reading.text.folded(token);
    if reading.lexicon.is(List::Stop, word) {
        return Kind::Other;
    }
    let senses = reading.senses(word);
    match senses {
        [] => unknown(reading, token),
        [Sense::Item { set, item, plural }] => Kind::Item {
            set: *set,
            item: *item,
            plural: *plural,
        },
        [Sense::Verb { verb, form }] => {
            reading
                .lexicon
                .verbs
                .get(*verb)
                .map_or(Kind::Other, |verb| Kind::Verb {
                    form: *form,
                    frame: verb.frame,
                    state: verb.state,
                })
        }
        // Words of several kinds are decided by what stands before: `ang bata`, `ang mga lobo`.
        several => after_determiner(reading, token)
            .then(|| only_noun(reading, several))
            .flatten()
            .unwrap_or(Kind::Other),
    }
}

fn after_determiner(reading: &Reading, token: usize) -> bool {
    reading.lexicon.is(List::Determiner, reading.joined(token, -1))
}

fn only_noun(reading: &Reading, senses: &[Sense]) -> Option<Kind> {
    let mut nouns = senses.iter().filter_map(|sense| match sense {
        Sense::Item { set, item, plural } if reading.class(*set) == Some(Class::Noun) => Some(Kind::Item {
            set: *set,
            item: *item,
            plural: *plural,
        }),
        _ => None,
    });
    let only = nouns.next()?;
    nouns.next().is_none().then_some(only)
}

/// What stands right behind a verb of the deed: who does it.
const DOERS: [&str; 16] = [
    "ng", "ni", "nina", "niya", "nila", "ko", "mo", "namin", "natin", "ninyo", "niyang", "nilang", "kong",
    "mong", "naming", "nating",
];

fn unknown(reading: &Reading, token: usize) -> Kind {
    let word = reading.text.folded(token);
    if !reading.is_content(token) {
        return Kind::Other;
    }
    let linked = stem::unlinked(word) != word;
    if let Some((form, deed)) = affixed(word).filter(|_| !linked && !after_determiner(reading, token)) {
        let frame = match (deed, doer_with_object(reading, token)) {
            (true, _) => Frame::Deed,
            (false, true) => Frame::Object,
            (false, false) => Frame::Alone,
        };
        // `Minuto` and `sinigang` only look like verbs: one of the deed has its doer right behind.
        if !deed || DOERS.contains(&reading.joined(token, 1)) {
            return Kind::Verb {
                form,
                frame,
                state: false,
            };
        }
    }
    let thing = ["ang", "ng", "mga", "sa"].contains(&reading.joined(token, -1));
    if thing && !linked && affixed(word).is_none() && !word.starts_with("ma") && !is_doubled(word) {
        let next = reading.joined(token, 1);
        if next.is_empty() || reading.lexicon.is(List::Stop, next) {
            return Kind::Noun { plural: false };
        }
    }
    Kind::Other
}

/// Whether `ng` follows within the clause: the verb is done to something.
fn doer_with_object(reading: &Reading, token: usize) -> bool {
    let mut at = token;
    for _ in 0..5 {
        if reading.text.gap(at).contains([',', ';', '"']) {
            return false;
        }
        match reading.beside(at, 1) {
            Some(next) if reading.text.folded(next) == "ng" => return true,
            Some(next) => at = next,
            None => return false,
        }
    }
    false
}

/// `susunod`, `darating`: the first syllable twice makes something that is to come.
fn is_doubled(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    letters.len() >= 5 && letters[..2] == letters[2..4]
}

/// The form of a verb by its affixes, and whether it is one of the deed.
fn affixed(word: &str) -> Option<(Form, bool)> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < 5 {
        return None;
    }
    let vowel = |at: usize| letters.get(at).is_some_and(|letter| "aeiou".contains(*letter));
    let doubled = |at: usize| match (vowel(at), vowel(at + 1)) {
        (true, _) => letters.get(at) == letters.get(at + 1),
        (false, true) => letters.len() > at + 3 && letters[at..at + 2] == letters[at + 2..at + 4],
        _ => false,
    };
    let doing = |is: bool| if is { Form::Doing } else { Form::Done };
    let starts = |prefix: &str| word.starts_with(prefix);
    if starts("nag") && letters.len() >= 6 {
        return Some((doing(doubled(3)), false));
    }
    if starts("mag") && letters.len() >= 7 && doubled(3) {
        return Some((Form::ToCome, false));
    }
    for (infix, deed) in [("um", false), ("in", true)] {
        let at = usize::from(!vowel(0));
        let inner: String = letters.iter().skip(at).take(2).collect();
        if inner == infix && vowel(at + 2) && letters.len() >= at + 5 {
            // `kumakain`: the doubled syllable is split by the infix. In `sumisid` the root itself has it.
            let again = if at == 1 {
                letters.len() >= 8 && letters.get(4) == letters.first() && letters.get(3) == letters.get(5)
            } else {
                letters.get(2) == letters.get(3)
            };
            return Some((doing(again), deed));
        }
    }
    None
}
