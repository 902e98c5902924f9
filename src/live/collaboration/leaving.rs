//! What becomes of sessions when an account leaves.

use database::{Conn, Dialect, Error};

use super::events::RoomEvent;
use super::room;
use super::store::{names, sessions, votes};

/// Keeps everybody else from changing a session until the transaction ends: the first statement of one that ends with
/// [`forget_member`]. On PostgreSQL a SERIALIZABLE transaction that comes upon a row which has changed since it began has to
/// begin again, and each stroke changes the row of its session: an account that leaves where others draw would never
/// come to its end. Strokes wait for a moment instead; it is a statement that does not look at any row, so what the
/// transaction sees is from afterwards.
pub fn hold_sessions(conn: &mut Conn<'_>) -> Result<(), Error> {
    if conn.dialect() == Dialect::Postgres {
        conn.execute("LOCK TABLE collaborations IN SHARE ROW EXCLUSIVE MODE", &[])?;
    }
    Ok(())
}

/// Prepares an account's leaving: its own sessions end with it, the others go on without it. What the rooms are to be
/// told after the commit, each with the key of its session. The caller has begun with [`hold_sessions`] and
/// deletes the account.
pub fn forget_member(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<Vec<(i64, RoomEvent)>, Error> {
    let mut told = Vec::new();
    let username = names(conn, user_id)?.map_or_else(String::new, |(name, _)| name);
    room::store::forget_host(conn, user_id, now)?;
    for session in sessions::open_of_host(conn, user_id)? {
        let event = RoomEvent::SessionEnded {
            session_id: session.session_id,
            story_id: None,
            story_title: session.canvas_name,
            ended_by: username.clone(),
        };
        told.push((session.id, event));
    }
    for collaboration_id in sessions::touch_of_guest(conn, user_id)? {
        let ballot = match votes::call_off(conn, collaboration_id, user_id, now)? {
            Some(ballot) => Some(ballot),
            None => votes::withdraw(conn, collaboration_id, user_id, now)?,
        };
        let events = ballot.iter().flat_map(RoomEvent::of_vote);
        told.extend(events.map(|event| (collaboration_id, event)));
    }
    Ok(told)
}
