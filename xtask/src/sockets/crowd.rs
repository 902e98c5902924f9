//! Many people with a socket each, who say nothing but that they live. As little code as a measurement of memory needs:
//! no client library, because it would be a dependency for a hundred bytes of protocol.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, FuturesUnordered};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::Result;

/// Handshakes under way.
const AT_ONCE: usize = 32;
const PATIENCE: Duration = Duration::from_secs(30);
/// A pong without a payload, masked with zeros; the close with 1000.
const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];
const CLOSE: [u8; 8] = [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8];
const PING: u8 = 0x89;

/// Open sockets. They close when told so.
pub(super) struct Crowd {
    lost: Arc<AtomicUsize>,
    close: oneshot::Sender<()>,
    thread: JoinHandle<std::result::Result<(), String>>,
}

impl Crowd {
    /// Opens a socket for each token, and returns when all are open.
    pub(super) fn open(port: u16, tokens: &[&str]) -> Result<Self> {
        let tokens: Vec<String> = tokens.iter().map(|token| (*token).to_owned()).collect();
        let (close, closing) = oneshot::channel();
        let (opened, is_open) = oneshot::channel();
        let lost = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&lost);
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| error.to_string())?;
            runtime.block_on(stay(port, tokens, opened, closing, &counter))
        });
        let crowd = Self { lost, close, thread };
        if is_open.blocking_recv().is_ok() {
            return Ok(crowd);
        }
        crowd.close()?;
        Err("the sockets did not open".into())
    }

    /// Sockets that are not open any more.
    pub(super) fn lost(&self) -> usize {
        self.lost.load(Ordering::Relaxed)
    }

    /// Closes them all, and waits until that is done.
    pub(super) fn close(self) -> Result<()> {
        // Already at its end: the thread says why.
        let _ = self.close.send(());
        let ended = self.thread.join().map_err(|_| "the crowd panicked")?;
        Ok(ended?)
    }
}

async fn stay(
    port: u16,
    tokens: Vec<String>,
    opened: oneshot::Sender<()>,
    closing: oneshot::Receiver<()>,
    lost: &AtomicUsize,
) -> std::result::Result<(), String> {
    let handshakes = stream::iter(tokens.iter().enumerate())
        .map(|(number, token)| open(port, number, token))
        .buffer_unordered(AT_ONCE);
    let sockets: Vec<std::io::Result<TcpStream>> = handshakes.collect().await;
    let sockets: std::io::Result<Vec<TcpStream>> = sockets.into_iter().collect();
    let mut sockets = sockets.map_err(|error| format!("a socket did not open: {error}"))?;
    // Nobody waits any more: they close at once.
    let _ = opened.send(());
    {
        let mut living: FuturesUnordered<_> = sockets.iter_mut().map(answer).collect();
        let all = async {
            while living.next().await.is_some() {
                lost.fetch_add(1, Ordering::Relaxed);
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = all => {}
            _ = closing => {}
        }
    }
    let goodbyes = sockets.into_iter().map(goodbye).collect::<FuturesUnordered<_>>();
    goodbyes.collect::<Vec<()>>().await;
    Ok(())
}

/// Opens one and reads its first words.
async fn open(port: u16, number: usize, token: &str) -> std::io::Result<TcpStream> {
    let address = u32::try_from(number % 60_000).unwrap_or_default() + 2;
    let from = Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() & 0xff00_0000 | address);
    let work = async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((from, 0)))?;
        let mut stream = socket
            .connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .await?;
        let head = format!(
            "GET /ws/notifications/?token={token} HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        let mut said = Vec::new();
        while !said.windows(12).any(|window| window == b"\"connection\"") {
            if stream.read_buf(&mut said).await? == 0
                || !said.starts_with(&b"HTTP/1.1 101"[..said.len().min(12)])
            {
                let words = String::from_utf8_lossy(&said).into_owned();
                return Err(std::io::Error::other(words));
            }
        }
        Ok(stream)
    };
    timeout(PATIENCE, work).await?
}

/// Answers pings until the socket ends.
async fn answer(stream: &mut TcpStream) {
    let mut frame = [0; 256];
    while let Ok(1..) = stream.read(&mut frame).await {
        if frame[0] == PING && stream.write_all(&PONG).await.is_err() {
            return;
        }
    }
}

async fn goodbye(mut stream: TcpStream) {
    let close = async {
        stream.write_all(&CLOSE).await?;
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await
    };
    // Whoever does not answer is left.
    let _ = timeout(PATIENCE, close).await;
}
