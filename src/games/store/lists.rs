//! Lists: the games of a story, and how somebody has played.

use database::{Conn, Error};

use super::kind;
use crate::games::rules::Kind;

/// Attempts in the list of the newest.
const RECENT: i64 = 5;

/// How many games a story has, as a query in brackets for whoever knows stories. `story` is the id of one.
pub fn count_of(story: &str) -> String {
    format!("(SELECT CAST(COUNT(*) AS BIGINT) FROM games g WHERE g.story_id = {story} AND g.is_active)")
}

/// The games of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// Up to what the story is known to say what they are made of.
    pub revision: i64,
    /// The version of what made them.
    pub maker: i64,
    /// The newest kind first.
    pub games: Vec<Listed>,
}

/// A game of a story, as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: i64,
    /// What is played.
    pub kind: Kind,
    /// `easy`, `medium` or `hard`.
    pub difficulty: String,
    /// Questions of one play.
    pub questions_count: i64,
    /// The attempt that they have not completed.
    pub open: Option<Open>,
    /// The attempt that they completed last, with an answer at least.
    pub last: Option<Last>,
}

/// An attempt that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Open {
    pub id: i64,
    pub correct_answers: i64,
    pub answered_count: i64,
    pub total_questions: i64,
    pub started_at: i64,
}

/// An attempt that was completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Last {
    pub correct_answers: i64,
    pub total_questions: i64,
    pub played: i64,
}

/// The games of a story, with how this account has played them; nothing when its text was never read for games. One query.
pub fn of_story(conn: &mut Conn<'_>, story_id: i64, user_id: i64) -> Result<Option<Shelf>, Error> {
    let rows = conn.query(
        "SELECT m.revision, m.maker, g.id, g.game_type, g.difficulty, g.questions_count,
                o.id, o.correct_answers, o.answered_count, o.total_questions, o.started_at,
                l.correct_answers, l.total_questions, l.played
         FROM game_makings m
         LEFT JOIN games g ON g.story_id = m.story_id AND g.is_active
         LEFT JOIN game_attempts o ON o.game_id = g.id AND o.user_id = $2 AND o.state = 'open'
         LEFT JOIN game_attempts l ON l.id = (
             SELECT t.id FROM game_attempts t
             WHERE t.user_id = $2 AND t.game_id = g.id AND t.state = 'completed' AND t.answered_count > 0
             ORDER BY t.completed_at DESC, t.id DESC LIMIT 1)
         WHERE m.story_id = $1",
        &[&story_id, &user_id],
    )?;
    let mut shelf: Option<Shelf> = None;
    for mut row in rows {
        let (revision, maker) = (row.take()?, row.take()?);
        let shelf = shelf.get_or_insert_with(|| Shelf {
            revision,
            maker,
            games: Vec::new(),
        });
        if let Some(id) = row.take()? {
            shelf.games.push(listed(id, &mut row)?);
        }
    }
    if let Some(shelf) = &mut shelf {
        shelf.games.sort_by_key(|game| std::cmp::Reverse(game.kind));
    }
    Ok(shelf)
}

/// The columns of a row that follow the game's id.
fn listed(id: i64, row: &mut database::Row) -> Result<Listed, Error> {
    let (key, difficulty, questions_count): (String, _, _) = (row.take()?, row.take()?, row.take()?);
    let open_id: Option<i64> = row.take()?;
    let open: [Option<i64>; 4] = [row.take()?, row.take()?, row.take()?, row.take()?];
    let last: [Option<i64>; 3] = [row.take()?, row.take()?, row.take()?];
    Ok(Listed {
        id,
        kind: kind(&key)?,
        difficulty,
        questions_count,
        open: match (open_id, open) {
            (
                Some(id),
                [
                    Some(correct_answers),
                    Some(answered_count),
                    Some(total_questions),
                    Some(started_at),
                ],
            ) => Some(Open {
                id,
                correct_answers,
                answered_count,
                total_questions,
                started_at,
            }),
            _ => None,
        },
        last: match last {
            [Some(correct_answers), Some(total_questions), Some(played)] => Some(Last {
                correct_answers,
                total_questions,
                played,
            }),
            _ => None,
        },
    })
}

/// How somebody has played until now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stats {
    /// Attempts that were completed, with an answer at least.
    pub played: i64,
    /// The mean share of right answers, from 0 to 1; nothing without any.
    pub average: Option<f64>,
    /// What they were paid.
    pub xp: i64,
    /// Those with right answers alone.
    pub perfect: i64,
}

/// How somebody has played until now. One query.
pub fn stats(conn: &mut Conn<'_>, user_id: i64) -> Result<Stats, Error> {
    let mut row = conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT),
                CAST(AVG(CAST(correct_answers AS DOUBLE PRECISION) / total_questions) AS DOUBLE PRECISION),
                CAST(COALESCE(SUM(xp_earned), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN correct_answers = total_questions THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM game_attempts
         WHERE user_id = $1 AND state = 'completed' AND answered_count > 0 AND total_questions > 0",
        &[&user_id],
    )?;
    Ok(Stats {
        played: row.take()?,
        average: row.take()?,
        xp: row.take()?,
        perfect: row.take()?,
    })
}

/// An attempt in the list of the newest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Recent {
    pub story_id: i64,
    pub kind: Kind,
    pub correct_answers: i64,
    pub total_questions: i64,
    pub xp_earned: i64,
    pub completed_at: i64,
}

/// The attempts that somebody completed last, the newest first. One query.
pub fn recent(conn: &mut Conn<'_>, user_id: i64) -> Result<Vec<Recent>, Error> {
    let rows = conn.query(
        "SELECT g.story_id, g.game_type, t.correct_answers, t.total_questions, t.xp_earned, t.completed_at
         FROM game_attempts t JOIN games g ON g.id = t.game_id
         WHERE t.user_id = $1 AND t.state = 'completed' AND t.answered_count > 0
         ORDER BY t.completed_at DESC, t.id DESC LIMIT $2",
        &[&user_id, &RECENT],
    )?;
    let attempts = rows.into_iter().map(|mut row| {
        Ok(Recent {
            story_id: row.take()?,
            kind: kind(&row.take::<String>()?)?,
            correct_answers: row.take()?,
            total_questions: row.take()?,
            xp_earned: row.take()?,
            completed_at: row.take()?,
        })
    });
    attempts.collect()
}
