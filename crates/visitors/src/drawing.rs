//! Drawings as the apps make them: PNGs of 500 × 500 pixels, about 60 KB, no two alike.
//!
//! All artists share the pixels of a few drawings; what makes each one different is a comment of fixed length near its
//! beginning. So a drawing costs 92 bytes of memory, and a class of thirty costs what one child does.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::http::Pieces;

const SIDE: u32 = 500;
/// Rows of noise: 60,000 bytes that do not compress, on white paper.
const NOISY_ROWS: usize = 40;
/// Drawings with pixels of their own.
const POOL: usize = 4;
/// The signature and the header chunk, which are the same in all of them.
const HEAD: usize = 8 + 25;
/// Its name, a zero, and sixteen digits; with its frame it keeps what follows on whole groups of base64.
const COMMENT: &[u8] = b"Comment\0";
const DIGITS: usize = 16;

/// The pixels that drawings are made of.
#[derive(Default)]
pub(crate) struct Pool {
    head: Vec<u8>,
    /// What follows the comment, as base64.
    tails: Vec<Bytes>,
}

impl Pool {
    /// Draws the pool of this seed.
    pub(crate) fn drawn(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let drawings: Vec<Vec<u8>> = (0..POOL).map(|_| encode(&mut rng)).collect();
        let tail = |drawing: &Vec<u8>| STANDARD.encode(&drawing[HEAD..]).into();
        Self {
            head: drawings[0][..HEAD].to_vec(),
            tails: drawings.iter().map(tail).collect(),
        }
    }

    /// Adds drawing `number` as a data URL; no other number has the same bytes.
    pub(crate) fn add(&self, number: u64, body: &mut Pieces) {
        let mut start = self.head.clone();
        start.extend(comment(number));
        body.push(format!("data:image/png;base64,{}", STANDARD.encode(start)));
        let pixels = usize::try_from(number % POOL as u64).expect("less than the pool");
        body.push(self.tails[pixels].clone());
    }
}

/// A PNG: noise on white paper.
fn encode(rng: &mut fastrand::Rng) -> Vec<u8> {
    let row = SIDE as usize * 3;
    let mut pixels = vec![0xff; row * SIDE as usize];
    rng.fill(&mut pixels[..NOISY_ROWS * row]);
    let mut drawing = Vec::new();
    let mut encoder = png::Encoder::new(&mut drawing, SIDE, SIDE);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&pixels));
    written.expect("memory takes everything, and the sizes fit");
    drawing
}

/// A text chunk with the number.
fn comment(number: u64) -> Vec<u8> {
    let mut named = b"tEXt".to_vec();
    named.extend(COMMENT);
    named.extend(format!("{number:0DIGITS$x}").into_bytes());
    let length = u32::try_from(named.len() - 4).expect("a short text");
    let mut chunk = length.to_be_bytes().to_vec();
    chunk.extend(&named);
    chunk.extend(crc(&named).to_be_bytes());
    chunk
}

/// The checksum of PNG's chunks (its specification, annex D), bit by bit: it is made of 28 bytes.
fn crc(bytes: &[u8]) -> u32 {
    let bit = |sum: u32, _| {
        if sum & 1 == 1 {
            0xedb8_8320 ^ (sum >> 1)
        } else {
            sum >> 1
        }
    };
    let byte = |sum: u32, &byte: &u8| (0..8).fold(sum ^ u32::from(byte), bit);
    !bytes.iter().fold(u32::MAX, byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(pool: &Pool, number: u64) -> Vec<u8> {
        let mut body = Pieces::default();
        pool.add(number, &mut body);
        let url = String::from_utf8(body.joined()).unwrap();
        STANDARD
            .decode(url.strip_prefix("data:image/png;base64,").unwrap())
            .unwrap()
    }

    #[test]
    fn a_drawing_is_a_png_of_about_60_kb() {
        let drawing = drawing(&Pool::drawn(7), 0x1234);
        assert!((60_000..66_000).contains(&drawing.len()), "{}", drawing.len());
        let mut reader = png::Decoder::new(std::io::Cursor::new(drawing))
            .read_info()
            .unwrap();
        let text = &reader.info().uncompressed_latin1_text[0];
        assert_eq!(
            (text.keyword.as_str(), text.text.as_str()),
            ("Comment", "0000000000001234")
        );
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((frame.width, frame.height), (500, 500));
    }

    #[test]
    fn drawings_differ_by_number_and_seed_alone() {
        let (one, same, other) = (Pool::drawn(7), Pool::drawn(7), Pool::drawn(8));
        assert_eq!(drawing(&one, 3), drawing(&same, 3));
        assert_ne!(drawing(&one, 3), drawing(&other, 3));
        assert_ne!(drawing(&one, 3), drawing(&one, 3 + POOL as u64));
    }
}
