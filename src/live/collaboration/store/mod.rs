//! The SQL of sessions, by what is done with them.
//!
//! Every change of a session begins with [`lock`]: the changes of one session follow each other, on whichever server
//! they are made.

pub mod members;
pub mod sessions;
pub mod votes;

use database::{Conn, Error, Row};

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
            role: if row.take::<String>()? == Role::Host.name() {
                Role::Host
            } else {
                Role::Participant
            },
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
