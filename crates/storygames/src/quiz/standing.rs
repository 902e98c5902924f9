//! Which sentences can be told apart from the story around them.

use crate::game::Language;
use crate::lexicon::List;
use crate::reading::Reading;

/// How a sentence begins: with a pronoun (that one), or with nothing that needs the sentence before (empty). None for one
/// that cannot stand alone or that says by itself where in the story it belongs.
pub(super) fn opening(reading: &Reading, sentence: usize) -> Option<String> {
    let text = reading.text.sentence(sentence);
    if text.contains(['"', '?', ':', '(']) || !text.ends_with(['.', '!']) || !reading.is_event(sentence) {
        return None;
    }
    let first = reading.text.folded(reading.tokens(sentence).start).to_owned();
    if reading.lexicon.is(List::Pronoun, &first) {
        return (!gives_away(reading, sentence)).then_some(first);
    }
    if reading.lexicon.is(List::Dangling, &first) || gives_away(reading, sentence) {
        return None;
    }
    Some(String::new())
}

fn gives_away(reading: &Reading, sentence: usize) -> bool {
    let words: Vec<&str> = reading
        .tokens(sentence)
        .map(|token| reading.text.folded(token))
        .collect();
    let line = format!(" {} ", words.join(" "));
    reading
        .lexicon
        .giveaways
        .iter()
        .any(|phrase| line.contains(&format!(" {phrase} ")))
}

/// The sentences that stand alone, with how they begin, in the order of the story.
pub(super) fn all(reading: &Reading) -> Vec<(usize, String)> {
    let usable = reading.usable.iter();
    usable
        .filter_map(|&sentence| Some((sentence, opening(reading, sentence)?)))
        .collect()
}

/// Whether the lengths of two sentences are alike enough for options.
pub(super) fn alike(reading: &Reading, one: usize, other: usize) -> bool {
    let length = |sentence: usize| reading.text.sentences[sentence].span.len();
    let (one, other) = (length(one), length(other));
    one.max(other) * 10 <= one.min(other) * 19
}

/// Whether two sentences have a word in common that carries meaning.
pub(super) fn share(reading: &Reading, one: usize, other: usize) -> bool {
    reading
        .tokens(one)
        .filter(|&token| reading.is_content(token))
        .any(|token| {
            let mut others = reading.tokens(other);
            others.any(|other| reading.is_content(other) && reading.stem(token) == reading.stem(other))
        })
}

/// A sentence that a question quotes.
pub(super) fn quoted(sentence: &str) -> String {
    format!("“{sentence}”")
}

/// What is asked, in the story's language.
pub(super) fn say(reading: &Reading, english: &str, tagalog: &str) -> String {
    match reading.language {
        Language::English => english.to_owned(),
        Language::Tagalog => tagalog.to_owned(),
    }
}
