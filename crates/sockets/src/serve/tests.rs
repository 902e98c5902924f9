use std::sync::Mutex;

use tokio::io::{AsyncReadExt, DuplexStream, duplex};
use tokio::sync::Notify;

use super::*;
use crate::outboxes::Outboxes;

/// Notes what comes.
#[derive(Default)]
struct Diary {
    notes: Mutex<Vec<String>>,
    /// What is awaited before a message counts as received.
    gate: Option<Notify>,
    has_no_room: bool,
}

impl Diary {
    fn note(&self, note: impl Into<String>) {
        self.notes.lock().unwrap().push(note.into());
    }

    fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap().clone()
    }
}

impl Owner for Diary {
    type Room = u64;

    fn longest(&self) -> u64 {
        100_000
    }

    async fn room(&self, bytes: u64, held: Option<u64>) -> Option<u64> {
        assert!(held.is_none_or(|held| held < bytes));
        (!self.has_no_room).then_some(bytes)
    }

    async fn receive(&self, text: Vec<u8>, room: Option<u64>) {
        let text = String::from_utf8(text).unwrap();
        self.note(if text.len() < 50 {
            text
        } else {
            format!("{} bytes in {room:?}", text.len())
        });
        if let Some(gate) = &self.gate {
            gate.notified().await;
        }
    }

    fn refused(&self, why: Refused) {
        self.note(format!("{why:?}"));
    }
}

fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    let head = match payload.len() {
        short @ ..126 => vec![0x80 | opcode, 0x80 | u8::try_from(short).unwrap()],
        _ => vec![0x80 | opcode, 0xfe, length[0], length[1]],
    };
    [&head[..], &[0; 4], payload].concat()
}

async fn with(diary: &Diary, client: impl AsyncFnOnce(DuplexStream, Outbox)) -> End {
    let outbox = Outboxes::new(1 << 25).open();
    let (ours, theirs) = duplex(1 << 16);
    let (end, ()) = tokio::join!(serve(ours, &[], &outbox, diary), client(theirs, outbox.clone()));
    assert!(outbox.is_ending());
    end
}

#[tokio::test]
async fn messages_are_received_and_pings_answered() {
    let diary = Diary::default();
    let end = with(&diary, async |mut stream, outbox| {
        let sent = [masked(1, b"one"), masked(9, b"?"), masked(1, b"two")].concat();
        stream.write_all(&sent).await.unwrap();
        let mut pong = [0; 3];
        stream.read_exact(&mut pong).await.unwrap();
        assert_eq!(pong, [0x8a, 1, b'?']);
        outbox.push(Frame::text("hi"), Class::Durable).unwrap();
        let mut hi = [0; 4];
        stream.read_exact(&mut hi).await.unwrap();
        assert_eq!(hi, *Frame::text("hi").as_bytes());
        stream.write_all(&masked(8, &[3, 0xe9])).await.unwrap();
        let mut close = Vec::new();
        stream.read_to_end(&mut close).await.unwrap();
        assert_eq!(close, [0x88, 2, 3, 0xe9]);
    })
    .await;
    assert_eq!(end, End::ByPeer(Some(1001)));
    assert_eq!(diary.notes(), ["one", "two"]);
}

#[tokio::test]
async fn what_came_with_the_handshake_is_read_first() {
    let diary = Diary::default();
    let outbox = Outboxes::new(1 << 25).open();
    let (ours, theirs) = duplex(64);
    drop(theirs);
    let rest = [
        masked(1, b"one"),
        masked(1, b"two"),
        masked(1, b"half")[..7].to_vec(),
    ]
    .concat();
    assert_eq!(serve(ours, &rest, &outbox, &diary).await, End::Gone);
    assert_eq!(diary.notes(), ["one", "two"]);
}

#[tokio::test]
async fn large_messages_take_room_and_too_large_ones_are_read_past() {
    let diary = Diary::default();
    with(&diary, async |mut stream, _| {
        for bytes in [9_000, 65_000] {
            stream.write_all(&masked(1, &vec![b'a'; bytes])).await.unwrap();
        }
        let too_long = 200_000_u64;
        let head = [&[0x81, 0xff][..], &too_long.to_be_bytes(), &[0; 4]].concat();
        stream.write_all(&head).await.unwrap();
        stream.write_all(&vec![b'a'; 200_000]).await.unwrap();
        stream.write_all(&masked(2, b"binary")).await.unwrap();
        stream.write_all(&masked(1, b"last")).await.unwrap();
    })
    .await;
    assert_eq!(
        diary.notes(),
        [
            "9000 bytes in Some(9000)",
            "65000 bytes in Some(65000)",
            "TooLong(200000)",
            "Binary",
            "last"
        ]
    );
}

#[tokio::test]
async fn without_room_a_message_is_read_past() {
    let diary = Diary {
        has_no_room: true,
        ..Diary::default()
    };
    with(&diary, async |mut stream, _| {
        stream.write_all(&masked(1, &[b'a'; 9_000])).await.unwrap();
        stream.write_all(&masked(1, b"next")).await.unwrap();
    })
    .await;
    assert_eq!(diary.notes(), ["NoRoom(9000)", "next"]);
}

#[tokio::test]
async fn while_a_message_is_at_work_others_wait_and_what_goes_out_does_not() {
    let diary = Diary {
        gate: Some(Notify::new()),
        ..Diary::default()
    };
    with(&diary, async |mut stream, outbox| {
        let sent = [masked(1, b"one"), masked(1, b"two")].concat();
        stream.write_all(&sent).await.unwrap();
        for word in ["a", "b"] {
            outbox.push(Frame::text(word), Class::Durable).unwrap();
            let mut frame = [0; 3];
            stream.read_exact(&mut frame).await.unwrap();
            assert_eq!(frame, *Frame::text(word).as_bytes());
        }
        assert_eq!(diary.notes(), ["one"]);
        let gate = diary.gate.as_ref().unwrap();
        gate.notify_one();
        while diary.notes().len() < 2 {
            tokio::task::yield_now().await;
        }
        gate.notify_one();
    })
    .await;
}

#[tokio::test]
async fn whoever_breaks_the_protocol_is_told_the_code() {
    let diary = Diary::default();
    let end = with(&diary, async |mut stream, _| {
        stream.write_all(&masked(3, b"")).await.unwrap();
        let mut close = Vec::new();
        stream.read_to_end(&mut close).await.unwrap();
        assert_eq!(close, [0x88, 2, 3, 0xea]);
    })
    .await;
    assert_eq!(end, End::Broken(1002));
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_answer_a_close_is_waited_for_only_a_while() {
    let diary = Diary::default();
    let before = tokio::time::Instant::now();
    let mut held = None;
    let end = with(&diary, async |stream, outbox| {
        outbox.close(1012, "restart");
        held = Some(stream);
    })
    .await;
    assert_eq!(end, End::ByUs);
    assert_eq!(before.elapsed(), diary.patience());
}

#[tokio::test]
async fn an_aborted_socket_ends_without_a_word() {
    let diary = Diary::default();
    let end = with(&diary, async |mut stream, outbox| {
        outbox.push(Frame::text("never"), Class::Durable).unwrap();
        outbox.abort();
        let mut nothing = Vec::new();
        stream.read_to_end(&mut nothing).await.unwrap();
        assert!(nothing.is_empty());
    })
    .await;
    assert_eq!(end, End::Gone);
}

#[test]
fn a_silent_socket_is_small() {
    fn size_of_future<'a, F: Future + 'a>(
        _: impl FnOnce(tokio::net::TcpStream, &'a Outbox, &'a Diary) -> F,
    ) -> usize {
        size_of::<F>()
    }
    let bytes = size_of_future(|stream, outbox, diary| serve(stream, &[], outbox, diary));
    assert!(bytes <= 320, "{bytes} bytes");
}
