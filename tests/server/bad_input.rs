//! Whatever is sent to an address of the accounts: a refusal in the one form, and nothing has changed.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use crate::anything::{Endpoint, endpoints, holds};
use crate::support::{Answer, Client, PASSWORD, World};

/// Every address of the accounts that takes JSON.
fn of_accounts() -> Vec<Endpoint> {
    let mut endpoints = endpoints("accounts");
    endpoints.retain(|endpoint| !endpoint.fields.is_empty());
    endpoints
}

/// What no field takes.
fn junk() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        "[a-zé🦊]{0,5}".prop_map(|text| json!(format!("{text}\0{text}"))),
        Just(json!("x".repeat(3000))),
        Just(json!([])),
        Just(json!({})),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-z_$]{0,8}", inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// What fields may well hold.
fn plausible() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec![
            "mira@example.org",
            "new@example.org",
            PASSWORD,
            "child",
            "123456",
            "2015-04-23",
            "🦊",
            "",
            " "
        ])
        .prop_map(Value::from),
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ]
}

/// A body with at least one field that no address takes.
#[derive(Clone, Debug)]
struct Fields {
    bad: Vec<(Index, Value)>,
    others: Vec<(Index, Value)>,
    unknown: Vec<(String, Value)>,
}

impl Fields {
    fn any() -> impl Strategy<Value = Self> {
        let parts = (
            vec((any::<Index>(), junk()), 1..3),
            vec((any::<Index>(), plausible()), 0..5),
            vec((".{0,12}", junk()), 0..3),
        );
        parts.prop_map(|(bad, others, unknown)| Self { bad, others, unknown })
    }

    fn for_endpoint(self, endpoint: &Endpoint) -> Value {
        let name = |index: Index| index.get(&endpoint.fields).clone();
        let unknown = self
            .unknown
            .into_iter()
            .filter(|(name, _)| !endpoint.fields.contains(name));
        let others = self.others.into_iter().map(|(index, value)| (name(index), value));
        let bad = self.bad.into_iter().map(|(index, value)| (name(index), value));
        Value::Object(unknown.chain(others).chain(bad).collect::<Map<_, _>>())
    }
}

/// Runs a property on addresses and inputs, each time with a look at all that must stay as it is.
fn check<T: std::fmt::Debug>(
    cases: u32,
    input: impl Strategy<Value = T>,
    property: impl Fn(&Client, &Endpoint, T),
) {
    let world = World::new();
    let mira = world.child("Mira");
    let everything =
        || ["users", "sessions", "email_codes", "email_undos", "mail_outbox"].map(|table| world.dump(table));
    let before = everything();
    holds(cases, (select(of_accounts()), input), |(endpoint, input)| {
        property(&mira, &endpoint, input);
        assert_eq!(everything(), before, "something has changed");
    });
}

#[track_caller]
fn send(client: &Client, endpoint: &Endpoint, body: &[u8]) -> Answer {
    client.raw(
        &endpoint.method,
        &endpoint.path,
        &[("Content-Type", "application/json")],
        body,
    )
}

/// 400, or 413 for more than 8 KiB: addresses that anybody may call take no more.
#[track_caller]
fn refused(answer: &Answer, bytes: usize) {
    let is_too_long = answer.status == 413 && bytes > 8 * 1024;
    answer.refused(if is_too_long { 413 } else { 400 });
}

#[test]
fn the_document_names_every_address() {
    assert!(of_accounts().len() >= 16, "{:?}", of_accounts());
}

#[test]
fn a_bad_field_is_refused_and_changes_nothing() {
    check(400, Fields::any(), |mira, endpoint, fields| {
        let body = fields.for_endpoint(endpoint).to_string();
        let answer = send(mira, endpoint, body.as_bytes());
        match endpoint.path.as_str() {
            "/api/auth/logout/" if answer.status != 413 => drop(answer.ok()),
            "/api/auth/refresh/" if answer.status != 413 => drop(answer.refused(401)),
            _ => refused(&answer, body.len()),
        }
    });
}

#[test]
fn what_is_no_object_is_refused_and_changes_nothing() {
    let bytes = vec(any::<u8>(), 1..80).prop_filter("it may be an object", |bytes| !bytes.contains(&b'{'));
    let values = prop_oneof![vec(junk(), 0..3).prop_map(Value::from), plausible(),];
    let values = values.prop_map(|value| value.to_string().into_bytes());
    check(200, prop_oneof![bytes, values], |mira, endpoint, body| {
        refused(&send(mira, endpoint, &body), body.len());
    });
}

#[test]
fn half_an_object_is_refused_and_changes_nothing() {
    let input = (vec(plausible(), 1..6), any::<Index>());
    check(200, input, |mira, endpoint, (values, cut)| {
        let whole: Map<_, _> = endpoint.fields.iter().cloned().zip(values).collect();
        let whole = Value::Object(whole).to_string();
        let half = &whole.as_bytes()[..=cut.index(whole.len() - 1)];
        refused(&send(mira, endpoint, half), half.len());
    });
}
