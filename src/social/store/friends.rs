//! Friendships: one row per pair, whoever asked.

use database::{Conn, Error};

/// The most friends that one person can have: their list is sent whole.
pub const MOST_FRIENDS: i64 = 500;

/// Whether two people are friends. One query.
pub fn are_friends(conn: &mut Conn<'_>, one: i64, other: i64) -> Result<bool, Error> {
    let row = conn.first(
        "SELECT id FROM friendships WHERE low_id = $1 AND high_id = $2 AND status = 'accepted'",
        &[&one.min(other), &one.max(other)],
    )?;
    Ok(row.is_some())
}

/// The friends of a person whose accounts are active, with their user names, by id; at most [`MOST_FRIENDS`]. One query.
pub fn friends_of(conn: &mut Conn<'_>, user_id: i64) -> Result<Vec<(i64, String)>, Error> {
    let rows = conn.query(
        "SELECT u.id, u.username
         FROM (SELECT receiver_id AS friend_id FROM friendships WHERE sender_id = $1 AND status = 'accepted'
               UNION ALL
               SELECT sender_id FROM friendships WHERE receiver_id = $1 AND status = 'accepted') f
         JOIN users u ON u.id = f.friend_id
         WHERE u.suspended_at IS NULL AND u.archived_at IS NULL
         ORDER BY u.id",
        &[&user_id],
    )?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}
