//! The SQL of letters: who had which, who gets the next ones, and the figures in them. Accounts, preferences, links and
//! what children did are read here, and written nowhere.

use std::collections::HashSet;

use database::{Conn, Error, Row, ToValue, placeholders};

use super::periods::{Hour, Week};
use super::{LOOKED_AT, TOGETHER};
use crate::clock::DAY;
use crate::mail::{Mail, outbox};
use crate::{classroom, family};

/// Lines about children, or about what they earned, in one letter.
pub const MOST_LINES: i64 = 200;
/// How long it is remembered who had which letter, but for those that are written once.
const REMEMBERED_FOR: i64 = 400 * DAY;
/// The period of a goal that is reached once.
pub const ONCE: &str = "once";

/// A letter, and what it is known by.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Who gets it.
    pub user_id: i64,
    /// What it is about, in a word.
    pub kind: &'static str,
    /// A child, or 0.
    pub about_id: i64,
    /// A week, an hour, a month, or [`ONCE`].
    pub period: String,
    /// The mail.
    pub mail: Mail,
}

impl Letter {
    /// About as many bytes as it takes in the database.
    pub fn bytes(&self) -> usize {
        self.mail.text.len() + self.mail.html.len() + 512
    }

    fn key(&self) -> (i64, String, i64, String) {
        (
            self.user_id,
            self.kind.to_owned(),
            self.about_id,
            self.period.clone(),
        )
    }
}

/// Queues letters that nobody has had, and notes that they are; false, and nothing is written, when the outbox has no room
/// for them. Three queries.
pub fn post(conn: &mut Conn<'_>, letters: &[Letter], now: i64) -> Result<bool, Error> {
    if letters.is_empty() {
        return Ok(true);
    }
    let waiting = outbox::waiting(conn)?.mails;
    if waiting + letters.len() as i64 > outbox::LETTER_CAPACITY {
        return Ok(false);
    }
    let mut params: Vec<&dyn ToValue> = vec![&now];
    for letter in letters {
        params.extend([
            &letter.user_id as &dyn ToValue,
            &letter.kind,
            &letter.about_id,
            &letter.period,
        ]);
    }
    let mut noted = HashSet::new();
    for mut row in conn.query(&note_sql(letters.len()), &params)? {
        noted.insert((row.take()?, row.take()?, row.take()?, row.take()?));
    }
    let new: Vec<&Mail> = letters
        .iter()
        .filter(|letter| noted.contains(&letter.key()))
        .map(|letter| &letter.mail)
        .collect();
    if !new.is_empty() {
        outbox::queue_letters(conn, &new, now)?;
    }
    Ok(true)
}

/// Whoever has left meanwhile gets none.
fn note_sql(count: usize) -> String {
    let rows: Vec<String> = (0..count)
        .map(|row| {
            let first = 2 + 4 * row;
            format!(
                "(CAST(${first} AS BIGINT), CAST(${} AS TEXT), CAST(${} AS BIGINT), CAST(${} AS TEXT))",
                first + 1,
                first + 2,
                first + 3
            )
        })
        .collect();
    format!(
        "INSERT INTO letters (user_id, kind, about_id, period, queued_at)
         SELECT u.id, a.column2, a.column3, a.column4, CAST($1 AS BIGINT)
         FROM (VALUES {}) a JOIN users u ON u.id = a.column1
         WHERE TRUE
         ON CONFLICT (user_id, kind, about_id, period) DO NOTHING
         RETURNING user_id, kind, about_id, period",
        rows.join(", ")
    )
}

/// Forgets who had which letter long ago.
pub fn sweep(conn: &mut Conn<'_>, now: i64) -> Result<(), Error> {
    conn.execute(
        "DELETE FROM letters WHERE queued_at <= $1 AND period <> 'once'",
        &[&(now - REMEMBERED_FOR)],
    )?;
    Ok(())
}

/// Whom a letter is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adult {
    /// The account.
    pub id: i64,
    /// A verified address.
    pub address: String,
    /// The name that others see.
    pub name: String,
    /// Teaches: the children are students.
    pub is_teacher: bool,
}

impl Adult {
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            address: row.take()?,
            name: row.take()?,
            is_teacher: row.take::<String>()? == "teacher",
        })
    }
}

/// Every link that holds now.
fn links() -> String {
    format!(
        "{} UNION ALL {}",
        family::store::active_links(),
        classroom::store::active_links()
    )
}

/// What makes an account `u` one that letters go to.
const REACHED: &str =
    "u.user_type IN ('parent', 'teacher') AND u.email_verified_at IS NOT NULL AND u.email_proven = u.email_folded
    AND u.email_unproven_since IS NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL";

/// Those who are due a report of the week and have had none, by their ids from the one behind `after`. One query.
pub fn due_reports(conn: &mut Conn<'_>, week: &Week, after: i64) -> Result<Vec<Adult>, Error> {
    let rows = conn.query(
        &due_reports_sql(),
        &[&after, &week.due, &week.period, &(TOGETHER as i64)],
    )?;
    rows.into_iter().map(|mut row| Adult::from(&mut row)).collect()
}

fn due_reports_sql() -> String {
    let links = links();
    format!(
        "SELECT u.id, u.email, u.display_name, u.user_type
         FROM users u LEFT JOIN notification_preferences p ON p.user_id = u.id
         WHERE u.id > $1 AND {REACHED} AND COALESCE(p.weekly_reports, TRUE) = TRUE
           AND EXISTS (SELECT 1 FROM ({links}) l JOIN users c ON c.id = l.child_id
                       WHERE l.adult_id = u.id AND l.since < $2
                         AND c.suspended_at IS NULL AND c.archived_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM letters t WHERE t.user_id = u.id AND t.kind = 'weekly_report'
                             AND t.about_id = 0 AND t.period = $3)
         ORDER BY u.id LIMIT $4"
    )
}

/// What a child did in a week.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is a count")]
pub struct Doings {
    /// Whose child it is.
    pub adult_id: i64,
    /// The name that others see.
    pub name: String,
    /// Children of this adult, those beyond [`MOST_LINES`] among them.
    pub total: i64,
    pub read: i64,
    pub published: i64,
    pub achievements: i64,
    pub games: i64,
}

/// What the children of these adults did in the seven days of a report, by their names. One query.
pub fn doings(conn: &mut Conn<'_>, adults: &[Adult], week: &Week) -> Result<Vec<Doings>, Error> {
    let ids = padded(adults.iter().map(|adult| adult.id), TOGETHER);
    let mut params: Vec<&dyn ToValue> = vec![&week.from, &week.to, &MOST_LINES];
    params.extend(ids.iter().map(|id| id as &dyn ToValue));
    let rows = conn.query(&doings_sql(), &params)?;
    let doings = rows.into_iter().map(|mut row| {
        Ok(Doings {
            adult_id: row.take()?,
            name: row.take()?,
            total: row.take()?,
            read: row.take()?,
            published: row.take()?,
            achievements: row.take()?,
            games: row.take()?,
        })
    });
    doings.collect()
}

fn doings_sql() -> String {
    let (links, adults) = (links(), placeholders(4, TOGETHER));
    format!(
        "SELECT l.adult_id, c.display_name, l.total,
                (SELECT CAST(COUNT(*) AS BIGINT) FROM story_reads r
                 WHERE r.user_id = c.id AND r.date_read >= $1 AND r.date_read < $2),
                (SELECT CAST(COUNT(DISTINCT x.object_id) AS BIGINT) FROM xp_awards x JOIN stories s ON s.id = x.object_id
                 WHERE x.user_id = c.id AND x.action IN ('story_published', 'collaboration_completed') AND x.by_id = 0
                   AND x.awarded_at >= $1 AND x.awarded_at < $2 AND s.is_published),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards x
                 WHERE x.user_id = c.id AND x.action = 'achievement_earned' AND x.xp > 0
                   AND x.awarded_at >= $1 AND x.awarded_at < $2),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM game_attempts g
                 WHERE g.user_id = c.id AND g.state = 'completed' AND g.completed_at >= $1 AND g.completed_at < $2)
         FROM (SELECT d.adult_id, d.child_id, COUNT(*) OVER (PARTITION BY d.adult_id) AS total,
                      ROW_NUMBER() OVER (PARTITION BY d.adult_id ORDER BY d.child_id) AS place
               FROM (SELECT DISTINCT k.adult_id, k.child_id FROM ({links}) k JOIN users a ON a.id = k.child_id
                     WHERE k.adult_id IN ({adults}) AND a.suspended_at IS NULL AND a.archived_at IS NULL) d) l
         JOIN users c ON c.id = l.child_id
         WHERE l.place <= $3
         ORDER BY l.adult_id, c.display_name_folded, c.id"
    )
}

/// Those whose children earned achievements in an hour and who were not told, by their ids from the one behind `after`.
/// What came with an import pays nothing, and is told to nobody. One query.
pub fn due_alerts(conn: &mut Conn<'_>, hour: &Hour, after: i64) -> Result<Vec<Adult>, Error> {
    let rows = conn.query(
        &due_alerts_sql(),
        &[&after, &hour.from, &hour.to, &hour.period, &(TOGETHER as i64)],
    )?;
    rows.into_iter().map(|mut row| Adult::from(&mut row)).collect()
}

fn due_alerts_sql() -> String {
    let links = links();
    format!(
        "SELECT u.id, u.email, u.display_name, u.user_type
         FROM users u LEFT JOIN notification_preferences p ON p.user_id = u.id
         WHERE u.id > $1 AND {REACHED} AND COALESCE(p.achievement_alerts, TRUE) = TRUE
           AND u.id IN (SELECT l.adult_id FROM xp_awards x JOIN ({links}) l ON l.child_id = x.user_id
                        JOIN users c ON c.id = x.user_id
                        WHERE x.action = 'achievement_earned' AND x.xp > 0
                          AND x.awarded_at >= $2 AND x.awarded_at < $3 AND l.since <= x.awarded_at
                          AND c.suspended_at IS NULL AND c.archived_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM letters t WHERE t.user_id = u.id AND t.kind = 'achievement_alert'
                             AND t.about_id = 0 AND t.period = $4)
         ORDER BY u.id LIMIT $5"
    )
}

/// An achievement of a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earned {
    /// Whose child it is.
    pub adult_id: i64,
    /// The name that others see.
    pub name: String,
    /// Of the catalogue.
    pub achievement_id: i64,
    /// Achievements that this adult could be told of, those beyond [`MOST_LINES`] among them.
    pub total: i64,
}

/// What the children of these adults earned in an hour, child by child. One query.
pub fn earned(conn: &mut Conn<'_>, adults: &[Adult], hour: &Hour) -> Result<Vec<Earned>, Error> {
    let ids = padded(adults.iter().map(|adult| adult.id), TOGETHER);
    let mut params: Vec<&dyn ToValue> = vec![&hour.from, &hour.to, &MOST_LINES];
    params.extend(ids.iter().map(|id| id as &dyn ToValue));
    let rows = conn.query(&earned_sql(), &params)?;
    let earned = rows.into_iter().map(|mut row| {
        Ok(Earned {
            adult_id: row.take()?,
            name: row.take()?,
            achievement_id: row.take()?,
            total: row.take()?,
        })
    });
    earned.collect()
}

fn earned_sql() -> String {
    let (links, adults) = (links(), placeholders(4, TOGETHER));
    format!(
        "SELECT e.adult_id, e.display_name, e.object_id, e.total
         FROM (SELECT d.adult_id, d.display_name, d.object_id, COUNT(*) OVER (PARTITION BY d.adult_id) AS total,
                      ROW_NUMBER() OVER (PARTITION BY d.adult_id
                          ORDER BY d.display_name_folded, d.user_id, d.awarded_at, d.object_id) AS place
               FROM (SELECT DISTINCT k.adult_id, x.user_id, c.display_name, c.display_name_folded, x.object_id,
                            x.awarded_at
                     FROM xp_awards x JOIN ({links}) k ON k.child_id = x.user_id JOIN users c ON c.id = x.user_id
                     WHERE x.action = 'achievement_earned' AND x.xp > 0 AND x.awarded_at >= $1 AND x.awarded_at < $2
                       AND k.adult_id IN ({adults}) AND k.since <= x.awarded_at
                       AND c.suspended_at IS NULL AND c.archived_at IS NULL) d) e
         WHERE e.place <= $3
         ORDER BY e.adult_id, e.place"
    )
}

/// Children who may have reached a goal in an hour: those who read something then, and those who published or earned
/// something. By their ids from the one behind `after`. One query.
pub fn candidates(conn: &mut Conn<'_>, hour: &Hour, seen_since: i64, after: i64) -> Result<Vec<i64>, Error> {
    let rows = conn.query(
        &candidates_sql(),
        &[&after, &seen_since, &hour.from, &hour.to, &(LOOKED_AT as i64)],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

fn candidates_sql() -> String {
    let links = links();
    format!(
        "SELECT c.id FROM users c
         WHERE c.id > $1 AND c.suspended_at IS NULL AND c.archived_at IS NULL
           AND ((c.last_seen >= $2 AND EXISTS (
                    SELECT 1 FROM story_reads r WHERE r.user_id = c.id AND r.date_read >= $3 AND r.date_read < $4))
                OR EXISTS (
                    SELECT 1 FROM xp_awards x
                    WHERE x.user_id = c.id AND x.by_id = 0 AND x.awarded_at >= $3 AND x.awarded_at < $4
                      AND x.action IN ('story_published', 'collaboration_completed', 'achievement_earned')))
           AND EXISTS (SELECT 1 FROM ({links}) l WHERE l.child_id = c.id)
         ORDER BY c.id LIMIT $5"
    )
}

/// An adult to whom a child's goals matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looking {
    /// Who it is.
    pub adult: Adult,
    /// The child.
    pub child_id: i64,
    /// The name that others see.
    pub child_name: String,
    /// Since when they are linked.
    pub since: i64,
}

/// The adults of these children, at most [`LOOKED_AT`] of them, who want to hear of goals. One query.
pub fn looking(conn: &mut Conn<'_>, children: &[i64]) -> Result<Vec<Looking>, Error> {
    let ids = padded(children.iter().copied(), LOOKED_AT);
    let params: Vec<&dyn ToValue> = ids.iter().map(|id| id as &dyn ToValue).collect();
    let rows = conn.query(&looking_sql(), &params)?;
    let looking = rows.into_iter().map(|mut row| {
        Ok(Looking {
            adult: Adult::from(&mut row)?,
            child_id: row.take()?,
            child_name: row.take()?,
            since: row.take()?,
        })
    });
    looking.collect()
}

fn looking_sql() -> String {
    let (links, children) = (links(), placeholders(1, LOOKED_AT));
    format!(
        "SELECT u.id, u.email, u.display_name, u.user_type, c.id, c.display_name, MIN(l.since)
         FROM ({links}) l JOIN users u ON u.id = l.adult_id JOIN users c ON c.id = l.child_id
         LEFT JOIN notification_preferences p ON p.user_id = u.id
         WHERE l.child_id IN ({children}) AND {REACHED} AND COALESCE(p.goal_completion, TRUE) = TRUE
         GROUP BY u.id, u.email, u.display_name, u.user_type, c.id, c.display_name
         ORDER BY u.id, c.id"
    )
}

/// Ids repeated up to a fixed number, so that there is one statement for every number of them.
pub(super) fn padded(ids: impl Iterator<Item = i64>, length: usize) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.collect();
    let last = ids.last().copied().unwrap_or_default();
    ids.resize(length, last);
    ids
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    let mut all: Vec<String> = (1..=TOGETHER)
        .flat_map(|count| [note_sql(count), outbox::letters_sql(count)])
        .collect();
    all.extend([
        due_reports_sql(),
        doings_sql(),
        due_alerts_sql(),
        earned_sql(),
        candidates_sql(),
        looking_sql(),
    ]);
    all.extend(super::goals::all_statements());
    all
}
