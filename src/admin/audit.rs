//! The record of who did what to keep order, and of who looked at the world as whom. Only ever added to.

use database::{Conn, Error};

/// Something that was done.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Who did it; nothing for somebody who was not recognised.
    pub admin_id: Option<i64>,
    /// Their user name.
    pub admin_username: &'a str,
    /// One word, such as `switch_view`.
    pub action: &'a str,
    /// What it was done to, in one word, such as `user`.
    pub resource: &'a str,
    /// Which one.
    pub target_id: Option<i64>,
    /// A sentence, or nothing.
    pub details: &'a str,
    /// The network that it came from.
    pub network: &'a str,
    /// What the client says it is.
    pub user_agent: &'a str,
    /// Whether it was done, and not only tried.
    pub is_success: bool,
}

/// Adds an entry. One query.
pub fn note(conn: &mut Conn<'_>, entry: &Entry<'_>) -> Result<(), Error> {
    let status = if entry.is_success { "success" } else { "failed" };
    conn.execute(
        "INSERT INTO audit_log
             (at, admin_id, admin_username, action, resource, target_id, details, network, user_agent, status)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            &entry.at,
            &entry.admin_id,
            &entry.admin_username,
            &entry.action,
            &entry.resource,
            &entry.target_id,
            &entry.details,
            &entry.network,
            &entry.user_agent,
            &status,
        ],
    )?;
    Ok(())
}
