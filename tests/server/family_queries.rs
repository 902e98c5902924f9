//! What families cost, in statements: few, and the same for one child and for many, for one story and for a hundred.

use tinytales::family::store;

use crate::drawings::plain_story;
use crate::families::about;
use crate::support::World;

#[test]
fn a_list_of_children_is_one_statement() {
    let world = World::new();
    let (paula, tina) = (world.parent("Paula"), world.teacher("Tina"));
    let list = |adult: &crate::support::Client| world.queries(|| adult.get("/api/parent/children/").ok());
    for adult in [&paula, &tina] {
        list(adult);
        assert_eq!(list(adult), 1, "for none");
    }
    for number in 0..10 {
        paula.has_child(&format!("kid_{number}"));
        tina.has_child(&format!("pupil_{number}"));
        if number == 0 || number == 9 {
            assert_eq!((list(&paula), list(&tina)), (1, 1), "for {}", number + 1);
        }
    }
}

#[test]
fn looking_costs_the_same_for_one_story_and_for_forty() {
    let world = World::new();
    let (paula, mira, ben) = (world.parent("Paula"), world.child("Mira"), world.child("Ben"));
    world.family(&paula, &mira);
    paula.get("/api/auth/profile/").ok();
    let mut costs = Vec::new();
    let mut made = 0;
    for count in [1, 10, 40] {
        while made < count {
            let own = mira.publishes(plain_story(&format!("tale {made}")));
            ben.likes(own);
            let read = ben.publishes(plain_story(&format!("Ben's tale {made}")));
            mira.reads(read);
            made += 1;
        }
        world.flush();
        let cost = |what: &str| world.queries(|| paula.get(&about(mira.id(), what)).ok());
        costs.push(["stats", "goals", "activities", "analytics", "stories"].map(cost));
    }
    assert_eq!(costs, [[2, 2, 4, 5, 5]; 3]);
}

#[test]
fn acts_cost_a_handful() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    world.family(&paula, &mira);
    for client in [&paula, &mira] {
        client.get("/api/auth/profile/").ok();
    }
    let made = world.queries(|| paula.has_child("leo_r"));
    assert_eq!(made, 3, "room, account, link");
    let switched = world.queries(|| paula.switches(mira.id()));
    assert_eq!(
        switched, 5,
        "the link, the session, the older ones, the record, the child"
    );
    let stranger = world.queries(|| paula.post_nothing(&about(7, "switch-view")).refused(403));
    assert_eq!(stranger, 1);
}

#[test]
fn a_list_of_children_looks_at_nobody_elses() {
    let world = World::new();
    for sql in store::children::all_statements() {
        world.sql(move |conn| {
            if conn.dialect() == database::Dialect::Postgres {
                return Ok(());
            }
            let rows = conn.query(&format!("EXPLAIN QUERY PLAN {sql}"), &[&1_i64, &1_i64])?;
            for mut row in rows {
                let _ids: [i64; 3] = [row.take()?, row.take()?, row.take()?];
                let step: String = row.take()?;
                assert!(!step.contains("SCAN"), "{step}: {sql}");
            }
            Ok(())
        });
    }
}
