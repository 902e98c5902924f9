//! The feed: the newest of everything, found without going through everything.

use database::Dialect;
use serde_json::Value;
use tinytales::clock::SECOND;
use tinytales::social::store::friends;
use tinytales::stories::store::feed;

use crate::drawings::plain_story;
use crate::support::{Client, World};

/// What the feed has to show, by going through everything.
fn expected(world: &World, me: &Client, limit: i64) -> Vec<(String, i64)> {
    let me = me.id();
    world.sql(move |conn| {
        let rows = conn.query(
            "SELECT kind, id FROM (
                 SELECT 'published' AS kind, s.id AS id, s.date_created AS at
                 FROM stories s JOIN friendships f ON f.status = 'accepted' AND s.author_id <> $1
                   AND ((f.sender_id = $1 AND f.receiver_id = s.author_id)
                     OR (f.receiver_id = $1 AND f.sender_id = s.author_id))
                 WHERE s.is_published
                 UNION ALL
                 SELECT 'liked_your_story', l.id, l.date_created
                 FROM story_likes l JOIN stories s ON s.id = l.story_id WHERE s.author_id = $1 AND l.user_id <> $1
                 UNION ALL
                 SELECT 'commented_on_your_story', c.id, c.date_created
                 FROM story_comments c JOIN stories s ON s.id = c.story_id WHERE s.author_id = $1 AND c.author_id <> $1
                 UNION ALL
                 SELECT 'saved_your_story', v.id, v.date_saved
                 FROM story_saves v JOIN stories s ON s.id = v.story_id WHERE s.author_id = $1 AND v.user_id <> $1
             ) everything ORDER BY at DESC, kind, id DESC LIMIT $2",
            &[&me, &limit],
        )?;
        rows.into_iter()
            .map(|mut row| Ok((row.take()?, row.take()?)))
            .collect()
    })
}

#[test]
fn the_feed_is_the_newest_of_everything_however_it_is_spread() {
    let world = World::new();
    let mira = world.child("Mira");
    let others: Vec<Client> = (0..7)
        .map(|number| world.child(&format!("Child{number}")))
        .collect();
    for other in &others[..5] {
        world.befriend(&mira, other);
    }
    let own: Vec<i64> = (0..6)
        .map(|number| mira.publishes(plain_story(&format!("own tale {number}"))))
        .collect();
    // Unevenly: some friends and some stories have much of it, in stretches.
    for step in 0..120_usize {
        world.advance(SECOND);
        let somebody = &others[step * step % 7];
        let story = own[(step / 9) % 6];
        match step % 4 {
            0 => {
                somebody.publishes(plain_story(&format!("tale {step}")));
            }
            1 => somebody.likes(story),
            2 => {
                somebody.comments(story, "Hi");
            }
            _ => somebody.saves(story),
        }
        if step % 10 == 0 {
            mira.likes(story);
        }
    }
    for limit in [1, 2, 3, 5, 20, 50, 100] {
        let shown: Value = mira
            .get(&format!("/api/social/activity-feed/?limit={limit}"))
            .ok();
        let shown: Vec<(String, i64)> = shown["activities"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let id = one["id"].as_str().unwrap().rsplit_once('_').unwrap().1;
                (
                    one["activity_type"].as_str().unwrap().to_owned(),
                    id.parse().unwrap(),
                )
            })
            .collect();
        assert_eq!(shown, expected(&world, &mira, limit), "{limit}");
    }
}

#[test]
fn the_feed_finds_all_that_it_shows_by_an_index_in_its_order() {
    let world = World::new();
    let plan: Vec<String> = world.sql(|conn| {
        if conn.dialect() != Dialect::Sqlite {
            return Ok(Vec::new());
        }
        let mut plan = Vec::new();
        for sql in feed::all_statements(&friends::ids_of("$1")) {
            let rows = conn.query(&format!("EXPLAIN QUERY PLAN {sql}"), &[&1_i64, &20_i64, &19_i64])?;
            for mut row in rows {
                let _: (i64, i64, i64) = (row.take()?, row.take()?, row.take()?);
                plan.push(row.take::<String>()?);
            }
        }
        Ok(plan)
    });
    // Whatever is gone through is a list that this query has made itself.
    let tables = ["m", "s", "u", "stories", "users", "friendships"].map(|table| format!("SCAN {table}"));
    let is_table = |step: &&String| {
        step.starts_with("SCAN story_")
            || tables
                .iter()
                .any(|table| step.split(" USING").next() == Some(table))
    };
    let scanned: Vec<&String> = plan.iter().filter(is_table).collect();
    let of_marks = plan.iter().filter(|step| step.starts_with("SEARCH m "));
    let unordered: Vec<&String> = of_marks
        .clone()
        .filter(|step| {
            let indexes = [
                "stories_published_by_author (author_id=?",
                "story_likes_by_story (story_id=?",
                "story_comments_by_story (story_id=?",
                "story_saves_by_story (story_id=?",
            ];
            !indexes.iter().any(|index| step.contains(index))
        })
        .collect();
    assert!(plan.is_empty() || of_marks.count() == 12, "{plan:#?}");
    assert!(unordered.is_empty(), "{unordered:#?} in {plan:#?}");
    assert_eq!(scanned.len(), 0, "{scanned:#?} in {plan:#?}");
}
