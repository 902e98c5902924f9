//! Bodies that somebody follows on their way.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};

/// Goes with a body, and is dropped with it: when all of it has been taken, or nobody wants the rest.
pub trait Follow: Send + Unpin + 'static {
    /// So many bytes have passed.
    fn passed(&mut self, _bytes: usize) {}

    /// The last byte has passed. May be said more than once.
    fn ended(&mut self) {}
}

/// The same body, followed.
pub fn follow(body: Body, follower: impl Follow) -> Body {
    Body::new(Followed { body, follower })
}

struct Followed<F> {
    body: Body,
    follower: F,
}

impl<F: Follow> HttpBody for Followed<F> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        let is_end = match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                self.follower.passed(bytes);
                // Whoever knows the length may not ask again.
                self.body.is_end_stream()
            }
            Poll::Ready(None) => true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => false,
        };
        if is_end {
            self.follower.ended();
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
