//! Who may be here: what ends when somebody is suspended or archived, and what comes back.

use std::time::{Duration, Instant};

use database::Target;
use serde_json::json;
use tinytales::accounts::tokens::{Pair, random_hex};
use tinytales::admin::standing;
use tinytales::clock::{DAY, HOUR, MINUTE, SECOND};
use tinytales::config::ChannelLayer;

use crate::drawings::{drawing, media_path, plain_story, story, with};
use crate::order::Act;
use crate::support::{Client, PASSWORD, World};
use crate::together::{pair, stroke};

/// How soon it is felt everywhere.
const FELT_WITHIN: Duration = Duration::from_secs(1);

#[track_caller]
fn cannot_sign_in(world: &World, person: &Client) {
    let body = json!({"email": person.email(), "password": PASSWORD});
    world.guest().post("/api/auth/login/", body).refused(401);
}

#[test]
fn whoever_is_suspended_in_the_middle_of_drawing_is_out_within_a_second() {
    let world = World::new();
    let (mia, ben, _, mut at_mia, mut at_ben) = pair(&world);
    let mut rings = mia.notifications();
    at_mia.send(stroke("item_1", "m0", 0));
    assert_eq!(at_ben.until("draw")["data"]["itemId"], "item_1");
    mia.get("/api/auth/profile/").ok();

    let began = Instant::now();
    assert!(world.suspends(&mia, None));
    assert_eq!((at_mia.closed(), rings.closed()), (1000, 1000));
    mia.get("/api/auth/profile/").refused(401);
    assert!(began.elapsed() < FELT_WITHIN, "{:?}", began.elapsed());

    world
        .guest()
        .post("/api/auth/refresh/", json!({"refresh": mia.refresh()}))
        .refused(401);
    assert_eq!(mia.knock("/ws/notifications/").err(), Some(403));
    cannot_sign_in(&world, &mia);
    // Ben goes on.
    assert_eq!(at_ben.until("user_left")["user_id"], json!(mia.id()));
    at_ben.send(stroke("item_2", "b0", 0));
    ben.get("/api/auth/profile/").ok();
}

/// The same on another server of the site.
#[test]
#[ignore = "two servers need PostgreSQL: cargo xtask test --only postgres"]
fn whoever_is_suspended_is_out_on_every_server_within_a_second() {
    let here = World::with(|config| {
        if matches!(config.database, Target::Postgres(_)) {
            config.channel_layer = ChannelLayer::Postgres;
        }
    });
    assert!(
        here.app.config.channel_layer == ChannelLayer::Postgres,
        "two servers need PostgreSQL; type: cargo xtask test --only postgres"
    );
    let there = here.twin();
    for world in [&here, &there] {
        while !world.app.live.channels.gauges().is_connected {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    let mia = there.guest().signed_in_as(&here.child("Mia"));
    let session = mia.hosts("Moon Cats");
    let (mut at_mia, _) = mia.enters(&session);
    mia.get("/api/auth/profile/").ok();
    at_mia.send(stroke("item_1", "m0", 0));

    let began = Instant::now();
    assert!(here.suspends(&mia, None));
    assert_eq!(at_mia.closed(), 1000);
    mia.get("/api/auth/profile/").refused(401);
    assert!(began.elapsed() < FELT_WITHIN, "{:?}", began.elapsed());
}

#[test]
fn stories_are_hidden_while_their_author_is_not_here() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let cover = drawing();
    let shown = mira.publishes(with(story("the whale"), json!({"cover_image": cover})));
    let other = mira.publishes(plain_story("the kettle"));
    let draft = mira.makes(plain_story("the draft"));
    ben.likes(shown);
    ben.saves(shown);
    ben.comments(shown, "Lovely");
    let list = "/api/stories/?public=true";
    let held = ben.get(list).header("etag").unwrap().to_owned();
    let xp = mira.xp();

    assert!(world.suspends(&mira, None));
    assert_eq!(world.published_by(&mira), 0);
    assert!(ben.titles(list).is_empty());
    assert!(
        world
            .guest()
            .titles(&format!("/api/stories/user/{}/", mira.id()))
            .is_empty()
    );
    for gone in [shown, other, draft] {
        ben.get(&format!("/api/stories/{gone}/")).refused(404);
    }
    assert_eq!(ben.get("/api/stories/saved/").ok()["stories"], json!([]));
    world.guest().get(&media_path(&cover)).refused(404);
    ben.post(
        &format!("/api/stories/{shown}/comments/create/"),
        json!({"text": "?"}),
    )
    .refused(404);
    ben.raw("GET", list, &[("If-None-Match", &held)], b"").ok();

    assert!(world.unsuspends(&mira));
    assert_eq!(world.published_by(&mira), 2);
    let titles = ben.titles(list);
    assert_eq!(titles, ["the kettle", "the whale"]);
    let stats = ben.get(&format!("/api/stories/{shown}/stats/")).ok();
    assert_eq!(
        (&stats["likes_count"], &stats["comments_count"]),
        (&json!(1), &json!(1))
    );
    world.guest().get(&media_path(&cover)).status(200);
    ben.get(&format!("/api/stories/{draft}/")).refused(404);
    // The old sign-in stays ended; a new one has everything, and nothing was paid twice.
    mira.get("/api/auth/profile/").refused(401);
    let mira = world.sign_in(mira.email());
    assert_eq!((mira.xp(), mira.total("published_stories")), (xp, 2));
    world.books_balance();
}

#[test]
fn doing_it_again_changes_nothing() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.publishes(plain_story("the kettle"));
    assert!(!world.unsuspends(&mira) && !world.restores(&mira));
    assert!(world.suspends(&mira, None) && !world.suspends(&mira, None));
    // Another end is another suspension.
    let until = world.app.clock.now() + DAY;
    assert!(world.suspends(&mira, Some(until)) && !world.suspends(&mira, Some(until)));
    assert!(world.unsuspends(&mira) && !world.unsuspends(&mira));
    assert!(world.archives(&mira) && !world.archives(&mira));
    assert!(world.restores(&mira) && !world.restores(&mira));
    assert_eq!(world.published_by(&mira), 1);
    let nobody = Act::Unsuspend { user_id: 7 };
    let answer = world.tries(nobody);
    assert_eq!(answer.unwrap_err().status().as_u16(), 404);
}

#[test]
fn a_suspension_outlives_the_archive_and_the_archive_a_suspension() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.publishes(plain_story("the kettle"));
    let is_shown = |world: &World| world.guest().titles("/api/stories/?public=true").len() == 1;
    assert!(world.suspends(&mira, None) && world.archives(&mira));
    assert!(world.restores(&mira));
    assert!(!is_shown(&world), "still suspended");
    cannot_sign_in(&world, &mira);
    assert!(world.unsuspends(&mira));
    assert!(is_shown(&world));

    assert!(world.archives(&mira) && world.suspends(&mira, None) && world.unsuspends(&mira));
    assert!(!is_shown(&world), "still archived");
    cannot_sign_in(&world, &mira);
    assert!(world.restores(&mira));
    assert!(is_shown(&world));
    world.sign_in(mira.email());

    // One that has come to its end meanwhile does not stand any more.
    let until = world.app.clock.now() + HOUR;
    assert!(world.suspends(&mira, Some(until)) && world.archives(&mira));
    world.advance(2 * HOUR);
    assert!(world.restores(&mira));
    assert!(is_shown(&world));
    world.sign_in(mira.email());
}

#[test]
fn a_suspension_ends_by_itself() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    mira.publishes(plain_story("the kettle"));
    ben.publishes(plain_story("the pan"));
    let until = world.app.clock.now() + 7 * DAY;
    assert!(world.suspends(&mira, Some(until)) && world.suspends(&ben, Some(until)));
    world.advance(7 * DAY - SECOND);
    world.looks_around();
    cannot_sign_in(&world, &mira);
    world.advance(SECOND);
    // With the first sign-in after it, …
    world.sign_in(mira.email());
    assert_eq!(world.guest().titles("/api/stories/?public=true"), ["the kettle"]);
    // … or with the next look.
    world.looks_around();
    assert_eq!(world.guest().titles("/api/stories/?public=true").len(), 2);
    assert_eq!(
        world
            .dump("users")
            .iter()
            .filter(|row| row.contains("suspended_at=Null"))
            .count(),
        2
    );
    world.sign_in(ben.email());
}

/// What the command line does: it has no server to tell.
#[test]
fn who_was_put_out_without_a_word_is_out_with_the_next_look() {
    let world = World::new();
    let [mira, tom] = ["Mira", "Tom"].map(|name| world.child(name));
    let (mut mira_hears, mut tom_hears) = (mira.notifications(), tom.notifications());
    mira.get("/api/auth/profile/").ok();
    let (id, now) = (mira.id(), world.app.clock.now());
    world.sql(move |conn| {
        let done = standing::suspend(conn, id, None, "Rude", now);
        done.map(drop).map_err(|_| database::Error::Missing)
    });
    mira.get("/api/auth/profile/").ok();
    world.advance(30 * SECOND);
    world.looks_around();
    assert_eq!(mira_hears.closed(), 1000);
    mira.get("/api/auth/profile/").refused(401);
    assert!(tom_hears.heard().is_empty());
    tom.get("/api/auth/profile/").ok();
}

#[test]
fn a_parent_who_is_put_out_does_not_stay_in_the_view_of_a_child() {
    let world = World::new();
    let (paula, mia) = (world.parent("Paula"), world.child("Mia"));
    let (now, session) = (world.app.clock.now(), random_hex());
    let (parent, child, row) = (paula.id(), mia.id(), session.clone());
    world.sql(move |conn| {
        conn.execute(
            "INSERT INTO sessions (id, user_id, created_at, expires_at, actor_id) VALUES ($1, $2, $3, $4, $5)",
            &[&row, &child, &now, &(now + DAY), &parent],
        )
    });
    let pair = Pair::new(&world.app.keys, mia.id(), &session, now, 1, now + DAY);
    let view = world.guest().with_token(&pair.access);
    view.get("/api/auth/profile/").ok();
    mia.get("/api/auth/profile/").ok();
    assert!(world.suspends(&paula, None));
    view.get("/api/auth/profile/").refused(401);
    mia.get("/api/auth/profile/").ok();
}

#[test]
fn what_was_published_at_that_very_moment_is_hidden_soon() {
    let world = World::new();
    let mira = world.child("Mira");
    let story = mira.publishes(plain_story("the kettle"));
    assert!(world.archives(&mira));
    // A request that had been let in before.
    world.sql(move |conn| {
        conn.execute(
            "UPDATE stories SET is_published = TRUE, hidden_at = NULL WHERE id = $1",
            &[&story],
        )
    });
    let id = mira.id();
    world.sql(move |conn| tinytales::stories::effects::shown_again(conn, id, 1, 0));
    world.looks_around();
    assert!(world.guest().titles("/api/stories/?public=true").is_empty());
    assert_eq!(world.published_by(&mira), 0);
    assert!(world.restores(&mira));
    assert_eq!(world.published_by(&mira), 1);
}

#[test]
fn it_costs_the_same_for_one_story_and_for_thirty() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    mira.publishes(plain_story("the kettle"));
    for number in 0..30 {
        ben.publishes(plain_story(&format!("tale {number}")));
    }
    for act in [World::archives, World::restores] {
        let one = world.queries(|| assert!(act(&world, &mira)));
        let thirty = world.queries(|| assert!(act(&world, &ben)));
        assert_eq!(one, thirty);
        assert!(one <= 10, "{one} statements");
    }
}

#[test]
fn a_story_of_several_is_hidden_with_its_author_and_nobody_publishes_it_meanwhile() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.publishes(plain_story("the whale"));
    world.collaborate(story, &[mira.id(), ben.id()]);
    mira.presses(story, "unpublish");
    mira.presses(story, "publish");
    assert!(world.suspends(&mira, None));
    assert_eq!(ben.reads(story)["is_published"], json!(false));
    ben.changes(story, json!({"title": "the shark", "is_published": true}));
    ben.post_nothing(&format!("/api/stories/{story}/publish-collaborative/"))
        .status(400);
    assert!(world.guest().titles("/api/stories/?public=true").is_empty());
    assert!(world.unsuspends(&mira));
    assert_eq!(world.guest().titles("/api/stories/?public=true"), ["the shark"]);
}

#[test]
fn deleting_for_good_is_leaving() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    mira.publishes(story("the kettle"));
    let together = mira.publishes(story("the whale"));
    world.collaborate(together, &[mira.id(), ben.id()]);
    assert!(world.archives(&mira));
    let (id, now) = (mira.id(), world.app.clock.now());
    let left = world.run(
        world
            .app
            .write(move |conn| standing::delete_for_good(conn, id, now)),
    );
    left.unwrap().announce(&world.app);
    // The story of both goes to Ben, and is shown again: he may be here.
    assert_eq!(world.guest().titles("/api/stories/?public=true"), ["the whale"]);
    assert_eq!(
        (ben.reads(together)["author"].as_i64(), world.published_by(&ben)),
        (Some(ben.id()), 1)
    );
    world.advance(5 * MINUTE);
    world.sweeps();
    assert_eq!(world.pictures().len(), 2);
    cannot_sign_in(&world, &mira);
}
