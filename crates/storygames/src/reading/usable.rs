//! Which sentences can be shown and asked about.

use std::collections::BTreeMap;

use super::{Kind, Reading};
use crate::language;
use crate::lexicon::List;

const WORDS: std::ops::RangeInclusive<usize> = 4..=20;
/// Characters of a sentence that is shown.
pub(super) const LENGTH: usize = 120;

/// Sentences of a good length that are whole, clean, and stand in the story once.
pub(super) fn find(reading: &Reading, mixed: bool) -> Vec<usize> {
    let mut seen: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    for sentence in 0..reading.text.sentences.len() {
        *seen.entry(words(reading, sentence)).or_default() += 1;
    }
    (0..reading.text.sentences.len())
        .filter(|&sentence| WORDS.contains(&reading.tokens(sentence).len()))
        .filter(|&sentence| is_whole(reading, sentence) && is_clean(reading, sentence))
        .filter(|&sentence| is_of_the_language(reading, sentence, mixed))
        .filter(|&sentence| seen.get(&words(reading, sentence)) == Some(&1))
        .collect()
}

fn words(reading: &Reading, sentence: usize) -> Vec<usize> {
    reading
        .tokens(sentence)
        .map(|token| reading.text.word_of(token))
        .collect()
}

fn is_whole(reading: &Reading, sentence: usize) -> bool {
    let span = &reading.text.sentences[sentence];
    let page = &reading.text.pages[span.page];
    let text = &page[span.span.clone()];
    // Where nothing marks the end of a sentence, a line may be half of one.
    let first = reading.text.folded(reading.tokens(sentence).start);
    let line = !page.contains(['.', '!', '?', '…']) && !reading.lexicon.is(List::Dangling, first);
    let marked = line || text.ends_with(['.', '!', '?', '…', '"', ')', '\'']);
    let content = reading.tokens(sentence).filter(|&token| {
        reading.is_content(token) || matches!(reading.kinds[token], Kind::Name(_) | Kind::Item { .. })
    });
    // An underscore would look like the gap.
    marked
        && text.matches('"').count().is_multiple_of(2)
        && text.matches('(').count() == text.matches(')').count()
        && text.chars().count() <= LENGTH
        && !text.contains(['_', '{', '}', '<', '>', '|', '/', '\\', '@', '#', '*'])
        && content.count() >= 2
}

fn is_clean(reading: &Reading, sentence: usize) -> bool {
    let mut tokens = reading.tokens(sentence);
    tokens.all(|token| {
        let word = reading.text.folded(token);
        !reading.is_rude(token)
            && word.chars().count() <= 24
            && word
                .chars()
                .all(|letter| letter.is_ascii() || "ñáéíóúàèìòùâêîôûäöüç".contains(letter))
    })
}

/// Whether a sentence is in the language of the story; of a mixed story only those count that are so for sure.
fn is_of_the_language(reading: &Reading, sentence: usize, mixed: bool) -> bool {
    let (mut ours, mut theirs) = (0, 0);
    for token in reading.tokens(sentence) {
        match language::stop_word_of(reading.text.folded(token)) {
            Some(language) if language == reading.language => ours += 1,
            Some(_) => theirs += 1,
            None => {}
        }
    }
    if mixed {
        ours > 0 && theirs == 0
    } else {
        ours >= theirs
    }
}
