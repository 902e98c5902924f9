//! Who takes part in a room, as the others see them.

use std::sync::Arc;

use serde::Serialize;

/// Somebody who takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account's id.
    pub user_id: i64,
    /// The login name.
    pub username: Arc<str>,
    /// What the profile calls them.
    pub display_name: Arc<str>,
    /// Of the cursor, `#RRGGBB`; the same for as long as the session lives.
    pub color: Arc<str>,
    /// Made the session.
    pub is_host: bool,
    /// Has a socket in the room, on whichever server.
    pub is_here: bool,
}

/// Somebody as `init` lists them.
#[derive(Serialize)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Participant<'a> {
    pub user_id: i64,
    pub username: &'a str,
    pub cursor_color: &'a str,
    pub id: i64,
    pub display_name: &'a str,
    pub is_active: bool,
    pub role: &'static str,
}

impl Person {
    /// Somebody who is in the room.
    pub fn participant(&self) -> Participant<'_> {
        Participant {
            user_id: self.user_id,
            username: &self.username,
            cursor_color: &self.color,
            id: self.user_id,
            display_name: &self.display_name,
            is_active: true,
            role: if self.is_host { "host" } else { "participant" },
        }
    }
}
