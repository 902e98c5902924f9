//! What friends write to each other.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::SocialDone;
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::social::shapes::{ConversationShape, MessageShape};
use crate::social::store::messages::{self, Correspondents, Head, Message, Standing};
use crate::social::{limits, rules, telling};
use crate::wire::{Body, ETag, Error, Fields, Id, Query, respond};

/// The longest message, in code points.
const LONGEST: usize = 2000;
/// The largest request, in bytes.
const LARGEST: usize = 16 * 1024;

/// One's conversations.
#[derive(Serialize, ToSchema)]
pub struct ConversationList {
    success: bool,
    conversations: Vec<ConversationShape>,
}

/// One's conversations, also those with former friends: the newest first, 150 at most. The apps ask every half minute.
#[utoipa::path(get, path = "/api/messages/conversations/", tag = "messages",
    responses((status = 200, body = ConversationList), (status = 304, description = "Nothing changed.")))]
pub async fn conversations(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let found = app
        .read(move |conn| Ok(messages::conversations(conn, caller.id)?))
        .await?;
    let list = ConversationList {
        success: true,
        conversations: found.into_iter().map(Into::into).collect(),
    };
    Ok(respond::polled(&headers, &list))
}

/// The messages of a conversation.
#[derive(Serialize, ToSchema)]
pub struct MessageList {
    success: bool,
    messages: Vec<MessageShape>,
}

/// What a look into a conversation found.
enum Found {
    /// There are messages to be marked as read first.
    Unread,
    /// The client holds this version already.
    Known(ETag),
    /// The messages of this version.
    Messages(ETag, Vec<Message>),
}

/// What one wrote with somebody, oldest first: the newest 200 messages, and 64 KiB of text at most; with `before_id`,
/// those before that message. What the other one wrote is read from then on.
#[utoipa::path(get, path = "/api/messages/{id}/", tag = "messages",
    params(("id" = i64, Path, description = "the other account"), ("before_id" = Option<i64>, Query)),
    responses((status = 200, body = MessageList), (status = 304, description = "Nothing changed.")))]
pub async fn history(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(other_id): Id,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let before = query.clamped("before_id", i64::MAX, 1..=i64::MAX);
    let look = move |conn: &mut Conn<'_>| look(conn, caller.id, other_id, before, &headers);
    let again = look.clone();
    let mut found = app.read(look).await?;
    if matches!(found, Found::Unread) {
        found = app
            .write(move |conn| {
                messages::mark_read(conn, caller.id, other_id)?;
                again(conn)
            })
            .await?;
    }
    match found {
        Found::Known(tag) => Ok(tag.not_modified()),
        Found::Messages(tag, messages) => Ok(tag.on(respond::ok(&MessageList {
            success: true,
            messages: messages.into_iter().map(Into::into).collect(),
        }))),
        Found::Unread => Err(Error::unavailable(1)),
    }
}

fn look(
    conn: &mut Conn<'_>,
    caller: i64,
    other: i64,
    before: i64,
    headers: &HeaderMap,
) -> Result<Found, Error> {
    let head = messages::head(conn, caller, other)?.ok_or_else(Error::not_found)?;
    if head.unread_count > 0 {
        return Ok(Found::Unread);
    }
    let tag = tag(&head, before);
    if tag.matches(headers) {
        return Ok(Found::Known(tag));
    }
    let messages = messages::history(conn, &head, before)?;
    Ok(Found::Messages(tag, messages))
}

/// The version of a page of messages.
fn tag(head: &Head, before: i64) -> ETag {
    ETag::of(|parts| {
        for person in [&head.me, &head.other] {
            parts.number(person.id);
            parts.text(&person.username);
            parts.text(&person.display_name);
        }
        parts.number(before);
        for number in head.version() {
            parts.number(number);
        }
    })
}

/// What to write to whom.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewMessage {
    receiver_id: i64,
    #[schema(min_length = 1, max_length = 2000)]
    content: String,
}

/// A message as it is now.
#[derive(Serialize, ToSchema)]
pub struct MessageAnswer {
    success: bool,
    message: MessageShape,
}

/// Writes to a friend. Rude words are masked.
#[utoipa::path(post, path = "/api/messages/send/", tag = "messages", request_body = NewMessage,
    responses((status = 201, body = MessageAnswer)))]
pub async fn send(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::MESSAGE, caller.id)?;
    let mut fields = Fields::new(body);
    let receiver = fields.integer("receiver_id");
    let content = content(&app, &mut fields);
    fields.finish()?;
    let receiver = receiver.ok_or_else(|| Error::field("receiver_id", "This field is required."))?;
    let now = app.clock.now();
    let message = app
        .write(move |conn| {
            let people = friends(conn, caller.id, receiver)?;
            let id = messages::insert(conn, caller.id, receiver, &content, now)?;
            Ok(Message {
                id,
                sender: people.sender,
                receiver: people.receiver,
                content: content.clone(),
                is_read: false,
                created_at: now,
            })
        })
        .await?;
    let message = MessageShape::from(message);
    telling::written(&app, &message);
    Ok(respond::created(&MessageAnswer {
        success: true,
        message,
    }))
}

/// The two, if they are friends.
fn friends(conn: &mut Conn<'_>, caller: i64, other: i64) -> Result<Correspondents, Error> {
    let people = messages::correspondents(conn, caller, other)?.ok_or_else(Error::not_found)?;
    if people.are_friends {
        Ok(people)
    } else {
        Err(Error::forbidden("You can write to your friends only."))
    }
}

/// The text of a message, rude words masked; what is wrong with it is noted.
fn content(app: &App, fields: &mut Fields) -> String {
    let content = match fields.raw("content") {
        Some(Value::String(text)) => rules::clean(&text),
        None => {
            fields.refuse("content", "This field is required.");
            return String::new();
        }
        Some(_) => {
            fields.refuse("content", "Not a valid text.");
            return String::new();
        }
    };
    if content.is_empty() {
        fields.refuse("content", "This field may not be blank.");
    } else if content.chars().count() > LONGEST {
        fields.refuse("content", format!("This may have at most {LONGEST} characters."));
    }
    app.words.masker().mask(&content).into_owned()
}

/// How many messages were marked as read.
#[derive(Serialize, ToSchema)]
pub struct MarkedRead {
    success: bool,
    marked_read: i64,
}

/// Marks all that somebody wrote to one as read.
#[utoipa::path(put, path = "/api/messages/mark-read/{id}/", tag = "messages",
    params(("id" = i64, Path, description = "the other account")), responses((status = 200, body = MarkedRead)))]
pub async fn mark_read(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(other_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::MARK_READ, caller.id)?;
    let marked_read = app
        .write(move |conn| {
            let head = messages::head(conn, caller.id, other_id)?.ok_or_else(Error::not_found)?;
            if head.unread_count > 0 {
                messages::mark_read(conn, caller.id, other_id)?;
            }
            Ok(head.unread_count)
        })
        .await?;
    Ok(respond::ok(&MarkedRead {
        success: true,
        marked_read,
    }))
}

/// Another text.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct MessageChange {
    #[schema(min_length = 1, max_length = 2000)]
    content: String,
}

/// Changes a message of one's own, as long as the two are friends. Rude words are masked.
#[utoipa::path(put, path = "/api/messages/{id}/edit/", tag = "messages", params(("id" = i64, Path)),
    request_body = MessageChange, responses((status = 200, body = MessageAnswer)))]
pub async fn edit(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(message_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::MESSAGE, caller.id)?;
    let mut fields = Fields::new(body);
    let content = content(&app, &mut fields);
    fields.finish()?;
    let message = app
        .write(move |conn| {
            let standing = own(conn, message_id, caller.id)?;
            let people = friends(conn, caller.id, standing.receiver_id)?;
            messages::edit(conn, message_id, &standing, &content)?;
            Ok(Message {
                id: message_id,
                sender: people.sender,
                receiver: people.receiver,
                content: content.clone(),
                is_read: standing.is_read,
                created_at: standing.created_at,
            })
        })
        .await?;
    Ok(respond::ok(&MessageAnswer {
        success: true,
        message: message.into(),
    }))
}

/// A message that the caller wrote. Others learn of it only when it was written to them.
fn own(conn: &mut Conn<'_>, message_id: i64, caller: i64) -> Result<Standing, Error> {
    let standing = messages::standing(conn, message_id, caller)?.ok_or_else(Error::not_found)?;
    if standing.sender_id == caller {
        Ok(standing)
    } else {
        Err(Error::forbidden("Somebody else wrote this message."))
    }
}

/// Deletes a message of one's own, for both.
#[utoipa::path(delete, path = "/api/messages/{id}/delete/", tag = "messages", params(("id" = i64, Path)),
    responses((status = 200, body = SocialDone)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(message_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::MESSAGE, caller.id)?;
    app.write(move |conn| {
        let standing = own(conn, message_id, caller.id)?;
        Ok(messages::delete(conn, message_id, &standing)?)
    })
    .await?;
    Ok(respond::ok(&SocialDone::new("The message is deleted.")))
}
