//! One connection's life: listen, and deliver what comes, in its order.

use std::convert::Infallible;
use std::future::{Future, poll_fn};

use bytes::Bytes;
use database::PostgresTransport;
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Client, Error};

use super::Postgres;
use super::arrivals::{Arrival, Arrivals};
use super::note::{self, Body};
use super::table::Table;
use crate::groups::Groups;
use crate::link::{BURST, CONNECT, Heard, Link, Lost, PATIENCE, resync};

/// Nobody is promised that a notification outlives a crash of the server: no commit waits for the disk.
const SETTINGS: &str = "SET synchronous_commit = off; SET statement_timeout = 4000";

impl Postgres {
    pub(crate) async fn try_server(&self) -> Result<(), Lost> {
        let (client, transport) = self.target.open(CONNECT).await.map_err(Lost)?;
        let listen = format!("LISTEN {}", self.channel);
        let arrivals = Arrivals::default();
        tokio::select! {
            lost = carry(transport, &arrivals) => Err(lost),
            listens = asked(client.batch_execute(&listen)) => listens,
        }
    }

    pub(crate) async fn serve(&self, groups: &Groups, link: &Link) -> Lost {
        let (client, transport) = match self.target.open(CONNECT).await {
            Ok(connected) => connected,
            Err(reason) => return Lost(reason),
        };
        let arrivals = Arrivals::default();
        let ended = tokio::select! {
            lost = carry(transport, &arrivals) => return lost,
            ended = self.work(&client, groups, link, &arrivals) => ended,
        };
        match ended {
            Err(lost) => lost,
            Ok(never) => match never {},
        }
    }

    async fn work(
        &self,
        client: &Client,
        groups: &Groups,
        link: &Link,
        arrivals: &Arrivals,
    ) -> Result<Infallible, Lost> {
        asked(client.batch_execute(SETTINGS)).await?;
        let table = Table::open(self, client).await?;
        asked(client.batch_execute(&format!("LISTEN {}", self.channel))).await?;
        // Who joins from now on misses nothing; who has joined before may have.
        link.connected();
        resync(groups, groups.all()).await;
        tokio::select! {
            ended = self.publish(client, link, &table) => ended,
            ended = hear_all(client, groups, link, &table, arrivals) => ended,
        }
    }
}

/// Moves the bytes of the connection, and puts down the notifications among them.
async fn carry(mut transport: PostgresTransport, arrivals: &Arrivals) -> Lost {
    loop {
        match poll_fn(|context| transport.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(notification))) => arrivals.push(notification.payload()),
            Some(Ok(_)) => {}
            Some(Err(error)) => return lost(&error),
            None => return Lost("the server closed the connection".to_owned()),
        }
    }
}

async fn hear_all(
    client: &Client,
    groups: &Groups,
    link: &Link,
    table: &Table,
    arrivals: &Arrivals,
) -> Result<Infallible, Lost> {
    let mut heard = 0_usize;
    loop {
        let to_do = match arrivals.next().await {
            Arrival::Payload(payload) => hear(&payload, client, groups, link, table).await?,
            Arrival::Missed => Heard::AllLost,
        };
        if to_do == Heard::AllLost {
            resync(groups, groups.all()).await;
        }
        heard += 1;
        if heard.is_multiple_of(BURST) {
            tokio::task::yield_now().await;
        }
    }
}

async fn hear(
    payload: &str,
    client: &Client,
    groups: &Groups,
    link: &Link,
    table: &Table,
) -> Result<Heard, Lost> {
    let Some(note) = note::read(payload) else {
        // Somebody else notifies on our channel.
        return Ok(Heard::Done);
    };
    let group = note.group;
    if !link.incoming.is_news(note.origin) {
        return Ok(Heard::Done);
    }
    let message = match note.body {
        Body::Text(text) => Some(Bytes::copy_from_slice(text.as_bytes())),
        Body::Loss => None,
        // Read only for somebody.
        Body::Stored if !groups.has(group) => return Ok(Heard::Done),
        // One that is not there any more is a loss.
        Body::Stored => table.fetch(client, note.origin).await?,
    };
    Ok(Link::hear(groups, group, message))
}

/// Waits for an answer, but not for ever.
pub(super) async fn asked<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, Lost> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(|error| lost(&error)),
        Err(_) => Err(silence()),
    }
}

pub(super) fn silence() -> Lost {
    Lost("the server does not answer".to_owned())
}

/// The message alone; the detail of an error shows values.
pub(super) fn lost(error: &Error) -> Lost {
    let reason = match error.as_db_error() {
        Some(error) => format!("{} ({})", error.message(), error.code().code()),
        None => error.to_string(),
    };
    Lost(reason)
}
