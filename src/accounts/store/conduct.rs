//! How accounts behave, as those noted it who keep order.

use database::{Conn, Error};

/// Notes that somebody is to look at an account, and why. The first reason stays until it was looked at.
pub fn flag(conn: &mut Conn<'_>, user_id: i64, reason: &str) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET is_flagged = TRUE, flagged_reason = $2 WHERE id = $1 AND is_flagged = FALSE",
        &[&user_id, &reason],
    )?;
    Ok(())
}

/// It was looked at.
pub fn unflag(conn: &mut Conn<'_>, user_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET is_flagged = FALSE, flagged_reason = '' WHERE id = $1 AND is_flagged = TRUE",
        &[&user_id],
    )?;
    Ok(())
}

/// Counts something that somebody should not have done.
pub fn note_violation(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET violation_count = violation_count + 1, last_violation_at = $2 WHERE id = $1",
        &[&user_id, &now],
    )?;
    Ok(())
}
