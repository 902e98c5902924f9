//! A snapshot of a PostgreSQL database: one transaction of the isolation that keeps its first state.

use super::migrate::{LONG, applied, with_session};
use super::session::PostgresSession;
use crate::conn::Session as _;
use crate::snapshot::Source;
use crate::target::PostgresTarget;
use crate::{Error, Options, Value};

/// Runs `work` inside of one read transaction.
pub(crate) fn snapshot<T: Send, E: From<Error> + Send>(
    target: &PostgresTarget,
    options: &Options,
    work: impl FnOnce(&mut dyn Source) -> Result<T, E> + Send,
) -> Result<T, E> {
    with_session(target, options, |session| {
        session.limit_statements(LONG)?;
        session.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        work(session)
    })
}

impl Source for PostgresSession {
    fn schema(&mut self) -> Result<u32, Error> {
        newest(self)
    }

    fn columns(&mut self, table: &str) -> Result<Vec<String>, Error> {
        let sql = "SELECT CAST(attname AS TEXT) FROM pg_attribute
                   WHERE attrelid = to_regclass(quote_ident(CAST($1 AS TEXT)))
                     AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
                   ORDER BY attnum";
        let rows = self.query(sql, &[Value::Text(table)], usize::MAX)?;
        rows.into_iter().map(|mut row| row.take()).collect()
    }

    fn last_id(&mut self, table: &str) -> Result<Option<i64>, Error> {
        let rows = self.query(
            &format!("SELECT pg_sequence_last_value({IDENTITY})"),
            &[Value::Text(table)],
            1,
        )?;
        rows.into_iter().next().map_or(Ok(None), |mut row| row.take())
    }

    fn each(&mut self, sql: &str, row: &mut dyn FnMut(&[Value<'_>]) -> bool) -> Result<(), Error> {
        self.stream(sql, row)
    }
}

/// The sequence of the identity column of the table $1; NULL when it has none.
pub(super) const IDENTITY: &str =
    "(SELECT CAST(pg_get_serial_sequence(CAST(attrelid AS regclass)::text, attname) AS regclass)
      FROM pg_attribute
      WHERE attrelid = to_regclass(quote_ident(CAST($1 AS TEXT))) AND attidentity <> '')";

/// The number of the last migration.
pub(super) fn newest(session: &mut PostgresSession) -> Result<u32, Error> {
    Ok(applied(session)?.last().copied().unwrap_or_default())
}
