//! How often an act pays within a day.

use serde_json::json;
use tinytales::clock::{DAY, MINUTE};

use crate::drawings::{plain_story, with};
use crate::support::World;

#[test]
fn whoever_does_too_much_every_day_is_paid_every_day() {
    let world = World::new();
    let mira = world.child("Mira");
    for paid in [(500, 6), (1000, 12), (1500, 18)] {
        for number in 0..6 {
            mira.makes(plain_story(&format!("tale {number} of {paid:?}")));
            world.advance(MINUTE);
        }
        assert_eq!(world.paid(&mira, "story_created"), paid);
        world.advance(DAY - 6 * MINUTE);
    }
}

#[test]
fn a_day_has_limits_and_the_next_one_new_ones() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let stories: Vec<i64> = (0..12)
        .map(|number| mira.makes(plain_story(&format!("tale {number}"))))
        .collect();
    assert_eq!(world.paid(&mira, "story_created"), (500, 12), "the first five");
    let sixth = mira
        .post("/api/stories/create/", plain_story("the last"))
        .created();
    assert_eq!(sixth["xp_earned"], json!(null));
    for story in &stories {
        mira.presses(*story, "publish");
        ben.comments(*story, "Lovely");
        ben.reads(*story);
    }
    world.flush();
    assert_eq!(world.paid(&mira, "story_published"), (500, 12), "the first ten");
    assert_eq!(world.paid(&ben, "story_commented"), (100, 12));
    assert_eq!(world.paid(&ben, "story_read"), (50, 12));
    for number in 0..5 {
        ben.draws(&format!("Pip {number}"));
    }
    assert_eq!(world.paid(&ben, "character_created"), (75, 5));
    for number in 0..7 {
        let friend = world.child(&format!("Friend{number}"));
        let asked = friend.asks(&ben);
        ben.answers(&asked, "accept");
        assert_eq!(world.paid(&friend, "friend_added"), (20, 1));
    }
    assert_eq!(world.paid(&ben, "friend_added"), (100, 7));
    // Deleted ones count against the limit; a day later there is room again.
    mira.delete(&format!("/api/stories/{}/delete/", stories[0])).ok();
    mira.makes(plain_story("another"));
    assert_eq!(world.paid(&mira, "story_created"), (500, 14));
    world.advance(DAY);
    mira.makes(plain_story("tomorrow"));
    ben.draws("Pap");
    assert_eq!(world.paid(&mira, "story_created"), (600, 15));
    assert_eq!(world.paid(&ben, "character_created"), (100, 6));
    world.books_balance();
}

#[test]
fn one_friend_with_much_time_makes_nobody_rich() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let stories: Vec<i64> = (0..13)
        .map(|number| mira.publishes(plain_story(&format!("tale {number}"))))
        .collect();
    for story in &stories[..12] {
        ben.likes(*story);
    }
    assert_eq!(world.paid(&mira, "story_liked"), (50, 12), "the first ten of his");
    rosa.likes(stories[0]);
    assert_eq!(world.paid(&mira, "story_liked"), (55, 13), "hers are her own");
    // What was not paid is not paid later either.
    world.advance(DAY);
    for _ in 0..2 {
        ben.likes(stories[11]);
    }
    assert_eq!(world.paid(&mira, "story_liked"), (55, 13));
    ben.likes(stories[12]);
    assert_eq!(world.paid(&mira, "story_liked"), (60, 14));
    assert_eq!(mira.total("likes_received"), 14);
    world.books_balance();
}

#[test]
fn the_answer_tells_of_the_first_act_that_paid() {
    let world = World::new();
    let mira = world.child("Mira");
    for number in 0..5 {
        mira.makes(plain_story(&format!("tale {number}")));
    }
    let sixth = json!({"is_published": true});
    let made = mira
        .post("/api/stories/create/", with(plain_story("the sixth"), sixth))
        .created();
    assert_eq!(
        made["xp_earned"]["xp_gained"],
        json!(50),
        "making it paid nothing"
    );
    assert_eq!(made["xp_earned"]["total_xp"], json!(mira.xp()));
}
