//! What a save writes: what has changed and nothing else.

use database::Dialect;
use serde_json::{Value, json};
use tinytales::clock::MINUTE;

use crate::drawings::{bytes_of, canvas, drawing, hash_of, large_drawing, story, with};
use crate::support::{Client, World};

/// The tables that saving a story may write.
const TABLES: [&str; 6] = [
    "stories",
    "story_bodies",
    "story_search",
    "story_pictures",
    "pictures",
    "picture_pieces",
];

/// Notes every row that is written from now on, whether or not it changes.
struct Tripwire<'a>(&'a World);

impl<'a> Tripwire<'a> {
    fn new(world: &'a World) -> Self {
        world.sql(|conn| {
            conn.batch("CREATE TABLE tripwire (what TEXT NOT NULL)")?;
            if conn.dialect() == Dialect::Postgres {
                conn.batch(
                    "CREATE FUNCTION trip() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
                         INSERT INTO tripwire VALUES (TG_OP || ' ' || TG_TABLE_NAME); RETURN NULL; END $$",
                )?;
            }
            for table in TABLES {
                for act in ["INSERT", "UPDATE", "DELETE"] {
                    let run = match conn.dialect() {
                        Dialect::Sqlite => {
                            format!("BEGIN INSERT INTO tripwire VALUES ('{act} {table}'); END")
                        }
                        Dialect::Postgres => "FOR EACH ROW EXECUTE FUNCTION trip()".to_owned(),
                    };
                    conn.batch(&format!(
                        "CREATE TRIGGER trip_{act}_{table} AFTER {act} ON {table} {run}"
                    ))?;
                }
            }
            Ok(())
        });
        Self(world)
    }

    /// What was written since the last look: each act once, sorted, with the number of rows.
    fn look(&self) -> Vec<(String, i64)> {
        self.0.sql(|conn| {
            let rows = conn.query(
                "SELECT what, CAST(COUNT(*) AS BIGINT) FROM tripwire GROUP BY what ORDER BY what",
                &[],
            )?;
            conn.execute("DELETE FROM tripwire", &[])?;
            rows.into_iter()
                .map(|mut row| Ok((row.take()?, row.take()?)))
                .collect()
        })
    }
}

/// A story of 3 MB: seven drawings.
fn large_story() -> (Value, Vec<String>) {
    let drawings: Vec<String> = (0..7).map(|_| large_drawing()).collect();
    let images: Vec<Option<&str>> = drawings.iter().map(|drawing| Some(drawing.as_str())).collect();
    let whole = with(
        story("the kettle"),
        json!({"canvas_data": canvas(&images), "cover_image": drawings[0]}),
    );
    assert!(whole.to_string().len() > 3_000_000);
    (whole, drawings)
}

/// The story with another drawing on one of its pages.
fn redrawn(story: &Value, page: usize, drawing: &str) -> Value {
    let mut rows: Value = serde_json::from_str(story["canvas_data"].as_str().unwrap()).unwrap();
    rows[page]["canvasData"] = json!(drawing);
    with(story.clone(), json!({"canvas_data": rows.to_string()}))
}

fn save(client: &Client, story: i64, whole: &Value) {
    client.changes(story, whole.clone());
}

#[test]
fn an_identical_save_writes_nothing() {
    let world = World::new();
    let mira = world.child("Mira");
    let (whole, _) = large_story();
    let id = mira.publishes(whole.clone());
    let whole = with(whole, json!({"is_published": true}));
    let before = (mira.reads(id), TABLES.map(|table| world.dump(table)));
    let wire = Tripwire::new(&world);
    world.advance(MINUTE);
    for again in [
        whole.clone(),
        // With and without white space at the ends, which is not stored.
        with(
            whole.clone(),
            json!({"title": "  the kettle ", "canvas_data": format!(" {} ", whole["canvas_data"].as_str().unwrap())}),
        ),
        json!({"title": "the kettle"}),
        json!({}),
    ] {
        save(&mira, id, &again);
        assert_eq!(wire.look(), []);
    }
    assert_eq!((mira.reads(id), TABLES.map(|table| world.dump(table))), before);
    // A repeated create of what is there is no change either.
    assert_eq!(mira.makes(whole), id);
    assert_eq!(wire.look(), []);
    assert_eq!(mira.reads(id)["date_updated"], before.0["date_created"]);
    // The wire is not cut.
    save(&mira, id, &json!({"title": "the pan"}));
    assert!(!wire.look().is_empty());
}

#[test]
fn a_save_with_one_new_drawing_writes_that_drawing() {
    let world = World::new();
    let mira = world.child("Mira");
    let (whole, drawings) = large_story();
    let id = mira.makes(whole.clone());
    let pieces = |bytes: usize| bytes.div_ceil(96 * 1024) as i64;
    let stored = || world.number("SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM pictures");
    let before = stored();
    let wire = Tripwire::new(&world);

    let new = large_drawing();
    let whole = redrawn(&whole, 3, &new);
    world.advance(5 * MINUTE);
    save(&mira, id, &whole);
    let row = |what: &str, rows: i64| (what.to_owned(), rows);
    assert_eq!(
        wire.look(),
        [
            row("DELETE story_pictures", 1),
            row("INSERT picture_pieces", pieces(bytes_of(&new).len())),
            row("INSERT pictures", 1),
            row("INSERT story_pictures", 1),
            row("UPDATE pictures", 2),
            row("UPDATE stories", 1),
            row("UPDATE story_bodies", 1),
        ]
    );
    assert_eq!(stored() - before, bytes_of(&new).len() as i64);
    let read = mira.reads(id);
    assert!(read["canvas_data"] == whole["canvas_data"]);
    assert_eq!(read["date_updated"], json!("2026-03-04T05:11:07.123456Z"));

    // What replaced one drawing can come back without being written again, until it is swept.
    let back = redrawn(&whole, 3, &drawings[3]);
    save(&mira, id, &back);
    let written = wire.look();
    assert!(
        !written.iter().any(|(what, _)| what.starts_with("INSERT picture")),
        "{written:?}"
    );
    assert!(mira.reads(id)["canvas_data"] == back["canvas_data"]);
}

#[test]
fn a_save_of_a_text_leaves_drawings_and_search_alone() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(story("the kettle"));
    let wire = Tripwire::new(&world);
    let row = |what: &str, rows: i64| (what.to_owned(), rows);
    save(&mira, id, &json!({"category": "animal"}));
    assert_eq!(wire.look(), [row("UPDATE stories", 1)]);
    save(&mira, id, &json!({"title": "the pan"}));
    assert_eq!(
        wire.look(),
        [row("UPDATE stories", 1), row("UPDATE story_search", 1)]
    );
    save(&mira, id, &json!({"content": "Once."}));
    assert_eq!(
        wire.look(),
        [
            row("UPDATE stories", 1),
            row("UPDATE story_bodies", 1),
            row("UPDATE story_search", 1)
        ]
    );
}

#[test]
fn a_drawing_that_moves_or_doubles_is_kept_once() {
    let world = World::new();
    let mira = world.child("Mira");
    let (one, two) = (drawing(), drawing());
    let id = mira.makes(with(
        story("the kettle"),
        json!({"canvas_data": canvas(&[Some(&one), Some(&two)])}),
    ));
    save(
        &mira,
        id,
        &json!({"canvas_data": canvas(&[Some(&two), Some(&one), Some(&one)]), "cover_image": one}),
    );
    let mut kept = vec![hash_of(&one), hash_of(&two)];
    kept.sort_unstable();
    assert_eq!(world.pictures(), kept);
    // Shown in one place of two, it is still shown.
    save(
        &mira,
        id,
        &json!({"canvas_data": canvas(&[None]), "cover_image": one}),
    );
    world.advance(3 * MINUTE);
    assert_eq!(world.sweeps(), 1);
    assert_eq!(world.pictures(), [hash_of(&one)]);
    assert_eq!(mira.reads(id)["cover_image"], json!(one));
}
