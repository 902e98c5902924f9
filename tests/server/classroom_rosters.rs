//! Accounts for a whole class, and what is printed of them.

use std::collections::HashSet;

use serde_json::{Value, json};
use tinytales::accounts::password::{self, Verdict, Workspace};

use crate::drawings::{each, names};
use crate::support::{Answer, Client, World, eventually};

fn path(class: i64, what: &str) -> String {
    format!("/api/teacher/classes/{class}/roster/{what}")
}

#[track_caller]
fn makes(teacher: &Client, class: i64, children: &[&str]) -> Vec<Value> {
    let made = teacher
        .post(&path(class, ""), json!({"names": children}))
        .created();
    made["students"].as_array().unwrap().clone()
}

/// Whether this is the password of an account, as the database has it.
fn opens(world: &World, student: &Value) -> bool {
    let id = student["id"].as_i64().unwrap();
    let hash: String = world.sql(move |conn| {
        conn.one("SELECT password_hash FROM users WHERE id = $1", &[&id])?
            .take()
    });
    let plain = student["password"].as_str().unwrap();
    password::verify(&mut Workspace::default(), plain, &hash) == Verdict::Right
}

#[test]
fn a_class_list_becomes_accounts_with_passwords() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    let form = json!({"names": [" Mia K ", "Ben", "Mia K"]});
    let made = ada.post(&path(class, ""), form).created();
    assert_eq!(names(&made), ["class", "message", "students", "success"]);
    assert_eq!(made["class"], json!({"id": class, "name": "5B"}));
    let students = &made["students"];
    assert_eq!(each(students, "name"), ["Mia K", "Ben", "Mia K"]);
    assert_eq!(names(&students[0]), ["id", "name", "password", "username"]);
    let usernames = each(students, "username");
    let different: HashSet<String> = usernames.iter().map(ToString::to_string).collect();
    assert_eq!(different.len(), 3, "{usernames:?}");
    assert!(usernames[0].as_str().unwrap().starts_with("mia"));
    for student in students.as_array().unwrap() {
        let password = student["password"].as_str().unwrap();
        assert!(
            password.split('-').count() == 4 && password.len() >= 14,
            "{password}"
        );
        assert!(opens(&world, student));
    }
    assert_eq!(ada.pupils_of(class), ["Ben", "Mia K", "Mia K"]);
    let rows = world.sql(|conn| {
        let rows = conn.query(
            "SELECT managed_by_id, email_verified_at IS NOT NULL, email IS NULL AND email_folded IS NULL, user_type
             FROM users WHERE display_name IN ('Mia K', 'Ben')",
            &[],
        )?;
        let rows = rows
            .into_iter()
            .map(|mut row| Ok((row.take()?, row.take()?, row.take()?, row.take()?)));
        rows.collect::<Result<Vec<(i64, bool, bool, String)>, database::Error>>()
    });
    assert_eq!(rows, vec![(ada.id(), true, true, "child".to_owned()); 3]);
}

#[test]
fn names_that_do_not_fit_make_nobody() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    let everything = || ["users", "class_links"].map(|table| world.dump(table));
    let before = everything();
    let long = "é".repeat(51);
    for form in [
        json!({}),
        json!({"names": null}),
        json!({"names": "Mia"}),
        json!({"names": []}),
        json!({"names": vec!["Mia"; 41]}),
        json!({"names": ["Mia", ""]}),
        json!({"names": ["Mia", "  "]}),
        json!({"names": ["Mia", 7]}),
        json!({"names": ["Mia", null]}),
        json!({"names": ["Mia", long]}),
        json!({"names": ["Mia", "B\u{0}n"]}),
        json!({"names": {"a": "Mia"}}),
    ] {
        ada.post(&path(class, ""), form).refused_fields(&["names"]);
    }
    assert_eq!(everything(), before);
}

#[test]
fn a_whole_class_is_made_at_once_and_rude_words_are_masked() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    let mut children = vec!["Kid"; 38];
    children.extend(["idiot", "idi.ot"]);
    let made = makes(&ada, class, &children);
    assert_eq!(made.len(), 40);
    let usernames: HashSet<&str> = made.iter().map(|one| one["username"].as_str().unwrap()).collect();
    let passwords: HashSet<&str> = made.iter().map(|one| one["password"].as_str().unwrap()).collect();
    assert_eq!((usernames.len(), passwords.len()), (40, 40));
    assert!(!made[38]["name"].as_str().unwrap().contains("idiot"));
    for rude in &made[38..] {
        assert!(!rude["username"].as_str().unwrap().contains("idiot"));
    }
}

#[test]
fn passwords_are_shown_once() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    let made = makes(&ada, class, &["Mia <K>"]);
    let password = made[0]["password"].as_str().unwrap();
    for (shown, kept) in [
        (ada.get(&path(class, "sheet/")), "no-store"),
        (ada.get(&path(class, "export/")), "no-store"),
        (ada.get("/api/teacher/all-students/"), "private, no-cache"),
        (ada.get("/api/teacher/students/"), "private, no-cache"),
    ] {
        assert_eq!(shown.status, 200);
        assert!(!shown.text().contains(password));
        assert_eq!(shown.header("cache-control"), Some(kept));
    }
}

/// A page of ours that stands alone.
#[track_caller]
fn is_page(answer: &Answer, status: u16) -> String {
    answer.status(status);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let page = answer.text();
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"),
        "{page}"
    );
    assert!(page.contains("@media print"));
    for outside in ["<script", "src=", "href=", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
    page
}

#[test]
fn a_class_is_printed_with_its_passwords_when_they_are_made() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B & friends");
    let form = json!({"names": ["Mia <K>", "Ben"]});
    let page = is_page(&ada.post(&path(class, "?as=sheet"), form.clone()), 201);
    assert!(page.contains("Mia &lt;K&gt;") && page.contains("5B &amp; friends"));
    assert_eq!(page.matches("Password <code>").count(), 2);
    let browser = ada.with_header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    let page = is_page(&browser.post(&path(class, ""), form), 201);
    assert_eq!(page.matches("Password <code>").count(), 2);
    assert_eq!(ada.pupils_of(class).len(), 4);
    // What the apps send is JSON's.
    let app = ada.with_header("Accept", "application/json, text/plain, */*");
    app.post(&path(class, ""), json!({"names": ["Leo"]})).created();
}

#[test]
fn the_sheet_has_user_names_alone() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    let class = ada.founds("5B");
    world.enrols(&ada, Some(class), &mira);
    makes(&ada, class, &["Ben"]);
    let page = is_page(&ada.get(&path(class, "sheet/")), 200);
    assert!(page.contains("<code>mira</code>") && page.contains("Ben"));
    assert!(!page.contains("Password <code>") && !page.contains("example.org"));
    let empty = ada.founds("6B");
    is_page(&ada.get(&path(empty, "sheet/")), 200);
}

#[test]
fn a_sheet_of_many_comes_in_pieces() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("The school");
    world.fills(&ada, Some(class), 0..600);
    let page = is_page(&ada.get(&path(class, "sheet/")), 200);
    assert_eq!(page.matches("<div class=\"slip\">").count(), 600);
    let file = ada.get(&path(class, "export/")).status(200).text();
    assert_eq!(file.lines().count(), 601);
    assert_eq!(ada.pupils("/api/teacher/all-students/").len(), 600);
    assert_eq!(ada.pupils_of(class).len(), 600);
}

#[test]
fn a_new_password_ends_the_old_one_and_its_sign_ins() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    let class = ada.founds("5B");
    let made = makes(&ada, class, &["Ben"]);
    world.keeps(&ada, &mira);
    ada.adds(class, &mira).created();
    mira.get("/api/auth/profile/").ok();
    let ids = json!({"student_ids": [made[0]["id"], mira.id(), mira.id()]});
    let renewed = ada.post(&path(class, "passwords/"), ids.clone()).ok();
    assert_eq!(names(&renewed), ["class", "message", "students", "success"]);
    let students = renewed["students"].as_array().unwrap();
    assert_eq!(students.len(), 2);
    for student in students {
        assert!(opens(&world, student));
    }
    assert!(!opens(&world, &made[0]));
    mira.get("/api/auth/profile/").refused(401);
    let page = is_page(&ada.post(&path(class, "passwords/?as=sheet"), ids), 200);
    assert_eq!(page.matches("Password <code>").count(), 2);
}

#[test]
fn only_who_looks_after_an_account_gives_it_a_password() {
    let world = World::new();
    let (ada, ben, mira) = (world.teacher("Ada"), world.teacher("Ben"), world.child("Mira"));
    let (class, other) = (ada.founds("5B"), ada.founds("6B"));
    let made = makes(&ada, class, &["Leo"]);
    world.enrols(&ada, Some(class), &mira);
    let (leo, mira_id) = (&made[0]["id"], mira.id());
    let before = world.dump("users");
    let ask = |teacher: &Client, class: i64, ids: Value| {
        teacher.post(&path(class, "passwords/"), json!({"student_ids": ids}))
    };
    ask(&ada, class, json!([mira_id])).refused(404);
    ask(&ada, class, json!([leo, mira_id])).refused(404);
    ask(&ada, other, json!([leo])).refused(404);
    ask(&ben, class, json!([leo])).refused(404);
    ask(&ada, class, json!([7])).refused(404);
    for bad in [
        json!(null),
        json!([]),
        json!("x"),
        json!([leo, "x"]),
        json!([1.5]),
        json!((1..42).collect::<Vec<i64>>()),
    ] {
        ask(&ada, class, bad).refused_fields(&["student_ids"]);
    }
    assert_eq!(world.dump("users"), before);
    mira.get("/api/auth/profile/").ok();
}

#[test]
fn a_busy_lane_makes_nobody_and_says_when_to_come_again() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    let users = world.dump("users").len();
    let refused = world.while_hashing_is_full(|| ada.post(&path(class, ""), json!({"names": ["Mia"]})));
    refused.refused(503);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(world.dump("users").len(), users);
    makes(&ada, class, &["Mia"]);
}

#[test]
fn a_teacher_makes_one_set_at_a_time_and_twenty_an_hour() {
    let world = World::with(|config| config.rate_limits = true);
    let (ada, ben) = (world.teacher("Ada"), world.teacher("Ben"));
    let class = ada.founds("5B");
    let form = || json!({"names": ["Mia"]});
    world.while_hashing_waits(
        || ada.post(&path(class, ""), form()).created(),
        |world| {
            let hashing = || world.app.envelope.gauges().hashing.waiting;
            eventually("the first one waits for its hash", || hashing() == 2);
            let second = ada.post(&path(class, ""), form());
            second.refused(503);
        },
    );
    let taken = (0..30)
        .map(|_| ada.post(&path(class, ""), form()).status)
        .filter(|status| *status == 201)
        .count();
    assert_eq!(taken, 19, "who was told to wait for a turn had none");
    ben.post(&path(ben.founds("6B"), ""), form()).created();
}
