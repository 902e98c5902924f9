//! Migrations of a PostgreSQL database: each in its transaction, one process at a time. And a look at where it stands.

use std::thread;
use std::time::Duration;

use super::errors::NoConnection;
use super::session::PostgresSession;
use crate::conn::Session;
use crate::inspection::{InspectError, Inspection};
use crate::migrations::{LEDGER, Migration, MigrationError, MigrationReport, plan};
use crate::target::PostgresTarget;
use crate::value::Value;
use crate::{Error, Options};

/// Key of the advisory lock that processes which migrate the same database take in turn.
const LOCK: i64 = 0x6D69_6772_6174_6501;
/// Time for one script, and for waiting until another process is through.
pub(super) const LONG: Duration = Duration::from_secs(3600);

/// The server's clock, and how many connections it lets this role have to this database. The limits of a role
/// and a database are -1 where there are none; servers before 16 have no `reserved_connections`.
const CLOCK_AND_CONNECTIONS: &str = "\
    SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT), \
        CAST(least( \
            CAST(current_setting('max_connections') AS INT) \
                - CAST(current_setting('superuser_reserved_connections') AS INT) \
                - CAST(coalesce(current_setting('reserved_connections', true), '0') AS INT), \
            (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user), \
            (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database())) AS BIGINT)";

/// A way to connect, with the time for it and for each read.
type Connect = fn(&PostgresTarget, Duration, Duration) -> Result<PostgresSession, NoConnection>;

/// What has not been applied yet.
pub(crate) fn pending(
    target: &PostgresTarget,
    options: &Options,
    known: &'static [Migration],
) -> Result<Vec<&'static Migration>, MigrationError> {
    with_session(target, options, |session| {
        session.limit_statements(LONG)?;
        plan(&applied(session)?, known)
    })
}

/// Applies what is pending, each in its own transaction.
pub(crate) fn migrate(
    target: &PostgresTarget,
    options: &Options,
    known: &'static [Migration],
) -> Result<MigrationReport, MigrationError> {
    with_session(target, options, |session| {
        session.limit_statements(LONG)?;
        let mut report = MigrationReport::default();
        for migration in plan(&applied(session)?, known)? {
            let Migration { number, name, .. } = *migration;
            if apply(session, migration).map_err(|error| MigrationError::Failed { number, name, error })? {
                report.applied.push(number);
            }
        }
        Ok(report)
    })
}

/// Looks at the database in a transaction that cannot write.
pub(crate) fn inspect(
    target: &PostgresTarget,
    options: &Options,
    known: &'static [Migration],
) -> Result<Inspection, InspectError> {
    let refused = |none: NoConnection| InspectError::Unreachable(none.reason);
    with_session_or(target, options, PostgresSession::connect, refused, |session| {
        session.limit_statements(options.statement_timeout)?;
        let applied = applied(session)?;
        let rows = session.query(CLOCK_AND_CONNECTIONS, &[], 1)?;
        let mut row = rows.into_iter().next().ok_or(Error::Missing)?;
        Ok(Inspection {
            applied: applied.len(),
            pending: plan(&applied, known)?,
            bytes: session.database_size()?,
            clock: Some(row.take()?),
            connections: Some(row.take()?),
        })
    })
}

/// Lends a connection of its own, on a thread of its own: the caller may be inside of a runtime, which cannot wait
/// for another one.
pub(super) fn with_session<T: Send, E: From<Error> + Send>(
    target: &PostgresTarget,
    options: &Options,
    work: impl FnOnce(&mut PostgresSession) -> Result<T, E> + Send,
) -> Result<T, E> {
    let refused = |none: NoConnection| E::from(none.error);
    with_session_or(target, options, PostgresSession::connect_patiently, refused, work)
}

/// The same for a caller who wants to know why there is no connection.
fn with_session_or<T: Send, E: From<Error> + Send>(
    target: &PostgresTarget,
    options: &Options,
    connect: Connect,
    refused: impl FnOnce(NoConnection) -> E + Send,
    work: impl FnOnce(&mut PostgresSession) -> Result<T, E> + Send,
) -> Result<T, E> {
    let run = || {
        let mut session =
            connect(target, options.connect_timeout, options.statement_timeout).map_err(refused)?;
        let outcome = work(&mut session);
        session.close();
        outcome
    };
    thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|_| Err(E::from(Error::Panicked)))
}

/// Numbers in the ledger; none when there is no ledger yet.
pub(super) fn applied(session: &mut PostgresSession) -> Result<Vec<u32>, Error> {
    let exists = session.query("SELECT to_regclass('schema_migrations') IS NOT NULL", &[], 1)?;
    if !exists.into_iter().next().ok_or(Error::Missing)?.take::<bool>()? {
        return Ok(Vec::new());
    }
    let rows = session.query(
        "SELECT number FROM schema_migrations ORDER BY number",
        &[],
        usize::MAX,
    )?;
    let number = |mut row: crate::Row| {
        let number = row.take::<i64>()?;
        u32::try_from(number).map_err(|_| Error::Sql(format!("migration {number} in the ledger")))
    };
    rows.into_iter().map(number).collect()
}

/// Begins a transaction when no other process migrates any more.
pub(super) fn take_turn(session: &mut PostgresSession) -> Result<(), Error> {
    session.batch(&format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock({LOCK}); {LEDGER}"
    ))
}

/// False when another process was faster.
fn apply(session: &mut PostgresSession, migration: &Migration) -> Result<bool, Error> {
    take_turn(session)?;
    let outcome = apply_locked(session, migration);
    match outcome {
        Ok(true) => session.commit().map(|()| true),
        outcome => {
            session.rollback();
            outcome
        }
    }
}

/// Runs the script and notes it in the ledger, unless that has been done.
pub(super) fn apply_locked(session: &mut PostgresSession, migration: &Migration) -> Result<bool, Error> {
    if applied(session)?.contains(&migration.number) {
        return Ok(false);
    }
    session.batch(migration.sql)?;
    let note = "INSERT INTO schema_migrations (number, name, applied_at)
                VALUES ($1, $2, CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT))";
    session.execute(
        note,
        &[Value::Int(migration.number.into()), Value::Text(migration.name)],
    )?;
    Ok(true)
}
