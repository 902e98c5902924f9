use serde_json::to_string;

use super::*;

/// The JSON of a message, members in the order in which they are sent.
#[track_caller]
fn says(message: &impl Serialize, expected: &str) {
    assert_eq!(to_string(message).unwrap(), expected);
}

fn named(id: i64, username: &str, name: &str) -> NamedShape {
    NamedShape {
        id,
        username: username.to_owned(),
        name: name.to_owned(),
    }
}

#[test]
fn what_the_socket_says_of_itself() {
    says(
        &Connection::of(41),
        r#"{"type":"connection","status":"connected","user_id":41}"#,
    );
    says(&Pong {}, r#"{"type":"pong"}"#);
    says(
        &Problem {
            message: "This is no JSON.",
        },
        r#"{"type":"error","message":"This is no JSON."}"#,
    );
}

#[test]
fn who_is_online() {
    let online_friends = vec![OnlineFriend {
        user_id: 9,
        username: "benny".to_owned(),
    }];
    says(
        &InitialOnlineStatus { online_friends },
        r#"{"type":"initial_online_status","online_friends":[{"user_id":9,"username":"benny"}]}"#,
    );
    says(
        &FriendOnline {
            user_id: 9,
            username: "benny",
        },
        r#"{"type":"friend_online","user_id":9,"username":"benny"}"#,
    );
    says(
        &FriendOffline {
            user_id: 9,
            username: "benny",
        },
        r#"{"type":"friend_offline","user_id":9,"username":"benny"}"#,
    );
}

#[test]
fn an_invitation_is_also_a_message() {
    let invite = Invite {
        notification_id: 77,
        inviter: named(9, "benny", "Benny"),
        invitee: named(41, "mira", "Mira"),
        session_id: "5b1d516d-0000-4b9c-81cf-799119ad6c09".to_owned(),
        story_title: "Moon trip".to_owned(),
        is_session_active: false,
        sentence: "Benny invites you to draw together.".to_owned(),
        created_at: 1_772_600_767_123_456,
    };
    says(
        &CollaborationInvite::from(invite),
        concat!(
            r#"{"type":"collaboration_invite","message":{"id":77,"sender_id":9,"sender_name":"Benny","#,
            r#""session_id":"5b1d516d-0000-4b9c-81cf-799119ad6c09","story_title":"Moon trip","#,
            r#""created_at":"2026-03-04T05:06:07.123456Z","message_type":"collaboration_invite","#,
            r#""is_session_active":false,"inviter_id":9,"inviter_name":"Benny","#,
            r#""sender":{"id":9,"username":"benny","name":"Benny"},"#,
            r#""receiver":{"id":41,"username":"mira","name":"Mira"},"#,
            r#""content":"Benny invites you to draw together.","#,
            r#""metadata":{"session_id":"5b1d516d-0000-4b9c-81cf-799119ad6c09","story_title":"Moon trip"},"#,
            r#""is_read":false}}"#
        ),
    );
}

#[test]
fn what_friends_do() {
    let shown = serde_json::json!({"id": 31});
    says(
        &NewMessage { message: &shown },
        r#"{"type":"new_message","message":{"id":31}}"#,
    );
    says(
        &FriendRequest { friendship: &shown },
        r#"{"type":"friend_request","friendship":{"id":31}}"#,
    );
    says(
        &FriendRequestAccepted { friendship: &shown },
        r#"{"type":"friend_request_accepted","friendship":{"id":31}}"#,
    );
    says(
        &Stored { notification: &shown },
        r#"{"type":"notification","notification":{"id":31}}"#,
    );
}

#[test]
fn a_session_begins_and_ends() {
    says(
        &CollaborationSessionStarted {
            session_id: "abc",
            story_title: "Moon trip",
        },
        r#"{"type":"collaboration_session_started","session_id":"abc","story_title":"Moon trip"}"#,
    );
    says(
        &CollaborationHostLeft {
            session_id: "abc",
            story_title: "Moon trip",
        },
        r#"{"type":"collaboration_host_left","session_id":"abc","story_title":"Moon trip"}"#,
    );
}

#[test]
fn rewards() {
    says(
        &XpGained {
            xp_amount: 100,
            action: "story_created",
            total_xp: 1240,
            level: 3,
            current_level_xp: 240,
            next_level_xp: 500,
        },
        concat!(
            r#"{"type":"xp_gained","xp_amount":100,"action":"story_created","total_xp":1240,"level":3,"#,
            r#""current_level_xp":240,"next_level_xp":500}"#
        ),
    );
    let item = |kind, name: &str, emoji: &str, gradient: Option<&str>| UnlockedItem {
        kind,
        name: name.to_owned(),
        emoji: emoji.to_owned(),
        gradient: gradient.map(str::to_owned),
    };
    says(
        &LevelUp {
            new_level: 3,
            total_xp: 1000,
            unlocked_items: vec![
                item("avatar", "🦄", "🦄", None),
                item("border", "Mythic", "🖼️", Some("linear-gradient(…)")),
            ],
        },
        concat!(
            r#"{"type":"level_up","new_level":3,"total_xp":1000,"unlocked_items":["#,
            r#"{"type":"avatar","name":"🦄","emoji":"🦄","gradient":null},"#,
            r#"{"type":"border","name":"Mythic","emoji":"🖼️","gradient":"linear-gradient(…)"}]}"#
        ),
    );
}
