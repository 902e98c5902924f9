//! The layer around all routes that counts, and the body that is counted while it leaves.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};

use super::{Answered, Area};
use crate::app::App;

/// What the head of a response takes besides its headers: the status line, `Date`, `Content-Length`.
const HEAD: usize = 96;

/// Counts each request and its answer, whatever became of it.
pub async fn watch(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let began = app.clock.now();
    let mut under_way = UnderWay::new(app);

    let response = next.run(request).await;

    let app = &under_way.app;
    let now = app.clock.now();
    let answered = Answered {
        area: Area::of(route.as_ref().map(MatchedPath::as_str)),
        status: response.status().as_u16(),
        micros: u64::try_from(now - began).unwrap_or_default(),
    };
    app.traffic.answered(now, answered);
    app.traffic.sent(HEAD + size(response.headers()));
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    app.log
        .answered(method.as_str(), route, answered.status, answered.micros / 1000);
    under_way.is_answered = true;
    response.map(|body| Body::new(Counted { body, under_way }))
}

fn size(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum()
}

/// A request from its first line until its body has left, or its client has.
struct UnderWay {
    app: Arc<App>,
    is_answered: bool,
}

impl UnderWay {
    fn new(app: Arc<App>) -> Self {
        app.traffic.in_flight.fetch_add(1, Ordering::Relaxed);
        Self {
            app,
            is_answered: false,
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.app.traffic.in_flight.fetch_sub(1, Ordering::Relaxed);
        if !self.is_answered {
            self.app.traffic.abandoned();
        }
    }
}

struct Counted {
    body: Body,
    under_way: UnderWay,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            self.under_way.app.traffic.sent(bytes);
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
