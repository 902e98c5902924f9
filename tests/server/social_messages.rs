//! What friends write to each other, who reads it, and what they are shown of it.

use std::thread;

use serde_json::{Value, json};
use tinytales::clock::{MINUTE, SECOND};

use crate::drawings::names;
use crate::support::{Client, World};

/// Two friends.
struct Friends {
    world: World,
    mira: Client,
    ben: Client,
}

impl Friends {
    fn new() -> Self {
        let world = World::new();
        let (mira, ben) = (world.child("Mira"), world.child("Ben"));
        world.befriend(&mira, &ben);
        Self { world, mira, ben }
    }
}

fn contents(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message["content"].as_str().unwrap())
        .collect()
}

#[track_caller]
fn unread(client: &Client) -> Vec<i64> {
    client
        .conversations()
        .iter()
        .map(|conversation| conversation["unread_count"].as_i64().unwrap())
        .collect()
}

#[test]
fn a_message_is_written_counted_and_read() {
    let Friends { world, mira, ben } = Friends::new();
    let answer = mira
        .post(
            "/api/messages/send/",
            json!({"receiver_id": ben.id().to_string(), "content": "  Hi, Ben! 🚀 "}),
        )
        .created();
    assert_eq!(names(&answer), ["message", "success"]);
    let message = answer["message"].clone();
    let named = |client: &Client, username: &str, name: &str| json!({"id": client.id(), "username": username, "name": name});
    let (me, you) = (named(&mira, "mira", "Mira"), named(&ben, "ben", "Ben"));
    assert_eq!(
        message,
        json!({"id": message["id"], "sender": me, "receiver": you, "content": "Hi, Ben! 🚀", "message_type": "text",
            "metadata": {}, "is_read": false, "created_at": "2026-03-04T05:06:07.123456Z"})
    );
    assert!(message["id"].as_i64().unwrap() >= 1_000_000);
    let conversation = |user: &Value, is_from_me: bool, unread: i64| {
        json!({"user": user, "unread_count": unread, "last_message": {"content": "Hi, Ben! 🚀",
            "created_at": "2026-03-04T05:06:07.123456Z", "is_from_me": is_from_me}})
    };
    assert_eq!(mira.conversations(), [conversation(&you, true, 0)]);
    assert_eq!(ben.conversations(), [conversation(&me, false, 1)]);
    assert_eq!(ben.friends()[0]["unread_messages"], json!(1));
    assert_eq!(mira.friends()[0]["unread_messages"], json!(null));
    assert_eq!(mira.friends()[0]["last_message_time"], message["created_at"]);
    // The writer's look reads nothing; the receiver's does, and shows it so.
    assert_eq!(mira.history(&ben), std::slice::from_ref(&message));
    assert_eq!(unread(&ben), [1]);
    let mut read = message;
    read["is_read"] = json!(true);
    assert_eq!(ben.history(&mira), [read.clone()]);
    assert_eq!((unread(&ben), mira.history(&ben)), (vec![0], vec![read]));
    drop(world);
}

#[test]
fn only_friends_may_write() {
    let Friends { world, mira, ben } = Friends::new();
    let (rosa, admin) = (world.child("Rosa"), world.admin("Ada"));
    let write = |client: &Client, receiver: i64| {
        client.post(
            "/api/messages/send/",
            json!({"receiver_id": receiver, "content": "Hi"}),
        )
    };
    for stranger in [&rosa, &admin, &world.parent("Paula"), &world.teacher("Tom")] {
        write(stranger, mira.id()).refused(403);
        write(&mira, stranger.id()).refused(403);
    }
    write(&mira, mira.id()).refused(403);
    write(&mira, 7).refused(404);
    write(&world.guest(), mira.id()).refused(401);
    // A request is no friendship, nor is one that was declined.
    let asked = rosa.asks(&mira);
    write(&rosa, mira.id()).refused(403);
    mira.answers(&asked, "reject");
    write(&rosa, mira.id()).refused(403);
    // Nor one that has ended: what was written can be read, but not changed.
    let message = mira.writes(&ben, "Hi");
    mira.delete(&format!("/api/friends/unfriend/{}/", ben.id())).ok();
    write(&mira, ben.id()).refused(403);
    write(&ben, mira.id()).refused(403);
    mira.put(
        &format!("/api/messages/{}/edit/", message["id"]),
        json!({"content": "Boo"}),
    )
    .refused(403);
    assert_eq!(contents(&ben.history(&mira)), ["Hi"]);
    assert_eq!(world.dump("messages").len(), 1);
    mira.delete(&format!("/api/messages/{}/delete/", message["id"]))
        .ok();
    // Nobody writes to somebody who is gone.
    world.befriend(&mira, &rosa);
    let olaf = world.child("Olaf");
    world.befriend(&mira, &olaf);
    world.bars(&olaf, "archived_at");
    write(&mira, olaf.id()).refused(404);
}

#[test]
fn a_message_has_one_to_two_thousand_characters() {
    let Friends { world, mira, ben } = Friends::new();
    let write = |content: Value| {
        mira.post(
            "/api/messages/send/",
            json!({"receiver_id": ben.id(), "content": content}),
        )
    };
    for wrong in [
        json!(""),
        json!(" \n\t "),
        json!("\u{1}\u{7}"),
        json!("x".repeat(2001)),
        json!(null),
        json!(7),
        json!(["Hi"]),
        json!({"text": "Hi"}),
    ] {
        write(wrong).refused_fields(&["content"]);
    }
    mira.post("/api/messages/send/", json!({}))
        .refused_fields(&["content"]);
    mira.post("/api/messages/send/", json!({"content": "Hi"}))
        .refused_fields(&["receiver_id"]);
    mira.post(
        "/api/messages/send/",
        json!({"receiver_id": "x", "content": "Hi"}),
    )
    .refused_fields(&["receiver_id"]);
    assert_eq!(world.dump("messages").len(), 0);
    assert_eq!(world.dump("conversations").len(), 0);
    let longest = "🦊".repeat(2000);
    assert_eq!(
        write(json!(longest)).created()["message"]["content"],
        json!(longest)
    );
    assert_eq!(
        write(json!("a\u{0}b\u{1b}c\nd")).created()["message"]["content"],
        json!("abc\nd")
    );
    // The list of conversations shows the beginning.
    write(json!(longest)).created();
    let preview = ben.conversations()[0]["last_message"]["content"].clone();
    assert_eq!(preview, json!("🦊".repeat(200)));
    assert_eq!(ben.history(&mira)[2]["content"], json!(longest));
}

#[test]
fn rude_words_are_masked() {
    let Friends { world, mira, ben } = Friends::new();
    let message = mira.writes(&ben, "What bullshit");
    assert_eq!(message["content"], json!("What b******t"));
    assert_eq!(contents(&ben.history(&mira)), ["What b******t"]);
    assert_eq!(
        ben.conversations()[0]["last_message"]["content"],
        json!("What b******t")
    );
    let path = format!("/api/messages/{}/edit/", message["id"]);
    let edited = mira.put(&path, json!({"content": "Bullshit!"})).ok();
    assert_eq!(edited["message"]["content"], json!("B******t!"));
    drop(world);
}

#[test]
fn conversations_come_newest_first_also_with_former_friends() {
    let Friends { world, mira, ben } = Friends::new();
    let rosa = world.child("Rosa");
    world.befriend(&rosa, &mira);
    world.befriend(&rosa, &ben);
    assert!(mira.conversations().is_empty());
    ben.writes(&mira, "One");
    world.advance(SECOND);
    rosa.writes(&mira, "Two");
    let others = || -> Vec<i64> {
        mira.conversations()
            .iter()
            .map(|conversation| conversation["user"]["id"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(others(), [rosa.id(), ben.id()]);
    mira.writes(&ben, "Three");
    assert_eq!(others(), [ben.id(), rosa.id()]);
    assert_eq!(mira.conversations()[0]["last_message"]["is_from_me"], json!(true));
    mira.delete(&format!("/api/friends/unfriend/{}/", ben.id())).ok();
    assert_eq!(others(), [ben.id(), rosa.id()]);
    assert_eq!(contents(&mira.history(&ben)), ["One", "Three"]);
    // What others wrote to each other is nobody else's.
    rosa.writes(&ben, "Secret");
    assert_eq!(contents(&mira.history(&rosa)), ["Two"]);
    assert_eq!(ben.conversations().len(), 2);
}

#[test]
fn what_is_unread_is_counted_by_conversation() {
    let Friends { world, mira, ben } = Friends::new();
    let rosa = world.child("Rosa");
    world.befriend(&rosa, &mira);
    for _ in 0..3 {
        ben.writes(&mira, "Hi");
    }
    rosa.writes(&mira, "Hi");
    assert_eq!(unread(&mira), [1, 3]);
    // Answering is not reading.
    mira.writes(&ben, "Hi");
    assert_eq!(unread(&mira), [3, 1]);
    let mark = |other: i64| mira.put(&format!("/api/messages/mark-read/{other}/"), json!({}));
    assert_eq!(mark(ben.id()).ok(), json!({"success": true, "marked_read": 3}));
    assert_eq!(mark(ben.id()).ok()["marked_read"], json!(0));
    assert_eq!(unread(&mira), [0, 1]);
    assert_eq!(mark(world.child("Olaf").id()).ok()["marked_read"], json!(0));
    mark(7).refused(404);
    // Without a body, with an empty one: the same.
    let nothing = mira.raw(
        "PUT",
        &format!("/api/messages/mark-read/{}/", rosa.id()),
        &[],
        b"",
    );
    assert_eq!(nothing.ok()["marked_read"], json!(1));
    let read: Vec<Value> = ben
        .history(&mira)
        .iter()
        .map(|message| message["is_read"].clone())
        .collect();
    assert_eq!(
        read,
        [json!(true), json!(true), json!(true), json!(true)],
        "Ben looks, and Mira's is read, too"
    );
    ben.writes(&mira, "Again");
    let read: Vec<Value> = ben
        .history(&mira)
        .iter()
        .map(|message| message["is_read"].clone())
        .collect();
    assert_eq!(read[4], json!(false));
}

#[test]
fn the_newest_two_hundred_are_shown_and_the_older_ones_page_by_page() {
    let Friends { world, mira, ben } = Friends::new();
    let (from, to, now) = (ben.id(), mira.id(), world.app.clock.now());
    world.sql(move |conn| {
        for number in 0..450 {
            let (from, to) = if number % 3 == 0 { (to, from) } else { (from, to) };
            tinytales::social::store::messages::insert(conn, from, to, &format!("{number}"), now)?;
        }
        Ok(())
    });
    let all: Vec<String> = (0..450).map(|number| number.to_string()).collect();
    let newest = mira.history(&ben);
    assert_eq!(contents(&newest), all[250..]);
    let page = |before: &str| {
        let path = format!("/api/messages/{}/?before_id={before}", ben.id());
        mira.get(&path).ok()["messages"].as_array().unwrap().clone()
    };
    let older = page(&newest[0]["id"].to_string());
    assert_eq!(contents(&older), all[50..250]);
    let oldest = page(&older[0]["id"].to_string());
    assert_eq!(contents(&oldest), all[..50]);
    assert!(page(&oldest[0]["id"].to_string()).is_empty());
    for junk in ["x", "", "99999999999999999999"] {
        assert_eq!(page(junk).len(), 200, "{junk}");
    }
}

#[test]
fn long_messages_come_in_smaller_pages() {
    let Friends { world, mira, ben } = Friends::new();
    let longest = "\"".repeat(2000);
    for _ in 0..60 {
        mira.writes(&ben, &longest);
    }
    let answer = ben.get(&format!("/api/messages/{}/", mira.id()));
    let shown = answer.ok()["messages"].as_array().unwrap().len();
    assert_eq!(shown, 33);
    assert!(answer.body.len() < 256 * 1024, "{}", answer.body.len());
    drop(world);
}

#[test]
fn a_message_can_be_changed_and_deleted_by_who_wrote_it() {
    let Friends { world, mira, ben } = Friends::new();
    let first = mira.writes(&ben, "One");
    let second = mira.writes(&ben, "Two");
    let edit = format!("/api/messages/{}/edit/", second["id"]);
    let delete = format!("/api/messages/{}/delete/", second["id"]);
    let (rosa, admin, guest) = (world.child("Rosa"), world.admin("Ada"), world.guest());
    for (client, status) in [(&ben, 403), (&rosa, 404), (&admin, 404), (&guest, 401)] {
        client.put(&edit, json!({"content": "Boo"})).refused(status);
        client.delete(&delete).refused(status);
    }
    for wrong in [
        json!({}),
        json!({"content": ""}),
        json!({"content": 7}),
        json!({"content": "x".repeat(2001)}),
    ] {
        mira.put(&edit, wrong).refused_fields(&["content"]);
    }
    let edited = mira.put(&edit, json!({"content": " Three "})).ok();
    let mut expected = second.clone();
    expected["content"] = json!("Three");
    assert_eq!(edited, json!({"success": true, "message": expected}));
    assert_eq!(ben.conversations()[0]["last_message"]["content"], json!("Three"));
    assert_eq!(unread(&ben), [2], "a change is not read");
    // A deletion takes its count along.
    let gone = mira.delete(&delete).ok();
    assert_eq!(names(&gone), ["message", "success"]);
    assert!(gone["message"].is_string());
    assert_eq!(unread(&ben), [1]);
    assert_eq!(ben.conversations()[0]["last_message"]["content"], json!("One"));
    mira.delete(&delete).refused(404);
    mira.put(&edit, json!({"content": "Four"})).refused(404);
    assert_eq!(contents(&ben.history(&mira)), ["One"]);
    // One that was read counts no more, and the last one takes the conversation along.
    let third = ben.writes(&mira, "Bye");
    mira.delete(&format!("/api/messages/{}/delete/", first["id"]))
        .ok();
    assert_eq!((unread(&ben), unread(&mira)), (vec![0], vec![1]));
    ben.delete(&format!("/api/messages/{}/delete/", third["id"])).ok();
    assert!(
        ben.conversations().is_empty() && mira.conversations().is_empty() && mira.history(&ben).is_empty()
    );
    assert_eq!(world.dump("conversations").len(), 0);
    assert_eq!(mira.friends()[0]["last_message_time"], json!(null));
    // And it can begin anew.
    mira.writes(&ben, "Hello again");
    assert_eq!(unread(&ben), [1]);
}

#[test]
fn messages_at_the_same_time_are_counted_right() {
    let Friends { world, mira, ben } = Friends::new();
    let write = |client: &Client, other: &Client| {
        for _ in 0..5 {
            let answer = client.post(
                "/api/messages/send/",
                json!({"receiver_id": other.id(), "content": "Hi"}),
            );
            // PostgreSQL may give up after some tries; then nothing is written.
            assert!(matches!(answer.status, 201 | 503), "{}", answer.text());
        }
    };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| write(&mira, &ben));
            scope.spawn(|| write(&ben, &mira));
        }
    });
    let from = |client: &Client| {
        let id = client.id();
        world.sql(move |conn| {
            conn.one(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM messages WHERE sender_id = $1",
                &[&id],
            )?
            .take::<i64>()
        })
    };
    assert_eq!(
        (unread(&mira), unread(&ben)),
        (vec![from(&ben)], vec![from(&mira)])
    );
    let last = mira.history(&ben).pop().unwrap();
    let conversation = mira.conversations().pop().unwrap();
    assert_eq!(
        conversation["last_message"]["is_from_me"],
        json!(last["sender"]["id"] == json!(mira.id()))
    );
}

#[test]
fn an_account_takes_its_messages_along() {
    let Friends { world, mira, ben } = Friends::new();
    mira.writes(&ben, "Hi");
    ben.writes(&mira, "Hello");
    let id = ben.id();
    world.sql(move |conn| conn.execute("DELETE FROM users WHERE id = $1", &[&id]));
    assert!(mira.conversations().is_empty() && mira.friends().is_empty());
    mira.get(&format!("/api/messages/{id}/")).refused(404);
    for table in ["messages", "conversations", "friendships"] {
        assert_eq!(world.dump(table).len(), 0, "{table}");
    }
}

#[test]
fn whose_messages_are_asked_for_is_known() {
    let Friends { world, mira, .. } = Friends::new();
    mira.get("/api/messages/7/").refused(404);
    mira.get("/api/messages/local-7/").refused(404);
    assert!(mira.history(&world.child("Rosa")).is_empty());
    for path in [
        "/api/messages/conversations/",
        &format!("/api/messages/{}/", mira.id()),
    ] {
        world.guest().get(path).refused(401);
    }
    world
        .guest()
        .put(&format!("/api/messages/mark-read/{}/", mira.id()), json!({}))
        .refused(401);
}

#[test]
fn messages_are_limited() {
    let world = World::with(|config| config.rate_limits = true);
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    world.befriend(&mira, &ben);
    for _ in 0..60 {
        mira.writes(&ben, "Hi");
    }
    mira.post(
        "/api/messages/send/",
        json!({"receiver_id": ben.id(), "content": "Hi"}),
    )
    .refused(429);
    ben.writes(&mira, "Hi");
    world.advance(MINUTE);
    mira.writes(&ben, "Hi");
}
