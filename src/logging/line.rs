//! One line: what an event says, bounded, as JSON or as text.

use std::fmt::{self, Write};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};

use super::Level;
use super::scrub::scrub;
use crate::wire::Timestamp;

/// The longest text of a message or a field, in bytes.
const LONGEST_TEXT: usize = 300;
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

fn bounded(text: fmt::Arguments<'_>) -> String {
    let mut whole = Bounded::new(LONGEST_TEXT);
    // It fails when nothing more fits; what fits is what is wanted.
    let _ = whole.write_fmt(text);
    scrub(whole.finish())
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
