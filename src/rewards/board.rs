//! The board of authors, and the badges of some people.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use database::{Conn, Error, ToValue, placeholders};

use super::achievements::by_id;
use crate::app::App;
use crate::clock::{MINUTE, SECOND};
use crate::wire;

/// The most people whose badges are looked up together.
const MOST_BADGED: usize = 100;
/// Authors that are shown of each way of sorting, at most.
pub const LONGEST: i64 = MOST_BADGED as i64 / 4;
/// Badges of one person.
const MOST_BADGES: i64 = 10;
/// How long the board is shown as it was read.
const KEPT_FOR: i64 = MINUTE;
/// When it is given up that somebody reads it anew.
const READ_WITHIN: i64 = 5 * SECOND;

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
    /// Icons of the ten achievements earned last, the newest first.
    pub badges: Vec<&'static str>,
    /// The best of their places by published stories, by likes, by achievements and by all together.
    pub best_place: i64,
}

/// The board as it was read last: everybody sees the same, and to read it all authors are gone through. At most four
/// times [`LONGEST`] authors.
#[derive(Debug, Default)]
pub struct Board(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    kept: Option<Kept>,
    /// When somebody began to read it anew.
    asked_at: i64,
}

#[derive(Debug)]
struct Kept {
    read_at: i64,
    authors: Arc<[Author]>,
}

impl Board {
    /// The board that may still be shown; nothing when the caller is to read it anew.
    fn recall(&self, now: i64) -> Option<Arc<[Author]>> {
        let mut state = self.state();
        let kept = state.kept.as_ref()?;
        let authors = Arc::clone(&kept.authors);
        let is_fresh = now - kept.read_at < KEPT_FOR;
        // One reads it anew, the others look at the old one meanwhile. If that one fails, another follows.
        if is_fresh || now - state.asked_at < READ_WITHIN {
            return Some(authors);
        }
        state.asked_at = now;
        None
    }

    fn keep(&self, authors: &Arc<[Author]>, now: i64) {
        self.state().kept = Some(Kept {
            read_at: now,
            authors: Arc::clone(authors),
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is a single assignment: a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first [`LONGEST`] authors by published stories, by likes, by achievements and by all together, in the order of
/// the last, with their badges, as they were within the last minute. No query; two for one caller in a minute.
pub async fn lately(app: &App) -> Result<Arc<[Author]>, wire::Error> {
    let now = app.clock.now();
    if let Some(authors) = app.board.recall(now) {
        return Ok(authors);
    }
    let read = app.read(|conn| {
        let mut authors = authors(conn)?;
        let ids: Vec<i64> = authors.iter().map(|author| author.id).collect();
        let mut badges = badges(conn, &ids)?;
        for author in &mut authors {
            author.badges = badges.remove(&author.id).unwrap_or_default().1;
        }
        Ok(authors)
    });
    let authors: Arc<[Author]> = read.await?.into();
    app.board.keep(&authors, now);
    Ok(authors)
}

/// The board without badges. Suspended and archived accounts and those that keep order are left out. One query.
///
/// All authors are gone through, so no more of each than is compared: what is shown of them is looked up for those who are
/// shown. Only all together is put into one order; of the other ways of sorting the first few are enough, since whoever is
/// shown has a place among the first somewhere.
fn authors(conn: &mut Conn<'_>) -> Result<Vec<Author>, Error> {
    let rows = conn.query(
        "WITH authors AS MATERIALIZED (
             SELECT u.id, u.published_count AS stories, COALESCE(c.likes_received, 0) AS likes,
                    COALESCE(a.earned, 0) AS earned
             FROM users u
             LEFT JOIN reward_counts c ON c.user_id = u.id
             LEFT JOIN (SELECT user_id, CAST(COUNT(*) AS BIGINT) AS earned FROM xp_awards
                        WHERE action = 'achievement_earned' GROUP BY user_id) a ON a.user_id = u.id
             WHERE u.published_count > 0 AND u.is_admin = FALSE
               AND u.suspended_at IS NULL AND u.archived_at IS NULL),
         ranked AS MATERIALIZED (
             SELECT id, stories, likes, earned,
                    ROW_NUMBER() OVER (ORDER BY 10 * stories + 5 * earned + 3 * likes DESC, id) AS overall
             FROM authors),
         placed AS (
             SELECT id, overall AS place FROM ranked WHERE overall <= $1
             UNION ALL
             SELECT id, ROW_NUMBER() OVER (ORDER BY stories DESC, id)
             FROM (SELECT id, stories FROM authors ORDER BY stories DESC, id LIMIT $1) by_stories
             UNION ALL
             SELECT id, ROW_NUMBER() OVER (ORDER BY likes DESC, id)
             FROM (SELECT id, likes FROM authors ORDER BY likes DESC, id LIMIT $1) by_likes
             UNION ALL
             SELECT id, ROW_NUMBER() OVER (ORDER BY earned DESC, id)
             FROM (SELECT id, earned FROM authors ORDER BY earned DESC, id LIMIT $1) by_earned)
         SELECT r.id, u.display_name, u.avatar_emoji, u.selected_avatar_border, r.stories,
                COALESCE(c.views_received, 0), r.likes, r.earned, r.overall, shown.best
         FROM (SELECT id, MIN(place) AS best FROM placed GROUP BY id) shown
         JOIN ranked r ON r.id = shown.id
         JOIN users u ON u.id = shown.id
         LEFT JOIN reward_counts c ON c.user_id = shown.id
         ORDER BY r.overall",
        &[&LONGEST],
    )?;
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
            rank: row.take()?,
            badges: Vec::new(),
            best_place: row.take()?,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_board_is_read_by_one_in_a_minute() {
        let board = Board::default();
        assert_eq!(board.recall(0), None);
        assert_eq!(board.recall(0), None, "there is nothing to show yet");
        let none: Arc<[Author]> = Arc::new([]);
        board.keep(&none, 0);
        assert!(board.recall(MINUTE - 1).is_some());
        assert_eq!(board.recall(MINUTE), None);
        assert!(board.recall(MINUTE).is_some(), "somebody is reading it");
        assert_eq!(
            board.recall(MINUTE + 5 * SECOND),
            None,
            "who was to read it failed"
        );
        board.keep(&none, MINUTE + 5 * SECOND);
        assert!(board.recall(2 * MINUTE).is_some());
    }
}
