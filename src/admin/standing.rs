//! Suspending, archiving and deleting for good, and what becomes of the stories meanwhile.

use database::{Conn, Error};

use crate::accounts::store::people;
use crate::live::collaboration;
use crate::{social, stories};

/// Archives an account; false when it was archived already.
pub fn archive(
    conn: &mut Conn<'_>,
    user_id: i64,
    by: Option<i64>,
    reason: &str,
    now: i64,
) -> Result<bool, Error> {
    let changed = conn.execute(
        "UPDATE users SET archived_at = $2, archived_by_id = $3, archive_reason = $4
         WHERE id = $1 AND archived_at IS NULL",
        &[&user_id, &now, &by, &reason],
    )?;
    Ok(changed == 1)
}

/// Takes an account out of the archive; false when it was not there.
pub fn restore(conn: &mut Conn<'_>, user_id: i64, _now: i64) -> Result<bool, Error> {
    let changed = conn.execute(
        "UPDATE users SET archived_at = NULL, archived_by_id = NULL, archive_reason = NULL
         WHERE id = $1 AND archived_at IS NOT NULL",
        &[&user_id],
    )?;
    Ok(changed == 1)
}

/// Suspends an account; false when it was suspended already.
pub fn suspend(
    conn: &mut Conn<'_>,
    user_id: i64,
    until: Option<i64>,
    reason: &str,
    now: i64,
) -> Result<bool, Error> {
    let changed = conn.execute(
        "UPDATE users SET suspended_at = $2, suspended_until = $3, suspension_reason = $4
         WHERE id = $1 AND suspended_at IS NULL",
        &[&user_id, &now, &until, &reason],
    )?;
    Ok(changed == 1)
}

/// Ends a suspension; false when there was none.
pub fn unsuspend(conn: &mut Conn<'_>, user_id: i64, _now: i64) -> Result<bool, Error> {
    let changed = conn.execute(
        "UPDATE users SET suspended_at = NULL, suspended_until = NULL, suspension_reason = NULL
         WHERE id = $1 AND suspended_at IS NOT NULL",
        &[&user_id],
    )?;
    Ok(changed == 1)
}

/// Deletes an account with all that hangs on it; false when there is no such account.
pub fn delete_for_good(conn: &mut Conn<'_>, user_id: i64) -> Result<bool, Error> {
    if people::username(conn, user_id)?.is_none() {
        return Ok(false);
    }
    stories::forget_author(conn, user_id, 0)?;
    social::forget_friend(conn, user_id)?;
    collaboration::forget_member(conn, user_id, 0)?;
    people::delete(conn, user_id)?;
    Ok(true)
}
