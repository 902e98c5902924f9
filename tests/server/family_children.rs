//! Accounts that adults make for children: making them, their names, the list of them, and parting.

use std::thread;

use serde_json::{Value, json};
use tinytales::clock::{DAY, SECOND};

use crate::drawings::{each, names, plain_story};
use crate::families::about;
use crate::support::{Client, World};

const LIST: &str = "/api/parent/children/";

const CREATE: &str = "/api/parent/children/create/";

#[track_caller]
pub fn create(client: &Client, username: &str) -> crate::support::Answer {
    client.post(CREATE, json!({"name": "Leo Ros", "username": username}))
}

fn count(world: &World, sql: &'static str) -> i64 {
    world.sql(move |conn| conn.one(sql, &[])?.take())
}

#[test]
fn a_parent_makes_an_account_and_finds_it_in_the_list() {
    let world = World::new();
    let paula = world.parent("Paula");
    let body = json!({"name": "  Leo van Ros ", "username": "leo_r", "date_of_birth": "2018-03-05", "class_name": ""});
    let answer = paula.post(CREATE, body).ok();
    assert_eq!(names(&answer), ["child", "message", "success"]);
    let id = answer["child"]["id"].clone();
    assert!(id.as_i64().unwrap() >= 1_000_000);
    assert_eq!(
        answer["child"],
        json!({"id": id, "username": "leo_r", "name": "Leo van Ros"})
    );
    let row = world.sql(|conn| {
        let mut row = conn.one(
            "SELECT first_name, last_name, user_type, email IS NULL, password_hash, managed_by_id, date_of_birth
             FROM users WHERE username = 'leo_r'",
            &[],
        )?;
        let names: [String; 3] = [row.take()?, row.take()?, row.take()?];
        let (has_no_address, hash): (bool, String) = (row.take()?, row.take()?);
        Ok((names, has_no_address, hash, row.take::<i64>()?, row.take::<String>()?))
    });
    assert_eq!(row.0, ["Leo", "van Ros", "child"]);
    assert!(row.1);
    assert_eq!(
        (row.2.as_str(), row.3, row.4.as_str()),
        ("!", paula.id(), "2018-03-05")
    );
    assert_eq!(
        paula.children(),
        [
            json!({"id": id, "username": "leo_r", "name": "Leo van Ros", "avatar": "📚", "is_online": false,
            "last_seen": "2026-03-04T05:06:07.123456Z", "total_stories": 0, "total_reads": 0,
            "achievements_count": 0, "date_added": "2026-03-04T05:06:07.123456Z", "email": null, "age": 7,
            "is_managed": true})
        ]
    );
    assert_eq!(
        count(&world, "SELECT CAST(COUNT(*) AS BIGINT) FROM mail_outbox"),
        0
    );
}

#[test]
fn the_list_counts_what_each_child_did() {
    let world = World::new();
    let (paula, mira, ben) = (world.parent("Paula"), world.child("Mira"), world.child("Ben"));
    world.family(&paula, &mira);
    world.advance(DAY);
    world.family(&paula, &ben);
    let story = mira.publishes(plain_story("the kettle"));
    mira.makes(plain_story("a draft"));
    ben.reads(story);
    world.flush();
    let _online = ben.notifications();
    let list = paula.children();
    assert_eq!(each(&json!(list), "name"), ["Mira", "Ben"]);
    let numbers = |child: &Value| {
        ["total_stories", "total_reads", "achievements_count"].map(|name| child[name].as_i64().unwrap())
    };
    assert_eq!(numbers(&list[0])[..2], [1, 0]);
    assert_eq!(numbers(&list[1])[..2], [0, 1]);
    assert!(numbers(&list[0])[2] > 0, "the first story is an achievement");
    assert_eq!(
        (&list[0]["email"], &list[0]["age"]),
        (&json!("mira@example.org"), &json!(null))
    );
    assert_eq!(each(&json!(list), "is_managed"), [false, false]);
    assert_eq!(each(&json!(list), "is_online"), [false, true]);
    // Suspended children stay, archived ones go.
    world.bars(&mira, "suspended_at");
    assert_eq!(paula.children().len(), 2);
    world.bars(&mira, "archived_at");
    assert_eq!(paula.children().len(), 1);
}

#[test]
fn bad_names_are_refused_by_field() {
    let world = World::new();
    let paula = world.parent("Paula");
    world.child("Mira");
    for (body, fields) in [
        (json!({}), &["name", "username"][..]),
        (json!({"name": " ", "username": ""}), &["name", "username"]),
        (json!({"name": null, "username": null}), &["name", "username"]),
        (json!({"name": [], "username": {}}), &["name", "username"]),
        (json!({"name": "x".repeat(51), "username": "leo_r"}), &["name"]),
        (json!({"name": "Leo", "username": "le"}), &["username"]),
        (json!({"name": "Leo", "username": "x".repeat(31)}), &["username"]),
        (json!({"name": "Leo", "username": "Leo_R"}), &["username"]),
        (json!({"name": "Leo", "username": "leo r"}), &["username"]),
        (json!({"name": "Leo", "username": "léo"}), &["username"]),
        (json!({"name": "Leo", "username": "mira"}), &["username"]),
        (
            json!({"name": "Leo", "username": "leo_r", "date_of_birth": "2026-03-05"}),
            &["date_of_birth"],
        ),
        (
            json!({"name": "Leo", "username": "leo_r", "date_of_birth": "2023-03-05"}),
            &["date_of_birth"],
        ),
        (
            json!({"name": "Leo", "username": "leo_r", "date_of_birth": "2007-03-04"}),
            &["date_of_birth"],
        ),
        (
            json!({"name": "Leo", "username": "leo_r", "date_of_birth": "2015-02-29"}),
            &["date_of_birth"],
        ),
        (
            json!({"name": "Leo", "username": "leo_r", "date_of_birth": "soon"}),
            &["date_of_birth"],
        ),
        (
            json!({"name": "Leo", "username": "leo_r", "date_of_birth": 7}),
            &["date_of_birth"],
        ),
        (
            json!({"name": "Leo", "username": "leo_r", "class_name": "x".repeat(101)}),
            &["class_name"],
        ),
    ] {
        paula.post(CREATE, body).refused_fields(fields);
    }
    // A name that differs by case alone is the same one.
    world.person("Loud", |person| person.usernames = vec!["LEO_R".to_owned()]);
    create(&paula, "leo_r").refused_fields(&["username"]);
    paula
        .raw(
            "POST",
            CREATE,
            &[("Content-Type", "application/json")],
            b"{\"name\": ",
        )
        .refused(400);
    assert!(paula.children().is_empty());
    for born in ["", "2023-03-04", "2007-03-05"] {
        let username = format!("kid{}", born.replace('-', "_"));
        let body = json!({"name": "Leo", "username": username, "date_of_birth": born});
        paula.post(CREATE, body).ok();
    }
}

#[test]
fn rude_words_in_names_are_masked() {
    let world = World::new();
    let paula = world.parent("Paula");
    let answer = paula
        .post(CREATE, json!({"name": "Damn Leo", "username": "leo_r"}))
        .ok();
    assert_eq!(answer["child"]["name"], json!("D**n Leo"));
}

#[test]
fn a_parent_has_ten_children_and_a_teacher_a_thousand() {
    let world = World::new();
    let (paula, tina) = (world.parent("Paula"), world.teacher("Tina"));
    for number in 0..10 {
        paula.has_child(&format!("kid_{number}"));
    }
    let refused = create(&paula, "kid_10").refused(400);
    assert_eq!(refused["code"], json!("too_many_children"));
    assert_eq!(paula.children().len(), 10);
    let (teacher, now) = (tina.id(), world.app.clock.now());
    world.crowd((0..999).map(|number| format!("Pupil {number}")));
    world.sql(move |conn| {
        conn.execute(
            "INSERT INTO class_links (teacher_id, student_id, status, created_at, confirmed_at)
             SELECT CAST($1 AS BIGINT), id, 'active', CAST($2 AS BIGINT), CAST($2 AS BIGINT) FROM users WHERE display_name LIKE 'Pupil %'",
            &[&teacher, &now],
        )
    });
    create(&tina, "pupil_1000").ok();
    assert_eq!(
        create(&tina, "pupil_1001").refused(400)["code"],
        json!("too_many_children")
    );
    assert_eq!(tina.children().len(), 250, "the list is bounded");
}

#[test]
fn a_teacher_makes_students_and_puts_them_into_classes() {
    let world = World::new();
    let tina = world.teacher("Tina");
    let body =
        |username: &str, class: &str| json!({"name": "Leo Ros", "username": username, "class_name": class});
    let leo = tina.post(CREATE, body("leo_r", "5B")).ok()["child"]["id"].clone();
    tina.post(CREATE, body("mia_k", " 5B ")).ok();
    tina.post(CREATE, body("zoe_k", "")).ok();
    let classes = || {
        world.sql(|conn| {
            let rows = conn.query(
                "SELECT COALESCE(c.name, '-') FROM class_links l JOIN users u ON u.id = l.student_id
                 LEFT JOIN classes c ON c.id = l.class_id ORDER BY u.username",
                &[],
            )?;
            rows.into_iter()
                .map(|mut row| row.take())
                .collect::<Result<Vec<String>, _>>()
        })
    };
    assert_eq!(classes(), ["5B", "5B", "-"]);
    assert_eq!(count(&world, "SELECT CAST(COUNT(*) AS BIGINT) FROM classes"), 1);
    let list = tina.children();
    assert_eq!(each(&json!(list), "username"), ["leo_r", "mia_k", "zoe_k"]);
    assert_eq!(list[0]["id"], leo);
    // A class is changed, and an empty one stays.
    let path = about(leo.as_i64().unwrap(), "update");
    tina.put(&path, json!({"className": "6A"})).ok();
    tina.put(&path, json!({"className": "", "class_name": null})).ok();
    assert_eq!(classes(), ["6A", "5B", "-"]);
    assert!(world.parent("Paula").children().is_empty());
}

#[test]
fn two_who_take_a_name_at_once_get_one_account() {
    let world = World::new();
    let parents = ["Paula", "Pia", "Pola", "Petra"].map(|name| world.parent(name));
    for round in 0..6 {
        let username = format!("kid_{round}");
        let statuses: Vec<u16> = thread::scope(|scope| {
            let tries: Vec<_> = parents
                .iter()
                .map(|parent| scope.spawn(|| create(parent, &username).status))
                .collect();
            tries.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let made = statuses.iter().filter(|status| **status == 200).count();
        let refused = statuses.iter().filter(|status| **status == 400).count();
        assert_eq!((made, refused), (1, 3), "{statuses:?}");
    }
    assert_eq!(
        count(&world, "SELECT CAST(COUNT(*) AS BIGINT) FROM family_links"),
        6
    );
    let managed = "SELECT CAST(COUNT(*) AS BIGINT) FROM users WHERE managed_by_id IS NOT NULL";
    assert_eq!(count(&world, managed), 6);
}

#[test]
fn one_parent_who_makes_many_at_once_does_not_pass_the_bound() {
    let world = World::new();
    let paula = world.parent("Paula");
    for number in 0..8 {
        paula.has_child(&format!("kid_{number}"));
    }
    let statuses: Vec<u16> = thread::scope(|scope| {
        let paula = &paula;
        let tries: Vec<_> = (8..14)
            .map(|number| scope.spawn(move || create(paula, &format!("kid_{number}")).status))
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        2,
        "{statuses:?}"
    );
    assert_eq!(paula.children().len(), 10);
}

#[test]
fn a_managed_child_is_renamed_field_by_field() {
    let world = World::new();
    let paula = world.parent("Paula");
    let leo = paula.has_child("leo_r");
    let path = about(leo, "update");
    let answer = paula
        .put(
            &path,
            json!({"name": "Leonard Ros", "username": "leonard", "dateOfBirth": "2018-03-05", "className": ""}),
        )
        .ok();
    assert_eq!(names(&answer), ["child", "message", "success"]);
    assert_eq!(
        answer["child"],
        json!({"id": leo, "name": "Leonard Ros", "username": "leonard", "email": null})
    );
    let child = || paula.children()[0].clone();
    assert_eq!(
        (&child()["name"], &child()["age"]),
        (&json!("Leonard Ros"), &json!(7))
    );
    // What is blank, null or absent stays, in both methods and both spellings.
    paula
        .put(&path, json!({"name": "", "username": null, "dateOfBirth": ""}))
        .ok();
    paula.patch(&path, json!({})).ok();
    paula.patch(&path, json!({"date_of_birth": "2016-03-04"})).ok();
    assert_eq!(
        (&child()["username"], &child()["age"]),
        (&json!("leonard"), &json!(10))
    );
    for (body, field) in [
        (json!({"name": "x".repeat(51)}), "name"),
        (json!({"username": "Leo"}), "username"),
        (json!({"username": "paula"}), "username"),
        (json!({"dateOfBirth": "2030-01-01"}), "dateOfBirth"),
        (json!({"date_of_birth": "yesterday"}), "date_of_birth"),
        (json!({"name": 7.5, "username": []}), "username"),
    ] {
        paula.put(&path, body).refused_fields(&[field]);
    }
    assert_eq!(child()["username"], json!("leonard"));
    // A name that the child chose by itself, of a kind that parents cannot choose, comes back with every change.
    let himself = paula.switches(leo).client;
    himself
        .patch("/api/auth/profile/", json!({"username": "leo-the-first"}))
        .ok();
    paula
        .put(&path, json!({"username": "leo-the-first", "name": "Leonard"}))
        .ok();
    assert_eq!(child()["name"], json!("Leonard"));
    paula.put(&path, json!({"username": "leonard"})).ok();
    // The same name again is no conflict with itself.
    paula
        .put(&path, json!({"username": "leonard", "name": "Leo"}))
        .ok();
}

#[test]
fn only_who_looks_after_an_account_changes_it() {
    let world = World::new();
    let (paula, pia, tina) = (world.parent("Paula"), world.parent("Pia"), world.teacher("Tina"));
    let mira = world.child("Mira");
    let leo = paula.has_child("leo_r");
    let pupil = tina.has_child("pupil");
    world.family(&paula, &mira);
    world.teaches(&tina, mira.id());
    world.teaches(&tina, leo);
    let change = json!({"name": "Renamed"});
    // Nobody renames a child who looks after its own account.
    for adult in [&paula, &tina] {
        let refused = adult
            .put(&about(mira.id(), "update"), change.clone())
            .refused(403);
        assert_eq!(refused["code"], json!("not_managed"));
    }
    tina.put(&about(leo, "update"), change.clone()).refused(403);
    tina.put(
        &about(leo, "update"),
        json!({"name": "Leo Ros", "className": "5B"}),
    )
    .ok();
    tina.put(&about(pupil, "update"), change.clone()).ok();
    // A second parent may.
    world.sql(move |conn| tinytales::family::store::links::activate(conn, pia.id(), leo, 0));
    paula.put(&about(leo, "update"), change).ok();
    let addresses = world.dump("users");
    assert!(addresses.iter().any(|row| row.contains("mira@example.org")));
    assert_eq!(mira.get("/api/auth/profile/").ok()["data"]["name"], json!("Mira"));
}

#[test]
fn the_list_is_polled_and_changes_with_what_it_shows() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    world.family(&paula, &mira);
    let tag = |held: &str| {
        let answer = paula.raw("GET", LIST, &[("If-None-Match", held)], b"");
        (answer.status, answer.header("etag").unwrap().to_owned())
    };
    let (_, first) = tag("");
    assert_eq!(tag(&first), (304, first.clone()));
    mira.publishes(plain_story("the kettle"));
    let (status, second) = tag(&first);
    assert_eq!(status, 200);
    assert_ne!(first, second);
    world.advance(SECOND);
    assert_eq!(tag(&second).0, 304);
}
