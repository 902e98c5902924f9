//! Figures of a child's doings, read where they are kept: stories, reads, ratings, achievements, friends. Each function is
//! one statement, whose cost follows what this child has done and nothing else.

use database::{Conn, Error};

use crate::family::rules::figures::{DAYS, Figures, Reads, Since, Written};

/// What each kind of activity shows at most.
const NEWEST: i64 = 5;
/// Achievements that are shown as milestones.
const MILESTONES: i64 = 10;
/// Reads by which it is judged what a child likes, and when it reads.
const JUDGED: i64 = 500;

/// What a child has done; nothing when there is no such account. One query.
pub fn of(conn: &mut Conn<'_>, child: i64, since: &Since) -> Result<Option<Figures>, Error> {
    let row = conn.first(
        "SELECT COALESCE(c.stories_read, 0),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM story_reads r WHERE r.user_id = u.id AND r.date_read > $2),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM story_reads r WHERE r.user_id = u.id AND r.date_read >= $4),
                u.published_count,
                (SELECT CAST(COUNT(*) AS BIGINT) FROM stories s
                 WHERE s.author_id = u.id AND s.is_published AND s.date_created > $2),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM stories s
                 WHERE s.author_id = u.id AND s.is_published AND s.date_created > $3),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards a
                 WHERE a.user_id = u.id AND a.action = 'achievement_earned'),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards a
                 WHERE a.user_id = u.id AND a.action = 'achievement_earned' AND a.awarded_at > $3),
                (SELECT CAST(COALESCE(SUM(s.likes_count), 0) AS BIGINT) FROM stories s WHERE s.author_id = u.id),
                (SELECT CAST(COALESCE(SUM(s.comments_count), 0) AS BIGINT) FROM stories s WHERE s.author_id = u.id),
                CAST((SELECT COUNT(*) FROM friendships f WHERE f.sender_id = u.id AND f.status = 'accepted')
                   + (SELECT COUNT(*) FROM friendships f WHERE f.receiver_id = u.id AND f.status = 'accepted')
                   AS BIGINT)
         FROM users u LEFT JOIN reward_counts c ON c.user_id = u.id WHERE u.id = $1",
        &[&child, &since.week, &since.month, &since.first_of_month],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Figures {
        read: row.take()?,
        read_this_week: row.take()?,
        read_since_first: row.take()?,
        published: row.take()?,
        published_this_week: row.take()?,
        published_this_month: row.take()?,
        achievements: row.take()?,
        achievements_this_month: row.take()?,
        likes: row.take()?,
        comments: row.take()?,
        friends: row.take()?,
    }))
}

/// A story that a child read or published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it is called.
    pub title: String,
    /// As its author chose it.
    pub category: String,
    /// When it was read, or made.
    pub at: i64,
    /// The child's own rating of what it read, or the likes of what it published.
    pub mark: Option<i64>,
}

/// What a child read last, the newest first, without what cannot be read any more. One query.
pub fn newest_reads(conn: &mut Conn<'_>, child: i64) -> Result<Vec<Seen>, Error> {
    let rows = conn.query(
        "SELECT s.title, s.category, r.date_read, m.value
         FROM story_reads r JOIN stories s ON s.id = r.story_id
         LEFT JOIN story_ratings m ON m.story_id = s.id AND m.user_id = r.user_id
         WHERE r.user_id = $1 AND s.is_published
         ORDER BY r.date_read DESC, r.id DESC LIMIT $2",
        &[&child, &NEWEST],
    )?;
    rows.into_iter().map(seen).collect()
}

/// What a child published last, the newest first. One query.
pub fn newest_published(conn: &mut Conn<'_>, child: i64) -> Result<Vec<Seen>, Error> {
    let rows = conn.query(
        "SELECT title, category, date_created, likes_count FROM stories
         WHERE author_id = $1 AND is_published
         ORDER BY date_created DESC, id DESC LIMIT $2",
        &[&child, &NEWEST],
    )?;
    rows.into_iter().map(seen).collect()
}

fn seen(mut row: database::Row) -> Result<Seen, Error> {
    Ok(Seen {
        title: row.take()?,
        category: row.take()?,
        at: row.take()?,
        mark: row.take()?,
    })
}

/// The achievements that a child earned last, by id, and when; the newest first. One query.
pub fn milestones(conn: &mut Conn<'_>, child: i64) -> Result<Vec<(i64, i64)>, Error> {
    let rows = conn.query(
        "SELECT object_id, awarded_at FROM xp_awards
         WHERE user_id = $1 AND action = 'achievement_earned'
         ORDER BY awarded_at DESC, object_id LIMIT $2",
        &[&child, &MILESTONES],
    )?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// What a child wrote, by category and by day. One query.
pub fn written(conn: &mut Conn<'_>, child: i64, first_day: i64) -> Result<Vec<Written>, Error> {
    let rows = conn.query(
        "SELECT category, is_published, day, CAST(COUNT(*) AS BIGINT),
                CAST(SUM(ratings_sum) AS BIGINT), CAST(SUM(ratings_count) AS BIGINT)
         FROM (SELECT category, is_published, ratings_sum, ratings_count,
                      CASE WHEN date_created < $2 THEN -1 ELSE (date_created - $2) / 86400000000 END AS day
               FROM stories WHERE author_id = $1) written
         GROUP BY category, is_published, day ORDER BY category, is_published, day",
        &[&child, &first_day],
    )?;
    let groups = rows.into_iter().map(|mut row| {
        Ok(Written {
            category: row.take()?,
            is_published: row.take()?,
            day: row.take()?,
            stories: row.take()?,
            ratings_sum: row.take()?,
            ratings_count: row.take()?,
        })
    });
    groups.collect()
}

/// What a child read: in all, on each of the last seven days, and the newest 500 by category. Two queries.
pub fn reads(conn: &mut Conn<'_>, child: i64, first_day: i64) -> Result<Reads, Error> {
    let mut reads = Reads::default();
    let days = conn.query(
        "SELECT day, CAST(COUNT(*) AS BIGINT)
         FROM (SELECT (date_read - $2) / 86400000000 AS day FROM story_reads
               WHERE user_id = $1 AND date_read >= $2) by_day
         GROUP BY day
         UNION ALL
         SELECT -1, stories_read FROM reward_counts WHERE user_id = $1",
        &[&child, &first_day],
    )?;
    for mut row in days {
        let (day, count): (i64, i64) = (row.take()?, row.take()?);
        match usize::try_from(day) {
            Ok(day) if day < DAYS => reads.by_day[day] = count,
            // Of a clock that has gone back since.
            Ok(_) => {}
            Err(_) => reads.total = count,
        }
    }
    let newest = conn.query(
        "SELECT r.date_read, s.category
         FROM (SELECT story_id, date_read FROM story_reads WHERE user_id = $1
               ORDER BY date_read DESC LIMIT $2) r
         JOIN stories s ON s.id = r.story_id",
        &[&child, &JUDGED],
    )?;
    reads.newest = newest
        .into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect::<Result<_, Error>>()?;
    Ok(reads)
}
