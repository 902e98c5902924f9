//! Friends and messages as the wire shows them.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::rules::Status;
use super::store::friends::{Friend, Friendship, Invite, Person};
use super::store::messages::{Conversation, Message, Named};
use super::store::profiles::Profile;
use crate::accounts::shapes::NamedShape;
use crate::rewards::board::Author;
use crate::stories::store::feed::Activity;
use crate::wire::Timestamp;

/// Shown for somebody who has no avatar.
const NOBODY: &str = "👤";

fn avatar(emoji: String) -> String {
    if emoji.is_empty() {
        NOBODY.to_owned()
    } else {
        emoji
    }
}

/// A friend in the list of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct FriendShape {
    pub id: i64,
    pub name: String,
    pub avatar: String,
    pub selected_avatar_border: String,
    pub username: String,
    pub is_online: bool,
    pub story_count: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_message_time: Option<Timestamp>,
    /// Null, not 0, when there are none.
    pub unread_messages: Option<i64>,
    /// Absent unless an invitation of theirs waits for an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collaboration_invite: Option<InviteShape>,
}

/// An invitation to draw together.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct InviteShape {
    pub id: i64,
    pub session_id: Option<String>,
    pub story_title: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl From<Invite> for InviteShape {
    fn from(invite: Invite) -> Self {
        let data: Map<String, Value> = invite
            .data
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            id: invite.id,
            session_id: text("session_id"),
            story_title: text("story_title"),
            created_at: Timestamp(invite.created_at),
        }
    }
}

impl From<Friend> for FriendShape {
    fn from(friend: Friend) -> Self {
        let Person {
            id,
            username,
            display_name,
            avatar_emoji,
            selected_avatar_border,
            is_online,
            story_count,
        } = friend.person;
        Self {
            id,
            name: display_name,
            avatar: avatar(avatar_emoji),
            selected_avatar_border,
            username,
            is_online,
            story_count,
            last_message_time: friend.last_message_at.map(Timestamp),
            unread_messages: (friend.unread_messages > 0).then_some(friend.unread_messages),
            collaboration_invite: friend.invite.map(Into::into),
        }
    }
}

/// Somebody in a friendship.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct PersonShape {
    pub id: i64,
    pub username: String,
    pub profile: PersonProfile,
    pub story_count: i64,
}

/// How somebody in a friendship looks.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct PersonProfile {
    pub display_name: String,
    pub avatar_emoji: String,
    pub selected_avatar_border: String,
    pub is_online: bool,
}

impl From<Person> for PersonShape {
    fn from(person: Person) -> Self {
        Self {
            id: person.id,
            username: person.username,
            profile: PersonProfile {
                display_name: person.display_name,
                avatar_emoji: avatar(person.avatar_emoji),
                selected_avatar_border: person.selected_avatar_border,
                is_online: person.is_online,
            },
            story_count: person.story_count,
        }
    }
}

/// A friendship, wished for or made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct FriendshipShape {
    pub id: i64,
    pub sender: PersonShape,
    pub receiver: PersonShape,
    /// `pending`, `accepted` or `rejected`.
    pub status: &'static str,
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
}

impl From<Friendship> for FriendshipShape {
    /// Only friends are told whether the other one is there.
    fn from(friendship: Friendship) -> Self {
        let are_friends = friendship.status == Status::Accepted;
        let shown = |person: Person| {
            PersonShape::from(Person {
                is_online: person.is_online && are_friends,
                ..person
            })
        };
        Self {
            id: friendship.id,
            sender: shown(friendship.sender),
            receiver: shown(friendship.receiver),
            status: friendship.status.as_str(),
            date_created: Timestamp(friendship.date_created),
        }
    }
}

impl From<Named> for NamedShape {
    fn from(named: Named) -> Self {
        Self {
            id: named.id,
            username: named.username,
            name: named.display_name,
        }
    }
}

/// A message.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct MessageShape {
    pub id: i64,
    pub sender: NamedShape,
    pub receiver: NamedShape,
    pub content: String,
    /// Always `text`: invitations are notifications.
    pub message_type: &'static str,
    /// Always empty.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    pub is_read: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl From<Message> for MessageShape {
    fn from(message: Message) -> Self {
        Self {
            id: message.id,
            sender: message.sender.into(),
            receiver: message.receiver.into(),
            content: message.content,
            message_type: "text",
            metadata: Map::new(),
            is_read: message.is_read,
            created_at: Timestamp(message.created_at),
        }
    }
}

/// A conversation in the list of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ConversationShape {
    pub user: NamedShape,
    pub last_message: LastMessage,
    pub unread_count: i64,
}

/// The last message of a conversation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct LastMessage {
    /// The first 200 characters.
    pub content: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub is_from_me: bool,
}

impl From<Conversation> for ConversationShape {
    fn from(conversation: Conversation) -> Self {
        Self {
            user: conversation.other.into(),
            last_message: LastMessage {
                content: conversation.preview,
                created_at: Timestamp(conversation.last_message_at),
                is_from_me: conversation.is_from_me,
            },
            unread_count: conversation.unread_count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: i64, name: &str) -> Person {
        Person {
            id,
            username: name.to_lowercase(),
            display_name: name.to_owned(),
            avatar_emoji: "🐼".to_owned(),
            selected_avatar_border: "basic".to_owned(),
            is_online: true,
            story_count: 4,
        }
    }

    fn json(value: &impl Serialize) -> String {
        serde_json::to_string(value).unwrap()
    }

    #[test]
    fn a_friendship_has_exactly_these_members() {
        let shape = FriendshipShape::from(Friendship {
            id: 31,
            sender: person(9, "Benny"),
            receiver: Person {
                avatar_emoji: String::new(),
                ..person(41, "Mira")
            },
            status: Status::Accepted,
            date_created: 1_772_600_767_123_456,
        });
        assert_eq!(
            json(&shape),
            concat!(
                r#"{"id":31,"sender":{"id":9,"username":"benny","profile":{"display_name":"Benny","avatar_emoji":"🐼","#,
                r#""selected_avatar_border":"basic","is_online":true},"story_count":4},"receiver":{"id":41,"#,
                r#""username":"mira","profile":{"display_name":"Mira","avatar_emoji":"👤","#,
                r#""selected_avatar_border":"basic","is_online":true},"story_count":4},"status":"accepted","#,
                r#""date_created":"2026-03-04T05:06:07.123456Z"}"#
            )
        );
    }

    #[test]
    fn only_friends_know_who_is_online() {
        for (status, is_known) in [
            (Status::Pending, false),
            (Status::Rejected, false),
            (Status::Accepted, true),
        ] {
            let shape = FriendshipShape::from(Friendship {
                id: 31,
                sender: person(9, "Benny"),
                receiver: person(41, "Mira"),
                status,
                date_created: 0,
            });
            let known = [&shape.sender, &shape.receiver].map(|person| person.profile.is_online);
            assert_eq!(known, [is_known; 2], "{status:?}");
        }
    }

    #[test]
    fn a_message_has_exactly_these_members() {
        let named = |id, name: &str| Named {
            id,
            username: name.to_lowercase(),
            display_name: name.to_owned(),
        };
        let shape = MessageShape::from(Message {
            id: 501,
            sender: named(9, "Benny"),
            receiver: named(41, "Mira"),
            content: "Hi!".to_owned(),
            is_read: false,
            created_at: 0,
        });
        assert_eq!(
            json(&shape),
            concat!(
                r#"{"id":501,"sender":{"id":9,"username":"benny","name":"Benny"},"#,
                r#""receiver":{"id":41,"username":"mira","name":"Mira"},"content":"Hi!","message_type":"text","#,
                r#""metadata":{},"is_read":false,"created_at":"1970-01-01T00:00:00Z"}"#
            )
        );
    }

    #[test]
    fn data_that_says_nothing_leaves_an_invitation_without_a_session() {
        for data in [
            None,
            Some("[]".to_owned()),
            Some("{\"session_id\": 7}".to_owned()),
        ] {
            let shape = InviteShape::from(Invite {
                id: 77,
                data,
                created_at: 0,
            });
            assert_eq!((shape.session_id, shape.story_title), (None, None));
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ActivityShape {
    /// `story_`, `like_`, `comment_` or `save_`, and its id. The apps keep it to know what has been read.
    pub id: String,
    pub user_id: i64,
    pub user_name: String,
    pub user_avatar: String,
    pub user_avatar_border: String,
    pub selected_avatar_border: String,
    /// `published`, `liked_your_story`, `commented_on_your_story` or `saved_your_story`.
    pub activity_type: String,
    pub story_title: String,
    pub story_id: i64,
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
}

impl From<Activity> for ActivityShape {
    fn from(activity: Activity) -> Self {
        let prefix = match activity.kind.as_str() {
            "published" => "story",
            "liked_your_story" => "like",
            "commented_on_your_story" => "comment",
            _ => "save",
        };
        Self {
            id: format!("{prefix}_{}", activity.id),
            user_id: activity.user_id,
            user_name: activity.user_name,
            user_avatar: avatar(activity.user_avatar),
            user_avatar_border: activity.user_border.clone(),
            selected_avatar_border: activity.user_border,
            activity_type: activity.kind,
            story_title: activity.story_title,
            story_id: activity.story_id,
            timestamp: Timestamp(activity.happened_at),
        }
    }
}

/// An author on the board.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AuthorShape {
    pub id: i64,
    pub name: String,
    pub avatar: String,
    pub selected_avatar_border: String,
    /// Among those on this list, by all together, from 1.
    pub rank: i64,
    pub story_count: i64,
    pub total_reads: i64,
    pub total_likes: i64,
    /// Icons of the ten achievements earned last, the newest first.
    pub badges: Vec<&'static str>,
    pub achievement_count: i64,
}

impl AuthorShape {
    /// An author and their place on the list.
    pub fn new((rank, author): (i64, Author)) -> Self {
        Self {
            id: author.id,
            name: author.name,
            avatar: avatar(author.avatar),
            selected_avatar_border: author.border,
            rank,
            story_count: author.story_count,
            total_reads: author.total_reads.max(0),
            total_likes: author.total_likes.max(0),
            badges: author.badges,
            achievement_count: author.achievement_count,
        }
    }
}

/// Somebody as their friends see them.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct FriendProfileShape {
    pub id: i64,
    pub username: String,
    pub name: String,
    pub avatar: String,
    pub selected_avatar_border: String,
    pub bio: String,
    pub story_count: i64,
    pub follower_count: i64,
    pub following_count: i64,
    pub total_reads: i64,
    pub total_likes: i64,
    /// `YYYY-MM-DD`.
    pub joined_date: String,
    pub is_online: bool,
    /// Icons of the ten achievements earned last, the newest first.
    pub badges: Vec<&'static str>,
    pub achievement_count: i64,
    pub recent_stories: Vec<ShortStory>,
}

/// A story in a profile.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ShortStory {
    pub id: i64,
    pub title: String,
    /// A URL; empty without one.
    pub cover: String,
    pub likes: i64,
}

impl From<Profile> for FriendProfileShape {
    fn from(profile: Profile) -> Self {
        Self {
            id: profile.id,
            username: profile.username,
            name: profile.display_name,
            avatar: avatar(profile.avatar_emoji),
            selected_avatar_border: profile.selected_avatar_border,
            bio: profile.bio,
            story_count: profile.story_count,
            follower_count: profile.follower_count,
            following_count: profile.following_count,
            joined_date: Timestamp(profile.created_at).date(),
            is_online: profile.is_online,
            ..Self::default()
        }
    }
}
