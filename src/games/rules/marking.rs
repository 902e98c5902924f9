//! Whether an answer is right.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use super::Kind;

/// In percent: with this much of its words a word search counts as done when as many words were sent as there are. The
/// apps count a word twice that was dragged both ways, and tell the child that all are found.
const ENOUGH: usize = 70;

/// What an answer is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Whether it is right.
    pub is_correct: bool,
    /// The points for it.
    pub points: i64,
}

/// Marks an answer to a question of this kind, whose right answer is `correct` and gives `points`.
pub fn mark(kind: Kind, correct: &str, points: i64, answer: &str) -> Mark {
    let is_correct = match kind {
        Kind::Quiz => plain(answer) == plain(correct),
        Kind::FillBlanks => bare(answer) == bare(correct),
        Kind::WordSearch => return search(correct, points, answer),
    };
    Mark {
        is_correct,
        points: if is_correct { points } else { 0 },
    }
}

fn search(correct: &str, points: i64, answer: &str) -> Mark {
    let (found, words) = found(correct, answer);
    let is_correct = found == words;
    let points = if is_correct {
        points
    } else {
        points * found as i64 / words.max(1) as i64
    };
    Mark { is_correct, points }
}

/// How many of the words of a search were found, and how many there are. A word that was dragged backwards counts.
pub fn found(correct: &str, answer: &str) -> (usize, usize) {
    let (words, sent) = (words(correct), words(answer));
    let wanted: BTreeSet<&str> = words.iter().map(String::as_str).collect();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for word in &sent {
        let backwards: String = word.chars().rev().collect();
        found.extend(wanted.get(word.as_str()));
        found.extend(wanted.get(backwards.as_str()));
    }
    let is_enough = sent.len() == words.len() && found.len() * 100 >= wanted.len() * ENOUGH;
    if is_enough {
        (wanted.len(), wanted.len())
    } else {
        (found.len(), wanted.len())
    }
}

fn words(list: &str) -> Vec<String> {
    let words = list.split(',').map(|word| word.trim().to_uppercase());
    words
        .map(|word| word.nfc().collect::<String>())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Without what does not make another answer: case, blanks, the shape of quotes, the spelling of accents.
fn plain(text: &str) -> String {
    let straight = text.nfc().map(|character| match character {
        '‘' | '’' | '‚' | '‛' => '\'',
        '“' | '”' | '„' | '‟' => '"',
        other => other,
    });
    let lower: String = straight.flat_map(char::to_lowercase).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same without punctuation.
fn bare(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|character| character.is_alphanumeric() || character.is_whitespace() || is_accent(*character))
        .collect();
    plain(&kept)
}

/// An accent that is written apart from its letter.
fn is_accent(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(kind: Kind, correct: &str, answer: &str) -> bool {
        mark(kind, correct, 10, answer).is_correct
    }

    #[test]
    fn a_choice_is_the_same_whatever_its_case_blanks_quotes_and_accents() {
        for answer in ["The  niña said “no”.", " THE NIN\u{303}A SAID \"NO\". "] {
            assert!(right(Kind::Quiz, "The niña said \"no\".", answer), "{answer}");
        }
        for answer in ["", "The nina said \"no\".", "The niña said no"] {
            assert!(!right(Kind::Quiz, "The niña said \"no\".", answer), "{answer}");
        }
    }

    #[test]
    fn a_word_for_a_gap_is_the_same_with_punctuation() {
        assert!(right(Kind::FillBlanks, "kite", " Kite! "));
        assert!(right(Kind::FillBlanks, "niña", "(NIN\u{303}A)"));
        assert!(!right(Kind::FillBlanks, "kite", "kites"));
        assert!(!right(Kind::FillBlanks, "kite", ""));
    }

    #[test]
    fn words_are_found_in_any_order_and_backwards() {
        let words = "KITE,HILL,STRING,TREE,NIÑA";
        let all = Mark {
            is_correct: true,
            points: 50,
        };
        for answer in [
            "KITE,HILL,STRING,TREE,NIÑA",
            "eert, llih ,gnirts,etik,añin",
            words,
        ] {
            assert_eq!(mark(Kind::WordSearch, words, 50, answer), all, "{answer}");
        }
        let some = |answer| mark(Kind::WordSearch, words, 50, answer);
        assert_eq!(some("KITE,HILL,KITE").points, 20);
        assert!(!some("KITE,HILL,STRING,TREE").is_correct);
        assert_eq!(some("KITE,HILL,STRING,TREE").points, 40);
        assert_eq!(some("").points, 0);
        assert_eq!(some("CAT,DOG,COW,PIG,HEN").points, 0);
    }

    #[test]
    fn a_word_that_was_dragged_both_ways_does_not_spoil_the_end() {
        let words = "KITE,HILL,STRING,TREE,BIRD";
        assert_eq!(found(words, "KITE,ETIK,HILL,STRING,TREE"), (5, 5));
        assert_eq!(found(words, "KITE,ETIK,HILL,LLIH,TREE"), (3, 5));
        // Fewer than were listed: the child was not told that it is done.
        assert_eq!(found(words, "KITE,HILL,STRING,TREE"), (4, 5));
    }
}
