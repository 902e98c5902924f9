//! What people want to be told of: defaults, one switch at a time, and nothing but switches.

use serde_json::{Value, json};
use tinytales::clock::MINUTE;

use crate::drawings::names;
use crate::support::World;

const SHOW: &str = "/api/notifications/preferences/";
const CHANGE: &str = "/api/notifications/preferences/update/";
const REGISTER: &str = "/api/notifications/register-token/";

fn defaults() -> Value {
    json!({"weekly_reports": true, "achievement_alerts": true, "goal_completion": true, "realtime_updates": false,
        "push_token": null, "device_type": null, "share_usage_data": true, "allow_analytics": true,
        "public_profile": false})
}

#[test]
fn the_defaults_hold_until_something_is_changed() {
    let world = World::new();
    let (mira, ben) = (world.parent("Mira"), world.teacher("Ben"));
    assert_eq!(
        mira.get(SHOW).ok(),
        json!({"success": true, "preferences": defaults()})
    );
    assert_eq!(
        world.dump("notification_preferences").len(),
        0,
        "a look writes nothing"
    );
    let mut expected = defaults();
    for (name, value) in [
        ("weekly_reports", json!(false)),
        ("realtime_updates", json!(true)),
        ("public_profile", json!(true)),
        ("goal_completion", json!(false)),
        ("achievement_alerts", json!(false)),
        ("share_usage_data", json!(false)),
        ("allow_analytics", json!(false)),
        ("device_type", json!("ios")),
        ("push_token", json!("token")),
        ("device_type", json!(null)),
        ("push_token", json!(null)),
        ("weekly_reports", json!(true)),
    ] {
        let answer = mira.put(CHANGE, json!({name: value, "unknown": 7})).ok();
        // A token is taken and never given back.
        if name != "push_token" {
            expected[name] = value;
        }
        assert_eq!(names(&answer), ["message", "preferences", "success"]);
        assert_eq!(answer["preferences"], expected, "{name}");
        assert_eq!(mira.get(SHOW).ok()["preferences"], expected, "{name}");
    }
    assert_eq!(mira.patch(CHANGE, json!({})).ok()["preferences"], expected);
    assert_eq!(ben.get(SHOW).ok()["preferences"], defaults());
}

#[test]
fn switches_are_booleans_and_devices_are_known() {
    let world = World::new();
    let mira = world.parent("Mira");
    for name in ["weekly_reports", "public_profile", "allow_analytics"] {
        for wrong in [json!(1), json!("true"), json!(null), json!([]), json!({})] {
            mira.put(CHANGE, json!({name: wrong})).refused_fields(&[name]);
        }
    }
    for wrong in [json!("toaster"), json!(""), json!(7), json!([])] {
        mira.put(CHANGE, json!({"device_type": wrong}))
            .refused_fields(&["device_type"]);
    }
    for wrong in [json!("x".repeat(501)), json!([]), json!("a\u{0}b")] {
        mira.put(CHANGE, json!({"push_token": wrong}))
            .refused_fields(&["push_token"]);
    }
    // One wrong field, and none is changed.
    mira.put(CHANGE, json!({"weekly_reports": false, "device_type": "toaster"}))
        .refused_fields(&["device_type"]);
    assert_eq!(mira.get(SHOW).ok()["preferences"], defaults());
    for method in ["GET", "PUT", "POST"] {
        let path = match method {
            "GET" => SHOW,
            "PUT" => CHANGE,
            _ => REGISTER,
        };
        world.guest().json(method, path, json!({})).refused(401);
    }
}

#[test]
fn one_device_is_noted() {
    let world = World::new();
    let mira = world.child("Mira");
    for wrong in [
        json!({}),
        json!({"push_token": ""}),
        json!({"push_token": "x".repeat(501)}),
        json!({"push_token": null}),
    ] {
        mira.post(REGISTER, wrong).refused_fields(&["push_token"]);
    }
    mira.post(REGISTER, json!({"push_token": "a", "device_type": "toaster"}))
        .refused_fields(&["device_type"]);
    assert_eq!(
        names(&mira.post(REGISTER, json!({"push_token": "a"})).ok()),
        ["message", "success"]
    );
    let device = || {
        let row: (String, String) = world.sql(|conn| {
            let mut row = conn.one(
                "SELECT push_token, device_type FROM notification_preferences",
                &[],
            )?;
            Ok((row.take()?, row.take()?))
        });
        row
    };
    assert_eq!(device(), ("a".to_owned(), "web".to_owned()));
    assert_eq!(mira.get(SHOW).ok()["preferences"]["push_token"], json!(null));
    // Another change leaves it alone.
    mira.put(CHANGE, json!({"weekly_reports": false})).ok();
    assert_eq!(device(), ("a".to_owned(), "web".to_owned()));
    mira.post(REGISTER, json!({"push_token": "b", "device_type": "android"}))
        .ok();
    assert_eq!(device(), ("b".to_owned(), "android".to_owned()));
    mira.put(CHANGE, json!({"push_token": null, "device_type": null}))
        .ok();
    let forgotten = world.sql(|conn| {
        let sql = "SELECT push_token IS NULL AND device_type IS NULL FROM notification_preferences";
        conn.one(sql, &[])?.take::<bool>()
    });
    assert!(forgotten);
}

#[test]
fn a_mail_to_oneself_shows_whether_mail_arrives() {
    const SEND: &str = "/api/notifications/send-test-email/";
    let world = World::new();
    let mira = world.parent("Mira");
    let answer = mira.post_nothing(SEND).ok();
    assert_eq!(names(&answer), ["message", "success"]);
    assert_eq!(answer["success"], json!(true));
    assert!(answer["message"].as_str().unwrap().contains("mira@example.org"));
    let letters = world.mail_to("mira@example.org");
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].kind, "test");
    world.guest().post_nothing(SEND).refused(401);
    let ben = world.person("Ben", |person| {
        person.email = Some("ben@child.tinytales.local".to_owned());
    });
    ben.post_nothing(SEND).refused(400);
    world
        .person("Rosa", |person| person.email = None)
        .post_nothing(SEND)
        .refused(400);

    let silent = World::with(|config| config.mail.folder = None);
    let answer = silent.parent("Mira").post_nothing(SEND).ok();
    assert_eq!(answer["success"], json!(false));
    assert_eq!(silent.dump("mail_outbox").len(), 0);

    let strict = World::with(|config| config.rate_limits = true);
    let mira = strict.parent("Mira");
    for _ in 0..5 {
        mira.post_nothing(SEND).ok();
        mira.post_nothing(SEND).refused(429);
        strict.advance(5 * MINUTE);
    }
    mira.post_nothing(SEND).refused(429);
}

#[test]
fn a_change_is_one_statement() {
    let world = World::new();
    let mira = world.parent("Mira");
    mira.get(SHOW).ok();
    for change in [
        json!({"weekly_reports": false}),
        json!({"goal_completion": false}),
    ] {
        let queries = world.queries(|| mira.put(CHANGE, change.clone()).ok());
        assert_eq!(queries, 1);
    }
    let shown = mira.get(SHOW).ok()["preferences"].clone();
    assert_eq!(
        (&shown["weekly_reports"], &shown["goal_completion"]),
        (&json!(false), &json!(false))
    );
}
