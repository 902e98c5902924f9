//! From bytes to messages: heads, masks, fragments, control frames in between.
//!
//! Takes bytes as they come, in any pieces, and keeps only what is unfinished. Whether an unfinished message may be kept
//! is asked before its payload is taken; whatever must not be kept is counted and dropped.

use std::mem;
use std::ops::ControlFlow;

use crate::code;
use crate::frame::{BINARY, CLOSE, LONGEST_CONTROL, PING, PONG, TEXT};

const CONTINUATION: u8 = 0;
/// The longest head: two bytes, eight of length, four of the mask.
const LONGEST_HEAD: usize = 14;
/// A message that is dropped is read to its end, unless it is longer than this.
const LONGEST_SKIPPED: u64 = 64 * 1024 * 1024;

/// What has come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A part of a message begins that has to be kept until the rest has come: room for this many bytes is needed for
    /// the message in all. Nothing more is decoded until [`Decoder::keep`] or [`Decoder::skip`].
    Begins(u64),
    /// A whole message; valid UTF-8.
    Text(Vec<u8>),
    /// A message of so many bytes was dropped.
    Skipped(u64, Why),
    /// Must be answered with its payload.
    Ping(Vec<u8>),
    /// An answer to a ping.
    Pong,
    /// The other end closes, with this code if it says one.
    Close(Option<u16>),
}

/// Why a message was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    TooLong,
    NoRoom,
    Binary,
}

/// The other end broke the protocol, and is to be closed with this code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Broken(pub(crate) u16, pub(crate) &'static str);

const fn broken(why: &'static str) -> Broken {
    Broken(code::PROTOCOL, why)
}

/// A frame whose head has been read.
#[derive(Debug)]
struct Payload {
    opcode: u8,
    is_last: bool,
    mask: [u8; 4],
    /// Bytes that are still to come.
    left: u64,
}

/// What becomes of the message under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fate {
    /// There is none.
    #[default]
    None,
    /// Its owner is being asked.
    Asked,
    Kept,
    Dropped(Why),
}

/// One socket's decoder.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    head: [u8; LONGEST_HEAD],
    head_len: u8,
    fate: Fate,
    payload: Option<Payload>,
    /// The message so far.
    message: Vec<u8>,
    /// The bytes that it may have.
    room: u64,
    /// The bytes of it that were dropped.
    dropped: u64,
    /// An unfinished control frame.
    control: Vec<u8>,
}

impl Decoder {
    /// The owner has room for the message that [`Event::Begins`] told of.
    pub(crate) fn keep(&mut self) {
        self.fate = Fate::Kept;
        let more = self.room.saturating_sub(self.message.len() as u64);
        // As much as there is room taken for, and no more.
        self.message
            .reserve_exact(usize::try_from(more).unwrap_or_default());
    }

    /// It has not: the rest of the message is dropped, and what has come of it.
    pub(crate) fn skip(&mut self) {
        self.drop_message(Why::NoRoom);
    }

    /// Takes from `input` until something has come of it, or all of it is taken. Messages longer than `longest` are
    /// dropped; one that has come whole and is no longer than `small` is not asked about.
    pub(crate) fn decode(
        &mut self,
        input: &mut &[u8],
        longest: u64,
        small: u64,
    ) -> Result<Option<Event>, Broken> {
        loop {
            if self.payload.is_none() {
                if !self.take_head(input) {
                    return Ok(None);
                }
                if let Some(event) = self.begin(input.len() as u64, longest, small)? {
                    return Ok(Some(event));
                }
            }
            if let ControlFlow::Break(event) = self.take_payload(input)? {
                return Ok(event);
            }
        }
    }

    /// Reads bytes of the head; true when all of it is there.
    fn take_head(&mut self, input: &mut &[u8]) -> bool {
        loop {
            let have = usize::from(self.head_len);
            let need = match self.head[1] & 0x7f {
                _ if have < 2 => 2,
                126 => 8,
                127 => LONGEST_HEAD,
                _ => 6,
            };
            let missing = need - have.min(need);
            if missing == 0 {
                return true;
            }
            if input.is_empty() {
                return false;
            }
            let (taken, rest) = input.split_at(missing.min(input.len()));
            self.head[have..have + taken.len()].copy_from_slice(taken);
            self.head_len += u8::try_from(taken.len()).expect("a head is short");
            *input = rest;
            // A client that does not mask is told so before its length is believed.
            if self.head_len == 2 && self.head[1] & 0x80 == 0 {
                return true;
            }
        }
    }

    /// Judges a head that is complete; `here` bytes have come behind it.
    fn begin(&mut self, here: u64, longest: u64, small: u64) -> Result<Option<Event>, Broken> {
        let [first, second, ..] = self.head;
        self.head_len = 0;
        if first & 0x70 != 0 {
            return Err(broken("extension bits"));
        }
        if second & 0x80 == 0 {
            return Err(broken("a frame without a mask"));
        }
        let (length, mask_at) = self.length(second & 0x7f)?;
        let mut mask = [0; 4];
        mask.copy_from_slice(&self.head[mask_at..mask_at + 4]);
        let payload = Payload {
            opcode: first & 0x0f,
            is_last: first & 0x80 != 0,
            mask,
            left: length,
        };
        let is_whole = payload.is_last && length <= here;
        let opcode = payload.opcode;
        match opcode {
            CLOSE | PING | PONG => {
                if !payload.is_last || length > LONGEST_CONTROL as u64 {
                    return Err(broken("a control frame in parts, or a long one"));
                }
                self.payload = Some(payload);
                return Ok(None);
            }
            CONTINUATION if self.fate == Fate::None => return Err(broken("a continuation of nothing")),
            TEXT | BINARY if self.fate != Fate::None => return Err(broken("a message inside a message")),
            CONTINUATION | TEXT | BINARY => self.payload = Some(payload),
            _ => return Err(broken("an unknown kind of frame")),
        }
        Ok(self.judge(opcode, length, is_whole, longest, small))
    }

    /// What becomes of a message of which a part of `length` bytes begins.
    fn judge(&mut self, opcode: u8, length: u64, is_whole: bool, longest: u64, small: u64) -> Option<Event> {
        if opcode == BINARY {
            self.drop_message(Why::Binary);
        }
        if matches!(self.fate, Fate::Dropped(_)) {
            return None;
        }
        let total = (self.message.len() as u64).saturating_add(length);
        if total > longest {
            self.drop_message(Why::TooLong);
            return None;
        }
        if total <= self.room {
            self.fate = Fate::Kept;
            return None;
        }
        // A message in many parts asks for more than it needs: every time that its buffer grows it is copied.
        let ahead = if opcode == CONTINUATION { total / 4 } else { 0 };
        self.room = (total + ahead).min(longest);
        if is_whole && opcode == TEXT && total <= small {
            self.keep();
            return None;
        }
        self.fate = Fate::Asked;
        Some(Event::Begins(self.room))
    }

    fn drop_message(&mut self, why: Why) {
        self.fate = Fate::Dropped(why);
        self.room = 0;
        self.dropped = mem::take(&mut self.message).len() as u64;
    }

    /// The length of the payload, and where the mask stands.
    fn length(&self, short: u8) -> Result<(u64, usize), Broken> {
        let (length, mask_at) = match short {
            126 => (u64::from(u16::from_be_bytes([self.head[2], self.head[3]])), 4),
            127 => {
                let mut long = [0; 8];
                long.copy_from_slice(&self.head[2..10]);
                (u64::from_be_bytes(long), 10)
            }
            short => (u64::from(short), 2),
        };
        // The most significant bit must be 0, and a short length must not be written long.
        if length >> 63 != 0 || (short == 126 && length < 126) || (short == 127 && length < 65_536) {
            return Err(broken("a length that is not written as it should be"));
        }
        Ok((length, mask_at))
    }

    /// Takes bytes of the payload. Breaks with an event when the frame makes one, with none when more has to come.
    fn take_payload(&mut self, input: &mut &[u8]) -> Result<ControlFlow<Option<Event>>, Broken> {
        let Some(payload) = &mut self.payload else {
            return Ok(ControlFlow::Continue(()));
        };
        let is_control = payload.opcode >= CLOSE;
        if !is_control && self.fate == Fate::Asked {
            return Ok(ControlFlow::Break(None));
        }
        let here = usize::try_from(payload.left)
            .unwrap_or(usize::MAX)
            .min(input.len());
        let (part, rest) = input.split_at(here);
        *input = rest;
        payload.left -= here as u64;
        if is_control {
            unmask_into(&mut self.control, part, &mut payload.mask);
        } else if self.fate == Fate::Kept {
            unmask_into(&mut self.message, part, &mut payload.mask);
        } else {
            self.dropped += here as u64;
            if self.dropped > LONGEST_SKIPPED {
                return Err(Broken(code::TOO_LONG, "too long even to be dropped"));
            }
        }
        if payload.left > 0 {
            return Ok(ControlFlow::Break(None));
        }
        let (opcode, is_last) = (payload.opcode, payload.is_last);
        self.payload = None;
        if is_control {
            let control = mem::take(&mut self.control);
            return control_event(opcode, control).map(|event| ControlFlow::Break(Some(event)));
        }
        if !is_last {
            return Ok(ControlFlow::Continue(()));
        }
        self.finish().map(|event| ControlFlow::Break(Some(event)))
    }

    /// The message that has come whole.
    fn finish(&mut self) -> Result<Event, Broken> {
        let message = mem::take(&mut self.message);
        self.room = 0;
        if let Fate::Dropped(why) = mem::take(&mut self.fate) {
            return Ok(Event::Skipped(mem::take(&mut self.dropped), why));
        }
        if std::str::from_utf8(&message).is_err() {
            return Err(Broken(code::NOT_UTF8, "a text that is no UTF-8"));
        }
        Ok(Event::Text(message))
    }
}

fn control_event(opcode: u8, payload: Vec<u8>) -> Result<Event, Broken> {
    match opcode {
        PING => Ok(Event::Ping(payload)),
        PONG => Ok(Event::Pong),
        _ => match payload.as_slice() {
            [] => Ok(Event::Close(None)),
            [_] => Err(broken("half a code")),
            [high, low, reason @ ..] => {
                let code = u16::from_be_bytes([*high, *low]);
                if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
                    return Err(broken("a code that is never sent"));
                }
                if std::str::from_utf8(reason).is_err() {
                    return Err(Broken(code::NOT_UTF8, "a reason that is no UTF-8"));
                }
                Ok(Event::Close(Some(code)))
            }
        },
    }
}

/// Appends `part` without its mask, and turns the mask to where the next part begins.
fn unmask_into(kept: &mut Vec<u8>, part: &[u8], mask: &mut [u8; 4]) {
    let start = kept.len();
    kept.extend_from_slice(part);
    let word = u32::from_ne_bytes(*mask);
    let mut words = kept[start..].chunks_exact_mut(4);
    for bytes in &mut words {
        let mut masked = [0; 4];
        masked.copy_from_slice(bytes);
        bytes.copy_from_slice(&(u32::from_ne_bytes(masked) ^ word).to_ne_bytes());
    }
    for (byte, key) in words.into_remainder().iter_mut().zip(*mask) {
        *byte ^= key;
    }
    mask.rotate_left(part.len() % 4);
}

#[cfg(test)]
mod tests;
