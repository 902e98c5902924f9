//! Words that are spelled out, their letters apart: `d a m n`, `d.a.m.n`, `D - A - M - N`.
//!
//! Owns what counts as one spelling: single letters with the same thing between each two of them. All of it is one word or
//! none of it is: whoever spells `c o m p u t e r` says nothing rude, whatever stands inside.

use super::fold::Class;
use super::mask::class_after;

/// Fewer letters spell nothing.
pub(super) const SHORTEST: usize = 3;
/// The longest thing between two letters, in characters.
const WIDEST: usize = 3;

/// A spelling in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run<'t> {
    text: &'t str,
    start: usize,
    end: usize,
    gap: &'t str,
}

impl<'t> Run<'t> {
    /// Its letters.
    pub(super) fn letters(self) -> impl Iterator<Item = char> + 't {
        let pieces = self.text[self.start..self.end].split(self.gap);
        pieces.flat_map(|piece| piece.chars().filter(|c| Class::of(*c).is_legible()))
    }

    /// Where it ends.
    pub(super) fn end(self) -> usize {
        self.end
    }
}

/// The spelling that begins at `start`, where a legible character stands; nothing when none does.
///
/// Stars beside a letter tell of a word that was masked. A spelling that may have gone on there is none: masking once more
/// must not find what masking once has made.
pub(super) fn run(text: &str, start: usize) -> Option<Run<'_>> {
    let mut end = letter_end(text, start)?;
    let gap = gap_at(text, behind(text, end))?;
    if goes_back(text, start, gap) {
        return None;
    }
    loop {
        let next = behind(text, end) + gap.len();
        if !text[behind(text, end)..].starts_with(gap) {
            break;
        }
        let Some(c) = text[next..].chars().next() else {
            break;
        };
        match (Class::of(c), class_after(text, next + c.len_utf8())) {
            (Class::Star, _) | (Class::Word | Class::Symbol, Class::Star) => return None,
            // A word of several letters, or none.
            (Class::Word | Class::Symbol, Class::Word) | (Class::Symbol, Class::Symbol) => break,
            // Nothing follows a letter with an exclamation mark.
            (Class::Word | Class::Symbol, _) => end = next + c.len_utf8(),
            _ => break,
        }
    }
    Some(Run {
        text,
        start,
        end,
        gap,
    })
}

/// The end of the single letter at `start`.
fn letter_end(text: &str, start: usize) -> Option<usize> {
    let c = text[start..].chars().next()?;
    let end = start + c.len_utf8();
    let is_single = matches!(class_after(text, end), Class::Blank | Class::Other);
    is_single.then_some(end)
}

/// The place behind accents and the like at `at`.
fn behind(text: &str, at: usize) -> usize {
    let ignored = text[at..].chars().take_while(|c| Class::of(*c) == Class::Ignored);
    at + ignored.map(char::len_utf8).sum::<usize>()
}

/// What stands between two letters, from `at` on; nothing when no letter follows soon, on the same line.
fn gap_at(text: &str, at: usize) -> Option<&str> {
    let mut width = 0;
    for (offset, c) in text[at..].char_indices() {
        match Class::of(c) {
            Class::Word | Class::Symbol if width > 0 => return Some(&text[at..at + offset]),
            Class::Blank | Class::Other if width < WIDEST && !breaks_line(c) => width += 1,
            _ => return None,
        }
    }
    None
}

fn breaks_line(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Whether the spelling has begun before `start`, or may have before something was masked.
fn goes_back(text: &str, start: usize, gap: &str) -> bool {
    let Some(before) = text[..start].strip_suffix(gap) else {
        return false;
    };
    let classes = before.chars().rev().map(Class::of);
    let mut classes = classes.filter(|class| *class != Class::Ignored);
    match (classes.next(), classes.next()) {
        (Some(Class::Word), beyond) => beyond != Some(Class::Word),
        (Some(Class::Star | Class::Symbol), beyond) => !beyond.is_some_and(Class::is_legible),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str, start: usize) -> Option<String> {
        run(text, start).map(|run| run.letters().collect())
    }

    #[test]
    fn the_same_thing_stands_between_the_letters() {
        for (text, start, expected) in [
            ("d r a t", 0, Some("drat")),
            ("d.r.a.t.", 0, Some("drat")),
            ("D - R - A - T!", 0, Some("DRAT")),
            ("(d, r, a, t)", 1, Some("drat")),
            ("d r-a t", 0, Some("dr")),
            ("d r-a t", 2, Some("ra")),
            ("d r a t", 2, None),
            ("d r a tea", 0, Some("dra")),
            ("tea d r a", 4, Some("dra")),
            ("d  r a", 0, Some("dr")),
            ("d\nr\na", 0, None),
            ("drat", 0, None),
            ("d r a *", 0, None),
            ("d r a d**t", 0, None),
            ("* d r a", 2, None),
        ] {
            assert_eq!(spelled(text, start).as_deref(), expected, "{text} from {start}");
        }
    }
}
