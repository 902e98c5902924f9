//! How much the kernel takes in of what a client sends and nobody has read.
//!
//! A little for everybody. More for a large body that has been admitted: it goes on arriving while others are served or
//! the CPU's quota is spent, and comes in few large pieces.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use rustix::net::sockopt::set_socket_recv_buffer_size;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// For everybody. The kernel's own measure grows to megabytes for each sender.
const USUAL: usize = 64 * 1024;
/// For a body that has been admitted; a part of the room that it has taken.
const WIDE: usize = 256 * 1024;

/// What a request says of the connection that it comes by; an extension of it.
#[derive(Clone, Debug, Default)]
pub struct Intake(Arc<AtomicBool>);

impl Intake {
    /// Lets the kernel take in more, until what this gives is dropped.
    pub fn widen(&self) -> Widened {
        self.0.store(true, Ordering::Relaxed);
        Widened(self.clone())
    }
}

/// More is taken in.
#[derive(Debug)]
pub struct Widened(Intake);

impl Drop for Widened {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}

/// A connection whose kernel takes in as much as its [`Intake`] says, from the next read on.
pub(super) struct Bounded {
    stream: TcpStream,
    intake: Intake,
    is_wide: bool,
}

impl Bounded {
    pub(super) fn new(stream: TcpStream, intake: Intake) -> io::Result<Self> {
        // Not inherited from the listening socket: the window could never grow beyond what was set there.
        set_socket_recv_buffer_size(&stream, USUAL)?;
        Ok(Self {
            stream,
            intake,
            is_wide: false,
        })
    }

    pub(super) fn into_inner(self) -> TcpStream {
        self.stream
    }

    fn obey(&mut self) -> io::Result<()> {
        let is_wide = self.intake.0.load(Ordering::Relaxed);
        if is_wide != self.is_wide {
            self.is_wide = is_wide;
            set_socket_recv_buffer_size(&self.stream, if is_wide { WIDE } else { USUAL })?;
        }
        Ok(())
    }
}

impl AsyncRead for Bounded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.obey()?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// How much a client can send before anything more than a first byte of it is read.
    async fn taken_in(is_admitted: bool) -> usize {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        rustix::net::sockopt::set_socket_send_buffer_size(&client, 8 * 1024).unwrap();
        let intake = Intake::default();
        let (stream, _) = listener.accept().await.unwrap();
        let mut server = Bounded::new(stream, intake.clone()).unwrap();
        let widened = is_admitted.then(|| intake.widen());
        client.write_all(b"x").await.unwrap();
        server.read_u8().await.unwrap();
        let mut sent = 0;
        client.writable().await.unwrap();
        while let Ok(written) = client.try_write(&[0; 4096]) {
            sent += written;
        }
        drop(widened);
        server.read_u8().await.unwrap();
        assert!(!server.is_wide, "when the body has come it is as before");
        sent
    }

    #[tokio::test]
    async fn what_is_admitted_is_taken_in_before_it_is_read() {
        let (usual, wide) = (taken_in(false).await, taken_in(true).await);
        assert!(usual < 3 * USUAL, "{usual}");
        assert!(wide > WIDE / 2, "{wide}");
    }
}
