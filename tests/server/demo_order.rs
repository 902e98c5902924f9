//! What the demo world promises: what waits there for a decision, a family, and a class.

use serde_json::{Value, json};
use tinytales::demo::WORLD;
use tinytales::demo::classes::{STUDENTS, TEACHER};
use tinytales::demo::fill::{Account, fill};
use tinytales::demo::people::named;

use crate::drawings::each;
use crate::support::{Client, World};

/// Somebody of the demo world, who signs in with what the operator is told.
#[track_caller]
fn comes_in(world: &World, accounts: &[Account], username: &str) -> Client {
    let email = named(username).unwrap().email;
    let account = accounts.iter().find(|account| account.email == email).unwrap();
    let form = json!({"email": email, "password": account.password});
    let tokens = world.guest().post("/api/auth/login/", form).ok();
    world.guest().with_token(tokens["access"].as_str().unwrap())
}

fn usernames(children: &[Value]) -> Vec<&str> {
    let names = children.iter().map(|child| child["username"].as_str().unwrap());
    names.collect()
}

// One test for everything: in a build without optimization it takes seconds to draw the world.
#[test]
fn the_demo_keeps_its_promises_and_a_second_start_makes_nothing_anew() {
    let world = World::new();
    let accounts = world.run(fill(&world.app)).unwrap();
    let ines = world.keeper("Keeper");
    a_comment_and_a_story_wait_for_a_decision(&world, &ines);
    let rosa = comes_in(&world, &accounts, "rosa");
    let children = a_parent_has_children(&rosa);
    let ben = comes_in(&world, &accounts, TEACHER);
    let (students, code) = a_teacher_has_a_class(&ben);
    // The youngest comes in by the class's code.
    rosa.switches(children[2]).client.types_code(&code).ok();

    std::fs::remove_file(world.folder().join("demo-accounts.json")).unwrap();
    world.run(fill(&world.app)).unwrap();
    assert_eq!(ines.get("/api/admin/reports/").ok()["reports"], json!([]));
    assert_eq!(each(&json!(rosa.children()), "id"), children);
    let classes = ben.get("/api/teacher/classes/").ok();
    assert_eq!(each(&classes, "code"), [&code]);
    assert_eq!(ben.pupils(&students).len(), STUDENTS.len() + 1);
}

fn a_comment_and_a_story_wait_for_a_decision(world: &World, ines: &Client) {
    let queue = ines.get("/api/admin/reports/").ok();
    let waiting = queue["reports"].as_array().unwrap();
    assert_eq!(waiting.len(), WORLD.reports.len());
    let mut kinds: Vec<&str> = waiting
        .iter()
        .map(|report| report["object"]["kind"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["comment", "story"]);
    let flagged = ines.get("/api/admin/moderation/flagged/").ok();
    assert_eq!(
        each(&flagged["data"]["stories"], "title"),
        ["The Moon's Cold Ears"]
    );
    let figure = "SELECT CAST(COUNT(*) AS BIGINT) FROM reports WHERE status = 'open'";
    assert_eq!(world.number(figure), 2);
    // Each can be decided.
    for report in waiting {
        let path = format!("/api/admin/reports/{}/handle/", report["id"]);
        ines.post(&path, json!({"action": "uphold", "hide": true})).ok();
    }
    assert_eq!(ines.get("/api/admin/reports/").ok()["reports"], json!([]));
}

/// Two children with accounts of their own, who have written something, and one whose account she made; their ids.
fn a_parent_has_children(rosa: &Client) -> Vec<i64> {
    let children = rosa.children();
    let [made] = WORLD.managed else {
        panic!("one child has no account of its own")
    };
    assert_eq!(usernames(&children), ["mila", "tomas", made.username]);
    assert_eq!(children[2]["name"], json!(made.display_name()));
    assert_eq!(children[2]["avatar"], json!(made.avatar_emoji));
    for (child, is_managed) in children.iter().zip([false, false, true]) {
        assert_eq!(child["is_managed"], json!(is_managed));
        assert_eq!(child["total_stories"] == json!(0), is_managed);
        rosa.get(&format!("/api/parent/children/{}/stats/", child["id"]))
            .ok();
    }
    let ids = children.iter().map(|child| child["id"].as_i64().unwrap());
    ids.collect()
}

/// Where its students are listed, and its code.
fn a_teacher_has_a_class(ben: &Client) -> (String, String) {
    let classes = ben.get("/api/teacher/classes/").ok();
    assert_eq!(each(&classes, "name"), ["The Readers of Grade 2"]);
    assert_eq!(each(&classes, "student_count"), [STUDENTS.len()]);
    let students = format!("/api/teacher/classes/{}/students/", classes[0]["id"]);
    let mut names = STUDENTS;
    names.sort_unstable();
    assert_eq!(usernames(&ben.pupils(&students)), names);
    (students, classes[0]["code"].as_str().unwrap().to_owned())
}
