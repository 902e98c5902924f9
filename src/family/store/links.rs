//! Who is linked to which child. A link that is pending or ended grants nothing.

use database::{Conn, Error};

use crate::clock::DAY;
use crate::family::rules::{Link, Status};

/// How long a wish that nobody answers takes a place.
const WAITED_FOR: i64 = 30 * DAY;
/// The most links that a child is shown.
const MOST_SHOWN: i64 = 50;

/// The link between a parent and a child, whatever became of it. One query.
pub fn get(conn: &mut Conn<'_>, parent: i64, child: i64) -> Result<Option<Link>, Error> {
    let row = conn.first(
        "SELECT status, confirmed_at IS NOT NULL, ended_at FROM family_links WHERE parent_id = $1 AND child_id = $2",
        &[&parent, &child],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Link {
        status: Status::from_name(&row.take::<String>()?),
        was_confirmed: row.take()?,
        ended_at: row.take()?,
    }))
}

/// Whether a parent is linked to a child. One query.
pub fn is_active(conn: &mut Conn<'_>, parent: i64, child: i64) -> Result<bool, Error> {
    let row = conn.first(
        "SELECT 1 FROM family_links WHERE parent_id = $1 AND child_id = $2 AND status = 'active'",
        &[&parent, &child],
    )?;
    Ok(row.is_some())
}

/// How many children a parent is linked to, or has asked within a month. One query.
pub fn count_open(conn: &mut Conn<'_>, parent: i64, now: i64) -> Result<i64, Error> {
    conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM family_links
         WHERE parent_id = $1 AND (status = 'active' OR (status = 'pending' AND created_at > $2))",
        &[&parent, &(now - WAITED_FOR)],
    )?
    .take()
}

/// The active account that has been a child's parent for longest, `but` left out. One query.
pub fn first_parent(conn: &mut Conn<'_>, child: i64, but: i64) -> Result<Option<i64>, Error> {
    let row = conn.first(
        "SELECT l.parent_id FROM family_links l JOIN users p ON p.id = l.parent_id
         WHERE l.child_id = $1 AND l.status = 'active' AND l.parent_id <> $2
           AND p.suspended_at IS NULL AND p.archived_at IS NULL
         ORDER BY l.created_at, l.parent_id LIMIT 1",
        &[&child, &but],
    )?;
    row.map(|mut row| row.take()).transpose()
}

/// The same for every child whose account `keeper` looks after: the child, and who has been its parent for longest, `keeper`
/// left out. One query.
pub fn first_parents(conn: &mut Conn<'_>, keeper: i64) -> Result<Vec<(i64, i64)>, Error> {
    let rows = conn.query(
        "SELECT child_id, parent_id FROM (
             SELECT l.child_id, l.parent_id,
                    ROW_NUMBER() OVER (PARTITION BY l.child_id ORDER BY l.created_at, l.parent_id) AS place
             FROM users c JOIN family_links l ON l.child_id = c.id JOIN users p ON p.id = l.parent_id
             WHERE c.managed_by_id = $1 AND l.status = 'active' AND l.parent_id <> $1
               AND p.suspended_at IS NULL AND p.archived_at IS NULL) parents
         WHERE place = 1 ORDER BY child_id",
        &[&keeper],
    )?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// Ends all links of somebody, as a parent and as a child, those that wait for an answer, too. One query.
pub fn end_all(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<u64, Error> {
    conn.execute(
        "UPDATE family_links SET status = 'ended', ended_at = $2
         WHERE (parent_id = $1 OR child_id = $1) AND status <> 'ended'",
        &[&user_id, &now],
    )
}

/// Links a parent to a child from now on, whatever was before. One query.
pub fn activate(conn: &mut Conn<'_>, parent: i64, child: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO family_links (parent_id, child_id, status, created_at, confirmed_at)
         VALUES ($1, $2, 'active', $3, $3)
         ON CONFLICT (parent_id, child_id) DO UPDATE
         SET status = 'active', confirmed_at = excluded.confirmed_at, ended_at = NULL",
        &[&parent, &child, &now],
    )?;
    Ok(())
}

/// Notes that a parent asks a child, whatever was before. One query.
pub fn ask(conn: &mut Conn<'_>, parent: i64, child: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO family_links (parent_id, child_id, status, created_at)
         VALUES ($1, $2, 'pending', $3)
         ON CONFLICT (parent_id, child_id) DO UPDATE
         SET status = 'pending', created_at = excluded.created_at, confirmed_at = NULL, ended_at = NULL",
        &[&parent, &child, &now],
    )?;
    Ok(())
}

/// Ends an active link: false when it is none. One query.
pub fn end(conn: &mut Conn<'_>, parent: i64, child: i64, now: i64) -> Result<bool, Error> {
    let ended = conn.execute(
        "UPDATE family_links SET status = 'ended', ended_at = $3
         WHERE parent_id = $1 AND child_id = $2 AND status = 'active'",
        &[&parent, &child, &now],
    )?;
    Ok(ended == 1)
}

/// A child says no to a parent who has asked. One query.
pub fn decline(conn: &mut Conn<'_>, parent: i64, child: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE family_links SET status = 'ended', ended_at = $3
         WHERE parent_id = $1 AND child_id = $2 AND status = 'pending'",
        &[&parent, &child, &now],
    )?;
    Ok(())
}

/// A child takes its yes back, which is a no from then on: false when there is none. One query.
pub fn take_back(conn: &mut Conn<'_>, parent: i64, child: i64, now: i64) -> Result<bool, Error> {
    let ended = conn.execute(
        "UPDATE family_links SET status = 'ended', confirmed_at = NULL, ended_at = $3
         WHERE parent_id = $1 AND child_id = $2 AND status = 'active'",
        &[&parent, &child, &now],
    )?;
    Ok(ended == 1)
}

/// Whether a parent whose account is active waits for a child's answer. One query.
pub fn is_asked_by(conn: &mut Conn<'_>, child: i64, parent: i64) -> Result<bool, Error> {
    let row = conn.first(
        "SELECT 1 FROM family_links l JOIN users p ON p.id = l.parent_id
         WHERE l.parent_id = $2 AND l.child_id = $1 AND l.status = 'pending'
           AND p.suspended_at IS NULL AND p.archived_at IS NULL",
        &[&child, &parent],
    )?;
    Ok(row.is_some())
}

/// A link as the child sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Shown {
    pub parent_id: i64,
    pub username: String,
    pub name: String,
    pub avatar: String,
    pub status: Status,
    pub created_at: i64,
}

/// The links of a child that are active or wait for its answer, the newest first, 50 at most. Parents who are suspended
/// or archived are left out. One query.
pub fn of_child(conn: &mut Conn<'_>, child: i64) -> Result<Vec<Shown>, Error> {
    let rows = conn.query(
        "SELECT p.id, p.username, p.display_name, p.avatar_emoji, l.status, l.created_at
         FROM family_links l JOIN users p ON p.id = l.parent_id
         WHERE l.child_id = $1 AND l.status <> 'ended' AND p.suspended_at IS NULL AND p.archived_at IS NULL
         ORDER BY l.created_at DESC, p.id LIMIT $2",
        &[&child, &MOST_SHOWN],
    )?;
    let links = rows.into_iter().map(|mut row| {
        Ok(Shown {
            parent_id: row.take()?,
            username: row.take()?,
            name: row.take()?,
            avatar: row.take()?,
            status: Status::from_name(&row.take::<String>()?),
            created_at: row.take()?,
        })
    });
    links.collect()
}
