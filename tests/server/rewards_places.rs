//! Places on the board of authors: no two share one, and whoever reaches one gets it after the act, by itself.

use std::collections::BTreeSet;

use serde_json::json;
use tinytales::rewards::achievements::{self, Metric};
use tinytales::rewards::climbers;

use crate::drawings::plain_story;
use crate::support::{Client, World};

fn children(world: &World, count: usize) -> Vec<Client> {
    (0..count)
        .map(|number| world.child(&format!("Child{number:02}")))
        .collect()
}

/// The targets of the places that somebody was paid for, as their ledger has them.
fn places(world: &World, person: &Client) -> Vec<i64> {
    let id = person.id();
    let earned: Vec<i64> = world.sql(move |conn| {
        let rows = conn.query(
            "SELECT object_id FROM xp_awards WHERE user_id = $1 AND action = 'achievement_earned' AND xp > 0",
            &[&id],
        )?;
        rows.into_iter().map(|mut row| row.take()).collect()
    });
    let mut targets: Vec<i64> = earned
        .into_iter()
        .filter_map(achievements::by_id)
        .filter(|one| one.metric == Metric::Place)
        .map(|one| one.target)
        .collect();
    targets.sort_unstable();
    targets.dedup();
    targets
}

#[test]
fn who_published_as_much_stands_behind_the_older_account() {
    let world = World::new();
    // An account that keeps order is on no board.
    let admin = world.admin("Ada");
    let people = children(&world, 12);
    admin.publishes(plain_story("the rules"));
    // The youngest account is the quickest.
    for person in people.iter().rev() {
        person.publishes(plain_story("tale"));
    }
    let ranks: Vec<i64> = people
        .iter()
        .map(|person| person.total("leaderboard_rank"))
        .collect();
    assert_eq!(ranks, (1..=12).collect::<Vec<i64>>());
    for (place, person) in (1..).zip(&people) {
        let expected: Vec<i64> = [1, 2, 3, 5, 10, 25, 50, 100]
            .into_iter()
            .filter(|target| *target >= place)
            .collect();
        assert_eq!(places(&world, person), expected, "{place}");
    }
    let idle = world.child("Idle");
    assert_eq!(idle.total("leaderboard_rank"), 101);
    assert_eq!(admin.total("leaderboard_rank"), 101);
    assert!(places(&world, &idle).is_empty() && places(&world, &admin).is_empty());
    // The board shows them in the same order.
    let board = world.guest().get("/api/social/leaderboard/?limit=25").ok();
    let mut shown: Vec<(i64, i64)> = board["leaderboard"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (-row["story_count"].as_i64().unwrap(), row["id"].as_i64().unwrap()))
        .collect();
    shown.sort_unstable();
    let ids: Vec<i64> = people.iter().map(Client::id).collect();
    assert_eq!(shown.into_iter().map(|(_, id)| id).collect::<Vec<_>>(), ids);
    world.books_balance();
}

#[test]
fn a_place_is_paid_and_told_soon_after_the_act_and_once() {
    let world = World::new();
    let people = children(&world, 10);
    for person in &people[..9] {
        person.publishes(plain_story("tale"));
    }
    let story = people[9].makes(plain_story("tale"));
    let mut hears = people[9].notifications();
    hears.heard();
    people[9].presses(story, "publish");
    let heard = hears.heard();
    assert!(places(&world, &people[9]).is_empty(), "not in the act itself");
    world.run(climbers::look_after(&world.app));
    assert_eq!(places(&world, &people[9]), [10, 25, 50, 100]);
    let told = hears.heard();
    assert!(
        heard
            .iter()
            .chain(&told)
            .any(|event| event["type"] == json!("notification"))
    );
    assert!(
        told.iter()
            .any(|event| event["action"] == json!("achievement_earned"))
    );
    let ledger = world.dump("xp_awards");
    people[9].presses(story, "unpublish");
    people[9].presses(story, "publish");
    world.run(climbers::look_after(&world.app));
    world.run(climbers::look_after(&world.app));
    assert_eq!(world.dump("xp_awards"), ledger);
    world.books_balance();
}

#[test]
fn many_who_publish_at_once_are_all_served_and_one_is_first() {
    let world = World::new();
    let people = children(&world, 12);
    std::thread::scope(|scope| {
        for person in &people {
            scope.spawn(move || {
                for number in 0..6 {
                    let story = person.makes(plain_story(&format!("tale {number}")));
                    person.presses(story, "publish");
                }
            });
        }
    });
    world.run(climbers::look_after(&world.app));
    let ranks: BTreeSet<i64> = people
        .iter()
        .map(|person| person.total("leaderboard_rank"))
        .collect();
    assert_eq!(ranks.len(), 12);
    let first: Vec<i64> = people
        .iter()
        .filter(|person| places(&world, person).contains(&1))
        .map(Client::id)
        .collect();
    assert_eq!(first, [people[0].id()]);
    world.books_balance();
}

/// What the board goes by, of one author.
#[derive(Clone, Copy)]
struct Author {
    id: i64,
    stories: i64,
    likes: i64,
    earned: i64,
}

/// Makes authors of everybody: the same ones each time, many of them equal.
fn authors(world: &World) -> Vec<Author> {
    world.sql(|conn| {
        let rows = conn.query("SELECT id FROM users ORDER BY id", &[])?;
        let mut authors = Vec::new();
        for (number, mut row) in (1..).zip(rows) {
            let author = Author {
                id: row.take()?,
                stories: number * 37 % 11,
                likes: number * 53 % 17,
                earned: number * 29 % 7,
            };
            let Author {
                id,
                stories,
                likes,
                earned,
            } = author;
            conn.execute(
                "INSERT INTO reward_counts (user_id, published_stories, likes_received, achievements_earned)
                 VALUES ($1, $2, $3, $4)",
                &[&id, &stories, &likes, &earned],
            )?;
            for object in 0..earned {
                conn.execute(
                    "INSERT INTO xp_awards (user_id, action, object_id, xp, awarded_at)
                     VALUES ($1, 'achievement_earned', $2, 0, 0)",
                    &[&id, &object],
                )?;
            }
            authors.push(author);
        }
        Ok(authors)
    })
}

#[test]
fn the_board_shows_the_first_of_each_order_in_the_order_of_all_together() {
    let world = World::new();
    world.crowd((0..150).map(|number| format!("Author {number:03}")));
    let authors: Vec<Author> = authors(&world)
        .into_iter()
        .filter(|author| author.stories > 0)
        .collect();
    let overall = |author: &Author| 10 * author.stories + 5 * author.earned + 3 * author.likes;
    let sorted = |by: fn(&Author) -> i64| {
        let mut sorted = authors.clone();
        sorted.sort_by_key(|author| (-by(author), author.id));
        sorted
    };
    let ranked = {
        let mut ranked = authors.clone();
        ranked.sort_by_key(|author| (-overall(author), author.id));
        ranked
    };
    for limit in [1, 10, 25] {
        let mut shown: BTreeSet<i64> = ranked[..limit].iter().map(|author| author.id).collect();
        let orders: [fn(&Author) -> i64; 3] = [
            |author| author.stories,
            |author| author.likes,
            |author| author.earned,
        ];
        for by in orders {
            shown.extend(sorted(by)[..limit].iter().map(|author| author.id));
        }
        let expected: Vec<_> = (1..)
            .zip(ranked.iter().filter(|author| shown.contains(&author.id)))
            .map(|(rank, author)| json!([author.id, rank, author.stories, author.likes, author.earned]))
            .collect();
        let board = world
            .guest()
            .get(&format!("/api/social/leaderboard/?limit={limit}"))
            .ok();
        let rows = board["leaderboard"].as_array().unwrap().iter();
        let told: Vec<_> = rows
            .map(|row| {
                json!([
                    row["id"],
                    row["rank"],
                    row["story_count"],
                    row["total_likes"],
                    row["achievement_count"]
                ])
            })
            .collect();
        assert_eq!(told, expected, "{limit}");
    }
}
