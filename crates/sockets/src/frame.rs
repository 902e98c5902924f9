//! Frames on their way out.

use bytes::Bytes;

pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

const FIN: u8 = 0x80;
/// The longest head of a frame from a server: two bytes and eight of length.
const LONGEST_HEAD: usize = 10;
/// The longest payload of a control frame.
pub(crate) const LONGEST_CONTROL: usize = 125;

/// A whole frame as it goes out, its head included. Cheap to clone; clones share the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame(Bytes);

impl Frame {
    /// A message of text.
    ///
    /// ```
    /// let frame = sockets::Frame::text(r#"{"type":"pong"}"#);
    /// assert_eq!(frame.payload(), br#"{"type":"pong"}"#);
    /// ```
    pub fn text(text: impl AsRef<str>) -> Self {
        let text = text.as_ref().as_bytes();
        Self::write(text.len(), |buffer| buffer.extend_from_slice(text))
    }

    /// A message of text that `write` appends to the buffer, which may have something in it already; it must be UTF-8.
    /// `about` is how many bytes are expected: as many are allocated at first.
    pub fn write(about: usize, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        Self::of(TEXT, about, write)
    }

    /// Several frames in one piece, to be sent and nothing else: they go out together, however many they are.
    pub fn joined(frames: &[Self]) -> Self {
        let parts: Vec<&[u8]> = frames.iter().map(Self::as_bytes).collect();
        Self(Bytes::from(parts.concat()))
    }

    /// A question whether the other end lives.
    pub fn ping() -> Self {
        Self(Bytes::from_static(&[FIN | PING, 0]))
    }

    /// The answer to a ping, with its payload: at most 125 bytes, the rest is left out.
    pub(crate) fn pong(payload: &[u8]) -> Self {
        Self::control(PONG, payload)
    }

    /// The end. Of a reason at most 123 bytes are sent, up to the end of a character.
    pub(crate) fn close(code: u16, reason: &str) -> Self {
        let longest = LONGEST_CONTROL - size_of::<u16>();
        let end = (0..=reason.len().min(longest))
            .rev()
            .find(|end| reason.is_char_boundary(*end))
            .unwrap_or_default();
        let payload = [&code.to_be_bytes(), &reason.as_bytes()[..end]].concat();
        Self::control(CLOSE, &payload)
    }

    fn control(opcode: u8, payload: &[u8]) -> Self {
        let payload = &payload[..payload.len().min(LONGEST_CONTROL)];
        Self::of(opcode, payload.len(), |buffer| buffer.extend_from_slice(payload))
    }

    /// Room for the longest head is left in front, and what the head does not need of it is cut off.
    fn of(opcode: u8, about: usize, write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut buffer = Vec::with_capacity(LONGEST_HEAD + about);
        buffer.resize(LONGEST_HEAD, 0);
        write(&mut buffer);
        let length = buffer.len() - LONGEST_HEAD;
        let (head, used) = head(opcode, length);
        let start = LONGEST_HEAD - used;
        buffer[start..LONGEST_HEAD].copy_from_slice(&head[..used]);
        Self(Bytes::from(buffer).slice(start..))
    }

    /// The frame that these bytes are; nothing when they are not one whole unfragmented text frame of a server. For
    /// what another server has made and sent as [`Frame::into_bytes`].
    pub fn from_bytes(bytes: Bytes) -> Option<Self> {
        let payload = bytes.get(head_size(*bytes.get(1)?)..)?;
        let (head, used) = head(TEXT, payload.len());
        bytes.starts_with(&head[..used]).then_some(Self(bytes))
    }

    /// All of the frame.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// All of the frame, shared.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }

    /// What it carries.
    pub fn payload(&self) -> &[u8] {
        let head = self.0.get(1).map_or(0, |length| head_size(*length));
        self.0.get(head..).unwrap_or_default()
    }

    /// Bytes on the wire, at least 2.
    #[expect(clippy::len_without_is_empty, reason = "a frame is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// The head for a payload, and how many bytes of it are used.
fn head(opcode: u8, length: usize) -> ([u8; LONGEST_HEAD], usize) {
    let mut head = [0; LONGEST_HEAD];
    head[0] = FIN | opcode;
    if let Ok(short) = u8::try_from(length)
        && short < 126
    {
        head[1] = short;
        return (head, 2);
    }
    if let Ok(medium) = u16::try_from(length) {
        head[1] = 126;
        head[2..4].copy_from_slice(&medium.to_be_bytes());
        return (head, 4);
    }
    head[1] = 127;
    head[2..].copy_from_slice(&(length as u64).to_be_bytes());
    (head, LONGEST_HEAD)
}

/// The size of an unmasked head by its second byte.
fn head_size(length: u8) -> usize {
    match length {
        126 => 4,
        127 => LONGEST_HEAD,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_length_has_its_head() {
        for (length, head) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let text = "a".repeat(length);
            let frame = Frame::text(&text);
            assert_eq!(frame.len(), length + head);
            assert_eq!(frame.payload(), text.as_bytes());
            let bytes = frame.clone().into_bytes();
            assert_eq!(Frame::from_bytes(bytes.clone()), Some(frame));
            assert_eq!(Frame::from_bytes(bytes.slice(..bytes.len() - 1)), None);
        }
        assert_eq!(Frame::text("hi").as_bytes(), [0x81, 2, b'h', b'i']);
    }

    #[test]
    fn only_one_whole_text_is_a_frame_of_another_server() {
        for bytes in [
            &[][..],
            &[0x81],
            &[0x81, 1],
            &[0x01, 0],
            &[0x88, 0],
            &[0x81, 126, 0, 1, b'a'],
            &[0x81, 0x80, 0, 0, 0, 0],
            &[0x81, 0, 0x81, 0],
        ] {
            assert_eq!(
                Frame::from_bytes(Bytes::copy_from_slice(bytes)),
                None,
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn a_reason_is_cut_between_characters() {
        let frame = Frame::close(1013, &"ä".repeat(100));
        let reason = std::str::from_utf8(&frame.payload()[2..]).unwrap();
        assert_eq!(reason, "ä".repeat(61));
        assert_eq!(frame.payload()[..2], 1013_u16.to_be_bytes());
    }
}
