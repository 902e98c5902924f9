//! A teacher's students: lists, who comes and goes, what they published.

use serde_json::{Value, json};
use tinytales::clock::{DAY, SECOND};

use crate::drawings::{drawing, each, media_path, names, plain_story, story, with};
use crate::schools::tale;
use crate::support::World;

#[test]
fn the_lists_have_exactly_these_members() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    let class = ada.founds("5B");
    world.enrols(&ada, Some(class), &mira);
    mira.publishes(plain_story("the kettle"));
    mira.makes(plain_story("a draft"));
    let id = mira.id();
    world.sql(move |conn| {
        conn.execute("UPDATE class_links SET notes = 'Left-handed'", &[])?;
        conn.execute("UPDATE users SET experience_points = 1200 WHERE id = $1", &[&id])
    });
    let of_class = json!({"id": mira.id(), "username": "mira", "display_name": "Mira", "avatar_emoji": "📚", "email": "",
        "level": 3, "experience_points": 1200, "stories_count": 1, "date_added": "2026-03-04T05:06:07.123456Z",
        "notes": "Left-handed"});
    let path = format!("/api/teacher/classes/{class}/students/");
    assert_eq!(ada.get(&path).ok(), json!({"students": [of_class]}));

    let mut of_all = of_class;
    of_all["class_name"] = json!("5B");
    of_all["class_id"] = json!(class);
    assert_eq!(
        ada.get("/api/teacher/all-students/").ok(),
        json!({"students": [of_all]})
    );

    let watched = ada.get("/api/teacher/students/").ok();
    let achievements = watched["students"][0]["achievements_count"].clone();
    assert!(achievements.as_i64().unwrap() > 0, "the first story is one");
    let last_seen = watched["students"][0]["last_seen"].clone();
    assert!(last_seen.as_str().unwrap().ends_with('Z'));
    assert_eq!(
        watched,
        json!({"success": true, "students": [{"id": mira.id(), "username": "mira", "name": "Mira", "avatar": "📚",
            "is_online": false, "last_seen": last_seen, "total_stories": 1, "total_reads": 0,
            "achievements_count": achievements, "class_name": "5B", "date_added": "2026-03-04T05:06:07.123456Z"}]})
    );
}

#[test]
fn lists_show_active_students_by_name_and_nobody_else() {
    let world = World::new();
    let (ada, ben) = (world.teacher("Ada"), world.teacher("Ben"));
    let (first, second) = (ada.founds("5B"), ada.founds("6B"));
    let [zoe, mira, leo, sam, una] = ["Zoe", "Mira", "Leo", "Sam", "Una"].map(|name| world.child(name));
    world.enrols(&ada, Some(first), &zoe);
    world.enrols(&ada, Some(first), &mira);
    world.enrols(&ada, Some(second), &leo);
    world.enrols(&ada, None, &sam);
    world.enrols(&ben, None, &una);
    ada.adds(first, &una).status(202);
    assert_eq!(ada.pupils_of(first), ["Mira", "Zoe"]);
    assert_eq!(ada.pupils_of(second), ["Leo"]);
    let all = json!(ada.pupils("/api/teacher/all-students/"));
    assert_eq!(each(&all, "display_name"), ["Leo", "Mira", "Sam", "Zoe"]);
    assert_eq!(each(&all, "class_name"), ["6B", "5B", "No class", "5B"]);
    let watched = json!(ada.pupils("/api/teacher/students/"));
    assert_eq!(each(&watched, "name"), ["Leo", "Mira", "Sam", "Zoe"]);
    assert_eq!(each(&watched, "class_name")[2], &Value::Null);
    for (student, column) in [(&zoe, "suspended_at"), (&leo, "archived_at")] {
        world.bars(student, column);
    }
    assert_eq!(ada.pupils_of(first), ["Mira"]);
    assert_eq!(ada.pupils("/api/teacher/all-students/").len(), 2);
    assert_eq!(ada.pupils("/api/teacher/students/").len(), 2);
}

#[test]
fn who_looks_after_a_child_adds_it_at_once() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    let (first, second) = (ada.founds("5B"), ada.founds("6B"));
    world.keeps(&ada, &mira);
    let added = ada.adds(first, &mira).created();
    assert_eq!(names(&added), ["message", "relationship_id"]);
    assert!(added["relationship_id"].as_i64().unwrap() >= 1_000_000);
    assert_eq!(ada.pupils_of(first), ["Mira"]);
    // Into another class, without a question: a student is in one class of a teacher.
    let moved = ada.adds(second, &mira).ok();
    assert_eq!(moved["relationship_id"], added["relationship_id"]);
    assert!(ada.pupils_of(first).is_empty());
    assert_eq!(ada.pupils_of(second), ["Mira"]);
    assert_eq!(world.dump("notifications").len(), 0, "nobody had to be asked");
}

#[test]
fn a_student_is_taken_out_of_a_class_and_stays_a_student() {
    let world = World::new();
    let (ada, ben, mira) = (world.teacher("Ada"), world.teacher("Ben"), world.child("Mira"));
    let (class, other) = (ada.founds("5B"), ada.founds("6B"));
    world.enrols(&ada, Some(class), &mira);
    let path = |class: i64, student: i64| format!("/api/teacher/classes/{class}/students/{student}/");
    ada.delete(&path(other, mira.id())).refused(404);
    ada.delete(&path(class, ben.id())).refused(404);
    ben.delete(&path(class, mira.id())).refused(404);
    assert_eq!(ada.pupils_of(class), ["Mira"]);
    let answer = ada.delete(&path(class, mira.id()));
    assert!(answer.status(204).body.is_empty());
    ada.delete(&path(class, mira.id())).refused(404);
    assert!(ada.pupils_of(class).is_empty());
    assert_eq!(
        ada.pupils("/api/teacher/all-students/")[0]["class_name"],
        json!("No class")
    );
    // From there it can be put into a class again.
    let offered = ada.pupils("/api/teacher/available-students/");
    assert_eq!(
        json!(offered),
        json!([{"id": mira.id(), "username": "mira", "display_name": "Mira", "avatar_emoji": "📚", "level": 1,
            "stories_count": 0}])
    );
    ada.adds(other, &mira).ok();
    assert_eq!(ada.pupils_of(other), ["Mira"]);
    for bad in ["x", "-1", "0x1", "99999999999999999999"] {
        ada.delete(&format!("/api/teacher/classes/{class}/students/{bad}/"))
            .refused(404);
        ada.delete(&format!("/api/teacher/classes/{bad}/students/{class}/"))
            .refused(404);
    }
}

#[test]
fn only_those_are_offered_whom_nobody_has_to_be_asked_for() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    let offered = || {
        let students = json!(ada.pupils("/api/teacher/available-students/"));
        let names = each(&students, "display_name").into_iter().cloned();
        names.collect::<Vec<Value>>()
    };
    let [stranger, kept, unplaced, placed, former, asked, declined, gone] = [
        "Stranger", "Kept", "Unplaced", "Placed", "Former", "Asked", "Declined", "Gone",
    ]
    .map(|name| world.child(name));
    assert!(offered().is_empty(), "{} is nobody's", stranger.id());
    world.keeps(&ada, &kept);
    world.keeps(&ada, &gone);
    world.bars(&gone, "archived_at");
    world.enrols(&ada, None, &unplaced);
    world.enrols(&ada, Some(class), &placed);
    world.enrols(&ada, Some(class), &former);
    let (teacher, student) = (ada.id(), former.id());
    world.sql(move |conn| tinytales::classroom::store::links::unlink(conn, teacher, student));
    ada.adds(class, &asked).status(202);
    let link = ada.asks_for(class, &declined);
    declined.replies(link, false).ok();
    assert_eq!(offered(), ["Former", "Kept", "Unplaced"]);
    ada.adds(class, &former).ok();
    assert_eq!(offered(), ["Kept", "Unplaced"], "the family had said yes once");
    assert_eq!(ada.pupils_of(class), ["Former", "Placed"]);
}

#[test]
fn only_children_can_be_students() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    for adult in [
        &world.teacher("Tom"),
        &world.parent("Paula"),
        &world.admin("Root"),
        &ada,
    ] {
        ada.adds(class, adult).refused_fields(&["student_id"]);
    }
    let (barred, unverified) = (
        world.child("Sam"),
        world.person("Una", |person| person.is_verified = false),
    );
    world.bars(&barred, "suspended_at");
    for nobody in [&barred, &unverified] {
        ada.adds(class, nobody).refused(404);
    }
    let path = format!("/api/teacher/classes/{class}/add-student/");
    for (form, status) in [
        (json!({}), 400),
        (json!({"student_id": null}), 400),
        (json!({"student_id": "x"}), 400),
        (json!({"student_id": 1.5}), 400),
        (json!({"student_id": [1]}), 400),
        (json!({"student_id": 7}), 404),
        (json!({"student_id": -7}), 404),
        (json!({"student_id": i64::MAX}), 404),
    ] {
        ada.post(&path, form.clone()).refused(status);
        ada.post("/api/teacher/add-student/", form).refused(status);
    }
    assert!(world.dump("class_links").is_empty());
    let mira = world.child("Mira");
    let text = json!({"student_id": mira.id().to_string()});
    ada.post(&path, text).status(202);
}

#[test]
fn a_student_can_be_added_without_a_class() {
    let world = World::new();
    let (ada, mira, leo) = (world.teacher("Ada"), world.child("Mira"), world.child("Leo"));
    let class = ada.founds("5B");
    world.keeps(&ada, &mira);
    let path = "/api/teacher/add-student/";
    ada.post(path, json!({"student_id": mira.id()})).created();
    assert_eq!(
        ada.pupils("/api/teacher/all-students/")[0]["class_id"],
        Value::Null
    );
    ada.adds(class, &mira).ok();
    // Once more, and the class stays.
    ada.post(path, json!({"student_id": mira.id()})).ok();
    assert_eq!(ada.pupils_of(class), ["Mira"]);
    let asked = ada.post(path, json!({"student_id": leo.id()}));
    asked.status(202);
    assert_eq!(leo.class_links()[0]["class_name"], Value::Null);
}

#[test]
fn a_teacher_has_a_thousand_students_at_most() {
    let world = World::new();
    let (ada, mira, leo) = (world.teacher("Ada"), world.child("Mira"), world.child("Leo"));
    let class = ada.founds("5B");
    world.fills(&ada, None, 0..998);
    world.enrols(&ada, None, &mira);
    // Who is only asked counts, too.
    ada.adds(class, &leo).status(202);
    ada.adds(class, &world.child("Ben")).refused(400);
    let tim = world.child("Tim");
    tim.types_code(&ada.gives_code(class)).refused(400);
    let names = json!({"names": ["One more"]});
    ada.post(&format!("/api/teacher/classes/{class}/roster/"), names)
        .refused(400);
    ada.sends_list(class, "name\nOne more\n", "").refused(400);
    // Whoever is a student already goes where they are put.
    ada.adds(class, &mira).ok();
    let all = ada.get("/api/teacher/all-students/").ok();
    assert_eq!(all["students"].as_array().unwrap().len(), 999);
    leo.types_code(&ada.gives_code(class)).ok();
}

#[test]
fn a_students_published_stories_are_shown_whole_with_addresses_for_pictures() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    world.enrols(&ada, None, &mira);
    let (cover, page) = (drawing(), drawing());
    let canvas = json!([{"id": "cover", "order": -1, "canvasData": cover}, {"id": "p1", "order": 0, "canvasData": page}]);
    let drawn = with(
        story("the kettle"),
        json!({"is_published": true, "canvas_data": canvas.to_string(), "cover_image": cover,
            "content": "Once there was a kettle.", "summary": "A \"kettle\"."}),
    );
    let id = mira.makes(drawn);
    world.advance(2 * DAY);
    mira.makes(plain_story("a draft"));
    mira.publishes(plain_story("the whale"));

    let path = format!("/api/teacher/students/{}/stories/", mira.id());
    let answer = ada.get(&path).ok();
    assert_eq!(names(&answer), ["stories", "student", "success", "total_stories"]);
    assert_eq!(answer["total_stories"], json!(2));
    assert_eq!(
        names(&answer["student"]),
        ["avatar_emoji", "display_name", "experience_points", "id", "level"]
    );
    let stories = &answer["stories"];
    assert_eq!(each(stories, "title"), ["the whale", "the kettle"]);
    let host = format!("http://{}", world.address);
    let addressed = json!([
        {"id": "cover", "order": -1, "canvasData": format!("{host}{}", media_path(&cover))},
        {"id": "p1", "order": 0, "canvasData": format!("{host}{}", media_path(&page))},
    ]);
    let kettle = &stories[1];
    let canvas: Value = serde_json::from_str(kettle["canvas_data"].as_str().unwrap()).unwrap();
    assert_eq!(canvas, addressed);
    let mut rest = kettle.clone();
    rest["canvas_data"] = json!("");
    assert_eq!(
        rest,
        json!({"id": id, "title": "the kettle", "category": "adventure",
            "cover_image": format!("{host}{}", media_path(&cover)), "language": "en", "summary": "A \"kettle\".",
            "genres": ["adventure", "comedy"], "date_created": "2026-03-04T05:06:07.123456Z", "is_published": true,
            "likes_count": 0, "likes": 0, "comments": 0, "views": 0, "word_count": 5, "page_count": 2,
            "time_ago": "2 days ago", "content": "Once there was a kettle.", "canvas_data": ""})
    );
    assert_eq!(stories[0]["cover_image"], Value::Null);
    assert_eq!(
        world.guest().get(&media_path(&page)).status,
        200,
        "whoever has the address sees it"
    );
}

#[test]
fn whose_student_it_is_not_sees_no_stories() {
    let world = World::new();
    let (ada, ben, mira) = (world.teacher("Ada"), world.teacher("Ben"), world.child("Mira"));
    mira.makes(tale("the kettle"));
    let class = ada.founds("5B");
    let path = format!("/api/teacher/students/{}/stories/", mira.id());
    ada.get(&path).refused(404);
    ada.adds(class, &mira).status(202);
    ada.get(&path).refused(404);
    world.enrols(&ada, Some(class), &mira);
    ada.get(&path).ok();
    ben.get(&path).refused(404);
    ada.get(&format!("/api/teacher/students/{}/stories/", ben.id()))
        .refused(404);
    ada.get("/api/teacher/students/7/stories/").refused(404);
    world.bars(&mira, "suspended_at");
    ada.get(&path).refused(404);
    let leo = world.child("Leo");
    world.enrols(&ada, None, &leo);
    let none = ada
        .get(&format!("/api/teacher/students/{}/stories/", leo.id()))
        .ok();
    assert_eq!(
        (&none["stories"], &none["total_stories"]),
        (&json!([]), &json!(0))
    );
}

#[test]
fn a_hundred_stories_come_in_one_list() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    world.enrols(&ada, None, &mira);
    for number in 0..101 {
        world.advance(SECOND);
        mira.makes(tale(&format!("Tale {number}")));
    }
    let answer = ada
        .get(&format!("/api/teacher/students/{}/stories/", mira.id()))
        .ok();
    let titles = each(&answer["stories"], "title");
    assert_eq!((titles.len(), titles[0]), (100, &json!("Tale 100")));
    assert_eq!(answer["total_stories"], json!(101));
}
