//! Making and changing stories: what is taken, what is refused, and what is taken for a repetition.

use std::io::Write;
use std::thread;

use serde_json::{Value, json};
use tinytales::clock::{HOUR, MINUTE};

use crate::drawings::{canvas, data_url, drawing, plain_story, png, row, story, with};
use crate::support::{Answer, Client, World};

const JSON: (&str, &str) = ("Content-Type", "application/json");

const MIB: usize = 1024 * 1024;

#[test]
fn what_is_wrong_is_told_by_field_and_changes_nothing() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(story("the kettle"));
    let before = mira.reads(id);
    let too_many: Vec<String> = (0..11).map(|number| format!("g{number}")).collect();
    for (field, value) in [
        ("title", json!("")),
        ("title", json!("  \n ")),
        ("title", json!(null)),
        ("title", json!([])),
        ("title", json!("a\u{0}b")),
        ("content", json!("")),
        ("content", json!(" \t ")),
        ("content", json!({})),
        ("content", json!("a\u{0}b")),
        ("summary", json!([])),
        ("summary", json!("a\u{0}b")),
        ("category", json!("gardening")),
        ("category", json!("Adventure")),
        ("category", json!(null)),
        ("language", json!("de")),
        ("language", json!(1)),
        ("creation_type", json!("magic")),
        ("genres", json!(null)),
        ("genres", json!("adventure")),
        ("genres", json!([1])),
        ("genres", json!([null])),
        ("genres", json!([["a"]])),
        ("genres", json!({"a": 1})),
        ("genres", json!(too_many)),
        ("genres", json!(["g".repeat(51)])),
        ("genres", json!(["a\u{0}b"])),
        ("is_published", json!("maybe")),
        ("is_published", json!(2)),
        ("is_published", json!(null)),
        ("is_published", json!([])),
        ("cover_image", json!(null)),
        ("cover_image", json!(7)),
        ("cover_image", json!([])),
        ("cover_image", json!("https://a.example/\u{0}")),
        ("canvas_data", json!("[{\"id\":\"\u{0}\"}]")),
    ] {
        let change = json!({field: value});
        mira.patch(&format!("/api/stories/{id}/update/"), change.clone())
            .refused_fields(&[field]);
        mira.post("/api/stories/create/", with(story("new"), change))
            .refused_fields(&[field]);
    }
    mira.post("/api/stories/create/", json!({}))
        .refused_fields(&["title", "content", "canvas_data"]);
    mira.post_nothing("/api/stories/create/")
        .refused_fields(&["title", "content", "canvas_data"]);
    assert_eq!(mira.reads(id), before);
    assert_eq!(world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM stories"), 1);
}

#[test]
fn careless_spellings_are_taken() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(with(
        story("the kettle"),
        json!({"title": "  spaced  ", "content": "\n text \n"}),
    ));
    let read = mira.reads(id);
    assert_eq!(
        (&read["title"], &read["content"]),
        (&json!("spaced"), &json!("text"))
    );
    for (sent, stored) in [
        (json!(1), true),
        (json!(0), false),
        (json!("true"), true),
        (json!("False"), false),
        (json!("1"), true),
        (json!("off"), false),
    ] {
        assert_eq!(
            mira.changes(id, json!({"is_published": sent}))["is_published"],
            json!(stored),
            "{sent}"
        );
    }
    assert_eq!(mira.changes(id, json!({"title": 42}))["title"], json!("42"));
    assert_eq!(mira.changes(id, json!({"summary": "S"}))["summary"], json!("S"));
    assert_eq!(mira.changes(id, json!({"summary": ""}))["summary"], json!(""));
    assert_eq!(mira.changes(id, json!({"summary": null}))["summary"], json!(null));
    // A title has no limit in the apps, and a refusal is never shown: the story would just stop syncing.
    let long = "ñ".repeat(300);
    assert_eq!(
        mira.changes(id, json!({"title": long}))["title"],
        json!("ñ".repeat(200))
    );
    let most: Vec<String> = (0..10)
        .map(|number| format!("{}{number}", "ñ".repeat(49)))
        .collect();
    assert_eq!(mira.changes(id, json!({"genres": most}))["genres"], json!(most));
    // Half an emoji, as a script writes one, is no reason to stop syncing.
    let half = mira.raw(
        "PATCH",
        &format!("/api/stories/{id}/update/"),
        &[JSON],
        b"{\"title\":\"a\\ud83e\"}",
    );
    assert_eq!(half.ok()["story"]["title"], json!("a\u{fffd}"));
    // What is not known passes by.
    let extras = json!({"id": 1, "author": 1, "views": 9, "date_created": "x", "authors": [1], "nested": {"a": [[{}]]},
        "is_flagged": true, "likes_count": 100});
    let changed = mira.changes(id, extras);
    assert_eq!(changed["author"], json!(mira.id()));
    assert_eq!(
        (&changed["views"], &changed["likes_count"]),
        (&json!(0), &json!(0))
    );
    // An empty body changes nothing.
    mira.raw("PATCH", &format!("/api/stories/{id}/update/"), &[], b"")
        .ok();
    mira.raw("PATCH", &format!("/api/stories/{id}/update/"), &[JSON], b"")
        .ok();
}

#[test]
fn bodies_that_are_no_json_object_are_refused() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(story("the kettle"));
    let before = mira.reads(id);
    let path = format!("/api/stories/{id}/update/");
    let send = |headers: &[(&str, &str)], body: &[u8]| {
        let answers = [
            mira.raw("PATCH", &path, headers, body),
            mira.raw("POST", "/api/stories/create/", headers, body),
        ];
        assert_eq!(
            answers[0].status,
            answers[1].status,
            "{}",
            String::from_utf8_lossy(&body[..body.len().min(80)])
        );
        answers
    };
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_title = format!("{{\"title\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    for body in [
        b"oops".as_slice(),
        b"{\"title\":\"A\"",
        b"{\"title\":\"A",
        b"{\"title\":\"A\"}}",
        b"{\"title\":\"A\"} {}",
        b"{\"title\":\"\xff\xfe\"}",
        b"{\"title\":\"\\x\"}",
        b"{\"title\":\"a\nb\"}",
        b"{\"title\":01}",
        b"{\"title\":}",
        b"{'title':'A'}",
        b"{\"canvas_data\":\"[{\\\"canvasData\\\":\\\"data:image/png;base64,iVBO",
        b"\xef\xbb\xbf{}",
        b"[]",
        b"null",
        b"\"text\"",
        b"7",
        deep.as_bytes(),
        deep_title.as_bytes(),
    ] {
        for answer in send(&[JSON], body) {
            answer.refused(400);
        }
    }
    for kind in [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "image/png",
    ] {
        for answer in send(&[("Content-Type", kind)], b"{\"title\":\"A\"}") {
            answer.refused(415);
        }
    }
    assert_eq!(mira.reads(id), before);
    assert_eq!(world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM stories"), 1);
    mira.raw(
        "PATCH",
        &path,
        &[("Content-Type", "application/json; charset=utf-8")],
        b"{\"title\":\"A\"}",
    )
    .ok();
    mira.post_nothing(&path).refused(405);
    mira.get(&path).refused(405);
    mira.get("/api/stories/create/").refused(405);
}

#[test]
fn texts_have_limits_and_drawings_too() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.makes(story("the kettle"));
    let before = mira.reads(id);
    let change = |change: Value| mira.patch(&format!("/api/stories/{id}/update/"), change);
    // A picture of more than 4 MiB of base64: the longest that fits, and three bytes more.
    let picture = |bytes: usize| {
        let mut file = png(3, 1030);
        file.resize(bytes, 7);
        data_url("image/png", &file)
    };
    let fits = 4 * MIB / 4 * 3;
    change(json!({"canvas_data": canvas(&[Some(&picture(fits + 3))])})).refused(413);
    change(json!({"cover_image": picture(fits + 3)})).refused(413);
    mira.post(
        "/api/stories/create/",
        with(story("new"), json!({"cover_image": picture(fits + 3)})),
    )
    .refused(413);
    change(json!({"canvas_data": canvas(&[Some(&"x".repeat(4 * MIB))])})).refused(413);
    change(json!({"content": "x".repeat(MIB + 1)})).refused(413);
    change(json!({"summary": "x".repeat(4097)})).refused(413);
    change(json!({"title": "x".repeat(64 * 1024)})).refused(413);
    assert_eq!(mira.reads(id), before);

    let rows = canvas(&[Some(&picture(fits))]);
    change(json!({"canvas_data": rows, "content": "x".repeat(MIB), "summary": "x".repeat(4096)})).ok();
    let read = mira.reads(id);
    assert!(read["canvas_data"] == json!(rows));
    assert_eq!(read["content"].as_str().map(str::len), Some(MIB));
}

/// A story of large drawings with a member that nobody knows, which makes the body exactly so long.
fn body_of(bytes: usize) -> Vec<u8> {
    let images: Vec<String> = (0..7)
        .map(|seed| data_url("image/png", &png(seed, 1020)))
        .collect();
    let images: Vec<Option<&str>> = images.iter().map(|image| Some(image.as_str())).collect();
    let mut body = with(
        story("the kettle"),
        json!({"canvas_data": canvas(&images), "extra": ""}),
    )
    .to_string();
    assert!(body.len() < bytes, "{}", body.len());
    let end = body.split_off(body.find("\"extra\":\"").unwrap() + "\"extra\":\"".len());
    let padding = bytes - body.len() - end.len();
    body.extend(std::iter::repeat_n('x', padding));
    (body + &end).into_bytes()
}

#[test]
fn a_body_has_32_mib_at_most() {
    let world = World::new();
    let mira = world.child("Mira");
    let send = |body: &[u8]| mira.raw("POST", "/api/stories/create/", &[JSON], body);
    let mut body = body_of(31 * MIB);
    let made = send(&body).created();
    let length = world.number("SELECT CAST(SUM(bytes) AS BIGINT) FROM pictures");
    assert!(length > 21_000_000, "{length} bytes of pictures");
    mira.delete(&format!("/api/stories/{}/delete/", made["story"]["id"]))
        .ok();
    body.resize(33 * MIB, b' ');
    send(&body).refused(413);
    assert_eq!(world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM stories"), 0);

    // One that says how long it is is refused before it is sent; one that does not, when it has become too long.
    let head = |length: &str| {
        let (host, token) = (world.address, mira.access());
        format!(
            "POST /api/stories/create/ HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\n{length}\r\n\r\n"
        )
    };
    let mut connection = world.connect();
    connection.send(head("Content-Length: 34603008").as_bytes());
    connection.answer().refused(413);
    let mut connection = world.connect();
    connection.send(head("Transfer-Encoding: chunked").as_bytes());
    let mut chunk = format!("{MIB:x}\r\n").into_bytes();
    chunk.extend(std::iter::repeat_n(b' ', MIB));
    chunk.extend(b"\r\n");
    for _ in 0..33 {
        connection.send(&chunk);
    }
    connection.answer().refused(413);
}

#[test]
fn a_body_may_come_in_any_pieces() {
    let world = World::new();
    let mira = world.child("Mira");
    let sent = with(story("the kettle 🦄"), json!({"cover_image": drawing()}));
    let body = sent.to_string().into_bytes();
    let head = format!(
        "POST /api/stories/create/ HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        world.address,
        mira.access()
    );
    let mut chunks = Vec::new();
    for chunk in body.chunks(7) {
        write!(chunks, "{:x}\r\n", chunk.len()).unwrap();
        chunks.extend_from_slice(chunk);
        chunks.extend(b"\r\n");
    }
    chunks.extend(b"0\r\n\r\n");
    let mut connection = world.connect();
    connection.send(head.as_bytes());
    connection.send(&chunks);
    let made = connection.answer().created()["story"].clone();
    for (member, value) in sent.as_object().unwrap() {
        assert_eq!(&made[member], value, "{member}");
    }
}

#[test]
fn a_body_that_breaks_off_stores_nothing() {
    let world = World::new();
    let mira = world.child("Mira");
    let body = story("the kettle").to_string().into_bytes();
    let length = body.len().to_string();
    let mut connection = mira.send(
        "POST",
        "/api/stories/create/",
        &[JSON, ("Content-Length", &length)],
        &body[..40],
    );
    connection.finish();
    // The server may answer or just close; either way there is no story.
    let mut rest = [0; 1024];
    while connection.read(&mut rest) > 0 {}
    assert_eq!(world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM stories"), 0);
}

#[test]
fn rude_words_are_masked_for_readers() {
    let world = World::new();
    let mira = world.child("Mira");
    let rude = json!({"title": "Bullshit!", "summary": "So much bullshit.", "content": "They said bullshit, and left."});
    let id = mira.makes(with(plain_story("T"), rude));
    let read = mira.reads(id);
    for member in ["title", "summary", "content"] {
        let text = read[member].as_str().unwrap();
        assert!(
            text.contains("b******t") || text.contains("B******t"),
            "{member}: {text}"
        );
    }
}

#[test]
fn the_same_pages_sent_again_within_a_day_are_the_same_story() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let sent = story("the kettle");
    let first = mira.makes(sent.clone());
    world.advance(23 * HOUR);
    // The second time the app may have more to say.
    let again = with(sent.clone(), json!({"title": "the teapot", "category": "comedy"}));
    let answer = mira.post("/api/stories/create/", again.clone()).created();
    assert_eq!(answer["story"]["id"], json!(first));
    assert_eq!(answer["story"]["title"], json!("the teapot"));
    assert_eq!(answer["xp_earned"], json!(null));
    assert_eq!(mira.reads(first)["category"], json!("comedy"));
    // Drawn on meanwhile: the pages are the same, whatever is on them and in whatever order.
    let mut rows: Vec<Value> = serde_json::from_str(sent["canvas_data"].as_str().unwrap()).unwrap();
    rows.reverse();
    rows[0]["canvasData"] = json!(drawing());
    rows.push(row("cover", -1, Some(&drawing())));
    let redrawn = with(sent.clone(), json!({"canvas_data": json!(rows).to_string()}));
    assert_eq!(mira.makes(redrawn), first);

    // Somebody else's pages, other pages, more pages: other stories.
    assert_ne!(ben.makes(sent.clone()), first);
    rows.push(row("one-more", 2, None));
    assert_ne!(
        mira.makes(with(
            sent.clone(),
            json!({"canvas_data": json!(rows).to_string()})
        )),
        first
    );
    let pageless = with(
        sent.clone(),
        json!({"canvas_data": json!([row("cover", -1, None)]).to_string()}),
    );
    assert_ne!(
        mira.makes(pageless.clone()),
        mira.makes(pageless),
        "a cover tells nothing"
    );
    // The day after, and when the first is gone.
    world.advance(HOUR + MINUTE);
    let second = mira.makes(sent.clone());
    assert_ne!(second, first);
    mira.delete(&format!("/api/stories/{second}/delete/")).ok();
    assert_ne!(mira.makes(sent), second);
}

/// Sends so many requests at the same time.
fn at_once(count: usize, send: impl Fn(usize) -> Answer + Sync) -> Vec<Answer> {
    thread::scope(|scope| {
        let send = &send;
        let running: Vec<_> = (0..count)
            .map(|number| scope.spawn(move || send(number)))
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn repetitions_at_the_same_time_make_one_story() {
    let world = World::new();
    let mira = world.child("Mira");
    let sent = story("the kettle");
    let answers = at_once(8, |_| mira.post("/api/stories/create/", sent.clone()));
    let ids: Vec<Value> = answers
        .iter()
        .map(|answer| answer.created()["story"]["id"].clone())
        .collect();
    assert!(ids.iter().all(|id| id == &ids[0]), "{ids:?}");
    assert_eq!(world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM stories"), 1);
}

#[test]
fn saves_at_the_same_time_follow_each_other() {
    let world = World::new();
    let authors: Vec<Client> = (0..8)
        .map(|number| world.child(&format!("Child{number}")))
        .collect();
    let ids: Vec<i64> = authors.iter().map(Client::id).collect();
    let id = authors[0].makes(story("the whale"));
    world.collaborate(id, &ids);
    for round in 0..4 {
        let answers = at_once(authors.len(), |number| {
            let title = format!("{round} by {number}");
            let images = canvas(&[Some(&drawing())]);
            let whole = with(story(&title), json!({"title": title, "canvas_data": images}));
            authors[number].patch(&format!("/api/stories/{id}/update/"), whole)
        });
        for answer in &answers {
            answer.ok();
        }
        // One of them is there, whole: not the text of one with the drawings of another.
        let read = authors[0].reads(id);
        let winner = answers
            .iter()
            .find(|answer| answer.json["story"]["title"] == read["title"])
            .unwrap();
        for member in ["title", "content", "canvas_data"] {
            assert_eq!(winner.json["story"][member], read[member], "{member}");
        }
    }
}

#[test]
fn writing_is_limited_but_not_autosave() {
    let world = World::with(|config| config.rate_limits = true);
    let mira = world.child("Mira");
    let answers: Vec<u16> = (0..25)
        .map(|_| {
            mira.post("/api/stories/create/", plain_story("the kettle"))
                .status
        })
        .collect();
    assert!(answers[..20].iter().all(|status| *status == 201), "{answers:?}");
    mira.post("/api/stories/create/", plain_story("the kettle"))
        .refused(429);
    world.advance(MINUTE);
    let id = mira.makes(plain_story("the kettle"));
    for number in 0..30 {
        mira.changes(id, json!({"title": format!("the kettle {number}")}));
    }
    let statuses: Vec<u16> = (0..200)
        .map(|number| {
            mira.patch(
                &format!("/api/stories/{id}/update/"),
                json!({"title": format!("{number}")}),
            )
            .status
        })
        .collect();
    assert!(statuses.contains(&429), "there is a limit");
}
