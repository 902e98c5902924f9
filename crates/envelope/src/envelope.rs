//! The envelope of a running process: its limits, what is handed out of them, and how close it is to them.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::gauges::{Descriptors, Gauges, Permits, Waiting};
use crate::lane::{self, Lane};
use crate::level::Level;
use crate::limits::Limits;
use crate::permits::Bytes;
use crate::probe::{Probe, Usage};
use crate::shares::Shares;
use crate::{descriptors, memory};

/// Takers of bodies that may wait, and how long.
const BODIES_WAITING: usize = 256;
/// Takers of responses that may wait: each holds its texts already.
const RESPONSES_WAITING: usize = 64;
const EXPORTS_WAITING: usize = 4;
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What an envelope is made of.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the process may use.
    pub limits: Limits,
    /// Connections that are wanted at most; fewer fit where memory or open files are short.
    pub connections: usize,
    /// What tells how much is in use.
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

struct Inner {
    limits: Limits,
    shares: Shares,
    probe: Probe,
    level: AtomicU8,
    usage: Mutex<Usage>,
    bodies: Bytes,
    responses: Bytes,
    exports: Bytes,
    connections_limit: usize,
    hashing: OnceLock<Box<dyn Fn() -> Waiting + Send + Sync>>,
    trims: AtomicU64,
}

impl Envelope {
    /// Splits the limit and begins to watch.
    pub fn start(options: Options) -> Self {
        let shares = Shares::of(options.limits.memory_bytes);
        let envelope = Self(Arc::new(Inner {
            limits: options.limits,
            shares,
            probe: options.probe,
            level: AtomicU8::new(0),
            usage: Mutex::new(Usage::default()),
            bodies: Bytes::new(shares.bodies, BODIES_WAITING, LONGEST_WAIT),
            responses: Bytes::new(shares.responses, RESPONSES_WAITING, LONGEST_WAIT),
            exports: Bytes::new(shares.exports, EXPORTS_WAITING, LONGEST_WAIT),
            connections_limit: options.connections,
            hashing: OnceLock::new(),
            trims: AtomicU64::new(0),
        }));
        envelope.look();
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
        Level::from_number(self.0.level.load(Ordering::Relaxed))
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
        let usage = self.0.probe.look();
        *self.0.usage.lock().unwrap_or_else(PoisonError::into_inner) = usage;
        let level = self.level().after(usage.used(), self.limit());
        self.0.level.store(level as u8, Ordering::Relaxed);
        level
    }

    /// A look at everything.
    pub fn gauges(&self) -> Gauges {
        let usage = *self.0.usage.lock().unwrap_or_else(PoisonError::into_inner);
        Gauges {
            limit: self.limit(),
            used: usage.used(),
            resident: usage.resident,
            cgroup: usage.cgroup,
            peak: memory::peak().unwrap_or_default(),
            level: self.level(),
            connections: 0,
            connections_limit: self.0.connections_limit,
            bodies: Permits::from(&self.0.bodies),
            responses: Permits::from(&self.0.responses),
            exports: Permits::from(&self.0.exports),
            hashing: self.0.hashing.get().map(|look| look()).unwrap_or_default(),
            trims: self.0.trims.load(Ordering::Relaxed),
            kills: None,
            descriptors: Descriptors {
                open: descriptors::open(),
                limit: descriptors::limit(),
            },
        }
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope of {} bytes, {}", self.limit(), self.level())
    }
}
