//! What surrounds every route: both slash forms, CORS, security headers, panics, and bodies that nobody read.

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::sync::Semaphore;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::Error;
use super::hosts::AllowedHosts;
use crate::tasks::Tasks;

/// The origins of the native shells, allowed even where `CORS_ORIGINS` narrows the rest.
const NATIVE_SHELLS: [&str; 4] = [
    "capacitor://localhost",
    "ionic://localhost",
    "http://localhost",
    "https://localhost",
];

/// Routes are written with a trailing slash, as the apps call them; the form without it means the same.
pub fn with_slash<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    let path = request.uri().path();
    let is_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if !path.starts_with("/api") || path.ends_with('/') || is_file {
        return request;
    }
    let with_slash = match request.uri().query() {
        Some(query) => format!("{path}/?{query}"),
        None => format!("{path}/"),
    };
    if let Ok(path_and_query) = PathAndQuery::try_from(with_slash) {
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = Some(path_and_query);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// Whether pages of this origin may call, where `origins` are listed: all if none are.
pub fn may_call(origins: &[String], origin: &str) -> bool {
    origins.is_empty() || origins.iter().any(|listed| listed == origin) || NATIVE_SHELLS.contains(&origin)
}

/// Any origin without credentials, or the listed ones and the native shells. Also on refusals: without the headers a
/// browser would report a network error and the apps would go offline.
pub fn cors(origins: &[String]) -> CorsLayer {
    let allowed = if origins.is_empty() {
        AllowOrigin::any()
    } else {
        let listed = origins.iter().map(String::as_str).chain(NATIVE_SHELLS);
        AllowOrigin::list(listed.filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    let headers = [
        "accept",
        "accept-encoding",
        "authorization",
        "content-type",
        "dnt",
        "origin",
        "user-agent",
    ]
    .into_iter()
    .chain(["x-csrftoken", "x-requested-with"])
    .map(HeaderName::from_static);
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([
            Method::DELETE,
            Method::GET,
            Method::OPTIONS,
            Method::PATCH,
            Method::POST,
            Method::PUT,
        ])
        .allow_headers(headers.collect::<Vec<_>>())
        .max_age(Duration::from_secs(86_400))
}

/// Headers that every answer carries. What the API says is kept by no cache, unless the answer itself says otherwise;
/// `by_https` is whether the world reaches this server by https alone.
pub async fn security_headers(by_https: bool, request: Request, next: Next) -> Response {
    let of_the_api = request.uri().path().starts_with("/api");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    if of_the_api {
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    if by_https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    response
}

/// What is asked by machines which know no name; `/metrics` has a token of its own.
const FOR_MACHINES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Answers only under the names that are allowed, but for what machines ask.
pub async fn known_host(hosts: Arc<AllowedHosts>, request: Request, next: Next) -> Response {
    if !FOR_MACHINES.contains(&request.uri().path()) && !hosts.allows(&request) {
        return Error::unknown_host().into_response();
    }
    next.run(request).await
}

/// A panic answers 500 to its own caller; nobody else notices. Its text is left alone: it may quote what somebody has
/// written. The log knows where it happened.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Error::broken().into_response()
}

/// Takes what a refused client still sends, so that it gets to read the refusal.
///
/// A server that answers 401 or 413 and closes while megabytes are still under way resets the connection, and the
/// client sees a network error instead of the answer. So an unread body is read and dropped: a few at a time, each with a
/// limit of bytes and of time. Past these limits the connection closes.
#[derive(Clone, Debug)]
pub struct Drain {
    tasks: Tasks,
    places: Arc<Semaphore>,
}

impl Drain {
    const PLACES: usize = 64;
    const MOST_BYTES: u64 = 40 * 1024 * 1024;
    const PATIENCE: Duration = Duration::from_secs(20);

    /// A drain whose tasks are owned by `tasks`.
    pub fn new(tasks: Tasks) -> Self {
        Self {
            tasks,
            places: Arc::new(Semaphore::new(Self::PLACES)),
        }
    }

    /// Watches the body of a request.
    pub fn watch(&self, request: Request) -> Request {
        if request.body().is_end_stream() {
            return request;
        }
        request.map(|body| {
            Body::new(Watched {
                body: Some(body),
                drain: self.clone(),
            })
        })
    }

    fn take(&self, mut rest: Body) {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return;
        };
        let work = async move {
            let mut seen = 0;
            while let Some(Ok(frame)) = rest.frame().await {
                seen += frame.data_ref().map_or(0, |data| data.len() as u64);
                if seen > Self::MOST_BYTES {
                    break;
                }
            }
        };
        self.tasks.spawn("drain", async move {
            let _place = place;
            // Past the time the body is dropped, which closes the connection: that is the rule of `Drain`.
            let _ = tokio::time::timeout(Self::PATIENCE, work).await;
        });
    }
}

struct Watched {
    body: Option<Body>,
    drain: Drain,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(body).poll_frame(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(HttpBody::size_hint).unwrap_or_default()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(rest) = self.body.take().filter(|body| !body.is_end_stream()) {
            self.drain.take(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_api_paths_that_are_no_files_gain_a_slash() {
        let path = |uri: &'static str| {
            with_slash(Request::builder().uri(uri).body(Body::empty()).unwrap())
                .uri()
                .to_string()
        };
        assert_eq!(path("/api/stories?page=2"), "/api/stories/?page=2");
        assert_eq!(path("/api"), "/api/");
        assert_eq!(path("/api/stories/"), "/api/stories/");
        assert_eq!(path("/api/openapi.json"), "/api/openapi.json");
        assert_eq!(path("/healthz"), "/healthz");
    }
}
