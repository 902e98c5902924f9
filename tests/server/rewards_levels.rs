//! Levels: what they unlock, and how somebody hears of them.

use serde_json::{Value, json};

use crate::drawings::{names, plain_story};
use crate::support::{Client, World};

fn rewards(client: &Client) -> Value {
    client.get("/api/users/rewards/").ok()
}

#[test]
fn rewards_have_exactly_these_fields() {
    let world = World::new();
    let mira = world.child("Mira");
    world.has_xp(&mira, 1_500);
    let answer = rewards(&mira);
    assert_eq!(names(&answer), ["rewards", "selected_border", "success"]);
    assert_eq!(
        (&answer["success"], &answer["selected_border"]),
        (&json!(true), &json!("basic"))
    );
    let rewards = &answer["rewards"];
    assert_eq!(
        names(rewards),
        ["all_rewards", "current_level", "next_unlock", "unlocked"]
    );
    assert_eq!(rewards["current_level"], json!(4));
    let basic = json!({"id": "basic", "name": "Basic", "style": "solid", "color": "#9CA3AF"});
    let bronze = json!({"id": "bronze", "name": "Bronze", "style": "solid", "color": "#CD7F32"});
    let silver = json!({"id": "silver", "name": "Silver", "style": "solid", "color": "#C0C0C0"});
    assert_eq!(
        rewards["unlocked"],
        json!({"avatars": ["📚", "✨", "🎨", "🎭", "🦄", "🐉", "🌟", "🎪"], "borders": [basic, bronze]})
    );
    assert_eq!(
        rewards["next_unlock"],
        json!({"avatar_level": 5, "border_level": 5, "avatar_preview": ["🎬", "🎮", "🎯", "🎲"],
            "border_preview": [silver]})
    );
    let all = &rewards["all_rewards"];
    assert_eq!(names(all), ["avatars", "borders"]);
    let (avatars, borders) = (
        all["avatars"].as_array().unwrap(),
        all["borders"].as_array().unwrap(),
    );
    assert_eq!((avatars.len(), borders.len()), (44, 12));
    assert_eq!(
        avatars[0],
        json!({"item": "📚", "unlockLevel": 1, "isUnlocked": true})
    );
    assert_eq!(
        avatars[8],
        json!({"item": "🎬", "unlockLevel": 5, "isUnlocked": false})
    );
    assert_eq!(avatars[43]["item"], json!("🧙‍♀️"));
    assert_eq!(
        borders[0],
        json!({"item": basic, "unlockLevel": 1, "isUnlocked": true})
    );
    assert_eq!(
        borders[11],
        json!({"item": {"id": "cosmic", "name": "Cosmic", "style": "animated",
            "gradient": "linear-gradient(135deg, #a8edea 0%, #fed6e3 50%, #a8edea 100%)"},
            "unlockLevel": 50, "isUnlocked": false})
    );
    let levels: Vec<i64> = borders
        .iter()
        .map(|one| one["unlockLevel"].as_i64().unwrap())
        .collect();
    assert_eq!(levels, [1, 3, 5, 10, 15, 20, 25, 30, 40, 40, 50, 50]);
}

#[test]
fn above_the_last_level_nothing_is_left() {
    let world = World::new();
    let mira = world.child("Mira");
    world.has_xp(&mira, 49 * 500);
    world.sql(|conn| conn.execute("UPDATE users SET selected_avatar_border = ''", &[]));
    let answer = rewards(&mira);
    assert_eq!(
        answer["rewards"]["next_unlock"],
        json!({"avatar_level": null, "border_level": null, "avatar_preview": [], "border_preview": []})
    );
    let unlocked = &answer["rewards"]["unlocked"];
    let count = |name: &str| unlocked[name].as_array().unwrap().len();
    assert_eq!((count("avatars"), count("borders")), (44, 12));
    assert_eq!(answer["selected_border"], json!("basic"));
}

#[test]
fn what_a_level_unlocks_can_be_worn_under_both_addresses() {
    let world = World::new();
    let mira = world.child("Mira");
    let gold = json!({"selected_avatar_border": "gold"});
    world.has_xp(&mira, 9 * 500 - 1);
    for path in ["/api/auth/profile/", "/api/users/profile/update/"] {
        let refused = mira.put(path, gold.clone()).refused(403);
        assert_eq!(refused["required_level"], json!("Level 10"));
        mira.put(path, json!({"selected_avatar_border": "invented"}))
            .refused(400);
    }
    assert_eq!(rewards(&mira)["selected_border"], json!("basic"));
    world.has_xp(&mira, 9 * 500);
    for path in ["/api/auth/profile/", "/api/users/profile/update/"] {
        mira.put(path, gold.clone()).ok();
        assert_eq!(rewards(&mira)["selected_border"], json!("gold"));
        mira.put(path, json!({"selected_avatar_border": "basic"})).ok();
    }
    mira.put("/api/auth/profile/", json!({"avatar": "🦊"})).ok();
    mira.put("/api/auth/profile/", json!({"avatar": "👑"}))
        .refused(400);
}

/// What was heard, without what notifications and achievements say.
fn of_type<'a>(heard: &'a [Value], kind: &str) -> Vec<&'a Value> {
    heard.iter().filter(|event| event["type"] == kind).collect()
}

#[test]
fn an_act_and_what_it_makes_are_heard_after_it_in_order() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut hears = mira.notifications();
    mira.makes(plain_story("the kettle"));
    let heard = hears.heard();
    let notification = json!({"type": "notification", "notification": {
        "id": 1_000_000, "recipient": mira.id(), "sender": null, "notification_type": "achievement_earned",
        "title": "🐣 Out of the Egg", "message": "You earned an achievement: Begin your first story.",
        "data": {"achievement_id": 1_000_801, "achievement_name": "Out of the Egg", "achievement_icon": "🐣",
            "achievement_rarity": "common", "xp_earned": 50},
        "is_read": false, "created_at": "2026-03-04T05:06:07.123456Z", "icon": "award", "url": "/profile/",
        "session_id": null, "story_title": null}});
    assert_eq!(
        heard,
        [
            json!({"type": "xp_gained", "xp_amount": 100, "action": "story_created", "total_xp": 100, "level": 1,
                "current_level_xp": 100, "next_level_xp": 500}),
            json!({"type": "xp_gained", "xp_amount": 50, "action": "achievement_earned", "total_xp": 150, "level": 1,
                "current_level_xp": 150, "next_level_xp": 500}),
            notification.clone(),
        ]
    );
    let stored = mira.get("/api/notifications/").ok();
    assert_eq!(stored["results"], json!([notification["notification"]]));
}

#[test]
fn a_level_that_unlocks_nothing_is_heard_with_an_empty_list() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.publishes(plain_story("the kettle"));
    world.has_xp(&mira, 399);
    ben.likes(story);
    // 5 for the like, 50 for the first one.
    assert_eq!(mira.xp(), 454);
    world.has_xp(&mira, 499);
    let mut hears = mira.notifications();
    world.child("Rosa").likes(story);
    let heard = hears.heard();
    assert_eq!(
        of_type(&heard, "level_up"),
        [&json!({"type": "level_up", "new_level": 2, "total_xp": 554, "unlocked_items": []})]
    );
    let told: Vec<&Value> = of_type(&heard, "xp_gained");
    assert_eq!(
        told.len(),
        1,
        "a like makes no sound, the level's achievement does: {told:?}"
    );
    let stored = mira.get("/api/notifications/").ok();
    let level = stored["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["data"]["type"] == "level_up")
        .unwrap();
    assert_eq!(
        (&level["title"], &level["notification_type"], &level["data"]),
        (
            &json!("Level 2!"),
            &json!("achievement_earned"),
            &json!({"level": 2, "type": "level_up", "new_unlocks": {}})
        )
    );
}

#[test]
fn a_level_up_lists_what_it_unlocks() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.publishes(plain_story("the kettle"));
    ben.likes(story);
    world.has_xp(&mira, 999);
    let mut hears = mira.notifications();
    world.child("Rosa").likes(story);
    let heard = hears.heard();
    let item = |kind: &str, name: &str, emoji: &str| json!({"type": kind, "name": name, "emoji": emoji, "gradient": null});
    let ups = of_type(&heard, "level_up");
    assert_eq!(ups.len(), 1);
    assert_eq!(
        ups[0]["unlocked_items"],
        json!([
            item("avatar", "🦄", "🦄"),
            item("avatar", "🐉", "🐉"),
            item("avatar", "🌟", "🌟"),
            item("avatar", "🎪", "🎪"),
            item("border", "Bronze", "🖼️")
        ])
    );
    let stored = mira.get("/api/notifications/").ok();
    let data = &stored["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["data"]["type"] == "level_up")
        .unwrap()["data"];
    assert_eq!(
        *data,
        json!({"level": 3, "type": "level_up", "new_unlocks": {"avatars": ["🦄", "🐉", "🌟", "🎪"],
            "borders": [{"id": "bronze", "name": "Bronze", "style": "solid", "color": "#CD7F32"}]}})
    );
}

#[test]
fn who_wants_no_alerts_earns_without_them() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    mira.put(
        "/api/notifications/preferences/update/",
        json!({"achievement_alerts": false}),
    )
    .ok();
    let mut hears = mira.notifications();
    world.has_xp(&mira, 499);
    let story = mira.publishes(plain_story("the kettle"));
    ben.likes(story);
    assert_eq!(mira.get("/api/notifications/").ok()["count"], json!(0));
    let heard = hears.heard();
    assert!(of_type(&heard, "notification").is_empty());
    assert_eq!(of_type(&heard, "level_up").len(), 1);
    assert!(mira.achievements().contains(&"Somebody Smiled"));
    // And nobody else's are touched by it.
    ben.makes(plain_story("the pan"));
    assert_eq!(ben.get("/api/notifications/").ok()["count"], json!(1));
}

#[test]
fn nobody_hears_what_others_earn() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let mut to_ben = ben.notifications();
    let story = mira.publishes(plain_story("the kettle"));
    assert!(to_ben.heard().is_empty());
    let mut to_mira = mira.notifications();
    ben.comments(story, "Lovely");
    let heard = to_mira.heard();
    // The comment pays Ben; Mira hears of her first comment as an achievement.
    assert_eq!(of_type(&heard, "xp_gained").len(), 1);
    assert_eq!(of_type(&heard, "notification").len(), 1);
    let heard = to_ben.heard();
    assert_eq!(
        heard,
        [
            json!({"type": "xp_gained", "xp_amount": 10, "action": "story_commented", "total_xp": 10, "level": 1,
            "current_level_xp": 10, "next_level_xp": 500})
        ]
    );
    ben.reads(story);
    world.flush();
    let heard = to_ben.heard();
    assert_eq!(heard[0]["action"], json!("story_read"));
}
