//! Classes: made, changed, listed, deleted.

use serde_json::{Value, json};
use tinytales::classroom::store::links;
use tinytales::clock::{DAY, SECOND};

use crate::drawings::{each, names};
use crate::support::World;

const CLASSES: &str = "/api/teacher/classes/";

#[test]
fn a_class_is_made_and_shown_field_by_field() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let form = json!({"name": " 5B ", "description": "", "grade_level": "Grade 5", "subject": "English",
        "school_year": "2025-2026"});
    let made = ada.post(CLASSES, form).created();
    let class = json!({"id": made["id"], "teacher": ada.id(), "teacher_name": "Ada", "name": "5B", "description": "",
        "grade_level": "Grade 5", "subject": "English", "school_year": "2025-2026", "is_active": true,
        "student_count": 0, "code": null, "date_created": "2026-03-04T05:06:07.123456Z",
        "date_updated": "2026-03-04T05:06:07.123456Z"});
    assert_eq!(made, class);
    assert!(made["id"].as_i64().unwrap() >= 1_000_000);
    assert_eq!(ada.get(CLASSES).ok(), json!([class]));
    assert_eq!(ada.get(&format!("{CLASSES}{}/", made["id"])).ok(), class);
}

#[test]
fn classes_are_a_bare_list_of_ones_own_newest_first() {
    let world = World::new();
    let (ada, ben) = (world.teacher("Ada"), world.teacher("Ben"));
    assert_eq!(ada.get(CLASSES).ok(), json!([]));
    for name in ["First", "Second", "Second"] {
        ada.founds(name);
        world.advance(SECOND);
    }
    let newest = ada.founds("Over");
    ada.patch(&format!("{CLASSES}{newest}/"), json!({"is_active": false}))
        .ok();
    let list = ada.get(CLASSES).ok();
    assert_eq!(each(&list, "name"), ["Over", "Second", "Second", "First"]);
    assert_eq!(each(&list, "is_active"), [false, true, true, true]);
    for other in [&ben, &world.child("Mira"), &world.parent("Paula")] {
        assert_eq!(other.get(CLASSES).ok(), json!([]));
    }
}

#[test]
fn the_count_is_of_those_who_are_in_it() {
    let world = World::new();
    let (ada, mira, ben, leo) = (
        world.teacher("Ada"),
        world.child("Mira"),
        world.child("Ben"),
        world.child("Leo"),
    );
    let class = ada.founds("5B");
    let count = || ada.get(&format!("{CLASSES}{class}/")).ok()["student_count"].clone();
    world.enrols(&ada, Some(class), &mira);
    world.enrols(&ada, None, &ben);
    ada.adds(class, &leo).status(202);
    assert_eq!(count(), json!(1));
    world.bars(&mira, "archived_at");
    assert_eq!(count(), json!(0));
}

#[test]
fn put_needs_the_name_and_absent_fields_stay() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let made = ada
        .post(
            CLASSES,
            json!({"name": "5B", "subject": "English", "school_year": null}),
        )
        .created();
    let path = format!("{CLASSES}{}/", made["id"]);
    world.advance(DAY);
    let mut expected = made.clone();
    expected["date_updated"] = json!("2026-03-05T05:06:07.123456Z");
    expected["grade_level"] = json!("Grade 6");
    assert_eq!(
        ada.patch(&path, json!({"grade_level": "Grade 6", "id": 7})).ok(),
        expected
    );
    ada.put(&path, json!({"grade_level": "x"}))
        .refused_fields(&["name"]);
    expected["name"] = json!("6B");
    expected["subject"] = json!(null);
    expected["is_active"] = json!(false);
    let change = json!({"name": "6B", "subject": null, "is_active": "false"});
    assert_eq!(ada.put(&path, change).ok(), expected);
    assert_eq!(ada.patch(&path, json!({})).ok(), expected);
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    let path = format!("{CLASSES}{class}/");
    let before = world.dump("classes");
    let long = |length: usize| "é".repeat(length);
    for (form, field) in [
        (json!({}), "name"),
        (json!({"name": "  "}), "name"),
        (json!({"name": null}), "name"),
        (json!({"name": [1]}), "name"),
        (json!({"name": long(101)}), "name"),
        (json!({"name": "a\u{0}b"}), "name"),
        (json!({"name": "5B", "description": long(2001)}), "description"),
        (json!({"name": "5B", "grade_level": long(51)}), "grade_level"),
        (json!({"name": "5B", "subject": long(101)}), "subject"),
        (json!({"name": "5B", "school_year": long(21)}), "school_year"),
        (json!({"name": "5B", "is_active": "perhaps"}), "is_active"),
        (json!({"name": "5B", "is_active": null}), "is_active"),
    ] {
        ada.post(CLASSES, form.clone()).refused_fields(&[field]);
        ada.put(&path, form).refused_fields(&[field]);
    }
    for method in ["POST", "PUT", "PATCH"] {
        let path = if method == "POST" { CLASSES } else { &path };
        let raw = |body: &[u8]| ada.raw(method, path, &[("Content-Type", "application/json")], body);
        raw(b"{").refused(400);
        raw(b"[1]").refused(400);
        raw(&vec![b' '; 17 * 1024]).refused(413);
    }
    assert_eq!(world.dump("classes"), before);
    ada.post(CLASSES, json!({"name": long(100), "description": long(2000)}))
        .created();
}

#[test]
fn rude_words_in_a_name_are_masked() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("The idiot class");
    let name = ada.get(&format!("{CLASSES}{class}/")).ok()["name"].clone();
    assert!(!name.as_str().unwrap().contains("idiot"), "{name}");
}

#[test]
fn a_teacher_has_a_hundred_classes_at_most() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let id = ada.id();
    world.sql(move |conn| {
        (0..99).try_for_each(|_| {
            conn.execute(
                "INSERT INTO classes (teacher_id, name, date_created, date_updated) VALUES ($1, 'x', 0, 0)",
                &[&id],
            )
            .map(drop)
        })
    });
    let last = ada.founds("The hundredth");
    ada.post(CLASSES, json!({"name": "One more"})).refused(400);
    ada.delete(&format!("{CLASSES}{last}/")).status(204);
    ada.founds("Now there is room");
}

#[test]
fn deleting_a_class_leaves_its_people_and_what_was_noted() {
    let world = World::new();
    let (ada, mira, ben) = (world.teacher("Ada"), world.child("Mira"), world.child("Ben"));
    let class = ada.founds("5B");
    let link = world.enrols(&ada, Some(class), &mira);
    let pending = ada.asks_for(class, &ben);
    world.sql(move |conn| conn.execute("UPDATE class_links SET notes = 'Sits in front.'", &[]));
    let users = world.dump("users").len();

    let answer = ada.delete(&format!("{CLASSES}{class}/"));
    answer.status(204);
    assert!(answer.body.is_empty());
    ada.delete(&format!("{CLASSES}{class}/")).refused(404);
    ada.get(&format!("{CLASSES}{class}/")).refused(404);

    assert_eq!(world.dump("users").len(), users);
    let students = ada.pupils("/api/teacher/all-students/");
    assert_eq!(students.len(), 1);
    let student: Value = students[0].clone();
    assert_eq!(
        (
            &student["id"],
            &student["class_id"],
            &student["class_name"],
            &student["notes"]
        ),
        (
            &json!(mira.id()),
            &Value::Null,
            &json!("No class"),
            &json!("Sits in front.")
        )
    );
    assert_eq!(names(&mira.class_links()[0]).len(), 7);
    assert_eq!(mira.class_links()[0]["id"], json!(link));
    assert_eq!(ben.class_links()[0]["id"], json!(pending), "the question stands");
    let (teacher, student) = (ada.id(), mira.id());
    assert!(world.sql(move |conn| links::is_linked(conn, teacher, student)));
}
