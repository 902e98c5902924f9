//! Views: how often a story was looked at, and who has read it.

use database::{Conn, Error};

/// Looks of one reader at one story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The story; it may have vanished since.
    pub story_id: i64,
    /// Who looked; 0 for guests. The account may have vanished since.
    pub reader_id: i64,
    /// How often.
    pub count: i64,
    /// When, in microseconds.
    pub at: i64,
}

/// What a look meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Looked {
    pub story_id: i64,
    pub author_id: i64,
    /// How often.
    pub count: i64,
    /// Who had not read the story before.
    pub first_reader: Option<i64>,
}

/// Counts looks, and that their readers read the stories; what that meant, without looks at stories that have vanished.
/// One query for each look by a guest, two for others.
pub fn add(conn: &mut Conn<'_>, looks: &[Look]) -> Result<Vec<Looked>, Error> {
    let mut looked = Vec::with_capacity(looks.len());
    for look in looks {
        let story = conn.first(
            "UPDATE stories SET views = views + $2 WHERE id = $1 RETURNING author_id",
            &[&look.story_id, &look.count],
        )?;
        let Some(mut story) = story else { continue };
        looked.push(Looked {
            story_id: look.story_id,
            author_id: story.take()?,
            count: look.count,
            first_reader: read(conn, look)?,
        });
    }
    Ok(looked)
}

/// Who reads a story with this look that they had not read before.
fn read(conn: &mut Conn<'_>, look: &Look) -> Result<Option<i64>, Error> {
    if look.reader_id == 0 {
        return Ok(None);
    }
    let row = conn.first(
        "INSERT INTO story_reads (story_id, user_id, date_read)
             SELECT s.id, u.id, $3 FROM stories s, users u WHERE s.id = $1 AND u.id = $2
             ON CONFLICT (story_id, user_id) DO NOTHING
             RETURNING user_id",
        &[&look.story_id, &look.reader_id, &look.at],
    )?;
    row.map(|mut row| row.take()).transpose()
}
