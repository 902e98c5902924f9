//! Where sentences end.

use std::ops::Range;

use crate::game::Language;
use crate::lexicon::{self, List};

const ABBREVIATIONS: [&str; 11] = ["mr", "mrs", "ms", "dr", "st", "g", "gng", "bb", "sr", "jr", "sta"];

/// The sentences of a normalised page, as bytes of it. What somebody says belongs to the sentence around it.
pub(super) fn split(page: &str) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    // With an odd quote nobody knows where speech ends: then quotes do not hold sentences together.
    let paired = page.matches('"').count().is_multiple_of(2);
    // Lines without any full stop, as in many poems, are sentences by themselves.
    let by_line = !page.contains(['.', '!', '?', '…']);
    let mut speech = false;
    let mut start = 0;
    for (at, letter) in page.char_indices() {
        if letter == '"' && paired {
            speech = !speech;
        }
        if at < start {
            continue;
        }
        let end = match letter {
            '\n' if by_line || page[at..].starts_with("\n\n") => Some(at),
            '.' | '!' | '?' | '…' => end_of(page, start, at, speech, paired),
            _ => None,
        };
        if let Some(end) = end {
            add(page, start..end, &mut sentences);
            start = end;
        }
    }
    add(page, start..page.len(), &mut sentences);
    sentences
}

fn add(page: &str, span: Range<usize>, sentences: &mut Vec<Range<usize>>) {
    let text = &page[span.clone()];
    let start = span.start + (text.len() - text.trim_start().len());
    let end = start + text.trim().len();
    if start < end {
        sentences.push(start..end);
    }
}

/// Where the sentence ends that a mark at `at` seems to end, if it does.
fn end_of(page: &str, start: usize, at: usize, speech: bool, paired: bool) -> Option<usize> {
    // The first mark of several has been judged for all of them.
    if page[start..at].ends_with(['.', '!', '?', '…']) {
        return None;
    }
    let rest = &page[at..];
    let closing = |letter: char| {
        matches!(letter, '.' | '!' | '?' | '…' | ')' | ']' | '\'') || (letter == '"' && (speech || !paired))
    };
    let run = &rest[..rest.find(|letter| !closing(letter)).unwrap_or(rest.len())];
    let after = &rest[run.len()..];
    let in_a_word = after.starts_with(|letter: char| letter.is_alphanumeric());
    if in_a_word || (speech && !run.contains('"')) {
        return None;
    }
    if run == "." && is_abbreviation(&page[start..at]) {
        return None;
    }
    let after = after.trim_start();
    if run.contains('"') && (after.starts_with(char::is_lowercase) || goes_on(after)) {
        return None;
    }
    // "Wait... he said", "What?! no": three dots in the middle.
    if (run.contains("..") || run.contains('…')) && after.starts_with(char::is_lowercase) {
        return None;
    }
    Some(at + run.len())
}

fn is_abbreviation(before: &str) -> bool {
    let last = before
        .rsplit(|letter: char| !letter.is_alphanumeric())
        .next()
        .unwrap_or_default();
    before.ends_with(last) && ABBREVIATIONS.contains(&last.to_lowercase().as_str())
}

/// Whether who speaks is named behind the speech: "Stop!" Lena shouted. "Tara!" Sabi ni Ana.
fn goes_on(after: &str) -> bool {
    let words = after
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.take(3).any(|word| {
        let word = word.to_lowercase();
        let languages = [Language::English, Language::Tagalog];
        languages
            .iter()
            .any(|language| lexicon::of(*language).is(List::Speech, &word))
    })
}
