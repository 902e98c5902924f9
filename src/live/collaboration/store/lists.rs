//! The sessions that somebody takes part in.

use database::{Conn, Error};

use super::Role;

/// A session in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Listed {
    pub session_id: String,
    pub canvas_name: String,
    pub host_id: i64,
    pub host_username: String,
    pub host_name: String,
    /// What the one who looks is to it.
    pub role: Role,
    pub participant_count: i64,
    pub max_participants: i64,
    pub is_lobby_open: bool,
    pub is_voting: bool,
    pub created_at: i64,
}

/// The open sessions in which somebody has a place, newest first. One query.
pub fn open(conn: &mut Conn<'_>, user_id: i64, most: i64, now: i64) -> Result<Vec<Listed>, Error> {
    let rows = conn.query(
        "SELECT c.session_id, c.canvas_name, c.host_id, h.username, h.display_name, m.role,
                (SELECT CAST(COUNT(*) AS BIGINT) FROM collaborators x
                 WHERE x.collaboration_id = c.id AND x.is_active AND x.kicked_at IS NULL),
                c.max_participants, c.is_lobby_open,
                EXISTS (SELECT 1 FROM collaboration_votes v
                        WHERE v.collaboration_id = c.id AND v.closed_at IS NULL),
                c.created_at
         FROM collaborators m
         JOIN collaborations c ON c.id = m.collaboration_id
         JOIN users h ON h.id = c.host_id
         WHERE m.user_id = $1 AND m.kicked_at IS NULL AND c.ended_at IS NULL AND c.expires_at > $2
         ORDER BY c.id DESC LIMIT $3",
        &[&user_id, &now, &most],
    )?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Listed {
                session_id: row.take()?,
                canvas_name: row.take()?,
                host_id: row.take()?,
                host_username: row.take()?,
                host_name: row.take()?,
                role: Role::named(&row.take::<String>()?),
                participant_count: row.take()?,
                max_participants: row.take()?,
                is_lobby_open: row.take()?,
                is_voting: row.take()?,
                created_at: row.take()?,
            })
        })
        .collect()
}
