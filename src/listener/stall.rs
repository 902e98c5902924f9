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
const LOOK: Duration = Duration::from_secs(1);
/// The looks that make a span.
const SPAN: u8 = 5;
/// The bytes that must be taken in a span: 0.8 KiB in a second, less than the slowest telephone line brings.
const LEAST: usize = 4 * 1024;
/// The spans in a row that may bring less: half a minute in a tunnel.
const STRIKES: u8 = 6;
/// The bytes that must be taken in every span when others wait for room: 13 KiB in a second.
const LEAST_WANTED: usize = 64 * 1024;
/// The bytes that must be taken between two looks when too many take too little: as much, but at once.
const LEAST_CROWDED: usize = 13 * 1024;

/// How much others need what is held for somebody who takes little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Nobody waits for it.
    None,
    /// Somebody does.
    Wanted,
    /// So many take so little that together they hold too much.
    Crowded,
}

/// Where those wait for whom writing waits.
pub(super) trait Crowd {
    /// One more waits, or one less.
    fn changed(&self, waits: bool);
    /// What is asked of them now.
    fn need(&self) -> Need;
}

/// A stream with a limit for stalled writing. Reading is as it was.
pub(super) struct Stall<S, C: Crowd> {
    stream: S,
    crowd: Waits<C>,
    /// Rings at the next look; made when writing first has to wait.
    timer: Option<Pin<Box<Sleep>>>,
    /// Bytes taken since the last look, and in this span.
    taken: usize,
    taken_in_span: usize,
    looks: u8,
    strikes: u8,
}

/// Whether something waits to be taken, as the crowd knows it.
struct Waits<C: Crowd> {
    crowd: C,
    is_waiting: bool,
}

impl<S: AsyncWrite + Unpin, C: Crowd + Unpin> Stall<S, C> {
    pub(super) fn new(stream: S, crowd: C) -> Self {
        Self {
            stream,
            crowd: Waits {
                crowd,
                is_waiting: false,
            },
            timer: None,
            taken: 0,
            taken_in_span: 0,
            looks: 0,
            strikes: 0,
        }
    }

    /// The stream without a limit.
    pub(super) fn into_inner(self) -> S {
        self.stream
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
                    self.crowd.set(false);
                }
                Poll::Ready(Ok(taken))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.wait(context),
        }
    }

    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if !self.crowd.is_waiting {
            self.crowd.set(true);
            (self.taken, self.taken_in_span, self.looks) = (0, 0, 0);
            self.set_timer();
        }
        while let Some(timer) = &mut self.timer
            && timer.as_mut().poll(context).is_ready()
        {
            if self.takes_too_little() {
                return Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "the client takes too little of its answer",
                )));
            }
            self.set_timer();
        }
        Poll::Pending
    }

    /// Whether it is time to give up. A span is over with its last look.
    fn takes_too_little(&mut self) -> bool {
        let taken = std::mem::take(&mut self.taken);
        self.taken_in_span += taken;
        self.looks += 1;
        let need = self.crowd.crowd.need();
        if need == Need::Crowded && taken < LEAST_CROWDED {
            return true;
        }
        if self.looks < SPAN {
            return false;
        }
        let taken = std::mem::take(&mut self.taken_in_span);
        self.looks = 0;
        self.strikes = if taken < LEAST { self.strikes + 1 } else { 0 };
        self.strikes >= STRIKES || (need == Need::Wanted && taken < LEAST_WANTED)
    }

    fn set_timer(&mut self) {
        match &mut self.timer {
            Some(timer) => timer.as_mut().reset(Instant::now() + LOOK),
            None => self.timer = Some(Box::pin(sleep(LOOK))),
        }
    }
}

impl<C: Crowd> Waits<C> {
    fn set(&mut self, waits: bool) {
        if self.is_waiting != waits {
            self.is_waiting = waits;
            self.crowd.changed(waits);
        }
    }
}

impl<C: Crowd> Drop for Waits<C> {
    fn drop(&mut self) {
        self.set(false);
    }
}

impl<S: AsyncWrite + Unpin, C: Crowd + Unpin> AsyncWrite for Stall<S, C> {
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

impl<S: AsyncRead + Unpin, C: Crowd + Unpin> AsyncRead for Stall<S, C> {
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
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    /// Counts who waits.
    struct Always(Need, Rc<Cell<usize>>);

    impl Crowd for Always {
        fn changed(&self, waits: bool) {
            self.1
                .set(if waits { self.1.get() + 1 } else { self.1.get() - 1 });
        }

        fn need(&self) -> Need {
            self.0
        }
    }

    /// Writes to somebody who takes `sip` bytes every second; after how many seconds they are given up, if they are.
    async fn given_up_after(sip: usize, bytes: usize, need: Need) -> Option<u64> {
        let start = Instant::now();
        let (ours, mut theirs) = duplex(16);
        let waiting = Rc::new(Cell::new(0));
        let mut stream = Stall::new(ours, Always(need, Rc::clone(&waiting)));
        let reader = async move {
            let mut taken = vec![0; sip];
            loop {
                sleep(Duration::from_millis(999)).await;
                if sip > 0 && theirs.read_exact(&mut taken).await.is_err() {
                    return;
                }
            }
        };
        let bytes = vec![0; bytes];
        let written = tokio::select! {
            written = stream.write_all(&bytes) => written,
            () = reader => Ok(()),
        };
        drop(stream);
        assert_eq!(waiting.get(), 0, "who is gone does not wait");
        let error = written.err()?;
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        Some(start.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_given_up() {
        assert_eq!(given_up_after(0, 1000, Need::None).await, Some(30));
        assert_eq!(given_up_after(100, 64 * LEAST, Need::None).await, Some(30));
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_a_little_at_a_time_is_waited_for() {
        assert_eq!(given_up_after(LEAST / 4, 64 * LEAST, Need::None).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn when_others_wait_a_little_is_not_enough() {
        assert_eq!(given_up_after(LEAST, 64 * LEAST, Need::Wanted).await, Some(5));
        assert_eq!(
            given_up_after(LEAST_WANTED / 4, 16 * LEAST_WANTED, Need::Wanted).await,
            None
        );
    }

    #[tokio::test(start_paused = true)]
    async fn in_a_crowd_patience_ends_at_once() {
        assert_eq!(given_up_after(LEAST, 64 * LEAST, Need::Crowded).await, Some(1));
        assert_eq!(
            given_up_after(LEAST_CROWDED, 64 * LEAST_CROWDED, Need::Crowded).await,
            None
        );
    }
}
