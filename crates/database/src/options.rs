//! The sizes and limits of one [`Database`](crate::Database).

use std::time::Duration;

/// How many threads, how long a queue, how much time. The defaults suit a 512 MB machine.
#[derive(Clone, Debug)]
pub struct Options {
    /// SQLite: threads that read beside the one that writes.
    pub readers: usize,
    /// PostgreSQL: connections, each with a thread, shared by reads and writes. One more is kept for
    /// [`Database::write_apart`](crate::Database::write_apart).
    pub connections: usize,
    /// Jobs that may wait in one queue; one more is refused as [`Error::Busy`](crate::Error::Busy).
    pub queue: usize,
    /// Bytes that waiting and running sized writes may hold together; more are refused as `Busy`.
    pub queued_bytes: usize,
    /// Time of a read, from the moment it is queued.
    pub read_deadline: Duration,
    /// Time of a write, from the moment it is queued.
    pub write_deadline: Duration,
    /// SQLite: a batch of writes takes no further one after this time. What is queued meanwhile is the next batch.
    pub batch_time: Duration,
    /// SQLite: bytes that the page caches of all connections may take together: half of it the writer's, the rest the
    /// readers'. Filled as it is needed.
    pub cache_bytes: usize,
    /// SQLite: a connection gives its page cache and its prepared statements back after this time with few jobs (a
    /// hundred; the writer's batches count as one) or none.
    pub idle: Duration,
    /// SQLite: pages (of 4 KiB) that the file may have; a full disk for tests.
    pub max_pages: Option<u32>,
    /// PostgreSQL: time for one connection attempt, unless the URL says otherwise.
    pub connect_timeout: Duration,
    /// PostgreSQL: the server stops a read's statement after this time.
    pub statement_timeout: Duration,
    /// PostgreSQL: a connection older than this is closed after its job and opened anew.
    pub conn_max_age: Duration,
    /// PostgreSQL: a connection that had room for a large message (32 KiB) and no such for this time is replaced: it cannot
    /// give that back.
    pub roomy: Duration,
    /// SQLite: what a thread does when it has given back its caches after a busy time. The allocator may keep more for it.
    pub resting: fn(),
}

impl Options {
    /// PostgreSQL: connections that one [`Database`](crate::Database) has at most.
    pub fn all_connections(&self) -> usize {
        self.connections + 1
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 2,
            connections: 8,
            queue: 256,
            queued_bytes: 32 << 20,
            read_deadline: Duration::from_secs(1),
            write_deadline: Duration::from_secs(2),
            batch_time: Duration::from_millis(5),
            cache_bytes: 8 << 20,
            idle: Duration::from_secs(10),
            max_pages: None,
            connect_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(5),
            conn_max_age: Duration::from_secs(600),
            roomy: Duration::from_secs(25),
            resting: || {},
        }
    }
}
