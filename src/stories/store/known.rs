//! What other nouns may know of stories: who somebody is to one, what it is called, what is written in it.

use std::collections::HashMap;

use database::{Conn, Error, placeholders};

use super::{LENGTHS, as_params, padded, role};
use crate::stories::rules::Role;

/// A story, as somebody comes upon it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it is called.
    pub title: String,
    /// Whether everybody may read it.
    pub is_published: bool,
    /// Rises with what its authors do.
    pub revision: i64,
    /// Who the viewer is to it.
    pub role: Role,
}

/// A story and the viewer's role in it; nothing when there is no such story. One query.
pub fn one(conn: &mut Conn<'_>, story_id: i64, viewer: Option<i64>) -> Result<Option<Known>, Error> {
    let viewer = viewer.unwrap_or_default();
    let row = conn.first(
        "SELECT s.title, s.is_published, s.revision, s.author_id,
                EXISTS (SELECT 1 FROM story_authors a WHERE a.story_id = s.id AND a.user_id = $2)
         FROM stories s WHERE s.id = $1",
        &[&story_id, &viewer],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Known {
        title: row.take()?,
        is_published: row.take()?,
        revision: row.take()?,
        role: role(row.take()?, row.take()?, viewer),
    }))
}

/// What is written in a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What it is called.
    pub title: String,
    /// `en` or `tl`, as its author says.
    pub language: String,
    /// Whether everybody may read it.
    pub is_published: bool,
    /// Rises with what its authors do.
    pub revision: i64,
    /// The first 32 Ki characters of its content: more than anybody makes something of.
    pub content: String,
}

/// The text of a story; nothing when there is no such story. One query.
pub fn text(conn: &mut Conn<'_>, story_id: i64) -> Result<Option<Text>, Error> {
    let row = conn.first(
        "SELECT s.title, s.language, s.is_published, s.revision, SUBSTR(b.content, 1, 32768)
         FROM stories s JOIN story_bodies b ON b.story_id = s.id WHERE s.id = $1",
        &[&story_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Text {
        title: row.take()?,
        language: row.take()?,
        is_published: row.take()?,
        revision: row.take()?,
        content: row.take()?,
    }))
}

/// The revision of a story; nothing when there is no such story. One query.
pub fn revision(conn: &mut Conn<'_>, story_id: i64) -> Result<Option<i64>, Error> {
    let row = conn.first("SELECT revision FROM stories WHERE id = $1", &[&story_id])?;
    row.map(|mut row| row.take()).transpose()
}

/// The titles of these stories, by id, as far as the viewer may see them. One query, none for no stories.
pub fn titles(conn: &mut Conn<'_>, story_ids: Vec<i64>, viewer: i64) -> Result<HashMap<i64, String>, Error> {
    if story_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = padded(story_ids);
    let mut params = vec![&viewer as &dyn database::ToValue];
    params.extend(as_params(&ids));
    let rows = conn.query(&titles_sql(ids.len()), &params)?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

fn titles_sql(count: usize) -> String {
    format!(
        "SELECT s.id, s.title FROM stories s
         WHERE (s.is_published OR s.author_id = $1
                OR EXISTS (SELECT 1 FROM story_authors a WHERE a.story_id = s.id AND a.user_id = $1))
           AND s.id IN ({})",
        placeholders(2, count)
    )
}

/// A published story of which there is something.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Counted {
    pub id: i64,
    pub title: String,
    pub public_cover: String,
    pub category: String,
    pub author_name: String,
    /// How much of it there is.
    pub count: i64,
}

/// The newest published stories of which there is something. `count`, a query in brackets, says how much there is of the
/// story `s`. One query.
pub fn counted(conn: &mut Conn<'_>, count: &str, most: i64) -> Result<Vec<Counted>, Error> {
    let rows = conn.query(&counted_sql(count), &[&most])?;
    let stories = rows.into_iter().map(|mut row| {
        Ok(Counted {
            id: row.take()?,
            title: row.take()?,
            public_cover: row.take()?,
            category: row.take()?,
            author_name: row.take()?,
            count: row.take()?,
        })
    });
    stories.collect()
}

fn counted_sql(count: &str) -> String {
    format!(
        "SELECT id, title, public_cover, category, display_name, amount FROM (
             SELECT s.id, s.title, s.public_cover, s.category, u.display_name, s.date_created, {count} AS amount
             FROM stories s JOIN users u ON u.id = s.author_id WHERE s.is_published) counted
         WHERE amount > 0 ORDER BY date_created DESC, id DESC LIMIT $1"
    )
}

/// Published stories that have changed since somebody read them, or were never read, by their ids from the one after
/// `after`. `read` is a query for the stories that were read and their revisions then. One query.
pub fn unread(conn: &mut Conn<'_>, read: &str, after: i64, most: i64) -> Result<Vec<i64>, Error> {
    let rows = conn.query(&unread_sql(read), &[&after, &most])?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

fn unread_sql(read: &str) -> String {
    format!(
        "SELECT s.id FROM stories s LEFT JOIN ({read}) known ON known.story_id = s.id
         WHERE s.is_published AND s.id > $1 AND (known.revision IS NULL OR known.revision <> s.revision)
         ORDER BY s.id LIMIT $2"
    )
}

/// Every statement that this module puts together, for the test that prepares them all: `count` and `read` as somebody
/// else gives them.
pub fn all_statements(count: &str, read: &str) -> Vec<String> {
    let mut all = LENGTHS.map(titles_sql).to_vec();
    all.extend([counted_sql(count), unread_sql(read)]);
    all
}
