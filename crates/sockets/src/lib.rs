//! WebSockets (RFC 6455), the server's side, for many of them in little memory.
//!
//! [`serve`] drives one socket over any stream: it reads, unmasks and puts together what comes, and writes what waits
//! in the socket's [`Outbox`]. A socket that is silent holds no buffer at all; a message is kept only as far as it has
//! come; a message that is too long is read and dropped while the socket stays open. A [`Frame`] is made once and shared
//! by everybody who gets it. All outboxes together have one budget ([`Outboxes`]).
//!
//! Knows nothing of HTTP but the two headers of the handshake ([`accept_key`]), and nothing of what the messages say.
//!
#![doc = include_str!("../README.md")]

mod decoder;
mod frame;
mod handshake;
mod outbox;
mod outboxes;
mod serve;

pub use frame::Frame;
pub use handshake::accept_key;
pub use outbox::{Class, Full, Outbox, StateWaits};
pub use outboxes::{Gauges, Outboxes};
pub use serve::{End, Owner, Refused, serve};

/// Codes with which a socket is closed, and what they mean.
pub mod code {
    /// All is said.
    pub const NORMAL: u16 = 1000;
    /// The other end broke the rules of the protocol.
    pub const PROTOCOL: u16 = 1002;
    /// A text was no UTF-8.
    pub const NOT_UTF8: u16 = 1007;
    /// A message was so long that not even its end was waited for.
    pub const TOO_LONG: u16 = 1009;
    /// The server is being started anew: come again.
    pub const RESTART: u16 = 1012;
    /// Too much waited to be taken: come again, and begin anew.
    pub const TRY_AGAIN: u16 = 1013;
}
