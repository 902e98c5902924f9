//! Addresses that open apps ask for every few seconds: who holds the newest version gets a 304 for one query,
//! and whatever the list shows makes a new version. Views do not: a list that changed with each look would never be the same.

use serde_json::json;

use crate::drawings::{plain_story, story};
use crate::support::{Answer, Client, World};

/// Asks for an address; its version.
#[track_caller]
fn version(client: &Client, path: &str) -> String {
    let answer = client.get(path);
    answer.ok();
    assert_eq!(
        answer.header("cache-control"),
        Some("private, no-cache"),
        "{path}"
    );
    let vary: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "vary")
        .flat_map(|(_, value)| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    assert!(
        vary.contains(&"authorization".to_owned()) && vary.contains(&"origin".to_owned()),
        "{path}: {vary:?}"
    );
    answer
        .header("etag")
        .unwrap_or_else(|| panic!("{path} has no ETag"))
        .to_owned()
}

fn ask(client: &Client, path: &str, held: &str) -> Answer {
    client.raw("GET", path, &[("If-None-Match", held)], b"")
}

/// Two authors, a reader, and a story of each kind.
struct Library {
    world: World,
    mira: Client,
    ben: Client,
    reader: Client,
    /// Mira's, published.
    kettle: i64,
    /// Mira's, published later.
    pan: i64,
    /// Mira's and Ben's, published.
    together: i64,
}

impl Library {
    fn new() -> Self {
        let world = World::new();
        let (mira, ben, reader) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
        let kettle = mira.publishes(story("the kettle"));
        let together = mira.publishes(plain_story("the whale"));
        let pan = mira.publishes(plain_story("the pan"));
        world.collaborate(together, &[mira.id(), ben.id()]);
        for id in [kettle, together, pan] {
            reader.saves(id);
        }
        Self {
            world,
            mira,
            ben,
            reader,
            kettle,
            pan,
            together,
        }
    }

    /// The lists of stories, each with who asks for it.
    fn lists(&self) -> Vec<(Client, String)> {
        let of_user = format!("/api/stories/user/{}/", self.mira.id());
        vec![
            (
                self.reader.clone(),
                "/api/stories/?public=true&page_size=100".to_owned(),
            ),
            (
                self.world.guest(),
                "/api/stories/?public=true&page_size=100".to_owned(),
            ),
            (self.mira.clone(), "/api/stories/".to_owned()),
            (self.reader.clone(), of_user),
            (self.reader.clone(), "/api/stories/saved/".to_owned()),
        ]
    }
}

#[test]
fn who_holds_the_newest_version_gets_a_304_for_one_query() {
    let library = Library::new();
    let (reader, kettle) = (&library.reader, library.kettle);
    reader.comments(kettle, "Lovely");
    let mut polled = library.lists();
    for path in ["stats", "comments"] {
        polled.push((reader.clone(), format!("/api/stories/{kettle}/{path}/")));
        polled.push((library.world.guest(), format!("/api/stories/{kettle}/{path}/")));
    }
    for (client, path) in polled {
        let held = version(&client, &path);
        assert_eq!(version(&client, &path), held, "{path}: the same twice");
        for spelling in [
            held.clone(),
            held.trim_start_matches("W/").to_owned(),
            format!("\"other\", {held}"),
        ] {
            let mut answer = None;
            let queries = library
                .world
                .queries(|| answer = Some(ask(&client, &path, &spelling)));
            let answer = answer.unwrap();
            answer.status(304);
            assert_eq!(queries, 1, "{path}");
            assert_eq!(answer.header("etag"), Some(held.as_str()), "{path}");
            assert_eq!(
                answer.header("cache-control"),
                Some("private, no-cache"),
                "{path}"
            );
            assert!(answer.body.is_empty());
        }
        ask(&client, &path, "\"other\"").ok();
    }
}

#[test]
fn what_a_list_shows_makes_a_new_version() {
    let library = Library::new();
    let Library {
        mira,
        ben,
        reader,
        kettle,
        pan,
        together,
        ..
    } = &library;
    let on = |story: &i64, path: &str| format!("/api/stories/{story}/{path}/");
    let changes: [(&str, &dyn Fn()); 9] = [
        ("a title", &|| {
            mira.changes(*kettle, json!({"title": "the teapot"}));
        }),
        ("a summary", &|| {
            mira.changes(*kettle, json!({"summary": "It sails."}));
        }),
        ("a like", &|| reader.likes(*kettle)),
        ("a comment", &|| {
            reader.comments(*kettle, "Lovely");
        }),
        ("a rating", &|| {
            reader.post(&on(kettle, "rate"), json!({"rating": 4})).ok();
        }),
        ("the author's name", &|| mira.is_renamed("Mirabelle")),
        ("a co-author's name", &|| ben.is_renamed("Benedict")),
        ("unpublishing", &|| {
            mira.post_nothing(&on(pan, "unpublish")).ok();
        }),
        ("publishing", &|| {
            mira.post_nothing(&on(pan, "publish")).ok();
        }),
    ];
    for (what, change) in changes {
        let before: Vec<String> = library
            .lists()
            .iter()
            .map(|(client, path)| version(client, path))
            .collect();
        change();
        for ((client, path), held) in library.lists().iter().zip(before) {
            ask(client, path, &held).status(200);
            assert_ne!(version(client, path), held, "{path} after {what}");
        }
    }
    // What only some lists show.
    let before = version(mira, "/api/stories/");
    mira.changes(*kettle, json!({"content": "Another text."}));
    assert_ne!(version(mira, "/api/stories/"), before, "a text in one's own list");
    let before = version(reader, "/api/stories/saved/");
    reader.saves(*together);
    assert_ne!(version(reader, "/api/stories/saved/"), before, "a save");
    let before = version(mira, "/api/stories/");
    mira.delete(&format!("/api/stories/{together}/delete/")).ok();
    assert_ne!(version(mira, "/api/stories/"), before, "a deleted story");
}

#[test]
fn a_co_author_who_leaves_and_one_who_is_renamed_do_not_cancel_out() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let id = mira.publishes(plain_story("the whale"));
    world.collaborate(id, &[mira.id(), ben.id(), rosa.id()]);
    let path = "/api/stories/?public=true";
    let held = version(&world.guest(), path);
    ben.is_renamed("Benedict");
    rosa.post(
        "/api/auth/delete-account/",
        json!({"password": crate::support::PASSWORD}),
    )
    .ok();
    assert_eq!(
        world.guest().lists(path)[0]["authors_names"],
        json!(["Mira", "Benedict"])
    );
    assert_ne!(version(&world.guest(), path), held);
}

#[test]
fn a_look_makes_no_new_version_of_a_list() {
    let library = Library::new();
    let before: Vec<String> = library
        .lists()
        .iter()
        .map(|(client, path)| version(client, path))
        .collect();
    assert_eq!(library.world.guest().reads(library.kettle)["views"], json!(1));
    assert_eq!(library.reader.reads(library.kettle)["views"], json!(2));
    for ((client, path), held) in library.lists().iter().zip(before) {
        ask(client, path, &held).status(304);
    }
}

#[test]
fn a_version_belongs_to_one_viewer_and_one_host() {
    let library = Library::new();
    let Library {
        world,
        mira,
        ben,
        reader,
        kettle,
        ..
    } = &library;
    reader.likes(*kettle);
    let path = "/api/stories/?public=true";
    let guest = world.guest();
    let versions = [&guest, mira, reader].map(|client| version(client, path));
    assert_ne!(versions[0], versions[2], "who likes a story sees another list");
    ask(ben, "/api/stories/", &version(mira, "/api/stories/")).status(200);

    let elsewhere = guest.with_header("Host", "tales.example:8000");
    assert_ne!(
        version(&elsewhere, path),
        versions[0],
        "addresses of pictures name the host"
    );
    let cover = elsewhere.lists(path)[2]["cover_image"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        cover.starts_with("http://tales.example:8000/media/pictures/"),
        "{cover}"
    );
    // Other pages and filters are other lists.
    let others = [
        "&page_size=1",
        "&page_size=1&page=2",
        "&language=en",
        "&search=kettle",
    ];
    for query in others {
        ask(&guest, &format!("{path}{query}"), &versions[0]).status(200);
    }
}

#[test]
fn the_numbers_of_a_story_make_a_new_version_of_its_stats() {
    let library = Library::new();
    let Library {
        world,
        reader,
        mira,
        kettle,
        ..
    } = &library;
    let path = format!("/api/stories/{kettle}/stats/");
    let changes: [(&str, &dyn Fn()); 5] = [
        ("a like", &|| reader.likes(*kettle)),
        ("a like taken back", &|| reader.likes(*kettle)),
        ("a save taken back", &|| reader.saves(*kettle)),
        ("a comment", &|| {
            mira.comments(*kettle, "Thank you");
        }),
        ("a view, which they show", &|| {
            world.guest().reads(*kettle);
        }),
    ];
    for (what, change) in changes {
        let held = version(reader, &path);
        change();
        ask(reader, &path, &held).status(200);
        assert_ne!(version(reader, &path), held, "{what}");
    }
    reader.likes(*kettle);
    assert_ne!(version(reader, &path), version(mira, &path), "who likes it");
}

#[test]
fn comments_and_their_authors_names_make_a_new_version_of_a_page() {
    let library = Library::new();
    let Library {
        world,
        reader,
        ben,
        kettle,
        ..
    } = &library;
    let path = format!("/api/stories/{kettle}/comments/");
    let first = reader.comments(*kettle, "Lovely");
    let second = ben.comments(*kettle, "Splendid");
    let changes: [(&str, &dyn Fn()); 4] = [
        ("an edit", &|| {
            let path = format!("/api/comments/{first}/edit/");
            reader.put(&path, json!({"text": "Nice"})).ok();
        }),
        ("a comment", &|| {
            reader.comments(*kettle, "Once more");
        }),
        ("a name", &|| reader.is_renamed("Rosalind")),
        ("a deleted one", &|| {
            ben.delete(&format!("/api/comments/{second}/delete/")).ok();
        }),
    ];
    for (what, change) in changes {
        let held = version(&world.guest(), &path);
        change();
        ask(&world.guest(), &path, &held).status(200);
        assert_ne!(version(&world.guest(), &path), held, "{what}");
    }
    let held = version(&world.guest(), &path);
    world.guest().reads(*kettle);
    ask(&world.guest(), &path, &held).status(304);
}
