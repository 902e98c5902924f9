//! Finding people: who is found, in which order, page by page.

use serde_json::{Value, json};

use crate::support::{Client, World};

fn search(client: &Client, query: &str) -> Value {
    let answer = client.get(&format!("/api/users/search/{query}")).ok();
    assert_eq!(answer["success"], json!(true));
    answer
}

/// The names found, in their order.
fn names(answer: &Value) -> Vec<&str> {
    answer["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["name"].as_str().unwrap())
        .collect()
}

fn found<'a>(answer: &'a Value, name: &str) -> &'a Value {
    answer["users"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["name"] == json!(name))
        .unwrap()
}

#[test]
fn somebody_found_has_exactly_these_fields() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.teacher("Ben"));
    world.sql(|conn| {
        conn.execute("UPDATE users SET published_count = 4, bio = 'Hi', selected_avatar_border = 'bronze' WHERE username = 'ben'", &[])
    });
    world.child("Zoe");
    let answer = search(&mira, "");
    assert_eq!(
        found(&answer, "Ben"),
        &json!({"id": ben.id(), "username": "ben", "name": "Ben", "avatar": "📚", "selected_avatar_border": "bronze",
            "bio": "Hi", "is_friend": false, "request_sent": false, "request_received": false, "story_count": 4})
    );
    assert_eq!(found(&answer, "Zoe")["bio"], json!(""), "unset is empty");
    let mut head = answer.clone();
    head.as_object_mut().unwrap().remove("users");
    assert_eq!(
        head,
        json!({"success": true, "total": 2, "offset": 0, "limit": 10, "has_more": false})
    );
}

#[test]
fn only_active_children_and_teachers_other_than_oneself_are_found() {
    let world = World::new();
    let mira = world.child("Mira Star");
    world.teacher("Tom Star");
    world.child("Ben Star");
    world.parent("Paula Star");
    world.admin("Ada Star");
    world.person("Una Star", |person| person.is_verified = false);
    for (name, column) in [("Sam Star", "suspended_at"), ("Ari Star", "archived_at")] {
        let id = world.child(name).id();
        world.sql(move |conn| conn.execute(&format!("UPDATE users SET {column} = 1 WHERE id = $1"), &[&id]));
    }
    for query in ["", "?q=star", "?q=st", "?q="] {
        let answer = search(&mira, query);
        assert_eq!(names(&answer), ["Ben Star", "Tom Star"], "{query}");
        assert_eq!(answer["total"], json!(2));
    }
    assert_eq!(names(&search(&mira, "?q=mira")), Vec::<&str>::new());
    world.guest().get("/api/users/search/").refused(401);
}

#[test]
fn the_best_matches_come_first() {
    let world = World::new();
    let searcher = world.child("Zed");
    world.crowd(["Annabel", "Joanna", "Susanna", "Anna", "Hanna", "Annalena"].map(str::to_owned));
    assert_eq!(
        names(&search(&searcher, "?q=anna")),
        ["Anna", "Annabel", "Annalena", "Hanna", "Joanna", "Susanna"]
    );
    assert_eq!(
        names(&search(&searcher, "?q=an")),
        ["Anna", "Annabel", "Annalena", "Hanna", "Joanna", "Susanna"]
    );
    assert_eq!(
        names(&search(&searcher, "")),
        ["Anna", "Annabel", "Annalena", "Hanna", "Joanna", "Susanna"]
    );
}

#[test]
fn user_names_count_like_display_names() {
    let world = World::new();
    let searcher = world.child("Zed");
    world.person("Captain", |person| {
        person.usernames = vec!["moonwalker".to_owned()];
    });
    world.child("Moon");
    for query in ["?q=moon", "?q=MOON"] {
        assert_eq!(
            names(&search(&searcher, query)),
            ["Moon", "Captain"],
            "{query}: the exact one first"
        );
    }
    assert_eq!(names(&search(&searcher, "?q=mo")), ["Captain", "Moon"]);
    assert_eq!(names(&search(&searcher, "?q=walk")), ["Captain"]);
    assert_eq!(names(&search(&searcher, "?q=onWalK")), ["Captain"]);
}

#[test]
fn pages_follow_each_other_without_gaps() {
    let world = World::new();
    let searcher = world.child("Zed");
    // Equal names too: their order is by id.
    world.crowd(
        (0..25)
            .map(|number| format!("Kid {:02}", number / 2))
            .zip(0..)
            .map(|(name, n)| format!("{name} {}", n % 2)),
    );
    let mut seen: Vec<i64> = Vec::new();
    for offset in [0, 10, 20] {
        let answer = search(&searcher, &format!("?q=kid&offset={offset}"));
        assert_eq!(
            (&answer["total"], &answer["offset"], &answer["limit"]),
            (&json!(25), &json!(offset), &json!(10))
        );
        assert_eq!(answer["has_more"], json!(offset < 20));
        seen.extend(
            answer["users"]
                .as_array()
                .unwrap()
                .iter()
                .map(|user| user["id"].as_i64().unwrap()),
        );
    }
    let all = search(&searcher, "?q=kid&limit=50");
    let whole: Vec<i64> = all["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["id"].as_i64().unwrap())
        .collect();
    assert_eq!(seen, whole);
    assert_eq!(whole.len(), 25);
    let beyond = search(&searcher, "?q=kid&offset=25");
    assert_eq!(
        (&beyond["users"], &beyond["has_more"], &beyond["total"]),
        (&json!([]), &json!(false), &json!(25))
    );
    assert_eq!(
        search(&searcher, "?q=kid&offset=15")["has_more"],
        json!(false),
        "15 + 10 is all"
    );
}

#[test]
fn people_of_one_name_come_by_id() {
    let world = World::new();
    let searcher = world.child("Zed");
    let emails = ["a@example.org", "b@example.org", "c@example.org"];
    let ids: Vec<i64> = emails
        .iter()
        .map(|email| {
            world
                .person("Twin", |person| person.email = Some((*email).to_owned()))
                .id()
        })
        .collect();
    for query in ["", "?q=twin", "?q=tw"] {
        let answer = search(&searcher, query);
        let found: Vec<i64> = answer["users"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["id"].as_i64().unwrap())
            .collect();
        assert_eq!(found, ids, "{query}");
    }
}

#[test]
fn wildcards_and_quotes_stand_for_themselves() {
    let world = World::new();
    let searcher = world.child("Zed");
    world.crowd(
        [
            "100% Ben",
            "100 Tom",
            "under_score",
            "underXscore",
            "back\\slash",
            "say \"hi\" now",
            "it's me",
            "star* OR",
        ]
        .map(str::to_owned),
    );
    for (query, expected) in [
        ("100%25", "100% Ben"),
        ("0%25", "100% Ben"),
        ("r_s", "under_score"),
        ("_", "under_score"),
        ("%5C", "back\\slash"),
        ("ck%5Csl", "back\\slash"),
        ("%22hi%22", "say \"hi\" now"),
        ("%22", "say \"hi\" now"),
        ("t%27s", "it's me"),
        ("%27", "it's me"),
        ("tar*", "star* OR"),
        ("*%20OR", "star* OR"),
    ] {
        assert_eq!(
            names(&search(&searcher, &format!("?q={query}"))),
            [expected],
            "{query}"
        );
    }
    for nothing in [
        "%25%25%25",
        "a%20AND%20b",
        "%22%20OR%20%22",
        "%27%20OR%201=1%20--",
        "NEAR(a%20b)",
        "^",
        "a:b",
        "(((",
        "%00%00",
    ] {
        let answer = search(&searcher, &format!("?q={nothing}"));
        assert!(
            nothing == "%00%00" || answer["total"] == json!(0),
            "{nothing}: {answer}"
        );
    }
}

#[test]
fn names_of_all_scripts_are_found_in_any_case() {
    let world = World::new();
    let searcher = world.child("Zed");
    world.crowd(["Niña Söderström", "Ömer", "李小龍", "Ольга", "ＦＵＬＬ wide"].map(str::to_owned));
    let encoded = |text: &str| {
        text.bytes()
            .fold(String::new(), |out, byte| format!("{out}%{byte:02X}"))
    };
    for (query, expected) in [
        ("NIÑA", "Niña Söderström"),
        ("söder", "Niña Söderström"),
        ("SÖ", "Niña Söderström"),
        ("Ö", "Ömer"),
        ("小", "李小龍"),
        ("李小龍", "李小龍"),
        ("ОЛЬГА", "Ольга"),
        ("льг", "Ольга"),
        ("full", "ＦＵＬＬ wide"),
    ] {
        let answer = search(&searcher, &format!("?q={}", encoded(query)));
        assert!(names(&answer).contains(&expected), "{query}: {answer}");
    }
    let broken = search(&searcher, "?q=%FF%FE%FD");
    assert_eq!(broken["total"], json!(0));
}

#[test]
fn blanks_around_a_needle_do_not_matter() {
    let world = World::new();
    let searcher = world.child("Zed");
    world.child("Mira Lopez");
    assert_eq!(names(&search(&searcher, "?q=+mira++")), ["Mira Lopez"]);
    assert_eq!(names(&search(&searcher, "?q=mira+lopez")), ["Mira Lopez"]);
    assert_eq!(
        names(&search(&searcher, "?q=+++")),
        ["Mira Lopez"],
        "nothing but blanks is nothing"
    );
    assert_eq!(
        names(&search(&searcher, &format!("?q={}", "m".repeat(5000)))),
        Vec::<&str>::new()
    );
}

#[test]
fn numbers_are_clamped() {
    let world = World::new();
    let searcher = world.child("Zed");
    world.crowd((0..60).map(|number| format!("Kid {number:02}")));
    for (query, offset, limit) in [
        ("?limit=500", 0, 50),
        ("?limit=0", 0, 1),
        ("?limit=-5", 0, 1),
        ("?limit=abc", 0, 10),
        ("?limit=", 0, 10),
        ("?limit=99999999999999999999", 0, 10),
        ("?offset=-3", 0, 10),
        ("?offset=abc", 0, 10),
        ("?offset=7&limit=3", 7, 3),
        ("?exclude_friends=true&page=4", 0, 10),
    ] {
        let answer = search(&searcher, query);
        assert_eq!(
            (&answer["offset"], &answer["limit"]),
            (&json!(offset), &json!(limit)),
            "{query}"
        );
        assert_eq!(answer["users"].as_array().unwrap().len(), limit, "{query}");
        assert_eq!(answer["total"], json!(60));
    }
    let far = search(&searcher, "?offset=99999999999");
    assert_eq!((&far["users"], &far["has_more"]), (&json!([]), &json!(false)));
}

#[test]
fn a_changed_name_is_found_under_the_new_one_only() {
    let world = World::new();
    let (searcher, mira) = (world.child("Zed"), world.child("Mira"));
    mira.patch(
        "/api/auth/profile/",
        json!({"name": "Captain", "username": "stargazer"}),
    )
    .ok();
    assert_eq!(names(&search(&searcher, "?q=mira")), Vec::<&str>::new());
    assert_eq!(names(&search(&searcher, "?q=capt")), ["Captain"]);
    assert_eq!(names(&search(&searcher, "?q=gazer")), ["Captain"]);
}
