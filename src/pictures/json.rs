//! Reads JSON step by step, without keeping it.
//!
//! Checks the grammar, the encoding and the depth of a text that arrives in pieces, and tells what it sees. Strings are
//! told in parts with their escapes resolved, so that megabytes pass through without a copy.

use serde_json::Value;

use super::error::BodyError;

/// The deepest nesting of arrays and objects.
const DEEPEST: usize = 32;
/// The longest number.
const LONGEST_SCALAR: usize = 128;

/// What was seen.
#[derive(Debug, PartialEq)]
pub(super) enum Event<'a> {
    /// `{` or `[`.
    Open(u8),
    /// `}` or `]`.
    Close,
    /// A string begins: the name of a member, or a value.
    StringStart { is_name: bool },
    /// Bytes of a string, without quotation marks. They may end inside a character, which then goes on in the next part.
    /// They are anything until [`Scanner::check`] has seen them: most are a drawing's, whose decoder sees what they are.
    Part(&'a [u8]),
    /// An escaped character of a string.
    Char(char),
    /// The string ends.
    StringEnd,
    /// A number, `true`, `false` or `null`.
    Scalar(Value),
}

/// How a text ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// There was nothing but white space.
    Empty,
    /// One whole value.
    Complete,
    /// Something is missing.
    Truncated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing has been seen.
    Start,
    /// A value must follow.
    Value,
    /// A value or the end of the array.
    FirstElement,
    /// A name or the end of the object.
    FirstName,
    /// A name must follow.
    Name,
    Colon,
    /// A comma or the end of what is open; at the top nothing more.
    AfterValue,
    Scalar,
    String {
        is_name: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    None,
    /// After the backslash.
    Begun,
    /// After `\u` and so many digits.
    Unicode {
        digits: u8,
        value: u16,
    },
}

/// The reader. After an error it must not be used again.
pub(super) struct Scanner {
    state: State,
    /// What closes each open array and object.
    open: Vec<u8>,
    scalar: Vec<u8>,
    escape: Escape,
    /// The first half of a surrogate pair.
    high: Option<u16>,
    encoding: Utf8,
}

impl Scanner {
    pub(super) fn new() -> Self {
        Self {
            state: State::Start,
            open: Vec::new(),
            scalar: Vec::new(),
            escape: Escape::None,
            high: None,
            encoding: Utf8::default(),
        }
    }

    /// How many arrays and objects are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Whether the text may end here.
    pub(super) fn ending(&self) -> Ending {
        match self.state {
            State::Start => Ending::Empty,
            State::AfterValue if self.open.is_empty() => Ending::Complete,
            _ => Ending::Truncated,
        }
    }

    /// Reads on from the front of `input`, which it shortens. `None`: all of it has been read.
    pub(super) fn next<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<Event<'a>>, BodyError> {
        loop {
            match self.state {
                State::String { is_name } => return self.string(is_name, input),
                State::Scalar => return self.scalar(input),
                _ => {}
            }
            let Some((&byte, rest)) = input.split_first() else {
                return Ok(None);
            };
            // A scalar's first byte is left for its own state.
            if !matches!(byte, b'-' | b'0'..=b'9' | b't' | b'f' | b'n') {
                *input = rest;
            }
            if matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                continue;
            }
            if let Some(event) = self.structure(byte)? {
                return Ok(Some(event));
            }
        }
    }

    fn structure(&mut self, byte: u8) -> Result<Option<Event<'static>>, BodyError> {
        match (self.state, byte) {
            (State::AfterValue, b',') => {
                let enclosing = self.open.last().ok_or(BodyError::Malformed)?;
                self.state = if *enclosing == b'}' {
                    State::Name
                } else {
                    State::Value
                };
                Ok(None)
            }
            (State::Colon, b':') => {
                self.state = State::Value;
                Ok(None)
            }
            (State::AfterValue, b'}' | b']') | (State::FirstName, b'}') | (State::FirstElement, b']') => {
                if self.open.pop() != Some(byte) {
                    return Err(BodyError::Malformed);
                }
                self.state = State::AfterValue;
                Ok(Some(Event::Close))
            }
            (State::FirstName | State::Name, b'"') => Ok(Some(self.begin_string(true))),
            (State::Start | State::Value | State::FirstElement, _) => self.value(byte),
            _ => Err(BodyError::Malformed),
        }
    }

    fn value(&mut self, byte: u8) -> Result<Option<Event<'static>>, BodyError> {
        match byte {
            b'"' => Ok(Some(self.begin_string(false))),
            b'{' | b'[' if self.open.len() == DEEPEST => Err(BodyError::TooDeep),
            b'{' => {
                self.open.push(b'}');
                self.state = State::FirstName;
                Ok(Some(Event::Open(byte)))
            }
            b'[' => {
                self.open.push(b']');
                self.state = State::FirstElement;
                Ok(Some(Event::Open(byte)))
            }
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                self.state = State::Scalar;
                Ok(None)
            }
            _ => Err(BodyError::Malformed),
        }
    }

    fn begin_string(&mut self, is_name: bool) -> Event<'static> {
        self.state = State::String { is_name };
        Event::StringStart { is_name }
    }

    fn scalar<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<Event<'a>>, BodyError> {
        let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let end = input.iter().position(|byte| !is_inside(byte));
        let (part, rest) = input.split_at(end.unwrap_or(input.len()));
        if self.scalar.len() + part.len() > LONGEST_SCALAR {
            return Err(BodyError::Malformed);
        }
        self.scalar.extend_from_slice(part);
        *input = rest;
        if end.is_none() {
            return Ok(None);
        }
        let value = serde_json::from_slice(&self.scalar).map_err(|_| BodyError::Malformed)?;
        self.scalar.clear();
        self.state = State::AfterValue;
        Ok(Some(Event::Scalar(value)))
    }

    fn string<'a>(&mut self, is_name: bool, input: &mut &'a [u8]) -> Result<Option<Event<'a>>, BodyError> {
        loop {
            if let Escape::Unicode { digits: 4, value } = self.escape {
                if let Some(character) = self.unicode(value) {
                    return Ok(Some(Event::Char(character)));
                }
                continue;
            }
            let Some((&byte, rest)) = input.split_first() else {
                return Ok(None);
            };
            if self.is_lone(byte) {
                self.high = None;
                return Ok(Some(Event::Char(char::REPLACEMENT_CHARACTER)));
            }
            match (self.escape, byte) {
                (Escape::None, b'"') => {
                    *input = rest;
                    self.encoding.end()?;
                    self.state = if is_name { State::Colon } else { State::AfterValue };
                    return Ok(Some(Event::StringEnd));
                }
                (Escape::None, b'\\') => {
                    self.encoding.end()?;
                    self.escape = Escape::Begun;
                }
                (Escape::None, _) => {
                    // Most bytes of a body come by here.
                    let end = memchr::memchr2(b'"', b'\\', input).unwrap_or(input.len());
                    let (part, rest) = input.split_at(end);
                    *input = rest;
                    return Ok(Some(Event::Part(part)));
                }
                (Escape::Begun, b'u') => self.escape = Escape::Unicode { digits: 0, value: 0 },
                (Escape::Begun, _) => {
                    *input = rest;
                    self.escape = Escape::None;
                    return short_escape(byte).map(|character| Some(Event::Char(character)));
                }
                (Escape::Unicode { digits, value }, _) => {
                    let digit = char::from(byte).to_digit(16).ok_or(BodyError::Malformed)?;
                    let digit = u16::try_from(digit).expect("a digit is below 16");
                    self.escape = Escape::Unicode {
                        digits: digits + 1,
                        value: value << 4 | digit,
                    };
                }
            }
            *input = rest;
        }
    }

    /// Whether the part that was told last may stand in a string. Needed unless all of it is known to be ASCII without
    /// control characters.
    pub(super) fn check(&mut self, part: &[u8]) -> Result<(), BodyError> {
        let control = first_control(part);
        self.encoding.check(&part[..control.unwrap_or(part.len())])?;
        match control {
            Some(_) => Err(BodyError::Malformed),
            None => Ok(()),
        }
    }

    /// Whether the half of a surrogate pair that was read has no second half: `byte` begins something else.
    fn is_lone(&self, byte: u8) -> bool {
        self.high.is_some()
            && match self.escape {
                Escape::None => byte != b'\\',
                Escape::Begun => byte != b'u',
                Escape::Unicode { .. } => false,
            }
    }

    /// Resolves `\uXXXX`. Half of a pair alone, which a careless cut of a text leaves, becomes U+FFFD.
    fn unicode(&mut self, value: u16) -> Option<char> {
        if let Some(high) = self.high.take() {
            if matches!(value, 0xDC00..=0xDFFF) {
                self.escape = Escape::None;
            }
            // Otherwise the first half was alone, and the value is looked at once more.
            return Some(
                char::decode_utf16([high, value])
                    .next()?
                    .unwrap_or(char::REPLACEMENT_CHARACTER),
            );
        }
        self.escape = Escape::None;
        if matches!(value, 0xD800..=0xDBFF) {
            self.high = Some(value);
            return None;
        }
        Some(char::from_u32(value.into()).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

/// Where the first control character is. Eight bytes at a time: one by one took a tenth of an autosave
/// whose pictures came in large pieces, measured.
fn first_control(part: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let has_control = |word: u64| word.wrapping_sub(ONES * 0x20) & !word & (ONES * 0x80) != 0;
    let (words, _) = part.as_chunks();
    let clean = words
        .iter()
        .position(|word| has_control(u64::from_ne_bytes(*word)))
        .unwrap_or(words.len());
    let clean = clean * 8;
    part[clean..]
        .iter()
        .position(|&byte| byte < 0x20)
        .map(|position| clean + position)
}

fn short_escape(byte: u8) -> Result<char, BodyError> {
    match byte {
        b'"' | b'\\' | b'/' => Ok(byte.into()),
        b'b' => Ok('\u{8}'),
        b'f' => Ok('\u{c}'),
        b'n' => Ok('\n'),
        b'r' => Ok('\r'),
        b't' => Ok('\t'),
        _ => Err(BodyError::Malformed),
    }
}

/// Checks the encoding of a text that is cut anywhere.
#[derive(Default)]
struct Utf8 {
    /// The bytes of a character that has not ended.
    begun: Vec<u8>,
}

impl Utf8 {
    fn check(&mut self, mut bytes: &[u8]) -> Result<(), BodyError> {
        while let (false, Some((&byte, rest))) = (self.begun.is_empty(), bytes.split_first()) {
            self.begun.push(byte);
            bytes = rest;
            match std::str::from_utf8(&self.begun) {
                Ok(_) => self.begun.clear(),
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return Err(BodyError::InvalidUtf8),
            }
        }
        match std::str::from_utf8(bytes) {
            Ok(_) => {}
            Err(error) if error.error_len().is_none() => {
                self.begun.extend_from_slice(&bytes[error.valid_up_to()..]);
            }
            Err(_) => return Err(BodyError::InvalidUtf8),
        }
        Ok(())
    }

    /// No character may be open here.
    fn end(&self) -> Result<(), BodyError> {
        if self.begun.is_empty() {
            Ok(())
        } else {
            Err(BodyError::InvalidUtf8)
        }
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
