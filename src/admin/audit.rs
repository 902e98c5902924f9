//! Who did what to keep order. Only ever added to; the database refuses everything else.

use database::{Conn, Error};

/// The longest details that are kept, in characters.
const LONGEST: usize = 2000;

/// One line of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Who did it; nothing: the command line, or somebody who was not recognised.
    pub admin_id: Option<i64>,
    /// The name under which they did it.
    pub admin_username: String,
    /// What was done, in a word: `suspend`, `unpublish`, …
    pub action: String,
    /// What it was done to, in a word: `user`, `story`, …
    pub resource: String,
    /// The id of that.
    pub target_id: Option<i64>,
    /// A sentence for people. Holds no address and nobody's text.
    pub details: String,
    /// The network that it was done from; empty for the command line.
    pub network: String,
    /// What the client calls itself; empty when it says nothing.
    pub user_agent: String,
    /// Whether it came to anything.
    pub is_success: bool,
}

/// Writes a line, in the transaction of what it tells.
pub fn note(conn: &mut Conn<'_>, entry: &Entry) -> Result<(), Error> {
    let details: String = entry.details.chars().take(LONGEST).collect();
    let status = if entry.is_success { "success" } else { "failed" };
    conn.execute(
        "INSERT INTO audit_log (at, admin_id, admin_username, action, resource, target_id, details, network, user_agent,
             status)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            &entry.at,
            &entry.admin_id,
            &entry.admin_username,
            &entry.action,
            &entry.resource,
            &entry.target_id,
            &details,
            &entry.network,
            &entry.user_agent,
            &status,
        ],
    )?;
    Ok(())
}

/// The newest lines, newest first, at most so many. One query.
pub fn last(conn: &mut Conn<'_>, most: i64) -> Result<Vec<Entry>, Error> {
    let rows = conn.query(
        "SELECT at, admin_id, admin_username, action, resource, target_id, details, network, user_agent, status
         FROM audit_log ORDER BY id DESC LIMIT $1",
        &[&most],
    )?;
    let entries = rows.into_iter().map(|mut row| {
        Ok(Entry {
            at: row.take()?,
            admin_id: row.take()?,
            admin_username: row.take()?,
            action: row.take()?,
            resource: row.take()?,
            target_id: row.take()?,
            details: row.take()?,
            network: row.take()?,
            user_agent: row.take()?,
            is_success: row.take::<String>()? == "success",
        })
    });
    entries.collect()
}
