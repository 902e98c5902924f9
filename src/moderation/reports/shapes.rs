//! Reports as the wire shows them.

use serde::Serialize;
use utoipa::ToSchema;

use super::rules;
use super::store::Report;
use crate::wire::Timestamp;

/// A report, to those who keep order.
#[derive(Serialize, ToSchema)]
pub struct ReportShape {
    id: i64,
    /// `open`, `upheld` or `dismissed`.
    status: String,
    reason: String,
    /// What the reason means.
    meaning: &'static str,
    details: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    handled_at: Option<Timestamp>,
    /// The user name of who decided it.
    handled_by: Option<String>,
    /// Null when they have left.
    reporter: Option<Reporter>,
    object: Reported,
    author: Behind,
}

/// Who reported something.
#[derive(Serialize, ToSchema)]
pub struct Reporter {
    id: i64,
    username: String,
}

/// What was reported.
#[derive(Serialize, ToSchema)]
pub struct Reported {
    /// `story`, `comment` or `user`.
    kind: &'static str,
    id: i64,
    /// The title of the story, the beginning of the comment, or the name of the person.
    text: String,
    /// The story, or the one under which the comment stands.
    story_id: Option<i64>,
    is_published: Option<bool>,
}

/// Whose doing it is.
#[derive(Serialize, ToSchema)]
pub struct Behind {
    id: i64,
    username: String,
    display_name: String,
    violation_count: i64,
}

impl From<Report> for ReportShape {
    fn from(report: Report) -> Self {
        let reporter = report.reporter_id.zip(report.reporter_username);
        let text = match report.object {
            rules::Object::Story(_) => report.story_title,
            rules::Object::Comment(_) => report.comment,
            rules::Object::User(_) => None,
        };
        Self {
            id: report.id,
            status: report.status,
            meaning: rules::meaning(&report.reason).unwrap_or("something else"),
            reason: report.reason,
            details: report.details,
            created_at: Timestamp(report.created_at),
            handled_at: report.handled_at.map(Timestamp),
            handled_by: report.handled_by,
            reporter: reporter.map(|(id, username)| Reporter { id, username }),
            object: Reported {
                kind: report.object.kind(),
                id: report.object.id(),
                text: text.unwrap_or_else(|| report.author_name.clone()),
                story_id: report.story_id,
                is_published: report.is_published,
            },
            author: Behind {
                id: report.author_id,
                username: report.author_username,
                display_name: report.author_name,
                violation_count: report.violation_count,
            },
        }
    }
}
