//! Publishing: what came within ten milliseconds goes out by one statement.

use std::convert::Infallible;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, Statement};

use super::session::{asked, lost, silence};
use super::table::Table;
use super::{Postgres, note};
use crate::link::{Link, Lost, PATIENCE, QUIET};
use crate::outgoing::Item;

/// How long the first of a batch waits for others. A transaction that notifies takes its turn among all of the whole
/// server, so fewer and larger ones are better.
const GATHER: Duration = Duration::from_millis(10);
/// How often old messages are deleted from the table.
const SWEEP: Duration = Duration::from_secs(30);

impl Postgres {
    pub(super) async fn publish(
        &self,
        client: &Client,
        link: &Link,
        table: &Table,
    ) -> Result<Infallible, Lost> {
        let notify = "SELECT pg_notify($1, payload) FROM unnest(CAST($2 AS TEXT[])) AS sent (payload)";
        let notify = asked(client.prepare(notify)).await?;
        let mut swept = Instant::now();
        loop {
            if swept.elapsed() >= SWEEP {
                table.sweep(client).await?;
                swept = Instant::now();
            }
            if timeout(QUIET, link.outgoing.filled()).await.is_err() {
                // Only to know whether it is still there.
                asked(client.batch_execute("")).await?;
                continue;
            }
            if !link.outgoing.is_batch() {
                sleep(GATHER).await;
            }
            let batch = link.outgoing.take_batch();
            let sending = self.send(client, table, &notify, link.incoming.own(), &batch);
            match timeout(PATIENCE, sending).await {
                Ok(Ok(())) => link.outgoing.confirm(batch.len()),
                Ok(Err(error)) if is_refusal(&error) => {
                    let Lost(reason) = lost(&error);
                    tracing::warn!(reason, messages = batch.len(), "PostgreSQL refuses messages");
                    link.outgoing.give_up(batch.len());
                }
                Ok(Err(error)) => return Err(lost(&error)),
                Err(_) => return Err(silence()),
            }
        }
    }

    async fn send(
        &self,
        client: &Client,
        table: &Table,
        notify: &Statement,
        instance: u64,
        batch: &[Item],
    ) -> Result<(), Error> {
        let (mut payloads, mut stored) = (Vec::new(), Vec::new());
        for item in batch {
            // A name that cannot be carried is nobody's on any other instance.
            let Some(outgoing) = note::write(instance, item) else {
                continue;
            };
            payloads.push(outgoing.payload);
            stored.extend(outgoing.stored.map(|message| (item.number, message)));
        }
        if !stored.is_empty() {
            table.store(client, instance, &stored).await?;
        }
        client
            .execute(notify, &[&self.channel, &payloads])
            .await
            .map(drop)
    }
}

/// Whether the server stays, but does not want this: it is too much, or not what it takes for text.
fn is_refusal(error: &Error) -> bool {
    let code = error.code().map(SqlState::code);
    code.is_some_and(|code| ["22", "53", "54"].iter().any(|class| code.starts_with(class)))
}
