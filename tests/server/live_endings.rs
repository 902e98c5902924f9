//! How sockets end: signed out, expired, dead, one too many, and when the server stops.

use std::io::Read;
use std::thread;

use serde_json::json;
use tinytales::clock::{DAY, MINUTE, SECOND};
use tinytales::live;

use crate::support::{PASSWORD, Socket, World};

fn beat(world: &World) {
    world.run(live::beat(&world.app));
}

#[test]
fn signing_out_closes_the_sockets_of_that_sign_in_alone() {
    let world = World::new();
    let phone = world.child("Mira");
    let tablet = world.sign_in(phone.email());
    let (mut on_phone, mut on_tablet) = (phone.notifications(), tablet.notifications());
    phone
        .post("/api/auth/logout/", json!({"refresh": phone.refresh()}))
        .ok();
    assert_eq!(on_phone.closed(), 1000);
    assert!(on_tablet.heard().is_empty());
}

#[test]
fn a_new_password_closes_the_sockets_of_all_other_sign_ins() {
    let world = World::new();
    let phone = world.child("Mira");
    let tablet = world.sign_in(phone.email());
    let (mut on_phone, mut on_tablet) = (phone.notifications(), tablet.notifications());
    let change = json!({"current_password": PASSWORD, "new_password": "another-garden-9"});
    phone.post("/api/auth/change-password/", change).ok();
    assert_eq!(on_tablet.closed(), 1000);
    assert!(on_phone.heard().is_empty());
}

#[test]
fn an_account_that_is_deleted_has_no_sockets() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut socket = mira.notifications();
    mira.post("/api/auth/delete-account/", json!({"password": PASSWORD}))
        .ok();
    assert_eq!(socket.closed(), 1000);
}

#[test]
fn a_sign_out_on_another_server_is_felt_here() {
    let world = World::new();
    let [mira, tom] = ["Mira", "Tom"].map(|name| world.child(name));
    let (mut mira_hears, mut tom_hears) = (mira.notifications(), tom.notifications());
    let message = json!({"user": mira.id()}).to_string();
    world.app.live.channels.publish("accounts", message.into());
    world.app.live.channels.publish("accounts", "nonsense".into());
    assert_eq!(mira_hears.closed(), 1000);
    assert!(tom_hears.heard().is_empty());
}

#[test]
fn a_sign_in_that_ended_without_a_word_is_noticed() {
    let world = World::new();
    let [mira, tom] = ["Mira", "Tom"].map(|name| world.child(name));
    let (mut mira_hears, mut tom_hears) = (mira.notifications(), tom.notifications());
    let id = mira.id();
    world.sql(move |conn| conn.execute("DELETE FROM sessions WHERE user_id = $1", &[&id]));
    world.advance(5 * MINUTE - SECOND);
    // Not silent for all that time: with the pongs of these clients the sockets stay.
    assert!(mira_hears.heard().is_empty() && tom_hears.heard().is_empty());
    beat(&world);
    assert!(mira_hears.heard().is_empty());
    world.advance(SECOND);
    beat(&world);
    assert_eq!(mira_hears.closed(), 1000);
    assert!(tom_hears.heard().is_empty());
}

#[test]
fn a_token_that_expires_closes_its_socket_with_4401() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut socket = mira.notifications();
    // Seconds are the measure of tokens.
    world.advance(world.app.config.access_token_days * DAY - 2 * SECOND);
    socket.heard();
    beat(&world);
    assert!(socket.heard().is_empty());
    world.advance(2 * SECOND);
    beat(&world);
    assert_eq!(socket.closed(), 4401);
}

#[test]
fn a_sixth_socket_closes_the_oldest() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut sockets: Vec<_> = (0..5).map(|_| mira.notifications()).collect();
    let mut sixth = mira.notifications();
    assert_eq!(sockets[0].closed(), 1000);
    for socket in &mut sockets[1..] {
        assert!(socket.heard().is_empty());
    }
    assert!(sixth.heard().is_empty());
}

#[test]
fn whoever_is_silent_is_asked_and_then_dropped() {
    let world = World::new();
    let [mira, tom] = ["Mira", "Tom"].map(|name| world.child(name));
    let (mut dead, mut alive) = (mira.notifications(), tom.notifications());
    world.advance(20 * SECOND);
    beat(&world);
    // The other client answers the ping while it waits for its own.
    assert!(alive.heard().is_empty());
    let mut ping = [0; 2];
    dead.stream().read_exact(&mut ping).unwrap();
    assert_eq!(ping, [0x89, 0]);
    world.advance(9 * SECOND);
    beat(&world);
    assert!(alive.heard().is_empty());
    world.advance(SECOND);
    beat(&world);
    // Dropped without a word.
    assert_eq!(dead.stream().read(&mut ping).unwrap_or_default(), 0);
    assert!(alive.heard().is_empty());
}

#[test]
fn a_server_that_stops_says_so_with_1012_and_its_people_come_again() {
    let mut world = World::new();
    let mira = world.child("Mira");
    let tom = world.child("Tom");
    let (id, other) = (mira.id(), tom.id());
    world.sql(move |conn| tinytales::social::store::friends::befriend(conn, id, other, 0));
    let mut sockets = [mira.notifications(), tom.notifications()];
    let codes = thread::spawn(move || sockets.iter_mut().map(Socket::closed).collect::<Vec<_>>());
    let began = std::time::Instant::now();
    world.restart();
    assert!(began.elapsed().as_secs() < 5);
    assert_eq!(codes.join().unwrap(), [1012, 1012]);

    // Who comes again at once was never away.
    let mut tom_hears = world.guest().signed_in_as(&tom).notifications();
    let mut mira_hears = world.guest().signed_in_as(&mira).notifications();
    assert!(tom_hears.heard().is_empty() && mira_hears.heard().is_empty());
    // Who does not is offline with the next look.
    mira_hears.close(1000);
    world.wait_for_sockets(1);
    world.advance(12 * SECOND);
    beat(&world);
    assert_eq!(tom_hears.heard()[0]["type"], "friend_offline");
}
