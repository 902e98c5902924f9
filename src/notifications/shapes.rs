//! Notifications and preferences as the wire shows them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::store::Notification;
use super::store::preferences::Preferences;
use crate::wire::Timestamp;

/// A stored notification.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct NotificationShape {
    pub id: i64,
    pub recipient: i64,
    /// Null when the server itself says it.
    pub sender: Option<i64>,
    /// Absent without a sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_name: Option<String>,
    pub notification_type: String,
    pub title: String,
    pub message: String,
    /// An object that depends on the type, or null.
    #[schema(value_type = Option<Object>)]
    pub data: Value,
    pub is_read: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// The name of an icon of the apps.
    pub icon: &'static str,
    /// A place in the apps.
    pub url: String,
    /// From `data`.
    #[schema(value_type = Option<String>)]
    pub session_id: Value,
    /// From `data`.
    #[schema(value_type = Option<String>)]
    pub story_title: Value,
}

impl From<Notification> for NotificationShape {
    fn from(stored: Notification) -> Self {
        let of_data = |name: &str| stored.data.get(name).cloned().unwrap_or_default();
        let (session_id, story_title) = (of_data("session_id"), of_data("story_title"));
        Self {
            id: stored.id,
            recipient: stored.recipient_id,
            sender: stored.sender_id,
            sender_name: stored.sender_name,
            icon: icon(&stored.kind),
            url: url(&stored.kind, stored.story_id),
            notification_type: stored.kind,
            title: stored.title,
            message: stored.message,
            data: stored.data,
            is_read: stored.is_read,
            created_at: Timestamp(stored.created_at),
            session_id,
            story_title,
        }
    }
}

fn icon(kind: &str) -> &'static str {
    match kind {
        "friend_request" => "user-plus",
        "friend_accepted" => "user-check",
        "story_liked" => "heart",
        "story_commented" => "message-circle",
        "story_rated" => "star",
        "achievement_earned" => "award",
        "story_published" => "book-open",
        _ => "bell",
    }
}

fn url(kind: &str, story_id: Option<i64>) -> String {
    match (kind, story_id) {
        ("friend_request" | "friend_accepted", _) => "/friends/".to_owned(),
        ("story_liked" | "story_commented" | "story_rated" | "story_published", Some(id)) => {
            format!("/story/{id}/")
        }
        ("achievement_earned", _) => "/profile/".to_owned(),
        _ => "/".to_owned(),
    }
}

/// What somebody wants to be told of.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
#[expect(clippy::struct_excessive_bools, reason = "the wire has seven switches")]
pub struct PreferencesShape {
    pub weekly_reports: bool,
    pub achievement_alerts: bool,
    pub goal_completion: bool,
    pub realtime_updates: bool,
    /// Always null: who holds it could send to the device.
    pub push_token: Option<String>,
    /// `ios`, `android` or `web`.
    pub device_type: Option<String>,
    pub share_usage_data: bool,
    pub allow_analytics: bool,
    pub public_profile: bool,
}

impl From<Preferences> for PreferencesShape {
    fn from(preferences: Preferences) -> Self {
        Self {
            weekly_reports: preferences.weekly_reports,
            achievement_alerts: preferences.achievement_alerts,
            goal_completion: preferences.goal_completion,
            realtime_updates: preferences.realtime_updates,
            push_token: None,
            device_type: preferences.device_type,
            share_usage_data: preferences.share_usage_data,
            allow_analytics: preferences.allow_analytics,
            public_profile: preferences.public_profile,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_icon_and_its_place() {
        for (kind, story_id, expected_icon, place) in [
            ("friend_request", None, "user-plus", "/friends/"),
            ("friend_accepted", None, "user-check", "/friends/"),
            ("story_liked", Some(12), "heart", "/story/12/"),
            ("story_commented", Some(12), "message-circle", "/story/12/"),
            ("story_rated", Some(12), "star", "/story/12/"),
            ("story_published", Some(12), "book-open", "/story/12/"),
            ("story_liked", None, "heart", "/"),
            ("achievement_earned", None, "award", "/profile/"),
            ("collaboration_invite", Some(12), "bell", "/"),
            ("system", None, "bell", "/"),
        ] {
            assert_eq!(
                (icon(kind), url(kind, story_id).as_str()),
                (expected_icon, place),
                "{kind}"
            );
        }
    }
}
