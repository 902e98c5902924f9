//! Rude words in every text that others can read.

use serde_json::{Value, json};

use crate::drawings::{plain_story, with};
use crate::support::World;
use crate::together::pair;

/// Rude in both languages, and disguised.
const RUDE: &str = "You gago, sh1t, f u c k and puuuuta!";
/// What is left of it.
const MASKED: &str = "You g**o, s**t, f*****k and p*****a!";

fn has_nothing_rude(value: &Value) {
    let text = value.to_string();
    for word in ["gago", "sh1t", "f u c k", "puuuuta"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[test]
fn nothing_rude_is_kept_of_a_story() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let rude = json!({"title": RUDE, "content": RUDE, "summary": RUDE, "genres": ["adventure", RUDE]});
    let story = mira.publishes(with(plain_story("x"), rude.clone()));
    let read = ben.reads(story);
    for member in ["title", "content", "summary"] {
        assert_eq!(read[member], json!(MASKED), "{member}");
    }
    assert_eq!(read["genres"], json!(["adventure", MASKED]));
    mira.changes(story, rude);
    has_nothing_rude(&ben.reads(story));
    has_nothing_rude(&ben.lists("/api/stories/?public=true"));
    let comment = ben.comments(story, RUDE);
    ben.put(&format!("/api/comments/{comment}/edit/"), json!({"text": RUDE}))
        .ok();
    let comments = mira.lists(&format!("/api/stories/{story}/comments/"));
    assert_eq!(comments[0]["text"], json!(MASKED));
}

#[test]
fn nothing_rude_is_kept_of_a_person() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.patch(
        "/api/users/profile/update/",
        json!({"display_name": RUDE, "bio": RUDE}),
    )
    .ok();
    let shown = mira.get("/api/users/profile/").ok()["profile"].clone();
    assert_eq!(
        (&shown["display_name"], &shown["bio"]),
        (&json!(MASKED), &json!(MASKED))
    );
    // Of these nothing would be left.
    for (path, field, value) in [
        ("/api/users/profile/update/", "avatar_emoji", "sh1t"),
        ("/api/auth/profile/", "username", "gago"),
        ("/api/auth/profile/", "username", "b-o-b-o"),
    ] {
        mira.patch(path, json!({field: value})).refused_fields(&[field]);
    }
    mira.patch("/api/users/profile/update/", json!({"avatar_emoji": "🐼"}))
        .ok();

    let form = json!({"name": "Ga go", "email": "g@example.org", "password": "pass word 1",
        "confirm_password": "pass word 1", "user_type": "child"});
    world.guest().post("/api/auth/register/", form).created();
    let taken = world.sql(|conn| {
        conn.one(
            "SELECT username FROM users WHERE email_folded = 'g@example.org'",
            &[],
        )?
        .take::<String>()
    });
    assert!(taken.starts_with("reader"), "{taken}");
}

#[test]
fn nothing_rude_is_said_between_friends_or_drawn_as_a_character() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    world.befriend(&mira, &ben);
    assert_eq!(mira.writes(&ben, RUDE)["content"], json!(MASKED));
    let character = json!({"name": RUDE, "description": RUDE, "canvas_data": "{}"});
    let made = mira.post("/api/characters/create/", character).created();
    has_nothing_rude(&made["character"]);
}

#[test]
fn nothing_rude_is_said_while_writing_together() {
    let world = World::new();
    let (mia, ben, session, mut at_mia, mut at_ben) = pair(&world);
    at_mia.send(json!({"type": "title_edit", "title": RUDE}));
    assert_eq!(at_ben.until("title_edit")["title"], json!(MASKED));
    at_mia.send(json!({"type": "text_edit", "page_id": "m0", "page_index": 0, "text": RUDE}));
    assert_eq!(at_ben.until("text_edit")["text"], json!(MASKED));
    at_mia.send(json!({"type": "presence_update", "activity": "sh1t", "current_tool": "f u c k"}));
    has_nothing_rude(&at_ben.until("presence_update"));
    let draft = json!({"story_draft": {"summary": RUDE, "genres": [RUDE], "category": "sh1t"}});
    mia.post(&session.path("draft/update/"), draft).ok();
    has_nothing_rude(&ben.get(&session.path("draft/")).ok());
    let named = mia
        .post("/api/collaborate/create/", json!({"canvas_name": RUDE}))
        .created();
    assert_eq!(named["session"]["canvas_name"], json!(MASKED));
}
