//! The life of a session: made, started, ended, forgotten.

use database::{Conn, Error};

use super::members;
use super::{Member, Role, Session};
use crate::live::collaboration::room;
use crate::live::collaboration::rules::{CODE_KEPT_FOR, COLORS, EXPIRED_KEPT_FOR, LOG_KEPT_FOR};

/// A session that is to be made.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// A UUID.
    pub session_id: String,
    /// Codes to try, one after the other.
    pub join_codes: Vec<String>,
    /// Its name.
    pub canvas_name: String,
    /// Places in it.
    pub max_participants: i64,
    /// When its time has passed.
    pub expires_at: i64,
}

/// The keys of the open sessions of a host, oldest first, and whether anybody is in them. One query.
pub fn hosted(conn: &mut Conn<'_>, host_id: i64, now: i64) -> Result<Vec<(i64, bool)>, Error> {
    let rows = conn.query(
        "SELECT c.id, EXISTS (
                    SELECT 1 FROM collaborators m
                    WHERE m.collaboration_id = c.id AND m.is_active AND m.kicked_at IS NULL)
         FROM collaborations c
         WHERE c.host_id = $1 AND c.ended_at IS NULL AND c.expires_at > $2 ORDER BY c.id",
        &[&host_id, &now],
    )?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// All sessions of a host that are not over, be it that their time has passed. One query.
pub fn open_of_host(conn: &mut Conn<'_>, host_id: i64) -> Result<Vec<Session>, Error> {
    let rows = conn.query(
        "UPDATE collaborations SET version = version + 1 WHERE host_id = $1 AND ended_at IS NULL
         RETURNING id, session_id, join_code, host_id, canvas_name, is_lobby_open, max_participants, created_at,
                expires_at, ended_at, story_id, finalized_story_id, last_number, version",
        &[&host_id],
    )?;
    rows.into_iter().map(|mut row| Session::from(&mut row)).collect()
}

/// Whether somebody has a place in a session that is not over. One query.
pub fn takes_part(conn: &mut Conn<'_>, user_id: i64) -> Result<bool, Error> {
    let row = conn.first(
        "SELECT 1 FROM collaborators m JOIN collaborations c ON c.id = m.collaboration_id
         WHERE m.user_id = $1 AND c.ended_at IS NULL LIMIT 1",
        &[&user_id],
    )?;
    Ok(row.is_some())
}

/// Locks the sessions of others that somebody has a place in and that are not over; their keys. One query.
pub fn touch_of_guest(conn: &mut Conn<'_>, user_id: i64) -> Result<Vec<i64>, Error> {
    let rows = conn.query(
        "UPDATE collaborations SET version = version + 1
         WHERE host_id <> $1 AND ended_at IS NULL AND id IN (
             SELECT m.collaboration_id FROM collaborators m WHERE m.user_id = $1)
         RETURNING id",
        &[&user_id],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// The session that has this code, be it over or not. One query.
pub fn coded(conn: &mut Conn<'_>, join_code: &str) -> Result<Option<String>, Error> {
    let row = conn.first(
        "SELECT session_id FROM collaborations WHERE join_code = $1",
        &[&join_code],
    )?;
    row.map(|mut row| row.take()).transpose()
}

/// Notes which story is written in a session. One query.
pub fn set_story(conn: &mut Conn<'_>, collaboration_id: i64, story_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE collaborations SET story_id = $2 WHERE id = $1",
        &[&collaboration_id, &story_id],
    )?;
    Ok(())
}

/// Makes a session with its host in it; nothing when all its codes are taken. Two queries.
pub fn insert(
    conn: &mut Conn<'_>,
    host_id: i64,
    session: &NewSession,
    now: i64,
) -> Result<Option<Session>, Error> {
    for code in &session.join_codes {
        let made = conn.first(
            "INSERT INTO collaborations (session_id, join_code, host_id, canvas_name, max_participants, created_at,
                 expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (join_code) DO NOTHING
             RETURNING id, session_id, join_code, host_id, canvas_name, is_lobby_open, max_participants, created_at,
                 expires_at, ended_at, story_id, finalized_story_id, last_number, version",
            &[
                &session.session_id,
                code,
                &host_id,
                &session.canvas_name,
                &session.max_participants,
                &now,
                &session.expires_at,
            ],
        )?;
        let Some(mut row) = made else { continue };
        let made = Session::from(&mut row)?;
        let host = Member {
            user_id: host_id,
            role: Role::Host,
            color: COLORS[0].to_owned(),
            is_active: true,
            kicked_at: None,
            joined_at: now,
            seen_number: 0,
        };
        members::insert(conn, made.id, &host)?;
        return Ok(Some(made));
    }
    Ok(None)
}

/// Closes the lobby of a session that the caller has locked. One query.
pub fn start(conn: &mut Conn<'_>, collaboration_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE collaborations SET is_lobby_open = $2 WHERE id = $1",
        &[&collaboration_id, &false],
    )?;
    Ok(())
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// Its host ended it.
    Host,
    /// A story was made of it.
    Vote,
    /// Its time has passed.
    Expiry,
}

impl EndedBy {
    /// As stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Vote => "vote",
            Self::Expiry => "expiry",
        }
    }
}

/// Ends a session; false when it is over already. Open votes are dropped. Two queries.
pub fn end(conn: &mut Conn<'_>, collaboration_id: i64, by: EndedBy, now: i64) -> Result<bool, Error> {
    let ended = conn.execute(
        "UPDATE collaborations SET ended_at = $2, ended_by = $3, version = version + 1
         WHERE id = $1 AND ended_at IS NULL",
        &[&collaboration_id, &now, &by.name()],
    )?;
    if ended == 0 {
        return Ok(false);
    }
    conn.execute(
        "UPDATE collaboration_votes SET closed_at = $2, approved = $3 WHERE collaboration_id = $1 AND closed_at IS NULL",
        &[&collaboration_id, &now, &false],
    )?;
    Ok(true)
}

/// Ends sessions whose time has passed: at once where somebody is in them, after a while where their host may still
/// come back. Those that were ended by this call. Two queries.
pub fn expire(conn: &mut Conn<'_>, now: i64) -> Result<Vec<Session>, Error> {
    const AT_A_TIME: i64 = 100;
    let rows = conn.query(
        "UPDATE collaborations SET ended_at = $1, ended_by = 'expiry', version = version + 1
         WHERE ended_at IS NULL AND id IN (
             SELECT c.id FROM collaborations c
             WHERE c.ended_at IS NULL AND c.expires_at <= $1 AND (c.expires_at <= $2 OR EXISTS (
                 SELECT 1 FROM collaborators m
                 WHERE m.collaboration_id = c.id AND m.is_active AND m.kicked_at IS NULL))
             ORDER BY c.expires_at LIMIT $3)
         RETURNING id, session_id, join_code, host_id, canvas_name, is_lobby_open, max_participants, created_at,
                expires_at, ended_at, story_id, finalized_story_id, last_number, version",
        &[&now, &(now - EXPIRED_KEPT_FOR), &AT_A_TIME],
    )?;
    let ended: Vec<Session> = rows
        .into_iter()
        .map(|mut row| Session::from(&mut row))
        .collect::<Result<_, _>>()?;
    if !ended.is_empty() {
        conn.execute(
            "UPDATE collaboration_votes SET closed_at = $1, approved = $2
             WHERE closed_at IS NULL AND collaboration_id IN (
                 SELECT c.id FROM collaborations c WHERE c.ended_at = $1)",
            &[&now, &false],
        )?;
    }
    Ok(ended)
}

/// Forgets the states of the canvases of sessions that are over: they may be large, and nobody is shown them any more. One
/// query.
pub fn forget_states(conn: &mut Conn<'_>) -> Result<(), Error> {
    conn.execute(
        "UPDATE room_canvases SET state = NULL
         WHERE state IS NOT NULL AND collaboration_id IN (
             SELECT c.id FROM collaborations c WHERE c.ended_at IS NOT NULL AND c.cleared_at IS NULL)",
        &[],
    )?;
    Ok(())
}

/// Gives the codes of long ended sessions back. One query.
pub fn free_codes(conn: &mut Conn<'_>, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE collaborations SET join_code = NULL
         WHERE join_code IS NOT NULL AND ended_at IS NOT NULL AND ended_at <= $1",
        &[&(now - CODE_KEPT_FOR)],
    )?;
    Ok(())
}

/// Forgets the log of one session that ended long ago; false when there is none left. Two queries.
pub fn clear_one(conn: &mut Conn<'_>, now: i64) -> Result<bool, Error> {
    let cleared = conn.first(
        "UPDATE collaborations SET cleared_at = $1 WHERE id IN (
             SELECT c.id FROM collaborations c
             WHERE c.ended_at IS NOT NULL AND c.cleared_at IS NULL AND c.ended_at <= $2
             ORDER BY c.ended_at LIMIT 1)
         RETURNING id",
        &[&now, &(now - LOG_KEPT_FOR)],
    )?;
    let Some(mut row) = cleared else { return Ok(false) };
    let id: i64 = row.take()?;
    conn.execute("DELETE FROM operations WHERE collaboration_id = $1", &[&id])?;
    room::store::forget(conn, id, now)?;
    Ok(true)
}
