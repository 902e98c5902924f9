//! Accounts that nobody can use for a while, or until somebody says otherwise: suspended, archived, or both.

use database::{Conn, Error};

/// Where an account stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// The user name.
    pub username: String,
    /// When its suspension ends; `Some(None)`: when somebody lifts it. Nothing when it is not suspended.
    pub suspended: Option<Option<i64>>,
    /// Why it is suspended.
    pub suspension_reason: String,
    /// Whether it is archived.
    pub is_archived: bool,
}

impl Bars {
    /// Whether its owner is kept out.
    pub fn is_barred(&self) -> bool {
        self.suspended.is_some() || self.is_archived
    }
}

/// Where an account stands; nothing when there is no such account. One query.
pub fn of(conn: &mut Conn<'_>, user_id: i64) -> Result<Option<Bars>, Error> {
    let row = conn.first(
        "SELECT username, suspended_at IS NOT NULL, suspended_until, COALESCE(suspension_reason, ''),
                archived_at IS NOT NULL
         FROM users WHERE id = $1",
        &[&user_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let (username, is_suspended, until): (_, bool, Option<i64>) = (row.take()?, row.take()?, row.take()?);
    Ok(Some(Bars {
        username,
        suspended: is_suspended.then_some(until),
        suspension_reason: row.take()?,
        is_archived: row.take()?,
    }))
}

/// Whether an account can be used: verified, neither suspended nor archived.
pub fn is_active(conn: &mut Conn<'_>, user_id: i64) -> Result<bool, Error> {
    let found = conn.first(
        "SELECT id FROM users WHERE id = $1
           AND email_verified_at IS NOT NULL AND suspended_at IS NULL AND archived_at IS NULL",
        &[&user_id],
    )?;
    Ok(found.is_some())
}

/// Archives an account in somebody's name, or in that of the server.
pub fn archive(
    conn: &mut Conn<'_>,
    user_id: i64,
    by: Option<i64>,
    reason: &str,
    now: i64,
) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET archived_at = $2, archived_by_id = $3, archive_reason = $4, updated_at = $2
         WHERE id = $1",
        &[&user_id, &now, &by, &reason],
    )?;
    Ok(())
}

/// Archives the accounts that somebody looks after; which, those left out that were there already. One query.
pub fn archive_kept_by(
    conn: &mut Conn<'_>,
    keeper: i64,
    by: Option<i64>,
    reason: &str,
    now: i64,
) -> Result<Vec<i64>, Error> {
    let rows = conn.query(
        "UPDATE users SET archived_at = $2, archived_by_id = $3, archive_reason = $4, updated_at = $2
         WHERE managed_by_id = $1 AND archived_at IS NULL RETURNING id",
        &[&keeper, &now, &by, &reason],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// Takes an account out of the archive.
pub fn restore(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET archived_at = NULL, archived_by_id = NULL, archive_reason = NULL, updated_at = $2
         WHERE id = $1",
        &[&user_id, &now],
    )?;
    Ok(())
}

/// Suspends an account until an instant, or until somebody lifts it. One that is suspended keeps the day since when.
pub fn suspend(
    conn: &mut Conn<'_>,
    user_id: i64,
    until: Option<i64>,
    reason: &str,
    now: i64,
) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET suspended_at = COALESCE(suspended_at, $2), suspended_until = $3, suspension_reason = $4,
                updated_at = $2
         WHERE id = $1",
        &[&user_id, &now, &until, &reason],
    )?;
    Ok(())
}

/// Ends the suspension of an account.
pub fn unsuspend(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET suspended_at = NULL, suspended_until = NULL, suspension_reason = NULL, updated_at = $2
         WHERE id = $1",
        &[&user_id, &now],
    )?;
    Ok(())
}

/// Accounts whose suspension has come to its end, at most so many. One query.
pub fn over(conn: &mut Conn<'_>, now: i64, most: i64) -> Result<Vec<i64>, Error> {
    let rows = conn.query(
        "SELECT id FROM users WHERE suspended_at IS NOT NULL AND suspended_until <= $1 ORDER BY id LIMIT $2",
        &[&now, &most],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// Accounts that were suspended or archived at `since` or later, at most so many of each. One query.
pub fn barred_since(conn: &mut Conn<'_>, since: i64, most: i64) -> Result<Vec<i64>, Error> {
    let rows = conn.query(
        "SELECT id FROM (SELECT id FROM users WHERE suspended_at IS NOT NULL AND suspended_at >= $1 LIMIT $2) suspended
         UNION
         SELECT id FROM (SELECT id FROM users WHERE archived_at >= $1 ORDER BY archived_at DESC LIMIT $2) archived",
        &[&since, &most],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// The account that an operator means: an id, an address, or a user name.
pub fn find(conn: &mut Conn<'_>, who: &str) -> Result<Option<i64>, Error> {
    let (folded, id) = (crate::text::fold(who), who.parse().unwrap_or(0_i64));
    let row = conn.first(
        "SELECT id FROM users WHERE username_folded = $1 OR email_folded = $1 OR id = $2
         ORDER BY CASE WHEN username_folded = $1 THEN 0 WHEN email_folded = $1 THEN 1 ELSE 2 END LIMIT 1",
        &[&folded, &id],
    )?;
    row.map(|mut row| row.take()).transpose()
}
