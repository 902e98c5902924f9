//! The story as it stands, by REST: read by who is in the session, and changed field by field.

use std::thread;

use serde_json::{Value, json};

use crate::support::{Answer, Client, World};
use crate::together::{Session, leaves, members};

struct Desk {
    world: World,
    mira: Client,
    ben: Client,
    session: Session,
}

impl Desk {
    fn new() -> Self {
        let world = World::new();
        let (mira, ben) = (world.child("Mira"), world.child("Ben"));
        let session = mira.hosts("Moon Cats");
        ben.joins(&session);
        Self {
            world,
            mira,
            ben,
            session,
        }
    }

    fn change(&self, client: &Client, draft: &Value) -> Answer {
        client.post(&self.session.path("draft/update/"), json!({"story_draft": draft}))
    }

    #[track_caller]
    fn draft(&self, client: &Client) -> Value {
        client.get(&self.session.path("draft/")).ok()["story_draft"].clone()
    }
}

#[test]
fn fields_are_merged_and_texts_stay() {
    let desk = Desk::new();
    let Desk {
        world,
        mira,
        ben,
        session,
    } = &desk;
    let shown = mira.get(&session.path("draft/")).ok();
    assert_eq!(
        shown,
        json!({"success": true, "story_draft": {}, "canvas_state": {}, "current_page": 0})
    );
    let pages = json!([{"text": "Once"}, {"text": "Then"}]);
    let changed = desk
        .change(mira, &json!({"title": "Moon Cats", "pages": pages}))
        .ok();
    assert_eq!(members(&changed), ["message", "success"]);
    let draft = desk.draft(ben);
    assert_eq!(draft["title"], json!("Moon Cats"));
    assert_eq!(
        (&draft["pages"][0]["text"], &draft["pages"][1]["text"]),
        (&json!("Once"), &json!("Then"))
    );
    // Saving sends back what was read before: the texts of others meanwhile stay.
    let late = json!({"title": "Moon Cats", "pages": [{"text": "old"}], "genres": ["Adventure", "Sci-Fi"],
        "category": "adventure", "summary": "Cats on the moon.", "language": "tl"});
    desk.change(ben, &late).ok();
    let after = desk.draft(mira);
    assert_eq!(after["pages"], draft["pages"]);
    for (name, value) in [
        ("genres", json!(["Adventure", "Sci-Fi"])),
        ("category", json!("adventure")),
        ("summary", json!("Cats on the moon.")),
        ("language", json!("tl")),
        ("title", json!("Moon Cats")),
    ] {
        assert_eq!(after[name], value, "{name}");
    }
    let detail = ben.get(&session.path("")).ok();
    assert_eq!(detail["session"]["story_draft"], after);
    assert_eq!(detail["session"]["story_title"], json!("Moon Cats"));
    // It is in the database, not in this server's memory.
    let checkpoints = world.dump("operations").len() + world.dump("room_checkpoints").len();
    assert!(checkpoints > 0);
}

#[test]
fn nothing_is_lost_when_several_change_fields_at_once() {
    let desk = Desk::new();
    let Desk { mira, ben, .. } = &desk;
    thread::scope(|scope| {
        for round in 0..5 {
            scope.spawn({
                let desk = &desk;
                move || {
                    desk.change(mira, &json!({"title": format!("title {round}")}))
                        .ok()
                }
            });
            scope.spawn({
                let desk = &desk;
                move || {
                    desk.change(ben, &json!({"summary": format!("summary {round}")}))
                        .ok()
                }
            });
        }
    });
    let draft = desk.draft(mira);
    assert!(draft["title"].as_str().unwrap().starts_with("title "), "{draft}");
    assert!(
        draft["summary"].as_str().unwrap().starts_with("summary "),
        "{draft}"
    );
    assert_eq!(desk.world.dump("operations").len(), 10);
}

#[test]
fn what_is_no_draft_is_refused_and_changes_nothing() {
    let desk = Desk::new();
    let Desk {
        world, mira, session, ..
    } = &desk;
    let path = session.path("draft/update/");
    for body in [
        json!({}),
        json!({"story_draft": {}}),
        json!({"story_draft": null}),
        json!({"story_draft": []}),
        json!({"story_draft": "x"}),
    ] {
        mira.post(&path, body).refused_fields(&["story_draft"]);
    }
    for (field, value) in [
        ("title", json!([])),
        ("title", json!("a\u{0}b")),
        ("genres", json!("x")),
        ("genres", json!([7])),
        ("summary", json!({})),
        ("pages", json!({})),
        ("pages", json!([7])),
        ("pages", json!([{"text": "x".repeat(20_001)}])),
    ] {
        desk.change(mira, &json!({field: value})).refused_fields(&[field]);
    }
    // What a draft has no room for is left out.
    desk.change(
        mira,
        &json!({"anything": 7, "cover_image": "javascript:x", "language": "xx", "title": " "}),
    )
    .ok();
    assert!(world.dump("operations").is_empty());
    assert_eq!(desk.draft(mira), json!({}));
}

#[test]
fn who_may_read_and_change_it() {
    let desk = Desk::new();
    let Desk {
        world,
        mira,
        ben,
        session,
    } = &desk;
    let (left, kicked, invited) = (world.child("Left"), world.child("Kicked"), world.child("Invited"));
    left.joins(session);
    leaves(world, session, &left);
    kicked.joins(session);
    mira.kicks(session, &kicked).ok();
    world.befriend(mira, &invited);
    mira.invites(session, &invited);
    for person in [&left, &kicked, &invited, &world.child("Stranger")] {
        person.get(&session.path("draft/")).refused(403);
        desk.change(person, &json!({"title": "Mine"})).refused(403);
    }
    world.guest().get(&session.path("draft/")).refused(401);
    desk.change(&world.guest(), &json!({"title": "Mine"}))
        .refused(401);
    for path in ["draft/", "draft/update/"] {
        let path = format!("/api/collaborate/none/{path}");
        let answer = if path.ends_with("update/") {
            ben.post(&path, json!({"story_draft": {"title": "x"}}))
        } else {
            ben.get(&path)
        };
        answer.refused(404);
    }
    desk.change(ben, &json!({"title": "Ours"})).ok();
    mira.post_nothing(&session.path("end/")).ok();
    for person in [mira, ben] {
        person.get(&session.path("draft/")).refused(404);
        desk.change(person, &json!({"title": "After the end"}))
            .refused(404);
    }
}
