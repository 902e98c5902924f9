//! What can go wrong between a caller and the database, in the few kinds that a caller treats differently.

use std::fmt;

/// Why a job failed. `Busy`, `Unavailable`, `Deadline` and `OutcomeUnknown` are worth another try later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The queue is full, the job waited past its deadline, or others kept changing the same rows. Nothing was written.
    Busy,
    /// The database cannot be reached, or this handle was closed. Nothing was written.
    Unavailable,
    /// A statement ran past the job's deadline and was interrupted. Nothing was written.
    Deadline,
    /// The connection was lost while it committed: the write is either whole or absent, nobody here knows which.
    OutcomeUnknown,
    /// The disk, or the size that the database may have, is used up. Nothing was written.
    Full,
    /// The closure panicked. Nothing was written.
    Panicked,
    /// A row with the same key exists. Carries the name of the unique index or constraint, the same on both
    /// engines when the schemas name their indexes alike.
    Unique(String),
    /// A row that is referred to is missing, or one that is still referred to would go.
    Foreign,
    /// [`Conn::one`](crate::Conn::one) found no row.
    Missing,
    /// A mistake in a statement, a parameter or a column's type. For the log, not for people: carries no values.
    Sql(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("the database is busy"),
            Self::Unavailable => f.write_str("the database cannot be reached"),
            Self::Deadline => f.write_str("the database took too long"),
            Self::OutcomeUnknown => {
                f.write_str("the connection was lost while it committed, outcome unknown")
            }
            Self::Full => f.write_str("the database is full"),
            Self::Panicked => f.write_str("a database job panicked"),
            Self::Unique(name) => write!(f, "the key of {name} is taken"),
            Self::Foreign => f.write_str("a row that is referred to is missing"),
            Self::Missing => f.write_str("no such row"),
            Self::Sql(text) => write!(f, "SQL: {text}"),
        }
    }
}

impl std::error::Error for Error {}
