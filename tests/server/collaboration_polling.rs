//! What the apps ask for every few seconds: whole shapes, versions, and how many statements it takes.

use serde_json::{Value, json};
use tinytales::clock::{HOUR, SECOND};

use crate::support::{Answer, Client, World, eventually};
use crate::together::{Session, leaves, members};

struct Lobby {
    world: World,
    mira: Client,
    ben: Client,
    session: Session,
}

impl Lobby {
    fn new() -> Self {
        let world = World::new();
        let (mira, ben) = (world.child("Mira"), world.child("Ben"));
        let session = mira.hosts_for("Moon Cats", 10);
        world.advance(SECOND);
        ben.joins(&session);
        Self {
            world,
            mira,
            ben,
            session,
        }
    }
}

fn ask(client: &Client, path: &str, held: &str) -> Answer {
    client.raw("GET", path, &[("If-None-Match", held)], b"")
}

#[track_caller]
fn version(client: &Client, path: &str) -> String {
    let answer = client.get(path);
    answer.ok();
    assert_eq!(
        answer.header("cache-control"),
        Some("private, no-cache"),
        "{path}"
    );
    answer
        .header("etag")
        .unwrap_or_else(|| panic!("{path} has no ETag"))
        .to_owned()
}

#[test]
fn a_session_is_shown_whole() {
    let Lobby {
        world: _world,
        mira,
        ben,
        session,
    } = Lobby::new();
    let shown = ben.get(&session.path("")).ok();
    assert_eq!(members(&shown), ["session", "success"]);
    let detail = &shown["session"];
    assert_eq!(
        members(detail),
        [
            "can_join",
            "canvas_name",
            "created_at",
            "expires_at",
            "host",
            "host_id",
            "is_host",
            "is_lobby_open",
            "join_code",
            "max_participants",
            "participant_count",
            "participants",
            "session_id",
            "story_draft",
            "story_id",
            "story_title",
            "websocket_url"
        ]
    );
    for (name, value) in [
        ("session_id", json!(session.id)),
        ("join_code", json!(session.code)),
        ("canvas_name", json!("Moon Cats")),
        ("host", json!({"id": mira.id(), "username": "mira"})),
        ("host_id", json!(mira.id())),
        ("is_host", json!(false)),
        ("is_lobby_open", json!(true)),
        ("max_participants", json!(10)),
        ("participant_count", json!(2)),
        ("can_join", json!(true)),
        ("story_draft", json!({})),
        ("story_title", json!("Collaborative Story")),
        ("story_id", Value::Null),
        ("created_at", json!("2026-03-04T05:06:07.123456Z")),
        ("expires_at", json!("2026-03-05T05:06:07.123456Z")),
        ("websocket_url", json!(format!("/ws/collaborate/{}/", session.id))),
    ] {
        assert_eq!(detail[name], value, "{name}");
    }
    assert_eq!(detail["participants"][1]["username"], json!("ben"));
    assert_eq!(
        mira.get(&session.path("")).ok()["session"]["is_host"],
        json!(true)
    );
}

#[test]
fn who_is_there_is_shown_whole() {
    let Lobby {
        world,
        mira,
        ben,
        session,
    } = Lobby::new();
    let shown = ben.get(&session.path("presence/")).ok();
    assert_eq!(members(&shown), ["participants", "success", "total"]);
    assert_eq!(shown["total"], json!(2));
    let person = &shown["participants"][1];
    assert_eq!(
        person,
        &json!({"id": ben.id(), "user_id": ben.id(), "username": "ben", "display_name": "Ben", "avatar": "📚",
            "selected_avatar_border": "basic", "role": "participant", "cursor_position": {},
            "cursor_color": person["cursor_color"], "current_tool": "", "is_active": true, "current_page": null,
            "joined_at": "2026-03-04T05:06:08.123456Z", "last_seen": "2026-03-04T05:06:08.123456Z"})
    );
    assert_eq!(shown["participants"][0]["role"], json!("host"));
    leaves(&world, &session, &mira);
    assert_eq!(ben.sees_in(&session), [ben.id()]);
    assert_eq!(mira.sees_in(&session), [ben.id()], "who has left may look");
}

#[test]
fn whoever_holds_the_newest_version_is_sent_nothing_for_one_query() {
    let Lobby {
        world,
        mira,
        ben,
        session,
    } = Lobby::new();
    world.befriend(&mira, &ben);
    let other = mira.hosts("Other");
    mira.invites(&other, &ben);
    for path in [
        session.path(""),
        session.path("presence/"),
        "/api/collaborate/invites/".to_owned(),
    ] {
        let held = version(&ben, &path);
        let queries = world.queries(|| ask(&ben, &path, &held).status(304).clone());
        assert_eq!(queries, 1, "{path}");
        let answer = ask(&ben, &path, &held);
        assert!(
            answer.body.is_empty() && answer.header("etag") == Some(held.as_str()),
            "{path}"
        );
    }
}

/// Something that happens, with its name.
type Change<'a> = (&'static str, Box<dyn Fn() + 'a>);

#[test]
fn whatever_is_shown_makes_a_new_version() {
    let Lobby {
        world,
        mira,
        ben,
        session,
    } = Lobby::new();
    let rosa = world.child("Rosa");
    let story = json!({"title": "Moon Cats", "content": "Once", "canvas_data": "[]"});
    let story = mira.post("/api/stories/create/", story).created()["story"]["id"].clone();
    let changes: [Change<'_>; 8] = [
        ("somebody joins", Box::new(|| drop(rosa.joins(&session)))),
        ("somebody leaves", Box::new(|| leaves(&world, &session, &rosa))),
        ("somebody is back", Box::new(|| drop(rosa.joins(&session)))),
        (
            "somebody is put out",
            Box::new(|| drop(mira.kicks(&session, &rosa).ok())),
        ),
        (
            "the lobby closes",
            Box::new(|| drop(mira.post_nothing(&session.path("start/")).ok())),
        ),
        (
            "a story is linked",
            Box::new(|| drop(mira.post(&session.story_path(), json!({"story_id": story})).ok())),
        ),
        (
            "somebody is called otherwise",
            Box::new(|| {
                ben.put("/api/users/profile/update/", json!({"display_name": "Benny"}))
                    .ok();
            }),
        ),
        (
            "something is drawn",
            Box::new(|| {
                world.sql(|conn| {
                    conn.execute("UPDATE collaborations SET last_number = last_number + 1", &[])
                        .map(drop)
                });
            }),
        ),
    ];
    for (what, change) in changes {
        let paths = [session.path(""), session.path("presence/")];
        let held = [version(&mira, &paths[0]), version(&mira, &paths[1])];
        change();
        for (path, held) in paths.iter().zip(&held) {
            assert_eq!(ask(&mira, path, held).status, 200, "{path}: {what}");
        }
    }
    // What a host still holds of a session whose time has passed says that one can join.
    let held = version(&mira, &session.path(""));
    world.advance(24 * HOUR);
    let expired = ask(&mira, &session.path(""), &held);
    assert_eq!(expired.ok()["session"]["can_join"], json!(false));
}

#[test]
fn what_a_room_has_not_heard_yet_is_not_held_for_old() {
    let Lobby {
        world,
        mira,
        ben,
        session,
        ..
    } = Lobby::new();
    let (mut socket, _) = ben.enters(&session);
    let paths = [session.path(""), session.path("presence/")];
    socket.send(json!({"type": "page_change", "page_number": 2}));
    eventually("the page is turned", || {
        let present = mira.get(&paths[1]).ok();
        present["participants"][1]["current_page"] == json!(2)
    });
    let count = |by: i64| {
        world.sql(move |conn| {
            conn.execute("UPDATE collaborations SET last_number = last_number + $1", &[&by])
                .map(drop)
        });
    };
    // Another server has numbered something, and has not said so.
    count(1);
    let held = paths.each_ref().map(|path| version(&mira, path));
    for (path, held) in paths.iter().zip(&held) {
        assert_eq!(ask(&mira, path, held).status, 200, "{path}");
    }
    count(-1);
    for (path, held) in paths.iter().zip(&held) {
        assert_eq!(ask(&mira, path, held).status, 304, "{path}");
    }
}

#[test]
fn an_invitation_makes_a_new_version_and_so_does_its_answer() {
    let Lobby { world, mira, ben, .. } = Lobby::new();
    world.befriend(&mira, &ben);
    let path = "/api/collaborate/invites/";
    let other = mira.hosts("Other");
    let empty = version(&ben, path);
    let invitation = mira.invites(&other, &ben);
    let invited = version(&ben, path);
    assert_ne!(invited, empty);
    mira.post_nothing(&other.path("start/")).ok();
    let started = ask(&ben, path, &invited);
    assert_eq!(started.ok()["invitations"][0]["is_session_active"], json!(true));
    ben.responds(invitation, "decline").ok();
    assert_eq!(version(&ben, path), empty);
}

#[test]
fn versions_are_each_viewer_s_own() {
    let Lobby {
        world: _world,
        mira,
        ben,
        session,
    } = Lobby::new();
    let held = version(&mira, &session.path(""));
    assert_eq!(ask(&ben, &session.path(""), &held).status, 200);
}

#[test]
fn a_full_room_costs_as_many_queries_as_an_empty_one() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    world.befriend(&mira, &ben);
    let session = mira.hosts_for("Moon Cats", 10);
    ben.get("/api/auth/profile/").ok();
    let paths = [
        session.path(""),
        session.path("presence/"),
        session.participants_path(),
        "/api/collaborate/sessions/list/".to_owned(),
        "/api/collaborate/sessions/user/".to_owned(),
        "/api/collaborate/invites/".to_owned(),
        "/api/collaborate/stories/".to_owned(),
    ];
    mira.invites(&session, &ben);
    let tale = |number: usize| {
        let form = json!({"title": format!("tale {number}"), "content": "Once", "canvas_data": "[]"});
        let id = ben.post("/api/stories/create/", form).created()["story"]["id"]
            .as_i64()
            .unwrap();
        world.collaborate(id, &[mira.id(), ben.id()]);
    };
    tale(0);
    let cost = || paths.clone().map(|path| world.queries(|| ben.get(&path).ok()));
    let before = cost();
    for number in 1..9 {
        let guest = world.child(&format!("Child {number}"));
        guest.joins(&session);
        world.befriend(&guest, &ben);
        let own = guest.hosts("own");
        guest.invites(&own, &ben);
        let another = world.child(&format!("Host {number}")).hosts("another");
        ben.joins(&another);
        tale(number);
    }
    assert_eq!(cost(), before);
    for (queries, path) in before.into_iter().zip(&paths) {
        assert!(queries <= 3, "{path}: {queries}");
    }
}
