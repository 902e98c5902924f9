//! Many at once: what everybody does is paid once, and the books are right in the end.

use crate::drawings::plain_story;
use crate::support::{Client, World};

fn many(world: &World, count: usize) -> Vec<Client> {
    (0..count)
        .map(|number| world.child(&format!("Child{number}")))
        .collect()
}

#[test]
fn fifty_likes_at_once_are_250() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.publishes(plain_story("the kettle"));
    let crowd = many(&world, 50);
    std::thread::scope(|scope| {
        for client in &crowd {
            scope.spawn(move || client.likes(story));
        }
    });
    assert_eq!(world.paid(&mira, "story_liked"), (250, 50));
    assert_eq!(mira.total("likes_received"), 50);
    world.books_balance();
}

#[test]
fn a_thousand_acts_at_once_leave_the_books_right() {
    let world = World::new();
    let (mira, rosa) = (world.child("Mira"), world.child("Rosa"));
    let liked: Vec<i64> = (0..10)
        .map(|number| mira.publishes(plain_story(&format!("tale {number}"))))
        .collect();
    let toggled = mira.makes(plain_story("the toggled"));
    let crowd = many(&world, 16);
    // 16 × 10 × 5 likes, on and off and on; and 8 × 25 times publish or unpublish.
    std::thread::scope(|scope| {
        for client in &crowd {
            let liked = &liked;
            scope.spawn(move || {
                for _ in 0..5 {
                    for story in liked {
                        let answer = client.post_nothing(&format!("/api/stories/{story}/like/"));
                        assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
                    }
                }
            });
        }
        for number in 0..8 {
            let mira = &mira;
            scope.spawn(move || {
                for round in 0..25 {
                    let button = if (number + round) % 2 == 0 {
                        "publish"
                    } else {
                        "unpublish"
                    };
                    mira.presses(toggled, button);
                }
            });
        }
    });
    mira.presses(toggled, "publish");
    assert_eq!(world.paid(&mira, "story_liked"), (16 * 10 * 5, 160));
    assert_eq!(world.paid(&mira, "story_published"), (10 * 50, 11));
    assert_eq!(world.paid(&mira, "story_created"), (5 * 100, 11));
    assert_eq!(mira.total("likes_received"), 160);
    assert_eq!(mira.total("published_stories"), 11);
    let acts = 16 * 10 * 5 + 10 * 50 + 5 * 100;
    // 11 stories, made and published: 1, 3, 5, 10. 160 likes: 1, 10, 25, 50, 100. That makes level 7, with the levels 2
    // and 5, 5 and 10 avatars and 3 borders.
    let achievements = 2 * (50 + 50 + 100 + 100) + (50 + 50 + 100 + 100 + 200) + (50 + 50) + (50 + 100) + 50;
    assert_eq!(mira.xp(), acts + achievements);
    assert_eq!(rosa.xp(), 0);
    world.books_balance();
}
