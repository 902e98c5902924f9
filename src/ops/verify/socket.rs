//! Whether live sockets reach a server, past every proxy before it: one that has to open, and one that must not.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;

use axum::http::Uri;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::{PATIENCE, Trouble};

/// What the server says over the one that has to open, and the close with 1000.
const WORD: &[u8] = br#"{"type":"hello"}"#;
const CLOSE: &[u8] = &[0x88, 2, 0x03, 0xe8];
/// The longest answer that is read.
const LONGEST: usize = 16 * 1024;
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// What came of trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sockets {
    /// The status without a token where one is needed.
    pub without_token: Result<u16, Trouble>,
    /// The socket that is for everybody.
    pub open: Result<Opened, Trouble>,
}

/// What came of the socket that is for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It opened, said its word and closed.
    Well,
    /// It opened, and then not all of that came.
    Silent,
    /// It was answered with this status.
    Refused(u16),
}

/// Tries both.
pub(super) fn try_both(base: &str) -> Sockets {
    Sockets {
        without_token: ask(base, "/ws/notifications/").map(|(status, _)| status),
        open: ask(base, "/ws/check/").map(|(status, said)| match status {
            101 if ends_well(&said) => Opened::Well,
            101 => Opened::Silent,
            status => Opened::Refused(status),
        }),
    }
}

fn ends_well(said: &[u8]) -> bool {
    let has_word = said.windows(WORD.len()).any(|part| part == WORD);
    has_word && said.ends_with(CLOSE)
}

/// Asks for a socket; the status, and what came behind the head.
fn ask(base: &str, path: &str) -> Result<(u16, Vec<u8>), Trouble> {
    let uri: Uri = base.parse().map_err(|_| Trouble::NotHttp)?;
    let host = uri.host().ok_or(Trouble::NotHttp)?;
    let is_tls = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let stream = connect(host.trim_matches(['[', ']']), port)?;
    let authority = uri.authority().map_or(host, |authority| authority.as_str());
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: tinytales-verify/{}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n",
        env!("CARGO_PKG_VERSION")
    );
    let answer = if is_tls {
        talk(encrypted(stream, host)?, &head)
    } else {
        talk(stream, &head)
    };
    let answer = answer.map_err(|error| match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Trouble::TooSlow,
        ErrorKind::InvalidData => Trouble::Tls,
        _ => Trouble::Unreachable,
    })?;
    parse(&answer).ok_or(Trouble::NotHttp)
}

fn connect(host: &str, port: u16) -> Result<TcpStream, Trouble> {
    let addresses = (host, port).to_socket_addrs().map_err(|_| Trouble::NoSuchHost)?;
    let mut trouble = Trouble::NoSuchHost;
    for address in addresses {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => {
                let timeouts = stream
                    .set_read_timeout(Some(PATIENCE))
                    .and_then(|()| stream.set_write_timeout(Some(PATIENCE)));
                return timeouts.map(|()| stream).map_err(|_| Trouble::Unreachable);
            }
            Err(_) => trouble = Trouble::Unreachable,
        }
    }
    Err(trouble)
}

fn encrypted(stream: TcpStream, host: &str) -> Result<StreamOwned<ClientConnection, TcpStream>, Trouble> {
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Trouble::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Trouble::Tls)?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(|_| Trouble::Tls)?;
    Ok(StreamOwned::new(connection, stream))
}

/// Sends the head and reads until the end of the answer, as far as it is worth knowing.
fn talk(mut stream: impl Read + Write, head: &str) -> std::io::Result<Vec<u8>> {
    stream.write_all(head.as_bytes())?;
    stream.flush()?;
    let mut said = Vec::new();
    let mut part = [0; 4096];
    while said.len() < LONGEST && !is_enough(&said) {
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(read) => said.extend_from_slice(&part[..read]),
            // A connection that ends without a goodbye ends all the same.
            Err(_) if !said.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(said)
}

/// Whether all has come that matters: the head of a refusal, or the end of a socket.
fn is_enough(said: &[u8]) -> bool {
    match parse(said) {
        Some((101, frames)) => frames.ends_with(CLOSE),
        Some(_) => true,
        None => false,
    }
}

/// The status, and what stands behind the head, once that is whole.
fn parse(answer: &[u8]) -> Option<(u16, Vec<u8>)> {
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n")?;
    let (head, rest) = answer.split_at(end);
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\r').next()?).ok()?;
    let status = line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some((status, rest[4..].to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_far_as_it_matters() {
        assert_eq!(parse(b"HTTP/1.1 101 Switching"), None);
        assert_eq!(parse(b"SSH-2.0\r\n\r\n"), None);
        let refused = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 900\r\n\r\n{";
        assert_eq!(parse(refused), Some((403, b"{".to_vec())));
        assert!(is_enough(refused));
        let opened = b"HTTP/1.1 101 Switching Protocols\r\n\r\n";
        let (word, close) = ([&[0x81, 16], WORD].concat(), CLOSE.to_vec());
        for (frames, is_well) in [
            (Vec::new(), false),
            (word.clone(), false),
            (close.clone(), false),
            ([word, close].concat(), true),
        ] {
            assert_eq!(ends_well(&frames), is_well);
            let said = [&opened[..], &frames].concat();
            assert_eq!(is_enough(&said), frames.ends_with(CLOSE));
        }
    }
}
