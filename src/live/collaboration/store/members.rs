//! Who comes, goes and is put out.

use database::{Conn, Error};

use super::{Member, Role, Session, by_session_id, lock, member};
use crate::live::collaboration::rules::{self, REVIVED_FOR};

/// Why somebody does not come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such session, or it is over.
    Gone,
    /// Its time has passed, and only its host may bring it back.
    Expired,
    /// The host has put them out.
    Kicked,
    /// All places are taken.
    Full,
    /// They have no place in it.
    Stranger,
}

/// Somebody has a place now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// The session.
    pub session: Session,
    /// Their place.
    pub member: Member,
    /// Whether they were not in it before.
    pub came: bool,
}

/// Gives somebody a place in a session that the caller has locked: whoever had one gets it back, even when all are
/// taken. Three queries.
pub fn join(
    conn: &mut Conn<'_>,
    session: &Session,
    user_id: i64,
    now: i64,
) -> Result<Result<Admitted, Refusal>, Error> {
    if session.ended_at.is_some() {
        return Ok(Err(Refusal::Gone));
    }
    if now >= session.expires_at {
        return Ok(Err(Refusal::Expired));
    }
    if let Some(member) = member(conn, session.id, user_id)? {
        if member.kicked_at.is_some() {
            return Ok(Err(Refusal::Kicked));
        }
        return activate(conn, session.clone(), member, now).map(Ok);
    }
    let (active, colors) = taken(conn, session.id)?;
    if active >= session.max_participants {
        return Ok(Err(Refusal::Full));
    }
    let member = Member {
        user_id,
        role: Role::Participant,
        color: rules::free_color(&colors).to_owned(),
        is_active: true,
        kicked_at: None,
        joined_at: now,
        seen_number: 0,
    };
    insert(conn, session.id, &member)?;
    Ok(Ok(Admitted {
        session: session.clone(),
        member,
        came: true,
    }))
}

/// Whether somebody may open a socket, and of which session. Writes nothing, because anybody may ask. Two queries.
pub fn may_enter(
    conn: &mut Conn<'_>,
    session_id: &str,
    user_id: i64,
    now: i64,
) -> Result<Result<Session, Refusal>, Error> {
    let Some(session) = by_session_id(conn, session_id)? else {
        return Ok(Err(Refusal::Gone));
    };
    let member = member(conn, session.id, user_id)?;
    Ok(judge(&session, member, now).map(|_| session))
}

/// Lets a member in whose socket has opened. A host brings back a session whose time has passed. Three or four queries.
pub fn enter(
    conn: &mut Conn<'_>,
    session_id: &str,
    user_id: i64,
    now: i64,
) -> Result<Result<Admitted, Refusal>, Error> {
    let Some(mut session) = lock(conn, session_id)? else {
        return Ok(Err(Refusal::Gone));
    };
    let member = member(conn, session.id, user_id)?;
    let member = match judge(&session, member, now) {
        Ok(member) => member,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if now >= session.expires_at {
        session.expires_at = now + REVIVED_FOR;
        conn.execute(
            "UPDATE collaborations SET expires_at = $2 WHERE id = $1",
            &[&session.id, &session.expires_at],
        )?;
    }
    activate(conn, session, member, now).map(Ok)
}

/// Whether somebody may have a socket in a session.
fn judge(session: &Session, member: Option<Member>, now: i64) -> Result<Member, Refusal> {
    let member = member.ok_or(Refusal::Stranger)?;
    if member.kicked_at.is_some() {
        return Err(Refusal::Kicked);
    }
    if session.ended_at.is_some() {
        return Err(Refusal::Gone);
    }
    if now >= session.expires_at && member.role != Role::Host {
        return Err(Refusal::Expired);
    }
    Ok(member)
}

fn activate(conn: &mut Conn<'_>, session: Session, mut member: Member, now: i64) -> Result<Admitted, Error> {
    let came = !member.is_active;
    conn.execute(
        "UPDATE collaborators SET is_active = $3, last_seen = $4 WHERE collaboration_id = $1 AND user_id = $2",
        &[&session.id, &member.user_id, &true, &now],
    )?;
    member.is_active = true;
    Ok(Admitted {
        session,
        member,
        came,
    })
}

/// Notes a new place.
pub fn insert(conn: &mut Conn<'_>, collaboration_id: i64, member: &Member) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO collaborators (collaboration_id, user_id, role, color, is_active, joined_at, last_seen)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        &[
            &collaboration_id,
            &member.user_id,
            &member.role.name(),
            &member.color,
            &member.is_active,
            &member.joined_at,
        ],
    )?;
    Ok(())
}

/// How many are in it, and the colors of all who have a place.
fn taken(conn: &mut Conn<'_>, collaboration_id: i64) -> Result<(i64, Vec<String>), Error> {
    let rows = conn.query(
        "SELECT color, is_active FROM collaborators WHERE collaboration_id = $1 AND kicked_at IS NULL",
        &[&collaboration_id],
    )?;
    let mut active = 0;
    let mut colors = Vec::with_capacity(rows.len());
    for mut row in rows {
        colors.push(row.take()?);
        active += i64::from(row.take::<bool>()?);
    }
    Ok((active, colors))
}

/// Notes that somebody has left a session that the caller has locked; whether they were in it. Whoever asks the room
/// to vote without them ([`super::votes::withdraw`]) is the caller. One query.
pub fn leave(conn: &mut Conn<'_>, collaboration_id: i64, user_id: i64, now: i64) -> Result<bool, Error> {
    let left = conn.execute(
        "UPDATE collaborators SET is_active = $3, last_seen = $4
         WHERE collaboration_id = $1 AND user_id = $2 AND is_active",
        &[&collaboration_id, &user_id, &false, &now],
    )?;
    Ok(left > 0)
}

/// Puts a participant out of a session that the caller has locked; false when they are not in it. One query.
pub fn kick(conn: &mut Conn<'_>, collaboration_id: i64, user_id: i64, now: i64) -> Result<bool, Error> {
    let kicked = conn.execute(
        "UPDATE collaborators SET is_active = $3, kicked_at = $4
         WHERE collaboration_id = $1 AND user_id = $2 AND role <> 'host' AND is_active AND kicked_at IS NULL",
        &[&collaboration_id, &user_id, &false, &now],
    )?;
    Ok(kicked > 0)
}

/// Everybody who is in a session, oldest first: id and user name. One query.
pub fn active(conn: &mut Conn<'_>, collaboration_id: i64) -> Result<Vec<(i64, String)>, Error> {
    let rows = conn.query(
        "SELECT c.user_id, u.username FROM collaborators c JOIN users u ON u.id = c.user_id
         WHERE c.collaboration_id = $1 AND c.is_active AND c.kicked_at IS NULL ORDER BY c.joined_at, c.user_id",
        &[&collaboration_id],
    )?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// Those who are in a session that has begun, and have had no socket in it on any server since `before`: session ids
/// with user ids, at most 100. Whoever waits in a lobby has none yet. One query.
pub fn ghosts(conn: &mut Conn<'_>, before: i64) -> Result<Vec<(String, i64)>, Error> {
    const AT_A_TIME: i64 = 100;
    let rows = conn.query(
        "SELECT c.session_id, m.user_id FROM collaborations c JOIN collaborators m ON m.collaboration_id = c.id
         WHERE c.ended_at IS NULL AND NOT c.is_lobby_open AND m.is_active AND m.kicked_at IS NULL AND m.last_seen <= $1
             AND NOT EXISTS (SELECT 1 FROM presence p WHERE p.place = c.session_id AND p.user_id = m.user_id)
         ORDER BY c.id, m.user_id LIMIT $2",
        &[&before, &AT_A_TIME],
    )?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}
