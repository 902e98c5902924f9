//! Fake servers on loopback. Each answers a fixed number of connections and then ends; whatever it hears is limited
//! in size and in time.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);
const MAX_HEARD: u64 = 256 * 1024;

/// A server that runs `talk` on each connection and keeps what it returns.
pub(super) struct Fake {
    pub(super) port: u16,
    heard: Receiver<String>,
}

impl Fake {
    fn serving<T>(connections: Vec<T>, talk: fn(&TcpStream, T) -> String) -> Self
    where
        T: Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let (notes, heard) = sync_channel(connections.len());
        thread::spawn(move || {
            for answer in connections {
                let Ok((stream, _)) = listener.accept() else {
                    return;
                };
                let _ = stream.set_read_timeout(Some(PATIENCE));
                let _ = notes.send(talk(&stream, answer));
            }
        });
        Self { port, heard }
    }

    /// An HTTP server that answers one request per status; 0 hears the request and hangs up in silence.
    pub(super) fn http(statuses: &[u16]) -> Self {
        Self::serving(statuses.to_vec(), talk_http)
    }

    /// A server that takes one connection and never says a word while the client waits.
    pub(super) fn silent() -> Self {
        Self::serving(vec![()], |stream, ()| {
            let mut heard = String::new();
            let _ = stream.take(MAX_HEARD).read_to_string(&mut heard);
            heard
        })
    }

    /// An SMTP server that takes one mail per entry, answering RCPT with it. It offers AUTH but no STARTTLS.
    pub(super) fn smtp(recipient_answers: &[&'static str]) -> Self {
        Self::serving(recipient_answers.to_vec(), talk_smtp)
    }

    pub(super) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What the next connection to end has heard, which may be a moment after its client has the answer.
    pub(super) fn heard(&self) -> String {
        self.heard.recv_timeout(PATIENCE).expect("a connection ends")
    }
}

fn talk_http(mut stream: &TcpStream, status: u16) -> String {
    let mut reader = BufReader::new(stream.take(MAX_HEARD));
    let mut head = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        head.push_str(&lower);
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    if status != 0 {
        let location = "location: http://127.0.0.1:9/\r\n";
        let answer =
            format!("HTTP/1.1 {status} Fake\r\n{location}content-length: 0\r\nconnection: close\r\n\r\n");
        let _ = stream.write_all(answer.as_bytes());
    }
    format!("{head}\n{}", String::from_utf8_lossy(&body))
}

fn talk_smtp(mut stream: &TcpStream, recipient_answer: &'static str) -> String {
    let mut heard = String::new();
    let mut in_data = false;
    let _ = stream.write_all(b"220 fake\r\n");
    for line in BufReader::new(stream.take(MAX_HEARD)).lines() {
        let Ok(line) = line else { break };
        heard.push_str(&line);
        heard.push('\n');
        let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
        let answer = match verb.as_str() {
            _ if in_data && line == "." => {
                in_data = false;
                "250 taken"
            }
            _ if in_data => continue,
            "EHLO" => "250-fake\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            "AUTH" if line.ends_with("AHRhbGVzAGh1c2g=") => "235 welcome",
            "AUTH" => "535 who are you",
            "RCPT" => recipient_answer,
            "DATA" => {
                in_data = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        if stream.write_all(format!("{answer}\r\n").as_bytes()).is_err() || verb == "QUIT" {
            break;
        }
    }
    heard
}
