//! The threads of a PostgreSQL database, and what they know together.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::session::PostgresSession;
use super::worker::Worker;
use crate::database::{Counters, Queues, spawn};
use crate::queue::queue;
use crate::target::PostgresTarget;
use crate::{Error, Options};

/// What the threads of one queue share.
pub(super) struct Link {
    pub(super) target: PostgresTarget,
    pub(super) connect_timeout: Duration,
    pub(super) statement_timeout: Duration,
    pub(super) conn_max_age: Duration,
    /// [`Options::roomy`].
    pub(super) roomy: Duration,
    pub(super) counters: Arc<Counters>,
    /// Held shared by an attempt at a write, exclusively by the last attempt at one.
    pub(super) alone: Arc<RwLock<()>>,
    /// Threads of this queue that have a connection. It takes jobs while there are any. A queue's own: whoever has nothing
    /// to do does not notice that its connection is dead.
    connected: Arc<AtomicUsize>,
}

impl Link {
    /// A thread has a connection, or none any more.
    pub(super) fn count(&self, connected: bool) {
        if connected {
            if self.connected.fetch_add(1, Ordering::AcqRel) == 0 {
                tracing::info!(server = %self.target, "connected to PostgreSQL");
            }
        } else if self.connected.fetch_sub(1, Ordering::AcqRel) == 1 {
            tracing::warn!(server = %self.target, "PostgreSQL is away; trying to connect again");
        }
    }

    pub(super) fn is_away(&self) -> bool {
        self.connected.load(Ordering::Acquire) == 0
    }
}

/// Starts the threads when there is a connection for the first of them. A server that is not there yet is waited for.
pub(crate) fn start(
    target: &PostgresTarget,
    options: &Options,
    counters: &Arc<Counters>,
) -> Result<(Queues, Vec<JoinHandle<()>>), Error> {
    let alone = Arc::new(RwLock::new(()));
    let make_link = |connected| {
        Arc::new(Link {
            target: target.clone(),
            connect_timeout: target
                .config
                .get_connect_timeout()
                .copied()
                .unwrap_or(options.connect_timeout),
            statement_timeout: options.statement_timeout,
            conn_max_age: options.conn_max_age,
            roomy: options.roomy,
            counters: Arc::clone(counters),
            alone: Arc::clone(&alone),
            connected,
        })
    };
    let make_queue = || {
        let connected = Arc::new(AtomicUsize::new(0));
        let (queue, intake) = queue(options.queue, options.queued_bytes, Some(Arc::clone(&connected)));
        (queue, intake, make_link(connected))
    };
    let (queue, intake, link) = make_queue();
    let (apart, apart_intake, apart_link) = make_queue();
    let mut session = Some(first_session(&link)?);
    let apart_session = first_session(&apart_link)?;
    let mut threads = Vec::new();
    for number in 0..options.connections.max(1) {
        let worker = Worker::new(Arc::clone(&link), intake.clone(), session.take());
        threads.push(spawn(&format!("db-postgres-{number}"), move || worker.run())?);
    }
    let worker = Worker::new(apart_link, apart_intake, Some(apart_session));
    threads.push(spawn("db-postgres-apart", move || worker.run())?);
    Ok((
        Queues {
            reads: queue.clone(),
            writes: queue,
            apart,
        },
        threads,
    ))
}

/// A connection, counted. Opened on a thread of its own: the caller may be inside of a runtime, which cannot wait for
/// another one.
fn first_session(link: &Link) -> Result<PostgresSession, Error> {
    let connect =
        || PostgresSession::connect_patiently(&link.target, link.connect_timeout, link.statement_timeout);
    let connected = thread::scope(|scope| scope.spawn(connect).join());
    let session = connected
        .map_err(|_| Error::Panicked)?
        .map_err(|none| none.error)?;
    link.count(true);
    Ok(session)
}
