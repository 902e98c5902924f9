//! Friends are invited into a session, and answer.

use serde_json::{Value, json};
use tinytales::clock::{HOUR, MINUTE, SECOND};

use crate::support::{Client, World};
use crate::together::{Session, leaves, members};

/// Mira hosts, Ben and Rosa are her friends, and Ben's is Olaf.
struct Circle {
    world: World,
    mira: Client,
    ben: Client,
    rosa: Client,
    olaf: Client,
    session: Session,
}

impl Circle {
    fn new() -> Self {
        let world = World::new();
        let [mira, ben, rosa, olaf] = ["Mira", "Ben", "Rosa", "Olaf"].map(|name| world.child(name));
        world.befriend(&mira, &ben);
        world.befriend(&mira, &rosa);
        world.befriend(&ben, &olaf);
        let session = mira.hosts_for("Moon Cats", 3);
        Self {
            world,
            mira,
            ben,
            rosa,
            olaf,
            session,
        }
    }
}

#[test]
fn a_friend_is_invited_and_accepts() {
    let Circle {
        world,
        mira,
        ben,
        session,
        ..
    } = Circle::new();
    let sent = mira.tries_to_invite(&session, &ben).ok();
    assert_eq!(members(&sent), ["message", "notification_id", "success"]);
    let invitation = sent["notification_id"].as_i64().unwrap();
    let listed = ben.get("/api/collaborate/invites/").ok();
    assert_eq!(
        listed,
        json!({"success": true, "invitations": [{
            "id": invitation, "session_id": session.id, "story_title": "Moon Cats", "inviter_id": mira.id(),
            "inviter_name": "Mira", "inviter_avatar": "📚", "created_at": "2026-03-04T05:06:07.123456Z",
            "is_read": false, "is_session_active": false}]})
    );
    let stored = world.dump("notifications");
    assert!(
        stored.len() == 1 && stored[0].contains("collaboration_invite"),
        "{stored:?}"
    );
    // Whoever is invited may look before answering.
    assert_eq!(ben.sees_in(&session), [mira.id()]);
    let answer = ben.responds(invitation, "accept").ok();
    assert_eq!(
        answer,
        json!({"success": true, "action": "accept", "session_id": session.id, "story_id": null})
    );
    assert!(ben.invitations().is_empty());
    assert_eq!(mira.sees_in(&session), [mira.id(), ben.id()]);
    // The answer was lost, and is sent again.
    ben.responds(invitation, "accept").ok();
    assert_eq!(world.dump("collaborators").len(), 2);
    let unread = world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM notifications WHERE is_read = FALSE");
    assert_eq!(unread, 0);
}

#[test]
fn a_friend_declines_and_cannot_accept_after_all() {
    let Circle {
        world,
        mira,
        ben,
        session,
        ..
    } = Circle::new();
    let invitation = mira.invites(&session, &ben);
    let answer = ben.responds(invitation, "decline").ok();
    assert_eq!(
        answer,
        json!({"success": true, "action": "decline", "session_id": null, "story_id": null})
    );
    ben.responds(invitation, "decline").ok();
    ben.responds(invitation, "accept").refused(404);
    ben.get(&session.path("")).refused(404);
    assert!(ben.invitations().is_empty());
    // Asked again he may think again.
    world.advance(30 * SECOND);
    let again = mira.invites(&session, &ben);
    ben.responds(invitation, "accept").refused(404);
    ben.responds(again, "accept").ok();
    ben.responds(again, "decline").refused(404);
    assert_eq!(mira.sees_in(&session), [mira.id(), ben.id()]);
}

#[test]
fn whom_one_may_invite() {
    let Circle {
        world,
        mira,
        ben,
        rosa,
        olaf,
        session,
    } = Circle::new();
    let before = world.dump("notifications");
    mira.tries_to_invite(&session, &olaf).refused(403);
    mira.tries_to_invite(&session, &mira).refused(403);
    ben.tries_to_invite(&session, &olaf).refused(403);
    world.guest().tries_to_invite(&session, &mira).refused(401);
    let invite = |form: Value| mira.post("/api/collaborate/invite/", form);
    invite(json!({"session_id": session.id, "friend_id": 7})).refused(404);
    invite(json!({"session_id": "no-such-session", "friend_id": ben.id()})).refused(404);
    invite(json!({"session_id": session.id})).refused_fields(&["friend_id"]);
    invite(json!({"friend_id": ben.id()})).refused_fields(&["session_id"]);
    invite(json!({"session_id": session.id, "friend_id": "Ben"})).refused_fields(&["friend_id"]);
    assert_eq!(world.dump("notifications"), before);
    // Anybody who is in the session may invite friends of their own.
    ben.joins(&session);
    ben.invites(&session, &olaf);
    mira.tries_to_invite(&session, &ben).refused(400);
    leaves(&world, &session, &ben);
    ben.tries_to_invite(&session, &olaf).refused(403);
    // No more friends: no more invitations.
    world.estrange(&mira);
    mira.tries_to_invite(&session, &rosa).refused(403);
    // Into a session that is over nobody is invited.
    mira.post_nothing(&session.path("end/")).ok();
    mira.tries_to_invite(&session, &rosa).refused(404);
}

#[test]
fn one_invitation_for_each_friend_in_half_a_minute() {
    let Circle {
        world,
        mira,
        ben,
        rosa,
        session,
        ..
    } = Circle::new();
    let first = mira.invites(&session, &ben);
    world.advance(29 * SECOND);
    let refused = mira.tries_to_invite(&session, &ben);
    refused.refused(429);
    assert_eq!(refused.header("retry-after"), Some("1"));
    mira.invites(&session, &rosa);
    world.advance(SECOND);
    let second = mira.invites(&session, &ben);
    assert_eq!(ben.invitations(), [second], "the earlier one is gone");
    assert_eq!(world.dump("notifications").len(), 2);
    ben.responds(first, "accept").refused(404);
    ben.responds(second, "accept").ok();
}

#[test]
fn an_invitation_waits_for_a_day_and_for_an_open_session() {
    let Circle {
        world,
        mira,
        ben,
        rosa,
        session,
        ..
    } = Circle::new();
    let other = mira.hosts("Other");
    let (one, two) = (mira.invites(&session, &ben), mira.invites(&other, &ben));
    assert_eq!(ben.invitations(), [two, one]);
    mira.post_nothing(&other.path("end/")).ok();
    assert_eq!(ben.invitations(), [one]);
    ben.responds(two, "accept").refused(404);
    mira.post("/api/collaborate/create/", json!({"duration_hours": 72}))
        .created();
    let long = mira
        .post("/api/collaborate/create/", json!({"duration_hours": 72}))
        .created();
    let long = Session {
        id: long["session"]["session_id"].as_str().unwrap().to_owned(),
        code: String::new(),
    };
    let three = mira.invites(&long, &rosa);
    world.advance(24 * HOUR - SECOND);
    assert_eq!(rosa.invitations(), [three]);
    world.advance(SECOND);
    assert!(rosa.invitations().is_empty() && ben.invitations().is_empty());
    rosa.responds(three, "accept").refused(404);
    ben.responds(one, "accept").refused(404);
}

#[test]
fn an_answer_is_checked_like_any_other_entry() {
    let Circle {
        world,
        mira,
        ben,
        rosa,
        olaf,
        session,
    } = Circle::new();
    let (for_ben, for_rosa) = (mira.invites(&session, &ben), mira.invites(&session, &rosa));
    rosa.responds(for_ben, "accept").refused(404);
    for (action, fields) in [
        (json!("maybe"), ["action"]),
        (json!(null), ["action"]),
        (json!(7), ["action"]),
    ] {
        ben.post(
            &format!("/api/collaborate/invites/{for_ben}/respond/"),
            json!({"action": action}),
        )
        .refused_fields(&fields);
    }
    for path in ["x", "-1", "99999999999999999999", "1"] {
        ben.post(
            &format!("/api/collaborate/invites/{path}/respond/"),
            json!({"action": "accept"}),
        )
        .refused(404);
    }
    // Two others take the places.
    world.child("One").joins(&session);
    olaf.joins(&session);
    rosa.responds(for_rosa, "accept").refused(403);
    mira.kicks(&session, &olaf).ok();
    rosa.responds(for_rosa, "accept").ok();
    world.guest().responds(for_ben, "accept").refused(401);
}

#[test]
fn a_kick_outlives_an_old_invitation_and_ends_with_a_new_one_of_the_host() {
    let Circle {
        world,
        mira,
        ben,
        rosa,
        session,
        ..
    } = Circle::new();
    world.befriend(&ben, &rosa);
    let invitation = mira.invites(&session, &ben);
    ben.joins(&session);
    rosa.joins(&session);
    mira.kicks(&session, &ben).ok();
    assert!(ben.invitations().is_empty());
    ben.responds(invitation, "accept").refused(403);
    ben.tries_code(&session.code).refused(403);
    ben.get(&session.path("")).refused(404);
    world.advance(MINUTE);
    rosa.tries_to_invite(&session, &ben).refused(403);
    let pardon = mira.invites(&session, &ben);
    assert_eq!(ben.invitations(), [pardon]);
    ben.responds(pardon, "accept").ok();
    assert_eq!(ben.sees_in(&session).len(), 3);
}

#[test]
fn who_is_invited_is_listed_as_pending() {
    let Circle {
        world: _world,
        mira,
        ben,
        rosa,
        session,
        ..
    } = Circle::new();
    mira.invites(&session, &ben);
    let invitation = mira.invites(&session, &rosa);
    rosa.responds(invitation, "decline").ok();
    let listed = mira.get(&session.participants_path()).ok();
    let person = |client: &Client, name: &str, status: &str, is_host: bool| {
        json!({"user_id": client.id(), "username": name, "avatar": "📚", "selected_avatar_border": "basic",
            "status": status, "is_host": is_host})
    };
    let wanted = json!({"success": true, "participants": [
        person(&mira, "mira", "joined", true), person(&ben, "ben", "pending", false)]});
    assert_eq!(listed, wanted);
    assert_eq!(ben.get(&session.participants_path()).ok(), wanted);
    rosa.get(&session.participants_path()).refused(404);
    // He comes by the code instead.
    ben.joins(&session);
    let listed = mira.get(&session.participants_path()).ok();
    assert_eq!(listed["participants"][1], person(&ben, "ben", "joined", false));
    assert!(ben.invitations().is_empty());
}

#[test]
fn the_other_list_of_invitations_is_always_empty() {
    let Circle {
        world,
        mira,
        ben,
        session,
        ..
    } = Circle::new();
    mira.invites(&session, &ben);
    assert_eq!(
        ben.get("/api/collaborate/invites/list/").ok(),
        json!({"success": true, "invites": [], "total": 0})
    );
    world.guest().get("/api/collaborate/invites/list/").refused(401);
    world.guest().get("/api/collaborate/invites/").refused(401);
}

#[test]
fn rude_titles_are_masked_and_long_ones_cut() {
    let Circle {
        world,
        mira,
        ben,
        session,
        ..
    } = Circle::new();
    world.sql(|conn| {
        conn.execute(
            "INSERT INTO profanity_words (word, language, severity, created_at, updated_at)
             VALUES ('drat', 'en', 'mild', 0, 0)",
            &[],
        )
        .map(drop)
    });
    world.run(tinytales::moderation::Words::load(&world.app)).unwrap();
    let title = format!("drat {}", "x".repeat(300));
    let form = json!({"session_id": session.id, "friend_id": ben.id(), "story_title": title});
    mira.post("/api/collaborate/invite/", form).ok();
    let listed = ben.get("/api/collaborate/invites/").ok();
    let title = listed["invitations"][0]["story_title"].as_str().unwrap();
    assert!(!title.contains("drat") && title.chars().count() == 200, "{title}");
    assert!(!world.dump("notifications")[0].contains("drat"));
}
