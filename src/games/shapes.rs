//! Games as the wire shows them.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::playing::{Dealt, Finished, Marked, Started};
use super::rules::Kind;
use super::rules::pay::{has_passed, percentage};
use super::store::attempts::Attempt;
use super::store::lists::{Last, Listed, Open, Recent};
use super::store::questions::{Answer, Question};
use crate::clock::SECOND;
use crate::pictures::public_url;
use crate::stories::store::known::Counted;
use crate::wire::Timestamp;
use crate::wire::origin::Origin;

/// A story that has games.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct StoryWithGames {
    pub id: i64,
    pub title: String,
    /// A URL; empty without a cover.
    pub cover_image: String,
    pub category: String,
    /// The author's display name.
    #[serde(rename = "author__username")]
    pub author_username: String,
    pub games_count: i64,
}

impl StoryWithGames {
    /// A story, its cover as it is found under `origin`.
    pub fn new(story: Counted, origin: &Origin) -> Self {
        Self {
            id: story.id,
            cover_image: public_url(&story.public_cover, origin),
            title: story.title,
            category: story.category,
            author_username: story.author_name,
            games_count: story.count,
        }
    }
}

/// A game of a story.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct GameShape {
    pub id: i64,
    pub game_type: &'static str,
    /// `easy`, `medium` or `hard`.
    pub difficulty: String,
    /// Of one play.
    pub questions_count: i64,
    pub game_type_display: &'static str,
    /// Absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete_attempt: Option<IncompleteAttempt>,
    /// Absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempt: Option<LastAttempt>,
}

impl From<Listed> for GameShape {
    fn from(game: Listed) -> Self {
        Self {
            id: game.id,
            game_type: game.kind.key(),
            difficulty: game.difficulty,
            questions_count: game.questions_count,
            game_type_display: game.kind.label(),
            incomplete_attempt: game.open.map(Into::into),
            last_attempt: game.last.map(Into::into),
        }
    }
}

/// An attempt that goes on.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct IncompleteAttempt {
    pub attempt_id: i64,
    /// Right answers.
    pub current_score: i64,
    pub answered_count: i64,
    pub total_questions: i64,
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
}

impl From<Open> for IncompleteAttempt {
    fn from(attempt: Open) -> Self {
        Self {
            attempt_id: attempt.id,
            current_score: attempt.correct_answers,
            answered_count: attempt.answered_count,
            total_questions: attempt.total_questions,
            started_at: Timestamp(attempt.started_at),
        }
    }
}

/// An attempt that was completed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct LastAttempt {
    /// One decimal.
    #[schema(value_type = f64)]
    pub score_percentage: Value,
    pub time_taken_seconds: i64,
    pub is_completed: bool,
    pub correct_answers: i64,
    pub total_questions: i64,
}

impl From<Last> for LastAttempt {
    fn from(attempt: Last) -> Self {
        Self {
            score_percentage: percentage(attempt.correct_answers, attempt.total_questions),
            time_taken_seconds: attempt.played / SECOND,
            is_completed: true,
            correct_answers: attempt.correct_answers,
            total_questions: attempt.total_questions,
        }
    }
}

/// A game in the check of a story.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct CheckedGame {
    pub id: i64,
    pub game_type: &'static str,
    pub game_type_display: &'static str,
    pub questions_count: i64,
}

impl From<Listed> for CheckedGame {
    fn from(game: Listed) -> Self {
        Self {
            id: game.id,
            game_type: game.kind.key(),
            game_type_display: game.kind.label(),
            questions_count: game.questions_count,
        }
    }
}

/// A question without its answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct QuestionShape {
    pub id: i64,
    pub question_type: &'static str,
    pub question_text: String,
    /// What can be chosen; of a word search its rows.
    #[schema(value_type = Vec<String>)]
    pub options: Box<RawValue>,
    /// From 1.
    pub order: i64,
    pub hint: Option<String>,
    /// Of a word search `Words to find: ` and its words; null for other questions, whose context would tell the answer.
    pub context: Option<String>,
    pub points: i64,
    /// In an attempt only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_answered: Option<bool>,
    /// In a preview only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correct_answer: Option<String>,
}

impl QuestionShape {
    fn new(kind: Kind, order: i64, question: Question) -> Self {
        Self {
            id: question.id,
            question_type: kind.question_type(),
            question_text: question.question_text,
            options: RawValue::from_string(question.options).unwrap_or_else(|_| RawValue::NULL.to_owned()),
            order,
            hint: question.hint,
            context: question.context.filter(|_| kind == Kind::WordSearch),
            points: question.points,
            is_answered: None,
            correct_answer: None,
        }
    }

    /// The questions of an attempt, in their order.
    pub fn dealt(kind: Kind, questions: Vec<Dealt>) -> Vec<Self> {
        let shapes = (1..).zip(questions).map(|(order, (question, answer))| Self {
            is_answered: Some(answer.is_some()),
            ..Self::new(kind, order, question)
        });
        shapes.collect()
    }

    /// Questions with their answers, for those who play without an account or a connection.
    pub fn previewed(kind: Kind, questions: Vec<Question>) -> Vec<Self> {
        let shapes = (1..).zip(questions).map(|(order, question)| Self {
            correct_answer: Some(question.correct_answer.clone()),
            ..Self::new(kind, order, question)
        });
        shapes.collect()
    }
}

/// An attempt that somebody is at.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct StartedShape {
    pub attempt_id: i64,
    pub game_type: &'static str,
    pub game_type_display: &'static str,
    pub story_id: i64,
    pub story_title: String,
    pub total_questions: i64,
    pub max_points: i64,
    /// Those that were answered come first.
    pub questions: Vec<QuestionShape>,
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    pub is_resume: bool,
    /// Right answers.
    pub current_score: i64,
    pub answered_count: i64,
}

impl StartedShape {
    /// An attempt at a game of this story.
    pub fn new(kind: Kind, story_id: i64, story_title: String, started: Started) -> Self {
        let attempt = started.attempt;
        Self {
            attempt_id: attempt.id,
            game_type: kind.key(),
            game_type_display: kind.label(),
            story_id,
            story_title,
            total_questions: attempt.total_questions,
            max_points: attempt.max_points,
            questions: QuestionShape::dealt(kind, started.questions),
            started_at: Timestamp(attempt.started_at),
            is_resume: started.is_resume,
            current_score: attempt.correct_answers,
            answered_count: attempt.answered_count,
        }
    }
}

/// An answer, marked.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct MarkedShape {
    pub is_correct: bool,
    pub correct_answer: String,
    pub feedback: String,
    pub points_earned: i64,
    pub total_points: i64,
    /// Right answers.
    pub current_score: i64,
}

impl From<Marked> for MarkedShape {
    fn from(marked: Marked) -> Self {
        Self {
            is_correct: marked.answer.is_correct,
            feedback: feedback(&marked.question, &marked.answer),
            correct_answer: marked.question.correct_answer,
            points_earned: marked.answer.points_earned,
            total_points: marked.attempt.total_points,
            current_score: marked.attempt.correct_answers,
        }
    }
}

/// Praise, or what would have been right; and where in the story it stands.
fn feedback(question: &Question, answer: &Answer) -> String {
    let right = &question.correct_answer;
    let verdict = if answer.is_correct {
        "Well done!".to_owned()
    } else if answer.user_answer.is_empty() {
        format!("There was no answer. The right one is: {right}")
    } else {
        format!("Not quite. The right answer is: {right}")
    };
    match &question.explanation {
        Some(explanation) => format!("{verdict}\n{explanation}"),
        None => verdict,
    }
}

/// What came of an attempt.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct FinishedShape {
    /// One decimal.
    #[schema(value_type = f64)]
    pub score_percentage: Value,
    pub passed: bool,
    pub xp_earned: i64,
    pub correct_answers: i64,
    pub total_questions: i64,
    pub answers_review: Vec<ReviewedAnswer>,
    pub time_taken_seconds: i64,
}

/// An answer in the review of an attempt.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ReviewedAnswer {
    #[serde(rename = "question__question_text")]
    pub question_text: String,
    #[serde(rename = "question__correct_answer")]
    pub correct_answer: String,
    pub user_answer: String,
    pub is_correct: bool,
    pub points_earned: i64,
}

impl From<Finished> for FinishedShape {
    fn from(finished: Finished) -> Self {
        let attempt = finished.attempt;
        let review = finished
            .answers
            .into_iter()
            .map(|(question, answer)| ReviewedAnswer {
                question_text: question.question_text,
                correct_answer: question.correct_answer,
                user_answer: answer.user_answer,
                is_correct: answer.is_correct,
                points_earned: answer.points_earned,
            });
        Self {
            score_percentage: percentage(attempt.correct_answers, attempt.total_questions),
            passed: has_passed(attempt.correct_answers, attempt.total_questions),
            xp_earned: attempt.xp_earned,
            correct_answers: attempt.correct_answers,
            total_questions: attempt.total_questions,
            answers_review: review.collect(),
            time_taken_seconds: attempt.seconds(),
        }
    }
}

/// An attempt in full, as far as it came.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AttemptShape {
    pub attempt_id: i64,
    /// As people call it.
    pub game_type: &'static str,
    /// Empty when the story may not be seen any more.
    pub story_title: String,
    /// One decimal.
    #[schema(value_type = f64)]
    pub score_percentage: Value,
    pub passed: bool,
    pub correct_answers: i64,
    pub total_questions: i64,
    pub total_points: i64,
    pub max_points: i64,
    pub xp_earned: i64,
    /// Null until it is completed.
    pub time_taken_seconds: Option<i64>,
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub completed_at: Option<Timestamp>,
    pub answers: Vec<AttemptAnswer>,
}

/// An answer of an attempt.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AttemptAnswer {
    pub question: String,
    pub user_answer: String,
    pub correct_answer: String,
    pub is_correct: bool,
    pub points_earned: i64,
    /// Where in the story it stands.
    pub explanation: Option<String>,
}

impl AttemptShape {
    /// An attempt at a game of the story of this title.
    pub fn new(attempt: &Attempt, kind: Kind, story_title: String, answers: Vec<(Question, Answer)>) -> Self {
        let answers = answers.into_iter().map(|(question, answer)| AttemptAnswer {
            question: question.question_text,
            user_answer: answer.user_answer,
            correct_answer: question.correct_answer,
            is_correct: answer.is_correct,
            points_earned: answer.points_earned,
            explanation: question.explanation,
        });
        Self {
            attempt_id: attempt.id,
            game_type: kind.label(),
            story_title,
            score_percentage: percentage(attempt.correct_answers, attempt.total_questions),
            passed: has_passed(attempt.correct_answers, attempt.total_questions),
            correct_answers: attempt.correct_answers,
            total_questions: attempt.total_questions,
            total_points: attempt.total_points,
            max_points: attempt.max_points,
            xp_earned: attempt.xp_earned,
            time_taken_seconds: attempt.completed_at.map(|_| attempt.seconds()),
            started_at: Timestamp(attempt.started_at),
            completed_at: attempt.completed_at.map(Timestamp),
            answers: answers.collect(),
        }
    }
}

/// An attempt in the list of the newest.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct RecentAttempt {
    /// Empty when the story may not be seen any more.
    pub story_title: String,
    /// As people call it.
    pub game_type: &'static str,
    /// One decimal.
    #[schema(value_type = f64)]
    pub score: Value,
    pub xp_earned: i64,
    #[schema(value_type = String, format = DateTime)]
    pub completed_at: Timestamp,
}

impl RecentAttempt {
    /// An attempt at a game of the story of this title.
    pub fn new(attempt: &Recent, story_title: String) -> Self {
        Self {
            story_title,
            game_type: attempt.kind.label(),
            score: percentage(attempt.correct_answers, attempt.total_questions),
            xp_earned: attempt.xp_earned,
            completed_at: Timestamp(attempt.completed_at),
        }
    }
}
