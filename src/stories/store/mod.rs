//! The SQL of stories, by what is done with them.

pub mod bodies;
pub mod characters;
pub mod comments;
pub mod feed;
pub mod flags;
pub mod hiding;
pub mod known;
pub mod leaving;
pub mod lists;
pub mod marks;
pub mod overseen;
pub mod together;
pub mod views;
pub mod writing;

#[cfg(test)]
mod characters_tests;
#[cfg(test)]
mod comments_tests;
#[cfg(test)]
mod marks_tests;
#[cfg(test)]
mod writing_tests;

use database::{Conn, Dialect, Error, Row, placeholders};

use self::bodies::Body;
use super::rules::Role;

/// A story without its long members, as somebody sees it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Story {
    pub id: i64,
    pub author_id: i64,
    pub author_name: String,
    pub author_username: String,
    /// Author first, then co-authors; empty unless the story is collaborative.
    pub authors_names: Vec<String>,
    pub title: String,
    pub summary: Option<String>,
    pub category: String,
    /// A JSON list, as stored.
    pub genres: String,
    pub language: String,
    pub creation_type: String,
    pub is_published: bool,
    pub is_collaborative: bool,
    pub date_created: i64,
    pub date_updated: i64,
    pub views: i64,
    pub likes_count: i64,
    pub comments_count: i64,
    pub saves_count: i64,
    pub ratings_sum: i64,
    pub ratings_count: i64,
    /// The cover as others see it: a URL, a picture's reference, or empty.
    pub public_cover: String,
    pub is_liked: bool,
    pub is_saved: bool,
    /// When the viewer saved it; in the saved list only.
    pub date_saved: Option<i64>,
}

impl Story {
    /// The next columns of a row: [`COLUMNS`], and whether the viewer likes and saved it.
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            author_id: row.take()?,
            author_name: row.take()?,
            author_username: row.take()?,
            authors_names: Vec::new(),
            title: row.take()?,
            summary: row.take()?,
            category: row.take()?,
            genres: row.take()?,
            language: row.take()?,
            creation_type: row.take()?,
            is_published: row.take()?,
            is_collaborative: row.take()?,
            date_created: row.take()?,
            date_updated: row.take()?,
            views: row.take()?,
            likes_count: row.take()?,
            comments_count: row.take()?,
            saves_count: row.take()?,
            ratings_sum: row.take()?,
            ratings_count: row.take()?,
            public_cover: row.take()?,
            is_liked: row.take()?,
            is_saved: row.take()?,
            date_saved: None,
        })
    }
}

/// The first 21 columns of a story, `s`, whose author is `u`.
const COLUMNS: &str =
    "s.id, s.author_id, u.display_name, u.username, s.title, s.summary, s.category, s.genres,
    s.language, s.creation_type, s.is_published, s.is_collaborative, s.date_created, s.date_updated, s.views,
    s.likes_count, s.comments_count, s.saves_count, s.ratings_sum, s.ratings_count, s.public_cover";

/// One story with the viewer's role; nothing when there is no such story. One query, two for a collaborative story.
pub fn one(conn: &mut Conn<'_>, story_id: i64, viewer: Option<i64>) -> Result<Option<(Story, Role)>, Error> {
    let row = conn.first(&one_sql(false), &[&story_id, &viewer.unwrap_or_default()])?;
    row.map(|mut row| seen(conn, &mut row, viewer)).transpose()
}

/// The long members of a story that was looked up.
#[derive(Debug)]
pub enum Long {
    /// Few enough to come along.
    Here(Body),
    /// So many bytes that there must be room for them before they are read.
    Apart(i64),
}

/// Bytes of long members that come along with their story.
const COMING_ALONG: i64 = 64 * 1024;

/// The same with its long members, for no query more, unless they are very long.
pub fn whole(
    conn: &mut Conn<'_>,
    story_id: i64,
    viewer: Option<i64>,
) -> Result<Option<(Story, Role, Long)>, Error> {
    let row = conn.first(&one_sql(true), &[&story_id, &viewer.unwrap_or_default()])?;
    let Some(mut row) = row else { return Ok(None) };
    let (story, role) = seen(conn, &mut row, viewer)?;
    let bytes: i64 = row.take()?;
    let long = if bytes > COMING_ALONG {
        Long::Apart(bytes)
    } else {
        Long::Here(Body {
            story_id,
            cover: row.take()?,
            content: row.take()?,
            canvas: row.take()?,
        })
    };
    Ok(Some((story, role, long)))
}

/// A row of `one_sql` as the viewer sees it.
fn seen(conn: &mut Conn<'_>, row: &mut Row, viewer: Option<i64>) -> Result<(Story, Role), Error> {
    let mut story = Story::from(row)?;
    let role = role(story.author_id, row.take()?, viewer.unwrap_or_default());
    name_authors(conn, std::slice::from_mut(&mut story))?;
    Ok((story, role))
}

fn one_sql(with_body: bool) -> String {
    let (columns, join) = if with_body {
        let coming_along =
            |column| format!("CASE WHEN s.body_bytes <= {COMING_ALONG} THEN b.{column} ELSE '' END");
        (
            format!(
                ", s.body_bytes, {}, {}, {}",
                coming_along("cover"),
                coming_along("content"),
                coming_along("canvas")
            ),
            " JOIN story_bodies b ON b.story_id = s.id",
        )
    } else {
        (String::new(), "")
    };
    format!(
        "SELECT {COLUMNS},
                EXISTS (SELECT 1 FROM story_likes l WHERE l.story_id = s.id AND l.user_id = $2),
                EXISTS (SELECT 1 FROM story_saves v WHERE v.story_id = s.id AND v.user_id = $2),
                EXISTS (SELECT 1 FROM story_authors a WHERE a.story_id = s.id AND a.user_id = $2){columns}
         FROM stories s JOIN users u ON u.id = s.author_id{join}
         WHERE s.id = $1"
    )
}

/// The viewer's role in a story and the bytes of its long members, without their pictures; nothing when there is no such
/// story.
pub fn standing(
    conn: &mut Conn<'_>,
    story_id: i64,
    viewer: Option<i64>,
) -> Result<Option<(Role, i64)>, Error> {
    let viewer = viewer.unwrap_or_default();
    let row = conn.first(
        "SELECT s.author_id, EXISTS (SELECT 1 FROM story_authors a WHERE a.story_id = s.id AND a.user_id = $2),
                s.body_bytes
         FROM stories s WHERE s.id = $1",
        &[&story_id, &viewer],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let (author_id, is_co_author): (i64, bool) = (row.take()?, row.take()?);
    Ok(Some((role(author_id, is_co_author, viewer), row.take()?)))
}

fn role(author_id: i64, is_co_author: bool, viewer: i64) -> Role {
    if author_id == viewer {
        Role::Author
    } else if is_co_author {
        Role::CoAuthor
    } else {
        Role::Reader
    }
}

/// Fills in the names of the authors of collaborative stories: one query for all of them, none when there are none.
fn name_authors(conn: &mut Conn<'_>, stories: &mut [Story]) -> Result<(), Error> {
    let ids: Vec<i64> = stories
        .iter()
        .filter(|story| story.is_collaborative)
        .map(|story| story.id)
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let ids = padded(ids);
    let rows = conn.query(&co_author_names_sql(ids.len()), &as_params(&ids))?;
    for mut row in rows {
        let (story_id, name): (i64, String) = (row.take()?, row.take()?);
        let Some(story) = stories.iter_mut().find(|story| story.id == story_id) else {
            continue;
        };
        if story.authors_names.is_empty() {
            story.authors_names.push(story.author_name.clone());
        }
        story.authors_names.push(name);
    }
    for story in stories
        .iter_mut()
        .filter(|story| story.is_collaborative && story.authors_names.is_empty())
    {
        story.authors_names.push(story.author_name.clone());
    }
    Ok(())
}

/// The names of the authors of `count` stories other than the main one.
fn co_author_names_sql(count: usize) -> String {
    format!(
        "SELECT a.story_id, u.display_name
         FROM story_authors a JOIN users u ON u.id = a.user_id JOIN stories s ON s.id = a.story_id
         WHERE a.story_id IN ({}) AND a.user_id <> s.author_id
         ORDER BY a.story_id, u.id",
        placeholders(1, count)
    )
}

/// Ids repeated up to one of a few lengths, so that a page of any size uses one of a few prepared statements.
fn padded(mut ids: Vec<i64>) -> Vec<i64> {
    let length = LENGTHS
        .into_iter()
        .find(|length| *length >= ids.len())
        .unwrap_or(ids.len());
    if let Some(last) = ids.last().copied() {
        ids.resize(length, last);
    }
    ids
}

/// The lengths of padded id lists.
const LENGTHS: [usize; 6] = [1, 4, 16, 64, 128, 512];

fn as_params(ids: &[i64]) -> Vec<&dyn database::ToValue> {
    ids.iter().map(|id| id as &dyn database::ToValue).collect()
}

/// Every statement that this module and those below it put together, for the test that prepares them all.
pub fn all_statements(dialect: Dialect) -> Vec<String> {
    let mut all = LENGTHS.map(co_author_names_sql).to_vec();
    all.extend([one_sql(false), one_sql(true)]);
    all.extend(bodies::all_statements());
    all.extend(lists::all_statements(dialect));
    all.extend(overseen::all_statements(dialect));
    all.extend(together::all_statements());
    all
}
