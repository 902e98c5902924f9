//! Stories that several people write: who belongs to them, by what happens in a session. Sessions themselves are not
//! known here.

use database::{Conn, Error, placeholders};

use super::{as_params, padded};

/// Rows in the list of one's collaborative stories at most; it has no pages.
const MOST_LISTED: i64 = 100;

/// Makes a story of this author a collaborative one, with these co-authors; false when there is no such story or it is
/// not theirs. Two queries.
pub fn link(conn: &mut Conn<'_>, story_id: i64, author_id: i64, authors: &[i64]) -> Result<bool, Error> {
    let linked = conn.execute(
        "UPDATE stories SET is_collaborative = $3, version = version + 1 WHERE id = $1 AND author_id = $2",
        &[&story_id, &author_id, &true],
    )?;
    if linked == 0 {
        return Ok(false);
    }
    let authors = padded(authors.iter().copied().chain([author_id]).collect());
    let mut params = vec![&story_id as &dyn database::ToValue];
    params.extend(as_params(&authors));
    conn.execute(&add_authors_sql(authors.len()), &params)?;
    Ok(true)
}

fn add_authors_sql(count: usize) -> String {
    format!(
        "INSERT INTO story_authors (story_id, user_id)
         SELECT CAST($1 AS BIGINT), u.id FROM users u WHERE u.id IN ({})
         ON CONFLICT (story_id, user_id) DO NOTHING",
        placeholders(2, count)
    )
}

/// Makes somebody a co-author of a collaborative story, if it is one and they are none. One or two queries.
pub fn add_author(conn: &mut Conn<'_>, story_id: i64, user_id: i64) -> Result<(), Error> {
    let added = conn.execute(
        "INSERT INTO story_authors (story_id, user_id)
         SELECT s.id, CAST($2 AS BIGINT) FROM stories s WHERE s.id = $1 AND s.is_collaborative
         ON CONFLICT (story_id, user_id) DO NOTHING",
        &[&story_id, &user_id],
    )?;
    touch(conn, story_id, added)
}

/// Takes a co-author away from a story; its author stays. One or two queries.
pub fn remove_author(conn: &mut Conn<'_>, story_id: i64, user_id: i64) -> Result<(), Error> {
    let removed = conn.execute(
        "DELETE FROM story_authors WHERE story_id = $1 AND user_id = $2
           AND EXISTS (SELECT 1 FROM stories s WHERE s.id = $1 AND s.author_id <> $2)",
        &[&story_id, &user_id],
    )?;
    touch(conn, story_id, removed)
}

/// Lists show the names of authors.
fn touch(conn: &mut Conn<'_>, story_id: i64, changed: u64) -> Result<(), Error> {
    if changed > 0 {
        conn.execute(
            "UPDATE stories SET version = version + 1 WHERE id = $1",
            &[&story_id],
        )?;
    }
    Ok(())
}

/// A collaborative story in the list of those who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Together {
    pub id: i64,
    pub title: String,
    /// Its author first, then the co-authors: ids with display names.
    pub authors: Vec<(i64, String)>,
    pub is_published: bool,
    /// The user name of who published it.
    pub published_by: Option<String>,
    pub date_created: i64,
    pub date_updated: i64,
    /// The cover as others see it: a URL, a picture's reference, or empty.
    pub public_cover: String,
    pub category: String,
    pub views: i64,
}

/// The collaborative stories that somebody wrote or co-wrote, newest first, 100 at most. One query, two when there
/// are any.
pub fn of(conn: &mut Conn<'_>, user_id: i64) -> Result<Vec<Together>, Error> {
    let rows = conn.query(
        "SELECT s.id, s.title, s.author_id, u.display_name, s.is_published, p.username, s.date_created,
                s.date_updated, s.public_cover, s.category, s.views
         FROM stories s JOIN users u ON u.id = s.author_id LEFT JOIN users p ON p.id = s.published_by_id
         WHERE s.is_collaborative AND s.id IN (
             SELECT id FROM stories WHERE author_id = $1
             UNION SELECT story_id FROM story_authors WHERE user_id = $1)
         ORDER BY s.date_created DESC, s.id DESC LIMIT $2",
        &[&user_id, &MOST_LISTED],
    )?;
    let mut stories: Vec<Together> = rows
        .into_iter()
        .map(|mut row| {
            Ok(Together {
                id: row.take()?,
                title: row.take()?,
                authors: vec![(row.take()?, row.take()?)],
                is_published: row.take()?,
                published_by: row.take()?,
                date_created: row.take()?,
                date_updated: row.take()?,
                public_cover: row.take()?,
                category: row.take()?,
                views: row.take()?,
            })
        })
        .collect::<Result<_, Error>>()?;
    if !stories.is_empty() {
        name_others(conn, &mut stories)?;
    }
    Ok(stories)
}

fn name_others(conn: &mut Conn<'_>, stories: &mut [Together]) -> Result<(), Error> {
    let ids = padded(stories.iter().map(|story| story.id).collect());
    for mut row in conn.query(&co_authors_sql(ids.len()), &as_params(&ids))? {
        let (story_id, author) = (row.take::<i64>()?, (row.take()?, row.take()?));
        if let Some(story) = stories.iter_mut().find(|story| story.id == story_id) {
            story.authors.push(author);
        }
    }
    Ok(())
}

/// Ids and names of the authors of `count` stories other than the main one.
fn co_authors_sql(count: usize) -> String {
    format!(
        "SELECT a.story_id, u.id, u.display_name
         FROM story_authors a JOIN users u ON u.id = a.user_id JOIN stories s ON s.id = a.story_id
         WHERE a.story_id IN ({}) AND a.user_id <> s.author_id
         ORDER BY a.story_id, u.id",
        placeholders(1, count)
    )
}

/// Who wrote a collaborative story, its author among them; nobody for another one. One query.
pub fn authors(conn: &mut Conn<'_>, story_id: i64) -> Result<Vec<i64>, Error> {
    let rows = conn.query(
        "SELECT user_id FROM story_authors WHERE story_id = $1 ORDER BY user_id",
        &[&story_id],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// How many collaborative stories somebody wrote or co-wrote. One query.
pub fn count(conn: &mut Conn<'_>, user_id: i64) -> Result<i64, Error> {
    conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM story_authors WHERE user_id = $1",
        &[&user_id],
    )?
    .take()
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    super::LENGTHS
        .into_iter()
        .flat_map(|count| [add_authors_sql(count), co_authors_sql(count)])
        .collect()
}
