//! Texts and pictures for the tests of this folder.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::{Kind, Picture, Segment, Skeleton, append_base64};

/// The same cases in every run.
pub(super) fn seeded(seed: u64) -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Bytes that begin as a picture of that kind does, `len` in all.
pub(super) fn bytes_of(kind: Kind, len: usize) -> Vec<u8> {
    let start: &[u8] = match kind {
        Kind::Png => b"\x89PNG\r\n\x1a\n",
        Kind::Jpeg => b"\xff\xd8\xff\xe0",
        Kind::Webp => b"RIFF\x10\x00\x00\x00WEBPVP8 ",
        Kind::Gif => b"GIF89a",
    };
    let noise = (0_u32..).map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes()[0]);
    start
        .iter()
        .copied()
        .chain(noise)
        .take(len.max(start.len()))
        .collect()
}

/// The data URL of these bytes under that label.
pub(super) fn data_url(kind: Kind, bytes: &[u8]) -> String {
    let mut url = kind.prefix().as_bytes().to_vec();
    append_base64(bytes, &mut url);
    String::from_utf8(url).unwrap()
}

/// A data URL of a small picture.
pub(super) fn small(kind: Kind) -> String {
    data_url(kind, &bytes_of(kind, 40))
}

/// The original text, put together from a skeleton and its pictures.
pub(super) fn join(skeleton: &Skeleton, pictures: &[Picture]) -> String {
    skeleton
        .segments()
        .map(|segment| match segment {
            Segment::Text(text) => text.to_owned(),
            Segment::Picture(reference) => {
                let picture = pictures
                    .iter()
                    .find(|picture| picture.reference() == reference)
                    .unwrap();
                data_url(picture.kind, &picture.bytes)
            }
        })
        .collect()
}

/// Texts made of everything that could confuse a splitter.
pub(super) fn nasty_text() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(Kind::ALL.to_vec());
    let whole = (kind.clone(), 0_usize..200).prop_map(|(kind, len)| data_url(kind, &bytes_of(kind, len)));
    let quoted = whole.clone().prop_map(|url| format!("\"{url}\""));
    let mislabelled = (kind.clone(), kind).prop_map(|(label, kind)| data_url(label, &bytes_of(kind, 30)));
    let fragments = [
        "\"",
        "\"",
        "\\",
        "\\\"",
        "\\/",
        ",",
        "=",
        "==",
        "A",
        "AB",
        "ABC",
        "data:",
        "data:image/png;base64,",
        "\"data:image/jpeg;base64,",
        "data:image/svg+xml;base64,",
        "\u{1}",
        "\u{1}\u{1}",
        "\0",
        "\n",
        " ",
        "é",
        "\u{1F98A}",
        "\u{FEFF}",
        "[{",
        "}]",
        "\\u0001",
    ];
    let forged = whole.clone().prop_map(|url| {
        let (skeleton, _) = Skeleton::split(&url).unwrap();
        skeleton.into_stored()
    });
    let part = prop_oneof![
        4 => prop::sample::select(fragments.to_vec()).prop_map(str::to_owned),
        2 => whole,
        3 => quoted,
        1 => mislabelled,
        1 => forged,
        1 => any::<String>(),
    ];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}
