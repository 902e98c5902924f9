//! A small HTTP/1.1 client over one kept connection to this machine: little enough to not be what a measurement measures.
//!
//! It knows no TLS, no redirects and no compression. One answer is read whole into a buffer that the next answer reuses.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long the server may leave a read or a write waiting.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest line of an answer's head that is read.
const LINE: u64 = 16 * 1024;

/// A request as its bytes, ready to be sent any number of times.
#[derive(Clone, Debug)]
pub(crate) struct Request(Vec<u8>);

impl Request {
    /// A GET without a token.
    pub(crate) fn get(path: &str) -> Self {
        Self::new("GET", path, None, None)
    }

    /// A GET with an administrator's token.
    pub(crate) fn by_admin(path: &str, token: &str) -> Self {
        Self::authorized("GET", path, Some(("AdminBearer", token)), None)
    }

    /// A request with an administrator's token and a JSON body.
    pub(crate) fn of_admin(method: &str, path: &str, token: &str, body: &Value) -> Self {
        Self::authorized(method, path, Some(("AdminBearer", token)), Some(body))
    }

    /// A request with a bearer token and a JSON body, where given.
    pub(crate) fn new(method: &str, path: &str, token: Option<&str>, body: Option<&Value>) -> Self {
        Self::authorized(method, path, token.map(|token| ("Bearer", token)), body)
    }

    fn authorized(method: &str, path: &str, by: Option<(&str, &str)>, body: Option<&Value>) -> Self {
        let authorization = by
            .map(|(scheme, token)| format!("authorization: {scheme} {token}\r\n"))
            .unwrap_or_default();
        let body = body.map(Value::to_string).unwrap_or_default();
        let length = body.len();
        let content = format!("content-type: application/json\r\ncontent-length: {length}\r\n");
        let content = if body.is_empty() { "" } else { &content };
        let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{authorization}{content}");
        Self(format!("{head}\r\n{body}").into_bytes())
    }

    /// Where this text stands in the request's bytes, if it does.
    pub(crate) fn find(&self, text: &str) -> Option<usize> {
        self.0
            .windows(text.len())
            .position(|window| window == text.as_bytes())
    }

    /// The same request with other bytes, as many as there were, from `at` on.
    pub(crate) fn altered(&self, at: usize, bytes: &[u8]) -> Self {
        let mut altered = self.clone();
        altered.0[at..at + bytes.len()].copy_from_slice(bytes);
        altered
    }
}

/// An answer; its body is the client's until the next request.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    /// When to come back, in seconds, where the answer says so.
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: &'a [u8],
}

/// One connection, kept open between requests.
#[derive(Debug)]
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Client {
    /// Connects to a port of the loopback address.
    pub(crate) fn connect(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream: BufReader::with_capacity(64 * 1024, stream),
            body: Vec::new(),
        })
    }

    /// Sends the request and reads the whole answer. After an error the connection is of no more use.
    pub(crate) fn send(&mut self, request: &Request) -> io::Result<Answer<'_>> {
        self.stream.get_mut().write_all(&request.0)?;
        let (status, retry_after) = read_answer(&mut self.stream, &mut self.body)?;
        Ok(Answer {
            status,
            retry_after,
            body: &self.body,
        })
    }
}

/// How the end of a body is found.
#[derive(Clone, Copy)]
enum Framing {
    Length(u64),
    Chunked,
}

/// Reads one answer to a request that was not HEAD, its body into `body`, and gives back its status and `Retry-After`.
fn read_answer(stream: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<(u16, Option<u64>)> {
    body.clear();
    let first = line(stream)?;
    let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.ok_or_else(|| broken(&format!("no status line: {first:?}")))?;
    let mut framing = Framing::Length(0);
    let mut retry_after = None;
    loop {
        let header = line(stream)?;
        if header.is_empty() {
            break;
        }
        let (name, value) = header
            .split_once(':')
            .ok_or_else(|| broken(&format!("no header: {header:?}")))?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            framing = Framing::Length(
                value
                    .parse()
                    .map_err(|_| broken("a content-length that is no number"))?,
            );
        } else if name.eq_ignore_ascii_case("transfer-encoding") && value.eq_ignore_ascii_case("chunked") {
            framing = Framing::Chunked;
        } else if name.eq_ignore_ascii_case("retry-after") {
            retry_after = value.parse().ok();
        }
    }
    if status != 304 {
        read_body(stream, framing, body)?;
    }
    Ok((status, retry_after))
}

fn read_body(stream: &mut impl BufRead, framing: Framing, body: &mut Vec<u8>) -> io::Result<()> {
    match framing {
        Framing::Length(length) => take(stream, length, body),
        Framing::Chunked => loop {
            let head = line(stream)?;
            let size = head.split(';').next().unwrap_or_default().trim();
            let size =
                u64::from_str_radix(size, 16).map_err(|_| broken(&format!("no chunk size: {head:?}")))?;
            take(stream, size, body)?;
            // The empty line behind a chunk, or behind the trailers, which nobody here sends.
            line(stream)?;
            if size == 0 {
                return Ok(());
            }
        },
    }
}

fn take(stream: &mut impl BufRead, length: u64, body: &mut Vec<u8>) -> io::Result<()> {
    let read = stream.take(length).read_to_end(body)?;
    if read as u64 == length {
        Ok(())
    } else {
        Err(broken("the connection ended in the middle of a body"))
    }
}

/// One line of the head without its end.
fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    stream.take(LINE).read_line(&mut line)?;
    match line.strip_suffix('\n') {
        Some(line) => Ok(line.trim_end_matches('\r').to_owned()),
        None => Err(broken("the connection ended in the middle of a head")),
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> io::Result<(u16, String)> {
        let mut body = b"of the answer before".to_vec();
        let (status, _) = read_answer(&mut text.as_bytes(), &mut body)?;
        Ok((status, String::from_utf8(body).unwrap()))
    }

    #[test]
    fn a_body_ends_where_its_length_says() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 404";
        assert_eq!(answer(text).unwrap(), (200, "abc".to_owned()));
    }

    #[test]
    fn an_answer_may_say_when_to_come_back() {
        let read = |text: &str| read_answer(&mut text.as_bytes(), &mut Vec::new()).unwrap();
        let refused = "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(read(refused), (503, Some(7)));
        assert_eq!(
            read("HTTP/1.1 503 Busy\r\nretry-after: soon\r\n\r\n"),
            (503, None)
        );
    }

    #[test]
    fn chunks_are_put_together() {
        let text = "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n";
        assert_eq!(answer(text).unwrap(), (201, "abc0123456789".to_owned()));
    }

    #[test]
    fn an_answer_without_a_body_is_empty() {
        assert_eq!(
            answer("HTTP/1.1 204 No Content\r\n\r\n").unwrap(),
            (204, String::new())
        );
        assert_eq!(
            answer("HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n").unwrap(),
            (304, String::new())
        );
    }

    #[test]
    fn an_answer_that_breaks_off_is_an_error() {
        for text in [
            "",
            "HTTP/1.1 200 OK\r\ncontent-le",
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
        ] {
            assert!(answer(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_request_names_its_length_and_token() {
        let Request(bytes) = Request::new("POST", "/x/", Some("t"), Some(&serde_json::json!({"a": 1})));
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("POST /x/ HTTP/1.1\r\n"), "{text}");
        assert!(
            text.contains("authorization: Bearer t\r\n") && text.contains("content-length: 7\r\n"),
            "{text}"
        );
        assert!(text.ends_with("\r\n\r\n{\"a\":1}"), "{text}");
    }
}
