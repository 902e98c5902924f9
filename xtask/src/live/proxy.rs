//! A way to a port of this machine that takes its time: what goes through comes half of the delay later, each way.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::Result;

/// What is read at once, and how many of such pieces may be on the way: more than a connection holds in itself.
const PIECE: usize = 16 * 1024;
const ON_THE_WAY: usize = 1_024;

/// The proxy, on a thread of its own; it ends with this.
#[derive(Debug)]
pub(super) struct Proxy {
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Listens on a free port; from a question to its answer takes this much longer than without.
    pub(super) fn start(to: u16, delay: Duration) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let port = listener.local_addr()?.port();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let work = accept(listener, SocketAddr::from((Ipv4Addr::LOCALHOST, to)), delay / 2);
            runtime.block_on(async {
                tokio::select! {
                    () = work => {}
                    _ = stopped => {}
                }
            });
        });
        Ok(Self {
            port,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so on the terminal.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, to: SocketAddr, delay: Duration) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((near, _)) = accepted {
                // What ends it on one side ends it on the other: dropped.
                connections.spawn(async move { drop(carry(near, to, delay).await) });
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn carry(near: TcpStream, to: SocketAddr, delay: Duration) -> io::Result<()> {
    let far = TcpStream::connect(to).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let (there, back) = tokio::join!(later(near_in, far_out, delay), later(far_in, near_out, delay));
    there.and(back)
}

/// Moves bytes from one to the other, each piece so long after it came.
async fn later(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    delay: Duration,
) -> io::Result<()> {
    let (sender, mut pieces) = mpsc::channel::<(Instant, Vec<u8>)>(ON_THE_WAY);
    let take = async move {
        loop {
            let mut piece = Vec::with_capacity(PIECE);
            let read = from.read_buf(&mut piece).await;
            // An end and an error are both the end; the writer has been told all that came before.
            if !matches!(read, Ok(1..)) || sender.send((Instant::now() + delay, piece)).await.is_err() {
                return;
            }
        }
    };
    let give = async {
        while let Some((due, piece)) = pieces.recv().await {
            sleep_until(due).await;
            to.write_all(&piece).await?;
        }
        to.shutdown().await
    };
    let ((), given) = tokio::join!(take, give);
    given
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    #[test]
    fn an_answer_takes_as_long_as_the_delay() {
        let server = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = server.local_addr().unwrap().port();
        let echo = thread::spawn(move || {
            let (mut stream, _) = server.accept().unwrap();
            let mut bytes = [0; 5];
            stream.read_exact(&mut bytes).unwrap();
            stream.write_all(&bytes).unwrap();
        });
        let proxy = Proxy::start(port, Duration::from_millis(60)).unwrap();
        let mut client = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
        let began = std::time::Instant::now();
        client.write_all(b"hello").unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "hello");
        assert!(began.elapsed() >= Duration::from_millis(60));
        echo.join().unwrap();
    }
}
