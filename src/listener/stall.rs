//! A stream that is given up when its other end takes next to nothing of what is written.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// The bytes that must be taken while one patience lasts.
const LEAST: usize = 4 * 1024;

/// A stream with a limit for stalled writing. Reading is as it was.
pub(super) struct Stall<S> {
    stream: S,
    patience: Duration,
    /// Ends when the patience does.
    timer: Pin<Box<Sleep>>,
    /// Whether something waits to be taken, and what was taken since the timer began.
    is_waiting: bool,
    taken: usize,
}

impl<S: AsyncWrite + Unpin> Stall<S> {
    pub(super) fn new(stream: S, patience: Duration) -> Self {
        Self {
            stream,
            patience,
            timer: Box::pin(sleep(patience)),
            is_waiting: false,
            taken: 0,
        }
    }

    /// Looks at what became of writing `offered` bytes.
    fn judge(
        &mut self,
        context: &mut Context<'_>,
        offered: usize,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(taken)) => {
                self.taken += taken;
                if taken == offered || self.taken >= LEAST {
                    self.is_waiting = false;
                }
                Poll::Ready(Ok(taken))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.wait(context),
        }
    }

    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if !self.is_waiting {
            self.is_waiting = true;
            self.taken = 0;
            self.timer.as_mut().reset(Instant::now() + self.patience);
        }
        self.timer.as_mut().poll(context).map(|()| {
            Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the client takes nothing of its answer",
            ))
        })
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stall<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, bytes.len(), written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let offered = slices.iter().map(|slice| slice.len()).sum();
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.judge(context, offered, written)
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

impl<S: AsyncRead + Unpin> AsyncRead for Stall<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    /// Writes so many bytes to somebody who takes `takes` of them and no more.
    async fn write_to(takes: usize, bytes: usize, patience: Duration) -> io::Result<()> {
        let (ours, mut theirs) = duplex(16);
        let mut stream = Stall::new(ours, patience);
        let bytes = vec![0; bytes];
        let mut taken = vec![0; takes];
        let (written, read) = tokio::join!(stream.write_all(&bytes), theirs.read_exact(&mut taken));
        read.and(written)
    }

    #[tokio::test]
    async fn who_takes_nothing_is_given_up() {
        for takes in [0, 100] {
            let error = write_to(takes, 200, Duration::from_millis(20)).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{takes}");
        }
    }

    #[tokio::test]
    async fn who_takes_a_little_at_a_time_is_waited_for() {
        let bytes = 64 * LEAST;
        write_to(bytes, bytes, Duration::from_secs(20)).await.unwrap();
    }
}
