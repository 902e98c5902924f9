//! The opposite of one of the story's words.

use super::Proposal;
use super::standing;
use crate::chance::Chance;
use crate::game::{Family, Question};
use crate::lexicon::{Class, Opposite};
use crate::reading::{Kind, Reading};

pub(super) fn propose(reading: &Reading) -> Vec<Proposal> {
    let mut chance = Chance::new(reading.seed, "opposite");
    let mut asked: Vec<(&Opposite, usize, usize)> = Vec::new();
    for pair in &reading.lexicon.opposites {
        for side in 0..2 {
            if let Some(token) = adjective(reading, pair.words[side]) {
                asked.push((pair, side, token));
            }
        }
    }
    chance.shuffle(&mut asked);
    asked
        .into_iter()
        .take(super::PROPOSALS)
        .filter_map(|(pair, side, token)| question(reading, pair, side, token, &mut chance))
        .collect()
}

/// Where the story has the word as an adjective, in a sentence that can be shown.
fn adjective(reading: &Reading, word: &str) -> Option<usize> {
    let mut tokens = reading
        .usable
        .iter()
        .flat_map(|&sentence| reading.tokens(sentence));
    tokens.find(|&token| {
        matches!(reading.kinds[token], Kind::Item { set, item, .. } if reading.class(set) == Some(Class::Adjective)
            && reading.lexicon.sets[set].items[item].words.contains(&word))
            && bare(reading, token) == word
    })
}

fn bare(reading: &Reading, token: usize) -> &str {
    crate::stem::unlinked(reading.text.folded(token))
}

fn question(
    reading: &Reading,
    pair: &Opposite,
    side: usize,
    token: usize,
    chance: &mut Chance,
) -> Option<Proposal> {
    let (word, answer) = (pair.words[side], pair.words[1 - side]);
    let mut others: Vec<&Opposite> = reading
        .lexicon
        .opposites
        .iter()
        .filter(|other| {
            other.topic != pair.topic && !other.words.iter().any(|word| pair.words.contains(word))
        })
        .collect();
    chance.shuffle(&mut others);
    let mut topics = Vec::new();
    let mut options = vec![answer.to_owned()];
    for other in others {
        let option = other.words[chance.below(2)];
        if options.len() < 4 && !topics.contains(&other.topic) && option.len().abs_diff(answer.len()) <= 4 {
            topics.push(other.topic);
            options.push(option.to_owned());
        }
    }
    if options.len() < 4 {
        return None;
    }
    let text = standing::say(
        reading,
        "Which word means the opposite of",
        "Alin ang kasalungat ng salitang",
    );
    let text = format!("{text} “{word}”?");
    let mut question = Question::new(Family::Opposite, text, options, answer.to_owned());
    question.explanation = Some(reading.explanation(reading.text.sentence_of(token)));
    Some(Proposal {
        question,
        shown: Vec::new(),
        beside: Vec::new(),
        secrets: Vec::new(),
        topic: "opposite".to_owned(),
    })
}
