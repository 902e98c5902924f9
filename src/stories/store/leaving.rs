//! What becomes of stories when an account leaves.

use database::{Conn, Error};

use super::writing::Tally;
use crate::pictures;
use crate::stories::effects::{self, Effects};

/// A collaborative story that goes to another of its authors, with what it counts for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOver {
    /// The author of the lowest id among the others.
    pub heir: i64,
    /// What they wrote.
    pub tally: Tally,
    /// By everybody.
    pub views: i64,
    /// By others than the heir.
    pub likes: i64,
    /// By others than the heir.
    pub comments: i64,
}

/// Prepares an account's leaving: a collaborative story goes to another of its authors, and is shown again if it was hidden
/// because of who leaves, the pictures of the others are
/// released, and the running totals of stories that others wrote lose this account's marks. What those marks earned their
/// authors stays theirs. The heirs come last, as people do in every act. The caller deletes the account and announces
/// what the heirs get.
pub fn forget_author(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<Effects, Error> {
    let handed_over = inheritance(conn, user_id)?;
    conn.execute(
        "UPDATE stories SET version = version + 1, revision = revision + 1, hidden_at = NULL,
                is_published = (is_published OR hidden_at IS NOT NULL), author_id = (
             SELECT MIN(a.user_id) FROM story_authors a WHERE a.story_id = stories.id AND a.user_id <> $1)
         WHERE author_id = $1 AND is_collaborative AND EXISTS (
             SELECT 1 FROM story_authors a WHERE a.story_id = stories.id AND a.user_id <> $1)",
        &[&user_id],
    )?;
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
    effects::handed_over(conn, &handed_over, now)
}

/// Who inherits which stories, and what they count. One query.
fn inheritance(conn: &mut Conn<'_>, user_id: i64) -> Result<Vec<HandedOver>, Error> {
    let rows = conn.query(
        "SELECT s.heir, s.is_shown, s.creation_type, s.words, s.views,
                (SELECT CAST(COUNT(*) AS BIGINT) FROM story_likes l
                 WHERE l.story_id = s.id AND l.user_id <> s.heir AND l.user_id <> $1),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM story_comments c
                 WHERE c.story_id = s.id AND c.author_id <> s.heir AND c.author_id <> $1)
         FROM (SELECT o.id, (o.is_published OR o.hidden_at IS NOT NULL) AS is_shown, o.creation_type, o.words, o.views,
                      (SELECT MIN(a.user_id) FROM story_authors a
                       WHERE a.story_id = o.id AND a.user_id <> $1) AS heir
               FROM stories o WHERE o.author_id = $1 AND o.is_collaborative) s
         WHERE s.heir IS NOT NULL",
        &[&user_id],
    )?;
    let stories = rows.into_iter().map(|mut row| {
        Ok(HandedOver {
            heir: row.take()?,
            tally: Tally::from(&mut row)?,
            views: row.take()?,
            likes: row.take()?,
            comments: row.take()?,
        })
    });
    stories.collect()
}
