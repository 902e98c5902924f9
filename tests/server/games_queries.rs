//! What games cost, in statements: few, and the same however many there are and however often they were played.

use serde_json::json;

use crate::playground::{kite, number};
use crate::support::{Client, World};

struct House {
    world: World,
    mira: Client,
    ben: Client,
    stories: Vec<i64>,
}

impl House {
    fn new() -> Self {
        let world = World::new();
        let (mira, ben) = (world.child("Mira"), world.child("Ben"));
        for client in [&mira, &ben] {
            client.get("/api/auth/profile/").ok();
        }
        Self {
            world,
            mira,
            ben,
            stories: Vec::new(),
        }
    }

    fn grow(&mut self, count: usize) {
        while self.stories.len() < count {
            self.stories.push(self.mira.publishes_games(kite()));
        }
    }
}

#[test]
fn looking_costs_the_same_for_1_10_and_50() {
    let mut house = House::new();
    let mut costs = Vec::new();
    for count in [1, 10, 50] {
        house.grow(count);
        let House {
            world,
            mira,
            ben,
            stories,
        } = &house;
        let story = stories[0];
        let games = ["quiz", "fill_blanks", "word_search"].map(|kind| ben.game(story, kind));
        while world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM game_attempts") < count as i64 {
            for game in games {
                world.plays(ben, game, 3, 60);
                ben.starts(game);
            }
        }
        let guest = world.guest();
        // Sessions are remembered for half a minute.
        for client in [mira, ben] {
            client.get("/api/auth/profile/").ok();
        }
        costs.push([
            world.queries(|| guest.get("/api/games/available_stories/").ok()),
            world.queries(|| guest.games(story)),
            world.queries(|| ben.games(story)),
            world.queries(|| mira.get(&format!("/api/games/check/{story}/")).ok()),
            world.queries(|| guest.get(&format!("/api/games/{}/preview/", games[0])).ok()),
            world.queries(|| ben.get("/api/games/my_stats/").ok()),
        ]);
    }
    assert_eq!(costs, [[1, 2, 2, 2, 3, 3]; 3]);
}

#[test]
fn who_holds_the_newest_list_costs_one() {
    let mut house = House::new();
    house.grow(3);
    let path = "/api/games/available_stories/";
    let guest = house.world.guest();
    let held = guest.get(path).header("etag").unwrap().to_owned();
    let queries = house.world.queries(|| {
        guest
            .raw("GET", path, &[("If-None-Match", &held)], b"")
            .status(304);
    });
    assert_eq!(queries, 1);
}

#[test]
fn playing_costs_the_same_the_first_time_and_the_thirtieth() {
    let mut house = House::new();
    house.grow(1);
    let House {
        world, ben, stories, ..
    } = &house;
    let quiz = ben.game(stories[0], "quiz");
    let right = world.right_answers(quiz);
    let mut costs = Vec::new();
    for _ in 0..30 {
        let mut started = json!(null);
        let start = world.queries(|| started = ben.starts(quiz));
        let again = world.queries(|| ben.starts(quiz));
        let question = number(&started["questions"][0]["id"]);
        let answer = world.queries(|| ben.submits(&started, question, &right[&question]));
        let repeated = world.queries(|| ben.submits(&started, question, "x"));
        let resume = world.queries(|| ben.starts(quiz));
        world.answers_all(ben, quiz, &started, 5);
        let attempt = number(&started["attempt_id"]);
        let complete = world.queries(|| ben.completes(attempt));
        let completed = world.queries(|| ben.completes(attempt));
        let look = world.queries(|| ben.get(&format!("/api/games/attempt/{attempt}/")).ok());
        costs.push((
            [start, again, answer, repeated, resume, completed, look],
            complete,
        ));
    }
    for (usual, complete) in &costs {
        assert_eq!(*usual, [6, 6, 5, 3, 5, 3, 4]);
        // What a first game and a level lead to has its own test.
        assert!(*complete <= 18, "{complete}");
    }
    assert!(costs[29].1 <= 11, "{}", costs[29].1);
}

#[test]
fn publishing_costs_a_few_more_for_its_games() {
    let house = House::new();
    let House { world, mira, .. } = &house;
    let mut costs = Vec::new();
    for _ in 0..12 {
        let story = mira.makes(kite());
        costs.push(world.queries(|| mira.presses(story, "publish")));
    }
    // 2 to look, 8 to store what was made, besides those of publishing.
    assert!(costs.iter().all(|queries| *queries <= 13 + 10), "{costs:?}");
    // Nobody makes games twice.
    let story = mira.makes(kite());
    mira.presses(story, "publish");
    mira.games(story);
    assert_eq!(world.queries(|| mira.games(story)), 2);
    mira.changes(story, json!({"summary": "A kite and a bird."}));
    let noted = world.queries(|| mira.games(story));
    assert_eq!(noted, 2 + 2 + 1 + 2, "the text was read again, and is the same");
    assert_eq!(world.queries(|| mira.games(story)), 2);
}
