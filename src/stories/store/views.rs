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

/// Counts looks, and that their readers read the stories. One query for each look by a guest, two for others.
pub fn add(conn: &mut Conn<'_>, looks: &[Look]) -> Result<(), Error> {
    for look in looks {
        conn.execute(
            "UPDATE stories SET views = views + $2 WHERE id = $1",
            &[&look.story_id, &look.count],
        )?;
        if look.reader_id == 0 {
            continue;
        }
        conn.execute(
            "INSERT INTO story_reads (story_id, user_id, date_read)
             SELECT s.id, u.id, $3 FROM stories s, users u WHERE s.id = $1 AND u.id = $2
             ON CONFLICT (story_id, user_id) DO NOTHING",
            &[&look.story_id, &look.reader_id, &look.at],
        )?;
    }
    Ok(())
}
