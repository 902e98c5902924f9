//! Masking of rude words: `what a Damn day` becomes `what a D**n day`.
//!
//! Owns the rule, which is the clients' rule and a little more: whole words, any case, look-alikes (`d@mn`), letters that
//! are stretched (`daaamn`) or stand apart (`d a m n`, `d.a.m.n`); first and last letter kept. What stands in the list of
//! innocent phrases is left alone, rude word in it or not. Must not know where the words come from or which texts are
//! masked.
//!
//! A whole word can only begin where a word begins, so the text is read once and a trie of the listed words
//! is walked from each beginning: no copy of the text is made, and the work is linear in its length (times
//! the longest listed word at worst).
//!
//! A letter counts as stretched when it stands there three times or more: twice it does in ordinary words, and `boot` is
//! not `bot`.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::num::NonZeroUsize;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::fold::{Class, fold, single};
use super::spelled;
use super::words::INNOCENT;

/// A listed word of more letters than this is ignored; the wire allows 100 characters.
const MAX_LETTERS: usize = 100;

/// How the page marker between two pages and the URLs begin that masking must leave alone.
const UNTOUCHABLE: [&str; 4] = ["---PAGE BREAK---", "data:", "http://", "https://"];
const PAGE_MARKER: usize = 0;
const DATA: usize = 1;

/// Ways through the trie that are followed at the same time: a stretched letter may stand for one or for two.
const MOST_WAYS: usize = 4;
/// From so many in a row on, a letter is stretched.
const STRETCHED: usize = 3;

/// A `data:` URL has its comma within this many bytes; the word `data:` in a sentence has none.
const DATA_HEADER: usize = 128;

/// Where each listed word is found in a text. Built anew whenever the list changes.
#[derive(Debug)]
pub struct Masker {
    /// The trie of the folded words; the first node is its root.
    nodes: Vec<Node>,
    /// Finds `UNTOUCHABLE`.
    untouchable: AhoCorasick,
}

/// In one piece with all the others: the first child leads to its siblings.
#[derive(Debug, Default)]
struct Node {
    /// The letter that leads here.
    letter: char,
    /// Letters on the way from the root.
    depth: usize,
    first_child: Option<NonZeroUsize>,
    next_sibling: Option<NonZeroUsize>,
    end: Option<End>,
}

/// A listed word ends at this node.
#[derive(Clone, Copy, Debug)]
struct End {
    /// Bit n: the listed word has a blank after its n-th letter.
    blanks: u128,
    /// The listed word has a letter, so that a text of digits and symbols only (`455`) is not meant.
    lettered: bool,
    /// It is no rude word, but a phrase in which one is meant otherwise.
    is_innocent: bool,
}

/// Somewhere in the trie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Way {
    node: usize,
    /// Bit n: the text has a blank after its n-th letter.
    blanks: u128,
}

/// The ways that are followed; those beyond the bound are given up.
#[derive(Clone, Copy, Debug, Default)]
struct Ways {
    all: [Way; MOST_WAYS],
    count: usize,
}

impl Ways {
    /// From the root.
    fn begin() -> Self {
        Self {
            count: 1,
            ..Self::default()
        }
    }

    fn iter(&self) -> impl Iterator<Item = Way> {
        self.all.into_iter().take(self.count)
    }

    fn push(&mut self, way: Way) {
        let is_known = self.iter().any(|known| known == way);
        if !is_known && self.count < MOST_WAYS {
            self.all[self.count] = way;
            self.count += 1;
        }
    }
}

/// What was found at some place of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    end: usize,
    is_innocent: bool,
}

impl Masker {
    /// A masker of `words`. A blank (or anything else that is no letter or digit) inside a listed word also
    /// matches nothing, hyphens and underscores. Words without letters or digits are ignored.
    pub fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let untouchable = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(UNTOUCHABLE)
            .expect("four short patterns fit");
        let mut masker = Self {
            nodes: vec![Node::default()],
            untouchable,
        };
        for word in words {
            masker.insert(word, false);
        }
        for phrase in INNOCENT {
            masker.insert(phrase, true);
        }
        masker
    }

    /// The text with the inner letters of each listed word replaced by `*` (words of one or two letters
    /// entirely). The number of characters stays; page markers and URLs stay; masking twice changes nothing.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut masked = String::new();
        let mut copied = 0;
        let mut scan = Scan::of(text);
        while let Some(found) = self.next(&mut scan) {
            masked.push_str(&text[copied..found.start]);
            push_masked(&mut masked, &text[found.clone()]);
            copied = found.end;
            scan.pass(found.end);
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        masked.push_str(&text[copied..]);
        Cow::Owned(masked)
    }

    fn insert(&mut self, word: &str, is_innocent: bool) {
        let mut letters = Vec::new();
        let mut blanks = 0_u128;
        for c in word.chars() {
            match Class::of(c) {
                Class::Word | Class::Symbol => fold(c, |letter| letters.push(letter)),
                Class::Ignored => {}
                Class::Blank | Class::Star | Class::Other => blanks |= 1 << letters.len().min(MAX_LETTERS),
            }
        }
        if letters.is_empty() || letters.len() > MAX_LETTERS {
            return;
        }
        let mut node = 0;
        for letter in letters {
            node = self
                .child(node, letter)
                .unwrap_or_else(|| self.add_child(node, letter));
        }
        let lettered = word.chars().any(char::is_alphabetic);
        let new = End {
            blanks,
            lettered,
            is_innocent,
        };
        let end = self.nodes[node].end.get_or_insert(new);
        // Whoever lists an innocent phrase means it.
        if end.is_innocent == is_innocent {
            end.blanks |= blanks;
            end.lettered &= lettered;
        }
    }

    fn child(&self, node: usize, letter: char) -> Option<usize> {
        let child = |at: NonZeroUsize| (at.get(), &self.nodes[at.get()]);
        let first = self.nodes[node].first_child.map(child);
        std::iter::successors(first, |(_, node)| node.next_sibling.map(child))
            .find(|(_, node)| node.letter == letter)
            .map(|(at, _)| at)
    }

    fn add_child(&mut self, node: usize, letter: char) -> usize {
        let child = self.nodes.len();
        let parent = &mut self.nodes[node];
        let next_sibling = std::mem::replace(&mut parent.first_child, NonZeroUsize::new(child));
        let depth = parent.depth + 1;
        self.nodes.push(Node {
            letter,
            depth,
            next_sibling,
            ..Node::default()
        });
        child
    }

    /// The next listed word from where the scan stands.
    fn next(&self, scan: &mut Scan<'_>) -> Option<Range<usize>> {
        while let Some(c) = scan.text[scan.at..].chars().next() {
            let start = scan.at;
            let class = Class::of(c);
            let begins = class.is_legible() && may_border(class, scan.before);
            scan.at += c.len_utf8();
            if class != Class::Ignored {
                scan.before = class;
            }
            if !begins {
                continue;
            }
            match self.at(scan, start) {
                Some(found) if found.is_innocent => scan.pass(found.end),
                Some(found) => return Some(start..found.end),
                None => {}
            }
        }
        None
    }

    /// What begins at `start`: the longest that is listed, in one piece or spelled out.
    fn at(&self, scan: &Scan<'_>, start: usize) -> Option<Found> {
        let whole = self.longest(scan, start);
        let spelled = self.spelled(scan, start).map(|end| Found {
            end,
            is_innocent: false,
        });
        whole.into_iter().chain(spelled).max_by_key(|found| found.end)
    }

    /// The longest listed word or phrase that begins at `start`.
    fn longest(&self, scan: &Scan<'_>, start: usize) -> Option<Found> {
        let text = scan.text;
        let mut ways = Ways::begin();
        let mut lettered = false;
        // The letter before, and how often it has come in a row.
        let (mut last, mut row) = (None, 0);
        let mut longest = None;
        for (offset, c) in text[start..].char_indices() {
            let class = Class::of(c);
            match class {
                Class::Word | Class::Symbol => {}
                Class::Ignored => continue,
                Class::Blank => {
                    for way in &mut ways.all[..ways.count] {
                        way.blanks |= 1 << self.nodes[way.node].depth;
                    }
                    last = None;
                    continue;
                }
                Class::Star | Class::Other => break,
            }
            let after = start + offset + c.len_utf8();
            let letter = single(c);
            row = if letter.is_some() && letter == last {
                row + 1
            } else {
                1
            };
            last = letter;
            let is_stretched = row >= STRETCHED || (row == 2 && next_letter(text, after) == letter);
            ways = self.go_on(&ways, c, is_stretched);
            if ways.count == 0 {
                break;
            }
            lettered |= c.is_alphabetic();
            if let Some(is_innocent) = self.ending(&ways, lettered)
                && may_border(class, class_after(text, after))
                && !touches_masked_word(text, start..after)
                && !self.is_untouchable(scan, &(start..after))
            {
                longest = Some(Found {
                    end: after,
                    is_innocent,
                });
            }
        }
        longest
    }

    /// The ways after reading `c`, which may stand for the letter before once more.
    fn go_on(&self, ways: &Ways, c: char, may_stay: bool) -> Ways {
        let mut next = Ways::default();
        for way in ways.iter() {
            if let Some(node) = self.step(way.node, c) {
                next.push(Way { node, ..way });
            }
            if may_stay {
                next.push(way);
            }
        }
        next
    }

    /// Whether one of the ways has come to the end of something listed, and if so whether that is innocent.
    fn ending(&self, ways: &Ways, lettered: bool) -> Option<bool> {
        let ends = ways.iter().filter_map(|way| {
            let end = self.nodes[way.node].end?;
            let fits = way.blanks & !end.blanks == 0 && (lettered || !end.lettered);
            fits.then_some(end.is_innocent)
        });
        ends.min()
    }

    /// The end of a listed word that is spelled out from `start` on, its letters apart.
    fn spelled(&self, scan: &Scan<'_>, start: usize) -> Option<usize> {
        let run = spelled::run(scan.text, start)?;
        let mut node = 0;
        let (mut letters, mut alphabetic) = (0, 0);
        for c in run.letters() {
            node = self.step(node, c)?;
            letters += 1;
            alphabetic += usize::from(c.is_alphabetic());
        }
        let range = start..run.end();
        let is_listed = self.nodes[node].end.is_some_and(|end| !end.is_innocent);
        let fits = is_listed
            && letters >= spelled::SHORTEST
            && alphabetic * 2 >= letters
            && !touches_masked_word(scan.text, range.clone())
            && !self.is_untouchable(scan, &range);
        fits.then_some(range.end)
    }

    fn is_untouchable(&self, scan: &Scan<'_>, range: &Range<usize>) -> bool {
        overlaps(
            scan.untouchable.get_or_init(|| self.untouchable(scan.text)),
            range,
        )
    }

    /// The node after reading `c`, which can be several letters.
    fn step(&self, node: usize, c: char) -> Option<usize> {
        let mut reached = Some(node);
        fold(c, |letter| {
            reached = reached.and_then(|node| self.child(node, letter));
        });
        reached
    }

    /// The page markers and URLs of `text`, in order.
    fn untouchable(&self, text: &str) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        let mut from = 0;
        while let Some(found) = self.untouchable.find(&text[from..]) {
            let start = from + found.start();
            let rest = &text[from + found.end()..];
            from += found.end();
            match found.pattern().as_usize() {
                PAGE_MARKER => {}
                DATA if !has_data_header(rest) => continue,
                _ => from += url_length(rest),
            }
            ranges.push(start..from);
        }
        ranges
    }
}

/// Where the search stands in a text.
struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// What stands before `at`, accents and the like left out.
    before: Class,
    /// The page markers and URLs, sought only when a word is found: most texts have none.
    untouchable: OnceCell<Vec<Range<usize>>>,
}

impl<'t> Scan<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            before: Class::Other,
            untouchable: OnceCell::new(),
        }
    }

    /// Goes on at `end`, behind a masked word.
    fn pass(&mut self, end: usize) {
        self.at = end;
        self.before = self.text[..end]
            .chars()
            .next_back()
            .map_or(Class::Other, Class::of);
    }
}

/// Whether a word whose outermost character is `edge` can have `neighbour` beside it.
///
/// A star beside a symbol may have been a letter before it was masked: no word ends with the `@` of
/// `tang@xx`, and none must when `xx` has become `**`.
fn may_border(edge: Class, neighbour: Class) -> bool {
    match neighbour {
        Class::Word => false,
        Class::Star => edge != Class::Symbol,
        _ => true,
    }
}

/// Whether the word shares its first or last letter with a masked word: the `n` of `d**n` begins nothing,
/// else masking twice could find words that masking once had made.
fn touches_masked_word(text: &str, word: Range<usize>) -> bool {
    let before = text[..word.start].trim_end_matches('*').len();
    let after = text.len() - text[word.end..].trim_start_matches('*').len();
    is_masked_word(text, before..word.start) || is_masked_word(text, word.end..after)
}

/// Whether the stars at `stars` stand between two single letters.
fn is_masked_word(text: &str, stars: Range<usize>) -> bool {
    if stars.is_empty() {
        return false;
    }
    let left = text[..stars.start].chars().rev();
    let right = text[stars.end..].chars();
    begins_with_lone_letter(left) && begins_with_lone_letter(right)
}

fn begins_with_lone_letter(text: impl Iterator<Item = char>) -> bool {
    let mut classes = text.map(Class::of);
    classes.next().is_some_and(Class::is_legible)
        && classes.find(|class| *class != Class::Ignored) != Some(Class::Word)
}

/// The letter that stands at `at`, accents and the like left out; nothing when there is none.
fn next_letter(text: &str, at: usize) -> Option<char> {
    let next = text[at..].chars().find(|c| Class::of(*c) != Class::Ignored)?;
    single(next).filter(|_| Class::of(next).is_legible())
}

/// What stands at `at`, accents and the like left out.
pub(super) fn class_after(text: &str, at: usize) -> Class {
    let mut classes = text[at..].chars().map(Class::of);
    classes
        .find(|class| *class != Class::Ignored)
        .unwrap_or(Class::Other)
}

fn has_data_header(rest: &str) -> bool {
    let mut header = rest
        .bytes()
        .take(DATA_HEADER)
        .take_while(|byte| !byte.is_ascii_whitespace());
    header.any(|byte| byte == b',')
}

/// Bytes up to the first character that cannot stand in a URL.
fn url_length(rest: &str) -> usize {
    rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>'))
        .unwrap_or(rest.len())
}

fn overlaps(ranges: &[Range<usize>], word: &Range<usize>) -> bool {
    let next = ranges.partition_point(|range| range.end <= word.start);
    ranges.get(next).is_some_and(|range| range.start < word.end)
}

fn push_masked(masked: &mut String, word: &str) {
    let last = word.chars().count() - 1;
    let keep_ends = last >= 2;
    for (index, c) in word.chars().enumerate() {
        let keep = keep_ends && (index == 0 || index == last);
        masked.push(if keep { c } else { '*' });
    }
}
