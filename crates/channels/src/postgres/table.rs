//! The table for what is too large for a notification. It is made when it is missing and belongs to the layer, not to
//! the migrations of whoever uses it: nothing in it is worth more than a minute. Unlogged: a server that crashed comes
//! back with it empty, and then every group resyncs anyway.

use bytes::Bytes;
use tokio_postgres::{Client, Statement};

use super::Postgres;
use super::session::asked;
use crate::incoming::Origin;
use crate::link::Lost;

/// How long a message stays, in seconds. Who reads later resyncs.
const KEPT: u32 = 60;
/// Instances that start together make the table one after the other: "if not exists" alone does not keep them apart.
const LOCK: i64 = 0x6368_616E_6E65_6C01;

/// Its statements, prepared for one connection.
pub(super) struct Table {
    store: Statement,
    fetch: Statement,
    sweep: Statement,
}

impl Table {
    pub(super) async fn open(postgres: &Postgres, client: &Client) -> Result<Self, Lost> {
        let name = &postgres.table;
        let find = format!("SELECT 1 WHERE to_regclass('{name}') IS NULL");
        // Looked for first: an account that may not make tables can use one that an administrator made.
        if !asked(client.query(&find, &[])).await?.is_empty() {
            asked(client.batch_execute(&creation(name))).await?;
        }
        let store = format!(
            "INSERT INTO {name} (instance, number, body)
             SELECT CAST($1 AS BIGINT), number, body
             FROM unnest(CAST($2 AS BIGINT[]), CAST($3 AS BYTEA[])) AS sent (number, body)
             ON CONFLICT DO NOTHING"
        );
        let fetch = format!("SELECT body FROM {name} WHERE instance = $1 AND number = $2");
        let sweep =
            format!("DELETE FROM {name} WHERE stored_at < clock_timestamp() - make_interval(secs => {KEPT})");
        Ok(Self {
            store: asked(client.prepare(&store)).await?,
            fetch: asked(client.prepare(&fetch)).await?,
            sweep: asked(client.prepare(&sweep)).await?,
        })
    }

    /// Stores messages under their numbers. One that is there already, from before a lost connection, stays.
    pub(super) async fn store(
        &self,
        client: &Client,
        instance: u64,
        messages: &[(u64, Bytes)],
    ) -> Result<(), tokio_postgres::Error> {
        let numbers: Vec<i64> = messages.iter().map(|(number, _)| number.cast_signed()).collect();
        let bodies: Vec<&[u8]> = messages.iter().map(|(_, body)| body.as_ref()).collect();
        let instance = instance.cast_signed();
        client
            .execute(&self.store, &[&instance, &numbers, &bodies])
            .await
            .map(drop)
    }

    /// None when it was there for too long.
    pub(super) async fn fetch(&self, client: &Client, origin: Origin) -> Result<Option<Bytes>, Lost> {
        let (instance, number) = (origin.instance.cast_signed(), origin.number.cast_signed());
        let row = asked(client.query_opt(&self.fetch, &[&instance, &number])).await?;
        let body: Option<Vec<u8>> = row.and_then(|row| row.try_get(0).ok());
        Ok(body.map(Bytes::from))
    }

    /// Deletes what was there for too long, whoever stored it.
    pub(super) async fn sweep(&self, client: &Client) -> Result<(), Lost> {
        asked(client.execute(&self.sweep, &[])).await.map(drop)
    }
}

/// Several statements sent at once are one transaction.
fn creation(name: &str) -> String {
    format!(
        "SELECT pg_advisory_xact_lock({LOCK});
         CREATE UNLOGGED TABLE IF NOT EXISTS {name} (
             instance BIGINT NOT NULL,
             number BIGINT NOT NULL,
             body BYTEA NOT NULL,
             stored_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
             PRIMARY KEY (instance, number)
         )"
    )
}
