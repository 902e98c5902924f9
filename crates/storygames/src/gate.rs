//! The last look at a question with options, and which letter its answer gets.

use std::collections::BTreeSet;

use crate::chance::Chance;
use crate::game::Question;
use crate::lexicon;
use crate::reading::Reading;
use crate::text::Text;

/// Characters of an option and of an answer.
const LENGTH: usize = 120;

/// Whether a question may be put to a child: four options that differ and are of one length, the answer one of them and
/// nowhere else to be read, nothing rude.
pub(crate) fn is_fair(question: &Question, reading: &Reading) -> bool {
    let folded: BTreeSet<String> = question.options.iter().map(|option| folded(option)).collect();
    let right = question
        .options
        .iter()
        .filter(|option| **option == question.answer)
        .count();
    let trimmed = question
        .options
        .iter()
        .all(|option| option.trim() == option && !option.is_empty());
    folded.len() == 4
        && question.options.len() == 4
        && right == 1
        && trimmed
        && is_even(question)
        && !is_told(question, reading)
        && std::iter::once(&question.text)
            .chain(&question.options)
            .all(|text| is_clean(text))
}

/// What is left of a text when only its letters and digits count.
pub(crate) fn folded(text: &str) -> String {
    let letters = text
        .chars()
        .filter(|letter| letter.is_alphanumeric() || *letter == ' ');
    letters.flat_map(char::to_lowercase).collect()
}

/// Lengths within a factor of two, of single words within three; the answer does not stick out.
fn is_even(question: &Question) -> bool {
    let length = |option: &String| option.chars().count();
    let lengths: Vec<usize> = question.options.iter().map(length).collect();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let shortest = lengths.iter().copied().min().unwrap_or(0);
    let sentences = question.options.iter().all(|option| option.contains(' '));
    longest <= LENGTH && longest <= shortest * if sentences { 2 } else { 3 } + usize::from(!sentences)
}

/// Whether the answer, if it is one word, can be read in the question itself.
fn is_told(question: &Question, reading: &Reading) -> bool {
    if question.answer.contains(' ') {
        return question.text.contains(&question.answer);
    }
    let answer = crate::stem::of(&question.answer.to_lowercase(), reading.language);
    seen(std::slice::from_ref(&question.text), reading).contains(&answer)
}

fn is_clean(text: &str) -> bool {
    let rude = lexicon::rude();
    !text
        .split(|letter: char| !letter.is_alphanumeric())
        .any(|word| rude.words.contains(word.to_lowercase().as_str()))
}

/// The stems of all words of some texts.
pub(crate) fn seen(texts: &[String], reading: &Reading) -> BTreeSet<String> {
    let pages: Vec<&str> = texts.iter().map(String::as_str).collect();
    let words = Text::read(&pages, 10_000).words;
    words
        .iter()
        .map(|word| crate::stem::of(&word.folded, reading.language))
        .collect()
}

/// Moves the answers so that they are spread: from one question to the next by an odd step through the four letters, so that
/// of five questions no letter is right more than twice.
pub(crate) fn spread(questions: &mut [Question], chance: &mut Chance) {
    let start = chance.below(4);
    let step = 1 + 2 * chance.below(2);
    for (at, question) in questions.iter_mut().enumerate() {
        chance.shuffle(&mut question.options);
        let is = question
            .options
            .iter()
            .position(|option| *option == question.answer);
        let wanted = (start + at * step) % 4;
        if let Some(is) = is
            && wanted < question.options.len()
        {
            question.options.swap(is, wanted);
        }
    }
}
