//! Teachers and their classes.

use serde_json::json;

use super::who::*;

const TEACHERS: [Who; 2] = [Teacher, OtherTeacher];

pub fn rows() -> Vec<Row> {
    let mut rows = teachers();
    rows.extend(of_a_class());
    rows.extend(rosters());
    rows.extend(families());
    rows
}

fn teachers() -> Vec<Row> {
    let class = json!({"name": "7B"});
    let student = json!({"student_id": "{nia}"});
    vec![
        get("/api/teacher/students/").only(&TEACHERS, 200, 403),
        get("/api/teacher/all-students/").only(&TEACHERS, 200, 403),
        get("/api/teacher/available-students/").only(&TEACHERS, 200, 403),
        get("/api/teacher/dashboard-stats/").only(&TEACHERS, 200, 403),
        get("/api/teacher/reports/").only(&TEACHERS, 200, 403),
        // Whoever is no teacher has none.
        get("/api/teacher/classes/").people(200),
        post("/api/teacher/classes/", class).only(&TEACHERS, 201, 403),
        // The family is asked.
        post("/api/teacher/add-student/", student).only(&TEACHERS, 202, 403),
        get("/api/teacher/students/{mira}/stories/")
            .only(&[Teacher], 200, 403)
            .but(&[OtherTeacher], 404),
        get("/api/teacher/students/{leo}/stories/")
            .people(403)
            .but(&TEACHERS, 404),
    ]
}

fn of_a_class() -> Vec<Row> {
    let student = json!({"student_id": "{nia}"});
    // Whose class it is not does not learn that there is one.
    vec![
        get("/api/teacher/classes/{class}/").only(&[Teacher], 200, 404),
        change("/api/teacher/classes/{class}/", json!({"name": "6B"})).only(&[Teacher], 200, 404),
        delete("/api/teacher/classes/{class}/").only(&[Teacher], 204, 404),
        get("/api/teacher/classes/{class}/students/").only(&[Teacher], 200, 404),
        post("/api/teacher/classes/{class}/add-student/", student).only(&[Teacher], 202, 404),
        delete("/api/teacher/classes/{class}/students/{mira}/").only(&[Teacher], 204, 404),
        press("/api/teacher/classes/{class}/code/").only(&[Teacher], 201, 404),
        delete("/api/teacher/classes/{class}/code/").only(&[Teacher], 200, 404),
    ]
}

fn rosters() -> Vec<Row> {
    vec![
        post("/api/teacher/classes/{class}/roster/", json!({"names": ["Pia"]})).only(&[Teacher], 201, 404),
        post(
            "/api/teacher/classes/{class}/roster/passwords/",
            json!({"student_ids": ["{pupil}"]}),
        )
        .only(&[Teacher], 200, 404),
        // Mira looks after her account herself.
        post(
            "/api/teacher/classes/{class}/roster/passwords/",
            json!({"student_ids": ["{mira}"]}),
        )
        .people(404),
        get("/api/teacher/classes/{class}/roster/sheet/").only(&[Teacher], 200, 404),
        call("POST", "/api/teacher/classes/{class}/roster/import/")
            .csv("name\nLea\n")
            .only(&[Teacher], 200, 404),
        get("/api/teacher/classes/{class}/roster/export/").only(&[Teacher], 200, 404),
    ]
}

/// A class code is typed by children; what a teacher asks is answered by the parents, and by who has none.
fn families() -> Vec<Row> {
    vec![
        post("/api/classes/join/", json!({"code": "{class_code}"})).only(&CHILDREN, 200, 403),
        post("/api/classes/join/", json!({"code": "AAAAAAAA"})).only(&CHILDREN, 404, 403),
        get("/api/family/class-links/").people(200),
        post(
            "/api/family/class-links/{class_link}/respond/",
            json!({"accept": true}),
        )
        .only(&[Parent], 200, 404)
        .but(&[Owner, View], 403),
    ]
}
