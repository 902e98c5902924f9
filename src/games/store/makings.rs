//! What is made of a story's text: its games and their questions, and from which text.

use std::collections::HashMap;

use database::{Conn, Error, ToValue};

use crate::games::rules::{Kind, PLAYED};
use crate::stories::store::known;

/// The version of what makes games: raised when it would make others of the same text. Games of a newer one are as good:
/// two versions that run side by side do not make each other's games again.
pub const MAKER: i64 = storygames::VERSION as i64;

/// Questions that are written by one statement.
const TOGETHER: usize = 8;
/// A game that nobody has touched for longer is not being played, in microseconds.
const LEFT_AFTER: i64 = crate::clock::DAY;

/// From what the games of a story were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Making {
    /// The newest revision of the story whose text is known to be the one that was read.
    pub revision: i64,
    /// The hash of what was read.
    pub text_hash: String,
    /// The version of what made them.
    pub maker: i64,
    /// How many of them there are.
    pub games: i64,
}

/// From what the games of a story were made; nothing when its text was never read for games. One query.
pub fn of(conn: &mut Conn<'_>, story_id: i64) -> Result<Option<Making>, Error> {
    let row = conn.first(
        "SELECT m.revision, m.text_hash, m.maker,
                (SELECT CAST(COUNT(*) AS BIGINT) FROM games g WHERE g.story_id = m.story_id AND g.is_active)
         FROM game_makings m WHERE m.story_id = $1",
        &[&story_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Making {
        revision: row.take()?,
        text_hash: row.take()?,
        maker: row.take()?,
        games: row.take()?,
    }))
}

/// What was made of one text.
#[derive(Clone, Debug)]
pub struct Made {
    /// The revision of the story that was read.
    pub revision: i64,
    /// The hash of what was read.
    pub text_hash: String,
    /// `easy`, `medium` or `hard`.
    pub difficulty: &'static str,
    /// None, or up to one of each kind.
    pub games: Vec<MadeGame>,
}

/// One game.
#[derive(Clone, Debug)]
pub struct MadeGame {
    /// What is played.
    pub kind: Kind,
    /// At least one, each with another key.
    pub questions: Vec<MadeQuestion>,
}

/// One question, as it is stored.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct MadeQuestion {
    pub question_key: i64,
    pub question_text: String,
    /// A JSON list of texts.
    pub options: String,
    pub correct_answer: String,
    pub hint: Option<String>,
    pub context: Option<String>,
    pub explanation: Option<String>,
    pub points: i64,
}

/// Notes that the text of a story is the same up to this revision. One query.
pub fn touch(conn: &mut Conn<'_>, story_id: i64, revision: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE game_makings SET revision = $2 WHERE story_id = $1 AND revision < $2",
        &[&story_id, &revision],
    )?;
    Ok(())
}

/// Stores what was made of a story's text in place of what was made before, and forgets what an earlier making had put
/// aside: devices may still hold what was asked until now. False when the story has changed since it was
/// read, or is gone. What a newer maker has made of the same revision meanwhile stays. Games keep their ids, and so do
/// questions that are asked again. Up to twelve queries.
pub fn put(conn: &mut Conn<'_>, story_id: i64, made: &Made, now: i64) -> Result<bool, Error> {
    if known::revision(conn, story_id)? != Some(made.revision) {
        return Ok(false);
    }
    let is_first = conn
        .first(
            "INSERT INTO game_makings (story_id, revision, text_hash, maker, made_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (story_id) DO NOTHING RETURNING story_id",
            &[&story_id, &made.revision, &made.text_hash, &MAKER, &now],
        )?
        .is_some();
    if !is_first {
        let replaced = conn.execute(
            "UPDATE game_makings SET revision = $2, text_hash = $3, maker = $4, made_at = $5
             WHERE story_id = $1 AND (revision < $2 OR maker <= $4)",
            &[&story_id, &made.revision, &made.text_hash, &MAKER, &now],
        )?;
        if replaced == 0 {
            return Ok(true);
        }
        forget(conn, story_id, now)?;
        put_aside(conn, story_id)?;
    }
    let ids = put_games(conn, story_id, made)?;
    let questions: Vec<_> = made
        .games
        .iter()
        .filter_map(|game| Some((*ids.get(&game.kind)?, game)))
        .flat_map(|(id, game)| {
            (1..)
                .zip(&game.questions)
                .map(move |(place, one)| (id, place, one))
        })
        .collect();
    for some in questions.chunks(TOGETHER) {
        put_questions(conn, some)?;
    }
    Ok(true)
}

/// Nothing is active for a moment.
fn put_aside(conn: &mut Conn<'_>, story_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE game_questions SET is_active = FALSE
         WHERE is_active AND game_id IN (SELECT id FROM games WHERE story_id = $1)",
        &[&story_id],
    )?;
    conn.execute(
        "UPDATE games SET is_active = FALSE WHERE story_id = $1 AND is_active",
        &[&story_id],
    )?;
    Ok(())
}

/// The ids of the games by their kinds. A query for each.
fn put_games(conn: &mut Conn<'_>, story_id: i64, made: &Made) -> Result<HashMap<Kind, i64>, Error> {
    let mut ids = HashMap::new();
    for game in &made.games {
        let count = game.questions.len().min(PLAYED) as i64;
        let mut row = conn.one(
            "INSERT INTO games (story_id, game_type, difficulty, is_active, questions_count)
             VALUES ($1, $2, $3, TRUE, $4)
             ON CONFLICT (story_id, game_type) DO UPDATE
             SET difficulty = excluded.difficulty, is_active = TRUE, questions_count = excluded.questions_count
             RETURNING id",
            &[&story_id, &game.kind.key(), &made.difficulty, &count],
        )?;
        ids.insert(game.kind, row.take()?);
    }
    Ok(ids)
}

fn put_questions(conn: &mut Conn<'_>, questions: &[(i64, i64, &MadeQuestion)]) -> Result<(), Error> {
    let mut params: Vec<&dyn ToValue> = Vec::new();
    for (game_id, position, question) in questions {
        params.extend([
            game_id as &dyn ToValue,
            position,
            &question.question_key,
            &question.question_text,
            &question.options,
            &question.correct_answer,
            &question.hint,
            &question.context,
            &question.explanation,
            &question.points,
        ]);
    }
    conn.execute(&questions_sql(questions.len()), &params)?;
    Ok(())
}

fn questions_sql(count: usize) -> String {
    let rows: Vec<String> = (0..count)
        .map(|row| format!("({}, TRUE)", database::placeholders(1 + row * 10, 10)))
        .collect();
    format!(
        "INSERT INTO game_questions (game_id, position, question_key, question_text, options, correct_answer, hint,
             context, explanation, points, is_active)
         VALUES {}
         ON CONFLICT (game_id, question_key) DO UPDATE
         SET position = excluded.position, question_text = excluded.question_text, options = excluded.options,
             correct_answer = excluded.correct_answer, hint = excluded.hint, context = excluded.context,
             explanation = excluded.explanation, points = excluded.points, is_active = TRUE",
        rows.join(", ")
    )
}

/// Deletes questions that are no longer asked, were never answered, and are in no attempt that somebody is at.
fn forget(conn: &mut Conn<'_>, story_id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "DELETE FROM game_questions WHERE NOT is_active
           AND game_id IN (SELECT id FROM games WHERE story_id = $1)
           AND NOT EXISTS (SELECT 1 FROM game_answers a WHERE a.question_id = game_questions.id)
           AND NOT EXISTS (
               SELECT 1 FROM game_attempts t WHERE t.game_id = game_questions.game_id AND t.state = 'open'
                 AND (t.answered_count > 0 OR t.touched_at > $2))",
        &[&story_id, &(now - LEFT_AFTER)],
    )?;
    Ok(())
}

/// Published stories whose games are missing, or made of another text or by an older maker, by their ids from the one
/// after `after`. One query.
pub fn missing(conn: &mut Conn<'_>, after: i64, most: i64) -> Result<Vec<i64>, Error> {
    known::unread(conn, &read(), after, most)
}

/// The stories that were read for games, and their revisions then.
pub fn read() -> String {
    format!("SELECT story_id, revision FROM game_makings WHERE maker >= {MAKER}")
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    let mut all: Vec<String> = (1..=TOGETHER).map(questions_sql).collect();
    all.push(read());
    all
}
