//! The board of authors, and the badges of some people.

use std::collections::HashMap;

use database::{Conn, Error, ToValue, placeholders};

use super::achievements::by_id;

/// The most people whose badges are looked up together.
pub const MOST_BADGED: usize = 100;
/// Badges of one person.
const MOST_BADGES: i64 = 10;

/// An author on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Author {
    pub id: i64,
    pub name: String,
    pub avatar: String,
    pub border: String,
    /// By all together, from 1.
    pub rank: i64,
    pub story_count: i64,
    pub total_reads: i64,
    pub total_likes: i64,
    pub achievement_count: i64,
}

/// The first `limit` authors by published stories, by likes, by achievements and by all together: at most four times as
/// many. Suspended and archived accounts and those that keep order are left out. One query.
pub fn authors(conn: &mut Conn<'_>, limit: i64) -> Result<Vec<Author>, Error> {
    let rows = conn.query(
        "SELECT id, display_name, avatar_emoji, selected_avatar_border, overall, stories, reads, likes, earned
         FROM (
             SELECT id, display_name, avatar_emoji, selected_avatar_border, stories, reads, likes, earned,
                    ROW_NUMBER() OVER (ORDER BY 10 * stories + 5 * earned + 3 * likes DESC, id) AS overall,
                    ROW_NUMBER() OVER (ORDER BY stories DESC, id) AS by_stories,
                    ROW_NUMBER() OVER (ORDER BY likes DESC, id) AS by_likes,
                    ROW_NUMBER() OVER (ORDER BY earned DESC, id) AS by_earned
             FROM (
                 SELECT u.id, u.display_name, u.avatar_emoji, u.selected_avatar_border, u.published_count AS stories,
                        COALESCE(c.views_received, 0) AS reads, COALESCE(c.likes_received, 0) AS likes,
                        COALESCE(a.earned, 0) AS earned
                 FROM users u
                 LEFT JOIN reward_counts c ON c.user_id = u.id
                 LEFT JOIN (SELECT user_id, CAST(COUNT(*) AS BIGINT) AS earned FROM xp_awards
                            WHERE action = 'achievement_earned' GROUP BY user_id) a ON a.user_id = u.id
                 WHERE u.published_count > 0 AND u.is_admin = FALSE
                   AND u.suspended_at IS NULL AND u.archived_at IS NULL) authors) board
         WHERE overall <= $1 OR by_stories <= $1 OR by_likes <= $1 OR by_earned <= $1
         ORDER BY overall",
        &[&limit],
    )?;
    let authors = rows.into_iter().map(|mut row| {
        Ok(Author {
            id: row.take()?,
            name: row.take()?,
            avatar: row.take()?,
            border: row.take()?,
            rank: row.take()?,
            story_count: row.take()?,
            total_reads: row.take()?,
            total_likes: row.take()?,
            achievement_count: row.take()?,
        })
    });
    authors.collect()
}

/// How many achievements each of some people earned, and the icons of the ten newest, the newest first. Whoever earned
/// none is left out. At most [`MOST_BADGED`] people; one query.
pub fn badges(conn: &mut Conn<'_>, people: &[i64]) -> Result<HashMap<i64, (i64, Vec<&'static str>)>, Error> {
    // Filled up with an id that nobody has, so that there is one statement for every number of people.
    let mut ids = people.to_vec();
    ids.resize(MOST_BADGED, 0);
    let mut params: Vec<&dyn ToValue> = vec![&MOST_BADGES];
    params.extend(ids.iter().map(|id| id as &dyn ToValue));
    let mut badges: HashMap<i64, (i64, Vec<&'static str>)> = HashMap::new();
    for mut row in conn.query(&badges_sql(), &params)? {
        let (user_id, achievement, earned): (i64, i64, i64) = (row.take()?, row.take()?, row.take()?);
        let (count, icons) = badges.entry(user_id).or_default();
        *count = earned;
        icons.extend(by_id(achievement).map(|achievement| achievement.icon));
    }
    Ok(badges)
}

fn badges_sql() -> String {
    format!(
        "SELECT user_id, object_id, earned FROM (
             SELECT user_id, object_id, CAST(COUNT(*) OVER (PARTITION BY user_id) AS BIGINT) AS earned,
                    ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY awarded_at DESC, object_id) AS place
             FROM xp_awards WHERE action = 'achievement_earned' AND user_id IN ({})) badges
         WHERE place <= $1 ORDER BY user_id, place",
        placeholders(2, MOST_BADGED)
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub(super) fn all_statements() -> Vec<String> {
    vec![badges_sql()]
}
