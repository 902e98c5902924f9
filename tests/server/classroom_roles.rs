//! Who may call what: guests, children, parents, the class's own teacher and another one, at every address.

use serde_json::{Value, json};

use crate::support::{Answer, Client, World};

/// A call, and the status that each gets: guest, child, parent, other teacher, own teacher.
struct Call {
    method: &'static str,
    path: String,
    body: Value,
    statuses: [u16; 5],
}

fn call(method: &'static str, path: impl Into<String>, statuses: [u16; 5]) -> Call {
    Call {
        method,
        path: path.into(),
        body: Value::Null,
        statuses,
    }
}

impl Call {
    fn with(self, body: Value) -> Self {
        Self { body, ..self }
    }

    fn by(&self, client: &Client) -> Answer {
        match (self.path.ends_with("/import/"), &self.body) {
            (true, _) => client.raw(
                self.method,
                &self.path,
                &[("Content-Type", "text/csv")],
                b"name\nLeo\n",
            ),
            (_, Value::Null) => client.raw(self.method, &self.path, &[], b""),
            (_, body) => client.json(self.method, &self.path, body.clone()),
        }
    }
}

/// Every address, in an order in which the own teacher can call them one after the other.
fn calls(class: i64, mira: i64, leo: i64) -> Vec<Call> {
    // For teachers, and each sees their own.
    let any_teacher = [401, 403, 403, 200, 200];
    // Whose class it is not does not learn that there is one.
    let own = |status: u16| [401, 404, 404, 404, status];
    let of = |what: &str| format!("/api/teacher/classes/{class}/{what}");
    vec![
        call("GET", "/api/teacher/students/", any_teacher),
        call("GET", "/api/teacher/all-students/", any_teacher),
        call("GET", "/api/teacher/available-students/", any_teacher),
        call("GET", "/api/teacher/dashboard-stats/", any_teacher),
        call("GET", "/api/teacher/reports/", any_teacher),
        call("GET", "/api/teacher/classes/", [401, 200, 200, 200, 200]),
        call("POST", "/api/teacher/classes/", [401, 403, 403, 201, 201]).with(json!({"name": "New"})),
        call(
            "GET",
            format!("/api/teacher/students/{mira}/stories/"),
            [401, 403, 403, 404, 200],
        ),
        call("POST", "/api/teacher/add-student/", [401, 403, 403, 202, 202]).with(json!({"student_id": leo})),
        call("GET", of(""), own(200)),
        call("PUT", of(""), own(200)).with(json!({"name": "5B"})),
        call("PATCH", of(""), own(200)).with(json!({"name": "5B"})),
        call("GET", of("students/"), own(200)),
        call("POST", of("add-student/"), own(200)).with(json!({"student_id": mira})),
        call("POST", of("code/"), own(201)),
        call("DELETE", of("code/"), own(200)),
        call("POST", of("roster/"), own(201)).with(json!({"names": ["Pia"]})),
        call("POST", of("roster/passwords/"), own(404)).with(json!({"student_ids": [mira]})),
        call("GET", of("roster/sheet/"), own(200)),
        call("POST", of("roster/import/"), own(200)),
        call("GET", of("roster/export/"), own(200)),
        call("DELETE", of(&format!("students/{mira}/")), own(204)),
        call("DELETE", of(""), own(204)),
        call("GET", "/api/family/class-links/", [401, 200, 200, 200, 200]),
        call(
            "POST",
            "/api/family/class-links/7/respond/",
            [401, 404, 404, 404, 404],
        )
        .with(json!({"accept": true})),
        call("POST", "/api/classes/join/", [401, 404, 403, 403, 403]).with(json!({"code": "AAAAAAAA"})),
    ]
}

#[test]
fn everybody_gets_what_is_theirs_and_no_more() {
    let world = World::new();
    let (ada, other, paula) = (world.teacher("Ada"), world.teacher("Tom"), world.parent("Paula"));
    let (mira, leo) = (world.child("Mira"), world.child("Leo"));
    let class = ada.founds("5B");
    world.enrols(&ada, Some(class), &mira);
    world.parents(&paula, &mira);
    let guest = world.guest();
    let everything = || ["users", "classes", "class_links", "notifications"].map(|table| world.dump(table));
    for call in calls(class, mira.id(), leo.id()) {
        for (role, (client, status)) in [&guest, &mira, &paula, &other, &ada]
            .into_iter()
            .zip(call.statuses)
            .enumerate()
        {
            let before = everything();
            let answer = call.by(client);
            let (method, path) = (call.method, &call.path);
            assert_eq!(
                answer.status,
                status,
                "{method} {path} by {role}: {}",
                answer.text()
            );
            if status >= 400 {
                answer.refused(status);
                assert_eq!(everything(), before, "{method} {path} by {role}");
            }
        }
    }
}

#[test]
fn a_wrong_token_is_401_and_a_wrong_method_405() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let stale = ada.with_token("stale");
    for call in calls(7, 7, 7) {
        call.by(&stale).refused(401);
        ada.raw("DELETE", "/api/teacher/reports/", &[], b"").refused(405);
    }
}

#[test]
fn nobody_is_told_a_childs_address() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    let class = ada.founds("5B");
    world.enrols(&ada, Some(class), &mira);
    for call in calls(class, mira.id(), mira.id()) {
        if call.method == "GET" {
            let answer = call.by(&ada);
            assert!(!answer.text().contains(mira.email()), "{}", call.path);
        }
    }
}
