//! Fill in the blanks: sentences of the story with a word left out.

mod others;
mod target;

use std::collections::BTreeSet;

use crate::chance::Chance;
use crate::game::{Family, Language, Question};
use crate::gate;
use crate::reading::Reading;

const GAP: &str = "______";
/// Parts of the story, from each of which comes one of the first questions.
const PARTS: usize = 5;
const MOST: usize = 10;
const LEAST: usize = 3;
/// Sentences that are tried in each part, so that a long story takes no longer than a middling one.
const TRIED: usize = 24;

/// A question and what must not meet in another one.
struct Blank {
    question: Question,
    sentence: usize,
    /// The stem of the answer.
    answer: String,
    /// Stems of the sentence and of the other options.
    seen: BTreeSet<String>,
}

/// Up to ten questions, of which the first five are spread over the story; none if fewer than three can be made.
pub(crate) fn make(reading: &Reading) -> Vec<Question> {
    let mut chance = Chance::new(reading.seed, "blanks");
    let parts = parts(reading, &mut chance);
    let mut chosen: Vec<Blank> = Vec::new();
    for round in 0..PARTS {
        for part in &parts {
            let wanted = if round < 2 { MOST } else { PARTS };
            if chosen.len() >= wanted {
                break;
            }
            let blank = part
                .iter()
                .filter(|sentence| !chosen.iter().any(|other| other.sentence == **sentence))
                .find_map(|&sentence| {
                    blank(reading, sentence, &mut chance, |blank| {
                        chosen.iter().all(|other| are_apart(other, blank))
                    })
                });
            chosen.extend(blank);
        }
    }
    // The first ones in the order of the story, then the ones for another day.
    let first = chosen.len().min(PARTS);
    chosen[..first].sort_by_key(|blank| blank.sentence);
    if chosen.len() < LEAST {
        return Vec::new();
    }
    let mut questions: Vec<Question> = chosen.into_iter().map(|blank| blank.question).collect();
    gate::spread(&mut questions, &mut Chance::new(reading.seed, "blank letters"));
    questions
}

/// The usable sentences in equal parts of the story, each part in an order of its own.
fn parts(reading: &Reading, chance: &mut Chance) -> Vec<Vec<usize>> {
    let usable = &reading.usable;
    (0..PARTS)
        .map(|part| {
            let mut sentences =
                usable[part * usable.len() / PARTS..(part + 1) * usable.len() / PARTS].to_vec();
            chance.shuffle(&mut sentences);
            sentences.truncate(TRIED);
            sentences
        })
        .collect()
}

/// The best question about a sentence that fits to those which are chosen.
fn blank(
    reading: &Reading,
    sentence: usize,
    chance: &mut Chance,
    fits: impl Fn(&Blank) -> bool,
) -> Option<Blank> {
    target::of(reading, sentence).into_iter().find_map(|token| {
        let blank = with_gap(reading, sentence, token, chance)?;
        (gate::is_fair(&blank.question, reading) && fits(&blank)).then_some(blank)
    })
}

fn with_gap(reading: &Reading, sentence: usize, token: usize, chance: &mut Chance) -> Option<Blank> {
    let answer = reading.text.written(token).to_owned();
    let others = others::three(reading, token, chance)?;
    let text = reading.text.with(sentence, &[(reading.text.span(token), GAP)]);
    let mut seen: BTreeSet<String> = reading
        .tokens(sentence)
        .filter(|&other| other != token)
        .map(|other| reading.stem(other).to_owned())
        .collect();
    seen.extend(others.iter().map(|word| crate::stem::of(word, reading.language)));
    let mut options = others;
    options.push(answer.clone());
    let hint = hint(reading.language, &answer);
    let mut question = Question::new(Family::Blank, text, options, answer);
    question.hint = Some(hint);
    question.explanation = Some(reading.explanation(sentence));
    Some(Blank {
        question,
        sentence,
        answer: reading.stem(token).to_owned(),
        seen,
    })
}

fn hint(language: Language, answer: &str) -> String {
    let letters = answer.chars().count();
    let first: String = answer.chars().take(1).collect();
    match language {
        Language::English => format!("It begins with “{first}” and has {letters} letters."),
        Language::Tagalog => format!("Nagsisimula ito sa “{first}” at may {letters} na titik."),
    }
}

/// Whether neither answer can be read in the other question.
fn are_apart(one: &Blank, other: &Blank) -> bool {
    one.answer != other.answer && !one.seen.contains(&other.answer) && !other.seen.contains(&one.answer)
}

#[cfg(test)]
mod tests;
