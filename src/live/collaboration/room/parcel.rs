//! What the servers that hold a room say to each other: one byte that tells what it is, then the rest.
//!
//! Events of the session come from outside as JSON objects; their first byte is `{`.

use bytes::{BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sockets::Frame;

use super::op::Op;
use super::people::Person;
use crate::live::collaboration::events::RoomEvent;

const OPERATIONS: u8 = b'O';
const LIGHT: u8 = b'E';
const CAME: u8 = b'J';
const LEFT: u8 = b'L';
const LOOK: u8 = b'N';
/// The head of a light frame: the tag, the sender, the key and whether it must arrive.
const LIGHT_HEAD: usize = 18;

/// A message of a room's group.
#[derive(Debug)]
pub(super) enum Parcel {
    /// Operations with their numbers, the first of them first, each after the other.
    Operations(i64, Vec<Option<Op>>),
    /// A frame that is no operation, for everybody but its sender.
    Light {
        /// Whose it is.
        user_id: i64,
        /// A newer one of the same key replaces it; 0 for none.
        key: u64,
        /// It is sent in its turn and not dropped.
        must_arrive: bool,
        /// As it goes out.
        frame: Frame,
    },
    /// Somebody is in the room now.
    Came(Person),
    /// Somebody is not in the room any more.
    Left(i64),
    /// There may be operations in the log that nobody has told of.
    Look,
    /// What happened to the session.
    Event(Box<RoomEvent>),
}

#[derive(Serialize, Deserialize)]
struct SentOp<'a> {
    u: i64,
    w: Box<str>,
    k: Box<str>,
    s: Option<Box<str>>,
    #[serde(borrow)]
    d: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
struct SentPerson {
    user_id: i64,
    username: Box<str>,
    display_name: Box<str>,
    color: Box<str>,
    is_host: bool,
}

/// The numbers of the operations in a message, without reading them: the first and the last.
pub(super) fn numbers(message: &[u8]) -> Option<(i64, i64)> {
    let (OPERATIONS, rest) = (*message.first()?, message.get(1..)?) else {
        return None;
    };
    let (first, rest) = rest.split_first_chunk::<8>()?;
    let (last, _) = rest.split_first_chunk::<8>()?;
    Some((i64::from_le_bytes(*first), i64::from_le_bytes(*last)))
}

/// A message with operations whose numbers follow on `first`.
pub(super) fn operations<'a>(first: i64, ops: impl ExactSizeIterator<Item = &'a Op>) -> Bytes {
    let last = first + i64::try_from(ops.len()).unwrap_or(1) - 1;
    let mut message = vec![OPERATIONS];
    message.extend_from_slice(&first.to_le_bytes());
    message.extend_from_slice(&last.to_le_bytes());
    message.push(b'[');
    for (at, op) in ops.enumerate() {
        if at > 0 {
            message.push(b',');
        }
        let data = RawValue::from_string(op.to_log()).expect("the log is JSON");
        let sent = SentOp {
            u: op.user_id,
            w: (&*op.username).into(),
            k: op.action.kind().into(),
            s: op.place.slot.clone(),
            d: &data,
        };
        serde_json::to_writer(&mut message, &sent).expect("plain structs are JSON");
    }
    message.push(b']');
    message.into()
}

/// A message with a frame that is no operation.
pub(super) fn light(user_id: i64, key: u64, must_arrive: bool, frame: &Frame) -> Bytes {
    let mut message = BytesMut::with_capacity(LIGHT_HEAD + frame.len());
    message.put_u8(LIGHT);
    message.put_i64_le(user_id);
    message.put_u64_le(key);
    message.put_u8(u8::from(must_arrive));
    message.put_slice(frame.as_bytes());
    message.freeze()
}

/// A message that somebody is in the room now.
pub(super) fn came(person: &Person) -> Bytes {
    let sent = SentPerson {
        user_id: person.user_id,
        username: (&*person.username).into(),
        display_name: (&*person.display_name).into(),
        color: (&*person.color).into(),
        is_host: person.is_host,
    };
    let mut message = vec![CAME];
    serde_json::to_writer(&mut message, &sent).expect("plain structs are JSON");
    message.into()
}

/// A message that somebody is not in the room any more.
pub(super) fn left(user_id: i64) -> Bytes {
    let mut message = vec![LEFT];
    message.extend_from_slice(&user_id.to_le_bytes());
    message.into()
}

/// A message that there may be operations in the log which whoever has numbered them could not tell of.
pub(super) fn look() -> Bytes {
    Bytes::from_static(&[LOOK])
}

/// Reads a message; `None` when this version does not know it.
pub(super) fn read(message: &Bytes) -> Option<Parcel> {
    let rest = message.get(1..)?;
    Some(match *message.first()? {
        OPERATIONS => {
            let (first, _) = numbers(message)?;
            let sent: Vec<SentOp<'_>> = serde_json::from_slice(message.get(17..)?).ok()?;
            let ops = sent.into_iter().map(|sent| {
                let op = Op::from_log(sent.u, sent.w.into(), &sent.k, sent.s, sent.d.get());
                op.ok()
            });
            Parcel::Operations(first, ops.collect())
        }
        LIGHT => {
            let (user_id, rest) = rest.split_first_chunk::<8>()?;
            let (key, rest) = rest.split_first_chunk::<8>()?;
            Parcel::Light {
                user_id: i64::from_le_bytes(*user_id),
                key: u64::from_le_bytes(*key),
                must_arrive: *rest.first()? != 0,
                frame: Frame::from_bytes(message.slice(LIGHT_HEAD..))?,
            }
        }
        CAME => {
            let sent: SentPerson = serde_json::from_slice(rest).ok()?;
            Parcel::Came(Person {
                user_id: sent.user_id,
                username: sent.username.into(),
                display_name: sent.display_name.into(),
                color: sent.color.into(),
                is_host: sent.is_host,
                is_here: true,
            })
        }
        LEFT => Parcel::Left(i64::from_le_bytes(rest.try_into().ok()?)),
        LOOK => Parcel::Look,
        b'{' => Parcel::Event(serde_json::from_slice(message).ok()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::op::{Action, Place};
    use super::*;

    #[test]
    fn what_is_sent_is_read() {
        let op = |text: &str| Op {
            user_id: 7,
            username: "mia".into(),
            place: Place::at(0),
            action: Action::Text { text: text.into() },
        };
        let ops = [op("a"), op("b")];
        let message = operations(5, ops.iter());
        assert_eq!(numbers(&message), Some((5, 6)));
        let Some(Parcel::Operations(5, read_ops)) = read(&message) else {
            panic!("operations");
        };
        assert_eq!(read_ops[1].as_ref().map(Op::to_log), Some(ops[1].to_log()));

        let frame = Frame::text("{}");
        let message = light(7, 9, true, &frame);
        assert!(
            matches!(read(&message), Some(Parcel::Light { user_id: 7, key: 9, must_arrive: true, frame: read }) if read == frame)
        );
        assert!(matches!(read(&left(-3)), Some(Parcel::Left(-3))));
        assert!(matches!(read(&look()), Some(Parcel::Look)));
    }

    #[test]
    fn what_is_not_known_is_not_read() {
        for bytes in [&b""[..], b"O", b"Ex", b"Z...", b"{", b"L1", b"J{}"] {
            assert!(read(&Bytes::copy_from_slice(bytes)).is_none(), "{bytes:?}");
        }
    }
}
