//! What waits to go out by one socket: bounded, in order, and with a rule for what is dropped when it is not taken.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use tokio::io::AsyncWrite;

use crate::code;
use crate::frame::Frame;
use crate::outboxes::Shared;

/// Messages that may wait.
const MOST_MESSAGES: usize = 1000;
/// Bytes that may wait before another message is taken, whatever its own size: the longest one finds its way, too.
const MOST_BYTES: u64 = 1024 * 1024;
/// What a message costs besides its bytes.
const OVERHEAD: u64 = 64;
/// Frames that go out by one write.
const SLICES: usize = 32;
/// The keys of answers to pings, and of pings.
pub(crate) const PONG_KEY: u64 = u64::MAX;
const PING_KEY: u64 = u64::MAX - 1;

/// What becomes of a message when the outbox is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It must arrive: when there is no room for it the socket is closed.
    Durable,
    /// It may be dropped. A newer one of the same key takes out an older one that still waits; key 0 takes out none. The
    /// two highest keys are our own.
    Ephemeral(u64),
}

/// Nothing more goes out by this socket: it is being closed, perhaps for want of room just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the socket is being closed")
    }
}

impl std::error::Error for Full {}

/// A state already waits to be taken, or the socket is being closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateWaits;

impl fmt::Display for StateWaits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another state waits to be taken")
    }
}

impl std::error::Error for StateWaits {}

/// What waits for one socket. Cheap to clone; clones are the same outbox.
///
/// A message is taken while less than 1,000 messages and 1 MiB wait, or less when all outboxes together hold much
/// ([`crate::Outboxes`]); besides them one large *state* may wait. Without room ephemera are dropped first, and then all
/// that waits: the socket is closed with 1013, and the other end comes again and begins anew.
#[derive(Clone)]
pub struct Outbox(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    /// Bytes of the first item that have gone out.
    started: usize,
    /// What the items count, without states.
    bytes: u64,
    stage: Stage,
    /// What waits may go out now; otherwise with the next beat.
    is_uncorked: bool,
    /// The beat knows of this outbox.
    is_corked: bool,
    /// Held for the state that waits.
    permit: Option<Box<dyn Any + Send>>,
    /// Frames of this state that have not gone.
    states: usize,
    /// Bytes that have gone out, ever.
    written: u64,
    waker: Option<Waker>,
}

struct Item {
    bytes: Bytes,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Durable,
    Ephemeral(u64),
    State,
    Close,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Open,
    /// The close frame waits at the end.
    Closing,
    /// It has gone out.
    Closed,
    /// Nothing more is written.
    Aborted,
}

/// How far writing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outgoing {
    /// All that may go now has gone, or waits for the stream.
    Open,
    /// The same, and the last frame waits.
    Closing,
    /// The close frame has gone.
    Closed,
    /// The socket is dropped at once.
    Aborted,
}

impl Queue {
    fn is_open(&self) -> bool {
        self.stage == Stage::Open
    }

    /// Forgets what `is_dropped`, but for an item that has begun to go out; how many.
    fn drop_items(&mut self, is_dropped: impl Fn(Kind) -> bool) -> Dropped {
        let mut dropped = Dropped::default();
        let mut begun = self.started > 0;
        let states = &mut self.states;
        self.items.retain(|item| {
            let stays = std::mem::take(&mut begun) || !is_dropped(item.kind);
            if !stays {
                dropped.messages += 1;
                dropped.bytes += item.cost();
                *states -= usize::from(item.kind == Kind::State);
            }
            stays
        });
        if self.states == 0 {
            self.permit = None;
        }
        self.bytes -= dropped.bytes;
        dropped
    }

    fn release_memory(&mut self) {
        if self.items.is_empty() {
            // Whoever is silent holds nothing.
            self.items = VecDeque::new();
        }
    }
}

#[derive(Default)]
struct Dropped {
    messages: u64,
    bytes: u64,
}

impl Item {
    /// What it counts.
    fn cost(&self) -> u64 {
        match self.kind {
            Kind::Durable | Kind::Ephemeral(_) => self.bytes.len() as u64 + OVERHEAD,
            // A state has room of its own, and the last frame always has some.
            Kind::State | Kind::Close => 0,
        }
    }
}

impl Outbox {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self(Arc::new(Inner {
            shared,
            queue: Mutex::default(),
        }))
    }

    /// Sends a frame, and with it whatever waits for the beat. Never waits. An ephemeral frame for which there is no room
    /// is dropped and no error.
    pub fn push(&self, frame: Frame, class: Class) -> Result<(), Full> {
        self.put(frame, class, true)
    }

    /// The same, but the frame may wait for the next beat (50 ms) or the next frame that is pushed, so that many go out
    /// by one write.
    pub fn push_corked(&self, frame: Frame, class: Class) -> Result<(), Full> {
        self.put(frame, class, false)
    }

    fn put(&self, frame: Frame, class: Class, is_urgent: bool) -> Result<(), Full> {
        let kind = match class {
            Class::Durable => Kind::Durable,
            Class::Ephemeral(key) => Kind::Ephemeral(key),
        };
        let item = Item {
            bytes: frame.into_bytes(),
            kind,
        };
        let mut queue = self.queue();
        if !queue.is_open() {
            return Err(Full);
        }
        if let Kind::Ephemeral(1..) = kind {
            let dropped = queue.drop_items(|other| other == kind);
            self.0.shared.take_back(&dropped);
        }
        if !self.has_room(&queue) {
            let dropped = queue.drop_items(|other| matches!(other, Kind::Ephemeral(_)));
            self.0.shared.take_back(&dropped);
            self.0
                .shared
                .dropped
                .fetch_add(dropped.messages, Ordering::Relaxed);
        }
        if !self.has_room(&queue) {
            if kind != Kind::Durable {
                self.0.shared.dropped.fetch_add(1, Ordering::Relaxed);
                return Ok(());
            }
            self.overflow(queue);
            return Err(Full);
        }
        self.add(&mut queue, item);
        if is_urgent {
            queue.is_uncorked = true;
            wake(queue);
        } else if !queue.is_uncorked && !queue.is_corked {
            queue.is_corked = true;
            drop(queue);
            self.0.shared.cork(self.clone());
        }
        Ok(())
    }

    fn has_room(&self, queue: &Queue) -> bool {
        let most = MOST_BYTES.min(self.0.shared.allowance());
        queue.items.len() - queue.states < MOST_MESSAGES && queue.bytes < most
    }

    fn add(&self, queue: &mut Queue, item: Item) {
        queue.bytes += item.cost();
        self.0.shared.bytes.fetch_add(item.cost(), Ordering::Relaxed);
        self.0.shared.messages.fetch_add(1, Ordering::Relaxed);
        queue.items.push_back(item);
    }

    fn overflow(&self, mut queue: MutexGuard<'_, Queue>) {
        let dropped = queue.drop_items(|_| true);
        self.0.shared.take_back(&dropped);
        self.0.shared.overflows.fetch_add(1, Ordering::Relaxed);
        self.end(queue, code::TRY_AGAIN, "too much waits to be taken");
    }

    fn end(&self, mut queue: MutexGuard<'_, Queue>, code: u16, reason: &str) {
        let item = Item {
            bytes: Frame::close(code, reason).into_bytes(),
            kind: Kind::Close,
        };
        self.add(&mut queue, item);
        queue.stage = Stage::Closing;
        queue.is_uncorked = true;
        wake(queue);
    }

    /// Sends the one large state that may wait besides the others, in its turn. `permit` is dropped once it has gone.
    pub fn state(
        &self,
        frames: impl IntoIterator<Item = Frame>,
        permit: impl Any + Send,
    ) -> Result<(), StateWaits> {
        let mut queue = self.queue();
        if !queue.is_open() || queue.permit.is_some() {
            return Err(StateWaits);
        }
        for frame in frames {
            let item = Item {
                bytes: frame.into_bytes(),
                kind: Kind::State,
            };
            self.add(&mut queue, item);
            queue.states += 1;
        }
        if queue.states > 0 {
            queue.permit = Some(Box::new(permit));
        }
        queue.is_uncorked = true;
        wake(queue);
        Ok(())
    }

    /// Whether a state waits to be taken.
    pub fn has_state(&self) -> bool {
        self.queue().permit.is_some()
    }

    /// Closes the socket after what waits. The first close counts.
    pub fn close(&self, code: u16, reason: &str) {
        let queue = self.queue();
        if queue.is_open() {
            self.end(queue, code, reason);
        }
    }

    /// Closes the socket at once: what waits is dropped.
    pub(crate) fn close_now(&self, code: u16, reason: &str) {
        let mut queue = self.queue();
        if queue.is_open() {
            let dropped = queue.drop_items(|_| true);
            self.0.shared.take_back(&dropped);
            self.end(queue, code, reason);
        }
    }

    /// Drops the socket without a word, and all that waits: for one whose other end is dead.
    pub fn abort(&self) {
        let mut queue = self.queue();
        queue.stage = Stage::Aborted;
        queue.started = 0;
        let dropped = queue.drop_items(|_| true);
        self.0.shared.take_back(&dropped);
        queue.release_memory();
        wake(queue);
    }

    /// Asks the other end whether it lives.
    pub fn ping(&self) {
        // On a socket that is being closed nobody needs to know.
        let _ = self.push(Frame::ping(), Class::Ephemeral(PING_KEY));
    }

    /// Whether the socket is being closed, or is gone.
    pub fn is_ending(&self) -> bool {
        !self.queue().is_open()
    }

    /// Bytes that have gone out so far, if something waits: who asks twice can tell whether the other end takes anything.
    pub fn progress(&self) -> Option<u64> {
        let queue = self.queue();
        (!queue.items.is_empty()).then_some(queue.written)
    }

    /// Messages that wait.
    pub fn len(&self) -> usize {
        self.queue().items.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The beat.
    pub(crate) fn uncork(&self) {
        let mut queue = self.queue();
        queue.is_corked = false;
        if !queue.items.is_empty() {
            queue.is_uncorked = true;
            wake(queue);
        }
    }

    /// Writes as much as may go and the stream takes; `sent` is told the bytes of each write. The task of `context` is
    /// woken when there is more to do.
    pub(crate) fn write<S: AsyncWrite + Unpin>(
        &self,
        context: &mut Context<'_>,
        stream: &mut S,
        sent: impl Fn(usize),
    ) -> io::Result<Outgoing> {
        let mut queue = self.queue();
        if !queue
            .waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(context.waker()))
        {
            queue.waker = Some(context.waker().clone());
        }
        while queue.stage != Stage::Aborted && queue.is_uncorked && !queue.items.is_empty() {
            match write_some(&queue, context, stream) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(written)) => {
                    sent(written);
                    self.gone(&mut queue, written);
                }
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => break,
            }
        }
        if queue.items.is_empty() {
            queue.is_uncorked = false;
            queue.release_memory();
        }
        Ok(match queue.stage {
            Stage::Open => Outgoing::Open,
            Stage::Closing => Outgoing::Closing,
            Stage::Closed => Outgoing::Closed,
            Stage::Aborted => Outgoing::Aborted,
        })
    }

    /// So many bytes of what waits have gone out.
    fn gone(&self, queue: &mut Queue, written: usize) {
        let mut gone = Dropped::default();
        queue.started += written;
        queue.written += written as u64;
        while let Some(first) = queue.items.front()
            && queue.started >= first.bytes.len()
        {
            queue.started -= first.bytes.len();
            gone.messages += 1;
            gone.bytes += first.cost();
            match first.kind {
                Kind::State => queue.states -= 1,
                Kind::Close if queue.stage == Stage::Closing => queue.stage = Stage::Closed,
                _ => {}
            }
            queue.items.pop_front();
        }
        if queue.states == 0 {
            queue.permit = None;
        }
        queue.bytes -= gone.bytes;
        self.0.shared.take_back(&gone);
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // A panic between the halves of a change cannot come: nothing in there can panic.
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One write of the first items.
fn write_some<S: AsyncWrite + Unpin>(
    queue: &Queue,
    context: &mut Context<'_>,
    stream: &mut S,
) -> Poll<io::Result<usize>> {
    let mut slices = [IoSlice::new(&[]); SLICES];
    let mut used = 0;
    for (slice, item) in slices.iter_mut().zip(&queue.items) {
        let start = if used == 0 { queue.started } else { 0 };
        *slice = IoSlice::new(&item.bytes[start..]);
        used += 1;
    }
    Pin::new(stream).poll_write_vectored(context, &slices[..used])
}

/// Wakes the task that writes, after the lock is given back.
fn wake(mut queue: MutexGuard<'_, Queue>) {
    let waker = queue.waker.take();
    drop(queue);
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl Shared {
    fn take_back(&self, gone: &Dropped) {
        self.bytes.fetch_sub(gone.bytes, Ordering::Relaxed);
        self.messages.fetch_sub(gone.messages, Ordering::Relaxed);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let queue = self.queue.get_mut().unwrap_or_else(PoisonError::into_inner);
        let gone = Dropped {
            messages: queue.items.len() as u64,
            bytes: queue.bytes,
        };
        self.shared.take_back(&gone);
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outbox({} wait)", self.len())
    }
}

#[cfg(test)]
mod tests;
