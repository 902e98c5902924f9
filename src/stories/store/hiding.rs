//! The stories of an author who is suspended or archived: nobody sees them meanwhile, and all that were published are
//! shown again when it ends. One that was made a draft in between stays one.

use database::{Conn, Error};

/// Hides all published stories of an author; how many. One query.
pub fn hide_all_of(conn: &mut Conn<'_>, author_id: i64, now: i64) -> Result<i64, Error> {
    let hidden = conn.execute(
        "UPDATE stories SET is_published = FALSE, hidden_at = $2, version = version + 1, revision = revision + 1
         WHERE author_id = $1 AND is_published",
        &[&author_id, &now],
    )?;
    Ok(i64::try_from(hidden).unwrap_or(i64::MAX))
}

/// Shows all hidden stories of an author again; how many. One query.
pub fn show_all_of(conn: &mut Conn<'_>, author_id: i64) -> Result<i64, Error> {
    let shown = conn.execute(
        "UPDATE stories SET is_published = TRUE, hidden_at = NULL, version = version + 1, revision = revision + 1
         WHERE author_id = $1 AND hidden_at IS NOT NULL",
        &[&author_id],
    )?;
    Ok(i64::try_from(shown).unwrap_or(i64::MAX))
}

/// Authors who are kept out and have published stories all the same, at most so many: what was under way when they were
/// put out came after it. One query.
pub fn forgotten(conn: &mut Conn<'_>, most: i64) -> Result<Vec<i64>, Error> {
    let rows = conn.query(
        "SELECT u.id FROM users u
         WHERE u.suspended_at IS NOT NULL
           AND EXISTS (SELECT 1 FROM stories s WHERE s.author_id = u.id AND s.is_published)
         UNION
         SELECT u.id FROM users u
         WHERE u.archived_at IS NOT NULL
           AND EXISTS (SELECT 1 FROM stories s WHERE s.author_id = u.id AND s.is_published)
         ORDER BY id LIMIT $1",
        &[&most],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}
