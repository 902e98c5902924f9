//! The SQL of sessions, by what is done with them.
//!
//! Every change of a session begins with [`lock`]: the changes of one session follow each other, on whichever server
//! they are made.

pub mod invites;
pub mod lists;
pub mod log;
pub mod members;
pub mod sessions;
pub mod votes;

use database::{Conn, Error, Row};

use super::rules::INVITE_LASTS;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Session {
    /// The key of all its rows; never on the wire.
    pub id: i64,
    /// A UUID: its name on the wire.
    pub session_id: String,
    pub join_code: Option<String>,
    pub host_id: i64,
    pub canvas_name: String,
    pub is_lobby_open: bool,
    pub max_participants: i64,
    pub created_at: i64,
    pub expires_at: i64,
    pub ended_at: Option<i64>,
    pub story_id: Option<i64>,
    pub finalized_story_id: Option<i64>,
    /// The newest number of its log.
    pub last_number: i64,
    /// Rises with what its members are shown, the log left out.
    pub version: i64,
}

impl Session {
    /// The next columns of a row: those that every statement here names first.
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            session_id: row.take()?,
            join_code: row.take()?,
            host_id: row.take()?,
            canvas_name: row.take()?,
            is_lobby_open: row.take()?,
            max_participants: row.take()?,
            created_at: row.take()?,
            expires_at: row.take()?,
            ended_at: row.take()?,
            story_id: row.take()?,
            finalized_story_id: row.take()?,
            last_number: row.take()?,
            version: row.take()?,
        })
    }

    /// Neither ended nor expired.
    pub fn is_open(&self, now: i64) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

/// What somebody is to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Made it.
    Host,
    /// Was let in.
    Participant,
}

impl Role {
    /// As stored and as the wire spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Participant => "participant",
        }
    }

    fn named(name: &str) -> Self {
        if name == Self::Host.name() {
            Self::Host
        } else {
            Self::Participant
        }
    }
}

/// Somebody's place in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Member {
    pub user_id: i64,
    pub role: Role,
    /// `#RRGGBB`.
    pub color: String,
    pub is_active: bool,
    /// Kicked since then: no member any more, until the host invites again.
    pub kicked_at: Option<i64>,
    pub joined_at: i64,
    /// The newest number of the log that they were shown.
    pub seen_number: i64,
}

impl Member {
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            user_id: row.take()?,
            role: Role::named(&row.take::<String>()?),
            color: row.take()?,
            is_active: row.take()?,
            kicked_at: row.take()?,
            joined_at: row.take()?,
            seen_number: row.take()?,
        })
    }

    /// In the session now, and welcome.
    pub fn is_in(&self) -> bool {
        self.is_active && self.kicked_at.is_none()
    }
}

/// A session by its name on the wire, whether it is over or not. One query.
pub fn by_session_id(conn: &mut Conn<'_>, session_id: &str) -> Result<Option<Session>, Error> {
    let row = conn.first(
        "SELECT id, session_id, join_code, host_id, canvas_name, is_lobby_open, max_participants, created_at,
                expires_at, ended_at, story_id, finalized_story_id, last_number, version
         FROM collaborations WHERE session_id = $1",
        &[&session_id],
    )?;
    row.map(|mut row| Session::from(&mut row)).transpose()
}

/// The same for whoever is about to change it: other changes wait until this transaction is over. One query.
pub fn lock(conn: &mut Conn<'_>, session_id: &str) -> Result<Option<Session>, Error> {
    let row = conn.first(
        "UPDATE collaborations SET version = version + 1 WHERE session_id = $1
         RETURNING id, session_id, join_code, host_id, canvas_name, is_lobby_open, max_participants, created_at,
                expires_at, ended_at, story_id, finalized_story_id, last_number, version",
        &[&session_id],
    )?;
    row.map(|mut row| Session::from(&mut row)).transpose()
}

/// Somebody's place in a session; nothing for who never had one. One query.
pub fn member(conn: &mut Conn<'_>, collaboration_id: i64, user_id: i64) -> Result<Option<Member>, Error> {
    let row = conn.first(
        "SELECT user_id, role, color, is_active, kicked_at, joined_at, seen_number
         FROM collaborators WHERE collaboration_id = $1 AND user_id = $2",
        &[&collaboration_id, &user_id],
    )?;
    row.map(|mut row| Member::from(&mut row)).transpose()
}

/// A session as somebody stands to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The session.
    pub session: Session,
    /// The user name of its host.
    pub host_username: String,
    /// The name that others see.
    pub host_name: String,
    /// Their place in it, be it left or taken away.
    pub role: Option<Role>,
    /// Whether they are in it.
    pub is_active: bool,
    /// Whether they were put out.
    pub is_kicked: bool,
    /// Whether they are invited and have not answered.
    pub is_invited: bool,
    /// The profile versions of all who have a place, summed: part of an ETag.
    pub names_version: i64,
}

impl Standing {
    /// Whether they may know of it: members and who is invited, while it lasts. A host may also come back to a session
    /// whose time has passed.
    pub fn may_see(&self, now: i64) -> bool {
        if self.session.ended_at.is_some() || self.is_kicked {
            return false;
        }
        match self.role {
            Some(Role::Host) => true,
            Some(Role::Participant) => now < self.session.expires_at,
            None => self.is_invited && now < self.session.expires_at,
        }
    }
}

/// How somebody stands to a session; nothing when there is no such session. One query.
pub fn standing(
    conn: &mut Conn<'_>,
    session_id: &str,
    viewer: i64,
    now: i64,
) -> Result<Option<Standing>, Error> {
    let row = conn.first(
        "SELECT c.id, c.session_id, c.join_code, c.host_id, c.canvas_name, c.is_lobby_open, c.max_participants,
                c.created_at, c.expires_at, c.ended_at, c.story_id, c.finalized_story_id, c.last_number, c.version,
                h.username, h.display_name, m.role, COALESCE(m.is_active, $4), m.kicked_at,
                EXISTS (SELECT 1 FROM collaboration_invites i
                        WHERE i.collaboration_id = c.id AND i.user_id = $2 AND i.answered_at IS NULL
                          AND i.invited_at > $3),
                (SELECT CAST(COALESCE(SUM(u.profile_version), 0) AS BIGINT)
                 FROM collaborators x JOIN users u ON u.id = x.user_id WHERE x.collaboration_id = c.id)
         FROM collaborations c JOIN users h ON h.id = c.host_id
         LEFT JOIN collaborators m ON m.collaboration_id = c.id AND m.user_id = $2
         WHERE c.session_id = $1",
        &[&session_id, &viewer, &(now - INVITE_LASTS), &false],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Standing {
        session: Session::from(&mut row)?,
        host_username: row.take()?,
        host_name: row.take()?,
        role: row.take::<Option<String>>()?.map(|name| Role::named(&name)),
        is_active: row.take()?,
        is_kicked: row.take::<Option<i64>>()?.is_some(),
        is_invited: row.take()?,
        names_version: row.take()?,
    }))
}

/// Somebody who is in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Person {
    pub user_id: i64,
    pub username: String,
    pub display_name: String,
    /// An emoji.
    pub avatar: String,
    pub border: String,
    pub role: Role,
    pub color: String,
    pub joined_at: i64,
    pub last_seen: i64,
}

/// Everybody who is in a session, by when they joined. One query.
pub fn people(conn: &mut Conn<'_>, collaboration_id: i64) -> Result<Vec<Person>, Error> {
    const MOST: i64 = 100;
    let rows = conn.query(
        "SELECT m.user_id, u.username, u.display_name, u.avatar_emoji, u.selected_avatar_border, m.role, m.color,
                m.joined_at, m.last_seen
         FROM collaborators m JOIN users u ON u.id = m.user_id
         WHERE m.collaboration_id = $1 AND m.is_active AND m.kicked_at IS NULL
         ORDER BY m.joined_at, m.user_id LIMIT $2",
        &[&collaboration_id, &MOST],
    )?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Person {
                user_id: row.take()?,
                username: row.take()?,
                display_name: row.take()?,
                avatar: row.take()?,
                border: row.take()?,
                role: Role::named(&row.take::<String>()?),
                color: row.take()?,
                joined_at: row.take()?,
                last_seen: row.take()?,
            })
        })
        .collect()
}

/// The names of an account: user name, then the one that others see. One query.
pub fn names(conn: &mut Conn<'_>, user_id: i64) -> Result<Option<(String, String)>, Error> {
    let row = conn.first(
        "SELECT username, display_name FROM users
         WHERE id = $1 AND suspended_at IS NULL AND archived_at IS NULL",
        &[&user_id],
    )?;
    row.map(|mut row| Ok((row.take()?, row.take()?))).transpose()
}
