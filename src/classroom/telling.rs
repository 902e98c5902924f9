//! What families and teachers are told of classes: stored in the transaction, sent to whoever is online after it.

use database::{Conn, Error};
use serde_json::{Value, json};

use super::store::families;
use crate::app::App;
use crate::live::notify;
use crate::notifications::events::Stored;
use crate::notifications::shapes::NotificationShape;
use crate::notifications::store::{self as notifications, New, Notification};

/// Somebody asks whether a child may be in a class.
const REQUEST: &str = "class_request";
/// A child is in a class now.
const JOINED: &str = "class_joined";

/// A student and a teacher, and what the student is to be in.
#[derive(Clone, Debug)]
pub(super) struct Placement {
    pub(super) link_id: i64,
    pub(super) teacher_id: i64,
    pub(super) teacher_name: String,
    pub(super) student_id: i64,
    pub(super) student_name: String,
    pub(super) class_name: Option<String>,
}

impl Placement {
    /// `the class 5B of Ms. Ada`.
    fn place(&self) -> String {
        match &self.class_name {
            Some(class) => format!("the class {class} of {}", self.teacher_name),
            None => format!("a class of {}", self.teacher_name),
        }
    }

    fn data(&self) -> Value {
        json!({
            "class_link_id": self.link_id,
            "class_name": self.class_name,
            "teacher_id": self.teacher_id,
            "teacher_name": self.teacher_name,
            "student_id": self.student_id,
            "student_name": self.student_name,
        })
    }

    /// Stores a notification for somebody.
    fn tell(
        &self,
        conn: &mut Conn<'_>,
        recipient: i64,
        kind: &str,
        (title, message): (&str, &str),
        now: i64,
    ) -> Result<Notification, Error> {
        let sender = (recipient != self.teacher_id).then_some((self.teacher_id, &self.teacher_name));
        let data = self.data();
        let new = New {
            recipient_id: recipient,
            sender_id: sender.map(|(id, _)| id),
            kind,
            title,
            message,
            data: &data,
            story_id: None,
        };
        let id = notifications::insert(conn, &new, now)?;
        Ok(Notification {
            id,
            recipient_id: recipient,
            sender_id: new.sender_id,
            sender_name: sender.map(|(_, name)| name.clone()),
            kind: kind.to_owned(),
            title: title.to_owned(),
            message: message.to_owned(),
            data,
            story_id: None,
            is_read: false,
            created_at: now,
        })
    }

    /// The family is asked: the child and its parents are told. One query, and one for each of them.
    pub(super) fn ask(&self, conn: &mut Conn<'_>, now: i64) -> Result<Vec<Notification>, Error> {
        let parents = families::parents(conn, self.student_id)?;
        let place = self.place();
        let own = if parents.is_empty() {
            format!("{} invites you into {place}. You decide.", self.teacher_name)
        } else {
            format!("You are invited into {place}. Your parents are asked.")
        };
        let own = ("An invitation into a class", own.as_str());
        let mut told = vec![self.tell(conn, self.student_id, REQUEST, own, now)?];
        let asked = format!(
            "{} would like {} to be in {place}. Nothing of your child is shown there until you say yes.",
            self.teacher_name, self.student_name
        );
        let asked = ("A teacher asks for your yes", asked.as_str());
        for parent in parents {
            told.push(self.tell(conn, parent, REQUEST, asked, now)?);
        }
        Ok(told)
    }

    /// The child came in by the code: its parents are told, who may take it out again. One query, and one for each.
    pub(super) fn join(&self, conn: &mut Conn<'_>, now: i64) -> Result<Vec<Notification>, Error> {
        let text = format!(
            "{} is in {} now, by the code that the teacher gave out.",
            self.student_name,
            self.place()
        );
        let text = ("Your child is in a class", text.as_str());
        let parents = families::parents(conn, self.student_id)?;
        let told = parents
            .into_iter()
            .map(|parent| self.tell(conn, parent, JOINED, text, now));
        told.collect()
    }

    /// `answerer` has said yes: the teacher is told, and the child, if it was not the child. Two queries at most.
    pub(super) fn accept(
        &self,
        conn: &mut Conn<'_>,
        answerer: i64,
        now: i64,
    ) -> Result<Vec<Notification>, Error> {
        let to_teacher = format!("{} is your student now.", self.student_name);
        let to_teacher = ("A family said yes", to_teacher.as_str());
        let mut told = vec![self.tell(conn, self.teacher_id, JOINED, to_teacher, now)?];
        if answerer != self.student_id {
            let to_child = format!("You are in {} now.", self.place());
            let to_child = ("Welcome to the class", to_child.as_str());
            told.push(self.tell(conn, self.student_id, JOINED, to_child, now)?);
        }
        Ok(told)
    }
}

/// Tells whoever is online what was stored. After the commit.
pub(super) fn announce(app: &App, told: Vec<Notification>) {
    for stored in told {
        let recipient = stored.recipient_id;
        let notification = NotificationShape::from(stored);
        notify(app, recipient, &Stored { notification });
    }
}
