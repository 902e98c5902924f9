//! Tables of any size through one connection, a row at a time: out by a portal, in by COPY.

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::timeout;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use super::session::PostgresSession;
use super::values::{bind, read_cells};
use crate::value::Value;
use crate::{Cell, Error, ToValue as _};

/// How long the server may take for the next row, or to take one.
const STALL: Duration = Duration::from_secs(60);
const NO_PARAMS: [&(dyn ToSql + Sync); 0] = [];

impl PostgresSession {
    /// Rows of a statement until `row` says false. What has been read and not yet handed out is bounded by the library.
    pub(super) fn stream(
        &mut self,
        sql: &str,
        row: &mut dyn FnMut(&[Value<'_>]) -> bool,
    ) -> Result<(), Error> {
        let statement = self.prepare(sql)?;
        let client = &self.client;
        let reading = async {
            let mut rows = pin!(client.query_raw(&statement, NO_PARAMS).await?);
            loop {
                let found = match timeout(STALL, rows.next()).await {
                    Err(_) => return Ok(Err(Error::Deadline)),
                    Ok(None) => return Ok(Ok(())),
                    Ok(Some(found)) => found?,
                };
                let cells = match read_cells(&found) {
                    Ok(cells) => cells,
                    Err(error) => return Ok(Err(error)),
                };
                let values: Vec<Value<'_>> = cells.iter().map(|cell| cell.value()).collect();
                if !row(&values) {
                    return Ok(Ok(()));
                }
            }
        };
        Self::wait(&self.runtime, self.patience, &mut self.trouble, reading)?
    }

    /// Copies rows into a table until there are none.
    pub(super) fn copy_in(
        &mut self,
        table: &str,
        columns: &str,
        next: &mut dyn FnMut() -> Option<Vec<Cell>>,
    ) -> Result<(), Error> {
        let statement = self.prepare(&format!("SELECT {columns} FROM {table}"))?;
        let types: Vec<Type> = statement
            .columns()
            .iter()
            .map(|column| column.type_().clone())
            .collect();
        let client = &self.client;
        let copying = async {
            let copy = format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)");
            let mut writer = pin!(BinaryCopyInWriter::new(client.copy_in(&copy).await?, &types));
            while let Some(row) = next() {
                let values: Vec<Value<'_>> = row.iter().zip(&types).map(fitting).collect();
                let bound = match bind(&values, &types) {
                    Ok(bound) => bound,
                    Err(error) => return Ok(Err(error)),
                };
                let values: Vec<_> = bound.iter().map(|value| value as _).collect();
                match timeout(STALL, writer.as_mut().write(&values)).await {
                    Err(_) => return Ok(Err(Error::Deadline)),
                    Ok(written) => written?,
                }
            }
            writer.finish().await.map(|_| Ok(()))
        };
        Self::wait(&self.runtime, self.patience, &mut self.trouble, copying)?
    }
}

/// SQLite's booleans are numbers.
fn fitting<'a>((cell, ty): (&'a Cell, &Type)) -> Value<'a> {
    match cell {
        Cell::Int(flag @ 0..=1) if *ty == Type::BOOL => Value::Bool(*flag == 1),
        cell => cell.value(),
    }
}
