//! Announcements: the same notification for many people.

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

/// Stores it for the next `limit` active accounts after the id `after`, up to the id `last`; how many they were, and the
/// highest of their ids. Two queries.
pub fn store(
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
