//! The name of a picture and the reference that stands for it in a text.

use std::fmt;
use std::str::FromStr;

use super::data_url::Kind;

/// Begins a reference in a skeleton. A literal one in the original text is doubled, so the two cannot be confused.
pub(super) const MARK: char = '\u{1}';

/// Digits of a hash, and of a length, in a reference.
const HASH_DIGITS: usize = 64;
const LENGTH_DIGITS: usize = 8;

/// The BLAKE3 of a picture's bytes; shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureId([u8; 32]);

impl PictureId {
    /// The id of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        blake3::hash(bytes).into()
    }
}

impl From<blake3::Hash> for PictureId {
    fn from(hash: blake3::Hash) -> Self {
        Self(hash.into())
    }
}

impl fmt::Display for PictureId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&blake3::Hash::from(self.0).to_hex())
    }
}

impl fmt::Debug for PictureId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl FromStr for PictureId {
    type Err = NotAnId;

    /// Reads what `Display` writes and nothing else: a picture has one address.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(NotAnId);
        }
        blake3::Hash::from_hex(text).map(Self::from).map_err(|_| NotAnId)
    }
}

/// Stands in a skeleton for the data URL of one picture.
///
/// Written as the mark, a letter for the kind, the 64 digits of the id and the picture's size as 8 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What the picture is.
    pub kind: Kind,
    /// The hash of its bytes.
    pub id: PictureId,
    /// Its size in bytes.
    pub bytes: u32,
}

impl Reference {
    /// The characters of the picture's base64.
    pub fn base64_len(&self) -> u64 {
        u64::from(self.bytes).div_ceil(3) * 4
    }

    /// The characters of the picture's data URL.
    pub fn data_url_len(&self) -> u64 {
        self.kind.prefix().len() as u64 + self.base64_len()
    }

    /// Reads what `Display` writes: the whole text is one reference.
    pub fn parse(text: &str) -> Option<Self> {
        Self::after_mark(text.strip_prefix(MARK)?)
    }

    /// The reference that `text`, which follows a mark, begins with, and what comes after it.
    pub(super) fn begins(text: &str) -> Option<(Self, &str)> {
        let (own, rest) = text.split_at_checked(1 + HASH_DIGITS + LENGTH_DIGITS)?;
        Some((Self::after_mark(own)?, rest))
    }

    /// Reads a reference without its mark.
    pub(super) fn after_mark(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_at_checked(1)?;
        let (id, length) = rest.split_at_checked(HASH_DIGITS)?;
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if length.len() != LENGTH_DIGITS || !length.bytes().all(is_digit) {
            return None;
        }
        Some(Self {
            kind: Kind::ALL
                .into_iter()
                .find(|candidate| candidate.letter() == kind)?,
            id: id.parse().ok()?,
            bytes: u32::from_str_radix(length, 16).ok()?,
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{MARK}{}{}{:08x}",
            self.kind.letter(),
            self.id,
            self.bytes
        )
    }
}
