//! Groups and messages between tasks and machines. Knows nothing of what the messages say.
//!
#![doc = include_str!("../README.md")]

mod channels;
mod gauges;
mod group;
mod groups;
mod incoming;
mod link;
mod options;
mod outgoing;
mod pause;
mod postgres;
mod redis;

pub use channels::{Channels, Membership};
pub use gauges::Gauges;
pub use options::{PostgresOptions, RedisOptions, StartError};

use bytes::Bytes;

/// What a member of a group is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody published this to the group.
    Message(Bytes),
    /// Something may have been missed in this group: read what it stands for again. The subscription stands now, so
    /// whatever is published after this arrives.
    ///
    /// It comes after a lost connection, after a queue ran over, and on Redis once shortly after the first member of
    /// this instance has joined, because only then the server knows of it. It may come at any time and more than once:
    /// a member must not do anything in answer that makes it join again.
    Resync,
}

/// Whoever has joined a group.
pub trait Member: Send + Sync {
    /// Takes an event. Called on the thread of whoever published it, or of [`Channels::run`], so it must not block. It
    /// may join, leave and publish: what it publishes to this same group is delivered when this event has reached
    /// everybody.
    fn deliver(&self, group: &str, event: &Event);
}
