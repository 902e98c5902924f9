//! A PostgreSQL database for one transaction that replaces what is in it.

use super::migrate::{LONG, applied, apply_locked, take_turn, with_session};
use super::session::PostgresSession;
use super::snapshot::{IDENTITY, newest};
use crate::conn::Session as _;
use crate::exclusive::Owner;
use crate::migrations::plan;
use crate::snapshot::{list, quoted};
use crate::target::PostgresTarget;
use crate::{Cell, Error, Migration, MigrationError, Migrations, Options, Value};

/// Runs `work` in a transaction that takes its turn with migrations, and commits when it succeeds.
pub(crate) fn exclusively<T: Send, E: From<Error> + Send>(
    target: &PostgresTarget,
    options: &Options,
    work: impl FnOnce(&mut dyn Owner) -> Result<T, E> + Send,
) -> Result<T, E> {
    with_session(target, options, |session| {
        session.limit_statements(LONG)?;
        take_turn(session)?;
        match work(session) {
            Ok(done) => {
                session.commit()?;
                Ok(done)
            }
            Err(error) => {
                session.rollback();
                Err(error)
            }
        }
    })
}

impl Owner for PostgresSession {
    fn schema(&mut self) -> Result<u32, Error> {
        newest(self)
    }

    fn migrate(&mut self, migrations: &Migrations, up_to: u32) -> Result<(), MigrationError> {
        let pending = plan(&applied(self)?, migrations.postgres)?;
        for migration in pending.into_iter().filter(|migration| migration.number <= up_to) {
            let Migration { number, name, .. } = *migration;
            apply_locked(self, migration).map_err(|error| MigrationError::Failed { number, name, error })?;
        }
        Ok(())
    }

    fn has_rows(&mut self, table: &str) -> Result<bool, Error> {
        let exists = "SELECT to_regclass(quote_ident(CAST($1 AS TEXT))) IS NOT NULL";
        let exists = self.query(exists, &[Value::Text(table)], 1)?;
        if !exists.into_iter().next().ok_or(Error::Missing)?.take::<bool>()? {
            return Ok(false);
        }
        let table = quoted(table);
        self.batch(&format!("LOCK TABLE {table} IN EXCLUSIVE MODE"))?;
        let found = self.query(&format!("SELECT 1 FROM {table} LIMIT 1"), &[], 1)?;
        Ok(!found.is_empty())
    }

    fn clear(&mut self, table: &str) -> Result<(), Error> {
        self.batch(&format!("DELETE FROM {}", quoted(table)))
    }

    fn load(
        &mut self,
        table: &str,
        columns: &[String],
        next: &mut dyn FnMut() -> Option<Vec<Cell>>,
    ) -> Result<(), Error> {
        self.copy_in(&quoted(table), &list(columns), next)
    }

    fn raise_identity(&mut self, table: &str, last: i64) -> Result<(), Error> {
        let raise = format!(
            "SELECT setval(sequence, GREATEST($2, COALESCE(pg_sequence_last_value(sequence), 0)))
             FROM (SELECT {IDENTITY} AS sequence) AS identity WHERE sequence IS NOT NULL"
        );
        self.query(&raise, &[Value::Text(table), Value::Int(last)], 1)
            .map(drop)
    }
}
