//! The envelope of a running process: its limits, what is handed out of them, and how close it is to them.

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::connections::Connections;
use crate::gauges::{Descriptors, Gauges, Permits, Waiting};
use crate::lane::{self, Lane};
use crate::level::Level;
use crate::limits::Limits;
use crate::permits::Bytes;
use crate::probe::{Probe, Usage};
use crate::shares::{Shares, mib};
use crate::trim::Trim;
use crate::{descriptors, housekeeping, memory};

/// Takers of bodies that may wait, and how long. Each holds what the kernel has taken in for it meanwhile.
const BODIES_WAITING: usize = 128;
/// Takers of responses that may wait: each holds its texts already.
const RESPONSES_WAITING: usize = 64;
/// Exports that may wait.
const EXPORTS_WAITING: usize = 4;
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// What a connection is counted as. Measured with 1,900 of them: 1.5 KiB when it has said nothing, 15 KiB with half a head,
/// 21 KiB when it was served and waits for its next request, 26 KiB with the longest head.
const CONNECTION_BYTES: u64 = 24 * 1024;
/// Open files that are not connections: the database's, logs, what a backup writes.
const OTHER_FILES: u64 = 64;
/// One address has at most this part of the connections, where addresses mean anything.
const PART_OF_ONE_ADDRESS: usize = 4;

/// What an envelope is made of.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the process may use.
    pub limits: Limits,
    /// Connections that are wanted at most; fewer fit where memory or open files are short.
    pub connections: usize,
    /// Whether each client has an address of its own. Behind a proxy all have one, and it is not bounded.
    pub bound_addresses: bool,
    /// What tells how much is in use. A manual one is looked at by [`Envelope::look`] alone.
    pub probe: Probe,
}

/// What somebody wants to be admitted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A connection that stays: not from [`Level::Yellow`] on.
    Socket,
    /// A large body: not from [`Level::Orange`] on.
    LargeBody,
    /// An export or an image: not from [`Level::Orange`] on.
    Export,
}

impl Kind {
    /// The level from which on it is refused.
    pub fn refused_from(self) -> Level {
        match self {
            Self::Socket => Level::Yellow,
            Self::LargeBody | Self::Export => Level::Orange,
        }
    }
}

/// Cheap to clone; clones are the same envelope.
#[derive(Clone)]
pub struct Envelope(Arc<Inner>);

pub(crate) struct Inner {
    limits: Limits,
    shares: Shares,
    probe: Probe,
    level: AtomicU8,
    usage: Mutex<Usage>,
    pub(crate) trim: Mutex<Trim>,
    pub(crate) trim_comes: Notify,
    trims: AtomicU64,
    bodies: Bytes,
    responses: Bytes,
    exports: Bytes,
    pub(crate) connections: Connections,
    connections_wanted: usize,
    files: u64,
    hashing: OnceLock<Box<dyn Fn() -> Waiting + Send + Sync>>,
}

impl Envelope {
    /// Splits the limit, raises the limit of open files, and begins to watch.
    pub fn start(options: Options) -> Self {
        let shares = Shares::of(options.limits.memory_bytes);
        let files = descriptors::raise();
        let places = places(options.connections, shares.connections, files);
        let per_address = if options.bound_addresses {
            places / PART_OF_ONE_ADDRESS
        } else {
            places
        };
        let is_manual = options.probe.is_manual();
        let envelope = Self(Arc::new(Inner {
            limits: options.limits,
            shares,
            probe: options.probe,
            level: AtomicU8::new(0),
            usage: Mutex::new(Usage::default()),
            trim: Mutex::new(Trim::default()),
            trim_comes: Notify::new(),
            trims: AtomicU64::new(0),
            bodies: Bytes::new(shares.bodies, BODIES_WAITING, LONGEST_WAIT),
            responses: Bytes::new(shares.responses, RESPONSES_WAITING, LONGEST_WAIT),
            exports: Bytes::new(shares.exports, EXPORTS_WAITING, LONGEST_WAIT),
            connections: Connections::new(places, per_address),
            connections_wanted: options.connections,
            files,
            hashing: OnceLock::new(),
        }));
        envelope.look();
        if !is_manual {
            housekeeping::start(&envelope.0);
        }
        envelope
    }

    /// What the process may use.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Bytes that the process must not exceed.
    pub fn limit(&self) -> u64 {
        self.0.limits.memory_bytes
    }

    /// How they are split.
    pub fn shares(&self) -> Shares {
        self.0.shares
    }

    /// How close the process is to its limit. One load.
    pub fn level(&self) -> Level {
        self.0.level()
    }

    /// Whether something of this kind may begin now.
    pub fn admits(&self, kind: Kind) -> bool {
        self.level() < kind.refused_from()
    }

    /// Room for request bodies.
    pub fn bodies(&self) -> &Bytes {
        &self.0.bodies
    }

    /// Room for big responses.
    pub fn responses(&self) -> &Bytes {
        &self.0.responses
    }

    /// Room for exports and images: who makes one takes what it needs, at most all of it.
    pub fn exports(&self) -> &Bytes {
        &self.0.exports
    }

    /// The places of connections.
    pub fn connections(&self) -> &Connections {
        &self.0.connections
    }

    /// Starts the lane that hashes, at half of the CPU quota, and shows its queue in the gauges.
    pub fn start_hashing<W: 'static>(
        &self,
        workspace: impl Fn() -> W + Send + 'static,
    ) -> io::Result<Lane<W>> {
        let options = lane::Options::half_of(self.0.limits.cpu, "hashing");
        let capacity = options.queue;
        let lane = Lane::start(options, workspace)?;
        let waiting = lane.watch();
        // A second lane would be seen by nobody; there is one.
        let _ = self.0.hashing.set(Box::new(move || Waiting {
            waiting: waiting(),
            capacity,
        }));
        Ok(lane)
    }

    /// Looks at the memory and sets the level, as the housekeeping does by itself every second.
    pub fn look(&self) -> Level {
        self.0.look();
        self.level()
    }

    /// Acts on the level, as the housekeeping does by itself every second: at red, idle connections are asked to end.
    /// `now` is the time since some fixed instant.
    pub fn tidy(&self, now: Duration) {
        self.0.tidy(now);
    }

    /// Completes when free memory is about to go back, with the next look in a second. A thread that stays then calls
    /// [`allocator::give_back_cache`](crate::allocator::give_back_cache).
    pub async fn trim_comes(&self) {
        self.0.trim_comes.notified().await;
    }

    /// A look at everything.
    pub fn gauges(&self) -> Gauges {
        let inner = &*self.0;
        let usage = inner.usage();
        Gauges {
            limit: self.limit(),
            used: usage.used(),
            resident: usage.resident,
            cgroup: usage.cgroup,
            peak: memory::peak().unwrap_or_default(),
            level: self.level(),
            connections: inner.connections.len(),
            connections_limit: inner.connections.limit(),
            bodies: Permits::from(&inner.bodies),
            responses: Permits::from(&inner.responses),
            exports: Permits::from(&inner.exports),
            hashing: inner.hashing.get().map(|look| look()).unwrap_or_default(),
            trims: inner.trims.load(Ordering::Relaxed),
            kills: inner.probe.kills(),
            descriptors: Descriptors {
                open: descriptors::open(),
                limit: inner.files,
            },
        }
    }
}

impl Inner {
    pub(crate) fn level(&self) -> Level {
        Level::from_number(self.level.load(Ordering::Relaxed))
    }

    pub(crate) fn usage(&self) -> Usage {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks, and says so once when the level changes.
    pub(crate) fn look(&self) -> Usage {
        let usage = self.probe.look();
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner) = usage;
        let (used, limit) = (usage.used(), self.limits.memory_bytes);
        let was = self.level();
        let is = was.after(used, limit);
        if self.level.swap(is as u8, Ordering::Relaxed) != is as u8 {
            housekeeping::tell(was, is, used, limit);
        }
        usage
    }

    /// Whether work is under way that holds much memory, and will soon give it back. An export takes minutes, and needs
    /// little at a time: it is not waited for.
    pub(crate) fn is_busy(&self) -> bool {
        let handed_out = [&self.bodies, &self.responses];
        let is_hashing = self.hashing.get().is_some_and(|look| look().waiting > 0);
        is_hashing || handed_out.iter().any(|bytes| bytes.free() < bytes.total())
    }

    pub(crate) fn count_trim(&self) {
        self.trims.fetch_add(1, Ordering::Relaxed);
    }
}

/// How many connections fit: as many as are wanted, unless their share of the memory or the open files are fewer.
fn places(wanted: usize, share: u64, files: u64) -> usize {
    let by_memory = share / CONNECTION_BYTES;
    // The other half is for connections that stay.
    let by_files = (files.saturating_sub(OTHER_FILES) / 2).max(1);
    wanted.min(usize::try_from(by_memory.min(by_files)).unwrap_or(usize::MAX))
}

impl fmt::Display for Envelope {
    /// One line: the limits, who says so, and how they are split.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            limits,
            shares,
            connections,
            connections_wanted,
            ..
        } = &*self.0;
        write!(
            f,
            "Memory {} ({}), CPU {:.2} ({}): {shares}; {} connections",
            mib(limits.memory_bytes),
            limits.memory_source,
            limits.cpu,
            limits.cpu_source,
            connections.limit(),
        )?;
        if connections.limit() < *connections_wanted {
            let by_memory = places(*connections_wanted, shares.connections, u64::MAX);
            let why = if connections.limit() < by_memory {
                format!("only {} files may be open", self.0.files)
            } else {
                "their share of the memory has no room for more".to_owned()
            };
            write!(f, " instead of {connections_wanted}: {why}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope({self}; {})", self.level())
    }
}
