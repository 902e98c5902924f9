//! Somebody as their friends see them.

use database::{Conn, Error};

use crate::live::presence;

/// Who somebody is, and whether the caller may look.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Profile {
    pub id: i64,
    pub username: String,
    pub display_name: String,
    pub avatar_emoji: String,
    pub selected_avatar_border: String,
    pub bio: String,
    pub story_count: i64,
    pub created_at: i64,
    pub is_online: bool,
    /// Friends who asked them.
    pub follower_count: i64,
    /// Friends whom they asked.
    pub following_count: i64,
    pub is_friend: bool,
}

fn one_sql() -> String {
    format!(
        "SELECT u.id, u.username, u.display_name, u.avatar_emoji, u.selected_avatar_border, COALESCE(u.bio, ''),
                u.published_count, u.created_at, {},
                (SELECT CAST(COUNT(*) AS BIGINT) FROM friendships f
                 WHERE f.receiver_id = u.id AND f.status = 'accepted'),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM friendships f
                 WHERE f.sender_id = u.id AND f.status = 'accepted'),
                EXISTS (SELECT 1 FROM friendships f
                        WHERE f.low_id = $2 AND f.high_id = $3 AND f.status = 'accepted')
         FROM users u WHERE u.id = $1 AND u.suspended_at IS NULL AND u.archived_at IS NULL",
        presence::online("u.id")
    )
}

/// An active account as the caller sees it; nothing when there is no such account. One query.
pub fn one(conn: &mut Conn<'_>, user_id: i64, caller: i64) -> Result<Option<Profile>, Error> {
    let (low, high) = (user_id.min(caller), user_id.max(caller));
    let Some(mut row) = conn.first(&one_sql(), &[&user_id, &low, &high])? else {
        return Ok(None);
    };
    Ok(Some(Profile {
        id: row.take()?,
        username: row.take()?,
        display_name: row.take()?,
        avatar_emoji: row.take()?,
        selected_avatar_border: row.take()?,
        bio: row.take()?,
        story_count: row.take()?,
        created_at: row.take()?,
        is_online: row.take()?,
        follower_count: row.take()?,
        following_count: row.take()?,
        is_friend: row.take()?,
    }))
}

/// Every statement that this module puts together, for the test that prepares them all.
pub(super) fn all_statements() -> Vec<String> {
    vec![one_sql()]
}
