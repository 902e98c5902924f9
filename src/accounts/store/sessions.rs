//! Sessions: one row per sign-in. Deleting the row is what revokes it.

use std::collections::HashSet;

use database::{Conn, Error, ToValue, placeholders};

use crate::accounts::sessions::Account;
use crate::clock::DAY;

/// How many sign-ins an account may have; the oldest go first. An adult's views of a child are none of the child's.
const MOST_SESSIONS: i64 = 50;
/// How often one adult may look at the world as the same child at a time; the oldest views go first.
const MOST_VIEWS: i64 = 10;
/// How many sessions are looked up together.
pub const MOST_LOOKED_UP: usize = 100;

/// What a session is worth now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It belongs to this account.
    Active(Account),
    /// Its account is suspended, archived or not verified, or that of the adult who looks at the world as this child.
    Inactive,
    /// There is no such session, or it has expired.
    Gone,
}

/// Looks a session up.
pub fn standing(conn: &mut Conn<'_>, session: &str, now: i64) -> Result<Standing, Error> {
    let row = conn.first(
        "SELECT u.id, u.username, u.user_type, u.is_admin AND s.actor_id IS NULL,
                u.is_superuser AND s.actor_id IS NULL, s.actor_id,
                u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL
                AND (s.actor_id IS NULL OR (a.email_verified_at IS NOT NULL
                                            AND a.suspended_at IS NULL AND a.archived_at IS NULL))
         FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN users a ON a.id = s.actor_id
         WHERE s.id = $1 AND s.expires_at > $2",
        &[&session, &now],
    )?;
    let Some(mut row) = row else {
        return Ok(Standing::Gone);
    };
    let account = Account {
        id: row.take()?,
        username: row.take()?,
        user_type: row.take()?,
        is_admin: row.take()?,
        is_superuser: row.take()?,
        acting: row.take()?,
        session: session.to_owned(),
    };
    Ok(if row.take()? {
        Standing::Active(account)
    } else {
        Standing::Inactive
    })
}

/// Which of these sessions are open, and their accounts active. At most [`MOST_LOOKED_UP`]; one query.
pub fn still_open(conn: &mut Conn<'_>, sessions: &[String], now: i64) -> Result<HashSet<String>, Error> {
    // Filled up with an id that nobody has, so that there is one statement for every number of them.
    let mut ids: Vec<&str> = sessions.iter().map(String::as_str).collect();
    ids.resize(MOST_LOOKED_UP, "");
    let mut params: Vec<&dyn ToValue> = vec![&now];
    params.extend(ids.iter().map(|id| id as &dyn ToValue));
    let rows = conn.query(&still_open_sql(), &params)?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

fn still_open_sql() -> String {
    format!(
        "SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN users a ON a.id = s.actor_id
         WHERE s.expires_at > $1 AND s.id IN ({})
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL
           AND (s.actor_id IS NULL OR (a.email_verified_at IS NOT NULL
                                       AND a.suspended_at IS NULL AND a.archived_at IS NULL))",
        placeholders(2, MOST_LOOKED_UP)
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    vec![still_open_sql()]
}

/// Opens a session and closes the oldest ones beyond the bound. False, and nothing is opened, when the account is not
/// active or its password hash is not `verified` any more: a reset ends the sign-ins that are still under way, too.
pub fn open(
    conn: &mut Conn<'_>,
    session: &str,
    user_id: i64,
    verified: &str,
    now: i64,
    ends: i64,
) -> Result<bool, Error> {
    let opened = conn.execute(
        "INSERT INTO sessions (id, user_id, created_at, expires_at)
         SELECT CAST($1 AS TEXT), id, CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM users
         WHERE id = $2 AND password_hash = $5
           AND email_verified_at IS NOT NULL AND suspended_at IS NULL AND archived_at IS NULL",
        &[&session, &user_id, &now, &ends, &verified],
    )?;
    if opened == 0 {
        return Ok(false);
    }
    conn.execute(
        "DELETE FROM sessions WHERE user_id = $1 AND actor_id IS NULL AND id NOT IN (
             SELECT id FROM sessions WHERE user_id = $1 AND actor_id IS NULL
             ORDER BY created_at DESC, id LIMIT $2)",
        &[&user_id, &MOST_SESSIONS],
    )?;
    Ok(true)
}

/// Opens a session in which an adult looks at the world as a child. It lives no longer than the adult's own session, in
/// which this is asked for, and dies with it; when it ends. Nothing, and nothing is opened, when either account is not
/// active, the child is none, or that session is no sign-in of the adult's own. Two queries.
pub fn open_view(
    conn: &mut Conn<'_>,
    view: &str,
    child: i64,
    (adult, session): (i64, &str),
    now: i64,
    ends: i64,
) -> Result<Option<i64>, Error> {
    let row = conn.first(
        "INSERT INTO sessions (id, user_id, created_at, expires_at, actor_id, actor_session_id)
         SELECT CAST($1 AS TEXT), c.id, CAST($5 AS BIGINT),
                CASE WHEN s.expires_at < $6 THEN s.expires_at ELSE CAST($6 AS BIGINT) END, a.id, s.id
         FROM sessions s JOIN users a ON a.id = s.user_id JOIN users c ON c.id = $2
         WHERE s.id = $4 AND a.id = $3 AND s.actor_id IS NULL AND s.expires_at > $5
           AND a.email_verified_at IS NOT NULL AND a.suspended_at IS NULL AND a.archived_at IS NULL
           AND c.email_verified_at IS NOT NULL AND c.suspended_at IS NULL AND c.archived_at IS NULL
           AND c.user_type = 'child' AND c.is_admin = FALSE
         RETURNING expires_at",
        &[&view, &child, &adult, &session, &now, &ends],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    conn.execute(
        "DELETE FROM sessions WHERE user_id = $1 AND actor_id = $2 AND id NOT IN (
             SELECT id FROM sessions WHERE user_id = $1 AND actor_id = $2 ORDER BY created_at DESC, id LIMIT $3)",
        &[&child, &adult, &MOST_VIEWS],
    )?;
    Ok(Some(row.take()?))
}

/// Closes the sessions in which an adult looks at the world as a child; which they were.
pub fn close_views(conn: &mut Conn<'_>, adult: i64, child: i64) -> Result<Vec<String>, Error> {
    let rows = conn.query(
        "DELETE FROM sessions WHERE actor_id = $1 AND user_id = $2 RETURNING id",
        &[&adult, &child],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// How long a session lasts, and whose view it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// When it ends.
    pub ends: i64,
    /// The adult who looks at the world as the account.
    pub acting: Option<i64>,
}

/// The lease of an active account's session; nothing when it is worth nothing.
pub fn lease(conn: &mut Conn<'_>, session: &str, user_id: i64, now: i64) -> Result<Option<Lease>, Error> {
    let row = conn.first(
        "SELECT s.expires_at, s.actor_id
         FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN users a ON a.id = s.actor_id
         WHERE s.id = $1 AND s.user_id = $2 AND s.expires_at > $3
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL
           AND (s.actor_id IS NULL OR (a.email_verified_at IS NOT NULL
                                       AND a.suspended_at IS NULL AND a.archived_at IS NULL))",
        &[&session, &user_id, &now],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Lease {
        ends: row.take()?,
        acting: row.take()?,
    }))
}

/// Moves the end of a session.
pub fn prolong(conn: &mut Conn<'_>, session: &str, ends: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE sessions SET expires_at = $2 WHERE id = $1",
        &[&session, &ends],
    )?;
    Ok(())
}

/// Closes one session, and the views of children that were opened in it; which those were. Two queries.
pub fn close(conn: &mut Conn<'_>, session: &str) -> Result<Vec<String>, Error> {
    let views = conn.query(
        "DELETE FROM sessions WHERE actor_session_id = $1 RETURNING id",
        &[&session],
    )?;
    conn.execute("DELETE FROM sessions WHERE id = $1", &[&session])?;
    views.into_iter().map(|mut row| row.take()).collect()
}

/// Closes all sessions of an account but `kept`, and all in which its owner looks at the world as somebody else.
pub fn close_all(conn: &mut Conn<'_>, user_id: i64, kept: Option<&str>) -> Result<(), Error> {
    conn.execute(
        "DELETE FROM sessions WHERE (user_id = $1 AND id <> $2) OR actor_id = $1",
        &[&user_id, &kept.unwrap_or_default()],
    )?;
    Ok(())
}

/// Closes all sessions of the accounts that somebody looks after and that are not archived. One query.
pub fn close_kept_by(conn: &mut Conn<'_>, keeper: i64) -> Result<(), Error> {
    conn.execute(
        "DELETE FROM sessions WHERE user_id IN (
             SELECT id FROM users WHERE managed_by_id = $1 AND archived_at IS NULL)",
        &[&keeper],
    )?;
    Ok(())
}

/// Closes all sessions in which somebody else looks at the world as this account; their ids.
pub fn close_views_of(conn: &mut Conn<'_>, user_id: i64) -> Result<Vec<String>, Error> {
    let rows = conn.query(
        "DELETE FROM sessions WHERE user_id = $1 AND actor_id IS NOT NULL RETURNING id",
        &[&user_id],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// Closes all sessions in which somebody looks at the world as somebody else; their ids.
pub fn close_all_views(conn: &mut Conn<'_>, actor_id: i64) -> Result<Vec<String>, Error> {
    let rows = conn.query(
        "DELETE FROM sessions WHERE actor_id = $1 RETURNING id",
        &[&actor_id],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// Deletes what has expired: sessions, codes, undo links.
pub fn sweep(conn: &mut Conn<'_>, now: i64) -> Result<(), Error> {
    conn.execute("DELETE FROM sessions WHERE expires_at <= $1", &[&now])?;
    // A late code is told apart from a wrong one for a day.
    conn.execute("DELETE FROM email_codes WHERE expires_at <= $1", &[&(now - DAY)])?;
    conn.execute("DELETE FROM email_undos WHERE expires_at <= $1", &[&now])?;
    Ok(())
}
