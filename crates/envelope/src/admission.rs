//! A layer that refuses work while memory is short, before anything of it is done.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

use crate::{Envelope, Level};

/// Refuses requests while the level of an envelope is at or above a given one, with a response that the caller makes
/// (an HTTP server answers 503 with `Retry-After`). The request is dropped unread. Clones count together.
///
/// It is for routes where every request is large work: an export, an image, a conversion. Where only some requests of a
/// route are large, as with a body that may hold drawings or none, the layer would refuse the small ones too: such a
/// route asks [`Envelope::admits`] itself, once the size is known and before the body is read.
pub struct Admission<F> {
    envelope: Envelope,
    from: Level,
    refuse: F,
    refused: Arc<AtomicU64>,
}

impl<F> Admission<F> {
    /// Refuses from `from` on, with what `refuse` makes of the level.
    pub fn new(envelope: Envelope, from: Level, refuse: F) -> Self {
        Self {
            envelope,
            from,
            refuse,
            refused: Arc::default(),
        }
    }

    /// Requests refused so far.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

impl<F: Clone> Clone for Admission<F> {
    fn clone(&self) -> Self {
        Self {
            envelope: self.envelope.clone(),
            from: self.from,
            refuse: self.refuse.clone(),
            refused: Arc::clone(&self.refused),
        }
    }
}

impl<S, F: Clone> Layer<S> for Admission<F> {
    type Service = Admitted<S, F>;

    fn layer(&self, inner: S) -> Self::Service {
        Admitted {
            inner,
            admission: self.clone(),
        }
    }
}

/// A service behind an [`Admission`].
#[derive(Clone)]
pub struct Admitted<S, F: Clone> {
    inner: S,
    admission: Admission<F>,
}

impl<S, F, Request> Service<Request> for Admitted<S, F>
where
    S: Service<Request>,
    F: Fn(Level) -> S::Response + Clone,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Answer<S::Future, S::Response, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let admission = &self.admission;
        let level = admission.envelope.level();
        if level < admission.from {
            return Answer::Inner(Box::pin(self.inner.call(request)));
        }
        admission.refused.fetch_add(1, Ordering::Relaxed);
        Answer::Refused(ready(Ok((admission.refuse)(level))))
    }
}

/// The answer of the service behind, or the refusal.
pub enum Answer<F, R, E> {
    /// Of the service behind.
    Inner(Pin<Box<F>>),
    /// It was not asked.
    Refused(Ready<Result<R, E>>),
}

impl<F, R, E> Future for Answer<F, R, E>
where
    F: Future<Output = Result<R, E>>,
    Ready<Result<R, E>>: Unpin,
{
    type Output = Result<R, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Inner(answer) => answer.as_mut().poll(context),
            Self::Refused(refusal) => Pin::new(refusal).poll(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::limits::Limits;
    use crate::{Options, Probe, Usage};

    /// Answers every request with 200.
    struct Ok200;

    impl Service<&str> for Ok200 {
        type Response = u16;
        type Error = Infallible;
        type Future = Ready<Result<u16, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: &str) -> Self::Future {
            ready(Ok(200))
        }
    }

    #[tokio::test]
    async fn from_its_level_on_it_refuses_and_counts() {
        let mut limits = Limits::read(None);
        limits.memory_bytes = 100;
        let probe = Probe::manual(Usage::default());
        let envelope = Envelope::start(Options {
            limits,
            connections: 1,
            bound_addresses: false,
            probe: probe.clone(),
        });
        let admission = Admission::new(envelope.clone(), Level::Orange, |level| {
            if level == Level::Red { 599 } else { 503 }
        });
        let mut service = admission.layer(Ok200);
        for (used, status, refused) in [
            (10, 200, 0),
            (75, 200, 0),
            (85, 503, 1),
            (95, 599, 2),
            (10, 200, 2),
        ] {
            probe.set(Usage {
                resident: used,
                cgroup: None,
            });
            envelope.look();
            assert_eq!(service.call("a request").await, Ok(status), "{used} of 100");
            assert_eq!(admission.refused(), refused);
        }
    }
}
