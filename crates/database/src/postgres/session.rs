//! One PostgreSQL connection: how it is opened, its prepared statements, and a time limit around every wait.

use std::collections::HashMap;
use std::future::Future;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future::join;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Statement};

use super::errors::{NoConnection, Trouble, translate};
use super::open::open;
use super::values::{bind, check_parameters, column_types, read_row};
use crate::conn::Session;
use crate::job::Kind;
use crate::target::PostgresTarget;
use crate::value::Value;
use crate::{Dialect, Error, Row};

/// Statements that one connection keeps prepared.
const PREPARED: usize = 128;
/// A message of so many bytes makes room for itself, which its connection keeps.
const LARGE: usize = 32 << 10;
/// How long after the server should have stopped a statement its connection is given up.
const SLACK: Duration = Duration::from_secs(2);
/// Pause after the first failed attempt to connect; doubles up to the longest.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(100);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A connection. Its socket is driven by this thread, while it waits for an answer.
pub(super) struct PostgresSession {
    pub(super) client: Client,
    /// Moves the bytes; ends when the client is dropped.
    transport: JoinHandle<()>,
    pub(super) runtime: Runtime,
    opened: Instant,
    /// When a large message passed last.
    roomy: Option<Instant>,
    prepared: HashMap<Box<str>, Prepared>,
    /// Counts uses of prepared statements, to find the one that was not used for longest.
    uses: u64,
    /// What the session's `statement_timeout` is now.
    statement_timeout: Duration,
    /// What begins the transaction that has been asked for: it goes out with its first statement.
    opening: Option<String>,
    /// How long the next answer may take.
    pub(super) patience: Duration,
    pub(super) trouble: Option<Trouble>,
}

struct Prepared {
    statement: Statement,
    used: u64,
}

impl PostgresSession {
    /// The same as [`PostgresSession::connect`], trying again for `time` while the server is not there: it may be
    /// starting, too. A mistake in the settings is told at once.
    pub(super) fn connect_patiently(
        target: &PostgresTarget,
        time: Duration,
        statement_timeout: Duration,
    ) -> Result<Self, NoConnection> {
        let start = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let left = time.saturating_sub(start.elapsed());
            let none = match Self::connect(target, left, statement_timeout) {
                Err(none) if none.error == Error::Unavailable => none,
                outcome => return outcome,
            };
            if start.elapsed() + pause >= time {
                return Err(none);
            }
            if pause == FIRST_PAUSE {
                tracing::warn!(
                    server = %target, reason = none.reason, patience = ?time,
                    "PostgreSQL is not there yet; trying again"
                );
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Connects within `time`. Reads are limited to `statement_timeout` each, and cannot write.
    pub(super) fn connect(
        target: &PostgresTarget,
        time: Duration,
        statement_timeout: Duration,
    ) -> Result<Self, NoConnection> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| NoConnection::settings(error.to_string()))?;
        let (client, connection) = runtime.block_on(open(target, time))?;
        let transport = runtime.spawn(async move {
            // Its error is the error of the statement that was running.
            let _ = connection.await;
        });
        let mut session = Self {
            client,
            transport,
            runtime,
            opened: Instant::now(),
            roomy: None,
            prepared: HashMap::new(),
            uses: 0,
            statement_timeout,
            opening: None,
            patience: time,
            trouble: None,
        };
        // A write says READ WRITE when it begins. A transaction whose client froze does not hold its locks for ever.
        let settings = session.batch(&format!(
            "SET default_transaction_read_only = on;
             SET statement_timeout = {};
             SET idle_in_transaction_session_timeout = 30000",
            millis(statement_timeout)
        ));
        match settings {
            Ok(()) => Ok(session),
            Err(Error::Sql(reason)) => Err(NoConnection::settings(reason)),
            Err(_) => Err(NoConnection::silence()),
        }
    }

    /// Begins a transaction whose statements may run until `deadline`, together with the first of them: with a server far
    /// away a way there and back is most of what a write costs.
    pub(super) fn begin(&mut self, kind: Kind, deadline: Instant) {
        let left = deadline.saturating_duration_since(Instant::now());
        self.patience = left + SLACK;
        let isolation = match kind {
            Kind::Ordered | Kind::Apart => "READ COMMITTED",
            Kind::Read | Kind::Write => "SERIALIZABLE",
        };
        self.opening = Some(format!(
            "BEGIN ISOLATION LEVEL {isolation} READ WRITE; SET LOCAL statement_timeout = {}",
            millis(left)
        ));
    }

    /// Commits; `OutcomeUnknown` when no answer came.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        if self.opening.take().is_some() {
            // Nothing was asked of it.
            return Ok(());
        }
        let outcome = self.batch("COMMIT");
        match self.trouble {
            Some(Trouble::Lost) => Err(Error::OutcomeUnknown),
            _ => outcome,
        }
    }

    /// Gives a transaction up. A connection that cannot even do that is lost.
    pub(super) fn rollback(&mut self) {
        if self.opening.take().is_some() {
            return;
        }
        if self.batch("ROLLBACK").is_err() {
            self.trouble = Some(Trouble::Lost);
        }
    }

    /// Limits each statement of the next read; costs a round trip when the limit is another than before.
    pub(super) fn limit_statements(&mut self, limit: Duration) -> Result<(), Error> {
        self.patience = limit + SLACK;
        if limit != self.statement_timeout {
            self.batch(&format!("SET statement_timeout = {}", millis(limit)))?;
            self.statement_timeout = limit;
        }
        Ok(())
    }

    /// What went wrong since the trouble was last taken, beyond the statement that met it.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    pub(super) fn take_trouble(&mut self) -> Option<Trouble> {
        self.trouble.take()
    }

    /// Forgets the prepared statements, so that they are prepared anew.
    pub(super) fn forget(&mut self) {
        self.prepared = HashMap::new();
    }

    /// Whether it has prepared statements.
    pub(super) fn has_statements(&self) -> bool {
        !self.prepared.is_empty()
    }

    pub(super) fn age(&self) -> Duration {
        self.opened.elapsed()
    }

    /// Whether it has room for large messages.
    pub(super) fn is_roomy(&self) -> bool {
        self.roomy.is_some()
    }

    /// Whether it has room for large messages, and had none in all this time.
    pub(super) fn was_roomy_for(&self, time: Duration) -> bool {
        self.roomy.is_some_and(|since| since.elapsed() >= time)
    }

    /// Its room counts as just needed.
    pub(super) fn keep_room(&mut self) {
        self.roomy = Some(Instant::now());
    }

    /// Notes how large a statement and its answers were.
    fn passes(&mut self, params: &[Value<'_>], rows: &[tokio_postgres::Row]) {
        let sent: usize = params.iter().map(Value::bytes).sum();
        if sent >= LARGE || rows.iter().any(|row| row.raw_size_bytes() >= LARGE) {
            self.keep_room();
        }
    }

    /// Says goodbye, so that the server need not find out by itself.
    pub(super) fn close(self) {
        let Self {
            client,
            transport,
            runtime,
            ..
        } = self;
        drop(client);
        // A server that does not take the goodbye has to find out.
        let _ = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(1), transport).await });
    }

    /// Runs one exchange with the server, and notes the trouble that it met.
    pub(super) fn wait<T>(
        runtime: &Runtime,
        patience: Duration,
        trouble: &mut Option<Trouble>,
        exchange: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Error> {
        if *trouble == Some(Trouble::Lost) {
            return Err(Error::Unavailable);
        }
        let answer = runtime.block_on(async { tokio::time::timeout(patience, exchange).await });
        let (error, met) = match answer {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(failure)) => translate(&failure),
            Err(_) => (Error::Deadline, Some(Trouble::Lost)),
        };
        *trouble = met.or(*trouble);
        Err(error)
    }

    /// The prepared statement of an SQL text, whose types are all known.
    pub(super) fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        self.uses += 1;
        if let Some(prepared) = self.prepared.get_mut(sql) {
            prepared.used = self.uses;
            return Ok(prepared.statement.clone());
        }
        let preparing = self.client.prepare(sql);
        let statement = Self::wait(&self.runtime, self.patience, &mut self.trouble, preparing)?;
        check_parameters(statement.params())?;
        column_types(statement.columns())?;
        if self.prepared.len() >= PREPARED {
            self.drop_oldest();
        }
        self.prepared.insert(
            sql.into(),
            Prepared {
                statement: statement.clone(),
                used: self.uses,
            },
        );
        Ok(statement)
    }

    fn drop_oldest(&mut self) {
        let oldest = self.prepared.iter().min_by_key(|(_, prepared)| prepared.used);
        if let Some(sql) = oldest.map(|(sql, _)| sql.clone()) {
            self.prepared.remove(&sql);
        }
    }
}

impl Session for PostgresSession {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn query(&mut self, sql: &str, params: &[Value<'_>], limit: usize) -> Result<Vec<Row>, Error> {
        let statement = self.prepare(sql)?;
        let bound = bind(params, statement.params())?;
        let values: Vec<_> = bound.iter().map(|value| value as _).collect();
        let opening = self.opening.take();
        let querying = after(opening, &self.client, self.client.query(&statement, &values));
        let found = Self::wait(&self.runtime, self.patience, &mut self.trouble, querying);
        self.passes(params, found.as_deref().unwrap_or_default());
        found?.iter().take(limit).map(read_row).collect()
    }

    fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
        let statement = self.prepare(sql)?;
        let bound = bind(params, statement.params())?;
        let values: Vec<_> = bound.iter().map(|value| value as _).collect();
        let opening = self.opening.take();
        let executing = after(opening, &self.client, self.client.execute(&statement, &values));
        let changed = Self::wait(&self.runtime, self.patience, &mut self.trouble, executing);
        self.passes(params, &[]);
        changed
    }

    fn batch(&mut self, sql: &str) -> Result<(), Error> {
        let opening = self.opening.take();
        let executing = after(opening, &self.client, self.client.batch_execute(sql));
        Self::wait(&self.runtime, self.patience, &mut self.trouble, executing)
    }

    fn column_types(&mut self, sql: &str) -> Result<Vec<String>, Error> {
        let statement = self.prepare(sql)?;
        column_types(statement.columns())
    }

    fn database_size(&mut self) -> Result<u64, Error> {
        let rows = self.query("SELECT pg_database_size(current_database())", &[], 1)?;
        let size: Option<i64> = rows.into_iter().next().map(|mut row| row.take()).transpose()?;
        Ok(size.map_or(0, i64::cast_unsigned))
    }
}

/// Sends what begins a transaction and its first statement one behind the other, and waits for both answers. Where the
/// first fails the second is outside of a transaction, in which this session cannot write.
async fn after<T>(
    opening: Option<String>,
    client: &Client,
    first: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, tokio_postgres::Error> {
    let Some(opening) = opening else {
        return first.await;
    };
    let (opened, done) = join(client.batch_execute(&opening), first).await;
    opened?;
    done
}

/// At least 1, because 0 means no limit to PostgreSQL.
fn millis(duration: Duration) -> u128 {
    duration.as_millis().max(1)
}
