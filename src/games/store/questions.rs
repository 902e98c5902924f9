//! Questions, and what was answered.

use database::{Conn, Error, Row, placeholders};

use super::kind;
use crate::games::rules::{Kind, PLAYED};

/// Questions that a game has at most, those for playing again among them.
const MOST: i64 = 10;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Question {
    pub id: i64,
    pub question_text: String,
    /// A JSON list of texts.
    pub options: String,
    pub correct_answer: String,
    pub hint: Option<String>,
    /// The words of a word search; nothing for other questions.
    pub context: Option<String>,
    pub explanation: Option<String>,
    pub points: i64,
}

/// What somebody answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Answer {
    pub user_answer: String,
    pub is_correct: bool,
    pub points_earned: i64,
}

const COLUMNS: &str =
    "q.id, q.question_text, q.options, q.correct_answer, q.hint, q.context, q.explanation, q.points";

impl Question {
    /// The next columns of a row: [`COLUMNS`].
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            question_text: row.take()?,
            options: row.take()?,
            correct_answer: row.take()?,
            hint: row.take()?,
            context: row.take()?,
            explanation: row.take()?,
            points: row.take()?,
        })
    }
}

impl Answer {
    /// The next three columns of a row, which are empty where there is no answer.
    fn from(row: &mut Row) -> Result<Option<Self>, Error> {
        let (user_answer, is_correct, points_earned): (Option<String>, Option<bool>, Option<i64>) =
            (row.take()?, row.take()?, row.take()?);
        Ok(user_answer.map(|user_answer| Self {
            user_answer,
            is_correct: is_correct.unwrap_or_default(),
            points_earned: points_earned.unwrap_or_default(),
        }))
    }
}

/// The questions that a game asks, in its order. One query.
pub fn of_game(conn: &mut Conn<'_>, game_id: i64) -> Result<Vec<Question>, Error> {
    let rows = conn.query(&of_game_sql(), &[&game_id, &MOST])?;
    rows.into_iter().map(|mut row| Question::from(&mut row)).collect()
}

fn of_game_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM game_questions q WHERE q.game_id = $1 AND q.is_active ORDER BY q.position, q.id LIMIT $2"
    )
}

/// The questions of an attempt, in its order, and what was answered. One query.
pub fn of_attempt(
    conn: &mut Conn<'_>,
    attempt_id: i64,
    ids: &[i64],
) -> Result<Vec<(Question, Option<Answer>)>, Error> {
    let mut padded = ids.to_vec();
    padded.resize(PLAYED, 0);
    let mut params: Vec<&dyn database::ToValue> = vec![&attempt_id];
    params.extend(padded.iter().map(|id| id as &dyn database::ToValue));
    let rows = conn.query(&of_attempt_sql(), &params)?;
    let mut found = rows
        .into_iter()
        .map(|mut row| Ok((Question::from(&mut row)?, Answer::from(&mut row)?)))
        .collect::<Result<Vec<_>, Error>>()?;
    found.sort_by_key(|(question, _)| ids.iter().position(|id| *id == question.id));
    Ok(found)
}

fn of_attempt_sql() -> String {
    format!(
        "SELECT {COLUMNS}, a.user_answer, a.is_correct, a.points_earned
         FROM game_questions q LEFT JOIN game_answers a ON a.attempt_id = $1 AND a.question_id = q.id
         WHERE q.id IN ({})",
        placeholders(2, PLAYED)
    )
}

/// A question that somebody answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// What is played.
    pub kind: Kind,
    /// Of which story.
    pub story_id: i64,
    /// Whether the text of today gives it.
    pub is_active: bool,
    /// What was answered to it before.
    pub answer: Option<Answer>,
}

/// A question of a game, and what was answered to it in an attempt; nothing when it is none of this game's. One query.
pub fn one(
    conn: &mut Conn<'_>,
    question_id: i64,
    game_id: i64,
    attempt_id: i64,
) -> Result<Option<Asked>, Error> {
    let row = conn.first(&one_sql(), &[&question_id, &game_id, &attempt_id])?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Asked {
        question: Question::from(&mut row)?,
        kind: kind(&row.take::<String>()?)?,
        story_id: row.take()?,
        is_active: row.take()?,
        answer: Answer::from(&mut row)?,
    }))
}

fn one_sql() -> String {
    format!(
        "SELECT {COLUMNS}, g.game_type, g.story_id, q.is_active, a.user_answer, a.is_correct, a.points_earned
         FROM game_questions q JOIN games g ON g.id = q.game_id
         LEFT JOIN game_answers a ON a.attempt_id = $3 AND a.question_id = q.id
         WHERE q.id = $1 AND q.game_id = $2"
    )
}

/// What was answered in an attempt, in the order of the answers. One query.
pub fn answered(conn: &mut Conn<'_>, attempt_id: i64) -> Result<Vec<(Question, Answer)>, Error> {
    let rows = conn.query(&answered_sql(), &[&attempt_id])?;
    let mut answers = Vec::with_capacity(rows.len());
    for mut row in rows {
        let question = Question::from(&mut row)?;
        answers.extend(Answer::from(&mut row)?.map(|answer| (question, answer)));
    }
    Ok(answers)
}

fn answered_sql() -> String {
    format!(
        "SELECT {COLUMNS}, a.user_answer, a.is_correct, a.points_earned
         FROM game_answers a JOIN game_questions q ON q.id = a.question_id
         WHERE a.attempt_id = $1 ORDER BY a.answered_at, q.id"
    )
}

/// Stores an answer. One query.
pub fn answer(
    conn: &mut Conn<'_>,
    attempt_id: i64,
    question_id: i64,
    answer: &Answer,
    now: i64,
) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO game_answers (attempt_id, question_id, user_answer, is_correct, points_earned, answered_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            &attempt_id,
            &question_id,
            &answer.user_answer,
            &answer.is_correct,
            &answer.points_earned,
            &now,
        ],
    )?;
    Ok(())
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    vec![of_game_sql(), of_attempt_sql(), one_sql(), answered_sql()]
}
