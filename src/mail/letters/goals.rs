//! Goals: the four that parents see of a child. Which instant one was reached at is found out from what the child did, so
//! that it is told once, to those who were linked to the child then, by whichever server looks.

use database::{Conn, Error as DatabaseError, ToValue, placeholders};

use super::periods::Hour;
use super::store::{self, Letter, Looking, ONCE, padded};
use super::unsubscribing::{Subject, unsubscribe_link};
use super::{Batch, LOOKED_AT, texts};
use crate::app::App;
use crate::clock::MINUTE;
use crate::mail::is_mailable;
use crate::wire::Error;

/// Who was here at all in an hour was seen so long before it at most: it is noted less often than things happen.
const SEEN_BEFORE: i64 = 5 * MINUTE;

/// A goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// 30 stories read in a month.
    Reads,
    /// 10 hours of reading, at two minutes a story, within seven days.
    Hours,
    /// 5 published stories.
    Stories,
    /// 20 achievements.
    Achievements,
}

impl Goal {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Reads, Self::Hours, Self::Stories, Self::Achievements];

    /// In a word.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Reads => "goal_reads",
            Self::Hours => "goal_hours",
            Self::Stories => "goal_stories",
            Self::Achievements => "goal_achievements",
        }
    }

    /// The time in which it is reached once.
    fn period(self, hour: &Hour) -> String {
        match self {
            Self::Reads => hour.month.clone(),
            Self::Hours => hour.week.clone(),
            Self::Stories | Self::Achievements => ONCE.to_owned(),
        }
    }
}

/// A child reached a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reached {
    child_id: i64,
    goal: Goal,
    at: i64,
}

/// The letters about the next children who may have reached something in this hour, from the one behind `after`.
pub async fn prepare(app: &App, hour: &Hour, after: i64) -> Result<Batch, Error> {
    let asked = hour.clone();
    let found = app.read(move |conn| {
        let children = store::candidates(conn, &asked, asked.from - SEEN_BEFORE, after)?;
        let reached = if children.is_empty() {
            Vec::new()
        } else {
            reached(conn, &children, &asked)?
        };
        let looking = if reached.is_empty() {
            Vec::new()
        } else {
            let mut ids: Vec<i64> = reached.iter().map(|reached| reached.child_id).collect();
            ids.sort_unstable();
            ids.dedup();
            store::looking(conn, &ids)?
        };
        Ok((children, reached, looking))
    });
    let (children, reached, looking) = found.await?;
    let reachable = looking
        .iter()
        .filter(|looking| is_mailable(&looking.adult.address));
    let letters = reachable.flat_map(|looking| {
        let own = reached
            .iter()
            .filter(|reached| reached.child_id == looking.child_id && looking.since <= reached.at);
        own.map(|reached| letter(app, looking, reached.goal, hour))
    });
    Ok(Batch {
        letters: letters.collect(),
        after: children.last().copied(),
    })
}

fn letter(app: &App, looking: &Looking, goal: Goal, hour: &Hour) -> Letter {
    let links = texts::Links {
        app: app.config.frontend_url.as_deref(),
        unsubscribe: unsubscribe_link(app, looking.adult.id, Subject::GoalCompletion),
    };
    Letter {
        user_id: looking.adult.id,
        kind: goal.key(),
        about_id: looking.child_id,
        period: goal.period(hour),
        mail: texts::goal(&looking.adult, &looking.child_name, goal, links),
    }
}

/// The goals that these children reached in an hour, each child named so often. Four queries.
fn reached(conn: &mut Conn<'_>, children: &[i64], hour: &Hour) -> Result<Vec<Reached>, DatabaseError> {
    let ids = padded(children.iter().copied(), LOOKED_AT);
    let mut all: Vec<Reached> = Vec::new();
    for goal in Goal::ALL {
        let since = match goal {
            Goal::Reads => hour.month_from,
            Goal::Hours => hour.week_from,
            Goal::Stories | Goal::Achievements => 0,
        };
        let mut params: Vec<&dyn ToValue> = vec![&hour.from, &hour.to, &since];
        params.extend(ids.iter().map(|id| id as &dyn ToValue));
        for mut row in conn.query(&reached_sql(goal), &params)? {
            let (child_id, at) = (row.take()?, row.take()?);
            all.push(Reached { child_id, goal, at });
        }
    }
    Ok(all)
}

/// Which of so many children reached a goal between `$1` and `$2`, and when. `$3` is when its period began.
fn reached_sql(goal: Goal) -> String {
    let children = placeholders(4, LOOKED_AT);
    match goal {
        Goal::Reads => format!(
            "SELECT n.user_id, n.date_read
             FROM (SELECT r.user_id, r.date_read,
                          ROW_NUMBER() OVER (PARTITION BY r.user_id ORDER BY r.date_read, r.id) AS place
                   FROM story_reads r WHERE r.date_read >= $3 AND r.user_id IN ({children})) n
             WHERE n.place = 30 AND n.date_read >= $1 AND n.date_read < $2"
        ),
        // Three hundred within seven days, for the first time in this week.
        Goal::Hours => format!(
            "SELECT n.user_id, MIN(n.date_read)
             FROM (SELECT r.user_id, r.date_read,
                          LAG(r.date_read, 299) OVER (PARTITION BY r.user_id ORDER BY r.date_read, r.id) AS first_read
                   FROM story_reads r
                   WHERE r.date_read >= $3 - 604800000000 AND r.user_id IN ({children})) n
             WHERE n.date_read >= $3 AND n.first_read > n.date_read - 604800000000
             GROUP BY n.user_id HAVING MIN(n.date_read) >= $1 AND MIN(n.date_read) < $2"
        ),
        // A story counts from when it was first published; one of before the ledger from when it was made.
        Goal::Stories => format!(
            "SELECT n.author_id, n.published_at
             FROM (SELECT p.author_id, p.published_at,
                          ROW_NUMBER() OVER (PARTITION BY p.author_id ORDER BY p.published_at, p.id) AS place
                   FROM (SELECT s.id, s.author_id, COALESCE((
                                    SELECT MIN(x.awarded_at) FROM xp_awards x
                                    WHERE x.user_id = s.author_id AND x.object_id = s.id AND x.by_id = 0
                                      AND x.action IN ('story_published', 'collaboration_completed')),
                                s.date_created) AS published_at
                         FROM stories s WHERE s.is_published AND s.author_id IN ({children})) p
                   WHERE p.published_at >= $3) n
             WHERE n.place = 5 AND n.published_at >= $1 AND n.published_at < $2"
        ),
        // What came with an import was there before.
        Goal::Achievements => format!(
            "SELECT n.user_id, n.earned_at
             FROM (SELECT e.user_id, e.earned_at,
                          ROW_NUMBER() OVER (PARTITION BY e.user_id ORDER BY e.earned_at, e.object_id) AS place
                   FROM (SELECT x.user_id, x.object_id,
                                CASE WHEN x.xp = 0 THEN 0 ELSE x.awarded_at END AS earned_at
                         FROM xp_awards x
                         WHERE x.action = 'achievement_earned' AND x.user_id IN ({children})) e
                   WHERE e.earned_at >= $3) n
             WHERE n.place = 20 AND n.earned_at >= $1 AND n.earned_at < $2"
        ),
    }
}

/// Every statement that this module puts together, for the test that prepares them all.
pub(super) fn all_statements() -> Vec<String> {
    Goal::ALL.map(reached_sql).to_vec()
}
