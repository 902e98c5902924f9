//! Which of four things happened first, or last.

use super::Proposal;
use super::standing;
use crate::chance::Chance;
use crate::game::{Family, Question};
use crate::reading::Reading;

/// Sentences between two options, where a story has too few pages to take each from another.
const APART: usize = 3;

pub(super) fn propose(reading: &Reading) -> Vec<Proposal> {
    let events: Vec<usize> = standing::all(reading)
        .into_iter()
        .filter(|(_, opening)| opening.is_empty())
        .map(|(sentence, _)| sentence)
        .collect();
    let mut chance = Chance::new(reading.seed, "order");
    let mut proposals = Vec::new();
    for round in 0..super::PROPOSALS {
        let mut order = events.clone();
        chance.shuffle(&mut order);
        let Some(four) = four(reading, &order) else {
            continue;
        };
        proposals.push(question(reading, four, round % 2 == 0));
    }
    proposals
}

/// The first four of these that lie apart and are of one length, in the order of the story.
fn four(reading: &Reading, order: &[usize]) -> Option<[usize; 4]> {
    let pages = reading.text.pages.len();
    let page = |sentence: usize| reading.text.sentences[sentence].page;
    let apart = |one: usize, other: usize| {
        one.abs_diff(other) >= APART || (pages >= 4 && page(one) != page(other) && one.abs_diff(other) >= 2)
    };
    let mut chosen: Vec<usize> = Vec::new();
    for &sentence in order {
        let fits = |&other: &usize| {
            apart(sentence, other)
                && standing::alike(reading, sentence, other)
                && (pages < 4 || page(sentence) != page(other))
        };
        if chosen.iter().all(fits) {
            chosen.push(sentence);
        }
        if chosen.len() == 4 {
            break;
        }
    }
    chosen.sort_unstable();
    chosen.try_into().ok()
}

fn question(reading: &Reading, four: [usize; 4], first: bool) -> Proposal {
    let (text, answer) = if first {
        (
            standing::say(
                reading,
                "Which of these happened first?",
                "Alin sa mga ito ang unang nangyari?",
            ),
            four[0],
        )
    } else {
        (
            standing::say(
                reading,
                "Which of these happened last?",
                "Alin sa mga ito ang huling nangyari?",
            ),
            four[3],
        )
    };
    let options = four
        .iter()
        .map(|&sentence| reading.text.sentence(sentence))
        .collect();
    let mut question = Question::new(Family::Order, text, options, reading.text.sentence(answer));
    question.explanation = Some(reading.explanation(answer));
    Proposal {
        question,
        shown: vec![answer],
        beside: four.into_iter().filter(|sentence| *sentence != answer).collect(),
        secrets: Vec::new(),
        topic: format!("order {first}"),
    }
}
