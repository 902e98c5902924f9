//! Characters: figures that somebody keeps, seen by nobody else.

use database::{Conn, Error, Row};

/// Characters that one account may keep, and so the longest list.
pub const MOST_CHARACTERS: i64 = 500;

/// A whole character.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Character {
    pub id: i64,
    pub name: String,
    pub creator_id: i64,
    pub creator_name: String,
    pub description: Option<String>,
    pub date_created: i64,
    /// Up to 4 MiB.
    pub canvas_data: String,
}

impl Character {
    fn from(mut row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            name: row.take()?,
            creator_id: row.take()?,
            creator_name: row.take()?,
            description: row.take()?,
            date_created: row.take()?,
            canvas_data: row.take()?,
        })
    }
}

/// A character in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Listed {
    pub id: i64,
    pub name: String,
    pub creator_name: String,
    pub date_created: i64,
}

/// What is written of a character; `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Change {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    pub canvas_data: Option<String>,
}

/// Somebody's characters, newest first. One query.
pub fn list(conn: &mut Conn<'_>, creator_id: i64) -> Result<Vec<Listed>, Error> {
    let rows = conn.query(
        "SELECT c.id, c.name, u.display_name, c.date_created
         FROM characters c JOIN users u ON u.id = c.creator_id
         WHERE c.creator_id = $1 ORDER BY c.date_created DESC, c.id DESC LIMIT $2",
        &[&creator_id, &MOST_CHARACTERS],
    )?;
    let characters = rows.into_iter().map(|mut row| {
        Ok(Listed {
            id: row.take()?,
            name: row.take()?,
            creator_name: row.take()?,
            date_created: row.take()?,
        })
    });
    characters.collect()
}

/// One of somebody's characters.
pub fn one(conn: &mut Conn<'_>, character_id: i64, creator_id: i64) -> Result<Option<Character>, Error> {
    let row = conn.first(
        "SELECT c.id, c.name, c.creator_id, u.display_name, c.description, c.date_created, c.canvas_data
         FROM characters c JOIN users u ON u.id = c.creator_id WHERE c.id = $1 AND c.creator_id = $2",
        &[&character_id, &creator_id],
    )?;
    row.map(Character::from).transpose()
}

/// Makes a character; its id, or nothing when the creator keeps [`MOST_CHARACTERS`] already.
pub fn insert(
    conn: &mut Conn<'_>,
    creator_id: i64,
    name: &str,
    description: Option<&str>,
    canvas_data: &str,
    now: i64,
) -> Result<Option<i64>, Error> {
    let mut kept = conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM characters WHERE creator_id = $1",
        &[&creator_id],
    )?;
    if kept.take::<i64>()? >= MOST_CHARACTERS {
        return Ok(None);
    }
    let mut row = conn.one(
        "INSERT INTO characters (creator_id, name, description, canvas_data, date_created)
         VALUES ($1, $2, $3, $4, $5) RETURNING id",
        &[&creator_id, &name, &description, &canvas_data, &now],
    )?;
    row.take().map(Some)
}

/// Changes one of somebody's characters: false when it is not theirs.
pub fn update(
    conn: &mut Conn<'_>,
    character_id: i64,
    creator_id: i64,
    change: &Change,
) -> Result<bool, Error> {
    let changed = conn.execute(
        "UPDATE characters SET name = COALESCE($3, name), canvas_data = COALESCE($4, canvas_data),
                description = CASE WHEN $5 THEN $6 ELSE description END
         WHERE id = $1 AND creator_id = $2",
        &[
            &character_id,
            &creator_id,
            &change.name,
            &change.canvas_data,
            &change.description.is_some(),
            &change.description.as_ref().and_then(Option::as_ref),
        ],
    )?;
    Ok(changed == 1)
}

/// Deletes one of somebody's characters: false when it is not theirs.
pub fn delete(conn: &mut Conn<'_>, character_id: i64, creator_id: i64) -> Result<bool, Error> {
    let deleted = conn.execute(
        "DELETE FROM characters WHERE id = $1 AND creator_id = $2",
        &[&character_id, &creator_id],
    )?;
    Ok(deleted == 1)
}
