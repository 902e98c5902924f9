//! What sockets may not do: floods, giant messages, reading nothing. Nobody else notices.

use serde_json::json;
use tinytales::clock::SECOND;
use tinytales::live;

use crate::support::{World, eventually};

#[test]
fn a_giant_message_is_read_past_and_the_socket_stays() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut socket = mira.notifications();
    socket.send_text(&"a".repeat(10 << 20));
    assert_eq!(socket.next()["type"], "error");
    assert!(socket.heard().is_empty());
    let bodies = world.app.envelope.gauges().bodies;
    assert_eq!(bodies.held, 0);
}

#[test]
fn a_flood_is_dropped_and_what_comes_at_a_human_pace_is_answered() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut socket = mira.notifications();
    for _ in 0..1000 {
        socket.send_text("{");
    }
    // Time stands still: of all these only the first ones are looked at. That this one is too long is always said.
    socket.send_text(&"a".repeat(20_000));
    let mut complaints = 0;
    while socket.next()["message"] != "This message is too long." {
        complaints += 1;
    }
    assert!((1..=20).contains(&complaints), "{complaints}");
    world.advance(SECOND);
    assert!(socket.heard().is_empty());
}

#[test]
fn whoever_reads_nothing_is_closed_with_1013_and_holds_little() {
    let world = World::new();
    let [mira, tom] = ["Mira", "Tom"].map(|name| world.child(name));
    let (mut slow, mut quick) = (mira.notifications(), tom.notifications());
    let text = "a".repeat(1000);
    let mut pushed = 0;
    while world.app.live.sockets.outboxes().gauges().overflows == 0 {
        live::notify(
            &world.app,
            mira.id(),
            &json!({"type": "notification", "text": text}),
        );
        pushed += 1;
        assert!(pushed < 100_000, "the outbox has no bound");
    }
    let held = world.app.live.sockets.outboxes().gauges();
    assert!(held.bytes < 2000, "dropped with the overflow: {held:?}");
    live::notify(&world.app, tom.id(), &json!({"type": "hi"}));
    assert_eq!(quick.heard(), [json!({"type": "hi"})]);
    assert_eq!(slow.closed(), 1013);
}

#[test]
fn whoever_takes_nothing_of_what_waits_is_let_go() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut slow = mira.notifications();
    let text = "a".repeat(64 << 10);
    // More than the kernel takes, less than the outbox holds.
    let waiting = || world.app.live.sockets.outboxes().gauges().bytes;
    while waiting() < 256 << 10 {
        live::notify(
            &world.app,
            mira.id(),
            &json!({"type": "notification", "text": text}),
        );
    }
    eventually("nothing waits any more", || {
        // It says that it lives, and reads nothing.
        slow.send(json!({"type": "ping"}));
        world.advance(15 * SECOND);
        world.run(live::beat(&world.app));
        waiting() == 0
    });
}
