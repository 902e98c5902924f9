//! Redis' words: commands as they are sent, replies as they are read (RESP, its second version).

/// A bulk is not longer than this; nobody who speaks for us sends more.
const LONGEST: usize = 32 * 1024 * 1024;
/// No reply to our commands has more parts.
const PARTS: usize = 16;
/// No line is longer: numbers, states and errors.
const LINE: usize = 4096;

/// A whole reply, in the buffer it was read into.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply<'a> {
    State(&'a [u8]),
    Error(&'a [u8]),
    Number(i64),
    Bulk(&'a [u8]),
    Nothing,
    List(Vec<Reply<'a>>),
}

/// This is not Redis, or not what it says to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// Adds a command with its arguments.
pub(super) fn command(out: &mut Vec<u8>, words: &[&[u8]]) {
    begin(out, words.len());
    for word in words {
        bulk(out, &[word]);
    }
}

/// Begins a command of so many words.
pub(super) fn begin(out: &mut Vec<u8>, words: usize) {
    out.extend_from_slice(format!("*{words}\r\n").as_bytes());
}

/// Adds one word, put together from `parts`.
pub(super) fn bulk(out: &mut Vec<u8>, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.extend_from_slice(format!("${length}\r\n").as_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
    out.extend_from_slice(b"\r\n");
}

/// The reply at the beginning of `bytes` and its length, or none while it is not whole.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Reply<'_>, usize)>, Malformed> {
    let mut reader = Reader { bytes, place: 0 };
    match reader.reply(true) {
        Ok(reply) => Ok(Some((reply, reader.place))),
        Err(Stop::NotWhole) => Ok(None),
        Err(Stop::Malformed) => Err(Malformed),
    }
}

enum Stop {
    NotWhole,
    Malformed,
}

struct Reader<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl<'a> Reader<'a> {
    fn reply(&mut self, may_be_list: bool) -> Result<Reply<'a>, Stop> {
        let line = self.line()?;
        let (kind, text) = line.split_first().ok_or(Stop::Malformed)?;
        match kind {
            b'+' => Ok(Reply::State(text)),
            b'-' => Ok(Reply::Error(text)),
            b':' => number(text).map(Reply::Number),
            b'$' => match length(text, LONGEST)? {
                Some(length) => self.take(length).map(Reply::Bulk),
                None => Ok(Reply::Nothing),
            },
            b'*' if may_be_list => match length(text, PARTS)? {
                Some(parts) => (0..parts)
                    .map(|_| self.reply(false))
                    .collect::<Result<_, _>>()
                    .map(Reply::List),
                None => Ok(Reply::Nothing),
            },
            _ => Err(Stop::Malformed),
        }
    }

    /// Up to the next line's end, which is taken, too.
    fn line(&mut self) -> Result<&'a [u8], Stop> {
        let rest = &self.bytes[self.place..];
        let seen = &rest[..rest.len().min(LINE)];
        match seen.iter().position(|byte| *byte == b'\r') {
            Some(end) => {
                self.place += end;
                self.end()?;
                Ok(&rest[..end])
            }
            None if rest.len() >= LINE => Err(Stop::Malformed),
            None => Err(Stop::NotWhole),
        }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Stop> {
        let rest = &self.bytes[self.place..];
        let taken = rest.get(..length).ok_or(Stop::NotWhole)?;
        self.place += length;
        self.end()?;
        Ok(taken)
    }

    fn end(&mut self) -> Result<(), Stop> {
        let rest = &self.bytes[self.place..];
        if rest.starts_with(b"\r\n") {
            self.place += 2;
            return Ok(());
        }
        let may_become_one = rest.is_empty() || rest == b"\r";
        Err(if may_become_one {
            Stop::NotWhole
        } else {
            Stop::Malformed
        })
    }
}

fn number(text: &[u8]) -> Result<i64, Stop> {
    let text = std::str::from_utf8(text).map_err(|_| Stop::Malformed)?;
    text.parse().map_err(|_| Stop::Malformed)
}

/// None stands for nothing, which has the length -1.
fn length(text: &[u8], longest: usize) -> Result<Option<usize>, Stop> {
    match number(text)? {
        -1 => Ok(None),
        length => {
            let length = usize::try_from(length).map_err(|_| Stop::Malformed)?;
            if length > longest {
                return Err(Stop::Malformed);
            }
            Ok(Some(length))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PUSHED: &[u8] = b"*3\r\n$7\r\nmessage\r\n$5\r\ntales\r\n$4\r\na\r\nb\r\n";

    #[test]
    fn replies_are_read_when_they_are_whole() {
        for end in 0..PUSHED.len() {
            assert_eq!(parse(&PUSHED[..end]), Ok(None), "{end}");
        }
        let parts = [&b"message"[..], b"tales", b"a\r\nb"];
        let expected = Reply::List(parts.map(Reply::Bulk).into());
        let more = [PUSHED, b":1\r\n"].concat();
        assert_eq!(parse(&more), Ok(Some((expected, PUSHED.len()))));
        assert_eq!(parse(b":-12\r\n"), Ok(Some((Reply::Number(-12), 6))));
        assert_eq!(parse(b"+PONG\r\n"), Ok(Some((Reply::State(b"PONG"), 7))));
        assert_eq!(parse(b"-ERR no\r\n"), Ok(Some((Reply::Error(b"ERR no"), 9))));
        assert_eq!(parse(b"$-1\r\n"), Ok(Some((Reply::Nothing, 5))));
    }

    #[test]
    fn what_is_not_redis_is_told_from_what_is_not_whole() {
        for bytes in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"\r\n",
            b"$99999999999\r\n",
            b"*1000\r\n",
            b"*1\r\n*1\r\n:1\r\n",
            b":x\r\n",
            b"$1\r\nabc",
            b"$-2\r\n",
            b"+a\rb",
        ] {
            assert_eq!(parse(bytes), Err(Malformed), "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(parse(&[b'x'; LINE]), Err(Malformed));
    }

    #[test]
    fn commands_are_lists_of_words() {
        let mut out = Vec::new();
        command(&mut out, &[b"PUBLISH", b"tales", b"a\r\nb"]);
        assert_eq!(out, b"*3\r\n$7\r\nPUBLISH\r\n$5\r\ntales\r\n$4\r\na\r\nb\r\n");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse(&bytes);
        }
    }
}
