//! From the listening socket to the routes: a bounded number of connections, each with patience for slow heads and slow
//! readers, a way to give up those that nobody uses, and an orderly end.
//!
//! Who has a place and who is given up is decided by `envelope::connections`; here is what that means for HTTP.

mod arriving;
mod stall;

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use axum::response::Response;
use envelope::Level;
use envelope::connections::{Busy, Place};
use futures_util::future::BoxFuture;
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::Upgraded;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_send_buffer_size};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use self::arriving::Arriving;
use self::stall::{Crowd, Need, Stall};
use crate::app::{App, Peer};
use crate::routes;
use crate::wire::layers::{self, Drain};
use crate::wire::{Follow, follow};

/// How long the head of a request may take, and how long a kept-alive connection may be silent.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);
/// The same when three of four places are taken.
const CROWDED_PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before accepting again when the system has no descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long what was answered may take to leave, on a connection that is asked to end.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// What the kernel keeps of each answer until the other end has it; it counts against the memory limit too. Enough for one
/// megabyte a second over a line of a quarter of a second.
const SEND_BUFFER: usize = 256 * 1024;
/// What of it may wait to be sent: all that a client makes us hold who takes nothing.
const UNSENT: u32 = 32 * 1024;
/// What the kernel takes in that we have not read. Its own measure grows to megabytes for each sender.
const RECEIVE_BUFFER: usize = 64 * 1024;
/// What a client makes us hold who takes nothing: the kernel's part and a chunk.
const STALLED_BYTES: u64 = 128 * 1024;
/// What hyper may buffer of one connection: the longest head, too. Whoever sends half a head holds as much.
const CONNECTION_BUFFER: usize = 16 * 1024;

/// Accepts connections until `stop` completes. One that is accepted waits for its place before the next: beyond the bound
/// the kernel's own backlog is the queue.
pub async fn accept(app: &Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) {
    if let Err(error) = set_buffers(&listener) {
        tracing::warn!(%error, "the socket buffers keep their size");
    }
    let house = Arc::new(House {
        app: Arc::clone(app),
        routes: routes::all(app),
        drain: Drain::new(app.tasks.clone()),
        stalled: AtomicU64::new(0),
    });
    let connections = app.envelope.connections();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Nobody is given up before somebody else is really there.
                tokio::select! {
                    () = &mut stop => return,
                    () = connections.room() => {}
                }
                // Over the bound of its address and none of those is idle: it is closed again.
                let Some(place) = connections.enter(household(peer.ip())) else {
                    continue;
                };
                let connection = Connection {
                    house: Arc::clone(&house),
                    peer: Peer(peer),
                    place,
                };
                app.tasks.spawn("connection", connection.run(stream));
            }
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Accepted sockets inherit them.
fn set_buffers(listener: &TcpListener) -> io::Result<()> {
    set_socket_send_buffer_size(listener, SEND_BUFFER)?;
    set_socket_recv_buffer_size(listener, RECEIVE_BUFFER)?;
    SockRef::from(listener).set_tcp_notsent_lowat(UNSENT)
}

/// The bare connection under an upgraded one, and what has been read of it behind the handshake; nothing when the upgrade
/// is none of ours. It knows neither patience nor stalls any more: whoever takes it over looks after that.
pub fn stream_of(upgraded: Upgraded) -> Option<(TcpStream, Bytes)> {
    let parts = upgraded
        .downcast::<TokioIo<Stall<TcpStream, Arc<House>>>>()
        .ok()?;
    Some((parts.io.into_inner().into_inner(), parts.read_buf))
}

/// The address that counts for a bound: itself, or the /64 that one IPv6 household holds.
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// What all connections share.
struct House {
    app: Arc<App>,
    routes: Router,
    drain: Drain,
    /// Connections whose client does not take what is written to it.
    stalled: AtomicU64,
}

impl House {
    /// How long to wait for the head of a request.
    fn patience(&self) -> Duration {
        if self.app.envelope.connections().is_crowded() {
            CROWDED_PATIENCE
        } else {
            HEAD_PATIENCE
        }
    }
}

impl Crowd for Arc<House> {
    fn changed(&self, waits: bool) {
        if waits {
            self.stalled.fetch_add(1, Ordering::Relaxed);
        } else {
            self.stalled.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn need(&self) -> Need {
        let app = &self.app;
        let held = self.stalled.load(Ordering::Relaxed) * STALLED_BYTES;
        if held > app.envelope.shares().connections || app.envelope.level() == Level::Red {
            Need::Crowded
        } else if app.pictures.answers.is_waited_for() || app.envelope.level() == Level::Orange {
            Need::Wanted
        } else {
            Need::None
        }
    }
}

/// One connection.
struct Connection {
    house: Arc<House>,
    peer: Peer,
    /// Given back when the connection ends.
    place: Place,
}

impl Connection {
    async fn run(self, stream: TcpStream) {
        if !self.speaks(&stream).await {
            return;
        }
        if let Err(error) = self.serve_apart(stream).await {
            // Clients that vanish are ordinary.
            tracing::debug!(%error, "connection ended");
        }
    }

    /// Waits for the first byte; false when it does not come in time, or is not waited for any more.
    async fn speaks(&self, stream: &TcpStream) -> bool {
        let mut first = [0];
        tokio::select! {
            // Peeking, because a stream may be said to be readable when it is not.
            spoke = timeout(self.house.patience(), stream.peek(&mut first)) => matches!(spoke, Ok(Ok(1..))),
            () = self.place.closing() => false,
            () = self.house.app.tasks.stopping() => false,
        }
    }

    /// In a box of its own, so that a connection that has said nothing yet costs a few hundred bytes.
    fn serve_apart(&self, stream: TcpStream) -> BoxFuture<'_, io::Result<()>> {
        Box::pin(self.serve(stream))
    }

    async fn serve(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let stream = Stall::new(stream, Arc::clone(&self.house));
        let service = service_fn(|request: Request<Incoming>| self.answer(request));
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(self.house.patience())
            .max_buf_size(CONNECTION_BUFFER);
        let connection = builder
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        tokio::pin!(connection);
        tokio::select! {
            ended = &mut connection => return ended.map_err(io::Error::other),
            () = self.place.closing() => {}
            () = self.house.app.tasks.stopping() => {}
        }
        connection.as_mut().graceful_shutdown();
        loop {
            // Nothing was done yet, and who asks for a place is not kept waiting by a last word to somebody who is silent.
            if self.place.is_given_up() {
                return Ok(());
            }
            tokio::select! {
                ended = &mut connection => return ended.map_err(io::Error::other),
                () = self.place.closing() => {}
                // A request came in the same moment, or is still under way: it is finished.
                () = sleep(LAST_WORDS) => if !self.place.is_busy() {
                    return Ok(());
                }
            }
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response, Infallible> {
        let busy = self.place.begin();
        let request = request.map(|body| {
            if body.is_end_stream() {
                Body::empty()
            } else {
                Body::new(Arriving::new(body, self.place.arrival()))
            }
        });
        let mut request = layers::with_slash(request);
        request.extensions_mut().insert(self.peer);
        request.extensions_mut().insert(self.house.app.room.clone());
        let request = self.house.drain.watch(request);
        let response = self.house.routes.clone().oneshot(request).await?;
        Ok(response.map(|body| follow(body, busy)))
    }
}

/// The connection is busy until all of the answer was handed over.
impl Follow for Busy {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The size of the future that a function of these two makes.
    fn size_of_future<A, B, F: Future>(_: impl FnOnce(A, B) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_silent_connection_is_small() {
        let bytes = size_of_future(Connection::run);
        assert!(bytes < 1024, "{bytes} bytes");
    }

    #[test]
    fn an_ipv6_household_counts_as_one_address() {
        let household = |address: &str| household(address.parse().unwrap()).to_string();
        assert_eq!(household("2001:db8:1:2:3:4:5:6"), household("2001:db8:1:2::1"));
        assert_ne!(household("2001:db8:1:2::1"), household("2001:db8:1:3::1"));
        assert_eq!(household("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(household("10.0.0.2"), "10.0.0.2");
    }
}
