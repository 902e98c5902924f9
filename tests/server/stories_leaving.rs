//! What an account leaves behind when it goes.

use serde_json::json;

use crate::drawings::{drawing, each, plain_story, story, with};
use crate::support::{Client, PASSWORD, World};

#[track_caller]
fn leave(client: &Client) {
    client
        .post("/api/auth/delete-account/", json!({"password": PASSWORD}))
        .ok();
    client.get("/api/stories/").refused(401);
}

#[test]
fn stories_written_together_go_to_another_author() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let cover = drawing();
    let together = mira.publishes(with(story("the whale"), json!({"cover_image": cover})));
    let draft = mira.makes(plain_story("the shark"));
    let alone = mira.publishes(story("the kettle"));
    let left_alone = mira.publishes(plain_story("the plaice"));
    world.collaborate(together, &[mira.id(), ben.id(), rosa.id()]);
    world.collaborate(draft, &[mira.id(), rosa.id()]);
    world.collaborate(left_alone, &[mira.id()]);
    let before = ben.reads(together);

    leave(&mira);
    let after = ben.reads(together);
    assert_eq!(after["author"], json!(ben.id()));
    assert_eq!(after["author_name"], json!("Ben"));
    assert_eq!(after["authors_names"], json!(["Ben", "Rosa"]));
    assert_eq!(after["is_owner"], json!(true));
    for member in [
        "title",
        "content",
        "canvas_data",
        "cover_image",
        "date_created",
        "is_collaborative",
        "is_published",
    ] {
        assert_eq!(after[member], before[member], "{member}");
    }
    assert_eq!(rosa.reads(draft)["is_owner"], json!(true));
    for gone in [alone, left_alone] {
        ben.get(&format!("/api/stories/{gone}/")).refused(404);
    }
    assert_eq!(ben.titles("/api/stories/"), ["the whale"]);
    assert_eq!(
        world.guest().titles(&format!("/api/stories/user/{}/", ben.id())),
        ["the whale"]
    );

    // It is theirs now, with all that an author may do, and goes on from one to the next.
    ben.post_nothing(&format!("/api/stories/{together}/unpublish/"))
        .ok();
    leave(&ben);
    assert_eq!(rosa.reads(together)["authors_names"], json!(["Rosa"]));
    leave(&rosa);
    assert_eq!(world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM stories"), 0);
}

#[test]
fn what_others_see_counts_without_who_has_left() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let loved = mira.publishes(plain_story("the kettle"));
    let ignored = mira.publishes(plain_story("the pan"));
    for (client, rating) in [(&ben, 1), (&rosa, 4), (&mira, 5)] {
        client.likes(loved);
        client.saves(loved);
        client
            .post(&format!("/api/stories/{loved}/rate/"), json!({"rating": rating}))
            .ok();
        client.comments(loved, "One");
        client.comments(loved, "Two");
    }
    ben.comments(ignored, "Hm");
    ben.reads(loved);
    let his = ben.publishes(plain_story("his"));
    mira.likes(his);

    leave(&ben);
    let stats = rosa.get(&format!("/api/stories/{loved}/stats/")).ok();
    assert_eq!(stats["likes_count"], json!(2));
    assert_eq!(stats["saves_count"], json!(2));
    assert_eq!(stats["comments_count"], json!(4));
    let read = mira.reads(loved);
    assert_eq!(
        (&read["total_ratings"], &read["average_rating"]),
        (&json!(2), &json!(4.5))
    );
    assert_eq!(mira.reads(ignored)["comments_count"], json!(0));
    let comments = rosa.lists(&format!("/api/stories/{loved}/comments/"));
    assert!(!each(&comments, "author").contains(&&json!(ben.id())));
    assert_eq!(comments.as_array().unwrap().len(), 4);
    // Nobody's marks are left, and what they were on is gone.
    for table in [
        "story_likes",
        "story_saves",
        "story_ratings",
        "story_reads",
        "story_comments",
        "stories",
    ] {
        let rows = world.dump(table);
        let his = format!("=Int({}) ", ben.id());
        let is_his =
            |row: &String| row.contains(&format!("user_id{his}")) || row.contains(&format!("author_id{his}"));
        assert!(!rows.iter().any(is_his), "{table}: {rows:?}");
    }
    rosa.get(&format!("/api/stories/{his}/")).refused(404);
    // A mark more is counted from there.
    rosa.likes(loved);
    assert_eq!(mira.reads(loved)["likes_count"], json!(1));
}

#[test]
fn the_count_of_published_stories_follows_its_author() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let count = |client: &Client| {
        let id = client.id();
        world.sql(move |conn| {
            conn.one("SELECT published_count FROM users WHERE id = $1", &[&id])?
                .take::<i64>()
        })
    };
    let together = mira.publishes(plain_story("the whale"));
    world.collaborate(together, &[mira.id(), ben.id()]);
    let other = mira.makes(plain_story("the pan"));
    assert_eq!((count(&mira), count(&ben)), (1, 0));
    mira.changes(other, json!({"is_published": true}));
    mira.changes(other, json!({"is_published": true, "title": "the pot"}));
    assert_eq!(count(&mira), 2);
    mira.post_nothing(&format!("/api/stories/{other}/unpublish/"))
        .ok();
    mira.post_nothing(&format!("/api/stories/{other}/unpublish/"))
        .ok();
    assert_eq!(count(&mira), 1);
    mira.post_nothing(&format!("/api/stories/{other}/publish/")).ok();
    mira.delete(&format!("/api/stories/{other}/delete/")).ok();
    assert_eq!(count(&mira), 1);
    mira.changes(together, json!({"is_published": false}));
    ben.post_nothing(&format!("/api/stories/{together}/publish-collaborative/"))
        .ok();
    assert_eq!((count(&mira), count(&ben)), (1, 0), "it is the author's");
    leave(&mira);
    assert_eq!(count(&ben), 1);
}

#[test]
fn a_deleted_story_takes_everything_with_it() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let id = mira.publishes(with(story("the kettle"), json!({"cover_image": drawing()})));
    world.collaborate(id, &[mira.id(), ben.id()]);
    let rosa = world.child("Rosa");
    rosa.reads(id);
    rosa.likes(id);
    rosa.saves(id);
    rosa.comments(id, "Lovely");
    rosa.post(&format!("/api/stories/{id}/rate/"), json!({})).ok();
    mira.delete(&format!("/api/stories/{id}/delete/")).ok();
    for table in [
        "stories",
        "story_bodies",
        "story_search",
        "story_authors",
        "story_likes",
        "story_saves",
        "story_ratings",
        "story_reads",
        "story_comments",
        "story_pictures",
    ] {
        assert_eq!(world.dump(table), [""; 0], "{table}");
    }
    assert_eq!(rosa.get("/api/stories/saved/").ok()["stories"], json!([]));
}
