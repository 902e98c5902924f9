//! Stories and comments in the hands of administrators.

use serde_json::{Value, json};
use tinytales::clock::DAY;

use crate::administration::{ids, line};
use crate::drawings::{canvas, drawing, names, plain_story, with};
use crate::support::{Client, World};

const STORIES: &str = "/api/admin/stories/";

#[track_caller]
fn listed(admin: &Client, query: &str) -> Vec<i64> {
    ids(&admin.get(&format!("{STORIES}{query}")).ok()["stories"])
}

#[track_caller]
fn judge(admin: &Client, story: i64, verdict: Value) -> crate::support::Answer {
    admin.post(&format!("/api/admin/moderation/story/{story}/"), verdict)
}

/// The stored notifications of somebody, newest first: type, title, message, url.
#[track_caller]
fn told(person: &Client) -> Vec<(String, String, String, String)> {
    let rows = person.get("/api/notifications/").ok()["results"].clone();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = rows.as_array().unwrap().iter();
    rows.filter(|row| row["notification_type"] == json!("moderation"))
        .map(|row| {
            (
                text(row, "notification_type"),
                text(row, "title"),
                text(row, "message"),
                text(row, "url"),
            )
        })
        .collect()
}

fn flags(world: &World, story: i64) {
    world.sql(move |conn| {
        conn.execute(
            "UPDATE stories SET is_flagged = TRUE, flagged_reason = 'rude' WHERE id = $1",
            &[&story],
        )
    });
}

#[test]
fn the_list_shows_all_stories_field_by_field() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let tale = mira.publishes(with(
        plain_story("a tale"),
        json!({"cover_image": "https://images.example/cover.png"}),
    ));
    ben.likes(tale);
    ben.comments(tale, "How bright!");
    world.advance(DAY);
    let cover = drawing();
    let draft = mira.makes(with(plain_story("a draft"), json!({"cover_image": cover})));
    let answer = ada.get(STORIES).ok();
    assert_eq!(names(&answer), ["pagination", "stories", "success"]);
    assert_eq!(ids(&answer["stories"]), [draft, tale]);
    assert_eq!(
        answer["stories"][1],
        json!({"id": tale, "title": "a tale", "author": "mira", "author_id": mira.id(), "is_published": true,
            "is_flagged": false, "date_created": "2026-03-04T05:06:07.123456Z",
            "date_updated": "2026-03-04T05:06:07.123456Z", "total_likes": 1, "total_comments": 1, "views": 0,
            "creation_type": "manual", "cover_image": "https://images.example/cover.png"})
    );
    assert_eq!(
        answer["stories"][0]["cover_image"],
        json!(""),
        "nobody is shown the picture of a draft"
    );
    mira.post_nothing(&format!("/api/stories/{draft}/publish/")).ok();
    let shown = ada.get(STORIES).ok()["stories"][0]["cover_image"].clone();
    assert!(shown.as_str().unwrap().contains("/media/pictures/"), "{shown}");
}

#[test]
fn stories_are_found_by_standing_title_and_author() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let frog = mira.publishes(plain_story("My Frog"));
    let moon = ben.makes(plain_story("Moon 100%"));
    flags(&world, moon);
    for (query, expected) in [
        ("", vec![moon, frog]),
        ("?status=all", vec![moon, frog]),
        ("?status=published", vec![frog]),
        ("?status=unpublished", vec![moon]),
        ("?status=flagged", vec![moon]),
        ("?status=pirate", vec![moon, frog]),
        ("?search=FROG", vec![frog]),
        ("?search=fr", vec![frog]),
        ("?search=mira", vec![frog]),
        ("?search=ben", vec![moon]),
        ("?search=%25", vec![moon]),
        ("?search=bedtime", vec![]),
        ("?search=%22", vec![]),
        ("?search=m&status=published", vec![frog]),
        ("?page=2&page_size=1", vec![frog]),
    ] {
        assert_eq!(listed(&ada, query), expected, "{query}");
    }
}

#[test]
fn counts_are_exact_whether_few_or_most_are_found() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let (mira, mimi, mio, zed) = (
        world.child("Mira"),
        world.child("Mimi"),
        world.child("Mio"),
        world.child("Zed"),
    );
    let mut stories = Vec::new();
    for (author, name, title) in [
        (&mira, "mira", "tale of a tram"),
        (&mira, "mira", "tale of zed"),
        (&mimi, "mimi", "tale of two"),
        (&mimi, "mimi", "a kite"),
        (&mio, "mio", "tale of mira"),
        (&zed, "zed", "tale of a kite"),
        (&zed, "zed", "a tram"),
    ] {
        for status in ["published", "unpublished", "flagged"] {
            let id = match status {
                "published" => author.publishes(plain_story(title)),
                _ => author.makes(plain_story(title)),
            };
            if status == "flagged" {
                flags(&world, id);
            }
            stories.push((name, title, status));
        }
    }
    for needle in [
        "tale", "ta", "mi", "mir", "zed", "ze", "tram", "a", "kite", "nobody",
    ] {
        for status in ["all", "published", "unpublished", "flagged"] {
            let is_there = |of: &str| match status {
                "all" => true,
                // What is flagged here is a draft, too.
                "unpublished" => of != "published",
                _ => of == status,
            };
            let expected = stories.iter().filter(|(name, title, of)| {
                is_there(of) && (name.contains(needle) || title.contains(needle))
            });
            let answer = ada
                .get(&format!("{STORIES}?search={needle}&status={status}"))
                .ok();
            let counted = &answer["pagination"]["total_count"];
            assert_eq!(counted, &json!(expected.count()), "{needle} {status}");
        }
    }
}

#[test]
fn a_story_is_taken_from_view_and_its_authors_are_told() {
    let world = World::new();
    let sam = world.staff("Sam");
    let (mira, ben, guest) = (world.child("Mira"), world.child("Ben"), world.guest());
    let tale = mira.publishes(plain_story("a tale"));
    world.collaborate(tale, &[mira.id(), ben.id()]);
    let mut ears = mira.notifications();
    let answer = judge(
        &sam,
        tale,
        json!({"action": "unpublish", "reason": "It has a real address."}),
    )
    .ok();
    assert_eq!(names(&answer), ["message", "success"]);
    guest.get(&format!("/api/stories/{tale}/")).refused(404);
    for author in [&mira, &ben] {
        let (kind, title, message, _) = told(author).remove(0);
        assert_eq!(
            (kind.as_str(), title.as_str()),
            ("moderation", "Your story is a draft again")
        );
        assert!(
            message.contains("a tale") && message.ends_with("It has a real address."),
            "{message}"
        );
    }
    assert_eq!(
        ears.until("notification")["notification"]["notification_type"],
        json!("moderation")
    );
    assert_eq!(world.last_line(), line("unpublish", "story", Some(tale), true));
    assert_eq!(world.last_details(), "It has a real address.");
    let published = world.number("SELECT MAX(published_count) FROM users");
    assert_eq!(
        published,
        world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM stories WHERE is_published")
    );
    // Once more tells nobody anything.
    let lines = world.record().len();
    judge(&sam, tale, json!({"action": "unpublish"})).ok();
    assert_eq!((world.record().len(), told(&mira).len()), (lines, 1));
    world.books_balance();
}

#[test]
fn a_reason_that_is_not_given_is_not_told() {
    let world = World::new();
    let sam = world.staff("Sam");
    let mira = world.child("Mira");
    for body in [
        json!({"action": "unpublish"}),
        json!({"action": "unpublish", "reason": ""}),
        json!({"action": "unpublish", "reason": null}),
    ] {
        let tale = mira.publishes(plain_story("a tale"));
        judge(&sam, tale, body).ok();
        assert!(!told(&mira)[0].2.contains("why"), "{:?}", told(&mira));
    }
}

#[test]
fn a_story_is_deleted_with_its_drawings() {
    let world = World::new();
    let sam = world.staff("Sam");
    let mira = world.child("Mira");
    let pictured = with(
        plain_story("a tale"),
        json!({"canvas_data": canvas(&[Some(&drawing()), None])}),
    );
    let tale = mira.publishes(pictured);
    judge(&sam, tale, json!({"action": "delete", "reason": "rude"})).ok();
    judge(&sam, tale, json!({"action": "delete"})).refused(404);
    assert_eq!(listed(&sam, ""), [] as [i64; 0]);
    world.advance(DAY);
    world.sweeps();
    assert_eq!(world.pictures().len(), 0);
    assert_eq!(told(&mira)[0].1, "Your story was taken away");
    assert_eq!(world.last_line(), line("delete", "story", Some(tale), true));
    assert_eq!(mira.total("total_stories"), 0);
    world.books_balance();
}

#[test]
fn approving_publishes_and_lifts_the_flag() {
    let world = World::new();
    let sam = world.staff("Sam");
    let (mira, guest) = (world.child("Mira"), world.guest());
    let draft = mira.makes(plain_story("a draft"));
    flags(&world, draft);
    judge(&sam, draft, json!({"action": "approve"})).ok();
    guest.get(&format!("/api/stories/{draft}/")).ok();
    assert_eq!(listed(&sam, "?status=flagged"), [] as [i64; 0]);
    assert_eq!(world.last_line(), line("approve", "story", Some(draft), true));
    assert_eq!(told(&mira), []);
    assert_eq!(mira.total("published_stories"), 1);
    let lines = world.record().len();
    judge(&sam, draft, json!({"action": "approve"})).ok();
    assert_eq!(world.record().len(), lines);
    world.books_balance();
}

#[test]
fn a_story_of_somebody_who_is_suspended_waits_for_them() {
    let world = World::new();
    let sam = world.staff("Sam");
    let (mira, guest) = (world.child("Mira"), world.guest());
    let draft = mira.makes(plain_story("a draft"));
    world.bars(&mira, "suspended_at");
    judge(&sam, draft, json!({"action": "approve"})).ok();
    guest.get(&format!("/api/stories/{draft}/")).refused(404);
    let hidden = "SELECT CAST(COUNT(*) AS BIGINT) FROM stories WHERE hidden_at IS NOT NULL";
    assert_eq!(world.number(hidden), 1);
    judge(&sam, draft, json!({"action": "unpublish"})).ok();
    assert_eq!(world.number(hidden), 0, "it does not come back with its author");
}

#[test]
fn what_is_no_verdict_is_refused() {
    let world = World::new();
    let sam = world.staff("Sam");
    let tale = world.child("Mira").publishes(plain_story("a tale"));
    let before = (world.dump("stories"), world.record().len());
    for verdict in [
        json!({}),
        json!({"action": "burn"}),
        json!({"action": null}),
        json!({"action": ["delete"]}),
        json!({"action": "delete", "reason": "x".repeat(501)}),
        json!({"action": "delete", "reason": {}}),
    ] {
        let answer = judge(&sam, tale, verdict.clone());
        assert_eq!(answer.status, 400, "{verdict}");
        answer.refused(400);
    }
    judge(&sam, 7, json!({"action": "delete"})).refused(404);
    assert_eq!((world.dump("stories"), world.record().len()), before);
}

#[test]
fn a_comment_is_deleted_and_its_writer_told() {
    let world = World::new();
    let sam = world.staff("Sam");
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let tale = mira.publishes(plain_story("a tale"));
    let comment = ben.comments(tale, "How dull!");
    let path = format!("/api/admin/moderation/comment/{comment}/");
    sam.delete(&path).ok();
    sam.delete(&path).refused(404);
    assert_eq!(mira.reads(tale)["comments_count"], json!(0));
    assert_eq!(mira.total("comments_received"), 0);
    let (_, title, message, _) = told(&ben).remove(0);
    assert_eq!(title, "Your comment was taken away");
    assert!(message.contains("a tale"), "{message}");
    assert_eq!(world.last_line(), line("delete", "comment", Some(comment), true));
    assert!(!world.last_details().contains("dull"), "what it said is not kept");
}

#[test]
fn what_is_flagged_is_shown_with_the_newest_comments() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let tale = mira.publishes(plain_story("a tale"));
    mira.publishes(plain_story("another tale"));
    ben.post(&format!("/api/stories/{tale}/rate/"), json!({"rating": 2}));
    let comment = ben.comments(tale, &"é".repeat(300));
    flags(&world, tale);
    let data = ada.get("/api/admin/moderation/flagged/").ok()["data"].clone();
    assert_eq!(ids(&data["stories"]), [tale]);
    let story = &data["stories"][0];
    for name in [
        "author",
        "author_id",
        "avg_rating",
        "date_created",
        "flagged_reason",
        "id",
        "is_published",
        "title",
        "total_comments",
        "total_likes",
        "total_ratings",
    ] {
        assert!(!story[name].is_null(), "{name}");
    }
    assert_eq!(story["flagged_reason"], json!("rude"));
    let shown = &data["recent_comments"][0];
    assert_eq!(shown["id"], json!(comment));
    assert_eq!(shown["content"], json!("é".repeat(200)));
    assert_eq!(
        (&shown["user"], &shown["story_id"]),
        (&json!("ben"), &json!(tale))
    );
}

#[test]
fn nobody_judges_their_own_and_lesser_administrators_not_those_above_them() {
    let world = World::new();
    let (lesser, upper) = (world.admin("Sam"), world.admin("Root"));
    let id = lesser.id();
    world.sql(move |conn| conn.execute("UPDATE users SET is_superuser = FALSE WHERE id = $1", &[&id]));
    let own = lesser.publishes(plain_story("the kettle"));
    let above = upper.publishes(plain_story("the lamp"));
    let (sam, root) = (world.at_dashboard(&lesser), world.at_dashboard(&upper));
    flags(&world, own);
    for action in ["approve", "unpublish", "delete"] {
        judge(&sam, own, json!({"action": action})).refused(403);
        judge(&sam, above, json!({"action": action})).refused(403);
        assert_eq!(world.last_line(), line(action, "story", Some(above), false));
    }
    assert_eq!(listed(&sam, "?status=flagged"), [own]);
    judge(&root, own, json!({"action": "approve"})).ok();
    assert!(listed(&sam, "?status=flagged").is_empty());
}
