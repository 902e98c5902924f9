//! The connection that publishes: a batch, its confirmations, the next batch.

use std::convert::Infallible;

use tokio::time::timeout;

use super::connection::{Connection, accepted};
use super::{LOSS, MESSAGE, Redis, header, reply};
use crate::incoming::Origin;
use crate::link::{Link, Lost, QUIET};
use crate::outgoing::Item;

impl Redis {
    pub(super) async fn publish(&self, mut connection: Connection, link: &Link) -> Result<Infallible, Lost> {
        loop {
            if timeout(QUIET, link.outgoing.filled()).await.is_err() {
                let mut ping = Vec::new();
                reply::command(&mut ping, &[b"PING"]);
                connection.send(&ping).await?;
                connection.answer(accepted).await??;
                continue;
            }
            let batch = link.outgoing.take_batch();
            let commands = self.commands(link.incoming.own(), &batch);
            connection.send(&commands).await?;
            for _ in &batch {
                connection.answer(accepted).await??;
                link.outgoing.confirm(1);
            }
        }
    }

    fn commands(&self, instance: u64, batch: &[Item]) -> Vec<u8> {
        let mut out = Vec::new();
        for item in batch {
            let number = item.number;
            let (kind, body) = match &item.message {
                Some(message) => (MESSAGE, message.as_ref()),
                None => (LOSS, &b""[..]),
            };
            reply::begin(&mut out, 3);
            reply::bulk(&mut out, &[b"PUBLISH"]);
            reply::bulk(&mut out, &[self.prefix.as_bytes(), item.group.as_bytes()]);
            reply::bulk(&mut out, &[&header(kind, Origin { instance, number }), body]);
        }
        out
    }
}
