//! The long members of stories: cover, text and canvas, pictures as references.

use database::{Conn, Error, placeholders};

use super::{LENGTHS, as_params, padded};

/// The long members of one story, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Body {
    pub story_id: i64,
    pub cover: String,
    pub content: String,
    pub canvas: String,
}

/// The bodies of some stories: one query. Stories that have vanished are left out.
pub fn of(conn: &mut Conn<'_>, story_ids: &[i64]) -> Result<Vec<Body>, Error> {
    if story_ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = padded(story_ids.to_vec());
    let rows = conn.query(&sql(ids.len()), &as_params(&ids))?;
    let bodies = rows.into_iter().map(|mut row| {
        Ok(Body {
            story_id: row.take()?,
            cover: row.take()?,
            content: row.take()?,
            canvas: row.take()?,
        })
    });
    bodies.collect()
}

fn sql(count: usize) -> String {
    format!(
        "SELECT story_id, cover, content, canvas FROM story_bodies WHERE story_id IN ({})",
        placeholders(1, count)
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    LENGTHS.map(sql).to_vec()
}
