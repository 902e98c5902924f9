//! Pictures as data URLs: `data:image/png;base64,…`.
//!
//! Only what decodes strictly is taken for a picture: the standard alphabet, canonical padding and trailing bits, no
//! white space, and bytes that are what the URL says they are. So encoding the bytes again gives the exact text back.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::{NO_PAD, STANDARD};

use super::reference::{PictureId, Reference};

/// Works on whole groups: three bytes, four characters. The processor's wide instructions make it five to six times as
/// fast, measured; only the last group, which may need padding, goes the plain way.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static GROUPS: LazyLock<base64::engine::Simd> = LazyLock::new(|| base64::engine::Simd::standard(NO_PAD));
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static GROUPS: LazyLock<base64::engine::GeneralPurpose> =
    LazyLock::new(|| base64::engine::GeneralPurpose::new(&base64::alphabet::STANDARD, NO_PAD));

/// The longest base64 of one picture, in characters.
pub(super) const LONGEST_BASE64: usize = 4 * 1024 * 1024;

/// Bytes of a picture that are hashed at once. BLAKE3 works on sixteen pieces of 1 KiB side by side; what arrives at once is
/// too little for that, and hashing it as it came took two and a half times as long, measured.
const HASHED_AT_ONCE: usize = 64 * 1024;

/// What most drawings have room in: one that grows from nothing is copied again and again.
const ORDINARY: usize = 64 * 1024;

/// The kinds of picture that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Png,
    Jpeg,
    Webp,
    Gif,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Webp, Self::Gif];

    /// The name in the database and after `image/`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            Self::Gif => "gif",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The media type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    /// The ending of a file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            other => other.name(),
        }
    }

    /// What a data URL of this kind begins with, up to its base64.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Png => "data:image/png;base64,",
            Self::Jpeg => "data:image/jpeg;base64,",
            Self::Webp => "data:image/webp;base64,",
            Self::Gif => "data:image/gif;base64,",
        }
    }

    /// What the first bytes of a picture (12 are enough) say it is.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        if bytes.starts_with(b"\xff\xd8\xff") {
            return Some(Self::Jpeg);
        }
        if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            return Some(Self::Gif);
        }
        let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
        is_webp.then_some(Self::Webp)
    }

    /// Its letter in a reference.
    pub(super) fn letter(self) -> &'static str {
        &self.name()[..1]
    }
}

/// One picture that was taken out of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// What its bytes say it is.
    pub kind: Kind,
    /// The hash of its bytes.
    pub id: PictureId,
    /// The decoded bytes, at most 3 MiB.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// The picture of a data URL that stands alone; nothing when it does not decode strictly or is too long.
    pub fn of_data_url(url: &str) -> Option<Self> {
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| url.starts_with(kind.prefix()))?;
        let base64 = &url[kind.prefix().len()..];
        if base64.len() > LONGEST_BASE64 {
            return None;
        }
        let bytes = STANDARD.decode(base64).ok()?;
        let id = PictureId::of(&bytes);
        (Kind::sniff(&bytes) == Some(kind)).then_some(Self { kind, id, bytes })
    }

    /// What stands for the picture in a text.
    pub fn reference(&self) -> Reference {
        let bytes = u32::try_from(self.bytes.len()).expect("a picture has at most 3 MiB");
        Reference {
            kind: self.kind,
            id: self.id,
            bytes,
        }
    }
}

/// Appends the base64 of `bytes`. Pieces of a picture can be encoded one by one when all but the last have a length
/// that is a multiple of 3.
pub fn append_base64(bytes: &[u8], out: &mut Vec<u8>) {
    const ROOM: &str = "there is room for four characters for each three bytes";
    let start = out.len();
    grow(out, bytes.len().div_ceil(3) * 4);
    let (groups, last) = bytes.split_at(bytes.len() / 3 * 3);
    let written = GROUPS.encode_slice(groups, &mut out[start..]).expect(ROOM);
    STANDARD
        .encode_slice(last, &mut out[start + written..])
        .expect(ROOM);
}

/// Appends so many zeros. `Vec::resize` writes them one by one where the program is built for size: a tenth of an autosave,
/// measured.
fn grow(bytes: &mut Vec<u8>, by: usize) {
    const ZEROS: [u8; 4096] = [0; 4096];
    let long = bytes.len() + by;
    bytes.reserve(by);
    while bytes.len() < long {
        let missing = (long - bytes.len()).min(ZEROS.len());
        bytes.extend_from_slice(&ZEROS[..missing]);
    }
}

/// Appends what whole groups of base64 stand for; false, with anything appended, when they are none.
fn append_decoded(groups: &[u8], bytes: &mut Vec<u8>) -> bool {
    let start = bytes.len();
    grow(bytes, groups.len() / 4 * 3);
    GROUPS.decode_slice(groups, &mut bytes[start..]).is_ok()
}

/// How far the beginning of a data URL has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    /// It may become one.
    Partial,
    /// The base64 of such a picture follows.
    Whole(Kind),
    /// It is something else.
    Foreign,
}

impl Prefix {
    /// Judges a text that has been read byte by byte.
    pub(super) fn of(text: &[u8]) -> Self {
        let Some(kind) = Kind::ALL
            .into_iter()
            .find(|kind| kind.prefix().as_bytes().starts_with(text))
        else {
            return Self::Foreign;
        };
        if kind.prefix().len() == text.len() {
            Self::Whole(kind)
        } else {
            Self::Partial
        }
    }
}

/// Why a decoder stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// This is not the base64 of such a picture; what was taken before can be had back as text.
    NotAPicture,
    /// It is longer than a picture may be.
    TooLong,
}

/// Decodes and hashes the base64 of one picture as it arrives.
pub(super) struct Decoder {
    kind: Kind,
    bytes: Vec<u8>,
    hasher: blake3::Hasher,
    /// How many of the bytes have been hashed.
    hashed: usize,
    /// The last one to four characters are held back: only they may hold padding.
    tail: [u8; 4],
    tail_len: usize,
}

impl Decoder {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            bytes: Vec::with_capacity(ORDINARY),
            hasher: blake3::Hasher::new(),
            hashed: 0,
            tail: [0; 4],
            tail_len: 0,
        }
    }

    /// The bytes that are held now.
    pub(super) fn held(&self) -> usize {
        self.bytes.len() + self.tail_len
    }

    /// Takes all of `text`, or stops and takes nothing of it.
    pub(super) fn push(&mut self, text: &[u8]) -> Result<(), Stop> {
        if self.bytes.len() / 3 * 4 + self.tail_len + text.len() > LONGEST_BASE64 {
            return Err(Stop::TooLong);
        }
        if self.tail_len + text.len() <= self.tail.len() {
            may_be_held_back(text)?;
            self.tail[self.tail_len..][..text.len()].copy_from_slice(text);
            self.tail_len += text.len();
            return Ok(());
        }
        let (fill, rest) = text.split_at(4 - self.tail_len);
        let (whole, tail) = rest.split_at((rest.len() - 1) / 4 * 4);
        self.tail[self.tail_len..][..fill.len()].copy_from_slice(fill);
        let group = self.tail_len + fill.len();
        let before = self.bytes.len();
        may_be_held_back(tail)?;
        if !self.decode(group, whole) {
            self.bytes.truncate(before);
            return Err(Stop::NotAPicture);
        }
        if self.bytes.len() - self.hashed >= HASHED_AT_ONCE {
            self.hash();
        }
        self.tail[..tail.len()].copy_from_slice(tail);
        self.tail_len = tail.len();
        Ok(())
    }

    fn hash(&mut self) {
        self.hasher.update(&self.bytes[self.hashed..]);
        self.hashed = self.bytes.len();
    }

    /// Decodes the held back group and the whole groups after it.
    fn decode(&mut self, group: usize, whole: &[u8]) -> bool {
        append_decoded(&self.tail[..group], &mut self.bytes)
            && append_decoded(whole, &mut self.bytes)
            // A wrong label is noticed early, before megabytes are decoded for nothing.
            && (self.bytes.len() < 12 || Kind::sniff(&self.bytes) == Some(self.kind))
    }

    /// The picture, if the text ended where a picture ends.
    pub(super) fn finish(mut self: Box<Self>) -> Result<Picture, Box<Self>> {
        let before = self.bytes.len();
        let decoded = STANDARD
            .decode_vec(&self.tail[..self.tail_len], &mut self.bytes)
            .is_ok();
        if !decoded || Kind::sniff(&self.bytes) != Some(self.kind) {
            self.bytes.truncate(before);
            return Err(self);
        }
        self.hash();
        self.bytes.shrink_to_fit();
        Ok(Picture {
            kind: self.kind,
            id: self.hasher.finalize().into(),
            bytes: self.bytes,
        })
    }

    /// Appends the characters that were taken, exactly as they came.
    pub(super) fn give_back(self, out: &mut Vec<u8>) {
        append_base64(&self.bytes, out);
        out.extend_from_slice(&self.tail[..self.tail_len]);
    }
}

/// Only base64 is held back, so that what is given back needs no second look.
fn may_be_held_back(text: &[u8]) -> Result<(), Stop> {
    let is_base64 = text
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    if is_base64 { Ok(()) } else { Err(Stop::NotAPicture) }
}

#[cfg(test)]
#[path = "data_url_tests.rs"]
mod tests;
