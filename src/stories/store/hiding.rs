//! Stories of somebody who is suspended or archived: nobody is shown them until that ends.

use database::{Conn, Error};

use crate::rewards::{self, Count, Counts};

/// Hides what somebody published; how many stories that were. It counts as if they were drafts again. Two queries or more.
pub fn hide(conn: &mut Conn<'_>, author_id: i64, now: i64) -> Result<u64, Error> {
    let hidden = conn.execute(
        "UPDATE stories SET is_published = FALSE, hidden_at = $2, version = version + 1, revision = revision + 1
         WHERE author_id = $1 AND is_published = TRUE",
        &[&author_id, &now],
    )?;
    count(conn, author_id, hidden, -1, now)?;
    Ok(hidden)
}

/// Shows what was hidden again; how many stories that were. Two queries or more.
pub fn show(conn: &mut Conn<'_>, author_id: i64, now: i64) -> Result<u64, Error> {
    let shown = conn.execute(
        "UPDATE stories SET is_published = TRUE, hidden_at = NULL, version = version + 1, revision = revision + 1
         WHERE author_id = $1 AND hidden_at IS NOT NULL",
        &[&author_id],
    )?;
    count(conn, author_id, shown, 1, now)?;
    Ok(shown)
}

/// What this leads to was earned before: nothing is told.
fn count(conn: &mut Conn<'_>, author_id: i64, stories: u64, sign: i64, now: i64) -> Result<(), Error> {
    if stories == 0 {
        return Ok(());
    }
    let change = sign * i64::try_from(stories).unwrap_or(i64::MAX);
    rewards::count(conn, author_id, Counts::of(Count::PublishedStories, change), now).map(drop)
}
