//! The stories of an author who is suspended or archived: nobody sees them meanwhile, and all that were published are
//! shown again when it ends. One that was made a draft in between stays one.

use std::collections::BTreeMap;

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

/// Hides all published stories of the accounts that somebody looks after and that are not archived; how many of each author.
/// One query.
pub fn hide_all_kept_by(conn: &mut Conn<'_>, keeper: i64, now: i64) -> Result<BTreeMap<i64, i64>, Error> {
    let rows = conn.query(
        "UPDATE stories SET is_published = FALSE, hidden_at = $2, version = version + 1, revision = revision + 1
         WHERE is_published AND author_id IN (
             SELECT id FROM users WHERE managed_by_id = $1 AND archived_at IS NULL)
         RETURNING author_id",
        &[&keeper, &now],
    )?;
    let mut hidden = BTreeMap::new();
    for mut row in rows {
        *hidden.entry(row.take()?).or_default() += 1;
    }
    Ok(hidden)
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
