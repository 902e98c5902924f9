//! The story that is written in a session, and who its authors are.

use serde_json::{Value, json};

use crate::drawings::plain_story;
use crate::support::{Client, World};
use crate::together::{Session, leaves, members};

struct Desk {
    world: World,
    mira: Client,
    ben: Client,
    rosa: Client,
    session: Session,
    story: i64,
}

impl Desk {
    fn new() -> Self {
        let world = World::new();
        let [mira, ben, rosa] = ["Mira", "Ben", "Rosa"].map(|name| world.child(name));
        let session = mira.hosts("Moon Cats");
        ben.joins(&session);
        let story = mira
            .post("/api/stories/create/", plain_story("the moon"))
            .created();
        let story = story["story"]["id"].as_i64().unwrap();
        Self {
            world,
            mira,
            ben,
            rosa,
            session,
            story,
        }
    }
}

fn can_read(client: &Client, story: i64) -> bool {
    client.get(&format!("/api/stories/{story}/")).status == 200
}

#[test]
fn whoever_is_there_becomes_a_co_author_and_so_does_whoever_comes_later() {
    let Desk {
        world,
        mira,
        ben,
        rosa,
        session,
        story,
    } = Desk::new();
    let [left, friend, kicked] = ["Left", "Friend", "Kicked"].map(|name| world.child(name));
    left.joins(&session);
    leaves(&world, &session, &left);
    kicked.joins(&session);
    mira.kicks(&session, &kicked).ok();
    assert!(!can_read(&ben, story));
    let linked = mira.post(&session.story_path(), json!({"story_id": story})).ok();
    assert_eq!(
        linked,
        json!({"success": true, "session_id": session.id, "story_id": story})
    );
    assert!(can_read(&ben, story) && !can_read(&left, story) && !can_read(&kicked, story));
    assert_eq!(
        ben.get(&session.path("")).ok()["session"]["story_id"],
        json!(story)
    );
    // By the code, by an invitation, and back again.
    assert_eq!(rosa.joins(&session)["story_id"], json!(story));
    world.befriend(&mira, &friend);
    let answer = friend.responds(mira.invites(&session, &friend), "accept").ok();
    assert_eq!(answer["story_id"], json!(story));
    left.joins(&session);
    for person in [&rosa, &friend, &left] {
        assert!(can_read(person, story));
    }
    let detail = mira.get(&format!("/api/stories/{story}/")).ok();
    assert_eq!(detail["story"]["is_collaborative"], json!(true));
    assert_eq!(
        detail["story"]["authors_names"],
        json!(["Mira", "Ben", "Rosa", "Left", "Friend"])
    );
    // Whoever is put out is no author any more.
    mira.kicks(&session, &rosa).ok();
    assert!(!can_read(&rosa, story));
    // Linking again changes nothing.
    mira.post(&session.story_path(), json!({"story_id": story.to_string()}))
        .ok();
    assert!(can_read(&ben, story) && !can_read(&rosa, story));
}

#[test]
fn nobody_becomes_an_author_of_a_story_that_is_not_the_host_s() {
    let Desk {
        world,
        mira,
        ben,
        session,
        story,
        ..
    } = Desk::new();
    let foreign = ben.post("/api/stories/create/", plain_story("the sun")).created();
    let foreign = foreign["story"]["id"].as_i64().unwrap();
    let before = (world.dump("story_authors"), world.dump("collaborations"));
    let link = |client: &Client, id: Value| client.post(&session.story_path(), json!({"story_id": id}));
    link(&mira, json!(foreign)).refused(404);
    link(&mira, json!(7)).refused(404);
    link(&ben, json!(foreign)).refused(403);
    link(&mira, json!("x")).refused_fields(&["story_id"]);
    link(&mira, json!(null)).refused_fields(&["story_id"]);
    mira.post(&session.story_path(), json!({}))
        .refused_fields(&["story_id"]);
    mira.post(
        "/api/collaborate/sessions/none/story/",
        json!({"story_id": story}),
    )
    .refused(404);
    // A co-author's session does not give away what another wrote.
    world.collaborate(foreign, &[mira.id()]);
    let authors = world.dump("story_authors");
    link(&mira, json!(foreign)).refused(404);
    assert_eq!(world.dump("story_authors"), authors);
    assert_eq!(world.dump("collaborations"), before.1);
    mira.post_nothing(&session.path("end/")).ok();
    link(&mira, json!(story)).refused(404);
}

#[test]
fn what_was_written_together_is_listed() {
    let Desk {
        world,
        mira,
        ben,
        rosa,
        session,
        story,
    } = Desk::new();
    assert_eq!(
        ben.get("/api/collaborate/stories/").ok(),
        json!({"success": true, "stories": [], "total": 0})
    );
    mira.post(&session.story_path(), json!({"story_id": story})).ok();
    let listed = ben.get("/api/collaborate/stories/").ok();
    assert_eq!((&listed["success"], &listed["total"]), (&json!(true), &json!(1)));
    let shown = &listed["stories"][0];
    assert_eq!(
        members(shown),
        [
            "author_ids",
            "authors",
            "category",
            "cover_image",
            "date_created",
            "date_updated",
            "id",
            "is_collaborative",
            "is_published",
            "published_by",
            "title",
            "views"
        ]
    );
    for (name, value) in [
        ("id", json!(story)),
        ("authors", json!(["Mira", "Ben"])),
        ("author_ids", json!([mira.id(), ben.id()])),
        ("is_collaborative", json!(true)),
        ("is_published", json!(false)),
        ("published_by", Value::Null),
        ("cover_image", json!("")),
        ("views", json!(0)),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    assert_eq!(mira.get("/api/collaborate/stories/").ok(), listed);
    assert_eq!(rosa.get("/api/collaborate/stories/").ok()["total"], json!(0));
    world.guest().get("/api/collaborate/stories/").refused(401);
    ben.post_nothing(&format!("/api/stories/{story}/publish-collaborative/"))
        .ok();
    let listed = mira.get("/api/collaborate/stories/").ok();
    assert_eq!(listed["stories"][0]["published_by"], json!("ben"));
}

#[test]
fn one_of_them_publishes_it_once() {
    let Desk {
        world,
        mira,
        ben,
        rosa,
        session,
        story,
    } = Desk::new();
    let path = format!("/api/stories/{story}/publish-collaborative/");
    mira.post_nothing(&path).refused(400);
    mira.post(&session.story_path(), json!({"story_id": story})).ok();
    rosa.post_nothing(&path).refused(403);
    world.guest().post_nothing(&path).refused(401);
    mira.post_nothing("/api/stories/7/publish-collaborative/")
        .refused(404);
    let statuses = std::thread::scope(|scope| {
        let publish = |client: &Client| client.post_nothing(&path).status;
        let (one, other) = (
            scope.spawn(move || publish(&mira)),
            scope.spawn(move || publish(&ben)),
        );
        let mut statuses = [one.join().unwrap(), other.join().unwrap()];
        statuses.sort_unstable();
        statuses
    });
    assert_eq!(statuses, [200, 400]);
}
