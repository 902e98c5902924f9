//! People on two instances who do not notice that there are two.

use serde_json::{Value, json};

use crate::drawing::{named, of};
use crate::people::{Line, Person};
use crate::site::{Layer, Site};

/// What each of the two draws: less than what a socket may send at once.
const STROKES: usize = 40;

#[test]
#[ignore = "several instances need PostgreSQL: cargo xtask test --only postgres"]
fn people_on_two_instances_see_each_other_over_redis() {
    people_see_each_other(Layer::Redis);
}

#[test]
#[ignore = "several instances need PostgreSQL: cargo xtask test --only postgres"]
fn people_on_two_instances_see_each_other_over_postgresql() {
    people_see_each_other(Layer::Postgres);
}

fn people_see_each_other(layer: Layer) {
    let site = Site::new(layer);
    let [here, there] = [site.start(), site.start()];
    let [mia, ben, zoe, tom] = ["mia", "ben", "zoe", "tom"].map(|name| Person::new(&site, &here, name));
    let (session, code) = mia.hosts(&here);
    for guest in [&ben, &zoe, &tom] {
        guest.joins(&there, &code);
    }
    let [mut at_mia, mut at_zoe] = [&mia, &zoe].map(|person| person.enters(&here, &session));
    let [mut at_ben, mut at_tom] = [&ben, &tom].map(|person| person.enters(&there, &session));
    assert_eq!(at_mia.until("user_joined")["user_id"], json!(zoe.id));
    assert_eq!(
        at_mia.until("user_joined")["user_id"],
        json!(ben.id),
        "who came over there"
    );

    // Two who draw at the same time on two instances, and one on each who looks on.
    for (from_mia, from_ben) in named("mia", STROKES).iter().zip(&named("ben", STROKES)) {
        at_mia.draws(std::slice::from_ref(from_mia));
        at_ben.draws(std::slice::from_ref(from_ben));
    }
    let [by_zoe, by_tom] = [&mut at_zoe, &mut at_tom].map(|line| line.sees(2 * STROKES));
    assert_eq!(by_zoe, by_tom, "in one order");
    assert_eq!(by_tom, site.log(), "which is that of the log");
    for (line, other) in [(&mut at_mia, "ben"), (&mut at_ben, "mia")] {
        assert_eq!(line.sees(STROKES), named(other, STROKES), "{other}'s own order");
    }
    assert_eq!(of(&by_tom, "ben"), named("ben", STROKES));

    at_ben
        .send(json!({"type": "cursor", "position": {"x": 7, "y": 2}, "page_id": "page_0", "page_index": 0}));
    for line in [&mut at_mia, &mut at_zoe, &mut at_tom] {
        let cursor = line.until("cursor");
        assert_eq!(
            (&cursor["user_id"], &cursor["position"]["x"]),
            (&json!(ben.id), &json!(7))
        );
    }
    at_zoe.send(json!({"type": "presence_update", "activity": "typing_title", "current_tool": "text"}));
    assert_eq!(at_tom.until("presence_update")["user_id"], json!(zoe.id));
    drop(at_zoe);
    assert_eq!(at_tom.until("user_left")["user_id"], json!(zoe.id));
    assert_eq!(at_mia.until("user_left")["user_id"], json!(zoe.id));
}

#[test]
#[ignore = "several instances need PostgreSQL: cargo xtask test --only postgres"]
fn notifications_reach_people_on_another_instance_over_redis() {
    notifications_reach_people(Layer::Redis);
}

#[test]
#[ignore = "several instances need PostgreSQL: cargo xtask test --only postgres"]
fn notifications_reach_people_on_another_instance_over_postgresql() {
    notifications_reach_people(Layer::Postgres);
}

fn notifications_reach_people(layer: Layer) {
    let site = Site::new(layer);
    let [here, there] = [site.start(), site.start()];
    let [mia, ben] = ["mia", "ben"].map(|name| Person::new(&site, &here, name));
    let (mut to_mia, mut to_ben) = (mia.listens(&here), ben.listens(&there));

    let asked = mia.posts(
        &here,
        "/api/friends/send-request/",
        json!({"receiver_id": ben.id}),
    );
    let request = to_ben.until("friend_request");
    assert_eq!(request["friendship"]["id"], asked["friendship"]["id"]);
    let back = ben.posts(
        &there,
        "/api/friends/send-request/",
        json!({"receiver_id": mia.id}),
    );
    assert_eq!(
        back["friendship"]["status"], "accepted",
        "asking back is accepting"
    );
    assert_eq!(
        to_mia.until("friend_request_accepted")["friendship"]["id"],
        asked["friendship"]["id"]
    );
    assert_eq!(to_mia.until("friend_online")["user_id"], json!(ben.id));

    for number in 0..20 {
        let message = json!({"receiver_id": ben.id, "content": number.to_string()});
        mia.posts(&here, "/api/messages/send/", message);
    }
    let heard: Vec<Value> = (0..20)
        .map(|_| to_ben.until("new_message")["message"]["content"].take())
        .collect();
    let said: Vec<Value> = (0..20).map(|number| json!(number.to_string())).collect();
    assert_eq!(heard, said, "in their order");

    let (session, _) = mia.hosts(&here);
    let invitation = json!({"session_id": session, "friend_id": ben.id, "story_title": "Moon Cats"});
    mia.posts(&here, "/api/collaborate/invite/", invitation);
    assert_eq!(
        to_ben.until("collaboration_invite")["message"]["session_id"],
        json!(session)
    );
    drop(to_ben);
    assert_eq!(until_offline(&mut to_mia), json!(ben.id));
}

/// Who is not there any more: told after the grace in which an app may come back.
fn until_offline(line: &mut Line) -> Value {
    line.until("friend_offline")["user_id"].take()
}
