//! Who may be here: suspending, archiving and deleting for good.

use database::Conn;

use crate::accounts::leaving::{self, Left};
use crate::accounts::store::people;
use crate::live::sign_outs::SignOut;
use crate::wire::Error;

/// Puts an account into the archive; false when it is there already.
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

/// Takes an account out of the archive; false when it is not there.
pub fn restore(conn: &mut Conn<'_>, user_id: i64, _now: i64) -> Result<bool, Error> {
    let changed = conn.execute(
        "UPDATE users SET archived_at = NULL, archived_by_id = NULL, archive_reason = NULL
         WHERE id = $1 AND archived_at IS NOT NULL",
        &[&user_id],
    )?;
    Ok(changed == 1)
}

/// Suspends an account until an instant, or until somebody lifts it; false when it stands so already.
pub fn suspend(
    conn: &mut Conn<'_>,
    user_id: i64,
    until: Option<i64>,
    reason: &str,
    now: i64,
) -> Result<bool, Error> {
    let changed = conn.execute(
        "UPDATE users SET suspended_at = $2, suspended_until = $3, suspension_reason = $4
         WHERE id = $1 AND (suspended_at IS NULL OR suspension_reason <> $4
                            OR COALESCE(suspended_until, 0) <> COALESCE(CAST($3 AS BIGINT), 0))",
        &[&user_id, &now, &until, &reason],
    )?;
    Ok(changed == 1)
}

/// Ends the suspension of an account; false when there is none.
pub fn unsuspend(conn: &mut Conn<'_>, user_id: i64, _now: i64) -> Result<bool, Error> {
    let changed = conn.execute(
        "UPDATE users SET suspended_at = NULL, suspended_until = NULL, suspension_reason = NULL
         WHERE id = $1 AND suspended_at IS NOT NULL",
        &[&user_id],
    )?;
    Ok(changed == 1)
}

/// Deletes an account with all that is its own; what is to be told after the commit.
pub fn delete_for_good(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<Left, Error> {
    people::username(conn, user_id)?.ok_or_else(Error::not_found)?;
    Ok(leaving::leave(conn, user_id, now)?)
}

/// What ends with an account's sign-ins. To be announced after the commit.
pub fn ends(_conn: &mut Conn<'_>, user_id: i64) -> Result<Vec<SignOut>, Error> {
    Ok(vec![SignOut::everywhere(user_id)])
}
