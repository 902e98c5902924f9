//! Pictures are kept once, as long as a story shows them or somebody reads them, and two minutes longer.

use database::Conn;
use serde_json::json;
use tinytales::clock::{MINUTE, SECOND};
use tinytales::pictures::store;

use crate::drawings::{canvas, drawing, hash_of, large_drawing, plain_story, png, story, with};
use crate::support::{PASSWORD, World};

fn sorted<const COUNT: usize>(drawings: [&str; COUNT]) -> Vec<String> {
    let mut hashes: Vec<String> = drawings.into_iter().map(hash_of).collect();
    hashes.sort_unstable();
    hashes
}

#[test]
fn a_drawing_in_two_stories_is_kept_once_until_neither_shows_it() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let (shared, own) = (large_drawing(), drawing());
    let hers = mira.makes(with(
        plain_story("hers"),
        json!({"canvas_data": canvas(&[Some(&shared), Some(&own)])}),
    ));
    let his = ben.makes(with(plain_story("his"), json!({"cover_image": shared})));
    assert_eq!(world.pictures(), sorted([&shared, &own]));
    let pieces = world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM picture_pieces");
    let length = world.number("SELECT CAST(SUM(bytes) AS BIGINT) FROM pictures WHERE bytes > 1000");
    assert_eq!(pieces, 1 + (length + 98_303) / 98_304);

    mira.delete(&format!("/api/stories/{hers}/delete/")).ok();
    world.advance(2 * MINUTE + SECOND);
    assert_eq!(world.sweeps(), 1);
    assert_eq!(world.pictures(), sorted([&shared]));
    assert_eq!(ben.reads(his)["cover_image"], json!(shared));
    // Another cover: the drawing is of no more use.
    ben.changes(his, json!({"cover_image": own}));
    world.advance(2 * MINUTE + SECOND);
    assert_eq!(world.sweeps(), 1);
    assert_eq!(world.pictures(), sorted([&own]));
    assert_eq!(
        world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM picture_pieces"),
        1
    );
}

#[test]
fn a_drawing_that_somebody_else_holds_is_kept() {
    let world = World::new();
    let mira = world.child("Mira");
    let (held, other) = (drawing(), drawing());
    let story = mira.makes(with(
        plain_story("hers"),
        json!({"canvas_data": canvas(&[Some(&held), Some(&other)])}),
    ));
    let hold = |world: &World, drawing: &str| {
        let hash = hash_of(drawing);
        world.sql(move |conn| store::hold(conn, "room:1:a", &hash, 0));
    };
    hold(&world, &held);
    mira.delete(&format!("/api/stories/{story}/delete/")).ok();
    world.advance(2 * MINUTE + SECOND);
    assert_eq!(world.sweeps(), 1);
    assert_eq!(world.pictures(), sorted([&held]));

    // Another picture in its place, and then none.
    let again = mira.makes(with(plain_story("again"), json!({"cover_image": other})));
    hold(&world, &other);
    world.advance(2 * MINUTE + SECOND);
    assert_eq!(world.sweeps(), 1);
    assert_eq!(world.pictures(), sorted([&other]));
    world.sql(|conn| store::let_go_all(conn, "room:1", 0));
    assert_eq!(world.sweeps(), 0, "a story shows it");
    mira.delete(&format!("/api/stories/{again}/delete/")).ok();
    world.advance(2 * MINUTE + SECOND);
    assert_eq!(world.sweeps(), 1);
    assert!(world.pictures().is_empty());
}

#[test]
fn a_replaced_drawing_is_kept_for_two_minutes() {
    let world = World::new();
    let mira = world.child("Mira");
    let (old, new) = (drawing(), drawing());
    let id = mira.makes(with(
        plain_story("the kettle"),
        json!({"canvas_data": canvas(&[Some(&old)])}),
    ));
    world.advance(MINUTE);
    let rows = mira.reads(id)["canvas_data"]
        .as_str()
        .unwrap()
        .replace(&old, &new);
    mira.changes(id, json!({"canvas_data": rows}));
    assert_eq!(world.sweeps(), 0);
    world.advance(2 * MINUTE);
    assert_eq!(world.sweeps(), 0);
    assert_eq!(world.pictures(), sorted([&old, &new]));
    world.advance(SECOND);
    assert_eq!(world.sweeps(), 1);
    assert_eq!(world.pictures(), sorted([&new]));
    world.advance(60 * MINUTE);
    assert_eq!(world.sweeps(), 0);
    assert_eq!(mira.reads(id)["canvas_data"], json!(rows));
}

#[test]
fn a_drawing_that_comes_back_in_time_is_not_swept() {
    let world = World::new();
    let mira = world.child("Mira");
    let (one, two) = (drawing(), drawing());
    let id = mira.makes(with(plain_story("the kettle"), json!({"cover_image": one})));
    mira.changes(id, json!({"cover_image": two}));
    world.advance(MINUTE);
    mira.changes(id, json!({"cover_image": one}));
    world.advance(5 * MINUTE);
    assert_eq!(world.sweeps(), 1);
    assert_eq!(world.pictures(), sorted([&one]));
    assert_eq!(mira.reads(id)["cover_image"], json!(one));
}

#[test]
fn drawings_of_a_refused_story_are_not_stored_or_swept() {
    let world = World::new();
    let mira = world.child("Mira");
    let refused = |image: &str| {
        let story = with(
            story("T"),
            json!({"canvas_data": canvas(&[Some(image)]), "category": "gardening"}),
        );
        mira.post("/api/stories/create/", story)
            .refused_fields(&["category"]);
    };
    refused(&drawing());
    assert_eq!(world.pictures(), [""; 0]);

    let large = large_drawing();
    refused(&large);
    assert_eq!(
        world.pictures(),
        [hash_of(&large)],
        "it was too large to wait until what is wrong was known"
    );
    world.advance(2 * MINUTE + SECOND);
    assert_eq!(world.sweeps(), 1);
    assert_eq!(world.pictures(), [""; 0]);
}

#[test]
fn of_many_drawings_some_are_stored_before_their_story() {
    let world = World::new();
    let mira = world.child("Mira");
    let drawings: Vec<String> = (0..20).map(|_| drawing()).collect();
    let images: Vec<Option<&str>> = drawings.iter().map(|drawing| Some(drawing.as_str())).collect();
    let whole = with(story("T"), json!({"canvas_data": canvas(&images)}));
    mira.post(
        "/api/stories/create/",
        with(whole.clone(), json!({"category": "gardening"})),
    )
    .refused_fields(&["category"]);
    assert_eq!(world.pictures().len(), 18, "nine at a time");

    let id = mira.makes(whole.clone());
    assert_eq!(world.pictures().len(), 20);
    assert!(mira.reads(id)["canvas_data"] == whole["canvas_data"]);
}

#[test]
fn a_deleted_account_and_a_deleted_story_release_what_they_alone_showed() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let (shared, first, second, third) = (drawing(), drawing(), drawing(), drawing());
    let story_of = |images: &[&str]| {
        let images: Vec<Option<&str>> = images.iter().map(|image| Some(*image)).collect();
        with(plain_story("T"), json!({"canvas_data": canvas(&images)}))
    };
    mira.makes(story_of(&[&shared, &first]));
    let deleted = mira.makes(story_of(&[&first, &second]));
    let kept = ben.makes(story_of(&[&shared, &third]));
    mira.delete(&format!("/api/stories/{deleted}/delete/")).ok();
    world.advance(2 * MINUTE + SECOND);
    assert_eq!(world.sweeps(), 1);
    assert_eq!(
        world.pictures(),
        sorted([&shared, &first, &third]),
        "her other story shows the first one"
    );
    mira.post("/api/auth/delete-account/", json!({"password": PASSWORD}))
        .ok();
    world.advance(2 * MINUTE + SECOND);
    assert_eq!(world.sweeps(), 1);
    assert_eq!(world.pictures(), sorted([&shared, &third]));
    ben.reads(kept);
    assert_eq!(
        world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM story_pictures"),
        2
    );
}

#[test]
fn a_sweep_takes_a_few_megabytes_at_a_time() {
    let world = World::new();
    let mira = world.child("Mira");
    let files = (7000..7003).map(|seed| png(seed, 980)).collect();
    let id = world.shelves(mira.id(), "the kettle", files);
    mira.delete(&format!("/api/stories/{id}/delete/")).ok();
    world.advance(2 * MINUTE + SECOND);
    assert_eq!(
        [world.sweeps(), world.sweeps(), world.sweeps(), world.sweeps()],
        [1, 1, 1, 0]
    );
}

#[test]
fn a_full_database_takes_text_but_no_new_pictures() {
    let empty = World::new().sql(|conn: &mut Conn<'_>| conn.database_size());
    // Refused from 90 % on: there is room for one megabyte.
    let limit = (empty + 1024 * 1024) / 9 * 10;
    let world = World::with(|config| config.database_size_limit = Some(limit));
    let mira = world.child("Mira");
    let known = large_drawing();
    let with_cover = |cover: &str| with(plain_story("T"), json!({"cover_image": cover}));
    let id = mira.makes(with_cover(&known));
    let mut taken = 1;
    let refused = loop {
        // How full it is is looked at every few seconds.
        world.advance(10 * SECOND);
        let answer = mira.post("/api/stories/create/", with_cover(&large_drawing()));
        if answer.status != 201 {
            break answer;
        }
        taken += 1;
        assert!(taken < 20, "there is no end");
    };
    refused.refused(507);
    assert!(taken >= 2, "there was room for one megabyte");
    mira.patch(
        &format!("/api/stories/{id}/update/"),
        json!({"cover_image": large_drawing()}),
    )
    .refused(507);

    // Text still saves, and so does what shows known pictures.
    let text = "A new end. ".repeat(100);
    assert_eq!(
        mira.changes(id, json!({"content": text}))["content"],
        json!(text.trim())
    );
    mira.makes(plain_story("only text"));
    mira.makes(with_cover(&known));
    assert_eq!(mira.reads(id)["cover_image"], json!(known));
}
