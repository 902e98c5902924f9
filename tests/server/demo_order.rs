//! What waits for a decision in the demo world.

use serde_json::json;
use tinytales::demo::WORLD;
use tinytales::demo::fill::fill;

use crate::drawings::each;
use crate::support::World;

#[test]
fn a_comment_and_a_story_wait_for_the_demo_s_administrator() {
    let world = World::new();
    world.run(fill(&world.app)).unwrap();
    let ines = world.keeper("Keeper");
    let queue = ines.get("/api/admin/reports/").ok();
    let waiting = queue["reports"].as_array().unwrap();
    assert_eq!(waiting.len(), WORLD.reports.len());
    let mut kinds: Vec<&str> = waiting
        .iter()
        .map(|report| report["object"]["kind"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["comment", "story"]);
    let flagged = ines.get("/api/admin/moderation/flagged/").ok();
    assert_eq!(
        each(&flagged["data"]["stories"], "title"),
        ["The Moon's Cold Ears"]
    );
    let figure = "SELECT CAST(COUNT(*) AS BIGINT) FROM reports WHERE status = 'open'";
    assert_eq!(world.number(figure), 2);
    // Each can be decided.
    for report in waiting {
        let path = format!("/api/admin/reports/{}/handle/", report["id"]);
        ines.post(&path, json!({"action": "uphold", "hide": true})).ok();
    }
    assert_eq!(ines.get("/api/admin/reports/").ok()["reports"], json!([]));
    // A second start reports nothing anew.
    std::fs::remove_file(world.folder().join("demo-accounts.json")).unwrap();
    world.run(fill(&world.app)).unwrap();
    assert_eq!(ines.get("/api/admin/reports/").ok()["reports"], json!([]));
}
