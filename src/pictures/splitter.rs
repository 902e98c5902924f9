//! Takes a request body apart while it arrives.
//!
//! The body is a JSON object. The fields that the caller names are kept, each up to its limit; everything else passes by.
//! Of a field that carries pictures the [`Skeleton`] is kept, and the pictures are handed out one at a time, so that the
//! caller can store each before it feeds on. Knows no field's meaning: the caller validates what was given.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::data_url::Picture;
use super::error::{BodyError, Limit, MOST_PICTURES};
use super::json::{Ending, Event, Scanner};
use super::skeleton::{Builder, Skeleton};

/// Feed at most so many bytes at once, and let others run in between: a step then takes well under a millisecond.
pub const STEP: usize = 64 * 1024;

/// The longest array or object that is kept, in bytes as it was sent.
const LONGEST_COMPOSITE: usize = 16 * 1024;
/// The longest name of a field that can be known.
const LONGEST_NAME: usize = 64;

/// A field that is kept.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the body.
    pub name: &'static str,
    /// What is kept of it.
    pub keep: Keep,
}

/// What is kept of a field.
#[derive(Clone, Copy, Debug)]
pub enum Keep {
    /// Its value, whatever the type; a text of at most so many bytes, an array or object of at most 16 KiB.
    Value(usize),
    /// The skeleton, of at most so many bytes, of a text with pictures; of other types only that they came.
    Skeleton(usize),
}

/// What was given for a field that carries pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A text.
    Text(Skeleton),
    /// `null`.
    Null,
    /// Something else, which was not kept.
    WrongType,
}

/// The fields of a body. Of a name that came twice the last counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// The fields to keep as values.
    pub fields: Map<String, Value>,
    /// The fields to keep as skeletons.
    pub skeletons: BTreeMap<&'static str, Given>,
}

impl Body {
    /// The bytes that the kept values take.
    pub fn held(&self) -> usize {
        let fields = self.fields.values().map(held_by);
        let skeletons = self.skeletons.values().map(|given| match given {
            Given::Text(skeleton) => skeleton.as_str().len(),
            Given::Null | Given::WrongType => 0,
        });
        fields.chain(skeletons).sum()
    }
}

/// Reads one body. After an error it must not be used again.
pub struct Splitter {
    known: &'static [Field],
    scanner: Scanner,
    opened: bool,
    /// The field whose value is read.
    field: Option<Field>,
    sink: Sink,
    body: Body,
    pictures: usize,
}

/// Where the value that is being read goes.
enum Sink {
    /// No value is being read.
    Nothing,
    /// The name of a field.
    Name(Vec<u8>),
    Text(Vec<u8>),
    /// An array or object as it was sent.
    Composite(Vec<u8>),
    Skeleton(Builder),
    /// Passes by.
    Skip,
}

impl Splitter {
    /// A splitter that keeps these fields.
    pub fn new(known: &'static [Field]) -> Self {
        Self {
            known,
            scanner: Scanner::new(),
            opened: false,
            field: None,
            sink: Sink::Nothing,
            body: Body::default(),
            pictures: 0,
        }
    }

    /// Reads on from the front of `input`, which it shortens, until a picture has ended. `None`: all of it has been read.
    pub fn feed(&mut self, input: &mut &[u8]) -> Result<Option<Picture>, BodyError> {
        loop {
            let before = *input;
            let event = self.scanner.next(input)?;
            if let Sink::Composite(kept) = &mut self.sink {
                keep(
                    kept,
                    &before[..before.len() - input.len()],
                    LONGEST_COMPOSITE,
                    self.field,
                )?;
            }
            let Some(event) = event else { return Ok(None) };
            if let Event::Part(part) = event {
                if self.decodes(part)? {
                    continue;
                }
                self.scanner.check(part)?;
            }
            let Some(picture) = self.take(event)? else {
                continue;
            };
            self.pictures += 1;
            if self.pictures > MOST_PICTURES {
                return Err(BodyError::TooLarge(Limit::Pictures));
            }
            return Ok(Some(picture));
        }
    }

    /// The fields, once the body has ended. A body of no bytes is an empty object.
    pub fn finish(self) -> Result<Body, BodyError> {
        match self.scanner.ending() {
            Ending::Complete | Ending::Empty => Ok(self.body),
            Ending::Truncated if !self.opened => Err(BodyError::NotAnObject),
            Ending::Truncated => Err(BodyError::Truncated),
        }
    }

    /// The bytes that are held now, for a caller who has to answer for them.
    pub fn held(&self) -> usize {
        let sink = match &self.sink {
            Sink::Name(bytes) | Sink::Text(bytes) | Sink::Composite(bytes) => bytes.len(),
            Sink::Skeleton(builder) => builder.held(),
            Sink::Nothing | Sink::Skip => 0,
        };
        self.body.held() + sink
    }

    /// Whether these bytes went into a picture. They are base64 then, and need no other look.
    fn decodes(&mut self, part: &[u8]) -> Result<bool, BodyError> {
        match &mut self.sink {
            Sink::Skeleton(builder) => builder.decodes(part),
            _ => Ok(false),
        }
    }

    fn take(&mut self, event: Event<'_>) -> Result<Option<Picture>, BodyError> {
        if !self.opened {
            self.opened = event == Event::Open(b'{');
            return if self.opened {
                Ok(None)
            } else {
                Err(BodyError::NotAnObject)
            };
        }
        let field = self.field;
        match (&mut self.sink, event) {
            (Sink::Nothing, event) => self.begin(event),
            (Sink::Name(name), Event::Part(part)) => {
                name.extend_from_slice(cut(part, LONGEST_NAME + 1 - name.len()));
            }
            (Sink::Name(name), Event::Char(character)) => {
                let mut buffer = [0; 4];
                let bytes = character.encode_utf8(&mut buffer).as_bytes();
                name.extend_from_slice(cut(bytes, LONGEST_NAME + 1 - name.len()));
            }
            (Sink::Text(text), Event::Part(part)) => keep(text, part, text_limit(field), field)?,
            (Sink::Text(text), Event::Char(character)) => {
                keep(
                    text,
                    character.encode_utf8(&mut [0; 4]).as_bytes(),
                    text_limit(field),
                    field,
                )?;
            }
            (Sink::Skeleton(builder), Event::Part(part)) => builder.push(part)?,
            (Sink::Skeleton(builder), Event::Char('"')) => return builder.quote(),
            (Sink::Skeleton(builder), Event::Char(character)) => {
                builder.push(character.encode_utf8(&mut [0; 4]).as_bytes())?;
            }
            (_, Event::StringEnd | Event::Close) if self.scanner.depth() <= 1 => return self.end(),
            _ => {}
        }
        Ok(None)
    }

    /// A name or a value begins.
    fn begin(&mut self, event: Event<'_>) {
        let keep = self.field.map(|field| field.keep);
        match (event, keep) {
            (Event::StringStart { is_name: true }, _) => self.sink = Sink::Name(Vec::new()),
            (Event::StringStart { .. }, Some(Keep::Value(_))) => self.sink = Sink::Text(Vec::new()),
            (Event::StringStart { .. }, Some(Keep::Skeleton(limit))) => {
                self.sink = Sink::Skeleton(Builder::new(limit));
            }
            (Event::Open(byte), Some(Keep::Value(_))) => self.sink = Sink::Composite(vec![byte]),
            (Event::Open(_), Some(Keep::Skeleton(_))) => {
                self.give(Given::WrongType);
                self.sink = Sink::Skip;
            }
            (Event::StringStart { .. } | Event::Open(_), None) => self.sink = Sink::Skip,
            (Event::Scalar(value), Some(Keep::Value(_))) => self.set(value),
            (Event::Scalar(Value::Null), Some(Keep::Skeleton(_))) => self.give(Given::Null),
            (Event::Scalar(_), Some(Keep::Skeleton(_))) => self.give(Given::WrongType),
            // The end of the body, or a value that nobody wants.
            _ => {}
        }
    }

    /// The name or the value ends; a picture that filled its field ends with it.
    fn end(&mut self) -> Result<Option<Picture>, BodyError> {
        match std::mem::replace(&mut self.sink, Sink::Nothing) {
            Sink::Name(name) => {
                self.field = self
                    .known
                    .iter()
                    .find(|field| field.name.as_bytes() == name)
                    .copied();
            }
            Sink::Text(text) => {
                let text = String::from_utf8(text).map_err(|_| BodyError::InvalidUtf8)?;
                self.set(Value::String(text));
            }
            Sink::Composite(json) => {
                self.set(serde_json::from_slice(&json).map_err(|_| BodyError::Malformed)?);
            }
            Sink::Skeleton(builder) => {
                let (skeleton, picture) = builder.finish()?;
                self.give(Given::Text(skeleton));
                return Ok(picture);
            }
            Sink::Skip | Sink::Nothing => {}
        }
        Ok(None)
    }

    fn set(&mut self, value: Value) {
        if let Some(field) = self.field {
            self.body.fields.insert(field.name.to_owned(), value);
        }
    }

    fn give(&mut self, given: Given) {
        if let Some(field) = self.field {
            self.body.skeletons.insert(field.name, given);
        }
    }
}

/// The bytes on the heap that a value takes: lists grow by doubling, may be half empty, and begin with room for four.
fn held_by(value: &Value) -> usize {
    const ELEMENT: usize = size_of::<Value>();
    // The name and the value, their hash, and their place in the table.
    const MEMBER: usize = size_of::<(String, Value)>() + 4 * size_of::<usize>();
    let room = |count: usize| if count == 0 { 0 } else { 2 * count.max(2) };
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(elements) => {
            room(elements.len()) * ELEMENT + elements.iter().map(held_by).sum::<usize>()
        }
        Value::Object(members) => {
            let inside = |(name, value): (&String, &Value)| name.len() + held_by(value);
            room(members.len()) * MEMBER + members.iter().map(inside).sum::<usize>()
        }
    }
}

fn text_limit(field: Option<Field>) -> usize {
    match field.map(|field| field.keep) {
        Some(Keep::Value(limit)) => limit,
        _ => 0,
    }
}

/// Appends to a value that is kept, up to its limit.
fn keep(kept: &mut Vec<u8>, bytes: &[u8], limit: usize, field: Option<Field>) -> Result<(), BodyError> {
    if kept.len() + bytes.len() > limit {
        return Err(BodyError::TooLarge(Limit::Field(
            field.map_or("", |field| field.name),
        )));
    }
    kept.extend_from_slice(bytes);
    Ok(())
}

/// At most the first `longest` bytes.
fn cut(bytes: &[u8], longest: usize) -> &[u8] {
    &bytes[..bytes.len().min(longest)]
}

#[cfg(test)]
#[path = "splitter_tests.rs"]
mod tests;
