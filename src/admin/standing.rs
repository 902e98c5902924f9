//! Putting an account away, and fetching it back. Its stories are hidden meanwhile.
//!
//! The caller closes the account's sessions and announces that after the commit.

use database::{Conn, Error};

use crate::stories::store::hiding;

/// Archives an account; false when it is archived already, or there is none. What it published is hidden.
pub fn archive(
    conn: &mut Conn<'_>,
    user_id: i64,
    by: Option<i64>,
    reason: &str,
    now: i64,
) -> Result<bool, Error> {
    let archived = conn.execute(
        "UPDATE users SET archived_at = $2, archived_by_id = $3, archive_reason = $4, updated_at = $2
         WHERE id = $1 AND archived_at IS NULL",
        &[&user_id, &now, &by, &reason],
    )?;
    if archived == 0 {
        return Ok(false);
    }
    hiding::hide(conn, user_id, now)?;
    Ok(true)
}

/// Fetches an archived account back; false when it is not archived. What was hidden is shown, unless the account is
/// suspended.
pub fn restore(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<bool, Error> {
    let row = conn.first(
        "UPDATE users SET archived_at = NULL, archived_by_id = NULL, archive_reason = NULL, updated_at = $2
         WHERE id = $1 AND archived_at IS NOT NULL
         RETURNING suspended_at IS NULL",
        &[&user_id, &now],
    )?;
    let Some(mut row) = row else { return Ok(false) };
    if row.take()? {
        hiding::show(conn, user_id, now)?;
    }
    Ok(true)
}
