//! A story as the games see it: its language, its names, what each word is, and which sentences can be asked about.

mod english;
mod names;
mod tagalog;
mod usable;

use std::collections::{BTreeSet, HashSet};

use crate::chance::{hash, hash_on};
use crate::game::{Difficulty, Language};
use crate::language;
use crate::lexicon::{self, Class, Form, Frame, Lexicon, List, Sense};
use crate::stem;
use crate::text::Text;

pub(crate) use names::Name;

/// What a word is where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A small word, or one of which too little is known.
    Other,
    /// A part of a name, in [`Reading::names`].
    Name(usize),
    /// A word of a set of the lexicon.
    Item {
        set: usize,
        item: usize,
        plural: bool,
    },
    Verb {
        form: Form,
        frame: Frame,
        state: bool,
    },
    /// A noun that the lexicon does not have.
    Noun {
        plural: bool,
    },
}

/// A story, read.
pub(crate) struct Reading {
    pub(crate) text: Text,
    pub(crate) language: Language,
    pub(crate) lexicon: &'static Lexicon,
    pub(crate) difficulty: Difficulty,
    pub(crate) names: Vec<Name>,
    /// Of each token.
    pub(crate) kinds: Vec<Kind>,
    /// Of each word.
    pub(crate) stems: Vec<String>,
    /// All stems. Looked into, never walked through, so that its order cannot matter.
    known: HashSet<String>,
    /// Of each word: it carries meaning.
    pub(crate) content: Vec<bool>,
    /// Sentences that can be shown and asked about, in the order of the story.
    pub(crate) usable: Vec<usize>,
    /// The stems of the title.
    title: BTreeSet<String>,
    rude: Vec<bool>,
    telling: Form,
    /// Of the text and of the caller's seed.
    pub(crate) seed: u64,
}

/// What a caller gives.
pub(crate) struct Given<'a> {
    pub(crate) title: &'a str,
    pub(crate) language: Option<Language>,
    pub(crate) seed: u64,
    pub(crate) rude: &'a [&'a str],
}

impl Reading {
    /// None where the text is in no language that is known here.
    pub(crate) fn of(text: Text, given: &Given<'_>) -> Option<Self> {
        let verdict = language::of(&text, given.language)?;
        let language = verdict.language;
        let rude: BTreeSet<String> = given.rude.iter().map(|word| word.to_lowercase()).collect();
        let seed = text.pages.iter().fold(
            hash_on(hash(b"story"), &given.seed.to_le_bytes()),
            |hash, page| hash_on(hash, page.as_bytes()),
        );
        let title = Text::read(&[given.title], 400);
        let stems: Vec<String> = text
            .words
            .iter()
            .map(|word| stem::of(&word.folded, language))
            .collect();
        let mut reading = Self {
            language,
            lexicon: lexicon::of(language),
            difficulty: difficulty(&text),
            names: Vec::new(),
            kinds: vec![Kind::Other; text.tokens.len()],
            known: stems.iter().cloned().collect(),
            stems,
            content: Vec::new(),
            usable: Vec::new(),
            title: title
                .words
                .iter()
                .map(|word| stem::of(&word.folded, language))
                .collect(),
            rude: text
                .words
                .iter()
                .map(|word| lexicon::rude().words.contains(&*word.folded) || rude.contains(&*word.folded))
                .collect(),
            telling: Form::Past,
            seed,
            text,
        };
        reading.content = reading.contents(verdict.mixed);
        reading.kinds_without_names();
        reading.telling = reading.telling();
        names::find(&mut reading);
        reading.usable = usable::find(&reading, verdict.mixed);
        Some(reading)
    }

    fn contents(&self, mixed: bool) -> Vec<bool> {
        let stop = |word: &str| {
            self.lexicon.is(List::Stop, word) || (mixed && language::stop_word_of(word).is_some())
        };
        let words = self.text.words.iter();
        words
            .map(|word| {
                let letters = word
                    .folded
                    .chars()
                    .filter(|letter| letter.is_alphabetic())
                    .count();
                (3..=24).contains(&letters) && letters == word.folded.chars().count() && !stop(&word.folded)
            })
            .collect()
    }

    fn kinds_without_names(&mut self) {
        for token in 0..self.text.tokens.len() {
            self.kinds[token] = match self.language {
                Language::English => english::kind(self, token),
                Language::Tagalog => tagalog::kind(self, token),
            };
        }
    }

    /// A token of the same sentence, `by` further.
    pub(crate) fn beside(&self, token: usize, by: isize) -> Option<usize> {
        let sentence = &self.text.sentences[self.text.sentence_of(token)];
        let other = token.checked_add_signed(by)?;
        sentence.tokens.contains(&other).then_some(other)
    }

    /// The word beside a token, in small letters; empty where the sentence ends or something else stands between than a
    /// blank.
    pub(crate) fn joined(&self, token: usize, by: isize) -> &str {
        let Some(other) = self.beside(token, by) else {
            return "";
        };
        let between = if by < 0 { other } else { token };
        if self.text.gap(between).trim().is_empty() {
            self.text.folded(other)
        } else {
            ""
        }
    }

    pub(crate) fn stem(&self, token: usize) -> &str {
        &self.stems[self.text.word_of(token)]
    }

    /// Whether the word or a relative of it stands in its sentence once more.
    pub(crate) fn repeats(&self, token: usize) -> bool {
        let mut tokens = self.tokens(self.text.sentence_of(token));
        tokens.any(|other| other != token && self.stem(other) == self.stem(token))
    }

    pub(crate) fn is_content(&self, token: usize) -> bool {
        self.content[self.text.word_of(token)]
    }

    pub(crate) fn is_rude(&self, token: usize) -> bool {
        self.rude[self.text.word_of(token)]
    }

    pub(crate) fn in_title(&self, stem: &str) -> bool {
        self.title.contains(stem)
    }

    /// Whether the story has a word, in any form that its stem shows.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.text.find(word).is_some() || self.known.contains(&stem::of(word, self.language))
    }

    /// The senses of a word, its linker or `'s` left off.
    pub(crate) fn senses(&self, folded: &str) -> &'static [Sense] {
        let bare = match self.language {
            Language::English => folded.strip_suffix("'s").unwrap_or(folded),
            Language::Tagalog => stem::unlinked(folded),
        };
        self.lexicon.senses(bare)
    }

    pub(crate) fn class(&self, set: usize) -> Option<Class> {
        self.lexicon.sets.get(set).map(|set| set.class)
    }

    /// Where the sentence stands, for people who want to read it again.
    pub(crate) fn explanation(&self, sentence: usize) -> String {
        let page = self.text.sentences[sentence].page + 1;
        let text = self.text.sentence(sentence);
        match self.language {
            Language::English => format!("Page {page}: {text}"),
            Language::Tagalog => format!("Pahina {page}: {text}"),
        }
    }

    /// The tokens of a sentence.
    pub(crate) fn tokens(&self, sentence: usize) -> std::ops::Range<usize> {
        self.text.sentences[sentence].tokens.clone()
    }

    /// Whether something happens in a sentence, so that it has a before and an after.
    pub(crate) fn is_event(&self, sentence: usize) -> bool {
        self.tokens(sentence).any(|token| {
            matches!(self.kinds[token], Kind::Verb { form, state: false, .. } if form == self.telling)
        })
    }

    /// The form of the verbs in which the story is told. An English one may be told as if it happened now.
    fn telling(&self) -> Form {
        let count = |wanted: Form| {
            let kinds = self.kinds.iter();
            kinds
                .filter(|kind| matches!(kind, Kind::Verb { form, .. } if *form == wanted))
                .count()
        };
        match self.language {
            Language::Tagalog => Form::Done,
            Language::English if count(Form::Third) > count(Form::Past) => Form::Third,
            Language::English => Form::Past,
        }
    }
}

/// Short sentences in a short story are easy, long ones or a long story hard.
fn difficulty(text: &Text) -> Difficulty {
    let words = text.tokens.len();
    let mean = words / text.sentences.len().max(1);
    if mean <= 8 && words <= 120 {
        Difficulty::Easy
    } else if mean > 14 || words > 400 {
        Difficulty::Hard
    } else {
        Difficulty::Medium
    }
}

#[cfg(test)]
mod tests;
