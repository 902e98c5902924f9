//! The connection that listens: it follows the groups of this instance, and tells each to resync when its subscription
//! stands.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use tokio::time::{Instant, sleep_until};

use super::connection::{Connection, accepted, silence};
use super::reply::Reply;
use super::{Redis, open, reply};
use crate::Event;
use crate::group::Group;
use crate::groups::{Change, Groups};
use crate::link::{BURST, Heard, Link, Lost, PATIENCE, QUIET, resync};

/// Channels in one command.
const AT_ONCE: usize = 512;

/// What was asked for and not confirmed yet, in order: a subscription of a group, or anything else.
type Asked = VecDeque<Option<Arc<Group>>>;

/// What the server said.
enum Said {
    Confirmed,
    Carried(Heard),
    Other,
}

impl Redis {
    pub(super) async fn listen(
        &self,
        mut connection: Connection,
        groups: &Groups,
        link: &Link,
    ) -> Result<Infallible, Lost> {
        let mut asked = self.subscribe_all(&mut connection, groups.watch()).await?;
        // So many confirmations, and everything stands.
        let mut missing = asked.len();
        let (mut heard_at, mut is_asked) = (Instant::now(), false);
        loop {
            let heard = self.hear_all(&mut connection, groups, link, &mut asked).await?;
            if missing > 0 {
                missing = missing.saturating_sub(heard);
                if missing == 0 {
                    link.connected();
                }
            }
            let patience = if is_asked { QUIET + PATIENCE } else { QUIET };
            tokio::select! {
                filled = connection.fill() => {
                    filled?;
                    (heard_at, is_asked) = (Instant::now(), false);
                }
                () = groups.changed() => self.follow(&mut connection, groups, &mut asked).await?,
                () = sleep_until(heard_at + patience) => {
                    if is_asked {
                        return Err(silence());
                    }
                    is_asked = true;
                    let mut ping = Vec::new();
                    reply::command(&mut ping, &[b"PING"]);
                    connection.send(&ping).await?;
                }
            }
        }
    }

    /// Subscribes to the channel that concerns all, and to those of `all`.
    async fn subscribe_all(&self, connection: &mut Connection, all: Vec<Arc<Group>>) -> Result<Asked, Lost> {
        let mut asked = Asked::new();
        let mut out = Vec::new();
        reply::command(&mut out, &[b"SUBSCRIBE", self.prefix.as_bytes()]);
        asked.push_back(None);
        for groups in all.chunks(AT_ONCE) {
            reply::begin(&mut out, groups.len() + 1);
            reply::bulk(&mut out, &[b"SUBSCRIBE"]);
            for group in groups {
                reply::bulk(&mut out, &[self.prefix.as_bytes(), group.name().as_bytes()]);
                asked.push_back(Some(Arc::clone(group)));
            }
            connection.send(&out).await?;
            out.clear();
        }
        connection.send(&out).await?;
        Ok(asked)
    }

    /// Asks for what has changed since the last time.
    async fn follow(
        &self,
        connection: &mut Connection,
        groups: &Groups,
        asked: &mut Asked,
    ) -> Result<(), Lost> {
        let changes = groups
            .take_changes()
            .ok_or_else(|| Lost("too many groups came and went".to_owned()))?;
        let mut out = Vec::new();
        for change in changes {
            let (verb, group, confirmed) = match change {
                Change::Opened(group) => (&b"SUBSCRIBE"[..], Arc::clone(&group), Some(group)),
                Change::Closed(group) => (&b"UNSUBSCRIBE"[..], group, None),
            };
            reply::begin(&mut out, 2);
            reply::bulk(&mut out, &[verb]);
            reply::bulk(&mut out, &[self.prefix.as_bytes(), group.name().as_bytes()]);
            asked.push_back(confirmed);
        }
        connection.send(&out).await
    }

    /// Takes everything that has arrived; how many confirmations were among it.
    async fn hear_all(
        &self,
        connection: &mut Connection,
        groups: &Groups,
        link: &Link,
        asked: &mut Asked,
    ) -> Result<usize, Lost> {
        let (mut confirmed, mut heard) = (0, 0_usize);
        while let Some(said) = connection.next(|reply| self.hear(reply, groups, link))? {
            match said? {
                Said::Confirmed => {
                    confirmed += 1;
                    if let Some(group) = asked.pop_front().flatten() {
                        groups.deliver_to(&group, &Event::Resync);
                    }
                }
                Said::Carried(Heard::AllLost) => resync(groups, groups.all()).await,
                Said::Carried(Heard::Done) | Said::Other => {}
            }
            heard += 1;
            if heard.is_multiple_of(BURST) {
                tokio::task::yield_now().await;
            }
        }
        Ok(confirmed)
    }

    fn hear(&self, reply: &Reply<'_>, groups: &Groups, link: &Link) -> Result<Said, Lost> {
        accepted(reply)?;
        let Reply::List(parts) = reply else {
            return Ok(Said::Other);
        };
        match parts.as_slice() {
            [Reply::Bulk(b"subscribe" | b"unsubscribe"), ..] => Ok(Said::Confirmed),
            [
                Reply::Bulk(b"message"),
                Reply::Bulk(channel),
                Reply::Bulk(payload),
            ] => Ok(Said::Carried(self.carried(channel, payload, groups, link))),
            _ => Ok(Said::Other),
        }
    }

    fn carried(&self, channel: &[u8], payload: &[u8], groups: &Groups, link: &Link) -> Heard {
        let group = channel.strip_prefix(self.prefix.as_bytes());
        let group = group.and_then(|group| std::str::from_utf8(group).ok());
        let (Some(group), Some((origin, message))) = (group, open(payload)) else {
            // Somebody else publishes to our channels.
            return Heard::Done;
        };
        if !link.incoming.is_news(origin) {
            return Heard::Done;
        }
        Link::hear(groups, group, message)
    }
}
