use std::task::Waker;

use tokio::io::{AsyncReadExt, DuplexStream, duplex};

use super::*;
use crate::outboxes::Outboxes;

const MIB: u64 = 1024 * 1024;

fn write(outbox: &Outbox, stream: &mut DuplexStream) -> Outgoing {
    let mut context = Context::from_waker(Waker::noop());
    outbox.write(&mut context, stream, |_| {}).unwrap()
}

/// The payloads of the frames that go out now.
async fn taken(outbox: &Outbox) -> Vec<String> {
    let (mut ours, mut theirs) = duplex(usize::try_from(8 * MIB).unwrap());
    write(outbox, &mut ours);
    drop(ours);
    let mut bytes = Vec::new();
    theirs.read_to_end(&mut bytes).await.unwrap();
    payloads(&bytes)
}

fn payloads(mut bytes: &[u8]) -> Vec<String> {
    let mut payloads = Vec::new();
    while let [first, length, rest @ ..] = bytes {
        let (length, rest) = match *length {
            126 => (usize::from(u16::from_be_bytes([rest[0], rest[1]])), &rest[2..]),
            127 => (
                usize::try_from(u64::from_be_bytes(rest[..8].try_into().unwrap())).unwrap(),
                &rest[8..],
            ),
            length => (usize::from(length), rest),
        };
        let (payload, rest) = rest.split_at(length);
        payloads.push(match first & 0x0f {
            crate::frame::CLOSE => format!("close {}", u16::from_be_bytes([payload[0], payload[1]])),
            _ => String::from_utf8(payload.to_vec()).unwrap(),
        });
        bytes = rest;
    }
    payloads
}

fn text(text: &str) -> Frame {
    Frame::text(text)
}

fn large(bytes: u64) -> Frame {
    Frame::text("a".repeat(usize::try_from(bytes).unwrap()))
}

#[tokio::test]
async fn frames_go_in_their_order_and_a_newer_one_takes_out_an_older_one_of_its_key() {
    let outbox = Outboxes::new(32 * MIB).open();
    let cursor = Class::Ephemeral(7);
    outbox.push(text("cursor 1"), cursor).unwrap();
    outbox.push(text("draw"), Class::Durable).unwrap();
    outbox.push(text("other"), Class::Ephemeral(8)).unwrap();
    outbox.push(text("any"), Class::Ephemeral(0)).unwrap();
    outbox.push(text("any"), Class::Ephemeral(0)).unwrap();
    outbox.push(text("cursor 2"), cursor).unwrap();
    assert_eq!(taken(&outbox).await, ["draw", "other", "any", "any", "cursor 2"]);
}

#[tokio::test]
async fn what_has_begun_to_go_out_goes_to_its_end() {
    let outbox = Outboxes::new(32 * MIB).open();
    outbox.push(text("cursor 1"), Class::Ephemeral(7)).unwrap();
    let (mut ours, mut theirs) = duplex(4);
    write(&outbox, &mut ours);
    outbox.push(text("cursor 2"), Class::Ephemeral(7)).unwrap();
    for _ in 0..MOST_MESSAGES - 2 {
        outbox.push(text("draw"), Class::Durable).unwrap();
    }
    // The cursor that has not begun makes room for one; the one that has stays.
    outbox.push(text("draw"), Class::Durable).unwrap();
    assert_eq!(outbox.push(text("draw"), Class::Durable), Err(Full));
    let mut bytes = vec![0; 4];
    theirs.read_exact(&mut bytes).await.unwrap();
    assert_eq!(write(&outbox, &mut ours), Outgoing::Closing);
    while bytes.len() < 10 + 32 {
        let mut more = [0; 64];
        let read = theirs.read(&mut more).await.unwrap();
        bytes.extend_from_slice(&more[..read]);
        if write(&outbox, &mut ours) == Outgoing::Closed {
            drop(ours);
            theirs.read_to_end(&mut bytes).await.unwrap();
            break;
        }
    }
    assert_eq!(payloads(&bytes), ["cursor 1", "close 1013"]);
}

#[tokio::test]
async fn ephemera_make_room_and_then_the_socket_is_closed() {
    let outboxes = Outboxes::new(32 * MIB);
    let outbox = outboxes.open();
    for _ in 0..MOST_MESSAGES / 2 {
        outbox.push(text("cursor"), Class::Ephemeral(0)).unwrap();
        outbox.push(text("draw"), Class::Durable).unwrap();
    }
    assert_eq!(outboxes.gauges().messages, MOST_MESSAGES as u64);
    outbox.push(text("draw"), Class::Durable).unwrap();
    assert_eq!(outbox.len(), MOST_MESSAGES / 2 + 1);
    assert_eq!(outboxes.gauges().dropped, MOST_MESSAGES as u64 / 2);
    for _ in 0..MOST_MESSAGES / 2 - 1 {
        outbox.push(text("draw"), Class::Durable).unwrap();
    }
    outbox
        .push(text("cursor"), Class::Ephemeral(0))
        .expect("dropped without a word");
    assert!(!outbox.is_ending());
    assert_eq!(outbox.push(text("draw"), Class::Durable), Err(Full));
    assert!(outbox.is_ending());
    assert_eq!(outbox.push(text("late"), Class::Ephemeral(0)), Err(Full));
    assert_eq!(taken(&outbox).await, ["close 1013"]);
    let gauges = outboxes.gauges();
    assert_eq!((gauges.bytes, gauges.messages, gauges.overflows), (0, 0, 1));
}

#[test]
fn bytes_are_bounded_too() {
    let outbox = Outboxes::new(32 * MIB).open();
    outbox.push(large(MIB / 2), Class::Durable).unwrap();
    outbox.push(large(MIB / 2), Class::Ephemeral(1)).unwrap();
    outbox.push(large(MIB / 4), Class::Durable).unwrap();
    assert_eq!(outbox.len(), 2, "the ephemeral one made room");
    outbox.push(large(MIB / 4), Class::Durable).unwrap();
    assert_eq!(outbox.push(text("draw"), Class::Durable), Err(Full));
}

#[tokio::test]
async fn the_longest_message_finds_its_way_through_an_outbox_in_which_little_waits() {
    let outboxes = Outboxes::new(256 * 1024);
    let outbox = outboxes.open();
    outbox.push(text("draw"), Class::Durable).unwrap();
    outbox.push(large(2 * MIB), Class::Durable).unwrap();
    assert_eq!(taken(&outbox).await.len(), 2);
    assert_eq!(outboxes.gauges().bytes, 0);
}

#[test]
fn the_greedy_are_closed_before_the_others_find_no_room() {
    let outboxes = Outboxes::new(32 * MIB);
    let greedy: Vec<Outbox> = (0..200).map(|_| outboxes.open()).collect();
    for _ in 0..60 {
        for outbox in &greedy {
            let _ = outbox.push(large(16 * 1024), Class::Durable);
        }
    }
    let gauges = outboxes.gauges();
    assert!(gauges.overflows > 0 && gauges.bytes < gauges.budget, "{gauges:?}");
    let modest = outboxes.open();
    modest.push(large(16 * 1024), Class::Durable).unwrap();
    drop((greedy, modest));
    let gauges = outboxes.gauges();
    assert_eq!((gauges.bytes, gauges.messages), (0, 0));
}

#[tokio::test]
async fn one_state_waits_besides_the_bound_and_holds_its_permit() {
    let outboxes = Outboxes::new(32 * MIB);
    let outbox = outboxes.open();
    let permit = Arc::new(());
    outbox.push(text("first"), Class::Durable).unwrap();
    let state = [large(4 * MIB), text("and a stroke")];
    outbox.state(state, Arc::clone(&permit)).unwrap();
    assert_eq!(outbox.state([text("second")], ()), Err(StateWaits));
    outbox.push(text("after"), Class::Durable).unwrap();
    assert!(outbox.has_state());
    assert_eq!(Arc::strong_count(&permit), 2);
    let sizes: Vec<usize> = taken(&outbox).await.iter().map(String::len).collect();
    assert_eq!(sizes, [5, usize::try_from(4 * MIB).unwrap(), 12, 5]);
    assert_eq!(Arc::strong_count(&permit), 1);
    outbox.state([], Arc::clone(&permit)).unwrap();
    assert_eq!(Arc::strong_count(&permit), 1, "nothing waits");
    outbox.state([text("again")], Arc::clone(&permit)).unwrap();
    outbox.abort();
    assert_eq!(Arc::strong_count(&permit), 1, "given back with the socket");
}

#[tokio::test]
async fn progress_is_known_while_something_waits() {
    let outbox = Outboxes::new(32 * MIB).open();
    assert_eq!(outbox.progress(), None);
    outbox.push(text("draw"), Class::Durable).unwrap();
    outbox.push(text("draw"), Class::Durable).unwrap();
    assert_eq!(outbox.progress(), Some(0));
    let (mut ours, _theirs) = duplex(8);
    write(&outbox, &mut ours);
    assert_eq!(outbox.progress(), Some(8));
    write(&outbox, &mut duplex(64).0);
    assert_eq!(outbox.progress(), None);
}

#[tokio::test]
async fn what_is_corked_waits_for_company() {
    let outboxes = Outboxes::new(32 * MIB);
    let outbox = outboxes.open();
    outbox.push_corked(text("cursor"), Class::Ephemeral(1)).unwrap();
    assert!(taken(&outbox).await.is_empty());
    outbox.push(text("draw"), Class::Durable).unwrap();
    assert_eq!(taken(&outbox).await, ["cursor", "draw"]);
    outbox.push_corked(text("cursor"), Class::Ephemeral(1)).unwrap();
    assert!(taken(&outbox).await.is_empty());
    outboxes.uncork();
    assert_eq!(taken(&outbox).await, ["cursor"]);
}

#[tokio::test(start_paused = true)]
async fn the_beat_comes_by_itself() {
    let outboxes = Outboxes::new(32 * MIB);
    let outbox = outboxes.open();
    outbox.push_corked(text("cursor"), Class::Ephemeral(1)).unwrap();
    // It never ends by itself.
    let beats = tokio::time::timeout(std::time::Duration::from_millis(51), outboxes.beat());
    assert!(beats.await.is_err());
    assert_eq!(taken(&outbox).await, ["cursor"]);
}

#[tokio::test]
async fn a_close_comes_after_what_waits_and_only_the_first_counts() {
    let outbox = Outboxes::new(32 * MIB).open();
    outbox.push(text("last word"), Class::Durable).unwrap();
    outbox.close(1012, "restart");
    outbox.close(1000, "");
    assert_eq!(taken(&outbox).await, ["last word", "close 1012"]);
}

#[test]
fn a_silent_outbox_holds_nothing() {
    let outbox = Outboxes::new(32 * MIB).open();
    for _ in 0..100 {
        outbox.push(text("draw"), Class::Durable).unwrap();
    }
    let (mut ours, _theirs) = duplex(10_000);
    write(&outbox, &mut ours);
    assert_eq!(outbox.queue().items.capacity(), 0);
    assert!(size_of::<Inner>() <= 184, "{}", size_of::<Inner>());
}
