//! The regular forms of English words.

use super::Form;

/// `box` → `boxes`, `berry` → `berries`, `cat` → `cats`.
pub(super) fn plural(word: &str) -> String {
    with_s(word)
}

/// The forms of a verb from those that its line gives: base, past, participle, form in -ing.
pub(super) fn verb(given: &[&str]) -> Vec<(Form, String)> {
    let base = given.first().copied().unwrap_or_default();
    let past = given.get(1).map_or_else(|| past(base), |&word| word.to_owned());
    let participle = given.get(2).map_or_else(|| past.clone(), |&word| word.to_owned());
    let ing = given.get(3).map_or_else(|| ing(base), |&word| word.to_owned());
    vec![
        (Form::Base, base.to_owned()),
        (Form::Third, with_s(base)),
        (Form::Past, past),
        (Form::Participle, participle),
        (Form::Ing, ing),
    ]
}

fn with_s(word: &str) -> String {
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end));
    if hisses || word == "go" || word == "do" || word.ends_with("ato") {
        format!("{word}es")
    } else if let Some(stem) = after_consonant(word, 'y') {
        format!("{stem}ies")
    } else {
        format!("{word}s")
    }
}

fn past(base: &str) -> String {
    if let Some(stem) = after_consonant(base, 'y') {
        format!("{stem}ied")
    } else if base.ends_with('e') {
        format!("{base}d")
    } else {
        format!("{base}ed")
    }
}

fn ing(base: &str) -> String {
    match base.strip_suffix('e') {
        Some(stem) if base.ends_with("ie") => format!("{}ying", stem.trim_end_matches('i')),
        Some(stem) if !base.ends_with("ee") && base.len() > 2 => format!("{stem}ing"),
        _ => format!("{base}ing"),
    }
}

/// What stands before the last letter, if that is `letter` and a consonant comes before it.
fn after_consonant(word: &str, letter: char) -> Option<&str> {
    let stem = word.strip_suffix(letter)?;
    stem.chars()
        .last()
        .filter(|before| !"aeiou".contains(*before))
        .map(|_| stem)
}
