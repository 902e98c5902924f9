//! Families are asked, and until they say yes a teacher is shown nothing.

use serde_json::{Value, json};
use tinytales::classroom::store::links;
use tinytales::clock::DAY;

use crate::drawings::each;
use crate::schools::tale;
use crate::support::{Client, World};

/// What is stored for somebody, the newest first.
#[track_caller]
fn told(client: &Client) -> Vec<Value> {
    let listed = client.get("/api/notifications/").ok();
    let stored = listed["results"].as_array().unwrap().iter();
    let of_classes = stored.filter(|one| one["notification_type"].as_str().unwrap().starts_with("class_"));
    of_classes.cloned().collect()
}

/// What a teacher is shown of a child anywhere.
#[track_caller]
fn sees_anything(world: &World, teacher: &Client, child: &Client) -> bool {
    let shows = |list: &str| !teacher.pupils(list).is_empty();
    let (teacher_id, child_id) = (teacher.id(), child.id());
    let stats = teacher.get("/api/teacher/dashboard-stats/").ok();
    let reports = teacher.get("/api/teacher/reports/").ok();
    let seen = [
        shows("/api/teacher/students/"),
        shows("/api/teacher/all-students/"),
        stats["total_students"] != json!(0) || stats["total_stories"] != json!(0),
        stats["recent_activities"] != json!([]) || stats["total_achievements"] != json!(0),
        reports["overview"]["total_students"] != json!(0) || reports["recent_activities"] != json!([]),
        reports["overview"]["stories_this_week"] != json!(0)
            || reports["achievement_activities"] != json!([]),
        teacher
            .get(&format!("/api/teacher/students/{child_id}/stories/"))
            .status
            == 200,
        world.sql(move |conn| links::is_linked(conn, teacher_id, child_id)),
    ];
    assert!(seen.iter().all(|one| *one == seen[7]), "all or nothing: {seen:?}");
    assert!(
        !shows("/api/teacher/available-students/"),
        "in a class, or not at all"
    );
    seen[7]
}

struct School {
    world: World,
    ada: Client,
    class: i64,
    mira: Client,
    paula: Client,
}

impl School {
    /// A teacher, a child that has published something, and the child's parent.
    fn new() -> Self {
        let world = World::new();
        let (ada, mira, paula) = (world.teacher("Ada"), world.child("Mira"), world.parent("Paula"));
        world.parents(&paula, &mira);
        mira.makes(tale("the kettle"));
        let class = ada.founds("5B");
        Self {
            world,
            ada,
            class,
            mira,
            paula,
        }
    }
}

#[test]
fn a_parent_is_asked_and_says_yes() {
    let School {
        world,
        ada,
        class,
        mira,
        paula,
    } = School::new();
    let asked = ada.adds(class, &mira);
    asked.status(202);
    assert_eq!(
        (&asked.json["relationship_id"], &asked.json["status"]),
        (&Value::Null, &json!("pending"))
    );
    assert!(!asked.json["message"].as_str().unwrap().is_empty());

    let links = paula.class_links();
    let id = links[0]["id"].as_i64().unwrap();
    let shape = |status: &str, can_answer: bool| {
        json!({"id": id, "status": status,
            "student": {"id": mira.id(), "username": "mira", "name": "Mira", "avatar": "📚"},
            "teacher": {"id": ada.id(), "name": "Ada"}, "class_name": "5B", "can_answer": can_answer,
            "date_created": "2026-03-04T05:06:07.123456Z"})
    };
    assert_eq!(links, [shape("pending", true)]);
    assert_eq!(
        mira.class_links(),
        [shape("pending", false)],
        "the child has a parent"
    );

    for who in [&paula, &mira] {
        let told = told(who);
        assert_eq!(told.len(), 1);
        assert_eq!(
            (
                &told[0]["notification_type"],
                &told[0]["sender"],
                &told[0]["sender_name"]
            ),
            (&json!("class_request"), &json!(ada.id()), &json!("Ada"))
        );
        assert_eq!(
            told[0]["data"],
            json!({"class_link_id": id, "class_name": "5B", "teacher_id": ada.id(), "teacher_name": "Ada",
                "student_id": mira.id(), "student_name": "Mira"})
        );
    }
    assert!(!sees_anything(&world, &ada, &mira));

    mira.replies(id, true).refused(403);
    assert!(!sees_anything(&world, &ada, &mira));
    let answered = paula.replies(id, true).ok();
    assert_eq!(answered["class_link"], shape("active", true));
    assert!(sees_anything(&world, &ada, &mira));
    assert_eq!(ada.pupils_of(class), ["Mira"]);
    assert_eq!(told(&ada)[0]["notification_type"], json!("class_joined"));
    assert_eq!(told(&mira).len(), 2);
    // Said before: nothing happens, nobody is told.
    paula.replies(id, true).ok();
    assert_eq!((told(&ada).len(), told(&mira).len()), (1, 2));
}

#[test]
fn a_no_holds_for_a_week_and_can_be_taken_back() {
    let School {
        world,
        ada,
        class,
        mira,
        paula,
    } = School::new();
    let id = ada.asks_for(class, &mira);
    let answered = paula.replies(id, false).ok();
    assert_eq!(answered["class_link"]["status"], json!("declined"));
    assert!(!sees_anything(&world, &ada, &mira));
    assert!(told(&ada).is_empty());
    ada.adds(class, &mira).refused(400);
    world.advance(7 * DAY - 1);
    ada.adds(class, &mira).refused(400);
    world.advance(1);
    ada.adds(class, &mira).status(202);
    assert_eq!(told(&paula).len(), 2);
    paula.replies(id, false).ok();
    // The family may change its mind without being asked.
    paula.replies(id, true).ok();
    assert!(sees_anything(&world, &ada, &mira));
}

#[test]
fn a_yes_can_be_taken_back_and_the_teacher_cannot_undo_that() {
    let School {
        world,
        ada,
        class,
        mira,
        paula,
    } = School::new();
    let id = ada.asks_for(class, &mira);
    paula.replies(id, true).ok();
    world.advance(DAY);
    paula.replies(id, false).ok();
    assert!(!sees_anything(&world, &ada, &mira));
    assert!(ada.pupils_of(class).is_empty());
    ada.adds(class, &mira).refused(400);
    world.keeps(&ada, &mira);
    ada.adds(class, &mira).refused(400);
    ada.sends_list(class, "name,username\nMira,mira\n", "")
        .refused(400);
    assert!(!sees_anything(&world, &ada, &mira));
}

#[test]
fn asking_twice_asks_once() {
    let School {
        world,
        ada,
        class,
        mira,
        paula,
    } = School::new();
    let id = ada.asks_for(class, &mira);
    let other = ada.founds("6B");
    ada.adds(other, &mira).status(202);
    assert_eq!(told(&paula).len(), 1);
    assert_eq!(paula.class_links()[0]["class_name"], json!("6B"));
    paula.replies(id, true).ok();
    assert_eq!(ada.pupils_of(other), ["Mira"]);
    assert!(ada.pupils_of(class).is_empty());
    assert_eq!(world.dump("class_links").len(), 1);
}

#[test]
fn a_child_without_parents_here_answers_for_itself() {
    let world = World::new();
    let (ada, mira, paula) = (world.teacher("Ada"), world.child("Mira"), world.parent("Paula"));
    let class = ada.founds("5B");
    let id = ada.asks_for(class, &mira);
    assert_eq!(mira.class_links()[0]["can_answer"], json!(true));
    paula.replies(id, true).refused(404);
    // A parent who only wishes to be one is none.
    world.parents(&paula, &mira);
    for status in ["pending", "ended"] {
        world.sql(move |conn| conn.execute("UPDATE family_links SET status = $1", &[&status]));
        paula.replies(id, true).refused(404);
        assert!(paula.class_links().is_empty());
    }
    // Nor is one who is suspended.
    world.sql(|conn| conn.execute("UPDATE family_links SET status = 'active'", &[]));
    mira.replies(id, true).refused(403);
    world.bars(&paula, "suspended_at");
    mira.replies(id, true).ok();
    assert_eq!(ada.pupils_of(class), ["Mira"]);
    assert_eq!(told(&mira).len(), 1, "who says yes need not be told");
    mira.replies(id, false).ok();
    assert!(ada.pupils_of(class).is_empty());
}

#[test]
fn nobody_else_answers_and_what_the_teacher_has_ended_is_gone() {
    let School {
        world,
        ada,
        class,
        mira,
        paula,
    } = School::new();
    let id = ada.asks_for(class, &mira);
    for other in [
        &ada,
        &world.parent("Pia"),
        &world.child("Leo"),
        &world.teacher("Tom"),
    ] {
        other.replies(id, true).refused(404);
        assert!(other.class_links().is_empty());
    }
    paula.replies(7, true).refused(404);
    let path = format!("/api/family/class-links/{id}/respond/");
    for form in [
        json!({}),
        json!({"accept": null}),
        json!({"accept": "perhaps"}),
        json!({"accept": []}),
    ] {
        paula.post(&path, form).refused_fields(&["accept"]);
    }
    let (teacher, student) = (ada.id(), mira.id());
    world.sql(move |conn| {
        conn.execute(
            "UPDATE class_links SET status = 'ended', class_id = NULL WHERE teacher_id = $1 AND student_id = $2",
            &[&teacher, &student],
        )
    });
    assert!(paula.class_links().is_empty());
    paula.replies(id, true).refused(404);
    // It was never confirmed: the family is asked again.
    ada.adds(class, &mira).status(202);
    assert_eq!(paula.class_links()[0]["id"], json!(id));
    world.bars(&ada, "archived_at");
    assert!(paula.class_links().is_empty());
    paula.replies(id, true).refused(404);
}

#[test]
fn a_former_student_comes_back_without_a_question() {
    let School {
        world,
        ada,
        class,
        mira,
        paula,
    } = School::new();
    paula.replies(ada.asks_for(class, &mira), true).ok();
    let (teacher, student) = (ada.id(), mira.id());
    assert!(world.sql(move |conn| links::unlink(conn, teacher, student)));
    assert!(ada.pupils("/api/teacher/students/").is_empty());
    ada.adds(class, &mira).ok();
    assert!(sees_anything(&world, &ada, &mira));
}

#[test]
fn each_of_several_parents_is_told_and_one_yes_is_enough() {
    let School {
        world,
        ada,
        class,
        mira,
        paula,
    } = School::new();
    let pia = world.parent("Pia");
    world.parents(&pia, &mira);
    let sibling = world.child("Leo");
    world.parents(&pia, &sibling);
    let (of_mira, of_sibling) = (ada.asks_for(class, &mira), ada.asks_for(class, &sibling));
    assert_eq!((told(&paula).len(), told(&pia).len()), (1, 2));
    assert_eq!(each(&json!(pia.class_links()), "id"), [of_sibling, of_mira]);
    pia.replies(of_mira, true).ok();
    assert_eq!(ada.pupils_of(class), ["Mira"]);
    assert_eq!(paula.class_links()[0]["status"], json!("active"));
}

#[test]
fn whoever_is_online_is_told_at_once() {
    let School {
        ada,
        class,
        mira,
        paula,
        world: _world,
    } = School::new();
    let mut socket = paula.notifications();
    let id = ada.asks_for(class, &mira);
    let event = socket.until("notification");
    assert_eq!(event["notification"]["data"]["class_link_id"], json!(id));
    assert_eq!(event["notification"]["recipient"], json!(paula.id()));
}

#[test]
fn what_a_family_is_shown_is_new_when_it_changes() {
    let School {
        ada,
        class,
        mira,
        paula,
        world: _world,
    } = School::new();
    let path = "/api/family/class-links/";
    let version = |client: &Client| client.get(path).header("etag").unwrap().to_owned();
    let ask = |held: &str| paula.raw("GET", path, &[("If-None-Match", held)], b"").status;
    let held = version(&paula);
    assert_eq!(ask(&held), 304);
    let id = ada.asks_for(class, &mira);
    assert_eq!(ask(&held), 200);
    let held = version(&paula);
    paula.replies(id, true).ok();
    assert_eq!(ask(&held), 200);
}

#[test]
fn a_family_is_asked_by_the_same_teacher_once_a_day() {
    let world = World::with(|config| config.rate_limits = true);
    let (ada, tom, mira) = (world.teacher("Ada"), world.teacher("Tom"), world.child("Mira"));
    let (class, other) = (ada.founds("5B"), ada.founds("6B"));
    ada.adds(class, &mira).status(202);
    assert_eq!(told(&mira).len(), 1);
    // What a teacher can do about a wish that waits asks nobody anew.
    ada.delete(&crate::families::about(mira.id(), "remove"))
        .refused(404);
    ada.adds(other, &mira).status(202);
    ada.delete(&format!("/api/teacher/classes/{other}/")).status(204);
    ada.adds(class, &mira).status(202);
    assert_eq!(told(&mira).len(), 1);
    // However it was withdrawn.
    let withdraw = || {
        world.sql(|conn| {
            conn.execute("UPDATE class_links SET status = 'ended'", &[])
                .map(drop)
        });
    };
    withdraw();
    ada.adds(class, &mira).refused(429);
    assert_eq!(told(&mira).len(), 1);
    let asks = tom.founds("7B");
    tom.adds(asks, &mira).status(202);
    world.advance(DAY);
    ada.adds(class, &mira).status(202);
    assert_eq!(told(&mira).len(), 3);
}
