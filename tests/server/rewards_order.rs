//! Several people who get something of one act get it in the order of their ids: two acts never wait in a circle.

use serde_json::json;

use crate::drawings::plain_story;
use crate::support::{Client, World};

/// Who was told of something since `after`, in the order in which it was stored.
fn told(world: &World, after: i64) -> Vec<i64> {
    world.sql(move |conn| {
        let rows = conn.query(
            "SELECT recipient_id FROM notifications WHERE id > $1 ORDER BY id",
            &[&after],
        )?;
        let mut told: Vec<i64> = rows
            .into_iter()
            .map(|mut row| row.take())
            .collect::<Result<_, database::Error>>()?;
        told.dedup();
        Ok(told)
    })
}

fn newest(world: &World) -> i64 {
    world.number("SELECT COALESCE(MAX(id), 0) FROM notifications")
}

#[test]
fn the_older_account_is_paid_first_whoever_acts() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let in_order = [mira.id(), ben.id()];
    // Ben, who is younger, says yes.
    let asked = mira.asks(&ben);
    ben.answers(&asked, "accept");
    assert_eq!(told(&world, 0), in_order);

    let story = mira.publishes(plain_story("the kettle"));
    // His comment is a level to him, and her first one to her.
    world.has_xp(&ben, 495);
    let before = newest(&world);
    ben.comments(story, "Lovely");
    assert_eq!(told(&world, before), in_order);

    // The first that he reads, and her first view.
    let before = newest(&world);
    ben.reads(story);
    world.flush();
    assert_eq!(told(&world, before), in_order);

    // A story of both, published by him.
    let together = ben.makes(plain_story("the whale"));
    world.collaborate(together, &[mira.id(), ben.id()]);
    let before = newest(&world);
    let published = ben.presses(together, "publish");
    assert_eq!(told(&world, before), in_order);
    assert_eq!(published["xp_earned"]["xp_gained"], json!(50), "what it paid him");
    assert_eq!(published["xp_earned"]["total_xp"], json!(ben.xp()));
}

#[test]
fn two_who_comment_on_each_other_at_once_are_both_served() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let [hers, his] = [&mira, &ben].map(|author| {
        let stories: Vec<i64> = (0..10)
            .map(|number| author.publishes(plain_story(&format!("tale {number}"))))
            .collect();
        stories
    });
    let comment = |reader: &Client, stories: &[i64]| {
        for story in stories {
            reader.comments(*story, "Lovely");
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| comment(&mira, &his));
            scope.spawn(|| comment(&ben, &hers));
        }
    });
    for (person, of) in [(&mira, &hers), (&ben, &his)] {
        assert_eq!(person.total("comments_received"), 20);
        assert_eq!(world.paid(person, "story_commented"), (100, of.len()));
    }
    world.books_balance();
}

/// Whoever waits for another's act sees what that has paid: of several likes at once one leads to the level.
#[test]
fn a_level_that_several_reach_together_is_told_once() {
    let world = World::new();
    let mira = world.child("Mira");
    let fans: Vec<Client> = (0..4)
        .map(|number| world.child(&format!("Fan{number}")))
        .collect();
    for round in 0..6 {
        let stories: Vec<i64> = (0..fans.len())
            .map(|number| mira.publishes(plain_story(&format!("tale {round} {number}"))))
            .collect();
        world.has_xp(&mira, 490);
        let before = newest(&world);
        std::thread::scope(|scope| {
            for (fan, story) in fans.iter().zip(&stories) {
                scope.spawn(|| fan.likes(*story));
            }
        });
        let levels = world.sql(move |conn| {
            let mut row = conn.one(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM notifications
                 WHERE id > $1 AND title LIKE 'Level %'",
                &[&before],
            )?;
            row.take::<i64>()
        });
        assert_eq!(levels, 1, "in round {round}");
    }
}
