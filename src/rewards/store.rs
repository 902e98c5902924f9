//! The SQL of rewards: the ledger and the running totals.

use std::collections::HashMap;

use database::{Conn, Dialect, Error, ToValue, json_rows};

use super::counts::{Count, Counts};
use super::rules::{Action, LIMIT_SPAN};

/// Rows of the ledger that are written by one statement.
const MOST_TOGETHER: usize = 8;
/// Stands for the limit of an action that has none.
const NO_LIMIT: i64 = -1;

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

/// Adds to somebody's running totals; all of them, as they are then, and their XP. One query.
pub fn add(conn: &mut Conn<'_>, user_id: i64, change: &Counts) -> Result<(Counts, i64), Error> {
    let mut params: Vec<&dyn ToValue> = vec![&user_id];
    params.extend(change.0.iter().map(|count| count as &dyn ToValue));
    let mut row = conn.one(&add_sql(conn.dialect()), &params)?;
    Ok((read(&mut row)?, row.take()?))
}

fn add_sql(dialect: Dialect) -> String {
    // Whoever has waited for the row of the totals is to see the XP that were added meanwhile.
    let lock = match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR NO KEY UPDATE",
    };
    format!(
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
             games_completed, (SELECT experience_points FROM users WHERE id = $1{lock})"
    )
}

/// Adds to how many achievements somebody has, whose totals are held: the board goes by it. One query, none for none.
pub fn count_achievements(conn: &mut Conn<'_>, user_id: i64, more: usize) -> Result<(), Error> {
    if more == 0 {
        return Ok(());
    }
    conn.execute(
        "UPDATE reward_counts SET achievements_earned = achievements_earned + $2 WHERE user_id = $1",
        &[&user_id, &(more as i64)],
    )?;
    Ok(())
}

/// Lets everybody else who pays or counts something for this person wait until the transaction ends. The row of the totals
/// is the one that acts lock first, and whoever has none yet gets one. Their XP. One query.
pub fn hold(conn: &mut Conn<'_>, user_id: i64) -> Result<i64, Error> {
    Ok(add(conn, user_id, &Counts::default())?.1)
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

/// Takes one away from a total of some people, where there is anything to take: nothing is earned by it. `people` is a
/// query for their ids about `about`, its `$1`. One query.
pub fn take_one(conn: &mut Conn<'_>, count: Count, people: &str, about: i64) -> Result<(), Error> {
    conn.execute(&take_one_sql(count, people), &[&about])?;
    Ok(())
}

fn take_one_sql(count: Count, people: &str) -> String {
    let total = count.key();
    format!("UPDATE reward_counts SET {total} = {total} - 1 WHERE {total} > 0 AND user_id IN ({people})")
}

/// Counts off published stories of many people: a JSON list of `id` and `count`. One query.
pub fn withdraw_published(conn: &mut Conn<'_>, list: &str) -> Result<(), Error> {
    conn.execute(&withdraw_sql(conn.dialect()), &[&list])?;
    Ok(())
}

fn withdraw_sql(dialect: Dialect) -> String {
    format!(
        "WITH n AS MATERIALIZED (
             SELECT CAST(value ->> 'id' AS BIGINT) AS id, CAST(value ->> 'count' AS BIGINT) AS stories FROM {})
         UPDATE reward_counts SET published_stories = reward_counts.published_stories - n.stories
         FROM n WHERE reward_counts.user_id = n.id",
        json_rows(dialect, 1)
    )
}

/// Writes into somebody's ledger what does not stand there yet; that, in its order, with what it pays after the limits of
/// the day. What came after a limit does not hold the next day shut. At most one of the entries may have a limit. One
/// query for each eight.
pub fn enter(conn: &mut Conn<'_>, user_id: i64, entries: &[Entry], now: i64) -> Result<Vec<Entry>, Error> {
    let since = now - LIMIT_SPAN;
    let mut entered = Vec::new();
    for some in entries.chunks(MOST_TOGETHER) {
        let actions: Vec<(&str, i64)> = some
            .iter()
            .map(|entry| (entry.action.key(), entry.action.most_a_day().unwrap_or(NO_LIMIT)))
            .collect();
        let mut params: Vec<&dyn ToValue> = vec![&user_id, &now, &since];
        for (entry, (key, most)) in some.iter().zip(&actions) {
            params.extend([
                key as &dyn ToValue,
                &entry.object_id,
                &entry.by_id,
                &entry.xp,
                most,
            ]);
        }
        let mut rows = HashMap::new();
        for mut row in conn.query(&enter_sql(some.len()), &params)? {
            let key: (String, i64, i64) = (row.take()?, row.take()?, row.take()?);
            rows.insert(key, row.take::<i64>()?);
        }
        entered.extend(some.iter().filter_map(|entry| {
            let key = (entry.action.key().to_owned(), entry.object_id, entry.by_id);
            rows.get(&key).map(|xp| Entry { xp: *xp, ..*entry })
        }));
    }
    Ok(entered)
}

fn enter_sql(count: usize) -> String {
    let rows: Vec<String> = (0..count)
        .map(|number| {
            let first = 4 + 5 * number;
            format!(
                "(CAST(${} AS TEXT), CAST(${} AS BIGINT), CAST(${} AS BIGINT), CAST(${} AS BIGINT), CAST(${} AS BIGINT))",
                first,
                first + 1,
                first + 2,
                first + 3,
                first + 4
            )
        })
        .collect();
    format!(
        "INSERT INTO xp_awards (user_id, action, object_id, by_id, xp, awarded_at)
         SELECT CAST($1 AS BIGINT), a.column1, a.column2, a.column3,
                CASE WHEN a.column5 >= 0 AND a.column5 <= (
                         SELECT COUNT(*) FROM xp_awards p
                         WHERE p.user_id = $1 AND p.action = a.column1 AND p.by_id = a.column3
                           AND p.awarded_at > $3 AND p.xp > 0)
                     THEN 0 ELSE a.column4 END,
                CAST($2 AS BIGINT)
         FROM (VALUES {}) a
         WHERE TRUE
         ON CONFLICT (user_id, action, object_id, by_id) DO NOTHING
         RETURNING action, object_id, by_id, xp",
        rows.join(", ")
    )
}

/// The XP that games paid somebody after an instant, those among them that are gone. Whoever pays by it [`hold`]s them
/// first. One query.
pub fn paid_for_games(conn: &mut Conn<'_>, user_id: i64, since: i64) -> Result<i64, Error> {
    let mut row = conn.one(
        "SELECT CAST(COALESCE(SUM(xp), 0) AS BIGINT) FROM xp_awards
         WHERE user_id = $1 AND action = 'game_completed' AND awarded_at > $2",
        &[&user_id, &since],
    )?;
    row.take()
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

/// Every statement that this module puts together, for the test that prepares them all. `people` is a query for ids.
pub fn all_statements(dialect: Dialect, people: &str) -> Vec<String> {
    let mut all: Vec<String> = (1..=MOST_TOGETHER).map(enter_sql).collect();
    all.push(add_sql(dialect));
    all.push(take_one_sql(Count::Friends, people));
    all.push(withdraw_sql(dialect));
    all.extend(super::board::all_statements());
    all
}
