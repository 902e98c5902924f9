//! How to reach the server of a layer.

use std::fmt;

/// How to reach Redis.
#[derive(Clone)]
pub struct RedisOptions {
    /// `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS.
    pub url: String,
    /// Put before the name of each group, so that two products share one server.
    pub prefix: String,
}

impl RedisOptions {
    /// The server at `url`, for a product whose groups begin with `prefix`.
    pub fn new(url: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            prefix: prefix.into(),
        }
    }
}

/// How to reach PostgreSQL.
#[derive(Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host[:port]/database?sslmode=…`, as the crate `database` takes it.
    pub url: String,
    /// Put before the names of the NOTIFY channels and of the table for large messages: lower-case letters, digits and
    /// `_`.
    pub prefix: String,
}

impl PostgresOptions {
    /// The server at `url`, for a product whose channels begin with `prefix`.
    pub fn new(url: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            prefix: prefix.into(),
        }
    }
}

/// A layer cannot be used with these options. The text names no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError(pub(crate) String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}
