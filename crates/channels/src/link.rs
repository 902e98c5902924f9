//! The way to other instances: connect, serve until the connection is lost, pause, again.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::time::{sleep, timeout};

use crate::group::Group;
use crate::groups::Groups;
use crate::incoming::Incoming;
use crate::outgoing::{ALL_GROUPS, Outgoing};
use crate::pause::Pauses;
use crate::postgres::Postgres;
use crate::redis::Redis;
use crate::{Event, StartError};

/// Time to connect and to be let in.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// How long any other answer of the server may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// After so much silence the server is asked whether it is still there.
pub(crate) const QUIET: Duration = Duration::from_secs(10);
/// When told to stop, how long what waits may take to be sent.
const FAREWELL: Duration = Duration::from_millis(500);
/// So many deliveries, then other tasks have their turn.
pub(crate) const BURST: usize = 64;

/// Which server stands between the instances.
pub(crate) enum Server {
    Redis(Redis),
    Postgres(Postgres),
}

/// This instance's end of the way.
pub(crate) struct Link {
    server: Server,
    pub(crate) outgoing: Outgoing,
    pub(crate) incoming: Incoming,
    /// Since when every subscription stands.
    since: Mutex<Option<Instant>>,
    connections: AtomicU64,
}

/// Why the connection is gone, for the log.
#[derive(Debug)]
pub(crate) struct Lost(pub(crate) String);

impl Link {
    pub(crate) fn new(server: Server) -> Result<Self, StartError> {
        let own = getrandom::u64()
            .map_err(|error| StartError(format!("there is no randomness for an instance's name: {error}")))?;
        Ok(Self {
            server,
            outgoing: Outgoing::default(),
            incoming: Incoming::new(own),
            since: Mutex::default(),
            connections: AtomicU64::new(0),
        })
    }

    pub(crate) fn layer(&self) -> &'static str {
        match &self.server {
            Server::Redis(_) => "redis",
            Server::Postgres(_) => "postgres",
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.since().is_some()
    }

    pub(crate) fn reconnects(&self) -> u64 {
        self.connections.load(Ordering::Relaxed).saturating_sub(1)
    }

    /// Serves `groups` until `stop` completes, and then sends what waits.
    pub(crate) async fn run(&self, groups: &Groups, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut pauses = Pauses::new();
        let mut is_told = false;
        while let Some(Lost(reason)) = self.serve(groups, stop.as_mut()).await {
            let since = self.disconnected(groups);
            if since.is_some() || !is_told {
                tracing::warn!(
                    layer = self.layer(),
                    reason,
                    "the channel layer lost its server; trying again"
                );
            }
            is_told = true;
            tokio::select! {
                () = sleep(pauses.after(since)) => {}
                () = stop.as_mut() => return,
            }
        }
        self.disconnected(groups);
    }

    /// Connects once, and hangs up.
    pub(crate) async fn try_server(&self) -> Result<(), Lost> {
        match &self.server {
            Server::Redis(redis) => redis.try_server().await,
            Server::Postgres(postgres) => postgres.try_server().await,
        }
    }

    /// One connection's life. None when it was told to stop.
    async fn serve(&self, groups: &Groups, stop: Pin<&mut impl Future<Output = ()>>) -> Option<Lost> {
        // On the heap: it is large, and there is one.
        let mut session: Pin<Box<dyn Future<Output = Lost> + Send + '_>> = match &self.server {
            Server::Redis(redis) => Box::pin(redis.serve(groups, self)),
            Server::Postgres(postgres) => Box::pin(postgres.serve(groups, self)),
        };
        tokio::select! {
            lost = session.as_mut() => return Some(lost),
            () = stop => {}
        }
        if self.is_connected() {
            let farewell = async {
                tokio::select! {
                    _ = session => {}
                    () = self.outgoing.drained() => {}
                }
            };
            // What cannot be sent in time is lost, as it would be if the process were killed.
            let _ = timeout(FAREWELL, farewell).await;
        }
        None
    }

    /// Every subscription stands.
    pub(crate) fn connected(&self) {
        *self.since() = Some(Instant::now());
        self.connections.fetch_add(1, Ordering::Relaxed);
        tracing::info!(layer = self.layer(), "the channel layer is connected");
    }

    /// Since when there was a connection, if there was one.
    fn disconnected(&self, groups: &Groups) -> Option<Instant> {
        groups.unwatch();
        self.outgoing.rewind();
        self.since().take()
    }

    /// Delivers what another instance sent and what is news: a message, or none for the marker of a loss.
    pub(crate) fn hear(groups: &Groups, group: &str, message: Option<Bytes>) -> Heard {
        match message {
            Some(message) => groups.deliver(group, &Event::Message(message)),
            None if group == ALL_GROUPS => return Heard::AllLost,
            None => groups.deliver(group, &Event::Resync),
        }
        Heard::Done
    }

    fn since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is left to do about something that was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Done,
    /// Every group has to resync.
    AllLost,
}

/// Tells groups to resync, a few at a time.
pub(crate) async fn resync(groups: &Groups, concerned: Vec<Arc<Group>>) {
    for (place, group) in concerned.into_iter().enumerate() {
        groups.deliver_to(&group, &Event::Resync);
        if (place + 1).is_multiple_of(BURST) {
            tokio::task::yield_now().await;
        }
    }
}
