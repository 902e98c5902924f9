//! What a family is told of: a stored notification, and an event for whoever is online, after the commit.

use database::{Conn, Error};
use serde_json::json;

use crate::accounts::store::people;
use crate::app::App;
use crate::live::notify;
use crate::notifications::events::Stored;
use crate::notifications::shapes::NotificationShape;
use crate::notifications::store::{self, New, Notification};

/// The kind that asks a child whether an adult may be linked to it.
const LINK_REQUEST: &str = "family_link_request";
/// The kind that tells an adult that a child said yes.
const LINK_ACCEPTED: &str = "family_link_accepted";

/// Asks a child whether a parent may be linked to it; what to tell it.
pub(super) fn ask(conn: &mut Conn<'_>, parent: i64, child: i64, now: i64) -> Result<Notification, Error> {
    let name = name(conn, parent)?;
    let message = format!(
        "{name} would like to see what you read and write, and to look after your account. Say yes only if you know them."
    );
    tell(
        conn,
        (parent, child),
        LINK_REQUEST,
        "Is this your parent?",
        &message,
        now,
    )
}

/// Tells a parent that a child said yes; what to tell them.
pub(super) fn accepted(
    conn: &mut Conn<'_>,
    child: i64,
    parent: i64,
    now: i64,
) -> Result<Notification, Error> {
    let message = format!("{} said yes. You are linked now.", name(conn, child)?);
    tell(
        conn,
        (child, parent),
        LINK_ACCEPTED,
        "You are linked",
        &message,
        now,
    )
}

fn name(conn: &mut Conn<'_>, user_id: i64) -> Result<String, Error> {
    let profile = people::profile(conn, user_id)?.ok_or(Error::Missing)?;
    Ok(profile.display_name)
}

fn tell(
    conn: &mut Conn<'_>,
    (sender, recipient): (i64, i64),
    kind: &str,
    title: &str,
    message: &str,
    now: i64,
) -> Result<Notification, Error> {
    let new = New {
        recipient_id: recipient,
        sender_id: Some(sender),
        kind,
        title,
        message,
        data: &json!({"user_id": sender}),
        story_id: None,
    };
    let id = store::insert(conn, &new, now)?;
    store::get(conn, id, recipient)?.ok_or(Error::Missing)
}

/// Sends it to whoever is online.
pub(super) fn announce(app: &App, notification: Notification) {
    let recipient = notification.recipient_id;
    let notification = NotificationShape::from(notification);
    notify(app, recipient, &Stored { notification });
}
