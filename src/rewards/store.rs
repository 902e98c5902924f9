//! The SQL of rewards: the ledger and the running totals.

use database::{Conn, Error, ToValue};

use super::counts::{Count, Counts};
use super::rules::{Action, LIMIT_SPAN};

/// Rows of the ledger that are written by one statement.
const MOST_TOGETHER: usize = 8;

/// A row of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was done.
    pub action: Action,
    /// To what.
    pub object_id: i64,
    /// By whom, or in which attempt, when one object pays more than once; else 0.
    pub by_id: i64,
    /// What it pays.
    pub xp: i64,
}

/// Adds to somebody's running totals; all of them, as they are then. One query.
pub fn add(conn: &mut Conn<'_>, user_id: i64, change: &Counts) -> Result<Counts, Error> {
    let mut params: Vec<&dyn ToValue> = vec![&user_id];
    params.extend(change.0.iter().map(|count| count as &dyn ToValue));
    let mut row = conn.one(
        "INSERT INTO reward_counts (user_id, total_stories, published_stories, manual_stories, ai_stories, total_words,
             friends, likes_received, comments_received, views_received, stories_read, characters_created,
             collaborations_completed, games_completed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (user_id) DO UPDATE
         SET total_stories = reward_counts.total_stories + excluded.total_stories,
             published_stories = reward_counts.published_stories + excluded.published_stories,
             manual_stories = reward_counts.manual_stories + excluded.manual_stories,
             ai_stories = reward_counts.ai_stories + excluded.ai_stories,
             total_words = reward_counts.total_words + excluded.total_words,
             friends = reward_counts.friends + excluded.friends,
             likes_received = reward_counts.likes_received + excluded.likes_received,
             comments_received = reward_counts.comments_received + excluded.comments_received,
             views_received = reward_counts.views_received + excluded.views_received,
             stories_read = reward_counts.stories_read + excluded.stories_read,
             characters_created = reward_counts.characters_created + excluded.characters_created,
             collaborations_completed = reward_counts.collaborations_completed + excluded.collaborations_completed,
             games_completed = reward_counts.games_completed + excluded.games_completed
         RETURNING total_stories, published_stories, manual_stories, ai_stories, total_words, friends, likes_received,
             comments_received, views_received, stories_read, characters_created, collaborations_completed,
             games_completed",
        &params,
    )?;
    read(&mut row)
}

/// Somebody's running totals. One query.
pub fn counts(conn: &mut Conn<'_>, user_id: i64) -> Result<Counts, Error> {
    let row = conn.first(
        "SELECT total_stories, published_stories, manual_stories, ai_stories, total_words, friends, likes_received,
             comments_received, views_received, stories_read, characters_created, collaborations_completed,
             games_completed
         FROM reward_counts WHERE user_id = $1",
        &[&user_id],
    )?;
    row.map_or_else(|| Ok(Counts::default()), |mut row| read(&mut row))
}

fn read(row: &mut database::Row) -> Result<Counts, Error> {
    let mut counts = Counts::default();
    for count in Count::ALL {
        counts = counts.with(count, row.take()?);
    }
    Ok(counts)
}

/// Writes into somebody's ledger what does not stand there yet; that, in its order. One query for each eight.
pub fn enter(conn: &mut Conn<'_>, user_id: i64, entries: &[Entry], now: i64) -> Result<Vec<Entry>, Error> {
    let mut entered = Vec::new();
    for some in entries.chunks(MOST_TOGETHER) {
        let keys: Vec<&str> = some.iter().map(|entry| entry.action.key()).collect();
        let mut params: Vec<&dyn ToValue> = vec![&user_id, &now];
        for (entry, key) in some.iter().zip(&keys) {
            params.extend([key as &dyn ToValue, &entry.object_id, &entry.by_id, &entry.xp]);
        }
        for mut row in conn.query(&enter_sql(some.len()), &params)? {
            let (key, object_id, by_id): (String, i64, i64) = (row.take()?, row.take()?, row.take()?);
            entered.push((key, object_id, by_id));
        }
    }
    let is_new = |entry: &&Entry| {
        entered.iter().any(|(key, object, by)| {
            (key.as_str(), *object, *by) == (entry.action.key(), entry.object_id, entry.by_id)
        })
    };
    Ok(entries.iter().filter(is_new).copied().collect())
}

fn enter_sql(count: usize) -> String {
    let rows: Vec<String> = (0..count)
        .map(|number| {
            let first = 3 + 4 * number;
            format!(
                "($1, ${}, ${}, ${}, ${}, $2)",
                first,
                first + 1,
                first + 2,
                first + 3
            )
        })
        .collect();
    format!(
        "INSERT INTO xp_awards (user_id, action, object_id, by_id, xp, awarded_at) VALUES {}
         ON CONFLICT (user_id, action, object_id, by_id) DO NOTHING
         RETURNING action, object_id, by_id",
        rows.join(", ")
    )
}

/// How often somebody was paid for an action within a day: what came after the limit does not hold the next day shut.
/// One query.
pub fn lately(conn: &mut Conn<'_>, user_id: i64, action: Action, now: i64) -> Result<i64, Error> {
    conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards WHERE user_id = $1 AND action = $2 AND awarded_at > $3 AND xp > 0",
        &[&user_id, &action.key(), &(now - LIMIT_SPAN)],
    )?
    .take()
}

/// Whether an act stands in somebody's ledger. One query.
pub fn is_entered(conn: &mut Conn<'_>, user_id: i64, action: Action, object_id: i64) -> Result<bool, Error> {
    let found = conn.first(
        "SELECT xp FROM xp_awards WHERE user_id = $1 AND action = $2 AND object_id = $3 LIMIT 1",
        &[&user_id, &action.key(), &object_id],
    )?;
    Ok(found.is_some())
}

/// The achievements that somebody earned, by id, and when. One query.
pub fn earned(conn: &mut Conn<'_>, user_id: i64) -> Result<Vec<(i64, i64)>, Error> {
    let rows = conn.query(
        "SELECT object_id, awarded_at FROM xp_awards WHERE user_id = $1 AND action = 'achievement_earned'",
        &[&user_id],
    )?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    let mut all: Vec<String> = (1..=MOST_TOGETHER).map(enter_sql).collect();
    all.extend(super::board::all_statements());
    all
}
