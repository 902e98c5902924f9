//! What stories cost: indexes for what a deletion looks up, limits, and looks that write nothing.

use database::Dialect;
use serde_json::json;

use crate::drawings::plain_story;
use crate::support::World;

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
                   WHERE c.seqno = 0 AND c.name = f.\"from\" AND NOT i.partial)",
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
    mira.delete(&format!("/api/stories/{story}/delete/"))
        .status(429);
    mira.delete("/api/comments/1000000/delete/")
        .status(429);
}
