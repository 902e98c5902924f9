//! Announcements: the same notification for many people. One that is under way has a row, which says how far it has come.

use database::{Conn, Error};

/// The kind of an announcement.
pub const ANNOUNCEMENT: &str = "announcement";

/// What is announced, and to whom.
#[derive(Clone, Debug)]
pub struct Announcement {
    /// Child, parent or teacher; empty: everybody.
    pub user_type: String,
    /// 200 characters at most.
    pub title: String,
    /// A few sentences.
    pub message: String,
}

/// Begins an announcement to those whose ids are `last` at most; its id. One query.
pub fn begin(conn: &mut Conn<'_>, announcement: &Announcement, last: i64, now: i64) -> Result<i64, Error> {
    conn.one(
        "INSERT INTO announcements (user_type, title, message, created_at, reached_id, last_id)
         VALUES ($1, $2, $3, $4, 0, $5) RETURNING id",
        &[
            &announcement.user_type,
            &announcement.title,
            &announcement.message,
            &now,
            &last,
        ],
    )?
    .take()
}

/// Announcements under way, oldest first. One query.
pub fn under_way(conn: &mut Conn<'_>) -> Result<Vec<i64>, Error> {
    let rows = conn.query("SELECT id FROM announcements ORDER BY id LIMIT 100", &[])?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// Goes on with an announcement: the next `limit` people get theirs, and how far it has come is noted with that. False when
/// that was the end of it, or it had come there before. Four queries at most.
pub fn go_on(conn: &mut Conn<'_>, id: i64, limit: i64) -> Result<bool, Error> {
    let row = conn.first(
        "SELECT user_type, title, message, created_at, reached_id, last_id FROM announcements WHERE id = $1",
        &[&id],
    )?;
    let Some(mut row) = row else { return Ok(false) };
    let announcement = Announcement {
        user_type: row.take()?,
        title: row.take()?,
        message: row.take()?,
    };
    let (made_at, reached, last): (i64, i64, i64) = (row.take()?, row.take()?, row.take()?);
    let (told, highest) = store(conn, &announcement, reached, last, limit, made_at)?;
    if told < limit || highest >= last {
        conn.execute("DELETE FROM announcements WHERE id = $1", &[&id])?;
        return Ok(false);
    }
    conn.execute(
        "UPDATE announcements SET reached_id = $2 WHERE id = $1",
        &[&id, &highest],
    )?;
    Ok(true)
}

/// Stores it for the next `limit` active accounts after the id `after`, up to the id `last`; how many they were, and the
/// highest of their ids. Two queries.
fn store(
    conn: &mut Conn<'_>,
    announcement: &Announcement,
    after: i64,
    last: i64,
    limit: i64,
    now: i64,
) -> Result<(i64, i64), Error> {
    let mut row = conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT), COALESCE(MAX(id), 0) FROM (
             SELECT u.id FROM users u
             WHERE u.id > $1 AND u.id <= $2 AND (CAST($3 AS TEXT) = '' OR u.user_type = $3)
               AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL
             ORDER BY u.id LIMIT $4) told",
        &[&after, &last, &announcement.user_type, &limit],
    )?;
    let (count, highest): (i64, i64) = (row.take()?, row.take()?);
    conn.execute(
        "INSERT INTO notifications (recipient_id, notification_type, title, message, is_read, created_at)
         SELECT u.id, CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), FALSE, CAST($7 AS BIGINT) FROM users u
         WHERE u.id > $1 AND u.id <= $2 AND (CAST($3 AS TEXT) = '' OR u.user_type = $3)
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL",
        &[
            &after,
            &highest,
            &announcement.user_type,
            &ANNOUNCEMENT,
            &announcement.title,
            &announcement.message,
            &now,
        ],
    )?;
    Ok((count, highest))
}
