//! PostgreSQL's errors in this crate's words.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error as Failure;
use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::Error;

/// Why a job may be run again from its beginning: none of it has been committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Another transaction changed the same rows.
    Conflict,
    /// A prepared statement is no longer what the schema says.
    Stale,
    /// The connection is gone.
    Lost,
}

/// Translates a failure of a statement.
pub(super) fn translate(failure: &Failure) -> (Error, Option<Trouble>) {
    let Some(error) = failure.as_db_error() else {
        return (Error::Unavailable, Some(Trouble::Lost));
    };
    if matches!(error.parsed_severity(), Some(Severity::Fatal | Severity::Panic)) {
        return (Error::Unavailable, Some(Trouble::Lost));
    }
    let named = |name: Option<&str>| name.unwrap_or_default().to_owned();
    let code = error.code();
    match code {
        &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => {
            (Error::Busy, Some(Trouble::Conflict))
        }
        &SqlState::INVALID_SQL_STATEMENT_NAME => (Error::Busy, Some(Trouble::Stale)),
        // "cached plan must not change result type"
        &SqlState::FEATURE_NOT_SUPPORTED if error.routine() == Some("RevalidateCachedQuery") => {
            (Error::Busy, Some(Trouble::Stale))
        }
        &SqlState::UNIQUE_VIOLATION => (Error::Unique(named(error.constraint())), None),
        &SqlState::FOREIGN_KEY_VIOLATION => (Error::Foreign, None),
        &SqlState::QUERY_CANCELED => (Error::Deadline, None),
        &SqlState::DISK_FULL => (Error::Full, None),
        &SqlState::LOCK_NOT_AVAILABLE => (Error::Busy, None),
        &SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN => (Error::Unavailable, Some(Trouble::Lost)),
        code if is_absence(code) => (Error::Unavailable, Some(Trouble::Lost)),
        _ => (Error::Sql(describe(error)), None),
    }
}

/// Why there is no connection.
#[derive(Clone, Debug)]
pub(super) struct NoConnection {
    /// `Unavailable` when it may pass, else what is wrong with the settings.
    pub(super) error: Error,
    /// For the log.
    pub(super) reason: String,
}

impl NoConnection {
    /// Nothing was heard from the server in time.
    pub(super) fn silence() -> Self {
        Self {
            error: Error::Unavailable,
            reason: "the server does not answer".to_owned(),
        }
    }

    /// The settings cannot be used.
    pub(super) fn settings(reason: String) -> Self {
        Self {
            error: Error::Sql(reason.clone()),
            reason,
        }
    }

    /// Tells a refusal that may pass from a mistake in the settings.
    pub(super) fn from_failure(failure: &Failure) -> Self {
        if let Some(error) = failure.as_db_error() {
            let reason = describe(error);
            let passes = error.code().code().starts_with("53") || is_absence(error.code());
            return if passes {
                Self {
                    error: Error::Unavailable,
                    reason,
                }
            } else {
                Self::settings(reason)
            };
        }
        let Some(source) = failure.source() else {
            return Self {
                error: Error::Unavailable,
                reason: failure.to_string(),
            };
        };
        let reason = format!("{failure}: {source}");
        match source.downcast_ref::<io::Error>() {
            // Invalid data is a certificate that is not accepted.
            Some(cause) if cause.kind() != io::ErrorKind::InvalidData => Self {
                error: Error::Unavailable,
                reason,
            },
            _ => Self::settings(reason),
        }
    }
}

/// Whether the server is going, gone or not yet there.
fn is_absence(code: &SqlState) -> bool {
    code.code().starts_with("08") || code.code().starts_with("57P0")
}

/// The message, without the detail, which shows values.
fn describe(error: &DbError) -> String {
    format!("{} ({})", error.message(), error.code().code())
}
