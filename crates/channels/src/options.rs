//! How to reach the server of a layer.

use std::fmt;

use database::PostgresTarget;

/// How to reach Redis.
#[derive(Clone)]
pub struct RedisOptions {
    /// `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS, whose certificate must come from an
    /// authority that browsers trust, or from one in the PEM file of `?ssl_ca_certs=`.
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
    /// The server, as [`database::Target::parse`] reads it. Directly, or through a pooler in session mode.
    pub target: PostgresTarget,
    /// The NOTIFY channel and the table for large messages are named after it: up to 40 lower-case letters, digits and
    /// `_`.
    pub prefix: String,
}

impl PostgresOptions {
    /// The server at `target`, for a product whose channel and table begin with `prefix`.
    pub fn new(target: PostgresTarget, prefix: impl Into<String>) -> Self {
        Self {
            target,
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
