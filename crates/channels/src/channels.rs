//! What the users of the crate hold: the layer, and their memberships in it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;

use crate::group::Group;
use crate::groups::Groups;
use crate::{Event, Gauges, Member, PostgresOptions, RedisOptions, StartError};

/// Groups, and the way to those on other instances. Clones share them.
#[derive(Clone)]
pub struct Channels(Arc<Shared>);

struct Shared {
    groups: Groups,
}

/// Being in a group. Ends when dropped: no delivery begins after that.
pub struct Membership {
    shared: Arc<Shared>,
    group: Arc<Group>,
    number: u64,
}

impl Channels {
    /// Groups inside of this process.
    pub fn memory() -> Self {
        Self(Arc::new(Shared {
            groups: Groups::default(),
        }))
    }

    /// Groups that reach over a Redis server. Connects when [`run`](Self::run) is running, and again whenever the
    /// connection is lost.
    pub fn redis(_options: RedisOptions) -> Result<Self, StartError> {
        Err(StartError("the Redis layer is not part of this build".to_owned()))
    }

    /// Groups that reach over a PostgreSQL server. Connects when [`run`](Self::run) is running, and again whenever the
    /// connection is lost.
    pub fn postgres(_options: PostgresOptions) -> Result<Self, StartError> {
        Err(StartError(
            "the PostgreSQL layer is not part of this build".to_owned(),
        ))
    }

    /// Talks to the server until `stop` completes, and then for a moment longer, to send what waits. One task runs this,
    /// for the whole life of the process. Members are called on it.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        stop.await;
    }

    /// Joins `group` until the membership is dropped. What was published before is not seen.
    pub fn join(&self, group: &str, member: Arc<dyn Member>) -> Membership {
        let (group, number, _is_first) = self.0.groups.join(group, member);
        Membership {
            shared: Arc::clone(&self.0),
            group,
            number,
        }
    }

    /// Sends a message to all members of `group` that there are now. Never waits. Members on this instance have it
    /// when this returns (unless the group is just delivering another message: then right after that one); to others
    /// it goes through a bounded queue. The publisher itself gets it, too, if it is a member.
    pub fn publish(&self, group: &str, message: Bytes) {
        self.0.groups.deliver(group, &Event::Message(message));
    }

    pub fn gauges(&self) -> Gauges {
        let groups = &self.0.groups;
        Gauges {
            layer: "memory",
            is_connected: true,
            groups: groups.len(),
            memberships: groups.memberships(),
            queued_messages: 0,
            queued_bytes: 0,
            dropped: groups.dropped(),
            resyncs: groups.resyncs(),
            reconnects: 0,
        }
    }
}

impl fmt::Debug for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Channels").field(&self.gauges()).finish()
    }
}

impl Membership {
    /// The name of the group.
    pub fn group(&self) -> &str {
        self.group.name()
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.shared.groups.leave(&self.group, self.number);
    }
}

impl fmt::Debug for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Membership").field(&self.group()).finish()
    }
}
