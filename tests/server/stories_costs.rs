//! What stories cost: indexes for what a deletion looks up, limits, and looks that write nothing.

use database::Dialect;
use serde_json::json;
use tinytales::clock::MINUTE;
use tinytales::stories::flush_views;

use crate::drawings::plain_story;
use crate::support::{Client, World};

/// A server whose limits hold.
fn strict() -> World {
    World::with(|config| config.rate_limits = true)
}

#[test]
fn every_reference_can_be_followed_backwards_by_an_index() {
    let world = World::new();
    let unindexed: Vec<String> = world.sql(|conn| {
        if conn.dialect() != Dialect::Sqlite {
            return Ok(Vec::new());
        }
        let rows = conn.query(
            "SELECT t.name || '.' || f.\"from\"
             FROM pragma_table_list t, pragma_foreign_key_list(t.name) f
             WHERE NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) c WHERE c.name = f.\"from\" AND c.pk = 1)
               AND NOT EXISTS (
                   SELECT 1 FROM pragma_index_list(t.name) i, pragma_index_info(i.name) c
                   WHERE c.seqno = 0 AND c.name = f.\"from\"
                     -- Of a column that is mostly NULL only the others are looked for.
                     AND (NOT i.partial OR EXISTS (
                         SELECT 1 FROM sqlite_schema s
                         WHERE s.name = i.name AND s.sql LIKE '%WHERE ' || f.\"from\" || ' IS NOT NULL')))",
            &[],
        )?;
        rows.into_iter().map(|mut row| row.take()).collect()
    });
    assert_eq!(unindexed, [""; 0], "a deletion scans these");
}

#[test]
fn sixty_changes_a_minute_deletions_and_publishing_among_them() {
    let world = strict();
    let mira = world.child("Mira");
    let story = mira.publishes(plain_story("The Brave Kettle"));
    let again = format!("/api/stories/{story}/unpublish/");
    let answers: Vec<u16> = (0..61).map(|_| mira.post(&again, json!({})).status).collect();
    assert!(answers[..60].iter().all(|status| *status == 200), "{answers:?}");
    assert_eq!(answers[60], 429);
    for act in ["publish", "publish-collaborative"] {
        mira.post(&format!("/api/stories/{story}/{act}/"), json!({}))
            .status(429);
    }
    mira.delete(&format!("/api/stories/{story}/delete/")).status(429);
    mira.delete("/api/comments/1000000/delete/").status(429);
}

#[test]
fn sixty_searches_a_minute_for_an_account_or_a_network() {
    let world = strict();
    let (mira, guest) = (world.child("Mira"), world.guest());
    let search = |client: &Client| client.get("/api/stories/?public=true&search=kettle");
    for _ in 0..60 {
        search(&guest).ok();
    }
    search(&guest).status(429);
    guest.get("/api/stories/?search=%20").ok();
    guest
        .get(&format!("/api/stories/user/{}/?search=kettle", mira.id()))
        .status(429);
    search(&mira).ok();
}

#[test]
fn a_look_is_counted_without_a_write() {
    let world = World::new();
    let (mira, ben, guest) = (world.child("Mira"), world.child("Ben"), world.guest());
    let story = mira.publishes(plain_story("The Brave Kettle"));
    let path = format!("/api/stories/{story}/");
    ben.get("/api/stories/").ok();
    let stored = || {
        world.sql(move |conn| {
            let mut row = conn.one(
                "SELECT views, (SELECT CAST(COUNT(*) AS BIGINT) FROM story_reads WHERE story_id = $1)
                 FROM stories WHERE id = $1",
                &[&story],
            )?;
            Ok((row.take::<i64>()?, row.take::<i64>()?))
        })
    };

    let spent = world.queries(|| assert_eq!(ben.reads(story)["views"], json!(1)));
    assert_eq!(spent, 1, "the story with its body");
    assert_eq!(guest.reads(story)["views"], json!(2));
    assert_eq!(mira.reads(story)["views"], json!(2), "one's own look is none");
    assert_eq!(ben.reads(story)["views"], json!(2), "once in five minutes");
    assert_eq!(guest.get(&format!("{path}stats/")).ok()["views"], json!(2));
    assert_eq!(guest.lists("/api/stories/?public=true")[0]["views"], json!(2));

    world.run(flush_views(&world.app));
    assert_eq!(stored(), (2, 1));
    assert_eq!(guest.get(&format!("{path}stats/")).ok()["views"], json!(2));
    world.run(flush_views(&world.app));
    assert_eq!(stored(), (2, 1), "written once");

    world.advance(6 * MINUTE);
    assert_eq!(ben.reads(story)["views"], json!(3));
    world.run(flush_views(&world.app));
    assert_eq!(stored(), (3, 1), "who read it again has read it once");
}

#[test]
fn looks_at_what_has_gone_hold_up_no_others() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let [gone, stays] = ["gone", "stays"].map(|title| mira.publishes(plain_story(title)));
    for story in [gone, stays] {
        ben.reads(story);
        world.guest().reads(story);
    }
    mira.delete(&format!("/api/stories/{gone}/delete/")).ok();
    ben.post(
        "/api/auth/delete-account/",
        json!({"password": crate::support::PASSWORD}),
    )
    .ok();
    world.run(flush_views(&world.app));
    assert_eq!(world.guest().reads(stays)["views"], json!(2));
    assert_eq!(world.dump("story_reads"), [""; 0]);
}
