//! The layer around all routes that counts, and what follows the bodies of a request and of its answer.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use super::{Answered, Area};
use crate::app::App;
use crate::clock::Clock;
use crate::wire::{Follow, follow};

/// What the head of a response takes besides its headers: the status line, `Date`.
const HEAD: usize = 74;

/// Counts each request and its answer, whatever became of it.
///
/// Its time begins with the last byte of its body: a phone that needs ten seconds to send a drawing does not make the
/// server slow. It begins with its head where there is no body, or nobody reads it to its end.
pub async fn watch(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let found = FoundRoute::default();
    request.extensions_mut().insert(found.clone());
    let method = request.method().clone();
    let began = app.clock.now();
    let mut under_way = UnderWay::new(app);
    let (request, came) = until_it_came(request, &under_way.app.clock);

    let response = next.run(request).await;

    let app = &under_way.app;
    let now = app.clock.now();
    let began = came.get().copied().unwrap_or(began);
    let answered = Answered {
        area: Area::of(found.path()),
        status: response.status().as_u16(),
        micros: u64::try_from(now - began).unwrap_or_default(),
    };
    app.traffic.answered(now, answered);
    app.traffic.sent(HEAD + size(response.headers()));
    let route = found.path().unwrap_or("none");
    app.log
        .answered(method.as_str(), route, answered.status, answered.micros / 1000);
    under_way.is_answered = true;
    response.map(|body| follow(body, under_way))
}

/// Tells [`watch`], which stands outside of the routes, which of them is called.
pub async fn note_route(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    if let (Some(found), Some(route)) = (extensions.get::<FoundRoute>(), extensions.get::<MatchedPath>()) {
        found.0.get_or_init(|| route.clone());
    }
    next.run(request).await
}

/// The route of a request, once it is found.
#[derive(Clone, Default)]
struct FoundRoute(Arc<OnceLock<MatchedPath>>);

impl FoundRoute {
    fn path(&self) -> Option<&str> {
        self.0.get().map(MatchedPath::as_str)
    }
}

fn size(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum()
}

/// The request, and when the last byte of its body came, once that has happened.
fn until_it_came(request: Request, clock: &Clock) -> (Request, Arc<OnceLock<i64>>) {
    let came = Arc::default();
    if request.body().is_end_stream() {
        return (request, came);
    }
    let upload = Upload {
        clock: clock.clone(),
        came: Arc::clone(&came),
    };
    (request.map(|body| follow(body, upload)), came)
}

/// A body on its way in.
struct Upload {
    clock: Clock,
    came: Arc<OnceLock<i64>>,
}

impl Follow for Upload {
    fn ended(&mut self) {
        self.came.get_or_init(|| self.clock.now());
    }
}

/// A request from its first line until the body of its answer has left, or its client has.
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

impl Follow for UnderWay {
    fn passed(&mut self, bytes: usize) {
        self.app.traffic.sent(bytes);
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
