//! What the apps in the field rely on, one test for each fact. Fact 8, polling, is `stories_polling`.

use serde_json::{Value, json};
use tinytales::clock::SECOND;

use crate::drawings::{drawing, each, media_path, plain_story, story, with};
use crate::support::World;

/// Fact 1: a child who draws sends the whole story every five seconds, and nothing stands in the way.
#[test]
fn autosave_sends_the_whole_story_twelve_times_a_minute() {
    let world = World::with(|config| config.rate_limits = true);
    let mira = world.child("Mira");
    let mut sent = story("the kettle");
    let id = mira.makes(sent.clone());
    for stroke in 0..24 {
        world.advance(5 * SECOND);
        let mut rows: Value = serde_json::from_str(sent["canvas_data"].as_str().unwrap()).unwrap();
        rows[1]["canvasData"] = json!(drawing());
        sent["canvas_data"] = json!(rows.to_string());
        sent["title"] = json!(format!("the kettle {stroke}"));
        mira.changes(id, sent.clone());
    }
    let read = mira.reads(id);
    for (member, value) in sent.as_object().unwrap() {
        assert_eq!(&read[member], value, "{member}");
    }
}

/// Fact 2: `is_published` rides on every save.
#[test]
fn a_save_publishes_and_unpublishes() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    let id = mira.publishes(story("the kettle"));
    guest.reads(id);
    assert_eq!(
        mira.changes(id, json!({"title": "the pan", "is_published": false}))["is_published"],
        json!(false)
    );
    guest.get(&format!("/api/stories/{id}/")).refused(404);
    assert_eq!(
        mira.changes(id, json!({"title": "the pan", "is_published": true}))["is_published"],
        json!(true)
    );
    assert_eq!(guest.reads(id)["title"], json!("the pan"));
}

/// Fact 3: a save leaves out what is empty; that is not a wish to clear it.
#[test]
fn what_a_save_leaves_out_stays() {
    let world = World::new();
    let mira = world.child("Mira");
    let all = with(
        story("the kettle"),
        json!({"summary": "A kettle sets sail", "cover_image": drawing(), "language": "tl", "creation_type": "ai_assisted"}),
    );
    let id = mira.makes(all.clone());
    for method in ["PATCH", "PUT"] {
        mira.json(
            method,
            &format!("/api/stories/{id}/update/"),
            json!({"category": "animal"}),
        )
        .ok();
    }
    let read = mira.reads(id);
    for (member, value) in with(all, json!({"category": "animal"})).as_object().unwrap() {
        assert_eq!(&read[member], value, "{member}");
    }
}

/// Fact 4: at 404 an app takes the story for deleted and makes a copy; so somebody else's story is 403, draft or not.
#[test]
fn a_change_answers_404_only_when_the_story_is_gone() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let draft = mira.makes(story("the kettle"));
    let published = mira.publishes(story("the pan"));
    for id in [draft, published] {
        for method in ["PATCH", "PUT"] {
            ben.json(
                method,
                &format!("/api/stories/{id}/update/"),
                json!({"title": "mine"}),
            )
            .refused(403);
        }
    }
    // Not even what is wrong with the request turns 403 into something else.
    ben.patch(
        &format!("/api/stories/{draft}/update/"),
        json!({"canvas_data": "oops"}),
    )
    .refused(403);

    mira.delete(&format!("/api/stories/{draft}/delete/")).ok();
    mira.patch(&format!("/api/stories/{draft}/update/"), story("the kettle"))
        .refused(404);
    mira.delete(&format!("/api/stories/{draft}/delete/")).refused(404);
    assert_eq!(mira.reads(published)["title"], json!("the pan"));
}

/// Fact 5: the own list is read once and replaces the library of the device, so all of it comes, word for word.
#[test]
fn the_own_list_comes_whole_up_to_a_hundred_stories() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let sent: Vec<Value> = (0..101)
        .map(|number| {
            world.advance(SECOND);
            let whole = with(
                story(&format!("tale {number}")),
                json!({"cover_image": drawing(), "is_published": number % 2 == 0}),
            );
            mira.makes(whole.clone());
            whole
        })
        .collect();
    ben.publishes(story("not hers"));

    let page = mira.get("/api/stories/").ok();
    assert_eq!(page["count"], json!(101));
    let rows = page["results"].as_array().unwrap();
    assert_eq!(rows.len(), 100);
    for (row, sent) in rows.iter().zip(sent.iter().rev()) {
        for member in [
            "title",
            "content",
            "canvas_data",
            "cover_image",
            "is_published",
            "genres",
        ] {
            assert_eq!(row[member], sent[member], "{member} of {}", sent["title"]);
        }
    }
    assert_eq!(mira.titles("/api/stories/?page=2"), ["tale 0"]);
    assert_eq!(
        mira.lists("/api/stories/?page_size=5").as_array().unwrap().len(),
        5
    );
}

/// Fact 6: before a story has an id of ours, the apps put their own into our addresses.
#[test]
fn ids_of_devices_are_not_found() {
    let world = World::new();
    let mira = world.child("Mira");
    let too_large = "9".repeat(30);
    for id in [
        "mx3k9q0ab7r1zz",
        "-1",
        "1.5",
        "0x10",
        "%20",
        "%00",
        "١٢",
        "undefined",
        too_large.as_str(),
        "1999999",
    ] {
        let id = percent_encoded(id);
        for client in [&mira, &world.guest()] {
            for path in ["", "stats/", "comments/"] {
                client.get(&format!("/api/stories/{id}/{path}")).refused(404);
            }
        }
        for path in [
            "like/",
            "save/",
            "rate/",
            "publish/",
            "unpublish/",
            "publish-collaborative/",
        ] {
            mira.post_nothing(&format!("/api/stories/{id}/{path}"))
                .refused(404);
        }
        mira.post(
            &format!("/api/stories/{id}/comments/create/"),
            json!({"text": "Hi"}),
        )
        .refused(404);
        mira.patch(&format!("/api/stories/{id}/update/"), json!({"title": "T"}))
            .refused(404);
        mira.delete(&format!("/api/stories/{id}/delete/")).refused(404);
        mira.get(&format!("/api/stories/user/{id}/")).refused(404);
    }
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| {
        if byte.is_ascii() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(encode).collect()
}

/// Fact 7: devices hold ids of the old server and lists of deleted ones, so ours begin far above and never come again.
#[test]
fn ids_are_new_for_ever() {
    let world = World::new();
    let mira = world.child("Mira");
    let mut last = 999_999;
    for _ in 0..3 {
        let id = mira.makes(plain_story("the kettle"));
        assert!(id > last, "{id} after {last}");
        last = id;
        mira.delete(&format!("/api/stories/{id}/delete/")).ok();
    }
    let kept = mira.publishes(plain_story("the pan"));
    assert!(mira.comments(kept, "Hi") >= 1_000_000);
    for bundled in [110, 111, 114, 115, 123] {
        mira.patch(&format!("/api/stories/{bundled}/update/"), story("bundled"))
            .refused(404);
    }
}

/// Fact 9: guests read, and their autosave learns from the headers alone that it is in vain.
#[test]
fn guests_read_and_cannot_write() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.publishes(story("the kettle"));
    let guest = world.guest();
    assert_eq!(guest.titles("/api/stories/"), ["the kettle"]);
    assert_eq!(
        guest.titles("/api/stories/?public=true&page_size=100"),
        ["the kettle"]
    );
    assert_eq!(
        guest.titles(&format!("/api/stories/user/{}/", mira.id())),
        ["the kettle"]
    );
    assert_eq!(guest.reads(id)["is_liked_by_user"], json!(false));
    guest.get(&format!("/api/stories/{id}/stats/")).ok();
    guest.get(&format!("/api/stories/{id}/comments/")).ok();
    guest.get("/api/profanity/active/").ok();
    // Careless headers make a guest; a real token that is bad makes the app refresh it.
    for nobody in ["null", "undefined"] {
        guest.with_token(nobody).get("/api/stories/").ok();
    }
    guest
        .with_token("a.b.c")
        .get("/api/stories/?public=true")
        .refused(401);

    guest.post("/api/stories/create/", story("the pan")).refused(401);
    for path in [
        "like/",
        "save/",
        "rate/",
        "publish/",
        "unpublish/",
        "publish-collaborative/",
        "comments/create/",
    ] {
        guest
            .post_nothing(&format!("/api/stories/{id}/{path}"))
            .refused(401);
    }
    guest
        .patch(&format!("/api/stories/{id}/update/"), story("the pan"))
        .refused(401);
    guest.delete(&format!("/api/stories/{id}/delete/")).refused(401);
    guest.get("/api/stories/saved/").refused(401);
    assert_eq!(world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM stories"), 1);
}

/// Fact 9 again: no byte of the body is waited for.
#[test]
fn a_guest_is_refused_before_the_body_is_read() {
    let world = World::new();
    let head = |more: &str| {
        let host = world.address;
        format!(
            "POST /api/stories/create/ HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{more}\r\n"
        )
    };
    for length in ["Content-Length: 31457280\r\n", "Transfer-Encoding: chunked\r\n"] {
        for bearer in [
            "",
            "Authorization: Bearer null\r\n",
            "Authorization: Bearer a.b.c\r\n",
        ] {
            let mut connection = world.connect();
            assert!(connection.send(head(&format!("{length}{bearer}")).as_bytes()));
            connection.answer().refused(401);
        }
    }
}

/// Fact 10: an address in the place of a picture is absolute and open to everybody, from any origin.
#[test]
fn pictures_of_lists_are_absolute_addresses_for_everybody() {
    let world = World::new();
    let (mira, cover) = (world.child("Mira"), drawing());
    mira.publishes(with(story("the kettle"), json!({"cover_image": cover})));
    let rows = world.guest().lists("/api/stories/?public=true&page_size=100");
    let address = format!("http://{}{}", world.address, media_path(&cover));
    assert_eq!(rows[0]["cover_image"], json!(address));
    let picture = world
        .guest()
        .with_header("Origin", "capacitor://localhost")
        .get(&media_path(&cover));
    picture.status(200);
    assert_eq!(picture.header("access-control-allow-origin"), Some("*"));
}

/// Fact 11: one row with a wrong type would break the list for everybody, so old rows are mended when they are read.
#[test]
fn every_row_of_every_list_has_the_types_that_the_apps_assume() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let ids = [
        mira.publishes(with(
            story("with all"),
            json!({"summary": "S", "cover_image": drawing()}),
        )),
        mira.publishes(with(plain_story("bare"), json!({"genres": []}))),
        mira.publishes(plain_story("imported")),
        mira.publishes(plain_story("worse")),
        mira.publishes(plain_story("together")),
    ];
    world.collaborate(ids[4], &[mira.id(), ben.id()]);
    // What the old server let in.
    world.sql(move |conn| {
        for (id, genres) in [
            (ids[2], r#"["Sci-Fi", 7, null, {"a": []}]"#),
            (ids[3], r#"{"no": "list"}"#),
        ] {
            conn.execute("UPDATE stories SET genres = $2 WHERE id = $1", &[&id, &genres])?;
        }
        conn.execute(
            "UPDATE story_bodies SET canvas = '{\"pages\": 1}' WHERE story_id = $1",
            &[&ids[3]],
        )
    });
    for id in ids {
        ben.saves(id);
    }

    let own = mira.lists("/api/stories/");
    let public = world.guest().lists("/api/stories/?public=true&page_size=100");
    let of_user = ben.lists(&format!("/api/stories/user/{}/", mira.id()));
    let saved = ben.get("/api/stories/saved/").ok()["stories"].clone();
    for list in [&own, &public, &of_user, &saved] {
        assert_eq!(list.as_array().unwrap().len(), ids.len());
        list.as_array().unwrap().iter().for_each(check_types);
        assert!(each(list, "genres").contains(&&json!(["Sci-Fi"])));
    }
    for id in ids {
        check_types(&ben.reads(id));
    }
}

fn check_types(row: &Value) {
    for text in [
        "title",
        "author_name",
        "category",
        "language",
        "cover_image",
        "creation_type",
        "content",
    ] {
        assert!(row[text].is_string(), "{text}: {row}");
    }
    assert!(row["canvas_data"].is_string(), "{row}");
    assert!(row["summary"].is_string() || row["summary"].is_null(), "{row}");
    for list in ["genres", "authors_names"] {
        assert!(
            row[list]
                .as_array()
                .is_some_and(|list| list.iter().all(Value::is_string)),
            "{list}: {row}"
        );
    }
    for number in ["id", "views", "likes_count", "comments_count"] {
        assert!(row[number].is_i64(), "{number}: {row}");
    }
    assert!(row["average_rating"].is_number(), "{row}");
    for flag in ["is_published", "is_liked_by_user", "is_collaborative"] {
        assert!(row[flag].is_boolean(), "{flag}: {row}");
    }
    if let Ok(pages) = serde_json::from_str::<Value>(row["canvas_data"].as_str().unwrap()) {
        for page in pages.as_array().into_iter().flatten() {
            assert!(page.get("canvasData").is_none_or(Value::is_string), "{page}");
        }
    }
}
