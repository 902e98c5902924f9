//! The answers about stories, member by member.

use serde_json::{Value, json};
use tinytales::clock::{MINUTE, SECOND};

use crate::drawings::{drawing, large_drawing, names, plain_story, story, with};
use crate::support::{Client, World};

const FULL: [&str; 28] = [
    "author",
    "author_name",
    "author_username",
    "authors_names",
    "average_rating",
    "canvas_data",
    "category",
    "comments_count",
    "content",
    "cover_image",
    "creation_type",
    "date_created",
    "date_updated",
    "genres",
    "id",
    "is_collaborative",
    "is_liked_by_user",
    "is_owner",
    "is_published",
    "is_saved_by_user",
    "language",
    "likes_count",
    "saved_count",
    "saves_count",
    "summary",
    "title",
    "total_ratings",
    "views",
];

const LISTED: [&str; 22] = [
    "author_name",
    "authors_names",
    "average_rating",
    "canvas_data",
    "category",
    "comments_count",
    "content",
    "cover_image",
    "creation_type",
    "date_created",
    "date_updated",
    "genres",
    "id",
    "is_collaborative",
    "is_liked_by_user",
    "is_published",
    "language",
    "likes_count",
    "summary",
    "title",
    "views",
    // In the saved list only.
    "date_saved",
];

fn listed() -> Vec<&'static str> {
    let mut names = LISTED[..21].to_vec();
    names.sort_unstable();
    names
}

fn listed_and_saved() -> Vec<&'static str> {
    let mut names = LISTED.to_vec();
    names.sort_unstable();
    names
}

#[test]
fn a_full_story() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let sent = with(
        story("the kettle"),
        json!({"cover_image": drawing(), "summary": "It sails."}),
    );
    let answer = mira.post("/api/stories/create/", sent.clone()).created();
    assert_eq!(names(&answer), ["message", "story", "success", "xp_earned"]);
    assert_eq!(answer["success"], json!(true));
    assert!(answer["message"].is_string());
    assert!(answer["xp_earned"].is_null() || names(&answer["xp_earned"]).contains(&"xp_gained"));
    let made = &answer["story"];
    assert_eq!(names(made), FULL);
    let expected = with(
        sent,
        json!({"id": made["id"], "author": mira.id(), "author_name": "Mira", "author_username": "mira",
            "authors_names": [], "average_rating": 0, "total_ratings": 0, "comments_count": 0, "likes_count": 0,
            "saves_count": 0, "saved_count": 0, "views": 0, "is_owner": true, "is_collaborative": false,
            "is_liked_by_user": false, "is_saved_by_user": false,
            "date_created": "2026-03-04T05:06:07.123456Z", "date_updated": "2026-03-04T05:06:07.123456Z"}),
    );
    assert_eq!(made, &expected);
    assert!(made["average_rating"].is_i64(), "an integer 0 without ratings");
    let id = made["id"].as_i64().unwrap();

    let change = mira
        .patch(
            &format!("/api/stories/{id}/update/"),
            json!({"is_published": true}),
        )
        .ok();
    assert_eq!(names(&change), ["message", "story", "success"]);
    assert_eq!(names(&change["story"]), FULL);

    for (client, rating) in [(&mira, 4), (&ben, 5), (&world.child("Rosa"), 4)] {
        client
            .post(&format!("/api/stories/{id}/rate/"), json!({"rating": rating}))
            .ok();
    }
    ben.likes(id);
    ben.saves(id);
    ben.comments(id, "Lovely");
    let detail = ben.get(&format!("/api/stories/{id}/")).ok();
    assert_eq!(names(&detail), ["story", "success"]);
    let read = &detail["story"];
    assert_eq!(names(read), FULL);
    let marked = json!({"average_rating": 13.0 / 3.0, "total_ratings": 3, "comments_count": 1, "likes_count": 1,
        "saves_count": 1, "saved_count": 1, "views": 1, "is_owner": false, "is_liked_by_user": true,
        "is_saved_by_user": true, "is_published": true});
    assert_eq!(read, &with(expected, marked));
    assert_eq!(mira.reads(id)["is_liked_by_user"], json!(false));
    assert_eq!(world.guest().reads(id)["is_saved_by_user"], json!(false));
}

#[test]
fn a_story_with_what_must_be_given_alone() {
    let world = World::new();
    let mira = world.child("Mira");
    let answer = mira.post(
        "/api/stories/create/",
        json!({"title": 7, "content": "Once.", "canvas_data": "[]"}),
    );
    let made = &answer.created()["story"];
    for (member, value) in [
        ("title", json!("7")),
        ("summary", json!(null)),
        ("category", json!("other")),
        ("genres", json!([])),
        ("language", json!("en")),
        ("cover_image", json!("")),
        ("creation_type", json!("manual")),
        ("is_published", json!(false)),
        ("is_collaborative", json!(false)),
    ] {
        assert_eq!(made[member], value, "{member}");
    }
    let nulls: Vec<&str> = FULL
        .into_iter()
        .filter(|member| made[*member].is_null())
        .collect();
    assert_eq!(nulls, ["summary"], "nothing else is null");
}

#[test]
fn stories_in_lists() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let cover = drawing();
    let sent = with(
        story("the kettle"),
        json!({"cover_image": cover, "summary": "It sails."}),
    );
    let id = mira.publishes(sent.clone());
    for (client, rating) in [(&mira, 4), (&ben, 5), (&world.child("Rosa"), 4)] {
        client
            .post(&format!("/api/stories/{id}/rate/"), json!({"rating": rating}))
            .ok();
    }
    ben.likes(id);
    world.advance(MINUTE);
    ben.saves(id);

    let row = |list: Value| list[0].clone();
    let public = row(ben.lists("/api/stories/?public=true"));
    let of_user = row(ben.lists(&format!("/api/stories/user/{}/", mira.id())));
    let own = row(mira.lists("/api/stories/"));
    let saved = ben.get("/api/stories/saved/").ok();
    assert_eq!(names(&saved), ["stories", "success"]);
    let saved = row(saved["stories"].clone());
    for row in [&public, &of_user, &own] {
        assert_eq!(names(row), listed());
        assert_eq!(row["average_rating"], json!(4.3), "rounded to one decimal");
    }
    assert_eq!(names(&saved), listed_and_saved());
    assert_eq!(saved["date_saved"], json!("2026-03-04T05:07:07.123456Z"));
    for row in [&public, &of_user, &saved] {
        assert_eq!(row["content"], json!(""));
        assert_eq!(row["canvas_data"], json!("[]"));
        assert_eq!(row["is_liked_by_user"], json!(true));
    }
    for member in ["content", "canvas_data", "cover_image"] {
        assert_eq!(own[member], sent[member], "{member}");
    }
    let mut of_saved = saved.clone();
    of_saved.as_object_mut().unwrap().remove("date_saved");
    assert_eq!(of_saved, public);
    assert_eq!(of_user, public);
}

#[test]
fn an_unrated_story_in_a_list_has_an_integer_0() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.publishes(plain_story("the kettle"));
    assert!(world.guest().lists("/api/stories/")[0]["average_rating"].is_i64());
}

#[test]
fn answers_to_publishing_unpublishing_and_deleting() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(plain_story("the kettle"));
    // The second time nothing is left to do, which is no failure.
    for _ in 0..2 {
        let published = mira.post_nothing(&format!("/api/stories/{id}/publish/")).ok();
        let members = [
            "games_generated",
            "games_info",
            "message",
            "story_id",
            "success",
            "xp_earned",
        ];
        assert_eq!(names(&published), members);
        assert_eq!(published["success"], json!(true));
        assert_eq!(published["story_id"], json!(id));
        assert_eq!(published["games_generated"], json!(false));
        assert!(published["games_info"].is_string() && published["message"].is_string());
    }
    for _ in 0..2 {
        let draft = mira.post_nothing(&format!("/api/stories/{id}/unpublish/")).ok();
        assert_eq!(names(&draft), ["is_published", "message", "story_id", "success"]);
        assert_eq!(draft["is_published"], json!(false));
        assert_eq!(draft["story_id"], json!(id));
    }
    let deleted = mira.delete(&format!("/api/stories/{id}/delete/")).ok();
    assert_eq!(names(&deleted), ["message", "success"]);
    assert_eq!(deleted["success"], json!(true));
}

#[test]
fn publishing_together() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let id = mira.makes(plain_story("the whale"));
    let path = format!("/api/stories/{id}/publish-collaborative/");
    mira.post_nothing(&path).refused(400);
    world.collaborate(id, &[mira.id(), ben.id()]);

    let published = ben.post_nothing(&path).ok();
    assert_eq!(names(&published), ["message", "story_id", "success"]);
    assert_eq!(world.guest().reads(id)["is_published"], json!(true));
    // The app compares this one word.
    let again = mira.post_nothing(&path);
    again.status(400);
    assert_eq!(again.json["error"], json!("already_published"));
    assert_eq!(again.json["published_by"], json!("ben"));
    assert!(again.json["message"].is_string());

    // Unpublished, it can be published again, however that came about.
    mira.post_nothing(&format!("/api/stories/{id}/unpublish/")).ok();
    mira.post_nothing(&path).ok();
    mira.changes(id, json!({"is_published": false}));
    ben.post_nothing(&path).ok();
    // And however it was published, it is published.
    mira.changes(id, json!({"is_published": false}));
    mira.changes(id, json!({"is_published": true}));
    assert_eq!(
        ben.post_nothing(&path).status(400).json["published_by"],
        json!("mira")
    );
    mira.post_nothing(&format!("/api/stories/{id}/unpublish/")).ok();
    mira.post_nothing(&format!("/api/stories/{id}/publish/")).ok();
    assert_eq!(
        ben.post_nothing(&path).status(400).json["published_by"],
        json!("mira")
    );
}

#[test]
fn the_names_of_those_who_wrote_together() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    // Ids rise from the author to the co-authors or fall, and the author comes first.
    for (author, others) in [(&mira, [&ben, &rosa]), (&rosa, [&mira, &ben])] {
        let id = author.publishes(plain_story("the whale"));
        world.collaborate(id, &[rosa.id(), ben.id(), mira.id()]);
        let name =
            |client: &Client| client.get("/api/users/profile/").ok()["profile"]["display_name"].clone();
        let expected = json!([name(author), name(others[0]), name(others[1])]);
        let read = others[0].reads(id);
        assert_eq!(read["authors_names"], expected);
        assert_eq!(read["is_collaborative"], json!(true));
        assert_eq!(read["is_owner"], json!(false), "a co-author is no owner");
        assert_eq!(world.guest().lists("/api/stories/")[0]["authors_names"], expected);
        world.advance(SECOND);
    }
    let alone = mira.publishes(plain_story("the kettle"));
    world.collaborate(alone, &[mira.id()]);
    assert_eq!(mira.reads(alone)["authors_names"], json!(["Mira"]));
}

#[test]
fn instants_have_six_digits_or_none() {
    let world = World::new();
    let mira = world.child("Mira");
    world.advance(SECOND - 123_456);
    let id = mira.makes(plain_story("the kettle"));
    world.advance(MINUTE + 100);
    let changed = mira.changes(id, json!({"title": "the pan"}));
    assert_eq!(changed["date_created"], json!("2026-03-04T05:06:08Z"));
    assert_eq!(changed["date_updated"], json!("2026-03-04T05:07:08.000100Z"));
}

#[test]
fn a_page_and_its_links() {
    let world = World::new();
    let mira = world.child("Mira");
    for number in 0..31 {
        mira.publishes(plain_story(&format!("tale {number}")));
    }
    let guest = world.guest().with_header("Host", "tales.example");
    let page = |query: &str| {
        let page = guest.get(&format!("/api/stories{query}")).ok();
        assert_eq!(names(&page), ["count", "next", "previous", "results"]);
        assert_eq!(page["count"], json!(31));
        (
            page["next"].clone(),
            page["previous"].clone(),
            page["results"].as_array().unwrap().len(),
        )
    };
    let address = |query: &str| json!(format!("http://tales.example/api/stories/{query}"));
    assert_eq!(page("/"), (address("?page=2"), json!(null), 12));
    assert_eq!(
        page("/?page=2&page_size=12"),
        (address("?page=3&page_size=12"), address("?page_size=12"), 12)
    );
    assert_eq!(page("/?page=3"), (json!(null), address("?page=2"), 7));
    assert_eq!(
        page("?public=true&language=en"),
        (address("?language=en&page=2&public=true"), json!(null), 12)
    );
    assert_eq!(page("/?page_size=100"), (json!(null), json!(null), 31));
    let behind_a_proxy = World::with(|config| config.public_url = Some("https://tales.example".to_owned()));
    let ben = behind_a_proxy.child("Ben");
    ben.makes(plain_story("one"));
    ben.makes(plain_story("two"));
    let page = ben.get("/api/stories/?page_size=1").ok();
    assert_eq!(
        page["next"],
        json!("https://tales.example/api/stories/?page=2&page_size=1")
    );
}

#[test]
fn a_large_save_is_answered_without_text_and_drawings() {
    let world = World::new();
    let mira = world.child("Mira");
    let large = with(
        story("the kettle"),
        json!({"canvas_data": crate::drawings::canvas(&[Some(&large_drawing())])}),
    );
    let without: Vec<&str> = FULL
        .into_iter()
        .filter(|member| !matches!(*member, "content" | "canvas_data"))
        .collect();
    let made = mira.post("/api/stories/create/", large.clone()).created()["story"].clone();
    let id = made["id"].as_i64().unwrap();
    assert_eq!(names(&made), without);
    assert_eq!(names(&mira.changes(id, large.clone())), without);
    // A small one has them, however large the story is.
    let changed = mira.changes(id, json!({"title": "the pan"}));
    assert_eq!(names(&changed), FULL);
    assert_eq!(changed["canvas_data"], large["canvas_data"]);
}
