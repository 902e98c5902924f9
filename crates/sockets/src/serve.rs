//! One socket from its handshake to its end: reads, writes, and asks its owner.

use std::future::{Future, poll_fn};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::task::consume_budget;
use tokio::time::timeout;

use crate::code;
use crate::decoder::{Broken, Decoder, Event, Why};
use crate::frame::Frame;
use crate::outbox::{Class, Outbox, Outgoing, PONG_KEY};

/// What is read at once, into memory of the stack.
const SCRATCH: usize = 8 * 1024;

/// Why a message was not received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It had so many bytes, more than [`Owner::longest`].
    TooLong(u64),
    /// There was no room for its so many bytes ([`Owner::room`]).
    NoRoom(u64),
    /// It was not text.
    Binary,
}

/// How a socket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The other end closed it, with this code if it said one.
    ByPeer(Option<u16>),
    /// We did.
    ByUs,
    /// The other end broke the protocol, and the socket was closed with this code.
    Broken(u16),
    /// The stream has ended without a word, or the socket was aborted.
    Gone,
}

/// Who a socket belongs to.
pub trait Owner: Send + Sync {
    /// The right to keep a message until it has come whole; given to [`Owner::receive`] with it.
    type Room: Send;

    /// Something has arrived: the other end lives.
    fn heard(&self) {}

    /// So many bytes have gone out.
    fn sent(&self, _bytes: usize) {}

    /// The longest message that may come, in bytes. A longer one is read and dropped.
    fn longest(&self) -> u64;

    /// Messages up to this size that come whole with one read (8 KiB at most) need no room.
    fn small(&self) -> u64 {
        SCRATCH as u64
    }

    /// Room for an unfinished message of `bytes` in all; `held` is what was given for less of the same message. Without
    /// it the message is read and dropped.
    fn room(&self, bytes: u64, held: Option<Self::Room>) -> impl Future<Output = Option<Self::Room>> + Send;

    /// A whole message, valid UTF-8. Nothing more is read until this completes.
    fn receive(&self, text: Vec<u8>, room: Option<Self::Room>) -> impl Future<Output = ()> + Send;

    /// A message was read and dropped.
    fn refused(&self, why: Refused);

    /// How long the last frames may take to leave, and the other end to answer the close.
    fn patience(&self) -> Duration {
        Duration::from_secs(5)
    }
}

/// Serves a socket whose handshake is done, until its end. `rest` is what has come behind the handshake.
///
/// While nothing arrives and nothing waits in `outbox`, this future holds no buffer.
pub fn serve<'a, S, O>(
    stream: S,
    rest: &[u8],
    outbox: &'a Outbox,
    owner: &'a O,
) -> impl Future<Output = End> + Send + use<'a, S, O>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    O: Owner,
{
    let mut line = Line {
        stream,
        decoder: Decoder::default(),
        rest: rest.to_vec(),
        taken: 0,
        is_broken: false,
    };
    // A block that captures: the arguments of an async function would be kept beside what was made of them.
    async move {
        let mut room = None;
        loop {
            match poll_fn(|context| line.poll(context, outbox, owner)).await {
                Step::Begins(bytes) => {
                    let asked = Box::pin(owner.room(bytes, room.take()));
                    room = line.beside(outbox, owner, asked).await;
                    if room.is_some() {
                        line.decoder.keep();
                    } else {
                        line.decoder.skip();
                    }
                }
                Step::Text(text) => {
                    // In a box of its own, so that a silent socket does not keep room for it.
                    let work = Box::pin(owner.receive(text, room.take()));
                    line.beside(outbox, owner, work).await;
                    consume_budget().await;
                }
                Step::Skipped(bytes, why) => {
                    room = None;
                    owner.refused(match why {
                        Why::TooLong => Refused::TooLong(bytes),
                        Why::NoRoom => Refused::NoRoom(bytes),
                        Why::Binary => Refused::Binary,
                    });
                }
                Step::Ends(end) => {
                    drop(room);
                    // In a box of its own, for the same reason.
                    Box::pin(line.finish(outbox, owner, end)).await;
                    // Whoever still holds the outbox learns that nobody empties it.
                    outbox.abort();
                    return end;
                }
            }
        }
    }
}

/// What is to be done next.
enum Step {
    Begins(u64),
    Text(Vec<u8>),
    Skipped(u64, Why),
    Ends(End),
}

/// A stream and how far it was read.
struct Line<S> {
    stream: S,
    decoder: Decoder,
    /// What was read behind the message that is at work.
    rest: Vec<u8>,
    /// How much of it is taken.
    taken: usize,
    /// Writing has failed.
    is_broken: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    /// Writes and reads until there is something to do.
    fn poll<O: Owner>(&mut self, context: &mut Context<'_>, outbox: &Outbox, owner: &O) -> Poll<Step> {
        loop {
            if let Some(end) = self.write(context, outbox, owner) {
                return Poll::Ready(Step::Ends(end));
            }
            match self.read(context, owner) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(end)) => return Poll::Ready(Step::Ends(end)),
                Poll::Ready(Ok(event)) => {
                    if let Some(step) = answer(event, outbox) {
                        return Poll::Ready(step);
                    }
                }
            }
        }
    }

    /// Writes what waits; how the socket ends, if it does.
    fn write<O: Owner>(&mut self, context: &mut Context<'_>, outbox: &Outbox, owner: &O) -> Option<End> {
        if self.is_broken {
            return Some(End::Gone);
        }
        match outbox.write(context, &mut self.stream, |bytes| owner.sent(bytes)) {
            Ok(Outgoing::Open) => None,
            Ok(Outgoing::Closing | Outgoing::Closed) => Some(End::ByUs),
            Ok(Outgoing::Aborted) => Some(End::Gone),
            Err(_) => {
                self.is_broken = true;
                Some(End::Gone)
            }
        }
    }

    /// The next event: from what was read before, else from the stream.
    fn read<O: Owner>(&mut self, context: &mut Context<'_>, owner: &O) -> Poll<Result<Event, End>> {
        let (longest, small) = (owner.longest(), owner.small());
        let broken = |Broken(code, _)| End::Broken(code);
        if self.taken < self.rest.len() {
            let mut input = &self.rest[self.taken..];
            let decoded = self.decoder.decode(&mut input, longest, small);
            self.taken = self.rest.len() - input.len();
            if self.taken == self.rest.len() {
                (self.rest, self.taken) = (Vec::new(), 0);
            }
            if let Some(event) = decoded.map_err(broken)? {
                return Poll::Ready(Ok(event));
            }
        }
        loop {
            let mut scratch = [const { MaybeUninit::uninit() }; SCRATCH];
            let mut buffer = ReadBuf::uninit(&mut scratch);
            if ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer)).is_err() {
                return Poll::Ready(Err(End::Gone));
            }
            let mut input = buffer.filled();
            if input.is_empty() {
                return Poll::Ready(Err(End::Gone));
            }
            owner.heard();
            let decoded = self.decoder.decode(&mut input, longest, small).map_err(broken)?;
            if let Some(event) = decoded {
                self.rest = input.to_vec();
                return Poll::Ready(Ok(event));
            }
        }
    }

    /// Does `work` to its end, and writes meanwhile.
    async fn beside<O: Owner, F: Future + Unpin>(
        &mut self,
        outbox: &Outbox,
        owner: &O,
        mut work: F,
    ) -> F::Output {
        poll_fn(|context| {
            let done = Pin::new(&mut work).poll(context);
            // After the work: its answers go at once. How the socket ends is seen when the work is done.
            let _ = self.write(context, outbox, owner);
            done
        })
        .await
    }

    /// Says the last word, if somebody may still hear it, and waits for the other end to do the same.
    async fn finish<O: Owner>(&mut self, outbox: &Outbox, owner: &O, end: End) {
        match end {
            End::Gone => return,
            End::ByPeer(code) => outbox.close_now(code.unwrap_or(code::NORMAL), ""),
            End::Broken(code) => outbox.close_now(code, ""),
            End::ByUs => {}
        }
        let last_words = async {
            let has_gone =
                poll_fn(
                    |context| match outbox.write(context, &mut self.stream, |bytes| owner.sent(bytes)) {
                        Ok(Outgoing::Closed) => Poll::Ready(true),
                        Ok(Outgoing::Open | Outgoing::Closing) => Poll::Pending,
                        Ok(Outgoing::Aborted) | Err(_) => Poll::Ready(false),
                    },
                );
            if !has_gone.await || self.stream.shutdown().await.is_err() {
                return;
            }
            // A stream that is dropped with something unread is reset, and the last frames would be lost.
            poll_fn(|context| self.drain(context)).await;
        };
        // Past the time the stream is dropped all the same.
        let _ = timeout(owner.patience(), last_words).await;
    }

    /// Reads and drops until the other end has closed.
    fn drain(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            let mut scratch = [const { MaybeUninit::uninit() }; SCRATCH];
            let mut buffer = ReadBuf::uninit(&mut scratch);
            let read = ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                return Poll::Ready(());
            }
        }
    }
}

/// Answers what needs no owner; otherwise what is to be done.
fn answer(event: Event, outbox: &Outbox) -> Option<Step> {
    match event {
        Event::Begins(bytes) => Some(Step::Begins(bytes)),
        Event::Text(text) => Some(Step::Text(text)),
        Event::Skipped(bytes, why) => Some(Step::Skipped(bytes, why)),
        Event::Close(code) => Some(Step::Ends(End::ByPeer(code))),
        Event::Ping(payload) => {
            // Only the latest ping needs its answer; on a socket that is being closed none does.
            let _ = outbox.push(Frame::pong(&payload), Class::Ephemeral(PONG_KEY));
            None
        }
        Event::Pong => None,
    }
}

#[cfg(test)]
mod tests;
