//! The body of a request while it arrives, and for how long it is worth waiting for more of it.
//!
//! Whoever announces a body and does not send it holds a place among the connections. So waiting uses up a little
//! patience, and what comes gives some of it back; without any left the connection may be given up, if somebody else
//! needs its place. Bytes that drip in do not help.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use envelope::connections::Arrival;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

/// The patience with a body at its beginning, and the most there is at any time.
const PATIENCE: Duration = Duration::from_secs(1);
/// The bytes in a second that keep it: half of what a slow telephone line brings.
const PACE: f64 = 4.0 * 1024.0;

/// A body whose connection knows for how long to wait for it.
pub(super) struct Arriving<B> {
    body: B,
    connection: Arrival,
    patience: Duration,
    /// More is waited for, worth it until then.
    until: Option<Instant>,
}

impl<B> Arriving<B> {
    pub(super) fn new(body: B, connection: Arrival) -> Self {
        Self {
            body,
            connection,
            patience: PATIENCE,
            until: None,
        }
    }

    fn wait(&mut self) {
        if self.until.is_none() {
            let until = Instant::now() + self.patience;
            self.until = Some(until);
            self.connection.waits(until);
        }
    }

    fn go_on(&mut self, bytes: usize) {
        if let Some(until) = self.until.take() {
            self.patience = until.saturating_duration_since(Instant::now());
            self.connection.goes_on();
        }
        self.patience = PATIENCE.min(self.patience + worth(bytes));
    }
}

/// The patience that so many bytes earn. No frame is larger than what a connection buffers.
fn worth(bytes: usize) -> Duration {
    Duration::from_secs_f64(u32::try_from(bytes).map_or(PACE, f64::from) / PACE)
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Arriving<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Pending => self.wait(),
            Poll::Ready(Some(Ok(frame))) => self.go_on(frame.data_ref().map_or(0, Bytes::len)),
            Poll::Ready(None | Some(Err(_))) => self.go_on(0),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for Arriving<B> {
    /// What nobody wants any more is not waited for.
    fn drop(&mut self) {
        if self.until.is_some() {
            self.connection.goes_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::net::{IpAddr, Ipv4Addr};

    use envelope::connections::{Connections, Place};
    use futures_util::FutureExt;
    use http_body_util::BodyExt;
    use tokio::sync::mpsc;
    use tokio::time::advance;

    use super::*;

    /// A body whose frames a test sends.
    struct Sent(mpsc::Receiver<usize>);

    impl HttpBody for Sent {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let frame = |bytes| Ok(Frame::data(vec![b'x'; bytes].into()));
            self.0.poll_recv(context).map(|sent| sent.map(frame))
        }
    }

    fn place(connections: &Connections) -> Place {
        connections.enter(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap()
    }

    /// Whether the connection could be given up after so many milliseconds of silence that follow these frames, a tenth of
    /// a second apart.
    async fn is_given_up(frames: &[usize], silence: u64) -> bool {
        let connections = Connections::new(1, 1);
        let place = place(&connections);
        let _busy = place.begin();
        let (sender, receiver) = mpsc::channel(1);
        let mut body = Arriving::new(Sent(receiver), place.arrival());
        for bytes in frames {
            assert!(body.frame().now_or_never().is_none());
            advance(Duration::from_millis(100)).await;
            sender.send(*bytes).await.unwrap();
            body.frame().now_or_never().unwrap().unwrap().unwrap();
            assert_eq!(connections.close_idlest(1), 0, "something is done with it");
        }
        assert!(body.frame().now_or_never().is_none());
        advance(Duration::from_millis(silence)).await;
        connections.close_idlest(1) == 1
    }

    #[tokio::test(start_paused = true)]
    async fn patience_ends_and_what_comes_renews_it() {
        assert!(!is_given_up(&[], 900).await);
        assert!(is_given_up(&[], 1000).await);
        assert!(!is_given_up(&[500; 20], 900).await);
        assert!(is_given_up(&[500; 20], 1000).await);
        assert!(!is_given_up(&[60_000], 900).await, "a beginning earns no more");
        assert!(is_given_up(&[60_000], 1000).await);
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_that_drip_in_earn_nothing() {
        assert!(is_given_up(&[1; 11], 10).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_not_read_is_not_waited_for() {
        let connections = Connections::new(1, 1);
        let place = place(&connections);
        let _busy = place.begin();
        let (_sender, receiver) = mpsc::channel(1);
        let mut body = Arriving::new(Sent(receiver), place.arrival());
        assert!(body.frame().now_or_never().is_none());
        drop(body);
        advance(PATIENCE).await;
        assert_eq!(connections.close_idlest(1), 0);
    }
}
