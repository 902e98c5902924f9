//! The threads of a PostgreSQL database, and what they know together.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::bounded;

use super::worker::Worker;
use crate::database::{Counters, Queues, spawn};
use crate::queue::queue;
use crate::target::PostgresTarget;
use crate::{Error, Options};

/// What the threads share.
pub(super) struct Link {
    pub(super) target: PostgresTarget,
    pub(super) connect_timeout: Duration,
    pub(super) statement_timeout: Duration,
    pub(super) conn_max_age: Duration,
    pub(super) counters: Arc<Counters>,
    /// Held shared by an attempt at a write, exclusively by the last attempt at one.
    pub(super) alone: RwLock<()>,
    /// Threads that have a connection. The queue takes jobs while there are any.
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

/// Starts the threads; answers when the first of them has a connection, or when none could get one.
pub(crate) fn start(
    target: &PostgresTarget,
    options: &Options,
    counters: &Arc<Counters>,
) -> Result<(Queues, Vec<JoinHandle<()>>), Error> {
    let connected = Arc::new(AtomicUsize::new(0));
    let (queue, intake) = queue(options.queue, options.queued_bytes, Some(Arc::clone(&connected)));
    let link = Arc::new(Link {
        target: target.clone(),
        connect_timeout: target
            .config
            .get_connect_timeout()
            .copied()
            .unwrap_or(options.connect_timeout),
        statement_timeout: options.statement_timeout,
        conn_max_age: options.conn_max_age,
        counters: Arc::clone(counters),
        alone: RwLock::new(()),
        connected,
    });
    let count = options.connections.max(1);
    let (report, reports) = bounded(count);
    let mut threads = Vec::with_capacity(count);
    for number in 0..count {
        let (worker, report) = (Worker::new(Arc::clone(&link), intake.clone()), report.clone());
        let tell = move |outcome| {
            // Nobody listens any more once one of the others has succeeded.
            let _ = report.send(outcome);
        };
        threads.push(spawn(&format!("db-postgres-{number}"), move || worker.run(tell))?);
    }
    drop(report);
    let mut failure = Error::Unavailable;
    for outcome in reports {
        match outcome {
            Ok(()) => {
                return Ok((
                    Queues {
                        reads: queue.clone(),
                        writes: queue,
                    },
                    threads,
                ));
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}
