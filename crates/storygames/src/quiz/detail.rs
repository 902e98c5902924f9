//! Which of four sentences is the story's: three have another word of the same kind in one place.

use super::Proposal;
use super::standing;
use crate::chance::Chance;
use crate::game::{Family, Language, Question};
use crate::lexicon::Class;
use crate::reading::{Kind, Reading};
use crate::slot;

/// What stands everywhere in a story is no detail.
const OCCURRENCES: usize = 3;

pub(super) fn propose(reading: &Reading) -> Vec<Proposal> {
    let mut chance = Chance::new(reading.seed, "detail");
    let mut places: Vec<(usize, usize)> = Vec::new();
    for &sentence in &reading.usable {
        if reading.text.sentence(sentence).ends_with('?') {
            continue;
        }
        let tokens = reading.tokens(sentence);
        places.extend(
            tokens
                .filter(|&token| is_detail(reading, token))
                .map(|token| (sentence, token)),
        );
    }
    chance.shuffle(&mut places);
    // What somebody says is a little harder to read with a word changed.
    places.sort_by_key(|(sentence, _)| reading.text.sentence(*sentence).contains('"'));
    let places = places.into_iter().take(4 * super::PROPOSALS);
    places
        .filter_map(|(sentence, token)| question(reading, sentence, token, &mut chance))
        .take(super::PROPOSALS)
        .collect()
}

fn is_detail(reading: &Reading, token: usize) -> bool {
    let Kind::Item { set, item, .. } = reading.kinds[token] else {
        return false;
    };
    let entry = &reading.lexicon.sets[set];
    let written = reading.text.written(token);
    if !entry.detail
        || reading.in_title(reading.stem(token))
        || written.contains(['\'', '-'])
        || reading.repeats(token)
    {
        return false;
    }
    let occurs = |word: &str| {
        reading
            .text
            .find(word)
            .map_or(0, |word| reading.text.words[word].count)
    };
    let times: usize = entry.items[item].words.iter().map(|word| occurs(word)).sum();
    let beside = |by: isize| {
        reading
            .beside(token, by)
            .filter(|_| !reading.joined(token, by).is_empty())
    };
    let named = [-1, 1]
        .iter()
        .any(|by| beside(*by).is_some_and(|at| matches!(reading.kinds[at], Kind::Name(_))));
    let compound = entry.class == Class::Noun && slot::is_compound(reading, token);
    // A phrase that asks for this very word (afraid of).
    let governed = reading.language == Language::English
        && entry.class == Class::Adjective
        && ["of", "to", "about", "with", "at", "that", "for", "by"].contains(&reading.joined(token, 1));
    times <= OCCURRENCES && !named && !compound && !governed
}

fn question(reading: &Reading, sentence: usize, token: usize, chance: &mut Chance) -> Option<Proposal> {
    let mut others: Vec<String> = slot::of_the_set(reading, token, true)
        .into_iter()
        .filter(|other| !other.in_story)
        .map(|other| other.word)
        .collect();
    chance.shuffle(&mut others);
    let own = reading.text.written(token).chars().count();
    others.sort_by_key(|word| word.chars().count().abs_diff(own) / 3);
    if others.len() < 3 {
        return None;
    }
    let answer = reading.text.sentence(sentence);
    let mut options: Vec<String> = others
        .iter()
        .take(3)
        .map(|word| changed(reading, sentence, token, word))
        .collect();
    options.push(answer.clone());
    let text = standing::say(
        reading,
        "Which sentence is from the story?",
        "Aling pangungusap ang mula sa kuwento?",
    );
    let Kind::Item { set, .. } = reading.kinds[token] else {
        return None;
    };
    let mut question = Question::new(Family::Detail, text, options, answer);
    question.explanation = Some(reading.explanation(sentence));
    Some(Proposal {
        question,
        shown: vec![sentence],
        beside: Vec::new(),
        secrets: vec![reading.stem(token).to_owned()],
        topic: format!("detail {}", reading.lexicon.sets[set].name),
    })
}

/// The sentence with another word in the token's place, written as it was, after the article that it needs.
fn changed(reading: &Reading, sentence: usize, token: usize, word: &str) -> String {
    let span = |token: usize| reading.text.span(token);
    let like = |token: usize, word: &str| {
        let written = reading.text.written(token);
        if written.len() > 1 && !written.contains(char::is_lowercase) && reading.text.is_capital(token) {
            return word.to_uppercase();
        }
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if reading.text.is_capital(token) => first.to_uppercase().chain(letters).collect(),
            _ => word.to_owned(),
        }
    };
    let instead = like(token, word);
    let mut changes = Vec::new();
    let article = slot::article(reading, token, word).map(|(at, article)| (at, like(at, article)));
    if let Some((at, article)) = &article {
        changes.push((span(*at), article.as_str()));
    }
    // A word of a linked set brings its own linker.
    let linked = matches!(reading.kinds[token], Kind::Item { set, .. } if reading.lexicon.sets[set].linked);
    let end = slot::linker(reading, token).filter(|_| linked).unwrap_or(token);
    changes.push((span(token).start..span(end).end, instead.as_str()));
    reading.text.with(sentence, &changes)
}
