//! What happened right after something.

use super::Proposal;
use super::standing;
use crate::chance::Chance;
use crate::game::{Family, Question};
use crate::reading::Reading;

pub(super) fn propose(reading: &Reading) -> Vec<Proposal> {
    let events = standing::all(reading);
    let mut chance = Chance::new(reading.seed, "next");
    let mut pairs: Vec<(usize, usize)> = events
        .windows(2)
        .filter(|pair| pair[1].0 == pair[0].0 + 1 && pair[0].1.is_empty())
        .map(|pair| (pair[0].0, pair[1].0))
        .collect();
    chance.shuffle(&mut pairs);
    let pairs = pairs.into_iter().take(super::PROPOSALS);
    pairs
        .filter_map(|(shown, answer)| question(reading, &events, shown, answer, &mut chance))
        .collect()
}

fn question(
    reading: &Reading,
    events: &[(usize, String)],
    shown: usize,
    answer: usize,
    chance: &mut Chance,
) -> Option<Proposal> {
    let opening = &events.iter().find(|(sentence, _)| *sentence == answer)?.1;
    let mut others: Vec<usize> = events
        .iter()
        .filter(|(sentence, begins)| sentence.abs_diff(shown) >= 3 && begins == opening)
        .map(|(sentence, _)| *sentence)
        .filter(|&sentence| standing::alike(reading, sentence, answer))
        .collect();
    chance.shuffle(&mut others);
    // If the answer takes up a word of what is shown, one of the others must, too, or it could be seen without reading.
    if standing::share(reading, shown, answer) {
        let sharing = others
            .iter()
            .position(|&other| standing::share(reading, shown, other))?;
        others.swap(0, sharing);
    }
    let mut options: Vec<usize> = Vec::with_capacity(4);
    for other in others {
        if options.len() < 3
            && options
                .iter()
                .all(|&chosen| standing::alike(reading, chosen, other))
        {
            options.push(other);
        }
    }
    if options.len() < 3 {
        return None;
    }
    let beside = options.clone();
    options.push(answer);
    let text = standing::say(
        reading,
        "What happened right after this?",
        "Ano ang sumunod na nangyari pagkatapos nito?",
    );
    let text = format!("{text} {}", standing::quoted(&reading.text.sentence(shown)));
    let texts = options
        .iter()
        .map(|&sentence| reading.text.sentence(sentence))
        .collect();
    let mut question = Question::new(Family::Next, text, texts, reading.text.sentence(answer));
    question.explanation = Some(reading.explanation(answer));
    Some(Proposal {
        question,
        topic: format!("next {shown}"),
        shown: vec![shown, answer],
        beside,
        secrets: Vec::new(),
    })
}
