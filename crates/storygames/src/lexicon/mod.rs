//! The words that the games know: lists, sets of one kind, verbs with their forms, opposites. Read once from `words/`.

mod inflect;
mod parse;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::game::Language;
use parse::Section;

/// A list of words, by the name of its section. What each is for is said in the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Stop,
    Determiner,
    BeforeVerb,
    BeforeAdjective,
    Object,
    Be,
    Particle,
    PlaceMark,
    Subject,
    Mass,
    Plural,
    Dangling,
    Pronoun,
    Speech,
    Female,
    Male,
    Title,
    NotName,
}

impl List {
    /// In the order of the variants.
    const ALL: [(Self, &'static str); 18] = [
        (Self::Stop, "stop"),
        (Self::Determiner, "determiner"),
        (Self::BeforeVerb, "before-verb"),
        (Self::BeforeAdjective, "before-adjective"),
        (Self::Object, "object"),
        (Self::Be, "be"),
        (Self::Particle, "particle"),
        (Self::PlaceMark, "place-mark"),
        (Self::Subject, "subject"),
        (Self::Mass, "mass"),
        (Self::Plural, "plural"),
        (Self::Dangling, "dangling"),
        (Self::Pronoun, "pronoun"),
        (Self::Speech, "speech"),
        (Self::Female, "female"),
        (Self::Male, "male"),
        (Self::Title, "title"),
        (Self::NotName, "not-name"),
    ];
}

/// What kind of words a set holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Noun,
    Adjective,
    Adverb,
    Number,
}

/// Words of one kind, such as the animals of a farm.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) class: Class,
    pub(crate) detail: bool,
    pub(crate) linked: bool,
    pub(crate) items: Vec<Item>,
}

/// A word of a set, with those that are too alike to be told apart.
pub(crate) struct Item {
    /// The first one is shown.
    pub(crate) words: Vec<&'static str>,
    /// Of the first one. The word itself where there is none.
    pub(crate) plural: String,
}

/// The form of a verb. English: base, s, past, participle, ing. Tagalog: done, doing, to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Base,
    Third,
    Past,
    Participle,
    Ing,
    Done,
    Doing,
    ToCome,
}

/// What a verb stands with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// Nothing it is done to.
    Alone,
    /// What it is done to. Tagalog: a verb of the doer.
    Object,
    /// Either of these.
    Both,
    /// Tagalog: a verb of the deed.
    Deed,
}

pub(crate) struct Verb {
    pub(crate) forms: Vec<(Form, String)>,
    pub(crate) frame: Frame,
    /// It tells of a state, not of something that happens.
    pub(crate) state: bool,
    /// It goes with nearly everything, so it would be right in nearly every gap.
    pub(crate) general: bool,
}

impl Verb {
    pub(crate) fn form(&self, wanted: Form) -> Option<&str> {
        let found = self.forms.iter().find(|(form, _)| *form == wanted);
        found.map(|(_, word)| word.as_str())
    }
}

/// What a word may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    Item { set: usize, item: usize, plural: bool },
    Verb { verb: usize, form: Form },
}

/// Two words that mean the contrary, and what they are about: others of the same topic would fit, too.
pub(crate) struct Opposite {
    pub(crate) words: [&'static str; 2],
    pub(crate) topic: &'static str,
}

/// The words of a language.
pub(crate) struct Lexicon {
    /// By [`List`].
    lists: [HashSet<&'static str>; List::ALL.len()],
    pub(crate) giveaways: Vec<&'static str>,
    pub(crate) sets: Vec<Set>,
    pub(crate) verbs: Vec<Verb>,
    pub(crate) opposites: Vec<Opposite>,
    pub(crate) names: Vec<&'static str>,
    senses: HashMap<String, Vec<Sense>>,
}

/// What must not be in a game.
pub(crate) struct Rude {
    pub(crate) words: HashSet<&'static str>,
    /// Capital letters.
    pub(crate) anywhere: Vec<String>,
}

static ENGLISH: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("../../words/english.txt"), Language::English));
static TAGALOG: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("../../words/tagalog.txt"), Language::Tagalog));
static RUDE: LazyLock<Rude> = LazyLock::new(Rude::read);

pub(crate) fn of(language: Language) -> &'static Lexicon {
    match language {
        Language::English => &ENGLISH,
        Language::Tagalog => &TAGALOG,
    }
}

pub(crate) fn rude() -> &'static Rude {
    &RUDE
}

impl Lexicon {
    fn read(file: &'static str, language: Language) -> Self {
        let mut lexicon = Self {
            lists: std::array::from_fn(|_| HashSet::new()),
            giveaways: Vec::new(),
            sets: Vec::new(),
            verbs: Vec::new(),
            opposites: Vec::new(),
            names: Vec::new(),
            senses: HashMap::new(),
        };
        for section in parse::sections(file) {
            match section.name() {
                "set" => lexicon.sets.push(set(&section, language)),
                "verbs" => {
                    lexicon
                        .verbs
                        .extend(section.lines.iter().map(|line| verb(line, language)));
                }
                "opposites" => lexicon.opposites.extend(section.phrases().filter_map(opposite)),
                "giveaway" => lexicon.giveaways.extend(section.phrases()),
                "names" => lexicon.names.extend(section.words()),
                name => {
                    // A section that nobody knows is a mistake in the file, which a test finds.
                    if let Some(list) = List::ALL.iter().position(|(_, known)| *known == name) {
                        lexicon.lists[list].extend(section.words());
                    }
                }
            }
        }
        lexicon.index(language);
        lexicon
    }

    fn index(&mut self, language: Language) {
        for (at, set) in self.sets.iter().enumerate() {
            for (item, entry) in set.items.iter().enumerate() {
                let mut add = |word: &str, plural: bool| {
                    let sense = Sense::Item {
                        set: at,
                        item,
                        plural,
                    };
                    let senses = self.senses.entry(word.to_owned()).or_default();
                    if !senses.contains(&sense) {
                        senses.push(sense);
                    }
                };
                for (alias, word) in entry.words.iter().enumerate() {
                    add(word, false);
                    if language == Language::English && set.class == Class::Noun {
                        let plural = if alias == 0 {
                            entry.plural.clone()
                        } else {
                            inflect::plural(word)
                        };
                        // The plural of fish is no other word: a sentence does not show which is meant.
                        if plural != *word {
                            add(&plural, true);
                        }
                    }
                }
            }
        }
        for (verb, entry) in self.verbs.iter().enumerate() {
            for (form, word) in &entry.forms {
                self.senses
                    .entry(word.clone())
                    .or_default()
                    .push(Sense::Verb { verb, form: *form });
            }
        }
    }

    /// Whether a list of the file holds the word. Small letters.
    pub(crate) fn is(&self, list: List, word: &str) -> bool {
        self.lists[list as usize].contains(word)
    }

    /// What the word may be, as it stands.
    pub(crate) fn senses(&self, word: &str) -> &[Sense] {
        self.senses.get(word).map_or(&[], Vec::as_slice)
    }
}

impl Rude {
    fn read() -> Self {
        let mut rude = Self {
            words: HashSet::new(),
            anywhere: Vec::new(),
        };
        for section in parse::sections(include_str!("../../words/rude.txt")) {
            rude.words.extend(section.words());
            if section.name() == "anywhere" {
                rude.anywhere.extend(section.words().map(str::to_ascii_uppercase));
            }
        }
        rude
    }
}

fn set(section: &Section, language: Language) -> Set {
    let class = match section.header.get(1) {
        Some(&"adjective") => Class::Adjective,
        Some(&"adverb") => Class::Adverb,
        Some(&"number") => Class::Number,
        _ => Class::Noun,
    };
    let item = |entry: &'static str| {
        let (words, plural) = entry.split_once('+').unwrap_or((entry, ""));
        let words: Vec<&'static str> = words.split('/').collect();
        let first = words.first().copied().unwrap_or_default();
        let plural = match plural {
            "" if class == Class::Noun && language == Language::English => inflect::plural(first),
            "" => first.to_owned(),
            given => given.to_owned(),
        };
        Item { words, plural }
    };
    Set {
        name: section.header.get(2).copied().unwrap_or_default(),
        class,
        detail: section.has("detail"),
        linked: section.has("linked"),
        items: section.words().map(item).collect(),
    }
}

fn verb(line: &'static str, language: Language) -> Verb {
    let (mut words, mut tags): (Vec<&str>, Vec<&str>) =
        line.split_whitespace().partition(|word| word.len() > 1);
    let frame = match tags.pop() {
        Some("t") => Frame::Object,
        Some("o") => Frame::Deed,
        Some("b") => Frame::Both,
        _ => Frame::Alone,
    };
    let forms = match language {
        Language::English => inflect::verb(&words),
        Language::Tagalog => {
            words.truncate(3);
            let forms = [Form::Done, Form::Doing, Form::ToCome];
            forms
                .into_iter()
                .zip(words.iter().map(|&word| word.to_owned()))
                .collect()
        }
    };
    Verb {
        forms,
        frame,
        state: tags.contains(&"s"),
        general: tags.contains(&"g"),
    }
}

fn opposite(phrase: &'static str) -> Option<Opposite> {
    let mut words = phrase.split_whitespace();
    Some(Opposite {
        words: [words.next()?, words.next()?],
        topic: words.next()?,
    })
}

#[cfg(test)]
mod tests;
