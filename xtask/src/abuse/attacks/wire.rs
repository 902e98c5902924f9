//! A connection of an attacker: bytes out as given, and of what comes back only the status.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// Attackers share an address with so few others.
const AN_ADDRESS: usize = 10;
/// How long an attacker waits for a connection and for an answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// The most of an answer that is looked at for its status.
const HEAD: usize = 4 * 1024;

/// A connection to this machine from the loopback address of attacker `number`.
pub(super) async fn connect(number: usize, port: u16) -> io::Result<TcpStream> {
    open(TcpSocket::new_v4()?, number, port).await
}

/// The same, of one who takes little at a time.
pub(super) async fn connect_narrow(number: usize, port: u16) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4 * 1024)?;
    open(socket, number, port).await
}

async fn open(socket: TcpSocket, number: usize, port: u16) -> io::Result<TcpStream> {
    socket.bind(SocketAddr::V4(SocketAddrV4::new(address(number / AN_ADDRESS), 0)))?;
    let server = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port));
    timeout(PATIENCE, socket.connect(server))
        .await
        .map_err(|_| io::ErrorKind::TimedOut)?
}

/// Addresses of 127.66/16, each another one.
fn address(number: usize) -> Ipv4Addr {
    let [.., third, fourth] = (number as u64).to_be_bytes();
    Ipv4Addr::new(127, 66, third, fourth.max(1))
}

/// A request's head; the body is `length` bytes that follow.
pub(super) fn head(method: &str, path: &str, token: Option<&str>, length: usize, more: &str) -> Vec<u8> {
    let authorization = token
        .map(|token| format!("authorization: Bearer {token}\r\n"))
        .unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{more}{authorization}\r\n"
    )
    .into_bytes()
}

/// Sends all of it, or as much as the server takes; what the server answers, in a word or two.
pub(super) async fn send(stream: &mut TcpStream, parts: &[&[u8]]) -> String {
    for part in parts {
        match timeout(PATIENCE, stream.write_all(part)).await {
            Ok(Ok(())) => {}
            // It may have answered before it closed: the answer counts.
            Ok(Err(_)) => break,
            Err(_) => return "took no more bytes for a minute".to_owned(),
        }
    }
    answer(stream).await
}

/// What the server answers, in a word or two.
pub(super) async fn answer(stream: &mut TcpStream) -> String {
    let mut head = Vec::with_capacity(HEAD);
    while !head.windows(4).any(|window| window == b"\r\n\r\n") && head.len() < HEAD {
        match timeout(PATIENCE, stream.read_buf(&mut head)).await {
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(_)) => {}
            Err(_) => return "no answer for a minute".to_owned(),
        }
    }
    summary(&String::from_utf8_lossy(&head))
}

/// The same, and not a byte more than the head: what follows is no HTTP.
pub(super) async fn answer_alone(stream: &mut TcpStream) -> String {
    let mut head = Vec::with_capacity(256);
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD {
        match timeout(PATIENCE, stream.read_u8()).await {
            Ok(Ok(byte)) => head.push(byte),
            Ok(Err(_)) => break,
            Err(_) => return "no answer for a minute".to_owned(),
        }
    }
    summary(&String::from_utf8_lossy(&head))
}

/// A status, and whether it says when to come back.
fn summary(head: &str) -> String {
    let status = head
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1));
    match status {
        None => "closed without an answer".to_owned(),
        Some(status) if head.to_ascii_lowercase().contains("\r\nretry-after:") => {
            format!("{status} with Retry-After")
        }
        Some(status) => status.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_status_and_whether_to_come_back() {
        assert_eq!(summary("HTTP/1.1 413 Too Large\r\nx: y\r\n\r\n"), "413");
        assert_eq!(
            summary("HTTP/1.1 503 Busy\r\nRetry-After: 3\r\n\r\n"),
            "503 with Retry-After"
        );
        assert_eq!(summary(""), "closed without an answer");
    }

    #[test]
    fn addresses_are_loopback_and_differ() {
        let all: Vec<Ipv4Addr> = (0..500).map(address).collect();
        assert!(all.iter().all(Ipv4Addr::is_loopback));
        assert_eq!(address(257), Ipv4Addr::new(127, 66, 1, 1));
    }
}
