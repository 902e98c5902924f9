//! What administrators' addresses cost the database, in statements: the same for one row, ten and a hundred, and few.

use database::Dialect;
use serde_json::json;

use crate::drawings::plain_story;
use crate::support::{Answer, Client, World};

#[track_caller]
fn cost(world: &World, send: impl Fn() -> Answer) -> u64 {
    let mut answer = None;
    let queries = world.queries(|| answer = Some(send()));
    let answer = answer.unwrap();
    assert!(answer.status < 300 && answer.is_whole, "{}", answer.text());
    queries
}

/// So many families, each of a parent and a child who wrote a story, and so many archived accounts.
fn grow(world: &World, from: usize, to: usize) {
    for number in from..to {
        let (parent, child) = (
            world.parent(&format!("Parent {number:03}")),
            world.child(&format!("Child {number:03}")),
        );
        world.relates(&parent, &child);
        let story = child.publishes(plain_story(&format!("tale {number:03}")));
        parent.comments(story, "How bright!");
        let gone = world.child(&format!("Gone {number:03}"));
        world.bars(&gone, "archived_at");
    }
    world.sql(|conn| conn.execute("UPDATE stories SET is_flagged = TRUE", &[]));
}

#[test]
fn lists_cost_the_same_for_one_row_and_for_many() {
    let world = World::new();
    let ada = world.superuser("Ada");
    ada.get("/api/admin/profanity/stats/").ok();
    // Where there is a choice, the first statement looks how many are found.
    let look = u64::from(world.app.database.dialect() == Dialect::Sqlite);
    let lists = [
        ("/api/admin/users/?page_size=100", 3),
        ("/api/admin/users/?page_size=100&search=par", 3 + look),
        ("/api/admin/users/?page_size=100&search=pa", 3),
        ("/api/admin/users/?page_size=100&user_type=child", 3),
        ("/api/admin/users/archived/?page_size=100", 2),
        ("/api/admin/users/archived/?page_size=100&search=gone", 2 + look),
        ("/api/admin/stories/?page_size=100", 2),
        ("/api/admin/stories/?page_size=100&status=flagged", 2),
        ("/api/admin/stories/?page_size=100&search=tale", 3),
        ("/api/admin/stories/?page_size=100&search=ta&status=published", 3),
        ("/api/admin/moderation/flagged/", 2),
        ("/api/admin/profanity/?page_size=100", 2),
        ("/api/admin/profanity/stats/", 1),
        ("/api/admin/audit-logs/?limit=100", 2),
        ("/api/admin/system/health/", 2),
        ("/api/admin/ai-services/config/", 0),
        ("/api/admin/backups/", 0),
    ];
    let mut there = 0;
    for size in [1, 10, 40] {
        grow(&world, there, size);
        there = size;
        for (path, expected) in lists {
            assert_eq!(cost(&world, || ada.get(path)), expected, "{path} of {size}");
        }
    }
}

#[test]
fn an_account_costs_the_same_however_much_it_did() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let mira = world.child("Mira");
    let path = |what: &str| format!("/api/admin/users/{}/{what}", mira.id());
    ada.get(&path("")).ok();
    for _ in 0..2 {
        assert_eq!(cost(&world, || ada.get(&path(""))), 5);
        assert_eq!(cost(&world, || ada.get(&path("activity/"))), 6);
        for number in 0..12 {
            mira.publishes(plain_story(&format!("tale {number}")));
            mira.draws(&format!("Frog {number}"));
        }
    }
}

#[test]
fn acts_are_few_statements_with_their_line() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let (mira, paula): (Client, Client) = (world.child("Mira"), world.parent("Paula"));
    ada.get("/api/admin/profanity/stats/").ok();
    let path = |what: &str| format!("/api/admin/users/{}/{what}/", mira.id());
    let acts: [(&str, u64, &dyn Fn() -> Answer); 4] = [
        ("update", 6, &|| {
            ada.patch(&path("update"), json!({"display_name": "Mia"}))
        }),
        ("nothing", 2, &|| {
            ada.patch(&path("update"), json!({"display_name": "Mia"}))
        }),
        ("relationship", 5, &|| {
            ada.post(
                "/api/admin/relationships/add/",
                json!({"parent_id": paula.id(), "child_id": mira.id()}),
            )
        }),
        ("word", 5, &|| {
            ada.post("/api/admin/profanity/add/", json!({"word": "piffle"}))
        }),
    ];
    for (name, most, act) in acts {
        let queries = cost(&world, act);
        assert!(queries <= most, "{name}: {queries}");
    }
}
