//! The SQL of games, by what is done with them.

pub mod attempts;
pub mod lists;
pub mod makings;
pub mod questions;

use database::{Conn, Error};

use super::rules::Kind;

/// A game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Game {
    /// Its id.
    pub id: i64,
    /// Of whose text it is made.
    pub story_id: i64,
    /// What is played.
    pub kind: Kind,
    /// Whether the text of today gives it.
    pub is_active: bool,
    /// Up to what its story is known to say what it is made of.
    pub revision: i64,
    /// The version of what made it.
    pub maker: i64,
}

/// A game; nothing when there is none with this id. One query.
pub fn game(conn: &mut Conn<'_>, game_id: i64) -> Result<Option<Game>, Error> {
    let row = conn.first(
        "SELECT g.story_id, g.game_type, g.is_active, m.revision, m.maker
         FROM games g JOIN game_makings m ON m.story_id = g.story_id WHERE g.id = $1",
        &[&game_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Game {
        id: game_id,
        story_id: row.take()?,
        kind: kind(&row.take::<String>()?)?,
        is_active: row.take()?,
        revision: row.take()?,
        maker: row.take()?,
    }))
}

fn kind(key: &str) -> Result<Kind, Error> {
    Kind::from_key(key).ok_or_else(|| Error::Sql("a game of an unknown type".to_owned()))
}

/// Every statement that this module and those below it put together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    let mut all = attempts::all_statements();
    all.extend(makings::all_statements());
    all.extend(questions::all_statements());
    all
}
