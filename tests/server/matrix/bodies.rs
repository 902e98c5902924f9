//! The table once more, with anything in the bodies, the queries and the places of the paths. Whoever may make a call makes
//! it, so that what is sent gets past the doors: it is no fault of the server's, and what is refused has changed nothing.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value};

use super::town::Town;
use super::who::{self, Body, Row, Who};
use super::{all_rows, methods, template};
use crate::anything::{Endpoint, endpoints, holds, nothing, query, value};
use crate::support::Answer;

/// How often each part of the API is called.
const CASES: u32 = 150;

/// A row of the table that somebody may call.
#[derive(Clone, Debug)]
struct Call {
    endpoint: Endpoint,
    row: Row,
    callers: Vec<Who>,
}

/// The calls of a part of the API; each of its addresses is among them.
fn calls(tag: &str) -> Vec<Call> {
    let (rows, mut calls) = (all_rows(), Vec::new());
    for endpoint in endpoints(tag) {
        let before = calls.len();
        for row in &rows {
            let is_meant = template(row.path) == template(&endpoint.path)
                && methods(row).any(|method| method == endpoint.method);
            let may_call = |who: &Who| row.status(*who) < 400;
            let callers: Vec<Who> = who::ALL.into_iter().filter(may_call).collect();
            if is_meant && !callers.is_empty() {
                calls.push(Call {
                    endpoint: endpoint.clone(),
                    row: row.clone(),
                    callers,
                });
            }
        }
        assert!(calls.len() > before, "nobody may call {endpoint:?}");
    }
    assert!(!calls.is_empty(), "there is no such part: {tag}");
    calls
}

/// What is sent.
#[derive(Clone, Debug)]
struct Sent {
    call: Call,
    caller: Index,
    /// What stands in the places of the path instead of what the table has there.
    places: Vec<Option<String>>,
    query: String,
    values: Vec<(Index, Value)>,
    /// The values are changes of the body that the table has.
    is_change: bool,
    /// In the place of a class list.
    list: String,
}

fn anything(tag: &str) -> impl Strategy<Value = Sent> {
    let parts = (
        select(calls(tag)),
        any::<Index>(),
        vec(weighted(0.1, nothing()), 2),
        query(),
        vec((any::<Index>(), value()), 0..4),
        any::<bool>(),
        "[a-zé🦊,;\"\r\n\0]{0,60}",
    );
    parts.prop_map(|(call, caller, places, query, values, is_change, list)| Sent {
        call,
        caller,
        places,
        query,
        values,
        is_change,
        list,
    })
}

impl Sent {
    fn path(&self, town: &Town) -> String {
        let path = self.call.row.path.split('?').next().unwrap();
        let mut places = self.places.iter();
        let mut place = |part: &str| {
            let other = places.next().cloned().flatten();
            other.unwrap_or_else(|| town.filled(part))
        };
        let parts = path.split('/').map(|part| {
            if part.starts_with('{') {
                place(part)
            } else {
                part.to_owned()
            }
        });
        format!("{}?{}", parts.collect::<Vec<_>>().join("/"), self.query)
    }

    /// What kind of body it has, and the body.
    fn body(&self, town: &Town) -> (&'static str, String) {
        let mut fields = match &self.call.row.body {
            Body::Csv(_) => return ("text/csv", self.list.clone()),
            Body::Json(Value::Object(fields)) if self.is_change => fields.clone(),
            _ => Map::new(),
        };
        fields.extend(self.call.endpoint.body(self.values.clone()));
        (
            "application/json",
            town.filled(&Value::Object(fields).to_string()),
        )
    }

    fn go(&self, town: &Town) -> Answer {
        let caller = town.person(*self.caller.get(&self.call.callers));
        let (kind, body) = self.body(town);
        let method = &self.call.endpoint.method;
        let body = if method == "GET" { "" } else { &body };
        caller.raw(
            method,
            &self.path(town),
            &[("Content-Type", kind)],
            body.as_bytes(),
        )
    }
}

/// Calls a part of the API, each time in the world as it was in the beginning. Most calls have to get past the doors: what is
/// sent to closed ones shows nothing.
fn check(tag: &str) {
    let (town, past_the_doors) = (Town::new(), Cell::new(0));
    holds(CASES, anything(tag), |sent| {
        let done = town.deeds();
        let answer = sent.go(&town);
        assert!(answer.status < 500 && answer.is_whole, "{}", answer.text());
        if !matches!(answer.status, 401 | 403 | 404) {
            past_the_doors.set(past_the_doors.get() + 1);
        }
        if answer.status < 400 {
            // Looking leaves everything as it was.
            if sent.call.endpoint.method != "GET" {
                town.restore();
            }
            return;
        }
        answer.refused(answer.status);
        let changes = town.changes();
        if !changes.is_empty() {
            town.restore();
        }
        assert!(changes.is_empty(), "refused, but changed: {changes:#?}");
        assert_eq!(town.deeds(), done, "a deed in the record");
    });
    let heard = past_the_doors.get();
    assert!(heard > CASES / 2, "{heard} of {CASES} got past the doors");
}

#[test]
fn families() {
    check("families");
}

#[test]
fn classes() {
    check("classes");
}

#[test]
fn notifications() {
    check("notifications");
}

#[test]
fn moderation() {
    check("moderation");
}
