//! The release server in a small box: a control group with the memory and the CPU of a free instance, a populated world to
//! serve, and somebody who watches what it uses.
//!
//! Well-behaved visitors belong to it, for chores that make trouble; whoever makes the trouble is the chore's own.

mod bystander;
mod stretch;
mod watch;
mod world;

use std::time::{Duration, Instant};

#[cfg(test)]
pub(crate) use self::bystander::tests::probe;
pub(crate) use self::bystander::{Answered, Bystander, Probe, Served};
pub(crate) use self::stretch::Stretch;
pub(crate) use self::watch::Seen;
use self::watch::Watch;
pub(crate) use self::world::{Order, World, populate};
use crate::Result;
use crate::cgroup::{Cgroup, Limits};
use crate::cores::Cores;
use crate::process::{Launch, Server, Usage};

/// A free instance: 512 MB, a tenth of a core.
pub(crate) const FREE_INSTANCE: Limits = Limits {
    memory: 512 << 20,
    cpu: Some(10),
};
/// The same memory with a whole core.
pub(crate) const WHOLE_CORE: Limits = Limits {
    cpu: None,
    ..FREE_INSTANCE
};
/// How often is looked whether a server has given back its memory.
const LOOK: Duration = Duration::from_millis(250);

/// A server in its group, watched. Stopping it, or dropping it, removes the group.
#[derive(Debug)]
pub(crate) struct Confined {
    // Stands before the watch, which owns the group: a group with a process in it cannot be removed.
    server: Server,
    watch: Watch,
}

impl Confined {
    /// Starts the server of `launch` on its core within `limits`, and waits until it answers. An error when what it uses
    /// cannot be seen.
    pub(crate) fn start(cores: &Cores, mut launch: Launch, limits: Limits) -> Result<Self> {
        let group = Cgroup::make(limits)?;
        launch.groups = group.procs();
        let server = cores.on_the_servers(|| Server::start(&launch))?;
        // Before the watch owns the group: after an error the server must go first.
        let first = Seen::first(group.memory(), Usage::of(server.id()))?;
        let watch = Watch::start(server.id(), group, first);
        Ok(Self { server, watch })
    }

    pub(crate) fn port(&self) -> u16 {
        self.server.port()
    }

    /// How long it took from the start of the process to its first 200.
    pub(crate) fn ready_after(&self) -> Duration {
        self.server.ready_after()
    }

    /// The last lines of its log, for an error's text.
    pub(crate) fn last_lines(&self) -> String {
        self.server.last_lines()
    }

    /// What its process uses now; an error when it has ended.
    pub(crate) fn usage(&self) -> Result<Usage> {
        Usage::of(self.server.id())
    }

    /// What it has used until now.
    pub(crate) fn seen(&self) -> Seen {
        self.watch.seen()
    }

    /// Waits until its resident memory is at most this: how long that took, nothing when it did not within `at_most`.
    pub(crate) fn settles(&self, resident: u64, at_most: Duration) -> Result<Option<Duration>> {
        let began = Instant::now();
        while self.usage()?.resident > resident {
            if began.elapsed() > at_most {
                return Ok(None);
            }
            std::thread::sleep(LOOK);
        }
        Ok(Some(began.elapsed()))
    }

    /// Stops it: an error when it was gone already, or does not end well.
    pub(crate) fn stop(self) -> Result<()> {
        let log = self.last_lines();
        let status = self.server.stop()?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("the server ended badly: {status}{log}").into())
        }
    }
}
