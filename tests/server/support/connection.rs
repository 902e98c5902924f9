//! One TCP connection and as much HTTP/1.1 as the tests need: whatever is written goes out as it is.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::answer::Answer;

/// A server that takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection. It can carry several requests, unless one of them asks for its end.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server accepts");
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// Writes bytes as they are; false when the server has closed.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.get_mut().write_all(bytes).is_ok()
    }

    /// Ends the sending half.
    pub fn finish(&mut self) {
        // Not connected any more: just as finished.
        let _ = self.stream.get_ref().shutdown(std::net::Shutdown::Write);
    }

    /// Whether the other end has closed. Does not wait.
    pub fn is_closed(&mut self) -> bool {
        let stream = self.stream.get_ref();
        stream.set_nonblocking(true).unwrap();
        let peeked = stream.peek(&mut [0]);
        stream.set_nonblocking(false).unwrap();
        match peeked {
            Ok(read) => read == 0,
            Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }

    /// Reads up to so many bytes of what comes; 0 at the end.
    pub fn read(&mut self, buffer: &mut [u8]) -> usize {
        self.stream.read(buffer).unwrap_or_default()
    }

    /// Reads one answer with its whole body.
    #[track_caller]
    pub fn answer(&mut self) -> Answer {
        self.answer_to("GET")
    }

    /// Reads the answer to a request of this method: one to HEAD has no body.
    #[track_caller]
    pub fn answer_to(&mut self, method: &str) -> Answer {
        let status_line = self.line().expect("the server answers");
        let status = status_line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status: u16 = status.unwrap_or_else(|| panic!("a status line, not {status_line:?}"));
        let mut headers = Vec::new();
        while let Some(line) = self.line().filter(|line| !line.is_empty()) {
            let (name, value) = line
                .split_once(':')
                .unwrap_or_else(|| panic!("a header, not {line:?}"));
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
            is_whole: true,
            json: Value::Null,
        };
        if method != "HEAD" && !matches!(status, 100 | 204 | 304) {
            answer.is_whole = self.read_body(&mut answer).is_some();
        }
        if answer
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/json"))
        {
            answer.json = serde_json::from_slice(&answer.body).unwrap_or_default();
        }
        answer
    }

    /// A line without its end; nothing when the connection has ended.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Fills the body; nothing when the connection ended before it was whole.
    fn read_body(&mut self, answer: &mut Answer) -> Option<()> {
        if answer.header("transfer-encoding") == Some("chunked") {
            return self.read_chunks(&mut answer.body);
        }
        match answer
            .header("content-length")
            .and_then(|length| length.parse().ok())
        {
            Some(length) => self.read_exactly(length, &mut answer.body),
            None => self.stream.read_to_end(&mut answer.body).ok().map(drop),
        }
    }

    fn read_chunks(&mut self, body: &mut Vec<u8>) -> Option<()> {
        loop {
            let size = usize::from_str_radix(self.line()?.split(';').next()?.trim(), 16).ok()?;
            self.read_exactly(size, body)?;
            self.line()?;
            if size == 0 {
                return Some(());
            }
        }
    }

    fn read_exactly(&mut self, length: usize, body: &mut Vec<u8>) -> Option<()> {
        let read = (&mut self.stream).take(length as u64).read_to_end(body).ok()?;
        (read == length).then_some(())
    }
}
