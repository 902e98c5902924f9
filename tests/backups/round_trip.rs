//! A child's story with drawings, there and back again, through the real server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use tinytales::migrations::TABLES;
use tinytales::notifications::store::preferences::{self, Change};
use tinytales::notifications::store::{New, insert};
use tinytales::social::store::{friends, messages};

use crate::place::Place;
use crate::server::Server;
use crate::tools::{back_up, must, restore, tables, with_database};
use crate::writers::{agent, send, token};

const CHILD: &str = "child@example.org";

#[test]
fn a_story_with_drawings_comes_back_byte_for_byte() {
    let (place, elsewhere, folder) = (Place::new(), Place::new(), TempDir::new().unwrap());
    let file = folder.path().join("backup");
    let server = place.start();
    place.create_account(CHILD);
    let token_before = token(&agent(), &server, CHILD);
    let id = write_story(&server, &token_before, "one");
    let before = read_story(&server, &token_before, id);
    assert!(before.contains("data:image/png;base64,"), "{}", &before[..400]);
    back_up(&place, &file);
    restore(&elsewhere, &file);

    let again = elsewhere.start();
    assert_eq!(
        read_story(&again, &token_before, id),
        before,
        "with the old token"
    );
    let token_after = token(&agent(), &again, CHILD);
    assert_eq!(
        read_story(&again, &token_after, id),
        before,
        "with the old password"
    );
    let comments = get(&again, &token_after, &format!("/api/stories/{id}/comments/"));
    assert!(comments.contains("Ang ganda!"), "{comments}");
    // Devices remember numbers: none is given out twice.
    assert!(write_story(&again, &token_after, "another") > id);
}

#[test]
fn one_engine_takes_what_the_other_had() {
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    place.create_account(CHILD);
    place.create_account("keeper@example.org");
    write_to_each_other(place.url());
    let server = place.start();
    let token = token(&agent(), &server, CHILD);
    write_story(&server, &token, "one");
    play(&server, &token);
    let path = |name: &str| folder.path().join(name);
    back_up(&place, &path("here"));
    // On PostgreSQL this is the way over and back; on SQLite one file and another.
    let over = format!("sqlite:///{}", path("over.db").display());
    must(
        place
            .command(&["restore", path("here").to_str().unwrap()])
            .env("DATABASE_URL", &over),
    );
    must(
        place
            .command(&["backup", path("there").to_str().unwrap()])
            .env("DATABASE_URL", &over),
    );
    assert_eq!(tables(&path("here")), tables(&path("there")));
    let back = Place::new();
    restore(&back, &path("there"));
    back_up(&back, &path("back"));
    assert_eq!(tables(&path("here")), tables(&path("back")));
}

#[test]
fn every_table_is_backed_up_but_what_is_one_servers_own() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:///{}", folder.path().join("new.db").display());
    must(Place::new().command(&["migrate"]).env("DATABASE_URL", &url));
    let mut there = with_database(&url, |conn| {
        // The search indexes are made again, the ledger is the migrations' own.
        let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
                      AND name NOT LIKE '%\\_fts%' ESCAPE '\\' AND name <> 'schema_migrations'";
        let rows = conn.query(tables, &[])?;
        rows.into_iter()
            .map(|mut row| row.take())
            .collect::<Result<Vec<String>, _>>()
    });
    let its_own = ["ops_minutes", "ops_runs", "instances", "presence"];
    let mut ours: Vec<_> = TABLES.into_iter().chain(its_own).collect();
    there.sort_unstable();
    ours.sort_unstable();
    assert_eq!(
        there, ours,
        "migrations::TABLES names every other table, each behind those it refers to"
    );
}

/// Makes friends of the two accounts that there are, with a message and all that is told of such things.
fn write_to_each_other(url: &str) {
    with_database(url, |conn| {
        let rows = conn.query("SELECT id FROM users ORDER BY id", &[])?;
        let ids: Vec<i64> = rows
            .into_iter()
            .map(|mut row| row.take())
            .collect::<Result<_, _>>()?;
        let (one, other) = (ids[0], ids[1]);
        friends::befriend(conn, one, other, 1)?;
        messages::insert(conn, one, other, "Kumusta?\n🐢", 2)?;
        let new = New {
            recipient_id: one,
            sender_id: Some(other),
            kind: "system",
            title: "Hi",
            message: "There.",
            data: &json!({"session_id": "abc"}),
            story_id: None,
        };
        insert(conn, &new, 3)?;
        preferences::change(conn, one, &Change::default()).map(drop)
    });
}

/// A published story of two drawn pages, with a comment; its id.
fn write_story(server: &Server, token: &str, page: &str) -> i64 {
    let drawing = |seed: u8| {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        // Longer than one piece of the store.
        bytes.extend((0..150_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 ^ seed));
        format!("data:image/png;base64,{}", STANDARD.encode(bytes))
    };
    let canvas = json!([
        {"id": page, "text": "Noong unang panahon…", "canvasData": drawing(1)},
        {"id": format!("{page} more"), "text": "🐢\u{2028}\"\\", "canvasData": drawing(2)},
    ]);
    let story = json!({
        "title": "Ang Pagong", "content": "Noong unang panahon, may pagong.",
        "canvas_data": canvas.to_string(), "is_published": true,
    });
    let created = send(&agent(), &server.url("/api/stories/create/"), token, &story).unwrap();
    assert_eq!(created.0, 201, "{}", created.1);
    let id = created.1["story"]["id"].as_i64().unwrap();
    let comment = format!("/api/stories/{id}/comments/create/");
    let commented = send(
        &agent(),
        &server.url(&comment),
        token,
        &json!({"text": "Ang ganda!"}),
    )
    .unwrap();
    assert_eq!(commented.0, 201, "{}", commented.1);
    id
}

/// Publishes a story with games, and answers a question of one.
fn play(server: &Server, token: &str) {
    let pages = [
        "Lena made a red kite with her grandfather. They used thin paper and two long sticks.",
        "On Saturday they carried the kite to the hill. The wind was strong that morning.",
        "Suddenly the string broke. The kite sailed over the river and landed in a tall mango tree.",
        "A big brown bird sat beside the kite. It looked at Lena and opened its beak.",
        "Lena whistled a soft song. The bird listened, shook its feathers and flew away.",
    ];
    let post = |path: &str, body: Value| send(&agent(), &server.url(path), token, &body).unwrap().1;
    let story = json!({
        "title": "The Red Kite", "content": pages.join("\n\n---PAGE BREAK---\n\n"), "canvas_data": "[]",
        "is_published": true,
    });
    let id = &post("/api/stories/create/", story)["story"]["id"];
    let games: Value = serde_json::from_str(&get(server, token, &format!("/api/games/story/{id}/"))).unwrap();
    let game = &games["games"][0]["id"];
    let started = post(&format!("/api/games/{game}/start_game/"), json!({}));
    let answer = json!({"attempt_id": started["attempt_id"], "question_id": started["questions"][0]["id"],
        "answer": "a kite"});
    let marked = post("/api/games/submit_answer/", answer);
    assert_eq!(marked["is_correct"], json!(false), "{marked}");
}

fn read_story(server: &Server, token: &str, id: i64) -> String {
    let text = get(server, token, &format!("/api/stories/{id}/"));
    let mut answer: Value = serde_json::from_str(&text).unwrap();
    let mut story = answer["story"].take();
    assert_eq!(story["title"], "Ang Pagong");
    // Each look at it counts.
    story["views"] = Value::Null;
    story.to_string()
}

fn get(server: &Server, token: &str, path: &str) -> String {
    let request = agent()
        .get(server.url(path))
        .header("authorization", format!("Bearer {token}"))
        .header("host", "tales.example");
    let mut response = request.call().unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.body_mut().read_to_string().unwrap()
}
