//! Parents and children.

use serde_json::json;

use super::who::*;

/// Adults who are linked to Mira.
const LINKED: [Who; 2] = [Parent, Teacher];

pub fn rows() -> Vec<Row> {
    let mut rows = watching();
    rows.extend(keeping());
    rows.extend(linking());
    rows
}

fn watching() -> Vec<Row> {
    // Who is not linked to the child learns nothing of it, whoever they are.
    vec![
        get("/api/parent/children/").only(&ADULTS, 200, 403),
        get("/api/parent/children/{mira}/stats/").only(&LINKED, 200, 403),
        get("/api/parent/children/{mira}/activities/").only(&LINKED, 200, 403),
        get("/api/parent/children/{mira}/goals/").only(&LINKED, 200, 403),
        get("/api/parent/children/{mira}/analytics/").only(&LINKED, 200, 403),
        get("/api/parent/children/{mira}/stories/").only(&LINKED, 200, 403),
        get("/api/parent/children/{leo}/stories/").only(&[Parent], 200, 403),
        get("/api/parent/children/{leo}/stats/").only(&[Parent], 200, 403),
        get("/api/parent/children/{leo}/activities/").only(&[Parent], 200, 403),
        get("/api/parent/children/{leo}/goals/").only(&[Parent], 200, 403),
        get("/api/parent/children/{leo}/analytics/").only(&[Parent], 200, 403),
        press("/api/parent/children/{mira}/switch-view/").only(&[Parent], 200, 403),
        press("/api/parent/children/{leo}/switch-view/").only(&[Parent], 200, 403),
        // The same figures, at the teacher's address.
        get("/api/teacher/students/{mira}/stats/").only(&LINKED, 200, 403),
    ]
}

fn keeping() -> Vec<Row> {
    let names = || json!({"name": "Kit", "username": "kit_r"});
    let password = || json!({"password": "another-garden-7"});
    vec![
        post(
            "/api/parent/children/create/",
            json!({"name": "Kim", "username": "kim_r"}),
        )
        .only(&ADULTS, 200, 403),
        // Of adults, those who are not linked are told that there is no such child; and only who made an account keeps it.
        change("/api/parent/children/{leo}/update/", names())
            .only(&[Parent], 200, 403)
            .but(&[OtherParent, Teacher, OtherTeacher], 404),
        change("/api/parent/children/{mira}/update/", names())
            .people(403)
            .but(&[OtherParent, OtherTeacher], 404),
        // A teacher keeps the accounts that the teacher made, and looks at nothing as a child.
        change("/api/parent/children/{pupil}/update/", names())
            .only(&[Teacher], 200, 403)
            .but(&[Parent, OtherParent, OtherTeacher], 404),
        press("/api/parent/children/{pupil}/switch-view/").people(403),
        post("/api/parent/children/{leo}/sign-in/", password())
            .only(&[Parent], 200, 403)
            .but(&[OtherParent, Teacher, OtherTeacher], 404),
        post("/api/parent/children/{mira}/sign-in/", password())
            .people(403)
            .but(&[OtherParent, OtherTeacher], 404),
        delete("/api/parent/children/{leo}/sign-in/")
            .only(&[Parent], 200, 403)
            .but(&[OtherParent, Teacher, OtherTeacher], 404),
        delete("/api/parent/children/{mira}/sign-in/")
            .people(403)
            .but(&[OtherParent, OtherTeacher], 404),
        delete("/api/parent/children/{leo}/remove/")
            .only(&[Parent], 200, 403)
            .but(&[OtherParent, Teacher, OtherTeacher], 404),
        delete("/api/parent/children/{mira}/remove/")
            .only(&LINKED, 200, 403)
            .but(&[OtherParent, OtherTeacher], 404),
    ]
}

fn linking() -> Vec<Row> {
    let claim = json!({"child_username": "nia"});
    vec![
        // The child is asked. Teachers have classes.
        post("/api/parent/children/add/", claim).only(&[Parent, OtherParent], 202, 403),
        // A parent in the view of a child that looks after its account itself gives no consent in its name.
        press("/api/family/code/")
            .only(&CHILDREN, 200, 403)
            .but(&[View], 403),
        get("/api/family/links/").only(&CHILDREN, 200, 403),
        post("/api/family/links/{pia}/respond/", json!({"accept": true}))
            .people(403)
            .but(&[OtherChild, Managed, Admin], 404)
            .but(&[Owner], 200),
        // What a child said itself it takes back, of parents who are linked to it. Leo's account is Paula's.
        delete("/api/family/links/{paula}/")
            .only(&[Owner], 200, 403)
            .but(&[OtherChild, Admin], 404),
        delete("/api/family/links/{pia}/")
            .people(403)
            .but(&[Owner, OtherChild, Admin], 404),
    ]
}
