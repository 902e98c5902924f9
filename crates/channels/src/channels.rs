//! What the users of the crate hold: the layer, and their memberships in it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;

use crate::group::Group;
use crate::groups::Groups;
use crate::link::{Link, Lost, Server};
use crate::postgres::Postgres;
use crate::redis::Redis;
use crate::{Event, Gauges, Member, PostgresOptions, RedisOptions, StartError};

/// Groups, and the way to those on other instances. Clones share them.
#[derive(Clone)]
pub struct Channels(Arc<Shared>);

struct Shared {
    groups: Groups,
    /// None in memory.
    link: Option<Link>,
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
        Self::over(None)
    }

    /// Groups that reach over a Redis server. Connects when [`run`](Self::run) is running, and again whenever the
    /// connection is lost.
    pub fn redis(options: &RedisOptions) -> Result<Self, StartError> {
        let redis = Redis::new(options)?;
        Ok(Self::over(Some(Link::new(Server::Redis(redis))?)))
    }

    /// Groups that reach over a PostgreSQL server. Connects when [`run`](Self::run) is running, and again whenever the
    /// connection is lost.
    pub fn postgres(options: &PostgresOptions) -> Result<Self, StartError> {
        let postgres = Postgres::new(options)?;
        Ok(Self::over(Some(Link::new(Server::Postgres(postgres))?)))
    }

    fn over(link: Option<Link>) -> Self {
        Self(Arc::new(Shared {
            groups: Groups::default(),
            link,
        }))
    }

    /// Talks to the server until `stop` completes, and then up to half a second longer, to send what waits. One task
    /// runs this, for the whole life of the process. What other instances publish is delivered on it.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        match &self.0.link {
            Some(link) => link.run(&self.0.groups, stop).await,
            None => stop.await,
        }
    }

    /// Connects to the server once and hangs up: for a checklist. The error is a line without the password. In memory there
    /// is nothing to reach. Takes up to ten seconds where nothing answers.
    pub async fn try_server(&self) -> Result<(), String> {
        match &self.0.link {
            Some(link) => link.try_server().await.map_err(|Lost(reason)| reason),
            None => Ok(()),
        }
    }

    /// Joins `group` until the membership is dropped. What was published before is not seen. A name has 1 to 255 bytes
    /// and no NUL.
    pub fn join(&self, group: &str, member: Arc<dyn Member>) -> Membership {
        let (group, number) = self.0.groups.join(group, member);
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
        if let Some(link) = &self.0.link {
            link.outgoing.push(group, message.clone());
        }
        self.0.groups.deliver(group, &Event::Message(message));
    }

    pub fn gauges(&self) -> Gauges {
        let groups = &self.0.groups;
        let link = self.0.link.as_ref();
        let (queued_messages, queued_bytes, dropped) = link.map_or((0, 0, 0), |link| link.outgoing.gauges());
        Gauges {
            layer: link.map_or("memory", Link::layer),
            is_connected: link.is_none_or(Link::is_connected),
            groups: groups.len(),
            memberships: groups.memberships(),
            queued_messages,
            queued_bytes,
            dropped: groups.dropped() + dropped,
            resyncs: groups.resyncs(),
            reconnects: link.map_or(0, Link::reconnects),
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
