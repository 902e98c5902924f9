//! Announcements: to everybody who can read them, once.

use database::Dialect;
use serde_json::json;
use tinytales::clock::MINUTE;
use tinytales::notifications::announcing;

use crate::administration::line;
use crate::support::{Client, World};

const ANNOUNCE: &str = "/api/admin/announcement/";

#[track_caller]
fn announced(person: &Client) -> Vec<String> {
    let rows = person.get("/api/notifications/").ok()["results"].clone();
    let rows = rows.as_array().unwrap().iter();
    rows.filter(|row| row["notification_type"] == json!("announcement"))
        .map(|row| {
            format!(
                "{}: {}",
                row["title"].as_str().unwrap(),
                row["message"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn everybody_of_a_kind_is_told_once() {
    let world = World::new();
    let sam = world.staff("Sam");
    let (mira, paula, tom) = (world.child("Mira"), world.parent("Paula"), world.teacher("Tom"));
    let held = world.child("Held");
    let olga = world.person("Olga", |person| person.is_verified = false);
    world.bars(&held, "suspended_at");
    let answer = sam
        .post(
            ANNOUNCE,
            json!({"title": " Spring ", "message": "It is here.", "target_type": "child"}),
        )
        .ok();
    assert_eq!(answer["success"], json!(true));
    // Sam is a child's account, too.
    assert_eq!(answer["message"], json!("2 people will read it."));
    assert_eq!(announced(&mira), ["Spring: It is here."]);
    for other in [&paula, &tom] {
        assert_eq!(announced(other), [] as [&str; 0]);
    }
    assert_eq!(world.last_line(), line("announce", "announcement", None, true));
    sam.post(ANNOUNCE, json!({"title": "All", "message": "of you"}))
        .ok();
    sam.post(
        ANNOUNCE,
        json!({"title": "All", "message": "again", "target_type": "all"}),
    )
    .ok();
    for person in [&paula, &tom] {
        assert_eq!(announced(person), ["All: again", "All: of you"]);
    }
    let to_them = |id: i64| {
        world.sql(move |conn| {
            conn.one(
                "SELECT CAST(COUNT(*) AS BIGINT) FROM notifications WHERE recipient_id = $1",
                &[&id],
            )?
            .take::<i64>()
        })
    };
    assert_eq!((to_them(held.id()), to_them(olga.id())), (0, 0));
}

#[test]
fn many_people_are_told_in_several_steps() {
    let world = World::new();
    let sam = world.staff("Sam");
    world.crowd((0..1_100).map(|number| format!("Kid {number:04}")));
    sam.post(ANNOUNCE, json!({"title": "Spring", "message": "It is here."}))
        .ok();
    let count = "SELECT CAST(COUNT(*) AS BIGINT) FROM notifications WHERE notification_type = 'announcement'";
    assert_eq!(world.number(count), 1_101);
    let people = "SELECT CAST(COUNT(DISTINCT recipient_id) AS BIGINT) FROM notifications";
    assert_eq!(world.number(people), 1_101);
}

/// Lets nobody whose id is greater than this have notifications, or everybody again.
fn holds(world: &World, last: Option<i64>) {
    world.sql(move |conn| {
        let sql = match (conn.dialect(), last) {
            (Dialect::Sqlite, Some(last)) => format!(
                "CREATE TRIGGER held BEFORE INSERT ON notifications WHEN NEW.recipient_id > {last}
                 BEGIN SELECT RAISE(ABORT, 'held'); END"
            ),
            (Dialect::Postgres, Some(last)) => {
                format!("ALTER TABLE notifications ADD CONSTRAINT held CHECK (recipient_id <= {last})")
            }
            (Dialect::Sqlite, None) => "DROP TRIGGER held".to_owned(),
            (Dialect::Postgres, None) => "ALTER TABLE notifications DROP CONSTRAINT held".to_owned(),
        };
        conn.execute(&sql, &[]).map(drop)
    });
}

#[test]
fn what_breaks_in_the_middle_goes_on_and_nobody_is_told_twice() {
    let mut world = World::new();
    let sam = world.staff("Sam");
    world.crowd((0..2_200).map(|number| format!("Kid {number:04}")));
    let count = "SELECT CAST(COUNT(*) AS BIGINT) FROM notifications WHERE notification_type = 'announcement'";
    let people = "SELECT CAST(COUNT(DISTINCT recipient_id) AS BIGINT) FROM notifications";
    let moments = "SELECT CAST(COUNT(DISTINCT created_at) AS BIGINT) FROM notifications";
    holds(&world, Some(sam.id() + 1_500));
    let answer = sam
        .post(ANNOUNCE, json!({"title": "Spring", "message": "It is here."}))
        .ok();
    // The first step stands, with the line of the record: it will come to its end.
    assert_eq!(answer["message"], json!("2201 people will read it."));
    assert_eq!(world.number(count), 1_000);
    assert!(world.run(announcing::look_around(&world.app)).is_err());
    assert_eq!(world.number(count), 1_000);
    world.advance(MINUTE);
    holds(&world, None);
    world.restart();
    // Who signs up meanwhile gets none.
    world.child("Late");
    world.run(announcing::look_around(&world.app)).unwrap();
    assert_eq!((world.number(count), world.number(people)), (2_201, 2_201));
    assert_eq!(world.number(moments), 1, "all say when it was announced");
    world.run(announcing::look_around(&world.app)).unwrap();
    assert_eq!(world.number(count), 2_201);
    assert_eq!(world.dump("announcements"), [] as [String; 0]);
}

#[test]
fn what_says_nothing_is_refused() {
    let world = World::new();
    let sam = world.staff("Sam");
    for (body, fields) in [
        (json!({}), &["message", "title"][..]),
        (json!({"title": "", "message": "x"}), &["title"]),
        (json!({"title": "x", "message": " "}), &["message"]),
        (json!({"title": "x".repeat(201), "message": "x"}), &["title"]),
        (json!({"title": "x", "message": "x".repeat(1_001)}), &["message"]),
        (
            json!({"title": "x", "message": "x", "target_type": "pirate"}),
            &["target_type"],
        ),
        (json!({"title": [], "message": null}), &["message", "title"]),
    ] {
        sam.post(ANNOUNCE, body).refused_fields(fields);
    }
    assert_eq!(world.record(), []);
    assert_eq!(
        world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM notifications"),
        0
    );
}

#[test]
fn ten_an_hour_are_enough() {
    let world = World::with(|config| config.rate_limits = true);
    let sam = world.staff("Sam");
    let send = || sam.post(ANNOUNCE, json!({"title": "Spring", "message": "It is here."}));
    for _ in 0..10 {
        send().ok();
    }
    send().refused(429);
}
