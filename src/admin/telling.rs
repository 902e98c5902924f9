//! What people are told when order is kept: stored notifications inside the transaction, events after it.

use database::{Conn, Error};
use serde_json::Value;

use crate::app::App;
use crate::live::notify;
use crate::notifications::events::Stored;
use crate::notifications::shapes::NotificationShape;
use crate::notifications::store::{self, New, Notification};

/// The kind of these notifications.
const MODERATION: &str = "moderation";
/// The longest title of a notification, in characters.
const LONGEST_TITLE: usize = 200;

/// Stores what somebody is told; that. One query.
pub(super) fn store(
    conn: &mut Conn<'_>,
    recipient: i64,
    title: &str,
    message: String,
    story_id: Option<i64>,
    now: i64,
) -> Result<Notification, Error> {
    let title: String = title.chars().take(LONGEST_TITLE).collect();
    let new = New {
        recipient_id: recipient,
        sender_id: None,
        kind: MODERATION,
        title: &title,
        message: &message,
        data: &Value::Null,
        story_id,
    };
    let id = store::insert(conn, &new, now)?;
    Ok(Notification {
        id,
        recipient_id: recipient,
        sender_id: None,
        sender_name: None,
        kind: MODERATION.to_owned(),
        title,
        message,
        data: Value::Null,
        story_id,
        is_read: false,
        created_at: now,
    })
}

/// A sentence with its reason, if there is one.
pub(super) fn with_reason(sentence: String, reason: &str) -> String {
    if reason.is_empty() {
        sentence
    } else {
        format!("{sentence} Reason: {reason}")
    }
}

/// Tells those who are online. After the commit.
pub(super) fn announce(app: &App, stored: &[Notification]) {
    for one in stored {
        let notification = NotificationShape::from(one.clone());
        notify(app, one.recipient_id, &Stored { notification });
    }
}
