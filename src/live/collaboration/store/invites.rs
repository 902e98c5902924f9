//! Invitations: the newest of each person to each session. The stored notification that goes with one is the business
//! of the caller.

use database::{Conn, Error};

use crate::live::collaboration::rules::INVITE_LASTS;

/// An invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Invite {
    pub inviter_id: i64,
    pub notification_id: i64,
    pub invited_at: i64,
    /// Whether it was accepted; nothing while it waits for an answer.
    pub accepted: Option<bool>,
}

/// The invitation of a person to a session. One query.
pub fn find(conn: &mut Conn<'_>, collaboration_id: i64, user_id: i64) -> Result<Option<Invite>, Error> {
    let row = conn.first(
        "SELECT inviter_id, notification_id, invited_at, accepted
         FROM collaboration_invites WHERE collaboration_id = $1 AND user_id = $2",
        &[&collaboration_id, &user_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Invite {
        inviter_id: row.take()?,
        notification_id: row.take()?,
        invited_at: row.take()?,
        accepted: row.take()?,
    }))
}

/// The session that a person is invited to by this notification. One query.
pub fn session_of(conn: &mut Conn<'_>, user_id: i64, notification_id: i64) -> Result<Option<String>, Error> {
    let row = conn.first(
        "SELECT c.session_id FROM collaboration_invites i JOIN collaborations c ON c.id = i.collaboration_id
         WHERE i.user_id = $1 AND i.notification_id = $2",
        &[&user_id, &notification_id],
    )?;
    row.map(|mut row| row.take()).transpose()
}

/// Notes an invitation in the place of any earlier one. One query.
pub fn put(
    conn: &mut Conn<'_>,
    collaboration_id: i64,
    user_id: i64,
    inviter_id: i64,
    (notification_id, story_title): (i64, &str),
    now: i64,
) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO collaboration_invites (collaboration_id, user_id, inviter_id, notification_id, story_title,
             invited_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (collaboration_id, user_id) DO UPDATE SET inviter_id = $3, notification_id = $4,
             story_title = $5, invited_at = $6, answered_at = NULL, accepted = NULL",
        &[
            &collaboration_id,
            &user_id,
            &inviter_id,
            &notification_id,
            &story_title,
            &now,
        ],
    )?;
    Ok(())
}

/// Notes the answer. One query.
pub fn answer(
    conn: &mut Conn<'_>,
    collaboration_id: i64,
    user_id: i64,
    accepted: bool,
    now: i64,
) -> Result<(), Error> {
    conn.execute(
        "UPDATE collaboration_invites SET answered_at = $3, accepted = $4
         WHERE collaboration_id = $1 AND user_id = $2",
        &[&collaboration_id, &user_id, &now, &accepted],
    )?;
    Ok(())
}

/// An invitation that waits for an answer, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Waiting {
    pub notification_id: i64,
    pub session_id: String,
    pub story_title: String,
    pub inviter_id: i64,
    pub inviter_name: String,
    /// An emoji.
    pub inviter_avatar: String,
    pub invited_at: i64,
    pub is_lobby_open: bool,
}

/// The invitations of a person that wait for an answer, newest first, to sessions that are not over. One query.
pub fn waiting(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<Vec<Waiting>, Error> {
    const MOST: i64 = 100;
    let rows = conn.query(
        "SELECT i.notification_id, c.session_id, i.story_title, i.inviter_id, u.display_name, u.avatar_emoji,
                i.invited_at, c.is_lobby_open
         FROM collaboration_invites i
         JOIN collaborations c ON c.id = i.collaboration_id
         JOIN users u ON u.id = i.inviter_id
         WHERE i.user_id = $1 AND i.answered_at IS NULL AND i.invited_at > $2
           AND c.ended_at IS NULL AND c.expires_at > $3
           AND NOT EXISTS (SELECT 1 FROM collaborators m
                           WHERE m.collaboration_id = c.id AND m.user_id = $1
                             AND (m.is_active OR m.kicked_at IS NOT NULL))
         ORDER BY i.notification_id DESC LIMIT $4",
        &[&user_id, &(now - INVITE_LASTS), &now, &MOST],
    )?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Waiting {
                notification_id: row.take()?,
                session_id: row.take()?,
                story_title: row.take()?,
                inviter_id: row.take()?,
                inviter_name: row.take()?,
                inviter_avatar: row.take()?,
                invited_at: row.take()?,
                is_lobby_open: row.take()?,
            })
        })
        .collect()
}

/// Somebody who was invited and has not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Invited {
    pub user_id: i64,
    pub username: String,
    pub avatar: String,
    pub border: String,
}

/// Who is invited to a session and has neither answered nor come by another way. One query.
pub fn invited(conn: &mut Conn<'_>, collaboration_id: i64, now: i64) -> Result<Vec<Invited>, Error> {
    const MOST: i64 = 100;
    let rows = conn.query(
        "SELECT i.user_id, u.username, u.avatar_emoji, u.selected_avatar_border
         FROM collaboration_invites i JOIN users u ON u.id = i.user_id
         WHERE i.collaboration_id = $1 AND i.answered_at IS NULL AND i.invited_at > $2
           AND NOT EXISTS (SELECT 1 FROM collaborators m
                           WHERE m.collaboration_id = i.collaboration_id AND m.user_id = i.user_id AND m.is_active)
         ORDER BY i.invited_at, i.user_id LIMIT $3",
        &[&collaboration_id, &(now - INVITE_LASTS), &MOST],
    )?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Invited {
                user_id: row.take()?,
                username: row.take()?,
                avatar: row.take()?,
                border: row.take()?,
            })
        })
        .collect()
}

/// Takes a kick back, as an invitation of the host does. One query.
pub fn pardon(conn: &mut Conn<'_>, collaboration_id: i64, user_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE collaborators SET kicked_at = NULL
         WHERE collaboration_id = $1 AND user_id = $2 AND kicked_at IS NOT NULL",
        &[&collaboration_id, &user_id],
    )?;
    Ok(())
}
