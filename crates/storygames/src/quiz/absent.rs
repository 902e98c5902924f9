//! Which word does not occur. For very short stories, of which little else can be asked.

use super::Proposal;
use super::standing;
use crate::chance::Chance;
use crate::game::{Family, Question};
use crate::lexicon::{Class, List};
use crate::reading::{Kind, Reading};

const WORDS: usize = 120;

pub(super) fn propose(reading: &Reading) -> Vec<Proposal> {
    if reading.text.tokens.len() > WORDS {
        return Vec::new();
    }
    let mut chance = Chance::new(reading.seed, "absent");
    let mut nouns = nouns(reading);
    (0..8)
        .filter_map(|_| question(reading, &mut nouns, &mut chance))
        .collect()
}

/// Nouns of the story that the lexicon has: the token, its set, its word.
fn nouns(reading: &Reading) -> Vec<(usize, usize, &'static str)> {
    let mut nouns: Vec<(usize, usize, &'static str)> = Vec::new();
    let usable = reading
        .usable
        .iter()
        .flat_map(|&sentence| reading.tokens(sentence));
    for token in usable {
        let Kind::Item {
            set,
            item,
            plural: false,
        } = reading.kinds[token]
        else {
            continue;
        };
        let entry = &reading.lexicon.sets[set];
        let word = entry.items[item].words[0];
        // Beside three words in the singular `noodles` would be seen without reading, and the other way round.
        let known = reading.lexicon.is(List::Plural, word)
            || reading.text.is_capital(token)
            || nouns.iter().any(|(_, _, other)| *other == word);
        if entry.class == Class::Noun
            && !known
            && reading.text.folded(token) == word
            && !reading.in_title(reading.stem(token))
        {
            nouns.push((token, set, word));
        }
    }
    nouns
}

fn question(
    reading: &Reading,
    nouns: &mut [(usize, usize, &'static str)],
    chance: &mut Chance,
) -> Option<Proposal> {
    chance.shuffle(nouns);
    let three = nouns.get(..3)?;
    let sets: Vec<usize> = three.iter().map(|(_, set, _)| *set).collect();
    // Of the kind of one of the three, so that it could well have been in the story.
    let mut absent: Vec<&'static str> = reading.lexicon.sets[sets[chance.below(3)]]
        .items
        .iter()
        .filter(|item| !item.words.iter().any(|word| reading.has(word)))
        .filter_map(|item| item.words.first().copied())
        .filter(|word| !reading.lexicon.is(List::Plural, word))
        .collect();
    chance.shuffle(&mut absent);
    let answer = *absent.first()?;
    let mut options: Vec<String> = three.iter().map(|(_, _, word)| (*word).to_owned()).collect();
    options.push(answer.to_owned());
    let text = standing::say(
        reading,
        "Which word is not in the story?",
        "Aling salita ang wala sa kuwento?",
    );
    Some(Proposal {
        question: Question::new(Family::Absent, text, options, answer.to_owned()),
        shown: Vec::new(),
        beside: Vec::new(),
        secrets: three
            .iter()
            .map(|(token, _, _)| reading.stem(*token).to_owned())
            .collect(),
        topic: "absent".to_owned(),
    })
}
