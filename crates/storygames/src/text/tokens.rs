//! The words of a sentence.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

/// A word and how it is written.
pub(super) struct Found {
    pub(super) span: Range<usize>,
    pub(super) capital: bool,
    pub(super) shouted: bool,
    pub(super) first: bool,
}

/// The words within `span` of a page: letters and digits, with apostrophes and hyphens inside.
pub(super) fn of(page: &str, span: Range<usize>) -> Vec<Found> {
    let text = &page[span.clone()];
    let mut found = Vec::new();
    let mut first = true;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if !letter.is_alphanumeric() {
            first |= matches!(letter, '"' | '(' | ':' | '\n');
            continue;
        }
        let mut end = at + letter.len_utf8();
        while let Some(&(next, letter)) = letters.peek() {
            let joint =
                (letter == '\'' || letter == '-') && text[next + 1..].starts_with(char::is_alphanumeric);
            if !joint && !letter.is_alphanumeric() && !is_combining_mark(letter) {
                break;
            }
            end = next + letter.len_utf8();
            letters.next();
        }
        let word = &text[at..end];
        let capital = letter.is_uppercase();
        found.push(Found {
            span: span.start + at..span.start + end,
            capital,
            shouted: capital && word.chars().count() > 1 && !word.chars().any(char::is_lowercase),
            first: std::mem::take(&mut first),
        });
    }
    found
}
