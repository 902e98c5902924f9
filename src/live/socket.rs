//! One socket: who it belongs to, and the task that serves it.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use envelope::Kind as Admission;
use envelope::permits::BytesPermit;
use hyper::upgrade::OnUpgrade;
use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_send_buffer_size};
use socket2::SockRef;
use sockets::{Class, End, Frame, Full, Outbox, Owner, Refused, serve};
use tokio::net::TcpStream;

use super::sockets::{Place, Rest};
use crate::app::App;
use crate::clock::{MINUTE, SECOND};
use crate::listener;

/// What the kernel keeps for a socket on its way out, and takes in that we have not read; it doubles both. The way in
/// stays half as wide as the listener offered it: a sender waits until half of the widest window that it ever saw is
/// free, and with less would wait for a timer each time.
const SEND_BUFFER: usize = 16 * 1024;
const RECEIVE_BUFFER: usize = 32 * 1024;
/// What of it may wait to be sent.
const UNSENT: u32 = 8 * 1024;
/// Unfinished messages up to this size wait in room that all sockets share; larger ones take a permit of the bodies'.
const SMALL: u64 = 64 * 1024;
/// An unfinished message has this long to come whole…
const PATIENCE: i64 = 20 * SECOND;
/// …and a second for each of so many bytes.
const PACE: i64 = 16 * 1024;

/// Which of the sockets this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `/ws/notifications/`
    Notifications,
    /// `/ws/collaborate/<session>/`
    Collaboration,
}

/// What is said over a socket. One per socket.
pub trait Conversation: Send + Sync + 'static {
    /// The handshake is done, and nothing has been read yet. What is sent in here comes before everything else.
    fn opened(self: Arc<Self>) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// A whole message, valid UTF-8; `room` is held for a large one. The next is read when this completes, which is the
    /// back-pressure.
    fn receive(self: Arc<Self>, text: Vec<u8>, room: Option<BytesPermit>) -> impl Future<Output = ()> + Send;

    /// The longest message that may come now, in bytes. A longer one is read and dropped.
    fn longest(&self) -> usize;

    /// A message of so many bytes was dropped: it was too long, or there was no room for it.
    fn oversize(&self, bytes: u64);

    /// A binary message was dropped.
    fn binary(&self) {}

    /// The socket is gone, whatever the reason. Follows on every [`Conversation::opened`].
    fn ended(self: Arc<Self>) -> impl Future<Output = ()> + Send;
}

/// A socket as the rest of the server knows it. Clones are the same socket.
#[derive(Clone, Debug)]
pub struct Handle(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    id: u64,
    kind: Kind,
    user_id: i64,
    username: Box<str>,
    session: Box<str>,
    acting: Option<i64>,
    opened_at: i64,
    expires_at: i64,
    outbox: Outbox,
    /// When something last came.
    heard_at: AtomicI64,
    /// When it was last asked whether the other end lives.
    pinged_at: AtomicI64,
    /// When a message last came.
    active_at: AtomicI64,
    /// When it was last noted that its owner was seen.
    noted_at: AtomicI64,
    /// Bytes that had gone out when this last grew or nothing waited, and when that was.
    sent: AtomicU64,
    sent_at: AtomicI64,
    /// When the message under way must be whole; 0 when none is.
    due_at: AtomicI64,
    /// A message is at work, and nothing is read meanwhile.
    is_at_work: AtomicBool,
}

/// Whose socket it is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The account.
    pub user_id: i64,
    /// Its login name.
    pub username: String,
    /// The sign-in.
    pub session: String,
    /// The adult who looks at the world as this child; nothing: it is the owner.
    pub acting: Option<i64>,
    /// When the token expires, in microseconds since 1970.
    pub expires_at: i64,
}

impl Handle {
    pub(super) fn new(id: u64, kind: Kind, who: Identity, outbox: Outbox, now: i64) -> Self {
        Self(Arc::new(Inner {
            id,
            kind,
            user_id: who.user_id,
            username: who.username.into(),
            session: who.session.into(),
            acting: who.acting,
            opened_at: now,
            expires_at: who.expires_at,
            outbox,
            heard_at: AtomicI64::new(now),
            pinged_at: AtomicI64::new(now),
            active_at: AtomicI64::new(now),
            noted_at: AtomicI64::new(0),
            sent: AtomicU64::new(0),
            sent_at: AtomicI64::new(now),
            due_at: AtomicI64::new(0),
            is_at_work: AtomicBool::new(false),
        }))
    }

    /// Different for every socket of this server; a later socket has a higher one.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// Which socket.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Whose it is.
    pub fn user_id(&self) -> i64 {
        self.0.user_id
    }

    /// Their login name.
    pub fn username(&self) -> &str {
        &self.0.username
    }

    /// The sign-in whose token opened it.
    pub fn session(&self) -> &str {
        &self.0.session
    }

    /// The adult who looks at the world as its owner, a child.
    pub fn acting(&self) -> Option<i64> {
        self.0.acting
    }

    /// When it was opened, in microseconds since 1970.
    pub fn opened_at(&self) -> i64 {
        self.0.opened_at
    }

    /// When its token expires, in microseconds since 1970.
    pub fn expires_at(&self) -> i64 {
        self.0.expires_at
    }

    /// What waits to go out.
    pub fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    /// Sends a frame that must arrive ([`Outbox::push`]).
    pub fn send(&self, frame: Frame) -> Result<(), Full> {
        self.0.outbox.push(frame, Class::Durable)
    }

    /// Closes the socket after what waits.
    pub fn close(&self, code: u16, reason: &str) {
        self.0.outbox.close(code, reason);
    }

    /// When a sign of life last came, in microseconds since 1970.
    pub fn heard_at(&self) -> i64 {
        self.0.heard_at.load(Ordering::Relaxed)
    }

    /// When a message last came, in microseconds since 1970.
    pub fn active_at(&self) -> i64 {
        self.0.active_at.load(Ordering::Relaxed)
    }

    /// Looks after it: asks whether the other end lives, drops it when it does not or takes nothing of what waits for it,
    /// closes it when its token has expired.
    pub(super) fn beat(&self, now: i64) {
        /// How long nothing may come before it is asked.
        const SILENCE: i64 = 20 * SECOND;
        /// How long nothing may come at all.
        const DEATH: i64 = 30 * SECOND;
        /// Private: the app gets a new token and comes again.
        const EXPIRED: u16 = 4401;
        let inner = &*self.0;
        if inner.expires_at <= now {
            self.close(EXPIRED, "the token has expired");
        }
        if self.is_stuck(now) {
            return inner.outbox.abort();
        }
        if inner.is_at_work.load(Ordering::Relaxed) {
            return;
        }
        let heard_at = inner.heard_at.load(Ordering::Relaxed);
        let due_at = inner.due_at.load(Ordering::Relaxed);
        if now - heard_at >= DEATH || (due_at != 0 && due_at <= now) {
            return inner.outbox.abort();
        }
        let asked_at = heard_at.max(inner.pinged_at.load(Ordering::Relaxed));
        if now - asked_at >= SILENCE {
            inner.pinged_at.store(now, Ordering::Relaxed);
            inner.outbox.ping();
        }
    }

    /// Whether something has waited for long of which nothing is taken. What waits may hold room that others wait for.
    fn is_stuck(&self, now: i64) -> bool {
        /// How long the other end may take nothing.
        const STUCK: i64 = 30 * SECOND;
        let inner = &*self.0;
        let sent = inner.outbox.progress();
        if sent.is_none_or(|sent| sent != inner.sent.swap(sent, Ordering::Relaxed)) {
            inner.sent_at.store(now, Ordering::Relaxed);
        }
        now - inner.sent_at.load(Ordering::Relaxed) >= STUCK
    }
}

/// Serves a socket from its upgrade to its end, in a task of its own.
pub(super) fn start<C: Conversation>(
    app: Arc<App>,
    upgrade: OnUpgrade,
    handle: Handle,
    conversation: Arc<C>,
    place: Place,
) {
    let tasks = app.tasks.clone();
    let line = Line {
        app,
        handle,
        conversation,
        place,
    };
    // Two tasks, because what is needed once must not stay with a socket for hours.
    tasks.clone().spawn("opening of a socket", async move {
        if let Some(stream) = stream_of(upgrade).await {
            Arc::clone(&line.conversation).opened().await;
            tasks.spawn("socket", line.serve(Box::new(stream)));
        }
    });
}

/// The bare connection, and what has come behind its handshake; nothing when the client is gone already.
pub(super) async fn stream_of(upgrade: OnUpgrade) -> Option<(TcpStream, Bytes)> {
    let upgraded = upgrade.await.ok()?;
    let (stream, rest) = listener::stream_of(upgraded)?;
    if let Err(error) = set_buffers(&stream) {
        tracing::debug!(%error, "the buffers of a socket keep their size");
    }
    Some((stream, rest))
}

fn set_buffers(stream: &TcpStream) -> io::Result<()> {
    set_socket_send_buffer_size(stream, SEND_BUFFER)?;
    set_socket_recv_buffer_size(stream, RECEIVE_BUFFER)?;
    SockRef::from(stream).set_tcp_notsent_lowat(UNSENT)
}

/// A socket being served.
struct Line<C> {
    app: Arc<App>,
    handle: Handle,
    conversation: Arc<C>,
    place: Place,
}

/// Where an unfinished message is kept.
enum Room {
    /// In what all sockets share for small ones.
    Small { _rest: Rest },
    /// In a room of its own.
    Own(BytesPermit),
}

impl<C: Conversation> Line<C> {
    /// To the end of the socket. The stream comes in a box, which is gone as soon as this runs.
    #[expect(
        clippy::manual_async_fn,
        reason = "an async function keeps its arguments beside what it makes of them"
    )]
    fn serve(self, stream: Box<(TcpStream, Bytes)>) -> impl Future<Output = ()> + Send {
        async move {
            self.listen(*stream).await;
            // The place first: whoever comes again at once finds it free.
            drop(self.place);
            Box::pin(self.conversation.ended()).await;
        }
    }

    fn listen(&self, (stream, rest): (TcpStream, Bytes)) -> impl Future<Output = End> + Send + use<'_, C> {
        serve(stream, &rest, self.handle.outbox(), self)
    }

    fn inner(&self) -> &Inner {
        &self.handle.0
    }

    async fn own_room(&self, bytes: u64, held: Option<Room>) -> Option<Room> {
        if !self.app.envelope.admits(Admission::LargeBody) {
            return None;
        }
        if let Some(Room::Own(mut permit)) = held {
            let more = bytes.saturating_sub(permit.bytes());
            return permit.grow(more).await.ok().map(|()| Room::Own(permit));
        }
        let taken = self.app.envelope.bodies().take(bytes).await;
        taken.ok().map(Room::Own)
    }

    /// Nothing is read while this lives, so nothing can be heard.
    fn at_work(&self) -> AtWork<'_, C> {
        self.inner().is_at_work.store(true, Ordering::Relaxed);
        AtWork(self)
    }
}

struct AtWork<'a, C: Conversation>(&'a Line<C>);

impl<C: Conversation> Drop for AtWork<'_, C> {
    fn drop(&mut self) {
        self.0.heard();
        self.0.inner().is_at_work.store(false, Ordering::Relaxed);
    }
}

impl<C: Conversation> Owner for Line<C> {
    type Room = Room;

    fn heard(&self) {
        self.inner()
            .heard_at
            .store(self.app.clock.now(), Ordering::Relaxed);
    }

    fn sent(&self, bytes: usize) {
        self.app.traffic.sent(bytes);
    }

    fn longest(&self) -> u64 {
        self.conversation.longest() as u64
    }

    async fn room(&self, bytes: u64, held: Option<Room>) -> Option<Room> {
        let _at_work = self.at_work();
        let room = match held {
            Some(Room::Small { .. }) | None if bytes <= SMALL => {
                // The old room is given back first, so that it counts for the new one.
                drop(held);
                match self.app.live.sockets.rest(bytes) {
                    Some(rest) => Some(Room::Small { _rest: rest }),
                    None => self.own_room(bytes, None).await,
                }
            }
            held => self.own_room(bytes, held).await,
        };
        let length = i64::try_from(bytes).unwrap_or(i64::MAX);
        let due_at = self.app.clock.now() + PATIENCE + length / PACE * SECOND;
        self.inner().due_at.store(due_at, Ordering::Relaxed);
        room
    }

    async fn receive(&self, text: Vec<u8>, room: Option<Room>) {
        let inner = self.inner();
        let now = self.app.clock.now();
        inner.due_at.store(0, Ordering::Relaxed);
        inner.active_at.store(now, Ordering::Relaxed);
        if now - inner.noted_at.load(Ordering::Relaxed) >= MINUTE {
            inner.noted_at.store(now, Ordering::Relaxed);
            if inner.acting.is_none() {
                self.app.sessions.saw(inner.user_id, now);
            }
        }
        let _at_work = self.at_work();
        let (permit, _small) = match room {
            Some(Room::Own(permit)) => (Some(permit), None),
            small => (None, small),
        };
        Arc::clone(&self.conversation).receive(text, permit).await;
    }

    fn refused(&self, why: Refused) {
        self.inner().due_at.store(0, Ordering::Relaxed);
        match why {
            Refused::TooLong(bytes) | Refused::NoRoom(bytes) => self.conversation.oversize(bytes),
            Refused::Binary => self.conversation.binary(),
        }
    }

    fn patience(&self) -> Duration {
        self.app.live.sockets.patience()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Silence;

    impl Conversation for Silence {
        async fn receive(self: Arc<Self>, _text: Vec<u8>, _room: Option<BytesPermit>) {}

        fn longest(&self) -> usize {
            0
        }

        fn oversize(&self, _bytes: u64) {}

        async fn ended(self: Arc<Self>) {}
    }

    /// The size of the future that a function of these makes.
    fn size_of_future<A, B, F: Future>(_: impl FnOnce(A, B) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_silent_socket_is_small() {
        let bytes = size_of_future(Line::<Silence>::serve);
        assert!(bytes <= 448, "{bytes} bytes");
        let bytes = size_of::<Inner>();
        assert!(bytes <= 160, "{bytes} bytes");
    }
}
