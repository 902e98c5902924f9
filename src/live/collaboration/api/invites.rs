//! Friends are invited, and answer.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::joining::{refusal, welcome};
use super::open_inside;
use crate::accounts::auth::Caller;
use crate::accounts::shapes::NamedShape;
use crate::app::App;
use crate::clock::SECOND;
use crate::live::collaboration::rules::{INVITE_LASTS, INVITE_PAUSE, LONGEST_NAME};
use crate::live::collaboration::store::invites::{self, Waiting};
use crate::live::collaboration::store::{self, Session, members};
use crate::live::collaboration::{change, limits};
use crate::live::notify;
use crate::notifications::events::{CollaborationInvite, CollaborationSessionStarted, Invite};
use crate::notifications::store as notifications;
use crate::social::store::friends::are_friends;
use crate::wire::{Body, ETag, Error, Fields, Id, Timestamp, respond};

/// The title in an invitation that names none.
const DEFAULT_TITLE: &str = "Untitled Story";

/// Whom to invite where.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct InviteForm {
    session_id: String,
    friend_id: i64,
    /// `Untitled Story` when absent.
    story_title: Option<String>,
}

/// A friend is invited.
#[derive(Serialize, ToSchema)]
pub struct InviteSent {
    success: bool,
    message: &'static str,
    notification_id: i64,
}

/// Invites a friend into a session that the caller is in.
///
/// Once in 30 seconds for each friend and session, whoever invites: 429 before that. An invitation of the host lets
/// somebody back who was put out.
#[utoipa::path(post, path = "/api/collaborate/invite/", tag = "collaboration", request_body = InviteForm,
    responses((status = 200, body = InviteSent)))]
pub async fn invite(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body,
) -> Result<Response, Error> {
    app.limit(&limits::INVITE, caller.id)?;
    let mut fields = Fields::new(body);
    let session_id = fields.required_text("session_id", 100);
    let friend_id = fields.integer("friend_id");
    if friend_id.is_none() && !fields.has("friend_id") {
        fields.refuse("friend_id", "This field is required.");
    }
    let title = fields.text("story_title", usize::MAX).unwrap_or_default();
    fields.finish()?;
    let title: String = app
        .words
        .masker()
        .mask(&title)
        .chars()
        .take(LONGEST_NAME)
        .collect();
    let title = if title.is_empty() {
        DEFAULT_TITLE.to_owned()
    } else {
        title
    };
    let wish = Wish {
        session_id,
        inviter_id: caller.id,
        friend_id: friend_id.unwrap_or_default(),
        title,
        now: app.clock.now(),
    };
    let sent = change(&app, move |conn| wish.send(conn)).await?;
    let notification_id = sent.notification_id;
    notify(&app, sent.invitee.id, &CollaborationInvite::from(sent));
    Ok(respond::ok(&InviteSent {
        success: true,
        message: "The invitation is sent.",
        notification_id,
    }))
}

/// An invitation that is to be made.
struct Wish {
    session_id: String,
    inviter_id: i64,
    friend_id: i64,
    title: String,
    now: i64,
}

impl Wish {
    fn send(&self, conn: &mut Conn<'_>) -> Result<Invite, Error> {
        let (session, _) = open_inside(conn, &self.session_id, self.inviter_id, self.now)?;
        let invitee = named(conn, self.friend_id)?;
        let inviter = named(conn, self.inviter_id)?;
        self.check(conn, &session)?;
        let sentence = format!(
            "{} invites you to create \"{}\" together.",
            inviter.name, self.title
        );
        let data = json!({
            "session_id": session.session_id,
            "story_title": self.title,
            "inviter_id": inviter.id,
            "inviter_name": inviter.name,
            "is_session_active": !session.is_lobby_open,
        });
        let notification = notifications::New {
            recipient_id: self.friend_id,
            sender_id: Some(self.inviter_id),
            kind: notifications::COLLABORATION_INVITE,
            title: "An invitation to create together",
            message: &sentence,
            data: &data,
            story_id: None,
        };
        let notification_id = notifications::insert(conn, &notification, self.now)?;
        let what = (notification_id, self.title.as_str());
        invites::put(conn, session.id, self.friend_id, self.inviter_id, what, self.now)?;
        Ok(Invite {
            notification_id,
            inviter,
            invitee,
            session_id: session.session_id,
            story_title: self.title.clone(),
            is_session_active: !session.is_lobby_open,
            sentence,
            created_at: self.now,
        })
    }

    /// Whether this friend may be invited here and now. An earlier invitation goes, and so does a kick when the host
    /// invites.
    fn check(&self, conn: &mut Conn<'_>, session: &Session) -> Result<(), Error> {
        if !are_friends(conn, self.inviter_id, self.friend_id)? {
            return Err(Error::forbidden("Only friends can be invited."));
        }
        if let Some(place) = store::member(conn, session.id, self.friend_id)? {
            if place.is_in() {
                return Err(Error::bad_request("Your friend is in this session already."));
            }
            if place.kicked_at.is_some() && self.inviter_id != session.host_id {
                return Err(Error::forbidden("Only the host can let this friend back in."));
            }
            invites::pardon(conn, session.id, self.friend_id)?;
        }
        let Some(earlier) = invites::find(conn, session.id, self.friend_id)? else {
            return Ok(());
        };
        let pause = earlier.invited_at + INVITE_PAUSE - self.now;
        if pause > 0 {
            let seconds = (pause + SECOND - 1) / SECOND;
            return Err(Error::too_many_requests(seconds.unsigned_abs()));
        }
        if earlier.accepted.is_none() {
            notifications::delete(conn, earlier.notification_id, self.friend_id)?;
        }
        Ok(())
    }
}

fn named(conn: &mut Conn<'_>, user_id: i64) -> Result<NamedShape, Error> {
    let (username, name) = store::names(conn, user_id)?.ok_or_else(Error::not_found)?;
    Ok(NamedShape {
        id: user_id,
        username,
        name,
    })
}

/// Invitations that wait for an answer.
#[derive(Serialize, ToSchema)]
pub struct WaitingInvites {
    success: bool,
    invitations: Vec<InvitationShape>,
}

/// An invitation that waits for an answer.
#[derive(Serialize, ToSchema)]
pub struct InvitationShape {
    id: i64,
    session_id: String,
    story_title: String,
    inviter_id: i64,
    inviter_name: String,
    inviter_avatar: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Always false: an answered one is not listed.
    is_read: bool,
    /// Whether the lobby is closed, so that drawing goes on already.
    is_session_active: bool,
}

impl From<Waiting> for InvitationShape {
    fn from(invite: Waiting) -> Self {
        Self {
            id: invite.notification_id,
            session_id: invite.session_id,
            story_title: invite.story_title,
            inviter_id: invite.inviter_id,
            inviter_name: invite.inviter_name,
            inviter_avatar: invite.inviter_avatar,
            created_at: Timestamp(invite.invited_at),
            is_read: false,
            is_session_active: !invite.is_lobby_open,
        }
    }
}

/// The caller's invitations that wait for an answer, newest first, which the apps ask for every half minute.
///
/// They wait for a day, and as long as their session is open.
#[utoipa::path(get, path = "/api/collaborate/invites/", tag = "collaboration",
    responses((status = 200, body = WaitingInvites), (status = 304, description = "Nothing changed.")))]
pub async fn waiting(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let now = app.clock.now();
    let found = app
        .read(move |conn| Ok(invites::waiting(conn, caller.id, now)?))
        .await?;
    let tag = ETag::of(|parts| {
        for invite in &found {
            for number in [
                invite.notification_id,
                invite.inviter_id,
                i64::from(invite.is_lobby_open),
            ] {
                parts.number(number);
            }
            for text in [
                &invite.session_id,
                &invite.story_title,
                &invite.inviter_name,
                &invite.inviter_avatar,
            ] {
                parts.text(text);
            }
        }
    });
    if tag.matches(&headers) {
        return Ok(tag.not_modified());
    }
    Ok(tag.on(respond::ok(&WaitingInvites {
        success: true,
        invitations: found.into_iter().map(InvitationShape::from).collect(),
    })))
}

/// A list that is always empty.
#[derive(Serialize, ToSchema)]
pub struct NoInvites {
    success: bool,
    #[schema(value_type = Vec<Object>)]
    invites: [(); 0],
    total: i64,
}

/// Always empty: invitations are listed by `/api/collaborate/invites/`.
#[utoipa::path(get, path = "/api/collaborate/invites/list/", tag = "collaboration",
    responses((status = 200, body = NoInvites)))]
pub async fn none(Caller(_): Caller) -> Response {
    respond::ok(&NoInvites {
        success: true,
        invites: [],
        total: 0,
    })
}

/// An answer to an invitation.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct AnswerForm {
    /// `accept` or `decline`; `reject` is the same as `decline`.
    action: String,
}

/// An invitation is answered.
#[derive(Serialize, ToSchema)]
pub struct InviteAnswered {
    success: bool,
    action: &'static str,
    /// Null when it was declined.
    session_id: Option<String>,
    story_id: Option<i64>,
}

/// Accepts or declines an invitation of one's own.
///
/// 404 when it was answered before, is older than a day, or its session is over; 403 when that is full or the host has
/// put the caller out since.
#[utoipa::path(post, path = "/api/collaborate/invites/{id}/respond/", tag = "collaboration",
    params(("id" = i64, Path, description = "the id of the stored notification")), request_body = AnswerForm,
    responses((status = 200, body = InviteAnswered)))]
pub async fn answer(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(notification_id): Id,
    Body(body): Body,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let mut fields = Fields::new(body);
    if !fields.has("action") {
        fields.refuse("action", "This field is required.");
    }
    let action = fields.choice("action", &["accept", "decline", "reject"]);
    fields.finish()?;
    let accepts = action.as_deref() == Some("accept");
    let now = app.clock.now();
    let answered = change(&app, move |conn| {
        if accepts {
            accept(conn, caller.id, notification_id, now).map(Some)
        } else {
            decline(conn, caller.id, notification_id, now).map(|()| None)
        }
    });
    let session = answered.await?;
    if let Some(session) = session.as_ref().filter(|session| !session.is_lobby_open) {
        tell_later(&app, caller.id, session);
    }
    Ok(respond::ok(&InviteAnswered {
        success: true,
        action: if accepts { "accept" } else { "decline" },
        story_id: session.as_ref().and_then(|session| session.story_id),
        session_id: session.map(|session| session.session_id),
    }))
}

/// Takes a place; the session. An answer that is repeated because the first was lost does no harm.
fn accept(conn: &mut Conn<'_>, user_id: i64, notification_id: i64, now: i64) -> Result<Session, Error> {
    let session_id = invites::session_of(conn, user_id, notification_id)?.ok_or_else(Error::not_found)?;
    let session = store::lock(conn, &session_id)?.ok_or_else(Error::not_found)?;
    let invite = invites::find(conn, session.id, user_id)?.ok_or_else(Error::not_found)?;
    if invite.notification_id != notification_id
        || invite.accepted == Some(false)
        || (invite.accepted.is_none() && invite.invited_at <= now - INVITE_LASTS)
    {
        return Err(Error::not_found());
    }
    if invite.accepted == Some(true) {
        let place = store::member(conn, session.id, user_id)?;
        let is_in = session.is_open(now) && place.is_some_and(|place| place.is_in());
        return if is_in {
            Ok(session)
        } else {
            Err(Error::not_found())
        };
    }
    let admitted = members::join(conn, &session, user_id, now)?.map_err(refusal)?;
    welcome(conn, &admitted)?;
    invites::answer(conn, session.id, user_id, true, now)?;
    notifications::mark_read(conn, notification_id, user_id)?;
    Ok(session)
}

fn decline(conn: &mut Conn<'_>, user_id: i64, notification_id: i64, now: i64) -> Result<(), Error> {
    let session_id = invites::session_of(conn, user_id, notification_id)?.ok_or_else(Error::not_found)?;
    let session = store::lock(conn, &session_id)?.ok_or_else(Error::not_found)?;
    let invite = invites::find(conn, session.id, user_id)?.ok_or_else(Error::not_found)?;
    match invite.accepted {
        _ if invite.notification_id != notification_id => Err(Error::not_found()),
        Some(true) => Err(Error::not_found()),
        Some(false) => Ok(()),
        None => {
            invites::answer(conn, session.id, user_id, false, now)?;
            notifications::mark_read(conn, notification_id, user_id)?;
            Ok(())
        }
    }
}

/// How long after the answer the apps' waiting screen is sure to listen.
const UNTIL_IT_LISTENS: Duration = Duration::from_millis(1500);

/// Tells whoever came in late that drawing goes on: one of the two screens from which invitations are accepted waits
/// for nothing else.
fn tell_later(app: &Arc<App>, user_id: i64, session: &Session) {
    let (session_id, story_title) = (session.session_id.clone(), session.canvas_name.clone());
    let late = Arc::clone(app);
    app.tasks.spawn("tell a latecomer", async move {
        tokio::select! {
            () = late.tasks.stopping() => return,
            () = tokio::time::sleep(UNTIL_IT_LISTENS) => (),
        }
        let event = CollaborationSessionStarted {
            session_id: &session_id,
            story_title: &story_title,
        };
        notify(&late, user_id, &event);
    });
}
