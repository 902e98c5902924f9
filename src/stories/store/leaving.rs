//! What becomes of stories when an account leaves.

use database::{Conn, Error};

use super::writing::Tally;
use crate::pictures;
use crate::stories::effects;

/// Prepares an account's leaving: a collaborative story goes to another of its authors, the pictures of the others are
/// released, and the running totals of stories that others wrote lose this account's marks. What those marks earned their
/// authors stays theirs. The caller deletes the account.
pub fn forget_author(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<(), Error> {
    let handed_over = conn.query(
        "UPDATE stories SET version = version + 1, revision = revision + 1, author_id = (
             SELECT MIN(a.user_id) FROM story_authors a WHERE a.story_id = stories.id AND a.user_id <> $1)
         WHERE author_id = $1 AND is_collaborative AND EXISTS (
             SELECT 1 FROM story_authors a WHERE a.story_id = stories.id AND a.user_id <> $1)
         RETURNING author_id, is_published, creation_type, words",
        &[&user_id],
    )?;
    for mut row in handed_over {
        let heir = row.take()?;
        effects::handed_over(conn, heir, &Tally::from(&mut row)?, now)?;
    }
    // Their name goes from the lists; the sum of the names' versions alone might stay the same.
    conn.execute(
        "UPDATE stories SET version = version + 1
         WHERE id IN (SELECT story_id FROM story_authors WHERE user_id = $1)",
        &[&user_id],
    )?;
    pictures::store::release_author(conn, user_id, now)?;
    conn.execute(
        "UPDATE stories SET likes_count = likes_count - 1, version = version + 1
         WHERE id IN (SELECT story_id FROM story_likes WHERE user_id = $1)",
        &[&user_id],
    )?;
    conn.execute(
        "UPDATE stories SET saves_count = saves_count - 1, version = version + 1
         WHERE id IN (SELECT story_id FROM story_saves WHERE user_id = $1)",
        &[&user_id],
    )?;
    conn.execute(
        "UPDATE stories SET ratings_count = ratings_count - 1, version = version + 1,
                ratings_sum = ratings_sum - (
                    SELECT r.value FROM story_ratings r WHERE r.story_id = stories.id AND r.user_id = $1)
         WHERE id IN (SELECT story_id FROM story_ratings WHERE user_id = $1)",
        &[&user_id],
    )?;
    conn.execute(
        "UPDATE stories SET version = version + 1,
                comments_count = comments_count - (
                    SELECT CAST(COUNT(*) AS BIGINT) FROM story_comments c
                    WHERE c.story_id = stories.id AND c.author_id = $1)
         WHERE id IN (SELECT story_id FROM story_comments WHERE author_id = $1)",
        &[&user_id],
    )?;
    Ok(())
}
