//! A child who takes its yes to a parent back.

use serde_json::json;
use tinytales::clock::{DAY, MINUTE, SECOND};

use crate::drawings::{each, names};
use crate::families::about;
use crate::family_linking::{LINKS, links, makes_code, notifications, with_code, with_password};
use crate::family_switching::{hears, sessions};
use crate::support::{Answer, Client, PASSWORD, World};

/// A child takes its yes to a parent back.
fn takes_back(child: &Client, parent: &Client) -> Answer {
    child.delete(&format!("{LINKS}{}/", parent.id()))
}

#[test]
fn a_child_takes_its_yes_back_and_the_parent_sees_nothing_any_more() {
    let world = World::new();
    let (paula, pia, mira) = (world.parent("Paula"), world.parent("Pia"), world.child("Mira"));
    paula.claims("mira");
    mira.answers_parent(&paula, true).ok();
    world.family(&pia, &mira);
    let (view, hers) = (paula.switches(mira.id()), pia.switches(mira.id()));
    view.goes_on();
    let mut socket = hears(&view);
    let told = notifications(&paula);
    let answer = takes_back(&mira, &paula).ok();
    assert_eq!(names(&answer), ["message", "success"]);
    assert_eq!(socket.closed(), 1000);
    view.is_over(&world);
    assert!(paula.children().is_empty());
    paula.get(&about(mira.id(), "stats")).refused(403);
    paula.get(&about(mira.id(), "stories")).refused(403);
    paula.post_nothing(&about(mira.id(), "switch-view")).refused(403);
    assert_eq!(notifications(&paula), told, "nobody is told");
    // The child itself and its other parent go on.
    assert_eq!(each(&links(&mira), "parent_id"), [pia.id()]);
    hers.goes_on();
    takes_back(&mira, &paula).refused(404);
}

#[test]
fn a_yes_that_was_taken_back_is_a_no_for_a_week() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    world.family(&paula, &mira);
    world.advance(DAY);
    takes_back(&mira, &paula).ok();
    world.advance(7 * DAY - SECOND);
    assert_eq!(paula.claims("mira").refused(400)["code"], json!("declined"));
    world.advance(SECOND);
    assert_eq!(paula.claims("mira").status, 202);
    assert!(paula.children().is_empty());
    // It may say yes again, and sooner by a code.
    mira.answers_parent(&paula, true).ok();
    takes_back(&mira, &paula).ok();
    with_code(&paula, "mira", &makes_code(&mira)).ok();
    assert_eq!(paula.children().len(), 1);
}

#[test]
fn only_the_child_itself_takes_its_yes_back() {
    let world = World::new();
    let (paula, pia, mira) = (world.parent("Paula"), world.parent("Pia"), world.child("Mira"));
    world.family(&paula, &mira);
    pia.claims("mira").status(202);
    let (leo, leo_himself) = world.managed_child(&paula, "leo_r");
    with_password(&pia, "leo_r", PASSWORD).ok();
    let (view, leo_view) = (paula.switches(mira.id()), paula.switches(leo));
    let (tina, ben) = (world.teacher("Tina"), world.child("Ben"));
    let everything = || (world.dump("family_links"), sessions(&world));
    let before = everything();
    // Who looks after an account decides about it, and not from its view either.
    for parent in [&paula, &pia] {
        let refused = takes_back(&leo_himself, parent).refused(403);
        assert_eq!(refused["code"], json!("managed_account"));
        for view in [&view, &leo_view] {
            let refused = takes_back(&view.client, parent).refused(403);
            assert_eq!(refused["code"], json!("child_view"));
        }
    }
    for adult in [&paula, &pia, &tina] {
        takes_back(adult, &paula).refused(403);
    }
    takes_back(&world.guest(), &paula).refused(401);
    takes_back(&ben, &paula).refused(404);
    // Who only asked is answered instead.
    takes_back(&mira, &pia).refused(404);
    for nobody in ["7", "x", "-1"] {
        mira.delete(&format!("{LINKS}{nobody}/")).refused(404);
    }
    assert_eq!(everything(), before);
    for view in [&view, &leo_view] {
        view.goes_on();
    }
}

#[test]
fn taking_back_has_a_rate() {
    let world = World::with(|config| config.rate_limits = true);
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    for _ in 0..60 {
        takes_back(&mira, &paula).refused(404);
    }
    takes_back(&mira, &paula).refused(429);
    world.advance(MINUTE);
    takes_back(&mira, &paula).refused(404);
}
