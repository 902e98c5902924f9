//! One line: what an event says, bounded, as JSON or as text.

use std::fmt::{self, Write};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};

use super::Level;
use super::scrub::{is_part_of_word, scrub};
use crate::wire::Timestamp;

/// The longest text of a message or a field, in bytes.
const LONGEST_TEXT: usize = 300;
/// The longest word that may be an address, or a token but for its beginning, in bytes.
const LONGEST_WORD: usize = 1024;
/// The longest message with all its fields that is kept in memory, in bytes.
const LONGEST_SUMMARY: usize = 400;

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// One JSON object a line, for whatever collects them.
    Json,
    /// For a person at a terminal.
    Text,
}

/// What is said.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) level: Level,
    pub(super) target: &'static str,
    message: String,
    fields: Vec<(&'static str, Value)>,
}

impl Line {
    /// A line of our own, without fields.
    pub(super) fn new(level: Level, target: &'static str, message: &str) -> Self {
        let mut line = Self::empty(level, target);
        line.message = bounded(format_args!("{message}"));
        line
    }

    /// What an event says.
    pub(super) fn of(event: &tracing::Event<'_>) -> Option<Self> {
        let metadata = event.metadata();
        let mut line = Self::empty(Level::of(*metadata.level())?, metadata.target());
        event.record(&mut line);
        Some(line)
    }

    fn empty(level: Level, target: &'static str) -> Self {
        Self {
            level,
            target,
            message: String::new(),
            fields: Vec::new(),
        }
    }

    /// The message with its fields, as in `request failed cause=no such row`; bounded.
    pub(super) fn summary(&self) -> String {
        let mut summary = Bounded::new(LONGEST_SUMMARY);
        // A bounded text takes what fits and never fails before.
        let _ = self.write_summary(&mut summary);
        summary.finish()
    }

    fn write_summary(&self, out: &mut impl Write) -> fmt::Result {
        write!(out, "{}", Visible(&self.message))?;
        for (name, value) in &self.fields {
            match value {
                Value::String(text) => write!(out, " {name}={}", Visible(text))?,
                other => write!(out, " {name}={other}")?,
            }
        }
        Ok(())
    }

    /// The whole line with its end, at this instant (epoch microseconds).
    pub(super) fn write(&self, format: Format, at: i64) -> String {
        let at = Timestamp(at).to_string();
        match format {
            Format::Text => {
                let level = self.level.name().to_ascii_uppercase();
                let mut text = format!("{at} {level:<5} {}: ", self.target);
                let _ = self.write_summary(&mut text);
                text + "\n"
            }
            Format::Json => {
                let mut object = Map::new();
                object.insert("timestamp".to_owned(), at.into());
                object.insert("level".to_owned(), self.level.name().into());
                object.insert("target".to_owned(), self.target.into());
                object.insert("message".to_owned(), self.message.as_str().into());
                for (name, value) in &self.fields {
                    object.insert((*name).to_owned(), value.clone());
                }
                Value::Object(object).to_string() + "\n"
            }
        }
    }

    fn add(&mut self, field: &Field, value: impl Into<Value>) {
        self.fields.push((field.name(), value.into()));
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = bounded(format_args!("{value:?}"));
        if field.name() == "message" {
            self.message = text;
        } else {
            self.add(field, text);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        // Not by `Debug`, which would put quotation marks around it.
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }
}

/// A text on one line: what would begin another one, or steer a terminal, is spelt out.
struct Visible<'a>(&'a str);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// The beginning of a text, clean. What stands across its end is looked at whole: half of an address or of a token would
/// not be known for what it is.
fn bounded(text: fmt::Arguments<'_>) -> String {
    let mut looked_at = Bounded::new(LONGEST_TEXT + LONGEST_WORD);
    // It fails when nothing more fits; what fits is what is wanted.
    let _ = looked_at.write_fmt(text);
    let Bounded { mut text, is_cut, .. } = looked_at;
    let before_last = text.trim_end_matches(is_part_of_word).len();
    if is_cut && text.len() - before_last < LONGEST_WORD {
        // Of the last word there is more, and all of it might be an address or a token.
        text.truncate(before_last);
    }
    let mut said = Bounded::new(LONGEST_TEXT);
    let _ = said.write_str(&scrub(text));
    said.is_cut |= is_cut;
    said.finish()
}

/// A text that takes so many bytes and refuses the rest, so that a long value is never built whole.
struct Bounded {
    text: String,
    room: usize,
    is_cut: bool,
}

impl Bounded {
    fn new(room: usize) -> Self {
        Self {
            text: String::new(),
            room,
            is_cut: false,
        }
    }

    fn finish(mut self) -> String {
        if self.is_cut {
            self.text.push('…');
        }
        self.text
    }
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let most = self.room.min(text.len());
        let fits = (0..=most)
            .rev()
            .find(|&end| text.is_char_boundary(end))
            .unwrap_or(0);
        self.text.push_str(&text[..fits]);
        self.room -= fits;
        if fits == text.len() {
            return Ok(());
        }
        self.is_cut = true;
        self.room = 0;
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn an_address_or_a_token_across_the_end_is_taken_out_whole() {
        for secret in ["mira.lopez@example.org", TOKEN] {
            for room in 0..secret.len() + 2 {
                let before = ". ".repeat(LONGEST_TEXT)[..LONGEST_TEXT - room].to_owned();
                let said = bounded(format_args!("{before} {secret} and more"));
                assert!(!said.contains(&secret[..2]), "{said}");
            }
        }
    }

    #[test]
    fn what_does_not_end_where_it_is_looked_at_is_left_out() {
        // Tokens that are taken out make room for the end of what is looked at.
        let tokens = format!("{TOKEN} ").repeat(26);
        let said = bounded(format_args!(
            "{tokens}and by mira.lopez.is.my.very.own.and.only.name.of.all@example.org"
        ));
        assert!(said.ends_with("<token> and by …"), "{said}");
    }

    #[test]
    fn a_text_is_cut_where_it_ends_to_be_said() {
        let said = bounded(format_args!("{}", "ä ".repeat(400)));
        assert_eq!(said, format!("{}…", "ä ".repeat(100)));
        assert_eq!(bounded(format_args!("short")), "short");
    }
}
