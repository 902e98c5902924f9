//! Whether somebody who keeps order is to look at a story, and what they need to know of it then.

use database::{Conn, Error};

/// A story, whoever may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Flagged {
    pub author_id: i64,
    pub title: String,
    pub is_published: bool,
    /// Somebody is to look at it.
    pub is_flagged: bool,
    /// It was published, and its author is suspended or archived.
    pub is_hidden: bool,
    /// Its author is neither suspended nor archived.
    pub is_author_active: bool,
    /// A moderator keeps it from view.
    pub is_withheld: bool,
}

/// A story; nothing when there is none. One query.
pub fn one(conn: &mut Conn<'_>, story_id: i64) -> Result<Option<Flagged>, Error> {
    let row = conn.first(
        "SELECT s.author_id, s.title, s.is_published, s.is_flagged, s.hidden_at IS NOT NULL,
                u.suspended_at IS NULL AND u.archived_at IS NULL, s.withheld_at IS NOT NULL
         FROM stories s JOIN users u ON u.id = s.author_id WHERE s.id = $1",
        &[&story_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Flagged {
        author_id: row.take()?,
        title: row.take()?,
        is_published: row.take()?,
        is_flagged: row.take()?,
        is_hidden: row.take()?,
        is_author_active: row.take()?,
        is_withheld: row.take()?,
    }))
}

/// Notes that somebody is to look at a story, and why. The first reason stays until it was looked at.
pub fn flag(conn: &mut Conn<'_>, story_id: i64, reason: &str) -> Result<(), Error> {
    conn.execute(
        "UPDATE stories SET is_flagged = TRUE, flagged_reason = $2 WHERE id = $1 AND is_flagged = FALSE",
        &[&story_id, &reason],
    )?;
    Ok(())
}

/// It was looked at.
pub fn unflag(conn: &mut Conn<'_>, story_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE stories SET is_flagged = FALSE, flagged_reason = '' WHERE id = $1 AND is_flagged = TRUE",
        &[&story_id],
    )?;
    Ok(())
}

/// A moderator keeps a story from view: its authors cannot publish it.
pub fn withhold(conn: &mut Conn<'_>, story_id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE stories SET withheld_at = $2, revision = revision + 1 WHERE id = $1 AND withheld_at IS NULL",
        &[&story_id, &now],
    )?;
    Ok(())
}

/// It may be shown again.
pub fn release(conn: &mut Conn<'_>, story_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE stories SET withheld_at = NULL, revision = revision + 1 WHERE id = $1 AND withheld_at IS NOT NULL",
        &[&story_id],
    )?;
    Ok(())
}

/// A hidden story is a draft from now on: it is not shown when its author comes back.
pub fn keep_hidden(conn: &mut Conn<'_>, story_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE stories SET hidden_at = NULL, published_by_id = NULL, version = version + 1, revision = revision + 1
         WHERE id = $1 AND hidden_at IS NOT NULL",
        &[&story_id],
    )?;
    Ok(())
}

/// A draft whose author is not here is shown when they come back.
pub fn show_later(conn: &mut Conn<'_>, story_id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE stories SET hidden_at = $2 WHERE id = $1 AND is_published = FALSE AND hidden_at IS NULL",
        &[&story_id, &now],
    )?;
    Ok(())
}

/// How many stories are flagged. One query.
pub fn flagged(conn: &mut Conn<'_>) -> Result<i64, Error> {
    conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM stories WHERE is_flagged = TRUE",
        &[],
    )?
    .take()
}
