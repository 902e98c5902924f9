//! Stories on their way to slow readers: what is being read stays, and what cannot be read to its end is seen to be broken.

use std::io::Read;
use std::thread;

use database::Conn;
use serde_json::{Value, json};
use tinytales::clock::{MINUTE, SECOND};
use tinytales::pictures::Reader;

use crate::drawings::{canvas, data_url, hash_of, media_path, plain_story, png, with};
use crate::support::{Client, Connection, World, eventually};

/// More than the buffers of two sockets take: the server has to wait for such a reader.
const LARGE: usize = 12;

/// Files of 2.9 MB each.
fn large_files(count: usize, seed: u64) -> Vec<Vec<u8>> {
    (0..count).map(|number| png(seed + number as u64, 980)).collect()
}

/// Asks for an address and reads the beginning of the answer.
fn begin(client: &Client, path: &str) -> (Connection, Vec<u8>) {
    let mut connection = client.send("GET", path, &[("Connection", "close")], b"");
    let mut beginning = vec![0; 64 * 1024];
    let read = connection.read(&mut beginning);
    assert!(read > 0);
    beginning.truncate(read);
    (connection, beginning)
}

/// All that is left of an answer, chunk marks and all.
fn rest(connection: &mut Connection) -> Vec<u8> {
    let mut rest = Vec::new();
    let mut some = vec![0; 256 * 1024];
    loop {
        let read = connection.read(&mut some);
        if read == 0 {
            return rest;
        }
        rest.extend_from_slice(&some[..read]);
    }
}

/// Waits for something that another thread brings about.
#[track_caller]
#[test]
fn what_a_slow_reader_still_reads_is_not_swept() {
    let world = World::new();
    let mira = world.child("Mira");
    let files = large_files(LARGE, 1000);
    let last = data_url("image/png", &files[LARGE - 1]);
    let id = world.shelves(mira.id(), "the kettle", files);
    let (mut connection, _) = begin(&mira, &format!("/api/stories/{id}/"));

    mira.delete(&format!("/api/stories/{id}/delete/")).ok();
    world.advance(2 * MINUTE + SECOND);
    world.sweeps();
    assert!(
        world.pictures().contains(&hash_of(&last)),
        "the reader has not come to it"
    );
    world.advance(60 * MINUTE);
    world.sweeps();
    assert!(
        world.pictures().contains(&hash_of(&last)),
        "however long it takes"
    );

    let rest = rest(&mut connection);
    assert!(rest.ends_with(b"\r\n0\r\n\r\n"), "the whole story came");
    eventually("the sweep takes them all", || {
        world.sweeps();
        world.pictures().is_empty()
    });
}

#[test]
fn who_hangs_up_holds_nothing() {
    let world = World::new();
    let mira = world.child("Mira");
    let files = large_files(LARGE, 2000);
    let last = hash_of(&data_url("image/png", &files[LARGE - 1]));
    let id = world.shelves(mira.id(), "the kettle", files);
    let (connection, _) = begin(&mira, &format!("/api/stories/{id}/"));
    assert!(world.app.pictures.leases.holds(&last));
    drop(connection);
    eventually("the lease is given back", || {
        !world.app.pictures.leases.holds(&last)
    });
}

#[test]
fn a_slow_reader_of_the_own_list_keeps_nobody_waiting() {
    let world = World::new();
    let mira = world.child("Mira");
    let ids: Vec<i64> = (0..LARGE)
        .map(|number| {
            world.advance(SECOND);
            let id = world.shelves(
                mira.id(),
                &format!("tale {number}"),
                large_files(1, 3000 + number as u64),
            );
            // So long that the texts of the stories do not come together.
            mira.changes(id, json!({"content": "Once upon a time. ".repeat(8_000)}));
            id
        })
        .collect();
    let (mut connection, beginning) = begin(&mira, "/api/stories/");
    // Others read, she writes, and what vanishes meanwhile is left out: the list stays a list.
    world.guest().lists("/api/stories/?public=true");
    mira.changes(ids[2], json!({"title": "another title"}));
    mira.delete(&format!("/api/stories/{}/delete/", ids[0])).ok();
    let mut body = beginning;
    body.extend(rest(&mut connection));
    let results = unchunked(&body)["results"].as_array().unwrap().clone();
    let titles: Vec<&str> = results.iter().map(|row| row["title"].as_str().unwrap()).collect();
    assert!(!titles.contains(&"tale 0"), "{titles:?}");
    assert_eq!(titles.len(), LARGE - 1);
    assert!(
        results
            .iter()
            .all(|row| row["canvas_data"].as_str().unwrap().len() > 3_000_000)
    );
}

/// The JSON of a whole answer in chunks.
#[track_caller]
fn unchunked(answer: &[u8]) -> Value {
    let start = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let mut rest = &answer[start..];
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        rest = &rest[line + 2..];
        if length == 0 {
            return serde_json::from_slice(&body).unwrap();
        }
        rest.take(length as u64).read_to_end(&mut body).unwrap();
        rest = &rest[length + 2..];
    }
}

/// Loses the last piece of a picture, as no orderly server ever would.
fn lose(world: &World, hash: &str) {
    let hash = hash.to_owned();
    let lost = world.sql(move |conn| {
        conn.execute(
            "DELETE FROM picture_pieces
             WHERE picture_id = (SELECT id FROM pictures WHERE hash = $1)
               AND number = (SELECT MAX(d.number) FROM picture_pieces d JOIN pictures p ON p.id = d.picture_id
                             WHERE p.hash = $1)",
            &[&hash],
        )
    });
    assert_eq!(lost, 1);
}

/// The connection breaks off after the beginning: no last chunk, no end of the JSON.
#[track_caller]
fn assert_broken(client: &Client, path: &str) {
    let mut connection = client.send("GET", path, &[], b"");
    let answer = connection.answer();
    answer.status(200);
    assert!(
        !answer.is_whole,
        "{path}: the client must see that something is missing"
    );
    assert!(
        answer.body.len() > 100_000,
        "{path}: it broke in mid-stream, after {} bytes",
        answer.body.len()
    );
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err(), "{path}");
    let end = String::from_utf8_lossy(&answer.body[answer.body.len() - 40..]).into_owned();
    assert!(
        !end.contains(']') && !end.contains('}'),
        "{path}: nothing is closed: {end}"
    );
    assert_eq!(rest(&mut connection), b"");
}

#[test]
fn an_answer_that_cannot_be_finished_is_never_closed() {
    let world = World::new();
    let mira = world.child("Mira");
    world.shelves(mira.id(), "before", vec![png(4000, 200)]);
    let files = large_files(2, 4001);
    let last = data_url("image/png", &files[1]);
    let id = world.shelves(mira.id(), "broken", files);
    world.advance(SECOND);
    world.shelves(mira.id(), "after", vec![png(4010, 200)]);
    lose(&world, &hash_of(&last));

    assert_broken(&mira, &format!("/api/stories/{id}/"));
    assert_broken(&mira, "/api/stories/");
    let served = world.guest().get(&media_path(&last));
    served.status(200);
    assert!(!served.is_whole, "fewer bytes than announced");
    // Nobody else notices.
    assert_eq!(
        mira.titles("/api/stories/?public=true"),
        ["after", "broken", "before"]
    );
}

#[test]
fn a_piece_that_vanishes_under_a_reader_breaks_the_answer() {
    let world = World::new();
    let mira = world.child("Mira");
    let files = large_files(LARGE, 5000);
    let last = hash_of(&data_url("image/png", &files[LARGE - 1]));
    let id = world.shelves(mira.id(), "the kettle", files);
    let (mut connection, _) = begin(&mira, &format!("/api/stories/{id}/"));
    lose(&world, &last);
    let rest = rest(&mut connection);
    assert!(rest.len() > 10_000_000, "{} bytes", rest.len());
    assert!(!rest.ends_with(b"0\r\n\r\n"));
    assert!(!rest[rest.len() - 40..].contains(&b']'));
}

#[test]
fn long_texts_are_read_when_there_is_room_for_them() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(with(
        plain_story("the kettle"),
        json!({"content": "a".repeat(300_000)}),
    ));
    mira.post_nothing(&format!("/api/stories/{id}/publish/")).ok();
    let answers = &world.app.pictures.answers;
    let everything = world.run(answers.take(Reader::Guest, 1 << 40)).ok().unwrap();
    thread::scope(|scope| {
        let reads = scope.spawn(|| world.guest().get(&format!("/api/stories/{id}/")).ok());
        eventually("somebody waits for room", || answers.is_waited_for());
        world.sql(move |conn: &mut Conn<'_>| {
            let rewritten = "b".repeat(300_000);
            conn.execute(
                "UPDATE story_bodies SET content = $2 WHERE story_id = $1",
                &[&id, &rewritten],
            )
        });
        drop(everything);
        let story = &reads.join().unwrap()["story"];
        assert_eq!(
            story["content"],
            json!("b".repeat(300_000)),
            "read before there was room"
        );
    });
}

#[test]
fn drawings_of_all_sizes_come_back_as_they_were() {
    let world = World::new();
    let mira = world.child("Mira");
    // Around one piece of 96 KiB and around what one hop brings.
    let sides = [
        8, 8, 181, 100, 182, 8, 260, 100, 100, 100, 300, 8, 128, 181, 8, 8, 400, 8,
    ];
    let drawn: Vec<String> = (0_u64..)
        .zip(sides)
        .map(|(seed, side)| data_url("image/png", &png(9000 + seed, side)))
        .collect();
    let images: Vec<Option<&str>> = drawn.iter().map(|url| Some(url.as_str())).collect();
    let sent = canvas(&images);
    let id = mira.makes(with(
        plain_story("the kettle"),
        json!({"canvas_data": sent.clone()}),
    ));
    assert_eq!(mira.reads(id)["canvas_data"], json!(sent));
}
