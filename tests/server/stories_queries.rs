//! How many statements a request runs: the same for one row, ten and a hundred, and few.

use serde_json::json;

use crate::drawings::{canvas, drawing, names, plain_story, with};
use crate::support::{Answer, Client, World};

/// Statements for a request that succeeds. The caller's session is known already.
#[track_caller]
fn cost(world: &World, send: impl Fn() -> Answer) -> u64 {
    let mut answer = None;
    let queries = world.queries(|| answer = Some(send()));
    let answer = answer.unwrap();
    assert!(answer.status < 300 && answer.is_whole, "{}", answer.text());
    queries
}

/// Everybody who looks, with a session that the server remembers.
struct Library {
    world: World,
    mira: Client,
    ben: Client,
    guest: Client,
    stories: Vec<i64>,
}

impl Library {
    fn new() -> Self {
        let world = World::new();
        let (mira, ben, guest) = (world.child("Mira"), world.child("Ben"), world.guest());
        for client in [&mira, &ben] {
            client.get("/api/auth/profile/").ok();
        }
        Self {
            world,
            mira,
            ben,
            guest,
            stories: Vec::new(),
        }
    }

    /// Adds stories until there are so many: every third one is collaborative, all have a cover and Ben's marks.
    fn grow(&mut self, count: usize) {
        while self.stories.len() < count {
            let number = self.stories.len();
            let cover =
                json!({"cover_image": "https://images.example/cover.png", "canvas_data": canvas(&[None; 5])});
            let id = self
                .mira
                .publishes(with(plain_story(&format!("tale {number}")), cover));
            if number.is_multiple_of(3) {
                self.world.collaborate(id, &[self.mira.id(), self.ben.id()]);
            }
            self.ben.likes(id);
            self.ben.saves(id);
            self.stories.push(id);
        }
    }
}

#[test]
fn lists_of_stories_cost_the_same_for_1_10_and_100() {
    let mut library = Library::new();
    let of_user = format!("/api/stories/user/{}/", library.mira.id());
    let mut costs = Vec::new();
    for count in [1, 10, 100] {
        library.grow(count);
        let Library {
            world,
            mira,
            ben,
            guest,
            ..
        } = &library;
        let cost_of = |client: &Client, path: &str| {
            cost(world, || {
                let answer = client.get(path);
                let rows = answer.json["results"]
                    .as_array()
                    .or(answer.json["stories"].as_array())
                    .unwrap()
                    .len();
                let full = if path == of_user { count.min(12) } else { count };
                assert_eq!(rows, full, "{path}");
                answer
            })
        };
        costs.push([
            cost_of(guest, "/api/stories/?public=true&page_size=100"),
            cost_of(ben, "/api/stories/?public=true&page_size=100"),
            cost_of(
                guest,
                "/api/stories/?public=true&page_size=100&search=tale&category=adventure&language=en",
            ),
            cost_of(mira, "/api/stories/?page_size=100"),
            cost_of(mira, "/api/stories/"),
            cost_of(ben, &of_user),
            cost_of(ben, "/api/stories/saved/"),
        ]);
    }
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[1], costs[2]);
    let [public, seen, found, page, own, of_user, saved] = costs[2];
    for (list, queries) in [
        ("public", public),
        ("seen", seen),
        ("found", found),
        ("user's", of_user),
        ("saved", saved),
    ] {
        assert!(queries <= 3, "{list}: {queries}");
    }
    // The bodies of small stories are one more.
    assert!(page <= 4 && own <= 4, "{page} {own}");
    // The last page has to be counted first.
    let last = || library.guest.get("/api/stories/?public=true&page=last");
    assert!(cost(&library.world, last) <= 4);
}

#[test]
fn comments_and_characters_cost_the_same_for_1_10_and_100() {
    let mut library = Library::new();
    library.grow(1);
    let Library {
        world,
        mira,
        ben,
        guest,
        stories,
    } = &library;
    let (mut comments, mut characters) = (0, 0);
    let mut costs = Vec::new();
    for count in [1, 10, 100] {
        while comments < count {
            ben.comments(stories[0], "Lovely");
            comments += 1;
        }
        while characters < count {
            mira.post(
                "/api/characters/create/",
                json!({"name": "Pip", "canvas_data": "{}"}),
            )
            .created();
            characters += 1;
        }
        let of_comments = cost(world, || {
            let answer = guest.get(&format!("/api/stories/{}/comments/", stories[0]));
            assert_eq!(answer.json["results"].as_array().unwrap().len(), count);
            answer
        });
        let of_characters = cost(world, || {
            let answer = mira.get("/api/characters/");
            assert_eq!(answer.json["characters"].as_array().unwrap().len(), count);
            answer
        });
        costs.push((of_comments, of_characters));
    }
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[1], costs[2]);
    assert!(costs[2].0 <= 2 && costs[2].1 <= 1, "{costs:?}");
}

#[test]
fn a_story_costs_four_however_many_wrote_it() {
    let world = World::new();
    let authors: Vec<Client> = ["Mira", "Ben", "Rosa", "Olaf"]
        .iter()
        .map(|name| world.child(name))
        .collect();
    let readers: Vec<Client> = ["Uma", "Vera"].iter().map(|name| world.child(name)).collect();
    for client in authors.iter().chain(&readers) {
        client.get("/api/auth/profile/").ok();
    }
    let alone = authors[0].publishes(plain_story("the kettle"));
    let together = authors[0].publishes(plain_story("the whale"));
    let ids: Vec<i64> = authors.iter().map(Client::id).collect();
    world.collaborate(together, &ids);
    for id in [alone, together] {
        let path = format!("/api/stories/{id}/");
        for client in authors.iter().chain(&readers).chain([&world.guest()]) {
            // The first look counts as a view, the second one so soon after does not.
            for _ in 0..2 {
                let queries = cost(&world, || client.get(&path));
                assert!(queries <= 4, "{queries} for story {id}");
            }
        }
    }
    assert_eq!(authors[0].reads(together)["views"], json!(3));
}

#[test]
fn acts_on_a_story_cost_a_few() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let (id, other) = (
        mira.publishes(plain_story("the kettle")),
        mira.publishes(plain_story("the pan")),
    );
    world.collaborate(other, &[mira.id(), ben.id()]);
    ben.get("/api/auth/profile/").ok();
    let on = |id: i64, path: &str| format!("/api/stories/{id}/{path}");
    for id in [id, other] {
        // A like pays its author; what that leads to has its own test.
        for (path, most) in [("like/", 8), ("save/", 3)] {
            for _ in ["on", "off", "on"] {
                let queries = cost(&world, || ben.post_nothing(&on(id, path)));
                assert!(queries <= most, "{path} {queries}");
            }
        }
        for client in [&ben, &mira, &world.guest()] {
            assert_eq!(cost(&world, || client.get(&on(id, "stats/"))), 1);
        }
        let comment = cost(&world, || {
            ben.post(&on(id, "comments/create/"), json!({"text": "Hi"}))
        });
        // Two, what it pays its writer, and what it earns the author: an achievement, and perhaps a level.
        assert!(comment <= 2 + 3 + 6, "comment {comment}");
        let rating = cost(&world, || ben.post(&on(id, "rate/"), json!({"rating": 4})));
        assert!(rating <= 2, "rating {rating}");
    }
}

#[test]
fn an_autosave_costs_the_same_for_few_pages_and_for_many() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.get("/api/auth/profile/").ok();
    let mut costs = Vec::new();
    for pages in [1, 10, 100] {
        let images = vec![None; pages];
        let id = mira.makes(with(
            plain_story("the kettle"),
            json!({"canvas_data": canvas(&images)}),
        ));
        let change = json!({"title": "the pan", "canvas_data": canvas(&images), "content": "Once."});
        let path = format!("/api/stories/{id}/update/");
        costs.push(cost(&world, || mira.patch(&path, change.clone())));
        // And nothing to save costs no write.
        let same = cost(&world, || mira.patch(&path, change.clone()));
        assert!(same < costs[costs.len() - 1], "{same} {costs:?}");
    }
    assert!(
        costs.iter().all(|queries| *queries == costs[0] && *queries <= 7),
        "{costs:?}"
    );
}

#[test]
fn pictures_cost_a_query_for_each_piece() {
    let world = World::new();
    let mira = world.child("Mira");
    let image = drawing();
    let id = mira.publishes(with(
        plain_story("the kettle"),
        json!({"canvas_data": canvas(&[Some(image.as_str()); 3])}),
    ));
    mira.get("/api/auth/profile/").ok();
    let without = cost(&world, || mira.get(&format!("/api/stories/{id}/stats/")));
    assert_eq!(without, 1);
    let detail = cost(&world, || mira.get(&format!("/api/stories/{id}/")));
    assert_eq!(detail, 1 + 3, "the story, and a small drawing three times");
    assert!(names(&mira.reads(id)).contains(&"canvas_data"));
}
