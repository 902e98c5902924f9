//! Likes, saves and ratings, and what a story shows of them. A story's running totals change in the same transaction as
//! the marks that they count.

use database::{Conn, Error};

/// The value of a first rating that names none.
pub const DEFAULT_RATING: i64 = 5;

/// A like or a save, as its button left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Toggled {
    /// Whether the mark stands now.
    pub is_on: bool,
    /// How many have made the mark.
    pub count: i64,
    /// Who wrote the story.
    pub author_id: i64,
}

/// The statements of a mark that is either on or off.
///
/// `put` inserts the mark, or locks the one that stands and dates it -1, which says that it is to go: a second tap of
/// the same person, on whichever server, waits for the first and then undoes it.
struct Toggle {
    put: &'static str,
    remove: &'static str,
    count: &'static str,
}

const LIKE: Toggle = Toggle {
    put: "INSERT INTO story_likes (story_id, user_id, date_created)
          SELECT s.id, $2, $3 FROM stories s WHERE s.id = $1 AND s.is_published
          ON CONFLICT (story_id, user_id) DO UPDATE SET date_created = -1
          RETURNING date_created",
    remove: "DELETE FROM story_likes WHERE story_id = $1 AND user_id = $2",
    count: "UPDATE stories SET likes_count = likes_count + $2, version = version + 1 WHERE id = $1
            RETURNING likes_count, author_id",
};

/// What was saved can be unsaved, also when the story has been unpublished since.
const SAVE: Toggle = Toggle {
    put: "INSERT INTO story_saves (story_id, user_id, date_saved)
          SELECT s.id, $2, $3 FROM stories s
          WHERE s.id = $1 AND (s.is_published OR EXISTS (
              SELECT 1 FROM story_saves v WHERE v.story_id = s.id AND v.user_id = $2))
          ON CONFLICT (story_id, user_id) DO UPDATE SET date_saved = -1
          RETURNING date_saved",
    remove: "DELETE FROM story_saves WHERE story_id = $1 AND user_id = $2",
    count: "UPDATE stories SET saves_count = saves_count + $2, version = version + 1 WHERE id = $1
            RETURNING saves_count, author_id",
};

impl Toggle {
    fn press(
        &self,
        conn: &mut Conn<'_>,
        story_id: i64,
        user_id: i64,
        now: i64,
    ) -> Result<Option<Toggled>, Error> {
        let Some(mut mark) = conn.first(self.put, &[&story_id, &user_id, &now])? else {
            return Ok(None);
        };
        let is_on = mark.take::<i64>()? != -1;
        if !is_on {
            conn.execute(self.remove, &[&story_id, &user_id])?;
        }
        let change: i64 = if is_on { 1 } else { -1 };
        let mut story = conn.one(self.count, &[&story_id, &change])?;
        Ok(Some(Toggled {
            is_on,
            count: story.take()?,
            author_id: story.take()?,
        }))
    }
}

/// Likes a published story, or takes the like back; nothing when there is no such story. Two queries, or three.
pub fn like(conn: &mut Conn<'_>, story_id: i64, user_id: i64, now: i64) -> Result<Option<Toggled>, Error> {
    LIKE.press(conn, story_id, user_id, now)
}

/// Saves a published story, or takes the save back; nothing when there is no such story. Two queries, or three.
pub fn save(conn: &mut Conn<'_>, story_id: i64, user_id: i64, now: i64) -> Result<Option<Toggled>, Error> {
    SAVE.press(conn, story_id, user_id, now)
}

/// Somebody's rating of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Rating {
    pub id: i64,
    /// 1 to 5.
    pub value: i64,
    pub date_created: i64,
}

/// Rates a published story, or changes one's rating of it; nothing when there is no such story. Without a value a first
/// rating is [`DEFAULT_RATING`] and a later one stays. Two queries, four for a change.
pub fn rate(
    conn: &mut Conn<'_>,
    story_id: i64,
    user_id: i64,
    value: Option<i64>,
    now: i64,
) -> Result<Option<Rating>, Error> {
    let first = conn.first(
        "INSERT INTO story_ratings (story_id, user_id, value, date_created)
         SELECT s.id, $2, $3, $4 FROM stories s WHERE s.id = $1 AND s.is_published
         ON CONFLICT (story_id, user_id) DO NOTHING
         RETURNING id, value, date_created",
        &[&story_id, &user_id, &value.unwrap_or(DEFAULT_RATING), &now],
    )?;
    if let Some(mut row) = first {
        let rating = Rating {
            id: row.take()?,
            value: row.take()?,
            date_created: row.take()?,
        };
        add_to_ratings(conn, story_id, 1, rating.value)?;
        return Ok(Some(rating));
    }
    // Written back as it is: the old value has to stand still until the total is changed by the difference.
    let earlier = conn.first(
        "UPDATE story_ratings SET value = value
         WHERE story_id = $1 AND user_id = $2 AND EXISTS (
             SELECT 1 FROM stories s WHERE s.id = $1 AND s.is_published)
         RETURNING id, value, date_created",
        &[&story_id, &user_id],
    )?;
    let Some(mut row) = earlier else { return Ok(None) };
    let earlier = Rating {
        id: row.take()?,
        value: row.take()?,
        date_created: row.take()?,
    };
    let value = value.unwrap_or(earlier.value);
    if value != earlier.value {
        conn.execute(
            "UPDATE story_ratings SET value = $2 WHERE id = $1",
            &[&earlier.id, &value],
        )?;
        add_to_ratings(conn, story_id, 0, value - earlier.value)?;
    }
    Ok(Some(Rating { value, ..earlier }))
}

fn add_to_ratings(conn: &mut Conn<'_>, story_id: i64, count: i64, sum: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE stories SET ratings_count = ratings_count + $2, ratings_sum = ratings_sum + $3, version = version + 1
         WHERE id = $1",
        &[&story_id, &count, &sum],
    )?;
    Ok(())
}

/// What the reader's screen asks for every few seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Stats {
    pub likes_count: i64,
    pub comments_count: i64,
    pub views: i64,
    pub saves_count: i64,
    pub is_liked: bool,
    pub is_saved: bool,
}

/// The numbers of a story that the viewer may see; nothing when there is no such story. One query.
pub fn stats(conn: &mut Conn<'_>, story_id: i64, viewer: Option<i64>) -> Result<Option<Stats>, Error> {
    let row = conn.first(
        "SELECT s.likes_count, s.comments_count, s.views, s.saves_count,
                EXISTS (SELECT 1 FROM story_likes l WHERE l.story_id = s.id AND l.user_id = $2),
                EXISTS (SELECT 1 FROM story_saves v WHERE v.story_id = s.id AND v.user_id = $2)
         FROM stories s
         WHERE s.id = $1 AND (s.is_published OR s.author_id = $2 OR EXISTS (
             SELECT 1 FROM story_authors a WHERE a.story_id = s.id AND a.user_id = $2))",
        &[&story_id, &viewer.unwrap_or_default()],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Stats {
        likes_count: row.take()?,
        comments_count: row.take()?,
        views: row.take()?,
        saves_count: row.take()?,
        is_liked: row.take()?,
        is_saved: row.take()?,
    }))
}
