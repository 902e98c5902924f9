//! A stream that is given up when its other end takes next to nothing of what is written.
//!
//! An answer that is not taken holds memory: its chunks here, its bytes in the kernel. So whoever is written to has to
//! take something: a little when nobody else needs the room, more when somebody waits for it.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How often it is looked at what was taken, while writing has to wait.
const SPAN: Duration = Duration::from_secs(5);
/// The bytes that must be taken in a span: 0.8 KiB in a second, less than the slowest telephone line brings.
const LEAST: usize = 4 * 1024;
/// The spans in a row that may bring less: half a minute in a tunnel.
const STRIKES: u8 = 6;
/// The bytes that must be taken in every span when others wait for the room: 13 KiB in a second.
const LEAST_PRESSED: usize = 64 * 1024;

/// A stream with a limit for stalled writing. Reading is as it was.
pub(super) struct Stall<S, P> {
    stream: S,
    /// Whether somebody else waits for what this stream makes us hold.
    pressed: P,
    /// Ends with the span; made when writing first has to wait.
    timer: Option<Pin<Box<Sleep>>>,
    /// Whether something waits to be taken.
    is_waiting: bool,
    /// Bytes that were taken in this span.
    taken: usize,
    strikes: u8,
}

impl<S: AsyncWrite + Unpin, P: Fn() -> bool + Unpin> Stall<S, P> {
    pub(super) fn new(stream: S, pressed: P) -> Self {
        Self {
            stream,
            pressed,
            timer: None,
            is_waiting: false,
            taken: 0,
            strikes: 0,
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
                if taken == offered {
                    self.is_waiting = false;
                }
                Poll::Ready(Ok(taken))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.wait(context),
        }
    }

    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(SPAN)));
        if !self.is_waiting {
            self.is_waiting = true;
            self.taken = 0;
            timer.as_mut().reset(Instant::now() + SPAN);
        }
        while timer.as_mut().poll(context).is_ready() {
            if self.taken >= LEAST {
                self.strikes = 0;
            } else {
                self.strikes += 1;
            }
            let is_missed = self.taken < LEAST_PRESSED && (self.pressed)();
            if is_missed || self.strikes >= STRIKES {
                return Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the client takes too little of its answer",
                )));
            }
            self.taken = 0;
            timer.as_mut().reset(Instant::now() + SPAN);
        }
        Poll::Pending
    }
}

impl<S: AsyncWrite + Unpin, P: Fn() -> bool + Unpin> AsyncWrite for Stall<S, P> {
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

impl<S: AsyncRead + Unpin, P: Unpin> AsyncRead for Stall<S, P> {
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

    /// Writes to somebody who takes `sip` bytes every second; after how many seconds they are given up, if they are.
    async fn given_up_after(sip: usize, bytes: usize, pressed: bool) -> Option<u64> {
        let start = Instant::now();
        let (ours, mut theirs) = duplex(16);
        let mut stream = Stall::new(ours, move || pressed);
        let reader = async move {
            let mut taken = vec![0; sip];
            loop {
                sleep(Duration::from_secs(1)).await;
                if sip > 0 && theirs.read_exact(&mut taken).await.is_err() {
                    return;
                }
            }
        };
        let bytes = vec![0; bytes];
        tokio::select! {
            written = stream.write_all(&bytes) => {
                let error = written.err()?;
                assert_eq!(error.kind(), io::ErrorKind::TimedOut);
                Some(start.elapsed().as_secs())
            }
            () = reader => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_given_up() {
        assert_eq!(given_up_after(0, 1000, false).await, Some(30));
        assert_eq!(given_up_after(100, 64 * LEAST, false).await, Some(30));
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_a_little_at_a_time_is_waited_for() {
        assert_eq!(given_up_after(LEAST / 4, 64 * LEAST, false).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn when_others_wait_a_little_is_not_enough() {
        assert_eq!(given_up_after(LEAST, 64 * LEAST, true).await, Some(5));
        assert_eq!(given_up_after(LEAST_PRESSED / 4, 16 * LEAST_PRESSED, true).await, None);
    }
}
