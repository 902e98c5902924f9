//! Comments. A story's count of them, and its version, change in the same transaction.

use database::{Conn, Error};

/// Where a comment stands.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Comment {
    pub id: i64,
    pub story_id: i64,
    pub author_id: i64,
    pub author_name: String,
    pub body: String,
    pub date_created: i64,
}

/// What a version of a page of comments depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Comments under the story.
    pub count: i64,
    /// The version of the story, which rises with every comment that is made, edited or deleted.
    pub version: i64,
    /// The names shown on the page: the profile versions of their owners, summed.
    pub names_version: i64,
}

/// The head of a page of comments under a published story; nothing when there is no such story. One query, no texts.
pub fn head(conn: &mut Conn<'_>, story_id: i64, limit: i64, offset: i64) -> Result<Option<Head>, Error> {
    let row = conn.first(
        "SELECT s.comments_count, s.version, (
             SELECT CAST(COALESCE(SUM(u.profile_version), 0) AS BIGINT)
             FROM (SELECT author_id FROM story_comments WHERE story_id = $1
                   ORDER BY date_created DESC, id DESC LIMIT $2 OFFSET $3) c
             JOIN users u ON u.id = c.author_id)
         FROM stories s WHERE s.id = $1 AND s.is_published",
        &[&story_id, &limit, &offset],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Head {
        count: row.take()?,
        version: row.take()?,
        names_version: row.take()?,
    }))
}

/// A stretch of the comments under a story, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The story.
    pub story_id: i64,
    /// Only comments older than this: date and id.
    older_than: (i64, i64),
    /// Comments to leave out after that.
    offset: i64,
    /// Comments at most.
    limit: i64,
}

impl Span {
    /// `limit` comments after the newest `offset`.
    pub fn new(story_id: i64, limit: i64, offset: i64) -> Self {
        Self {
            story_id,
            older_than: (i64::MAX, i64::MAX),
            offset,
            limit,
        }
    }

    /// What is left after some comments from its beginning; nothing when that was all of it.
    pub fn after(self, read: &[Comment]) -> Option<Self> {
        let last = read.last()?;
        let limit = self.limit - read.len() as i64;
        let older_than = (last.date_created, last.id);
        (limit > 0).then_some(Self {
            older_than,
            offset: 0,
            limit,
            ..self
        })
    }
}

/// The beginning of a span, as many comments as have `bytes` of text, and always one at least. One query.
pub fn slice(conn: &mut Conn<'_>, span: &Span, bytes: i64) -> Result<Vec<Comment>, Error> {
    let (date, id) = span.older_than;
    let rows = conn.query(
        "SELECT id, story_id, author_id, display_name, body, date_created
         FROM (SELECT c.id, c.story_id, c.author_id, u.display_name, c.body, c.date_created,
                      SUM(OCTET_LENGTH(c.body)) OVER (ORDER BY c.date_created DESC, c.id DESC)
                          - OCTET_LENGTH(c.body) AS bytes_ahead
               FROM (SELECT id, story_id, author_id, body, date_created FROM story_comments
                     WHERE story_id = $1 AND (date_created, id) < ($2, $3)
                     ORDER BY date_created DESC, id DESC LIMIT $4 OFFSET $5) c
               JOIN users u ON u.id = c.author_id) page
         WHERE bytes_ahead < $6
         ORDER BY date_created DESC, id DESC",
        &[&span.story_id, &date, &id, &span.limit, &span.offset, &bytes],
    )?;
    let comments = rows.into_iter().map(|mut row| {
        Ok(Comment {
            id: row.take()?,
            story_id: row.take()?,
            author_id: row.take()?,
            author_name: row.take()?,
            body: row.take()?,
            date_created: row.take()?,
        })
    });
    comments.collect()
}

/// Writes a comment under a published story; with it, who wrote the story. Nothing when there is no such story. Two
/// queries.
pub fn insert(
    conn: &mut Conn<'_>,
    story_id: i64,
    author_id: i64,
    body: &str,
    now: i64,
) -> Result<Option<(Comment, i64)>, Error> {
    let row = conn.first(
        "INSERT INTO story_comments (story_id, author_id, body, date_created)
         SELECT s.id, $2, $3, $4 FROM stories s WHERE s.id = $1 AND s.is_published
         RETURNING id, (SELECT u.display_name FROM users u WHERE u.id = $2)",
        &[&story_id, &author_id, &body, &now],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let (id, author_name) = (row.take()?, row.take()?);
    let story_author = count(conn, story_id, 1)?;
    let comment = Comment {
        id,
        story_id,
        author_id,
        author_name,
        body: body.to_owned(),
        date_created: now,
    };
    Ok(Some((comment, story_author)))
}

/// Who somebody is to a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Wrote it.
    Author,
    /// Wrote the story above it.
    StoryAuthor,
    /// Can read it.
    Reader,
}

/// The caller's standing to a comment; nothing when there is no such comment, or none that the caller may know of.
pub fn standing(conn: &mut Conn<'_>, comment_id: i64, caller: i64) -> Result<Option<Standing>, Error> {
    let row = conn.first(
        "SELECT c.author_id, s.author_id, s.is_published
         FROM story_comments c JOIN stories s ON s.id = c.story_id WHERE c.id = $1",
        &[&comment_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let (author, story_author): (i64, i64) = (row.take()?, row.take()?);
    let is_published: bool = row.take()?;
    Ok(match caller {
        id if id == author => Some(Standing::Author),
        id if id == story_author => Some(Standing::StoryAuthor),
        _ => is_published.then_some(Standing::Reader),
    })
}

/// A comment as those see it who keep order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Overseen {
    pub author_id: i64,
    pub story_id: i64,
    /// Of the story.
    pub title: String,
}

/// A comment, whoever may see it; nothing when there is none. One query.
pub fn overseen(conn: &mut Conn<'_>, comment_id: i64) -> Result<Option<Overseen>, Error> {
    let row = conn.first(
        "SELECT c.author_id, c.story_id, s.title FROM story_comments c JOIN stories s ON s.id = c.story_id
         WHERE c.id = $1",
        &[&comment_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Overseen {
        author_id: row.take()?,
        story_id: row.take()?,
        title: row.take()?,
    }))
}

/// Replaces the text of a comment; nothing when it has vanished. Two queries.
pub fn edit(conn: &mut Conn<'_>, comment_id: i64, body: &str) -> Result<Option<Comment>, Error> {
    let row = conn.first(
        "UPDATE story_comments SET body = $2 WHERE id = $1
         RETURNING story_id, author_id, (SELECT u.display_name FROM users u WHERE u.id = story_comments.author_id),
             date_created",
        &[&comment_id, &body],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let comment = Comment {
        id: comment_id,
        story_id: row.take()?,
        author_id: row.take()?,
        author_name: row.take()?,
        body: body.to_owned(),
        date_created: row.take()?,
    };
    count(conn, comment.story_id, 0)?;
    Ok(Some(comment))
}

/// Deletes a comment; who wrote it, and who wrote the story. Nothing when it has vanished already. Two queries.
pub fn delete(conn: &mut Conn<'_>, comment_id: i64) -> Result<Option<(i64, i64)>, Error> {
    let row = conn.first(
        "DELETE FROM story_comments WHERE id = $1 RETURNING story_id, author_id",
        &[&comment_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let (story_id, author_id) = (row.take()?, row.take()?);
    Ok(Some((author_id, count(conn, story_id, -1)?)))
}

/// Changes the count of a story's comments, and its version; who wrote it.
fn count(conn: &mut Conn<'_>, story_id: i64, change: i64) -> Result<i64, Error> {
    conn.one(
        "UPDATE stories SET comments_count = comments_count + $2, version = version + 1 WHERE id = $1
         RETURNING author_id",
        &[&story_id, &change],
    )?
    .take()
}
