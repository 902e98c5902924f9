//! From the listening socket to the routes: a bounded number of connections, each with patience for slow heads, and an orderly end.

mod stall;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::net::sockopt::set_socket_send_buffer_size;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

use self::stall::Stall;
use crate::app::{App, Peer};
use crate::routes;
use crate::wire::layers::{self, Drain};

/// How long the head of a request may take, and how long a kept-alive connection may be silent.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait before accepting again when the system has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long a client may take next to nothing of an answer.
const STALL_PATIENCE: Duration = Duration::from_secs(30);
/// What the kernel keeps of each answer that is not taken yet: it counts against the memory limit too. Enough for one
/// megabyte a second over a line of a quarter of a second.
const SEND_BUFFER: usize = 256 * 1024;
/// What hyper may buffer of one connection.
const CONNECTION_BUFFER: usize = 32 * 1024;

/// Accepts connections until `stop` completes. A place is taken before accepting: beyond the bound the kernel's own
/// backlog is the queue.
pub async fn accept(app: &Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) {
    // Accepted sockets inherit it.
    if let Err(error) = set_socket_send_buffer_size(&listener, SEND_BUFFER) {
        tracing::warn!(%error, "the socket buffers keep their size");
    }
    let places = Arc::new(Semaphore::new(app.config.max_connections));
    let routes = routes::all(app);
    let drain = Drain::new(app.tasks.clone());
    tokio::pin!(stop);
    loop {
        let place = tokio::select! {
            () = &mut stop => return,
            place = Arc::clone(&places).acquire_owned() => place.expect("the semaphore is never closed"),
        };
        let accepted = tokio::select! {
            () = &mut stop => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = Connection {
                    app: Arc::clone(app),
                    routes: routes.clone(),
                    drain: drain.clone(),
                    peer: Peer(peer),
                    _place: place,
                };
                app.tasks.spawn("connection", connection.run(stream));
            }
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// One connection and what its requests share.
struct Connection {
    app: Arc<App>,
    routes: Router,
    drain: Drain,
    peer: Peer,
    /// Given back when the connection ends.
    _place: OwnedSemaphorePermit,
}

impl Connection {
    async fn run(self, stream: TcpStream) {
        if let Err(error) = self.serve(stream).await {
            // Clients that vanish are ordinary.
            tracing::debug!(%error, "connection ended");
        }
    }

    async fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let service = service_fn(|request: Request<Incoming>| self.answer(request));
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_PATIENCE)
            .max_buf_size(CONNECTION_BUFFER);
        let connection = builder
            .serve_connection(TokioIo::new(Stall::new(stream, STALL_PATIENCE)), service)
            .with_upgrades();
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = &mut connection => ended,
            () = self.app.tasks.stopping() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        ended.map_err(io::Error::other)
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<axum::response::Response, Infallible> {
        let mut request = layers::with_slash(request.map(Body::new));
        request.extensions_mut().insert(self.peer);
        self.routes.clone().oneshot(self.drain.watch(request)).await
    }
}
