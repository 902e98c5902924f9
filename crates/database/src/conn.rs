//! The connection as a closure sees it, the same over both engines.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::value::Value;
use crate::{Error, Row, ToValue};

/// The engine behind a connection, for the few statements that cannot be written once for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The embedded database.
    Sqlite,
    /// The server.
    Postgres,
}

/// What each engine does for a [`Conn`]: plain statements, without counting, deadlines or transactions.
pub(crate) trait Session {
    fn dialect(&self) -> Dialect;
    /// Rows of a statement, at most `limit` of them kept.
    fn query(&mut self, sql: &str, params: &[Value<'_>], limit: usize) -> Result<Vec<Row>, Error>;
    fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, Error>;
    fn batch(&mut self, sql: &str) -> Result<(), Error>;
    fn column_types(&mut self, sql: &str) -> Result<Vec<String>, Error>;
    fn database_size(&mut self) -> Result<u64, Error>;
}

/// A connection, lent to one closure.
///
/// Parameters are written `$1`, `$2` on both engines, in any order and as often as needed.
///
/// In a write, a failed statement fails the whole closure: PostgreSQL takes no further statement in that
/// transaction, so neither does SQLite here. Later statements answer the first failure again, and the write is
/// undone even if the closure returns `Ok`. Use `ON CONFLICT` where a conflict is expected.
pub struct Conn<'a> {
    session: &'a mut dyn Session,
    statements: &'a AtomicU64,
    deadline: Instant,
    /// Whether a failure sticks.
    writing: bool,
    failure: Option<Error>,
}

impl<'a> Conn<'a> {
    pub(crate) fn new(
        session: &'a mut dyn Session,
        statements: &'a AtomicU64,
        deadline: Instant,
        writing: bool,
    ) -> Self {
        Self {
            session,
            statements,
            deadline,
            writing,
            failure: None,
        }
    }

    /// The failure that has doomed this write, if one has.
    pub(crate) fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    /// Which engine this is.
    pub fn dialect(&self) -> Dialect {
        self.session.dialect()
    }

    /// All rows of a statement.
    pub fn query(&mut self, sql: &str, params: &[&dyn ToValue]) -> Result<Vec<Row>, Error> {
        self.counted(params, |session, values| session.query(sql, values, usize::MAX))
    }

    /// The first row, if there is one.
    pub fn first(&mut self, sql: &str, params: &[&dyn ToValue]) -> Result<Option<Row>, Error> {
        let rows = self.counted(params, |session, values| session.query(sql, values, 1))?;
        Ok(rows.into_iter().next())
    }

    /// The first row; [`Error::Missing`] when there is none.
    pub fn one(&mut self, sql: &str, params: &[&dyn ToValue]) -> Result<Row, Error> {
        self.first(sql, params)?.ok_or(Error::Missing)
    }

    /// Runs a statement for its effect; how many rows it changed.
    pub fn execute(&mut self, sql: &str, params: &[&dyn ToValue]) -> Result<u64, Error> {
        self.counted(params, |session, values| session.execute(sql, values))
    }

    /// Runs several statements without parameters, such as a schema. Not counted.
    pub fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.guarded(|session| session.batch(sql))
    }

    /// Bytes in use by the whole database, without free pages (SQLite) or as its server counts them.
    pub fn database_size(&mut self) -> Result<u64, Error> {
        self.guarded(|session| session.database_size())
    }

    /// Prepares a statement without running it; its columns' types.
    pub(crate) fn column_types(&mut self, sql: &str) -> Result<Vec<String>, Error> {
        self.guarded(|session| session.column_types(sql))
    }

    fn counted<T>(
        &mut self,
        params: &[&dyn ToValue],
        run: impl FnOnce(&mut dyn Session, &[Value<'_>]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let values: Vec<Value<'_>> = params.iter().map(|param| param.value()).collect();
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.guarded(|session| run(session, &values))
    }

    fn guarded<T>(&mut self, run: impl FnOnce(&mut dyn Session) -> Result<T, Error>) -> Result<T, Error> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let result = if Instant::now() >= self.deadline {
            Err(Error::Deadline)
        } else {
            run(&mut *self.session)
        };
        if let Err(error) = &result
            && self.writing
        {
            self.failure = Some(error.clone());
        }
        result
    }
}

/// `count` placeholders from `$first` on, for a list of values: `placeholders(3, 2)` is `$3, $4`.
pub fn placeholders(first: usize, count: usize) -> String {
    let mut list = String::with_capacity(count * 5);
    for number in first..first + count {
        let comma = if number == first { "" } else { ", " };
        write!(list, "{comma}${number}").expect("a string takes everything");
    }
    list
}

/// What stands behind `FROM` to go through a JSON list of objects, the text parameter `$number`: a row for each, whose
/// members are `value ->> 'name'`, to be cast. So one statement takes a list of any length.
pub fn json_rows(dialect: Dialect, number: usize) -> String {
    match dialect {
        Dialect::Sqlite => format!("json_each(${number})"),
        Dialect::Postgres => format!("json_array_elements(CAST(CAST(${number} AS TEXT) AS JSON))"),
    }
}
