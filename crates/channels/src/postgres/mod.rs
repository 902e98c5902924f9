//! Groups over a PostgreSQL server: LISTEN and NOTIFY on one connection of its own.
//!
//! Everything goes through one channel, and each instance picks what its groups want: LISTEN takes a transaction, which
//! would be too much for each group that comes and goes, and so nothing is missed between joining and listening. What a
//! notification cannot carry goes through a table, and is deleted after a minute.

mod arrivals;
mod note;
mod publisher;
mod session;
mod table;

use database::PostgresTarget;

use crate::{PostgresOptions, StartError};

pub(crate) struct Postgres {
    target: PostgresTarget,
    /// The name of the NOTIFY channel.
    channel: String,
    /// The name of the table for what is too large for a notification.
    table: String,
}

impl Postgres {
    pub(crate) fn new(options: &PostgresOptions) -> Result<Self, StartError> {
        let prefix = &options.prefix;
        // They stand in statements without quotes.
        let is_plain = |letter: char| letter.is_ascii_lowercase() || letter == '_' || letter.is_ascii_digit();
        let begins_well = prefix.starts_with(|letter: char| letter.is_ascii_lowercase());
        if !begins_well || !prefix.chars().all(is_plain) || prefix.len() > 40 {
            return Err(StartError(
                "the prefix of PostgreSQL's channels is up to 40 lower-case letters, digits and _".to_owned(),
            ));
        }
        Ok(Self {
            target: options.target.clone(),
            channel: format!("{prefix}_groups"),
            table: format!("{prefix}_messages"),
        })
    }
}
