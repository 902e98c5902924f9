//! Stored notifications: their pages, their shapes, and reading them.

use serde_json::{Value, json};
use tinytales::clock::SECOND;
use tinytales::notifications::store::{self, New};

use crate::drawings::{names, plain_story};
use crate::support::{Client, World};

impl World {
    /// Stores a notification; its id.
    pub fn notify(&self, recipient_id: i64, sender_id: Option<i64>, kind: &'static str, data: &Value) -> i64 {
        let (data, now) = (data.clone(), self.app.clock.now());
        self.sql(move |conn| {
            let new = New {
                recipient_id,
                sender_id,
                kind,
                title: "A title",
                message: "A sentence.",
                data: &data,
                story_id: None,
            };
            store::insert(conn, &new, now)
        })
    }
}

fn list(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/notifications/{query}")).ok()
}

fn ids(list: &Value) -> Vec<i64> {
    list["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_i64().unwrap())
        .collect()
}

#[test]
fn a_notification_has_exactly_these_fields() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let data = json!({"session_id": "abc-123", "story_title": "Moon trip", "is_session_active": false});
    let invite = world.notify(mira.id(), Some(ben.id()), "collaboration_invite", &data);
    world.advance(SECOND);
    let system = world.notify(mira.id(), None, "system", &Value::Null);
    let answer = list(&mira, "");
    assert_eq!(names(&answer), ["count", "next", "previous", "results"]);
    assert_eq!(
        answer["results"],
        json!([
            {"id": system, "recipient": mira.id(), "sender": null, "notification_type": "system", "title": "A title",
                "message": "A sentence.", "data": null, "is_read": false, "created_at": "2026-03-04T05:06:08.123456Z",
                "icon": "bell", "url": "/", "session_id": null, "story_title": null},
            {"id": invite, "recipient": mira.id(), "sender": ben.id(), "sender_name": "Ben",
                "notification_type": "collaboration_invite", "title": "A title", "message": "A sentence.", "data": data,
                "is_read": false, "created_at": "2026-03-04T05:06:07.123456Z", "icon": "bell", "url": "/",
                "session_id": "abc-123", "story_title": "Moon trip"}
        ])
    );
    assert!(invite >= 1_000_000);
    assert_eq!(list(&ben, "")["count"], json!(0), "everybody sees their own");
}

#[test]
fn a_notification_leads_to_its_story_until_that_is_gone() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = ben.publishes(plain_story("the kettle"));
    let (recipient_id, sender_id) = (mira.id(), Some(ben.id()));
    world.sql(move |conn| {
        let new = New {
            recipient_id,
            sender_id,
            kind: "story_liked",
            title: "",
            message: "",
            data: &Value::Null,
            story_id: Some(story),
        };
        store::insert(conn, &new, 0)
    });
    let first = || list(&mira, "")["results"][0].clone();
    assert_eq!(
        (&first()["icon"], &first()["url"]),
        (&json!("heart"), &json!(format!("/story/{story}/")))
    );
    ben.delete(&format!("/api/stories/{story}/delete/")).ok();
    assert_eq!(first()["url"], json!("/"));
    // And so does its sender.
    let id = ben.id();
    world.sql(move |conn| conn.execute("DELETE FROM users WHERE id = $1", &[&id]));
    assert_eq!(first()["sender"], json!(null));
    assert!(first().get("sender_name").is_none());
}

#[test]
fn pages_have_twenty() {
    let world = World::new();
    let mira = world.child("Mira");
    mira.get("/api/auth/profile/").ok();
    assert_eq!(
        list(&mira, ""),
        json!({"count": 0, "next": null, "previous": null, "results": []})
    );
    let mut all: Vec<i64> = (0..45)
        .map(|_| world.notify(mira.id(), None, "system", &json!({})))
        .collect();
    all.reverse();
    let first = list(&mira, "");
    assert_eq!((ids(&first), &first["count"]), (all[..20].to_vec(), &json!(45)));
    assert_eq!(
        first["next"],
        json!(format!("http://{}/api/notifications/?page=2", world.address))
    );
    assert_eq!(ids(&list(&mira, "?page=2")), all[20..40]);
    let last = list(&mira, "?page=last");
    assert_eq!((ids(&last), &last["next"]), (all[40..].to_vec(), &json!(null)));
    for beyond in ["4", "0", "x", "-1"] {
        mira.get(&format!("/api/notifications/?page={beyond}"))
            .refused(404);
    }
    assert_eq!(world.queries(|| list(&mira, "")), 2);
    world.guest().get("/api/notifications/").refused(401);
}

#[test]
fn reading_one_is_for_its_recipient() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let id = world.notify(mira.id(), Some(ben.id()), "system", &Value::Null);
    let path = format!("/api/notifications/{id}/read/");
    for (client, status) in [(&ben, 404), (&world.admin("Ada"), 404), (&world.guest(), 401)] {
        client.put(&path, json!({})).refused(status);
    }
    mira.post(&path, json!({})).refused(405);
    mira.put("/api/notifications/7/read/", json!({})).refused(404);
    mira.put("/api/notifications/x/read/", json!({})).refused(404);
    assert_eq!(list(&mira, "")["results"][0]["is_read"], json!(false));
    for _ in ["once", "again"] {
        assert_eq!(
            names(&mira.raw("PUT", &path, &[], b"").ok()),
            ["message", "success"]
        );
        assert_eq!(list(&mira, "")["results"][0]["is_read"], json!(true));
    }
}

#[test]
fn reading_all_leaves_invitations_waiting() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let others = world.notify(ben.id(), None, "system", &Value::Null);
    world.notify(mira.id(), None, "system", &Value::Null);
    world.notify(mira.id(), Some(ben.id()), "achievement_earned", &Value::Null);
    let invite = world.notify(mira.id(), Some(ben.id()), "collaboration_invite", &Value::Null);
    world
        .guest()
        .put("/api/notifications/mark-all-read/", json!({}))
        .refused(401);
    mira.put("/api/notifications/mark-all-read/", json!({})).ok();
    let unread = |client: &Client| -> Vec<i64> {
        let list = list(client, "");
        let rows = list["results"].as_array().unwrap().iter();
        rows.filter(|row| row["is_read"] == json!(false))
            .map(|row| row["id"].as_i64().unwrap())
            .collect()
    };
    assert_eq!(unread(&mira), [invite]);
    assert_eq!(unread(&ben), [others]);
}

#[test]
fn what_invitations_need_of_the_store() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira").id(), world.child("Ben").id());
    let data = json!({"session_id": "abc"});
    let new = world.notify(mira, Some(ben), "collaboration_invite", &data);
    world.sql(move |conn| {
        assert!(store::get(conn, new, ben)?.is_none(), "for somebody else");
        let invite = store::get(conn, new, mira)?.unwrap();
        assert_eq!(
            (
                invite.sender_id,
                invite.sender_name.as_deref(),
                &invite.data["session_id"]
            ),
            (Some(ben), Some("Ben"), &json!("abc"))
        );
        assert!(!store::delete(conn, new, ben)?);
        assert!(store::mark_read(conn, new, mira)?);
        assert!(store::delete(conn, new, mira)? && store::get(conn, new, mira)?.is_none());
        Ok(())
    });
}
