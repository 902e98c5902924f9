use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const LONGEST: u64 = 10_000;
const SMALL: u64 = 100;

/// A frame as a client sends it.
fn frame(opcode: u8, is_last: bool, mask: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![opcode | if is_last { 0x80 } else { 0 }];
    match payload.len() {
        short @ ..126 => bytes.push(0x80 | u8::try_from(short).unwrap()),
        medium @ ..65_536 => {
            bytes.push(0xfe);
            bytes.extend_from_slice(&u16::try_from(medium).unwrap().to_be_bytes());
        }
        long => {
            bytes.push(0xff);
            bytes.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&mask);
    bytes.extend(payload.iter().enumerate().map(|(at, byte)| byte ^ mask[at % 4]));
    bytes
}

fn text(payload: &str) -> Vec<u8> {
    frame(TEXT, true, [1, 2, 3, 4], payload.as_bytes())
}

/// All that comes of these pieces; every message is kept for which `has_room`.
fn decode(
    decoder: &mut Decoder,
    pieces: impl IntoIterator<Item = impl AsRef<[u8]>>,
    has_room: impl Fn(u64) -> bool,
) -> Result<Vec<Event>, Broken> {
    let mut events = Vec::new();
    for piece in pieces {
        let mut input = piece.as_ref();
        while let Some(event) = decoder.decode(&mut input, LONGEST, SMALL)? {
            match event {
                Event::Begins(bytes) if has_room(bytes) => decoder.keep(),
                Event::Begins(_) => decoder.skip(),
                event => events.push(event),
            }
        }
        assert!(input.is_empty(), "all of a piece is taken");
    }
    Ok(events)
}

fn decode_all(bytes: &[u8]) -> Result<Vec<Event>, Broken> {
    decode(&mut Decoder::default(), [bytes], |_| true)
}

/// A message, and how it is sent: where it is cut into frames, its mask, and whether a ping comes before each frame.
fn message() -> impl Strategy<Value = (String, Vec<usize>, [u8; 4], bool)> {
    let text = prop_oneof![".{0,40}", ".{100,400}"];
    (text, vec(0..400_usize, 0..4), any::<[u8; 4]>(), any::<bool>())
}

fn send(out: &mut Vec<u8>, expected: &mut Vec<Event>, sent: (String, Vec<usize>, [u8; 4], bool)) {
    let (text, mut cuts, mask, with_pings) = sent;
    let bytes = text.as_bytes();
    cuts.retain(|cut| *cut < bytes.len());
    cuts.sort_unstable();
    cuts.push(bytes.len());
    let mut start = 0;
    for (place, end) in cuts.iter().enumerate() {
        if with_pings {
            out.extend(frame(PING, true, mask, b"alive?"));
            expected.push(Event::Ping(b"alive?".to_vec()));
        }
        let opcode = if place == 0 { TEXT } else { CONTINUATION };
        out.extend(frame(opcode, place + 1 == cuts.len(), mask, &bytes[start..*end]));
        start = *end;
    }
    expected.push(Event::Text(text.into_bytes()));
}

proptest! {
    #[test]
    fn messages_come_as_they_were_sent_however_they_are_cut(
        messages in vec(message(), 1..6),
        piece in 1..700_usize,
    ) {
        let (mut bytes, mut expected) = (Vec::new(), Vec::new());
        for message in messages {
            send(&mut bytes, &mut expected, message);
        }
        let events = decode(&mut Decoder::default(), bytes.chunks(piece), |_| true);
        prop_assert_eq!(events, Ok(expected));
    }

    #[test]
    fn what_finds_no_room_is_dropped_and_the_rest_comes(
        messages in vec(message(), 1..6),
        piece in 1..50_usize,
    ) {
        let (mut bytes, mut expected) = (Vec::new(), Vec::new());
        for message in messages {
            send(&mut bytes, &mut expected, message);
        }
        let mut decoder = Decoder::default();
        let events = decode(&mut decoder, bytes.chunks(piece), |bytes| bytes < 60).unwrap();
        prop_assert_eq!(events.len(), expected.len());
        for (event, expected) in events.iter().zip(&expected) {
            match (event, expected) {
                (Event::Skipped(bytes, Why::NoRoom), Event::Text(text)) => {
                    prop_assert_eq!(*bytes, text.len() as u64);
                }
                (event, expected) => prop_assert_eq!(event, expected),
            }
        }
        prop_assert_eq!(decoder.message.capacity(), 0);
    }

    #[test]
    fn garbage_never_panics_and_is_never_kept_beyond_the_longest(bytes in vec(any::<u8>(), 0..2000), piece in 1..100_usize) {
        let mut decoder = Decoder::default();
        let _ = decode(&mut decoder, bytes.chunks(piece), |_| true);
        prop_assert!(decoder.message.capacity() as u64 <= LONGEST);
    }

    /// Of random bytes most are broken at once; of these the heads are whole.
    #[test]
    fn garbage_with_good_heads_neither(
        frames in vec((0..16_u8, any::<bool>(), any::<[u8; 4]>(), vec(any::<u8>(), 0..300)), 0..20),
        piece in 1..100_usize,
    ) {
        let bytes: Vec<u8> = frames
            .iter()
            .flat_map(|(opcode, is_last, mask, payload)| frame(*opcode, *is_last, *mask, payload))
            .collect();
        let mut decoder = Decoder::default();
        let _ = decode(&mut decoder, bytes.chunks(piece), |_| true);
        prop_assert!(decoder.message.capacity() as u64 <= LONGEST);
    }
}

#[test]
fn a_message_that_is_too_long_is_read_past() {
    let bytes = [
        frame(TEXT, true, [9; 4], &vec![b'a'; 20_000]),
        text("next"),
        frame(TEXT, false, [9; 4], &[b'a'; 9_000]),
        frame(PING, true, [9; 4], b""),
        frame(CONTINUATION, false, [9; 4], &[b'a'; 2_000]),
        frame(CONTINUATION, true, [9; 4], &[b'a'; 3]),
        text("last"),
    ];
    let events = decode(&mut Decoder::default(), bytes, |_| true);
    assert_eq!(
        events,
        Ok(vec![
            Event::Skipped(20_000, Why::TooLong),
            Event::Text(b"next".to_vec()),
            Event::Ping(Vec::new()),
            Event::Skipped(11_003, Why::TooLong),
            Event::Text(b"last".to_vec()),
        ])
    );
}

#[test]
fn an_announced_eternity_is_not_read() {
    let mut decoder = Decoder::default();
    let head = [&[0x81, 0xff][..], &(1_u64 << 62).to_be_bytes(), &[0; 4]].concat();
    assert_eq!(decode(&mut decoder, [head], |_| true), Ok(vec![]));
    let pieces = std::iter::repeat_n(vec![0; 1 << 20], 65);
    let broken = decode(&mut decoder, pieces, |_| true).unwrap_err();
    assert_eq!(broken.0, code::TOO_LONG);
}

#[test]
fn a_message_in_many_parts_asks_for_room_seldom() {
    let mut decoder = Decoder::default();
    let mut asked = Vec::new();
    let mut bytes = frame(TEXT, false, [0; 4], b"a");
    for place in 1..5_000 {
        bytes.extend(frame(CONTINUATION, place == 4_999, [0; 4], b"a"));
    }
    let mut input = bytes.as_slice();
    while let Some(event) = decoder.decode(&mut input, LONGEST, SMALL).unwrap() {
        match event {
            Event::Begins(bytes) => {
                asked.push(bytes);
                decoder.keep();
                assert!(decoder.message.capacity() as u64 <= bytes.max(8));
            }
            event => assert_eq!(event, Event::Text(vec![b'a'; 5_000])),
        }
    }
    assert!(asked.len() < 60, "{asked:?}");
}

#[test]
fn what_is_no_text_is_read_past() {
    let bytes = [frame(BINARY, true, [7; 4], &[0xff; 300]), text("next")].concat();
    assert_eq!(
        decode_all(&bytes),
        Ok(vec![
            Event::Skipped(300, Why::Binary),
            Event::Text(b"next".to_vec())
        ])
    );
}

#[test]
fn the_protocol_is_kept() {
    let mask = [1, 2, 3, 4];
    let long_head = |length: u8, bytes: &[u8]| [&[0x81, 0x80 | length][..], bytes, &mask].concat();
    let control = |payload: &[u8]| frame(CLOSE, true, mask, payload);
    for (bytes, code) in [
        (vec![0x81, 0], code::PROTOCOL),
        (vec![0xc1, 0x80, 0, 0, 0, 0], code::PROTOCOL),
        (frame(3, true, mask, b""), code::PROTOCOL),
        (frame(11, true, mask, b""), code::PROTOCOL),
        (frame(CONTINUATION, true, mask, b""), code::PROTOCOL),
        (frame(PING, false, mask, b""), code::PROTOCOL),
        (frame(PING, true, mask, &[0; 126]), code::PROTOCOL),
        (
            [frame(TEXT, false, mask, b"a"), text("b")].concat(),
            code::PROTOCOL,
        ),
        (long_head(126, &125_u16.to_be_bytes()), code::PROTOCOL),
        (long_head(127, &65_535_u64.to_be_bytes()), code::PROTOCOL),
        (long_head(127, &u64::MAX.to_be_bytes()), code::PROTOCOL),
        (control(&[3]), code::PROTOCOL),
        (control(&1005_u16.to_be_bytes()), code::PROTOCOL),
        (control(&[3, 0xe8, 0xff]), code::NOT_UTF8),
        (frame(TEXT, true, mask, &[0xff]), code::NOT_UTF8),
    ] {
        let broken = decode_all(&bytes).expect_err(&format!("{bytes:?}"));
        assert_eq!(broken.0, code, "{bytes:?}: {}", broken.1);
    }
    assert_eq!(decode_all(&control(&[])), Ok(vec![Event::Close(None)]));
    assert_eq!(
        decode_all(&control(&[3, 0xe8])),
        Ok(vec![Event::Close(Some(1000))])
    );
    assert_eq!(decode_all(&frame(PONG, true, mask, b"x")), Ok(vec![Event::Pong]));
}

#[test]
fn an_idle_decoder_is_small() {
    assert!(size_of::<Decoder>() <= 128, "{}", size_of::<Decoder>());
}
