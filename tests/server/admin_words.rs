//! The list of rude words in the hands of administrators: what they change is in force at once.

use serde_json::{Value, json};

use crate::administration::line;
use crate::drawings::{each, names};
use crate::support::{Client, World};

const WORDS: &str = "/api/admin/profanity/";
const ADD: &str = "/api/admin/profanity/add/";
const BULK: &str = "/api/admin/profanity/bulk-add/";
const IMPORT: &str = "/api/admin/profanity/import/";

#[track_caller]
fn listed(admin: &Client, query: &str) -> Vec<String> {
    let rows = admin.get(&format!("{WORDS}{query}")).ok()["words"].clone();
    each(&rows, "word")
        .iter()
        .map(|word| word.as_str().unwrap().to_owned())
        .collect()
}

/// The words that the apps get.
#[track_caller]
fn in_force(world: &World) -> Vec<Value> {
    let answer = world.guest().get("/api/profanity/active/").ok();
    answer["words"].as_array().unwrap().clone()
}

fn nothing(world: &World) {
    world.sql(|conn| conn.execute("DELETE FROM profanity_words", &[]));
}

#[test]
fn a_word_is_added_changed_and_taken_off() {
    let world = World::new();
    let sam = world.staff("Sam");
    let now = "2026-03-04T05:06:07.123456Z";
    let added = sam
        .post(
            ADD,
            json!({"word": "  Hay   NAKU ", "language": "tl", "severity": "mild"}),
        )
        .created();
    assert_eq!(names(&added), ["message", "success", "word"]);
    let id = added["word"]["id"].as_i64().unwrap();
    assert_eq!(
        added["word"],
        json!({"id": id, "word": "hay naku", "language": "tl", "language_display": "Tagalog", "severity": "mild",
            "severity_display": "Mild", "is_active": true, "created_at": now})
    );
    assert!(in_force(&world).contains(&json!("hay naku")));
    assert_eq!(world.last_line(), line("create", "word", Some(id), true));
    assert_eq!(world.last_details(), "hay naku (tl, mild)");

    let path = format!("{WORDS}{id}/update/");
    let saved = sam
        .put(
            &path,
            json!({"word": "naku", "language": "both", "severity": "severe", "is_active": false}),
        )
        .ok();
    assert_eq!(
        saved["word"],
        json!({"id": id, "word": "naku", "language": "both", "language_display": "Both", "severity": "severe",
            "severity_display": "Severe", "is_active": false, "updated_at": now})
    );
    assert!(!in_force(&world).contains(&json!("naku")));
    assert_eq!(
        world.last_details(),
        "hay naku (tl, mild, in force) → naku (both, severe, not in force)"
    );
    sam.patch(&path, json!({"is_active": true})).ok();
    assert!(in_force(&world).contains(&json!("naku")));
    let lines = world.record().len();
    sam.patch(&path, json!({})).ok();
    assert_eq!(world.record().len(), lines, "nothing has changed");

    // What is in force is masked.
    let mira = world.child("Mira");
    mira.is_renamed("Naku Mira");
    assert_eq!(
        mira.get("/api/auth/profile/").ok()["data"]["display_name"],
        json!("N**u Mira")
    );

    let delete = format!("{WORDS}{id}/delete/");
    sam.delete(&delete).ok();
    sam.delete(&delete).refused(404);
    sam.put(&path, json!({"word": "x"})).refused(404);
    assert!(!in_force(&world).contains(&json!("naku")));
    assert_eq!(world.last_line(), line("delete", "word", Some(id), true));
}

#[test]
fn the_list_is_searched_and_filtered() {
    let world = World::new();
    let sam = world.staff("Sam");
    nothing(&world);
    for (word, language, severity, is_active) in [
        ("drat", "en", "mild", true),
        ("hay", "both", "mild", true),
        ("naku 100%", "tl", "severe", false),
    ] {
        let word = json!({"word": word, "language": language, "severity": severity, "is_active": is_active});
        sam.post(ADD, word).created();
    }
    for (query, expected) in [
        ("", vec!["drat", "hay", "naku 100%"]),
        ("?search=A", vec!["drat", "hay", "naku 100%"]),
        ("?search=%25", vec!["naku 100%"]),
        ("?language=all&severity=all", vec!["drat", "hay", "naku 100%"]),
        ("?language=en", vec!["drat"]),
        ("?language=both", vec!["hay"]),
        ("?language=pirate", vec![]),
        ("?severity=mild", vec!["drat", "hay"]),
        ("?is_active=true", vec!["drat", "hay"]),
        ("?is_active=false", vec!["naku 100%"]),
        ("?is_active=no", vec!["naku 100%"]),
        ("?is_active=", vec!["drat", "hay", "naku 100%"]),
        ("?page=2&page_size=2", vec!["naku 100%"]),
    ] {
        assert_eq!(listed(&sam, query), expected, "{query}");
    }
    let answer = sam.get(WORDS).ok();
    assert_eq!(names(&answer), ["pagination", "success", "words"]);
    assert_eq!(answer["pagination"]["page_size"], json!(50));
    let row = &answer["words"][0];
    assert_eq!(
        names(row),
        [
            "created_at",
            "id",
            "is_active",
            "language",
            "language_display",
            "severity",
            "severity_display",
            "updated_at",
            "word"
        ]
    );
    let stats = sam.get("/api/admin/profanity/stats/").ok();
    assert_eq!(
        stats["stats"],
        json!({"total_words": 3, "active_words": 2, "inactive_words": 1, "by_language": {"english": 2, "tagalog": 2},
            "by_severity": {"mild": 2, "moderate": 0, "severe": 1}})
    );
}

#[test]
fn what_is_no_word_is_refused() {
    let world = World::new();
    let sam = world.staff("Sam");
    let before = (world.dump("profanity_words"), world.record().len());
    let id = world.number("SELECT MIN(id) FROM profanity_words");
    for (word, field) in [
        (json!({"word": ""}), "word"),
        (json!({"word": "  "}), "word"),
        (json!({"word": null}), "word"),
        (json!({"word": []}), "word"),
        (json!({"word": "!!!"}), "word"),
        (json!({"word": "x".repeat(101)}), "word"),
        (json!({"word": "DAMN"}), "word"),
        (json!({"word": "new", "language": "fr"}), "language"),
        (json!({"word": "new", "severity": "awful"}), "severity"),
        (json!({"word": "new", "is_active": "perhaps"}), "is_active"),
    ] {
        sam.post(ADD, word.clone()).refused_fields(&[field]);
        let is_itself = listed(&sam, "?search=damn").len() == 1 && word == json!({"word": "DAMN"});
        if !is_itself || id != world.number("SELECT id FROM profanity_words WHERE word = 'damn'") {
            sam.put(&format!("{WORDS}{id}/update/"), word)
                .refused_fields(&[field]);
        }
    }
    sam.post(ADD, json!({})).refused_fields(&["word"]);
    assert_eq!((world.dump("profanity_words"), world.record().len()), before);
}

#[test]
fn many_words_are_added_together() {
    let world = World::new();
    let sam = world.staff("Sam");
    let words = json!({"words": ["Piffle", "piffle ", "", "damn", "bosh tosh"], "language": "en", "severity": "mild"});
    let answer = sam.post(BULK, words).created();
    assert_eq!(
        names(&answer),
        [
            "added",
            "added_count",
            "message",
            "skipped",
            "skipped_count",
            "success"
        ]
    );
    assert_eq!(
        (&answer["added_count"], &answer["skipped_count"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(answer["added"], json!(["piffle", "bosh tosh"]));
    assert_eq!(answer["skipped"], json!(["damn"]));
    assert!(in_force(&world).contains(&json!("bosh tosh")), "in force at once");
    assert_eq!(world.last_details(), "2 words (en, mild): piffle, bosh tosh");

    let thousand: Vec<String> = (0..1_000).map(|number| format!("word {number}")).collect();
    let answer = sam.post(BULK, json!({"words": thousand})).created();
    assert_eq!(answer["added_count"], json!(1_000));
    assert_eq!(answer["added"].as_array().unwrap().len(), 10);
    let lines = world.record().len();
    assert_eq!(
        sam.post(BULK, json!({"words": thousand})).created()["added_count"],
        json!(0)
    );
    assert_eq!(world.record().len(), lines);
    // The list has room for so many.
    let more: Vec<String> = (0..1_000).map(|number| format!("more {number}")).collect();
    let before = world.dump("profanity_words");
    sam.post(BULK, json!({"words": more})).refused(400);
    assert_eq!(world.dump("profanity_words"), before);
}

#[test]
fn a_list_of_words_is_all_right_or_refused() {
    let world = World::new();
    let sam = world.staff("Sam");
    let before = (world.dump("profanity_words"), world.record().len());
    for words in [
        json!(null),
        json!("piffle"),
        json!([]),
        json!([" "]),
        json!(["piffle", 7]),
        json!(["piffle", null]),
        json!(["piffle", "x".repeat(101)]),
        json!(["piffle", "!!"]),
        json!(vec!["x"; 1_001]),
        json!({"piffle": true}),
    ] {
        sam.post(BULK, json!({"words": words})).refused_fields(&["words"]);
    }
    sam.post(BULK, json!({})).refused_fields(&["words"]);
    sam.post(BULK, json!({"words": ["piffle"], "language": "fr"}))
        .refused_fields(&["language"]);
    sam.post(BULK, json!({"words": vec!["x"; 1_100]})).refused(400);
    sam.post(BULK, json!({"words": ["x".repeat(300_000)]}))
        .refused(413);
    assert_eq!((world.dump("profanity_words"), world.record().len()), before);
}

#[test]
fn the_first_words_can_be_put_back() {
    let world = World::new();
    let sam = world.staff("Sam");
    let all = world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM profanity_words");
    world.sql(|conn| {
        conn.execute("DELETE FROM profanity_words WHERE word IN ('damn', 'crap')", &[])?;
        conn.execute(
            "UPDATE profanity_words SET severity = 'mild' WHERE word = 'shit'",
            &[],
        )
    });
    let answer = sam.post_nothing(IMPORT).created();
    assert_eq!(
        answer["results"],
        json!({"added": 2, "updated": 0, "skipped": all - 2, "total_in_database": all})
    );
    assert!(in_force(&world).contains(&json!("damn")));
    assert_eq!(
        world.number(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM profanity_words WHERE word = 'shit' AND severity = 'mild'"
        ),
        1
    );
    assert_eq!(world.last_line(), line("import", "word", None, true));
    let lines = world.record().len();
    assert_eq!(sam.post_nothing(IMPORT).created()["results"]["added"], json!(0));
    assert_eq!(world.record().len(), lines);
}
