//! What classes cost, in statements: the same for one student and for a hundred.

use serde_json::json;
use tinytales::clock::SECOND;

use crate::schools::tale;
use crate::support::{Client, World};

#[track_caller]
fn remembered(clients: &[&Client]) {
    for client in clients {
        client.get("/api/auth/profile/").ok();
    }
}

#[test]
fn lists_and_figures_cost_the_same_for_1_and_100_students() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    let class = ada.founds("5B");
    world.enrols(&ada, Some(class), &mira);
    let (mut costs, mut there) = (Vec::new(), 0);
    for (students, classes) in [(1, 1), (10, 5), (100, 30)] {
        world.fills(&ada, Some(class), there..students);
        there = students;
        while ada.get("/api/teacher/classes/").ok().as_array().unwrap().len() < classes {
            ada.founds("One more");
        }
        while mira.get("/api/stories/?page_size=1").ok()["count"]
            .as_i64()
            .unwrap()
            < students as i64
        {
            mira.makes(tale("the kettle"));
        }
        world.advance(SECOND);
        remembered(&[&ada, &mira]);
        let cost = |path: &str| world.queries(|| ada.get(path).status(200).body.len());
        costs.push([
            cost("/api/teacher/classes/"),
            cost(&format!("/api/teacher/classes/{class}/")),
            cost(&format!("/api/teacher/classes/{class}/students/")),
            cost("/api/teacher/all-students/"),
            cost("/api/teacher/students/"),
            cost("/api/teacher/available-students/"),
            cost(&format!("/api/teacher/classes/{class}/roster/sheet/")),
            cost(&format!("/api/teacher/classes/{class}/roster/export/")),
            cost("/api/teacher/dashboard-stats/"),
            cost("/api/teacher/reports/"),
        ]);
    }
    assert_eq!(costs, [[1, 1, 2, 1, 1, 1, 2, 2, 3, 5]; 3]);
}

#[test]
fn a_students_stories_cost_by_bytes_not_by_number() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    world.enrols(&ada, None, &mira);
    let path = format!("/api/teacher/students/{}/stories/", mira.id());
    let mut costs = Vec::new();
    for count in [1, 10, 50] {
        while mira.get("/api/stories/?page_size=1").ok()["count"]
            .as_i64()
            .unwrap()
            < count
        {
            mira.makes(tale("the kettle"));
        }
        remembered(&[&ada]);
        costs.push(world.queries(|| ada.get(&path).ok()));
    }
    assert_eq!(costs, [4; 3]);
}

#[test]
fn a_class_list_costs_the_same_for_1_and_1000_rows() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    let mut costs = Vec::new();
    for (prefix, rows) in [("a", 1), ("b", 20), ("c", 900)] {
        let mut csv = "name,username,notes\n".to_owned();
        for number in 0..rows {
            csv += &format!("Kid {number},{prefix}_{number},hello\n");
        }
        remembered(&[&ada]);
        costs.push([
            world.queries(|| ada.sends_list(class, &csv, "?dry_run=true").ok()),
            world.queries(|| ada.sends_list(class, &csv, "").ok()),
            world.queries(|| ada.sends_list(class, &csv, "").ok()),
        ]);
    }
    assert_eq!(costs, [[3, 5, 5]; 3]);
}

#[test]
fn acts_cost_a_few() {
    let world = World::new();
    let (ada, mira, paula) = (world.teacher("Ada"), world.child("Mira"), world.parent("Paula"));
    world.parents(&paula, &mira);
    let class = ada.founds("5B");
    remembered(&[&ada, &mira, &paula]);
    let add = format!("/api/teacher/classes/{class}/add-student/");
    let body = json!({"student_id": mira.id()});
    // Two looks of two, the room that there is, the link, the names, the parents, and two who are told.
    assert_eq!(
        world.queries(|| ada.post(&add, body.clone()).status(202).status),
        10
    );
    assert_eq!(world.queries(|| paula.class_links()), 1);
    let id = paula.class_links()[0]["id"].as_i64().unwrap();
    assert_eq!(world.queries(|| paula.replies(id, true).ok()), 5);
    assert_eq!(world.queries(|| ada.post(&add, body.clone()).ok()), 5);
    let code = ada.gives_code(class);
    assert_eq!(world.queries(|| mira.types_code(&code).ok()), 3);
}
