//! The feed, the board of authors and friends' profiles: their shapes, who may look, who is left out, what they cost.

use serde_json::{Value, json};
use tinytales::clock::SECOND;

use crate::drawings::{drawing, each, names, plain_story, with};
use crate::support::{Client, World};

fn feed(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/social/activity-feed/{query}")).ok()
}

fn board(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/social/leaderboard/{query}")).ok()["leaderboard"].clone()
}

#[track_caller]
fn profile(client: &Client, of: &Client) -> Value {
    client.get(&format!("/api/social/profile/{}/", of.id())).ok()["profile"].clone()
}

#[test]
fn the_feed_tells_what_friends_published_and_what_others_left() {
    let world = World::new();
    let [mira, ben, rosa] = ["Mira", "Ben", "Rosa"].map(|name| world.child(name));
    world.befriend(&mira, &ben);
    let story = mira.publishes(plain_story("the kettle"));
    world.advance(SECOND);
    rosa.likes(story);
    world.advance(SECOND);
    let comment = ben.comments(story, "Lovely");
    world.advance(SECOND);
    rosa.saves(story);
    world.advance(SECOND);
    let of_ben = ben.publishes(plain_story("the pan"));
    // None of these: one's own doings, drafts, strangers' stories, friends' likes of others' stories.
    mira.likes(story);
    ben.makes(plain_story("a draft"));
    let of_rosa = rosa.publishes(plain_story("the stranger"));
    ben.likes(of_rosa);
    let [like, save] = [
        "SELECT id FROM story_likes ORDER BY id LIMIT 1",
        "SELECT id FROM story_saves ORDER BY id LIMIT 1",
    ]
    .map(|sql| world.number(sql));
    let row = |id: String, person: &Client, name: &str, kind: &str, title: &str, story: i64, second: i64| {
        json!({"id": id, "user_id": person.id(), "user_name": name, "user_avatar": "📚", "user_avatar_border": "basic",
            "selected_avatar_border": "basic", "activity_type": kind, "story_title": title, "story_id": story,
            "timestamp": format!("2026-03-04T05:06:{second:02}.123456Z")})
    };
    let answer = feed(&mira, "");
    assert_eq!(names(&answer), ["activities", "success"]);
    assert_eq!(
        answer["activities"],
        json!([
            row(
                format!("story_{of_ben}"),
                &ben,
                "Ben",
                "published",
                "the pan",
                of_ben,
                11
            ),
            row(
                format!("save_{save}"),
                &rosa,
                "Rosa",
                "saved_your_story",
                "the kettle",
                story,
                10
            ),
            row(
                format!("comment_{comment}"),
                &ben,
                "Ben",
                "commented_on_your_story",
                "the kettle",
                story,
                9
            ),
            row(
                format!("like_{like}"),
                &rosa,
                "Rosa",
                "liked_your_story",
                "the kettle",
                story,
                8
            ),
        ])
    );
    assert_eq!(
        each(&feed(&mira, "?limit=2")["activities"], "activity_type"),
        ["published", "saved_your_story"]
    );
    for query in ["?limit=0", "?limit=-3", "?limit=1"] {
        assert_eq!(
            feed(&mira, query)["activities"].as_array().unwrap().len(),
            1,
            "{query}"
        );
    }
    assert_eq!(feed(&mira, "?limit=junk"), answer);
    world.bars(&rosa, "archived_at");
    assert_eq!(each(&feed(&mira, "")["activities"], "user_name"), ["Ben", "Ben"]);
    world.guest().get("/api/social/activity-feed/").refused(401);
    let held = mira.get("/api/social/activity-feed/");
    let again = [("If-None-Match", held.header("etag").unwrap())];
    mira.raw("GET", "/api/social/activity-feed/", &again, b"")
        .status(304);
}

#[test]
fn the_board_has_right_counts_and_nobody_s_address() {
    let world = World::new();
    let [mira, ben, rosa] = ["Mira", "Ben", "Rosa"].map(|name| world.child(name));
    let first = mira.publishes(plain_story("the kettle"));
    mira.publishes(plain_story("the pan"));
    for client in [&ben, &rosa] {
        client.likes(first);
        client.reads(first);
    }
    world.flush();
    ben.publishes(plain_story("the pot"));
    let list = board(&world.guest(), "");
    assert_eq!(list.as_array().unwrap().len(), 2, "Rosa has published nothing");
    assert_eq!(
        names(&list[0]),
        [
            "achievement_count",
            "avatar",
            "badges",
            "id",
            "name",
            "rank",
            "selected_avatar_border",
            "story_count",
            "total_likes",
            "total_reads"
        ]
    );
    for (name, expected) in [
        ("id", json!(mira.id())),
        ("name", json!("Mira")),
        ("avatar", json!("📚")),
        ("selected_avatar_border", json!("basic")),
        ("rank", json!(1)),
        ("story_count", json!(2)),
        ("total_reads", json!(2)),
        ("total_likes", json!(2)),
        ("achievement_count", json!(mira.achievements().len())),
    ] {
        assert_eq!(list[0][name], expected, "{name}");
    }
    assert_eq!(
        list[0]["badges"].as_array().unwrap().len(),
        mira.achievements().len()
    );
    assert!(list[0]["badges"].as_array().unwrap().contains(&json!("💌")));
    assert_eq!((&list[1]["id"], &list[1]["rank"]), (&json!(ben.id()), &json!(2)));
    assert_eq!(board(&mira, ""), list);
    // Who is gone or keeps order is not on it.
    world.bars(&mira, "suspended_at");
    let admin = world.admin("Ada");
    admin.publishes(plain_story("the rules"));
    assert_eq!(each(&board(&world.guest(), ""), "name"), ["Ben"]);
}

#[test]
fn the_board_costs_one_query_and_shows_what_is() {
    for authors in [1, 12] {
        let world = World::new();
        let people: Vec<Client> = (0..authors)
            .map(|number| world.child(&format!("Child{number:02}")))
            .collect();
        for person in &people {
            person.publishes(plain_story("tale"));
        }
        let guest = world.guest();
        let first = guest.get("/api/social/leaderboard/");
        let held = [("If-None-Match", first.header("etag").unwrap())];
        let costs = world.queries(|| {
            board(&guest, "?limit=25");
            guest
                .raw("GET", "/api/social/leaderboard/", &held, b"")
                .status(304);
        });
        assert_eq!(costs, 2, "{authors}");
        let last = people.last().unwrap();
        for number in 0..3 {
            last.publishes(plain_story(&format!("one more tale {number}")));
        }
        // One's own place is not looked up there.
        if authors > 9 {
            assert_eq!(last.total("leaderboard_rank"), 1);
            assert_eq!(people[0].total("leaderboard_rank"), 2);
        }
        let now = board(&guest, "");
        assert_eq!(
            (&now[0]["id"], &now[0]["story_count"]),
            (&json!(last.id()), &json!(4))
        );
        guest.raw("GET", "/api/social/leaderboard/", &held, b"").ok();
    }
}

#[test]
fn each_way_of_sorting_has_its_first_ones() {
    let world = World::new();
    let reader = world.child("Reader");
    let people: Vec<Client> = (0..4)
        .map(|number| world.child(&format!("Child{number}")))
        .collect();
    for (number, person) in people.iter().enumerate() {
        for story in 0..=number {
            person.publishes(plain_story(&format!("tale {story}")));
        }
    }
    // The one with the fewest stories has the most likes.
    let story = people[0].publishes(plain_story("the liked"));
    reader.likes(story);
    world.child("Other").likes(story);
    let all = board(&reader, "");
    assert_eq!(all.as_array().unwrap().len(), 4);
    let by_likes = board(&reader, "?limit=1");
    let ids = each(&by_likes, "id");
    assert!(
        ids.contains(&&json!(people[0].id())) && ids.contains(&&json!(people[3].id())),
        "{ids:?}"
    );
    assert!(ids.len() < 4);
    assert_eq!(board(&reader, "?limit=junk"), all);
    assert_eq!(
        board(&reader, "?limit=-5").as_array().unwrap().len(),
        by_likes.as_array().unwrap().len()
    );
}

#[test]
fn a_friend_s_profile_has_exactly_these_fields() {
    let world = World::new();
    let [mira, ben, rosa] = ["Mira", "Ben", "Rosa"].map(|name| world.child(name));
    let asked = ben.asks(&mira);
    mira.answers(&asked, "accept");
    mira.patch(
        "/api/auth/profile/",
        json!({"avatar": "🦊", "bio": "I draw kettles."}),
    )
    .ok();
    let cover = drawing();
    for number in 0..7 {
        world.advance(SECOND);
        mira.publishes(with(
            plain_story(&format!("tale {number}")),
            json!({"cover_image": cover}),
        ));
    }
    mira.makes(plain_story("a draft"));
    let newest = world.number("SELECT MAX(id) FROM stories WHERE is_published");
    ben.likes(newest);
    let _online = mira.notifications();
    let shown = profile(&ben, &mira);
    let stories = shown["recent_stories"].as_array().unwrap();
    assert_eq!(stories.len(), 6);
    assert_eq!(names(&stories[0]), ["cover", "id", "likes", "title"]);
    assert_eq!(
        (&stories[0]["id"], &stories[0]["title"], &stories[0]["likes"]),
        (&json!(newest), &json!("tale 6"), &json!(1))
    );
    let address = stories[0]["cover"].as_str().unwrap();
    assert!(
        address.ends_with(&crate::drawings::media_path(&cover)),
        "{address}"
    );
    assert_eq!(
        names(&shown),
        [
            "achievement_count",
            "avatar",
            "badges",
            "bio",
            "follower_count",
            "following_count",
            "id",
            "is_online",
            "joined_date",
            "name",
            "recent_stories",
            "selected_avatar_border",
            "story_count",
            "total_likes",
            "total_reads",
            "username"
        ]
    );
    for (name, expected) in [
        ("id", json!(mira.id())),
        ("username", json!("mira")),
        ("name", json!("Mira")),
        ("avatar", json!("🦊")),
        ("selected_avatar_border", json!("basic")),
        ("bio", json!("I draw kettles.")),
        ("story_count", json!(7)),
        ("follower_count", json!(1)),
        ("following_count", json!(0)),
        ("total_reads", json!(0)),
        ("total_likes", json!(1)),
        ("joined_date", json!("2026-03-04")),
        ("is_online", json!(true)),
        ("achievement_count", json!(mira.achievements().len())),
    ] {
        assert_eq!(shown[name], expected, "{name}");
    }
    assert_eq!(
        shown["badges"].as_array().unwrap().len(),
        mira.achievements().len().min(10)
    );
    assert_eq!(profile(&mira, &mira)["follower_count"], json!(1), "and one's own");
    let path = format!("/api/social/profile/{}/", mira.id());
    rosa.get(&path).refused(403);
    world.guest().get(&path).refused(401);
    for id in ["7", "x", "-1", "99999999999999999999"] {
        ben.get(&format!("/api/social/profile/{id}/")).refused(404);
    }
    world.bars(&mira, "archived_at");
    ben.get(&path).refused(404);
}

#[test]
fn a_friend_who_leaves_is_one_less() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let asked = mira.asks(&ben);
    ben.answers(&asked, "accept");
    let xp = ben.xp();
    assert_eq!(ben.total("friends"), 1);
    mira.post(
        "/api/auth/delete-account/",
        json!({"password": crate::support::PASSWORD}),
    )
    .ok();
    assert_eq!((ben.total("friends"), ben.xp()), (0, xp));
}

#[test]
fn looking_at_others_costs_the_same_for_1_10_and_50() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    world.befriend(&mira, &ben);
    for client in [&mira, &ben] {
        client.get("/api/auth/profile/").ok();
    }
    let mut costs = Vec::new();
    let mut made = 0;
    for count in [1, 10, 50] {
        while made < count {
            let story = mira.publishes(plain_story(&format!("tale {made}")));
            ben.likes(story);
            let author = world.child(&format!("Author{made}"));
            author.publishes(plain_story("tale"));
            world.befriend(&ben, &author);
            made += 1;
        }
        costs.push([
            world.queries(|| feed(&mira, "?limit=100")),
            world.queries(|| feed(&ben, "?limit=100")),
            world.queries(|| profile(&ben, &mira)),
        ]);
    }
    assert_eq!(costs, [[1, 1, 4]; 3]);
}

#[test]
fn leaving_costs_the_same_with_one_friend_and_with_forty() {
    let costs = [1, 40].map(|friends| {
        let world = World::new();
        let mira = world.child("Mira");
        world.popular(&mira, (0..friends).map(|number| format!("Kid {number:02}")), 0);
        world.sql(|conn| {
            conn.execute(
                "INSERT INTO reward_counts (user_id, friends) SELECT id, 1 FROM users WHERE username <> 'mira'",
                &[],
            )
        });
        mira.get("/api/auth/profile/").ok();
        let cost = world.queries(|| {
            let body = json!({"password": crate::support::PASSWORD});
            mira.post("/api/auth/delete-account/", body).ok();
        });
        let left = world.number("SELECT CAST(SUM(friends) AS BIGINT) FROM reward_counts");
        assert_eq!(left, 0);
        cost
    });
    assert_eq!(costs[0], costs[1]);
}
