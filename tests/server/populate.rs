//! The world for load: its people are signed in, its stories look real, and nobody's database is filled with it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tinytales::populate::{Addresses, Error, Order, SignIns, World as Populated, populate};

use crate::support::World;

const PASSWORD: &str = "a password for load";

fn order(users: usize, stories: usize) -> Order {
    Order {
        users,
        stories,
        pages: 2,
        picture_bytes: 3_000,
        addresses: Addresses::parse("load%03d@example.invalid").unwrap(),
        password: PASSWORD.to_owned(),
        seed: 1,
    }
}

fn fill(world: &World, order: &Order) -> Result<Populated, Error> {
    let app = &world.app;
    let sign_ins = SignIns {
        keys: app.keys.clone(),
        access_days: app.config.access_token_days,
        refresh_days: app.config.refresh_token_days,
    };
    world.run(populate(&app.database, order, &sign_ins, app.clock.now()))
}

#[test]
fn everybody_is_signed_in_and_has_the_one_password() {
    let world = World::new();
    let made = fill(&world, &order(3, 0)).unwrap();
    assert_eq!(made.people.len(), 3);
    for person in &made.people {
        let client = world.guest().with_token(&person.access);
        let profile = client.get("/api/auth/profile/").ok();
        assert_eq!(profile["data"]["id"], json!(person.id));
        let refresh = json!({"refresh": person.refresh});
        world.guest().post("/api/auth/refresh/", refresh).ok();
    }
    let body = json!({"email": "load002@example.invalid", "password": PASSWORD});
    world.guest().post("/api/auth/login/", body).ok();
}

#[test]
fn everybody_has_friends() {
    let friends = |users: usize| -> Vec<usize> {
        let world = World::new();
        let made = fill(&world, &order(users, 0)).unwrap();
        let of = |person: &tinytales::populate::Person| {
            let list = world.guest().with_token(&person.access).get("/api/friends/").ok();
            list["friends"].as_array().unwrap().len()
        };
        made.people.iter().map(of).collect()
    };
    assert_eq!(friends(20), [6; 20]);
    assert_eq!(friends(2), [1; 2]);
    assert_eq!(friends(1), [0]);
}

#[test]
fn its_stories_are_listed_found_and_whole() {
    let world = World::new();
    let made = fill(&world, &order(4, 30)).unwrap();
    let list = world.guest().get("/api/stories/?public=true&page_size=100").ok();
    assert_eq!(list["count"], json!(30));
    let stories = list["results"].as_array().unwrap();
    let mut listed: Vec<i64> = stories.iter().filter_map(|story| story["id"].as_i64()).collect();
    // The newest comes first.
    listed.reverse();
    assert_eq!(listed, made.public_stories);
    let sum = |name: &str| {
        stories
            .iter()
            .filter_map(|story| story[name].as_i64())
            .sum::<i64>()
    };
    assert!(sum("likes_count") > 20 && sum("comments_count") > 10 && sum("views") > 1_000);
    assert!(stories.iter().all(|story| {
        story["cover_image"]
            .as_str()
            .is_some_and(|cover| !cover.is_empty())
    }));

    let drawn = world
        .guest()
        .get(&format!("/api/stories/{}/", made.public_stories[5]))
        .ok();
    let canvas = drawn["story"]["canvas_data"].as_str().unwrap();
    assert!(
        canvas.matches("data:image/png;base64,").count() == 2,
        "{canvas:.200}"
    );
    let linked = world
        .guest()
        .get(&format!("/api/stories/{}/", made.public_stories[6]))
        .ok();
    assert!(
        linked["story"]["canvas_data"]
            .as_str()
            .unwrap()
            .contains("https://")
    );

    let with_games = world.guest().get("/api/games/available_stories/").ok();
    assert!(with_games["total"].as_u64().unwrap() > 20, "{with_games}");

    let title = drawn["story"]["title"].as_str().unwrap();
    let word = title.split(' ').nth(1).unwrap();
    let found = world
        .guest()
        .get(&format!("/api/stories/?public=true&search={word}"))
        .ok();
    assert!(found["count"].as_i64().unwrap() >= 1, "{word}: {found}");
}

#[test]
fn the_same_order_makes_the_same_stories() {
    let titles = || {
        let world = World::new();
        fill(&world, &order(4, 10)).unwrap();
        let list = world.guest().get("/api/stories/?public=true&page_size=100").ok();
        let story = |story: &Value| (story["title"].to_string(), story["likes_count"].as_i64());
        list["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(story)
            .collect::<Vec<_>>()
    };
    assert_eq!(titles(), titles());
}

#[test]
fn a_database_that_somebody_lives_in_is_left_alone() {
    let world = World::new();
    world.child("Mira");
    let before = world.dump("users");
    assert!(matches!(fill(&world, &order(2, 2)), Err(Error::RealAccounts)));
    assert_eq!(world.dump("users"), before);

    let populated = World::new();
    fill(&populated, &order(2, 2)).unwrap();
    assert!(matches!(fill(&populated, &order(2, 2)), Err(Error::Populated)));
    populated.child("Mira");
    assert!(matches!(fill(&populated, &order(2, 2)), Err(Error::RealAccounts)));
}

#[test]
fn the_tokens_file_has_exactly_what_the_visitors_read() {
    use std::os::unix::fs::PermissionsExt;

    let world = World::new();
    let made = fill(&world, &order(2, 3)).unwrap();
    let file = world.folder().join("tokens.json");
    made.write(&file).unwrap();
    made.write(&file).unwrap();
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let read: BTreeMap<String, Value> = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let names: Vec<&str> = read.keys().map(String::as_str).collect();
    assert_eq!(names, ["base_email", "password", "people", "public_stories"]);
    assert_eq!(read["base_email"], "load%03d@example.invalid");
    let person = read["people"][1].as_object().unwrap();
    let names: Vec<&str> = person.keys().map(String::as_str).collect();
    assert_eq!(names, ["id", "email", "access", "refresh"]);
}
