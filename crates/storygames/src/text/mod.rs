//! A text taken apart: pages, sentences, words. Knows no language but for what ends a sentence.

mod sentences;
mod tokens;

use std::collections::HashMap;
use std::ops::Range;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A text in pieces. Sentences and tokens are in the order of the text.
pub(crate) struct Text {
    /// Composed letters, straight quotes, single blanks.
    pub(crate) pages: Vec<String>,
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) tokens: Vec<Token>,
    pub(crate) words: Vec<Word>,
    ids: HashMap<Box<str>, usize>,
}

pub(crate) struct Sentence {
    pub(crate) page: usize,
    /// Bytes of the page.
    pub(crate) span: Range<usize>,
    pub(crate) tokens: Range<usize>,
}

/// A word where it stands. There are thousands, so it is small.
pub(crate) struct Token {
    sentence: u32,
    /// Bytes of the page.
    start: u32,
    end: u32,
    /// In [`Text::words`].
    word: u32,
    capital: bool,
}

fn small(number: usize) -> u32 {
    u32::try_from(number).expect("a text is cut long before it has so much of anything")
}

/// A word, however often it stands.
pub(crate) struct Word {
    /// Small letters.
    pub(crate) folded: Box<str>,
    pub(crate) count: usize,
    /// How often with a capital where none must be.
    pub(crate) capitals: usize,
    /// How often in small letters.
    pub(crate) small: usize,
    /// All of it in capitals, every time: somebody shouts.
    pub(crate) shouted: usize,
}

impl Text {
    /// Takes pages apart until `limit` bytes are used up; the rest is left out.
    pub(crate) fn read(pages: &[&str], limit: usize) -> Self {
        let mut text = Self {
            pages: Vec::new(),
            sentences: Vec::new(),
            tokens: Vec::new(),
            words: Vec::new(),
            ids: HashMap::new(),
        };
        let mut left = limit;
        for page in pages {
            if left == 0 {
                break;
            }
            let page = normalised(page, left);
            left = left.saturating_sub(page.len());
            text.add(page);
        }
        text
    }

    fn add(&mut self, page: String) {
        let number = self.pages.len();
        for span in sentences::split(&page) {
            let sentence = self.sentences.len();
            let begin = self.tokens.len();
            for token in tokens::of(&page, span.clone()) {
                let word = self.word(&page[token.span.clone()], &token);
                self.tokens.push(Token {
                    sentence: small(sentence),
                    start: small(token.span.start),
                    end: small(token.span.end),
                    word: small(word),
                    capital: token.capital,
                });
            }
            if begin < self.tokens.len() {
                self.sentences.push(Sentence {
                    page: number,
                    span,
                    tokens: begin..self.tokens.len(),
                });
            }
        }
        self.pages.push(page);
    }

    fn word(&mut self, written: &str, token: &tokens::Found) -> usize {
        let folded = written.to_lowercase().into_boxed_str();
        let id = *self.ids.entry(folded).or_insert_with_key(|folded| {
            self.words.push(Word {
                folded: folded.clone(),
                count: 0,
                capitals: 0,
                small: 0,
                shouted: 0,
            });
            self.words.len() - 1
        });
        let word = &mut self.words[id];
        word.count += 1;
        word.capitals += usize::from(token.capital && !token.first);
        word.small += usize::from(!token.capital);
        word.shouted += usize::from(token.shouted);
        id
    }

    /// The id of a word in small letters, if the text has it.
    pub(crate) fn find(&self, folded: &str) -> Option<usize> {
        self.ids.get(folded).copied()
    }

    /// In [`Text::sentences`].
    pub(crate) fn sentence_of(&self, token: usize) -> usize {
        self.tokens[token].sentence as usize
    }

    /// In [`Text::words`].
    pub(crate) fn word_of(&self, token: usize) -> usize {
        self.tokens[token].word as usize
    }

    /// Bytes of the page.
    pub(crate) fn span(&self, token: usize) -> Range<usize> {
        let token = &self.tokens[token];
        token.start as usize..token.end as usize
    }

    pub(crate) fn is_capital(&self, token: usize) -> bool {
        self.tokens[token].capital
    }

    /// A word in small letters.
    pub(crate) fn folded(&self, token: usize) -> &str {
        &self.words[self.word_of(token)].folded
    }

    /// A word as it is written.
    pub(crate) fn written(&self, token: usize) -> &str {
        let page = self.sentences[self.sentence_of(token)].page;
        &self.pages[page][self.span(token)]
    }

    /// A sentence as it is written, in one line.
    pub(crate) fn sentence(&self, at: usize) -> String {
        let sentence = &self.sentences[at];
        in_line(&self.pages[sentence.page][sentence.span.clone()])
    }

    /// A sentence with other words in the place of some of its own. The spans are bytes of the page, in order.
    pub(crate) fn with(&self, at: usize, changes: &[(Range<usize>, &str)]) -> String {
        let sentence = &self.sentences[at];
        let page = &self.pages[sentence.page];
        let mut changed = String::with_capacity(sentence.span.len() + 16);
        let mut from = sentence.span.start;
        for (span, instead) in changes {
            changed.push_str(&page[from..span.start]);
            changed.push_str(instead);
            from = span.end;
        }
        changed.push_str(&page[from..sentence.span.end]);
        in_line(&changed)
    }

    /// What stands between two tokens of a sentence, or a token and its sentence's end.
    pub(crate) fn gap(&self, token: usize) -> &str {
        let sentence = &self.sentences[self.sentence_of(token)];
        let from = self.span(token).end;
        let to = if sentence.tokens.contains(&(token + 1)) {
            self.span(token + 1).start
        } else {
            sentence.span.end
        };
        &self.pages[sentence.page][from..to]
    }
}

fn in_line(text: &str) -> String {
    text.trim().replace('\n', " ")
}

/// At most `limit` bytes of a page in one spelling: composed letters, straight quotes, single blanks, at most one empty
/// line, nothing that cannot be seen.
fn normalised(page: &str, limit: usize) -> String {
    let mut cut = page.len().min(limit);
    while !page.is_char_boundary(cut) {
        cut -= 1;
    }
    // Half a word is no word.
    if cut < page.len() {
        cut = page[..cut].rfind(char::is_whitespace).unwrap_or(0);
    }
    let page = &page[..cut];
    // Most texts are composed already, and to see that is much quicker than to do it.
    if is_nfc_quick(page.chars()) == IsNormalized::Yes {
        clean(page.chars(), cut)
    } else {
        clean(page.nfc(), cut)
    }
}

fn clean(letters: impl Iterator<Item = char>, length: usize) -> String {
    let mut clean = String::with_capacity(length);
    let (mut blank, mut lines) = (false, 0);
    for letter in letters {
        match letter {
            '\n' => lines += 1,
            letter if letter.is_whitespace() => blank = true,
            letter if letter.is_control() || "\u{200b}\u{feff}\u{2060}\u{ad}".contains(letter) => {}
            letter => {
                if lines > 0 && !clean.is_empty() {
                    clean.push_str(if lines > 1 { "\n\n" } else { "\n" });
                } else if blank && !clean.is_empty() {
                    clean.push(' ');
                }
                (blank, lines) = (false, 0);
                clean.push(match letter {
                    '“' | '”' | '„' | '«' | '»' => '"',
                    '‘' | '’' | 'ʼ' => '\'',
                    letter => letter,
                });
            }
        }
    }
    clean
}

#[cfg(test)]
mod tests;
