//! What somebody who keeps order does about a story or a comment: each act is one part of one transaction, and whoever it
//! concerns is told by a stored notification, in plain words.

use database::Conn;
use serde_json::json;

use super::reports::rules::{Object, Status};
use super::reports::store as reports;
use crate::app::App;
use crate::live::notify;
use crate::notifications::events::Stored;
use crate::notifications::shapes::NotificationShape;
use crate::notifications::store::{self as notifications, New, Notification};
use crate::stories::effects::{self, Effects};
use crate::stories::store::{comments, flags, together, writing};
use crate::wire::Error;

/// The kind of a notification about what was done.
pub const KIND: &str = "moderation";

/// What is to be told after the commit.
#[derive(Clone, Debug, Default)]
#[must_use = "others have to hear of it"]
pub struct Told {
    notifications: Vec<Notification>,
    effects: Effects,
}

impl Told {
    /// Tells everybody whom it concerns. After the commit.
    pub fn announce(self, app: &App) {
        self.effects.announce(app);
        for stored in self.notifications {
            let recipient = stored.recipient_id;
            let notification = NotificationShape::from(stored);
            notify(app, recipient, &Stored { notification });
        }
    }
}

/// Makes a story a draft, which its authors cannot publish before somebody has approved of it. One that is hidden because
/// its author is not here stays a draft when they come back. 404 when there is no such story; nobody is told when it was a
/// draft already.
pub fn unpublish(conn: &mut Conn<'_>, story_id: i64, reason: &str, now: i64) -> Result<Told, Error> {
    let story = flags::one(conn, story_id)?.ok_or_else(Error::not_found)?;
    flags::withhold(conn, story_id, now)?;
    if !story.is_published && !story.is_hidden {
        return Ok(Told::default());
    }
    flags::keep_hidden(conn, story_id)?;
    if writing::set_published(conn, story_id, story.author_id, false, now)? == Some(true) {
        effects::unpublished(conn, story.author_id, now)?;
    }
    let message = format!(
        "“{}” is a draft again: nobody else can read it now. {}",
        story.title,
        because(reason)
    );
    let words = Words {
        title: "Your story is a draft again",
        message: &message,
        action: "unpublish",
        story_id: Some(story_id),
    };
    let authors = authors(conn, story_id, story.author_id)?;
    Ok(Told {
        notifications: words.tell(conn, &authors, now)?,
        ..Told::default()
    })
}

/// Says that a story is as it should be: it is published, its flag is taken away, and what was reported about it is closed.
/// One whose author is not here is shown when they come back. 404 when there is no such story.
pub fn approve(conn: &mut Conn<'_>, story_id: i64, by: Option<i64>, now: i64) -> Result<Told, Error> {
    let story = flags::one(conn, story_id)?.ok_or_else(Error::not_found)?;
    flags::unflag(conn, story_id)?;
    flags::release(conn, story_id)?;
    reports::close(conn, Object::Story(story_id), Status::Dismissed, by, now)?;
    let mut told = Told::default();
    if !story.is_author_active {
        flags::show_later(conn, story_id, now)?;
        return Ok(told);
    }
    if writing::set_published(conn, story_id, story.author_id, true, now)? == Some(true) {
        told.effects = effects::published(conn, story.author_id, story_id, now)?;
    }
    Ok(told)
}

/// Deletes a story with all that hangs on it. 404 when there is no such story.
pub fn delete_story(conn: &mut Conn<'_>, story_id: i64, reason: &str, now: i64) -> Result<Told, Error> {
    let story = flags::one(conn, story_id)?.ok_or_else(Error::not_found)?;
    let authors = authors(conn, story_id, story.author_id)?;
    let tally = writing::delete(conn, story_id, story.author_id, now)?.ok_or_else(Error::not_found)?;
    effects::deleted(conn, story.author_id, &tally, now)?;
    let message = format!("“{}” was taken away. {}", story.title, because(reason));
    let words = Words {
        title: "Your story was taken away",
        message: &message,
        action: "delete",
        story_id: None,
    };
    Ok(Told {
        notifications: words.tell(conn, &authors, now)?,
        ..Told::default()
    })
}

/// Deletes a comment. 404 when there is none.
pub fn delete_comment(conn: &mut Conn<'_>, comment_id: i64, reason: &str, now: i64) -> Result<Told, Error> {
    let comment = comments::overseen(conn, comment_id)?.ok_or_else(Error::not_found)?;
    let (commenter, author) = comments::delete(conn, comment_id)?.ok_or_else(Error::not_found)?;
    effects::uncommented(conn, author, commenter, now)?;
    let message = format!(
        "What you wrote under “{}” was taken away. {}",
        comment.title,
        because(reason)
    );
    let words = Words {
        title: "Your comment was taken away",
        message: &message,
        action: "delete_comment",
        story_id: Some(comment.story_id),
    };
    Ok(Told {
        notifications: words.tell(conn, &[commenter], now)?,
        ..Told::default()
    })
}

/// Everybody who wrote a story.
fn authors(conn: &mut Conn<'_>, story_id: i64, author: i64) -> Result<Vec<i64>, Error> {
    let mut authors = together::authors(conn, story_id)?;
    if !authors.contains(&author) {
        authors.push(author);
    }
    Ok(authors)
}

fn because(reason: &str) -> String {
    let reason = reason.trim();
    if reason.is_empty() {
        "Somebody who keeps order here looked at it.".to_owned()
    } else {
        format!("This is why: {reason}")
    }
}

/// What people are told.
struct Words<'a> {
    title: &'a str,
    message: &'a str,
    action: &'a str,
    story_id: Option<i64>,
}

impl Words<'_> {
    /// Stores it for each of them.
    fn tell(&self, conn: &mut Conn<'_>, people: &[i64], now: i64) -> Result<Vec<Notification>, Error> {
        let data = json!({"action": self.action});
        let mut stored = Vec::with_capacity(people.len());
        for recipient_id in people.iter().copied() {
            let new = New {
                recipient_id,
                sender_id: None,
                kind: KIND,
                title: self.title,
                message: self.message,
                data: &data,
                story_id: self.story_id,
            };
            let id = notifications::insert(conn, &new, now)?;
            stored.extend(notifications::get(conn, id, recipient_id)?);
        }
        Ok(stored)
    }
}
