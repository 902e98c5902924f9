//! What can be seen of a layer from outside.

/// A look at the layer, taken at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauges {
    /// `memory`, `redis` or `postgres`.
    pub layer: &'static str,
    /// Whether the server is reached and every subscription stands. Always so in memory.
    pub is_connected: bool,
    /// Groups with at least one member on this instance.
    pub groups: usize,
    pub memberships: usize,
    /// Messages that wait to be sent to other instances.
    pub queued_messages: usize,
    /// Bytes of these messages.
    pub queued_bytes: usize,
    /// Messages given up because a queue was full, since the start.
    pub dropped: u64,
    /// Groups that were told to resync, since the start.
    pub resyncs: u64,
    /// Connections made after one was lost, since the start.
    pub reconnects: u64,
}
