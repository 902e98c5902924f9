//! What the notification socket says: fifteen messages, each one JSON object whose `type` is its name.
//!
//! They are sent after the commit of what they tell. The apps ignore members that they do not know.

use serde::Serialize;
use serde_json::{Value, json};

use crate::accounts::shapes::NamedShape;
use crate::wire::Timestamp;

/// The socket stands.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "connection")]
pub struct Connection {
    status: &'static str,
    user_id: i64,
}

impl Connection {
    /// The socket of this account stands.
    pub fn of(user_id: i64) -> Self {
        Self {
            status: "connected",
            user_id,
        }
    }
}

/// The answer to a ping.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "type", rename = "pong")]
pub struct Pong {}

/// What came could not be understood.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "error")]
pub struct Problem<'a> {
    /// A sentence of ours, never one of a library.
    pub message: &'a str,
}

/// A friend, in the messages about who is online.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct OnlineFriend {
    pub user_id: i64,
    pub username: String,
}

/// Which friends are online as a socket opens; sent only when there are some. The apps show a toast for each.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "initial_online_status")]
pub struct InitialOnlineStatus {
    /// Those who are online, without those who are not.
    pub online_friends: Vec<OnlineFriend>,
}

/// A friend has come.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "friend_online")]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct FriendOnline<'a> {
    pub user_id: i64,
    pub username: &'a str,
}

/// A friend has gone, on all devices, and for longer than a moment.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "friend_offline")]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct FriendOffline<'a> {
    pub user_id: i64,
    pub username: &'a str,
}

/// Somebody invites to draw together.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "collaboration_invite")]
pub struct CollaborationInvite {
    message: InviteMessage,
}

/// An invitation, as it is told of. The apps also hand it to their chat, which takes it for a message: so it has the
/// members of one, too.
#[derive(Clone, Debug, Serialize)]
struct InviteMessage {
    id: i64,
    sender_id: i64,
    sender_name: String,
    session_id: String,
    story_title: String,
    created_at: Timestamp,
    message_type: &'static str,
    is_session_active: bool,
    inviter_id: i64,
    inviter_name: String,
    sender: NamedShape,
    receiver: NamedShape,
    content: String,
    metadata: Value,
    is_read: bool,
}

/// What an invitation tells.
#[derive(Clone, Debug)]
pub struct Invite {
    /// The id of the stored notification.
    pub notification_id: i64,
    /// Who invites.
    pub inviter: NamedShape,
    /// Who is invited.
    pub invitee: NamedShape,
    /// The session.
    pub session_id: String,
    /// The title of its story.
    pub story_title: String,
    /// Whether drawing has begun.
    pub is_session_active: bool,
    /// The sentence of the stored notification.
    pub sentence: String,
    /// When, in microseconds since 1970.
    pub created_at: i64,
}

impl From<Invite> for CollaborationInvite {
    fn from(invite: Invite) -> Self {
        let metadata = json!({"session_id": invite.session_id, "story_title": invite.story_title});
        Self {
            message: InviteMessage {
                id: invite.notification_id,
                sender_id: invite.inviter.id,
                sender_name: invite.inviter.name.clone(),
                session_id: invite.session_id,
                story_title: invite.story_title,
                created_at: Timestamp(invite.created_at),
                message_type: "collaboration_invite",
                is_session_active: invite.is_session_active,
                inviter_id: invite.inviter.id,
                inviter_name: invite.inviter.name.clone(),
                sender: invite.inviter,
                receiver: invite.invitee,
                content: invite.sentence,
                metadata,
                is_read: false,
            },
        }
    }
}

/// A friend has written.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "new_message")]
pub struct NewMessage<M> {
    /// The message as REST shows it.
    pub message: M,
}

/// Somebody would like to be friends.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "friend_request")]
pub struct FriendRequest<F> {
    /// The friendship as REST shows it, pending.
    pub friendship: F,
}

/// Somebody who was asked said yes.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "friend_request_accepted")]
pub struct FriendRequestAccepted<F> {
    /// The friendship as REST shows it, accepted.
    pub friendship: F,
}

/// The host has opened the canvas: whoever waits goes there.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "collaboration_session_started")]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct CollaborationSessionStarted<'a> {
    pub session_id: &'a str,
    pub story_title: &'a str,
}

/// The host has ended the session: its guests leave.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "collaboration_host_left")]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct CollaborationHostLeft<'a> {
    pub session_id: &'a str,
    pub story_title: &'a str,
}

/// XP was earned.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "xp_gained")]
pub struct XpGained<'a> {
    /// What this act earned.
    pub xp_amount: i64,
    /// Such as `story_created` or `achievement_earned`.
    pub action: &'a str,
    /// What all acts together earned.
    pub total_xp: i64,
    /// The level that they make.
    pub level: i64,
    /// XP since that level began: 0 to 499.
    pub current_level_xp: i64,
    /// XP that the level takes in all: 500.
    pub next_level_xp: i64,
}

/// A level was reached.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "level_up")]
pub struct LevelUp {
    /// The level reached.
    pub new_level: i64,
    /// All XP.
    pub total_xp: i64,
    /// What it unlocks.
    pub unlocked_items: Vec<UnlockedItem>,
}

/// An avatar or a border that a level unlocks.
#[derive(Clone, Debug, Serialize)]
pub struct UnlockedItem {
    /// `avatar` or `border`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// An avatar's emoji, or the name of a border.
    pub name: String,
    /// An avatar's emoji, or a picture frame for a border.
    pub emoji: String,
    /// The colours of a border, as a CSS gradient; null without.
    pub gradient: Option<String>,
}

/// A notification was stored.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename = "notification")]
pub struct Stored<N> {
    /// The notification as REST shows it.
    pub notification: N,
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
