//! Stories that a moderator keeps from view, and those of somebody who is not here: their authors cannot publish them.

use serde_json::json;

use crate::administration::line;
use crate::drawings::{plain_story, story, with};
use crate::support::{Client, World};

fn judge(keeper: &Client, story: i64, action: &str) {
    let path = format!("/api/admin/moderation/story/{story}/");
    keeper.post(&path, json!({"action": action})).ok();
}

fn publish(author: &Client, story: i64) -> crate::support::Answer {
    author.post_nothing(&format!("/api/stories/{story}/publish/"))
}

fn publish_together(author: &Client, story: i64) -> crate::support::Answer {
    author.post_nothing(&format!("/api/stories/{story}/publish-collaborative/"))
}

#[test]
fn what_a_moderator_took_from_view_stays_out_of_view() {
    let world = World::new();
    let (keeper, mira, ben) = (world.keeper("Ines"), world.child("Mira"), world.child("Ben"));
    let tale = mira.publishes(story("the whale"));
    world.collaborate(tale, &[mira.id(), ben.id()]);
    judge(&keeper, tale, "unpublish");
    for refused in [
        publish(&mira, tale),
        publish_together(&mira, tale),
        publish_together(&ben, tale),
    ] {
        let body = refused.refused(403);
        assert_eq!(body["code"], json!("withheld"));
        assert!(
            body["error"]
                .as_str()
                .unwrap()
                .contains("took this story from view"),
            "{body}"
        );
    }
    // What the apps write by themselves is saved, and the story stays a draft.
    let path = format!("/api/stories/{tale}/update/");
    let saved = mira
        .patch(&path, json!({"title": "The whale and I", "is_published": true}))
        .ok();
    assert_eq!(
        (&saved["story"]["title"], &saved["story"]["is_published"]),
        (&json!("The whale and I"), &json!(false))
    );
    assert_eq!(world.published_by(&mira), 0);
    ben.get(&format!("/api/stories/{tale}/")).ok();
    world.guest().get(&format!("/api/stories/{tale}/")).refused(404);
    // Nobody else is shown that it is so.
    publish(&world.child("Leo"), tale).refused(404);

    judge(&keeper, tale, "approve");
    world.guest().get(&format!("/api/stories/{tale}/")).ok();
    mira.patch(&path, json!({"is_published": false})).ok();
    publish(&mira, tale).ok();
    assert_eq!(world.published_by(&mira), 1);
}

#[test]
fn a_draft_that_a_moderator_judged_is_not_published_either() {
    let world = World::new();
    let (keeper, mira) = (world.keeper("Ines"), world.child("Mira"));
    let drawn = with(story("the whale"), json!({"is_published": true}));
    let tale = mira.post("/api/stories/create/", drawn.clone()).created()["story"]["id"]
        .as_i64()
        .unwrap();
    // Its author is faster, and makes it a draft before somebody looks at it.
    mira.post_nothing(&format!("/api/stories/{tale}/unpublish/")).ok();
    judge(&keeper, tale, "unpublish");
    assert_eq!(world.last_line(), line("unpublish", "story", Some(tale), true));
    publish(&mira, tale).refused(403);
    // Sent again with the same pages it is the same story.
    let again = mira
        .post("/api/stories/create/", with(drawn, json!({"title": "Anew"})))
        .created();
    assert_eq!(
        (&again["story"]["id"], &again["story"]["is_published"]),
        (&json!(tale), &json!(false))
    );
}

#[test]
fn a_report_that_was_right_and_hid_a_story_holds_it_back() {
    let world = World::new();
    let (keeper, mira, ben) = (world.keeper("Ines"), world.child("Mira"), world.child("Ben"));
    let tale = mira.publishes(plain_story("the whale"));
    let report = ben.reports(json!({"story_id": tale})).created()["report"]["id"]
        .as_i64()
        .unwrap();
    let path = format!("/api/admin/reports/{report}/handle/");
    keeper.post(&path, json!({"action": "uphold", "hide": true})).ok();
    publish(&mira, tale).refused(403);
}

#[test]
fn nobody_publishes_for_an_author_who_is_not_here() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let draft = mira.makes(plain_story("the whale"));
    world.collaborate(draft, &[mira.id(), ben.id()]);
    assert!(world.suspends(&mira, None));
    let body = publish_together(&ben, draft).refused(403);
    assert_eq!(body["code"], json!("author_away"));
    assert!(world.guest().titles("/api/stories/?public=true").is_empty());
    assert!(world.unsuspends(&mira));
    publish_together(&ben, draft).ok();
    assert!(!world.guest().titles("/api/stories/?public=true").is_empty());
}
