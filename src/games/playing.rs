//! What starting, answering, completing and giving up do, each inside one transaction. The attempt's row is locked first:
//! whoever does the same a second time, on another device or because an answer was lost, waits and then finds it done.

use database::{Conn, Error};

use super::rules::choice::choose;
use super::rules::marking::{self, mark};
use super::rules::pay::{Play, pay};
use super::rules::{Kind, PLAYED, may_see};
use super::store::attempts::{self, Attempt, Hand};
use super::store::questions::{self, Answer, Question};
use super::store::{self, Game};
use crate::clock::DAY;
use crate::rewards::{self, Action, Award, Count, Counts, Earned};
use crate::stories::rules::Role;
use crate::stories::store::known;

/// A question of an attempt, and what was answered.
pub type Dealt = (Question, Option<Answer>);

/// An attempt that somebody is at.
#[derive(Clone, Debug)]
pub struct Started {
    /// The attempt.
    pub attempt: Attempt,
    /// Its questions, as they are shown: those that were answered first.
    pub questions: Vec<Dealt>,
    /// Whether it had begun before.
    pub is_resume: bool,
    /// What an earlier attempt paid that was answered and not completed.
    pub earned: Earned,
}

/// Starts a game, or goes on with it; nothing when it has no questions any more. An open attempt without an answer is
/// always the one that is started, so that two calls at once start one; one that `is_forced` replaces is given up.
pub fn start(
    conn: &mut Conn<'_>,
    game: &Game,
    player: i64,
    is_forced: bool,
    now: i64,
) -> Result<Option<Started>, Error> {
    let open = attempts::lock_open(conn, game.id, player)?;
    let mut earned = Earned::default();
    match open {
        Some(open) if open.answered_count == 0 => return begin(conn, game.id, player, Some(&open), now),
        Some(open) if open.is_answered() => {
            let answers = questions::answered(conn, open.id)?;
            earned = finish(conn, open, answers, player, now)?.earned;
        }
        Some(open) if is_forced => attempts::abandon(conn, &open, now)?,
        Some(open) => return resume(conn, open, now).map(Some),
        None => {}
    }
    let started = begin(conn, game.id, player, None, now)?;
    Ok(started.map(|started| Started { earned, ..started }))
}

/// Begins an attempt, or begins the open one again.
fn begin(
    conn: &mut Conn<'_>,
    game_id: i64,
    player: i64,
    open: Option<&Attempt>,
    now: i64,
) -> Result<Option<Started>, Error> {
    let questions = deal(conn, game_id, player)?;
    if questions.is_empty() {
        return Ok(None);
    }
    let hand = Hand {
        questions: questions.iter().map(|question| question.id).collect(),
        max_points: questions.iter().map(|question| question.points).sum(),
    };
    let begun = match open {
        Some(open) => Some(attempts::begin_again(conn, open.id, &hand, now)?),
        None => attempts::begin(conn, game_id, player, &hand, now)?,
    };
    let attempt = match begun {
        Some(attempt) => attempt,
        // Another device of theirs was faster.
        None => attempts::lock_open(conn, game_id, player)?.ok_or(Error::Busy)?,
    };
    if attempt.answered_count > 0 {
        return resume(conn, attempt, now).map(Some);
    }
    Ok(Some(Started {
        attempt,
        questions: questions.into_iter().map(|question| (question, None)).collect(),
        is_resume: false,
        earned: Earned::default(),
    }))
}

/// The questions that a player gets.
fn deal(conn: &mut Conn<'_>, game_id: i64, player: i64) -> Result<Vec<Question>, Error> {
    let mut questions = questions::of_game(conn, game_id)?;
    // A small game is played whole.
    if questions.len() > PLAYED {
        let ids: Vec<i64> = questions.iter().map(|question| question.id).collect();
        let places = choose(&ids, &attempts::past(conn, game_id, player)?);
        let mut place = 0;
        questions.retain(|_| {
            place += 1;
            places.contains(&(place - 1))
        });
    }
    Ok(questions)
}

/// The apps go on from the first question without an answer and never look back: those with one come first.
fn resume(conn: &mut Conn<'_>, attempt: Attempt, now: i64) -> Result<Started, Error> {
    let attempt = attempt.touched(now);
    attempts::save(conn, &attempt)?;
    let mut questions = questions::of_attempt(conn, attempt.id, &attempt.questions)?;
    questions.sort_by_key(|(_, answer)| answer.is_none());
    Ok(Started {
        attempt,
        questions,
        is_resume: true,
        earned: Earned::default(),
    })
}

/// An answer, marked.
#[derive(Clone, Debug)]
pub struct Marked {
    /// What was asked.
    pub question: Question,
    /// What was answered: the first time, if it was answered before.
    pub answer: Answer,
    /// The attempt as it is now.
    pub attempt: Attempt,
}

/// Takes an answer; nothing when there is no such attempt of theirs, or no such question in its game. One that the text does
/// not give any more exists for an attempt that has it, and where it stood in the story is told to whoever may still read
/// that. The first answer to a question stands. What comes when the attempt is over, or has no room for this question, is
/// marked and not stored.
pub fn submit(
    conn: &mut Conn<'_>,
    player: i64,
    is_staff: bool,
    attempt_id: i64,
    question_id: i64,
    text: &str,
    now: i64,
) -> Result<Option<Marked>, Error> {
    let Some(mut attempt) = attempts::lock(conn, attempt_id, player)? else {
        return Ok(None);
    };
    let Some(asked) = questions::one(conn, question_id, attempt.game_id, attempt_id)? else {
        return Ok(None);
    };
    let is_known = asked.answer.is_some() || attempt.questions.contains(&question_id);
    if !asked.is_active && !is_known {
        return Ok(None);
    }
    let story = known::one(conn, asked.story_id, Some(player))?.ok_or(Error::Missing)?;
    let mut question = asked.question;
    if !may_see(story.role, story.is_published, is_staff) {
        question.explanation = None;
    }
    if let Some(answer) = asked.answer {
        return Ok(Some(Marked {
            question,
            answer,
            attempt,
        }));
    }
    let marked = mark(asked.kind, &question.correct_answer, question.points, text);
    let mut answer = Answer {
        user_answer: text.to_owned(),
        is_correct: marked.is_correct,
        points_earned: marked.points,
    };
    if attempt.is_open() && has_room(conn, &mut attempt, &question)? {
        attempt = attempt.touched(now);
        attempt.answered_count += 1;
        attempt.correct_answers += i64::from(answer.is_correct);
        attempt.total_points += answer.points_earned;
        questions::answer(conn, attempt_id, question_id, &answer, now)?;
        attempts::save(conn, &attempt)?;
    } else {
        answer.points_earned = 0;
    }
    Ok(Some(Marked {
        question,
        answer,
        attempt,
    }))
}

/// Whether an answer to this question belongs into the attempt. One that it did not deal, as of a game that was played
/// without a connection, takes the place of one that was not answered.
fn has_room(conn: &mut Conn<'_>, attempt: &mut Attempt, question: &Question) -> Result<bool, Error> {
    if attempt.questions.contains(&question.id) {
        return Ok(true);
    }
    let dealt = questions::of_attempt(conn, attempt.id, &attempt.questions)?;
    let Some((free, _)) = dealt.iter().find(|(_, answer)| answer.is_none()) else {
        return Ok(false);
    };
    for id in &mut attempt.questions {
        if *id == free.id {
            *id = question.id;
        }
    }
    attempt.max_points += question.points - free.points;
    Ok(true)
}

/// An attempt that is over.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The attempt.
    pub attempt: Attempt,
    /// What was answered, in the order of the answers.
    pub answers: Vec<(Question, Answer)>,
    /// What it paid just now.
    pub earned: Earned,
}

/// Completes an attempt, and pays it; nothing when there is no such attempt of theirs. One that is over stays as it is.
pub fn complete(
    conn: &mut Conn<'_>,
    player: i64,
    attempt_id: i64,
    now: i64,
) -> Result<Option<Finished>, Error> {
    let Some(attempt) = attempts::lock(conn, attempt_id, player)? else {
        return Ok(None);
    };
    let answers = questions::answered(conn, attempt_id)?;
    if attempt.is_open() {
        return finish(conn, attempt, answers, player, now).map(Some);
    }
    Ok(Some(Finished {
        attempt,
        answers,
        earned: Earned::default(),
    }))
}

fn finish(
    conn: &mut Conn<'_>,
    attempt: Attempt,
    answers: Vec<(Question, Answer)>,
    player: i64,
    now: i64,
) -> Result<Finished, Error> {
    let game = store::game(conn, attempt.game_id)?.ok_or(Error::Missing)?;
    let story = known::one(conn, game.story_id, Some(player))?.ok_or(Error::Missing)?;
    let mut attempt = attempt.touched(now);
    let play = looked_at(&attempt, game.kind, &answers);
    let before = attempts::before(conn, game.id, player, now - DAY)?;
    let mut pay = pay(&play, before, story.role != Role::Reader);
    if pay.xp > 0 {
        // Another game of theirs may be completed at this moment: what is left of the day is given away once.
        rewards::hold(conn, player)?;
        pay = pay.within_day(rewards::paid_for_games(conn, player, now - DAY)?);
    }
    attempts::complete(conn, &attempt, pay, now)?;
    attempt.state = attempts::State::Completed;
    attempt.completed_at = Some(now);
    attempt.xp_earned = pay.xp;
    let one_more = Counts::of(Count::GamesCompleted, i64::from(play.is_whole()));
    let earned = if pay.xp > 0 {
        let act = Award::of(Action::GameCompleted, game.id)
            .by(attempt.id)
            .paying(pay.xp);
        rewards::award(conn, player, act, one_more, now)?
    } else {
        rewards::count(conn, player, one_more, now)?
    };
    Ok(Finished {
        attempt,
        answers,
        earned,
    })
}

/// An attempt as pay goes by it: what was left empty is not answered, and a word search goes by its words.
fn looked_at(attempt: &Attempt, kind: Kind, answers: &[(Question, Answer)]) -> Play {
    let searched = answers.first().filter(|_| kind == Kind::WordSearch);
    let (done, parts) = if let Some((question, answer)) = searched {
        let (found, words) = marking::found(&question.correct_answer, &answer.user_answer);
        (found as i64, words as i64)
    } else {
        let given = answers
            .iter()
            .filter(|(_, answer)| !answer.user_answer.is_empty());
        (given.count() as i64, attempt.total_questions)
    };
    Play {
        done,
        parts,
        correct: attempt.correct_answers,
        total: attempt.total_questions,
        seconds: attempt.seconds(),
    }
}

/// Gives up the open attempt at a game; false when there is none. Two queries.
pub fn clear(conn: &mut Conn<'_>, game_id: i64, player: i64, now: i64) -> Result<bool, Error> {
    let Some(open) = attempts::lock_open(conn, game_id, player)? else {
        return Ok(false);
    };
    attempts::abandon(conn, &open, now)?;
    Ok(true)
}
