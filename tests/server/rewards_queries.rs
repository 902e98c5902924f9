//! What rewards cost, in statements: few, and the same however much somebody has done.

use serde_json::json;

use crate::drawings::plain_story;
use crate::support::{Client, World};

struct House {
    world: World,
    mira: Client,
    ben: Client,
    rosa: Client,
}

impl House {
    fn new() -> Self {
        let world = World::new();
        let [mira, ben, rosa] = ["Mira", "Ben", "Rosa"].map(|name| world.child(name));
        for client in [&mira, &ben, &rosa] {
            client.get("/api/auth/profile/").ok();
        }
        Self {
            world,
            mira,
            ben,
            rosa,
        }
    }
}

#[test]
fn a_like_costs_eight_at_most_whatever_it_leads_to() {
    let House {
        world,
        mira,
        ben,
        rosa,
    } = House::new();
    let story = mira.publishes(plain_story("the kettle"));
    // Its first like, with an achievement and a level, which is one, too.
    world.has_xp(&mira, 499);
    let most = world.queries(|| ben.likes(story));
    assert!((7..=8).contains(&most), "{most}");
    let usual = world.queries(|| rosa.likes(story));
    assert_eq!(usual, 5, "the like, the story, the total, the ledger, the XP");
    let back = world.queries(|| rosa.post_nothing(&format!("/api/stories/{story}/like/")).ok());
    assert_eq!(back, 4);
    let again = world.queries(|| rosa.likes(story));
    assert_eq!(again, 4, "nothing is paid");
    let own = world.queries(|| mira.likes(story));
    assert_eq!(own, 2);
}

#[test]
fn looking_costs_the_same_for_one_story_and_for_a_hundred() {
    let House { world, mira, ben, .. } = House::new();
    let mut costs = Vec::new();
    let mut made = 0;
    for count in [1, 10, 100] {
        while made < count {
            let story = mira.publishes(plain_story(&format!("tale {made}")));
            ben.likes(story);
            made += 1;
        }
        costs.push([
            world.queries(|| mira.get("/api/users/rewards/").ok()),
            world.queries(|| mira.get("/api/achievements/").ok()),
            world.queries(|| mira.get("/api/achievements/progress/").ok()),
            world.queries(|| mira.get("/api/achievements/user/").ok()),
        ]);
    }
    assert_eq!(costs, [[1, 0, 4, 4]; 3]);
    world.books_balance();
}

#[test]
fn other_acts_cost_the_same_at_first_and_later() {
    let House { world, mira, ben, .. } = House::new();
    let mut costs = Vec::new();
    for number in 0..40 {
        let id = mira.makes(plain_story(&format!("tale {number}")));
        let publish = world.queries(|| mira.presses(id, "publish"));
        let comment = world.queries(|| {
            ben.post(
                &format!("/api/stories/{id}/comments/create/"),
                json!({"text": "Hi"}),
            )
            .created()
        });
        ben.reads(id);
        let look = world.queries(|| world.flush());
        costs.push([publish, comment, look]);
    }
    // To see that this story is too short for games, and to note it.
    let games = 4;
    for [publish, comment, look] in costs.iter().copied() {
        assert!(publish <= 13 + games, "publish {publish}");
        assert!(comment <= 11, "comment {comment}");
        // An achievement of hers by it, and one of his.
        assert!(look <= 14, "look {look}");
    }
    // Without an achievement.
    let [publish, comment, look] = costs[38];
    assert!(
        publish <= 8 + games && comment <= 8 && look <= 8,
        "{:?}",
        costs[38]
    );
}
