//! What waits for a decision in the demo world: a comment and a story that somebody reported.

use std::collections::HashMap;

use database::{Conn, Error};

use super::stories::Story;
use crate::moderation::reports::api;
use crate::moderation::reports::rules::Object;
use crate::moderation::reports::store::New;

/// What somebody reported.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// The username of who reported it.
    pub reporter: &'static str,
    /// The title of the story.
    pub story: &'static str,
    /// The username of whose comment under it is meant; nothing: the story itself.
    pub commenter: Option<&'static str>,
    /// One of the reasons that there are (`moderation::reports::rules`).
    pub reason: &'static str,
    /// In their own words.
    pub details: &'static str,
}

/// All of them.
pub const REPORTS: [Report; 2] = [
    Report {
        reporter: "mila",
        story: "Seventeen Paper Boats",
        commenter: Some("jun"),
        reason: "rude",
        details: "Tomas worked on this for two days. That is not a nice thing to say.",
    },
    Report {
        reporter: "jun",
        story: "The Moon's Cold Ears",
        commenter: None,
        reason: "copied",
        details: "We read a story just like this one in class, I think.",
    },
];

/// Reports what is to be reported of a story, whose `comments` are the usernames of who wrote them, each with its id.
pub(super) fn make(
    conn: &mut Conn<'_>,
    (story, story_id): (&Story, i64),
    comments: &[(&str, i64)],
    ids: &HashMap<&'static str, i64>,
    now: i64,
) -> Result<(), Error> {
    for report in REPORTS.iter().filter(|report| report.story == story.title) {
        let object = match report.commenter {
            None => Object::Story(story_id),
            Some(who) => {
                let comment = comments.iter().find(|(author, _)| *author == who);
                Object::Comment(comment.ok_or(Error::Missing)?.1)
            }
        };
        let new = New {
            reporter_id: *ids.get(report.reporter).ok_or(Error::Missing)?,
            object,
            reason: report.reason,
            details: report.details,
        };
        api::take(conn, &new, now)?;
    }
    Ok(())
}
