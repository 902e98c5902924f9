//! Attempts, one person's at one game.

use database::{Conn, Error, Row};

use crate::clock::SECOND;
use crate::games::rules::choice::Past;
use crate::games::rules::pay::{Before, Pay, played};

/// Earlier answers that decide what somebody is asked.
const LOOKED_BACK: i64 = 100;

/// How far an attempt came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It goes on. There is one at most for each game and person.
    Open,
    /// It was completed.
    Completed,
    /// It was given up, or another one was begun in its place.
    Abandoned,
}

/// An attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Attempt {
    pub id: i64,
    pub game_id: i64,
    pub state: State,
    /// The ids of its questions.
    pub questions: Vec<i64>,
    pub total_questions: i64,
    pub max_points: i64,
    pub answered_count: i64,
    pub correct_answers: i64,
    pub total_points: i64,
    pub started_at: i64,
    /// When its player last did something.
    pub touched_at: i64,
    /// Microseconds of play until then.
    pub played: i64,
    pub completed_at: Option<i64>,
    pub xp_earned: i64,
}

impl Attempt {
    /// A row of [`COLUMNS`].
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            game_id: row.take()?,
            state: match row.take::<String>()?.as_str() {
                "open" => State::Open,
                "completed" => State::Completed,
                _ => State::Abandoned,
            },
            questions: serde_json::from_str(&row.take::<String>()?).unwrap_or_default(),
            total_questions: row.take()?,
            max_points: row.take()?,
            answered_count: row.take()?,
            correct_answers: row.take()?,
            total_points: row.take()?,
            started_at: row.take()?,
            touched_at: row.take()?,
            played: row.take()?,
            completed_at: row.take()?,
            xp_earned: row.take()?,
        })
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether nothing is left to be answered.
    pub fn is_answered(&self) -> bool {
        self.answered_count >= self.total_questions
    }

    /// The same after its player did something at `now`.
    #[must_use]
    pub fn touched(mut self, now: i64) -> Self {
        self.played = played(self.played, self.touched_at, now);
        self.touched_at = now;
        self
    }

    /// Whole seconds of play.
    pub fn seconds(&self) -> i64 {
        self.played / SECOND
    }
}

const COLUMNS: &str =
    "id, game_id, state, questions, total_questions, max_points, answered_count, correct_answers,
    total_points, started_at, touched_at, played, completed_at, xp_earned";

/// Somebody's attempt, which nobody else changes before this transaction ends. One query.
pub fn lock(conn: &mut Conn<'_>, attempt_id: i64, user_id: i64) -> Result<Option<Attempt>, Error> {
    let row = conn.first(&lock_sql(), &[&attempt_id, &user_id])?;
    row.map(|mut row| Attempt::from(&mut row)).transpose()
}

fn lock_sql() -> String {
    format!(
        "UPDATE game_attempts SET touched_at = touched_at WHERE id = $1 AND user_id = $2 RETURNING {COLUMNS}"
    )
}

/// The same for the open attempt at a game, if there is one. One query.
pub fn lock_open(conn: &mut Conn<'_>, game_id: i64, user_id: i64) -> Result<Option<Attempt>, Error> {
    let row = conn.first(&lock_open_sql(), &[&game_id, &user_id])?;
    row.map(|mut row| Attempt::from(&mut row)).transpose()
}

fn lock_open_sql() -> String {
    format!(
        "UPDATE game_attempts SET touched_at = touched_at WHERE game_id = $1 AND user_id = $2 AND state = 'open'
         RETURNING {COLUMNS}"
    )
}

/// Somebody's attempt. One query.
pub fn one(conn: &mut Conn<'_>, attempt_id: i64, user_id: i64) -> Result<Option<Attempt>, Error> {
    let row = conn.first(&one_sql(), &[&attempt_id, &user_id])?;
    row.map(|mut row| Attempt::from(&mut row)).transpose()
}

fn one_sql() -> String {
    format!("SELECT {COLUMNS} FROM game_attempts WHERE id = $1 AND user_id = $2")
}

/// What an attempt consists of when it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    /// The ids of its questions.
    pub questions: Vec<i64>,
    /// The points of all of them.
    pub max_points: i64,
}

impl Hand {
    fn listed(&self) -> String {
        listed(&self.questions)
    }

    fn total(&self) -> i64 {
        self.questions.len() as i64
    }
}

/// Begins an attempt; nothing when there is an open one. One query.
pub fn begin(
    conn: &mut Conn<'_>,
    game_id: i64,
    user_id: i64,
    hand: &Hand,
    now: i64,
) -> Result<Option<Attempt>, Error> {
    let row = conn.first(
        &begin_sql(),
        &[
            &game_id,
            &user_id,
            &hand.listed(),
            &hand.total(),
            &hand.max_points,
            &now,
        ],
    )?;
    row.map(|mut row| Attempt::from(&mut row)).transpose()
}

fn begin_sql() -> String {
    format!(
        "INSERT INTO game_attempts (game_id, user_id, state, questions, total_questions, max_points, started_at,
             touched_at)
         VALUES ($1, $2, 'open', $3, $4, $5, $6, $6)
         ON CONFLICT (user_id, game_id) WHERE state = 'open' DO NOTHING RETURNING {COLUMNS}"
    )
}

/// Begins an attempt again in which nothing was answered. One query.
pub fn begin_again(conn: &mut Conn<'_>, attempt_id: i64, hand: &Hand, now: i64) -> Result<Attempt, Error> {
    let mut row = conn.one(
        &begin_again_sql(),
        &[&attempt_id, &hand.listed(), &hand.total(), &hand.max_points, &now],
    )?;
    Attempt::from(&mut row)
}

fn begin_again_sql() -> String {
    format!(
        "UPDATE game_attempts SET questions = $2, total_questions = $3, max_points = $4, started_at = $5,
                touched_at = $5, played = 0
         WHERE id = $1 RETURNING {COLUMNS}"
    )
}

/// Stores what changed in an open attempt. One query.
pub fn save(conn: &mut Conn<'_>, attempt: &Attempt) -> Result<(), Error> {
    conn.execute(
        "UPDATE game_attempts SET questions = $2, max_points = $3, answered_count = $4, correct_answers = $5,
                total_points = $6, touched_at = $7, played = $8
         WHERE id = $1",
        &[
            &attempt.id,
            &listed(&attempt.questions),
            &attempt.max_points,
            &attempt.answered_count,
            &attempt.correct_answers,
            &attempt.total_points,
            &attempt.touched_at,
            &attempt.played,
        ],
    )?;
    Ok(())
}

/// Completes an open attempt. One query.
pub fn complete(conn: &mut Conn<'_>, attempt: &Attempt, pay: Pay, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE game_attempts SET state = 'completed', touched_at = $2, played = $3, completed_at = $2, worth = $4,
                xp_earned = $5, is_practice = $6
         WHERE id = $1 AND state = 'open'",
        &[
            &attempt.id,
            &now,
            &attempt.played,
            &pay.worth,
            &pay.xp,
            &pay.is_practice,
        ],
    )?;
    Ok(())
}

/// Gives an attempt up; one in which nothing was answered leaves nothing behind. One query.
pub fn abandon(conn: &mut Conn<'_>, attempt: &Attempt, now: i64) -> Result<(), Error> {
    if attempt.answered_count == 0 {
        conn.execute("DELETE FROM game_attempts WHERE id = $1", &[&attempt.id])?;
        return Ok(());
    }
    conn.execute(
        "UPDATE game_attempts SET state = 'abandoned', touched_at = $2 WHERE id = $1 AND state = 'open'",
        &[&attempt.id, &now],
    )?;
    Ok(())
}

/// What somebody got for a game before. One query.
pub fn before(conn: &mut Conn<'_>, game_id: i64, user_id: i64, since: i64) -> Result<Before, Error> {
    let mut row = conn.one(
        "SELECT CAST(COALESCE(MAX(worth), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN is_practice AND completed_at > $3 THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM game_attempts WHERE user_id = $2 AND game_id = $1 AND state = 'completed'",
        &[&game_id, &user_id, &since],
    )?;
    Ok(Before {
        best: row.take()?,
        practised: row.take()?,
    })
}

/// Somebody's newest answers in a game, the newest first. One query.
pub fn past(conn: &mut Conn<'_>, game_id: i64, user_id: i64) -> Result<Vec<Past>, Error> {
    let rows = conn.query(
        "SELECT a.question_id, a.is_correct
         FROM game_attempts t JOIN game_answers a ON a.attempt_id = t.id
         WHERE t.user_id = $2 AND t.game_id = $1
         ORDER BY t.id DESC, a.answered_at DESC, a.question_id DESC LIMIT $3",
        &[&game_id, &user_id, &LOOKED_BACK],
    )?;
    let answers = rows.into_iter().map(|mut row| {
        Ok(Past {
            question_id: row.take()?,
            is_correct: row.take()?,
        })
    });
    answers.collect()
}

fn listed(ids: &[i64]) -> String {
    serde_json::Value::from(ids).to_string()
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    vec![
        lock_sql(),
        lock_open_sql(),
        one_sql(),
        begin_sql(),
        begin_again_sql(),
    ]
}
