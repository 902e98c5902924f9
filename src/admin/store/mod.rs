//! The SQL of figures: sums over the tables of all nouns, looked at and never written to.

use database::{Conn, Error};

use crate::clock::{DAY, MINUTE};

/// Rows of each list of the best.
const BEST: i64 = 10;
/// Since when somebody who was seen is there now.
const NOW: i64 = 15 * MINUTE;
/// The days of a trend, today among them.
pub const TREND_DAYS: i64 = 31;

/// Those who joined on one day, and those of them who were seen lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Cohort {
    pub joined: i64,
    pub stayed: i64,
}

/// Accounts of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct People {
    pub user_type: String,
    pub total: i64,
    pub able: i64,
    pub last_7_days: i64,
    pub last_30_days: i64,
    pub flagged: i64,
    pub now: i64,
    pub daily: i64,
    pub weekly: i64,
    pub monthly: i64,
    /// Who joined yesterday, on the day 8 days ago, and on the day 31 days ago.
    pub cohorts: [Cohort; 3],
}

/// Accounts by kind, those that are archived or keep order too. One query, over all of them.
pub fn people(conn: &mut Conn<'_>, now: i64) -> Result<Vec<People>, Error> {
    let today = now - now.rem_euclid(DAY);
    let rows = conn.query(
        "SELECT user_type, CAST(COUNT(*) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE email_verified_at IS NOT NULL AND suspended_at IS NULL
                                        AND archived_at IS NULL) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE created_at >= $1) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE created_at >= $2) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE is_flagged = TRUE) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE last_seen >= $3) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE last_seen >= $4) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE last_seen >= $1) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE last_seen >= $2) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE created_at >= $6 AND created_at < $5) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE created_at >= $6 AND created_at < $5 AND last_seen >= $5) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE created_at >= $8 AND created_at < $7) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE created_at >= $8 AND created_at < $7 AND last_seen >= $1) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE created_at >= $10 AND created_at < $9) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE created_at >= $10 AND created_at < $9 AND last_seen >= $2) AS BIGINT)
         FROM users GROUP BY user_type ORDER BY user_type",
        &[
            &(now - 7 * DAY),
            &(now - 30 * DAY),
            &(now - NOW),
            &(now - DAY),
            &today,
            &(today - DAY),
            &(today - 7 * DAY),
            &(today - 8 * DAY),
            &(today - 30 * DAY),
            &(today - 31 * DAY),
        ],
    )?;
    let people = rows.into_iter().map(|mut row| {
        let mut people = People {
            user_type: row.take()?,
            total: row.take()?,
            able: row.take()?,
            last_7_days: row.take()?,
            last_30_days: row.take()?,
            flagged: row.take()?,
            now: row.take()?,
            daily: row.take()?,
            weekly: row.take()?,
            monthly: row.take()?,
            cohorts: [Cohort::default(); 3],
        };
        for cohort in &mut people.cohorts {
            *cohort = Cohort {
                joined: row.take()?,
                stayed: row.take()?,
            };
        }
        Ok(people)
    });
    people.collect()
}

/// All stories together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Stories {
    pub total: i64,
    pub published: i64,
    pub last_7_days: i64,
    pub last_30_days: i64,
    pub manual: i64,
    pub ai_assisted: i64,
    pub manual_last_7_days: i64,
    pub ai_last_7_days: i64,
    pub collaborative_last_7_days: i64,
    pub flagged: i64,
    pub likes: i64,
    pub comments: i64,
    pub ratings: i64,
    pub ratings_sum: i64,
    pub views: i64,
}

/// Sums over all stories, drafts too. One query.
pub fn stories(conn: &mut Conn<'_>, now: i64) -> Result<Stories, Error> {
    let mut row = conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE is_published = TRUE) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE date_created >= $1) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE date_created >= $2) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE creation_type = 'manual') AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE creation_type = 'ai_assisted') AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE creation_type = 'manual' AND date_created >= $1) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE creation_type = 'ai_assisted' AND date_created >= $1) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE is_collaborative = TRUE AND date_created >= $1) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE is_flagged = TRUE) AS BIGINT),
                CAST(COALESCE(SUM(likes_count), 0) AS BIGINT),
                CAST(COALESCE(SUM(comments_count), 0) AS BIGINT),
                CAST(COALESCE(SUM(ratings_count), 0) AS BIGINT),
                CAST(COALESCE(SUM(ratings_sum), 0) AS BIGINT),
                CAST(COALESCE(SUM(views), 0) AS BIGINT)
         FROM stories",
        &[&(now - 7 * DAY), &(now - 30 * DAY)],
    )?;
    Ok(Stories {
        total: row.take()?,
        published: row.take()?,
        last_7_days: row.take()?,
        last_30_days: row.take()?,
        manual: row.take()?,
        ai_assisted: row.take()?,
        manual_last_7_days: row.take()?,
        ai_last_7_days: row.take()?,
        collaborative_last_7_days: row.take()?,
        flagged: row.take()?,
        likes: row.take()?,
        comments: row.take()?,
        ratings: row.take()?,
        ratings_sum: row.take()?,
        views: row.take()?,
    })
}

/// What else there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Others {
    pub characters: i64,
    pub characters_last_7_days: i64,
    pub friendships: i64,
    pub friend_requests: i64,
    pub messages: i64,
    pub collaborations: i64,
    pub collaborations_open: i64,
    pub family_links: i64,
    pub achievements: i64,
    pub flagged_comments: i64,
    pub games_last_7_days: i64,
}

/// Counts of other tables. One query.
pub fn others(conn: &mut Conn<'_>, now: i64) -> Result<Others, Error> {
    let mut row = conn.one(
        "SELECT (SELECT CAST(COUNT(*) AS BIGINT) FROM characters),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM characters WHERE date_created >= $1),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM friendships WHERE status = 'accepted'),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM friendships WHERE status = 'pending'),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM messages),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM collaborations),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM collaborations WHERE ended_at IS NULL AND expires_at > $2),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM family_links WHERE status = 'active'),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards WHERE action = 'achievement_earned'),
                (SELECT CAST(COUNT(DISTINCT comment_id) AS BIGINT) FROM reports WHERE status = 'open'),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM game_attempts WHERE started_at >= $1)",
        &[&(now - 7 * DAY), &now],
    )?;
    Ok(Others {
        characters: row.take()?,
        characters_last_7_days: row.take()?,
        friendships: row.take()?,
        friend_requests: row.take()?,
        messages: row.take()?,
        collaborations: row.take()?,
        collaborations_open: row.take()?,
        family_links: row.take()?,
        achievements: row.take()?,
        flagged_comments: row.take()?,
        games_last_7_days: row.take()?,
    })
}

/// An author who wrote much.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct TopAuthor {
    pub id: i64,
    pub username: String,
    pub stories: i64,
}

/// Those who wrote most, drafts too; of as many the oldest account first. One query.
pub fn top_authors(conn: &mut Conn<'_>) -> Result<Vec<TopAuthor>, Error> {
    let rows = conn.query(
        "SELECT u.id, u.username, t.stories FROM (
             SELECT author_id, CAST(COUNT(*) AS BIGINT) AS stories FROM stories
             GROUP BY author_id ORDER BY stories DESC, author_id LIMIT $1) t
         JOIN users u ON u.id = t.author_id ORDER BY t.stories DESC, u.id",
        &[&BEST],
    )?;
    let authors = rows.into_iter().map(|mut row| {
        Ok(TopAuthor {
            id: row.take()?,
            username: row.take()?,
            stories: row.take()?,
        })
    });
    authors.collect()
}

/// A story that many liked or looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct TopStory {
    pub id: i64,
    pub title: String,
    pub author: String,
    /// Likes or views.
    pub figure: i64,
}

/// The stories that most liked, drafts too, and the published ones that most looked at. One query. (`= TRUE`: by the index
/// of published stories SQLite would look each of them up apart.)
pub fn top_stories(conn: &mut Conn<'_>) -> Result<[Vec<TopStory>; 2], Error> {
    let rows = conn.query(
        "SELECT t.kind, t.id, t.title, u.username, t.figure FROM (
             SELECT * FROM (SELECT 0 AS kind, id, title, author_id, likes_count AS figure FROM stories
                            ORDER BY likes_count DESC, id LIMIT $1) liked
             UNION ALL
             SELECT * FROM (SELECT 1 AS kind, id, title, author_id, views AS figure FROM stories
                            WHERE is_published = TRUE ORDER BY views DESC, id LIMIT $1) viewed) t
         JOIN users u ON u.id = t.author_id ORDER BY t.kind, t.figure DESC, t.id",
        &[&BEST],
    )?;
    let mut top = [Vec::new(), Vec::new()];
    for mut row in rows {
        let kind: i64 = row.take()?;
        top[usize::from(kind == 1)].push(TopStory {
            id: row.take()?,
            title: row.take()?,
            author: row.take()?,
            figure: row.take()?,
        });
    }
    Ok(top)
}

/// How many were made on each of some days: the day, numbered from 1970, and how many.
pub type Days = Vec<(i64, i64)>;

/// How many accounts and how many stories were made on each of the last days, oldest first; days without any are left out.
/// One query.
pub fn trends(conn: &mut Conn<'_>, now: i64) -> Result<[Days; 2], Error> {
    let since = now - now.rem_euclid(DAY) - (TREND_DAYS - 1) * DAY;
    let rows = conn.query(
        "SELECT kind, day, CAST(COUNT(*) AS BIGINT) FROM (
             SELECT 0 AS kind, created_at / CAST($2 AS BIGINT) AS day FROM users WHERE created_at >= $1
             UNION ALL
             SELECT 1 AS kind, date_created / CAST($2 AS BIGINT) AS day FROM stories WHERE date_created >= $1) days
         GROUP BY kind, day ORDER BY kind, day",
        &[&since, &DAY],
    )?;
    let mut days = [Vec::new(), Vec::new()];
    for mut row in rows {
        let kind: i64 = row.take()?;
        days[usize::from(kind == 1)].push((row.take()?, row.take()?));
    }
    Ok(days)
}

/// What somebody did, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Doings {
    pub stories: i64,
    pub comments: i64,
    pub friends: i64,
    pub achievements: i64,
}

/// What somebody did. One query.
pub fn doings(conn: &mut Conn<'_>, user_id: i64) -> Result<Doings, Error> {
    let mut row = conn.one(
        "SELECT (SELECT CAST(COUNT(*) AS BIGINT) FROM stories WHERE author_id = $1),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM story_comments WHERE author_id = $1),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM friendships WHERE sender_id = $1 AND status = 'accepted')
                    + (SELECT CAST(COUNT(*) AS BIGINT) FROM friendships WHERE receiver_id = $1 AND status = 'accepted'),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards
                 WHERE user_id = $1 AND action = 'achievement_earned')",
        &[&user_id],
    )?;
    Ok(Doings {
        stories: row.take()?,
        comments: row.take()?,
        friends: row.take()?,
        achievements: row.take()?,
    })
}

/// The newest characters of somebody: id, name, and when each was drawn. One query.
pub fn characters(conn: &mut Conn<'_>, user_id: i64, limit: i64) -> Result<Vec<(i64, String, i64)>, Error> {
    let rows = conn.query(
        "SELECT id, name, date_created FROM characters WHERE creator_id = $1
         ORDER BY date_created DESC, id DESC LIMIT $2",
        &[&user_id, &limit],
    )?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?, row.take()?)))
        .collect()
}

/// The newest achievements of somebody: id, and when each was earned. One query.
pub fn achievements(conn: &mut Conn<'_>, user_id: i64, limit: i64) -> Result<Vec<(i64, i64)>, Error> {
    let rows = conn.query(
        "SELECT object_id, awarded_at FROM xp_awards WHERE user_id = $1 AND action = 'achievement_earned'
         ORDER BY awarded_at DESC, object_id LIMIT $2",
        &[&user_id, &limit],
    )?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// One statement, for how long the database takes to answer at all.
pub fn ping(conn: &mut Conn<'_>) -> Result<(), Error> {
    conn.one("SELECT CAST(1 AS BIGINT)", &[]).map(drop)
}

/// How many accounts and stories there are. One query.
pub fn totals(conn: &mut Conn<'_>) -> Result<(i64, i64), Error> {
    let mut row = conn.one(
        "SELECT (SELECT CAST(COUNT(*) AS BIGINT) FROM users), (SELECT CAST(COUNT(*) AS BIGINT) FROM stories)",
        &[],
    )?;
    Ok((row.take()?, row.take()?))
}
