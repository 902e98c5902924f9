//! That the harness itself does what the other tests rely on.

use serde_json::json;

use crate::support::World;

#[test]
fn people_come_in_by_both_doors() {
    let world = World::new();
    let mira = world.sign_up("Mira Lopez", "mira@example.org", "child");
    for (client, kind) in [
        (mira, "child"),
        (world.child("Ben"), "child"),
        (world.parent("Paula"), "parent"),
        (world.teacher("Tom"), "teacher"),
        (world.admin("Ada"), "child"),
    ] {
        let profile = client.get("/api/auth/profile/").ok();
        assert_eq!(profile["data"]["id"], json!(client.id()));
        assert_eq!(profile["data"]["user_type"], json!(kind));
    }
    world.guest().get("/api/auth/profile/").refused(401);
}

#[test]
fn worlds_do_not_share_their_data() {
    let (one, other) = (World::new(), World::new());
    one.child("Mira");
    assert_eq!(one.dump("users").len(), 1);
    assert_eq!(other.dump("users").len(), 0);
}

#[test]
fn queries_are_counted() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.get("/api/auth/profile/").ok();
    assert_eq!(world.queries(|| mira.get("/api/auth/profile/").ok()), 1);
}
