//! What a notification says: text, with the message in it if that fits.

use bytes::Bytes;

use crate::incoming::Origin;
use crate::outgoing::Item;

/// PostgreSQL takes payloads of fewer than 8,000 bytes.
const LONGEST: usize = 7999;
/// Two numbers of 16 hexadecimal digits, the kind, two digits for the length of the name.
const HEADER: usize = 35;
/// A name's length has two digits.
const LONGEST_NAME: usize = 255;

/// A notification as another instance hears it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Note<'a> {
    pub(super) origin: Origin,
    pub(super) group: &'a str,
    pub(super) body: Body<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body<'a> {
    /// The message itself.
    Text(&'a str),
    /// The message is in the table, under its origin.
    Stored,
    /// Messages of the group were lost.
    Loss,
}

/// What goes out for a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outgoing {
    pub(super) payload: String,
    /// What has to be in the table before that is notified.
    pub(super) stored: Option<Bytes>,
}

/// None for a group whose name PostgreSQL cannot carry.
pub(super) fn write(instance: u64, item: &Item) -> Option<Outgoing> {
    let group = &*item.group;
    if group.len() > LONGEST_NAME || group.contains('\0') {
        return None;
    }
    let payload = |kind: char, body: &str| {
        let (number, length) = (item.number, group.len());
        format!("{instance:016x}{number:016x}{kind}{length:02x}{group}{body}")
    };
    let Some(message) = &item.message else {
        return Some(Outgoing {
            payload: payload('l', ""),
            stored: None,
        });
    };
    let fits = HEADER + group.len() + message.len() <= LONGEST;
    // Only looked at when it fits: bytes that are no text go through the table, too.
    let text = fits.then(|| std::str::from_utf8(message).ok()).flatten();
    match text.filter(|text| !text.contains('\0')) {
        Some(text) => Some(Outgoing {
            payload: payload('t', text),
            stored: None,
        }),
        None => Some(Outgoing {
            payload: payload('s', ""),
            stored: Some(message.clone()),
        }),
    }
}

/// None if it is not ours.
pub(super) fn read(payload: &str) -> Option<Note<'_>> {
    let (header, rest) = payload.split_at_checked(HEADER)?;
    let number = |from: usize, to: usize| u64::from_str_radix(header.get(from..to)?, 16).ok();
    let origin = Origin {
        instance: number(0, 16)?,
        number: number(16, 32)?,
    };
    let length = usize::try_from(number(33, 35)?).ok()?;
    let (group, text) = rest.split_at_checked(length)?;
    let body = match header.as_bytes()[32] {
        b't' => Body::Text(text),
        b's' => Body::Stored,
        b'l' => Body::Loss,
        _ => return None,
    };
    Some(Note { origin, group, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(group: &str, message: Option<&[u8]>) -> Item {
        Item {
            group: group.into(),
            message: message.map(Bytes::copy_from_slice),
            number: 7,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let origin = Origin {
            instance: u64::MAX,
            number: 7,
        };
        for (group, text) in [("room:1", "a line"), ("Zimmer Ä", "ö\n"), ("g", "")] {
            let written = write(u64::MAX, &item(group, Some(text.as_bytes()))).unwrap();
            let body = Body::Text(text);
            assert_eq!(read(&written.payload), Some(Note { origin, group, body }));
            assert_eq!(written.stored, None);
        }
        let loss = write(u64::MAX, &item("room:1", None)).unwrap();
        assert_eq!(read(&loss.payload).unwrap().body, Body::Loss);
    }

    #[test]
    fn what_does_not_fit_or_is_no_text_is_stored() {
        let room = LONGEST - HEADER - "g".len();
        let fitting = write(1, &item("g", Some(&vec![b'a'; room]))).unwrap();
        assert_eq!((fitting.payload.len(), fitting.stored), (LONGEST, None));
        for message in [vec![b'a'; room + 1], b"a\0b".to_vec(), b"\xff".to_vec()] {
            let stored = write(1, &item("g", Some(&message))).unwrap();
            assert_eq!(read(&stored.payload).unwrap().body, Body::Stored);
            assert_eq!(stored.stored.as_deref(), Some(&message[..]));
        }
    }

    #[test]
    fn names_that_cannot_be_carried_are_told() {
        assert!(write(1, &item(&"g".repeat(255), Some(b"a"))).is_some());
        assert!(write(1, &item(&"g".repeat(256), Some(b"a"))).is_none());
        assert!(write(1, &item("g\0", Some(b"a"))).is_none());
    }

    #[test]
    fn what_others_say_is_not_ours() {
        let ours = write(1, &item("group", Some(b"text"))).unwrap().payload;
        for end in 0..HEADER + "group".len() {
            assert_eq!(read(&ours[..end]), None, "{end}");
        }
        assert_eq!(read(&"ä".repeat(40)), None);
        assert_eq!(read(&ours.replacen('t', "x", 1)), None);
    }
}
