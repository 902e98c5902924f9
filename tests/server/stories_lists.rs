//! Finding stories: filters, search, order and pages of the lists.

use serde_json::{Value, json};
use tinytales::clock::SECOND;

use crate::drawings::{each, plain_story, png, with};
use crate::support::{Client, World};

/// Asks for the public list with these parameters, written as they are; the titles, sorted.
#[track_caller]
fn find(client: &Client, parameters: &[(&str, &str)]) -> Vec<String> {
    let query = form_urlencoded::Serializer::new("public=true&page_size=100".to_owned())
        .extend_pairs(parameters)
        .finish();
    let mut titles = client.titles(&format!("/api/stories/?{query}"));
    titles.sort_unstable();
    titles
}

#[track_caller]
fn search(client: &Client, needle: &str) -> Vec<String> {
    find(client, &[("search", needle)])
}

#[test]
fn a_category_is_the_category_or_one_of_the_genres_exactly() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    for (title, category, genres) in [
        ("a", "adventure", json!([])),
        ("b", "other", json!(["comedy", "adventure"])),
        ("c", "animal", json!(["Sci-Fi", "a \"quoted\" one"])),
        ("d", "comedy", json!(["adventurer"])),
    ] {
        mira.publishes(with(
            plain_story(title),
            json!({"category": category, "genres": genres}),
        ));
    }
    let of = |category: &str| find(&guest, &[("category", category)]);
    assert_eq!(of("adventure"), ["a", "b"]);
    assert_eq!(of("comedy"), ["b", "d"]);
    assert_eq!(of("adventurer"), ["d"]);
    assert_eq!(of("Sci-Fi"), ["c"]);
    assert_eq!(of("a \"quoted\" one"), ["c"]);
    for none in [
        "Adventure",
        "ADVENTURE",
        "advent",
        "sci-fi",
        "quoted",
        "\"",
        "%",
        "comedy\",\"adventure",
        "[]",
    ] {
        assert_eq!(of(none), [""; 0], "{none}");
    }
    assert_eq!(of("").len(), 4, "an empty one is none");
}

#[test]
fn a_search_looks_into_titles_texts_and_authors_names_only() {
    let world = World::new();
    let (mira, guest) = (world.child("Mirabelle Oaks"), world.guest());
    let (ben, rosa) = (world.child("Ben"), world.child("Rosalind"));
    mira.publishes(with(
        plain_story("The Brave Kettle"),
        json!({"content": "It sails to Zanzibar.", "summary": "unfindable", "genres": ["hidden"]}),
    ));
    let together = ben.publishes(with(plain_story("The Whale"), json!({"content": "It sings."})));
    world.collaborate(together, &[ben.id(), rosa.id()]);
    ben.makes(with(
        plain_story("The Brave Draft"),
        json!({"content": "Zanzibar"}),
    ));

    for needle in [
        "Brave",
        "brave kettle",
        "KETTLE",
        "zanzibar",
        "sails to",
        "  zanzi ",
        "e K",
        "belle oa",
    ] {
        assert_eq!(search(&guest, needle), ["The Brave Kettle"], "{needle}");
    }
    assert_eq!(search(&guest, "Ben"), ["The Whale"]);
    assert_eq!(search(&guest, "the").len(), 2);
    for none in [
        "unfindable",
        "hidden",
        "mirabelleoaks",
        "Rosalind",
        "adventure",
        "brave  kettle",
        "kettle brave",
    ] {
        assert_eq!(search(&guest, none), [""; 0], "{none}");
    }
    assert_eq!(search(&guest, " ").len(), 2, "a blank one is none");
    // Among one's own, drafts too; of others' none.
    let own = |client: &Client, query: &str| client.titles(&format!("/api/stories/?{query}"));
    assert_eq!(own(&ben, "search=zanzibar"), ["The Brave Draft"]);
    assert_eq!(own(&rosa, "search=sings"), ["The Whale"]);
    assert_eq!(own(&rosa, "search=zanzibar"), [""; 0]);
}

#[test]
fn short_needles_are_found_in_titles_and_names_alone() {
    let world = World::new();
    let (mira, xu, guest) = (world.child("Mira"), world.child("Xu"), world.guest());
    mira.publishes(with(plain_story("A qu"), json!({"content": "No more."})));
    mira.publishes(with(plain_story("B"), json!({"content": "Quiet."})));
    xu.publishes(with(plain_story("C"), json!({"content": "Nothing."})));
    assert_eq!(search(&guest, "qu"), ["A qu"]);
    assert_eq!(search(&guest, "Q"), ["A qu"]);
    assert_eq!(search(&guest, "qui"), ["B"]);
    assert_eq!(search(&guest, "xU"), ["C"]);
    assert_eq!(search(&guest, "qx"), [""; 0]);
}

#[test]
fn what_is_special_elsewhere_stands_for_itself_in_a_needle() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    let titles = [
        "100% true",
        "100 true",
        "snake_case",
        "snakeXcase",
        "say \"hi\" now",
        "it's mine",
        "back\\slash",
        "a*b OR c",
        "(paren) AND",
        "title_folded : x",
        "NEAR/2 -minus",
        "caret ^one",
        "semi;colon--",
    ];
    for title in titles {
        mira.publishes(with(plain_story(title), json!({"content": "."})));
    }
    for (needle, found) in [
        ("100%", vec!["100% true"]),
        ("0% t", vec!["100% true"]),
        ("%", vec!["100% true"]),
        ("%%%", vec![]),
        ("%true", vec![]),
        ("_", vec!["snake_case", "title_folded : x"]),
        ("e_c", vec!["snake_case"]),
        ("ke_ca", vec!["snake_case"]),
        ("\"", vec!["say \"hi\" now"]),
        ("\"hi\"", vec!["say \"hi\" now"]),
        ("\"\"\"", vec![]),
        ("'", vec!["it's mine"]),
        ("t's", vec!["it's mine"]),
        ("\\", vec!["back\\slash"]),
        ("k\\s", vec!["back\\slash"]),
        ("a*b", vec!["a*b OR c"]),
        ("*b*", vec![]),
        ("b OR c", vec!["a*b OR c"]),
        ("zzz OR true", vec![]),
        ("(paren)", vec!["(paren) AND"]),
        ("title_folded : x", vec!["title_folded : x"]),
        ("NEAR/2 -minus", vec!["NEAR/2 -minus"]),
        ("^one", vec!["caret ^one"]),
        ("; DROP TABLE stories", vec![]),
        (";colon--", vec!["semi;colon--"]),
    ] {
        assert_eq!(search(&guest, needle), found, "{needle}");
    }
}

#[test]
fn case_and_width_are_forgotten_in_every_script() {
    let world = World::new();
    let (mira, oe, guest) = (world.child("Mira"), world.child("Øyvind Ćosić"), world.guest());
    mira.publishes(with(
        plain_story("Der GROẞE Bär"),
        json!({"content": "ΟΔΥΣΣΕΥΣ und ЁЖИК."}),
    ));
    mira.publishes(with(plain_story("El niño"), json!({"content": "日本語の話"})));
    oe.publishes(with(plain_story("Fjord"), json!({"content": "."})));
    for (needle, found) in [
        ("bÄR", "Der GROẞE Bär"),
        ("ä", "Der GROẞE Bär"),
        ("ёжи", "Der GROẞE Bär"),
        ("Ёжик", "Der GROẞE Bär"),
        ("NIÑO", "El niño"),
        ("Ñ", "El niño"),
        // Two code points for one letter.
        ("nin\u{303}o", "El niño"),
        ("ＮＩÑＯ", "El niño"),
        ("本語の", "El niño"),
        ("日本語", "El niño"),
        ("øYVIND", "Fjord"),
        ("ćos", "Fjord"),
        ("Ć", "Fjord"),
    ] {
        assert_eq!(search(&guest, needle), [found], "{needle}");
    }
    assert_eq!(search(&guest, "nino"), [""; 0], "other letters are other letters");
}

#[test]
fn a_search_sees_the_present_not_the_past() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    let id = mira.publishes(with(plain_story("Umbrella"), json!({"content": "Zanzibar"})));
    mira.changes(id, json!({"title": "Parasol"}));
    assert_eq!(search(&guest, "umbrella"), [""; 0]);
    assert_eq!(search(&guest, "parasol"), ["Parasol"]);
    assert_eq!(search(&guest, "zanzibar"), ["Parasol"]);
    mira.changes(id, json!({"content": "Timbuktu"}));
    assert_eq!(search(&guest, "zanzibar"), [""; 0]);
    assert_eq!(search(&guest, "timbuktu"), ["Parasol"]);
    mira.is_renamed("Quintilla");
    assert_eq!(search(&guest, "quintilla"), ["Parasol"]);
    assert_eq!(search(&guest, "mira"), [""; 0]);
    mira.delete(&format!("/api/stories/{id}/delete/")).ok();
    for needle in ["parasol", "timbuktu", "quintilla"] {
        assert_eq!(search(&guest, needle), [""; 0], "{needle}");
    }
}

#[test]
fn filters_narrow_each_other() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    for (title, category, language) in [
        ("cat one", "animal", "en"),
        ("cat two", "animal", "tl"),
        ("cat three", "comedy", "en"),
        ("dog", "animal", "en"),
    ] {
        let changes = json!({"category": category, "genres": [], "language": language, "content": "."});
        mira.publishes(with(plain_story(title), changes));
    }
    assert_eq!(
        find(&guest, &[("search", "cat"), ("category", "animal")]),
        ["cat one", "cat two"]
    );
    assert_eq!(
        find(
            &guest,
            &[("search", "cat"), ("category", "animal"), ("language", "en")]
        ),
        ["cat one"]
    );
    assert_eq!(find(&guest, &[("language", "tl")]), ["cat two"]);
    assert_eq!(
        find(&guest, &[("search", "ca"), ("language", "en")]),
        ["cat one", "cat three"]
    );
    for none in ["EN", "de", "e", "en "] {
        assert_eq!(find(&guest, &[("language", none)]), [""; 0], "{none}");
    }
}

#[test]
fn the_newest_comes_first_and_of_equals_the_last() {
    let world = World::new();
    let mira = world.child("Mira");
    let old = mira.publishes(plain_story("old"));
    world.advance(SECOND);
    for title in ["one", "two", "three"] {
        mira.publishes(plain_story(title));
    }
    world.advance(SECOND);
    // A change makes nothing newer.
    mira.changes(old, json!({"summary": "S"}));
    let expected = ["three", "two", "one", "old"];
    assert_eq!(world.guest().titles("/api/stories/"), expected);
    assert_eq!(mira.titles("/api/stories/"), expected);
    assert_eq!(
        world.guest().titles(&format!("/api/stories/user/{}/", mira.id())),
        expected
    );
}

#[test]
fn pages_end_where_the_list_ends() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    for number in 0..25 {
        mira.publishes(plain_story(&format!("tale {number}")));
    }
    let of_user = format!("/api/stories/user/{}/", mira.id());
    for list in ["/api/stories/", of_user.as_str()] {
        let titles = |page: &str| guest.titles(&format!("{list}?page={page}"));
        assert_eq!(titles("1").first().map(String::as_str), Some("tale 24"));
        assert_eq!((titles("").len(), titles("2").len()), (12, 12));
        assert_eq!(titles("3"), ["tale 0"]);
        assert_eq!(titles("last"), ["tale 0"]);
        for beyond in [
            "4",
            "0",
            "-1",
            "x",
            "1.5",
            "Last",
            "9223372036854775807",
            "99999999999999999999",
        ] {
            guest.get(&format!("{list}?page={beyond}")).refused(404);
        }
    }
    // A user's list has pages of twelve, whatever is asked for.
    assert_eq!(
        guest
            .lists(&format!("{of_user}?page_size=100"))
            .as_array()
            .unwrap()
            .len(),
        12
    );
    guest.get("/api/stories/user/1999999/").refused(404);

    let empty = "/api/stories/?search=nothing";
    for page in ["", "&page=1", "&page=last"] {
        let page = guest.get(&format!("{empty}{page}")).ok();
        assert_eq!((&page["count"], &page["results"]), (&json!(0), &json!([])));
        assert_eq!((&page["next"], &page["previous"]), (&Value::Null, &Value::Null));
    }
    guest.get(&format!("{empty}&page=2")).refused(404);
    let ben = world.child("Ben");
    assert_eq!(ben.get("/api/stories/").ok()["results"], json!([]));
    assert_eq!(
        guest.get(&format!("/api/stories/user/{}/", ben.id())).ok()["count"],
        json!(0)
    );
}

#[test]
fn page_sizes_are_taken_into_their_range() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    for number in 0..102 {
        mira.publishes(plain_story(&format!("tale {number}")));
    }
    for (size, rows) in [
        ("5", 5),
        ("0", 1),
        ("-3", 1),
        ("1000", 100),
        ("x", 12),
        ("", 12),
        ("99999999999999999999", 12),
    ] {
        for client in [&guest, &mira] {
            let list = client.lists(&format!("/api/stories/?page_size={size}"));
            assert_eq!(list.as_array().unwrap().len(), rows, "{size}");
        }
    }
    // Every story is on one page or another, once.
    let mut all: Vec<i64> = (1..=11)
        .flat_map(|page| {
            let rows = guest.lists(&format!("/api/stories/?page_size=10&page={page}"));
            each(&rows, "id")
                .iter()
                .map(|id| id.as_i64().unwrap())
                .collect::<Vec<_>>()
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 102);
}

#[test]
fn the_own_list_is_cut_at_a_budget_but_not_below_twelve_stories() {
    let rows_within = |mib: u64| {
        let world = World::with(|config| config.own_list_bytes = mib << 20);
        let mira = world.child("Mira");
        for number in 0..20 {
            world.shelves(mira.id(), &format!("tale {number}"), vec![png(number, 328)]);
        }
        let rows = |query: &str| {
            mira.lists(&format!("/api/stories/{query}"))
                .as_array()
                .unwrap()
                .len()
        };
        assert_eq!(rows("?page_size=100"), 20, "whoever asks for a size gets it");
        rows("")
    };
    // Each story has 430 KB.
    assert_eq!(rows_within(1), 12);
    assert_eq!(rows_within(6), 14);
    assert_eq!(rows_within(24), 20);
}

#[test]
fn only_the_word_true_makes_the_list_public() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    mira.publishes(plain_story("hers"));
    ben.makes(plain_story("his draft"));
    for word in ["true", "True", "TRUE"] {
        assert_eq!(
            ben.titles(&format!("/api/stories/?public={word}")),
            ["hers"],
            "{word}"
        );
    }
    for word in ["1", "yes", "", "truer"] {
        assert_eq!(
            ben.titles(&format!("/api/stories/?public={word}")),
            ["his draft"],
            "{word}"
        );
    }
    assert_eq!(world.guest().titles("/api/stories/?public=false"), ["hers"]);
}

#[test]
fn junk_in_a_query_is_no_reason_to_fail() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    mira.publishes(with(plain_story("the kettle"), json!({"content": "."})));
    // A head has room for about 16 KiB.
    let long = "k".repeat(12_000);
    for query in [
        "search=%00",
        "search=kett%00le",
        "category=%00",
        "language=%00",
        "search=%ff%fe%fd",
        "category=%F0%9F%A6%84",
        "search=%",
        "search=%ZZ",
        "&&&=&=",
        "search[]=a&search=kettle",
        &format!("search={long}"),
    ] {
        guest.get(&format!("/api/stories/?{query}")).ok();
    }
    assert_eq!(guest.titles("/api/stories/?search=kett%00le"), ["the kettle"]);
    assert_eq!(
        guest.titles("/api/stories/?search=dog&search=kettle"),
        ["the kettle"],
        "the last one counts"
    );
    let hundred_and_more = "the kettle".repeat(11);
    mira.publishes(with(plain_story("long"), json!({"content": hundred_and_more})));
    assert_eq!(search(&guest, &hundred_and_more), ["long"]);
}

#[test]
fn the_saved_list_shows_what_may_still_be_seen_newest_save_first() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let saved = |client: &Client| {
        let list = client.get("/api/stories/saved/").ok()["stories"].clone();
        each(&list, "title")
            .iter()
            .map(|title| title.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(saved(&ben), [""; 0]);
    let ids: Vec<i64> = ["one", "two", "three"]
        .iter()
        .map(|title| mira.publishes(plain_story(title)))
        .collect();
    world.collaborate(ids[2], &[mira.id(), rosa.id()]);
    for client in [&mira, &ben, &rosa] {
        for id in [ids[1], ids[0], ids[2]] {
            world.advance(SECOND);
            client.saves(id);
        }
    }
    assert_eq!(saved(&ben), ["three", "one", "two"]);
    for id in [ids[0], ids[2]] {
        mira.post_nothing(&format!("/api/stories/{id}/unpublish/")).ok();
    }
    assert_eq!(saved(&ben), ["two"]);
    assert_eq!(saved(&rosa), ["three", "two"], "a co-author may still see it");
    assert_eq!(saved(&mira), ["three", "one", "two"]);
    // What cannot be seen can be let go all the same.
    let unsaved = ben.post_nothing(&format!("/api/stories/{}/save/", ids[0])).ok();
    assert_eq!(unsaved["is_saved"], json!(false));
    mira.post_nothing(&format!("/api/stories/{}/publish/", ids[0]))
        .ok();
    assert_eq!(saved(&ben), ["two"]);
}
