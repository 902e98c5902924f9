use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::super::samples::{bytes_of, data_url, seeded, small};
use super::*;

/// What the decoder makes of base64 that arrives in these parts.
fn decode(kind: Kind, parts: &[&[u8]]) -> Result<Picture, Vec<u8>> {
    let mut decoder = Box::new(Decoder::new(kind));
    for (number, part) in parts.iter().enumerate() {
        if decoder.push(part).is_err() {
            let mut text = Vec::new();
            decoder.give_back(&mut text);
            text.extend(parts[number..].concat());
            return Err(text);
        }
    }
    decoder.finish().map_err(|decoder| {
        let mut text = Vec::new();
        decoder.give_back(&mut text);
        text
    })
}

#[test]
fn only_strict_base64_is_a_picture() {
    let png = STANDARD.encode(bytes_of(Kind::Png, 40));
    assert!(png.ends_with("=="), "40 bytes need padding of two");
    let unpadded = png.trim_end_matches('=');
    let mut trailing_bits = unpadded.to_owned();
    trailing_bits.pop();
    let cases = [
        (png.clone(), true),
        (unpadded.to_owned(), false),
        (format!("{unpadded}="), false),
        (format!("{png}="), false),
        (format!("{png}{png}"), false),
        (format!("{trailing_bits}/=="), false),
        (format!("{}\n{}", &png[..20], &png[20..]), false),
        (format!(" {png}"), false),
        (format!("{png} "), false),
        (png.replace('/', "_"), !png.contains('/')),
        (String::new(), false),
        ("AAAA".to_owned(), false),
    ];
    for (text, is_picture) in cases {
        let decoded = decode(Kind::Png, &[text.as_bytes()]);
        assert_eq!(decoded.is_ok(), is_picture, "{text:?}");
        if let Err(given_back) = decoded {
            assert_eq!(given_back, text.as_bytes());
        }
    }
}

#[test]
fn the_bytes_must_be_what_the_label_says() {
    for label in Kind::ALL {
        for kind in Kind::ALL {
            for len in [4, 11, 12, 13, 40, 5000] {
                let bytes = bytes_of(kind, len);
                let base64 = STANDARD.encode(&bytes);
                let decoded = decode(label, &[base64.as_bytes()]);
                assert_eq!(
                    decoded.is_ok(),
                    label == kind,
                    "{kind:?} of {len} labelled {label:?}"
                );
            }
        }
    }
}

#[test]
fn a_wrong_label_is_noticed_before_the_end() {
    let base64 = STANDARD.encode(bytes_of(Kind::Gif, 300));
    let mut decoder = Box::new(Decoder::new(Kind::Png));
    assert_eq!(decoder.push(&base64.as_bytes()[..40]), Err(Stop::NotAPicture));
}

#[test]
fn a_picture_knows_its_kind_hash_and_size() {
    let bytes = bytes_of(Kind::Gif, 100);
    let url = data_url(Kind::Gif, &bytes);
    let picture = decode(Kind::Gif, &[&url.as_bytes()[Kind::Gif.prefix().len()..]]).unwrap();
    assert_eq!(picture.id, PictureId::of(&bytes));
    assert_eq!(picture.id.to_string(), blake3::hash(&bytes).to_hex().as_str());
    assert_eq!(picture.reference().data_url_len(), url.len() as u64);
    assert_eq!(
        Reference::parse(&picture.reference().to_string()),
        Some(picture.reference())
    );
    assert_eq!(picture.bytes, bytes);
}

#[test]
fn names_lead_back_to_their_kinds() {
    for kind in Kind::ALL {
        assert_eq!(Kind::named(kind.name()), Some(kind));
        assert_eq!(kind.prefix(), format!("data:{};base64,", kind.mime()));
        assert!(small(kind).starts_with(kind.prefix()));
    }
    assert_eq!(Kind::named("svg+xml"), None);
    assert_eq!(Kind::Jpeg.extension(), "jpg");
}

#[test]
fn an_id_has_one_spelling() {
    let id = PictureId::of(b"a picture").to_string();
    assert_eq!(id.parse::<PictureId>().map(|id| id.to_string()), Ok(id.clone()));
    for wrong in [
        id.to_uppercase(),
        id[1..].to_owned(),
        format!("{id}0"),
        "é".repeat(32),
        String::new(),
    ] {
        assert!(wrong.parse::<PictureId>().is_err(), "{wrong}");
    }
}

#[test]
fn a_picture_over_the_limit_is_refused() {
    let mut decoder = Box::new(Decoder::new(Kind::Png));
    let text = STANDARD.encode(bytes_of(Kind::Png, LONGEST_BASE64 / 4 * 3));
    assert_eq!(text.len(), LONGEST_BASE64);
    for part in text.as_bytes().chunks(65_536) {
        decoder.push(part).unwrap();
    }
    assert_eq!(decoder.push(b"A"), Err(Stop::TooLong));
    assert_eq!(decoder.finish().ok().unwrap().bytes.len(), 3 * 1024 * 1024);
}

proptest! {
    #![proptest_config(seeded(7))]

    #[test]
    fn parts_of_any_length_decode_as_the_whole_does(
        len in 0_usize..300,
        damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        sizes in prop::collection::vec(1_usize..9, 1..20),
    ) {
        let mut text = STANDARD.encode(bytes_of(Kind::Jpeg, len)).into_bytes();
        if let Some((place, byte)) = damage {
            let place = place.index(text.len());
            text[place] = byte;
        }
        let mut parts = Vec::new();
        let mut rest = text.as_slice();
        for size in sizes.iter().cycle() {
            if rest.is_empty() { break }
            let (part, after) = rest.split_at((*size).min(rest.len()));
            parts.push(part);
            rest = after;
        }
        let judged = STANDARD.decode(&text).ok().filter(|bytes| Kind::sniff(bytes) == Some(Kind::Jpeg));
        match (decode(Kind::Jpeg, &parts), judged) {
            (Ok(picture), Some(bytes)) => prop_assert_eq!(picture.bytes, bytes),
            (Err(given_back), None) => prop_assert_eq!(given_back, text),
            (ours, theirs) => prop_assert!(false, "{:?} against {:?}", ours.is_ok(), theirs.is_some()),
        }
    }
}
