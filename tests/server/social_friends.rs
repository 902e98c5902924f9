//! Asking, answering, and parting; who may be asked, and when again.

use std::thread;

use serde_json::{Value, json};
use tinytales::clock::{DAY, HOUR};

use crate::drawings::{names, plain_story};
use crate::support::{Client, World};

#[track_caller]
fn ask(client: &Client, receiver: i64) -> crate::support::Answer {
    client.post("/api/friends/send-request/", json!({"receiver_id": receiver}))
}

fn person(client: &Client, username: &str, name: &str, stories: i64) -> Value {
    json!({"id": client.id(), "username": username, "story_count": stories, "profile": {"display_name": name,
        "avatar_emoji": "📚", "selected_avatar_border": "basic", "is_online": false}})
}

#[test]
fn a_request_is_asked_seen_and_accepted() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.teacher("Ben"));
    mira.publishes(plain_story("the kettle"));
    let answer = ask(&mira, ben.id()).created();
    assert_eq!(names(&answer), ["friendship", "message", "success"]);
    let asked = answer["friendship"].clone();
    let shape = |status: &str| {
        json!({"id": asked["id"], "sender": person(&mira, "mira", "Mira", 1), "receiver": person(&ben, "ben", "Ben", 0),
            "status": status, "date_created": "2026-03-04T05:06:07.123456Z"})
    };
    assert_eq!(asked, shape("pending"));
    assert!(asked["id"].as_i64().unwrap() >= 1_000_000);
    assert_eq!(ben.requests(), [shape("pending")]);
    assert!(mira.requests().is_empty(), "only incoming ones are shown");
    assert!(mira.friends().is_empty() && ben.friends().is_empty());

    assert_eq!(ben.answers(&asked, "accept"), shape("accepted"));
    assert!(ben.requests().is_empty());
    let friend = |client: &Client, username: &str, name: &str, stories: i64| {
        json!({"id": client.id(), "name": name, "avatar": "📚", "selected_avatar_border": "basic",
            "username": username, "is_online": false, "story_count": stories, "last_message_time": null,
            "unread_messages": null})
    };
    assert_eq!(mira.friends(), [friend(&ben, "ben", "Ben", 0)]);
    assert_eq!(ben.friends(), [friend(&mira, "mira", "Mira", 1)]);
}

#[test]
fn a_request_that_is_declined_makes_no_friends() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let asked = mira.asks(&ben);
    assert_eq!(ben.answers(&asked, "reject")["status"], json!("rejected"));
    assert!(ben.requests().is_empty() && ben.friends().is_empty() && mira.friends().is_empty());
    // It is answered once.
    let path = format!("/api/friends/respond/{}/", asked["id"]);
    ben.put(&path, json!({"action": "accept"})).refused(404);
}

#[test]
fn only_active_accounts_that_keep_no_order_can_be_asked() {
    let world = World::new();
    let mira = world.child("Mira");
    let (suspended, archived) = (world.child("Sam"), world.child("Ari"));
    world.bars(&suspended, "suspended_at");
    world.bars(&archived, "archived_at");
    let unverified = world.person("Una", |person| person.is_verified = false);
    let admin = world.admin("Ada");
    for client in [&suspended, &archived, &unverified, &admin] {
        ask(&mira, client.id()).refused(404);
    }
    ask(&mira, 7).refused(404);
    ask(&mira, i64::MAX).refused(404);
    ask(&mira, mira.id()).refused_fields(&["receiver_id"]);
    ask(&mira, world.parent("Paula").id()).created();
    assert_eq!(world.dump("friendships").len(), 1);
}

#[test]
fn asking_twice_is_refused_and_asking_back_accepts() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let asked = mira.asks(&ben);
    ask(&mira, ben.id()).refused(400);
    let back = ben.asks(&mira);
    assert_eq!((&back["id"], &back["status"]), (&asked["id"], &json!("accepted")));
    assert_eq!(
        back["sender"]["id"],
        json!(mira.id()),
        "who asked first stays the sender"
    );
    for (one, other) in [(&mira, &ben), (&ben, &mira)] {
        ask(one, other.id()).refused(400);
        assert_eq!(one.friends().len(), 1);
    }
    assert_eq!(world.dump("friendships").len(), 1);
}

#[test]
fn who_was_turned_down_may_ask_again_after_a_week() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let asked = mira.asks(&ben);
    ben.answers(&asked, "reject");
    ask(&mira, ben.id()).refused(400);
    world.advance(7 * DAY - 1);
    ask(&mira, ben.id()).refused(400);
    world.advance(1);
    let again = mira.asks(&ben);
    assert_eq!(
        (&again["id"], &again["status"]),
        (&asked["id"], &json!("pending"))
    );
    assert_eq!(again["date_created"], json!("2026-03-11T05:06:07.123456Z"));
    // Who turns somebody down may change their mind at once.
    ben.answers(&again, "reject");
    let other_way = ben.asks(&mira);
    assert_eq!(other_way["sender"]["id"], json!(ben.id()));
    assert_eq!(mira.requests().len(), 1);
    assert_eq!(mira.answers(&other_way, "accept")["status"], json!("accepted"));
    assert_eq!(ben.friends().len(), 1);
}

#[test]
fn parting_is_for_both_and_asking_again_is_possible_at_once() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let part =
        |client: &Client, other: &Client| client.delete(&format!("/api/friends/unfriend/{}/", other.id()));
    part(&mira, &ben).refused(404);
    let asked = mira.asks(&ben);
    part(&mira, &ben).refused(404);
    ben.answers(&asked, "accept");
    mira.writes(&ben, "Hello");
    assert_eq!(names(&part(&ben, &mira).ok()), ["message", "success"]);
    assert!(mira.friends().is_empty() && ben.friends().is_empty());
    assert_eq!(ben.history(&mira).len(), 1, "what was written stays");
    part(&mira, &ben).refused(404);
    assert_eq!(mira.asks(&ben)["status"], json!("pending"));
    mira.delete("/api/friends/unfriend/7/").refused(404);
}

#[test]
fn only_who_was_asked_can_answer() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let asked = mira.asks(&ben);
    let path = format!("/api/friends/respond/{}/", asked["id"]);
    for client in [&mira, &rosa, &world.admin("Ada"), &world.parent("Paula")] {
        client.put(&path, json!({"action": "accept"})).refused(404);
    }
    ben.put("/api/friends/respond/7/", json!({"action": "accept"}))
        .refused(404);
    ben.put("/api/friends/respond/local-7/", json!({"action": "accept"}))
        .refused(404);
    for wrong in [
        json!({}),
        json!({"action": "maybe"}),
        json!({"action": null}),
        json!({"action": ["accept"]}),
    ] {
        ben.put(&path, wrong).refused_fields(&["action"]);
    }
    assert_eq!(ben.requests().len(), 1);
    // Guests are nobody's friends.
    let guest = world.guest();
    guest.get("/api/friends/").refused(401);
    guest.get("/api/friends/requests/").refused(401);
    guest
        .post("/api/friends/send-request/", json!({"receiver_id": ben.id()}))
        .refused(401);
    guest.put(&path, json!({"action": "accept"})).refused(401);
    guest
        .delete(&format!("/api/friends/unfriend/{}/", ben.id()))
        .refused(401);
    assert_eq!(ben.requests().len(), 1);
}

#[test]
fn bad_requests_change_nothing() {
    let world = World::new();
    let mira = world.child("Mira");
    for wrong in [
        json!({}),
        json!({"receiver_id": null}),
        json!({"receiver_id": "x"}),
        json!({"receiver_id": 7.5}),
        json!({"receiver_id": []}),
        json!({"receiver_id": 1e30}),
    ] {
        mira.post("/api/friends/send-request/", wrong)
            .refused_fields(&["receiver_id"]);
    }
    mira.raw(
        "POST",
        "/api/friends/send-request/",
        &[("Content-Type", "application/json")],
        b"{\"receiver_id\": ",
    )
    .refused(400);
    let ben = world.child("Ben");
    mira.post(
        "/api/friends/send-request/",
        json!({"receiver_id": format!(" {} ", ben.id())}),
    )
    .created();
    assert_eq!(world.dump("friendships").len(), 1);
}

#[test]
fn two_who_ask_each_other_at_once_make_one_friendship() {
    let world = World::new();
    for round in 0..8 {
        let (mira, ben) = (
            world.child(&format!("Mira{round}")),
            world.child(&format!("Ben{round}")),
        );
        let answers: Vec<_> = thread::scope(|scope| {
            let asks =
                [(&mira, &ben), (&ben, &mira)].map(|(one, other)| scope.spawn(|| ask(one, other.id())));
            asks.map(|ask| ask.join().unwrap()).into_iter().collect()
        });
        let statuses: Vec<Value> = answers
            .iter()
            .map(|answer| answer.created()["friendship"]["status"].clone())
            .collect();
        assert!(statuses.contains(&json!("accepted")), "{statuses:?}");
        assert_eq!((mira.friends().len(), ben.friends().len()), (1, 1));
    }
    assert_eq!(world.dump("friendships").len(), 8);
}

#[test]
fn one_request_sent_many_times_at_once_is_one() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let answer = ask(&mira, ben.id());
                assert!(matches!(answer.status, 201 | 400), "{}", answer.text());
            });
        }
    });
    assert_eq!(world.dump("friendships").len(), 1);
    let asked = ben.requests()[0].clone();
    let path = format!("/api/friends/respond/{}/", asked["id"]);
    let (path, ben) = (&path, &ben);
    // Answered yes and no at once: one of them holds.
    let answers: Vec<u16> = thread::scope(|scope| {
        let tries = ["accept", "reject", "accept", "reject"]
            .map(|action| scope.spawn(move || ben.put(path, json!({"action": action})).status));
        tries.map(|answer| answer.join().unwrap()).to_vec()
    });
    assert_eq!(
        answers.iter().filter(|status| **status == 200).count(),
        1,
        "{answers:?}"
    );
}

#[test]
fn friends_are_listed_by_name_without_those_who_are_gone() {
    let world = World::new();
    let mira = world.child("Mira");
    let others = ["zoe", "Ben", "Anna", "Olaf"].map(|name| world.child(name));
    for other in &others {
        world.befriend(other, &mira);
    }
    let names = || -> Vec<String> {
        mira.friends()
            .iter()
            .map(|friend| friend["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(), ["Anna", "Ben", "Olaf", "zoe"]);
    world.bars(&others[1], "suspended_at");
    world.bars(&others[2], "archived_at");
    assert_eq!(names(), ["Olaf", "zoe"]);
    world.sql(|conn| conn.execute("DELETE FROM users WHERE username = 'zoe'", &[]));
    assert_eq!(names(), ["Olaf"]);
}

#[test]
fn requests_come_newest_first_without_those_of_the_suspended() {
    let world = World::new();
    let mira = world.child("Mira");
    let askers = ["Ben", "Rosa", "Olaf"].map(|name| world.child(name));
    for asker in &askers {
        asker.asks(&mira);
        world.advance(HOUR);
    }
    let senders = || -> Vec<Value> {
        mira.requests()
            .iter()
            .map(|asked| asked["sender"]["id"].clone())
            .collect()
    };
    let ids =
        |order: &[usize]| -> Vec<Value> { order.iter().map(|index| json!(askers[*index].id())).collect() };
    assert_eq!(senders(), ids(&[2, 1, 0]));
    world.bars(&askers[1], "suspended_at");
    assert_eq!(senders(), ids(&[2, 0]));
}

#[test]
fn a_request_of_somebody_who_was_suspended_since_cannot_be_answered() {
    let world = World::new();
    let mira = world.child("Mira");
    for (name, column) in [("Ben", "suspended_at"), ("Rosa", "archived_at")] {
        let asker = world.child(name);
        let asked = asker.asks(&mira);
        world.bars(&asker, column);
        let path = format!("/api/friends/respond/{}/", asked["id"]);
        for action in ["accept", "reject"] {
            mira.put(&path, json!({"action": action})).refused(404);
        }
    }
    assert!(mira.friends().is_empty());
    assert_eq!(mira.total("friends"), 0);
}

#[test]
fn an_invitation_rides_on_the_friend_who_made_it() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    world.befriend(&mira, &ben);
    world.befriend(&rosa, &mira);
    let invite = |sender: &Client, title: &str| {
        let data = json!({"session_id": "abc-123", "story_title": title});
        world.notify(mira.id(), Some(sender.id()), "collaboration_invite", &data)
    };
    invite(&ben, "Sun trip");
    world.advance(HOUR);
    let id = invite(&ben, "Moon trip");
    let friends = mira.friends();
    assert_eq!(
        friends[0]["collaboration_invite"],
        json!({"id": id, "session_id": "abc-123", "story_title": "Moon trip", "created_at": "2026-03-04T06:06:07.123456Z"})
    );
    assert!(
        friends[1].get("collaboration_invite").is_none(),
        "absent, not null"
    );
    mira.put(&format!("/api/notifications/{id}/read/"), json!({}))
        .ok();
    assert_eq!(
        mira.friends()[0]["collaboration_invite"]["story_title"],
        json!("Sun trip")
    );
    world.advance(DAY);
    assert!(mira.friends()[0].get("collaboration_invite").is_none(), "too old");
}

#[test]
fn nobody_has_more_than_five_hundred_friends() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    world.popular(&mira, (0..499).map(|number| format!("Kid {number:03}")), 0);
    let rosa = world.child("Rosa");
    let (first, second) = (mira.asks(&ben), rosa.asks(&mira));
    ben.answers(&first, "accept");
    let path = format!("/api/friends/respond/{}/", second["id"]);
    mira.put(&path, json!({"action": "accept"})).refused(400);
    ask(&mira, rosa.id()).refused(400);
    let list = mira.get("/api/friends/");
    assert_eq!(list.ok()["friends"].as_array().unwrap().len(), 500);
    assert!(list.body.len() < 256 * 1024, "{}", list.body.len());
    mira.delete(&format!("/api/friends/unfriend/{}/", ben.id())).ok();
    mira.answers(&second, "accept");
}

#[test]
fn requests_are_limited() {
    let world = World::with(|config| config.rate_limits = true);
    let mira = world.child("Mira");
    let others: Vec<Client> = (0..31)
        .map(|number| world.child(&format!("Kid {number}")))
        .collect();
    for other in &others[..30] {
        mira.asks(other);
    }
    ask(&mira, others[30].id()).refused(429);
    others[30].asks(&mira);
    world.advance(HOUR);
    assert_eq!(mira.asks(&others[30])["status"], json!("accepted"));
}

#[test]
fn the_search_knows_who_is_a_friend() {
    let world = World::new();
    let (mira, ben, rosa, olaf, uma, zoe) = (
        world.child("Mira"),
        world.child("Ben"),
        world.child("Rosa"),
        world.child("Olaf"),
        world.child("Uma"),
        world.child("Zoe"),
    );
    world.befriend(&mira, &ben);
    world.befriend(&uma, &mira);
    mira.asks(&rosa);
    olaf.asks(&mira);
    let asked = mira.asks(&zoe);
    zoe.answers(&asked, "reject");
    let flags = |client: &Client| -> Vec<(String, [bool; 3])> {
        let answer = client.get("/api/users/search/").ok();
        answer["users"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| {
                let flag = |name: &str| user[name].as_bool().unwrap();
                let flags = [flag("is_friend"), flag("request_sent"), flag("request_received")];
                (user["name"].as_str().unwrap().to_owned(), flags)
            })
            .collect()
    };
    let expected = [
        ("Ben", [true, false, false]),
        ("Olaf", [false, false, true]),
        ("Rosa", [false, true, false]),
        ("Uma", [true, false, false]),
        ("Zoe", [false, false, false]),
    ];
    assert_eq!(
        flags(&mira),
        expected.map(|(name, flags)| (name.to_owned(), flags))
    );
    let of_mira = |client: &Client| {
        flags(client)
            .into_iter()
            .find(|(name, _)| name == "Mira")
            .unwrap()
            .1
    };
    assert_eq!(of_mira(&ben), [true, false, false]);
    assert_eq!(of_mira(&rosa), [false, false, true]);
    assert_eq!(of_mira(&olaf), [false, true, false]);
}
