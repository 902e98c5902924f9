//! A text without its pictures.
//!
//! In a skeleton each data URL that was a whole string of the text is replaced by a [`Reference`]. The way back is exact:
//! the segments in order, each picture as its data URL, are the original text, whatever it was.

use super::data_url::{Decoder, Picture, Prefix, Stop};
use super::error::{BodyError, Limit};
use super::reference::{MARK, Reference};

/// The most text that the skeleton of a canvas may have, in bytes: 200 rows with their ids and references have about
/// 30 KiB, with a long URL each 600 KiB.
pub const MOST_TEXT: usize = 1024 * 1024;

const MARK_BYTE: u8 = MARK as u8;
const MARK_TEXT: &str = "\u{1}";

/// A text in which references stand for pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skeleton(String);

/// A part of the original text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment<'a> {
    /// As it is.
    Text(&'a str),
    /// Stands for the data URL of a picture.
    Picture(Reference),
}

impl Skeleton {
    /// Takes a text that the database holds. Never fails: what is no reference is text.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text for the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text for the database.
    pub fn into_stored(self) -> String {
        self.0
    }

    /// Splits a text that is whole in memory, and its pictures.
    pub fn split(text: &str) -> Result<(Self, Vec<Picture>), BodyError> {
        let mut builder = Builder::new(MOST_TEXT);
        let mut pictures = Vec::new();
        for (number, part) in text.split('"').enumerate() {
            if number > 0 {
                pictures.extend(builder.quote()?);
            }
            builder.push(part.as_bytes())?;
        }
        let (skeleton, last) = builder.finish()?;
        pictures.extend(last);
        Ok((skeleton, pictures))
    }

    /// The original text, part by part.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        Segments(&self.0)
    }

    /// The pictures in order; one that is shown twice comes twice.
    pub fn pictures(&self) -> impl Iterator<Item = Reference> {
        self.segments().filter_map(|segment| match segment {
            Segment::Picture(reference) => Some(reference),
            Segment::Text(_) => None,
        })
    }

    /// The length of the original text, in bytes.
    pub fn joined_len(&self) -> u64 {
        self.measure(|text| text.len() as u64)
    }

    /// The length of the original text inside a JSON string, in bytes.
    pub fn json_len(&self) -> u64 {
        self.measure(|text| text.bytes().map(|byte| escape(byte).len() as u64).sum())
    }

    fn measure(&self, text_len: impl Fn(&str) -> u64) -> u64 {
        self.segments()
            .map(|segment| match segment {
                Segment::Text(text) => text_len(text),
                Segment::Picture(reference) => reference.data_url_len(),
            })
            .sum()
    }

    /// Without white space at both ends.
    #[must_use]
    pub fn trim(self) -> Self {
        let trimmed = self.0.trim();
        if trimmed.len() == self.0.len() {
            self
        } else {
            Self(trimmed.to_owned())
        }
    }

    /// Whether there is nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Whether the text holds a NUL, which no database column can.
    pub fn has_nul(&self) -> bool {
        self.0.contains('\0')
    }
}

struct Segments<'a>(&'a str);

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let Some(after) = self.0.strip_prefix(MARK) else {
            let end = self.0.find(MARK).unwrap_or(self.0.len());
            let (text, rest) = self.0.split_at(end);
            self.0 = rest;
            return (!text.is_empty()).then_some(Segment::Text(text));
        };
        if let Some((reference, rest)) = Reference::begins(after) {
            self.0 = rest;
            return Some(Segment::Picture(reference));
        }
        // A doubled mark is a literal one; a single one, which only a foreign text can hold, stands for itself.
        self.0 = after.strip_prefix(MARK).unwrap_or(after);
        Some(Segment::Text(MARK_TEXT))
    }
}

/// Appends a text as the inside of a JSON string; other characters than ASCII stay as they are.
pub fn escape_json(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (number, &byte) in bytes.iter().enumerate() {
        let escaped = escape(byte);
        if matches!(escaped, Escaped::Same) {
            continue;
        }
        out.extend_from_slice(&bytes[copied..number]);
        copied = number + 1;
        match escaped {
            Escaped::Short(letter) => out.extend_from_slice(&[b'\\', letter]),
            _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
    }
    out.extend_from_slice(&bytes[copied..]);
}

enum Escaped {
    Same,
    Short(u8),
    Long,
}

impl Escaped {
    fn len(&self) -> usize {
        match self {
            Self::Same => 1,
            Self::Short(_) => 2,
            Self::Long => 6,
        }
    }
}

fn escape(byte: u8) -> Escaped {
    match byte {
        b'"' | b'\\' => Escaped::Short(byte),
        b'\n' => Escaped::Short(b'n'),
        b'\r' => Escaped::Short(b'r'),
        b'\t' => Escaped::Short(b't'),
        0..0x20 => Escaped::Long,
        _ => Escaped::Same,
    }
}

/// Makes a skeleton of a text that arrives in parts, and hands out its pictures as they end.
///
/// A data URL is taken for a picture when it fills the room between two quotation marks, or between one and an end of the
/// text: then it is a whole string of the JSON that a canvas is, or all of a cover. Holds the skeleton and at most one
/// picture's bytes.
pub struct Builder {
    text: Vec<u8>,
    /// The most text that the skeleton may have.
    limit: usize,
    state: State,
}

enum State {
    /// Nothing before the next quotation mark can be a data URL.
    Text,
    /// A data URL may have begun at `start`.
    Prefix { start: usize },
    /// The base64 of a data URL that began at `start` is being read.
    Picture { start: usize, decoder: Box<Decoder> },
}

impl Builder {
    /// A builder of a skeleton of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            text: Vec::new(),
            limit,
            state: State::Prefix { start: 0 },
        }
    }

    /// The bytes that are held now.
    pub fn held(&self) -> usize {
        let picture = match &self.state {
            State::Picture { decoder, .. } => decoder.held(),
            State::Text | State::Prefix { .. } => 0,
        };
        self.text.len() + picture
    }

    /// Takes bytes among which there is no quotation mark. They may end inside a character.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), BodyError> {
        while !bytes.is_empty() {
            match &mut self.state {
                State::Text => {
                    self.append(bytes);
                    bytes = &[];
                }
                State::Prefix { start } => {
                    let start = *start;
                    bytes = self.prefix(start, bytes);
                }
                State::Picture { .. } => {
                    if self.decodes(bytes)? {
                        bytes = &[];
                    }
                }
            }
        }
        self.bounded()
    }

    /// Takes the bytes if they go on a picture, all of them or none. When they do not, what was one so far is text.
    pub fn decodes(&mut self, bytes: &[u8]) -> Result<bool, BodyError> {
        let State::Picture { decoder, .. } = &mut self.state else {
            return Ok(false);
        };
        match decoder.push(bytes) {
            Ok(()) => Ok(true),
            Err(Stop::TooLong) => Err(BodyError::TooLarge(Limit::Picture)),
            Err(Stop::NotAPicture) => self.give_back().map(|()| false),
        }
    }

    /// Takes a quotation mark, which ends a picture if one was being read.
    pub fn quote(&mut self) -> Result<Option<Picture>, BodyError> {
        let picture = self.end_picture()?;
        self.text.push(b'"');
        self.state = State::Prefix {
            start: self.text.len(),
        };
        self.bounded()?;
        Ok(picture)
    }

    /// Takes the end of the text.
    pub fn finish(mut self) -> Result<(Skeleton, Option<Picture>), BodyError> {
        let picture = self.end_picture()?;
        self.bounded()?;
        let text = String::from_utf8(self.text).map_err(|_| BodyError::InvalidUtf8)?;
        Ok((Skeleton(text), picture))
    }

    /// Reads on where a data URL may have begun; the bytes that are left belong to the next state.
    fn prefix<'a>(&mut self, start: usize, bytes: &'a [u8]) -> &'a [u8] {
        for (number, &byte) in bytes.iter().enumerate() {
            if byte == MARK_BYTE {
                self.state = State::Text;
                return &bytes[number..];
            }
            self.text.push(byte);
            match Prefix::of(&self.text[start..]) {
                Prefix::Partial => continue,
                Prefix::Foreign => self.state = State::Text,
                Prefix::Whole(kind) => {
                    self.state = State::Picture {
                        start,
                        decoder: Box::new(Decoder::new(kind)),
                    };
                }
            }
            return &bytes[number + 1..];
        }
        &[]
    }

    /// Appends plain text, each mark doubled.
    fn append(&mut self, bytes: &[u8]) {
        for (number, part) in bytes.split(|&byte| byte == MARK_BYTE).enumerate() {
            if number > 0 {
                self.text.extend_from_slice(&[MARK_BYTE; 2]);
            }
            self.text.extend_from_slice(part);
        }
    }

    /// What was being read is a picture that ends here, or text after all.
    fn end_picture(&mut self) -> Result<Option<Picture>, BodyError> {
        let State::Picture { start, decoder } = std::mem::replace(&mut self.state, State::Text) else {
            return Ok(None);
        };
        match decoder.finish() {
            Ok(picture) => {
                self.text.truncate(start);
                self.text
                    .extend_from_slice(picture.reference().to_string().as_bytes());
                Ok(Some(picture))
            }
            Err(decoder) => {
                self.state = State::Picture { start, decoder };
                self.give_back()?;
                Ok(None)
            }
        }
    }

    /// What was being read is no picture: it becomes text again, if the skeleton has room for so much.
    fn give_back(&mut self) -> Result<(), BodyError> {
        if let State::Picture { decoder, .. } = std::mem::replace(&mut self.state, State::Text) {
            if self.text.len() + decoder.held() > self.limit {
                return Err(BodyError::TooLarge(Limit::Text));
            }
            decoder.give_back(&mut self.text);
        }
        Ok(())
    }

    fn bounded(&self) -> Result<(), BodyError> {
        if self.text.len() > self.limit {
            Err(BodyError::TooLarge(Limit::Text))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
#[path = "skeleton_tests.rs"]
mod tests;
