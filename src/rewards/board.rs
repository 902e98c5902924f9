//! The board of authors, and the badges of somebody.

use database::{Conn, Error, Row};

use super::achievements::by_id;

/// Authors that are shown of each way of sorting, at most.
pub const LONGEST: i64 = 25;
/// What the apps add up for all together. An index has it in these words.
const BY_ALL: &str = "(10 * published_stories + 5 * achievements_earned + 3 * likes_received)";
/// The ids of the ten achievements that an account `u` earned last, the newest first.
const BADGES: &str =
    "COALESCE((SELECT STRING_AGG(CAST(object_id AS TEXT), ',' ORDER BY awarded_at DESC, object_id)
         FROM (SELECT object_id, awarded_at FROM xp_awards
               WHERE user_id = u.id AND action = 'achievement_earned'
               ORDER BY awarded_at DESC, object_id LIMIT 10) newest), '')";

/// An author on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Author {
    pub id: i64,
    pub name: String,
    pub avatar: String,
    pub border: String,
    pub story_count: i64,
    pub total_reads: i64,
    pub total_likes: i64,
    pub achievement_count: i64,
    /// Icons of the ten achievements earned last, the newest first.
    pub badges: Vec<&'static str>,
}

/// The first `limit` authors by published stories, by likes, by achievements and by all together, in the order of the
/// last. Suspended and archived accounts and those that keep order are left out. One query, which walks down each of the
/// four orders as far as is shown.
pub fn authors(conn: &mut Conn<'_>, limit: i64) -> Result<Vec<Author>, Error> {
    let rows = conn.query(&authors_sql(), &[&limit])?;
    let authors = rows.into_iter().map(|mut row| {
        Ok(Author {
            id: row.take()?,
            name: row.take()?,
            avatar: row.take()?,
            border: row.take()?,
            story_count: row.take()?,
            total_reads: row.take()?,
            total_likes: row.take()?,
            achievement_count: row.take()?,
            badges: icons(&mut row)?,
        })
    });
    authors.collect()
}

fn authors_sql() -> String {
    let orders = [
        BY_ALL,
        "published_stories",
        "likes_received",
        "achievements_earned",
    ]
    .map(first_by);
    format!(
        "SELECT u.id, u.display_name, u.avatar_emoji, u.selected_avatar_border, c.published_stories, c.views_received,
                c.likes_received, c.achievements_earned, {BADGES}
         FROM ({}) shown
         JOIN reward_counts c ON c.user_id = shown.user_id
         JOIN users u ON u.id = shown.user_id
         ORDER BY {BY_ALL} DESC, c.user_id",
        orders.join(" UNION ")
    )
}

/// The first authors by one of the totals. The join says in which order it is to be walked: down the index of the total.
fn first_by(total: &str) -> String {
    format!(
        "SELECT user_id FROM (
             SELECT c.user_id
             FROM reward_counts c CROSS JOIN users u
             WHERE u.id = c.user_id AND c.published_stories > 0 AND u.is_admin = FALSE
               AND u.suspended_at IS NULL AND u.archived_at IS NULL
             ORDER BY {total} DESC, c.user_id LIMIT $1) first"
    )
}

/// How many achievements somebody earned, and the icons of the ten newest, the newest first. One query.
pub fn badges(conn: &mut Conn<'_>, user_id: i64) -> Result<(i64, Vec<&'static str>), Error> {
    let row = conn.first(&badges_sql(), &[&user_id])?;
    row.map_or_else(
        || Ok((0, Vec::new())),
        |mut row| Ok((row.take()?, icons(&mut row)?)),
    )
}

fn badges_sql() -> String {
    format!(
        "SELECT c.achievements_earned, {BADGES}
         FROM users u JOIN reward_counts c ON c.user_id = u.id WHERE u.id = $1"
    )
}

fn icons(row: &mut Row) -> Result<Vec<&'static str>, Error> {
    let ids: String = row.take()?;
    let earned = ids.split(',').filter_map(|id| by_id(id.parse().ok()?));
    Ok(earned.map(|achievement| achievement.icon).collect())
}

/// Every statement that this module puts together, for the test that prepares them all.
pub(super) fn all_statements() -> Vec<String> {
    vec![authors_sql(), first_by(BY_ALL), badges_sql()]
}
