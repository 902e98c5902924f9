//! Searches of administrators that find very many: the same rows in the same order as searches that find few.

use serde_json::{Value, json};
use tinytales::clock::SECOND;

use crate::administration::ids;
use crate::drawings::plain_story;
use crate::support::{Client, World};

/// More than a broad search finds at least.
const MANY: usize = 1_100;

/// So many accounts, each with a story: `tale` in the titles, `kid` in the names.
fn crowd(world: &World) {
    world.crowd((0..MANY).map(|number| format!("Kid {number:04}")));
    // A write ends within two seconds, on a busy machine, too.
    for part in 0..10_i64 {
        world.sql(move |conn| {
            conn.execute(
                "INSERT INTO stories (author_id, title, category, language, creation_type, is_published, date_created,
                     date_updated)
                 SELECT id, 'A Tale of ' || username, 'other', 'en', 'manual', TRUE, id, id FROM users
                 WHERE username LIKE 'kid%' AND id % 10 = $1",
                &[&part],
            )?;
            conn.execute(
                "INSERT INTO story_search (story_id, title_folded, content_folded)
                 SELECT id, LOWER(title), '' FROM stories WHERE author_id % 10 = $1",
                &[&part],
            )
        });
    }
}

#[track_caller]
fn page(admin: &Client, rows: &str, path: &str) -> (Vec<i64>, Value) {
    let answer = admin.get(path).ok();
    (ids(&answer[rows]), answer["pagination"]["total_count"].clone())
}

#[test]
fn a_page_is_the_same_whichever_way_it_is_found() {
    let world = World::new();
    let ada = world.superuser("Ada");
    crowd(&world);
    let rare = world.child("Zoe");
    let tale = rare.publishes(plain_story("the rarest tale"));
    for (rows, path, total) in [
        ("stories", "/api/admin/stories/?search=tale", MANY + 1),
        (
            "stories",
            "/api/admin/stories/?search=tale&status=published",
            MANY + 1,
        ),
        ("stories", "/api/admin/stories/?search=ta", MANY + 1),
        ("stories", "/api/admin/stories/?search=kid", MANY),
        ("stories", "/api/admin/stories/?search=id&status=published", MANY),
        ("users", "/api/admin/users/?search=kid", MANY),
        ("users", "/api/admin/users/?search=example", MANY + 1),
        ("users", "/api/admin/users/?search=ki", MANY),
        ("users", "/api/admin/users/?search=kid&user_type=child", MANY),
    ] {
        let whole = page(&ada, rows, &format!("{path}&page_size=100"));
        assert_eq!(whole.1, json!(total), "{path}");
        assert_eq!(whole.0.len(), 100, "{path}");
        for number in 1..=3 {
            let some = page(&ada, rows, &format!("{path}&page_size=5&page={number}"));
            assert_eq!(some.0, whole.0[(number - 1) * 5..number * 5], "{path} {number}");
            assert_eq!(some.1, whole.1, "{path} {number}");
        }
        let beyond = page(&ada, rows, &format!("{path}&page_size=100&page=12"));
        assert_eq!(beyond.0.len(), total % 100, "{path}");
    }
    let found = page(&ada, "stories", "/api/admin/stories/?search=rarest");
    assert_eq!(found, (vec![tale], json!(1)));
    let nothing = page(
        &ada,
        "stories",
        "/api/admin/stories/?search=tale&status=unpublished",
    );
    assert_eq!(nothing, (Vec::new(), json!(0)));
    let unknown = page(&ada, "users", "/api/admin/users/?search=kid&user_type=teacher");
    assert_eq!(unknown, (Vec::new(), json!(0)));
}

#[test]
fn what_many_are_found_by_is_counted_once_in_a_while() {
    let world = World::new();
    let ada = world.superuser("Ada");
    crowd(&world);
    let mira = world.child("Mira");
    let path = "/api/admin/stories/?search=tale";
    let count = || page(&ada, "stories", path).1;
    assert_eq!(count(), json!(MANY));
    let story = mira.publishes(plain_story("one more tale"));
    let seen = page(&ada, "stories", path);
    assert_eq!(
        (seen.0[0], seen.1),
        (story, json!(MANY)),
        "the rows are as they are"
    );
    world.advance(15 * SECOND);
    assert_eq!(count(), json!(MANY + 1));
    ada.post(
        &format!("/api/admin/moderation/story/{story}/"),
        json!({"action": "delete"}),
    )
    .ok();
    assert_eq!(count(), json!(MANY), "what administrators do themselves they see");
}
