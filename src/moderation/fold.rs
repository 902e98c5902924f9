//! How a character reads to somebody who looks for rude words: `Ｄ@M\u{200b}N` reads as `damn`.
//!
//! Owns the look-alikes and what counts as part of a word. Must not know which words are rude.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// What a character is for the search of whole words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A letter or digit: reads as itself and belongs to a word.
    Word,
    /// `@`, `!`, `$`, `+`, `|`: may be read as a letter, but a word can also stand beside it (`damn!`).
    Symbol,
    /// Blank, hyphen, underscore: what may stand between the parts of a listed phrase. No line break, so
    /// that masking never joins two lines.
    Blank,
    /// Accents and characters without width: read as if they were not there.
    Ignored,
    /// `*`: what masking leaves behind.
    Star,
    /// Everything else ends a word.
    Other,
}

impl Class {
    pub(super) fn of(c: char) -> Self {
        if c.is_ascii() {
            return ASCII[c as usize];
        }
        if matches!(c, '€' | '¡') {
            return Self::Symbol;
        }
        if is_invisible(c) || is_combining_mark(c) {
            return Self::Ignored;
        }
        if c.is_alphanumeric() {
            return Self::Word;
        }
        let mut plain = None;
        let mut count = 0;
        decompose_compatible(c, |part| {
            plain = Some(part);
            count += 1;
        });
        match plain {
            Some('\u{2010}') if count == 1 => Self::Blank,
            Some(part) if count == 1 && part.is_ascii() => ASCII[part as usize],
            _ => Self::Other,
        }
    }

    /// Whether the character can stand for a letter of a listed word.
    pub(super) fn is_legible(self) -> bool {
        matches!(self, Self::Word | Self::Symbol)
    }
}

/// Calls `emit` with each letter as which `c` reads: lower-case, without accents, look-alikes resolved.
/// One character can give several letters (`ﬁ`). Meant for legible characters.
pub(super) fn fold(c: char, mut emit: impl FnMut(char)) {
    if c.is_ascii() {
        emit(look_alike(c.to_ascii_lowercase()));
        return;
    }
    decompose_compatible(c, |part| {
        if is_combining_mark(part) {
            return;
        }
        for lower in part.to_lowercase() {
            emit(look_alike(lower));
        }
    });
}

/// The letter as which `c` reads, where it is one: what the rule about stretched words goes by.
pub(super) fn single(c: char) -> Option<char> {
    let (mut letter, mut count) = (None, 0);
    fold(c, |read| {
        letter = Some(read);
        count += 1;
    });
    letter.filter(|_| count == 1)
}

/// The letter that a digit, a symbol or a letter of another script stands for: the clients' table, and what they miss.
fn look_alike(c: char) -> char {
    match c {
        '@' | '4' | 'а' | 'α' | 'ɑ' => 'a',
        '8' | 'в' | 'β' => 'b',
        'с' => 'c',
        'ԁ' => 'd',
        '3' | '€' | 'е' | 'ε' => 'e',
        '6' | '9' | 'ɡ' => 'g',
        'һ' | 'н' => 'h',
        '1' | '!' | '|' | '¡' | 'і' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'η' => 'n',
        '0' | 'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        '$' | '5' | 'ѕ' => 's',
        '7' | '+' | 'т' | 'τ' => 't',
        'υ' => 'u',
        'ν' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' => 'y',
        other => other,
    }
}

/// Characters without width: soft hyphen, joiners, direction marks, variation selectors.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{e0000}'..='\u{e01ef}'
    )
}

/// Nearly all text is ASCII: one look instead of several tests.
static ASCII: [Class; 128] = {
    let mut table = [Class::Other; 128];
    let mut code = 0_u8;
    while code < 128 {
        table[code as usize] = match code {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => Class::Word,
            b'@' | b'!' | b'$' | b'+' | b'|' => Class::Symbol,
            b' ' | b'\t' | b'-' | b'_' => Class::Blank,
            b'*' => Class::Star,
            _ => Class::Other,
        };
        code += 1;
    }
    table
};
