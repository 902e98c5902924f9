//! The matrix: every address of the API by everybody there is to a child, in one table.
//!
//! A row says what a call is answered for each of fifteen callers; statuses come from the contract and `docs/WIRE.md`.
//! Of what is refused two more things are asked: the one error body without a word of what it is about, and a database
//! in which nothing has changed. What is answered may say secrets only to those who may know them (`town::SECRETS`).
//! Each call that is allowed finds the world as it was in the beginning, so the rows stand in any order.
//!
//! An address without a row fails a test, and so does a route that is neither described nor named below.

mod accounts;
mod bodies;
mod classes;
mod families;
mod friends;
mod games;
pub mod order;
mod stories;
mod together;
pub mod town;
pub mod who;

use std::collections::BTreeSet;

use serde_json::Value;

use self::town::{SECRETS, Town};
use self::who::{Row, Who};
use crate::support::Answer;

/// Every address that the product describes.
const DOCUMENT: &str = include_str!("../../../docs/openapi.json");

/// Every address that the product has.
const ROUTES: &str = include_str!("../../../src/routes.rs");

/// Routes that are no part of the API and its document, and the tests that say who may what there.
const APART: [(&str, &str); 17] = [
    ("/", "a page for people"),
    ("/api/openapi.json", "the document itself, for everybody"),
    ("/api/docs/", "the document as a page, for everybody"),
    (
        "/account/undo-email/{}",
        "a page from a mail: accounts_credentials.rs",
    ),
    (
        "/account/confirm-email/{}",
        "the same: order_letters_addressed.rs",
    ),
    ("/account/unsubscribe/{}", "a page from a mail: order_letters.rs"),
    ("/ops", "the console has its own sign-in: ops_console.rs"),
    ("/ops/", "the same"),
    ("/ops/panel", "the same"),
    ("/ops/sign-in", "the same"),
    ("/ops/sign-out", "the same"),
    ("/ops/log", "the same"),
    ("/ops/style.css", "no secret"),
    ("/ops/script.js", "no secret"),
    ("/ws/check/", "echoes one frame: live_door.rs"),
    ("/ws/notifications/", "a socket: live_door.rs"),
    ("/ws/collaborate/{}/", "a socket: rooms_entering.rs"),
];

fn all_rows() -> Vec<Row> {
    [
        accounts::rows(),
        stories::rows(),
        friends::rows(),
        games::rows(),
        together::rows(),
        families::rows(),
        classes::rows(),
        order::rows(),
    ]
    .concat()
}

/// The methods of a row.
pub fn methods(row: &Row) -> impl Iterator<Item = &'static str> + use<> {
    row.methods.split('|')
}

/// A path without its query, and with nothing in its braces.
fn template(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let is_picture = matches!(path, "{picture}" | "{draft_picture}");
    let path = if is_picture {
        "/media/pictures/{name}"
    } else {
        path
    };
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn no_address_is_forgotten() {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().keys();
            methods.map(|method| (template(path), method.to_ascii_uppercase()))
        })
        .collect();
    let in_table: BTreeSet<(String, String)> = all_rows()
        .iter()
        .flat_map(|row| methods(row).map(|method| (template(row.path), method.to_owned())))
        .collect();
    let forgotten: Vec<_> = described.difference(&in_table).collect();
    assert!(forgotten.is_empty(), "no row for {forgotten:?}");
    let invented: Vec<_> = in_table.difference(&described).collect();
    assert!(invented.is_empty(), "no such address: {invented:?}");
}

#[test]
fn what_is_not_described_is_named_here() {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let described: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(|path| template(path))
        .collect();
    let routes = ROUTES.split(".route(\"").skip(1);
    let routes: BTreeSet<String> = routes
        .map(|rest| template(rest.split('"').next().unwrap()))
        .collect();
    assert!(routes.len() > 150, "the page of routes is read: {routes:?}");
    let apart: BTreeSet<String> = APART.iter().map(|(path, _)| (*path).to_owned()).collect();
    let hidden: BTreeSet<_> = routes.difference(&described).cloned().collect();
    assert_eq!(hidden, apart);
}

#[test]
fn accounts() {
    check(&accounts::rows());
}

#[test]
fn stories() {
    check(&stories::rows());
}

#[test]
fn friends_messages_and_reports() {
    check(&friends::rows());
}

#[test]
fn games() {
    check(&games::rows());
}

#[test]
fn writing_together() {
    check(&together::rows());
}

#[test]
fn families() {
    check(&families::rows());
}

#[test]
fn classes() {
    check(&classes::rows());
}

#[test]
fn keeping_order() {
    check(&order::rows());
}

/// Makes every call of the rows as everybody, and says at once all that was not as it should be.
fn check(rows: &[Row]) {
    let town = Town::new();
    let mut faults = Vec::new();
    for row in rows {
        for method in methods(row) {
            let (refused, allowed): (Vec<Who>, Vec<Who>) =
                who::ALL.into_iter().partition(|who| row.status(*who) >= 400);
            refuse(&town, row, method, &refused, &mut faults);
            allow(&town, row, method, &allowed, &mut faults);
        }
    }
    let all = faults.join("\n");
    assert!(faults.is_empty(), "{} faults:\n{all}", faults.len());
}

/// Those to whom it is refused call, and nothing changes.
fn refuse(town: &Town, row: &Row, method: &str, refused: &[Who], faults: &mut Vec<String>) {
    let done = town.deeds();
    for who in refused {
        let answer = town.send(*who, method, row);
        look(row, method, *who, &answer, faults);
        if answer.status >= 400 {
            answer.refused(answer.status);
        }
    }
    let mut changes = town.changes();
    if town.deeds() != done {
        changes.push("a deed in the record".to_owned());
    }
    if !changes.is_empty() {
        faults.push(format!(
            "{method} {}: refused, but changed: {changes:#?}",
            row.path
        ));
        town.restore();
    }
}

/// Those who may call, each in the world as it was. Looking leaves enough of it as it was for the next who looks.
fn allow(town: &Town, row: &Row, method: &str, allowed: &[Who], faults: &mut Vec<String>) {
    for who in allowed {
        let answer = town.send(*who, method, row);
        look(row, method, *who, &answer, faults);
        if method != "GET" {
            town.restore();
        }
    }
    if method == "GET" && !allowed.is_empty() {
        town.restore();
    }
}

/// Whether an answer is what its row says, and says nothing that is not for the caller.
fn look(row: &Row, method: &str, who: Who, answer: &Answer, faults: &mut Vec<String>) {
    let (text, path) = (answer.text(), row.path);
    let (wanted, status) = (row.status(who), answer.status);
    if status != wanted {
        let short: String = text.chars().take(300).collect();
        faults.push(format!(
            "{method} {path} by {who:?}: {status} instead of {wanted}: {short}"
        ));
    }
    for (secret, knowing) in SECRETS {
        let may_know = status < 400 && knowing.contains(&who);
        if text.contains(secret) && !may_know {
            faults.push(format!("{method} {path} tells {who:?} of {secret}"));
        }
    }
}
